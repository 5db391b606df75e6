//! BORIS projects (`.boris`, JSON of format 7.0 and of older ones with the same shape).
//!
//! The events of all observations are read in one pass into rows that share their texts; everything
//! else is kept as JSON, so that writing back loses nothing. Begin and end of a state are the same
//! code in two rows, told apart only by their order: `pairing` does that once, per subject, code and
//! modifiers.

mod counts;
mod ethogram;
mod lay_out;
mod pairing;
mod rows;
mod take_over;
mod write;

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{CodingFault, text::text_of};

pub(super) use pairing::{list_rows, read_modifiers};
pub use rows::{BorisObservation, BorisRow};
pub(super) use take_over::{coder, file_name, unpaired_warnings};

/// A project file.
#[derive(Debug, Clone, PartialEq)]
pub struct BorisProject {
    /// All keys but `observations`, in the order of the file.
    pub(super) rest: Map<String, Value>,
    /// Observations in the order of the file.
    pub(super) observations: Vec<BorisObservation>,
    /// What was mended while reading.
    pub(super) mended: Vec<String>,
}

/// The newest format of projects; a newer one would mean things that nobody here knows.
const NEWEST_FORMAT: f64 = 7.0;

/// Most values of a project: a row of events has five. A file of small values alone would take thirty times
/// its size in memory.
const MOST_VALUES: usize = 10_000_000;

/// Most behaviours of an ethogram: each event is looked up among them.
const MOST_BEHAVIOURS: usize = 10_000;

impl BorisProject {
    /// Reads a project.
    ///
    /// # Errors
    ///
    /// No JSON, no project, or a format newer than 7.0.
    pub fn read(bytes: &[u8]) -> Result<Self, CodingFault> {
        let in_utf_8 = match bytes {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Cow::Owned(text_of(bytes)?.0.into_bytes()),
            bytes => Cow::Borrowed(bytes),
        };
        let bytes = in_utf_8.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&in_utf_8);
        if let Err(error) = std::str::from_utf8(bytes) {
            return Err(CodingFault::new(
                format!("byte {}", error.valid_up_to() + 1),
                "the file is no text in UTF-8, as BORIS writes it",
                "open it in BORIS and save it again, or see whether it is another kind of file",
            ));
        }
        if bytes
            .iter()
            .all(|byte| byte.is_ascii_whitespace() || *byte == 0)
        {
            return Err(CodingFault::of_file(
                "the file is empty, or holds zeros only",
                "BORIS leaves empty files after a crash while saving; look for its backup beside it",
            ));
        }
        if n_values(bytes) > MOST_VALUES {
            return Err(CodingFault::of_file(
                "the project holds more than ten million values, which is two million events",
                "split it in BORIS into several projects",
            ));
        }
        let project = match rows::parse(bytes) {
            Ok(project) => project,
            Err(first) => rows::parse_with_bare_numbers(bytes).ok_or_else(|| no_json(&first))?,
        };
        project.check_format()?;
        Ok(project)
    }

    fn check_format(&self) -> Result<(), CodingFault> {
        if !self.rest.contains_key("behaviors_conf") {
            return Err(CodingFault::of_file(
                "this is JSON, but no BORIS project: it has no `behaviors_conf`",
                "open it in BORIS and save it, or see whether it is another kind of file",
            ));
        }
        let behaviours = self.rest.get("behaviors_conf").and_then(Value::as_object);
        let n_behaviours = behaviours.map_or(0, Map::len);
        if n_behaviours > MOST_BEHAVIOURS {
            return Err(CodingFault::new(
                "behaviors_conf",
                format!("{n_behaviours} behaviours; at most {MOST_BEHAVIOURS} are read"),
                "no coder could know as many: see where the file comes from",
            ));
        }
        let version = self.rest.get("project_format_version");
        let number = match version {
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(Value::Number(number)) => number.as_f64(),
            _ => None,
        };
        match number {
            Some(newer) if newer > NEWEST_FORMAT => Err(CodingFault::new(
                "project_format_version",
                format!(
                    "format {newer} is newer than {NEWEST_FORMAT:.1}, the newest that is known"
                ),
                "update this program, or export the events from BORIS as a table",
            )),
            _ => Ok(()),
        }
    }

    fn text(&self, key: &str) -> &str {
        self.rest.get(key).and_then(Value::as_str).unwrap_or("")
    }
}

/// No fewer values than there are: texts may hold such signs, too.
fn n_values(bytes: &[u8]) -> usize {
    let begins = |byte: &&u8| matches!(byte, b',' | b'[' | b'{');
    bytes.iter().filter(begins).count()
}

fn no_json(error: &serde_json::Error) -> CodingFault {
    let place = format!("line {}, column {}", error.line(), error.column());
    let (what, remedy) = if error.is_eof() {
        (
            "the file ends in the middle of the project".to_owned(),
            "it was cut off while saving or copying: look for an older copy",
        )
    } else {
        (
            what_is_wrong(&error.to_string()),
            "open it in BORIS and save it again",
        )
    };
    CodingFault::new(place, what, remedy)
}

/// The parser's words in everybody's.
fn what_is_wrong(error: &str) -> String {
    let error = error.split(" at line ").next().unwrap_or(error);
    let type_fault = error.strip_prefix("invalid type: ");
    if let Some((found, expected)) = type_fault.and_then(|rest| rest.split_once(", expected ")) {
        let found = match found.split(' ').next() {
            Some("sequence") => "a list",
            Some("map") => "a table of entries",
            Some("string") => "a text",
            Some("integer" | "floating") => "a number",
            Some("boolean") => "true or false",
            _ => "nothing",
        };
        return format!("{expected} belongs here, not {found}");
    }
    if error.contains("recursion") {
        return "lists within lists, deeper than a BORIS project has them".to_owned();
    }
    "no BORIS project from here on: a sign is missing or too many".to_owned()
}

