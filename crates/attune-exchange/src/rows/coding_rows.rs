//! A file of codings of sessions or dyads: one row per event or rating; a row without a behaviour says
//! that its subject was there.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use attune_protocol::{
    data::{CodedUnit, CodingColumns},
    missing::Missing,
    near_miss::{listed, nearest},
    plan::About,
    scheme::{Rating, Scheme},
};
use attune_records::{
    Records,
    observation::{Event, Interval, Micros, Span},
    records::{DyadCoding, SessionCoding},
};

use super::visit_time::{TimeColumns, VisitTime};
use crate::{
    data_fault::DataFault,
    sheet::{Column, Limits, Sheet},
};

/// The target that is everybody.
const GROUP: &str = "group";

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
}

/// Codings being read, in the order in which the file begins them.
#[derive(Default)]
struct Readings {
    all: Vec<Reading>,
    /// Places of the codings of one session or dyad by one coder.
    places: BTreeMap<(Arc<str>, Option<Arc<str>>), Vec<usize>>,
}

/// Columns that were found.
struct Columns<'a> {
    unit: Column<'a>,
    /// Of codings of dyads.
    time: Option<TimeColumns<'a>>,
    value: Option<Column<'a>>,
    coder: Option<Column<'a>>,
    length: Column<'a>,
    subject: Column<'a>,
    behaviour: Column<'a>,
    target: Option<Column<'a>>,
    start: Column<'a>,
    stop: Option<Column<'a>>,
}

/// Reads the codings of a file, in the order in which it begins them.
pub(crate) fn read_codings<'a>(
    sheet: &mut Sheet<'a>,
    names: &'a CodingColumns,
    scheme: &Scheme,
    records: &Records,
) -> Codings {
    let (unit, time) = match &names.unit {
        CodedUnit::Session(session) => (sheet.column(session), Some(None)),
        CodedUnit::Dyad { dyad, when } => {
            let unit = sheet.column(dyad);
            (unit, TimeColumns::find(sheet, when).map(Some))
        }
    };
    let coder = sheet.optional_column(names.coder.as_ref());
    let length = sheet.column(&names.length);
    let subject = sheet.column(&names.subject);
    let behaviour = sheet.column(&names.behaviour);
    let target = sheet.optional_column(names.target.as_ref());
    let start = sheet.column(&names.start);
    let stop = sheet.optional_column(names.stop.as_ref());
    let value = sheet.optional_column(names.value.as_ref());
    let (Some(unit), Some(time), Some(length), Some(subject), Some(behaviour), Some(start)) =
        (unit, time, length, subject, behaviour, start)
    else {
        return Codings::default();
    };
    let columns = Columns {
        unit,
        time,
        value,
        coder,
        length,
        subject,
        behaviour,
        target,
        start,
        stop,
    };
    let mut read = Readings::default();
    for row in sheet.rows() {
        read_row(sheet, row, &columns, (scheme, records), &mut read);
    }
    let mut codings = Codings::default();
    for Reading { visit, coding, .. } in read.all {
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

fn read_row<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    columns: &Columns<'a>,
    (scheme, records): (&Scheme, &Records),
    codings: &mut Readings,
) -> Option<()> {
    let what = match columns.time {
        None => "the code of the session",
        Some(_) => "the code of the dyad",
    };
    let unit = sheet.required(row, &columns.unit, what)?;
    let unit = sheet.name(unit);
    let visit = match &columns.time {
        None => None,
        Some(time) => Some(time.read_planned(sheet, row, (About::Dyad, &[]), (records, &unit))?),
    };
    let coder = columns
        .coder
        .as_ref()
        .map(|column| sheet.cell(row, column))
        .filter(|coder| !coder.is_empty());
    let coder = coder.map(|coder| sheet.name(coder));
    let seconds = sheet
        .number(row, &columns.length, Limits::Bounds(Some(0.001), None))
        .ok()?;
    let window = Interval::new(Micros::ZERO, Micros::from_seconds(seconds)?)?;
    let places = codings.places.entry((unit.clone(), coder.clone()));
    let places = places.or_default();
    let same = |place: &&usize| codings.all[**place].visit == visit;
    let place = match places.iter().rev().find(same) {
        Some(place) => *place,
        None => {
            places.push(codings.all.len());
            codings.all.push(Reading {
                known: BTreeSet::new(),
                visit,
                coding: SessionCoding {
                    session: unit,
                    scheme: scheme.id.clone(),
                    coder,
                    window,
                    people: Vec::new(),
                    events: Vec::new(),
                    ratings: Vec::new(),
                    source: sheet.row_source(row),
                },
            });
            codings.all.len() - 1
        }
    };
    let Reading { coding, known, .. } = &mut codings.all[place];
    if coding.window != window {
        // One coding has one length: that of its first row.
        let first = coding.window.length().seconds().to_string();
        let fault = DataFault::OutOfRange {
            cell: sheet.cell(row, &columns.length).to_owned(),
            minimum: first.clone(),
            maximum: first,
        };
        sheet.report(row, &columns.length, fault);
        return None;
    }
    let behaviour = sheet.cell(row, &columns.behaviour);
    if let Some(rating) = scheme.rating(behaviour) {
        return read_rating(sheet, row, columns, rating, coding);
    }
    let subject = person(sheet, row, &columns.subject, scheme, false)?;
    let mut add = |person: &Arc<str>| {
        if known.insert(person.clone()) {
            coding.people.push(person.clone());
        }
    };
    add(&subject);
    if sheet.cell(row, &columns.behaviour).is_empty() {
        return Some(());
    }
    let event = event(sheet, row, columns, scheme, (subject, seconds))?;
    if let Some(target) = event.target.as_ref().filter(|target| ***target != *GROUP) {
        add(target);
    }
    coding.events.push(event);
    Some(())
}

/// A judgement; an empty cell says that it could not be made, where the form allows that.
fn read_rating<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    columns: &Columns<'a>,
    rating: &Rating,
    coding: &mut SessionCoding,
) -> Option<()> {
    let Some(column) = &columns.value else {
        sheet.report(row, &columns.behaviour, DataFault::RatingWithoutColumn);
        return None;
    };
    let limits = Limits::Bounds(Some(rating.minimum), Some(rating.maximum));
    let mut value = sheet.number(row, column, limits);
    if let Ok(number) = value {
        let steps = (number - rating.minimum) / rating.step;
        if (steps - steps.round()).abs() > 1e-9 {
            let fault = DataFault::OffTheScale {
                cell: sheet.cell(row, column).to_owned(),
                step: rating.step.to_string(),
                minimum: rating.minimum.to_string(),
            };
            sheet.report(row, column, fault);
            value = Err(Missing::Invalid);
        }
    } else if value == Err(Missing::NotRecorded) && rating.may_be_not_codable {
        value = Err(Missing::NotApplicable);
    }
    if coding.ratings.iter().any(|(known, _)| *known == rating.id) {
        let id = rating.id.to_string();
        sheet.report(row, &columns.behaviour, DataFault::RatedTwice { id });
        return None;
    }
    coding.ratings.push((rating.id.clone(), value));
    Some(())
}

