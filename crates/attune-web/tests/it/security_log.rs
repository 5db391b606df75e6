//! What the server's log says of those who try: enough to see an attack, and nothing that anybody typed.

use attune_store::Role;
use attune_web::Settings;
use axum::http::StatusCode;

use crate::{
    canaries::Log,
    families::{path, somebody, world},
    harness::World,
};

fn listen(log: &Log) -> tracing::subscriber::DefaultGuard {
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::INFO)
        .with_writer(log.clone())
        .finish();
    tracing::subscriber::set_default(subscriber)
}

#[tokio::test]
async fn asvs_16_3_1_a_sign_in_that_fails_is_in_the_log_without_what_was_typed() {
    let log = Log::default();
    let listening = listen(&log);
    let world = World::new(Settings::default()).await;
    let (account, _) = world.add("ama", false).await;
    let mut browser = world.browser();
    for login in ["ama", "nobody-of-this-name"] {
        let fields = [("login", login), ("password", "Zibelinda\n{\"forged\":1}")];
        let answer = browser.post("/sign-in", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    drop(listening);
    let text = log.text();
    let failed: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("a sign-in failed"))
        .collect();
    assert_eq!(failed.len(), 2, "{text}");
    assert!(failed[0].contains(&account.to_string()), "{}", failed[0]);
    for typed in ["Zibelinda", "nobody-of-this-name", "forged"] {
        assert!(!text.contains(typed), "{typed}: {text}");
    }
}

#[tokio::test]
async fn asvs_16_3_2_a_page_that_is_refused_is_in_the_log_with_who_asked() {
    let world = world().await;
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let log = Log::default();
    let listening = listen(&log);
    let refused = assessor.get(&path("/arms")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    drop(listening);
    let text = log.text();
    let accounts = world.state.store().accounts().await.expect("read");
    let ama = accounts
        .iter()
        .find(|one| one.login == "ama")
        .expect("there");
    let line = text
        .lines()
        .find(|line| line.contains("\"refused\""))
        .expect("a line");
    assert!(line.contains(&ama.id.to_string()), "{line}");
}

#[tokio::test]
async fn asvs_16_4_1_each_line_of_the_log_is_one_record_whatever_is_asked_for() {
    let log = Log::default();
    let listening = listen(&log);
    let world = World::new(Settings::default()).await;
    let mut browser = world.browser();
    for asked in [
        "/sign-in?then=%0A%7B%22level%22%3A%22ERROR%22%7D",
        "/no%0D%0Asuch%0Apage",
    ] {
        browser.get(asked).await;
    }
    drop(listening);
    let text = log.text();
    let mut n_lines = 0;
    for line in text.lines() {
        let record: serde_json::Value = serde_json::from_str(line).expect("a record");
        assert!(
            record["timestamp"].is_string() && record["level"] != "ERROR",
            "{line}"
        );
        n_lines += 1;
    }
    assert!(n_lines >= 2, "{text}");
}

#[tokio::test]
async fn asvs_7_4_4_every_page_offers_to_sign_out() {
    let world = world().await;
    let mut manager = somebody(&world, "mia", Role::DataManager, &[]).await;
    for rest in ["", "/families", "/schedule", "/arms", "/export", "/audit"] {
        let page = manager.get(&path(rest)).await;
        assert_eq!(page.status, StatusCode::OK, "{rest}");
        assert!(page.body.contains("action=\"/sign-out\""), "{rest}");
    }
    for address in ["/", "/account"] {
        let page = manager.get(address).await;
        assert!(page.body.contains("action=\"/sign-out\""), "{address}");
    }
}
