//! Rows of ASVS 5.0 that no other file has a test for, each named by its id. Which row is tested where, and
//! which does not apply, is the table of `docs/decisions/asvs.md`; a test reads it.

use std::{fs, path::Path};

use attune_store::{Role, Sight, ids::QueryId};
use attune_web::Settings;
use axum::http::StatusCode;

use crate::{
    exporting,
    families::{STUDY, enrol, new_assessment, path, send, somebody},
    harness::World,
    walk::every_answer,
};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Every Rust file below a folder.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path.strip_prefix(root()).unwrap_or(&path);
            let text = fs::read_to_string(&path).expect("text");
            found.push((name.display().to_string(), text));
        }
    }
}

#[test]
fn asvs_1_2_4_statements_are_texts_of_the_program_and_values_travel_beside() {
    let mut files = Vec::new();
    sources(&root().join("crates/attune-store/src"), &mut files);
    assert!(files.len() > 40);
    // Statements that are put together at run time: names of tables from one list, or as many places for values
    // as there are rows; and no value.
    let may = [
        "backup.rs",
        "dump.rs",
        "rebuild.rs",
        "tables.rs",
        "database.rs",
        "apply/video/bringing.rs",
    ];
    for (name, text) in &files {
        let makes = text.contains("run_made(") || text.contains("rows_made(");
        let is_listed = may
            .iter()
            .any(|file| name.ends_with(&format!("src/{file}")));
        assert!(!makes || is_listed, "{name} makes statements at run time");
    }
    // No other crate speaks SQL.
    let mut others = Vec::new();
    for name in ["attune-web", "attune", "attune-exchange"] {
        sources(&root().join("crates").join(name).join("src"), &mut others);
    }
    for (name, text) in &others {
        let speaks = text.contains("sqlx::") || text.contains("INSERT INTO");
        assert!(!speaks, "{name} speaks SQL");
    }
}

