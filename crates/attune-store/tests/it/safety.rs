//! What must not be lost, and what must not leak: verifying, backups, restoring.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use attune_protocol::id::StudyId;
use attune_store::{
    Command, Location, Request, Store, StoreError,
    command::{
        AnswerValue, WithdrawalLevel,
        video::{Angle, ClipAdded, VideoCommand},
    },
    ids::{AccountId, ClipId},
    location::DatabaseKind,
    restore::{move_store, restore},
    safekeeping::{Kept, Safekeeping},
    vault::{Identifier, Identifying},
};
use jiff::civil::date;

use crate::support::{ADA, CANARIES, Family, NOON, World, postgres::Server};

/// A study with two families, forms, a query and an account.
async fn filled(world: &World) -> (StudyId, [Family; 2]) {
    let study = world.hostel().await;
    world.account("ada").await;
    let one = world.consenting_family(&study, "hostel-a").await;
    let two = world.consenting_family(&study, "hostel-b").await;
    for family in [one, two] {
        let mut saved = world.phq(&study, family, 1.0).await;
        world
            .ask(&study, Command::SaveForm(Box::new(saved.clone())))
            .await
            .expect("saved");
        saved.base = 1;
        saved.answers.insert("q2".into(), AnswerValue::Number(0.0));
        let save = Command::SaveForm(Box::new(saved));
        world
            .ask_because(&study, save, "misread")
            .await
            .expect("saved");
    }
    (study, [one, two])
}

pub async fn a_sound_store_is_found_sound(world: World) {
    let (study, _) = filled(&world).await;
    let heads = world.store.sign_heads(NOON).await.expect("signed");
    assert_eq!(heads.len(), 2);
    assert!(
        world
            .store
            .sign_heads(NOON)
            .await
            .expect("signed")
            .is_empty(),
        "nothing new"
    );
    let verified = world.store.verify().await.expect("verified");
    assert!(verified.is_sound(), "{verified:?}");
    let chain = verified
        .chains
        .iter()
        .find(|chain| chain.chain == study.as_str());
    assert!(chain.is_some_and(|chain| chain.n_rows > 10 && chain.n_heads == 1));
    let file = world.location.heads().join("instance/000000000001.json");
    let text = fs::read_to_string(&file)
        .expect("there")
        .replace("\"sequence\": 1", "\"sequence\": 2");
    fs::write(&file, text).expect("written");
    let verified = world.store.verify().await.expect("verified");
    assert_eq!(verified.unsound_heads.len(), 1);
    assert!(!verified.is_sound());
}

pub async fn a_backup_is_checked_and_can_be_restored(world: World) {
    let (study, families) = filled(&world).await;
    let store = &world.store;
    let drawn = store.records(&study).await.expect("drawn");
    let made = store.backup(&ADA, NOON).await.expect("made");
    assert_eq!(made.fault, None);
    let last = store
        .last_verified_backup()
        .await
        .expect("read")
        .expect("there is one");
    assert_eq!(
        made.folder.file_name().and_then(|name| name.to_str()),
        Some(&*last.folder)
    );
    // After the backup a family asks to be forgotten, and another account comes.
    let erase = Command::EraseIdentity {
        person: families[0].carer,
    };
    world
        .ask_because(&study, erase, "asked to be forgotten")
        .await
        .expect("erased");
    world.account("late").await;
    store.sign_heads(NOON).await.expect("signed");
    store.close().await;
    // The restored store is one of SQLite, whatever it was before.
    let target =
        Location::folder(world.folder.path().join("restored")).with_keys(&world.location.keys);
    let restored = restore(&made.folder, target.clone(), NOON)
        .await
        .expect("restored");
    assert!(restored.verified.is_sound(), "{restored:?}");
    assert_eq!(restored.n_erased_again, 1);
    let again = restore(&made.folder, target.clone(), NOON)
        .await
        .expect_err("taken");
    assert!(again.to_string().contains("there is a store"), "{again}");
    let store = Store::open(target).await.expect("opens");
    assert_eq!(store.accounts().await.expect("read").len(), 1);
    let after = store.records(&study).await.expect("drawn");
    assert_eq!(
        format!("{:?}", after.records.assessments),
        format!("{:?}", drawn.records.assessments)
    );
    let fields = [Identifier::FamilyName];
    let carer = families[1].carer;
    let opened = store
        .open_identity(&ADA, &study, carer, &fields, None, NOON)
        .await;
    assert_eq!(
        opened.expect("opened")[&Identifier::FamilyName].reveal(),
        CANARIES[1]
    );
    let gone = families[0].carer;
    assert!(
        store
            .open_identity(&ADA, &study, gone, &fields, None, NOON)
            .await
            .is_err()
    );
    let compared = store.compare_with_log().await.expect("compared");
    assert!(compared.differing.is_empty(), "{compared:?}");
    store.close().await;
}

