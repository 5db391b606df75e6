//! A study folder comes in: as a folder with its paths, by a path of this machine; its check report has
//! every problem with its line and remedy.

use attune_store::Role;
use attune_web::{Settings, Transport};
use axum::http::StatusCode;

use crate::harness::{Browser, World};

async fn manager(world: &World) -> Browser<'_> {
    let (account, secret) = world.add("mia", true).await;
    world.give(account, Role::DataManager, None, &[]).await;
    world.signed_in("mia", secret.as_deref()).await
}

/// The template as a browser sends a chosen folder: each file with the folder's name before it.
fn folder() -> Vec<(String, Vec<u8>)> {
    attune_protocol::template()
        .iter()
        .map(|(name, text)| (format!("mine/{name}"), text.as_bytes().to_vec()))
        .collect()
}

fn borrowed(files: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_folder_is_sent_with_its_paths_and_its_records_come_with_it() {
    let world = World::new(Settings::default()).await;
    let mut manager = manager(&world).await;
    let page = manager.get("/studies/new").await.body;
    assert!(page.contains("webkitdirectory"), "{page}");
    let files = folder();
    let loaded = manager
        .send_files(
            "/studies/upload",
            &[("reason", ""), ("what", "load")],
            &borrowed(&files),
        )
        .await;
    assert_eq!(loaded.status, StatusCode::OK, "{}", loaded.body);
    assert!(loaded.body.contains("The study is loaded"));
    assert!(loaded.body.contains("Brought with it"), "{}", loaded.body);
    assert_eq!(
        manager.get("/studies/two-clinics").await.status,
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_is_shown_with_its_line_the_piece_and_the_remedy_and_nothing_is_loaded() {
    let world = World::new(Settings::default()).await;
    let mut manager = manager(&world).await;
    let mut files = folder();
    for (name, bytes) in &mut files {
        let text = String::from_utf8(bytes.clone()).expect("text");
        if name == "mine/study.toml" {
            *bytes = text
                .replace("allocation = \"site\"", "allocation = \"sites\"")
                .replace("plain-title", "plane-title")
                .into_bytes();
        }
    }
    let send = [("reason", ""), ("what", "load")];
    let told = manager
        .send_files("/studies/upload", &send, &borrowed(&files))
        .await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in [
        "study.toml, line 19, column",
        "<mark>&#34;sites&#34;</mark>",
        "<mark>plane-title</mark>",
        "Remedy:",
        "Nothing was loaded",
        "The same as the terminal prints it",
    ] {
        assert!(told.body.contains(words), "no {words} in {}", told.body);
    }
    assert!(
        world
            .state
            .store()
            .studies()
            .await
            .expect("read")
            .is_empty()
    );

    // A wrong cell of a data file has its file, row and column.
    let mut files = folder();
    for (name, bytes) in &mut files {
        if name == "mine/data/invented-families.csv" {
            let text = String::from_utf8(bytes.clone()).expect("text");
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            let twice = lines[1].clone();
            lines.push(twice);
            *bytes = lines.join("\n").into_bytes();
        }
    }
    let told = manager
        .send_files("/studies/upload", &send, &borrowed(&files))
        .await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        told.body.contains("data/invented-families.csv, row"),
        "{}",
        told.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_of_this_machine_is_taken_where_nobody_else_reaches_the_server() {
    let place = tempfile::tempdir().expect("a folder");
    for (name, text) in attune_protocol::template() {
        let path = place.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    let path = place.path().display().to_string();
    let world = World::new(Settings::default()).await;
    let mut at_home = manager(&world).await;
    for (wrong, words) in [
        ("studies/mine", "the whole path"),
        ("/nowhere-at-all", "no study.toml"),
    ] {
        let refused = at_home
            .post("/studies/from-path", &[("folder", wrong), ("what", "load")])
            .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains(words), "{}", refused.body);
    }
    let checked = at_home
        .post(
            "/studies/from-path",
            &[("folder", &path), ("what", "check")],
        )
        .await;
    assert!(
        checked.body.contains("The study is sound"),
        "{}",
        checked.body
    );
    assert!(
        world
            .state
            .store()
            .studies()
            .await
            .expect("read")
            .is_empty()
    );
    let loaded = at_home
        .post("/studies/from-path", &[("folder", &path), ("what", "load")])
        .await;
    assert!(
        loaded.body.contains("The study is loaded"),
        "{}",
        loaded.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_others_reach_takes_no_path() {
    let settings = Settings {
        transport: Transport::Encrypted {
            public_address: None,
        },
        ..Settings::default()
    };
    let world = World::new(settings).await;
    let mut away = manager(&world).await;
    let page = away.get("/studies/new").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("/studies/from-path"));
    let refused = away
        .post(
            "/studies/from-path",
            &[("folder", "/etc"), ("what", "check")],
        )
        .await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_goes_from_the_inbox_when_it_is_loaded_and_stays_when_it_is_not() {
    let world = World::new(Settings::default()).await;
    let mut manager = manager(&world).await;
    let inbox = world.state.store().location().data.join("inbox");
    let waiting = inbox.join("mine");
    for (name, text) in attune_protocol::template() {
        let file = waiting.join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        std::fs::write(file, text).expect("written");
    }
    let page = manager.get("/studies/new").await.body;
    assert!(page.contains("there its data lie in the clear"), "{page}");
    let load = async |manager: &mut Browser<'_>, what: &str, delete: &str| {
        let fields = [
            ("folder", "mine"),
            ("reason", "the same again"),
            ("what", what),
            ("delete", delete),
        ];
        let answer = manager.post("/studies/from-inbox", &fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    };
    load(&mut manager, "check", "yes").await;
    load(&mut manager, "load", "").await;
    assert!(waiting.is_dir(), "nobody asked for it to go");
    load(&mut manager, "load", "yes").await;
    assert!(!waiting.exists() && inbox.is_dir());
}