#[cfg(test)]
mod tests {
    use attune_records::observation::{Interval, Micros, Span};

    use super::BorisProject;

    const ETHOGRAM: &str = r#""behaviors_conf": {
        "0": {"type": "State event", "key": "g", "code": "gaze", "modifiers":
            {"0": {"name": "at", "type": 0, "values": ["face (f)", "toy"]}, "1": {"name": "how", "type": 1, "values": ["long", "soft"]}}},
        "1": {"type": "Point event", "key": "v", "code": "voice", "modifiers": {}}},
        "subjects_conf": {"0": {"key": "i", "name": "infant", "description": ""}}"#;

    fn with_events(events: &str) -> String {
        format!(
            r#"{{"project_format_version": "7.0", {ETHOGRAM},
            "observations": {{"clip": {{"type": "LIVE", "events": {events}}}}}}}"#
        )
    }

    fn spans(events: &str) -> Vec<String> {
        let project = BorisProject::read(with_events(events).as_bytes()).expect("a project");
        let read = project.to_project().expect("observations");
        let events = read.project.observations()[0].events().iter();
        events
            .map(|event| {
                let when = match event.span {
                    Span::State(interval) => interval.to_string(),
                    Span::Point(at) => format!("at {at}"),
                    Span::Open { start } => format!("open from {start}"),
                    Span::Unstarted { stop } => format!("until {stop}"),
                };
                format!("{} [{}] {when}", event.behaviour, event.modifiers)
            })
            .collect()
    }

    #[test]
    fn bouts_are_paired_by_subject_code_and_modifiers() {
        let events = r#"[[1, "infant", "gaze", "face|long,soft", ""], [2.5, "infant", "gaze", "toy|None", "a"],
            [3, "infant", "gaze", "face |long,soft", ""], [3, "", "voice", "", ""], [4, "infant", "gaze", "toy|None", "b"]]"#;
        assert_eq!(
            spans(events),
            [
                "gaze [face | long, soft] 1–3 s",
                "gaze [toy | –] 2.5–4 s",
                "voice [] at 3"
            ]
        );
    }

    #[test]
    fn a_missing_key_press_leaves_one_open_bout_and_no_other_is_shifted() {
        let events = r#"[[1, "infant", "gaze", "", ""], [2, "infant", "gaze", "", ""],
            [3, "infant", "gaze", "", ""], [4, "", "gaze", "", ""], [5, "", "gaze", "", ""]]"#;
        assert_eq!(
            spans(events),
            ["gaze [] 1–2 s", "gaze [] open from 3", "gaze [] 4–5 s"]
        );
    }

    #[test]
    fn what_has_no_time_or_no_entry_in_the_ethogram_is_told() {
        let events = r#"[[NaN, "infant", "voice", "", ""], [2, "infant", "wave", "", ""], [3, "", "voice", "", ""]]"#;
        let project = BorisProject::read(with_events(events).as_bytes()).expect("a project");
        let read = project.to_project().expect("observations");
        let left: Vec<String> = read
            .not_taken_over
            .iter()
            .map(|left| format!("{} ({})", left.what, left.place))
            .collect();
        assert_eq!(
            left,
            [
                "events without a time (observation `clip`, row 1)",
                "events with the code `wave` (observation `clip`, row 2)"
            ]
        );
        assert_eq!(read.project.observations()[0].events().len(), 1);
        assert!(read.warnings[0].contains("NaN"));
    }

    #[test]
    fn other_json_newer_formats_and_cut_files_are_refused() {
        let whole = with_events("[]");
        let newer = whole.replace("\"7.0\"", "\"8.0\"");
        let deep = "[".repeat(100_000);
        for (text, says) in [
            ("", "empty"),
            ("{}", "no BORIS project"),
            (newer.as_str(), "newer"),
            (&whole[..whole.len() / 2], "ends in the middle"),
            ("[1, 2]", "a BORIS project belongs here, not a list"),
            (
                &format!("[{}0]", "0,".repeat(10_000_000)),
                "two million events",
            ),
            (deep.as_str(), "a BORIS project belongs here, not a list"),
            ("{1: 2}", "a sign is missing or too many"),
        ] {
            let fault = BorisProject::read(text.as_bytes()).expect_err(says);
            assert!(fault.to_string().contains(says), "{fault}");
        }
    }

    #[test]
    fn a_project_is_written_as_it_was_read() {
        let text = with_events(
            r#"[[1.25, "infant", "voice", "", "", 31], [2, "", "gaze", "face|None", "x"]]"#,
        );
        let project = BorisProject::read(text.as_bytes()).expect("a project");
        let again = BorisProject::read(&project.to_bytes()).expect("a project");
        assert_eq!(again, project);
    }

    #[test]
    fn an_interval_of_the_observation_is_its_window() {
        let text = with_events("[]").replace(
            r#""type": "LIVE","#,
            r#""type": "LIVE", "observation time interval": [10, 70.5],"#,
        );
        let read = BorisProject::read(text.as_bytes()).map(|project| project.to_project());
        let read = read.expect("a project").expect("observations");
        let window = Interval::new(Micros(10_000_000), Micros(70_500_000));
        assert_eq!(read.project.observations()[0].coded_window(), window);
    }
}
