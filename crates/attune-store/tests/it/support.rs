//! A small world to test in: an empty store on either database, and words for what tests do often.

use std::{path::PathBuf, sync::Arc};

use attune_protocol::{
    Protocol, StudyFolder,
    id::{ItemId, StudyId},
};
use attune_store::{
    Actor, Command, Location, Moment, Receipt, Request, Result, Role, Sight, Store,
    command::{AnswerValue, Authority, Being, ConsentGiven, DyadEvent, FormSaved, Manner},
    ids::{AccountId, ConsentId, DyadKey, EventId, FormId, PersonId},
    location::DatabaseKind,
    vault::{Identifier, Identifying, PersonKey},
};
use jiff::civil::date;
use tempfile::TempDir;

pub mod postgres;

/// Which database.
pub enum Place {
    Lite,
    Postgres(Arc<postgres::Server>),
}

/// An empty store in a folder that goes when the test ends.
pub struct World {
    pub store: Store,
    pub location: Location,
    pub folder: TempDir,
    /// The server, where the database is on one.
    pub server: Option<Arc<postgres::Server>>,
}

/// Noon of a day in June 2024, UTC.
pub const NOON: Moment = Moment {
    micros: 1_718_452_800_000_000,
    offset_minutes: 60,
};

pub const ADA: Actor = Actor {
    account: None,
    role: Some(Role::DataManager),
};

/// Texts that identify the family of [`World::family`]; they must be nowhere in the clear.
pub const CANARIES: [&str; 4] = ["Zibeline", "Quetzalcanary", "07700900417", "2024-03-17"];

/// Ids of a family.
#[derive(Debug, Clone, Copy)]
pub struct Family {
    pub dyad: DyadKey,
    pub infant: PersonId,
    pub carer: PersonId,
}

