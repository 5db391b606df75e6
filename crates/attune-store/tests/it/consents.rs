//! Consent, refusal, withdrawal.

use attune_store::{
    Command, Sight, command::WithdrawalLevel, consents::Standing, forms::FormFilter,
};
use jiff::civil::date;

use crate::support::{Family, World};

fn withdraw(family: Family, purpose: &str, level: WithdrawalLevel) -> Command {
    Command::WithdrawConsent {
        dyad: family.dyad,
        purpose: purpose.into(),
        level,
        on: date(2024, 9, 1),
        ends_taking_part: false,
    }
}

pub async fn no_form_before_consent(world: World) {
    let study = world.hostel().await;
    let family = world.family(&study, "hostel-a").await;
    let saved = world.phq(&study, family, 1.0).await;
    let save = || Command::SaveForm(Box::new(saved.clone()));
    let early = world.ask(&study, save()).await.expect_err("too early");
    assert!(
        early
            .to_string()
            .contains("record it before the first form"),
        "{early}"
    );
    let consent = world.consent(family, "participation", true);
    world.ask(&study, consent).await.expect("consent");
    world.ask(&study, save()).await.expect("saved");
    let states = world
        .store
        .purposes(&study, family.dyad)
        .await
        .expect("read");
    let standings: Vec<Standing> = states.iter().map(|state| state.standing).collect();
    assert_eq!(standings[0], Standing::Given);
    assert!(standings[1..].iter().all(|one| *one == Standing::NotAsked));
}

pub async fn a_refusal_for_one_of_the_two_is_a_refusal(world: World) {
    let study = world.hostel().await;
    let family = world.consenting_family(&study, "hostel-a").await;
    let mut for_carer = world.consent(family, "participation", false);
    if let Command::RecordConsent(consent) = &mut for_carer {
        consent.for_person = family.carer;
    }
    world.ask(&study, for_carer.clone()).await.expect("refused");
    let purpose = "participation".into();
    let in_force = async || {
        let answer = world.store.consent_in_force(family.dyad, &purpose).await;
        answer.expect("read")
    };
    assert!(!in_force().await);
    if let Command::RecordConsent(consent) = &mut for_carer {
        consent.consent = attune_store::ids::ConsentId::new();
        consent.given = true;
    }
    world.ask(&study, for_carer).await.expect("thought again");
    assert!(in_force().await);
}

pub async fn a_withdrawal_tells_its_effect_and_is_in_force_at_once(world: World) {
    let study = world.hostel().await;
    let family = world.consenting_family(&study, "hostel-a").await;
    let consent = world.consent(family, "video", true);
    world.ask(&study, consent).await.expect("video too");
    let saved = world.phq(&study, family, 1.0).await;
    let save = Command::SaveForm(Box::new(saved));
    world.ask(&study, save).await.expect("saved");
    let store = &world.store;
    let stop = WithdrawalLevel::StopCollecting;
    let video = store
        .effect_of_withdrawal(&study, family.dyad, &"video".into(), stop)
        .await;
    let video = video.expect("computed");
    assert!(!video.ends_taking_part);
    assert_eq!((video.n_forms, video.n_forms_left_out), (1, 0));
    let taking_part = "participation".into();
    let all = store
        .effect_of_withdrawal(&study, family.dyad, &taking_part, stop)
        .await;
    let all = all.expect("computed");
    assert!(all.ends_taking_part);
    assert_eq!(
        all.level,
        WithdrawalLevel::LeaveOut,
        "the study promised more than was asked"
    );
    assert_eq!((all.n_forms_left_out, all.n_forms_erased), (1, 0));
    assert!(
        store
            .consent_in_force(family.dyad, &"video".into())
            .await
            .expect("read")
    );
    world
        .ask(&study, withdraw(family, "video", stop))
        .await
        .expect("withdrawn");
    assert!(
        !store
            .consent_in_force(family.dyad, &"video".into())
            .await
            .expect("read")
    );
    let records = store.records(&study).await.expect("drawn").records;
    assert_eq!(records.assessments.len(), 1, "taking part goes on");
    world
        .ask(&study, withdraw(family, "participation", stop))
        .await
        .expect("withdrawn");
    let mut later = world.phq(&study, family, 2.0).await;
    later.wave = Some("month-4".into());
    let refused = world.ask(&study, Command::SaveForm(Box::new(later))).await;
    let refused = refused.expect_err("nothing more");
    assert!(refused.to_string().contains("withdrew"), "{refused}");
    let records = store.records(&study).await.expect("drawn").records;
    let left = records.dyads[0].left.clone().expect("left");
    assert!(left.withdrew_consent && left.date == Some(date(2024, 9, 1)));
    let withheld = records.assessments.iter().flat_map(|one| &one.answers);
    assert!(withheld.into_iter().all(|answer| answer.value.is_err()));
    let states = store.purposes(&study, family.dyad).await.expect("read");
    assert_eq!(
        states[0].standing,
        Standing::Withdrawn(WithdrawalLevel::LeaveOut)
    );
}

pub async fn erased_answers_leave_tables_and_log(world: World) {
    let study = world.hostel().await;
    let family = world.consenting_family(&study, "hostel-a").await;
    let other = world.consenting_family(&study, "hostel-b").await;
    for family in [family, other] {
        let saved = world.phq(&study, family, 1.0).await;
        let form = saved.form;
        world
            .ask(&study, Command::SaveForm(Box::new(saved)))
            .await
            .expect("saved");
        let query = Command::RaiseQuery {
            query: attune_store::ids::QueryId::new(),
            form,
            item: None,
            text: "every answer the same?".to_owned(),
        };
        world.ask(&study, query).await.expect("raised");
    }
    let erase = withdraw(family, "participation", WithdrawalLevel::Erase);
    let receipt = world.ask(&study, erase).await.expect("withdrawn");
    assert_eq!(
        receipt.outcomes[0].erased.len(),
        2,
        "the form and the query about it"
    );
    let store = &world.store;
    let forms = store
        .forms(&study, &Sight::FULL, &FormFilter::default())
        .await
        .expect("read");
    assert_eq!(forms.len(), 1);
    assert_eq!(forms[0].dyad, Some(other.dyad));
    let log = store.log(Some(&study), None, 100).await.expect("read");
    let erased = log.iter().filter(|row| row.content.is_none());
    assert_eq!(erased.count(), 2);
    let compared = store.compare_with_log().await.expect("compared");
    assert!(compared.differing.is_empty(), "{compared:?}");
    assert_eq!(compared.n_erased, 2);
}

pub async fn the_text_that_was_shown_must_be_the_study_s(world: World) {
    let study = world.hostel().await;
    let family = world.family(&study, "hostel-a").await;
    let mut consent = world.consent(family, "participation", true);
    if let Command::RecordConsent(consent) = &mut consent {
        consent.text = "0".repeat(64);
    }
    let refused = world.ask(&study, consent).await.expect_err("another text");
    assert!(
        refused
            .to_string()
            .contains("the text that was shown is not"),
        "{refused}"
    );
}
