//! What was coded in the room as observations, the form in which agreement, sequences and measures read
//! codings, whichever tool they come from.

use std::{collections::BTreeMap, sync::Arc};

use attune_protocol::{
    id::{SchemeId, StudyId},
    scheme::{Sampling, Scheme},
};
use attune_records::observation::{
    CodingProject, Event, Frames, Interval, Micros, Modifier, Modifiers, NotSeen, Observation,
    ObservationKind, Rated, Rating, Sample, SchemeAsRead, Span, people_there,
};
use attune_records::{records::SessionCoding, source::Source};

use crate::{
    clips::{ClipRow, CodingRow},
    coding_rules,
    codings::CodingContent,
    command::video::{CodedEvent, ModifierAnswer, RatingAnswer},
    error::Result,
    store::Store,
};

impl Store {
    /// Everything that was coded of a study by one version of a scheme: of these codings one
    /// observation each, named by the coding's id, its recording and its coder.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn coded_project(
        &self,
        study: &StudyId,
        scheme: &SchemeId,
        version: u32,
        wanted: impl Fn(&CodingRow) -> bool,
    ) -> Result<CodingProject> {
        let coded = self.coded_by(study, scheme, version, wanted).await?;
        Ok(coded.project)
    }

    /// The same with the scheme and with who was noted as being there.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn coded_by(
        &self,
        study: &StudyId,
        scheme: &SchemeId,
        version: u32,
        wanted: impl Fn(&CodingRow) -> bool,
    ) -> Result<CodedByScheme> {
        let found = self.coding_scheme(study, scheme, version).await?;
        let clips: Vec<ClipRow> = self.clips(study).await?;
        let is_of_scheme = |row: &CodingRow| {
            clips.iter().any(|clip| {
                clip.id == row.clip && clip.scheme == *scheme && clip.scheme_version == version
            })
        };
        let (mut observations, mut people) = (Vec::new(), BTreeMap::new());
        for row in self.codings(study).await? {
            if is_of_scheme(&row) && wanted(&row) {
                let content = self.coding(study, row.id).await?;
                observations.push(observation(&found, &row, &content));
                people.insert(row.id.to_string(), present(&found, &content));
            }
        }
        let mut project = CodingProject::default();
        project.name = study.to_string();
        project.description.clone_from(&found.title);
        project.scheme = SchemeAsRead::planned(&found);
        Ok(CodedByScheme {
            scheme: found,
            // Ids of codings differ.
            project: project.with_observations(observations).unwrap_or_default(),
            present: people,
        })
    }
}

/// Codings by one version of a scheme.
#[derive(Debug)]
pub struct CodedByScheme {
    /// The scheme.
    pub scheme: Arc<Scheme>,
    /// One observation per coding, named by the coding's id.
    pub project: CodingProject,
    /// People noted as being there, by the coding's id.
    pub present: BTreeMap<String, Vec<Arc<str>>>,
}

impl CodedByScheme {
    /// A coding as the scheme measures it; `None` where it is not known what was to be coded.
    pub fn measurable(&self, id: &str) -> Option<SessionCoding> {
        let observation = self.project.observation(id)?;
        let source = Source {
            file: Arc::from(format!("coding:{id}")),
            row: 0,
            column: None,
        };
        SessionCoding::of_observation(
            &self.scheme,
            observation,
            observation.recording.clone()?,
            self.present.get(id).cloned().unwrap_or_default(),
            source,
        )
    }
}

