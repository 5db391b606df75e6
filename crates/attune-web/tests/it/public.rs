//! The public pages as a server gives them: to anybody, without a cookie, with a choice that works without script,
//! counted without knowing who came.

use std::path::PathBuf;

use attune_protocol::{Protocol, StudyFolder};
use attune_publication::cookies;
use attune_store::{Actor, Command, Request as Change, Role};
use attune_web::Settings;
use axum::http::StatusCode;

use crate::harness::World;

/// An installation with example studies and their records.
async fn with_examples() -> World {
    let world = World::new(Settings::default()).await;
    for id in ["hostel-clinic", "baby-clinic-groups"] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../../studies")
            .join(id);
        let folder = StudyFolder::on_disk(&path).expect("the folder is there");
        let (protocol, _) = Protocol::read_folder(&folder).expect("the study is in order");
        let (store, at) = (world.state.store(), world.state.now());
        store
            .register_study(&Actor::PROGRAM, &folder, &protocol, at, None)
            .await
            .expect("registered");
        if !protocol.data.is_empty() {
            let (records, _) = attune_exchange::read_records(&protocol, &path)
                .unwrap_or_else(|problems| panic!("{}", problems.rendered()));
            store
                .import(&Actor::PROGRAM, &protocol.study.id, &records, at)
                .await
                .expect("imported");
        }
    }
    world
}

/// Seals the plan of the hostel study and reveals its arms.
async fn reveal(world: &World) {
    let protocol = world
        .state
        .store()
        .protocol(&"hostel-clinic".into())
        .await
        .expect("it is there");
    let seal = Command::SealPlan {
        fingerprint: protocol.fingerprint.clone(),
    };
    for command in [seal, Command::Unblind { dyad: None }] {
        let request = Change::new(Some("hostel-clinic".into()), command, world.state.now())
            .because("the data are complete");
        world
            .state
            .store()
            .execute(&Actor::PROGRAM, request)
            .await
            .expect("done");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_may_read_and_no_cookie_is_set() {
    let world = with_examples().await;
    let mut browser = world.browser();
    for (path, said) in [
        (
            "/public",
            "Baby clinics where the feelings of babies come first",
        ),
        ("/public/baby-clinic-groups", "Camden Health Visiting"),
        ("/public/hostel-clinic", "Simulated data."),
        ("/public/hostel-clinic/ar.html", "dir=\"rtl\""),
        (
            "/public/cookies.html",
            "These pages set no cookies while you read.",
        ),
        (
            "/public/about.html",
            "Attune writes no address into its records.",
        ),
        ("/public/publication.css", "--paper"),
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("set-cookie"), "", "{path}");
        assert!(answer.body.contains(said), "{path} does not say {said}");
    }
    assert!(browser.cookies.is_empty());
    let nowhere = browser.get("/public/nothing-here").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_public_only_once_arms_are_revealed() {
    let world = with_examples().await;
    let mut browser = world.browser();
    let before = browser.get("/public/hostel-clinic").await;
    assert!(
        !before.body.contains("<figure"),
        "permuted arms are no result"
    );
    reveal(&world).await;
    let after = browser.get("/public/hostel-clinic").await;
    assert!(after.body.contains("<figure"));
    let figure = browser
        .get("/public/hostel-clinic/figures/courses-mental-over-time.csv")
        .await;
    assert_eq!(figure.header("content-type"), "text/csv; charset=utf-8");
}

#[tokio::test(flavor = "multi_thread")]
async fn visits_are_counted_until_somebody_objects_and_the_manager_sees_them() {
    let world = with_examples().await;
    let mut browser = world.browser();
    browser.get("/public/baby-clinic-groups").await;
    browser.get("/public/baby-clinic-groups").await;
    let objected = browser
        .post("/public/cookies.html", &[("counts", "no")])
        .await;
    assert_eq!(objected.header("location"), "/public/cookies.html");
    let names: Vec<&String> = browser.cookies.keys().collect();
    assert_eq!(names, [cookies::CHOICE], "the choice is the only cookie");
    let cookies_page = browser.get("/public/cookies.html").await;
    assert!(
        cookies_page
            .body
            .contains("You objected. Your visits are not counted.")
    );
    browser.get("/public/baby-clinic-groups").await;

    let (manager, secret) = world.add("manager", true).await;
    world.give(manager, Role::DataManager, None, &[]).await;
    let mut manager = world.signed_in("manager", secret.as_deref()).await;
    let visits = manager.get("/visits").await;
    assert_eq!(visits.status, StatusCode::OK, "{}", visits.body);
    let row = "baby-clinic-groups/index.html</a></th><td class=\"figure\">2</td>";
    assert!(visits.body.contains(row), "{}", visits.body);
    let figure = manager.get("/visits/wide.svg").await;
    assert!(figure.body.contains("2 in all"), "{}", figure.body);
    let outside = world.browser().get("/visits").await;
    assert_ne!(outside.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_with_more_than_a_choice_is_refused_and_leads_nowhere_else() {
    let world = with_examples().await;
    let mut browser = world.browser();
    let more = [("counts", "no"), ("id", "me")];
    let refused = browser.post("/public/cookies.html", &more).await;
    assert!(refused.status.is_client_error());
    let away = [("counts", "no"), ("from", "https://elsewhere.example/")];
    let stays = browser.post("/public/cookies.html", &away).await;
    assert_eq!(stays.header("location"), "/public/cookies.html");
}

#[test]
fn every_cookie_of_the_application_is_in_the_registry() {
    let source = include_str!("../../src/cookies.rs");
    let names: Vec<&str> = source
        .split('"')
        .filter(|piece| {
            piece.starts_with("__Host-attune-") || piece.starts_with("attune-loopback-")
        })
        .filter(|piece| {
            piece
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        })
        .filter(|piece| !piece.ends_with('-'))
        .collect();
    assert!(names.len() >= 6, "{names:?}");
    for name in names {
        assert!(
            cookies::listed(name).is_some(),
            "{name} is not in the registry"
        );
    }
}
