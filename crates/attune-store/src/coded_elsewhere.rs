//! Codings that somebody else made and the program keeps: an account that nobody can sign in to, and a coding
//! that is assigned, coded and finished in one go. For codings brought with a study's files, and for those of
//! the demonstration.

use attune_protocol::id::StudyId;

use crate::{
    access::{Actor, Role, Sites},
    codings::ChangeAsked,
    command::{
        Command, Request,
        video::{CodingPurpose, Doing, Edit, VideoCommand},
    },
    error::Result,
    ids::{AccountId, ClipId, CodingId, GrantId},
    moment::Moment,
    store::Store,
};

/// What is to be kept.
#[derive(Debug, Clone, Copy)]
pub struct KeptCoding {
    /// Its id.
    pub coding: CodingId,
    /// The recording.
    pub clip: ClipId,
    /// Who made it.
    pub coder: AccountId,
    /// What for.
    pub purpose: CodingPurpose,
}

impl Store {
    /// An account without a password for somebody who coded. The same account again changes nothing.
    ///
    /// # Errors
    ///
    /// Nothing can be written.
    pub async fn add_coder_without_password(
        &self,
        actor: &Actor,
        study: &StudyId,
        (account, name): (AccountId, &str),
        at: Moment,
    ) -> Result<()> {
        let create = Command::CreateAccount {
            account,
            login: format!("coded-{account}"),
            name: name.to_owned(),
        };
        let grant = Command::GrantRole {
            grant: GrantId::of_request(&account.to_string(), 0),
            account,
            role: Role::Observer,
            sites: Sites::All,
            from: at.date(),
            until: None,
        };
        let requests = [
            Request::new(None, create, at).with_key(format!("coder {account}")),
            Request::new(Some(study.clone()), grant, at).with_key(format!("coder {account} role")),
        ];
        for request in requests {
            self.execute(actor, request).await?;
        }
        Ok(())
    }

    /// Assigned, coded and finished. The same coding again changes nothing; one that broke off goes on.
    ///
    /// # Errors
    ///
    /// The edits do not fit the scheme, or nothing can be written.
    pub async fn keep_finished_coding(
        &self,
        actor: &Actor,
        study: &StudyId,
        kept: KeptCoding,
        edits: Vec<Edit>,
        at: Moment,
    ) -> Result<()> {
        let coding = kept.coding;
        let request = |command: VideoCommand, step: &str| {
            let command = Command::Video(Box::new(command));
            Request::new(Some(study.clone()), command, at).with_key(format!("{coding} {step}"))
        };
        let assign = VideoCommand::AssignClip {
            coding,
            clip: kept.clip,
            coder: kept.coder,
            position: 1,
            purpose: kept.purpose,
        };
        let again = self.execute(actor, request(assign, "kept")).await?.repeated;
        let is_done = async || {
            let content = self.coding(study, coding).await;
            content.is_ok_and(|content| content.finished)
        };
        if again && is_done().await {
            return Ok(());
        }
        let own = Actor::of(kept.coder, Some(Role::Observer));
        let change = ChangeAsked {
            key: format!("{coding} codes"),
            coding,
            base: 0,
            doing: Doing::Do,
            edits,
        };
        self.change_coding(&own, study, change, at).await?;
        let finish = VideoCommand::FinishCoding { coding };
        self.execute(&own, request(finish, "finished")).await?;
        Ok(())
    }
}
