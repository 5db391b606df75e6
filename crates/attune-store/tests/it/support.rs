//! A small world to test in: an empty store on either database, and words for what tests do often.

use std::path::PathBuf;

use attune_protocol::{Protocol, StudyFolder, id::StudyId};
use attune_store::{
    Actor, Command, Location, Moment, Receipt, Request, Result, Role, Store, ids::AccountId,
    location::DatabaseKind,
};
use tempfile::TempDir;

pub mod postgres;

/// Which database.
pub enum Place {
    Lite,
    Postgres(postgres::Server),
}

/// An empty store in a folder that goes when the test ends.
pub struct World {
    pub store: Store,
    pub location: Location,
    pub folder: TempDir,
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
