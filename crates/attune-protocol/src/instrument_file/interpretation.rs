//! Bands and cut-offs: what is published about the values of a score.

use super::{check_unique, text};
use crate::{
    instrument::{Band, CutOff},
    written::{Reading, Written},
};

pub(super) fn bands(
    reading: &mut Reading,
    table: &Written,
    minimum: f64,
    maximum: f64,
) -> Vec<Band> {
    let n_before = reading.problems.len();
    let mut bands: Vec<Band> = Vec::new();
    for written in table.tables("bands") {
        let (Some(from), Some(to)) = (written.number("from"), written.number("to")) else {
            continue;
        };
        let message = if from > to {
            Some(format!("this band runs from {from} down to {to}"))
        } else if bands.last().is_some_and(|last| from <= last.to) {
            Some(format!(
                "this band begins at {from}, within the band before it"
            ))
        } else if from < minimum || to > maximum {
            Some(format!(
                "this band leaves the score's range, {minimum} to {maximum}"
            ))
        } else {
            None
        };
        if let Some(message) = message {
            let remedy = "correct from and to; the lowest band comes first";
            reading.error(written.at, message, remedy);
        }
        bands.push(Band {
            from,
            to,
            label: text(written, "label"),
        });
    }
    let reaches = |end: Option<f64>, goal: f64| end.is_none_or(|end| end == goal);
    let is_covered = reaches(bands.first().map(|band| band.from), minimum)
        && reaches(bands.last().map(|band| band.to), maximum);
    if !is_covered && minimum.is_finite() && reading.problems.len() == n_before {
        let message = format!("the bands do not reach from {minimum} to {maximum}");
        reading.error(
            table.at_key("bands"),
            message,
            "name a band for every value",
        );
    }
    bands
}

pub(super) fn cut_offs(
    reading: &mut Reading,
    table: &Written,
    minimum: f64,
    maximum: f64,
) -> Vec<CutOff> {
    let labels = table
        .tables("cut-offs")
        .filter_map(|cut_off| cut_off.text_at("label"));
    check_unique(reading, "cut-offs", labels);
    let mut cut_offs = Vec::new();
    for written in table.tables("cut-offs") {
        let above = written.number("at-or-above");
        let below = written.number("at-or-below");
        let (value, at_or_above) = match (above, below) {
            (Some(value), None) => (value, true),
            (None, Some(value)) => (value, false),
            _ => {
                let message = "a cut-off has either at-or-above or at-or-below";
                reading.error(written.at, message, "write one of the two");
                continue;
            }
        };
        if value < minimum || value > maximum {
            let message = format!("{value} is outside the score's range, {minimum} to {maximum}");
            reading.error(written.at, message, "correct the value");
        }
        cut_offs.push(CutOff {
            label: text(written, "label"),
            value,
            at_or_above,
            source: text(written, "source"),
        });
    }
    cut_offs
}
