//! The estimates that answer the questions, side by side; and each model in full.

use attune_analysis::{
    findings::{Finding, VarianceComponent},
    words,
};

use super::{
    context::{
        Context, anchor, df_cell, estimate_cell, finding_anchor, inference_name, level_heading,
        p_cell, short_interval, units_heading,
    },
    summary::kind_words,
};
use crate::{Block, Column, Row, RowKind, Table, Text, text::Inline};

/// One row per question.
pub fn table(context: &Context<'_>) -> Table {
    let findings = &context.findings.findings;
    let level = level_heading(findings.iter().map(|finding| &finding.estimate));
    let adjusted = findings.iter().any(|finding| finding.p_adjusted.is_some());
    let mut columns = vec![
        Column::words("Outcome and term"),
        Column::numbers(format!("Estimate ({level})")),
        Column::numbers("df"),
        Column::numbers("p"),
    ];
    if adjusted {
        columns.push(Column::numbers("p, adjusted"));
    }
    columns.extend([
        Column::numbers(format!("Effect size ({level})")),
        Column::numbers(format!(
            "{} (rows)",
            units_heading(&context.findings.findings)
        )),
        Column::words("Finding"),
    ]);
    let mut table = Table::new(
        "estimates",
        "The estimate that answers each question",
        columns,
    );
    for finding in findings {
        table.rows.push(outcome_row(finding, adjusted));
        table.rows.push(term_row(finding, table.columns.len()));
    }
    table.notes = notes(context, adjusted);
    table
}

fn outcome_row(finding: &Finding, adjusted: bool) -> Row {
    let mut cells = vec![
        Text::own(&finding.outcome.label),
        estimate_cell(&finding.estimate),
        df_cell(finding.estimate.df),
        p_cell(finding.estimate.p),
    ];
    if adjusted {
        cells.push(p_cell(finding.p_adjusted));
    }
    let effect = finding.effect_size.as_ref().map_or_else(
        || Text::from("–"),
        |effect| short_interval(effect.estimate, effect.ci_lower, effect.ci_upper).into(),
    );
    cells.extend([
        effect,
        units_and_rows(finding.n_units, finding.n_rows),
        Text::default().and_see(finding_anchor(finding)),
    ]);
    Row::of(cells)
}

/// "59 (201)".
fn units_and_rows(n_units: usize, n_rows: usize) -> Text {
    format!("{} ({})", words::count(n_units), words::count(n_rows)).into()
}

/// What the estimate is: the term and its unit, under the outcome.
fn term_row(finding: &Finding, width: usize) -> Row {
    let mut name = Text::code(&finding.term);
    if !finding.estimate_unit.is_empty() {
        name = name.and(", ").and_own(&finding.estimate_unit);
    }
    let mut cells = vec![name];
    cells.resize(width, Text::default());
    Row::of(cells).set(RowKind::Indented)
}

fn notes(context: &Context<'_>, adjusted: bool) -> Vec<Text> {
    let findings = &context.findings.findings;
    let mut notes = Vec::new();
    if findings.iter().any(|finding| finding.effect_size.is_some()) {
        let kinds: Vec<&str> = findings
            .iter()
            .filter_map(|finding| finding.effect_size.as_ref())
            .map(|effect| effect.kind.as_str())
            .collect();
        let kind = match kinds.as_slice() {
            [first, rest @ ..] if rest.iter().all(|kind| kind == first) => kind_words(first),
            _ => "as each finding says".to_owned(),
        };
        notes.push(
            format!("Effect size: {kind}; how it is made is told in each finding’s model in full.")
                .into(),
        );
    }
    if adjusted && let Some(multiplicity) = &context.findings.multiplicity {
        let n = words::count_of(multiplicity.members.len(), "analysis", "analyses");
        let note = match multiplicity.method.as_str() {
            "holm" => Text::from(format!(
                "Adjusted: for the family of {n}, by Holm’s method ("
            ))
            .and(Inline::Citation("holm-1979"))
            .and(")."),
            method => format!("Adjusted: for the family of {n}, by {method}.").into(),
        };
        notes.push(note);
    }
    notes
}

/// Every number of the model, folded away.
pub fn model_in_full(finding: &Finding) -> Block {
    let mut blocks = vec![Block::Paragraph(Text::own(&finding.method))];
    blocks.push(Block::Facts(facts(finding)));
    blocks.push(Block::Table(fixed_effects(finding)));
    if !finding.model.random.is_empty() {
        blocks.push(Block::Table(variances(finding)));
    }
    Block::Details {
        summary: "The model in full".into(),
        blocks,
    }
}

