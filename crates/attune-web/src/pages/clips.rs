//! `/studies/{study}/clips`: whoever leads the coding takes recordings in, assigns them, and sees how far
//! everybody is. Here, and only here, a recording has its title, site, wave and day; whoever is blind is
//! not let in.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use attune_protocol::{Protocol, id::StudyId};
use attune_store::{
    Command, Request, Role, clip_plan,
    clips::{ClipRow, CodingRow},
    command::video::{ClipAdded, CodingPurpose, VideoCommand},
    drawn_codings::Counting,
    ids::{AccountId, ClipId, CodingId},
    media::{ingest, upload::Upload},
};
use serde::Deserialize;

use crate::{
    access::Action,
    answer::{Answer, page as show, page_to_correct, see},
    failure::Failure,
    form::Form,
    intake::Taking,
    layout::Layout,
    pages::coding_list::length,
    parts::{Field, FieldKind, Problems},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "clips.html")]
struct Clips {
    layout: Layout,
    study: String,
    rows: Vec<Row>,
    n_finished: usize,
    n_codings: usize,
    n_double: usize,
    taking: Vec<Taking>,
    uploads: Vec<Upload>,
    /// Programs without which no recording can be taken in.
    missing: Vec<&'static str>,
    /// All recordings that wait for a coder are of one stratum, and the study has others.
    one_stratum: Option<String>,
    problems: Problems,
    take_in: Vec<Field>,
    assign: Vec<Field>,
    one: Vec<Field>,
    n_unassigned: usize,
}

struct Row {
    clip: ClipRow,
    length: i64,
    /// Site, wave and stratum, as far as they are known.
    place: String,
    codings: Vec<RowCoding>,
    not_playable: Option<&'static str>,
    counting: Counting,
}

struct RowCoding {
    id: CodingId,
    coder: String,
    purpose: &'static str,
    state: &'static str,
}

/// Stands for no file: no file of the inbox has a colon in its name that came through the browser.
const LIVE: &str = ":live";

/// What is known of the form, to show it again as it was typed.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewClip {
    file: String,
    title: String,
    scheme: String,
    site: String,
    wave: String,
    session: String,
    begins: String,
    recorded: String,
    stratum: String,
    families: String,
    purpose: String,
    cameras: String,
}

/// `GET /studies/{study}/clips`.
pub async fn page(visit: Visit) -> Answer {
    let page = build(&visit, &NewClip::default(), Problems::default()).await?;
    show(&page)
}

async fn build(visit: &Visit, typed: &NewClip, problems: Problems) -> Result<Clips, Failure> {
    let study = visit.study()?.id.clone();
    let store = visit.app.store();
    store.honour_withdrawals(&study, visit.at).await?;
    let protocol = visit.protocol().await?;
    let coders = coders(visit, &study).await?;
    let codings = store.codings(&study).await?;
    let mut clips = store.clips(&study).await?;
    // A coder's own project is nobody else's work.
    clips.retain(|clip| !clip.is_own);
    let codings: Vec<CodingRow> = codings
        .into_iter()
        .filter(|coding| coding.purpose != CodingPurpose::Own)
        .collect();
    let counting = store.counting(&study).await?;
    let mut rows = Vec::with_capacity(clips.len());
    for clip in clips {
        let not_playable = store.why_not_play(&study, clip.id).await?;
        let own = codings.iter().filter(|coding| coding.clip == clip.id);
        rows.push(Row {
            length: clip.angles.first().map_or(0, |angle| angle.length),
            place: place(&clip),
            codings: own.map(|coding| in_words(coding, &coders)).collect(),
            not_playable,
            counting: counting
                .get(&clip.id)
                .cloned()
                .unwrap_or(Counting::Not("it came a moment ago")),
            clip,
        });
    }
    let media = store.media();
    let waiting = media.waiting()?;
    let open = |row: &&Row| row.codings.is_empty() && row.clip.removed.is_none();
    Ok(Clips {
        layout: Layout::of(visit, "Recordings").with_script("clips.js"),
        n_finished: codings.iter().filter(|coding| coding.finished).count(),
        n_codings: codings.len(),
        n_double: rows.iter().filter(|row| row.codings.len() > 1).count(),
        n_unassigned: rows.iter().filter(open).count(),
        taking: visit.app.intake().of(&study),
        uploads: media.unfinished_uploads(study.as_str())?,
        missing: ingest::missing_programs(),
        one_stratum: one_stratum(&rows),
        take_in: fields_of_clip(&protocol, &waiting, typed, &problems),
        assign: fields_of_plan(&protocol, &coders),
        one: fields_of_one(&rows, &coders),
        study: study.to_string(),
        rows,
        problems,
    })
}

