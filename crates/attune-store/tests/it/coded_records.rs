//! What is coded in the room reaches the records: the same numbers as from a file, nothing that is not
//! finished, nothing that a family took back.

use std::path::PathBuf;

use attune_measures::{Measures, measure};
use attune_protocol::{Protocol, StudyFolder, id::StudyId, missing::Missing};
use attune_store::{
    Actor, Command, Request, Role,
    codings::ChangeAsked,
    command::{
        WithdrawalLevel,
        video::{
            Angle, ClipAdded, CodedEvent, CodingPurpose, Doing, Edit, ModifierAnswer, RatingAnswer,
            SampleWay, Sampled, VideoCommand,
        },
    },
    drawn_codings::Counting,
    ids::{AccountId, ClipId, CodingId, DyadKey},
};
use jiff::civil::date;

use crate::support::{ADA, Family, NOON, World};

/// The hostel study with a scheme of dyads and one of sessions, and a file of each.
fn folder() -> StudyFolder {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let on_disk = StudyFolder::on_disk(&root.join("../../studies/hostel-clinic")).expect("a study");
    let scheme = include_str!("../data/room-scheme.toml");
    let sampling = "sampling = [{ kind = \"continuous\" }]";
    assert!(scheme.contains(sampling));
    let also = "sampling = [{ kind = \"continuous\" }, { kind = \"scan\", seconds = 2 }]";
    let scheme = scheme.replace(sampling, also).into_bytes();
    let mut files: Vec<(String, Vec<u8>)> = on_disk
        .names()
        .map(|name| match name {
            "schemes/play-form.toml" => (name.to_owned(), scheme.clone()),
            _ => {
                let bytes = on_disk.bytes(name).unwrap_or_default().to_vec();
                (name.to_owned(), bytes)
            }
        })
        .collect();
    let study = files.iter_mut().find(|(name, _)| name == "study.toml");
    let (_, text) = study.expect("the study file");
    text.extend_from_slice(
        b"\n[[data]]\nfile = \"data/play.csv\"\nkind = \"codings\"\nscheme = \"play-form\"\n\
          columns = { dyad = \"dyad\", wave = \"wave\", coder = \"coder\", length = \"s\", sample = \"sample\", \
          subject = \"who\", behaviour = \"what\", target = \"to\", start = \"start\", stop = \"stop\", value = \"value\" }\n\
          modifiers = { loudness = \"modifier: loudness\" }\n",
    );
    StudyFolder::from_files(files)
}

/// The same as [`coded`], as a file: at the end two seconds that nobody could code.
const HEADINGS: &str = "dyad,wave,coder,s,sample,who,what,to,start,stop,modifier: loudness,value";
const FILE: &str = "F,enrolment,c,10,,infant-1,at-face,,0,4,,\n\
    F,enrolment,c,10,,infant-1,away,,4,8.5,,\n\
    F,enrolment,c,10,,infant-1,smile,,2.5,,,\n\
    F,enrolment,c,10,,carer,smile,,9.5,,,\n\
    F,enrolment,c,10,,carer,sings,,1,3,soft,\n\
    F,enrolment,c,10,scan 1,infant-1,at-face,,,,,\n\
    F,enrolment,c,10,scan 1,carer,sings,,,,loud,\n\
    F,enrolment,c,10,2,,,,,,,\n\
    F,enrolment,c,10,3,infant-1,not-codable,,,,,\n\
    F,enrolment,c,10,,carer,speaks,own-infant,5,6,,\n\
    F,enrolment,c,10,,,not-codable,,8,10,,\n\
    F,enrolment,c,10,,,warmth,,,,,4.5\n";

