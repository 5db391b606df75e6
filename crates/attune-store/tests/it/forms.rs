//! Forms, their history, double entry, queries, alerts.

use attune_protocol::id::{ItemId, StudyId};
use attune_store::{
    Actor, Command, Request, Sight, StoreError,
    command::{AlertRaised, AnswerValue, FormSaved},
    forms::{FormFilter, QueryState, SecondEntry},
    ids::{AccountId, AlertId, FormId, QueryId},
};

use crate::support::{ADA, NOON, World};

fn save(saved: &FormSaved) -> Command {
    Command::SaveForm(Box::new(saved.clone()))
}

async fn first(world: &World) -> (StudyId, FormSaved) {
    let study = world.hostel().await;
    let family = world.consenting_family(&study, "hostel-a").await;
    let saved = world.phq(&study, family, 1.0).await;
    (study, saved)
}

pub async fn a_change_after_the_first_save_needs_a_reason(world: World) {
    let (study, mut saved) = first(&world).await;
    saved.complete = false;
    world.ask(&study, save(&saved)).await.expect("a draft");
    saved.base = 1;
    saved.complete = true;
    world
        .ask(&study, save(&saved))
        .await
        .expect("a draft is finished without a reason");
    saved.base = 2;
    saved.answers.insert("q3".into(), AnswerValue::Number(3.0));
    let silent = world.ask(&study, save(&saved)).await;
    assert!(
        matches!(silent, Err(StoreError::ReasonNeeded)),
        "{silent:?}"
    );
    let receipt = world
        .ask_because(&study, save(&saved), "misread the paper")
        .await;
    assert_eq!(receipt.expect("saved").outcomes[0].version, Some(3));
    let form = world
        .store
        .form(&study, &Sight::FULL, saved.form)
        .await
        .expect("read");
    assert_eq!(form.answers, saved.answers);
    assert_eq!((form.row.n_answered, form.row.n_missing), (9, 0));
}

pub async fn a_stale_change_is_refused(world: World) {
    let (study, mut saved) = first(&world).await;
    world.ask(&study, save(&saved)).await.expect("saved");
    saved.base = 1;
    world
        .ask_because(&study, save(&saved), "one")
        .await
        .expect("saved");
    let stale = world.ask_because(&study, save(&saved), "two").await;
    assert!(
        matches!(
            stale,
            Err(StoreError::Stale {
                base: 1,
                current: 2
            })
        ),
        "{stale:?}"
    );
    saved.base = 0;
    let stale = world.ask_because(&study, save(&saved), "three").await;
    assert!(
        matches!(
            stale,
            Err(StoreError::Stale {
                base: 0,
                current: 2
            })
        ),
        "{stale:?}"
    );
}

pub async fn each_field_has_its_history(world: World) {
    let (study, mut saved) = first(&world).await;
    world.ask(&study, save(&saved)).await.expect("saved");
    for (base, answer, why) in [
        (1, AnswerValue::Number(2.0), "misread"),
        (
            2,
            AnswerValue::Missing(attune_protocol::missing::Missing::Refused),
            "asked again",
        ),
    ] {
        saved.base = base;
        saved.answers.insert("q2".into(), answer);
        world
            .ask_because(&study, save(&saved), why)
            .await
            .expect("saved");
    }
    let store = &world.store;
    let q2: ItemId = "q2".into();
    let history = store
        .history_of_field(&study, saved.form, &q2)
        .await
        .expect("read");
    let told: Vec<(u32, Option<&str>)> = history
        .iter()
        .map(|change| (change.version, change.reason.as_deref()))
        .collect();
    assert_eq!(
        told,
        [(1, None), (2, Some("misread")), (3, Some("asked again"))]
    );
    let q1 = store
        .history_of_field(&study, saved.form, &"q1".into())
        .await
        .expect("read");
    assert_eq!(
        q1.len(),
        1,
        "versions that left it as it was are passed over"
    );
}