impl World {
    pub async fn new(place: &Place) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut location = Location::folder(folder.path().join("data"));
        if let Place::Postgres(server) = place {
            location.database = DatabaseKind::Postgres {
                url: server.url.clone(),
                schema: Some(server.new_schema().await),
            };
        }
        let store = Store::open(location.clone()).await.expect("opens");
        Self {
            store,
            location,
            folder,
            server: match place {
                Place::Lite => None,
                Place::Postgres(server) => Some(Arc::clone(server)),
            },
        }
    }

    pub async fn lite() -> Self {
        Self::new(&Place::Lite).await
    }

    /// Closes the store and opens it again.
    pub async fn reopened(self) -> Self {
        self.store.close().await;
        let store = Store::open(self.location.clone())
            .await
            .expect("opens again");
        Self { store, ..self }
    }

    pub async fn account(&self, login: &str) -> AccountId {
        let account = AccountId::new();
        let command = Command::CreateAccount {
            account,
            login: login.to_owned(),
            name: format!("Name of {login}"),
        };
        self.instance(command).await.expect("an account");
        account
    }

    pub async fn instance(&self, command: Command) -> Result<Receipt> {
        let request = Request::new(None, command, NOON);
        self.store.execute(&ADA, request).await
    }

    pub async fn ask(&self, study: &StudyId, command: Command) -> Result<Receipt> {
        self.ask_all(study, vec![command]).await
    }

    pub async fn ask_all(&self, study: &StudyId, commands: Vec<Command>) -> Result<Receipt> {
        let request = Request::all(Some(study.clone()), commands, NOON);
        self.store.execute(&ADA, request).await
    }

    pub async fn ask_because(
        &self,
        study: &StudyId,
        command: Command,
        why: &str,
    ) -> Result<Receipt> {
        let request = Request::new(Some(study.clone()), command, NOON).because(why);
        self.store.execute(&ADA, request).await
    }

    /// A family with names and dates, enrolled on 15 June 2024, without consents.
    pub async fn family(&self, study: &StudyId, site: &str) -> Family {
        let family = Family {
            dyad: DyadKey::new(),
            infant: PersonId::new(),
            carer: PersonId::new(),
        };
        let infant_key = self.store.new_person_key(family.infant).expect("a key");
        let carer_key = self.store.new_person_key(family.carer).expect("a key");
        let seal = |key: &PersonKey, field, text: &str| {
            key.seal(field, &Identifying::new(text)).expect("sealed")
        };
        let commands = vec![
            Command::RegisterPerson {
                person: family.infant,
                being: Being::Infant,
            },
            Command::RegisterPerson {
                person: family.carer,
                being: Being::Carer,
            },
            Command::RecordIdentity {
                person: family.infant,
                fields: vec![
                    seal(&infant_key, Identifier::GivenName, CANARIES[0]),
                    seal(&infant_key, Identifier::BirthDate, "2024-03-17"),
                    seal(&infant_key, Identifier::DueDate, "2024-04-14"),
                ],
            },
            Command::RecordIdentity {
                person: family.carer,
                fields: vec![
                    seal(&carer_key, Identifier::FamilyName, CANARIES[1]),
                    seal(&carer_key, Identifier::Phone, CANARIES[2]),
                ],
            },
            Command::RegisterDyad {
                dyad: family.dyad,
                infant: family.infant,
                carer: family.carer,
                site: site.into(),
                code: None,
                on: Some(date(2024, 6, 15)),
            },
            Command::RecordEvent {
                event: EventId::new(),
                dyad: family.dyad,
                what: DyadEvent::Enrolled,
                on: Some(date(2024, 6, 15)),
                why: None,
            },
        ];
        let request = Request::all(Some(study.clone()), commands, NOON)
            .with_secret(infant_key.secret())
            .with_secret(carer_key.secret());
        self.store.execute(&ADA, request).await.expect("a family");
        family
    }

    /// Consent of the carer, for the infant, to a purpose.
    pub fn consent(&self, family: Family, purpose: &str, given: bool) -> Command {
        let (_, protocol) = hostel();
        let planned = protocol.consents.iter().find(|one| *one.id == *purpose);
        let text = &planned.expect("planned").texts[0];
        Command::RecordConsent(Box::new(ConsentGiven {
            consent: ConsentId::new(),
            dyad: family.dyad,
            purpose: purpose.into(),
            for_person: family.infant,
            by_person: family.carer,
            authority: Authority::ParentUnderSixteen,
            given,
            version: text.version.clone(),
            language: text.language.clone(),
            text: text.fingerprint.clone(),
            on: date(2024, 6, 15),
            manner: Manner::SignedOnPaper,
            competence: None,
            witness: None,
        }))
    }

    /// A family that consented to taking part.
    pub async fn consenting_family(&self, study: &StudyId, site: &str) -> Family {
        let family = self.family(study, site).await;
        let consent = self.consent(family, "participation", true);
        self.ask(study, consent).await.expect("consent");
        family
    }

    /// A finished PHQ-9 of the carer at enrolment, every answer the same.
    pub async fn phq(&self, study: &StudyId, family: Family, answer: f64) -> FormSaved {
        let dyad = self
            .store
            .dyad(study, &Sight::FULL, family.dyad)
            .await
            .expect("there");
        FormSaved {
            form: FormId::new(),
            unit: dyad.code.to_string(),
            dyad: Some(family.dyad),
            instrument: "phq-9".into(),
            wave: Some("enrolment".into()),
            site: dyad.site,
            on: Some(date(2024, 6, 16)),
            days_after_enrolment: None,
            assessor: Some("assessor-1".to_owned()),
            base: 0,
            complete: true,
            answers: (1..=9)
                .map(|n| (ItemId::new(format!("q{n}")), AnswerValue::Number(answer)))
                .collect(),
            alerts: Vec::new(),
        }
    }

    /// The hostel study of the examples, registered.
    pub async fn hostel(&self) -> StudyId {
        let (folder, protocol) = hostel();
        let registered = self
            .store
            .register_study(&ADA, &folder, &protocol, NOON, None)
            .await;
        registered.expect("registered");
        protocol.study.id
    }
}

/// The hostel study of the examples.
pub fn hostel() -> (StudyFolder, Protocol) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../studies/hostel-clinic");
    let folder = StudyFolder::on_disk(&folder).expect("the example study");
    let (protocol, _) = Protocol::read_folder(&folder).expect("sound");
    (folder, protocol)
}
