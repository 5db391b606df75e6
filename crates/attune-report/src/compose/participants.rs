//! Who took part: flow by site, arm and wave, as a diagram and as a table; who stayed and who was
//! lost, by arm and by baseline value.

use attune_analysis::{
    findings::{AttritionBaseline, FlowRow, FlowWave},
    words,
};

use attune_protocol::plan::About;

use super::{
    commissioner,
    context::{Context, mean_cell},
};
use crate::{
    Block, Column, Drawing, Figure, FlowColumn, FlowDiagram, FlowStep, Row, Section, Table, Text,
    figures::MOST_FLOW_COLUMNS,
};

pub fn section(context: &Context<'_>) -> Section {
    let mut section = Section::new("participants", "Participants");
    let flow = &context.findings.description.flow;
    if flow.is_empty() {
        section.say("No participant is recorded.");
        return section;
    }
    if let Some(about) = context.primary_of_others() {
        others(context, &mut section, about);
        return section;
    }
    section.say(opening(context));
    section.push(Block::Figure(Box::new(diagram(context))));
    section.push(Block::Table(flow_table(context)));
    section.sections.extend(attrition(context));
    section
}

/// Where the primary outcome is measured on something else than families: how many there were of each, and how much
/// of every outcome. Who stayed cannot be told from it, and is not.
fn others(context: &Context<'_>, section: &mut Section, about: About) {
    let (_, many) = words::unit_nouns(about);
    section.push(Block::Paragraph(
        match context.is_before_and_after() {
            true => commissioner::reached_by_phase(context),
            false => in_a_sentence(context).and(" "),
        }
        .and(format!(
            "The primary outcome is measured on {many}, not on families, so it does not tell who stayed."
        )),
    ));
    section
        .blocks
        .extend(commissioner::phases(context).map(Block::Table));
}

fn opening(context: &Context<'_>) -> Text {
    in_a_sentence(context)
        .and(" ")
        .and_see("flow")
        .and(" shows the way of each, ")
        .and_see("flow-table")
        .and(" the same in numbers.")
}

/// How many were enrolled, left, and are in an analysis.
pub fn in_a_sentence(context: &Context<'_>) -> Text {
    let flow = &context.findings.description.flow;
    let analysed: usize = flow.iter().map(|row| row.analysed).sum();
    let left: usize = flow
        .iter()
        .flat_map(|row| &row.waves)
        .flat_map(|wave| &wave.left)
        .map(|(_, n)| n)
        .sum();
    Text::from(format!(
        "{} enrolled; {} left before the last wave; {} in at least one analysis.",
        words::count_of(context.enrolled(), "dyad was", "dyads were"),
        if left == 0 {
            "none".to_owned()
        } else {
            words::count(left)
        },
        words::count_of(analysed, "is", "are"),
    ))
}

/// Name of the last wave and how many families had a value of the primary outcome then.
pub fn measured_last(context: &Context<'_>) -> Option<(String, usize)> {
    if context.primary_of_others().is_some() {
        return None;
    }
    let (last, label) = context.findings.description.waves.last()?;
    let waves = context
        .findings
        .description
        .flow
        .iter()
        .flat_map(|row| &row.waves);
    let mut at_last = waves.filter(|wave| wave.wave == *last).peekable();
    at_last.peek()?;
    Some((label.clone(), at_last.map(|wave| wave.assessed).sum()))
}

/// Why families left, all sites and waves together, the most frequent reason first.
pub fn reasons_for_leaving(context: &Context<'_>) -> Vec<(String, usize)> {
    let flow = &context.findings.description.flow;
    let mut reasons: Vec<(String, usize)> = Vec::new();
    for (reason, n) in flow
        .iter()
        .flat_map(|row| &row.waves)
        .flat_map(|wave| &wave.left)
    {
        match reasons.iter_mut().find(|(other, _)| other == reason) {
            Some((_, count)) => *count += n,
            None => reasons.push((reason.clone(), *n)),
        }
    }
    reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    reasons
}

fn diagram(context: &Context<'_>) -> Figure {
    let columns = columns(context);
    Figure {
        id: "flow".to_owned(),
        number: None,
        simulated: context.is_simulated(),
        permuted: false,
        title: "From enrolment to analysis".into(),
        caption: caption(context, &columns),
        description: description(&columns),
        data: flow_table(context),
        shown_in: Some("flow-table".to_owned()),
        drawing: Drawing::Flow(FlowDiagram { columns }),
    }
}