/// People who code in this study today, with their names.
pub async fn coders(
    visit: &Visit,
    study: &StudyId,
) -> Result<BTreeMap<AccountId, String>, Failure> {
    let store = visit.app.store();
    let today = visit.at.date();
    let mut coders = BTreeMap::new();
    for account in store.accounts().await? {
        let grants = store.grants_of(account.id).await?;
        let codes = grants.iter().any(|grant| {
            let reaches = grant.study.as_ref().is_none_or(|of| of == study);
            let may = matches!(grant.role, Role::Observer | Role::LeadEvaluator);
            reaches && may && grant.holds_on(today)
        });
        if codes && !account.disabled {
            coders.insert(account.id, account.name);
        }
    }
    Ok(coders)
}

fn place(clip: &ClipRow) -> String {
    let site = clip.site.as_ref().map(ToString::to_string);
    let wave = clip.wave.as_ref().map(ToString::to_string);
    let parts = [site, wave, Some(clip.stratum.clone())];
    let said: Vec<String> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    said.join(", ")
}

fn in_words(coding: &CodingRow, coders: &BTreeMap<AccountId, String>) -> RowCoding {
    RowCoding {
        id: coding.id,
        coder: coders
            .get(&coding.coder)
            .cloned()
            .unwrap_or_else(|| "somebody who codes no more".to_owned()),
        purpose: words(coding.purpose),
        state: match (coding.finished, coding.version) {
            (true, _) => "finished",
            (false, 0) => "not begun",
            (false, _) => "begun",
        },
    }
}

/// A purpose as it is shown.
pub fn words(purpose: CodingPurpose) -> &'static str {
    match purpose {
        CodingPurpose::Study => "first coding",
        CodingPurpose::Reliability => "second coding",
        CodingPurpose::Training => "training",
        CodingPurpose::Gold => "standard",
        CodingPurpose::Own => "own project",
    }
}

fn choices<'a>(none: &str, all: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    let first = (!none.is_empty()).then(|| (String::new(), none.to_owned()));
    let rest = all.map(|(id, label)| (id.to_owned(), label.to_owned()));
    first.into_iter().chain(rest).collect()
}

