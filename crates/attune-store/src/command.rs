//! Everything that changes something. A command is stored before anything else believes it: who,
//! when, what, why; the tables that people read are made from the stored commands and can be made
//! again at any time.
//!
//! A command holds nothing that identifies a family and no secret: names come as sealed fields, the
//! secrets of accounts go another way ([`crate::secret::Secret`]).

use std::collections::BTreeMap;

use attune_protocol::id::{ArmId, AttributeId, InstrumentId, ItemId, PurposeId, SiteId, WaveId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

mod consent;
mod family;
mod form;
mod quotation;
mod request;
pub mod video;

pub use consent::{Authority, ConsentGiven, EarlierConsent, Manner, WithdrawalLevel};
pub use family::{AttributeAnswer, Being, DyadEvent, PartInDyad};
pub use form::{AlertRaised, AnswerValue, FormSaved};
pub use quotation::{MOST_LETTERS_QUOTED, QuotationChosen};
pub use request::{Outcome, Receipt, Request};

use crate::{
    access::{Role, Sites},
    ids::{
        AccountId, AlertId, BackupId, DyadKey, EventId, FormId, GrantId, PartId, PersonId, QueryId,
        QuotationId,
    },
    vault::{Identifier, Sealed},
};

/// A change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Command {
    /// Somebody may sign in.
    CreateAccount {
        /// Id.
        account: AccountId,
        /// What the person types to sign in.
        login: String,
        /// Name of the member of staff, as it is shown.
        name: String,
    },
    /// Another name for a member of staff.
    RenameAccount {
        /// Who.
        account: AccountId,
        /// The name.
        name: String,
    },
    /// The password was set; its hash travels as a secret.
    SetPassword {
        /// Whose.
        account: AccountId,
    },
    /// The second factor was set up, renewed or taken away; its secret travels beside.
    SetSecondFactor {
        /// Whose.
        account: AccountId,
        /// Whether there is one now.
        present: bool,
    },
    /// New recovery codes; their hashes travel beside.
    SetRecoveryCodes {
        /// Whose.
        account: AccountId,
    },
    /// The account is closed; its sessions end.
    DisableAccount {
        /// Whose.
        account: AccountId,
    },
    /// The account is open again.
    EnableAccount {
        /// Whose.
        account: AccountId,
    },
    /// A role, for sites and days.
    GrantRole {
        /// Id of the grant.
        grant: GrantId,
        /// To whom.
        account: AccountId,
        /// The role.
        role: Role,
        /// For which sites.
        sites: Sites,
        /// First day.
        from: Date,
        /// Last day.
        until: Option<Date>,
    },
    /// A role is taken back.
    RevokeRole {
        /// The grant.
        grant: GrantId,
    },
    /// Something that only needs to be known: a sign-in, an export, a report drawn.
    Note {
        /// What happened, such as `export` or `sign-in`.
        what: String,
        /// About whom or what.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<String>,
        /// Facts about it: counts, hashes, names of files. Nothing that identifies a family.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        facts: BTreeMap<String, String>,
    },
    /// A backup was made and checked.
    RecordBackup {
        /// Id.
        backup: BackupId,
        /// Folder within the folder of backups.
        folder: String,
        /// SHA-256 of its manifest.
        digest: String,
        /// Whether it could be restored and its chains verified.
        verified: bool,
    },

    /// A study folder, new or changed. The files lie in the store by their SHA-256.
    RegisterStudy {
        /// Title.
        title: String,
        /// Fingerprint of the protocol.
        fingerprint: String,
        /// Whether its data are made up.
        simulated: bool,
        /// Name and SHA-256 of each file that the protocol reads.
        files: BTreeMap<String, String>,
        /// Names of other files that it mentions: data.
        others: Vec<String>,
    },
    /// The analysis plan as it stands is fixed.
    SealPlan {
        /// Fingerprint of the protocol that holds it.
        fingerprint: String,
    },
    /// Arms are revealed.
    Unblind {
        /// One dyad in an emergency; the whole study when there is none.
        dyad: Option<DyadKey>,
    },

    /// An infant or a carer.
    RegisterPerson {
        /// Id.
        person: PersonId,
        /// Which.
        being: Being,
    },
    /// Names, contacts and dates of a person, sealed.
    RecordIdentity {
        /// Whose.
        person: PersonId,
        /// Sealed fields.
        fields: Vec<Sealed>,
    },
    /// Somebody looked at sealed fields.
    OpenIdentity {
        /// Whose.
        person: PersonId,
        /// Which.
        fields: Vec<Identifier>,
    },
    /// The key of a person's sealed fields is destroyed; nobody can open them again.
    EraseIdentity {
        /// Whose.
        person: PersonId,
    },
    /// A carer and an infant become a dyad of the study.
    RegisterDyad {
        /// Id.
        dyad: DyadKey,
        /// The infant.
        infant: PersonId,
        /// The index carer.
        carer: PersonId,
        /// Where.
        site: SiteId,
        /// Study code, where it comes from elsewhere; otherwise one is made.
        code: Option<String>,
        /// First day at the site.
        on: Option<Date>,
    },
    /// Somebody takes a part in a dyad from a day on.
    AddPart {
        /// Id.
        part: PartId,
        /// The dyad.
        dyad: DyadKey,
        /// Who.
        person: PersonId,
        /// As what.
        role: PartInDyad,
        /// First day.
        from: Option<Date>,
    },
    /// Somebody's part ends.
    EndPart {
        /// The part.
        part: PartId,
        /// Last day.
        until: Date,
    },
    /// Parental responsibility for an infant from a day on.
    SetResponsibility {
        /// The infant.
        infant: PersonId,
        /// The person who has it; none when an authority has.
        holder: Option<PersonId>,
        /// By what: birth, court order, agreement, care order.
        authority: String,
        /// First day.
        from: Date,
    },
    /// The family is seen at another site from a day on.
    MoveSite {
        /// The dyad.
        dyad: DyadKey,
        /// The site.
        site: SiteId,
        /// First day.
        from: Date,
    },
    /// The dyad's own arm from a day on.
    AssignArm {
        /// The dyad.
        dyad: DyadKey,
        /// The arm.
        arm: ArmId,
        /// First day.
        from: Option<Date>,
        /// Why, where each family of a list has its own reason.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// A dated fact.
    RecordEvent {
        /// Id.
        event: EventId,
        /// The dyad.
        dyad: DyadKey,
        /// What happened.
        what: DyadEvent,
        /// When, where it is known.
        on: Option<Date>,
        /// Why, in the study's words.
        why: Option<String>,
    },
    /// Facts about a dyad that the protocol names.
    SetAttributes {
        /// The dyad.
        dyad: DyadKey,
        /// Value by attribute.
        values: BTreeMap<AttributeId, AttributeAnswer>,
        /// Infant's age at enrolment in days, for records without dates.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        age_at_enrolment_days: Option<f64>,
    },

    /// An answer to the question of consent for one purpose.
    RecordConsent(Box<ConsentGiven>),
    /// An answer that was given before this application.
    RecordEarlierConsent(Box<EarlierConsent>),
    /// A consent is taken back.
    WithdrawConsent {
        /// The dyad.
        dyad: DyadKey,
        /// The purpose.
        purpose: PurposeId,
        /// How far. The store makes it at least as far as the study promised.
        level: WithdrawalLevel,
        /// When.
        on: Date,
        /// Whether taking part depends on this purpose. Set by the store from the protocol.
        #[serde(default)]
        ends_taking_part: bool,
    },

    /// Answers, whole: the first save of a form or another version.
    SaveForm(Box<FormSaved>),
    /// A planned assessment did not take place; the request's reason says why.
    MarkNotDone {
        /// Id of the form that stands for it.
        form: FormId,
        /// The unit: a dyad's code, a session's code, a site.
        unit: String,
        /// The dyad, for instruments about one.
        dyad: Option<DyadKey>,
        /// The instrument.
        instrument: InstrumentId,
        /// The wave.
        wave: Option<WaveId>,
        /// The site.
        site: SiteId,
    },
    /// The same paper form typed in again by somebody else.
    SaveSecondEntry {
        /// The form.
        form: FormId,
        /// Answers of the second entry.
        answers: BTreeMap<ItemId, AnswerValue>,
    },
    /// The two entries were compared and what holds is decided.
    SettleEntries {
        /// The form.
        form: FormId,
        /// Version that was compared.
        base: u32,
        /// Answers that hold.
        answers: BTreeMap<ItemId, AnswerValue>,
    },
    /// Nobody may change the form.
    LockForm {
        /// The form.
        form: FormId,
    },
    /// The form may be changed again.
    UnlockForm {
        /// The form.
        form: FormId,
    },
    /// Somebody answers for the form as it is.
    SignForm {
        /// The form.
        form: FormId,
        /// Version that was read.
        version: u32,
        /// SHA-256 of the answers that were read.
        digest: String,
        /// What the signature means: "entered", "reviewed", "approved".
        meaning: String,
    },
    /// A question about a form.
    RaiseQuery {
        /// Id.
        query: QueryId,
        /// The form.
        form: FormId,
        /// The item, where it is about one.
        item: Option<ItemId>,
        /// The question.
        text: String,
    },
    /// An answer to it.
    AnswerQuery {
        /// The query.
        query: QueryId,
        /// The answer.
        text: String,
    },
    /// It is settled.
    CloseQuery {
        /// The query.
        query: QueryId,
    },
    /// It is asked again.
    ReopenQuery {
        /// The query.
        query: QueryId,
        /// Why.
        text: String,
    },
    /// Who is told of alerts at a site from now on.
    NameClinician {
        /// The site.
        site: SiteId,
        /// The clinician; none when nobody is named any more.
        account: Option<AccountId>,
    },
    /// The named clinician has seen an alert.
    AcknowledgeAlert {
        /// The alert.
        alert: AlertId,
        /// What was done. Nothing that identifies a family.
        note: String,
    },

    /// Words of a family that reports may quote.
    ChooseQuotation(QuotationChosen),
    /// They are not quoted any more.
    RemoveQuotation {
        /// Which.
        quotation: QuotationId,
    },

    /// A session of the clinic or group.
    RecordSession {
        /// Code.
        session: String,
        /// Day.
        on: Date,
        /// Site.
        site: SiteId,
        /// Families present, an anonymous count.
        families: Option<u32>,
        /// Other numbers of the session, by measure.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        measures: BTreeMap<String, AttributeAnswer>,
    },
    /// A dyad came.
    RecordAttendance {
        /// The dyad.
        dyad: DyadKey,
        /// When.
        on: Date,
        /// Where.
        site: SiteId,
        /// Minutes stayed.
        minutes: Option<f64>,
    },

    /// A change that concerns recordings and their coding.
    Video(Box<video::VideoCommand>),
}

impl Command {
    /// The word under which it is stored.
    pub fn kind(&self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(object)) => object
                .get("kind")
                .and_then(serde_json::Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            _ => String::new(),
        }
    }

    /// The id of what it is about, by which its history is found.
    pub fn subject(&self) -> Option<String> {
        Some(match self {
            Self::CreateAccount { account, .. }
            | Self::RenameAccount { account, .. }
            | Self::SetPassword { account }
            | Self::SetSecondFactor { account, .. }
            | Self::SetRecoveryCodes { account }
            | Self::DisableAccount { account }
            | Self::EnableAccount { account }
            | Self::GrantRole { account, .. } => account.to_string(),
            Self::RevokeRole { grant } => grant.to_string(),
            Self::Note { subject, .. } => return subject.clone(),
            Self::RecordBackup { backup, .. } => backup.to_string(),
            Self::RegisterStudy { .. } | Self::SealPlan { .. } => return None,
            Self::Unblind { dyad } => return dyad.map(|dyad| dyad.to_string()),
            Self::RegisterPerson { person, .. }
            | Self::RecordIdentity { person, .. }
            | Self::OpenIdentity { person, .. }
            | Self::EraseIdentity { person } => person.to_string(),
            Self::SetResponsibility { infant, .. } => infant.to_string(),
            Self::RegisterDyad { dyad, .. }
            | Self::AddPart { dyad, .. }
            | Self::MoveSite { dyad, .. }
            | Self::AssignArm { dyad, .. }
            | Self::RecordEvent { dyad, .. }
            | Self::SetAttributes { dyad, .. }
            | Self::WithdrawConsent { dyad, .. }
            | Self::RecordAttendance { dyad, .. } => dyad.to_string(),
            Self::RecordConsent(consent) => consent.dyad.to_string(),
            Self::RecordEarlierConsent(consent) => consent.dyad.to_string(),
            Self::EndPart { part, .. } => part.to_string(),
            Self::SaveForm(saved) => saved.form.to_string(),
            Self::MarkNotDone { form, .. }
            | Self::SaveSecondEntry { form, .. }
            | Self::SettleEntries { form, .. }
            | Self::LockForm { form }
            | Self::UnlockForm { form }
            | Self::SignForm { form, .. }
            | Self::RaiseQuery { form, .. } => form.to_string(),
            Self::AnswerQuery { query, .. }
            | Self::CloseQuery { query }
            | Self::ReopenQuery { query, .. } => query.to_string(),
            Self::NameClinician { site, .. } => site.to_string(),
            Self::ChooseQuotation(chosen) => chosen.quotation.to_string(),
            Self::RemoveQuotation { quotation } => quotation.to_string(),
            Self::AcknowledgeAlert { alert, .. } => alert.to_string(),
            Self::RecordSession { session, .. } => session.clone(),
            Self::Video(command) => command.subject(),
        })
    }
}
