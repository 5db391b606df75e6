//! A file of codings of sessions or dyads: one row per event or rating; a row without a behaviour says
//! that its subject was there.

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
    missing::Missing,
    near_miss::{listed, nearest},
    plan::About,
    reached::Reached,
    scheme::{ActTarget, Rating, Scheme},
};
use attune_records::{
    Records,
    observation::{Event, Interval, Micros, Sample, Span},
    records::{DyadCoding, SessionCoding},
    session_coding::NOT_CODABLE,
};

use super::visit_time::{TimeColumns, VisitTime};
use crate::{
    data_fault::DataFault,
    sheet::{Column, Limits, Sheet},
};

use details::{Detail, details};
use samples::{read_sample, sample_times};
use state_sets::check_sets;
use who_may::check_who;

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

/// What a row says.
enum Content<'a> {
    Rating(&'a Rating),
    /// Somebody was there.
    Presence(Arc<str>),
    /// Nobody could code.
    NotCodable(Interval),
    /// A sample was answered with nothing, of a person where one is named.
    Nothing(Sample, Option<Arc<str>>),
    Event(Event),
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

fn content<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    columns: &Columns<'a>,
    scheme: &'a Scheme,
    window: Option<Interval>,
) -> Option<Content<'a>> {
    let behaviour = sheet.cell(row, &columns.behaviour);
    let sample = read_sample(sheet, row, columns, scheme, window);
    if let Some(rating) = scheme.rating(behaviour) {
        samples::refuse(sheet, row, columns, behaviour);
        return Some(Content::Rating(rating));
    }
    if let (true, Some(sample)) = (behaviour.is_empty(), sample?) {
        let is_named = |column: &&Column<'_>| !sheet.cell(row, column).is_empty();
        let subject = match columns.subject.as_ref().filter(is_named) {
            Some(column) => Some(person(sheet, row, column, scheme, false)?),
            None => None,
        };
        return Some(Content::Nothing(sample, subject));
    }
    if behaviour.is_empty() {
        let Some(column) = &columns.subject else {
            let what = "what was coded";
            sheet.required(row, &columns.behaviour, what)?;
            return None;
        };
        return person(sheet, row, column, scheme, false).map(Content::Presence);
    }
    let is_of_scheme = |id: &str| {
        let spans = scheme.spans.iter();
        let mut all = scheme.behaviours().map(|(one, _)| one).chain(spans);
        all.any(|one| one.id == id || one.label == id)
    };
    if let (true, Some(sample)) = (
        behaviour == NOT_CODABLE && !is_of_scheme(behaviour),
        sample?,
    ) {
        sample_times(sheet, row, columns, sample)?;
        return Some(Content::NotCodable(sample.interval));
    }
    if behaviour == NOT_CODABLE && !is_of_scheme(behaviour) {
        if columns.stop.is_none() {
            sheet.report(row, &columns.behaviour, DataFault::StretchWithoutEnd);
            return None;
        }
        return match span(sheet, row, columns, Some(true), window)? {
            Span::State(stretch) => Some(Content::NotCodable(stretch)),
            Span::Point(_) | Span::Open { .. } | Span::Unstarted { .. } => None,
        };
    }
    event(sheet, row, columns, scheme, (window, sample?)).map(Content::Event)
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
    } else if value == Err(Missing::NotRecorded) && sheet.cell(row, column).is_empty() {
        if rating.may_be_not_codable {
            value = Err(Missing::NotApplicable);
        } else if !sheet.empty_is_declared() {
            sheet.report(row, column, DataFault::NotRated);
        }
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
    (window, sample): (Option<Interval>, Option<Sample>),
) -> Option<Event> {
    let known: Vec<(&str, &str, bool)> = scheme
        .behaviours()
        .chain(scheme.spans.iter().map(|span| (span, true)))
        .map(|(behaviour, has_end)| (behaviour.id.as_str(), behaviour.label.as_str(), has_end))
        // They were found before; here they are named to whoever mistyped one.
        .chain(
            scheme
                .ratings
                .iter()
                .map(|one| (one.id.as_str(), one.label.as_str(), false)),
        )
        .collect();
    let found = sheet.known(row, &columns.behaviour, "behaviour", &known, |one| {
        (one.0, one.1)
    });
    let found = found.map(|found| known[found]);
    let is_span = found.is_some_and(|(id, ..)| scheme.spans.iter().any(|span| span.id == id));
    let subject = match &columns.subject {
        None => Some(columns.only_subject.clone()),
        // A part of the recording concerns everybody.
        Some(column) if is_span && sheet.cell(row, column).is_empty() => Some(None),
        Some(column) => person(sheet, row, column, scheme, false).map(Some),
    };
    let span = match sample {
        Some(_) if is_span => {
            samples::refuse(sheet, row, columns, found.map_or("", |found| found.0));
            None
        }
        Some(sample) => sample_times(sheet, row, columns, sample).map(Span::State),
        None if found.is_some() && !is_span && !scheme.is_continuous() => {
            samples::needed(sheet, row, columns);
            None
        }
        None => span(sheet, row, columns, found.map(|found| found.2), window),
    };
    let behaviours = scheme.behaviours().map(|(behaviour, _)| behaviour);
    let mut behaviours = behaviours.chain(&scheme.spans);
    let behaviour = found.and_then(|(id, ..)| behaviours.find(|one| one.id == id));
    let modifiers = match behaviour {
        Some(behaviour) => details(sheet, row, &columns.details, behaviour),
        None => None,
    };
    let act = found.and_then(|(id, ..)| scheme.acts.iter().find(|act| act.behaviour.id == id));
    let target = match &columns.target {
        Some(column) if act.is_some() => sheet
            .required(row, column, "to whom the act went")
            .and_then(|_| person(sheet, row, column, scheme, true))
            .map(Some),
        _ => Some(None),
    };
    let (Some((id, ..)), Some(subject), Some(span), Some(target), Some(modifiers)) =
        (found, subject, span, target, modifiers)
    else {
        return None;
    };
    let event = Event {
        subject,
        target,
        modifiers,
        sampled: sample.map(|sample| sample.sampled),
        row: sheet.row_source(row).row,
        ..Event::new(id, span)
    };
    let (who, to) = (columns.subject.as_ref(), columns.target.as_ref());
    check_who(sheet, row, (who, to), scheme, &event)?;
    Some(event)
}