fn fields_of_clip(
    protocol: &Protocol,
    waiting: &[String],
    typed: &NewClip,
    problems: &Problems,
) -> Vec<Field> {
    let files = waiting.iter().map(|name| (name.as_str(), name.as_str()));
    let files = [(LIVE, "None: it is coded while it happens")]
        .into_iter()
        .chain(files);
    let schemes = protocol.schemes.iter();
    let schemes = schemes.map(|scheme| (&*scheme.id, scheme.title.as_str()));
    let sites = protocol.sites.iter();
    let sites = sites.map(|site| (&*site.id, site.label.as_str()));
    let waves = protocol.waves.iter();
    let waves = waves.map(|wave| (&*wave.id, wave.label.as_str()));
    let purposes = protocol.consents.iter();
    let purposes = purposes.map(|one| (&*one.id, one.label.as_str()));
    let one_of = |name, label, choices| Field::text(name, label).of_kind(FieldKind::OneOf(choices));
    let mut fields = vec![
        one_of("file", "Recording", choices("Choose a file", files)).value(&typed.file).hint(
            "Files that have arrived, or lie in the folder inbox of the data folder. A session without \
             a recording is coded by the clock; a film of it can be laid under the codes later.",
        ),
        Field::text("cameras", "Other cameras of the same scene")
            .of_kind(FieldKind::Long)
            .value(&typed.cameras)
            .hint(
                "Up to three more files of the inbox, one a line: the file, then by how many seconds \
                 it begins later than the first (such as: side.mp4 1.25).",
            ),
        Field::text("title", "Title")
            .value(&typed.title)
            .hint("For you only; coders see another name. No names of people."),
        one_of("scheme", "Coding scheme", choices("", schemes)).value(&typed.scheme),
        Field::text("families", "Study codes of the families in it")
            .value(&typed.families)
            .hint("With blanks between. Their consent decides whether it may be played."),
        one_of(
            "purpose",
            "Purpose of consent that covers it",
            choices("None: it shows no family of the study", purposes),
        )
        .value(&typed.purpose),
        one_of("site", "Site", choices("Not known", sites)).value(&typed.site),
        one_of("wave", "Wave", choices("None", waves)).value(&typed.wave),
        Field::text("session", "Code of the session")
            .value(&typed.session)
            .hint("For a recording of a whole clinic or group: what is coded counts for this session."),
        Field::text("begins", "Begins")
            .value(&typed.begins)
            .hint(
                "Of several recordings of one session or visit: at which second of it this one begins, where a \
                 clock was kept. Otherwise they follow one another in the order of their titles.",
            ),
        Field::text("recorded", "Day of the recording")
            .of_kind(FieldKind::Day)
            .value(&typed.recorded),
        Field::text("stratum", "Stratum")
            .value(&typed.stratum)
            .hint("Of each stratum the same share is coded twice: such as “before” and “after”."),
    ];
    for field in &mut fields {
        field.error = problems.of(field.name);
    }
    fields
}

fn fields_of_plan(protocol: &Protocol, coders: &BTreeMap<AccountId, String>) -> Vec<Field> {
    let share = protocol
        .schemes
        .iter()
        .find_map(|scheme| scheme.double_coded_share)
        .unwrap_or(0.2);
    let people = coders
        .iter()
        .map(|(id, name)| (id.to_string(), name.clone(), false))
        .collect();
    vec![
        Field::text("coders", "Who codes").of_kind(FieldKind::AnyOf(people)),
        Field::text("share", "Share that two people code, in per cent")
            .of_kind(FieldKind::Code)
            .value((share * 100.0).to_string())
            .hint("Of each stratum, drawn by the seed. Coders are not told which."),
        Field::text("seed", "Seed of the draw")
            .of_kind(FieldKind::Code)
            .value("1")
            .hint("The same recordings, people and seed give the same plan again."),
    ]
}

fn fields_of_one(rows: &[Row], coders: &BTreeMap<AccountId, String>) -> Vec<Field> {
    let clips = rows
        .iter()
        .filter(|row| row.clip.removed.is_none())
        .map(|row| (row.clip.id.to_string(), row.clip.title.clone()))
        .collect();
    let people = coders
        .iter()
        .map(|(id, name)| (id.to_string(), name.clone()))
        .collect();
    let purposes = [
        CodingPurpose::Study,
        CodingPurpose::Reliability,
        CodingPurpose::Training,
        CodingPurpose::Gold,
    ]
    .into_iter()
    .map(|purpose| (code(purpose), words(purpose).to_owned()))
    .collect();
    vec![
        Field::text("clip", "Recording").of_kind(FieldKind::OneOf(clips)),
        Field::text("coder", "Who codes it").of_kind(FieldKind::OneOf(people)),
        Field::text("as", "What for").of_kind(FieldKind::OneOf(purposes)),
    ]
}

