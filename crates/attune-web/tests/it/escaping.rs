//! What people type comes back as text, never as markup.

use attune_store::Role;
use attune_web::Settings;

use crate::harness::World;

#[tokio::test]
async fn asvs_1_2_1_what_people_type_is_shown_as_text_on_every_page() {
    let world = World::new(Settings::default()).await;
    let (manager, secret) = world.add("manager", true).await;
    world.give(manager, Role::DataManager, None, &[]).await;
    let mut browser = world.signed_in("manager", secret.as_deref()).await;
    let markup = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    let answer = browser
        .post("/people/new", &[("name", markup), ("login", "bobby")])
        .await;
    assert!(answer.body.contains("One-time code"), "{}", answer.body);
    let refused = browser
        .post("/people/new", &[("name", markup), ("login", markup)])
        .await;
    let people = browser.get("/people").await;
    let not_found = browser.get("/%3Cscript%3Ealert(1)%3C/script%3E").await;
    for page in [answer, refused, people, not_found] {
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
        assert!(!page.body.contains("<img src=x"), "{}", page.body);
    }
}

#[tokio::test]
async fn asvs_4_1_1_every_page_says_its_type_and_letters() {
    let world = World::new(Settings::default()).await;
    world.add("ana", false).await;
    let mut browser = world.signed_in("ana", None).await;
    for path in ["/", "/account", "/design", "/no-such-page"] {
        let answer = browser.get(path).await;
        assert_eq!(
            answer.header("content-type"),
            "text/html; charset=utf-8",
            "{path}"
        );
    }
}

#[tokio::test]
async fn asvs_14_2_1_no_secret_is_ever_in_an_address() {
    let world = World::new(Settings::default()).await;
    let (_, secret) = world.add("ana", true).await;
    let mut browser = world.browser();
    let answer = browser
        .post(
            "/sign-in",
            &[("login", "ana"), ("password", crate::harness::PASSWORD)],
        )
        .await;
    let first = answer.header("location").to_owned();
    let code = world.code(&secret.expect("a secret"));
    let answer = browser.post("/sign-in/code", &[("code", &code)]).await;
    let second = answer.header("location").to_owned();
    for cookie in browser.cookies.values() {
        assert!(!first.contains(cookie) && !second.contains(cookie));
    }
    assert_eq!(
        (first.as_str(), second.as_str()),
        ("/sign-in/code?then=/", "/")
    );
}
