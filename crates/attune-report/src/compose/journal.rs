//! The results section of a journal article: participants, baseline, outcomes as observed, the planned
//! analyses in words and in a table, sensitivity, limits. Tables and numbers follow APA style; whatever
//! the journal does not want is easily deleted from the Word file.

use attune_analysis::{
    findings::{Estimate, Finding, OutcomeCell},
    words,
};

use super::{
    apa, attendance, baseline,
    context::{Context, anchor, role_words},
    limits, methods, outcomes, participants, reproduce, summary, trajectories,
};
use crate::{
    Block, Column, Profile, Row, RowKind, Section, Table, Text, table::arm_heading, text::Inline,
};

pub fn sections(context: &Context<'_>, methods: &methods::Methods) -> Vec<Section> {
    vec![
        taking_part(context),
        start(context),
        statistics(methods),
        observed(context),
        analyses(context),
        robustness(context),
        attendance::section(context),
        limits::section(context),
        reproduce::section(context, Profile::Journal),
        reproduce::references(),
    ]
}

/// Participants without the long table: the diagram says the same.
fn taking_part(context: &Context<'_>) -> Section {
    let full = participants::section(context);
    if context.primary_of_others().is_some() {
        return full;
    }
    let mut section = Section::new("participants", "Participants");
    section.blocks = full
        .blocks
        .into_iter()
        .filter(|block| matches!(block, Block::Table(_) | Block::Figure(_)))
        .collect();
    if section.blocks.is_empty() {
        section.say("No participant is recorded.");
        return section;
    }
    let opening = participants::in_a_sentence(context)
        .and(" The flow of participants is shown in ")
        .and_see("flow")
        .and(" and ")
        .and_see("flow-table")
        .and(".");
    section.blocks.insert(0, Block::Paragraph(opening));
    let attrition = &context.findings.description.attrition;
    if !attrition.sentence.is_empty() {
        section
            .blocks
            .insert(1, Block::Paragraph(attrition.sentence.clone().into()));
    }
    section
}

fn start(context: &Context<'_>) -> Section {
    Section {
        title: "Characteristics at enrolment".into(),
        ..baseline::section(context)
    }
}

/// How it was analysed, in the words of the full report.
fn statistics(methods: &methods::Methods) -> Section {
    let mut section = Section::new("methods-analysis", "Statistical analysis");
    let full = methods.section.sections.iter();
    let analysis = full.filter(|inner| inner.id == "methods-analysis");
    section.blocks = analysis
        .flat_map(|inner| &inner.blocks)
        .filter(|block| matches!(block, Block::Paragraph(_)))
        .cloned()
        .collect();
    section
}

fn observed(context: &Context<'_>) -> Section {
    let mut section = Section::new("outcomes", "Descriptive statistics");
    let cells = &context.findings.description.outcomes;
    if cells.is_empty() {
        section.say("No value of any outcome is recorded.");
        return section;
    }
    section.say(
        Text::from("Means and standard deviations of all outcomes are given in ")
            .and_see("descriptives")
            .and("."),
    );
    section.push(Block::Table(descriptives(context, cells)));
    section
}

