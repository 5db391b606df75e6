//! A file of codings of sessions: one row per event; a row without a behaviour says that its subject
//! was there.

use std::sync::Arc;

use attune_protocol::{
    data::CodingColumns,
    near_miss::{listed, nearest},
    scheme::Scheme,
};
use attune_records::{
    observation::{Event, Interval, Micros, Span},
    records::SessionCoding,
};

use crate::{
    data_fault::DataFault,
    sheet::{Column, Limits, Sheet},
};

/// The target that is everybody.
const GROUP: &str = "group";

/// Columns that were found.
struct Columns<'a> {
    session: Column<'a>,
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
) -> Vec<SessionCoding> {
    let session = sheet.column(&names.session);
    let coder = sheet.optional_column(names.coder.as_ref());
    let length = sheet.column(&names.length);
    let subject = sheet.column(&names.subject);
    let behaviour = sheet.column(&names.behaviour);
    let target = sheet.optional_column(names.target.as_ref());
    let start = sheet.column(&names.start);
    let stop = sheet.optional_column(names.stop.as_ref());
    let (Some(session), Some(length), Some(subject), Some(behaviour), Some(start)) =
        (session, length, subject, behaviour, start)
    else {
        return Vec::new();
    };
    let columns = Columns {
        session,
        coder,
        length,
        subject,
        behaviour,
        target,
        start,
        stop,
    };
    let mut codings: Vec<SessionCoding> = Vec::new();
    for row in sheet.rows() {
        read_row(sheet, row, &columns, scheme, &mut codings);
    }
    codings
}

fn read_row<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    columns: &Columns<'a>,
    scheme: &Scheme,
    codings: &mut Vec<SessionCoding>,
) -> Option<()> {
    let session = sheet.required(row, &columns.session, "the code of the session")?;
    let session = sheet.name(session);
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
    let same = |one: &SessionCoding| one.session == session && one.coder == coder;
    let place = match codings.iter().rposition(same) {
        Some(place) => place,
        None => {
            codings.push(SessionCoding {
                session,
                scheme: scheme.id.clone(),
                coder,
                window,
                people: Vec::new(),
                events: Vec::new(),
                source: sheet.row_source(row),
            });
            codings.len() - 1
        }
    };
    if codings[place].window != window {
        // One coding has one length: that of its first row.
        let first = codings[place].window.length().seconds().to_string();
        let fault = DataFault::OutOfRange {
            cell: sheet.cell(row, &columns.length).to_owned(),
            minimum: first.clone(),
            maximum: first,
        };
        sheet.report(row, &columns.length, fault);
        return None;
    }
    let subject = person(sheet, row, &columns.subject, scheme, false)?;
    add(&mut codings[place].people, &subject);
    if sheet.cell(row, &columns.behaviour).is_empty() {
        return Some(());
    }
    let event = event(sheet, row, columns, scheme, (subject, seconds))?;
    if let Some(target) = event.target.as_ref().filter(|target| ***target != *GROUP) {
        add(&mut codings[place].people, target);
    }
    codings[place].events.push(event);
    Some(())
}

fn add(people: &mut Vec<Arc<str>>, person: &Arc<str>) {
    if !people.contains(person) {
        people.push(person.clone());
    }
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