fn caption(context: &Context<'_>, columns: &[FlowColumn]) -> Text {
    let text = Text::from(
        "Assessed: with a value of the primary outcome. Those beside the line left before the wave \
         below them.",
    );
    match columns.len() < context.findings.description.flow.len() {
        true => text
            .and(" Sites of an arm are added up; each is in ")
            .and_see("flow-table")
            .and("."),
        false => text,
    }
}

/// One column per site where they fit on a page, else per arm.
fn columns(context: &Context<'_>) -> Vec<FlowColumn> {
    let flow = &context.findings.description.flow;
    if flow.len() <= MOST_FLOW_COLUMNS {
        return flow.iter().map(|row| site_column(context, row)).collect();
    }
    let mut arms: Vec<Option<&str>> = Vec::new();
    for row in flow {
        if !arms.contains(&row.arm.as_deref()) {
            arms.push(row.arm.as_deref());
        }
    }
    arms.into_iter()
        .map(|arm| {
            let rows: Vec<&FlowRow> = flow.iter().filter(|r| r.arm.as_deref() == arm).collect();
            let total = total(&rows);
            let name = arm.map(|arm| context.arm(arm));
            FlowColumn {
                label: match &name {
                    Some((_, label)) => label.clone(),
                    None => "All sites".to_owned(),
                },
                arm: name,
                planned: planned_of(context, &rows),
                ..site_column(context, &total)
            }
        })
        .collect()
}

fn site_column(context: &Context<'_>, row: &FlowRow) -> FlowColumn {
    let arm = row.arm.as_deref().map(|arm| context.arm(arm));
    // Where there is one site only, its columns are told apart by their arms.
    let label = match &arm {
        Some((_, label)) if context.n_sites() == 1 => label.clone(),
        _ => context.site(&row.site),
    };
    FlowColumn {
        label,
        arm,
        enrolled: row.enrolled,
        planned: planned_of(context, &[row]),
        steps: row
            .waves
            .iter()
            .map(|wave| FlowStep {
                wave: context.wave(&wave.wave),
                assessed: wave.assessed,
                not_assessed: wave.not_assessed,
                not_yet_due: wave.not_yet_due,
                words_of_not_due: context.protocol.study.status.words_of_not_due(),
                left: wave.left.clone(),
            })
            .collect(),
        analysed: row.analysed,
    }
}

/// What the sites of these rows planned, where each of them said so and stands on one row.
fn planned_of(context: &Context<'_>, rows: &[&FlowRow]) -> Option<u32> {
    let flow = &context.findings.description.flow;
    rows.iter()
        .map(|row| {
            let is_alone = flow.iter().filter(|other| other.site == row.site).count() == 1;
            let sites = &context.findings.description.sites;
            let site = sites.iter().find(|site| site.id == row.site)?;
            site.planned.filter(|_| is_alone)
        })
        .sum()
}

/// Several rows added up.
fn total(rows: &[&FlowRow]) -> FlowRow {
    let mut waves: Vec<FlowWave> = Vec::new();
    for wave in rows.iter().flat_map(|row| &row.waves) {
        match waves.iter_mut().find(|other| other.wave == wave.wave) {
            Some(sum) => add(sum, wave),
            None => waves.push(wave.clone()),
        }
    }
    FlowRow {
        site: String::new(),
        arm: rows.first().and_then(|row| row.arm.clone()),
        enrolled: rows.iter().map(|row| row.enrolled).sum(),
        waves,
        analysed: rows.iter().map(|row| row.analysed).sum(),
    }
}

fn add(sum: &mut FlowWave, wave: &FlowWave) {
    sum.assessed += wave.assessed;
    sum.not_assessed += wave.not_assessed;
    sum.not_yet_due += wave.not_yet_due;
    for (reason, n) in &wave.left {
        match sum.left.iter_mut().find(|(other, _)| other == reason) {
            Some((_, count)) => *count += n,
            None => sum.left.push((reason.clone(), *n)),
        }
    }
}