pub async fn a_changed_backup_is_refused(world: World) {
    filled(&world).await;
    let made = world.store.backup(&ADA, NOON).await.expect("made");
    let file = made.folder.join(&made.manifest.file);
    let mut bytes = fs::read(&file).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).expect("written");
    let place =
        Location::folder(world.folder.path().join("restored")).with_keys(&world.location.keys);
    let refused = restore(&made.folder, place.clone(), NOON)
        .await
        .expect_err("changed");
    assert!(
        refused.to_string().contains("was changed after"),
        "{refused}"
    );
    assert!(!place.database_file().exists(), "nothing half-written");
}

/// A recording that shows a family, or nobody, with files that are really there.
async fn recording(
    world: &World,
    study: &StudyId,
    family: Option<Family>,
    what: &str,
) -> [String; 2] {
    let media = world.store.media();
    let keep = |content: String| media.keep(content.as_bytes()).expect("kept").0;
    let files = [
        keep(format!("{what} to play")),
        keep(format!("{what} frames")),
    ];
    let added = ClipAdded {
        clip: ClipId::new(),
        title: what.to_owned(),
        scheme: "play-form".into(),
        scheme_version: 1,
        site: None,
        wave: None,
        session: None,
        dyads: family.iter().map(|family| family.dyad).collect(),
        purpose: family.map(|_| "video".into()),
        stratum: String::new(),
        recorded: None,
        angles: vec![Angle {
            original: files[0].clone(),
            original_frame_times: files[1].clone(),
            playing: files[0].clone(),
            playing_bytes: 1,
            frame_times: files[1].clone(),
            frames: 1,
            length: 40_000,
            offset: 0,
            drift: 0,
            peaks: None,
            spectrum: None,
        }],
        own_scheme: None,
        begins: None,
    };
    let add = vec![VideoCommand::AddClip(Box::new(added))];
    let added = world.store.change_video(&ADA, study, add, NOON).await;
    added.expect("added");
    files
}

fn content(store: &Store, hash: &str) -> String {
    let mut content = String::new();
    let mut recording = store.media().open(hash).expect("opens");
    recording.read_to_string(&mut content).expect("read");
    content
}

pub async fn a_backup_holds_recordings_and_files_and_names_its_keys(world: World) {
    let (study, _) = filled(&world).await;
    let files = recording(&world, &study, None, "a room").await;
    let visits = world.location.data.join("visits.json");
    fs::write(&visits, "{\"days\": {}}").expect("written");
    let store = &world.store;
    let made = store.backup(&ADA, NOON).await.expect("made");
    assert_eq!(made.fault, None);
    assert_eq!(made.manifest.recordings.len(), 2);
    assert!(made.manifest.files.contains_key("visits.json"));
    let note = fs::read_to_string(made.folder.join("KEYS.txt")).expect("there");
    assert!(note.contains(&store.keys().fingerprint()), "{note}");
    let folder = store.study_folder(&study, 1).await.expect("read");
    store.close().await;
    // Everything but backups and keys is lost.
    let kept = world.folder.path().join("kept");
    fs::rename(world.location.backups(), &kept).expect("moved");
    fs::remove_dir_all(&world.location.data).expect("lost");
    let backup = kept.join(made.folder.file_name().expect("a name"));
    let others = Location::folder(world.folder.path().join("others"));
    Store::open(others.clone())
        .await
        .expect("opens")
        .close()
        .await;
    let target = Location::folder(world.folder.path().join("restored"));
    let wrong = restore(&backup, target.clone().with_keys(&others.keys), NOON).await;
    let wrong = wrong.expect_err("the keys of another store").to_string();
    assert!(wrong.contains("are not those of the backup"), "{wrong}");
    assert!(!target.data.exists(), "nothing half-written");
    let target = target.with_keys(&world.location.keys);
    let restored = restore(&backup, target.clone(), NOON)
        .await
        .expect("restored");
    assert_eq!(
        (restored.n_recordings, restored.missing_recordings.len()),
        (2, 0)
    );
    assert_eq!(
        fs::read_to_string(target.data.join("visits.json")).expect("there"),
        "{\"days\": {}}"
    );
    let store = Store::open(target).await.expect("opens");
    assert_eq!(content(&store, &files[0]), "a room to play");
    let again = store.study_folder(&study, 1).await.expect("read");
    let names = |folder: &attune_protocol::StudyFolder| -> Vec<String> {
        folder.names().map(str::to_owned).collect()
    };
    assert_eq!(names(&again), names(&folder));
    store.close().await;
}

