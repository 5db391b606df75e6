//! The coding room of one clip: the page, what it asks for, and what it sends. Only its coder comes in,
//! and learns the neutral name, the scheme, the frames and their own codes; nothing else is in any
//! answer.

use askama::Template;
use attune_protocol::{id::StudyId, scheme::Scheme};
use attune_store::{
    StoreError,
    coding_rules::{self, OBSERVED, SAMPLED},
    codings::{ChangeAsked, CodingContent},
    command::video::{Doing, Edit, VideoCommand},
    ids::CodingId,
};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query},
    http::header,
    response::IntoResponse,
};
use serde::Deserialize;
use serde_json::json;

use crate::{
    access::Action,
    answer::{Answer, page_with_film as show_film, see},
    assets,
    failure::Failure,
    layout::Layout,
    pages::{coding_comparison, coding_scheme},
    visit::Visit,
    watching,
};

#[derive(Template)]
#[template(path = "coding_room.html")]
struct CodingRoom {
    layout: Layout,
    address: String,
    list: String,
    code: String,
    training: bool,
    finished: bool,
    only_look: bool,
    /// It is coded by the clock, while it happens.
    live: bool,
    /// Without a recording, and not live: a project of another tool.
    without_recording: bool,
}

/// A coding that the visitor may open: their own, or any for whoever leads the coding and is not blind;
/// of a recording that may be played.
pub struct Opened {
    /// The study.
    pub study: StudyId,
    /// Its id.
    pub id: CodingId,
    /// What it holds.
    pub content: CodingContent,
    /// Whether it is somebody else's: whoever leads the coding may look, and nothing more.
    pub only_look: bool,
}

impl Opened {
    /// The visitor's own coding with this id.
    pub async fn by(visit: &Visit, id: &str) -> Result<Self, Failure> {
        let study = visit.study()?.id.clone();
        let id: CodingId = id.parse().map_err(|_| Failure::no_such("clip"))?;
        let store = visit.app.store();
        let content = match store.coding(&study, id).await {
            // In the same words as what is somebody else's.
            Err(StoreError::NotFound { .. }) => return Err(Failure::no_such("clip")),
            content => content?,
        };
        let is_own = content.coder == visit.person()?.id;
        let leads = visit.has_right(Action::LeadCoding) && !visit.is_blind();
        // Somebody else's coding does not exist for other coders.
        if !is_own && !leads {
            return Err(Failure::no_such("clip"));
        }
        if let Some(why) = store.why_not_play(&study, content.clip).await? {
            tracing::info!(coding = %id, why, "a clip that may not be played");
            return Err(Failure::Conflict {
                reason: "This clip may no longer be played. Whoever leads the coding knows more."
                    .to_owned(),
            });
        }
        Ok(Self {
            study,
            id,
            content,
            only_look: !is_own,
        })
    }

    fn address(&self) -> String {
        format!("/studies/{}/coding/{}", self.study, self.id)
    }
}

/// `GET /studies/{study}/coding/{coding}`.
pub async fn page(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    let opened = Opened::by(&visit, &id).await?;
    watching::note(&visit, Action::CodeVideo, opened.id.to_string()).await?;
    let mut layout = Layout::of(&visit, format!("Clip {}", opened.content.code));
    // What was coded with another tool is not coded again by the clock.
    let is_brought = opened.content.is_own || opened.content.is_brought;
    layout.scripts = assets::script("coding_room.js").into_iter().collect();
    show_film(&CodingRoom {
        layout,
        address: opened.address(),
        list: match opened.only_look {
            true => format!("/studies/{}/clips", opened.study),
            false => format!("/studies/{}/coding", opened.study),
        },
        only_look: opened.only_look,
        code: opened.content.code,
        training: opened.content.is_training,
        finished: opened.content.finished,
        live: opened.content.angles.is_empty() && !is_brought,
        without_recording: opened.content.angles.is_empty() && is_brought,
    })
}

/// What is looked at beside a coding.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    /// Another person's coding of the same recording.
    #[serde(default, rename = "with")]
    other: Option<CodingId>,
}

