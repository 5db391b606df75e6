//! The table of a primary outcome: what the planned model gives for each group at the planned times, or before and
//! after, in the language of the page.

use askama::Template;
use attune_analysis::{
    findings::{Estimate, Finding},
    words,
};
use attune_report::{Trajectories, escape, result_words::Piece};

use super::{Setting, anchor};

#[derive(Template)]
#[template(path = "result_table.html")]
struct ResultTable {
    id: String,
    caption: String,
    mark: Option<String>,
    /// Heading over the columns of groups, and how many there are.
    mean: String,
    n_groups: usize,
    headings: Vec<String>,
    difference: Option<String>,
    first: String,
    rows: Vec<Vec<String>>,
    unit: Option<String>,
}

/// The table; empty where the model gives no means.
pub fn table(setting: &Setting<'_>, finding: &Finding, drawing: Option<&Trajectories>) -> String {
    let made = match finding.contrasts.is_empty() {
        false => Some(of_times(setting, finding, drawing)),
        true => drawing.and_then(|drawing| of_places(setting, finding, drawing)),
    };
    made.map_or_else(String::new, |table| {
        table
            .render()
            .expect("templates only write to a string, which never fails")
    })
}

/// Groups side by side at the planned times.
fn of_times(
    setting: &Setting<'_>,
    finding: &Finding,
    drawing: Option<&Trajectories>,
) -> ResultTable {
    let tongue = &setting.tongue;
    let contrasts = &finding.contrasts;
    let groups = contrasts
        .first()
        .map(|contrast| contrast.means.as_slice())
        .unwrap_or_default();
    let headings = groups.iter().map(|(id, _)| {
        let label = label_of(setting, id);
        let arm = drawing.and_then(|drawing| drawing.arms.iter().find(|arm| arm.label == label));
        let mark = arm.map_or_else(String::new, |arm| {
            format!("<span class=\"mark {}\"></span>&#8288;", arm.mark.class())
        });
        format!("{mark}{}", tongue.html(&label))
    });
    // Of more than two groups there are several differences, which the report has.
    let is_one = groups.len() == 2;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut months = Vec::new();
    for contrast in contrasts {
        if months.contains(&contrast.months) {
            continue;
        }
        months.push(contrast.months);
        let mut row = vec![escape(&tongue.words.months(contrast.months))];
        row.extend(contrast.means.iter().map(|(_, mean)| cell(setting, mean)));
        if is_one {
            row.push(cell(setting, &contrast.estimate));
        }
        rows.push(row);
    }
    let level = finding.estimate.level;
    ResultTable {
        difference: is_one.then(|| escape(&tongue.words.difference)),
        first: escape(&tongue.words.time_since_enrolment),
        ..frame(
            setting,
            finding,
            level,
            &tongue.words.table_of_times,
            headings.collect(),
            rows,
        )
    }
}

/// One group at places that have names: before and after.
fn of_places(
    setting: &Setting<'_>,
    finding: &Finding,
    drawing: &Trajectories,
) -> Option<ResultTable> {
    let tongue = &setting.tongue;
    let [line] = finding.figure.fitted.as_slice() else {
        return None;
    };
    let place_of = |time: f64| {
        let mut places = drawing.time_ticks.iter();
        places
            .find(|(at, _)| (at - time).abs() < 1e-9)
            .map(|(_, name)| tongue.html(name))
    };
    let rows: Vec<Vec<String>> = line
        .points
        .iter()
        .filter_map(|(time, value, lower, upper)| {
            let estimate = Estimate {
                estimate: Some(*value),
                ci_lower: Some(*lower),
                ci_upper: Some(*upper),
                ..Estimate::default()
            };
            Some(vec![place_of(*time)?, cell(setting, &estimate)])
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let level = finding.estimate.level;
    Some(ResultTable {
        first: escape(&tongue.words.when),
        ..frame(
            setting,
            finding,
            level,
            &tongue.words.table_of_phases,
            Vec::new(),
            rows,
        )
    })
}

fn frame(
    setting: &Setting<'_>,
    finding: &Finding,
    level: f64,
    caption: &str,
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
) -> ResultTable {
    let tongue = &setting.tongue;
    let filled = |sentence: &str, name: &str, piece: Piece| {
        tongue.sentence(&attune_report::result_words::fill(
            sentence,
            &[(name, vec![piece])],
        ))
    };
    let level = tongue.words.with_mark(&words::level(level));
    let is_simulated = setting.findings.simulated || setting.protocol.study.simulated;
    ResultTable {
        id: anchor("means", &finding.id),
        caption: tongue.sentence(&tongue.about(caption, &finding.outcome.label)),
        mark: is_simulated.then(|| {
            escape(
                &crate::page_words::words_in(tongue.words_language)
                    .0
                    .simulated,
            )
        }),
        mean: filled(&tongue.words.mean, "level", Piece::Fixed(level)),
        n_groups: headings.len(),
        headings,
        difference: None,
        first: String::new(),
        rows,
        unit: finding.outcome.unit.as_ref().map(|unit| {
            let unit = tongue.nearest_unit(unit).to_owned();
            filled(&tongue.words.unit, "unit", Piece::Own(unit))
        }),
    }
}

/// "4.1 (1.2 to 7.0)" as HTML; each number runs from left to right.
fn cell(setting: &Setting<'_>, estimate: &Estimate) -> String {
    let words = setting.tongue.words;
    let (Some(value), Some(lower), Some(upper)) =
        (estimate.estimate, estimate.ci_lower, estimate.ci_upper)
    else {
        return "–".to_owned();
    };
    let decimals = words::decimals_for(lower, upper);
    let number = |value: f64| format!("<bdi>{}</bdi>", words.fixed(value, decimals));
    escape(&words.interval)
        .replace("{estimate}", &number(value))
        .replace("{lower}", &number(lower))
        .replace("{upper}", &number(upper))
}

fn label_of(setting: &Setting<'_>, id: &str) -> String {
    let description = &setting.findings.description;
    let known = description.arms.iter().chain(&description.phases);
    let mut labels = known.filter(|(arm, _)| arm == id);
    labels
        .next()
        .map_or_else(|| id.to_owned(), |(_, label)| label.clone())
}
