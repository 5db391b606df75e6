//! How the numbers of the page are written.

use attune_analysis::words;
use attune_observation::agreement::{ratings::Measured, report::MeasureReport};

/// A measure of events in words.
pub(super) fn measure_words(name: &str) -> &str {
    match name {
        "boundary-weighted-kappa" => "Kappa of seconds",
        "time-unit-kappa" => "Kappa of time units",
        "tolerant-time-unit-kappa" => "Kappa of time units with tolerance",
        "event-alignment-kappa" => "Kappa of aligned events",
        "overlap-linking-kappa" => "Kappa of events that overlap",
        "u-alpha" => "Unitising alpha",
        "u-alpha-binary" => "Unitising alpha, whether anything is coded",
        "cu-alpha" => "Unitising alpha, codes where both code",
        "ku-alpha" => "Unitising alpha of one code",
        "gamma" => "Gamma",
        "gamma-cat" => "Gamma of codes alone",
        "gamma-cat-with-unaligned" => "Gamma of codes, events without partner differ",
        "interval-agreement" => "Agreement in intervals, not beyond chance",
        other => other,
    }
}

/// An amount in words.
pub(super) fn amount_words(name: &str) -> &str {
    match name {
        "rate-per-minute" => "times a minute",
        "share-of-codable-time" => "share of codable time",
        other => other,
    }
}

/// A measure of ratings as a heading.
pub(super) fn rating_measure(name: &str) -> &str {
    match name {
        "weighted-kappa-quadratic" => "Weighted kappa",
        "icc-a1" => "ICC(A,1)",
        "icc-c1" => "ICC(C,1)",
        "same-rating" => "The same",
        "within-one-point" => "Within one point",
        other => other,
    }
}

/// A number with two decimals, or a dash.
pub(super) fn decimals(number: &Option<f64>) -> String {
    number.map_or_else(|| "–".to_owned(), |number| words::fixed(number, 2))
}

/// A minus as it is printed.
pub(super) fn signed(number: &str) -> String {
    number.replace('-', "−")
}

/// An interval, or nothing.
pub(super) fn interval(measure: &MeasureReport) -> String {
    match (measure.ci_lower, measure.ci_upper) {
        (Some(lower), Some(upper)) => {
            format!("{} to {}", words::fixed(lower, 2), words::fixed(upper, 2))
        }
        _ => "–".to_owned(),
    }
}

/// The interval from resampling recordings, or nothing.
pub(super) fn by_clips(measured: &Measured) -> String {
    match (measured.bootstrap_lower, measured.bootstrap_upper) {
        (Some(lower), Some(upper)) => {
            format!("{} to {}", words::fixed(lower, 2), words::fixed(upper, 2))
        }
        _ => "–".to_owned(),
    }
}

/// Why a measure of so many recordings has no value, in a few words.
pub(super) fn why_none(why: &str, n_clips: &usize) -> String {
    match n_clips {
        0 | 1 => "needs two recordings".to_owned(),
        _ if why.contains("equal") => "all recordings alike".to_owned(),
        _ => why.to_owned(),
    }
}

/// What a measure depends on: unit, tolerance, overlap.
pub(super) fn settings(measure: &MeasureReport) -> String {
    let parts = [
        measure.unit_s.map(|unit| format!("unit {unit} s")),
        measure
            .tolerance_s
            .map(|tolerance| format!("tolerance {tolerance} s")),
        measure
            .overlap
            .map(|overlap| format!("overlap {} %", overlap * 100.0)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(", ")
}