fn event(behaviour: &str, subject: &str, start: f64, stop: Option<f64>) -> CodedEvent {
    let micros = |seconds: f64| (seconds * 1e6).round() as i64;
    CodedEvent {
        behaviour: behaviour.to_owned(),
        subject: (!subject.is_empty()).then(|| subject.to_owned()),
        target: (behaviour == "speaks").then(|| "own-infant".to_owned()),
        modifiers: std::collections::BTreeMap::new(),
        start: micros(start),
        stop: stop.map(micros),
        point: stop.is_none(),
        start_frame: None,
        stop_frame: None,
        comment: String::new(),
        sampled: None,
    }
}

/// The answer to the sample of this number, of the two seconds before.
fn answer(behaviour: &str, subject: &str, number: u32) -> CodedEvent {
    let start = f64::from(number) * 2.0;
    CodedEvent {
        sampled: Some(Sampled {
            way: SampleWay::Scan,
            number,
        }),
        ..event(behaviour, subject, start, Some(start + 2.0))
    }
}

fn loudness(word: &str, event: CodedEvent) -> CodedEvent {
    let answer = ModifierAnswer::Words(vec![word.to_owned()]);
    CodedEvent {
        modifiers: [("loudness".to_owned(), answer)].into(),
        ..event
    }
}

fn coded() -> Vec<Edit> {
    let events = [
        event("at-face", "infant-1", 0.0, Some(4.0)),
        event("away", "infant-1", 4.0, Some(8.5)),
        event("smile", "infant-1", 2.5, None),
        event("smile", "carer", 9.5, None),
        loudness("soft", event("sings", "carer", 1.0, Some(3.0))),
        answer("at-face", "infant-1", 0),
        loudness("loud", answer("sings", "carer", 0)),
        answer("sampled", "", 0),
        answer("sampled", "", 1),
        answer("not-codable", "infant-1", 2),
        answer("sampled", "", 2),
        event("speaks", "carer", 5.0, Some(6.0)),
        event("not-codable", "", 8.0, Some(10.0)),
    ];
    let events = events
        .into_iter()
        .enumerate()
        .map(|(n, event)| Edit::Event {
            id: format!("e{n}"),
            before: None,
            after: Some(event),
        });
    let warmth = Edit::Rating {
        id: "warmth".to_owned(),
        before: None,
        after: Some(RatingAnswer::Rated(4.5)),
    };
    events.chain([warmth]).collect()
}

struct Room {
    study: StudyId,
    family: Family,
    clip: ClipId,
    coding: CodingId,
    coder: AccountId,
}

fn recording(dyads: Vec<DyadKey>) -> ClipAdded {
    let hash = |n: u8| format!("{n:02x}").repeat(32);
    ClipAdded {
        clip: ClipId::new(),
        title: "Play at enrolment".to_owned(),
        scheme: "play-form".into(),
        scheme_version: 1,
        site: Some("hostel-a".into()),
        wave: Some("enrolment".into()),
        session: None,
        dyads,
        purpose: Some("video".into()),
        stratum: String::new(),
        recorded: None,
        angles: vec![Angle {
            original: hash(1),
            original_frame_times: hash(2),
            playing: hash(3),
            playing_bytes: 1000,
            frame_times: hash(4),
            frames: 250,
            length: 10_000_000,
            offset: 0,
            drift: 0,
            peaks: None,
            spectrum: None,
        }],
        own_scheme: None,
        begins: None,
    }
}

impl Room {
    /// A family that agreed to everything, and a recording that somebody is to code.
    async fn of(world: &World) -> Self {
        let folder = folder();
        let (protocol, _) = Protocol::read_folder(&folder).unwrap_or_else(|why| panic!("{why}"));
        let study = protocol.study.id.clone();
        let store = &world.store;
        store
            .register_study(&ADA, &folder, &protocol, NOON, None)
            .await
            .expect("registered");
        let family = world.consenting_family(&study, "hostel-a").await;
        world
            .ask(&study, world.consent(family, "video", true))
            .await
            .expect("consent");
        let added = recording(vec![family.dyad]);
        let room = Self {
            study,
            family,
            clip: added.clip,
            coding: CodingId::new(),
            coder: world.account("coder").await,
        };
        room.video(world, VideoCommand::AddClip(Box::new(added)))
            .await;
        room.assign(world, room.coding, room.coder, CodingPurpose::Study)
            .await;
        room
    }

