//! Keeping a store from the command line: people, backups, restoring, verifying.

use std::{fs, path::Path};

use crate::support::{folder, json, run, succeed, told};

/// A store with one person.
fn store_with_ada() -> tempfile::TempDir {
    let here = folder(&[]);
    let said = succeed(
        here.path(),
        &[
            "user",
            "add",
            "ada",
            "--name",
            "Ada Example",
            "--role",
            "data-manager",
            "--data",
            "d",
        ],
    );
    assert!(said.contains("one-time code: "), "{said}");
    here
}

fn backup_in(here: &Path, document: &serde_json::Value) -> String {
    let made = document["folder"].as_str().expect("a folder");
    let name = Path::new(made).file_name().expect("a name");
    assert!(
        here.join("d/backups")
            .join(name)
            .join("manifest.json")
            .exists()
    );
    format!("d/backups/{}", name.to_string_lossy())
}

#[test]
fn a_person_is_added_listed_and_reset() {
    let here = store_with_ada();
    let list = json(here.path(), &["user", "list", "--data", "d"]);
    assert_eq!(list["people"][0]["login"], "ada");
    assert_eq!(list["people"][0]["roles"][0]["role"], "data-manager");
    let twice = told(
        here.path(),
        &["user", "add", "ADA", "--name", "Other", "--data", "d"],
    );
    assert!(twice.contains("the login ada is taken"), "{twice}");
    let first = json(here.path(), &["user", "reset", "ada", "--data", "d"]);
    let second = json(here.path(), &["user", "reset", "ada", "--data", "d"]);
    let code = |document: &serde_json::Value| document["code"].as_str().map(str::to_owned);
    assert_eq!(code(&first).map(|code| code.len()), Some(17));
    assert_ne!(code(&first), code(&second));
    let nobody = told(here.path(), &["user", "reset", "bea", "--data", "d"]);
    assert!(nobody.contains("nobody signs in as bea"), "{nobody}");
    let role = run(
        here.path(),
        &[
            "user", "add", "x", "--name", "X", "--role", "king", "--data", "d",
        ],
    );
    assert_eq!(role.code, 2);
    assert!(
        role.err.contains("possible are data-manager"),
        "{}",
        role.err
    );
}

#[test]
fn a_backup_is_made_listed_and_restored() {
    let here = store_with_ada();
    let made = json(here.path(), &["backup", "--data", "d"]);
    assert_eq!(made["verified"], true);
    let backup = backup_in(here.path(), &made);
    let list = succeed(here.path(), &["backup", "--list", "--data", "d"]);
    assert!(list.ends_with("  verified\n"), "{list}");
    let taken = told(here.path(), &["restore", &backup, "--data", "d"]);
    assert!(taken.contains("there is a store at"), "{taken}");
    let keyless = told(here.path(), &["restore", &backup, "--data", "e"]);
    assert!(keyless.contains("bring it back"), "{keyless}");
    assert!(!here.path().join("e").exists(), "nothing half-written");
    let arguments = ["restore", &backup, "--data", "e", "--keys", "d-keys"];
    let restored = json(here.path(), &arguments);
    assert_eq!(
        restored["restored"]["verified"]["chains"][0]["bad"],
        serde_json::Value::Null
    );
    let list = json(
        here.path(),
        &["user", "list", "--data", "e", "--keys", "d-keys"],
    );
    assert_eq!(list["people"][0]["login"], "ada");
}

#[test]
fn a_backup_is_copied_to_another_place_and_restored_from_there() {
    let here = store_with_ada();
    let alone = succeed(here.path(), &["backup", "--data", "d"]);
    assert!(alone.contains("a disk that breaks takes both"), "{alone}");
    let within = told(here.path(), &["backup", "--data", "d", "--to", "d/copies"]);
    assert!(within.contains("lies within the data folder"), "{within}");
    let made = json(
        here.path(),
        &["backup", "--data", "d", "--to", "usb/attune"],
    );
    let copy = made["copy"]["folder"].as_str().expect("a folder");
    fs::remove_dir_all(here.path().join("d")).expect("the disk is gone");
    let arguments = ["restore", copy, "--data", "e", "--keys", "d-keys"];
    let restored = json(here.path(), &arguments);
    let bad = &restored["restored"]["verified"]["chains"][0]["bad"];
    assert_eq!(*bad, serde_json::Value::Null);
    let left: Vec<String> = fs::read_dir(here.path().join("usb/attune"))
        .expect("read")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(left.is_empty(), "nothing half-written: {left:?}");
}

#[test]
fn a_sound_log_is_found_sound_and_its_tables_are_what_it_says() {
    let here = store_with_ada();
    succeed(here.path(), &["backup", "--data", "d"]);
    let verified = json(here.path(), &["audit", "verify", "--tables", "--data", "d"]);
    assert_eq!(verified["sound"], true);
    assert_eq!(verified["chains"][0]["n_heads"], 1);
    let rebuilt = json(here.path(), &["store", "rebuild", "--data", "d"]);
    assert_eq!(rebuilt["differing"], serde_json::json!([]));
    let said = succeed(
        here.path(),
        &["store", "rebuild", "--dry-run", "--data", "d"],
    );
    assert!(said.contains("they were what the log says"), "{said}");
}

#[test]
fn a_log_whose_newest_rows_are_gone_is_told_by_the_signed_head() {
    let here = store_with_ada();
    let old = here.path().join("d/attune.db");
    let before = fs::read(&old).expect("read");
    let add = ["user", "add", "bea", "--name", "Bea", "--data", "d"];
    succeed(here.path(), &add);
    succeed(here.path(), &["backup", "--data", "d"]);
    // Somebody puts the older database back.
    fs::write(&old, before).expect("written");
    let said = run(here.path(), &["audit", "verify", "--data", "d"]);
    assert_eq!(said.code, 1);
    assert!(
        said.out.contains("rows from this place on were cut off"),
        "{}",
        said.out
    );
}

#[test]
fn commands_about_a_store_never_make_one() {
    let here = folder(&[]);
    for arguments in [
        ["audit", "verify", "--data", "d"],
        ["store", "rebuild", "--data", "d"],
        ["user", "list", "--data", "d"],
        ["backup", "--list", "--data", "d"],
    ] {
        let said = told(here.path(), &arguments);
        assert!(said.contains("there is no store at"), "{said}");
    }
    let said = told(here.path(), &["move", "--to", "e", "--data", "d"]);
    assert!(said.contains("there is no store at"), "{said}");
    assert_eq!(fs::read_dir(here.path()).expect("listed").count(), 0);
}

#[test]
fn a_store_moves_to_another_folder_with_the_keys_that_it_has() {
    let here = store_with_ada();
    let moved = json(here.path(), &["move", "--to", "e", "--data", "d"]);
    assert!(moved["moved"]["n_rows"].as_u64() > Some(3), "{moved}");
    let list = json(
        here.path(),
        &["user", "list", "--data", "e", "--keys", "d-keys"],
    );
    assert_eq!(list["people"][0]["login"], "ada");
    let again = told(here.path(), &["move", "--to", "e", "--data", "d"]);
    assert!(again.contains("is not empty"), "{again}");
}