/// One coding as an observation: stretches of the room's own become its window and what nobody could
/// code, everything else its events.
pub fn observation(scheme: &Scheme, row: &CodingRow, content: &CodingContent) -> Observation {
    let mut one = Observation::new(row.id.to_string());
    one.recording = Some(Arc::from(row.clip.to_string()));
    one.coder = Some(Arc::from(row.coder.to_string()));
    one.date = row
        .finished_at
        .map(|at| at.date().to_string())
        .unwrap_or_default();
    one.window = window(content);
    if content.angles.is_empty() {
        one.kind = ObservationKind::Live;
    }
    let is_own = |event: &CodedEvent| coding_rules::is_of_the_room(scheme, &event.behaviour);
    one.not_codable = content
        .events
        .iter()
        .filter(|(_, event)| is_own(event) && event.behaviour == coding_rules::NOT_CODABLE)
        .filter(|(_, event)| event.sampled.is_none())
        .filter_map(|(_, event)| Interval::new(Micros(event.start), Micros(event.stop?)))
        .collect();
    one.people = Some(people_there(scheme, &present(scheme, content)));
    one.scan_every = scheme.sampling.iter().find_map(|sampling| match sampling {
        // Bounded by the scheme's check: it fits.
        Sampling::Scan { seconds } => Some(Micros((seconds * 1e6).round() as i64)),
        _ => None,
    });
    one.samples = content
        .events
        .iter()
        .filter(|(_, event)| is_own(event) && event.behaviour == coding_rules::SAMPLED)
        .filter_map(|(_, event)| {
            let interval = Interval::new(Micros(event.start), Micros(event.stop?))?;
            Some(Sample {
                sampled: event.sampled?,
                interval,
            })
        })
        .collect();
    one.not_seen = content
        .events
        .iter()
        .filter(|(_, event)| is_own(event) && event.behaviour == coding_rules::NOT_CODABLE)
        .filter_map(|(_, event)| {
            let interval = Interval::new(Micros(event.start), Micros(event.stop?))?;
            Some(NotSeen {
                sample: Sample {
                    sampled: event.sampled?,
                    interval,
                },
                subject: Arc::from(event.subject.as_deref()?),
            })
        })
        .collect();
    one.ratings = content
        .ratings
        .iter()
        .map(|(item, answer)| Rating {
            item: Arc::from(item.as_str()),
            subject: None,
            phase: None,
            rated: match answer {
                RatingAnswer::Rated(points) => Rated::Points(*points),
                RatingAnswer::NotCodable => Rated::NotCodable,
            },
        })
        .collect();
    let events = content
        .events
        .iter()
        .filter(|(_, coded)| !is_own(coded))
        .map(|(_, coded)| event(coded))
        .collect();
    one.with_events(events)
}

/// People whom the coder noted as being there, in that order.
pub fn present(scheme: &Scheme, content: &CodingContent) -> Vec<Arc<str>> {
    let is_present = |event: &&CodedEvent| {
        event.behaviour == coding_rules::PRESENT
            && coding_rules::is_of_the_room(scheme, &event.behaviour)
    };
    let noted = content.events.iter().map(|(_, event)| event);
    noted
        .filter(is_present)
        .filter_map(|event| event.subject.as_deref().map(Arc::from))
        .collect()
}

/// What was to be coded: while it happened, the time between the coder's start and stop; otherwise the
/// recording, by the coder's clock.
fn window(content: &CodingContent) -> Option<Interval> {
    let observed = content
        .events
        .iter()
        .find(|(_, event)| event.behaviour == coding_rules::OBSERVED);
    if let Some((_, event)) = observed {
        let last = content.events.iter().filter_map(|(_, event)| event.stop);
        let stop = event.stop.or_else(|| last.max())?;
        return Interval::new(Micros(event.start), Micros(stop));
    }
    let first = content.angles.first()?;
    let start = first.offset.max(0);
    Interval::new(Micros(start), Micros(first.end_on_clock()))
}

fn event(coded: &CodedEvent) -> Event {
    let start = Micros(coded.start);
    let span = match coded.stop {
        _ if coded.point => Span::Point(start),
        Some(stop) => match Interval::new(start, Micros(stop)) {
            Some(interval) => Span::State(interval),
            None => Span::Open { start },
        },
        None => Span::Open { start },
    };
    let mut event = Event::new(coded.behaviour.as_str(), span);
    event.subject = coded.subject.as_deref().map(Arc::from);
    event.target = coded.target.as_deref().map(Arc::from);
    event.modifiers = modifiers(coded);
    event.sampled = coded.sampled;
    event.comment = (!coded.comment.is_empty()).then(|| Arc::from(coded.comment.as_str()));
    event.frames = coded.start_frame.map(|start| Frames {
        start,
        stop: coded.stop_frame,
    });
    event
}

fn modifiers(coded: &CodedEvent) -> Modifiers {
    let one = |(set, answer): (&String, &ModifierAnswer)| Modifier {
        set: Arc::from(set.as_str()),
        values: match answer {
            ModifierAnswer::Number(number) => vec![Arc::from(number.to_string())],
            ModifierAnswer::Words(words) => {
                words.iter().map(|word| Arc::from(word.as_str())).collect()
            }
        },
    };
    Modifiers::new(coded.modifiers.iter().map(one).collect())
}