    async fn video(&self, world: &World, command: VideoCommand) {
        let changed = world
            .store
            .change_video(&ADA, &self.study, vec![command], NOON);
        changed.await.expect("done");
    }

    async fn assign(
        &self,
        world: &World,
        coding: CodingId,
        coder: AccountId,
        purpose: CodingPurpose,
    ) {
        let assign = VideoCommand::AssignClip {
            coding,
            clip: self.clip,
            coder,
            position: 1,
            purpose,
        };
        self.video(world, assign).await;
    }

    async fn code(&self, world: &World, coding: CodingId, coder: AccountId, finish: bool) {
        let own = Actor::of(coder, Some(Role::Observer));
        let change = ChangeAsked {
            key: format!("{coding} all"),
            coding,
            base: 0,
            doing: Doing::Do,
            edits: coded(),
        };
        world
            .store
            .change_coding(&own, &self.study, change, NOON)
            .await
            .expect("stored");
        if finish {
            let finish = vec![VideoCommand::FinishCoding { coding }];
            let finished = world.store.change_video(&own, &self.study, finish, NOON);
            finished.await.expect("finished");
        }
    }

    async fn measured(&self, world: &World) -> Measures {
        let protocol = world.store.protocol(&self.study).await.expect("a plan");
        let drawn = world.store.records(&self.study).await.expect("drawn");
        measure(&protocol, &drawn.records)
    }

    async fn counting(&self, world: &World) -> Counting {
        let drawn = world.store.records(&self.study).await.expect("drawn");
        let told = world.store.counting(&self.study).await.expect("told");
        assert_eq!(told, drawn.counting);
        drawn.counting[&self.clip].clone()
    }
}

/// Name and value of everything that the scheme measures.
fn of_scheme(measures: &Measures) -> Vec<(String, Result<f64, Missing>)> {
    let rows = measures.rows.iter();
    rows.filter(|row| row.measure.starts_with("play-form."))
        .map(|row| (row.measure.to_string(), row.value))
        .collect()
}

pub async fn a_coding_of_the_room_measures_what_the_same_file_measures(world: World) {
    let room = Room::of(&world).await;
    let before = of_scheme(&room.measured(&world).await);
    assert_eq!(before, [], "nothing is coded, so nothing is measured");
    room.code(&world, room.coding, room.coder, true).await;
    let drawn = world.store.records(&room.study).await.expect("drawn");
    let [from_room] = drawn.records.dyad_codings.as_slice() else {
        panic!("one coding: {:?}", drawn.counting);
    };
    // The same study, with the file instead.
    let protocol = world.store.protocol(&room.study).await.expect("a plan");
    let code = from_room.dyad.to_string();
    let dyads = format!(
        "family,hostel,enrolled,born,due,left,why_left,consent_withdrawn,sex,first_child,carer_age,months_in_hostels\n\
         {code},A,2024-06-15,,,,,,,,,\n"
    );
    let mut records = drawn.records.clone();
    let files = attune_exchange::RecordFiles::from_files([
        ("data/families.csv".to_owned(), dyads.clone().into_bytes()),
        (
            "data/play.csv".to_owned(),
            format!("{HEADINGS}\n{}", FILE.replace("F,", &format!("{code},"))).into_bytes(),
        ),
    ]);
    let read = only_codings(&protocol, &files);
    records.dyad_codings = read;
    let from_file = of_scheme(&measure(&protocol, &records));
    let found = of_scheme(&measure(&protocol, &drawn.records));
    assert_eq!(found, from_file);
    // And what is in the room, written into a file and read again.
    let written = (
        "data/play.csv".to_owned(),
        written(&from_room.coding).into_bytes(),
    );
    let files = attune_exchange::RecordFiles::from_files([
        ("data/families.csv".to_owned(), dyads.into_bytes()),
        written,
    ]);
    records.dyad_codings = only_codings(&protocol, &files);
    assert_eq!(found, of_scheme(&measure(&protocol, &records)));
    let value = |name: &str| {
        let all = found
            .iter()
            .find(|(one, _)| one == &format!("play-form.{name}"));
        all.unwrap_or_else(|| panic!("no {name} in {found:?}")).1
    };
    // Eight seconds could be coded; the smile at 9.5 s lies where nobody could.
    assert_eq!(value("at-face-share"), Ok(4.0 / 8.0));
    // Of two answered samples one, asked of one infant.
    assert_eq!(value("at-face-sample-share"), Ok(1.0 / 2.0));
    assert_eq!(value("sings-share"), Ok(2.0 / 8.0));
    assert_eq!(value("away-share"), Ok(4.0 / 8.0));
    assert_eq!(value("smile-per-minute"), Ok(1.0 / (8.0 / 60.0)));
    assert_eq!(value("warmth"), Ok(4.5));
    let source = &from_room.coding.source;
    assert_eq!(*source.file, *format!("coding:{}", room.coding));
    assert_eq!(source.row, 1, "the version of the coding");
    assert_eq!(room.counting(&world).await, Counting::For(code));
}

