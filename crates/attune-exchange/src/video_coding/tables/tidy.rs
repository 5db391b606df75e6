//! Our own table: one row per bout, described in docs/formats/tidy-bouts.md. What a column means is
//! said by its heading; a row that cannot be read is told with all others.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use attune_records::observation::{
    BehaviourKind, CodingProject, Event, Frames, Interval, Media, Micros, Modifier, Modifiers,
    NotSeen, Observation, ObservationKind, Rated, Rating, Sample, Sampled, Span,
};

use super::{
    boris_observation::definitions,
    grid::{Columns, Grid, Row},
};
use crate::video_coding::{
    CodingFault, CodingFaults, CodingRead, NotTakenOver, intern::Interner, tracks::scheme_of_events,
};

/// Columns of the table of bouts.
const KNOWN: [&str; 19] = [
    "observation",
    "recording",
    "coder",
    "subject",
    "target",
    "behaviour",
    "behavior",
    "kind",
    "start_s",
    "stop_s",
    "duration_s",
    "sample",
    "comment",
    "stop_comment",
    "track",
    "start_frame",
    "stop_frame",
    "window_start_s",
    "window_stop_s",
];
/// Headings of modifiers and variables begin so.
pub(super) const MODIFIER: &str = "modifier:";
/// See above.
pub(super) const VARIABLE: &str = "variable:";
/// The kind of a row that says that a sample was answered, be it with nothing.
pub(super) const ANSWERED: &str = "sampled";
/// Between several values of one modifier.
pub(super) const SEVERAL: &str = "; ";

pub(super) fn to_project(
    grid: &Grid,
    heading: usize,
    name: &str,
) -> Result<CodingRead, CodingFaults> {
    let columns = Columns::new(grid, &grid.rows[heading]);
    let mut reading = Reading {
        observations: Vec::new(),
        places: BTreeMap::new(),
        faults: Vec::new(),
        interner: Interner::default(),
        phases: BTreeSet::new(),
    };
    reading.observation_rows(grid);
    reading.media_rows(grid);
    reading.rating_rows(grid);
    for row in &grid.rows[heading + 1..] {
        if row.cells.iter().any(|cell| !cell.trim().is_empty()) {
            reading.bout(&columns, row, name);
        }
    }
    if let Some(faults) = CodingFaults::of(reading.faults) {
        return Err(faults);
    }
    let all: Vec<Event> = reading
        .observations
        .iter()
        .flat_map(|(_, events)| events.iter().cloned())
        .collect();
    let observations: Vec<Observation> = reading
        .observations
        .into_iter()
        .map(|(one, events)| one.with_events(events))
        .collect();
    let mut project = CodingProject::default();
    project.scheme = scheme_of_events(&all);
    for behaviour in &mut project.scheme.behaviours {
        if reading.phases.contains(&behaviour.code) {
            behaviour.kind = BehaviourKind::Phase;
        }
    }
    project.scheme.variables = definitions(&observations);
    let not_taken_over = columns
        .others(&KNOWN, &[MODIFIER, VARIABLE])
        .into_iter()
        .map(|(_, heading)| {
            let why = "its heading has no meaning here; write `modifier: NAME` or `variable: NAME`";
            NotTakenOver::new(format!("the column `{heading}`"), "headings", why)
        })
        .collect();
    Ok(CodingRead {
        project: project
            .with_observations(observations)
            .expect("observations are told apart by their names"),
        not_taken_over,
        warnings: grid.warnings.clone(),
    })
}

struct Reading {
    observations: Vec<(Observation, Vec<Event>)>,
    places: BTreeMap<Arc<str>, usize>,
    faults: Vec<CodingFault>,
    interner: Interner,
    phases: BTreeSet<Arc<str>>,
}

impl Reading {
    fn place(&mut self, id: &str) -> usize {
        let id = self.interner.shared(id);
        *self.places.entry(Arc::clone(&id)).or_insert_with(|| {
            self.observations.push((Observation::new(id), Vec::new()));
            self.observations.len() - 1
        })
    }

    fn fault(&mut self, row: &Row, what: String, remedy: &str) {
        self.faults.push(CodingFault::new(
            format!("row {}", row.number),
            what,
            remedy,
        ));
    }

