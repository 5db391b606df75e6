//! What every answer tells the browser.

use attune_web::{Settings, Transport, routes};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};

use crate::harness::{World, ask, get};

/// Every address of the table, and some that are not in it.
fn everything() -> Vec<(Method, String)> {
    let mut all: Vec<_> = routes::table()
        .iter()
        .map(|route| (route.method.clone(), address(route.path)))
        .collect();
    all.push((Method::GET, "/no-such-page".to_owned()));
    all.push((Method::DELETE, "/design".to_owned()));
    all
}

fn address(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') { "x" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

fn request(method: &Method, path: &str) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost")
        .body(Body::empty())
        .expect("a request")
}

#[tokio::test]
async fn asvs_3_4_3_csp_is_enforced_on_every_route() {
    let world = World::new(Settings::default()).await;
    let application = world.router.clone();
    for (method, path) in everything() {
        let answer = ask(&application, request(&method, &path)).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'"),
            "{method} {path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{method} {path}: {policy}");
        assert!(
            !answer
                .headers
                .contains_key("content-security-policy-report-only"),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn asvs_3_4_4_to_3_4_6_no_sniffing_no_referrer_no_framing_on_every_route() {
    let world = World::new(Settings::default()).await;
    let application = world.router.clone();
    for (method, path) in everything() {
        let answer = ask(&application, request(&method, &path)).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert!(
            answer
                .header("content-security-policy")
                .contains("frame-ancestors 'none'"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn asvs_3_4_1_browsers_are_told_to_stay_with_tls_where_there_is_tls() {
    let encrypted = Settings {
        transport: Transport::Encrypted {
            public_address: Some("https://attune.example".to_owned()),
        },
        ..Settings::default()
    };
    let answer = ask(&World::new(encrypted).await.router, get("/design")).await;
    assert_eq!(
        answer.header("strict-transport-security"),
        "max-age=63072000"
    );
    let answer = ask(
        &World::new(Settings::default()).await.router,
        get("/design"),
    )
    .await;
    assert_eq!(answer.header("strict-transport-security"), "");
}

#[tokio::test]
async fn asvs_3_4_2_no_other_site_may_read_answers() {
    let world = World::new(Settings::default()).await;
    let application = world.router.clone();
    for (method, path) in everything() {
        let answer = ask(&application, request(&method, &path)).await;
        assert!(
            !answer.headers.contains_key("access-control-allow-origin"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn asvs_3_5_1_a_change_that_another_site_asks_for_is_refused_on_every_route() {
    let world = World::new(Settings::default()).await;
    let application = world.router.clone();
    let mut paths: Vec<_> = routes::table()
        .iter()
        .map(|route| address(route.path))
        .collect();
    paths.dedup();
    for path in paths {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://elsewhere.example"),
        ] {
            let request = Request::post(&path)
                .header(header::HOST, "localhost")
                .header(name, value)
                .body(Body::empty())
                .expect("a request");
            let answer = ask(&application, request).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} with {name}");
            assert!(
                answer.body.contains("The request came from elsewhere"),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn asvs_14_3_2_pages_are_not_kept_in_caches_and_files_without_secrets_are() {
    let world = World::new(Settings::default()).await;
    let application = world.router.clone();
    let page = ask(&application, get("/design")).await;
    assert_eq!(page.header("cache-control"), "no-store");
    let style = ask(&application, get("/assets/x/attune.css")).await;
    assert_eq!(style.status, StatusCode::OK);
    assert!(style.header("cache-control").contains("immutable"));
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
}

#[tokio::test]
async fn no_page_holds_inline_script_or_style() {
    let world = World::new(Settings::default()).await;
    let application = world.router.clone();
    for route in routes::table()
        .iter()
        .filter(|route| route.method == Method::GET)
    {
        let answer = ask(&application, get(&address(route.path))).await;
        if !answer.header("content-type").starts_with("text/html") {
            continue;
        }
        for forbidden in [" style=\"", "<style", " onclick=", "javascript:"] {
            assert!(
                !answer.body.contains(forbidden),
                "{} has {forbidden}",
                route.path
            );
        }
        for script in answer.body.split("<script").skip(1) {
            assert!(
                script.starts_with(" type=\"module\" src=\"/assets/"),
                "{}",
                route.path
            );
        }
    }
}

#[tokio::test]
async fn what_goes_wrong_becomes_a_page_that_says_what_to_do() {
    let world = World::new(Settings::default()).await;
    let application = world.router.clone();
    for (method, path, status) in [
        (Method::GET, "/no-such-page", StatusCode::NOT_FOUND),
        (Method::DELETE, "/design", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let answer = ask(&application, request(&method, path)).await;
        assert_eq!(answer.status, status);
        assert!(answer.body.contains("What was kept:"), "{}", answer.body);
        assert!(answer.body.contains("What to do:"));
    }
}

#[tokio::test]
async fn a_program_that_asks_for_json_gets_its_error_as_json() {
    let request = Request::get("/no-such-page")
        .header(header::HOST, "localhost")
        .header(header::ACCEPT, "application/json")
        .body(Body::empty())
        .expect("a request");
    let answer = ask(&World::new(Settings::default()).await.router, request).await;
    let document: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(document["problem"], "Not found");
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_shown_the_way_in() {
    let answer = ask(&World::new(Settings::default()).await.router, get("/")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), "/sign-in?then=/");
}
