//! What changes in a family's life: foster care, a social worker who answers for the baby, the way home; and what
//! that does to consent.

use attune_store::Role;
use axum::http::StatusCode;

use crate::families::{agree_with, enrol, option_value, path, send, somebody, went, world};

#[tokio::test(flavor = "multi_thread")]
async fn a_baby_goes_into_foster_care_and_comes_home() {
    let world = world().await;
    let mut ama = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let code = enrol(&mut ama).await;
    let family = format!("/families/{code}");
    let agreed = agree_with(&mut ama, &code, ("participation", "Taking part"), ("", "")).await;
    went(&agreed);

    // A foster carer and a social worker come in; responsibility passes by a care order.
    for (role, name) in [("foster-carer", "Fenella"), ("local-authority", "Sorcha")] {
        let answer = send(
            &mut ama,
            &family,
            &format!("{family}/people"),
            &[
                ("role", role),
                ("given", name),
                ("family-name", ""),
                ("telephone", ""),
                ("since", "2026-11-26"),
                ("responsibility", ""),
            ],
        )
        .await;
        went(&answer);
    }
    let pass = async |ama: &mut crate::harness::Browser<'_>, holder: &str, order: &str| {
        let to = format!("{family}/responsibility");
        let fields = [
            ("holder", holder),
            ("order", order),
            ("passes", "2026-11-26"),
        ];
        send(ama, &family, &to, &fields).await
    };
    let wrong = pass(&mut ama, "authority", "agreement").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("By a care order it passes"),
        "{}",
        wrong.body
    );
    let nobody = pass(&mut ama, "", "").await;
    assert!(nobody.body.contains("2 things to mend"), "{}", nobody.body);
    went(&pass(&mut ama, "authority", "care-order").await);
    let page = ama.get(&path(&family)).await.body;
    assert!(
        page.contains("a local authority, by a care order"),
        "{page}"
    );
    assert!(page.contains("somebody of the local authority"), "{page}");
    for name in ["Fenella", "Sorcha"] {
        assert!(!page.contains(name), "{name}");
    }
    // The social worker can answer for the baby.
    let consent = ama.get(&path(&format!("{family}/consent"))).await.body;
    option_value(&consent, "by", "somebody of the local authority");

    // The baby goes home: the foster carer's part ends, and the mother has responsibility again.
    let part = option_value(&page, "part", "foster carer");
    let before = [("part", part.as_str()), ("until", "2026-11-20")];
    let to = format!("{family}/people/end");
    let answer = send(&mut ama, &family, &to, &before).await;
    assert!(
        answer.body.contains("before the first one"),
        "{}",
        answer.body
    );
    let now = [("part", part.as_str()), ("until", "2026-11-26")];
    went(&send(&mut ama, &family, &to, &now).await);
    let page = ama.get(&path(&family)).await.body;
    let mother = option_value(&page, "holder", "carer whom the study follows");
    went(&pass(&mut ama, &mother, "court-order").await);
    let page = ama.get(&path(&family)).await.body;
    assert!(page.contains("by a court’s order"), "{page}");
    assert!(page.contains("until 26 November 2026"), "{page}");
}
