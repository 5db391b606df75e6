//! Names are sealed: opened with a reason by those who may, and nowhere else.

use attune_store::Role;
use axum::http::StatusCode;

use crate::families::{CANARIES, enrol, path, send, somebody, went, world};

#[tokio::test(flavor = "multi_thread")]
async fn names_are_opened_with_a_reason_by_those_who_may_and_are_nowhere_else() {
    let world = world().await;
    let mut visitor = somebody(&world, "hal", Role::HealthVisitor, &["hostel-a"]).await;
    let mut evaluator = somebody(&world, "eva", Role::LeadEvaluator, &[]).await;
    let mut elsewhere = somebody(&world, "ben", Role::HealthVisitor, &["hostel-b"]).await;
    let family = enrol(&mut visitor).await;
    let names = format!("/families/{family}/names");
    let page = visitor.get(&path(&names)).await;
    for name in CANARIES {
        assert!(
            !page.body.contains(name),
            "closed until somebody opens them"
        );
    }
    let person = page.hidden("person");
    let open = format!("{names}/open");
    let silent = send(
        &mut visitor,
        &names,
        &open,
        &[("person", &person), ("why", "")],
    )
    .await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let opened = send(
        &mut visitor,
        &names,
        &open,
        &[("person", &person), ("why", "to arrange the visit")],
    )
    .await;
    assert!(
        CANARIES.iter().any(|name| opened.body.contains(name)),
        "{}",
        opened.body
    );

    assert_eq!(
        evaluator.get(&path(&names)).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        elsewhere.get(&path(&names)).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        elsewhere
            .get(&path(&format!("/families/{family}")))
            .await
            .status,
        StatusCode::NOT_FOUND
    );

    // By name the family is found, up to case; the name is in no answer.
    let found = visitor
        .post(&path("/families/find"), &[("name", "QUACKENBUSH")])
        .await;
    assert!(found.body.contains(&family), "{}", found.body);
    for page in ["/families", "/schedule", "/queries", "/alerts"] {
        let shown = visitor.get(&path(page)).await.body;
        for name in CANARIES {
            assert!(!shown.contains(name), "{name} on {page}");
        }
    }

    // A twin shares the carer; a move takes the family out of sight of the old site.
    let twin = format!("/families/new?carer-of={family}");
    let answer = send(
        &mut visitor,
        &twin,
        "/families/new",
        &[
            ("carer-of", &family),
            ("site", "hostel-a"),
            ("on", "2026-11-26"),
            ("baby-given", "Second"),
            ("born", "2026-09-01"),
        ],
    )
    .await;
    let other = went(&answer).rsplit('/').next().expect("a code").to_owned();
    let page = visitor
        .get(&path(&format!("/families/{family}")))
        .await
        .body;
    assert!(page.contains(&format!("family {other}")), "{page}");
    let moving = format!("/families/{other}");
    went(
        &send(
            &mut visitor,
            &moving,
            &format!("{moving}/move"),
            &[("site", "hostel-b"), ("moved", "2026-11-26")],
        )
        .await,
    );
    assert_eq!(
        visitor.get(&path(&moving)).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(elsewhere.get(&path(&moving)).await.status, StatusCode::OK);
    let people = format!("{moving}/people");
    went(
        &send(
            &mut elsewhere,
            &moving,
            &people,
            &[
                ("role", "foster-carer"),
                ("given", "Foster"),
                ("since", "2026-11-26"),
                ("responsibility", "care-order"),
            ],
        )
        .await,
    );
    let page = elsewhere.get(&path(&moving)).await.body;
    assert!(
        page.contains("foster carer") && page.contains("a local authority"),
        "{page}"
    );
    went(
        &send(
            &mut elsewhere,
            &moving,
            &format!("{moving}/events"),
            &[("what", "infant-died"), ("on", "2026-11-26"), ("why", "")],
        )
        .await,
    );
    assert!(
        elsewhere
            .get(&path(&moving))
            .await
            .body
            .contains("the baby has died")
    );
}