pub async fn a_unit_has_an_instrument_once_in_a_wave(world: World) {
    let (study, mut saved) = first(&world).await;
    world.ask(&study, save(&saved)).await.expect("saved");
    saved.form = FormId::new();
    let twice = world.ask(&study, save(&saved)).await.expect_err("twice");
    assert!(
        twice.to_string().contains("at this time already"),
        "{twice}"
    );
    saved.wave = Some("month-4".into());
    world.ask(&study, save(&saved)).await.expect("another wave");
}

pub async fn locked_forms_stay_and_a_change_undoes_the_signature(world: World) {
    let (study, mut saved) = first(&world).await;
    world.ask(&study, save(&saved)).await.expect("saved");
    let form = saved.form;
    let read = async || {
        let form = world.store.form(&study, &Sight::FULL, form).await;
        form.expect("read").row
    };
    let sign = |digest: String| Command::SignForm {
        form,
        version: 1,
        digest,
        meaning: "reviewed".to_owned(),
    };
    assert!(
        world.ask(&study, sign("0".repeat(64))).await.is_err(),
        "other answers"
    );
    let digest = read().await.digest;
    world.ask(&study, sign(digest)).await.expect("signed");
    assert_eq!(
        read().await.signature.map(|one| one.meaning),
        Some("reviewed".to_owned())
    );
    world
        .ask(&study, Command::LockForm { form })
        .await
        .expect("locked");
    saved.base = 1;
    let refused = world
        .ask_because(&study, save(&saved), "late")
        .await
        .expect_err("locked");
    assert!(refused.to_string().contains("locked"), "{refused}");
    let unlock = Command::UnlockForm { form };
    assert!(world.ask(&study, unlock.clone()).await.is_err(), "why?");
    world
        .ask_because(&study, unlock, "an error was found")
        .await
        .expect("unlocked");
    world
        .ask_because(&study, save(&saved), "corrected")
        .await
        .expect("saved");
    assert_eq!(read().await.signature, None);
}

pub async fn two_entries_are_compared_and_settled(world: World) {
    let (study, saved) = first(&world).await;
    world.ask(&study, save(&saved)).await.expect("saved");
    let mut answers = saved.answers.clone();
    answers.insert("q5".into(), AnswerValue::Number(2.0));
    answers.remove(&ItemId::from("q6"));
    let second = Command::SaveSecondEntry {
        form: saved.form,
        answers: answers.clone(),
    };
    let same = world
        .ask(&study, second.clone())
        .await
        .expect_err("the same person");
    assert!(same.to_string().contains("somebody else"), "{same}");
    let bea = Actor::of(world.account("bea").await, None);
    let request = Request::new(Some(study.clone()), second, NOON);
    world.store.execute(&bea, request).await.expect("entered");
    let differences = world
        .store
        .compare_entries(&study, &Sight::FULL, saved.form)
        .await;
    let differences = differences.expect("compared");
    let items: Vec<&str> = differences.iter().map(|one| one.item.as_str()).collect();
    assert_eq!(items, ["q5", "q6"]);
    assert_eq!(differences[1].second, None);
    let settle = Command::SettleEntries {
        form: saved.form,
        base: 1,
        answers,
    };
    world
        .ask_because(&study, settle, "compared with the paper")
        .await
        .expect("settled");
    let form = world
        .store
        .form(&study, &Sight::FULL, saved.form)
        .await
        .expect("read");
    assert_eq!(
        (form.row.version, form.row.second_entry),
        (2, Some(SecondEntry::Settled))
    );
}

