//! Recordings and their coding: who may change what, what a withdrawal does, what a coder is told.

use std::{collections::BTreeMap, path::PathBuf};

use attune_protocol::{Protocol, StudyFolder, id::StudyId};
use attune_store::{
    Actor, Command, Request, Role, StoreError,
    codings::ChangeAsked,
    command::{
        Authority, Being, ConsentGiven, Manner, WithdrawalLevel,
        video::{
            Angle, CameraPlace, ClipAdded, CodedEvent, CodingPurpose, Doing, Edit, ModifierAnswer,
            RatingAnswer, VideoCommand,
        },
    },
    ids::{AccountId, ClipId, CodingId, ConsentId, DyadKey, PersonId},
};
use jiff::civil::date;

use crate::support::{ADA, NOON, World};

/// The hostel study with a scheme that has events.
pub(crate) async fn study(world: &World) -> StudyId {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = StudyFolder::on_disk(&root.join("../../studies/hostel-clinic")).expect("a study");
    let scheme = include_bytes!("../data/room-scheme.toml").to_vec();
    let files: Vec<(String, Vec<u8>)> = folder
        .names()
        .map(|name| match name {
            "schemes/play-form.toml" => (name.to_owned(), scheme.clone()),
            _ => (
                name.to_owned(),
                folder.bytes(name).unwrap_or_default().to_vec(),
            ),
        })
        .collect();
    let folder = StudyFolder::from_files(files);
    let (protocol, _) = Protocol::read_folder(&folder).unwrap_or_else(|why| panic!("{why}"));
    world
        .store
        .register_study(&ADA, &folder, &protocol, NOON, None)
        .await
        .expect("registered");
    protocol.study.id
}

fn angle(seed: u8) -> Angle {
    let hash = |n: u8| format!("{:02x}", seed.wrapping_add(n)).repeat(32);
    Angle {
        original: hash(0),
        original_frame_times: hash(1),
        playing: hash(2),
        playing_bytes: 1000,
        frame_times: hash(3),
        frames: 250,
        length: 10_000_000,
        offset: 0,
        drift: 0,
        peaks: None,
        spectrum: None,
    }
}

fn clip(dyads: &[DyadKey]) -> ClipAdded {
    ClipAdded {
        clip: ClipId::new(),
        title: "Second visit of March".to_owned(),
        scheme: "play-form".into(),
        scheme_version: 1,
        site: Some("hostel-a".into()),
        wave: None,
        session: None,
        dyads: dyads.to_vec(),
        purpose: (!dyads.is_empty()).then(|| "video".into()),
        stratum: "before".to_owned(),
        recorded: Some(date(2024, 3, 12)),
        angles: vec![angle(16)],
        own_scheme: None,
        begins: None,
    }
}

pub(crate) fn coder_of(account: AccountId) -> Actor {
    Actor::of(account, Some(Role::Observer))
}

async fn video(world: &World, study: &StudyId, command: VideoCommand) -> Result<(), StoreError> {
    let changed = world.store.change_video(&ADA, study, vec![command], NOON);
    changed.await.map(drop)
}

/// A clip that a coder is to code.
async fn assigned(world: &World, study: &StudyId, dyads: &[DyadKey]) -> (ClipId, CodingId, Actor) {
    let added = clip(dyads);
    let (clip, coding) = (added.clip, CodingId::new());
    let account = world.account("coder").await;
    video(world, study, VideoCommand::AddClip(Box::new(added)))
        .await
        .expect("added");
    let assign = VideoCommand::AssignClip {
        coding,
        clip,
        coder: account,
        position: 1,
        purpose: CodingPurpose::Study,
    };
    video(world, study, assign).await.expect("assigned");
    (clip, coding, coder_of(account))
}

pub(crate) fn gaze(start: i64, stop: Option<i64>) -> CodedEvent {
    CodedEvent {
        behaviour: "at-face".to_owned(),
        subject: Some("infant-1".to_owned()),
        target: None,
        modifiers: BTreeMap::new(),
        start,
        stop,
        point: false,
        start_frame: Some(25),
        stop_frame: stop.map(|_| 50),
        comment: String::new(),
        sampled: None,
    }
}