fn description(columns: &[FlowColumn]) -> String {
    let columns: Vec<String> = columns
        .iter()
        .map(|column| {
            let steps: Vec<String> = column
                .steps
                .iter()
                .map(|step| {
                    let left: usize = step.left.iter().map(|(_, n)| n).sum();
                    let to_come = match step.not_yet_due {
                        0 => String::new(),
                        n => format!(", {n} {}", step.words_of_not_due),
                    };
                    format!(
                        "{} {} assessed, {left} left before{to_come}",
                        step.wave, step.assessed
                    )
                })
                .collect();
            format!(
                "{}: {} enrolled; {}; {} analysed.",
                column.label,
                column.enrolled,
                steps.join("; "),
                column.analysed
            )
        })
        .collect();
    format!("Flow diagram. {}", columns.join(" "))
}

fn flow_table(context: &Context<'_>) -> Table {
    let flow = &context.findings.description.flow;
    let mut columns = vec![
        Column::words("Site and wave"),
        Column::numbers("Assessed"),
        Column::numbers("Not assessed"),
    ];
    if is_any_to_come(context) {
        columns.push(Column::numbers(match is_over(context) {
            false => "Not yet due",
            true => "Not due before the end",
        }));
    }
    columns.push(Column::numbers("Left before"));
    columns.push(Column::words("Reasons for leaving"));
    let mut table = Table::new(
        "flow-table",
        "Participant flow by site, arm and wave",
        columns,
    );
    for row in flow {
        let name = Text::own(context.site(&row.site));
        table
            .rows
            .extend(flow_rows(context, name, row, planned_of(context, &[row])));
    }
    table.rows.extend(total_rows(context));
    table.notes.push(
        "Assessed: with a value of the primary outcome at this wave. Not assessed: in the study at \
         this wave, without one. Left before: left the study between the wave before and this one."
            .into(),
    );
    if is_any_to_come(context) {
        let note = match is_over(context) {
            false => {
                "Not yet due: in the study, and the time in which this wave may be measured goes on beyond the last day \
                 of the records."
            }
            true => {
                "Not due before the end: enrolled so late that the study ended before the time in which this wave may be \
                 measured."
            }
        };
        table.notes.push(note.into());
    }
    table
}

fn is_over(context: &Context<'_>) -> bool {
    context.protocol.study.status.is_over()
}

/// Whether somebody's visit has not come, or had not come when the study ended.
fn is_any_to_come(context: &Context<'_>) -> bool {
    let flow = &context.findings.description.flow;
    let mut waves = flow.iter().flat_map(|row| &row.waves);
    waves.any(|wave| wave.not_yet_due > 0)
}

/// A heading with what was planned, enrolled and analysed, then a row per wave.
fn flow_rows(context: &Context<'_>, name: Text, row: &FlowRow, planned: Option<u32>) -> Vec<Row> {
    let mut heading = name;
    if let Some(arm) = &row.arm {
        heading = heading.and(", ").then(context.arm_cell(Some(arm)));
    }
    let planned = planned.map_or_else(String::new, |n| {
        format!("{} planned, ", words::count(n as usize))
    });
    heading = heading.and(format!(
        ": {planned}{} enrolled, {} analysed",
        words::count(row.enrolled),
        words::count(row.analysed)
    ));
    let mut rows = vec![Row::heading(heading)];
    let with_to_come = is_any_to_come(context);
    rows.extend(row.waves.iter().map(|wave| {
        let mut cells = vec![
            Text::own(context.wave(&wave.wave)),
            Text::count(wave.assessed),
            Text::count(wave.not_assessed),
        ];
        if with_to_come {
            cells.push(Text::count(wave.not_yet_due));
        }
        cells.push(Text::count(wave.left.iter().map(|(_, n)| n).sum()));
        cells.push(reasons_cell(&wave.left));
        Row::of(cells)
    }));
    rows
}

fn reasons_cell(left: &[(String, usize)]) -> Text {
    let mut text = Text::default();
    for (reason, n) in left {
        let gap = if text.is_empty() { "" } else { ", " };
        text = text
            .and(gap)
            .and_own(reason)
            .and(format!(" {}", words::count(*n)));
    }
    text
}

