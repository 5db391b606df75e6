//! One section per finding: the sentence first, then the figure, then the tables, then what it
//! cannot show, then assumptions, and the model folded away.

use attune_analysis::{
    findings::{Equivalence, Finding, ReliableChange, TimedContrast},
    words,
};

use super::{
    context::{
        Context, anchor, df_cell, estimate_cell, finding_anchor, level_heading, p_cell, role_words,
        short_interval,
    },
    estimates, sensitivity, trajectories,
};
use crate::{Block, Column, Row, Section, Table, Text, text::Inline};

pub fn section(context: &Context<'_>) -> Section {
    let mut section = Section::new("findings", "Findings");
    let findings = &context.findings.findings;
    if findings.is_empty() {
        section.say("The plan names no analysis.");
        return section;
    }
    section.say(Text::default().and_see("estimates").and(
        " has the estimate that answers each question; each finding follows with its figure, \
                  its sensitivity analyses and its limits.",
    ));
    section.push(Block::Table(estimates::table(context)));
    section.sections = findings.iter().map(|f| one(context, f)).collect();
    section
}

fn one(context: &Context<'_>, finding: &Finding) -> Section {
    let title =
        Text::own(&finding.outcome.label).and(format!(" ({})", role_words(finding.outcome.role)));
    let mut section = Section::new(finding_anchor(finding), title);
    section.push(Block::Paragraph(
        Inline::Emphasis(finding.question.clone()).into(),
    ));
    section.push(Block::Answer(finding.answer.clone()));
    doubts(&mut section, finding);
    section.blocks.extend(
        trajectories::figure(context, finding)
            .map(Box::new)
            .map(Block::Figure),
    );
    section
        .blocks
        .extend(contrasts(context, finding).map(Block::Table));
    if let Some(equivalence) = &finding.equivalence {
        section.push(Block::Subheading("Equivalence".into()));
        section.say(equivalence_words(finding, equivalence));
    }
    if let Some(change) = &finding.reliable_change {
        section.push(Block::Subheading("Reliable change".into()));
        section.say(change_words(context, finding, change));
        section.push(Block::Table(change_table(context, finding, change)));
    }
    section.blocks.extend(sensitivity::blocks(context, finding));
    limits(&mut section, finding);
    assumptions(&mut section, finding);
    section.push(estimates::model_in_full(finding));
    section
}

fn doubts(section: &mut Section, finding: &Finding) {
    for warning in &finding.warnings {
        section.push(Block::Doubt(Text::own(warning)));
    }
}

/// Arms compared at the planned times by marginal means.
fn contrasts(context: &Context<'_>, finding: &Finding) -> Option<Table> {
    let first = finding.contrasts.first()?;
    let level = level_heading(finding.contrasts.iter().map(|contrast| &contrast.estimate));
    let mut columns = vec![Column::words("Time since enrolment")];
    for (arm, _) in &first.means {
        let (mark, label) = context.arm(arm);
        let heading = crate::table::arm_heading(mark, &label);
        columns.push(Column::numbers(heading).under(format!("Mean ({level})").into()));
    }
    // Where all rows have the same difference, the heading says which.
    let names: Vec<&str> = finding
        .contrasts
        .iter()
        .map(|c| c.contrast.as_str())
        .collect();
    let is_common = names.iter().all(|name| *name == first.contrast);
    let group = match is_common {
        true => Text::from("Difference: ").and_own(&first.contrast),
        false => "Difference".into(),
    };
    if !is_common {
        columns.push(Column::words("Which").under(group.clone()));
    }
    columns.extend([
        Column::numbers(format!("Estimate ({level})")).under(group.clone()),
        Column::numbers("df").under(group.clone()),
        Column::numbers("p").under(group),
    ]);
    let mut table = Table::new(
        anchor("contrasts", &finding.id),
        Text::from("Means that the model gives at chosen times: ").and_own(&finding.outcome.label),
        columns,
    );
    if let Some(unit) = &finding.outcome.unit {
        table
            .notes
            .push(Text::from("Unit: ").and_own(unit).and("."));
    }
    let rows = finding.contrasts.iter();
    table.rows = rows
        .map(|contrast| contrast_row(contrast, is_common))
        .collect();
    Some(table)
}

