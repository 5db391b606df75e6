//! `/studies/{study}/clips/{clip}/align`: where each camera lies on the clock of whoever coded, or on that
//! of the first camera. The page works with typed seconds; its script draws the sound of each camera and
//! lets them be dragged (`web/src/alignment.ts`).

use std::collections::BTreeMap;

use askama::Template;
use attune_protocol::id::StudyId;
use attune_store::{
    Store,
    clips::{ClipRow, CodingRow},
    coding_rules::OBSERVED,
    codings::CodingContent,
    command::video::{Angle, CameraPlace, CodedEvent, VideoCommand},
    ids::ClipId,
};
use axum::{
    Json,
    extract::{Path, Request as Asked},
    response::IntoResponse,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    access::Action,
    answer::{Answer, page_with_film as show_film, see},
    failure::Failure,
    form::Form,
    layout::Layout,
    media_answer,
    pages::clips::coders,
    visit::Visit,
    watching,
};

#[derive(Template)]
#[template(path = "alignment.html")]
struct Alignment {
    layout: Layout,
    study: String,
    clip: ClipRow,
    cameras: Vec<Camera>,
    /// It was coded while it happened: the film lies on the coder's clock.
    live: bool,
}

struct Camera {
    number: usize,
    start: String,
    drift: i64,
    /// The others lie on its clock.
    fixed: bool,
}

/// A recording with cameras, which may be played.
struct Opened {
    study: StudyId,
    clip: ClipRow,
    /// Codings of it in which the coder's clock ran.
    live: Vec<(CodingRow, CodingContent)>,
}

impl Opened {
    async fn by(visit: &Visit, id: ClipId) -> Result<Self, Failure> {
        let study = visit.study()?.id.clone();
        let store = visit.app.store();
        let clip = store.clip(&study, id).await?;
        if clip.angles.is_empty() {
            return Err(Failure::Conflict {
                reason: "This session has no recording yet; there is nothing to line up."
                    .to_owned(),
            });
        }
        if let Some(why) = store.why_not_play(&study, id).await? {
            return Err(Failure::Conflict {
                reason: format!("It may not be played: {why}."),
            });
        }
        let live = coded_live(store, &study, id).await?;
        Ok(Self { study, clip, live })
    }

    /// Whether the first camera lies on the clock of a coder and not on its own.
    fn first_may_move(&self) -> bool {
        let first = self.clip.angles.first().map(Angle::place);
        !self.live.is_empty() || first.is_some_and(|place| place != CameraPlace::at(0))
    }

    fn angle(&self, number: &str) -> Result<&Angle, Failure> {
        let number: Option<usize> = number.parse().ok();
        number
            .and_then(|number| self.clip.angles.get(number))
            .ok_or(Failure::no_such("camera"))
    }
}

async fn coded_live(
    store: &Store,
    study: &StudyId,
    clip: ClipId,
) -> Result<Vec<(CodingRow, CodingContent)>, Failure> {
    let mut live = Vec::new();
    for row in store.codings(study).await? {
        if row.clip != clip || row.version == 0 {
            continue;
        }
        let content = store.coding(study, row.id).await?;
        let clock_ran = |(_, event): &(String, CodedEvent)| {
            event.behaviour == OBSERVED && event.subject.is_none()
        };
        if content.events.iter().any(clock_ran) {
            live.push((row, content));
        }
    }
    Ok(live)
}

/// Whether something of a recording could be lined up: several cameras, or a film of a session that was
/// coded while it happened.
///
/// # Errors
///
/// Codings cannot be read.
pub async fn is_worth_it(store: &Store, study: &StudyId, clip: &ClipRow) -> Result<bool, Failure> {
    let first = clip.angles.first().map(Angle::place);
    let by_itself = clip.angles.len() == 1 && first == Some(CameraPlace::at(0));
    Ok(!by_itself || !coded_live(store, study, clip.id).await?.is_empty())
}

/// `GET /studies/{study}/clips/{clip}/align`.
pub async fn page(visit: Visit, Path((_, id)): Path<(String, ClipId)>) -> Answer {
    let opened = Opened::by(&visit, id).await?;
    watching::note(&visit, Action::LeadCoding, id.to_string()).await?;
    let first_may_move = opened.first_may_move();
    let camera = |(index, angle): (usize, &Angle)| Camera {
        number: index + 1,
        start: format!("{}", angle.offset as f64 / 1e6),
        drift: angle.drift,
        fixed: index == 0 && !first_may_move,
    };
    show_film(&Alignment {
        layout: Layout::of(&visit, opened.clip.title.clone()).with_script("alignment.js"),
        study: opened.study.to_string(),
        cameras: opened.clip.angles.iter().enumerate().map(camera).collect(),
        live: !opened.live.is_empty(),
        clip: opened.clip,
    })
}