/// One row per outcome and wave; n, M and SD per group in columns of their own.
fn descriptives(context: &Context<'_>, cells: &[OutcomeCell]) -> Table {
    type Place<'a> = (Option<&'a str>, Option<&'a str>);
    let mut places: Vec<Place<'_>> = Vec::new();
    for cell in cells {
        let place = (cell.arm.as_deref(), cell.phase.as_deref());
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let with_waves = !outcomes::phases_alone(context);
    let mut columns = vec![Column::words(match with_waves {
        true => "Outcome and wave",
        false => "Outcome",
    })];
    for (arm, phase) in &places {
        let names: Vec<_> = [arm, phase].into_iter().flatten().collect();
        let group = names.iter().fold(Text::default(), |text, id| {
            let gap = if text.is_empty() { "" } else { ", " };
            let (mark, label) = context.arm(id);
            text.and(gap).then(arm_heading(mark, &label))
        });
        let group = if group.is_empty() {
            "All".into()
        } else {
            group
        };
        for symbol in ["n", "M", "SD"] {
            let heading = Inline::Emphasis(symbol.to_owned());
            columns.push(Column::numbers(Text::from(heading)).under(group.clone()));
        }
    }
    let mut table = Table::new(
        "descriptives",
        match with_waves {
            true => "Means and Standard Deviations of Outcomes by Wave",
            false => "Means and Standard Deviations of Outcomes by Phase",
        },
        columns,
    );
    if !with_waves {
        table
            .rows
            .extend(rows_without_waves(context, cells, &places));
        return table;
    }
    let mut rows: Vec<(&str, &str)> = Vec::new();
    for cell in cells {
        let row = (cell.outcome.as_str(), cell.wave.as_str());
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    let mut open = "";
    for (outcome, wave) in rows {
        if outcome != open {
            table
                .rows
                .push(Row::heading(Text::own(context.outcome(outcome))));
            open = outcome;
        }
        let mut row = vec![Text::own(context.wave(wave))];
        for place in &places {
            let cell = cells.iter().find(|cell| {
                (cell.outcome.as_str(), cell.wave.as_str()) == (outcome, wave)
                    && (cell.arm.as_deref(), cell.phase.as_deref()) == *place
            });
            row.extend(value_cells(cell));
        }
        table.rows.push(Row::of(row).set(RowKind::Indented));
    }
    table
}

fn rows_without_waves(
    context: &Context<'_>,
    cells: &[OutcomeCell],
    places: &[(Option<&str>, Option<&str>)],
) -> Vec<Row> {
    let row = |outcome: &str| {
        let mut row = vec![Text::own(context.outcome(outcome))];
        for place in places {
            let cell = cells.iter().find(|cell| {
                cell.outcome == outcome && (cell.arm.as_deref(), cell.phase.as_deref()) == *place
            });
            row.extend(value_cells(cell));
        }
        Row::of(row)
    };
    let mut outcomes: Vec<&str> = cells.iter().map(|cell| cell.outcome.as_str()).collect();
    outcomes.dedup();
    outcomes.into_iter().map(row).collect()
}

fn value_cells(cell: Option<&OutcomeCell>) -> [Text; 3] {
    let Some(cell) = cell else {
        return ["–".into(), "–".into(), "–".into()];
    };
    let decimals = cell.sd.map_or(1, |sd| words::decimals_of(sd, 2).max(1));
    [
        Text::count(cell.n),
        Text::number_or_dash(cell.mean, decimals),
        Text::number_or_dash(cell.sd, decimals),
    ]
}

fn analyses(context: &Context<'_>) -> Section {
    let mut section = Section::new("findings", "Planned analyses");
    let findings = &context.findings.findings;
    if findings.is_empty() {
        section.say("The plan names no analysis.");
        return section;
    }
    section.say(
        Text::default()
            .and_see("estimates")
            .and(" gives the estimate that answers each question of the plan."),
    );
    section.push(Block::Table(estimates(context)));
    for finding in findings {
        section.push(Block::Paragraph(in_words(finding)));
    }
    for warning in &context.findings.warnings {
        section.push(Block::Doubt(Text::own(warning)));
    }
    let figures = findings
        .iter()
        .filter_map(|finding| trajectories::figure(context, finding));
    let forest = summary::all_outcomes(context, None);
    section.blocks.extend(
        figures
            .chain(forest)
            .map(|figure| Block::Figure(Box::new(figure))),
    );
    section
}

/// "For mental development (primary outcome), … b = 0.38, 95% CI [−0.30, 1.05], t(46.2) = 1.12, p = .268."
fn in_words(finding: &Finding) -> Text {
    let estimate = &finding.estimate;
    let mut text = Text::from(Inline::Strong(format!("{}.", finding.outcome.label)))
        .and(format!(
            " {} outcome. ",
            words::capitalised(role_words(finding.outcome.role))
        ))
        .and_own(&finding.question);
    if estimate.estimate.is_none() {
        return text.and(" The question could not be answered: the model gave no estimate.");
    }
    text = text
        .and(" The planned estimate was ")
        .and(Inline::Emphasis("b".to_owned()))
        .and(format!("\u{a0}=\u{a0}{}", apa::value(estimate)));
    if !finding.estimate_unit.is_empty() {
        text = text.and(" ").and_own(&finding.estimate_unit);
    }
    if estimate.ci_lower.is_some() {
        let interval = format!(
            ", {} {}",
            apa::level(estimate.level),
            apa::brackets(estimate)
        );
        text = text.and(interval);
    }
    text = apa::test_words(text, estimate);
    if let Some(p) = estimate.p {
        text = apa::p_words(text.and(", "), p);
    }
    if let Some(p) = finding.p_adjusted {
        text = apa::p_words(text.and(" (adjusted "), p).and(")");
    }
    if let Some(over) = &finding.over_follow_up {
        text = text.and(format!(
            ", which over {} comes to {}, {} {}",
            words::months(over.to_months - over.from_months),
            apa::value(&over.estimate),
            apa::level(over.estimate.level),
            apa::brackets(&over.estimate)
        ));
    }
    text = text.and(". ");
    if let Some(effect) = &finding.effect_size {
        let decimals = words::decimals_for(effect.ci_lower, effect.ci_upper);
        text = text.and_own(summary::kind_words(&effect.kind)).and(format!(
            " was {}, {} {}. ",
            words::fixed(effect.estimate, decimals),
            apa::level(estimate.level),
            apa::bracketed(effect.ci_lower, effect.ci_upper)
        ));
    }
    text.and(format!(
        "The model had {} of {}.",
        words::count_of(finding.n_rows, "row", "rows"),
        finding.units(finding.n_units)
    ))
}

fn estimates(context: &Context<'_>) -> Table {
    let findings = &context.findings.findings;
    let adjusted = findings.iter().any(|finding| finding.p_adjusted.is_some());
    let symbol = |symbol: &str| Text::from(Inline::Emphasis(symbol.to_owned()));
    let level = findings
        .first()
        .map_or(0.95, |finding| finding.estimate.level);
    let mut columns = vec![
        Column::words("Outcome"),
        Column::numbers(symbol("b")),
        Column::numbers(symbol("SE")),
        Column::numbers(apa::level(level)),
        Column::numbers(symbol("df")),
        Column::numbers(symbol("t")),
        Column::numbers(symbol("p")),
    ];
    if adjusted {
        columns.push(Column::numbers(symbol("p").and(", adjusted")));
    }
    columns.push(Column::numbers("Effect size"));
    columns.push(Column::numbers(apa::level(level)));
    let mut table = Table::new(
        "estimates",
        "Planned Estimates, Tests and Effect Sizes",
        columns,
    );
    for finding in findings {
        table.rows.push(estimate_row(finding, adjusted));
    }
    let units = findings
        .iter()
        .map(|finding| format!("{}, {}", finding.outcome.label, finding.estimate_unit));
    let units: Vec<String> = units.collect();
    table.notes.push(
        Text::from("Units of ")
            .and(Inline::Emphasis("b".to_owned()))
            .and(": ")
            .and_own(units.join("; "))
            .and(". Where no degrees of freedom are given, ")
            .and(Inline::Emphasis("t".to_owned()))
            .and(" is a ")
            .and(Inline::Emphasis("z".to_owned()))
            .and(" of the normal distribution."),
    );
    table
}

fn estimate_row(finding: &Finding, adjusted: bool) -> Row {
    let estimate = &finding.estimate;
    let mut cells = vec![
        Text::own(&finding.outcome.label),
        apa::value(estimate).into(),
        estimate
            .se
            .map_or_else(|| "–".into(), |se| words::two_digits(se).into()),
        apa::brackets(estimate).into(),
        estimate
            .df
            .map_or_else(|| "–".into(), |df| words::short(df, 1).into()),
        Text::number_or_dash(estimate.statistic, 2),
        apa::p_cell(estimate.p),
    ];
    if adjusted {
        cells.push(apa::p_cell(finding.p_adjusted));
    }
    match &finding.effect_size {
        Some(effect) => {
            let decimals = words::decimals_for(effect.ci_lower, effect.ci_upper);
            cells.push(words::fixed(effect.estimate, decimals).into());
            cells.push(apa::bracketed(effect.ci_lower, effect.ci_upper).into());
        }
        None => cells.extend(["–".into(), "–".into()]),
    }
    Row::of(cells)
}

fn robustness(context: &Context<'_>) -> Section {
    let mut section = Section::new("sensitivity", "Sensitivity analyses");
    for finding in &context.findings.findings {
        if finding.sensitivity.is_empty() {
            continue;
        }
        let table = sensitivities(finding);
        section.push(Block::Paragraph(
            Text::from(Inline::Strong(format!("{}.", finding.outcome.label)))
                .and(" ")
                .and_own(&finding.sensitivity_summary)
                .and(" See ")
                .and_see(table.id.clone())
                .and("."),
        ));
        section.push(Block::Table(table));
    }
    section
}

/// The planned estimate and those of the other analyses; what is not in the planned unit or could not be run is said
/// beneath.
fn sensitivities(finding: &Finding) -> Table {
    let symbol = |symbol: &str| Text::from(Inline::Emphasis(symbol.to_owned()));
    let mut table = Table::new(
        anchor("sensitivity-table", &finding.id),
        Text::from("Sensitivity Analyses: ").and_own(&finding.outcome.label),
        vec![
            Column::words("Analysis"),
            Column::numbers(symbol("b")),
            Column::numbers(apa::level(finding.estimate.level)),
            Column::numbers(symbol("df")),
            Column::numbers(symbol("p")),
            Column::numbers(symbol("n")),
        ],
    );
    let row = |label: Text, estimate: &Estimate, n: usize| {
        let df = estimate
            .df
            .map_or_else(|| "–".into(), |df| words::short(df, 1).into());
        let n = match n {
            0 => "–".into(),
            n => Text::count(n),
        };
        let value = apa::value(estimate).into();
        let interval = apa::brackets(estimate).into();
        Row::of(vec![label, value, interval, df, apa::p_cell(estimate.p), n])
    };
    let planned = row("As planned".into(), &finding.estimate, finding.n_units);
    table.rows.push(planned.set(RowKind::Emphasised));
    let unit = &finding.estimate_unit;
    table
        .notes
        .push(Text::from("The unit is ").and_own(unit).and("."));
    for other in &finding.sensitivity {
        table
            .rows
            .push(row(Text::own(&other.label), &other.estimate, other.n_units));
        let in_other_unit = (!other.estimate_unit.is_empty() && other.estimate_unit != *unit)
            .then(|| format!("in {}", other.estimate_unit));
        let warnings = other.warnings.iter().cloned();
        let remarks: Vec<String> = in_other_unit
            .into_iter()
            .chain(warnings)
            .map(|remark| remark.trim_end_matches('.').to_owned())
            .collect();
        if !remarks.is_empty() {
            let remarks = remarks.join("; ");
            let note = Text::own(&other.label).and(": ").and_own(remarks).and(".");
            table.notes.push(note);
        }
    }
    table
}
