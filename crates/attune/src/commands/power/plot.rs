//! The power curve as an SVG file: power over dyads in each arm, or over effects where only they vary.

use std::path::Path;

use anyhow::{Result, bail};
use attune_analysis::words;
use attune_report::{
    Format,
    plots::{Heading, Interval, PowerCurve, PowerCurves, PowerPoint, svg_file},
};
use attune_statistics::power::{SearchOutcome, Share, SizeTried};

use super::result::{Point, PowerResult, Question};
use crate::output;

/// Curves that can be told apart in one figure.
const MOST_CURVES: usize = 4;

/// Writes the figure.
pub fn write(result: &PowerResult, path: &Path) -> Result<()> {
    let curves = curves(result)?;
    output::write_file(path, svg_file(&curves, Format::Wide).as_bytes())
}

fn curves(result: &PowerResult) -> Result<PowerCurves> {
    let over_effects = result
        .questions
        .iter()
        .all(|question| !varies_in_dyads(question));
    let mut curves = Vec::new();
    for question in &result.questions {
        curves.extend(of_question(
            question,
            over_effects,
            result.questions.len() > 1,
        ));
    }
    if curves.len() > MOST_CURVES {
        bail!(
            "a figure holds {MOST_CURVES} curves and this would have {}: ask for one --analysis, or fewer --effect",
            curves.len()
        );
    }
    if let [only] = curves.as_mut_slice() {
        only.label.clear();
    }
    let x_name = match (over_effects, result.questions.first()) {
        (true, Some(question)) => capitalised_effect(&question.effect_name),
        _ if are_in_one_group(result) => "Dyads".to_owned(),
        _ => "Dyads in each arm".to_owned(),
    };
    let found = result.questions.iter().filter_map(reached).next();
    Ok(PowerCurves {
        heading: heading(result),
        x_name,
        curves,
        target: result.target,
        reached_at: if result.questions.len() == 1 && !over_effects {
            found
        } else {
            None
        },
    })
}

fn are_in_one_group(result: &PowerResult) -> bool {
    let mut points = result
        .questions
        .iter()
        .flat_map(|question| &question.points);
    points.all(|point| point.dyads.len() == 1)
}

fn capitalised_effect(name: &str) -> String {
    match name.strip_prefix("× ") {
        Some(of) => format!("Multiple of the {of}"),
        None => words::capitalised(name),
    }
}

/// Whether the curve runs over numbers of dyads: several were asked for, or tried in a search.
fn varies_in_dyads(question: &Question) -> bool {
    let mut sizes = question
        .points
        .iter()
        .filter(|point| !point.is_null())
        .map(Point::n_dyads);
    let first = sizes.next();
    question.search.is_some() || sizes.any(|n| Some(n) != first)
}

fn of_question(question: &Question, over_effects: bool, are_several: bool) -> Vec<PowerCurve> {
    let name = question
        .id
        .as_deref()
        .filter(|_| are_several)
        .map(words::id_words)
        .unwrap_or_default();
    if over_effects {
        let points = question
            .points
            .iter()
            .map(|point| placed(point.effect, point))
            .collect();
        return vec![PowerCurve {
            label: name,
            points: sorted(points),
        }];
    }
    let mut effects: Vec<f64> = Vec::new();
    for point in question.points.iter().filter(|point| !point.is_null()) {
        if !effects.contains(&point.effect) {
            effects.push(point.effect);
        }
    }
    let curve = |effect: f64| {
        let own = question
            .points
            .iter()
            .filter(|point| point.effect == effect);
        let mut points: Vec<PowerPoint> = own
            .map(|point| placed(point.dyads_per_arm(), point))
            .collect();
        // The point that ended a search is among those tried.
        let of_search = tried(question);
        if !of_search.is_empty() {
            points = of_search;
        }
        let label = match (name.as_str(), effects.len()) {
            (name, 1) => name.to_owned(),
            ("", _) => format!("effect {}", words::short(effect, 3)),
            (name, _) => format!("{name}, {}", words::short(effect, 3)),
        };
        PowerCurve {
            label,
            points: sorted(points),
        }
    };
    effects.iter().copied().map(curve).collect()
}

