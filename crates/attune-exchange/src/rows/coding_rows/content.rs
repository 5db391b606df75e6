//! What one row of a file of codings says: a rating, an event, that somebody was there, that nobody could
//! code, or that nothing was the case in a sample.

use std::sync::Arc;

use attune_protocol::{
    missing::Missing,
    near_miss::{listed, nearest},
    scheme::{ActTarget, Rating, Scheme},
};
use attune_records::{
    observation::{Event, Interval, Micros, NotSeen, Sample, Span},
    records::SessionCoding,
    session_coding::NOT_CODABLE,
};

use super::{
    Columns,
    details::details,
    samples::{self, read_sample, sample_times},
    who_may::check_who,
};
use crate::{
    data_fault::DataFault,
    sheet::{Column, Limits, Sheet},
};

/// What a row says.
pub(super) enum Content<'a> {
    Rating(&'a Rating),
    /// Somebody was there.
    Presence(Arc<str>),
    /// Nobody could code.
    NotCodable(Interval),
    /// Somebody could not be seen in a sample.
    NotSeen(NotSeen),
    /// A sample was answered with nothing, of a person where one is named.
    Nothing(Sample, Option<Arc<str>>),
    Event(Event),
}

pub(super) fn content<'a>(
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
        let is_named = |column: &&Column<'_>| !sheet.cell(row, column).is_empty();
        let Some(column) = columns.subject.as_ref().filter(is_named) else {
            return Some(Content::NotCodable(sample.interval));
        };
        let subject = person(sheet, row, column, scheme, false)?;
        return Some(Content::NotSeen(NotSeen { sample, subject }));
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
pub(super) fn read_rating<'a>(
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
        Some(sample)
            if sample.sampled.way.is_whole() && found.is_some_and(|(.., has_end)| !has_end) =>
        {
            let behaviour = found.map_or("", |found| found.0).to_owned();
            let fault = DataFault::LastsNoInterval { behaviour };
            sheet.report(row, &columns.behaviour, fault);
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

pub(super) fn span<'a>(
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
pub(super) fn person<'a>(
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
