//! A coder who wants to know what they must not: two recordings that differ in everything that is hidden are
//! answered alike, to the byte; ids tell no time; headers are those that every answer has. And a recording is
//! not watched without a note, nor handed over as a file.

use attune_protocol::id::StudyId;
use attune_store::{
    Actor, Role,
    command::video::{Angle, ClipAdded, CodingPurpose, ProposedSpeech, VideoCommand},
    ids::{AccountId, ClipId, CodingId},
    media::frame_times::FrameTimes,
};
use attune_web::{Settings, routes};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};

use crate::{
    coding::{study, unpacked},
    harness::{Answer, Browser, World, ask},
};

const FORMATS: [&str; 10] = [
    "csv", "xlsx", "boris", "eaf", "opf", "textgrid", "vtt", "srt", "sds", "json",
];

/// What one coder is to code: a plain recording of before, coded by nobody else, and one of after, which a
/// second person codes, a standard was made of, and a machine has heard.
struct Two {
    study: StudyId,
    plain: CodingId,
    special: CodingId,
    others: CodingId,
    clip: ClipId,
}

async fn two(world: &World) -> Two {
    let study = study(world).await;
    let store = world.state.store();
    let mut people: Vec<AccountId> = Vec::new();
    for login in ["ines", "olga", "gerd"] {
        let (account, _) = world.add(login, false).await;
        world
            .give(account, Role::Observer, Some(study.as_str()), &[])
            .await;
        people.push(account);
    }
    let [plain, special, others, gold] =
        ["plain", "special", "others", "gold"].map(|name| CodingId::of_request(name, 0));
    let before = clip(world, ("Before, room 1", "b"), ("month-4", "hostel-a"));
    let after = clip(
        world,
        ("The last visit of all", "a"),
        ("month-12", "hostel-b"),
    );
    let (first, second) = (before.clip, after.clip);
    let assign = |coding, clip, coder, purpose| VideoCommand::AssignClip {
        coding,
        clip,
        coder,
        position: 1,
        purpose,
    };
    let heard = ProposedSpeech {
        start: 0,
        stop: 40_000,
        rank: Some(1),
        median_hertz: Some(240.0),
        range_semitones: None,
        above_baseline: None,
        speaker: None,
        may_be_infant: false,
    };
    let commands = vec![
        VideoCommand::AddClip(Box::new(before)),
        VideoCommand::AddClip(Box::new(after)),
        assign(plain, first, people[0], CodingPurpose::Study),
        assign(special, second, people[0], CodingPurpose::Reliability),
        assign(others, second, people[1], CodingPurpose::Study),
        assign(gold, second, people[2], CodingPurpose::Gold),
        VideoCommand::ProposeSpeech {
            clip: second,
            machine: "machine that listens".to_owned(),
            stretches: vec![heard],
        },
        VideoCommand::OfferProposals {
            clip: second,
            offered: true,
        },
    ];
    store
        .change_video(&Actor::PROGRAM, &study, commands, world.state.now())
        .await
        .expect("assigned");
    Two {
        study,
        plain,
        special,
        others,
        clip: second,
    }
}

