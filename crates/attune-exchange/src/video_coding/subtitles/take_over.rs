//! Captions as an observation: each is a bout of the behaviour `caption`, its words a comment, its voice
//! the subject; of several voices in one caption each has its own.

use std::sync::Arc;

use attune_records::observation::{Event, Interval, Observation, Span};

use super::{
    Cue, Subtitles,
    markup::{Said, said},
};
use crate::video_coding::{
    CodingFaults, CodingRead, NotTakenOver, boris::list_rows, one_observation::project_of,
    tracks::scheme_of_events,
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
        let (mut placed, mut styled) = (Vec::new(), Vec::new());
        for cue in self.cues() {
            if !cue.settings.is_empty() {
                placed.push(cue.line);
            }
            let Some(interval) = Interval::new(cue.start, cue.stop) else {
                not_taken_over.push(NotTakenOver::new(
                    "a caption",
                    format!("line {}", cue.line),
                    "it ends before it begins",
                ));
                continue;
            };
            let (said, has_look) = said(self.form, &cue.text);
            if has_look {
                styled.push(cue.line);
            }
            let silent = [Said::default()];
            let said = if said.is_empty() {
                &silent[..]
            } else {
                &said[..]
            };
            events.extend(
                said.iter()
                    .map(|said| event(cue, said, &behaviour, interval)),
            );
        }
        for (lines, what, why) in [
            (
                placed,
                "positions of captions",
                "an event has no place on the screen",
            ),
            (
                styled,
                "looks of captions",
                "an event has words, no colours and no slant",
            ),
        ] {
            if !lines.is_empty() {
                let what = format!("{what}: {}", lines.len());
                not_taken_over.push(NotTakenOver::new(what, list_lines(&lines), why));
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

fn event(cue: &Cue, said: &Said, behaviour: &Arc<str>, interval: Interval) -> Event {
    Event {
        subject: said.voice.as_deref().map(Arc::from),
        comment: (!said.words.is_empty()).then(|| Arc::from(said.words.as_str())),
        row: cue.line,
        ..Event::new(Arc::clone(behaviour), Span::State(interval))
    }
}

fn list_lines(lines: &[u32]) -> String {
    list_rows(lines).replacen("row", "line", 1)
}