/// The sites of each arm added up, and all sites.
fn total_rows(context: &Context<'_>) -> Vec<Row> {
    let flow = &context.findings.description.flow;
    if flow.len() < 2 {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for (arm, _) in &context.findings.description.arms {
        let of_arm: Vec<&FlowRow> = flow
            .iter()
            .filter(|row| row.arm.as_deref() == Some(arm))
            .collect();
        if of_arm.len() > 1 {
            let planned = planned_of(context, &of_arm);
            let name = "All sites of an arm".into();
            rows.extend(flow_rows(context, name, &total(&of_arm), planned));
        }
    }
    let all: Vec<&FlowRow> = flow.iter().collect();
    let sum = FlowRow {
        arm: None,
        ..total(&all)
    };
    let planned = planned_of(context, &all);
    rows.extend(flow_rows(context, "All sites".into(), &sum, planned));
    rows
}

fn attrition(context: &Context<'_>) -> Option<Section> {
    let attrition = &context.findings.description.attrition;
    if attrition.by_arm.is_empty() {
        return None;
    }
    let mut section = Section::new("attrition", "Who stayed, who was lost");
    if !attrition.sentence.is_empty() {
        section.say(attrition.sentence.clone());
    }
    section.push(Block::Table(retention(context)));
    if attrition.by_baseline.iter().any(|row| row.lost.0 > 0) {
        section.push(Block::Table(lost_and_kept(context)));
    }
    Some(section)
}

fn retention(context: &Context<'_>) -> Table {
    let mut columns = vec![Column::words("Arm"), Column::numbers("Enrolled")];
    for (_, label) in &context.findings.description.waves {
        columns.push(Column::numbers(Text::own(label)).under("Assessed, n (%)".into()));
    }
    let mut table = Table::new("retention", "Dyads assessed at each wave, by arm", columns);
    for arm in &context.findings.description.attrition.by_arm {
        let mut cells = vec![context.baseline_group(&arm.arm), Text::count(arm.enrolled)];
        for (wave, _) in &context.findings.description.waves {
            let assessed = arm.assessed.iter().find(|(id, _)| id == wave);
            cells.push(
                assessed.map_or_else(|| "–".into(), |(_, n)| share_cell(*n, arm.due_at(wave))),
            );
        }
        table.rows.push(Row::of(cells));
    }
    let arms = &context.findings.description.attrition.by_arm;
    if arms.iter().any(|arm| !arm.not_yet_due.is_empty()) {
        table
            .notes
            .push("Shares are of the dyads for whom the wave was due.".into());
    }
    table
}

/// "26 (87 %)".
fn share_cell(n: usize, of: usize) -> Text {
    match of {
        0 => words::count(n).into(),
        of => {
            let share = words::percent(n as f64 / of as f64);
            format!("{} ({share})", words::count(n)).into()
        }
    }
}

fn lost_and_kept(context: &Context<'_>) -> Table {
    let mut table = Table::new(
        "lost-and-kept",
        "Baseline values of dyads kept to the last wave and of dyads lost",
        vec![
            Column::words("Outcome"),
            Column::words("Arm"),
            Column::numbers("n").under("Kept".into()),
            Column::numbers("Mean (SD)").under("Kept".into()),
            Column::numbers("n").under("Lost".into()),
            Column::numbers("Mean (SD)").under("Lost".into()),
            Column::numbers("Standardised difference, lost − kept"),
        ],
    );
    let rows = &context.findings.description.attrition.by_baseline;
    table.rows = rows.iter().map(|row| lost_row(context, row)).collect();
    table
}

fn lost_row(context: &Context<'_>, row: &AttritionBaseline) -> Row {
    Row::of(vec![
        Text::own(context.outcome(&row.outcome)),
        context.baseline_group(&row.arm),
        Text::count(row.retained.0),
        mean_cell(row.retained.1, row.retained.2),
        Text::count(row.lost.0),
        mean_cell(row.lost.1, row.lost.2),
        Text::number_or_dash(row.standardised_difference, 2),
    ])
}

/// Heading of a group's column with its number of dyads.
pub fn group_with_n(context: &Context<'_>, group: &str) -> Text {
    let text = context.baseline_group(group);
    match context.enrolled_in(group) {
        Some(n) => text.and(format!(" (n\u{a0}=\u{a0}{})", words::count(n))),
        None => text,
    }
}
