//! `attune agree DATA --scale ITEMS`: is a scale reliable?

use anyhow::{Context, Result, bail};
use attune_analysis::words;
use attune_report::{
    Format,
    plots::{Coefficient, CoefficientForest, Heading, Interval, svg_file},
};
use attune_statistics::{
    agreement::report::AgreementResult,
    resampling::bootstrap::BootstrapSettings,
    scales::{ItemStatistics, ScaleReport, ScaleSettings, scale_report},
};

use super::text;
use crate::{data_file::DataFile, text_table::TextTable};

/// Reliability of the items, one column each.
pub fn report(
    data: &DataFile,
    items: &[String],
    cluster: Option<&str>,
    confidence: f64,
    bootstrap: Option<BootstrapSettings>,
) -> Result<ScaleReport> {
    let names = data.columns(items)?;
    let columns = names
        .iter()
        .map(|name| data.numbers(name))
        .collect::<Result<Vec<_>>>()?;
    refuse_constant(data, &names, &columns)?;
    let clusters = data.names(cluster)?;
    let settings = ScaleSettings {
        confidence,
        bootstrap,
        clusters: clusters.as_deref(),
    };
    scale_report(&names, &columns, &settings)
        .with_context(|| format!("{}, {}", data.file(), names.join(", ")))
}

/// An item that everybody answered alike says nothing; which one it is does.
fn refuse_constant(data: &DataFile, names: &[String], columns: &[Vec<Option<f64>>]) -> Result<()> {
    for (name, column) in names.iter().zip(columns) {
        let mut values: Vec<f64> = column.iter().flatten().copied().collect();
        values.dedup();
        match values.len() {
            0 => bail!("{}, column {name}: every answer is missing", data.file()),
            1 => bail!(
                "{}, column {name}: everybody gave the same answer, {}; leave the item out",
                data.file(),
                values[0]
            ),
            _ => {}
        }
    }
    Ok(())
}

/// The coefficients, the items, and what to mind.
pub fn text(report: &ScaleReport, confidence: f64) -> String {
    let dropped = match report.n_dropped {
        0 => String::new(),
        n => format!(" · {} left out for missing answers", words::count(n)),
    };
    let mut text = format!(
        "{} · {}{dropped} · mean score {:.3} (SD {:.3})\n\n",
        words::count_of(report.n_items, "item", "items"),
        words::count_of(report.n, "person", "people"),
        report.mean_score,
        report.sd_score
    );
    let of_items: Vec<&str> = report.items.iter().map(|item| item.name.as_str()).collect();
    let of_scale: Vec<_> = report
        .results
        .iter()
        .filter(|result| !of_items.contains(&result.variant.as_str()))
        .cloned()
        .collect();
    text += &text::results(&of_scale, confidence);
    text += &format!("\nItems\n{}", items(&report.items));
    text += &text::definitions(&of_scale);
    for warning in &report.warnings {
        text += &format!("\nMind: {warning}\n");
    }
    text
}

/// The coefficients of the scale with their intervals, and alpha without each item.
pub fn plot(report: &ScaleReport, confidence: f64) -> String {
    let is_of_an_item =
        |result: &AgreementResult| matches!(result.measure, "item-rest-correlation" | "loading");
    let shown = report
        .results
        .iter()
        .filter(|result| !is_of_an_item(result));
    let rows: Vec<Coefficient> = shown.filter_map(coefficient).collect();
    let told: Vec<String> = rows
        .iter()
        .map(|row| {
            let Interval {
                estimate,
                lower,
                upper,
            } = row.interval;
            let told = words::estimate_with_interval(estimate, confidence, lower, upper);
            format!("{} {}: {told}", row.label, row.detail)
        })
        .collect();
    let forest = CoefficientForest {
        heading: Heading {
            title: "How reliable is the scale?".to_owned(),
            subtitle: format!(
                "{}, {}; coefficients with {} intervals",
                words::count_of(report.n_items, "item", "items"),
                words::count_of(report.n, "person", "people"),
                words::level(confidence)
            ),
            description: format!("{}.", told.join("; ")),
            note: String::new(),
        },
        axis: "reliability".to_owned(),
        rows,
    };
    svg_file(&forest, Format::Wide)
}

/// A coefficient that has an interval.
fn coefficient(result: &AgreementResult) -> Option<Coefficient> {
    Some(Coefficient {
        label: result.measure.replace('-', " "),
        detail: result.variant.clone(),
        interval: Interval {
            estimate: result.estimate?,
            lower: result.ci_lower?,
            upper: result.ci_upper?,
        },
    })
}

fn items(items: &[ItemStatistics]) -> String {
    let mut table = TextTable::new(&[
        "item",
        "mean",
        "SD",
        "item–total",
        "item–rest",
        "alpha without",
        "loading",
        "floor",
        "ceiling",
    ]);
    let optional =
        |value: Option<f64>| value.map_or("–".to_owned(), |value| words::fixed(value, 3));
    for item in items {
        table.row([
            item.name.clone(),
            words::fixed(item.mean, 2),
            words::fixed(item.standard_deviation, 2),
            words::fixed(item.item_total_correlation, 3),
            words::fixed(item.item_rest_correlation, 3),
            optional(item.alpha_if_dropped),
            optional(item.loading),
            words::percent(item.floor),
            words::percent(item.ceiling),
        ]);
    }
    table.text()
}
