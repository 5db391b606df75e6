//! Consent, refusal, withdrawal.

use std::sync::Arc;

use attune_records::{
    Records,
    records::{Consent, ConsentAnswer, Dyad},
    source::Source,
};
use attune_store::{
    Command, Sight, command::WithdrawalLevel, consents::Standing, forms::FormFilter,
};
use jiff::civil::date;

use crate::support::{ADA, Family, NOON, World};

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

pub async fn who_withdrew_from_taking_part_is_not_brought_back_under_the_old_code(world: World) {
    let study = world.hostel().await;
    let family = world.consenting_family(&study, "hostel-a").await;
    let stop = WithdrawalLevel::StopCollecting;
    let withdrawn = withdraw(family, "participation", stop);
    world.ask(&study, withdrawn).await.expect("withdrawn");
    let back = Command::RecordEvent {
        event: attune_store::ids::EventId::new(),
        dyad: family.dyad,
        what: attune_store::command::DyadEvent::Returned,
        on: Some(date(2024, 10, 1)),
        why: None,
    };
    for again in [back, world.consent(family, "participation", true)] {
        let refused = world.ask(&study, again).await.expect_err("it stands");
        assert!(refused.to_string().contains("enrol it again"), "{refused}");
    }
    // Being asked again later is no taking part.
    let contact = world.consent(family, "contact", true);
    world.ask(&study, contact).await.expect("recorded");
}

/// A family of the study's own records, and what it answered.
fn from_records(
    code: &str,
    answers: &[(&str, ConsentAnswer, Option<&str>)],
) -> (Dyad, Vec<Consent>) {
    let source = Source {
        file: Arc::from("consents.csv"),
        row: 2,
        column: None,
    };
    let dyad = Dyad {
        id: code.into(),
        site: "hostel-a".into(),
        arm: None,
        enrolled: Some(date(2024, 1, 10)),
        born: None,
        due: None,
        age_at_enrolment_days: None,
        left: None,
        attributes: Vec::new(),
        source: source.clone(),
    };
    let consents = answers.iter().map(|(purpose, answer, version)| Consent {
        dyad: code.into(),
        purpose: (*purpose).into(),
        answer: *answer,
        date: Some(date(2024, 1, 10)),
        version: version.map(str::to_owned),
        language: None,
        source: source.clone(),
    });
    (dyad, consents.collect())
}

pub async fn earlier_answers_count_until_the_family_answers_here(world: World) {
    use ConsentAnswer::{Given, Refused, Withdrawn};
    let study = world.hostel().await;
    let store = &world.store;
    let families = [
        from_records(
            "E1",
            &[
                ("participation", Given, Some("1")),
                ("teaching", Given, Some("0")),
                ("video", Given, None),
            ],
        ),
        from_records(
            "E2",
            &[
                ("participation", Given, None),
                ("video", Refused, Some("1")),
            ],
        ),
        from_records(
            "E3",
            &[
                ("participation", Given, None),
                ("video", Given, None),
                ("video", Withdrawn, None),
            ],
        ),
        from_records("E4", &[]),
    ];
    let (dyads, consents): (Vec<Dyad>, Vec<Vec<Consent>>) = families.into_iter().unzip();
    let records = Records {
        dyads,
        consents: consents.into_iter().flatten().collect(),
        ..Records::default()
    };
    let imported = store.import(&ADA, &study, &records, NOON).await;
    assert_eq!(imported.expect("imported").n_consents, 8);
    let again = store.import(&ADA, &study, &records, NOON).await;
    assert_eq!(again.expect("nothing new").n_repeated, 4 + 3);

    let mut keys = Vec::new();
    for code in ["E1", "E2", "E3", "E4"] {
        let found = store
            .dyad_by_code(&study, &Sight::FULL, code)
            .await
            .expect("read");
        keys.push(found.key);
    }
    let standing = async |dyad, purpose: &str| {
        let states = store.purposes(&study, dyad).await.expect("read");
        let state = states.into_iter().find(|one| *one.purpose == *purpose);
        state.expect("planned")
    };
    let e1 = standing(keys[0], "participation").await;
    assert_eq!(
        (e1.standing, e1.earlier, e1.ask_again),
        (Standing::Given, true, false)
    );
    // An earlier version of a text is known to be one; no version says nothing.
    assert!(standing(keys[0], "teaching").await.ask_again);
    assert!(!standing(keys[0], "video").await.ask_again);
    assert_eq!(standing(keys[1], "video").await.standing, Standing::Refused);
    assert!(matches!(
        standing(keys[2], "video").await.standing,
        Standing::Withdrawn(_)
    ));
    let e4 = standing(keys[3], "participation").await;
    assert_eq!((e4.standing, e4.kept_elsewhere), (Standing::NotAsked, true));
    let e2 = standing(keys[1], "contact").await;
    assert_eq!((e2.standing, e2.kept_elsewhere), (Standing::NotAsked, true));

    // What is answered here stands, and no import changes it.
    let dyads = store.dyads(&study, &Sight::FULL).await.expect("read");
    let e2 = dyads.iter().find(|one| one.key == keys[1]).expect("there");
    let family = Family {
        dyad: e2.key,
        infant: e2.infant,
        carer: e2.carer,
    };
    let yes = world.consent(family, "video", true);
    world.ask(&study, yes).await.expect("thought again");
    let now = standing(keys[1], "video").await;
    assert_eq!((now.standing, now.earlier), (Standing::Given, false));
    let no = world.consent(family, "participation", false);
    world.ask(&study, no).await.expect("asked again");
    let saved = world.phq(&study, family, 1.0).await;
    let refused = world.ask(&study, Command::SaveForm(Box::new(saved))).await;
    assert!(refused.is_err(), "the earlier yes does not stand any more");
    store
        .import(&ADA, &study, &records, NOON)
        .await
        .expect("nothing new");
    assert_eq!(standing(keys[1], "video").await.standing, Standing::Given);
    assert_eq!(
        standing(keys[1], "participation").await.standing,
        Standing::Refused
    );
    let compared = store.compare_with_log().await.expect("compared");
    assert!(compared.differing.is_empty(), "{compared:?}");
}
