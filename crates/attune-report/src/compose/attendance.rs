//! Sessions attended, where attendance is recorded. It is described, never read as an effect of
//! coming: those who come more differ in other ways, and one must stay to attend.

use attune_analysis::{findings::AttendanceSummary, words};

use super::context::Context;
use crate::{Block, Column, Row, Section, Table, Text};

pub fn section(context: &Context<'_>) -> Section {
    let attendance = &context.findings.description.attendance;
    if attendance.is_empty() {
        return Section::default();
    }
    let mut section = Section::new("attendance", "Attendance");
    section.say(
        "A drop-in has no appointments, so nobody failed to come. The numbers describe who came how \
         often. They do not show what coming did: families who come more differ in other ways, and \
         only those who stay can attend.",
    );
    section.push(Block::Table(table(context, attendance)));
    section
}

fn table(context: &Context<'_>, attendance: &[AttendanceSummary]) -> Table {
    let mut table = Table::new(
        "attendance-table",
        "Sessions attended per dyad, by arm",
        vec![
            Column::words("Arm"),
            Column::numbers("Dyads"),
            Column::numbers("Came at least once, n (%)"),
            Column::numbers("Median"),
            Column::numbers("Quartiles"),
            Column::numbers("Most"),
        ],
    );
    table.rows = attendance.iter().map(|arm| row(context, arm)).collect();
    table
}

fn row(context: &Context<'_>, arm: &AttendanceSummary) -> Row {
    let number = |value: Option<f64>| -> Text {
        value.map_or_else(|| "–".into(), |value| words::short(value, 1).into())
    };
    let came = match arm.dyads {
        0 => words::count(arm.came),
        dyads => {
            let share = words::percent(arm.came as f64 / dyads as f64);
            format!("{} ({share})", words::count(arm.came))
        }
    };
    let quartiles = arm.quartiles.map_or_else(
        || "–".into(),
        |(low, high)| format!("{} to {}", words::short(low, 1), words::short(high, 1)).into(),
    );
    Row::of(vec![
        context.baseline_group(&arm.arm),
        Text::count(arm.dyads),
        came.into(),
        number(arm.median),
        quartiles,
        number(arm.maximum),
    ])
}