pub async fn a_recording_that_is_missing_or_damaged_is_told(world: World) {
    let (study, _) = filled(&world).await;
    let files = recording(&world, &study, None, "a room").await;
    let store = &world.store;
    let place = |hash: &str| world.location.media().join(&hash[..2]).join(hash);
    let good = fs::read(place(&files[0])).expect("there");
    let mut bad = good.clone();
    *bad.last_mut().expect("some bytes") ^= 1;
    fs::write(place(&files[0]), bad).expect("written");
    let made = store.backup(&ADA, NOON).await.expect("made");
    let fault = made.fault.expect("told");
    assert!(
        fault.contains(&files[0]) && fault.contains("is damaged"),
        "{fault}"
    );
    assert_eq!(store.last_verified_backup().await.expect("read"), None);
    let listed = &store.backups().await.expect("read")[0];
    assert_eq!(store.fault_of(listed), Some(fault));
    fs::write(place(&files[0]), &good).expect("written");
    fs::remove_file(place(&files[1])).expect("removed");
    let made = store.backup(&ADA, NOON).await.expect("made");
    let fault = made.fault.expect("told");
    assert!(
        fault.contains(&files[1]) && fault.contains("is not in the folder"),
        "{fault}"
    );
    store.close().await;
}

pub async fn a_withdrawal_after_the_backup_reaches_it(world: World) {
    let (study, families) = filled(&world).await;
    let consent = world.consent(families[0], "video", true);
    world.ask(&study, consent).await.expect("consent");
    let withdrawn = recording(&world, &study, Some(families[0]), "a family").await;
    let kept = recording(&world, &study, None, "a room").await;
    let store = &world.store;
    let made = store.backup(&ADA, NOON).await.expect("made");
    assert_eq!((made.fault, made.manifest.recordings.len()), (None, 4));
    // Taking part is withdrawn from, and the recording was made under another purpose.
    let withdraw = Command::WithdrawConsent {
        dyad: families[0].dyad,
        purpose: "participation".into(),
        level: WithdrawalLevel::StopCollecting,
        on: date(2024, 7, 1),
        ends_taking_part: true,
    };
    world
        .ask_because(&study, withdraw, "they asked for it")
        .await
        .expect("withdrawn");
    assert!(!store.media().has(&withdrawn[0]) && store.media().has(&kept[0]));
    let copies = world.location.backups().join("media");
    assert!(!copies.join(&withdrawn[0][..2]).join(&withdrawn[0]).exists());
    // A file that could not be deleted then, or that somebody put back, goes by the timer.
    let again = store
        .media()
        .keep(&b"a family to play"[..])
        .expect("kept")
        .0;
    assert_eq!(again, withdrawn[0]);
    store.keep_promises(NOON).await.expect("kept");
    assert!(!store.media().has(&again) && store.media().has(&kept[0]));
    store.close().await;
    let target =
        Location::folder(world.folder.path().join("restored")).with_keys(&world.location.keys);
    let restored = restore(&made.folder, target.clone(), NOON)
        .await
        .expect("restored");
    assert_eq!(
        (restored.n_recordings, restored.missing_recordings.len()),
        (2, 0)
    );
    let store = Store::open(target).await.expect("opens");
    assert!(!store.media().has(&withdrawn[0]));
    assert_eq!(content(&store, &kept[0]), "a room to play");
    let clips = store.clips(&study).await.expect("read");
    assert_eq!(
        clips.iter().filter(|clip| clip.removed.is_some()).count(),
        1
    );
    store.close().await;
}

/// Files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("listed") {
        let path = entry.expect("read").path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all
}

fn holds(bytes: &[u8], text: &str) -> bool {
    String::from_utf8_lossy(bytes).contains(text)
}