fn contrast_row(contrast: &TimedContrast, is_common: bool) -> Row {
    let mut cells: Vec<Text> = vec![words::months(contrast.months).into()];
    cells.extend(contrast.means.iter().map(|(_, mean)| estimate_cell(mean)));
    if !is_common {
        cells.push(Text::own(&contrast.contrast));
    }
    cells.extend([
        estimate_cell(&contrast.estimate),
        df_cell(contrast.estimate.df),
        p_cell(contrast.estimate.p),
    ]);
    Row::of(cells)
}

fn equivalence_words(finding: &Finding, equivalence: &Equivalence) -> Text {
    let unit = words::unit_in_sentence(finding.outcome.unit.as_deref())
        .map_or_else(String::new, |unit| format!(" {unit}"));
    let interval = short_interval(
        equivalence.estimate,
        equivalence.ci_lower,
        equivalence.ci_upper,
    );
    Text::from(format!(
        "A difference within ± {}{unit} was declared beforehand to be no difference. Compared with it \
         is ",
        words::short(equivalence.bound, 3)
    ))
    .and_own(&equivalence.compared)
    .and(format!(", {interval}. Two one-sided tests ("))
    .and(Inline::Citation("schuirmann-1987"))
    .and(format!("): {}. ", words::p_value(equivalence.p)))
    .and_own(&equivalence.conclusion)
}

fn change_words(context: &Context<'_>, finding: &Finding, change: &ReliableChange) -> Text {
    let unit = words::unit_in_sentence(finding.outcome.unit.as_deref())
        .map_or_else(String::new, |unit| format!(" {unit}"));
    Text::from("A dyad’s change from ")
        .and_own(context.wave(&change.from_to.0))
        .and(" to ")
        .and_own(context.wave(&change.from_to.1))
        .and(format!(
            " is more than measurement error when it is larger than {}{unit} (",
            words::two_digits(change.threshold)
        ))
        .and(Inline::Citation("jacobson-1991"))
        .and("). ")
        .and_own(words::capitalised(change.basis.trim_end_matches('.')))
        .and(".")
}

fn change_table(context: &Context<'_>, finding: &Finding, change: &ReliableChange) -> Table {
    let mut table = Table::new(
        anchor("reliable-change", &finding.id),
        Text::from("Reliable change by arm: ").and_own(&finding.outcome.label),
        vec![
            Column::words("Arm"),
            Column::numbers("With both values"),
            Column::numbers("Improved, n (%)"),
            Column::numbers("Unchanged, n (%)"),
            Column::numbers("Deteriorated, n (%)"),
        ],
    );
    for arm in &change.arms {
        let share = |n: usize| -> Text {
            let percent = words::percent(n as f64 / arm.n.max(1) as f64);
            match arm.n {
                0 => words::count(n).into(),
                _ => format!("{} ({percent})", words::count(n)).into(),
            }
        };
        table.rows.push(Row::of(vec![
            context.arm_cell(Some(&arm.arm)),
            Text::count(arm.n),
            share(arm.improved),
            share(arm.unchanged),
            share(arm.deteriorated),
        ]));
    }
    table.notes.push(
        "Counts of single dyads say nothing about a difference between arms; regression to the mean \
         moves low values up in every arm."
            .into(),
    );
    table
}

fn limits(section: &mut Section, finding: &Finding) {
    if finding.cannot_show.is_empty() {
        return;
    }
    section.push(Block::Subheading("What this finding cannot show".into()));
    section.push(Block::List {
        ordered: false,
        items: finding.cannot_show.iter().map(Text::own).collect(),
    });
}

fn assumptions(section: &mut Section, finding: &Finding) {
    if finding.assumptions.is_empty() {
        return;
    }
    let mut table = Table::new(
        anchor("assumptions", &finding.id),
        Text::from("What the model assumes, and what the data say of it: ")
            .and_own(&finding.outcome.label),
        vec![
            Column::words("Assumption"),
            Column::words("Result"),
            Column::words("Detail"),
        ],
    );
    for check in &finding.assumptions {
        let result = match check.result.as_str() {
            "doubtful" => Inline::Strong(check.result.clone()).into(),
            result => Text::own(result),
        };
        let cells = vec![
            Text::own(words::capitalised(&check.name)),
            result,
            Text::own(&check.detail),
        ];
        table.rows.push(Row::of(cells));
    }
    section.push(Block::Subheading("Assumptions".into()));
    section.push(Block::Table(table));
}