#[test]
fn asvs_1_3_6_nothing_in_the_program_can_fetch_an_address() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("the lockfile");
    for name in [
        "reqwest",
        "ureq",
        "isahc",
        "curl",
        "attohttpc",
        "minreq",
        "hyper-tls",
    ] {
        assert!(!lock.contains(&format!("name = \"{name}\"")), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_2_2_2_the_server_judges_what_a_browser_should_have_judged() {
    let world = exporting::world().await;
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let family = enrol(&mut assessor).await;
    let from = new_assessment(&family, "phq-9");
    let to = format!("/families/{family}/assessments/new");
    let page = assessor.get(&path(&from)).await.body;
    let item = page.split("data-item=\"").nth(1).expect("an item");
    let field = format!("a.{}", item.split('"').next().expect("an id"));
    let sent = |value: &str| {
        vec![
            ("instrument", "phq-9".to_owned()),
            ("wave", "enrolment".to_owned()),
            ("on", "2026-11-26".to_owned()),
            ("do", "later".to_owned()),
            ("field", value.to_owned()),
        ]
    };
    for value in ["4", "-1", "1.5", "a", "1; DROP TABLE form"] {
        let fields = sent(value);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| match *name {
                "field" => (field.as_str(), value.as_str()),
                name => (name, value.as_str()),
            })
            .collect();
        let answer = send(&mut assessor, &from, &to, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_2_2_3_days_that_contradict_each_other_are_refused_together() {
    let world = exporting::world().await;
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let store = world.state.store();
    let count = async || {
        let dyads = store.dyads(&STUDY.into(), &Sight::FULL).await;
        dyads.expect("read").len()
    };
    let before = count().await;
    let answer = send(
        &mut assessor,
        "/families/new",
        "/families/new",
        &[
            ("site", "hostel-a"),
            ("on", "2027-01-01"),
            ("baby-given", "Wilhelmina"),
            ("born", "2026-11-01"),
            ("due", "2025-11-01"),
            ("carer-given", "Philippa"),
            ("responsibility", "birth"),
        ],
    )
    .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("still to come"), "{}", answer.body);
    assert!(answer.body.contains("more than 18 weeks from the birth"));
    assert_eq!(count().await, before, "nothing is half written");
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_2_3_1_no_answer_is_taken_before_consent() {
    let world = exporting::world().await;
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let family = enrol(&mut assessor).await;
    let from = new_assessment(&family, "developmental-index");
    let page = assessor.get(&path(&from)).await.body;
    assert!(page.contains("Consent first"), "{page}");
    let fields = [
        ("instrument", "developmental-index"),
        ("wave", "enrolment"),
        ("on", "2026-11-26"),
        ("do", "later"),
    ];
    let to = format!("/families/{family}/assessments/new");
    let answer = send(&mut assessor, &from, &to, &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("consent"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_3_2_1_and_5_4_1_what_is_taken_out_is_saved_and_never_shown_under_a_name_of_ours() {
    let world = exporting::world().await;
    let mut manager = somebody(&world, "mia", Role::DataManager, &[]).await;
    let csv = manager
        .get(&path("/measures.csv?unit=%22%0d%0aSet-Cookie:x"))
        .await;
    assert_eq!(
        csv.header("content-disposition"),
        "attachment; filename=\"hostel-clinic-measures.csv\""
    );
    assert_eq!(csv.header("x-content-type-options"), "nosniff");
    let zip = send(&mut manager, "/export", "/export", &[("smallest", "5")]).await;
    assert!(zip.header("content-disposition").starts_with("attachment"));
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_5_2_1_a_request_that_is_too_large_is_refused_with_words() {
    let world = World::new(Settings::default()).await;
    let mut browser = world.browser();
    let much = "x".repeat(3 * 1024 * 1024);
    let answer = browser
        .post("/sign-in", &[("login", &much), ("password", "y")])
        .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(
        answer.body.contains("Nothing was changed"),
        "{}",
        answer.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_8_2_3_names_are_in_no_answer_for_whoever_may_not_open_them() {
    let world = exporting::world().await;
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let family = enrol(&mut assessor).await;
    for (login, role) in [
        ("sam", Role::Statistician),
        ("fay", Role::Facilitator),
        ("lea", Role::LeadEvaluator),
        ("aud", Role::Auditor),
    ] {
        let mut browser = somebody(&world, login, role, &[]).await;
        let answers = every_answer(&mut browser, &family, &[], "").await;
        assert!(answers.len() > 60);
        for (address, answer) in answers {
            for name in ["Wilhelmina", "Quackenbush", "Philippa", "07700 900123"] {
                assert!(
                    !answer.body.contains(name),
                    "{address} tells {name} to {role:?}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_13_4_2_and_13_4_5_nothing_for_developers_is_open_and_no_failure_shows_the_inside() {
    let world = World::new(Settings::default()).await;
    let mut browser = world.browser();
    for address in [
        "/debug",
        "/metrics",
        "/.git/config",
        "/api-docs",
        "/openapi.json",
        "/server-status",
        "/.env",
        "/admin",
        "/assets/../Cargo.toml",
    ] {
        let answer = browser.get(address).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
        for inside in ["panicked", "src/", "sqlx", "axum", "RUST_BACKTRACE"] {
            assert!(!answer.body.contains(inside), "{address} shows {inside}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_14_3_1_signing_out_clears_what_the_browser_keeps() {
    let world = World::new(Settings::default()).await;
    world.add("mia", false).await;
    let mut browser = world.signed_in("mia", None).await;
    let out = browser.post("/sign-out", &[]).await;
    assert!(out.header("clear-site-data").contains("cache"), "{out:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_2_3_3_an_act_of_several_steps_is_stored_whole_or_not_at_all() {
    let world = exporting::world().await;
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let key = QueryId::new().to_string();
    let fields = [
        ("key", key.as_str()),
        ("site", "hostel-a"),
        ("on", "2026-11-26"),
        ("baby-given", "Wilhelmina"),
        ("born", "2026-09-01"),
        ("carer-of", "no-such-family"),
    ];
    let log = async || {
        let store = world.state.store();
        store.log(Some(&STUDY.into()), None, 1).await.expect("read")[0].sequence
    };
    let before = log().await;
    let answer = assessor.post(&path("/families/new"), &fields).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(
        log().await,
        before,
        "the baby is not stored without its family"
    );
}

#[test]
fn the_table_of_asvs_rows_names_tests_that_there_are() {
    let page = fs::read_to_string(root().join("docs/decisions/asvs.md")).expect("the page");
    let mut files = Vec::new();
    for folder in ["crates", "xtask"] {
        sources(&root().join(folder), &mut files);
    }
    let reasons = ["Does not apply", "No machine can judge it"];
    let (mut n_rows, mut n_tests) = (0, 0);
    for line in page
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains('.'))
    {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [ids, _, how] = cells[..] else {
            continue;
        };
        if !ids.starts_with(|letter: char| letter.is_ascii_digit()) {
            continue;
        }
        n_rows += 1;
        let mut tests = how.split('`').skip(1).step_by(2).peekable();
        assert!(
            tests.peek().is_some() || reasons.iter().any(|reason| how.starts_with(reason)),
            "{ids} has neither a test nor a reason"
        );
        if reasons.iter().any(|reason| how.starts_with(reason)) {
            continue;
        }
        for test in tests {
            n_tests += 1;
            let is_there = files
                .iter()
                .any(|(_, text)| text.contains(&format!("fn {test}(")));
            assert!(is_there, "{ids}: there is no test {test}");
        }
    }
    // A test that is called after a row stands in the table.
    for (name, text) in &files {
        for test in text.split("fn asvs_").skip(1) {
            let test = format!("asvs_{}", test.split('(').next().unwrap_or_default());
            let is_listed = test.contains('"') || page.contains(&format!("`{test}`"));
            assert!(is_listed, "{name}: no row names {test}");
        }
    }
    assert!(
        n_rows >= 75 && n_tests >= 95,
        "{n_rows} rows, {n_tests} tests"
    );
}
