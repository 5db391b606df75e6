//! A server with one drawn clip, two coders and a lead, for the browser tests of the coding room:
//! `coding_room FOLDER PORT`. Where the folder has a store already, that one is served again.
//!
//! Prints a line of JSON with what was made, then `listening on http://…`, and ends with its input.

use std::{
    io::Read,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use attune_protocol::{Protocol, StudyFolder, id::StudyId};
use attune_store::{
    Actor, Command, Location, Moment, Request, Role, Secret, Sites, Store,
    command::video::{Angle, ClipAdded, CodingPurpose, VideoCommand},
    ids::{AccountId, ClipId, CodingId, GrantId},
    media::ingest,
};
use attune_web::{App, Clock, Settings, app, serve, sign_in::password};
use serde_json::json;

const PASSWORD: &str = "vellum ostrich kettle north";
/// The drawn clip, made by `cargo xtask clip`.
const CLIP: &str = "../../web/fixtures/drawn.mp4";
/// Its frames, and the side of the squares that hold a frame's number.
const N_FRAMES: u32 = 1200;
const SQUARE: u32 = 20;
/// Microseconds by which the cameras of one film begin later than its first.
const LATER: [i64; 4] = [0, 400_000, 1_000_000, -200_000];

type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, port] = arguments.as_slice() else {
        return Err("usage: coding_room FOLDER PORT".into());
    };
    let data = PathBuf::from(folder).join("data");
    let is_new = !data.exists();
    let store = Store::open(Location::folder(&data)).await?;
    if is_new {
        println!("{}", fill(&store).await?);
    }
    let state = App::new(store, Settings::default(), Clock::System);
    let address: SocketAddr = format!("127.0.0.1:{port}").parse()?;
    let ready = |address: &str| println!("listening on {address}");
    let end = async {
        // Whoever started this holds the other end of standard input.
        let _ = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await;
    };
    serve(app(&state), address, None, ready, end).await?;
    Ok(())
}

async fn fill(store: &Store) -> Fallible<serde_json::Value> {
    let study = register(store).await?;
    let coder = person(store, "coder", Role::Observer, &study).await?;
    let second = person(store, "second", Role::Observer, &study).await?;
    person(store, "lead", Role::LeadEvaluator, &study).await?;
    let media = store.media();
    let file = media.inbox()?.join("drawn.mp4");
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(CLIP), &file)?;
    let angle = tokio::task::spawn_blocking(move || ingest::take_in(&media, &file, 0)).await??;
    let clip = ClipId::new();
    let added = ClipAdded {
        clip,
        title: "Second session before the clinic".to_owned(),
        scheme: "play-form".into(),
        scheme_version: 1,
        site: Some("hostel-a".into()),
        wave: None,
        session: None,
        dyads: Vec::new(),
        purpose: None,
        stratum: "before".to_owned(),
        recorded: None,
        angles: vec![angle.clone()],
        own_scheme: None,
        begins: None,
    };
    let four = ClipAdded {
        clip: ClipId::new(),
        title: "Film of four cameras".to_owned(),
        angles: LATER
            .map(|offset| Angle {
                offset,
                ..angle.clone()
            })
            .to_vec(),
        ..added.clone()
    };
    let scanned = ClipAdded {
        clip: ClipId::new(),
        title: "Film that is scanned".to_owned(),
        scheme: "scan-form".into(),
        ..added.clone()
    };
    let session = ClipAdded {
        clip: ClipId::new(),
        title: "Session of March".to_owned(),
        angles: Vec::new(),
        ..scanned.clone()
    };
    // Its scheme asks for no samples, so that nothing but keys happens in it.
    let unsampled = ClipAdded {
        clip: ClipId::new(),
        title: "Session of April".to_owned(),
        angles: Vec::new(),
        ..added.clone()
    };
    let (session_clip, four_clip) = (session.clip, four.clip);
    let others = [
        ("scanned", scanned.clip, second),
        ("live", session.clip, coder),
        ("unsampled", unsampled.clip, coder),
        ("four", four.clip, second),
    ];
    let mut commands: Vec<VideoCommand> = [added, scanned, session, unsampled, four]
        .into_iter()
        .map(|added| VideoCommand::AddClip(Box::new(added)))
        .collect();
    for (name, clip, coder) in others {
        commands.push(VideoCommand::AssignClip {
            coding: CodingId::of_request(name, 0),
            clip,
            coder,
            position: 2,
            purpose: CodingPurpose::Study,
        });
    }
    let codings = ["coder", "second"].map(|name| CodingId::of_request(name, 0));
    for (coding, coder, purpose) in [
        (codings[0], coder, CodingPurpose::Study),
        (codings[1], second, CodingPurpose::Reliability),
    ] {
        commands.push(VideoCommand::AssignClip {
            coding,
            clip,
            coder,
            position: 1,
            purpose,
        });
    }
    store
        .change_video(&Actor::PROGRAM, &study, commands, Moment::now())
        .await?;
    Ok(json!({
        "study": study, "coding": codings[0], "second": codings[1],
        "scanned": CodingId::of_request("scanned", 0), "live": CodingId::of_request("live", 0), "film": session_clip,
        "unsampled": CodingId::of_request("unsampled", 0),
        "four": CodingId::of_request("four", 0), "four_film": four_clip, "later": LATER,
        "password": PASSWORD, "frames": N_FRAMES, "square": SQUARE,
    }))
}

