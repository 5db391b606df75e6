//! `/studies/{study}/clips/{clip}`: one recording as whoever leads the coding sees it: who codes it, its
//! recording where it was coded without one, and what the machine hears in it.

use std::{collections::BTreeSet, sync::Arc};

use askama::Template;
use attune_records::observation::Interval;
use attune_store::{
    clips::{ClipRow, MachineCoding},
    command::video::{Angle, CameraPlace, CodingPurpose, ProposedSpeech, VideoCommand},
    ids::{ClipId, CodingId},
    media::ingest,
};
use axum::extract::Path;
use serde::Deserialize;

use crate::{
    access::Action,
    answer::{Answer, page as show, see},
    failure::Failure,
    form::Form,
    intake::Taking,
    layout::Layout,
    listening,
    pages::{
        alignment,
        clips::{
            coders,
            taking_in::{not_installed, other_cameras, taken_in},
            words,
        },
        coding_list::length,
    },
    parts::Problems,
    visit::Visit,
    words::moment as moment_in_words,
};

#[derive(Template)]
#[template(path = "clip.html")]
struct Clip {
    layout: Layout,
    study: String,
    clip: ClipRow,
    codings: Vec<Coding>,
    waiting: Vec<String>,
    taking: Vec<Taking>,
    start: String,
    machine: Option<MachineCoding>,
    watched: Vec<Watcher>,
    can_play: bool,
    can_line_up: bool,
}

/// Somebody who opened the recording.
struct Watcher {
    who: String,
    last: String,
    times: usize,
}

struct Coding {
    id: CodingId,
    coder: String,
    purpose: &'static str,
    state: &'static str,
    begun: bool,
}

impl Clip {
    /// Proposals, the most likely speech to an infant first.
    fn proposals(&self) -> Vec<&ProposedSpeech> {
        let stretches = self.machine.iter().flat_map(|machine| &machine.stretches);
        let mut all: Vec<_> = stretches.collect();
        all.sort_by_key(|one| one.rank.unwrap_or(u32::MAX));
        all
    }

    /// The coding in which a moment is looked at.
    fn place(&self) -> Option<&CodingId> {
        self.codings.first().map(|coding| &coding.id)
    }
}

/// A number with so many decimals, or a dash.
fn number(value: &Option<f64>, decimals: usize) -> String {
    value.map_or_else(
        || "–".to_owned(),
        |value| attune_analysis::words::fixed(value, decimals),
    )
}

/// Seconds of a time in microseconds.
fn seconds(micros: &i64) -> String {
    format!("{:.2}", *micros as f64 / 1e6)
}

/// Where the room is to open for a time of the recording.
fn moment(clip: &ClipRow, start: &i64) -> i64 {
    let of_clip = clip.angles.first().map(Angle::place);
    let at = of_clip.map_or(*start, |place| place.on_clock(*start));
    (at - 500_000).max(0)
}

/// `GET /studies/{study}/clips/{clip}`.
pub async fn page(visit: Visit, Path((_, id)): Path<(String, ClipId)>) -> Answer {
    let study = visit.study()?.id.clone();
    let store = visit.app.store();
    let clip = store.clip(&study, id).await?;
    let names = coders(&visit, &study).await?;
    let codings = store.codings(&study).await?;
    let codings = codings
        .into_iter()
        .filter(|row| row.clip == id)
        .map(|row| Coding {
            id: row.id,
            coder: names
                .get(&row.coder)
                .cloned()
                .unwrap_or_else(|| "somebody who codes no more".to_owned()),
            purpose: words(row.purpose),
            state: match (row.finished, row.version) {
                (true, _) => "finished",
                (false, 0) => "not begun",
                (false, _) => "begun",
            },
            begun: row.version > 0,
        })
        .collect();
    let mut watched = Vec::new();
    for one in store.watched(&study, id).await? {
        watched.push(Watcher {
            who: visit.app.name_of(&one.actor).await?,
            last: moment_in_words(&one.last),
            times: one.times,
        });
    }
    let machines = store.machine_codings(&study).await?;
    let start = clip.angles.first().map_or(0, |angle| angle.offset);
    show(&Clip {
        layout: Layout::of(&visit, clip.title.clone()),
        study: study.to_string(),
        codings,
        waiting: store.media().waiting()?,
        taking: visit.app.intake().of(&study),
        start: format!("{}", start as f64 / 1e6),
        watched,
        machine: machines.into_iter().find(|one| one.clip == id),
        can_line_up: alignment::is_worth_it(store, &study, &clip).await?,
        can_play: store.why_not_play(&study, id).await?.is_none() && !clip.angles.is_empty(),
        clip,
    })
}