/// A coding as the file of the study has it.
fn written(coding: &attune_records::records::SessionCoding) -> String {
    let mut text = format!("{HEADINGS}\n");
    let number = |value: Option<f64>| value.map(|one| one.to_string()).unwrap_or_default();
    let name = |name: &Option<std::sync::Arc<str>>| name.as_deref().unwrap_or_default().to_owned();
    for line in attune_records::coding_lines::coding_lines(coding) {
        let length = coding.windows[0].length().seconds().to_string();
        let sample = line.sample.map(|one| one.to_string()).unwrap_or_default();
        let loudness = line.modifier("loudness").unwrap_or_default();
        let cells = [
            coding.session.to_string(),
            "enrolment".to_owned(),
            name(&coding.coder),
            length,
            sample,
            name(&line.subject),
            name(&line.behaviour),
            name(&line.target),
            number(line.start),
            number(line.stop),
            loudness,
            number(line.value.and_then(Result::ok)),
        ];
        text += &format!("{}\n", cells.join(","));
    }
    text
}

/// The codings of dyads in files of which everything else may be missing.
fn only_codings(
    protocol: &Protocol,
    files: &attune_exchange::RecordFiles,
) -> Vec<attune_records::records::DyadCoding> {
    let mut protocol = protocol.clone();
    protocol.data.retain(|data| match &data.content {
        attune_protocol::data::DataContent::Codings(columns) => &*columns.scheme == "play-form",
        attune_protocol::data::DataContent::Dyads(_) => true,
        _ => false,
    });
    let read = attune_exchange::read_records_from(&protocol, files);
    let (records, _) = read.unwrap_or_else(|problems| panic!("{problems}"));
    records.dyad_codings
}