pub(crate) fn change(coding: CodingId, base: u32, edits: Vec<Edit>) -> ChangeAsked {
    ChangeAsked {
        key: format!("{coding} {base} {}", edits.len()),
        coding,
        base,
        doing: Doing::Do,
        edits,
    }
}

pub(crate) fn event(id: &str, before: Option<CodedEvent>, after: Option<CodedEvent>) -> Edit {
    Edit::Event {
        id: id.to_owned(),
        before,
        after,
    }
}

pub async fn a_coding_grows_change_by_change_and_is_made_again_from_the_log(world: World) {
    let study = study(&world).await;
    let (_, coding, coder) = assigned(&world, &study, &[]).await;
    let steps = [
        vec![event("e1", None, Some(gaze(1_000_000, None)))],
        vec![event(
            "e1",
            Some(gaze(1_000_000, None)),
            Some(gaze(1_000_000, Some(2_000_000))),
        )],
        vec![Edit::Rating {
            id: "warmth".to_owned(),
            before: None,
            after: Some(RatingAnswer::Rated(3.5)),
        }],
    ];
    for (base, edits) in (0..).zip(steps) {
        let change = change(coding, base, edits);
        let receipt = world
            .store
            .change_coding(&coder, &study, change.clone(), NOON)
            .await
            .expect("stored");
        assert_eq!(receipt.outcomes[0].version, Some(base + 1));
        let again = world
            .store
            .change_coding(&coder, &study, change, NOON)
            .await
            .expect("answered");
        assert!(again.repeated, "the same change again changes nothing");
    }
    let content = world.store.coding(&study, coding).await.expect("there");
    assert_eq!(content.version, 3);
    assert_eq!(
        content.events,
        [("e1".to_owned(), gaze(1_000_000, Some(2_000_000)))]
    );
    assert_eq!(content.ratings["warmth"], RatingAnswer::Rated(3.5));
    let changes = world.store.coding_changes(coding).await.expect("read");
    assert_eq!(changes.len(), 3);
    let rebuilt = world.store.rebuild().await.expect("made again");
    assert_eq!(rebuilt.differing, []);
    assert_eq!(
        world.store.coding(&study, coding).await.expect("there"),
        content
    );
}

pub async fn two_browsers_never_overwrite_each_other(world: World) {
    let study = study(&world).await;
    let (_, coding, coder) = assigned(&world, &study, &[]).await;
    let one = change(coding, 0, vec![event("a", None, Some(gaze(0, None)))]);
    let other = ChangeAsked {
        key: "other browser".to_owned(),
        ..change(coding, 0, vec![event("b", None, Some(gaze(5, None)))])
    };
    let store = &world.store;
    store
        .change_coding(&coder, &study, one, NOON)
        .await
        .expect("stored");
    let refused = store.change_coding(&coder, &study, other, NOON).await;
    assert!(
        matches!(
            refused,
            Err(StoreError::Stale {
                base: 0,
                current: 1
            })
        ),
        "{refused:?}"
    );
    let wrong_before = change(coding, 1, vec![event("a", Some(gaze(7, None)), None)]);
    assert!(
        store
            .change_coding(&coder, &study, wrong_before, NOON)
            .await
            .is_err()
    );
    let content = store.coding(&study, coding).await.expect("there");
    assert_eq!(
        (content.version, content.events.len()),
        (1, 1),
        "nothing of a refused change is stored"
    );
}

pub async fn only_the_coder_changes_a_coding_and_only_while_it_is_open(world: World) {
    let study = study(&world).await;
    let (_, coding, coder) = assigned(&world, &study, &[]).await;
    let other = coder_of(world.account("other").await);
    let begin = || change(coding, 0, vec![event("a", None, Some(gaze(0, None)))]);
    let store = &world.store;
    assert!(
        store
            .change_coding(&other, &study, begin(), NOON)
            .await
            .is_err()
    );
    store
        .change_coding(&coder, &study, begin(), NOON)
        .await
        .expect("stored");
    let finish = || vec![VideoCommand::FinishCoding { coding }];
    let refused = store.change_video(&coder, &study, finish(), NOON).await;
    assert!(refused.is_err(), "a bout has no end yet");
    let end = change(
        coding,
        1,
        vec![event("a", Some(gaze(0, None)), Some(gaze(0, Some(9))))],
    );
    store
        .change_coding(&coder, &study, end, NOON)
        .await
        .expect("stored");
    store
        .change_video(&coder, &study, finish(), NOON)
        .await
        .expect("finished");
    let late = change(coding, 2, vec![event("b", None, Some(gaze(20, None)))]);
    assert!(
        store
            .change_coding(&coder, &study, late, NOON)
            .await
            .is_err()
    );
}

