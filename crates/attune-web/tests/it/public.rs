//! The public pages as a server gives them: to anybody, without a cookie, with a choice that works without script,
//! counted without knowing who came.

use std::{io::Read, path::PathBuf};

use attune_protocol::{Protocol, StudyFolder};
use attune_publication::cookies;
use attune_publication::open_data::reproduce;
use attune_store::{Actor, Command, Request as Change, Role};
use attune_web::Settings;
use axum::http::StatusCode;

use crate::harness::{Browser, World, ask};

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
            "/studies",
            "Baby clinics where the feelings of babies come first",
        ),
        ("/studies/baby-clinic-groups", "Camden Health Visiting"),
        ("/studies/hostel-clinic", "Simulated data."),
        ("/studies/hostel-clinic/ar.html", "dir=\"rtl\""),
        (
            "/studies/cookies.html",
            "These pages set no cookies while you read.",
        ),
        (
            "/studies/about.html",
            "It writes no address into its records.",
        ),
        ("/studies/publication.css", "--paper"),
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("set-cookie"), "", "{path}");
        assert!(answer.body.contains(said), "{path} does not say {said}");
    }
    assert!(browser.cookies.is_empty());
    let nowhere = browser.get("/studies/nothing-here").await;
    assert!(nowhere.header("location").starts_with("/sign-in?"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_about_the_site_are_served_in_the_languages_of_the_studies() {
    let world = with_examples().await;
    let mut browser = world.browser();
    for path in ["/studies", "/studies/cookies.html", "/studies/about.html"] {
        let english = browser.get(path).await.body;
        assert!(
            english.contains(&format!("href=\"{path}?in=ar\" lang=\"ar\"")),
            "{english}"
        );
        let arabic = browser.get(&format!("{path}?in=ar")).await.body;
        assert!(arabic.contains("<html lang=\"ar\" dir=\"rtl\">"), "{path}");
        // A language in which no study is told has no pages of its own.
        let other = browser.get(&format!("{path}?in=pl")).await.body;
        assert!(other.contains("<html lang=\"en\""), "{path}");
    }
    let objected = [("counts", "no")];
    let answer = browser.post("/studies/cookies.html?in=ar", &objected).await;
    assert_eq!(answer.header("location"), "/studies/cookies.html?in=ar");
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_public_only_once_arms_are_revealed() {
    let world = with_examples().await;
    let mut browser = world.browser();
    let before = browser.get("/studies/hostel-clinic").await;
    assert!(
        !before.body.contains("<figure"),
        "permuted arms are no result"
    );
    reveal(&world).await;
    let after = browser.get("/studies/hostel-clinic").await;
    assert!(after.body.contains("<figure"));
    let figure = browser
        .get("/studies/hostel-clinic/figures/courses-mental-over-time.csv")
        .await;
    assert_eq!(figure.header("content-type"), "text/csv; charset=utf-8");
}

/// Somebody with a role in the hostel study, signed in with a second factor.
async fn member<'a>(world: &'a World, login: &str, role: Role) -> Browser<'a> {
    let (account, secret) = world.add(login, true).await;
    world.give(account, role, Some("hostel-clinic"), &[]).await;
    world.signed_in(login, secret.as_deref()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_is_the_public_page_for_the_public_and_the_study_s_home_for_its_members() {
    let world = with_examples().await;
    let outside = world.browser().get("/studies/hostel-clinic").await;
    assert_eq!(outside.status, StatusCode::OK);
    assert!(outside.body.contains("Research project team"));
    assert_eq!(outside.header("vary"), "cookie");
    assert_eq!(outside.header("cache-control"), "public, no-cache");

    let mut lead = member(&world, "lead", Role::LeadEvaluator).await;
    let inside = lead.get("/studies/hostel-clinic").await;
    assert!(inside.body.contains("Families by site"), "{}", inside.body);
    let link = "href=\"/studies/hostel-clinic/index.html\"";
    assert!(inside.body.contains(link));
    assert_eq!(inside.header("vary"), "cookie");
    assert_eq!(inside.header("cache-control"), "no-store");
    let public = lead.get("/studies/hostel-clinic/index.html").await;
    assert!(public.body.contains("Research project team"));
    assert_eq!(public.header("cache-control"), "private, no-cache");
    // Without a part in that other study a member is a reader like any other.
    let other = lead.get("/studies/baby-clinic-groups").await;
    assert!(other.body.contains("Camden Health Visiting"));

    let nothing = world.browser().get("/studies/no-such-study").await;
    assert!(nothing.header("location").starts_with("/sign-in?"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_assesses_blind_is_not_shown_the_public_pages_which_tell_arms() {
    let world = with_examples().await;
    reveal(&world).await;
    let figure = "/studies/hostel-clinic/figures/courses-mental-over-time.csv";
    let pages = [
        "/studies/hostel-clinic/index.html",
        "/studies/hostel-clinic/ar.html",
    ];
    for (login, role) in [("assessor", Role::Assessor), ("observer", Role::Observer)] {
        let mut blind = member(&world, login, role).await;
        for path in pages.into_iter().chain([figure, "/studies"]) {
            let answer = blind.get(path).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} as {role:?}");
            assert!(!answer.body.contains("improved over time"), "{path}");
        }
        let elsewhere = blind.get("/studies/baby-clinic-groups/index.html").await;
        assert_eq!(elsewhere.status, StatusCode::OK);
    }
    assert_eq!(world.browser().get(figure).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_has_the_page_is_told_so() {
    let world = with_examples().await;
    let mut browser = world.browser();
    let first = browser.get("/studies/baby-clinic-groups").await;
    let tag = first.header("etag").to_owned();
    assert!(tag.len() > 10);
    let again = axum::http::Request::builder()
        .uri("/studies/baby-clinic-groups")
        .header("host", "localhost")
        .header("if-none-match", &tag)
        .body(axum::body::Body::empty())
        .expect("a request");
    let again = ask(&world.router, again).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert!(again.body.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_offered_in_every_format_and_a_rehearsal_says_so_in_each() {
    let world = with_examples().await;
    let mut lead = member(&world, "lead", Role::LeadEvaluator).await;
    let offered = lead.get("/studies/hostel-clinic/reports").await;
    assert_eq!(offered.status, StatusCode::OK, "{}", offered.body);
    for name in [
        "full.pdf",
        "journal.docx",
        "commissioner.pdf",
        "lay.html",
        "annex.docx",
        "figures.zip",
    ] {
        assert!(
            offered.body.contains(&format!("/reports/{name}\"")),
            "{name}"
        );
    }
    let page = lead.get("/studies/hostel-clinic/reports/lay.html").await;
    assert!(
        page.body.contains("Simulated data, permuted arms"),
        "{}",
        page.body
    );
    let way_back = "<a href=\"/studies/hostel-clinic/reports\">Reports of this study</a>";
    assert_eq!(page.body.matches(way_back).count(), 1);
    let full = lead.get("/studies/hostel-clinic/report").await;
    assert_eq!(full.body.matches(way_back).count(), 1);
    let word = lead.get("/studies/hostel-clinic/reports/lay.docx").await;
    let file = "attachment; filename=\"permuted-hostel-clinic-lay.docx\"";
    assert_eq!(word.header("content-disposition"), file);
    let ready = lead.get("/studies/hostel-clinic/reports").await;
    assert!(ready.body.contains("class=\"tag good\">ready"));
    assert_eq!(ready.header("refresh"), "");
    // While documents are made the page says how far they are and looks again.
    let making = lead.get("/studies/hostel-clinic/reports?making=yes").await;
    assert_eq!(making.header("refresh"), "5");
    assert!(
        making
            .body
            .contains("<progress id=\"making\" max=\"16\" value=\"2\">"),
        "{}",
        making.body
    );

    reveal(&world).await;
    let page = lead.get("/studies/hostel-clinic/reports/lay.html").await;
    assert!(!page.body.contains("ermuted arms"));
    let nothing = lead.get("/studies/hostel-clinic/reports/full.exe").await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_open_data_package_leaves_after_unblinding_and_is_noted() {
    let world = with_examples().await;
    let mut manager = member(&world, "manager", Role::DataManager).await;
    let address = "/studies/hostel-clinic/reports/crate.zip";
    let key = [("key", "11111111-1111-7111-8111-111111111111")];
    let early = manager.post(address, &key).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.body);
    reveal(&world).await;
    let made = manager.post(address, &key).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    assert_eq!(made.header("content-type"), "application/zip");
    let noted = manager.get("/studies/hostel-clinic/export").await;
    assert!(
        noted.body.contains("hostel-clinic-crate.zip"),
        "{}",
        noted.body
    );

    // An auditor runs it again and gets the same numbers.
    let again = reproduce(&unpacked(&made.bytes), "attune test")
        .unwrap_or_else(|problems| panic!("{problems:?}"));
    assert!(again.is_same_to_the_byte(), "{again:?}");
}

/// The files of a package without the folder that they are in.
fn unpacked(bytes: &[u8]) -> attune_publication::Files {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip file");
    let mut files = attune_publication::Files::new();
    for place in 0..zip.len() {
        let mut part = zip.by_index(place).expect("a part");
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("its bytes");
        let name = part.name().expect("a name in UTF-8").into_owned();
        let (_, path) = name.split_once('/').expect("a folder");
        files.insert(path.to_owned(), bytes);
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn visits_are_counted_until_somebody_objects_and_the_manager_sees_them() {
    let world = with_examples().await;
    let mut browser = world.browser();
    browser.get("/studies/baby-clinic-groups").await;
    browser.get("/studies/baby-clinic-groups").await;
    let objected = browser
        .post("/studies/cookies.html", &[("counts", "no")])
        .await;
    assert_eq!(objected.header("location"), "/studies/cookies.html");
    let names: Vec<&String> = browser.cookies.keys().collect();
    assert_eq!(names, [cookies::CHOICE], "the choice is the only cookie");
    let cookies_page = browser.get("/studies/cookies.html").await;
    assert!(
        cookies_page
            .body
            .contains("You objected. Your visits are not counted.")
    );
    browser.get("/studies/baby-clinic-groups").await;

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
    let refused = browser.post("/studies/cookies.html", &more).await;
    assert!(refused.status.is_client_error());
    let away = [("counts", "no"), ("from", "https://elsewhere.example/")];
    let stays = browser.post("/studies/cookies.html", &away).await;
    assert_eq!(stays.header("location"), "/studies/cookies.html");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_served_tool_waits_for_a_yes_and_the_choice_is_a_form() {
    let matomo =
        attune_publication::Matomo::at("https://stats.example.org/", 1).expect("an address");
    let world = World::new(Settings {
        matomo: Some(matomo),
        ..Settings::default()
    })
    .await;
    let mut browser = world.browser();
    let before = browser.get("/studies").await;
    assert!(before.body.contains("id=\"choice\""));
    assert!(
        before
            .header("content-security-policy")
            .contains("https://stats.example.org")
    );
    assert_eq!(before.header("set-cookie"), "");
    let sent = [("analytics", "no"), ("from", "index.html")];
    let rejected = browser.post("/studies/cookies.html", &sent).await;
    assert_eq!(rejected.header("location"), "/studies");
    let after = browser.get("/studies").await;
    assert!(!after.body.contains("id=\"choice\""));
    let cookies_page = browser.get("/studies/cookies.html").await;
    assert!(
        cookies_page
            .body
            .contains("You rejected analytics. Nothing optional is set or loaded.")
    );
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