pub async fn an_unfinished_coding_is_missing_and_never_zero(world: World) {
    let room = Room::of(&world).await;
    room.code(&world, room.coding, room.coder, false).await;
    assert_eq!(of_scheme(&room.measured(&world).await), []);
    assert_eq!(
        room.counting(&world).await,
        Counting::Not("its first coding is not finished")
    );
    // A second family's finished one makes the first one's missing, with a reason.
    let other = world.consenting_family(&room.study, "hostel-a").await;
    let agreed = world.consent(other, "video", true);
    world.ask(&room.study, agreed).await.expect("consent");
    let added = recording(vec![other.dyad]);
    let (clip, coding) = (added.clip, CodingId::new());
    room.video(&world, VideoCommand::AddClip(Box::new(added)))
        .await;
    let another = Room {
        study: room.study.clone(),
        family: other,
        clip,
        coding,
        coder: room.coder,
    };
    another
        .assign(&world, coding, room.coder, CodingPurpose::Study)
        .await;
    another.code(&world, coding, room.coder, true).await;
    let values = of_scheme(&room.measured(&world).await);
    let shares: Vec<_> = values
        .iter()
        .filter(|(name, _)| name == "play-form.at-face-share")
        .map(|(_, value)| *value)
        .collect();
    assert_eq!(shares.len(), 2, "{values:?}");
    assert!(shares.contains(&Ok(4.0 / 8.0)));
    assert!(shares.iter().any(Result::is_err), "{shares:?}");
    for (name, _) in &values {
        let of_name = values.iter().filter(|(one, _)| one == name);
        let n_known = of_name.filter(|(_, value)| value.is_ok()).count();
        assert!(n_known <= 1, "{name} has a value that nobody coded");
    }
}

pub async fn training_and_standards_never_count_and_second_codings_only_beside_a_first(
    world: World,
) {
    let room = Room::of(&world).await;
    for (name, purpose) in [
        ("second", CodingPurpose::Reliability),
        ("learner", CodingPurpose::Training),
        ("standard", CodingPurpose::Gold),
    ] {
        let (coder, coding) = (world.account(name).await, CodingId::new());
        room.assign(&world, coding, coder, purpose).await;
        room.code(&world, coding, coder, true).await;
    }
    let n = async || {
        let drawn = world.store.records(&room.study).await.expect("drawn");
        let codings = drawn.records.dyad_codings;
        let coders = codings.iter().map(|one| one.coding.coder.clone());
        coders.collect::<Vec<_>>()
    };
    assert_eq!(n().await, [], "the first coding is not finished");
    room.code(&world, room.coding, room.coder, true).await;
    let coders = n().await;
    assert_eq!(coders.len(), 2, "the first, and the second for agreement");
    assert_eq!(coders[0].as_deref(), Some(&*room.coder.to_string()));
}

pub async fn withdrawn_codings_vanish_from_the_records(world: World) {
    let room = Room::of(&world).await;
    room.code(&world, room.coding, room.coder, true).await;
    assert!(!of_scheme(&room.measured(&world).await).is_empty());
    let withdraw = Command::WithdrawConsent {
        dyad: room.family.dyad,
        purpose: "video".into(),
        level: WithdrawalLevel::StopCollecting,
        on: date(2024, 7, 1),
        ends_taking_part: false,
    };
    let request = Request::new(Some(room.study.clone()), withdraw, NOON).because("they asked");
    world.store.execute(&ADA, request).await.expect("withdrawn");
    assert_eq!(of_scheme(&room.measured(&world).await), []);
    assert!(matches!(room.counting(&world).await, Counting::Not(_)));
}

