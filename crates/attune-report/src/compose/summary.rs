//! The summary: every question of the plan with its answer, in the plan's order, the null ones in
//! the same letters as the others; then all outcomes on one scale.

use attune_analysis::{
    findings::{EffectSize, Finding},
    words,
};
use attune_protocol::plan::Better;

use super::context::{
    Context, estimate_words, finding_anchor, role_words, short_interval, units_heading,
};
use crate::{
    Block, Column, Drawing, Figure, Forest, ForestRow, Row, RowKind, Section, Statement, Table,
    Text,
};

pub fn section(context: &Context<'_>) -> Section {
    let mut section = Section::new("summary", "Summary");
    section.say(opening(context));
    for finding in &context.findings.findings {
        section.push(Block::Statement(statement(finding)));
    }
    if let Some(figure) = all_outcomes(context, Some("findings")) {
        section.push(Block::Figure(Box::new(figure)));
    }
    for warning in &context.findings.warnings {
        section.push(Block::Doubt(Text::own(warning)));
    }
    section
}

fn opening(context: &Context<'_>) -> Text {
    let n = context.findings.findings.len();
    let sites = context.n_sites();
    let enrolled = words::count_of(context.enrolled(), "dyad was", "dyads were");
    let text = match sites {
        0 => Text::default(),
        sites => Text::from(format!(
            "{enrolled} enrolled at {}. ",
            words::count_of(sites, "site", "sites")
        )),
    };
    match n {
        0 => text.and("The plan names no analysis, so no question is answered here."),
        1 => text.and("The plan asks one question. Its answer, whatever it is:"),
        n => text.and(format!(
            "The plan asks {n} questions. Each is answered here in the order of the plan, whatever \
             the answer is."
        )),
    }
}

fn statement(finding: &Finding) -> Statement {
    let mut numbers = vec![(
        unit_heading(&finding.estimate_unit),
        Text::from(estimate_words(&finding.estimate)),
    )];
    if let Some(over) = &finding.over_follow_up {
        let time = words::months(over.to_months - over.from_months);
        let name = format!("Which over {time} comes to");
        numbers.push((name, estimate_words(&over.estimate).into()));
    }
    if let Some(effect) = &finding.effect_size {
        let value = short_interval(effect.estimate, effect.ci_lower, effect.ci_upper);
        numbers.push((kind_words(&effect.kind), value.into()));
    }
    if let Some(p) = finding.estimate.p {
        numbers.push(("Test".to_owned(), p_words(p, finding.p_adjusted).into()));
    }
    numbers.push(("In the model".to_owned(), in_the_model(finding).into()));
    Statement {
        finding: finding_anchor(finding),
        role: role_words(finding.outcome.role).to_owned(),
        outcome: finding.outcome.label.clone(),
        question: finding.question.clone(),
        answer: finding.answer.clone(),
        numbers,
    }
}

fn unit_heading(unit: &str) -> String {
    match unit {
        "" => "Estimate".to_owned(),
        unit => words::capitalised(unit),
    }
}

fn p_words(p: f64, adjusted: Option<f64>) -> String {
    let p = words::p_value(p);
    match adjusted {
        Some(adjusted) => {
            let adjusted = words::p_value(adjusted);
            format!("{p}; adjusted {adjusted}")
        }
        None => p,
    }
}

fn in_the_model(finding: &Finding) -> String {
    format!(
        "{}, {}",
        finding.units(finding.n_units),
        words::count_of(finding.n_rows, "row", "rows")
    )
}

/// "hedges-g" as "Hedges' g".
pub fn kind_words(kind: &str) -> String {
    match kind {
        "hedges-g" => "Hedges’ g".to_owned(),
        "cohen-d" => "Cohen’s d".to_owned(),
        other => words::capitalised(&words::id_words(other)),
    }
}

/// Standardised effects of all outcomes on one axis; none where no finding has one. `models` is the
/// section that tells how each is standardised, where the report has it.
pub fn all_outcomes(context: &Context<'_>, models: Option<&str>) -> Option<Figure> {
    let findings = &context.findings.findings;
    let with_effect = findings.iter().filter(|f| f.effect_size.is_some()).count();
    if with_effect == 0 {
        return None;
    }
    let id = "all-outcomes";
    Some(Figure {
        id: id.to_owned(),
        number: None,
        simulated: context.is_simulated(),
        permuted: false,
        title: "How large are the differences, all outcomes on one scale?".into(),
        caption: caption(context, models),
        description: description(findings),
        drawing: Drawing::Forest(Forest {
            axis_label: axis_label(findings),
            rows: findings.iter().map(row).collect(),
            sides: sides(context),
        }),
        data: data(id, findings),
        shown_in: None,
    })
}

