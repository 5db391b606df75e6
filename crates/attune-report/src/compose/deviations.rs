//! Departures from the plan: those the team tells of, then those the program saw.

use super::context::{Context, anchor};
use crate::{Block, Column, Row, Section, Table, Text};

/// Whether the report has a section for each finding, to which the table can lead.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Findings {
    /// It has.
    InReport,
    /// It has not.
    Elsewhere,
}

pub fn section(context: &Context<'_>, findings: Findings) -> Section {
    let mut section = Section::new("deviations", "Departures from the plan");
    let deviations = &context.findings.deviations;
    if deviations.is_empty() {
        section.say("The team tells of none, and the program saw none.");
        return section;
    }
    let mut table = Table::new(
        "deviations-table",
        "Departures from the plan",
        vec![
            Column::words("When, or by whom seen"),
            Column::words("Concerns"),
            Column::words("What was done otherwise"),
            Column::words("Why"),
        ],
    );
    for deviation in deviations {
        table.rows.push(Row::of(vec![
            deviation
                .date
                .clone()
                .map_or_else(|| "seen by the program".into(), Text::own),
            concerns(context, deviation.analysis.as_deref(), findings),
            Text::own(&deviation.what),
            Text::own(&deviation.why),
        ]));
    }
    section.push(Block::Table(table));
    section
}

fn concerns(context: &Context<'_>, analysis: Option<&str>, findings: Findings) -> Text {
    let Some(id) = analysis else {
        return "the whole study".into();
    };
    match context
        .findings
        .findings
        .iter()
        .find(|finding| finding.id == id)
    {
        Some(finding) if findings == Findings::Elsewhere => Text::own(&finding.outcome.label),
        Some(finding) => Text::own(&finding.outcome.label)
            .and(" (")
            .and_see(anchor("finding", id))
            .and(")"),
        None => Text::code(id),
    }
}
