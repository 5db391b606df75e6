//! Stores of older programs, kept as texts, open in this one.
//!
//! `ATTUNE_STORE_TEXT=FILE cargo nextest run -p attune-store old_stores` writes the store that a new
//! version's text is made from: do so once, when the shape of the database changes, and keep it under
//! its version.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use attune_protocol::id::StudyId;
use attune_store::{
    Command, Location, Sight, Store, backup,
    command::video::{Angle, ClipAdded, CodingPurpose, Doing, Edit, RatingAnswer, VideoCommand},
    forms::FormFilter,
    ids::{ClipId, CodingId},
    location::DatabaseKind,
    restore::restore,
    vault::{Identifier, Identifying},
};
use sqlx::{
    AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection, TypeInfo, ValueRef,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use crate::support::{ADA, CANARIES, NOON, World, postgres::Server};

/// The shape of the database that is current when the text is written.
async fn version(connection: &mut SqliteConnection) -> i64 {
    let row = sqlx::query("SELECT MAX(version) FROM schema_version")
        .fetch_one(connection)
        .await;
    row.expect("read").get(0)
}

fn literal(row: &SqliteRow, index: usize) -> String {
    let raw = row.try_get_raw(index).expect("a column");
    if raw.is_null() {
        return "NULL".to_owned();
    }
    match raw.type_info().name() {
        "INTEGER" => row.get::<i64, _>(index).to_string(),
        "BLOB" => {
            let bytes: Vec<u8> = row.get(index);
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("x'{digits}'")
        }
        _ => {
            let text: String = row.get_unchecked(index);
            format!("'{}'", text.replace('\'', "''"))
        }
    }
}

async fn as_text(file: &Path) -> String {
    let options = SqliteConnectOptions::new().filename(file);
    let mut connection = SqliteConnection::connect_with(&options)
        .await
        .expect("opens");
    let sql = "SELECT sql, type, name FROM sqlite_master WHERE sql IS NOT NULL \
         ORDER BY type = 'view', type = 'index', name";
    let things = sqlx::query(sql)
        .fetch_all(&mut connection)
        .await
        .expect("read");
    let mut text = String::new();
    for thing in &things {
        writeln!(text, "{};", thing.get::<String, _>(0)).expect("written");
    }
    for thing in things
        .iter()
        .filter(|thing| thing.get::<String, _>(1) == "table")
    {
        let name: String = thing.get(2);
        let sql = AssertSqlSafe(format!("SELECT * FROM {name}"));
        for row in sqlx::query(sql)
            .fetch_all(&mut connection)
            .await
            .expect("read")
        {
            let cells: Vec<String> = (0..row.columns().len()).map(|n| literal(&row, n)).collect();
            writeln!(text, "INSERT INTO {name} VALUES ({});", cells.join(", ")).expect("written");
        }
    }
    text
}

/// A store with something of everything that the first shape knows.
async fn fill(world: &World) {
    let study = world.hostel().await;
    world.account("ada").await;
    let family = world.consenting_family(&study, "hostel-a").await;
    let saved = world.phq(&study, family, 1.0).await;
    let query = Command::RaiseQuery {
        query: attune_store::ids::QueryId::new(),
        form: saved.form,
        item: None,
        text: "it's the same answer throughout".to_owned(),
    };
    world
        .ask(&study, Command::SaveForm(Box::new(saved)))
        .await
        .expect("saved");
    world.ask(&study, query).await.expect("raised");
    let event = Command::AssignArm {
        dyad: family.dyad,
        arm: "intervention".into(),
        from: None,
        why: None,
    };
    world.ask(&study, event).await.expect("assigned");
    let consent = world.consent(family, "video", true);
    world.ask(&study, consent).await.expect("consent");
    let coder = world.account("coder").await;
    let (clip, coding) = (ClipId::new(), CodingId::of_request("coding", 0));
    let hash = |letter: &str| letter.repeat(64);
    let added = VideoCommand::AddClip(Box::new(ClipAdded {
        clip,
        title: "A visit".to_owned(),
        scheme: "play-form".into(),
        scheme_version: 1,
        site: Some("hostel-a".into()),
        wave: None,
        session: None,
        dyads: vec![family.dyad],
        purpose: Some("video".into()),
        stratum: "before".to_owned(),
        recorded: None,
        angles: vec![Angle {
            original: hash("a"),
            original_frame_times: hash("b"),
            playing: hash("c"),
            playing_bytes: 5000,
            frame_times: hash("b"),
            frames: 3,
            length: 120_000,
            offset: 0,
            drift: 0,
            peaks: None,
            spectrum: None,
        }],
        own_scheme: None,
        begins: None,
    }));
    let assigned = VideoCommand::AssignClip {
        coding,
        clip,
        coder,
        position: 1,
        purpose: CodingPurpose::Study,
    };
    let changed = VideoCommand::ChangeCoding {
        coding,
        base: 0,
        doing: Doing::Do,
        edits: vec![Edit::Rating {
            id: "notices".to_owned(),
            before: None,
            after: Some(RatingAnswer::NotCodable),
        }],
    };
    let store = &world.store;
    for command in [added, assigned] {
        store
            .change_video(&ADA, &study, vec![command], NOON)
            .await
            .expect("done");
    }
    let by = attune_store::Actor::of(coder, Some(attune_store::Role::Observer));
    store
        .change_video(&by, &study, vec![changed], NOON)
        .await
        .expect("coded");
}

async fn open_old(text: &str, keys: &Path) -> World {
    let folder = tempfile::tempdir().expect("a folder");
    let location = Location::folder(folder.path().join("data"));
    fs::create_dir_all(&location.data).expect("made");
    fs::create_dir_all(&location.keys).expect("made");
    for name in ["master.key", "signing.key"] {
        fs::copy(keys.join(name), location.keys.join(name)).expect("copied");
        private(&location.keys.join(name));
    }
    let options = SqliteConnectOptions::new()
        .filename(location.database_file())
        .create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options)
        .await
        .expect("opens");
    let done = sqlx::raw_sql(AssertSqlSafe(text.to_owned()))
        .execute(&mut connection)
        .await;
    done.expect("the text is a store");
    connection.close().await.expect("closed");
    let store = Store::open(location.clone())
        .await
        .expect("an old store opens");
    World {
        store,
        location,
        folder,
        server: None,
    }
}

