//! What is missing, by wave, arm and reason.

use attune_analysis::{findings::MissingnessCell, words};
use attune_protocol::missing::Missing;

use super::context::Context;
use crate::{
    Block, Column, Drawing, Figure, Missingness, MissingnessBar, MissingnessPanel, Row, Section,
    Table, Text,
};

/// Reasons that say that no value was to be expected at all.
const DOES_NOT_APPLY: [Missing; 2] = [Missing::NotApplicable, Missing::HiddenByBranching];

pub fn section(context: &Context<'_>) -> Section {
    let cells = by_wave(context);
    if cells.is_empty() {
        return Section::default();
    }
    let mut section = Section::new("missing-values", "Missing values");
    let missing: usize = cells.iter().map(|cell| missing_of(cell)).sum();
    let expected: usize = cells.iter().map(|cell| expected_of(cell)).sum();
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
    let reasons = reasons(&cells);
    section.push(Block::Figure(Box::new(figure(context, &reasons))));
    section.push(Block::Table(table(context, &reasons)));
    section
}

fn is_missing(reason: &str) -> bool {
    !DOES_NOT_APPLY.iter().any(|other| other.words() == reason)
}

fn missing_of(cell: &MissingnessCell) -> usize {
    let missing = cell.missing.iter().filter(|(reason, _)| is_missing(reason));
    missing.map(|(_, n)| n).sum()
}

fn expected_of(cell: &MissingnessCell) -> usize {
    cell.present + missing_of(cell)
}

/// Reasons in order of how often they stand, most frequent first.
fn reasons(cells: &[&MissingnessCell]) -> Vec<String> {
    let mut reasons: Vec<(String, usize)> = Vec::new();
    let missing = cells.iter().flat_map(|cell| &cell.missing);
    for (reason, n) in missing.filter(|(reason, _)| is_missing(reason)) {
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
        permuted: false,
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
        data: table(context, reasons),
        shown_in: Some("missing-table".to_owned()),
    }
}

/// One panel per outcome of which anything is missing.
fn panels(context: &Context<'_>, reasons: &[String]) -> Vec<MissingnessPanel> {
    let mut panels: Vec<MissingnessPanel> = Vec::new();
    let mut open = None;
    for cell in by_wave(context) {
        if open != Some(&cell.outcome) {
            open = Some(&cell.outcome);
            panels.push(MissingnessPanel {
                label: context.outcome(&cell.outcome),
                bars: Vec::new(),
            });
        }
        if let Some(panel) = panels.last_mut().filter(|_| expected_of(cell) > 0) {
            panel.bars.push(MissingnessBar {
                wave: context.wave(&cell.wave),
                arm: cell.arm.as_deref().map(|arm| context.arm(arm)),
                expected: expected_of(cell),
                missing: reasons
                    .iter()
                    .map(|reason| count_of(cell, reason))
                    .collect(),
            });
        }
    }
    let is_missing_any = |bar: &MissingnessBar| bar.missing.iter().any(|n| *n > 0);
    panels.retain(|panel| panel.bars.iter().any(is_missing_any));
    panels
}

/// Whether the outcome is measured in this arm at all.
fn applies(cell: &MissingnessCell) -> bool {
    cell.present > 0 || not_applicable_of(cell) == 0
}

/// The cells in which something could be expected, outcome by outcome, wave by wave, arms side by side.
fn by_wave<'a>(context: &'a Context<'_>) -> Vec<&'a MissingnessCell> {
    let description = &context.findings.description;
    let place =
        |names: &[(String, String)], id: &str| names.iter().position(|(other, _)| other == id);
    let mut outcomes: Vec<&str> = Vec::new();
    for cell in &description.missingness {
        if !outcomes.contains(&cell.outcome.as_str()) {
            outcomes.push(&cell.outcome);
        }
    }
    let cells = description.missingness.iter();
    let mut cells: Vec<&MissingnessCell> = cells.filter(|cell| applies(cell)).collect();
    cells.sort_by_key(|cell| {
        let outcome = outcomes.iter().position(|other| *other == cell.outcome);
        let arm = cell
            .arm
            .as_deref()
            .and_then(|arm| place(&description.arms, arm));
        (outcome, place(&description.waves, &cell.wave), arm)
    });
    cells
}

fn count_of(cell: &MissingnessCell, reason: &str) -> usize {
    let found = cell.missing.iter().filter(|(other, _)| other == reason);
    found.map(|(_, n)| n).sum()
}

/// The largest share and where it is; every number is in the table.
fn description(context: &Context<'_>) -> String {
    let share = |cell: &MissingnessCell| missing_of(cell) as f64 / expected_of(cell).max(1) as f64;
    let cells = by_wave(context);
    let most = cells.iter().max_by(|a, b| share(a).total_cmp(&share(b)));
    let most = most.map_or_else(String::new, |cell| {
        let arm = cell
            .arm
            .as_deref()
            .map_or_else(String::new, |arm| format!(", {}", context.arm(arm).1));
        format!(
            " Most are missing of {}, {}{arm}: {} of {}.",
            context.outcome(&cell.outcome),
            context.wave(&cell.wave),
            missing_of(cell),
            expected_of(cell)
        )
    });
    format!(
        "Bar chart of the share of values missing, by outcome, wave and arm, divided by reason.{most}"
    )
}

fn table(context: &Context<'_>, reasons: &[String]) -> Table {
    let cells = by_wave(context);
    let has_not_applicable = cells.iter().any(|cell| not_applicable_of(cell) > 0);
    let mut columns = vec![
        Column::words("Outcome and wave"),
        Column::words("Arm"),
        Column::numbers("Expected"),
        Column::numbers("Present"),
    ];
    for reason in reasons {
        columns.push(Column::numbers(Text::own(reason)).under("Missing".into()));
    }
    if has_not_applicable {
        columns.push(Column::numbers("Does not apply"));
    }
    let title = "Missing values by outcome, wave, arm and reason";
    let mut table = Table::new("missing-table", title, columns);
    let mut open = None;
    for cell in cells {
        if open != Some(&cell.outcome) {
            open = Some(&cell.outcome);
            table
                .rows
                .push(Row::heading(Text::own(context.outcome(&cell.outcome))));
        }
        let mut row = vec![
            Text::own(context.wave(&cell.wave)),
            context.arm_cell(cell.arm.as_deref()),
            Text::count(expected_of(cell)),
            Text::count(cell.present),
        ];
        row.extend(
            reasons
                .iter()
                .map(|reason| Text::count(count_of(cell, reason))),
        );
        if has_not_applicable {
            row.push(Text::count(not_applicable_of(cell)));
        }
        table.rows.push(Row::of(row));
    }
    if !context.findings.description.missingness.iter().all(applies) {
        table
            .notes
            .push("Arms in which an outcome is not measured at all are left out.".into());
    }
    table
}

fn not_applicable_of(cell: &MissingnessCell) -> usize {
    let other = cell
        .missing
        .iter()
        .filter(|(reason, _)| !is_missing(reason));
    other.map(|(_, n)| n).sum()
}
