//! Agreement as a figure: limits of agreement of numbers, the table of categories.

use anyhow::{Context, Result};
use attune_analysis::words;
use attune_report::{
    Format,
    plots::{AgreementMatrix, BlandAltman, Heading, Interval, svg_file},
};
use attune_statistics::agreement::{
    AgreeSettings, Measure, Ratings,
    bland_altman::{WithInterval, bland_altman, bland_altman_repeated, pairs},
};

/// More different values than this are a measurement.
const MOST_CATEGORIES: usize = 12;

/// The figure that suits the ratings, or the measure that was asked for.
pub fn svg(ratings: &Ratings, settings: &AgreeSettings) -> Result<String> {
    let only_limits = settings
        .measures
        .as_deref()
        .is_some_and(|measures| measures == [Measure::BlandAltman]);
    let many = ratings.categories().len() > MOST_CATEGORIES;
    if ratings.is_numeric() && (many || only_limits) {
        limits(&ratings.pair(0, 1), settings).context("--plot")
    } else {
        Ok(matrix(ratings))
    }
}

/// Differences of the first two coders against their means.
fn limits(pair: &Ratings, settings: &AgreeSettings) -> Result<String> {
    let level = settings.confidence;
    let (first, second) = pairs(pair)?;
    let agreement = match &settings.subjects {
        None => bland_altman(&first, &second, level)?,
        Some(subjects) => {
            let rated = (0..pair.n_units()).filter(|unit| {
                pair.category(*unit, 0).is_some() && pair.category(*unit, 1).is_some()
            });
            let persons: Vec<String> = rated.map(|unit| subjects[unit].clone()).collect();
            bland_altman_repeated(&first, &second, &persons, level)?
        }
    };
    let interval = |value: WithInterval| Interval {
        estimate: value.estimate,
        lower: value.ci_lower,
        upper: value.ci_upper,
    };
    let [a, b] = [&pair.coders()[0], &pair.coders()[1]];
    let points = first.iter().zip(&second);
    let bias = agreement.bias;
    Ok(svg_file(
        &BlandAltman {
            heading: Heading {
                title: format!("{a} against {b}"),
                subtitle: format!(
                    "{}; bias and limits of agreement with {} intervals",
                    words::count_of(agreement.n_pairs, "pair", "pairs"),
                    words::level(level)
                ),
                description: format!(
                    "Mean difference {}; limits of agreement {:.3} and {:.3}.",
                    words::estimate_with_interval(
                        bias.estimate,
                        level,
                        bias.ci_lower,
                        bias.ci_upper
                    ),
                    agreement.lower_limit.estimate,
                    agreement.upper_limit.estimate
                ),
                note: String::new(),
            },
            value: "in the score's unit".to_owned(),
            difference: format!("{a} − {b}"),
            points: points.map(|(x, y)| ((x + y) / 2.0, x - y)).collect(),
            bias: interval(bias),
            lower_limit: interval(agreement.lower_limit),
            upper_limit: interval(agreement.upper_limit),
        },
        Format::Wide,
    ))
}

/// Counts of two coders, or the coincidences of all pairs of several.
fn matrix(ratings: &Ratings) -> String {
    let categories = super::confusion::labels(ratings);
    let q = categories.len();
    let mut counts = vec![vec![0.0; q]; q];
    let mut n_units = 0;
    for unit in ratings.units() {
        let given: Vec<usize> = unit.iter().flatten().copied().collect();
        n_units += usize::from(given.len() > 1);
        match (ratings.n_coders(), &given[..]) {
            (2, [first, second]) => counts[*first][*second] += 1.0,
            (2, _) => {}
            _ => add_coincidences(&mut counts, &given),
        }
    }
    let agreeing: f64 = (0..q).map(|k| counts[k][k]).sum();
    let all: f64 = counts.iter().flatten().sum();
    let (row_coder, column_coder, what) = match ratings.coders() {
        [a, b] => (a.clone(), b.clone(), "units by both coders' categories"),
        _ => (
            "one".to_owned(),
            "another".to_owned(),
            "pairs of ratings of a unit, each unit counting its number of ratings",
        ),
    };
    svg_file(
        &AgreementMatrix {
            heading: Heading {
                title: format!("Where {} agree", words::list(ratings.coders())),
                subtitle: format!("{}; {what}", words::count_of(n_units, "unit", "units")),
                description: format!("{} on the diagonal.", words::percent(agreeing / all)),
                note: String::new(),
            },
            row_coder,
            column_coder,
            categories,
            counts,
        },
        Format::Wide,
    )
}

fn add_coincidences(counts: &mut [Vec<f64>], given: &[usize]) {
    let weight = 1.0 / (given.len() as f64 - 1.0);
    for (one, first) in given.iter().enumerate() {
        for (other, second) in given.iter().enumerate() {
            if one != other {
                counts[*first][*second] += weight;
            }
        }
    }
}