pub async fn what_the_scheme_does_not_hold_is_refused_with_all_faults(world: World) {
    let study = study(&world).await;
    let (_, coding, coder) = assigned(&world, &study, &[]).await;
    let wrong = CodedEvent {
        subject: Some("carer".to_owned()),
        target: Some("group".to_owned()),
        modifiers: BTreeMap::from([("size".to_owned(), ModifierAnswer::Number(1.0))]),
        stop: Some(1),
        ..gaze(5, None)
    };
    let edits = vec![
        event("a", None, Some(wrong)),
        event(
            "b",
            None,
            Some(CodedEvent {
                behaviour: "dances".to_owned(),
                ..gaze(0, None)
            }),
        ),
        Edit::Rating {
            id: "warmth".to_owned(),
            before: None,
            after: Some(RatingAnswer::Rated(3.3)),
        },
    ];
    let refused = world
        .store
        .change_coding(&coder, &study, change(coding, 0, edits), NOON)
        .await
        .expect_err("refused")
        .to_string();
    for fault in [
        "not coded for carer",
        "not directed to anybody",
        "no detail size",
        "must end after it begins",
        "no behaviour dances",
        "in steps of 0.5",
    ] {
        assert!(refused.contains(fault), "{fault} is not in: {refused}");
    }
}

/// A family; whoever films it asks first.
pub(crate) async fn family(world: &World, study: &StudyId) -> (DyadKey, PersonId, PersonId) {
    let (dyad, infant, carer) = (DyadKey::new(), PersonId::new(), PersonId::new());
    let commands = vec![
        Command::RegisterPerson {
            person: infant,
            being: Being::Infant,
        },
        Command::RegisterPerson {
            person: carer,
            being: Being::Carer,
        },
        Command::RegisterDyad {
            dyad,
            infant,
            carer,
            site: "hostel-a".into(),
            code: None,
            on: Some(date(2024, 3, 1)),
        },
    ];
    let request = Request::all(Some(study.clone()), commands, NOON);
    world.store.execute(&ADA, request).await.expect("a family");
    (dyad, infant, carer)
}

pub(crate) async fn agree(world: &World, study: &StudyId, family: (DyadKey, PersonId, PersonId)) {
    let (dyad, infant, carer) = family;
    let protocol = world.store.protocol(study).await.expect("a protocol");
    let planned = protocol.consents.iter().find(|one| &*one.id == "video");
    let text = &planned.expect("planned").texts[0];
    let command = Command::RecordConsent(Box::new(ConsentGiven {
        consent: ConsentId::new(),
        dyad,
        purpose: "video".into(),
        for_person: infant,
        by_person: carer,
        authority: Authority::ParentalResponsibility,
        given: true,
        version: text.version.clone(),
        language: text.language.clone(),
        text: text.fingerprint.clone(),
        on: date(2024, 3, 1),
        manner: Manner::SignedOnPaper,
        competence: None,
        witness: None,
    }));
    let request = Request::new(Some(study.clone()), command, NOON);
    world.store.execute(&ADA, request).await.expect("consent");
}