    fn bout(&mut self, columns: &Columns<'_>, row: &Row, name: &str) {
        let cell = |name: &str| columns.cell(row, columns.place(&[name]));
        let kind = cell("kind");
        if [NOT_CODABLE, ANSWERED]
            .iter()
            .any(|own| kind.eq_ignore_ascii_case(own))
        {
            return self.not_codable(columns, row, name);
        }
        let behaviour = columns.cell(row, columns.place(&["behaviour", "behavior"]));
        if behaviour.is_empty() {
            return self.fault(row, "no behaviour".to_owned(), "name it, or delete the row");
        }
        let Some(span) = self.span(columns, row) else {
            return;
        };
        let id = match cell("observation") {
            "" => name,
            id => id,
        };
        let place = self.place(id);
        self.describe(place, columns, row);
        if cell("kind") == "phase" {
            let code = self.interner.shared(behaviour);
            self.phases.insert(code);
        }
        let interner = &mut self.interner;
        let mut text = |name: &str| {
            let text = cell(name);
            (!text.is_empty()).then(|| interner.shared(text))
        };
        let mut event = Event {
            subject: text("subject"),
            target: text("target"),
            comment: text("comment"),
            stop_comment: text("stop_comment"),
            track: text("track"),
            row: row.number,
            ..Event::new(behaviour, span)
        };
        if !cell("sample").is_empty() {
            event.sampled = Sampled::read(cell("sample"));
            if event.sampled.is_none() {
                let what = format!("`{}` names no sample", cell("sample"));
                return self.fault(
                    row,
                    what,
                    "write its way and its number from 1, such as scan 3, or empty the cell",
                );
            }
        }
        let frame = |name: &str| cell(name).parse().ok();
        event.frames = frame("start_frame").map(|start| Frames {
            start,
            stop: frame("stop_frame"),
        });
        let sets = columns.beginning(MODIFIER);
        let chosen = |(place, set): &(usize, &str)| {
            let cell = columns.cell(row, Some(*place));
            (!cell.is_empty()).then(|| Modifier {
                set: self.interner.shared(set),
                values: match cell {
                    NOTHING_CHOSEN => Vec::new(),
                    cell => cell
                        .split(SEVERAL.trim())
                        .map(|value| Arc::from(value.trim()))
                        .collect(),
                },
            })
        };
        event.modifiers = Modifiers::new(sets.iter().filter_map(chosen).collect());
        self.observations[place].1.push(event);
    }

    /// A stretch in which nobody could code, a sample that was answered, or in which somebody could not be seen: none
    /// is an event.
    fn not_codable(&mut self, columns: &Columns<'_>, row: &Row, name: &str) {
        let Some((start, stop)) = self.ends(columns, row) else {
            return;
        };
        let Some(stretch) = start
            .zip(stop)
            .and_then(|(start, stop)| Interval::new(start, stop))
        else {
            let remedy = "write start_s and stop_s, the end not before the begin";
            return self.fault(
                row,
                "a stretch that cannot be coded has two ends".to_owned(),
                remedy,
            );
        };
        let id = match columns.cell(row, columns.place(&["observation"])) {
            "" => name,
            id => id,
        };
        let cell = |name: &str| columns.cell(row, columns.place(&[name]));
        let sampled = Sampled::read(cell("sample"));
        let is_answer = cell("kind").eq_ignore_ascii_case(ANSWERED);
        if sampled.is_none() && (is_answer || !cell("sample").is_empty()) {
            let what = format!("`{}` names no sample", cell("sample"));
            let remedy = "write its way and its number from 1, such as scan 3";
            return self.fault(row, what, remedy);
        }
        let place = self.place(id);
        self.describe(place, columns, row);
        let subject = self.interner.shared(cell("subject"));
        let observation = &mut self.observations[place].0;
        match sampled {
            Some(sampled) if is_answer => observation.samples.push(Sample {
                sampled,
                interval: stretch,
            }),
            Some(sampled) if !subject.is_empty() => observation.not_seen.push(NotSeen {
                sample: Sample {
                    sampled,
                    interval: stretch,
                },
                subject,
            }),
            _ => observation.not_codable.push(stretch),
        }
    }

