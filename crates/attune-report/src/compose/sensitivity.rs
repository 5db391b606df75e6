//! The same question asked in other ways: a forest of what stands on one axis, and a table of all.

use attune_analysis::findings::{Estimate, Finding};

use super::context::{
    Context, anchor, df_cell, estimate_cell, interval_of, level_heading, p_cell, units_heading,
};
use crate::{Block, Column, Drawing, Figure, Forest, ForestRow, Row, RowKind, Table, Text};

pub fn blocks(context: &Context<'_>, finding: &Finding) -> Vec<Block> {
    if finding.sensitivity.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::Subheading(
        "The same question asked in other ways".into(),
    )];
    if !finding.sensitivity_summary.is_empty() {
        blocks.push(Block::Paragraph(finding.sensitivity_summary.clone().into()));
    }
    let on_axis = finding.sensitivity.iter().filter(|s| s.comparable).count();
    if on_axis > 0 && interval_of(&finding.estimate).is_some() {
        blocks.push(Block::Figure(Box::new(forest(context, finding))));
    }
    blocks.push(Block::Table(table(finding)));
    blocks
}

fn forest(context: &Context<'_>, finding: &Finding) -> Figure {
    let id = anchor("sensitivity", &finding.id);
    let mut rows = vec![row(
        finding,
        "As planned",
        &finding.estimate,
        finding.n_units,
        true,
    )];
    rows.extend(
        finding
            .sensitivity
            .iter()
            .filter(|other| other.comparable)
            .map(|other| row(finding, &other.label, &other.estimate, other.n_units, false)),
    );
    let parts: Vec<String> = rows
        .iter()
        .map(|row| format!("{}: {}.", row.label, row.words))
        .collect();
    Figure {
        number: None,
        simulated: context.is_simulated(),
        permuted: false,
        title: Text::from("Does the answer depend on how it is asked? ")
            .and_own(&finding.outcome.label),
        caption: caption(finding),
        description: format!(
            "Forest plot of the planned estimate and the sensitivity analyses. {}",
            parts.join(" ")
        ),
        data: table(finding),
        shown_in: Some(anchor("sensitivity-table", &finding.id)),
        drawing: Drawing::Forest(Forest {
            axis_label: match finding.estimate_unit.as_str() {
                "" => "Estimate".to_owned(),
                unit => format!("Difference, {unit}"),
            },
            rows,
            sides: None,
        }),
        id,
    }
}

fn row(
    finding: &Finding,
    label: &str,
    estimate: &Estimate,
    n_units: usize,
    is_main: bool,
) -> ForestRow {
    ForestRow {
        label: label.to_owned(),
        detail: finding.units(n_units),
        estimate: interval_of(estimate),
        words: estimate_cell(estimate).words(&str::to_owned),
        smallest_difference: finding.smallest_difference_in_estimate_unit,
        is_main,
    }
}

fn caption(finding: &Finding) -> Text {
    let text = Text::from(
        "The filled diamond is the planned analysis. The whole vertical line is no difference",
    );
    match finding.smallest_difference_in_estimate_unit {
        Some(_) => text.and("; dotted lines are the smallest difference that would matter."),
        None => text.and("."),
    }
}

/// All of them in one table.
pub fn table(finding: &Finding) -> Table {
    let estimates = finding.sensitivity.iter().map(|other| &other.estimate);
    let level = level_heading(std::iter::once(&finding.estimate).chain(estimates));
    let mut table = Table::new(
        anchor("sensitivity-table", &finding.id),
        Text::from("Sensitivity analyses: ").and_own(&finding.outcome.label),
        vec![
            Column::words("Analysis"),
            Column::numbers(format!("Estimate ({level})")),
            Column::numbers("df"),
            Column::numbers("p"),
            Column::numbers(units_heading(std::slice::from_ref(finding))),
            Column::numbers("Rows"),
            Column::words("Unit and remarks"),
        ],
    );
    table.rows.push(planned_row(finding));
    for other in &finding.sensitivity {
        let mut remarks = Text::own(&other.estimate_unit);
        for warning in &other.warnings {
            let gap = if remarks.words(&str::to_owned).is_empty() {
                ""
            } else {
                "; "
            };
            remarks = remarks.and(gap).and_own(warning.trim_end_matches('.'));
        }
        table.rows.push(Row::of(vec![
            Text::own(&other.label),
            estimate_cell(&other.estimate),
            df_of(&other.estimate),
            p_cell(other.estimate.p),
            count_or_dash(other.n_units),
            count_or_dash(other.n_rows),
            remarks,
        ]));
    }
    table
}

/// A count; a dash where nothing was run.
fn count_or_dash(n: usize) -> Text {
    match n {
        0 => "–".into(),
        n => Text::count(n),
    }
}

/// Degrees of freedom; a dash where there is no test at all.
fn df_of(estimate: &Estimate) -> Text {
    match estimate.statistic {
        None if estimate.df.is_none() => "–".into(),
        _ => df_cell(estimate.df),
    }
}

fn planned_row(finding: &Finding) -> Row {
    Row::of(vec![
        "As planned".into(),
        estimate_cell(&finding.estimate),
        df_cell(finding.estimate.df),
        p_cell(finding.estimate.p),
        Text::count(finding.n_units),
        Text::count(finding.n_rows),
        Text::own(&finding.estimate_unit),
    ])
    .set(RowKind::Emphasised)
}