/// Sizes that a search tried, neighbours pooled; nothing where a curve of several sizes was asked for.
fn tried(question: &Question) -> Vec<PowerPoint> {
    const NEIGHBOURS: f64 = 1.1;
    let mut sizes = question.points.iter().filter(|point| !point.is_null());
    let first = sizes.next().map(Point::n_dyads);
    if sizes.any(|point| Some(point.n_dyads()) != first) {
        return Vec::new();
    }
    let sizes: &[SizeTried] = question.search.as_ref().map_or(&[], |search| &search.tried);
    let mut points = Vec::new();
    let mut rest = sizes;
    while let Some(first) = rest.first() {
        let is_near = |size: &&SizeTried| size.n as f64 <= NEIGHBOURS * first.n as f64;
        let near = rest.iter().take_while(is_near).count();
        points.push(pooled(&rest[..near]));
        rest = &rest[near..];
    }
    points
}

fn pooled(sizes: &[SizeTried]) -> PowerPoint {
    let n_trials: usize = sizes.iter().map(|size| size.n_trials).sum();
    let n_rejected = sizes.iter().map(|size| size.n_rejected).sum();
    let units: usize = sizes.iter().map(|size| size.n * size.n_trials).sum();
    let share = Share::of(n_rejected, n_trials);
    PowerPoint {
        x: units as f64 / n_trials as f64,
        power: Interval {
            estimate: share.share,
            lower: share.ci_lower,
            upper: share.ci_upper,
        },
    }
}

fn placed(x: f64, point: &Point) -> PowerPoint {
    PowerPoint {
        x,
        power: Interval {
            estimate: point.power.power,
            lower: point.power.ci_lower,
            upper: point.power.ci_upper,
        },
    }
}

/// By place; of two points at one place the one with the narrower interval.
fn sorted(mut points: Vec<PowerPoint>) -> Vec<PowerPoint> {
    let width = |point: &PowerPoint| point.power.upper - point.power.lower;
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(width(a).total_cmp(&width(b))));
    points.dedup_by(|next, kept| next.x == kept.x);
    points
}

fn reached(question: &Question) -> Option<f64> {
    match &question.search.as_ref()?.outcome {
        SearchOutcome::Found { n, .. } => Some(*n as f64),
        SearchOutcome::NotReached { .. } | SearchOutcome::SmallestIsEnough { .. } => None,
    }
}

fn heading(result: &PowerResult) -> Heading {
    let question = match result.questions.as_slice() {
        [only] => only.question.clone(),
        _ => "How often would the plan find what is assumed?".to_owned(),
    };
    let models: Vec<String> = result
        .questions
        .iter()
        .map(|question| format!("{} ({})", question.model, question.method))
        .take(1)
        .collect();
    Heading {
        title: format!("Power by simulation: {question}"),
        subtitle: format!(
            "{}. {} simulated trials at each point; the band is their 95 % Monte-Carlo interval. {}",
            result.title,
            words::count(result.n_trials),
            if result.questions.len() == 1 {
                models.join("")
            } else {
                String::new()
            }
        ),
        description: description(result),
        note: "Simulated under declared assumptions; no result of a study.".to_owned(),
    }
}

fn description(result: &PowerResult) -> String {
    let sentence = |question: &Question| {
        let name = question
            .id
            .as_ref()
            .map_or(String::new(), |id| format!("{id}: "));
        let point = |point: &Point| {
            format!(
                "{} with {} dyads and effect {}",
                words::percent(point.power.power),
                words::count(point.n_dyads()),
                words::short(point.effect, 4)
            )
        };
        let points: Vec<String> = question.points.iter().map(point).collect();
        format!("{name}power {}.", words::list(&points))
    };
    result
        .questions
        .iter()
        .map(sentence)
        .collect::<Vec<_>>()
        .join(" ")
}
