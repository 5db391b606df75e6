//! Profile likelihood intervals, `--profile`.

use anyhow::Result;
use attune_analysis::words;
use attune_statistics::{
    linear_mixed_model::{Estimator, LinearMixedModel},
    profile::{ProfileEnd, ProfileInterval, ProfiledKind, profile_intervals, profile_thetas},
};
use serde_json::{Value, json};

use super::result::{Section, number};
use crate::text_table::TextTable;

/// The intervals of all parameters; those of theta in the JSON document alone.
pub fn section(model: &LinearMixedModel, level: f64) -> Result<Section> {
    let intervals = profile_intervals(model, level)?;
    let thetas = profile_thetas(model, level)?;
    let mut table = TextTable::new(&[
        "parameter",
        "ML estimate",
        &format!("{} CI", words::level(level)),
    ]);
    for interval in &intervals {
        let finite = |end: f64, other: f64| if end.is_finite() { end } else { other };
        let (lower, upper) = (
            finite(interval.lower, interval.estimate),
            finite(interval.upper, interval.estimate),
        );
        let decimals = words::decimals_for(lower, upper) + 1;
        table.row([
            interval.parameter.clone(),
            words::fixed(interval.estimate, decimals),
            format!(
                "{} to {}",
                end(interval.lower, decimals),
                end(interval.upper, decimals)
            ),
        ]);
    }
    let mut text = format!(
        "Profile likelihood intervals{}\n{}",
        of_what(model),
        table.text()
    );
    for interval in &intervals {
        text += &stopped(interval);
    }
    Ok(Section {
        key: "profile",
        json: intervals.iter().chain(&thetas).map(json_of).collect(),
        text,
    })
}

fn of_what(model: &LinearMixedModel) -> &'static str {
    match model.estimator {
        Estimator::Reml => " (of the model refitted by maximum likelihood)",
        Estimator::MaximumLikelihood => "",
    }
}

fn end(value: f64, decimals: usize) -> String {
    if value.is_finite() {
        words::fixed(value, decimals)
    } else if value > 0.0 {
        "∞".to_owned()
    } else {
        "-∞".to_owned()
    }
}

/// What stops an interval before the data do.
fn stopped(interval: &ProfileInterval) -> String {
    let bounds: Vec<String> = [
        (interval.lower_end, interval.lower),
        (interval.upper_end, interval.upper),
    ]
    .iter()
    .filter(|(end, _)| *end == ProfileEnd::Bound)
    .map(|(_, value)| words::short(*value, 0))
    .collect();
    let flat = [interval.lower_end, interval.upper_end].contains(&ProfileEnd::Flat);
    let name = &interval.parameter;
    if flat {
        format!("{name}: the likelihood becomes flat, the data do not limit it on that side.\n")
    } else if bounds.len() == 2 {
        format!("{name}: the data exclude no value at all.\n")
    } else if let [bound] = bounds.as_slice() {
        format!("{name}: the data do not exclude {bound}, the end of what is possible.\n")
    } else {
        String::new()
    }
}

fn json_of(interval: &ProfileInterval) -> Value {
    json!({
        "parameter": interval.parameter,
        "kind": kind(interval.kind),
        "estimate": number(interval.estimate),
        "lower": number(interval.lower),
        "upper": number(interval.upper),
        "lower_end": stop(interval.lower_end),
        "upper_end": stop(interval.upper_end),
    })
}

fn kind(kind: ProfiledKind) -> &'static str {
    match kind {
        ProfiledKind::StandardDeviation => "sd",
        ProfiledKind::Correlation => "correlation",
        ProfiledKind::ResidualDeviation => "sigma",
        ProfiledKind::FixedEffect => "fixed",
        ProfiledKind::Theta => "theta",
        ProfiledKind::Share => "icc",
    }
}

fn stop(end: ProfileEnd) -> &'static str {
    match end {
        ProfileEnd::Crossing => "crossing",
        ProfileEnd::Bound => "bound",
        ProfileEnd::Flat => "flat",
    }
}
