//! Taking a recording in from the inbox, or beginning a session without one: what is asked, what is wrong
//! with it, and the work itself, which goes on beside the pages.

use std::path::PathBuf;

use attune_protocol::Protocol;
use attune_store::{
    command::video::{Angle, ClipAdded, VideoCommand},
    ids::ClipId,
    media::{MediaFolder, ingest},
};
use serde::Deserialize;

use super::build;
use crate::{
    access::Action,
    answer::{Answer, page_to_correct, see},
    failure::Failure,
    form::Form,
    parts::{Field, FieldKind, Problems},
    visit::Visit,
};

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

fn choices<'a>(none: &str, all: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    let first = (!none.is_empty()).then(|| (String::new(), none.to_owned()));
    let rest = all.map(|(id, label)| (id.to_owned(), label.to_owned()));
    first.into_iter().chain(rest).collect()
}

pub(super) fn fields_of_clip(
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
    let cameras = other_cameras(
        &typed.cameras,
        &typed.file,
        &media.waiting()?,
        &mut problems,
    );
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
        let done = async {
            added.angles = taken_in(media, inbox, files).await?;
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

/// Every camera's file of the inbox, taken in one after the other; each begins so many microseconds later.
///
/// # Errors
///
/// A file is no recording that can be read, in words for whoever sent it.
pub async fn taken_in(
    media: MediaFolder,
    inbox: PathBuf,
    files: Vec<(String, i64)>,
) -> Result<Vec<Angle>, String> {
    let taken = tokio::task::spawn_blocking(move || {
        let camera =
            |(file, offset): &(String, i64)| ingest::take_in(&media, &inbox.join(file), *offset);
        files.iter().map(camera).collect::<Result<Vec<_>, _>>()
    });
    let angles = taken.await.map_err(|error| error.to_string())?;
    angles.map_err(|error| error.to_string())
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

/// Cameras other than the first: a file of the inbox and its offset in microseconds for each line.
pub fn other_cameras(
    typed: &str,
    first: &str,
    waiting: &[String],
    problems: &mut Problems,
) -> Vec<(String, i64)> {
    let lines: Vec<&str> = typed
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    if lines.len() > 3 {
        problems.add("cameras", "There can be three more cameras at most.");
    }
    let mut cameras: Vec<(String, i64)> = Vec::new();
    for line in lines {
        let (file, later) = line.rsplit_once(' ').unwrap_or((line, "0"));
        let seconds: Option<f64> = later.replace(',', ".").parse().ok();
        if file == first || cameras.iter().any(|(other, _)| other == file) {
            problems.add("cameras", format!("{file} is named twice."));
            continue;
        }
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
