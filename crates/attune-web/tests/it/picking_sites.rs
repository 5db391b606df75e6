//! A role at some sites of a study: they are chosen from its sites, without a script.

use attune_store::{Role, Sites};
use axum::http::StatusCode;

use crate::{
    families::{STUDY, went, world},
    harness::Answer,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_sites_of_a_role_are_chosen_from_those_of_the_study() {
    let world = world().await;
    let (admin, secret) = world.add("mia", true).await;
    world.give(admin, Role::DataManager, None, &[]).await;
    let (ben, _) = world.add("ben", false).await;
    let mut manager = world.signed_in("mia", secret.as_deref()).await;
    let person = format!("/people/{ben}");
    let page = manager.get(&person).await.body;
    for site in ["hostel-a", "hostel-b"] {
        assert!(page.contains("type=\"checkbox\" id=\"sites-"), "{page}");
        assert!(
            page.contains(&format!("value=\"{STUDY}/{site}\"")),
            "{page}"
        );
    }
    let roles = format!("{person}/roles");
    let wrong = manager
        .post(
            &roles,
            &[
                ("role", "assessor"),
                ("study", "*"),
                ("sites", &format!("{STUDY}/hostel-a")),
            ],
        )
        .await;
    assert_mends(&wrong, "Sites belong to a study");
    let wrong = manager
        .post(
            &roles,
            &[
                ("role", "assessor"),
                ("study", STUDY),
                ("sites", "another/hostel-a"),
            ],
        )
        .await;
    assert_mends(&wrong, "A chosen site is none of this study");
    let given = manager
        .post(
            &roles,
            &[
                ("role", "assessor"),
                ("study", STUDY),
                ("sites", &format!("{STUDY}/hostel-b")),
                ("sites", &format!("{STUDY}/hostel-a")),
            ],
        )
        .await;
    went(&given);
    let grants = world.state.store().grants_of(ben).await.expect("read");
    let sites = ["hostel-a", "hostel-b"].map(Into::into).into();
    assert_eq!(grants[0].sites, Sites::Only(sites));
}

#[track_caller]
fn assert_mends(answer: &Answer, told: &str) {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains(told), "{}", answer.body);
}