/// The cameras of a session that was coded while it happened, and where they lie on the coder's clock.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    #[serde(default)]
    file: String,
    start: String,
    #[serde(default)]
    cameras: String,
}

impl Recording {
    /// Microseconds of the coder's clock at which the first camera begins.
    fn start(&self, problems: &mut Problems) -> i64 {
        let seconds: Option<f64> = self.start.trim().replace(',', ".").parse().ok();
        match seconds.filter(|seconds| seconds.abs() < 86_400.0) {
            // Bounded above: it fits.
            Some(seconds) => (seconds * 1e6).round() as i64,
            None => {
                problems.add(
                    "start",
                    "Give the second of the coder's clock at which the recording begins, such as 12.4; \
                     less than 0 if it begins before.",
                );
                0
            }
        }
    }

    /// Each camera's file and by how much it begins later than the first.
    fn files(&self, waiting: &[String], problems: &mut Problems) -> Vec<(String, i64)> {
        // A name from the list of the folder, never a path.
        if !waiting.contains(&self.file) {
            problems.add("file", "Choose a file that waits in the inbox.");
        }
        let mut files = vec![(self.file.clone(), 0)];
        files.extend(other_cameras(&self.cameras, &self.file, waiting, problems));
        files
    }
}

/// `POST /studies/{study}/clips/{clip}/recording`: a session that was coded while it happened gets its
/// recording, of one camera or several.
pub async fn attach(
    visit: Visit,
    Path((_, id)): Path<(String, ClipId)>,
    Form(sent): Form<Recording>,
) -> Answer {
    let study = visit.study()?.id.clone();
    let store = visit.app.store().clone();
    let clip = store.clip(&study, id).await?;
    let media = store.media();
    let mut problems = Problems::default();
    let start = sent.start(&mut problems);
    let files = sent.files(&media.waiting()?, &mut problems);
    let missing = ingest::missing_programs();
    if !missing.is_empty() {
        problems.add("file", not_installed(&missing));
    }
    if !problems.is_empty() {
        return Err(Failure::NotRight {
            problems: problems.sentences(),
        });
    }
    let inbox = media.inbox()?.to_owned();
    let intake = visit.app.intake().clone();
    if !intake.begin(&study, &clip.title, &sent.file) {
        return Err(Failure::Conflict {
            reason: "This file is being taken in already.".to_owned(),
        });
    }
    let (actor, at, name) = (visit.actor(Action::LeadCoding)?, visit.at, sent.file);
    let back = format!("/studies/{study}/clips/{id}");
    tokio::spawn(async move {
        let paths: Vec<_> = files.iter().map(|(file, _)| inbox.join(file)).collect();
        let done = async {
            let command = VideoCommand::AttachRecording {
                clip: id,
                angles: taken_in(media, inbox, files).await?,
                start,
            };
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
    Ok(see(&back))
}

/// `POST /studies/{study}/clips/{clip}/listen`: the machine listens, beside the pages.
pub async fn listen(visit: Visit, Path((_, id)): Path<(String, ClipId)>) -> Answer {
    let study = visit.study()?.id.clone();
    let store = visit.app.store().clone();
    let clip = store.clip(&study, id).await?;
    let Some(angle) = clip.angles.first().filter(|_| clip.removed.is_none()) else {
        return Err(Failure::Conflict {
            reason: "There is no recording to listen to.".to_owned(),
        });
    };
    if let Some(why) = store.why_not_play(&study, id).await? {
        return Err(Failure::Conflict {
            reason: format!("It may not be played, not even to a machine: {why}."),
        });
    }
    let (media, playing) = (store.media(), angle.playing.clone());
    let speakers = who_speaks(&visit, &clip, angle.place()).await?;
    let intake = visit.app.intake().clone();
    let name = format!("The sound of “{}”", clip.title);
    if !intake.begin(&study, &clip.title, &name) {
        return Err(Failure::Conflict {
            reason: "The machine is listening to it already.".to_owned(),
        });
    }
    let (actor, at) = (visit.actor(Action::LeadCoding)?, visit.at);
    let back = format!("/studies/{study}/clips/{id}");
    tokio::spawn(async move {
        let heard =
            tokio::task::spawn_blocking(move || listening::listen(&media, &playing, &speakers));
        let done = async {
            let stretches = heard.await.map_err(|error| {
                tracing::error!(%error, "the machine that listens broke off");
                "the machine broke off; the server's log says where".to_owned()
            })?;
            let command = VideoCommand::ProposeSpeech {
                clip: id,
                machine: listening::MACHINE.to_owned(),
                stretches: stretches.map_err(|error| error.to_string())?,
            };
            let kept = store.change_video(&actor, &study, vec![command], at);
            kept.await.map(drop).map_err(|error| error.to_string())
        };
        intake.end(&name, done.await.err());
    });
    Ok(see(&back))
}

/// When whom somebody coded as speaking: of the first finished coding that says so, first codings before
/// others. Each voice is then heard against its own.
async fn who_speaks(
    visit: &Visit,
    clip: &ClipRow,
    place: CameraPlace,
) -> Result<Vec<(Arc<str>, Interval)>, Failure> {
    let study = &visit.study()?.id;
    let store = visit.app.store();
    let scheme = store
        .coding_scheme(study, &clip.scheme, clip.scheme_version)
        .await?;
    let speech: BTreeSet<&str> = scheme
        .behaviours()
        .filter(|(_, has_end)| *has_end)
        .map(|(behaviour, _)| behaviour)
        .filter(|one| {
            [&*one.id, &*one.label]
                .into_iter()
                .any(listening::sounds_like_speech)
        })
        .map(|one| &*one.id)
        .collect();
    let mut codings = store.codings(study).await?;
    codings.retain(|row| row.clip == clip.id && row.finished);
    codings.sort_by_key(|row| row.purpose != CodingPurpose::Study);
    for row in codings {
        let content = store.coding(study, row.id).await?;
        let found = listening::speakers(&content.events, place, |id| speech.contains(id));
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// Whether coders in training see the proposals.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    #[serde(default)]
    offered: Option<String>,
}

/// `POST /studies/{study}/clips/{clip}/offer`.
pub async fn offer(
    visit: Visit,
    Path((_, id)): Path<(String, ClipId)>,
    Form(sent): Form<Offer>,
) -> Answer {
    let command = VideoCommand::OfferProposals {
        clip: id,
        offered: sent.offered.is_some(),
    };
    changed(&visit, id, command).await
}

/// Which coding.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    coding: CodingId,
}

/// `POST /studies/{study}/clips/{clip}/take-back`: nobody is to code it any more.
pub async fn take_back(
    visit: Visit,
    Path((_, id)): Path<(String, ClipId)>,
    Form(sent): Form<Which>,
) -> Answer {
    let command = VideoCommand::TakeBackClip {
        coding: sent.coding,
    };
    changed(&visit, id, command).await
}

async fn changed(visit: &Visit, clip: ClipId, command: VideoCommand) -> Answer {
    let study = visit.study()?.id.clone();
    let store = visit.app.store();
    let row = store.clip(&study, clip).await?;
    let actor = visit.actor(Action::LeadCoding)?;
    store
        .change_video(&actor, &study, vec![command], visit.at)
        .await?;
    Ok(see(&format!("/studies/{study}/clips/{}", row.id)))
}