pub async fn names_are_nowhere_in_the_clear(world: World) {
    let (study, families) = filled(&world).await;
    let store = &world.store;
    let mut consent = world.consent(families[0], "video", true);
    let key = store.person_key(families[0].carer).await.expect("a key");
    if let Command::RecordConsent(consent) = &mut consent {
        let note = |field, text: &str| key.seal(field, &Identifying::new(text)).ok();
        consent.competence = note(Identifier::Competence, CANARIES[0]);
        consent.witness = note(Identifier::Witness, CANARIES[1]);
    }
    let request = Request::new(Some(study.clone()), consent, NOON);
    let printed = format!("{request:?}");
    store.execute(&ADA, request).await.expect("stored");
    let fields = Identifier::OF_PERSONS;
    let infant = families[0].infant;
    let opened = store
        .open_identity(&ADA, &study, infant, &fields, Some("call"), NOON)
        .await;
    let printed = format!("{printed} {:?}", opened.expect("opened"));
    store.backup(&ADA, NOON).await.expect("made");
    let drawn = store.records(&study).await.expect("drawn");
    let protocol = store.protocol(&study).await.expect("read");
    let table = attune_measures::measure(&protocol, &drawn.records);
    let exported: String = table.table().map(|row| row.join(",")).collect();
    let code = store
        .dyads(&study, &attune_store::Sight::FULL)
        .await
        .expect("read")[0]
        .code
        .clone();
    let mut n_files_with_code = 0;
    let mut looked_at = vec![
        ("what is printed".to_owned(), printed.into_bytes()),
        ("the export".to_owned(), exported.into_bytes()),
    ];
    for file in files(world.folder.path()) {
        let bytes = fs::read(&file).expect("read");
        looked_at.push((file.display().to_string(), bytes));
    }
    if let Some(server) = &world.server {
        let wrote = all_that_it_wrote(server);
        assert!(wrote.iter().any(|(name, _)| name.contains("pg_wal")));
        // Days are in other stores of the same server, too; names are not.
        for (name, bytes) in &wrote {
            for canary in &CANARIES[..3] {
                assert!(!holds(bytes, canary), "{name} holds {canary}");
            }
        }
        assert!(wrote.iter().any(|(_, bytes)| holds(bytes, &code)));
    }
    for (name, bytes) in &looked_at {
        n_files_with_code += usize::from(holds(bytes, &code));
        for canary in CANARIES {
            assert!(!holds(bytes, canary), "{name} holds {canary}");
        }
    }
    assert!(n_files_with_code >= 2, "the search finds what is there");
    store.close().await;
}

pub async fn what_was_acknowledged_outlives_a_failed_commit(world: World) {
    let create = |login: &str| {
        let command = Command::CreateAccount {
            account: AccountId::of_request(login, 0),
            login: login.to_owned(),
            name: login.to_owned(),
        };
        Request::new(None, command, NOON).with_key(login)
    };
    world
        .store
        .execute(&ADA, create("first"))
        .await
        .expect("stored");
    world.store.faults().fail_after(0);
    let failed = world.store.execute(&ADA, create("second")).await;
    let is_told =
        |error: &StoreError| matches!(error, StoreError::Stopped(_) | StoreError::Unknown(_));
    assert!(failed.is_err_and(|error| is_told(&error)));
    let is_server = world.location.words().starts_with("PostgreSQL");
    world.store.faults().fail_after(i64::MAX);
    let next = world.store.execute(&ADA, create("third")).await;
    // On SQLite nothing more is written before the store is opened again.
    assert_eq!(next.is_ok(), is_server, "{next:?}");
    assert_eq!(world.store.check_writing().await.is_ok(), is_server);
    let world = world.reopened().await;
    let accounts = world.store.accounts().await.expect("read");
    let logins: Vec<&str> = accounts
        .iter()
        .map(|account| account.login.as_str())
        .collect();
    let expected: &[&str] = if is_server {
        &["first", "third"]
    } else {
        &["first"]
    };
    assert_eq!(logins, expected);
    for login in ["first", "second", "third"] {
        let receipt = world
            .store
            .execute(&ADA, create(login))
            .await
            .expect("sent again");
        assert_eq!(receipt.repeated, expected.contains(&login), "{login}");
    }
    assert!(world.store.verify().await.expect("verified").is_sound());
}