    fn span(&mut self, columns: &Columns<'_>, row: &Row) -> Option<Span> {
        let (start, stop) = self.ends(columns, row)?;
        let kind = columns.cell(row, columns.place(&["kind"])).to_lowercase();
        let span = match (kind.as_str(), start, stop) {
            ("point", Some(at), None) => Some(Span::Point(at)),
            ("point", Some(at), Some(stop)) if at == stop => Some(Span::Point(at)),
            ("state" | "phase" | "", Some(start), Some(stop)) => {
                Interval::new(start, stop).map(Span::State)
            }
            ("open", Some(start), None) => Some(Span::Open { start }),
            ("unstarted", None, Some(stop)) => Some(Span::Unstarted { stop }),
            _ => None,
        };
        if span.is_none() {
            self.fault(
                row,
                format!("kind `{kind}` does not fit its times"),
                "state, phase and not-codable have a begin and an end that is not earlier, a point has start_s alone, open has no end, unstarted no begin",
            );
        }
        span
    }

    /// `start_s` and `stop_s`, each where it is filled.
    fn ends(
        &mut self,
        columns: &Columns<'_>,
        row: &Row,
    ) -> Option<(Option<Micros>, Option<Micros>)> {
        let time = |name: &str| {
            let place = columns.place(&[name]);
            match columns.cell(row, place) {
                "" => Ok(None),
                cell => columns
                    .number(row, place)
                    .and_then(Micros::from_seconds)
                    .map(Some)
                    .ok_or_else(|| format!("{name}: `{cell}` is no time in seconds")),
            }
        };
        let ends = time("start_s").and_then(|start| Ok((start, time("stop_s")?)));
        match ends {
            Ok(ends) => Some(ends),
            Err(what) => {
                self.fault(row, what, "write seconds as a number, such as 12.5");
                None
            }
        }
    }

    /// What every row repeats of its observation; the first row counts, others must not differ.
    fn describe(&mut self, place: usize, columns: &Columns<'_>, row: &Row) {
        let cell = |name: &str| columns.cell(row, columns.place(&[name]));
        let mut differs: Option<&str> = None;
        let is_first = self.observations[place].1.is_empty();
        let one = &mut self.observations[place].0;
        for (name, value) in [("recording", &mut one.recording), ("coder", &mut one.coder)] {
            let cell = cell(name);
            match value {
                Some(known) if **known != *cell && !cell.is_empty() => differs = Some(name),
                None if is_first && !cell.is_empty() => *value = Some(Arc::from(cell)),
                _ => {}
            }
        }
        let number = |name: &str| {
            columns
                .number(row, columns.place(&[name]))
                .and_then(Micros::from_seconds)
        };
        if let (Some(start), Some(stop)) = (number("window_start_s"), number("window_stop_s")) {
            one.window = one.window.or(Interval::new(start, stop));
        }
        if is_first {
            let known = one.variables.iter().map(|(name, _)| Arc::clone(name));
            let mut known: BTreeSet<Arc<str>> = known.collect();
            for (place, name) in columns.beginning(VARIABLE) {
                let name: Arc<str> = Arc::from(name);
                if known.insert(Arc::clone(&name)) {
                    let value = columns.cell(row, Some(place)).to_owned();
                    one.variables.push((name, value));
                }
            }
        }
        if let Some(name) = differs {
            self.fault(
                row,
                format!("{name} differs from that of an earlier row of this observation"),
                "one observation is one coding of one recording by one coder: name it differently",
            );
        }
    }

