//! Every outcome by arm and wave, as observed.

use attune_analysis::{findings::OutcomeCell, words};

use super::context::{Context, decimals_by_sd, mean_cell, role_words};
use crate::{Block, Column, Row, Section, Table, Text, table::arm_heading};

pub fn section(context: &Context<'_>) -> Section {
    let mut section = Section::new("outcomes", "Outcomes as observed");
    if context.findings.description.outcomes.is_empty() {
        section.say("No value of any outcome is recorded.");
        return section;
    }
    section.say(
        Text::default()
            .and_see("outcomes-table")
            .and(match Layout::of(context) {
                Layout::Waves => " gives every outcome by arm and wave, before any model.",
                Layout::PhasesAlone => " gives every outcome in each phase, before any model.",
            }),
    );
    section.push(Block::Table(table(context)));
    section
}

/// Whether waves need lines of their own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// A line for each wave, under the name of the outcome.
    Waves,
    /// Every value belongs to the phase that its wave is named after: the columns say it all.
    PhasesAlone,
}

impl Layout {
    fn of(context: &Context<'_>) -> Self {
        let is_phase = |cell: &OutcomeCell| {
            let phase = cell.phase.as_ref().map(|phase| context.arm(phase).1);
            phase.is_some_and(|phase| phase == context.wave(&cell.wave))
        };
        let seen = context.findings.description.outcomes.iter();
        match seen.filter(|cell| cell.n > 0).all(is_phase) {
            true => Self::PhasesAlone,
            false => Self::Waves,
        }
    }
}

/// Whether the columns say all of a value's place, so that waves need no lines.
pub fn phases_alone(context: &Context<'_>) -> bool {
    Layout::of(context) == Layout::PhasesAlone
}

/// Columns stand for arms, and for phases within them where the design has phases.
type Place<'a> = (Option<&'a str>, Option<&'a str>);

fn table(context: &Context<'_>) -> Table {
    let cells = &context.findings.description.outcomes;
    let places = places(cells);
    let layout = Layout::of(context);
    let (first, title) = match layout {
        Layout::Waves => ("Outcome and wave", "Outcomes by arm and wave"),
        Layout::PhasesAlone => ("Outcome", "Outcomes in each phase"),
    };
    let mut columns = vec![Column::words(first)];
    for place in &places {
        let group = place_heading(context, *place);
        columns.push(Column::numbers("n").under(group.clone()));
        columns.push(Column::numbers("Mean (SD)").under(group.clone()));
        columns.push(Column::numbers("Median").under(group.clone()));
        columns.push(Column::numbers("Range").under(group));
    }
    let mut table = Table::new("outcomes-table", title, columns);
    let mut outcomes: Vec<&str> = cells.iter().map(|cell| cell.outcome.as_str()).collect();
    outcomes.dedup();
    for outcome in outcomes {
        let heading = outcome_heading(context, outcome);
        match layout {
            Layout::Waves => {
                table.rows.push(Row::heading(heading));
                table.rows.extend(wave_rows(context, outcome, &places));
            }
            Layout::PhasesAlone => {
                let values = places.iter().flat_map(|place| {
                    value_cells(
                        cells
                            .iter()
                            .find(|cell| cell.outcome == outcome && place_of(cell) == *place),
                    )
                });
                table
                    .rows
                    .push(Row::of(std::iter::once(heading).chain(values).collect()));
            }
        }
    }
    table
}

fn place_of(cell: &OutcomeCell) -> Place<'_> {
    (cell.arm.as_deref(), cell.phase.as_deref())
}

fn places(cells: &[OutcomeCell]) -> Vec<Place<'_>> {
    let mut places: Vec<Place<'_>> = Vec::new();
    for cell in cells {
        let place = place_of(cell);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

fn place_heading(context: &Context<'_>, (arm, phase): Place<'_>) -> Text {
    let arm = arm.map(|arm| {
        let (mark, label) = context.arm(arm);
        arm_heading(mark, &label)
    });
    let phase = phase.map(|phase| context.arm(phase));
    match (arm, phase) {
        (Some(arm), Some((_, phase))) => arm.and(", ").and_own(phase),
        (Some(arm), None) => arm,
        (None, Some((mark, phase))) => arm_heading(mark, &phase),
        (None, None) => "All".into(),
    }
}

fn outcome_heading(context: &Context<'_>, id: &str) -> Text {
    let outcome = context
        .protocol
        .outcomes
        .iter()
        .find(|o| o.id.as_str() == id);
    let Some(outcome) = outcome else {
        return Text::own(id);
    };
    let mut text = Text::own(&outcome.label);
    if let Some(unit) = &outcome.unit {
        text = text.and(", ").and_own(unit);
    }
    text.and(format!(" ({})", role_words(outcome.role)))
}

fn wave_rows(context: &Context<'_>, outcome: &str, places: &[Place<'_>]) -> Vec<Row> {
    let cells = &context.findings.description.outcomes;
    let mut waves: Vec<&str> = Vec::new();
    for cell in cells.iter().filter(|cell| cell.outcome == outcome) {
        if !waves.contains(&cell.wave.as_str()) {
            waves.push(&cell.wave);
        }
    }
    let row = |wave: &&str| {
        let mut row = vec![Text::own(context.wave(wave))];
        for place in places {
            let cell = cells.iter().find(|cell| {
                cell.outcome == outcome && cell.wave == *wave && place_of(cell) == *place
            });
            row.extend(value_cells(cell));
        }
        Row::of(row)
    };
    waves.iter().map(row).collect()
}

fn value_cells(cell: Option<&OutcomeCell>) -> [Text; 4] {
    let dash = || Text::from("–");
    let Some(cell) = cell else {
        return [dash(), dash(), dash(), dash()];
    };
    let decimals = decimals_by_sd(cell.sd);
    let range = match (cell.minimum, cell.maximum) {
        (Some(low), Some(high)) => format!(
            "{} to {}",
            words::short(low, decimals),
            words::short(high, decimals)
        )
        .into(),
        _ => dash(),
    };
    [
        Text::count(cell.n),
        mean_cell(cell.mean, cell.sd),
        cell.median
            .map_or_else(dash, |median| words::short(median, decimals).into()),
        range,
    ]
}
