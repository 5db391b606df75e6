//! What is missing, by wave, arm and reason.

use attune_analysis::{findings::MissingnessCell, words};

use super::context::Context;
use crate::{
    Block, Column, Drawing, Figure, Missingness, MissingnessBar, MissingnessPanel, Row, Section,
    Table, Text,
};

pub fn section(context: &Context<'_>) -> Section {
    let cells = &context.findings.description.missingness;
    if cells.is_empty() {
        return Section::default();
    }
    let mut section = Section::new("missing-values", "Missing values");
    let missing: usize = cells.iter().map(missing_of).sum();
    let expected: usize = cells
        .iter()
        .map(|cell| cell.present + missing_of(cell))
        .sum();
    if missing == 0 {
        section.say(format!(
            "None of the {} values expected is missing.",
            words::count(expected)
        ));
        return section;
    }
    let share = words::percent(missing as f64 / expected as f64);
    section.say(
        Text::from(format!(
            "{} of {} values expected are missing ({share}). Each has its reason (",
            words::count(missing),
            words::count(expected)
        ))
        .and_see("missing-figure")
        .and(", ")
        .and_see("missing-table")
        .and("); none is taken as zero."),
    );
    let reasons = reasons(cells);
    section.push(Block::Figure(figure(context, &reasons)));
    section.push(Block::Table(table(context, &reasons, "missing-table")));
    section
}

fn missing_of(cell: &MissingnessCell) -> usize {
    cell.missing.iter().map(|(_, n)| n).sum()
}

/// Reasons in order of how often they stand, most frequent first.
fn reasons(cells: &[MissingnessCell]) -> Vec<String> {
    let mut reasons: Vec<(String, usize)> = Vec::new();
    for (reason, n) in cells.iter().flat_map(|cell| &cell.missing) {
        match reasons.iter_mut().find(|(other, _)| other == reason) {
            Some((_, count)) => *count += n,
            None => reasons.push((reason.clone(), *n)),
        }
    }
    reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    reasons
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .map(|(reason, _)| reason)
        .collect()
}

fn figure(context: &Context<'_>, reasons: &[String]) -> Figure {
    Figure {
        id: "missing-figure".to_owned(),
        number: None,
        simulated: context.is_simulated(),
        title: "Which values are missing, and why?".into(),
        caption:
            "Each bar is the share of the values expected in one arm at one wave; beside it how \
                  many are missing."
                .into(),
        description: description(context),
        drawing: Drawing::Missingness(Missingness {
            reasons: reasons.to_vec(),
            panels: panels(context, reasons),
        }),
        data: table(context, reasons, "missing-data"),
    }
}

fn panels(context: &Context<'_>, reasons: &[String]) -> Vec<MissingnessPanel> {
    let cells = &context.findings.description.missingness;
    let mut outcomes: Vec<&str> = cells.iter().map(|cell| cell.outcome.as_str()).collect();
    outcomes.dedup();
    outcomes
        .into_iter()
        .map(|outcome| MissingnessPanel {
            label: context.outcome(outcome),
            bars: cells
                .iter()
                .filter(|cell| cell.outcome == outcome)
                .map(|cell| MissingnessBar {
                    wave: context.wave(&cell.wave),
                    arm: cell.arm.as_deref().map(|arm| context.arm(arm)),
                    expected: cell.present + missing_of(cell),
                    missing: reasons
                        .iter()
                        .map(|reason| count_of(cell, reason))
                        .collect(),
                })
                .collect(),
        })
        .collect()
}

fn count_of(cell: &MissingnessCell, reason: &str) -> usize {
    let found = cell.missing.iter().filter(|(other, _)| other == reason);
    found.map(|(_, n)| n).sum()
}

fn description(context: &Context<'_>) -> String {
    let cells = &context.findings.description.missingness;
    let parts: Vec<String> = cells
        .iter()
        .filter(|cell| missing_of(cell) > 0)
        .map(|cell| {
            let arm = cell
                .arm
                .as_deref()
                .map_or_else(String::new, |arm| format!(", {}", context.arm(arm).1));
            format!(
                "{}, {}{arm}: {} of {} missing.",
                context.outcome(&cell.outcome),
                context.wave(&cell.wave),
                missing_of(cell),
                cell.present + missing_of(cell)
            )
        })
        .collect();
    format!("Bar chart of missing values. {}", parts.join(" "))
}

fn table(context: &Context<'_>, reasons: &[String], id: &str) -> Table {
    let mut columns = vec![
        Column::words("Outcome and wave"),
        Column::words("Arm"),
        Column::numbers("Expected"),
        Column::numbers("Present"),
    ];
    for reason in reasons {
        columns.push(Column::numbers(Text::own(reason)).under("Missing".into()));
    }
    let mut table = Table::new(
        id,
        "Missing values by outcome, wave, arm and reason",
        columns,
    );
    let mut open = None;
    for cell in &context.findings.description.missingness {
        if open != Some(&cell.outcome) {
            open = Some(&cell.outcome);
            table
                .rows
                .push(Row::heading(Text::own(context.outcome(&cell.outcome))));
        }
        let mut cells = vec![
            Text::own(context.wave(&cell.wave)),
            context.arm_cell(cell.arm.as_deref()),
            Text::count(cell.present + missing_of(cell)),
            Text::count(cell.present),
        ];
        cells.extend(
            reasons
                .iter()
                .map(|reason| Text::count(count_of(cell, reason))),
        );
        table.rows.push(Row::of(cells));
    }
    table
}
