//! What was handed out with a family in it is told to whoever withdraws; nothing that left before it enrolled or
//! after it withdrew is.

use attune_store::Role;
use axum::http::StatusCode;

use crate::{
    exporting,
    families::{path, send, somebody, went},
    harness::Browser,
};

/// A family that takes part.
const FAMILY: &str = "D005";

async fn export(browser: &mut Browser<'_>) {
    let answer = send(browser, "/export", "/export", &[("smallest", "5")]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_withdraws_is_told_what_was_handed_out_and_nothing_later() {
    let world = exporting::world().await;
    let mut manager = somebody(&world, "mia", Role::DataManager, &[]).await;
    let page = format!("/families/{FAMILY}/withdraw?purpose=participation");
    let before = manager.get(&path(&page)).await;
    assert_eq!(before.status, StatusCode::OK, "{}", before.body);
    assert!(
        before
            .body
            .contains("Nothing with this family in it has been handed out")
    );

    export(&mut manager).await;
    for file in ["/measures.csv", "/report"] {
        assert_eq!(
            manager.get(&path(file)).await.status,
            StatusCode::OK,
            "{file}"
        );
    }
    let told = manager.get(&path(&page)).await.body;
    for words in [
        "3 files with this family in it",
        "mia example",
        "hostel-clinic-measures.csv",
        "hostel-clinic-full.html",
        "data, this family among them",
        "a report, this family counted in its figures",
        "could not be called back",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }

    let withdrawn = send(
        &mut manager,
        &page,
        &format!("/families/{FAMILY}/withdraw"),
        &[
            ("purpose", "participation"),
            ("level", "leave-out"),
            ("on", "2026-11-26"),
            ("sure", "yes"),
        ],
    )
    .await;
    let consent = went(&withdrawn);
    export(&mut manager).await;
    let told = manager.get(&consent).await.body;
    assert!(told.contains("3 files with this family in it"), "{told}");
    // Another family is in the later one, too.
    let other = "/families/D006/withdraw?purpose=participation";
    let told = manager.get(&path(other)).await.body;
    assert!(told.contains("4 files with this family in it"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_noted_changes_no_fingerprint_of_the_records() {
    let world = exporting::world().await;
    let mut manager = somebody(&world, "mia", Role::DataManager, &[]).await;
    let store = world.state.store();
    let before = store.records(&"hostel-clinic".into()).await.expect("drawn");
    export(&mut manager).await;
    let after = store.records(&"hostel-clinic".into()).await.expect("drawn");
    assert_eq!(before.head, after.head);
}
