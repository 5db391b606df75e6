//! The schedule, and records drawn for analysis.

use std::{collections::BTreeMap, path::PathBuf};

use attune_measures::{Measures, measure};
use attune_protocol::{Protocol, StudyFolder};
use attune_store::{
    Command, Sight,
    command::{DyadEvent, WithdrawalLevel},
    ids::{EventId, FormId},
    schedule::PlannedStanding,
};
use jiff::civil::date;

use crate::support::{ADA, NOON, World};

pub async fn the_schedule_knows_due_overdue_and_not_done(world: World) {
    let study = world.hostel().await;
    let family = world.consenting_family(&study, "hostel-a").await;
    let saved = world.phq(&study, family, 1.0).await;
    let unit = saved.unit.clone();
    world
        .ask(&study, Command::SaveForm(Box::new(saved)))
        .await
        .expect("saved");
    let not_done = Command::MarkNotDone {
        form: FormId::new(),
        unit,
        dyad: Some(family.dyad),
        instrument: "interaction".into(),
        wave: Some("enrolment".into()),
        site: "hostel-a".into(),
    };
    assert!(world.ask(&study, not_done.clone()).await.is_err(), "why?");
    world
        .ask_because(&study, not_done, "no room to film in")
        .await
        .expect("noted");
    let today = date(2024, 10, 20); // 4 months after 15 June is 15 October; the window is open.
    let schedule = world
        .store
        .schedule(&study, &Sight::BLIND, today)
        .await
        .expect("read");
    let standing = |instrument: &str, wave: &str| {
        let found = schedule
            .iter()
            .find(|one| &*one.instrument == instrument && &*one.wave == wave);
        found.map(|one| one.standing).expect("planned")
    };
    assert_eq!(standing("phq-9", "enrolment"), PlannedStanding::Done);
    assert_eq!(
        standing("interaction", "enrolment"),
        PlannedStanding::NotDone
    );
    assert_eq!(
        standing("developmental-index", "enrolment"),
        PlannedStanding::Overdue
    );
    assert_eq!(standing("phq-9", "month-4"), PlannedStanding::Due);
    assert_eq!(standing("phq-9", "month-12"), PlannedStanding::Later);
    assert_eq!(schedule.len(), 12);
    let due = schedule
        .iter()
        .find(|one| &*one.wave == "month-4")
        .expect("planned");
    assert_eq!(due.day, Some(date(2024, 10, 15)));

    // After a death nothing is asked for any more, not even what was missed before; what was done stays.
    let died = Command::RecordEvent {
        event: EventId::new(),
        dyad: family.dyad,
        what: DyadEvent::InfantDied,
        on: Some(date(2024, 10, 18)),
        why: None,
    };
    world.ask(&study, died).await.expect("recorded");
    let schedule = world
        .store
        .schedule(&study, &Sight::BLIND, today)
        .await
        .expect("read");
    assert!(schedule.iter().all(|one| !one.standing.is_still_to_do()));
    let done = schedule
        .iter()
        .filter(|one| one.standing == PlannedStanding::Done);
    assert_eq!(done.count(), 1);
}

/// Everything of a measure but the place that it comes from.
fn plain(measures: &Measures) -> BTreeMap<String, usize> {
    let mut rows = BTreeMap::new();
    for row in measures.table().skip(1) {
        let mut row = row[..16].to_vec();
        // What was coded of a family that took its consent back is not drawn, nor when its film was made.
        if row[13].starts_with("play-film.") && row[15] == "withdrawn" {
            row[6..9].iter_mut().for_each(String::clear);
        }
        let text = row[..15].join(" | ");
        *rows.entry(text).or_insert(0) += 1;
    }
    rows
}