/// `GET /studies/{study}/clips/{clip}/align/data`.
pub async fn data(visit: Visit, Path((_, id)): Path<(String, ClipId)>) -> Answer {
    let opened = Opened::by(&visit, id).await?;
    let at = format!("/studies/{}/clips/{id}", opened.study);
    let cameras: Vec<Value> = opened
        .clip
        .angles
        .iter()
        .enumerate()
        .map(|(n, angle)| {
            let loudness = angle.peaks.as_ref().map(|_| format!("{at}/loudness/{n}"));
            json!({
                "media": format!("{at}/media/{n}"), "frame_times": format!("{at}/frames/{n}"),
                "loudness": loudness, "length": angle.length,
                "offset": angle.offset, "drift": angle.drift,
            })
        })
        .collect();
    let names = coders(&visit, &opened.study).await?;
    let scheme = visit
        .app
        .store()
        .coding_scheme(
            &opened.study,
            &opened.clip.scheme,
            opened.clip.scheme_version,
        )
        .await?;
    let labels: BTreeMap<String, String> = scheme
        .behaviours()
        .map(|(behaviour, _)| (behaviour.id.clone(), behaviour.label.clone()))
        .collect();
    let coded: Vec<Value> = opened
        .live
        .iter()
        .map(|(row, content)| {
            let events = content
                .events
                .iter()
                .filter(|(_, event)| labels.contains_key(&event.behaviour))
                .map(|(_, event)| {
                    let label = &labels[&event.behaviour];
                    json!({ "start": event.start, "stop": event.stop, "label": label })
                });
            let name = names.get(&row.coder).cloned();
            json!({
                "coder": name.unwrap_or_else(|| "a former coder".to_owned()),
                "events": events.collect::<Vec<_>>(),
            })
        })
        .collect();
    let told = json!({
        "cameras": cameras, "coded": coded, "first_may_move": opened.first_may_move(),
    });
    Ok(Json(told).into_response())
}

type Where = Path<(String, ClipId, String)>;

/// `GET /studies/{study}/clips/{clip}/media/{angle}`.
pub async fn media(visit: Visit, Path((_, id, angle)): Where, asked: Asked) -> Answer {
    let opened = Opened::by(&visit, id).await?;
    let hash = &opened.angle(&angle)?.playing;
    watching::note_once(&visit, Action::LeadCoding, id.to_string()).await?;
    media_answer::answer(visit.app.store(), hash, "video/mp4", asked.headers()).await
}

/// `GET /studies/{study}/clips/{clip}/frames/{angle}`: 64-bit little-endian microseconds.
pub async fn frames(visit: Visit, Path((_, id, angle)): Where, asked: Asked) -> Answer {
    let opened = Opened::by(&visit, id).await?;
    let hash = &opened.angle(&angle)?.frame_times;
    media_answer::answer(visit.app.store(), hash, BYTES, asked.headers()).await
}

/// `GET /studies/{study}/clips/{clip}/loudness/{angle}`: a byte for every fiftieth of a second.
pub async fn loudness(visit: Visit, Path((_, id, angle)): Where, asked: Asked) -> Answer {
    let opened = Opened::by(&visit, id).await?;
    let peaks = opened.angle(&angle)?.peaks.as_ref();
    let hash = peaks.ok_or(Failure::no_such("sound"))?;
    media_answer::answer(visit.app.store(), hash, BYTES, asked.headers()).await
}

const BYTES: &str = "application/octet-stream";

/// Seconds and millionths, camera by camera, as they were typed or dragged.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Typed {
    start1: Option<String>,
    drift1: Option<String>,
    start2: Option<String>,
    drift2: Option<String>,
    start3: Option<String>,
    drift3: Option<String>,
    start4: Option<String>,
    drift4: Option<String>,
}

impl Typed {
    /// The place of each camera; what was not sent stays as it is.
    fn places(&self, angles: &[Angle]) -> Result<Vec<CameraPlace>, Failure> {
        let sent = [
            (&self.start1, &self.drift1),
            (&self.start2, &self.drift2),
            (&self.start3, &self.drift3),
            (&self.start4, &self.drift4),
        ];
        let mut problems = Vec::new();
        let mut places = Vec::new();
        for (n, (angle, (start, drift))) in (1..).zip(angles.iter().zip(sent)) {
            let mut place = angle.place();
            if let Some(start) = start {
                match number(start).filter(|seconds| seconds.abs() < 86_400.0) {
                    // Bounded above: it fits.
                    Some(seconds) => place.offset = (seconds * 1e6).round() as i64,
                    None => problems.push(format!(
                        "Camera {n}: give the second at which it begins, such as 12.4; less than 0 if it begins before."
                    )),
                }
            }
            if let Some(drift) = drift {
                match number(drift).filter(|millionths| millionths.abs() <= 10_000.0) {
                    Some(millionths) => place.drift = millionths.round() as i64,
                    None => problems.push(format!(
                        "Camera {n}: clocks differ by 10,000 millionths at most; 0 if you do not know."
                    )),
                }
            }
            places.push(place);
        }
        match problems.is_empty() {
            true => Ok(places),
            false => Err(Failure::NotRight { problems }),
        }
    }
}

fn number(typed: &str) -> Option<f64> {
    let typed = typed.trim().replace(',', ".").replace('−', "-");
    typed.parse().ok().filter(|number: &f64| number.is_finite())
}

/// `POST /studies/{study}/clips/{clip}/align`.
pub async fn keep(
    visit: Visit,
    Path((_, id)): Path<(String, ClipId)>,
    Form(typed): Form<Typed>,
) -> Answer {
    let opened = Opened::by(&visit, id).await?;
    let places = typed.places(&opened.clip.angles)?;
    let first = opened.clip.angles.first().map(Angle::place);
    if !opened.first_may_move() && places.first().copied() != first {
        return Err(Failure::NotRight {
            problems: vec![
                "The first camera gives the clock, because the codes name its frames; move the others."
                    .to_owned(),
            ],
        });
    }
    let command = VideoCommand::AlignCameras { clip: id, places };
    let actor = visit.actor(Action::LeadCoding)?;
    let store = visit.app.store();
    store
        .change_video(&actor, &opened.study, vec![command], visit.at)
        .await?;
    Ok(see(&format!("/studies/{}/clips/{id}/align", opened.study)))
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn seconds_are_read_with_comma_point_and_a_printed_minus() {
        assert_eq!(number(" 12,4 "), Some(12.4));
        assert_eq!(number("−1.5"), Some(-1.5));
        assert_eq!(number("nan"), None);
        assert_eq!(number(""), None);
    }
}