/// A recording of which only what plays is the same as of the others.
fn clip(world: &World, (title, sign): (&str, &str), (wave, site): (&str, &str)) -> ClipAdded {
    let media = world.state.store().media();
    let times = FrameTimes::from_packets("0,K\n512,_\n1024,_\n", (1, 12800)).expect("times");
    let (frame_times, _) = media.keep(&times.to_bytes()[..]).expect("kept");
    let (playing, playing_bytes) = media.keep(&[7u8; 5000][..]).expect("kept");
    let (original, _) = media.keep(title.as_bytes()).expect("kept");
    ClipAdded {
        clip: ClipId::new(),
        title: title.to_owned(),
        scheme: "play-form".into(),
        scheme_version: 1,
        site: Some(site.into()),
        wave: Some(wave.into()),
        session: Some(format!("session-{sign}")),
        dyads: Vec::new(),
        purpose: None,
        stratum: format!("stratum-{sign}"),
        recorded: Some("2024-03-12".parse().expect("a day")),
        angles: vec![Angle {
            original,
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
    }
}

/// Every address of one coding that is looked at, each format of its own.
fn addresses(study: &StudyId, coding: CodingId) -> Vec<String> {
    let of_a_coding = |path: &&str| path.contains("/coding/{coding}");
    let table = routes::table();
    let paths = table
        .iter()
        .filter(|route| route.method == Method::GET)
        .map(|route| route.path);
    let mut all = Vec::new();
    for path in paths.filter(of_a_coding) {
        let path = path
            .replace("{study}", study.as_str())
            .replace("{coding}", &coding.to_string())
            .replace("{angle}", "0");
        match path.contains("{format}") {
            true => all.extend(FORMATS.map(|format| path.replace("{format}", format))),
            false => all.push(path),
        }
    }
    all
}

/// An answer as text, what the coder must see of a coding, its id and its neutral name, left out.
fn told(answer: &Answer, coding: CodingId, code: &str) -> String {
    // Of the request itself: its own time and number; and how long the neutral name packs.
    let own = ["date", "x-request-id", "content-length"];
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort();
    // What is packed counts as what is in it: how small it packs depends on the neutral name.
    let all = unpacked(&answer.bytes);
    let packed = String::from_utf8_lossy(&answer.bytes).to_lowercase();
    let body = match packed.starts_with("pk") {
        true => &all[packed.len()..],
        false => &all,
    };
    let text = format!("{} {headers:?} {body}", answer.status);
    let request = answer.header("x-request-id");
    text.replace(request, "REQUEST")
        .replace(&coding.to_string(), "ID")
        .replace(code, "CODE")
        .replace(&code.to_lowercase(), "CODE")
}

/// Both are the same; what differs first is shown.
fn same(path: &str, one: &str, other: &str) {
    let differs = one.lines().zip(other.lines()).find(|(a, b)| a != b);
    assert!(one == other, "{path} differs: {differs:#?}");
}

async fn code_of(browser: &mut Browser<'_>, study: &StudyId, coding: CodingId) -> String {
    let data = browser
        .get(&format!("/studies/{study}/coding/{coding}/data"))
        .await;
    let data: serde_json::Value = serde_json::from_str(&data.body).expect("JSON");
    data["code"].as_str().expect("a neutral name").to_owned()
}

#[tokio::test]
async fn recordings_that_differ_in_all_that_is_hidden_are_answered_alike() {
    let world = World::new(Settings::default()).await;
    let two = two(&world).await;
    let mut coder = world.signed_in("ines", None).await;
    let change = r#"{"key":"a","base":0,"doing":"do","edits":[{"of":"event","id":"one","before":null,
        "after":{"behaviour":"at-face","subject":"infant-1","start":0,"stop":40000,"start_frame":0,"stop_frame":1}}]}"#;
    let mut all = Vec::new();
    for coding in [two.plain, two.special] {
        let code = code_of(&mut coder, &two.study, coding).await;
        let at = format!("/studies/{}/coding/{coding}", two.study);
        let mut answers = Vec::new();
        for path in addresses(&two.study, coding) {
            answers.push((path.clone(), coder.get(&path).await));
        }
        let saved = coder.post_json(&format!("{at}/changes"), change).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
        answers.push(("saved".to_owned(), saved));
        let again = change.replace("\"a\"", "\"b\"");
        let stale = coder.post_json(&format!("{at}/changes"), &again).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        answers.push(("stale".to_owned(), stale));
        for path in addresses(&two.study, coding) {
            answers.push((path.clone(), coder.get(&path).await));
        }
        for step in ["finish", "reopen"] {
            let path = format!("{at}/{step}");
            answers.push((path.clone(), coder.post(&path, &[]).await));
        }
        all.push((coding, code, answers));
    }
    let [(plain, name, ofs), (special, other, ots)] = &all[..] else {
        unreachable!("two codings");
    };
    assert!(ofs.len() > 40, "{} answers", ofs.len());
    for ((path, one), (_, two)) in ofs.iter().zip(ots) {
        same(path, &told(one, *plain, name), &told(two, *special, other));
        assert_eq!(one.status, two.status);
    }
}

#[tokio::test]
async fn the_list_of_a_coder_has_one_row_like_the_other() {
    let world = World::new(Settings::default()).await;
    let two = two(&world).await;
    let mut coder = world.signed_in("ines", None).await;
    let list = coder.get(&format!("/studies/{}/coding", two.study)).await;
    let mut rows = Vec::new();
    for coding in [two.plain, two.special] {
        let code = code_of(&mut coder, &two.study, coding).await;
        let row = list
            .body
            .split("<tr>")
            .find(|row| row.contains("scope=\"row\"") && row.contains(&code))
            .expect("a row")
            .split("</tr>")
            .next()
            .unwrap_or_default();
        rows.push(
            row.replace(&code, "CODE")
                .replace(&coding.to_string(), "ID"),
        );
    }
    assert_eq!(rows[0], rows[1]);
}

#[tokio::test]
async fn no_id_in_an_answer_of_the_coding_room_tells_when_something_was_made() {
    let world = World::new(Settings::default()).await;
    let two = two(&world).await;
    let mut coder = world.signed_in("ines", None).await;
    let mut n_ids = 0;
    for path in addresses(&two.study, two.special)
        .into_iter()
        .chain([format!("/studies/{}/coding", two.study)])
    {
        let body = coder.get(&path).await.body;
        for id in uuids(&body) {
            n_ids += 1;
            // The version stands at the begin of the third group; 7 begins with the time.
            assert_ne!(id.as_bytes()[14], b'7', "{path} holds {id}");
            assert_ne!(id, two.clip.to_string(), "{path} names the recording");
        }
    }
    assert!(n_ids > 5, "{n_ids} ids were looked at");
}