#[cfg(unix)]
fn private(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).expect("changed");
}

async fn is_whole(world: &World) {
    let store = &world.store;
    let verified = store.verify().await.expect("verified");
    assert!(verified.is_sound(), "{verified:?}");
    let compared = store.compare_with_log().await.expect("compared");
    assert!(compared.differing.is_empty(), "{compared:?}");
    assert!(store.tables_not_known().await.expect("read").is_empty());
    let study = StudyId::from("hostel-clinic");
    let forms = store
        .forms(&study, &Sight::FULL, &FormFilter::default())
        .await
        .expect("read");
    assert_eq!(forms.len(), 1);
    assert_eq!(
        store
            .records(&study)
            .await
            .expect("drawn")
            .records
            .assessments
            .len(),
        1
    );
    let found = store
        .find_people(&study, &Identifying::new(CANARIES[1]))
        .await
        .expect("read");
    let fields = [Identifier::FamilyName];
    let opened = store
        .open_identity(&ADA, &study, found[0], &fields, None, NOON)
        .await;
    assert_eq!(
        opened.expect("opened")[&Identifier::FamilyName].reveal(),
        CANARIES[1]
    );
}

/// Stores of every older shape: its version and the steps that made it on PostgreSQL.
const OLD: [(i64, &[&str]); 2] = [
    (
        1,
        &[include_str!("../../migrations/postgres/0001_begin.sql")],
    ),
    (
        2,
        &[
            include_str!("../../migrations/postgres/0001_begin.sql"),
            include_str!("../../migrations/postgres/0002_video.sql"),
        ],
    ),
];

fn stored(version: i64) -> PathBuf {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    data.join(format!("store-{version}"))
}

#[tokio::test]
async fn stores_of_older_shapes_are_brought_forward_after_a_backup() {
    for (version, _) in OLD {
        let stored = stored(version);
        let text = fs::read_to_string(stored.join("store.sql")).expect("the stored text");
        let world = open_old(&text, &stored).await;
        is_whole(&world).await;
        the_copy_from_before_can_be_restored(&world, version).await;
        world.store.close().await;
    }
}