fn facts(finding: &Finding) -> Vec<(Text, Text)> {
    let model = &finding.model;
    let yes_no = |yes: bool| if yes { "yes" } else { "no" };
    let groups: Vec<String> = model
        .n_groups
        .iter()
        .map(|(group, n)| format!("{} {group}", words::count(*n)))
        .collect();
    let mut facts: Vec<(Text, Text)> = vec![
        ("Formula".into(), Text::code(&model.formula)),
        ("Estimator".into(), Text::own(&model.estimator)),
        ("Inference".into(), inference_name(&model.inference).into()),
        ("Rows".into(), Text::count(finding.n_rows)),
        ("Groups".into(), words::list(&groups).into()),
        (
            "Log-likelihood".into(),
            model
                .log_likelihood
                .map_or_else(Text::default, |value| words::fixed(value, 3).into()),
        ),
        ("Singular".into(), yes_no(model.singular).into()),
        ("Converged".into(), yes_no(model.converged).into()),
        ("Optimiser".into(), Text::own(&model.optimiser)),
    ];
    if let Some(effect) = &finding.effect_size {
        facts.push(("Effect size".into(), Text::own(&effect.definition)));
    }
    let left_out: Vec<String> = finding
        .left_out
        .iter()
        .map(|out| format!("{}: {}", words::count_of(out.n, "row", "rows"), out.why))
        .collect();
    facts.push(("Left out".into(), Text::own(left_out.join("; "))));
    facts.retain(|(_, text)| !text.words(&str::to_owned).is_empty());
    facts
}

fn fixed_effects(finding: &Finding) -> Table {
    let fixed = &finding.model.fixed;
    let level = level_heading(fixed.iter().map(|coefficient| &coefficient.estimate));
    let mut table = Table::new(
        anchor("fixed", &finding.id),
        Text::from("Fixed effects: ").and_own(&finding.outcome.label),
        vec![
            Column::words("Term"),
            Column::numbers(format!("Estimate ({level})")),
            Column::numbers("SE"),
            Column::numbers("df"),
            Column::numbers("t"),
            Column::numbers("p"),
        ],
    );
    for coefficient in fixed {
        let estimate = &coefficient.estimate;
        let se = estimate
            .se
            .map_or_else(|| "–".into(), |se| words::two_digits(se).into());
        let kind = match coefficient.term == finding.term {
            true => RowKind::Emphasised,
            false => RowKind::Plain,
        };
        let cells = vec![
            Text::code(&coefficient.term),
            estimate_cell(estimate),
            se,
            df_cell(estimate.df),
            Text::number_or_dash(estimate.statistic, 2),
            p_cell(estimate.p),
        ];
        table.rows.push(Row::of(cells).set(kind));
    }
    table
}

fn variances(finding: &Finding) -> Table {
    let mut table = Table::new(
        anchor("variances", &finding.id),
        Text::from("Variances between and within groups: ").and_own(&finding.outcome.label),
        vec![
            Column::words("Group"),
            Column::words("Effect"),
            Column::numbers("Variance or covariance"),
            Column::numbers("SD or correlation"),
        ],
    );
    table.rows = finding.model.random.iter().map(variance_row).collect();
    let has_residual = finding
        .model
        .random
        .iter()
        .any(|v| v.group.eq_ignore_ascii_case("residual"));
    if !has_residual && let Some(sigma) = finding.model.sigma {
        table.rows.push(Row::of(vec![
            "Residual".into(),
            "–".into(),
            words::two_digits(sigma * sigma).into(),
            words::two_digits(sigma).into(),
        ]));
    }
    table
}

fn variance_row(component: &VarianceComponent) -> Row {
    let effect = match &component.with {
        Some(with) => Text::code(&component.term)
            .and(" with ")
            .and(Inline::Code(with.clone())),
        None if component.term.is_empty() => "–".into(),
        None => Text::code(&component.term),
    };
    let spread = component
        .sd_or_correlation
        .map_or_else(|| "–".into(), |value| words::two_digits(value).into());
    Row::of(vec![
        Text::own(words::capitalised(&component.group)),
        effect,
        words::two_digits(component.variance).into(),
        spread,
    ])
}