    /// The sheet with one row per observation.
    fn observation_rows(&mut self, grid: &Grid) {
        let Some((heading, rows)) = grid.sheet("observations").split_first() else {
            return;
        };
        let columns = Columns::new(grid, heading);
        for row in rows {
            let cell = |name: &str| columns.cell(row, columns.place(&[name]));
            if cell("observation").is_empty() {
                continue;
            }
            let place = self.place(cell("observation"));
            let one = &mut self.observations[place].0;
            cell("description").clone_into(&mut one.description);
            cell("date").clone_into(&mut one.date);
            let filled = |name: &str| Some(cell(name)).filter(|c| !c.is_empty()).map(Arc::from);
            one.recording = filled("recording");
            one.coder = filled("coder");
            one.kind = match cell("kind") {
                "live" => ObservationKind::Live,
                "images" => ObservationKind::Images,
                _ => ObservationKind::Media,
            };
            let number = |name: &str| {
                columns
                    .number(row, columns.place(&[name]))
                    .and_then(Micros::from_seconds)
            };
            one.time_offset = number("time_offset_s").unwrap_or_default();
            one.scan_every = number("scan_every_s");
            if let (Some(start), Some(stop)) = (number("window_start_s"), number("window_stop_s")) {
                one.window = Interval::new(start, stop);
            }
            let files = cell("media").split(SEVERAL.trim()).map(str::trim);
            one.media = files
                .filter(|file| !file.is_empty())
                .map(Media::new)
                .collect();
            if let [media] = one.media.as_mut_slice() {
                media.length = number("media_length_s");
            }
            for (place, name) in columns.beginning(VARIABLE) {
                one.variables
                    .push((Arc::from(name), columns.cell(row, Some(place)).to_owned()));
            }
        }
    }

    /// The sheet with one row per media file, which says more than the one cell of their names.
    fn media_rows(&mut self, grid: &Grid) {
        let Some((heading, rows)) = grid.sheet("media").split_first() else {
            return;
        };
        let columns = Columns::new(grid, heading);
        let mut seen = BTreeSet::new();
        for row in rows {
            let cell = |name: &str| columns.cell(row, columns.place(&[name]));
            if cell("observation").is_empty() || cell("file").is_empty() {
                continue;
            }
            let place = self.place(cell("observation"));
            let media = &mut self.observations[place].0.media;
            if seen.insert(place) {
                media.clear();
            }
            let number = |name: &str| columns.number(row, columns.place(&[name]));
            let micros = |name: &str| number(name).and_then(Micros::from_seconds);
            let truth = |name: &str| match cell(name).to_lowercase().as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            };
            media.push(Media {
                player: cell("player").parse().unwrap_or(1),
                offset: micros("offset_s").unwrap_or_default(),
                length: micros("length_s"),
                frames_per_second: number("frames_per_second"),
                has_video: truth("has_video"),
                has_audio: truth("has_audio"),
                media_type: Some(cell("media_type").to_owned()).filter(|kind| !kind.is_empty()),
                ..Media::new(cell("file"))
            });
        }
    }

    /// The sheet with one row per rating.
    fn rating_rows(&mut self, grid: &Grid) {
        let Some((heading, rows)) = grid.sheet("ratings").split_first() else {
            return;
        };
        let columns = Columns::new(grid, heading);
        for row in rows {
            let cell = |name: &str| columns.cell(row, columns.place(&[name]));
            if cell("observation").is_empty() || cell("item").is_empty() {
                continue;
            }
            let points = columns.number(row, columns.place(&["points"]));
            let rated = match (cell("points"), points) {
                (NOT_CODABLE, _) => Rated::NotCodable,
                (_, Some(points)) => Rated::Points(points),
                (other, None) => {
                    self.faults.push(CodingFault::new(
                        format!("sheet ratings, row {}", row.number),
                        format!("points: `{other}` is no number"),
                        format!(
                            "write a number, or `{NOT_CODABLE}`; delete the row where nobody rated"
                        ),
                    ));
                    continue;
                }
            };
            let filled = |name: &str| Some(cell(name)).filter(|c| !c.is_empty()).map(Arc::from);
            let rating = Rating {
                item: Arc::from(cell("item")),
                subject: filled("subject"),
                phase: filled("phase"),
                rated,
            };
            let place = self.place(cell("observation"));
            self.observations[place].0.ratings.push(rating);
        }
    }
}

/// What stands where a set was shown and nothing of it chosen.
pub(super) const NOTHING_CHOSEN: &str = "–";
/// The kind of a stretch in which nobody could code, and a rating that nobody could give.
pub(super) const NOT_CODABLE: &str = "not-codable";
