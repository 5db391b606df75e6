//! Opening stores that are old, new, damaged, full, or without their keys.

use std::fs;

use attune_store::{
    Command, Location, Request, Store, StoreError, command::WithdrawalLevel, ids::AccountId,
};
use jiff::civil::date;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::support::{ADA, NOON, World};

async fn statement(location: &Location, sql: &'static str) {
    let options = SqliteConnectOptions::new().filename(location.database_file());
    let mut connection = SqliteConnection::connect_with(&options)
        .await
        .expect("opens");
    sqlx::query(sql)
        .execute(&mut connection)
        .await
        .expect("done");
    connection.close().await.expect("closed");
}

#[tokio::test]
async fn a_newer_database_is_refused_with_a_clear_sentence() {
    let world = World::lite().await;
    world.store.close().await;
    statement(
        &world.location,
        "INSERT INTO schema_version VALUES (99, 0, '9.0.0')",
    )
    .await;
    let before = fs::read(world.location.database_file()).expect("read");
    let refused = Store::open(world.location.clone())
        .await
        .err()
        .expect("refused");
    let told = refused.to_string();
    assert!(
        told.contains("version 99") && told.contains("newer program"),
        "{told}"
    );
    let after = fs::read(world.location.database_file()).expect("read");
    assert!(before == after, "it was not touched");
}

#[tokio::test]
async fn a_store_without_its_keys_does_not_open_and_makes_no_new_ones() {
    let world = World::lite().await;
    world.store.close().await;
    let aside = world.folder.path().join("aside");
    fs::rename(&world.location.keys, &aside).expect("moved");
    let refused = Store::open(world.location.clone())
        .await
        .err()
        .expect("refused");
    assert!(refused.to_string().contains("bring it back"), "{refused}");
    assert!(!world.location.keys.join("master.key").exists());
    fs::rename(&aside, &world.location.keys).expect("moved back");
    assert!(Store::open(world.location).await.is_ok());
}

#[tokio::test]
async fn a_full_disk_stops_writing_and_loses_nothing() {
    let world = World::lite().await;
    let study = world.hostel().await;
    world.store.close().await;
    let mut location = world.location.clone();
    let pages = fs::metadata(location.database_file()).expect("there").len() / 4096;
    location.most_pages = Some(pages as u32 + 40);
    let store = Store::open(location.clone()).await.expect("opens");
    let note = |n: usize| {
        let command = Command::Note {
            what: "filling".to_owned(),
            subject: None,
            facts: [("text".to_owned(), "x".repeat(2000))].into(),
        };
        Request::new(Some(study.clone()), command, NOON).with_key(format!("note {n}"))
    };
    let mut n_acknowledged = 0;
    let error = loop {
        match store.execute(&ADA, note(n_acknowledged)).await {
            Ok(_) => n_acknowledged += 1,
            Err(error) => break error,
        }
        assert!(n_acknowledged < 10_000, "the disk never filled");
    };
    assert!(n_acknowledged > 0);
    assert!(matches!(error, StoreError::Stopped(_)), "{error:?}");
    let small = Command::CreateAccount {
        account: AccountId::new(),
        login: "small".to_owned(),
        name: "small".to_owned(),
    };
    let next = store.execute(&ADA, Request::new(None, small, NOON)).await;
    assert!(matches!(next, Err(StoreError::Stopped(_))), "{next:?}");
    assert!(store.studies().await.is_ok(), "reading goes on");
    store.close().await;
    location.most_pages = None;
    let store = Store::open(location).await.expect("opens with more room");
    for n in 0..=n_acknowledged {
        let receipt = store
            .execute(&ADA, note(n))
            .await
            .expect("stored or answered");
        assert_eq!(receipt.repeated, n < n_acknowledged, "note {n}");
    }
    assert!(store.verify().await.expect("verified").is_sound());
}

/// Where these bytes are among the files of the database.
fn places_of(location: &Location, wanted: &[u8]) -> Vec<String> {
    let mut places = Vec::new();
    for entry in fs::read_dir(&location.data).expect("listed") {
        let path = entry.expect("read").path();
        let is_there = |bytes: Vec<u8>| bytes.windows(wanted.len()).any(|some| some == wanted);
        if path.is_file() && is_there(fs::read(&path).expect("read")) {
            places.push(path.display().to_string());
        }
    }
    places
}

#[tokio::test]
async fn what_was_erased_is_not_in_the_files_of_the_database_either() {
    let world = World::lite().await;
    let study = world.hostel().await;
    let family = world.consenting_family(&study, "hostel-a").await;
    let mut saved = world.phq(&study, family, 1.0).await;
    saved.unit = "Unit-that-nobody-else-has".to_owned();
    world
        .ask(&study, Command::SaveForm(Box::new(saved)))
        .await
        .expect("saved");
    let options = SqliteConnectOptions::new().filename(world.location.database_file());
    let mut connection = SqliteConnection::connect_with(&options)
        .await
        .expect("opens");
    let key: Vec<u8> = sqlx::query_scalar("SELECT wrapped FROM vault_key WHERE person = $1")
        .bind(family.carer.to_string())
        .fetch_one(&mut connection)
        .await
        .expect("a key");
    connection.close().await.expect("closed");
    let answers = b"Unit-that-nobody-else-has";
    assert!(!places_of(&world.location, &key).is_empty());
    assert!(!places_of(&world.location, answers).is_empty());
    let erase = Command::EraseIdentity {
        person: family.carer,
    };
    world
        .ask_because(&study, erase, "asked to be forgotten")
        .await
        .expect("erased");
    assert_eq!(places_of(&world.location, &key), [""; 0]);
    let withdraw = Command::WithdrawConsent {
        dyad: family.dyad,
        purpose: "participation".into(),
        level: WithdrawalLevel::Erase,
        on: date(2024, 7, 1),
        ends_taking_part: true,
    };
    world
        .ask_because(&study, withdraw, "asked for it")
        .await
        .expect("withdrawn");
    assert_eq!(places_of(&world.location, answers), [""; 0]);
    world.store.close().await;
}

#[tokio::test]
async fn what_is_no_database_is_refused() {
    let world = World::lite().await;
    world.store.close().await;
    fs::write(
        world.location.database_file(),
        "not a database at all, only words ".repeat(200),
    )
    .expect("written");
    assert!(Store::open(world.location).await.is_err());
}