fn event<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    columns: &Columns<'a>,
    scheme: &Scheme,
    (subject, length): (Arc<str>, f64),
) -> Option<Event> {
    let known: Vec<(&str, &str, bool)> = scheme
        .behaviours()
        .chain(scheme.spans.iter().map(|span| (span, true)))
        .map(|(behaviour, has_end)| (behaviour.id.as_str(), behaviour.label.as_str(), has_end))
        .collect();
    let found = sheet.known(row, &columns.behaviour, "behaviour", &known, |one| {
        (one.0, one.1)
    })?;
    let (id, _, has_end) = known[found];
    let start = sheet
        .number(row, &columns.start, Limits::Bounds(Some(0.0), Some(length)))
        .ok()?;
    let begin = Micros::from_seconds(start)?;
    let span = match (&columns.stop, has_end) {
        (Some(stop), true) => {
            sheet.required(row, stop, "the end of a behaviour that has one")?;
            let end = sheet
                .number(row, stop, Limits::Bounds(Some(start), Some(length)))
                .ok()?;
            Span::State(Interval::new(begin, Micros::from_seconds(end)?)?)
        }
        (None, true) => Span::Open { start: begin },
        (_, false) => Span::Point(begin),
    };
    let is_act = scheme.acts.iter().any(|act| act.behaviour.id == id);
    let target = match &columns.target {
        Some(column) if is_act => {
            sheet.required(row, column, "to whom the act went")?;
            Some(person(sheet, row, column, scheme, true)?)
        }
        _ => None,
    };
    Some(Event {
        subject: Some(subject),
        target,
        row: sheet.row_source(row).row,
        ..Event::new(id, span)
    })
}

/// A subject of the scheme, with the number of its family where there are several.
fn person<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    column: &Column<'a>,
    scheme: &Scheme,
    may_be_group: bool,
) -> Option<Arc<str>> {
    let name = sheet.required(row, column, "who it was")?;
    if scheme.subject_named(name).is_some() || (may_be_group && name == GROUP) {
        return Some(sheet.name(name));
    }
    let ids = || scheme.subjects.iter().map(|subject| subject.id.as_str());
    let fault = DataFault::UnknownId {
        kind: "subject",
        cell: name.to_owned(),
        known: listed(ids().chain(may_be_group.then_some(GROUP))),
    };
    let meant = nearest(name, ids()).map(str::to_owned);
    sheet.report_meaning(row, column, fault, meant);
    None
}