pub async fn queries_are_raised_answered_and_closed(world: World) {
    let (study, saved) = first(&world).await;
    world.ask(&study, save(&saved)).await.expect("saved");
    let query = QueryId::new();
    let raise = Command::RaiseQuery {
        query,
        form: saved.form,
        item: Some("q2".into()),
        text: "Is 1 what the paper says?".to_owned(),
    };
    world.ask(&study, raise).await.expect("raised");
    let state = async || {
        let queries = world
            .store
            .queries(&study, &Sight::FULL, Some(saved.form))
            .await;
        queries.expect("read")[0].state
    };
    assert_eq!(state().await, QueryState::Open);
    let answer = Command::AnswerQuery {
        query,
        text: "Yes.".to_owned(),
    };
    world.ask(&study, answer.clone()).await.expect("answered");
    assert!(world.ask(&study, answer).await.is_err(), "answered once");
    world
        .ask(&study, Command::CloseQuery { query })
        .await
        .expect("closed");
    assert_eq!(state().await, QueryState::Closed);
    let reopen = Command::ReopenQuery {
        query,
        text: "The paper was another one.".to_owned(),
    };
    world.ask(&study, reopen).await.expect("asked again");
    assert_eq!(state().await, QueryState::Open);
    let messages = world.store.query_messages(query).await.expect("read");
    let what: Vec<&str> = messages.iter().map(|one| one.what.as_str()).collect();
    assert_eq!(what, ["raised", "answered", "closed", "reopened"]);
    let history = world
        .store
        .history_of_form(&study, saved.form)
        .await
        .expect("read");
    assert_eq!(history.len(), 5, "the form's history holds its queries");
}

pub async fn alerts_come_with_their_form_and_are_acknowledged_once(world: World) {
    let (study, mut saved) = first(&world).await;
    let clinician = AccountId::new();
    let alert = AlertId::new();
    saved.alerts = vec![AlertRaised {
        alert,
        rule: "self-harm".to_owned(),
        item: "q9".into(),
        message: "thoughts of self-harm".to_owned(),
        to: Some(clinician),
    }];
    world.ask(&study, save(&saved)).await.expect("saved");
    let alerts = async || {
        world
            .store
            .alerts(&study, &Sight::FULL)
            .await
            .expect("read")
    };
    assert_eq!(
        (alerts().await.len(), alerts().await[0].to),
        (1, Some(clinician))
    );
    let see = || Command::AcknowledgeAlert {
        alert,
        note: "spoke on the telephone".to_owned(),
    };
    world.ask(&study, see()).await.expect("seen");
    assert!(world.ask(&study, see()).await.is_err(), "seen once");
    let (_, _, note) = alerts().await[0].acknowledged.clone().expect("seen");
    assert_eq!(note, "spoke on the telephone");
}

pub async fn wrong_names_are_told_all_at_once(world: World) {
    let (study, mut saved) = first(&world).await;
    saved.site = "nowhere".into();
    saved.wave = Some("never".into());
    saved.answers.insert("q77".into(), AnswerValue::Number(1.0));
    saved
        .answers
        .insert("q1".into(), AnswerValue::Number(f64::NAN));
    let wrong = world
        .ask(&study, save(&saved))
        .await
        .expect_err("wrong")
        .to_string();
    for part in [
        "no site nowhere",
        "no wave never",
        "no item q77",
        "q1 is no number",
    ] {
        assert!(wrong.contains(part), "{part}: {wrong}");
    }
    let nothing = world
        .store
        .forms(&study, &Sight::FULL, &FormFilter::default())
        .await;
    assert!(nothing.expect("read").is_empty());
    let other = StudyId::from("no-such-study");
    let request = Request::new(Some(other), save(&saved), NOON);
    let refused = world.store.execute(&ADA, request).await;
    assert!(
        matches!(refused, Err(StoreError::NotFound { .. })),
        "{refused:?}"
    );
}

pub async fn answers_have_a_typed_view(world: World) {
    let (study, mut saved) = first(&world).await;
    let hidden = AnswerValue::Hidden(Box::new(AnswerValue::Number(3.0)));
    saved.answers.insert("q4".into(), hidden);
    world.ask(&study, save(&saved)).await.expect("saved");
    let counts = world.store.answer_counts(&study).await.expect("read");
    let of = |item: &str| counts.iter().find(|one| one.item.as_str() == item).cloned();
    let q1 = of("q1").expect("there");
    assert_eq!((q1.n_answered, q1.missing.len()), (1, 0));
    let q4 = of("q4").expect("there");
    assert_eq!(q4.n_answered, 0);
    assert_eq!(
        q4.missing,
        [(attune_protocol::missing::Missing::HiddenByBranching, 1)]
    );
}