pub async fn an_imported_study_has_the_same_measures_as_its_files(world: World) {
    for name in ["hostel-clinic", "early-intervention", "community-clinic"] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../../studies")
            .join(name);
        let folder = StudyFolder::on_disk(&path).expect("read");
        let (protocol, _) = Protocol::read_folder(&folder).expect("sound");
        let (records, _) = attune_exchange::read_records(&protocol, &path).expect("sound");
        let study = protocol.study.id.clone();
        let store = &world.store;
        let registered = store
            .register_study(&ADA, &folder, &protocol, NOON, None)
            .await;
        registered.expect("registered");
        let imported = store
            .import(&ADA, &study, &records, NOON)
            .await
            .expect("imported");
        assert_eq!(
            (imported.n_dyads, imported.n_repeated),
            (records.dyads.len(), 0)
        );
        let again = store
            .import(&ADA, &study, &records, NOON)
            .await
            .expect("imported again");
        assert!(again.n_repeated > again.n_dyads, "{again:?}");
        let drawn = store.records(&study).await.expect("drawn");
        assert_eq!(drawn.records.dyads.len(), records.dyads.len());
        assert_eq!(drawn.records.assessments.len(), records.assessments.len());
        assert_eq!(drawn.records.codings.len(), records.codings.len());
        assert_eq!(imported.n_codings_left, 0, "{name}");
        let (files, store_) = (
            measure(&protocol, &records),
            measure(&protocol, &drawn.records),
        );
        let amounts = |measures: &Measures| -> Vec<_> {
            let of = |one: &attune_measures::measures::SessionSociogram| {
                (one.date, one.minutes.to_bits(), one.sociogram.measures())
            };
            measures.sociograms.iter().map(of).collect()
        };
        assert_eq!(amounts(&files), amounts(&store_), "{name}");
        // The register of families that withdrew is kept and not drawn.
        assert!(drawn.records.attendance.len() <= records.attendance.len());
        let from_files = measure(&protocol, &records);
        let from_store = measure(&protocol, &drawn.records);
        let (expected, found) = (plain(&from_files), plain(&from_store));
        let first_difference = found.iter().find(|(row, n)| expected.get(*row) != Some(n));
        assert_eq!(first_difference, None, "{name}");
        assert_eq!(expected.len(), found.len(), "{name}");
        let Some(first) = drawn.records.assessments.first() else {
            continue;
        };
        let source = &first.source;
        let id = source.file.strip_prefix("form:").expect("names its form");
        let form = store
            .form(&study, &Sight::FULL, id.parse().expect("an id"))
            .await;
        assert_eq!(form.expect("leads back").row.version, source.row);
    }
    let compared = world.store.compare_with_log().await.expect("compared");
    assert!(compared.differing.is_empty(), "{compared:?}");
}

pub async fn withdrawn_families_leave_the_records(world: World) {
    let study = world.hostel().await;
    let family = world.consenting_family(&study, "hostel-a").await;
    let saved = world.phq(&study, family, 1.0).await;
    world
        .ask(&study, Command::SaveForm(Box::new(saved)))
        .await
        .expect("saved");
    let before = world.store.records(&study).await.expect("drawn");
    assert_eq!(before.records.assessments.len(), 1);
    let withdraw = Command::WithdrawConsent {
        dyad: family.dyad,
        purpose: "participation".into(),
        level: WithdrawalLevel::Erase,
        on: date(2024, 9, 1),
        ends_taking_part: false,
    };
    world.ask(&study, withdraw).await.expect("withdrawn");
    let after = world.store.records(&study).await.expect("drawn");
    assert!(after.records.assessments.is_empty());
    assert_eq!(
        after.records.dyads.len(),
        1,
        "that it took part and left stays known"
    );
    assert!(after.sequence > before.sequence && after.head != before.head);
}

pub async fn a_reading_that_nobody_waits_for_leaves_nothing_open(world: World) {
    let study = world.hostel().await;
    for wait in 0..40 {
        let patience = std::time::Duration::from_micros(100 * wait);
        drop(tokio::time::timeout(patience, world.store.records(&study)).await);
        drop(tokio::time::timeout(patience, world.store.verify()).await);
    }
    for _ in 0..40 {
        world.store.records(&study).await.expect("read");
        assert!(world.store.verify().await.expect("read").is_sound());
    }
}
