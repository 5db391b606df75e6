//! From a stored command to the tables that people read. The same functions run when a command is
//! new and when the tables are made again from the log; only a new command is judged, a stored one
//! was judged when it came.

use attune_protocol::{Protocol, id::StudyId};

use crate::{
    command::{Command, Outcome},
    database::Db,
    error::{Result, StoreError},
    moment::Moment,
};

mod account;
mod consent;
pub(crate) mod dyad;
mod entries;
pub(crate) mod form;
mod meeting;
mod person;
mod query;
mod quotation;
mod study;
mod video;

/// What is known of the row that a command is, or is to become.
pub(crate) struct Context<'a> {
    /// The study; none for the instance.
    pub study: Option<&'a StudyId>,
    /// Its chain.
    pub chain: &'a str,
    /// Its place in the chain.
    pub sequence: i64,
    /// Who.
    pub actor: &'a str,
    /// When.
    pub at: Moment,
    /// Why.
    pub reason: Option<&'a str>,
    /// The protocol, for a new command of a study that has one.
    pub protocol: Option<&'a Protocol>,
    /// What came of it, for a stored command that is read again.
    pub stored: Option<&'a Outcome>,
}

impl Context<'_> {
    /// Whether the command is new.
    pub fn is_new(&self) -> bool {
        self.stored.is_none()
    }

    /// The study that the command belongs to.
    pub fn study(&self) -> Result<&str> {
        self.study
            .map(StudyId::as_str)
            .ok_or_else(|| StoreError::refused("this can only be done in a study"))
    }

    /// Refuses a new command.
    pub fn refuse_if(&self, is_wrong: bool, why: impl FnOnce() -> String) -> Result<()> {
        if is_wrong && self.is_new() {
            return Err(StoreError::Refused(why()));
        }
        Ok(())
    }

    /// A new command must have changed something.
    pub fn must_exist(&self, changed: u64, what: &'static str, id: impl ToString) -> Result<()> {
        if changed == 0 && self.is_new() {
            return Err(StoreError::not_found(what, id));
        }
        Ok(())
    }

    /// A new command must say why.
    pub fn needs_reason(&self) -> Result<()> {
        let is_empty = self.reason.is_none_or(|reason| reason.trim().is_empty());
        if is_empty && self.is_new() {
            return Err(StoreError::ReasonNeeded);
        }
        Ok(())
    }
}

/// Writes into the tables what the command says.
pub(crate) async fn apply(
    db: &mut Db<'_>,
    context: &Context<'_>,
    command: &Command,
) -> Result<Outcome> {
    match command {
        Command::CreateAccount { .. }
        | Command::RenameAccount { .. }
        | Command::SetPassword { .. }
        | Command::SetSecondFactor { .. }
        | Command::SetRecoveryCodes { .. }
        | Command::DisableAccount { .. }
        | Command::EnableAccount { .. }
        | Command::GrantRole { .. }
        | Command::RevokeRole { .. }
        | Command::Note { .. }
        | Command::RecordBackup { .. } => account::apply(db, context, command).await,
        Command::RegisterStudy { .. } | Command::SealPlan { .. } | Command::Unblind { .. } => {
            study::apply(db, context, command).await
        }
        Command::RegisterPerson { .. }
        | Command::RecordIdentity { .. }
        | Command::OpenIdentity { .. }
        | Command::EraseIdentity { .. }
        | Command::SetResponsibility { .. } => person::apply(db, context, command).await,
        Command::RegisterDyad { .. }
        | Command::AddPart { .. }
        | Command::EndPart { .. }
        | Command::MoveSite { .. }
        | Command::AssignArm { .. }
        | Command::RecordEvent { .. }
        | Command::SetAttributes { .. } => dyad::apply(db, context, command).await,
        Command::RecordConsent(_)
        | Command::RecordEarlierConsent(_)
        | Command::WithdrawConsent { .. } => consent::apply(db, context, command).await,
        Command::SaveForm(_)
        | Command::MarkNotDone { .. }
        | Command::LockForm { .. }
        | Command::UnlockForm { .. }
        | Command::SignForm { .. } => form::apply(db, context, command).await,
        Command::SaveSecondEntry { .. } | Command::SettleEntries { .. } => {
            entries::apply(db, context, command).await
        }
        Command::RaiseQuery { .. }
        | Command::AnswerQuery { .. }
        | Command::CloseQuery { .. }
        | Command::ReopenQuery { .. }
        | Command::NameClinician { .. }
        | Command::AcknowledgeAlert { .. } => query::apply(db, context, command).await,
        Command::ChooseQuotation(_) | Command::RemoveQuotation { .. } => {
            quotation::apply(db, context, command).await
        }
        Command::RecordSession { .. } | Command::RecordAttendance { .. } => {
            meeting::apply(db, context, command).await
        }
        Command::Video(_) => video::apply(db, context, command).await,
    }
}

/// A command that came to the wrong place: a broken promise of this program.
fn misplaced() -> StoreError {
    StoreError::damaged("a command that came to the wrong place of this program")
}
