//! Captions as an observation: each is a bout of the behaviour `caption`, its text a comment, its
//! voice the subject.

use std::sync::Arc;

use attune_records::observation::{Event, Interval, Observation, Span};

use super::{Cue, Subtitles};
use crate::video_coding::{
    CodingFaults, CodingRead, NotTakenOver, one_observation::project_of, tracks::scheme_of_events,
};

/// The behaviour of captions.
pub(super) const CAPTION: &str = "caption";

impl Subtitles {
    /// The observation with this name.
    ///
    /// # Errors
    ///
    /// None; the shape is that of the other kinds.
    pub fn to_project(&self, name: &str) -> Result<CodingRead, CodingFaults> {
        let mut not_taken_over = self.left.clone();
        let behaviour: Arc<str> = Arc::from(CAPTION);
        let mut events = Vec::new();
        for cue in self.cues() {
            match Interval::new(cue.start, cue.stop) {
                Some(interval) => events.push(event(cue, &behaviour, interval)),
                None => not_taken_over.push(NotTakenOver::new(
                    "a caption",
                    format!("line {}", cue.line),
                    "it ends before it begins",
                )),
            }
            if !cue.settings.is_empty() {
                not_taken_over.push(NotTakenOver::new(
                    format!("the position `{}`", cue.settings),
                    format!("line {}", cue.line),
                    "an event has no place on the screen",
                ));
            }
        }
        let scheme = scheme_of_events(&events);
        Ok(CodingRead {
            project: project_of(Observation::new(name).with_events(events), scheme),
            not_taken_over,
            warnings: self.warnings.clone(),
        })
    }
}

fn event(cue: &Cue, behaviour: &Arc<str>, interval: Interval) -> Event {
    let (voice, text) = voice(&cue.text);
    Event {
        subject: voice.map(Arc::from),
        comment: (!text.is_empty()).then(|| Arc::from(text)),
        row: cue.line,
        ..Event::new(Arc::clone(behaviour), Span::State(interval))
    }
}

/// `<v Name>text</v>` is text with a voice.
fn voice(text: &str) -> (Option<&str>, &str) {
    let Some((tag, rest)) = text
        .strip_prefix("<v")
        .and_then(|rest| rest.split_once('>'))
    else {
        return (None, text);
    };
    let name = tag
        .split_once([' ', '\t'])
        .map_or("", |(_, name)| name.trim());
    if name.is_empty() {
        return (None, text);
    }
    (
        Some(name),
        rest.trim_end().strip_suffix("</v>").unwrap_or(rest),
    )
}
