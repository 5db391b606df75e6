//! A team's projects of other tools: brought whole or not at all, deleted again with everything in them.

use attune_store::{Command, Request};
use attune_store::{
    StoreError,
    bringing::Bringing,
    codings::ChangeAsked,
    command::{
        WithdrawalLevel,
        video::{ClipAdded, CodingBrought, CodingPurpose, Edit},
    },
    ids::{AccountId, BringingId, ClipId, CodingId, DyadKey},
};
use jiff::civil::date;

use crate::{
    support::{ADA, NOON, World},
    videos::{agree, change, coder_of, event, family, gaze, study},
};

/// A recording without film and its codings by these people.
fn project(dyads: &[DyadKey], coders: &[AccountId], edits: &[Edit]) -> Bringing {
    let id = BringingId::new();
    let clip = ClipId::new();
    let added = ClipAdded {
        clip,
        title: "clip 7".to_owned(),
        scheme: "play-form".into(),
        scheme_version: 1,
        dyads: dyads.to_vec(),
        purpose: (!dyads.is_empty()).then(|| "video".into()),
        site: None,
        wave: None,
        session: None,
        stratum: String::new(),
        recorded: None,
        angles: Vec::new(),
        own_scheme: None,
        begins: None,
    };
    let coding = |(n, coder): (u32, &AccountId)| CodingBrought {
        bringing: id,
        coding: CodingId::of_request(&id.to_string(), n),
        clip,
        coder: *coder,
        position: n,
        purpose: match n {
            0 => CodingPurpose::Study,
            _ => CodingPurpose::Reliability,
        },
        finished: true,
        edits: edits.to_vec(),
    };
    Bringing {
        id,
        files: vec!["team.boris".to_owned()],
        clips: vec![added],
        codings: (0..).zip(coders).map(coding).collect(),
    }
}

fn bouts(n: i64) -> Vec<Edit> {
    (0..n)
        .map(|place| {
            let start = place * 2_000_000;
            let bout = gaze(start, Some(start + 1_000_000));
            event(&format!("brought-{place}"), None, Some(bout))
        })
        .collect()
}

pub async fn a_project_is_brought_whole_and_deleted_again(world: World) {
    let study = study(&world).await;
    let coders = [world.account("ann").await, world.account("ben").await];
    // More rows than one statement takes.
    let bringing = project(&[], &coders, &bouts(1_201));
    let (id, first) = (bringing.id, bringing.codings[0].coding);
    let store = &world.store;
    let receipt = store.bring(&ADA, &study, bringing.clone(), NOON).await;
    assert_eq!(receipt.expect("brought").outcomes.len(), 4);
    let again = store.bring(&ADA, &study, bringing, NOON).await;
    assert!(again.expect("answered").repeated, "twice is once");
    let content = store.coding(&study, first).await.expect("there");
    assert_eq!((content.events.len(), content.version), (1_201, 1));
    assert!(content.finished && content.is_brought && !content.is_own);
    let rows = store.bringings(&study).await.expect("read");
    assert_eq!((rows.len(), rows[0].n_codings, rows[0].n_open), (1, 2, 0));
    assert_eq!(store.rebuild().await.expect("made again").differing, []);
    store
        .undo_bringing(&ADA, &study, (id, false), NOON)
        .await
        .expect("deleted");
    assert!(store.coding(&study, first).await.is_err());
    assert_eq!(store.clips(&study).await.expect("read").len(), 0);
    let log = store.log(Some(&study), None, 100).await.expect("read");
    let mut contents = log.iter().filter_map(|entry| entry.content.as_deref());
    assert!(
        !contents.any(|content| content.contains("at-face")),
        "nor in the log"
    );
    assert!(store.bringings(&study).await.expect("read")[0].undone);
    assert_eq!(store.rebuild().await.expect("made again").differing, []);
}

pub async fn of_a_project_with_one_fault_nothing_is_brought(world: World) {
    let study = study(&world).await;
    let ann = world.account("ann").await;
    let store = &world.store;
    let mut unknown = gaze(0, Some(1_000_000));
    unknown.behaviour = "juggles".to_owned();
    let mut open = project(&[], &[ann], &[event("a", None, Some(gaze(0, None)))]);
    let mut twice = project(&[], &[ann, ann], &bouts(2));
    twice.codings[1].coding = CodingId::new();
    let wrong = project(&[], &[ann], &[event("a", None, Some(unknown))]);
    for (bringing, fault) in [
        (open.clone(), "have no end"),
        (twice, "codes this recording already"),
        (wrong, "juggles"),
    ] {
        let refused = store.bring(&ADA, &study, bringing, NOON).await;
        let refused = refused.expect_err("refused").to_string();
        assert!(refused.contains(fault), "{refused}");
    }
    assert_eq!(store.clips(&study).await.expect("read").len(), 0);
    assert_eq!(store.bringings(&study).await.expect("read"), []);
    open.codings[0].finished = false;
    store
        .bring(&ADA, &study, open, NOON)
        .await
        .expect("brought open");
    assert_eq!(store.bringings(&study).await.expect("read")[0].n_open, 1);
}

pub async fn work_that_was_done_since_goes_only_where_that_is_said(world: World) {
    let study = study(&world).await;
    let ann = world.account("ann").await;
    let mut bringing = project(&[], &[ann], &bouts(1));
    bringing.codings[0].finished = false;
    let (id, coding) = (bringing.id, bringing.codings[0].coding);
    let store = &world.store;
    store
        .bring(&ADA, &study, bringing, NOON)
        .await
        .expect("brought");
    let more: ChangeAsked = change(
        coding,
        1,
        vec![event("new", None, Some(gaze(9_000_000, Some(9_500_000))))],
    );
    store
        .change_coding(&coder_of(ann), &study, more, NOON)
        .await
        .expect("coded on");
    let refused = store.undo_bringing(&ADA, &study, (id, false), NOON).await;
    assert!(
        matches!(refused, Err(StoreError::Refused(_))),
        "{refused:?}"
    );
    assert_eq!(
        store
            .coding(&study, coding)
            .await
            .expect("there")
            .events
            .len(),
        2
    );
    store
        .undo_bringing(&ADA, &study, (id, true), NOON)
        .await
        .expect("deleted");
    assert!(store.coding(&study, coding).await.is_err());
    assert_eq!(store.rebuild().await.expect("made again").differing, []);
}

pub async fn a_withdrawal_deletes_what_was_brought_of_the_family(world: World) {
    let study = study(&world).await;
    let family = family(&world, &study).await;
    agree(&world, &study, family).await;
    let ann = world.account("ann").await;
    let bringing = project(&[family.0], &[ann], &bouts(3));
    let coding = bringing.codings[0].coding;
    let store = &world.store;
    store
        .bring(&ADA, &study, bringing, NOON)
        .await
        .expect("brought");
    let withdraw = Command::WithdrawConsent {
        dyad: family.0,
        purpose: "video".into(),
        level: WithdrawalLevel::StopCollecting,
        on: date(2024, 4, 1),
        ends_taking_part: false,
    };
    let request = Request::new(Some(study.clone()), withdraw, NOON).because("they asked for it");
    store.execute(&ADA, request).await.expect("withdrawn");
    assert!(
        store.coding(&study, coding).await.is_err(),
        "codes are gone"
    );
    let log = store.log(Some(&study), None, 100).await.expect("read");
    let mut contents = log.iter().filter_map(|entry| entry.content.as_deref());
    assert!(!contents.any(|content| content.contains("at-face")));
    assert_eq!(store.rebuild().await.expect("made again").differing, []);
}
