//! Names are typed wherever names can be typed, and looked for everywhere else: in the log at its most
//! talkative, in every address and header, in what is told after a mistake, in exports, and in every file of
//! the store: database, write-ahead log, backups.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use attune_store::{Actor, Role, location::DatabaseKind};
use axum::http::StatusCode;
use tracing_subscriber::fmt::MakeWriter;

use crate::{
    families::{agree_with, enrol, path, send, somebody, went, world},
    harness::{Answer, Browser},
};

/// Typed by this test alone, beside the names that [`enrol`] types.
const TYPED: [&str; 9] = [
    "Zibelinda",
    "Quetzalmond",
    "Xanthippola",
    "07700900417",
    "zibelinda@canary.example",
    "17 Canary Crescent",
    "ring after the school run",
    "understood every word",
    "Wolframina",
];
const ENROLLED: [&str; 4] = ["Wilhelmina", "Quackenbush", "Philippa", "Ottoline"];

/// The server's log.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What was logged so far.
    pub fn text(&self) -> String {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&log).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What was seen of an answer by others than the person who typed.
fn headers(answer: &Answer) -> String {
    format!("{} {:?}", answer.status, answer.headers)
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_in_no_log_address_export_or_file() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    // Another test of this process may have begun a log of its own; then it would not be looked at.
    tracing::subscriber::set_global_default(subscriber).expect("the only log of this process");
    let world = world().await;
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let mut manager = somebody(&world, "mia", Role::DataManager, &[]).await;
    let mut seen = Vec::new();

    // Enrolment, first with a mistake beside the names.
    let wrong = [
        ("site", "hostel-a"),
        ("on", "2099-01-01"),
        ("baby-given", TYPED[0]),
        ("carer-family", TYPED[1]),
    ];
    let new = "/families/new";
    let refused = send(&mut assessor, new, new, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    seen.push(headers(&refused));
    let family = enrol(&mut assessor).await;

    // Names and everything else on the page of names.
    let names = format!("/families/{family}/names");
    let page = manager.get(&path(&names)).await.body;
    let person = page
        .split("name=\"person\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a person")
        .to_owned();
    let fields = [
        ("person", person.as_str()),
        ("given-name", TYPED[0]),
        ("family-name", TYPED[1]),
        ("known-as", TYPED[2]),
        ("phone", TYPED[3]),
        ("email", TYPED[4]),
        ("address", TYPED[5]),
        ("contact-note", TYPED[6]),
    ];
    seen.push(headers(&recorded(&mut manager, &names, &fields).await));
    let wrong = [("person", person.as_str()), ("birth-date", TYPED[2])];
    let refused = send(&mut manager, &names, &format!("{names}/record"), &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    seen.push(headers(&refused));

    // The notes of a consent, and a further carer.
    let agreed = agree_with(
        &mut assessor,
        &family,
        ("participation", "Taking part"),
        (TYPED[7], TYPED[8]),
    )
    .await;
    seen.push(headers(&agreed));
    went(&agreed);
    let one = format!("/families/{family}");
    let further = [
        ("role", "other-carer"),
        ("given", TYPED[2]),
        ("family-name", TYPED[1]),
        ("telephone", TYPED[3]),
        ("since", "2026-11-26"),
        ("responsibility", ""),
    ];
    let added = send(&mut assessor, &one, &format!("{one}/people"), &further).await;
    seen.push(headers(&added));
    went(&added);

    // Somebody is looked for by name, found and opened; and a name is typed where a sign-in name belongs.
    let found = manager
        .post(&path("/families/find"), &[("name", TYPED[1])])
        .await;
    assert!(found.body.contains(&family), "{}", found.body);
    seen.push(headers(&found));
    let why = [("person", person.as_str()), ("why", "to arrange the visit")];
    let opened = send(&mut manager, &names, &format!("{names}/open"), &why).await;
    assert!(
        opened.body.contains(TYPED[4]),
        "the test types what is kept"
    );
    seen.push(headers(&opened));
    let sign_in = [("login", TYPED[1]), ("password", TYPED[0])];
    seen.push(headers(&world.browser().post("/sign-in", &sign_in).await));

    // What leaves the place.
    let store = world.state.store();
    let at = world.state.now();
    assert_eq!(
        store.backup(&Actor::PROGRAM, at).await.expect("made").fault,
        None
    );
    for page in [
        "",
        "/families",
        "/schedule",
        "/queries",
        "/measures",
        "/audit",
    ] {
        let answer = manager.get(&path(page)).await;
        seen.push(format!("{} {}", headers(&answer), answer.body));
    }
    let export = manager.get(&path("/export")).await;
    seen.push(format!("{} {}", headers(&export), export.body));
    let drawn = store.records(&"hostel-clinic".into()).await.expect("drawn");
    seen.push(format!("{:?}", drawn.records));

    let logged = log.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let told = String::from_utf8_lossy(&logged).into_owned();
    assert!(
        told.contains("/studies/{study}/families/{family}/names/record"),
        "the log that is looked at is that of the server"
    );
    let mut looked_at: Vec<(String, Vec<u8>)> = vec![("the log".to_owned(), logged)];
    looked_at.extend(
        (0..)
            .zip(seen)
            .map(|(n, text)| (format!("answer {n}"), text.into_bytes())),
    );
    let folder = store.location().data.parent().expect("a folder").to_owned();
    for file in files_below(&folder) {
        let bytes = fs::read(&file).expect("read");
        looked_at.push((file.display().to_string(), bytes));
    }
    // PostgreSQL's own files are looked through by the store's tests.
    let is_a_file = matches!(store.location().database, DatabaseKind::Lite);
    assert!(
        looked_at.iter().any(|(name, _)| name.contains("/backups/"))
            && looked_at
                .iter()
                .any(|(name, _)| name.ends_with("attune.db-wal"))
                == is_a_file,
        "backups and the write-ahead log are among the files"
    );
    for (name, bytes) in &looked_at {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        for typed in TYPED.iter().chain(&ENROLLED) {
            assert!(
                !text.contains(&typed.to_lowercase()),
                "{name} holds {typed}"
            );
        }
        assert!(!name.to_lowercase().contains("quackenbush"));
    }
}

async fn recorded(browser: &mut Browser<'_>, page: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = send(browser, page, &format!("{page}/record"), fields).await;
    went(&answer);
    answer
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("listed") {
        let path = entry.expect("read").path();
        match path.is_dir() {
            true => all.extend(files_below(&path)),
            false => all.push(path),
        }
    }
    all
}
