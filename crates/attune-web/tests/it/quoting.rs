//! Words of families in reports: chosen by a lead under a consent in force, gone with a withdrawal.

use attune_store::Role;
use axum::http::StatusCode;

use crate::{
    families::{agree, enrol, path, send, somebody, went, world},
    harness::Browser,
};

const WORDS: &str = "He looked at me & I thought: <you> know me.";
const ON_PAGE: &str = "He looked at me &#38; I thought: &#60;you&#62; know me.";

async fn quote(lead: &mut Browser<'_>, family: &str, speaker: &str) -> crate::harness::Answer {
    let fields = [
        ("words", WORDS),
        ("speaker", speaker),
        ("family", family),
        ("purpose", "teaching"),
    ];
    send(lead, "/quotations", "/quotations", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_quotes_a_family_that_agreed_and_a_withdrawal_takes_the_words_back() {
    let world = world().await;
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let mut lead = somebody(&world, "lea", Role::LeadEvaluator, &[]).await;
    let family = enrol(&mut assessor).await;
    went(&agree(&mut assessor, &family, "participation", "Taking part").await);

    let empty = lead.get(&path("/quotations")).await;
    assert!(
        empty.body.contains("Nothing is quoted yet"),
        "{}",
        empty.body
    );
    let refused = quote(&mut lead, &family, "a mother").await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    assert!(refused.body.contains("no consent in force for teaching"));

    went(&agree(&mut assessor, &family, "teaching", "A clip").await);
    let telling = quote(&mut lead, &family, &format!("the mother of {family}")).await;
    assert!(
        telling.body.contains("must not stand in a report"),
        "{}",
        telling.body
    );
    went(&quote(&mut lead, &family, "a mother").await);
    let listed = lead.get(&path("/quotations")).await.body;
    assert!(listed.contains(ON_PAGE), "{listed}");
    let offered = lead.get(&path("/reports")).await.body;
    assert!(
        offered.contains("The words of one family are quoted"),
        "{offered}"
    );
    for profile in ["full", "commissioner", "lay"] {
        let report = lead
            .get(&path(&format!("/reports/{profile}.html")))
            .await
            .body;
        assert!(report.contains(ON_PAGE), "{profile}");
        assert!(!report.contains(&family), "{profile} names the family");
    }

    let asking = format!("/families/{family}/withdraw?purpose=teaching");
    let told = assessor.get(&path(&asking)).await.body;
    assert!(told.contains("Quoted words leave every report"), "{told}");
    let fields = [
        ("purpose", "teaching"),
        ("level", "stop-collecting"),
        ("on", "2026-11-26"),
        ("why", ""),
        ("sure", "yes"),
    ];
    let withdraw = format!("/families/{family}/withdraw");
    went(&send(&mut assessor, &asking, &withdraw, &fields).await);
    let report = lead.get(&path("/reports/commissioner.html")).await.body;
    assert!(!report.contains("know me"));
    assert!(
        lead.get(&path("/quotations"))
            .await
            .body
            .contains("Nothing is quoted yet")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_assesses_does_not_choose_quotations() {
    let world = world().await;
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let page = assessor.get(&path("/quotations")).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}
