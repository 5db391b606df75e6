//! From the first run to the last session: people come in, prove who they are, and go.

use attune_store::Role;
use attune_web::{Settings, Transport};
use axum::http::StatusCode;

use crate::harness::{PASSWORD, World};

async fn world() -> World {
    World::new(Settings::default()).await
}

#[tokio::test]
async fn asvs_6_3_2_the_first_run_code_makes_the_first_data_manager_once() {
    let world = world().await;
    let mut browser = world.browser();
    let answer = browser.get("/sign-in").await;
    assert_eq!(answer.header("location"), "/first-run");
    let person = |code: &str| {
        vec![
            ("code", code.to_owned()),
            ("name", "Ana Example".to_owned()),
            ("login", "ana".to_owned()),
            ("password", PASSWORD.to_owned()),
        ]
    };
    let send =
        |fields: &[(&'static str, String)]| -> Vec<(&'static str, String)> { fields.to_vec() };
    let code = world.first_run_code().await;
    let wrong = send(&person("00000-00000-00000-00000"));
    let wrong: Vec<_> = wrong
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let answer = browser.post("/first-run", &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("This is not the code"));
    let right = send(&person(&code));
    let right: Vec<_> = right
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let answer = browser.post("/first-run", &right).await;
    assert_eq!(
        answer.header("location"),
        "/account/second-factor",
        "{}",
        answer.body
    );

    // Administration needs the second factor, which is set up now.
    let answer = browser.get("/people").await;
    assert_eq!(
        answer.header("location"),
        "/account/second-factor?then=/people"
    );
    let answer = browser.get("/account/second-factor").await;
    let secret = answer.hidden("secret");
    let bytes = totp_rs::Secret::try_from_base32(secret.replace(' ', "")).expect("base32");
    let now = world.code(bytes.as_ref());
    let answer = browser
        .post(
            "/account/second-factor",
            &[("secret", &secret), ("code", &now), ("then", "/people")],
        )
        .await;
    assert!(answer.body.matches("<li>").count() >= 10, "{}", answer.body);
    let answer = browser.get("/people").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("data manager everywhere"));

    // Nobody else comes in by that door.
    let mut other = world.browser();
    let answer = other.post("/first-run", &right).await;
    assert_eq!(answer.header("location"), "/sign-in");
    assert_eq!(other.get("/people").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn asvs_6_3_3_password_alone_opens_nothing_where_there_is_a_second_factor() {
    let world = world().await;
    let (_, secret) = world.add("ana", true).await;
    let secret = secret.expect("a secret");
    let mut browser = world.browser();
    let answer = browser
        .post("/sign-in", &[("login", "ana"), ("password", PASSWORD)])
        .await;
    assert_eq!(answer.header("location"), "/sign-in/code?then=/");
    assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
    let answer = browser.post("/sign-in/code", &[("code", "000000")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = world.code(&secret);
    let answer = browser.post("/sign-in/code", &[("code", &code)]).await;
    assert_eq!(answer.header("location"), "/");
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn asvs_6_5_1_a_code_that_was_used_is_refused_in_another_browser() {
    let world = world().await;
    let (_, secret) = world.add("ana", true).await;
    let secret = secret.expect("a secret");
    let code = world.code(&secret);
    for (browser, expected) in [
        (world.browser(), StatusCode::SEE_OTHER),
        (world.browser(), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let mut browser = browser;
        browser
            .post("/sign-in", &[("login", "ana"), ("password", PASSWORD)])
            .await;
        let answer = browser.post("/sign-in/code", &[("code", &code)]).await;
        assert_eq!(answer.status, expected);
    }
}

#[tokio::test]
async fn asvs_6_3_8_unknown_people_and_wrong_passwords_look_the_same_and_cost_the_same_work() {
    let world = world().await;
    world.add("ana", false).await;
    let mut bodies = Vec::new();
    for login in ["ana", "nobody"] {
        let before = world.state.comparisons().count();
        let answer = world
            .browser()
            .post("/sign-in", &[("login", login), ("password", "wrong")])
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(world.state.comparisons().count(), before + 1, "{login}");
        bodies.push(answer.body.replace(login, "…"));
    }
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn asvs_6_3_1_guessing_is_slowed_down_and_the_person_on_a_known_browser_is_not() {
    let world = world().await;
    world.add("ana", false).await;
    let mut person = world.signed_in("ana", None).await;
    person.post("/sign-out", &[]).await;
    assert!(
        person.cookies.contains_key("attune-loopback-browser"),
        "{:?}",
        person.cookies
    );
    let mut stranger = world.browser();
    for _ in 0..6 {
        stranger
            .post("/sign-in", &[("login", "ana"), ("password", "guess guess")])
            .await;
    }
    let answer = stranger
        .post("/sign-in", &[("login", "ana"), ("password", PASSWORD)])
        .await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!answer.header("retry-after").is_empty());
    let answer = person
        .post("/sign-in", &[("login", "ana"), ("password", PASSWORD)])
        .await;
    assert_eq!(answer.header("location"), "/");
}

#[tokio::test]
async fn asvs_7_3_1_a_session_that_rests_ends() {
    let world = world().await;
    world.add("ana", false).await;
    let mut browser = world.signed_in("ana", None).await;
    world.clock.move_on(14 * 60);
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    world.clock.move_on(14 * 60);
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    world.clock.move_on(15 * 60);
    assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn asvs_7_3_2_a_session_ends_after_twelve_hours_however_busy() {
    let world = world().await;
    world.add("ana", false).await;
    let mut browser = world.signed_in("ana", None).await;
    for _ in 0..(12 * 6 - 1) {
        world.clock.move_on(10 * 60);
        assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    }
    world.clock.move_on(10 * 60);
    assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn asvs_7_2_4_each_sign_in_has_a_new_token_and_ends_the_one_before() {
    let world = world().await;
    world.add("ana", false).await;
    world.add("ben", false).await;
    let mut browser = world.signed_in("ana", None).await;
    let before = browser.cookies["attune-loopback-session"].clone();
    browser
        .post("/sign-in", &[("login", "ben"), ("password", PASSWORD)])
        .await;
    let after = browser.cookies["attune-loopback-session"].clone();
    assert_ne!(before, after);
    browser
        .cookies
        .insert("attune-loopback-session".to_owned(), before);
    assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn asvs_7_4_1_signing_out_ends_the_session_on_the_server() {
    let world = world().await;
    world.add("ana", false).await;
    let mut browser = world.signed_in("ana", None).await;
    let cookies = browser.cookies.clone();
    browser.post("/sign-out", &[]).await;
    browser.cookies = cookies;
    assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn asvs_7_5_2_people_see_their_sessions_and_end_the_others() {
    let world = world().await;
    world.add("ana", false).await;
    let mut here = world.signed_in("ana", None).await;
    let mut there = world.signed_in("ana", None).await;
    let page = here.get("/account").await;
    assert!(page.body.contains("this one"));
    here.post("/account/sessions/end-others", &[]).await;
    assert_eq!(there.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(here.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn asvs_7_4_5_a_manager_ends_all_sessions_of_somebody_at_once() {
    let world = world().await;
    let (manager, secret) = world.add("manager", true).await;
    world.give(manager, Role::DataManager, None, &[]).await;
    let (ana, _) = world.add("ana", false).await;
    let mut manager = world.signed_in("manager", secret.as_deref()).await;
    let mut person = world.signed_in("ana", None).await;
    let answer = manager
        .post(&format!("/people/{ana}/sessions/end"), &[])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(person.get("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn asvs_6_4_1_a_new_person_sets_the_password_by_a_code_that_works_once() {
    let world = world().await;
    let (manager, secret) = world.add("manager", true).await;
    world.give(manager, Role::DataManager, None, &[]).await;
    let mut manager = world.signed_in("manager", secret.as_deref()).await;
    let answer = manager
        .post("/people/new", &[("name", "Ben Example"), ("login", "ben")])
        .await;
    let code = answer
        .body
        .split("class=\"codes\">")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .expect("the code is shown")
        .to_owned();
    let fields = [("login", "ben"), ("code", &*code), ("password", PASSWORD)];
    let mut ben = world.browser();
    let weak = [
        ("login", "ben"),
        ("code", &*code),
        ("password", "password2026"),
    ];
    let answer = ben.post("/welcome", &weak).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        ben.post("/welcome", &fields).await.header("location"),
        "/sign-in"
    );
    world.signed_in("ben", None).await;
    let answer = ben.post("/welcome", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn asvs_6_4_3_a_reset_of_the_password_leaves_the_second_factor() {
    let world = world().await;
    let (manager, secret) = world.add("manager", true).await;
    world.give(manager, Role::DataManager, None, &[]).await;
    let (ana, _) = world.add("ana", true).await;
    let mut manager = world.signed_in("manager", secret.as_deref()).await;
    let answer = manager.post(&format!("/people/{ana}/code"), &[]).await;
    let code = answer
        .body
        .split("class=\"codes\">")
        .nth(1)
        .expect("a code");
    let code = code.split('<').next().unwrap_or_default();
    let mut browser = world.browser();
    let other = "granite teaspoon orbit willow";
    browser
        .post(
            "/welcome",
            &[("login", "ana"), ("code", code), ("password", other)],
        )
        .await;
    let answer = browser
        .post("/sign-in", &[("login", "ana"), ("password", other)])
        .await;
    assert_eq!(answer.header("location"), "/sign-in/code?then=/");
}

#[tokio::test]
async fn asvs_7_5_1_roles_are_changed_only_after_a_fresh_sign_in() {
    let world = world().await;
    let (manager, secret) = world.add("manager", true).await;
    world.give(manager, Role::DataManager, None, &[]).await;
    let secret = secret.expect("a secret");
    let mut browser = world.signed_in("manager", Some(&secret)).await;
    world.clock.move_on(8 * 60);
    browser.get("/account").await;
    world.clock.move_on(8 * 60);
    let answer = browser.get("/people").await;
    assert_eq!(answer.header("location"), "/sign-in/again?then=/people");
    let code = world.code(&secret);
    let answer = browser
        .post(
            "/sign-in/again",
            &[("password", PASSWORD), ("code", &code), ("then", "/people")],
        )
        .await;
    assert_eq!(answer.header("location"), "/people", "{}", answer.body);
    assert_eq!(browser.get("/people").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_last_person_who_manages_people_keeps_that_role() {
    let world = world().await;
    let (manager, secret) = world.add("manager", true).await;
    world.give(manager, Role::DataManager, None, &[]).await;
    let mut browser = world.signed_in("manager", secret.as_deref()).await;
    let grants = world
        .state
        .store()
        .grants_of(manager)
        .await
        .expect("grants");
    let answer = browser
        .post(
            &format!("/people/{manager}/roles/end"),
            &[("grant", &grants[0].id.to_string())],
        )
        .await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let answer = browser.post(&format!("/people/{manager}/close"), &[]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn asvs_3_3_3_under_tls_the_session_is_a_host_cookie() {
    let world = World::new(Settings {
        transport: Transport::Encrypted {
            public_address: None,
        },
        ..Settings::default()
    })
    .await;
    world.add("ana", false).await;
    let browser = world.signed_in("ana", None).await;
    assert!(browser.cookies.contains_key("__Host-attune-session"));
}

#[tokio::test]
async fn a_recovery_code_stands_in_for_a_lost_phone_once() {
    let world = world().await;
    world.add("ana", false).await;
    let mut browser = world.signed_in("ana", None).await;
    let page = browser.get("/account/second-factor").await;
    let secret = page.hidden("secret");
    let bytes = totp_rs::Secret::try_from_base32(secret.replace(' ', "")).expect("base32");
    let code = world.code(bytes.as_ref());
    let answer = browser
        .post(
            "/account/second-factor",
            &[("secret", &secret), ("code", &code)],
        )
        .await;
    let list = answer.body.split("class=\"codes\">").nth(1).expect("codes");
    let recovery = list
        .split("<li>")
        .nth(1)
        .and_then(|item| item.split('<').next());
    let recovery = recovery.expect("a code");
    for expected in [StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY] {
        let mut other = world.browser();
        other
            .post("/sign-in", &[("login", "ana"), ("password", PASSWORD)])
            .await;
        let answer = other.post("/sign-in/code", &[("code", recovery)]).await;
        assert_eq!(answer.status, expected);
    }
}

#[tokio::test]
async fn asvs_7_4_2_a_closed_account_is_signed_out_at_once_and_stays_out() {
    let world = world().await;
    let (manager, secret) = world.add("manager", true).await;
    world.give(manager, Role::DataManager, None, &[]).await;
    let (ana, _) = world.add("ana", false).await;
    let mut manager = world.signed_in("manager", secret.as_deref()).await;
    let mut person = world.signed_in("ana", None).await;
    manager.post(&format!("/people/{ana}/close"), &[]).await;
    assert_eq!(person.get("/account").await.status, StatusCode::SEE_OTHER);
    let answer = person
        .post("/sign-in", &[("login", "ana"), ("password", PASSWORD)])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn asvs_6_2_3_a_change_of_password_asks_for_the_old_one_and_ends_other_sessions() {
    let world = world().await;
    world.add("ana", false).await;
    let mut here = world.signed_in("ana", None).await;
    let mut there = world.signed_in("ana", None).await;
    let other = "granite teaspoon orbit willow";
    let answer = here
        .post(
            "/account/password",
            &[("current", "wrong"), ("password", other)],
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer = here
        .post(
            "/account/password",
            &[("current", PASSWORD), ("password", other)],
        )
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(here.get("/account").await.status, StatusCode::OK);
    assert_eq!(there.get("/account").await.status, StatusCode::SEE_OTHER);
}