pub async fn moved(server: Server) {
    let world = World::lite().await;
    let (study, families) = filled(&world).await;
    let files = recording(&world, &study, None, "a room").await;
    fs::write(world.location.data.join("visits.json"), "{}").expect("written");
    world.store.sign_heads(NOON).await.expect("signed");
    let drawn = world.store.records(&study).await.expect("drawn");
    world.store.close().await;
    let mut to = Location::postgres(&server.url, world.folder.path().join("server"));
    to.keys.clone_from(&world.location.keys);
    to.database = DatabaseKind::Postgres {
        url: server.url.clone(),
        schema: Some(server.new_schema().await),
    };
    let moved = move_store(&world.location, to.clone())
        .await
        .expect("moved");
    assert!(moved.verified.is_sound() && moved.n_rows > 50, "{moved:?}");
    assert_eq!(moved.n_recordings, 2);
    assert!(to.data.join("visits.json").exists());
    let twice = move_store(&world.location, to.clone())
        .await
        .expect_err("not empty");
    assert!(twice.to_string().contains("is not empty"), "{twice}");
    let store = Store::open(to).await.expect("opens");
    let after = store.records(&study).await.expect("drawn");
    assert_eq!(
        format!("{:?}", after.records.assessments),
        format!("{:?}", drawn.records.assessments)
    );
    assert_eq!(after.head, drawn.head);
    assert_eq!(content(&store, &files[0]), "a room to play");
    let fields = [Identifier::FamilyName];
    let opened = store
        .open_identity(&ADA, &study, families[0].carer, &fields, None, NOON)
        .await;
    assert_eq!(opened.expect("opened").len(), 1);
    let compared = store.compare_with_log().await.expect("compared");
    assert!(compared.differing.is_empty(), "{compared:?}");
    let old = Store::open(world.location.clone())
        .await
        .expect("the old one is still there");
    assert_eq!(old.records(&study).await.expect("drawn").head, drawn.head);
    store.close().await;
    old.close().await;
}

pub async fn the_server_makes_backups_by_its_schedule(world: World) {
    let plan = Safekeeping {
        backup_every: 3600,
        keep: 2,
        heads_every: 600,
    };
    let store = &world.store;
    let nothing = store.keep_safe(&plan, NOON, None).await.expect("kept");
    assert_eq!(
        nothing,
        Kept::default(),
        "an empty store has nothing to lose"
    );
    filled(&world).await;
    let first = store.keep_safe(&plan, NOON, None).await.expect("kept");
    assert!(first.backup && first.fault.is_none(), "{first:?}");
    let soon = NOON.plus_seconds(599);
    world.account("bea").await;
    let early = store
        .keep_safe(&plan, soon, Some(NOON))
        .await
        .expect("kept");
    assert_eq!((early.backup, early.n_heads), (false, 0));
    let later = NOON.plus_seconds(600);
    let heads = store
        .keep_safe(&plan, later, Some(NOON))
        .await
        .expect("kept");
    assert_eq!((heads.backup, heads.n_heads), (false, 1));
    for hour in 1..=3 {
        let kept = store
            .keep_safe(&plan, NOON.plus_seconds(hour * 3600), None)
            .await;
        assert_eq!(
            kept.expect("kept").n_deleted,
            usize::from(hour >= 2),
            "hour {hour}"
        );
    }
    let folders = || {
        fs::read_dir(world.location.backups())
            .expect("listed")
            .count()
    };
    assert_eq!(
        (folders(), store.backups().await.expect("read").len()),
        (2, 4)
    );
    // What no backup that is left needs goes from the backups, too.
    let study = StudyId::from("hostel-clinic");
    let files = recording(&world, &study, None, "a room").await;
    let copies = world.location.backups().join("media");
    let copy = copies.join(&files[0][..2]).join(&files[0]);
    let mut removed = false;
    for hour in 4..=6 {
        store
            .keep_safe(&plan, NOON.plus_seconds(hour * 3600), None)
            .await
            .expect("kept");
        // The backup of the fourth hour holds it, and goes in the sixth.
        assert_eq!(copy.exists(), hour < 6, "hour {hour}");
        if !removed {
            let clip = store.clips(&study).await.expect("read")[0].id;
            let remove = VideoCommand::RemoveClip {
                clip,
                with_codes: false,
            };
            store
                .change_video(&ADA, &study, vec![remove], NOON)
                .await
                .expect("removed");
            removed = true;
        }
    }
    assert_eq!(folders(), 3, "two backups and the folder of recordings");
}

/// Everything that a server wrote to the disk (tables, write-ahead log, its own log), and a dump where its
/// program is there; nothing for a server that was not started here.
fn all_that_it_wrote(server: &Server) -> Vec<(String, Vec<u8>)> {
    let Some(own) = &server.own else {
        return Vec::new();
    };
    let mut wrote = Vec::new();
    let mut folders = vec![own.folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = fs::read(&path) {
                // A file that has gone meanwhile was a temporary one.
                wrote.push((path.display().to_string(), bytes));
            }
        }
    }
    let mut dump = own.somebody.command(&own.binaries.join("pg_dump"));
    if let Ok(dump) = dump.arg("--inserts").arg(&server.url).output() {
        assert!(
            dump.status.success(),
            "{}",
            String::from_utf8_lossy(&dump.stderr)
        );
        wrote.push(("a dump".to_owned(), dump.stdout));
    }
    wrote
}
