//! Words that reports may quote, and when they may not.

use attune_store::{
    Command,
    command::{QuotationChosen, WithdrawalLevel},
    ids::QuotationId,
};
use jiff::civil::date;

use crate::support::{Family, World};

fn quote(family: Family, purpose: &str, words: &str, speaker: &str) -> Command {
    Command::ChooseQuotation(QuotationChosen {
        quotation: QuotationId::new(),
        dyad: family.dyad,
        purpose: purpose.into(),
        words: words.to_owned(),
        speaker: speaker.to_owned(),
    })
}

fn withdraw(family: Family, purpose: &str, ends_taking_part: bool) -> Command {
    Command::WithdrawConsent {
        dyad: family.dyad,
        purpose: purpose.into(),
        level: WithdrawalLevel::StopCollecting,
        on: date(2024, 9, 1),
        ends_taking_part,
    }
}

pub async fn nobody_is_quoted_without_consent_and_all_faults_are_told_at_once(world: World) {
    let study = world.hostel().await;
    let family = world.consenting_family(&study, "hostel-a").await;
    let early = quote(family, "teaching", " ", "");
    let refused = world.ask(&study, early).await.expect_err("no consent");
    for fault in [
        "no consent in force for teaching",
        "there are no words",
        "who speaks",
    ] {
        assert!(refused.to_string().contains(fault), "{fault}: {refused}");
    }
    let unknown = quote(family, "fame", "We felt seen.", "a mother");
    let refused = world
        .ask(&study, unknown)
        .await
        .expect_err("no such purpose");
    assert!(
        refused.to_string().contains("no consent purpose fame"),
        "{refused}"
    );
    let long = "a".repeat(401);
    let refused = world
        .ask(&study, quote(family, "participation", &long, "a mother"))
        .await
        .expect_err("too long");
    assert!(
        refused.to_string().contains("more than 400 letters"),
        "{refused}"
    );
    assert!(
        world
            .store
            .quotations(&study)
            .await
            .expect("read")
            .is_empty()
    );
}

pub async fn a_withdrawal_takes_quoted_words_out_of_tables_and_log(world: World) {
    let study = world.hostel().await;
    let family = world.consenting_family(&study, "hostel-a").await;
    let other = world.consenting_family(&study, "hostel-b").await;
    let consent = world.consent(family, "teaching", true);
    world.ask(&study, consent).await.expect("consent");
    for (whose, purpose, words) in [
        (family, "teaching", "He laughed there first."),
        (family, "participation", "We felt seen."),
        (other, "participation", "It was warm."),
    ] {
        let chosen = quote(whose, purpose, words, "a mother");
        world.ask(&study, chosen).await.expect("chosen");
    }
    let words = async || {
        let rows = world.store.quotations(&study).await.expect("read");
        assert!(rows.iter().all(|row| row.in_force));
        rows.into_iter().map(|row| row.words).collect::<Vec<_>>()
    };
    assert_eq!(words().await.len(), 3);
    let receipt = world.ask(&study, withdraw(family, "teaching", false)).await;
    assert_eq!(receipt.expect("withdrawn").outcomes[0].erased.len(), 1);
    assert_eq!(words().await, ["We felt seen.", "It was warm."]);
    let receipt = world
        .ask(&study, withdraw(family, "participation", true))
        .await;
    assert_eq!(receipt.expect("withdrawn").outcomes[0].erased.len(), 1);
    assert_eq!(words().await, ["It was warm."]);
    // A refusal is no withdrawal, and counts as much.
    let refusal = world.consent(other, "participation", false);
    world.ask(&study, refusal).await.expect("refused");
    let rows = world.store.quotations(&study).await.expect("read");
    assert!(rows.iter().all(|row| !row.in_force));
    let log = world
        .store
        .log(Some(&study), None, 100)
        .await
        .expect("read");
    assert_eq!(log.iter().filter(|row| row.content.is_none()).count(), 2);
    let compared = world.store.compare_with_log().await.expect("compared");
    assert!(compared.differing.is_empty(), "{compared:?}");
}

pub async fn a_quotation_is_removed_by_its_id(world: World) {
    let study = world.hostel().await;
    let family = world.consenting_family(&study, "hostel-a").await;
    let chosen = quote(family, "participation", "We felt seen.", "a mother");
    world.ask(&study, chosen).await.expect("chosen");
    let id = world.store.quotations(&study).await.expect("read")[0].id;
    let remove = || Command::RemoveQuotation { quotation: id };
    world.ask(&study, remove()).await.expect("removed");
    assert!(
        world
            .store
            .quotations(&study)
            .await
            .expect("read")
            .is_empty()
    );
    world.ask(&study, remove()).await.expect_err("it is gone");
}