pub async fn two_recordings_of_one_visit_are_one_coding_once_both_are_coded(world: World) {
    let room = Room::of(&world).await;
    room.code(&world, room.coding, room.coder, true).await;
    let mut added = recording(vec![room.family.dyad]);
    added.title = "Play at enrolment, after the pause".to_owned();
    let second = Room {
        study: room.study.clone(),
        family: room.family,
        clip: added.clip,
        coding: CodingId::new(),
        coder: room.coder,
    };
    room.video(&world, VideoCommand::AddClip(Box::new(added)))
        .await;
    assert_eq!(
        room.counting(&world).await,
        Counting::Not("another recording of the same session or visit is not coded yet")
    );
    second
        .assign(&world, second.coding, room.coder, CodingPurpose::Study)
        .await;
    second.code(&world, second.coding, room.coder, true).await;
    let found = of_scheme(&room.measured(&world).await);
    let value = |name: &str| {
        let mut all = found.iter();
        let name = format!("play-form.{name}");
        all.find(|(one, _)| *one == name).map(|(_, value)| *value)
    };
    // Twice the same: shares and rates stay, and nobody counts twice.
    assert_eq!(value("at-face-share"), Some(Ok(4.0 / 8.0)));
    assert_eq!(value("smile-per-minute"), Some(Ok(2.0 / (16.0 / 60.0))));
    assert_eq!(value("at-face-sample-share"), Some(Ok(0.5)));
    assert_eq!(value("warmth"), Some(Ok(4.5)));
    assert!(matches!(second.counting(&world).await, Counting::For(_)));
    // A third one by a clock that says the same minutes as a fourth.
    for (begins, counts) in [(0, true), (5_000_000, false)] {
        let mut added = recording(vec![room.family.dyad]);
        added.title = format!("Another day, from {begins}");
        added.wave = None;
        added.recorded = Some(date(2024, 9, 1));
        added.begins = Some(begins);
        let another = Room {
            study: room.study.clone(),
            family: room.family,
            clip: added.clip,
            coding: CodingId::new(),
            coder: room.coder,
        };
        room.video(&world, VideoCommand::AddClip(Box::new(added)))
            .await;
        another
            .assign(&world, another.coding, room.coder, CodingPurpose::Study)
            .await;
        another.code(&world, another.coding, room.coder, true).await;
        let counting = another.counting(&world).await;
        assert_eq!(matches!(counting, Counting::For(_)), counts, "{counting:?}");
    }
}

pub async fn a_new_version_of_a_scheme_leaves_old_codings_under_theirs(world: World) {
    let room = Room::of(&world).await;
    room.code(&world, room.coding, room.coder, true).await;
    let register = async |from: &str, to: &str| {
        let files = folder();
        let changed = files.names().map(|name| {
            let bytes = files.bytes(name).unwrap_or_default().to_vec();
            let bytes = match name {
                "schemes/play-form.toml" => {
                    let text = String::from_utf8(bytes).expect("text");
                    assert!(text.contains(from), "{from}");
                    text.replacen(from, to, 1).into_bytes()
                }
                _ => bytes,
            };
            (name.to_owned(), bytes)
        });
        let changed = StudyFolder::from_files(changed.collect::<Vec<_>>());
        let (protocol, _) = Protocol::read_folder(&changed).unwrap_or_else(|why| panic!("{why}"));
        let store = &world.store;
        store
            .register_study(
                &ADA,
                &changed,
                &protocol,
                NOON,
                Some("the rule was unclear"),
            )
            .await
    };
    let rule = "Corners of the mouth move up, at their beginning.";
    let refused = register(rule, "Corners of the mouth move up for a second.").await;
    let refused = refused.expect_err("coded by version 1").to_string();
    assert!(
        refused.contains("still version 1") && refused.contains("write version = 2"),
        "{refused}"
    );
    let keys = register("key = \"m\"", "key = \"n\"").await;
    keys.expect("another key is no other rule");
    register("version = 1", "version = 2")
        .await
        .expect("a new version");
    // The old coding is still measured, by its version; a new recording is coded by the new one.
    let measured = of_scheme(&room.measured(&world).await);
    assert!(
        measured.contains(&("play-form.at-face-share".to_owned(), Ok(0.5))),
        "{measured:?}"
    );
    let drawn = world.store.records(&room.study).await.expect("drawn");
    assert_eq!(drawn.records.dyad_codings[0].coding.version, 1);
    let own = world
        .store
        .coding_scheme(&room.study, &"play-form".into(), 1)
        .await;
    assert_eq!(own.expect("kept").version, 1);
    let notes = world.store.notes(&room.study, 50).await.expect("read");
    let facts = notes.iter().find_map(|entry| match entry.command() {
        Ok(Some(Command::Note { what, facts, .. })) if what == "scheme-version" => Some(facts),
        _ => None,
    });
    let facts = facts.expect("the log says it");
    let told = ["from", "to", "recordings kept under the earlier"].map(|fact| facts[fact].as_str());
    assert_eq!(told, ["1", "2", "1"]);
}