/// There is one backup, it is of the old shape, and a store that is restored from it is brought forward.
async fn the_copy_from_before_can_be_restored(world: &World, version: i64) {
    let backups: Vec<_> = fs::read_dir(world.location.backups())
        .expect("listed")
        .map(|entry| entry.expect("read").path())
        .collect();
    let [copy] = backups.as_slice() else {
        panic!("one copy was made before: {backups:?}");
    };
    let manifest = backup::check(copy, Some(world.store.keys())).await;
    assert_eq!(manifest.expect("sound").schema, version);
    let target =
        Location::folder(world.folder.path().join("restored")).with_keys(&world.location.keys);
    restore(copy, target.clone(), NOON).await.expect("restored");
    let store = Store::open(target.clone()).await.expect("opens");
    let restored = World {
        store,
        location: target,
        folder: tempfile::tempdir().expect("a folder"),
        server: None,
    };
    is_whole(&restored).await;
    restored.store.close().await;
}

/// The statements of a stored text that fill tables, as PostgreSQL writes them: bytes are `'\x…'` there.
fn for_postgres(text: &str) -> String {
    let inserts = &text[text.find("\nINSERT INTO").expect("rows")..];
    let (mut sql, mut in_text, mut letters) = (String::new(), false, inserts.chars().peekable());
    while let Some(letter) = letters.next() {
        if letter == 'x' && !in_text && letters.peek() == Some(&'\'') {
            letters.next();
            sql.push_str("'\\x");
            in_text = true;
            continue;
        }
        in_text ^= letter == '\'';
        sql.push(letter);
    }
    sql
}

#[test]
fn on_postgres_older_stores_are_brought_forward_and_newer_ones_refused() {
    let server = match Server::start() {
        Ok(server) => server,
        Err(why) => {
            println!("SKIPPED, no old store was opened on PostgreSQL: {why}");
            return;
        }
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for (version, steps) in OLD {
        runtime.block_on(old_and_new_on_postgres(&server, version, steps));
    }
}

async fn old_and_new_on_postgres(server: &Server, version: i64, steps: &[&str]) {
    let stored = stored(version);
    let text = fs::read_to_string(stored.join("store.sql")).expect("the stored text");
    let folder = tempfile::tempdir().expect("a folder");
    let mut location = Location::folder(folder.path().join("data"));
    fs::create_dir_all(&location.keys).expect("made");
    for name in ["master.key", "signing.key"] {
        fs::copy(stored.join(name), location.keys.join(name)).expect("copied");
        private(&location.keys.join(name));
    }
    let schema = server.new_schema().await;
    let mut connection = PgConnection::connect(&server.url).await.expect("connects");
    let begin = format!(
        "SET search_path = {schema}; CREATE TABLE schema_version (version BIGINT NOT NULL PRIMARY \
             KEY, at BIGINT NOT NULL, program TEXT NOT NULL); {} {}",
        steps.concat(),
        for_postgres(&text)
    );
    sqlx::raw_sql(AssertSqlSafe(begin))
        .execute(&mut connection)
        .await
        .expect("an old store");
    location.database = DatabaseKind::Postgres {
        url: server.url.clone(),
        schema: Some(schema),
    };
    let store = Store::open(location.clone())
        .await
        .expect("an old store opens");
    let world = World {
        store,
        location,
        folder,
        server: None,
    };
    is_whole(&world).await;
    the_copy_from_before_can_be_restored(&world, version).await;
    world.store.close().await;
    let newer = "INSERT INTO schema_version VALUES (99, 0, '9.0.0')";
    sqlx::query(newer)
        .execute(&mut connection)
        .await
        .expect("done");
    let refused = Store::open(world.location.clone()).await.err();
    let told = refused.expect("refused").to_string();
    assert!(
        told.contains("version 99") && told.contains("newer program"),
        "{told}"
    );
}

#[tokio::test]
async fn a_store_of_the_present_shape_is_the_same_from_its_text() {
    let world = World::lite().await;
    fill(&world).await;
    world.store.close().await;
    let text = as_text(&world.location.database_file()).await;
    if let Some(folder) = std::env::var_os("ATTUNE_STORE_TEXT") {
        let folder = Path::new(&folder);
        fs::create_dir_all(folder).expect("made");
        fs::write(folder.join("store.sql"), &text).expect("written");
        for name in ["master.key", "signing.key"] {
            fs::copy(world.location.keys.join(name), folder.join(name)).expect("copied");
        }
    }
    let again = open_old(&text, &world.location.keys).await;
    is_whole(&again).await;
    let options = SqliteConnectOptions::new().filename(again.location.database_file());
    let mut connection = SqliteConnection::connect_with(&options)
        .await
        .expect("opens");
    assert!(version(&mut connection).await >= 1);
    again.store.close().await;
}
