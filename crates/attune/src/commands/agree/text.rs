//! Agreement as a readable table.

use attune_analysis::words;
use attune_statistics::agreement::{
    AgreeSettings, AgreementReport, Ratings, report::AgreementResult,
};

use super::{coding::Coding, confusion::Confusion};
use crate::text_table::{Align, TextTable};

/// Coefficients, the table of two coders, definitions, and what to mind.
pub fn whole(
    coding: &Coding,
    report: &AgreementReport,
    confusion: Option<&Confusion>,
    settings: &AgreeSettings,
) -> String {
    let mut text = format!("{}\n\n", heading(&coding.ratings, report));
    text += &results(&report.results, settings.confidence);
    let numbers_only = report
        .results
        .iter()
        .all(|result| matches!(result.measure, "icc" | "bland-altman" | "measurement-error"));
    if let Some(confusion) = confusion.filter(|_| !numbers_only) {
        text += &format!("\n{}", counts(confusion));
    }
    text += &definitions(&report.results);
    for warning in coding.remarks.iter().chain(&report.warnings) {
        text += &format!("\nMind: {warning}\n");
    }
    text
}

fn heading(ratings: &Ratings, report: &AgreementReport) -> String {
    let categories: Vec<&str> = ratings
        .categories()
        .iter()
        .map(|category| category.label.as_str())
        .collect();
    let scale = match categories.len() {
        n if n > 12 => format!("{} different values", words::count(n)),
        n => format!(
            "{} ({})",
            words::count_of(n, "category", "categories"),
            categories.join(", ")
        ),
    };
    let missing = match report.n_missing {
        0 => "no rating missing".to_owned(),
        n => format!("{} missing", words::count_of(n, "rating", "ratings")),
    };
    format!(
        "{} · {} · {scale} · {missing}",
        ratings.coders().join(", "),
        words::count_of(report.n_units, "unit", "units"),
    )
}

/// One line per coefficient; how the intervals were made is said once where it is the same.
pub fn results(results: &[AgreementResult], confidence: f64) -> String {
    let interval = format!("{} CI", words::level(confidence));
    let mut ways: Vec<&str> = results
        .iter()
        .map(|result| result.interval.as_str())
        .collect();
    ways.retain(|way| *way != "none");
    ways.dedup();
    let several = ways.len() > 1;
    let mut heading = vec!["measure", "which", "estimate", "SE", &interval, "p"];
    heading.extend(several.then_some("interval by"));
    let mut table = TextTable::new(&heading);
    let (left, right) = (Align::Left, Align::Right);
    table.align(&[left, left, right, right, right, right, left]);
    for result in results {
        let cells = line(result).into_iter();
        table.row(cells.take(heading.len()));
    }
    match (several, ways.first()) {
        (false, Some(way)) => format!("{}\nIntervals: {way}\n", table.text()),
        _ => table.text(),
    }
}

fn line(result: &AgreementResult) -> [String; 7] {
    let decimals = match (result.ci_lower, result.ci_upper) {
        (Some(lower), Some(upper)) => words::decimals_for(lower, upper).max(2) + 1,
        _ => 3,
    };
    let fixed = |value: Option<f64>| match value {
        None => "–".to_owned(),
        Some(value) if value.abs() >= 1e9 => format!("{value:.3e}"),
        Some(value) => words::fixed(value, decimals),
    };
    let limits = match (result.ci_lower, result.ci_upper) {
        (Some(_), Some(_)) => format!("{} to {}", fixed(result.ci_lower), fixed(result.ci_upper)),
        _ => "–".to_owned(),
    };
    let p = result.p.map_or(String::new(), |p| {
        let words = words::p_value(p);
        let bare = words.trim_start_matches("p = ").trim_start_matches("p ");
        bare.to_owned()
    });
    let by = match result.interval.as_str() {
        "none" => String::new(),
        by => by.to_owned(),
    };
    [
        result.measure.to_owned(),
        result.variant.clone(),
        fixed(result.estimate),
        fixed(result.se),
        limits,
        p,
        by,
    ]
}

/// Rows of the first coder, columns of the second.
fn counts(confusion: &Confusion) -> String {
    let corner = format!("{} \\ {}", confusion.rows, confusion.columns);
    let mut heading = vec![corner.as_str()];
    heading.extend(confusion.categories.iter().map(String::as_str));
    heading.push("all");
    let mut table = TextTable::new(&heading);
    let written = |label: &str, row: &[usize]| {
        let cells = row.iter().map(ToString::to_string);
        let all = row.iter().sum::<usize>().to_string();
        std::iter::once(label.to_owned())
            .chain(cells)
            .chain([all])
            .collect::<Vec<String>>()
    };
    for (label, row) in confusion.categories.iter().zip(&confusion.counts) {
        table.row(written(label, row));
    }
    let sums: Vec<usize> = (0..confusion.categories.len())
        .map(|column| confusion.counts.iter().map(|row| row[column]).sum())
        .collect();
    table.row(written("all", &sums));
    format!(
        "Units by the codes of {} (rows) and {} (columns)\n{}",
        confusion.rows,
        confusion.columns,
        table.text()
    )
}

/// What each name means, once.
pub fn definitions(results: &[AgreementResult]) -> String {
    if results.iter().all(|result| result.estimate.is_none()) {
        return String::new();
    }
    let mut text = "\nDefinitions\n".to_owned();
    let mut told: Vec<&str> = Vec::new();
    for result in results.iter().filter(|result| result.estimate.is_some()) {
        if told.contains(&result.definition) {
            continue;
        }
        told.push(result.definition);
        let name = match result.measure {
            "icc" | "krippendorff-alpha" => format!("{} {}", result.measure, result.variant),
            name => name.to_owned(),
        };
        text += &format!("  {name}: {}\n", result.definition);
    }
    text
}
