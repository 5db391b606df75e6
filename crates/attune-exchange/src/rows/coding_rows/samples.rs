//! Samples of time: a row that answers one names it by its number, and has its times.

use attune_protocol::scheme::{SampleWay, Scheme};
use attune_records::{
    observation::{Interval, Micros, Sample, Sampled},
    records::SessionCoding,
};

use super::Columns;
use crate::{
    data_fault::DataFault,
    sheet::{Limits, Sheet},
};

/// The sample that a row answers, if it answers one; `None` where that cannot be told, and was reported.
pub(super) fn read_sample<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    columns: &Columns<'a>,
    scheme: &Scheme,
    window: Option<Interval>,
) -> Option<Option<Sample>> {
    let Some(column) = &columns.sample else {
        return Some(None);
    };
    let cell = sheet.cell(row, column);
    if cell.is_empty() {
        return Some(None);
    }
    let ways: Vec<(SampleWay, f64)> = scheme.timed_ways().collect();
    let Some((way, number, seconds)) = named(cell, &ways) else {
        let ways = ways.iter().map(|(way, seconds)| match ways.len() {
            1 => format!("1, 2, … (every {seconds} s)"),
            _ => format!("{0} 1, {0} 2, … (every {seconds} s)", way.word()),
        });
        let fault = DataFault::NoSuchSample {
            cell: cell.to_owned(),
            samples: ways.collect::<Vec<_>>().join("; "),
        };
        sheet.report(row, column, fault);
        return None;
    };
    let sampled = Sampled { way, number };
    let interval = sampled.interval(Micros::from_seconds(seconds)?);
    let length = window.map(Interval::length);
    match interval {
        Some(interval) if length.is_none_or(|length| interval.stop() <= length) => {
            Some(Some(Sample { sampled, interval }))
        }
        _ => {
            let length = length.map_or(0.0, Micros::seconds);
            let fault = DataFault::SampleTooLate {
                cell: cell.to_owned(),
                n: (length / seconds).floor().to_string(),
                seconds: seconds.to_string(),
                length: length.to_string(),
            };
            sheet.report(row, column, fault);
            None
        }
    }
}

/// The way, the number from 0 and the seconds between samples.
fn named(cell: &str, ways: &[(SampleWay, f64)]) -> Option<(SampleWay, u32, f64)> {
    if let (Ok(number), [(way, seconds)]) = (cell.parse::<u32>(), ways) {
        return Some((*way, number.checked_sub(1)?, *seconds));
    }
    let Sampled { way, number } = Sampled::read(cell)?;
    let (_, seconds) = ways.iter().find(|(known, _)| *known == way)?;
    Some((way, number, *seconds))
}

/// The times of a sample; a begin or an end that a row gives besides must be the sample's.
pub(super) fn sample_times<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    columns: &Columns<'a>,
    sample: Sample,
) -> Option<Interval> {
    let interval = sample.interval;
    let mut is_fine = true;
    for (column, time) in [
        (&columns.start, interval.start()),
        (&columns.stop, interval.stop()),
    ] {
        let Some(column) = column
            .as_ref()
            .filter(|one| !sheet.cell(row, one).is_empty())
        else {
            continue;
        };
        let Ok(seconds) = sheet.number(row, column, Limits::Bounds(Some(0.0), None)) else {
            is_fine = false;
            continue;
        };
        if Micros::from_seconds(seconds) != Some(time) {
            let fault = DataFault::NotTheSamplesTime {
                sample: sample.sampled.to_string(),
                from: interval.start().seconds().to_string(),
                to: interval.stop().seconds().to_string(),
            };
            sheet.report(row, column, fault);
            is_fine = false;
        }
    }
    is_fine.then_some(interval)
}

/// Notes that a sample was answered.
pub(super) fn answered(coding: &mut SessionCoding, sample: Sample) {
    if !coding.samples.contains(&sample) {
        coding.samples.push(sample);
    }
}

/// Reports a row that names a sample and cannot answer one.
pub(super) fn refuse<'a>(sheet: &mut Sheet<'a>, row: usize, columns: &Columns<'a>, what: &str) {
    if let Some(column) = columns
        .sample
        .as_ref()
        .filter(|one| !sheet.cell(row, one).is_empty())
    {
        let what = what.to_owned();
        sheet.report(row, column, DataFault::AnswersNoSample { what });
    }
}

/// Reports a row that must name a sample, since the scheme codes in no other way.
pub(super) fn needed<'a>(sheet: &mut Sheet<'a>, row: usize, columns: &Columns<'a>) {
    if let Some(column) = &columns.sample {
        let what = "the sample that it answers, since this scheme only samples time";
        sheet.report(row, column, DataFault::NothingThere { what });
    }
}

/// Reports what was coded of somebody in a sample in which, by another row, nobody could see them.
pub(super) fn check_not_seen(sheet: &mut Sheet<'_>, coding: &SessionCoding, rows: &[usize]) {
    if coding.not_seen.is_empty() {
        return;
    }
    for (event, row) in coding.events.iter().zip(rows) {
        let (Some(sampled), Some(interval)) = (event.sampled, event.span.interval()) else {
            continue;
        };
        let subject = event.subject.as_deref().unwrap_or_default();
        if !coding.is_seen(subject, sampled, interval) {
            let fault = DataFault::SeenAndNot {
                who: subject.to_owned(),
                sample: sampled.to_string(),
            };
            sheet.report_row(*row, fault);
        }
    }
}