/// Everything that looks like an id.
fn uuids(text: &str) -> Vec<String> {
    let is_of_id = |letter: char| letter.is_ascii_hexdigit() || letter == '-';
    text.split(|letter| !is_of_id(letter))
        .filter(|word| word.len() == 36 && word.matches('-').count() == 4)
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn somebody_elses_coding_is_answered_as_one_that_there_is_not() {
    let world = World::new(Settings::default()).await;
    let two = two(&world).await;
    let mut coder = world.signed_in("ines", None).await;
    let none = CodingId::of_request("there is none", 0);
    let pairs = addresses(&two.study, two.others)
        .into_iter()
        .zip(addresses(&two.study, none));
    for (theirs, nobodys) in pairs {
        let one = coder.get(&theirs).await;
        let other = coder.get(&nobodys).await;
        assert_eq!(one.status, StatusCode::NOT_FOUND, "{theirs}");
        same(
            &theirs,
            &told(&one, two.others, "----"),
            &told(&other, none, "----"),
        );
    }
}

#[tokio::test]
async fn a_recording_is_sent_to_players_and_scripts_and_not_to_a_tab_of_its_own() {
    let world = World::new(Settings::default()).await;
    let two = two(&world).await;
    let coder = world.signed_in("ines", None).await;
    let path = format!("/studies/{}/coding/{}/media/0", two.study, two.plain);
    let cookies: Vec<String> = coder
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    for (dest, expected) in [
        ("video", StatusCode::OK),
        ("empty", StatusCode::OK),
        ("document", StatusCode::FORBIDDEN),
        ("iframe", StatusCode::FORBIDDEN),
        ("embed", StatusCode::FORBIDDEN),
    ] {
        let request = Request::get(&path)
            .header(header::HOST, "localhost")
            .header(header::COOKIE, cookies.join("; "))
            .header("sec-fetch-dest", dest)
            .body(Body::empty())
            .expect("a request");
        let answer = ask(&world.router, request).await;
        assert_eq!(answer.status, expected, "{dest}");
        assert_eq!(answer.header("cache-control"), "no-store", "{dest}");
    }
}

#[tokio::test]
async fn whoever_watches_is_noted_also_where_the_recording_is_asked_for_without_its_page() {
    let world = World::new(Settings::default()).await;
    let two = two(&world).await;
    let store = world.state.store();
    let mut coder = world.signed_in("ines", None).await;
    let media = format!("/studies/{}/coding/{}/media/0", two.study, two.special);
    for _ in 0..3 {
        let answer = coder.get_range(&media, "bytes=0-9").await;
        assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT);
    }
    let watched = store.watched(&two.study, two.clip).await.expect("read");
    assert_eq!(watched.iter().map(|one| one.times).collect::<Vec<_>>(), [1]);
    // On another day it is another watching.
    world.clock.move_on(24 * 60 * 60);
    let mut coder = world.signed_in("ines", None).await;
    coder.get_range(&media, "bytes=0-9").await;
    let mut other = world.signed_in("olga", None).await;
    let page = format!("/studies/{}/coding/{}", two.study, two.others);
    assert_eq!(other.get(&page).await.status, StatusCode::OK);
    let media = format!("{page}/media/0");
    assert_eq!(other.get(&media).await.status, StatusCode::OK);
    let watched = store.watched(&two.study, two.clip).await.expect("read");
    let times: Vec<usize> = watched.iter().map(|one| one.times).collect();
    assert_eq!(times, [2, 1], "{watched:?}");
    // Whoever leads reads it on the page of the recording.
    let (lead, secret) = world.add("lea", true).await;
    let role = Role::LeadEvaluator;
    world.give(lead, role, Some(two.study.as_str()), &[]).await;
    let mut lead = world.signed_in("lea", secret.as_deref()).await;
    let page = lead
        .get(&format!("/studies/{}/clips/{}", two.study, two.clip))
        .await;
    assert!(page.body.contains("Who has opened it"), "{}", page.body);
    for who in ["ines example", "olga example"] {
        assert!(page.body.contains(who), "{who}");
    }
}

#[tokio::test]
async fn the_overview_leads_a_coder_to_the_next_clip() {
    let world = World::new(Settings::default()).await;
    let two = two(&world).await;
    let mut coder = world.signed_in("ines", None).await;
    let home = coder.get(&format!("/studies/{}", two.study)).await.body;
    assert!(home.contains("0 of 2 are finished"), "{home}");
    let finish = format!("/studies/{}/coding/{}/finish", two.study, two.plain);
    assert_eq!(coder.post(&finish, &[]).await.status, StatusCode::SEE_OTHER);
    let home = coder.get(&format!("/studies/{}", two.study)).await.body;
    assert!(home.contains("1 of 2 are finished"), "{home}");
}

#[tokio::test]
async fn whoever_assigns_sees_who_is_not_blind() {
    let world = World::new(Settings::default()).await;
    let two = two(&world).await;
    let (lead, secret) = world.add("lea", true).await;
    let role = Role::LeadEvaluator;
    world.give(lead, role, Some(two.study.as_str()), &[]).await;
    let mut lead = world.signed_in("lea", secret.as_deref()).await;
    let page = lead
        .get(&format!("/studies/{}/clips", two.study))
        .await
        .body;
    assert!(page.contains("lea example (not blind: leads the study)"));
    assert!(!page.contains("ines example (not blind"));
}
