//! Characteristics at the start by arm, with standardised differences and without p values: how
//! alike the arms were is a fact of this sample, not a hypothesis.

use attune_analysis::{
    findings::{BaselineCell, BaselineRow},
    words,
};

use super::{
    context::{Context, decimals_by_sd, mean_cell},
    participants::group_with_n,
};
use crate::{Block, Column, Row, RowKind, Section, Table, Text, text::Inline};

pub fn section(context: &Context<'_>) -> Section {
    let mut section = Section::new("baseline", "At the start");
    let description = &context.findings.description;
    if description.baseline.is_empty() {
        section.say("The study file names no characteristic for a baseline table.");
        return section;
    }
    if description.baseline_groups.len() > 1 {
        section.say(
            Text::default()
                .and_see("baseline-table")
                .and(" compares the groups as they were enrolled. ")
                .and(largest_difference(context)),
        );
    }
    section.push(Block::Table(table(context)));
    section
}

/// The largest standardised difference in a sentence.
fn largest_difference(context: &Context<'_>) -> String {
    let rows = &context.findings.description.baseline;
    let largest = rows
        .iter()
        .filter_map(|row| Some((row, row.standardised_difference?)))
        .filter(|(_, difference)| difference.is_finite())
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    largest.map_or_else(String::new, |(row, difference)| {
        format!(
            "The largest standardised difference is {} ({}).",
            words::fixed(difference, 2),
            row.label
        )
    })
}

fn table(context: &Context<'_>) -> Table {
    let description = &context.findings.description;
    let mut columns = vec![Column::words("Characteristic")];
    for (arm, _) in &description.baseline_groups {
        columns.push(Column::numbers(group_with_n(context, arm)));
    }
    let with_difference = description.baseline_groups.len() > 1;
    if with_difference {
        columns.push(Column::numbers("Standardised difference"));
    }
    let title = match context.protocol.arms.is_empty() && with_difference {
        true => "Characteristics at enrolment, by phase",
        false => "Characteristics at enrolment, by arm",
    };
    let mut table = Table::new("baseline-table", title, columns);
    let mut open: Option<&str> = None;
    for row in &description.baseline {
        if row.level.is_some() && open != Some(row.label.as_str()) {
            table.rows.push(characteristic(row, with_difference));
        }
        open = Some(&row.label);
        match row.level {
            Some(_) => table.rows.push(level_row(row, with_difference)),
            None => table.rows.extend(number_rows(row, with_difference)),
        }
    }
    table.notes = notes(with_difference);
    table
}

/// The line that names a characteristic with levels.
fn characteristic(row: &BaselineRow, with_difference: bool) -> Row {
    let mut cells = vec![Text::own(&row.label).and(", n (%)")];
    cells.extend(row.arms.iter().map(missing_cell));
    if with_difference {
        cells.push(Text::number_or_dash(row.standardised_difference, 2));
    }
    Row::of(cells)
}

fn missing_cell(cell: &BaselineCell) -> Text {
    match cell.missing {
        0 => Text::default(),
        missing => format!("{} missing", words::count(missing)).into(),
    }
}

fn level_row(row: &BaselineRow, with_difference: bool) -> Row {
    let level = row.level.clone().unwrap_or_default();
    let mut cells = vec![Text::own(level)];
    cells.extend(row.arms.iter().map(|cell| {
        let (Some(count), Some(share)) = (cell.count, cell.share) else {
            return "–".into();
        };
        format!("{} ({})", words::count(count), words::percent(share)).into()
    }));
    if with_difference {
        cells.push(Text::default());
    }
    Row::of(cells).set(RowKind::Indented)
}

/// Mean and SD on one line, median and quartiles on the next.
fn number_rows(row: &BaselineRow, with_difference: bool) -> Vec<Row> {
    let mut name = Text::own(&row.label);
    if let Some(unit) = &row.unit {
        name = name.and(", ").and_own(unit);
    }
    let mut means = vec![name.and(Inline::Plain(", mean (SD)".to_owned()))];
    let mut medians: Vec<Text> = vec!["median (quartiles)".into()];
    for cell in &row.arms {
        means.push(mean_with_missing(cell));
        medians.push(median_cell(cell));
    }
    if with_difference {
        means.push(Text::number_or_dash(row.standardised_difference, 2));
        medians.push(Text::default());
    }
    vec![Row::of(means), Row::of(medians).set(RowKind::Indented)]
}

fn mean_with_missing(cell: &BaselineCell) -> Text {
    let text = mean_cell(cell.mean, cell.sd);
    match cell.missing {
        0 => text,
        missing => text.and(format!("; {} missing", words::count(missing))),
    }
}

fn median_cell(cell: &BaselineCell) -> Text {
    let (Some(median), Some(lower), Some(upper)) =
        (cell.median, cell.lower_quartile, cell.upper_quartile)
    else {
        return "–".into();
    };
    let decimals = decimals_by_sd(cell.sd);
    format!(
        "{} ({} to {})",
        words::short(median, decimals),
        words::short(lower, decimals),
        words::short(upper, decimals)
    )
    .into()
}

fn notes(with_difference: bool) -> Vec<Text> {
    if !with_difference {
        return Vec::new();
    }
    vec![
        Text::from(
            "Standardised difference: the second column less the first, in pooled standard deviations (",
        )
        .and(Inline::Citation("austin-2009"))
        .and(
            "). No test is made: whether groups differ at the start by chance is not a question where \
             chance did not form them. In small samples differences of 0.3 and more are common.",
        ),
    ]
}