fn code(purpose: CodingPurpose) -> String {
    serde_json::to_value(purpose)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// `POST /studies/{study}/clips`.
pub async fn take_in(visit: Visit, Form(typed): Form<NewClip>) -> Answer {
    let study = visit.study()?.id.clone();
    let mut problems = Problems::default();
    let added = read(&visit, &typed, &mut problems).await?;
    let store = visit.app.store().clone();
    let media = store.media();
    let is_live = typed.file == LIVE;
    // A name from the list of the folder, never a path.
    if !is_live && !media.waiting()?.contains(&typed.file) {
        problems.add("file", "Choose a file that has arrived.");
    }
    let missing = ingest::missing_programs();
    if !is_live && !missing.is_empty() {
        problems.add("file", not_installed(&missing));
    }
    let cameras = other_cameras(&typed.cameras, &media.waiting()?, &mut problems);
    let (Some(mut added), true) = (added, problems.is_empty()) else {
        return page_to_correct(&build(&visit, &typed, problems).await?);
    };
    if is_live {
        let command = VideoCommand::AddClip(Box::new(added));
        let actor = visit.actor(Action::LeadCoding)?;
        store
            .change_video(&actor, &study, vec![command], visit.at)
            .await?;
        return Ok(see(&visit.path));
    }
    let mut files = vec![(typed.file.clone(), 0)];
    files.extend(cameras);
    let inbox = media.inbox()?.to_owned();
    let intake = visit.app.intake().clone();
    if !intake.begin(&study, &added.title, &typed.file) {
        return Err(Failure::Conflict {
            reason: "This file is being taken in already.".to_owned(),
        });
    }
    let (actor, at) = (visit.actor(Action::LeadCoding)?, visit.at);
    let name = typed.file;
    tokio::spawn(async move {
        let paths: Vec<_> = files.iter().map(|(file, _)| inbox.join(file)).collect();
        let taken = tokio::task::spawn_blocking(move || {
            let camera = |(file, offset): &(String, i64)| {
                ingest::take_in(&media, &inbox.join(file), *offset)
            };
            files.iter().map(camera).collect::<Result<Vec<_>, _>>()
        });
        let done = async {
            let angles = taken.await.map_err(|error| error.to_string())?;
            added.angles = angles.map_err(|error| error.to_string())?;
            let command = VideoCommand::AddClip(Box::new(added));
            store
                .change_video(&actor, &study, vec![command], at)
                .await
                .map_err(|error| error.to_string())?;
            for path in &paths {
                ingest::remove_from_inbox(path).map_err(|error| error.to_string())?;
            }
            Ok(())
        };
        intake.end(&name, done.await.err());
    });
    Ok(see(&visit.path))
}

/// Why no recording can be taken in, and what mends it.
pub fn not_installed(missing: &[&str]) -> String {
    let (programs, are, them) = match missing {
        [one] => (format!("The program {one}"), "is", "it"),
        all => (format!("The programs {}", all.join(" and ")), "are", "them"),
    };
    format!(
        "{programs} {are} not installed on this server: without {them} no recording can be taken in. Ask whoever \
         runs the server for ffmpeg, which brings ffprobe along (Debian, Ubuntu: apt install ffmpeg)."
    )
}

/// The stratum of all recordings that nobody codes yet, where the study has recordings of another one:
/// assigned by themselves, the day on which they are assigned would tell coders what they are.
fn one_stratum(rows: &[Row]) -> Option<String> {
    let open = |row: &&Row| row.codings.is_empty() && row.clip.removed.is_none();
    let waiting: BTreeSet<&str> = rows
        .iter()
        .filter(open)
        .map(|row| row.clip.stratum.as_str())
        .collect();
    let others = rows
        .iter()
        .any(|row| !waiting.contains(row.clip.stratum.as_str()));
    match waiting.first() {
        Some(one) if waiting.len() == 1 && others && !one.is_empty() => Some((*one).to_owned()),
        _ => None,
    }
}

/// Other cameras: a file of the inbox and its offset in microseconds for each line.
fn other_cameras(typed: &str, waiting: &[String], problems: &mut Problems) -> Vec<(String, i64)> {
    let lines: Vec<&str> = typed
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    if lines.len() > 3 {
        problems.add("cameras", "There can be three more cameras at most.");
    }
    let mut cameras = Vec::new();
    for line in lines {
        let (file, later) = line.rsplit_once(' ').unwrap_or((line, "0"));
        let seconds: Option<f64> = later.replace(',', ".").parse().ok();
        match seconds.filter(|seconds| seconds.abs() < 86_400.0) {
            Some(seconds) if waiting.iter().any(|name| name == file) => {
                // Bounded above: it fits.
                cameras.push((file.to_owned(), (seconds * 1e6).round() as i64));
            }
            Some(_) => problems.add("cameras", format!("No file {file} waits in the inbox.")),
            None => problems.add(
                "cameras",
                format!("Write the file and then seconds, such as: side.mp4 1.25; not: {line}"),
            ),
        }
    }
    cameras
}

/// What was typed, checked: all that is wrong is told at once.
async fn read(
    visit: &Visit,
    typed: &NewClip,
    problems: &mut Problems,
) -> Result<Option<ClipAdded>, Failure> {
    let study = &visit.study()?.id;
    let protocol = visit.protocol().await?;
    let some = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    if some(&typed.title).is_none() {
        problems.add("title", "Give it a title, such as “Session 3”.");
    }
    let is_scheme = |scheme: &&attune_protocol::scheme::Scheme| *scheme.id == *typed.scheme;
    let scheme = protocol.schemes.iter().find(is_scheme);
    if scheme.is_none() {
        problems.add("scheme", "Choose a coding scheme of the study.");
    }
    let mut recorded = None;
    if let Some(day) = some(&typed.recorded) {
        recorded = day.parse().ok();
        if recorded.is_none() {
            problems.add("recorded", "Give the day as year, month, day: 2024-03-12.");
        }
    }
    let mut begins = None;
    if let Some(seconds) = some(&typed.begins) {
        let seconds: Option<f64> = seconds.replace(',', ".").parse().ok();
        // Bounded: it fits.
        begins = seconds
            .filter(|seconds| (0.0..86_400.0).contains(seconds))
            .map(|seconds| (seconds * 1e6).round() as i64);
        if begins.is_none() {
            problems.add(
                "begins",
                "Give seconds from the begin of the session, such as 725.5.",
            );
        }
    }
    let known = [
        (
            "site",
            &typed.site,
            protocol.site(&typed.site.as_str().into()).is_some(),
        ),
        (
            "wave",
            &typed.wave,
            protocol.wave(&typed.wave.as_str().into()).is_some(),
        ),
        (
            "purpose",
            &typed.purpose,
            protocol
                .consents
                .iter()
                .any(|one| *one.id == *typed.purpose),
        ),
    ];
    for (field, value, is_known) in known {
        if !value.is_empty() && !is_known {
            problems.add(field, "Choose one that the study has.");
        }
    }
    let sight = visit.sight(Action::LeadCoding)?;
    let mut dyads = Vec::new();
    for code in typed
        .families
        .split([' ', ',', ';'])
        .filter(|code| !code.is_empty())
    {
        match visit.app.store().dyad_by_code(study, &sight, code).await {
            Ok(dyad) => dyads.push(dyad.key),
            Err(attune_store::StoreError::NotFound { .. }) => {
                problems.add("families", format!("The study has no family {code}."));
            }
            Err(error) => return Err(error.into()),
        }
    }
    if !dyads.is_empty() && typed.purpose.is_empty() {
        problems.add(
            "purpose",
            "Families are in it: choose the consent that covers it.",
        );
    }
    let Some(scheme) = scheme else {
        return Ok(None);
    };
    Ok(Some(ClipAdded {
        clip: ClipId::new(),
        title: typed.title.trim().to_owned(),
        scheme: scheme.id.clone(),
        scheme_version: scheme.version,
        site: some(&typed.site).map(Into::into),
        wave: some(&typed.wave).map(Into::into),
        session: some(&typed.session),
        dyads,
        purpose: some(&typed.purpose).map(Into::into),
        stratum: typed.stratum.trim().to_owned(),
        recorded,
        angles: Vec::new(),
        own_scheme: None,
        begins,
    }))
}

/// A draw.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draw {
    #[serde(default)]
    coders: Vec<AccountId>,
    share: f64,
    seed: u64,
}