/// `GET /studies/{study}/coding/{coding}/data`.
pub async fn data(
    visit: Visit,
    Path((_, id)): Path<(String, String)>,
    Query(beside): Query<Beside>,
) -> Answer {
    let opened = Opened::by(&visit, &id).await?;
    let store = visit.app.store();
    let content = &opened.content;
    let scheme = store
        .coding_scheme(&opened.study, &content.scheme, content.scheme_version)
        .await?;
    let changes = store.coding_changes(opened.id).await?;
    let address = opened.address();
    let angles: Vec<_> = content
        .angles
        .iter()
        .enumerate()
        .map(|(n, angle)| {
            let peaks = angle
                .peaks
                .as_ref()
                .map(|_| format!("{address}/loudness/{n}"));
            let spectrum = angle
                .spectrum
                .as_ref()
                .map(|_| format!("{address}/spectrum/{n}"));
            json!({
                "spectrum": spectrum,
                "media": format!("{address}/media/{n}"),
                "frame_times": format!("{address}/frames/{n}"),
                "peaks": peaks, "offset": angle.offset, "drift": angle.drift, "length": angle.length,
            })
        })
        .collect();
    // What a machine hears is for whoever leads, and for training where they want it.
    let may_hear = opened.only_look || content.proposals_offered;
    let proposals = match may_hear {
        true => store.machine_codings(&opened.study).await?,
        false => Vec::new(),
    };
    let proposals: Vec<_> = proposals
        .iter()
        .filter(|machine| machine.clip == content.clip)
        .flat_map(|machine| &machine.stretches)
        .map(|one| json!({ "start": one.start, "stop": one.stop, "rank": one.rank }))
        .collect();
    let compared = match beside.other {
        Some(other) if opened.only_look => {
            Some(coding_comparison::compared(&visit, &opened, other).await?)
        }
        _ => None,
    };
    let room = json!({
        "own": content.is_own || content.is_brought, "proposals": proposals, "compared": compared,
        "code": content.code, "training": content.is_training, "finished": content.finished,
        "only_look": opened.only_look, "version": content.version, "scheme": coding_scheme::for_room(&scheme), "angles": angles,
        "events": content.events, "ratings": content.ratings, "changes": changes,
    });
    Ok(Json(room).into_response())
}

/// A change as the room sends it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    key: String,
    base: u32,
    doing: Doing,
    edits: Vec<Edit>,
}

/// `POST /studies/{study}/coding/{coding}/changes`.
pub async fn change(
    visit: Visit,
    Path((_, id)): Path<(String, String)>,
    headers: axum::http::HeaderMap,
    body: Bytes,
) -> Answer {
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"));
    let unreadable = |reason: String| Failure::Unreadable { reason };
    if !is_json {
        return Err(unreadable("a change in JSON was expected".to_owned()));
    }
    let sent: Sent =
        serde_json::from_slice(&body).map_err(|error| unreadable(error.to_string()))?;
    let opened = Opened::by(&visit, &id).await?;
    let change = ChangeAsked {
        key: format!("{} {}", opened.id, sent.key),
        coding: opened.id,
        base: sent.base,
        doing: sent.doing,
        edits: sent.edits,
    };
    let actor = visit.actor(Action::CodeVideo)?;
    let store = visit.app.store();
    let receipt = store
        .change_coding(&actor, &opened.study, change, visit.at)
        .await?;
    let version = receipt.outcomes.first().and_then(|outcome| outcome.version);
    Ok(Json(json!({ "version": version })).into_response())
}

/// `POST /studies/{study}/coding/{coding}/finish`.
pub async fn finish(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    let opened = Opened::by(&visit, &id).await?;
    let content = &opened.content;
    let scheme = visit
        .app
        .store()
        .coding_scheme(&opened.study, &content.scheme, content.scheme_version)
        .await?;
    let mut problems = Vec::new();
    let unanswered = unanswered_samples(&scheme, &opened);
    if unanswered > 0 {
        problems.push(format!(
            "{unanswered} samples of time have no answer yet. Go back to the room and press F6: it asks \
             for the first of them."
        ));
    }
    let events = content.events.iter().map(|(_, event)| event);
    problems.extend(coding_rules::details_not_said(&scheme, events));
    if !problems.is_empty() {
        return Err(Failure::NotRight { problems });
    }
    let command = VideoCommand::FinishCoding { coding: opened.id };
    done(&visit, &opened, command).await?;
    Ok(see(&format!("/studies/{}/coding", opened.study)))
}

/// `POST /studies/{study}/coding/{coding}/reopen`.
pub async fn reopen(visit: Visit, Path((_, id)): Path<(String, String)>) -> Answer {
    let opened = Opened::by(&visit, &id).await?;
    let command = VideoCommand::ReopenCoding { coding: opened.id };
    done(&visit, &opened, command).await?;
    Ok(see(&opened.address()))
}

/// Whole intervals of sampled time that nobody answered for.
fn unanswered_samples(scheme: &Scheme, opened: &Opened) -> usize {
    let content = &opened.content;
    let observed = content
        .events
        .iter()
        .find(|(_, event)| event.behaviour == OBSERVED);
    let length = match (content.angles.first(), observed) {
        (Some(angle), _) => angle.end_on_clock(),
        (None, Some((_, event))) => event.stop.unwrap_or_default(),
        (None, None) => 0,
    };
    let mut unanswered = 0;
    for (way, seconds) in scheme.timed_ways() {
        let n = (length as f64 / 1e6 / seconds).floor() as usize;
        let answered = content
            .events
            .iter()
            .filter(|(_, event)| event.behaviour == SAMPLED)
            .filter_map(|(_, event)| event.sampled)
            .filter(|sampled| sampled.way == way && (sampled.number as usize) < n)
            .count();
        unanswered += n.saturating_sub(answered);
    }
    unanswered
}

async fn done(visit: &Visit, opened: &Opened, command: VideoCommand) -> Result<(), Failure> {
    let actor = visit.actor(Action::CodeVideo)?;
    let store = visit.app.store();
    store
        .change_video(&actor, &opened.study, vec![command], visit.at)
        .await?;
    Ok(())
}
