//! A family takes a consent back: what that does is told in numbers first, and is in force at once.

use attune_store::{Role, ids::QueryId};
use axum::http::StatusCode;

use crate::families::{agree, enrol, new_assessment, path, send, somebody, went, world};

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_shows_its_effect_in_numbers_and_is_in_force_at_once() {
    let world = world().await;
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let family = enrol(&mut assessor).await;
    went(&agree(&mut assessor, &family, "participation", "Taking part").await);
    let from = new_assessment(&family, "developmental-index");
    let to = format!("/families/{family}/assessments/new");
    let page = assessor.get(&path(&from)).await.body;
    let items: Vec<String> = page
        .split("data-item=\"")
        .skip(1)
        .map(|piece| format!("m.{}", piece.split('"').next().unwrap_or_default()))
        .collect();
    let mut fields = vec![
        ("instrument", "developmental-index"),
        ("wave", "enrolment"),
        ("on", "2026-11-26"),
        ("do", "finish"),
    ];
    for item in &items {
        fields.push((item, "not done"));
    }
    went(&send(&mut assessor, &from, &to, &fields).await);

    let withdraw = format!("/families/{family}/withdraw");
    // One purpose of several: ways that do the same are one, and it is chosen.
    let of_film = assessor
        .get(&path(&format!("{withdraw}?purpose=video")))
        .await
        .body;
    assert_eq!(of_film.matches("type=\"radio\"").count(), 1, "{of_film}");
    assert!(of_film.contains("value=\"stop-collecting\" checked"));
    let asking = format!("{withdraw}?purpose=participation");
    let shown = assessor.get(&path(&asking)).await.body;
    assert!(shown.contains("Left out of analyses: 1"), "{shown}");
    assert!(shown.contains("Erased: 1"));
    let hasty = send(
        &mut assessor,
        &asking,
        &withdraw,
        &[
            ("purpose", "participation"),
            ("level", "leave-out"),
            ("on", "2026-11-26"),
        ],
    )
    .await;
    assert_eq!(hasty.status, StatusCode::UNPROCESSABLE_ENTITY);
    went(
        &send(
            &mut assessor,
            &asking,
            &withdraw,
            &[
                ("purpose", "participation"),
                ("level", "leave-out"),
                ("on", "2026-11-26"),
                ("why", ""),
                ("sure", "yes"),
            ],
        )
        .await,
    );
    let page = assessor
        .get(&path(&format!("/families/{family}")))
        .await
        .body;
    assert!(
        page.contains("withdrew from taking part") && page.contains("taken back"),
        "{page}"
    );

    // Nothing more is taken.
    let from = format!("{to}?instrument=phq-9&wave=enrolment");
    let page = assessor.get(&path(&from)).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    let key = QueryId::new().to_string();
    let later = [
        ("key", key.as_str()),
        ("instrument", "phq-9"),
        ("wave", "enrolment"),
        ("on", "2026-11-26"),
        ("do", "later"),
    ];
    let later = assessor.post(&path(&to), &later).await;
    assert!(
        later.body.contains("withdrew from taking part"),
        "{}",
        later.body
    );
}