/// `POST /studies/{study}/clips/assign`: draws who codes what nobody codes yet.
pub async fn assign(visit: Visit, Form(draw): Form<Draw>) -> Answer {
    let study = visit.study()?.id.clone();
    let store = visit.app.store();
    let known = coders(&visit, &study).await?;
    let mut problems = Vec::new();
    if draw.coders.is_empty() || draw.coders.iter().any(|coder| !known.contains_key(coder)) {
        problems.push("Choose at least one person who codes in this study.".to_owned());
    }
    if !(0.0..=100.0).contains(&draw.share) {
        problems.push("The share is between 0 and 100 per cent.".to_owned());
    }
    let taken = store.codings(&study).await?;
    let clips: Vec<(ClipId, String)> = store
        .clips(&study)
        .await?
        .into_iter()
        .filter(|clip| clip.removed.is_none() && !clip.is_own)
        .filter(|clip| taken.iter().all(|coding| coding.clip != clip.id))
        .map(|clip| (clip.id, clip.stratum))
        .collect();
    if clips.is_empty() {
        problems.push("Every recording is assigned already.".to_owned());
    }
    if !problems.is_empty() {
        return Err(Failure::NotRight { problems });
    }
    let planned = clip_plan::draw(&clips, &draw.coders, draw.share / 100.0, draw.seed);
    let key = format!(
        "assign {study} {} {} {}",
        draw.seed,
        draw.share,
        clips.len()
    );
    let mut commands: Vec<Command> = (0..)
        .zip(planned)
        .map(|(n, one)| {
            Command::Video(Box::new(VideoCommand::AssignClip {
                coding: CodingId::of_request(&format!("{key} {}", visit.at.micros), n),
                clip: one.clip,
                coder: one.coder,
                position: one.position,
                purpose: one.purpose,
            }))
        })
        .collect();
    commands.push(Command::Note {
        what: "clips-assigned".to_owned(),
        subject: None,
        facts: BTreeMap::from([
            ("seed".to_owned(), draw.seed.to_string()),
            ("share".to_owned(), format!("{} %", draw.share)),
            ("recordings".to_owned(), clips.len().to_string()),
        ]),
    });
    let request = Request::all(Some(study.clone()), commands, visit.at);
    let actor = visit.actor(Action::LeadCoding)?;
    store.execute(&actor, request).await?;
    Ok(see(&format!("/studies/{study}/clips")))
}