pub async fn consent_governs_playing_and_withdrawal_deletes_files_and_codes(world: World) {
    let study = study(&world).await;
    let family = family(&world, &study).await;
    let store = &world.store;
    let media = store.media();
    let (kept, _) = media.keep(&b"a recording"[..]).expect("kept");
    let account = world.account("coder").await;
    let (coder, coding) = (coder_of(account), CodingId::new());
    let (shared, _) = media.keep(&b"times of frames"[..]).expect("kept");
    let mut added = clip(&[family.0]);
    added.angles[0].playing = kept.clone();
    added.angles[0].frame_times = shared.clone();
    let mut another = clip(&[]);
    another.angles[0].frame_times = shared.clone();
    let clip = added.clip;
    for command in [
        VideoCommand::AddClip(Box::new(another)),
        VideoCommand::AddClip(Box::new(added)),
        VideoCommand::AssignClip {
            coding,
            clip,
            coder: account,
            position: 1,
            purpose: CodingPurpose::Study,
        },
    ] {
        video(&world, &study, command).await.expect("done");
    }
    let why = store.why_not_play(&study, clip).await.expect("read");
    assert!(why.is_some(), "nobody was asked yet");
    agree(&world, &study, family).await;
    assert_eq!(store.why_not_play(&study, clip).await.expect("read"), None);
    let begin = change(coding, 0, vec![event("a", None, Some(gaze(0, None)))]);
    store
        .change_coding(&coder, &study, begin, NOON)
        .await
        .expect("stored");
    assert_eq!(
        store.honour_withdrawals(&study, NOON).await.expect("done"),
        0
    );

    let withdraw = Command::WithdrawConsent {
        dyad: family.0,
        purpose: "video".into(),
        level: WithdrawalLevel::StopCollecting,
        on: date(2024, 4, 1),
        ends_taking_part: false,
    };
    let request = Request::new(Some(study.clone()), withdraw, NOON).because("they asked for it");
    let effect = store
        .effect_of_withdrawal(
            &study,
            family.0,
            &"video".into(),
            WithdrawalLevel::StopCollecting,
        )
        .await
        .expect("told");
    assert_eq!(effect.n_recordings, 1);
    assert!(
        effect
            .sentences
            .iter()
            .any(|one| one.contains("(1 recording), at once")),
        "{effect:?}"
    );
    assert!(media.has(&kept) && media.has(&shared));
    store.execute(&ADA, request).await.expect("withdrawn");
    let why = store.why_not_play(&study, clip).await.expect("read");
    assert!(why.is_some());
    assert!(!media.has(&kept), "deleted at once");
    assert!(media.has(&shared), "another recording has the same file");
    assert_eq!(
        store.honour_withdrawals(&study, NOON).await.expect("done"),
        0
    );
    assert!(
        store.coding(&study, coding).await.is_err(),
        "codes are gone"
    );
    let log = store.log(Some(&study), None, 100).await.expect("read");
    let codes_in_log = log
        .iter()
        .filter_map(|entry| entry.content.as_deref())
        .filter(|content| content.contains("at-face"))
        .count();
    assert_eq!(codes_in_log, 0, "codes are gone from the log, too");
    let rebuilt = store.rebuild().await.expect("made again");
    assert_eq!(rebuilt.differing, []);
}

/// Everything in a value that looks like the name of a kept file.
fn hashes(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::String(text)
            if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
        {
            vec![text.clone()]
        }
        serde_json::Value::Array(all) => all.iter().flat_map(hashes).collect(),
        serde_json::Value::Object(all) => all.values().flat_map(hashes).collect(),
        _ => Vec::new(),
    }
}

/// Names of all files below a folder.
fn files_below(folder: &std::path::Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names = Vec::new();
    for entry in entries {
        let path = entry.expect("listed").path();
        match path.is_dir() {
            true => names.extend(files_below(&path)),
            false => names.push(path.file_name().expect("a name").to_string_lossy().into()),
        }
    }
    names
}

