//! A file of codings of sessions or dyads: one row per event or rating; a row without a behaviour says
//! that its subject was there.

mod content;
mod details;
mod samples;
mod state_sets;
mod who_may;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use attune_protocol::{
    data::{CodedUnit, CodingColumns},
    plan::About,
    reached::Reached,
    scheme::Scheme,
};
use attune_records::{
    Records,
    observation::{Interval, Micros, Sample},
    records::{DyadCoding, SessionCoding},
};

use super::visit_time::{TimeColumns, VisitTime};
use crate::{
    data_fault::DataFault,
    sheet::{Column, Limits, Sheet},
};

use content::{Content, content, read_rating};
use details::Detail;
use state_sets::check_sets;

/// The codings of a file.
#[derive(Debug, Default)]
pub(crate) struct Codings {
    /// Of sessions.
    pub sessions: Vec<SessionCoding>,
    /// Of dyads.
    pub dyads: Vec<DyadCoding>,
}

/// A coding being read: of a dyad it has the visit.
struct Reading {
    visit: Option<VisitTime>,
    coding: SessionCoding,
    /// The people of the coding.
    known: BTreeSet<Arc<str>>,
    /// The rows of its events.
    rows: Vec<usize>,
}

/// Codings being read, in the order in which the file begins them.
#[derive(Default)]
struct Readings {
    all: Vec<Reading>,
    /// Places of the codings of one session or dyad by one coder.
    places: BTreeMap<OneCoding, Vec<usize>>,
}

/// A session or dyad, who coded it and which recording of it, where noted.
type OneCoding = (Arc<str>, Option<Arc<str>>, Option<Arc<str>>);

/// Columns that were found; those that the scheme does not need may be left out.
struct Columns<'a> {
    unit: Column<'a>,
    /// Of codings of dyads.
    time: Option<TimeColumns<'a>>,
    value: Option<Column<'a>>,
    coder: Option<Column<'a>>,
    recording: Option<Column<'a>>,
    recording_begins: Option<Column<'a>>,
    length: Option<Column<'a>>,
    subject: Option<Column<'a>>,
    behaviour: Column<'a>,
    target: Option<Column<'a>>,
    start: Option<Column<'a>>,
    stop: Option<Column<'a>>,
    sample: Option<Column<'a>>,
    details: Vec<Detail<'a>>,
    /// The only subject of the scheme, who is meant where no column says who it was.
    only_subject: Option<Arc<str>>,
}

/// Reads the codings of a file, in the order in which it begins them.
pub(crate) fn read_codings<'a>(
    sheet: &mut Sheet<'a>,
    names: &'a CodingColumns,
    scheme: &'a Scheme,
    records: &Records,
) -> Codings {
    let (unit, time) = match &names.unit {
        CodedUnit::Session(session) => (sheet.column(session), Some(None)),
        CodedUnit::Dyad { dyad, when } => {
            let unit = sheet.column(dyad);
            (unit, TimeColumns::find(sheet, when).map(Some))
        }
    };
    let behaviour = sheet.column(&names.behaviour);
    let mut optional = |name: &'a Option<String>| sheet.optional_column(name.as_ref());
    let [
        coder,
        recording,
        recording_begins,
        length,
        subject,
        target,
        start,
        stop,
        sample,
        value,
    ] = [
        &names.coder,
        &names.recording,
        &names.recording_begins,
        &names.length,
        &names.subject,
        &names.target,
        &names.start,
        &names.stop,
        &names.sample,
        &names.value,
    ]
    .map(&mut optional);
    let details = names.modifiers.iter().filter_map(|(id, heading)| {
        let column = sheet.column(heading)?;
        Some(Detail { id, column })
    });
    let details = details.collect();
    let is_missing =
        |name: &Option<String>, found: &Option<Column<'_>>| name.is_some() && found.is_none();
    let lacks_needed = is_missing(&names.length, &length)
        || is_missing(&names.subject, &subject)
        || is_missing(&names.recording, &recording)
        || is_missing(&names.sample, &sample)
        || is_missing(&names.start, &start);
    let (Some(unit), Some(time), Some(behaviour), false) = (unit, time, behaviour, lacks_needed)
    else {
        return Codings::default();
    };
    let columns = Columns {
        unit,
        time,
        value,
        coder,
        recording,
        recording_begins,
        length,
        subject,
        behaviour,
        target,
        start,
        stop,
        sample,
        details,
        only_subject: scheme
            .only_subject()
            .map(|subject| Arc::from(subject.id.as_str())),
    };
    let mut read = Readings::default();
    for row in sheet.rows() {
        read_row(sheet, row, &columns, (scheme, records), &mut read);
    }
    let mut codings = Codings::default();
    for reading in read.all {
        let Reading {
            visit,
            coding,
            rows,
            ..
        } = reading;
        check_sets(sheet, scheme, &coding, &rows);
        samples::check_not_seen(sheet, &coding, &rows);
        match visit {
            None => codings.sessions.push(coding),
            Some(visit) => codings.dyads.push(DyadCoding {
                dyad: coding.session.clone(),
                wave: visit.wave,
                when: visit.when,
                coding,
            }),
        }
    }
    codings
}

