//! What a coder can get: nothing of phase, arm, site, day, file or other coders in any answer or header;
//! and nothing of what is somebody else's.

use std::{collections::BTreeMap, io::Read, path::PathBuf};

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
    clip: ClipId,
    own: CodingId,
    others: CodingId,
}

pub async fn study(world: &World) -> StudyId {
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
            drift: 0,
            peaks: Some(media.keep(&[1u8; 6][..]).expect("kept").0),
            spectrum: Some(media.keep(&[2u8; 48][..]).expect("kept").0),
        }],
        own_scheme: None,
        begins: None,
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
        clip,
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
    // The list and the page to bring files to (twice each), the room, what it asks for, media, frames, loudness,
    // spectrum, the formats and one of them.
    assert_eq!(n_answered, 12);
}

/// What is known of this one recording; other pages name sites and waves, which are in the plan.
const OF_THE_RECORDING: &[&str] = &[
    "Second visit of March",
    "march-before",
    "stratum-before",
    "2024-03",
    "olga example",
    "a9f3a9f3",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_other_page_tells_a_coder_anything_of_a_recording() {
    let world = World::new(Settings::default()).await;
    let made = made(&world).await;
    let mut browser = coder(&world).await;
    let mut n_asked = 0;
    for route in routes::table() {
        let path = route
            .path
            .replace("{study}", made.study.as_str())
            .replace("{clip}", &made.clip.to_string())
            .replace("{coding}", &made.others.to_string())
            .replace("{angle}", "0")
            .replace("{format}", "boris");
        if path.contains('{') {
            continue;
        }
        let answer = match route.method {
            Method::GET => browser.get(&path).await,
            // Not the way out.
            _ if path == "/sign-out" || path.starts_with("/account/sessions") => continue,
            _ => browser.post(&path, &[]).await,
        };
        let all = format!("{:?} {}", answer.headers, answer.body).to_lowercase();
        for word in OF_THE_RECORDING {
            assert!(
                !all.contains(&word.to_lowercase()),
                "{} {path} tells {word}",
                route.method
            );
        }
        n_asked += 1;
    }
    assert!(n_asked > 80, "{n_asked} answers");
}

/// A file with all that is packed in it, as text.
pub fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    if let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(bytes)) {
        for n in 0..archive.len() {
            let mut entry = archive.by_index(n).expect("an entry");
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("unpacked");
            text.push_str(&entry.name().expect("a name"));
            text.push_str(&String::from_utf8_lossy(&content));
        }
    }
    text.to_lowercase()
}

#[tokio::test]
async fn no_file_of_any_format_that_a_coder_takes_away_tells_more_than_the_room() {
    let world = World::new(Settings::default()).await;
    let made = made(&world).await;
    let mut browser = coder(&world).await;
    let at = format!("/studies/{}/coding/{}", made.study, made.own);
    let change = r#"{"key":"a","base":0,"doing":"do","edits":[{"of":"event","id":"one","before":null,
        "after":{"behaviour":"at-face","subject":"infant-1","start":0,"stop":40000,"start_frame":0,"stop_frame":1}}]}"#;
    let saved = browser.post_json(&format!("{at}/changes"), change).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    for format in [
        "csv", "xlsx", "boris", "eaf", "opf", "textgrid", "vtt", "srt", "sds",
    ] {
        let answer = browser.get(&format!("{at}/export/{format}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{format}");
        let text = unpacked(&answer.bytes);
        for word in HIDDEN {
            assert!(
                !text.contains(&word.to_lowercase()),
                "a file .{format} tells {word}"
            );
        }
    }
}

