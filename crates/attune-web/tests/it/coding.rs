//! What a coder can get: nothing of phase, arm, site, day, file or other coders in any answer or header;
//! and nothing of what is somebody else's.

use std::{collections::BTreeMap, path::PathBuf};

use attune_protocol::{Protocol, StudyFolder, id::StudyId};
use attune_store::{
    Actor, Role,
    command::video::{Angle, ClipAdded, CodingPurpose, VideoCommand},
    ids::{AccountId, ClipId, CodingId},
    media::frame_times::FrameTimes,
};
use attune_web::{Settings, routes};
use axum::http::{Method, StatusCode};

use crate::harness::{Answer, Browser, World};

/// Words that tell something about the recording.
const HIDDEN: &[&str] = &[
    "Second visit of March",
    "march-before",
    "hostel-a",
    "Hostel A",
    "month-4",
    "4 months",
    "stratum-before",
    "2024-03",
    "12 March",
    "reliability",
    "second coding",
    "olga example",
    "a9f3a9f3",
];

struct Made {
    study: StudyId,
    own: CodingId,
    others: CodingId,
}

async fn study(world: &World) -> StudyId {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = StudyFolder::on_disk(&root.join("../../studies/hostel-clinic")).expect("a study");
    let scheme = include_bytes!("../../../attune-store/tests/data/room-scheme.toml");
    let files: Vec<(String, Vec<u8>)> = folder
        .names()
        .map(|name| match name {
            "schemes/play-form.toml" => (name.to_owned(), scheme.to_vec()),
            _ => (
                name.to_owned(),
                folder.bytes(name).unwrap_or_default().to_vec(),
            ),
        })
        .collect();
    let folder = StudyFolder::from_files(files);
    let (protocol, _) = Protocol::read_folder(&folder).unwrap_or_else(|why| panic!("{why}"));
    let (store, at) = (world.state.store(), world.state.now());
    store
        .register_study(&Actor::PROGRAM, &folder, &protocol, at, None)
        .await
        .expect("registered");
    protocol.study.id
}

async fn made(world: &World) -> Made {
    let study = study(world).await;
    let store = world.state.store();
    let (own, _) = world.add("ines", false).await;
    let (other, _) = world.add("olga", false).await;
    for account in [own, other] {
        world
            .give(account, Role::Observer, Some(study.as_str()), &[])
            .await;
    }
    let media = store.media();
    let times = FrameTimes::from_packets("0,K\n512,_\n1024,_\n", (1, 12800)).expect("times");
    let (frame_times, _) = media.keep(&times.to_bytes()[..]).expect("kept");
    let (playing, playing_bytes) = media.keep(&[7u8; 5000][..]).expect("kept");
    let added = ClipAdded {
        clip: ClipId::new(),
        title: "Second visit of March".to_owned(),
        scheme: "play-form".into(),
        scheme_version: 1,
        site: Some("hostel-a".into()),
        wave: Some("month-4".into()),
        session: Some("march-before".to_owned()),
        dyads: Vec::new(),
        purpose: None,
        stratum: "stratum-before".to_owned(),
        recorded: Some("2024-03-12".parse().expect("a day")),
        angles: vec![Angle {
            original: "a9f3".repeat(16),
            original_frame_times: frame_times.clone(),
            playing,
            playing_bytes,
            frame_times,
            frames: 3,
            length: times.end(),
            offset: 0,
            peaks: None,
            spectrum: None,
        }],
        own_scheme: None,
    };
    let clip = added.clip;
    let codings = ["own", "others"].map(|name| CodingId::of_request(name, 0));
    let assign = |coding, coder: AccountId, purpose| VideoCommand::AssignClip {
        coding,
        clip,
        coder,
        position: 1,
        purpose,
    };
    let commands = vec![
        VideoCommand::AddClip(Box::new(added)),
        assign(codings[0], own, CodingPurpose::Reliability),
        assign(codings[1], other, CodingPurpose::Study),
    ];
    store
        .change_video(&Actor::PROGRAM, &study, commands, world.state.now())
        .await
        .expect("assigned");
    Made {
        study,
        own: codings[0],
        others: codings[1],
    }
}

/// Every page that a coder can ask for, filled in with these ids.
fn addresses(made: &Made, coding: CodingId) -> Vec<String> {
    routes::table()
        .iter()
        .filter(|route| route.method == Method::GET)
        .map(|route| {
            route
                .path
                .replace("{study}", made.study.as_str())
                .replace("{coding}", &coding.to_string())
                .replace("{angle}", "0")
                .replace("{format}", "eaf")
        })
        .filter(|path| !path.contains('{'))
        .collect()
}

fn tells(answer: &Answer) -> Vec<&'static str> {
    let headers: BTreeMap<_, _> = answer
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), format!("{value:?}")))
        .collect();
    // The time of the answer itself is in its own header.
    let headers: Vec<_> = headers.iter().filter(|(name, _)| *name != "date").collect();
    let all = format!("{headers:?} {}", answer.body).to_lowercase();
    HIDDEN
        .iter()
        .copied()
        .filter(|word| all.contains(&word.to_lowercase()))
        .collect()
}

