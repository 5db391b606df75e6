//! A coding as the lines of a file of codings: who was there, what nobody could code, samples in which nothing
//! was the case, who could not be seen in one, what happened, what was rated. Which column each part has is the file's matter.

use std::sync::Arc;

use attune_protocol::missing::Missing;

use crate::{
    observation::{Event, Interval, Modifier, Sampled, Span},
    records::SessionCoding,
    session_coding::NOT_CODABLE,
};

/// One line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CodingLine {
    /// Who.
    pub subject: Option<Arc<str>>,
    /// What; none where somebody was there, and where a sample was answered with nothing.
    pub behaviour: Option<Arc<str>>,
    /// To whom.
    pub target: Option<Arc<str>>,
    /// Begin in seconds.
    pub start: Option<f64>,
    /// End in seconds.
    pub stop: Option<f64>,
    /// The sample that it answers.
    pub sample: Option<Sampled>,
    /// Details.
    pub modifiers: Vec<Modifier>,
    /// A rating, or why there is none.
    pub value: Option<Result<f64, Missing>>,
}

impl CodingLine {
    /// What was chosen of a modifier, as a cell has it: several with `; ` between them, `–` for nothing of it;
    /// `None` where nobody said.
    pub fn modifier(&self, id: &str) -> Option<String> {
        let found = self.modifiers.iter().find(|one| *one.set == *id)?;
        Some(match found.values.as_slice() {
            [] => "–".to_owned(),
            values => values.join("; "),
        })
    }
}

/// The lines of a coding of one recording.
pub fn coding_lines(coding: &SessionCoding) -> Vec<CodingLine> {
    let mut lines: Vec<CodingLine> = coding
        .people
        .iter()
        .map(|person| CodingLine {
            subject: Some(person.clone()),
            ..CodingLine::default()
        })
        .collect();
    lines.extend(coding.not_codable.iter().map(|part| CodingLine {
        behaviour: Some(Arc::from(NOT_CODABLE)),
        ..of_stretch(*part)
    }));
    let is_answered_with_something = |sampled: Sampled| {
        let mut events = coding.events.iter();
        let mut not_seen = coding.not_seen.iter();
        events.any(|event| event.sampled == Some(sampled))
            || not_seen.any(|one| one.sample.sampled == sampled)
    };
    let empty = coding.samples.iter().map(|sample| sample.sampled);
    let empty = empty.filter(|sampled| !is_answered_with_something(*sampled));
    lines.extend(empty.map(|sampled| CodingLine {
        sample: Some(sampled),
        ..CodingLine::default()
    }));
    lines.extend(coding.not_seen.iter().map(|one| CodingLine {
        subject: Some(one.subject.clone()),
        behaviour: Some(Arc::from(NOT_CODABLE)),
        sample: Some(one.sample.sampled),
        ..CodingLine::default()
    }));
    lines.extend(coding.events.iter().map(of_event));
    lines.extend(coding.ratings.iter().map(|(id, value)| CodingLine {
        behaviour: Some(Arc::from(id.as_str())),
        value: Some(*value),
        ..CodingLine::default()
    }));
    lines
}

fn of_stretch(stretch: Interval) -> CodingLine {
    CodingLine {
        start: Some(stretch.start().seconds()),
        stop: Some(stretch.stop().seconds()),
        ..CodingLine::default()
    }
}

fn of_event(event: &Event) -> CodingLine {
    let times = match event.span {
        Span::State(bout) => of_stretch(bout),
        Span::Point(at) | Span::Open { start: at } => CodingLine {
            start: Some(at.seconds()),
            ..CodingLine::default()
        },
        Span::Unstarted { stop } => CodingLine {
            stop: Some(stop.seconds()),
            ..CodingLine::default()
        },
    };
    CodingLine {
        subject: event.subject.clone(),
        behaviour: Some(event.behaviour.clone()),
        target: event.target.clone(),
        sample: event.sampled,
        modifiers: event.modifiers.as_slice().to_vec(),
        ..times
    }
}