/// One assignment by hand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct One {
    clip: ClipId,
    coder: AccountId,
    #[serde(rename = "as")]
    purpose: CodingPurpose,
}

/// `POST /studies/{study}/clips/assign-one`: a training clip, a standard, a coding more.
pub async fn assign_one(visit: Visit, Form(one): Form<One>) -> Answer {
    let study = visit.study()?.id.clone();
    let store = visit.app.store();
    if !coders(&visit, &study).await?.contains_key(&one.coder) {
        return Err(Failure::NotRight {
            problems: vec!["Choose somebody who codes in this study.".to_owned()],
        });
    }
    let codings = store.codings(&study).await?;
    let own = codings.iter().filter(|row| row.coder == one.coder).count();
    // Not of version 7: the coder sees it in an address, and it must not tell when it was made.
    let coding = CodingId::of_request(&ClipId::new().to_string(), 0);
    let command = VideoCommand::AssignClip {
        coding,
        clip: one.clip,
        coder: one.coder,
        // Training comes before anything else.
        position: match one.purpose {
            CodingPurpose::Training => 0,
            // Somewhere among the others: at the end of the list it would tell that it is a special one.
            _ => clip_plan::anywhere(coding, own),
        },
        purpose: one.purpose,
    };
    let actor = visit.actor(Action::LeadCoding)?;
    store
        .change_video(&actor, &study, vec![command], visit.at)
        .await?;
    Ok(see(&format!("/studies/{study}/clips")))
}