async fn coder(world: &World) -> Browser<'_> {
    world.signed_in("ines", None).await
}

#[tokio::test]
async fn no_answer_that_a_coder_gets_tells_phase_site_day_file_or_who_else_codes() {
    let world = World::new(Settings::default()).await;
    let made = made(&world).await;
    let mut browser = coder(&world).await;
    let mut n_answered = 0;
    for coding in [made.own, made.others] {
        for path in addresses(&made, coding) {
            if !path.contains("/coding") {
                continue;
            }
            let answer = browser.get(&path).await;
            assert_eq!(tells(&answer), [""; 0], "{path}");
            n_answered += usize::from(answer.status == StatusCode::OK);
        }
    }
    // The list and the page to bring files to (twice each), the room, what it asks for, media, frames,
    // the formats and one of them; there is no sound.
    assert_eq!(n_answered, 10);
}

#[tokio::test]
async fn a_coder_is_not_let_into_the_pages_of_the_lead() {
    let world = World::new(Settings::default()).await;
    let made = made(&world).await;
    let mut browser = coder(&world).await;
    for page in ["clips", "reliability"] {
        let path = format!("/studies/{}/{page}", made.study);
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(tells(&answer), [""; 0]);
    }
}

#[tokio::test]
async fn somebody_who_codes_is_blind_also_where_they_lead() {
    let world = World::new(Settings::default()).await;
    let made = made(&world).await;
    let account = world.state.store().accounts().await.expect("accounts");
    let ines = account
        .iter()
        .find(|one| one.login == "ines")
        .expect("there")
        .id;
    world
        .give(ines, Role::LeadEvaluator, Some(made.study.as_str()), &[])
        .await;
    let mut browser = coder(&world).await;
    let answer = browser.get(&format!("/studies/{}/clips", made.study)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let others = format!("/studies/{}/coding/{}/data", made.study, made.others);
    assert_eq!(browser.get(&others).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_recording_comes_by_ranges_and_only_to_its_coder() {
    let world = World::new(Settings::default()).await;
    let made = made(&world).await;
    let mut browser = coder(&world).await;
    let path = |coding| format!("/studies/{}/coding/{coding}/media/0", made.study);
    let answer = browser.get_range(&path(made.own), "bytes=100-199").await;
    assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(answer.header("content-range"), "bytes 100-199/5000");
    assert_eq!(answer.header("content-type"), "video/mp4");
    assert_eq!(answer.header("last-modified"), "");
    assert_eq!(answer.body.len(), 100);
    let others = browser.get_range(&path(made.others), "bytes=0-9").await;
    assert_eq!(others.status, StatusCode::NOT_FOUND);
    let mut nobody = world.browser();
    let answer = nobody.get_range(&path(made.own), "bytes=0-9").await;
    assert_ne!(answer.status, StatusCode::PARTIAL_CONTENT);
}

#[tokio::test]
async fn a_change_is_saved_with_its_version_and_a_stale_one_is_a_conflict() {
    let world = World::new(Settings::default()).await;
    let made = made(&world).await;
    let mut browser = coder(&world).await;
    let path = format!("/studies/{}/coding/{}/changes", made.study, made.own);
    let change = |key: &str, id: &str| {
        format!(
            r#"{{"key":"{key}","base":0,"doing":"do","edits":[{{"of":"event","id":"{id}","before":null,
            "after":{{"behaviour":"smile","subject":"carer","start":0,"stop":null,"point":true,"start_frame":0}}}}]}}"#
        )
    };
    let saved = browser.post_json(&path, &change("a", "one")).await;
    assert_eq!(
        (saved.status, saved.body.as_str()),
        (StatusCode::OK, r#"{"version":1}"#)
    );
    let again = browser.post_json(&path, &change("a", "one")).await;
    assert_eq!(
        (again.status, again.body.as_str()),
        (StatusCode::OK, r#"{"version":1}"#)
    );
    let stale = browser.post_json(&path, &change("b", "two")).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let unread = browser.post_json(&path, "{\"key\":1}").await;
    assert_eq!(unread.status, StatusCode::BAD_REQUEST);
    let others = path.replace(&made.own.to_string(), &made.others.to_string());
    let others = browser.post_json(&others, &change("c", "one")).await;
    assert_eq!(others.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_coding_without_events_says_which_formats_have_no_file_for_it() {
    let world = World::new(Settings::default()).await;
    let made = made(&world).await;
    let mut coder = coder(&world).await;
    let export = format!("/studies/{}/coding/{}/export", made.study, made.own);
    let page = coder.get(&export).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("This coding cannot be a file .srt yet"));
    let table = coder.get(&format!("{export}/csv")).await;
    assert_eq!(table.status, StatusCode::OK);
    let captions = coder.get(&format!("{export}/srt")).await;
    assert_eq!(captions.status, StatusCode::CONFLICT);
}