fn row(finding: &Finding) -> ForestRow {
    let effect = finding.effect_size.as_ref();
    ForestRow {
        label: finding.outcome.label.clone(),
        detail: format!(
            "{}, {}{}",
            role_words(finding.outcome.role),
            finding.units(finding.n_units),
            better_words(finding.outcome.better)
        ),
        estimate: effect.map(|e| (e.estimate, e.ci_lower, e.ci_upper)),
        words: effect.map_or_else(|| "no effect size".to_owned(), effect_words),
        smallest_difference: effect.and_then(|e| e.smallest_difference_that_matters),
        is_main: finding.outcome.role == attune_protocol::plan::OutcomeRole::Primary,
    }
}

fn effect_words(effect: &EffectSize) -> String {
    short_interval(effect.estimate, effect.ci_lower, effect.ci_upper)
}

fn better_words(better: Better) -> &'static str {
    match better {
        Better::Lower => "; lower is better",
        Better::Higher | Better::Neither => "",
    }
}

fn axis_label(findings: &[Finding]) -> String {
    let mut kinds: Vec<String> = findings
        .iter()
        .filter_map(|finding| finding.effect_size.as_ref())
        .map(|effect| kind_words(&effect.kind))
        .collect();
    kinds.dedup();
    match kinds.as_slice() {
        [kind] => format!("Standardised difference ({kind})"),
        _ => "Standardised difference".to_owned(),
    }
}

/// Which arm a side of the axis favours, where one direction is good in all outcomes and two arms
/// are compared.
fn sides(context: &Context<'_>) -> Option<(String, String)> {
    let findings = &context.findings.findings;
    let arms = &context.protocol.arms;
    let [first, second] = arms.as_slice() else {
        return None;
    };
    let (programme, comparison) = match (first.receives_programme, second.receives_programme) {
        (false, true) => (second, first),
        (true, false) => (first, second),
        _ => return None,
    };
    // The estimate is the second arm less the first, as the model has it.
    let is_reversed = programme.id == first.id;
    let all = |better| findings.iter().all(|f| f.outcome.better == better);
    let good_is_right = match () {
        () if all(Better::Higher) => !is_reversed,
        () if all(Better::Lower) => is_reversed,
        () => return None,
    };
    let favours = |label: &str| format!("favours {label}");
    let (left, right) = match good_is_right {
        true => (&comparison.label, &programme.label),
        false => (&programme.label, &comparison.label),
    };
    Some((favours(left), favours(right)))
}

fn caption(context: &Context<'_>, models: Option<&str>) -> Text {
    let findings = &context.findings.findings;
    let matters = findings
        .iter()
        .filter_map(|finding| finding.effect_size.as_ref())
        .any(|effect| effect.smallest_difference_that_matters.is_some());
    let mut text = Text::from(
        "Diamonds are estimates, lines their intervals; the filled diamond is the primary outcome. \
         The whole vertical line is no difference.",
    );
    if matters {
        text = text.and(" Dotted lines are the smallest difference that would matter.");
    }
    match models {
        Some(section) => text
            .and(" How each is standardised is told with its model, in ")
            .and_see(section)
            .and("."),
        None => text,
    }
}

fn description(findings: &[Finding]) -> String {
    let rows: Vec<String> = findings
        .iter()
        .map(|finding| format!("{}: {}.", finding.outcome.label, row(finding).words))
        .collect();
    format!(
        "Forest plot of standardised differences with their intervals. {}",
        rows.join(" ")
    )
}

fn data(figure: &str, findings: &[Finding]) -> Table {
    let mut table = Table::new(
        format!("{figure}-data"),
        "Standardised differences with their intervals",
        vec![
            Column::words("Outcome"),
            Column::words("Role"),
            Column::numbers("Estimate"),
            Column::numbers("Lower"),
            Column::numbers("Upper"),
            Column::numbers("Smallest difference that matters"),
            Column::numbers(units_heading(findings)),
        ],
    );
    for finding in findings {
        let effect = finding.effect_size.as_ref();
        let number = |value: Option<f64>| Text::number_or_dash(value, 2);
        let cells = vec![
            Text::own(&finding.outcome.label),
            role_words(finding.outcome.role).into(),
            number(effect.map(|e| e.estimate)),
            number(effect.map(|e| e.ci_lower)),
            number(effect.map(|e| e.ci_upper)),
            number(effect.and_then(|e| e.smallest_difference_that_matters)),
            Text::count(finding.n_units),
        ];
        table.rows.push(Row::of(cells).set(RowKind::Plain));
    }
    table
}