/// A scheme that samples time besides.
const SCAN: &str = r#"title = "Who is where"
version = 1
about = "dyad"
sampling = ["continuous", { kind = "scan", seconds = 2 }]

[[subject]]
id = "infant"
label = "Infant"
kind = "infant"
key = "1"

[[subject]]
id = "carer"
label = "Carer"
kind = "carer"
key = "2"

[[states]]
id = "place"
label = "Place"
exclusive = true

[[states.state]]
id = "near"
label = "Near the other"
definition = "Within an arm's length."
key = "n"

[[states.state]]
id = "away"
label = "Away"
definition = "Further."
key = "w"

[[point]]
id = "clap"
label = "Claps"
definition = "Both hands meet."
key = "c"
subjects = ["carer"]
"#;

/// The hostel study of the examples with a scheme that has everything.
async fn register(store: &Store) -> Fallible<StudyId> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = StudyFolder::on_disk(&root.join("../../studies/hostel-clinic"))
        .map_err(|problems| problems.to_string())?;
    let scheme = include_bytes!("../../../attune-store/tests/data/room-scheme.toml");
    let files: Vec<(String, Vec<u8>)> = folder
        .names()
        .map(|name| match name {
            "schemes/play-form.toml" => (name.to_owned(), scheme.to_vec()),
            "study.toml" => {
                let mut text = folder.bytes(name).unwrap_or_default().to_vec();
                text.extend(
                    b"\n[[scheme]]\nid = \"scan-form\"\nfile = \"schemes/scan-form.toml\"\n",
                );
                (name.to_owned(), text)
            }
            _ => (
                name.to_owned(),
                folder.bytes(name).unwrap_or_default().to_vec(),
            ),
        })
        .chain([("schemes/scan-form.toml".to_owned(), SCAN.into())])
        .collect();
    let folder = StudyFolder::from_files(files);
    let (protocol, _) = Protocol::read_folder(&folder).map_err(|problems| problems.to_string())?;
    store
        .register_study(&Actor::PROGRAM, &folder, &protocol, Moment::now(), None)
        .await?;
    Ok(protocol.study.id)
}

async fn person(store: &Store, login: &str, role: Role, study: &StudyId) -> Fallible<AccountId> {
    let account = AccountId::new();
    let hash = password::hash(PASSWORD.to_owned())
        .await
        .map_err(|why| format!("{why:?}"))?;
    let commands = vec![
        Command::CreateAccount {
            account,
            login: login.to_owned(),
            name: format!("{login} of the test"),
        },
        Command::SetPassword { account },
    ];
    let request = Request::all(None, commands, Moment::now())
        .with_secret(Secret::PasswordHash { account, hash });
    store.execute(&Actor::PROGRAM, request).await?;
    let grant = Command::GrantRole {
        grant: GrantId::new(),
        account,
        role,
        sites: Sites::All,
        from: Moment::now().date(),
        until: None,
    };
    let request = Request::new(Some(study.clone()), grant, Moment::now());
    store.execute(&Actor::PROGRAM, request).await?;
    Ok(account)
}