fn span<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    columns: &Columns<'a>,
    has_end: Option<bool>,
    window: Option<Interval>,
) -> Option<Span> {
    let length = window.map(|window| window.length().seconds());
    let time = |sheet: &mut Sheet<'a>, column, from| {
        let limits = Limits::Bounds(Some(from), length);
        sheet.number(row, column, limits).ok()
    };
    let column = columns.start.as_ref()?;
    let start = match sheet.required(row, column, "when it began") {
        Some(_) => time(sheet, column, 0.0),
        None => None,
    };
    let stop = match (&columns.stop, has_end) {
        (Some(column), Some(true)) => {
            let what = "the end of a behaviour that has one";
            sheet.required(row, column, what)?;
            Some(time(sheet, column, start.unwrap_or(0.0))?)
        }
        _ => None,
    };
    let begin = Micros::from_seconds(start?)?;
    match (stop, has_end?) {
        (Some(stop), _) => Interval::new(begin, Micros::from_seconds(stop)?).map(Span::State),
        (None, true) => Some(Span::Open { start: begin }),
        (None, false) => Some(Span::Point(begin)),
    }
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
    if scheme.subject_named(name).is_some() || (may_be_group && ActTarget::of_code(name).is_some())
    {
        return Some(sheet.name(name));
    }
    let ids = || scheme.subjects.iter().map(|subject| subject.id.as_str());
    let fault = DataFault::UnknownId {
        kind: "subject",
        cell: name.to_owned(),
        known: listed(ids().chain(may_be_group.then_some(ActTarget::Group.code()))),
    };
    let meant = nearest(name, ids()).map(str::to_owned);
    sheet.report_meaning(row, column, fault, meant);
    None
}