/// Everything that is wrong in a row is told before the row is left.
fn read_row<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    columns: &Columns<'a>,
    (scheme, records): (&'a Scheme, &Records),
    codings: &mut Readings,
) -> Option<()> {
    let what = match columns.time {
        None => "the code of the session",
        Some(_) => "the code of the dyad",
    };
    let unit = sheet.required(row, &columns.unit, what);
    let unit = unit.map(|unit| sheet.name(unit));
    let visit = match (&columns.time, &unit) {
        (None, _) | (Some(_), None) => Some(None),
        (Some(time), Some(unit)) => time
            .read_planned(sheet, row, (About::Dyad, &[]), (records, unit))
            .map(Some),
    };
    let mut named = |column: &Option<Column<'a>>| {
        let cell = sheet.cell(row, column.as_ref()?);
        (!cell.is_empty()).then(|| sheet.name(cell))
    };
    let (coder, recording) = (named(&columns.coder), named(&columns.recording));
    let begins = match &columns.recording_begins {
        Some(column) if !sheet.cell(row, column).is_empty() => {
            let seconds = sheet.number(row, column, Limits::Bounds(Some(0.0), None));
            Some(seconds.ok().and_then(Micros::from_seconds)?)
        }
        _ => None,
    };
    let window = match &columns.length {
        None => Some(None),
        Some(column) => length(sheet, row, column).map(Some),
    };
    let content = content(sheet, row, columns, scheme, window.flatten());
    let (Some(unit), Some(visit), Some(window), Some(content)) = (unit, visit, window, content)
    else {
        return None;
    };
    let one = (unit.clone(), coder.clone(), recording.clone());
    let places = codings.places.entry(one);
    let places = places.or_default();
    let same = |place: &&usize| codings.all[**place].visit == visit;
    let place = match places.iter().rev().find(same) {
        Some(place) => *place,
        None => {
            places.push(codings.all.len());
            codings.all.push(Reading {
                known: BTreeSet::new(),
                rows: Vec::new(),
                visit,
                coding: SessionCoding {
                    session: unit,
                    scheme: scheme.id.clone(),
                    version: scheme.version,
                    coder,
                    recording,
                    begins,
                    windows: window.into_iter().collect(),
                    not_codable: Vec::new(),
                    people: Vec::new(),
                    events: Vec::new(),
                    samples: Vec::new(),
                    not_seen: Vec::new(),
                    ratings: Vec::new(),
                    source: sheet.row_source(row),
                },
            });
            codings.all.len() - 1
        }
    };
    let Reading {
        coding,
        known,
        rows,
        ..
    } = &mut codings.all[place];
    if let (Some(column), Some(first)) = (&columns.length, coding.windows.first())
        && window.is_some_and(|window| window != *first)
    {
        let fault = DataFault::LengthsDiffer {
            first: first.length().seconds().to_string(),
            row: coding.source.row,
        };
        sheet.report(row, column, fault);
    }
    if let Some(column) = &columns.recording_begins
        && coding.begins != begins
    {
        let first = coding.begins;
        let fault = DataFault::BeginsDiffer {
            first: first.map_or_else(|| "nothing".to_owned(), |first| first.seconds().to_string()),
            row: coding.source.row,
        };
        sheet.report(row, column, fault);
    }
    let mut add = |person: &Arc<str>| {
        if known.insert(person.clone()) {
            coding.people.push(person.clone());
        }
    };
    match content {
        Content::Rating(rating) => read_rating(sheet, row, columns, rating, coding)?,
        Content::Presence(subject) => add(&subject),
        Content::NotCodable(stretch) => coding.not_codable.push(stretch),
        Content::NotSeen(one) => {
            add(&one.subject);
            samples::answered(coding, one.sample);
            if !coding.not_seen.contains(&one) {
                coding.not_seen.push(one);
            }
        }
        Content::Nothing(sample, subject) => {
            subject.iter().for_each(&mut add);
            samples::answered(coding, sample);
        }
        Content::Event(event) => {
            if let Some(subject) = &event.subject {
                add(subject);
            }
            let actor = event.subject.as_deref().unwrap_or_default();
            let target = event.target.as_deref();
            if let Some(Reached::Person(name)) =
                target.and_then(|target| scheme.reached(actor, target))
            {
                add(&Arc::from(name));
            }
            if let (Some(sampled), Some(interval)) = (event.sampled, event.span.interval()) {
                samples::answered(coding, Sample { sampled, interval });
            }
            coding.events.push(event);
            rows.push(row);
        }
    }
    Some(())
}

fn length<'a>(sheet: &mut Sheet<'a>, row: usize, column: &Column<'a>) -> Option<Interval> {
    sheet.required(row, column, "the codable length of the recording")?;
    let limits = Limits::Bounds(Some(0.001), None);
    let seconds = sheet.number(row, column, limits).ok()?;
    Interval::new(Micros::ZERO, Micros::from_seconds(seconds)?)
}