pub async fn every_file_of_a_recording_goes_with_a_withdrawal_also_from_the_backups(world: World) {
    let study = study(&world).await;
    let family = family(&world, &study).await;
    let store = &world.store;
    let media = store.media();
    let keep = |what: &str| media.keep(what.as_bytes()).expect("kept").0;
    let mut added = clip(&[family.0]);
    // Whoever adds a kind of file to a camera has to name it here, and `files` has to know it.
    added.angles = vec![Angle {
        original: keep("as it came"),
        original_frame_times: keep("its frames"),
        playing: keep("for playing"),
        playing_bytes: 11,
        frame_times: keep("frames for playing"),
        frames: 1,
        length: 40_000,
        offset: 0,
        drift: 0,
        peaks: Some(keep("loudness")),
        spectrum: Some(keep("spectrum")),
    }];
    let angle = &added.angles[0];
    let mut named = hashes(&serde_json::to_value(angle).expect("JSON"));
    let mut known: Vec<String> = angle.files().map(str::to_owned).collect();
    named.sort();
    known.sort();
    assert_eq!(
        named, known,
        "a file of a camera that a withdrawal would leave"
    );
    assert_eq!(named.len(), 6);
    let clip = added.clip;
    agree(&world, &study, family).await;
    let heard = VideoCommand::ProposeSpeech {
        clip,
        machine: "a machine".to_owned(),
        stretches: Vec::new(),
    };
    for command in [VideoCommand::AddClip(Box::new(added)), heard] {
        video(&world, &study, command).await.expect("done");
    }
    let made = store.backup(&ADA, NOON).await.expect("a backup");
    assert_eq!(made.manifest.recordings.len(), 6);
    let places = [
        world.location.data.join("media"),
        world.location.backups().join("media"),
    ];
    let left = |place: &PathBuf| -> Vec<String> {
        let files = files_below(place).into_iter();
        files.filter(|file| named.contains(file)).collect()
    };
    for place in &places {
        assert_eq!(left(place).len(), 6, "{}", place.display());
    }
    let withdraw = Command::WithdrawConsent {
        dyad: family.0,
        purpose: "video".into(),
        level: WithdrawalLevel::StopCollecting,
        on: date(2024, 4, 1),
        ends_taking_part: false,
    };
    let request = Request::new(Some(study.clone()), withdraw, NOON).because("they asked for it");
    store.execute(&ADA, request).await.expect("withdrawn");
    for place in &places {
        assert_eq!(left(place), [""; 0], "{}", place.display());
    }
    let machines = store.machine_codings(&study).await.expect("read");
    assert!(machines.is_empty(), "what a machine heard goes, too");
    let rebuilt = store.rebuild().await.expect("made again");
    assert_eq!(rebuilt.differing, []);
}

pub async fn cameras_lie_where_they_were_laid_and_impossible_places_are_refused(world: World) {
    let study = study(&world).await;
    let (clip, ..) = assigned(&world, &study, &[]).await;
    let lay = async |places: Vec<CameraPlace>| {
        let command = VideoCommand::AlignCameras { clip, places };
        video(&world, &study, command).await
    };
    let place = CameraPlace {
        offset: -1_500_000,
        drift: 250,
    };
    lay(vec![place]).await.expect("laid");
    let row = world.store.clip(&study, clip).await.expect("read");
    assert_eq!(row.angles[0].place(), place);
    // A second of the recording is longer on the clock by 250 millionths.
    assert_eq!(place.on_clock(3_600_000_000), 3_599_400_000);
    assert_eq!(place.on_recording(3_599_400_000), 3_600_000_000);
    for (places, fault) in [
        (vec![], "0 places were given for 1 cameras"),
        (vec![place, place], "2 places were given for 1 cameras"),
        (vec![CameraPlace::at(90_000_000_000)], "within a day"),
        (
            vec![CameraPlace {
                offset: 0,
                drift: 10_001,
            }],
            "10,000 millionths at most",
        ),
    ] {
        let refused = lay(places).await.expect_err("refused").to_string();
        assert!(refused.contains(fault), "{refused}");
    }
    let rebuilt = world.store.rebuild().await.expect("made again");
    assert_eq!(rebuilt.differing, []);
}

pub async fn a_coder_is_told_a_neutral_name_and_nothing_of_the_recording(world: World) {
    let study = study(&world).await;
    let (_, coding, coder) = assigned(&world, &study, &[]).await;
    let account = coder.account.expect("an account");
    let own = world
        .store
        .own_codings(&study, account)
        .await
        .expect("read");
    assert_eq!(own.len(), 1);
    assert_eq!((own[0].id, own[0].code.len()), (coding, 4));
    let told = format!("{own:?}");
    for hidden in ["March", "hostel-a", "before", "2024", "Study"] {
        assert!(!told.contains(hidden), "{hidden} is told in {told}");
    }
}