#[tokio::test]
async fn nothing_that_was_made_from_a_recording_is_sent_to_anybody_once_it_is_withdrawn() {
    let world = World::new(Settings::default()).await;
    let made = made(&world).await;
    let (lead, secret) = world.add("lea", true).await;
    let role = Role::LeadEvaluator;
    world.give(lead, role, Some(made.study.as_str()), &[]).await;
    // Every route that sends something of a camera, whichever there are.
    let of_cameras: Vec<String> = routes::table()
        .iter()
        .filter(|route| route.path.contains("{angle}"))
        .map(|route| {
            route
                .path
                .replace("{study}", made.study.as_str())
                .replace("{coding}", &made.own.to_string())
                .replace("{clip}", &made.clip.to_string())
                .replace("{angle}", "0")
        })
        .collect();
    assert_eq!(of_cameras.len(), 7, "{of_cameras:?}");
    let line_up = format!("/studies/{}/clips/{}/align", made.study, made.clip);
    let mut lead = world.signed_in("lea", secret.as_deref()).await;
    let mut coder = coder(&world).await;
    for path in &of_cameras {
        assert_eq!(lead.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(lead.get(&line_up).await.status, StatusCode::OK);
    let withdrawn = VideoCommand::RemoveClip {
        clip: made.clip,
        with_codes: false,
    };
    let store = world.state.store();
    store
        .change_video(
            &Actor::PROGRAM,
            &made.study,
            vec![withdrawn],
            world.state.now(),
        )
        .await
        .expect("removed");
    for path in of_cameras.iter().chain([&line_up]) {
        for browser in [&mut lead, &mut coder] {
            let answer = browser.get(path).await;
            assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        }
    }
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

const BROUGHT: &str = r##"{"project_format_version": "7.0", "project_name": "Play", "observations": {
    "home 1": {"type": "LIVE", "events": [[1.0, "Baby", "face", "", ""], [2.5, "Baby", "face", "", ""], [3.0, "Baby", "face", "", ""]]}},
    "subjects_conf": {"0": {"key": "i", "name": "Baby", "description": ""}},
    "behaviors_conf": {"0": {"type": "State event", "key": "f", "code": "face", "description": "", "color": "#fff", "category": "", "excluded": "", "modifiers": {}}}}"##;

#[tokio::test]
async fn the_scheme_alone_is_given_for_boris_and_elan_and_tells_nothing_of_the_recording() {
    let world = World::new(Settings::default()).await;
    let made = made(&world).await;
    let mut coder = coder(&world).await;
    let base = format!("/studies/{}/coding/{}", made.study, made.own);
    for format in ["boris", "etf", "ecv"] {
        let answer = coder.get(&format!("{base}/scheme/{format}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{format}");
        assert_eq!(tells(&answer), [""; 0], "{format}");
        let name = format!("scheme.{format}");
        let file = attune_exchange::video_coding::CodingFile::read(&name, answer.body.as_bytes());
        let read = file.and_then(|file| file.to_project("scheme"));
        let read = read.unwrap_or_else(|faults| panic!("{faults}"));
        let behaviours = &read.project.scheme.behaviours;
        assert!(
            behaviours.iter().any(|one| &*one.code == "smile"),
            "{format}"
        );
    }
    let other = coder.get(&format!("{base}/scheme/docx")).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    let others = format!(
        "/studies/{}/coding/{}/scheme/boris",
        made.study, made.others
    );
    assert_eq!(coder.get(&others).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_project_that_is_brought_gives_its_scheme_as_a_file_or_is_opened_with_every_doubt() {
    let world = World::new(Settings::default()).await;
    let made = made(&world).await;
    let mut coder = coder(&world).await;
    let path = format!("/studies/{}/coding/bring", made.study);
    let file = [("play.boris", BROUGHT.as_bytes())];
    let scheme = coder
        .send_field(&path, &[("into", "scheme")], "file", &file)
        .await;
    assert_eq!(scheme.status, StatusCode::OK);
    assert!(scheme.header("content-disposition").contains("play.toml"));
    assert!(
        scheme.body.contains("# behaviours without a definition: 1"),
        "{}",
        scheme.body
    );
    attune_store::own_scheme::read(&"own".into(), &scheme.body).expect("a scheme file");
    let opened = coder
        .send_field(&path, &[("into", "own")], "file", &file)
        .await;
    assert_eq!(opened.status, StatusCode::OK);
    assert!(
        opened.body.contains("home 1</a>: 2 events"),
        "{}",
        opened.body
    );
    assert!(
        opened
            .body
            .contains("face of Baby at 3 s (row 3) has no end"),
        "{}",
        opened.body
    );
}

#[tokio::test]
async fn hostile_files_that_are_brought_get_a_page_that_says_what_is_wrong() {
    let world = World::new(Settings::default()).await;
    let made = made(&world).await;
    let mut coder = coder(&world).await;
    let path = format!("/studies/{}/coding/bring", made.study);
    let entities = r#"<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><ANNOTATION_DOCUMENT>&b;</ANNOTATION_DOCUMENT>"#;
    let nested = format!("{{\"behaviors_conf\": {}", "[".repeat(200_000));
    let cut = &BROUGHT[..BROUGHT.len() / 2];
    let cases: [(&str, &[u8], &str); 6] = [
        ("a.eaf", entities.as_bytes(), "document type"),
        ("a.boris", nested.as_bytes(), "line 1"),
        ("a.boris", cut.as_bytes(), "ends in the middle"),
        ("a.opf", b"PK\x03\x04", "the packed file is damaged"),
        ("a.docx", b"letter", "ending"),
        ("a.boris", b"", "Choose a file"),
    ];
    for (name, bytes, says) in cases {
        let answer = coder
            .send_field(&path, &[("into", "own")], "file", &[(name, bytes)])
            .await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{name} {says}"
        );
        assert!(
            answer.body.contains(says),
            "{name}: {says}: {}",
            answer.body
        );
    }
    let list = format!("/studies/{}/coding", made.study);
    assert!(!coder.get(&list).await.body.contains("a.boris"));
}

#[tokio::test]
async fn a_coding_is_given_with_every_change_and_nothing_of_its_recording() {
    let world = World::new(Settings::default()).await;
    let made = made(&world).await;
    let mut coder = coder(&world).await;
    let base = format!("/studies/{}/coding/{}", made.study, made.own);
    let change = r#"{"key":"a","base":0,"doing":"do","edits":[{"of":"event","id":"one","before":null,
        "after":{"behaviour":"smile","subject":"carer","start":0,"stop":null,"point":true,"start_frame":0}}]}"#;
    let saved = coder.post_json(&format!("{base}/changes"), change).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    let answer = coder.get(&format!("{base}/export/json")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(tells(&answer), [""; 0]);
    let document: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(document["version"], 1);
    assert_eq!(document["events"][0]["event"]["behaviour"], "smile");
    assert_eq!(
        document["changes"][0]["edits"][0]["after"]["behaviour"],
        "smile"
    );
    assert_eq!(document["changes"][0]["doing"], "do");
}
