//! The codebook: what every name in the two CSV files stands for, for people.

use std::collections::BTreeMap;

use attune_measures::Measures;
use attune_protocol::{
    Protocol,
    missing::Missing,
    plan::{AttributeKind, Better, OutcomeRole},
};

use super::tables::{MEASURES, UNITS, joined};

/// `codebook.md`.
pub fn codebook(protocol: &Protocol, measures: &Measures) -> String {
    let mut page = format!("# Codebook: {}\n\n", protocol.study.title);
    page += &format!(
        "Two tables: `{UNITS}` has one row for each unit, `{MEASURES}` one for each unit, occasion and measure. They go \
         together by `unit`. An empty cell holds nothing; a missing value always has its reason beside it.\n\n"
    );
    named(
        &mut page,
        "Arms",
        protocol.arms.iter().map(|arm| {
            let more = arm
                .description
                .as_ref()
                .map(|text| format!(". {text}"))
                .unwrap_or_default();
            (arm.id.to_string(), format!("{}{more}", arm.label))
        }),
    );
    named(
        &mut page,
        "Phases",
        protocol
            .phases
            .iter()
            .map(|phase| (phase.id.to_string(), phase.label.clone())),
    );
    named(
        &mut page,
        "Sites",
        protocol.sites.iter().map(|site| {
            let kind = site
                .kind
                .as_ref()
                .map(|kind| format!(", {kind}"))
                .unwrap_or_default();
            (site.id.to_string(), format!("{}{kind}", site.label))
        }),
    );
    named(
        &mut page,
        "Waves",
        protocol
            .waves
            .iter()
            .map(|wave| (wave.id.to_string(), wave.label.clone())),
    );
    named(
        &mut page,
        "Measures",
        described(protocol, measures).into_iter(),
    );
    named(
        &mut page,
        "Facts about units",
        protocol.attributes.iter().map(|attribute| {
            let values = match &attribute.kind {
                AttributeKind::Number { unit, .. } => unit
                    .as_ref()
                    .map_or_else(|| "a number".to_owned(), |unit| format!("a number, {unit}")),
                AttributeKind::Levels(levels) => joined(
                    levels
                        .iter()
                        .map(|level| format!("`{}` {}", level.id, level.label)),
                    ", ",
                ),
                AttributeKind::Date => "held back".to_owned(),
            };
            (
                attribute.id.to_string(),
                format!("{}: {values}", attribute.label),
            )
        }),
    );
    page += "## Why a value is missing\n\n";
    for missing in Missing::ALL {
        page += &format!("- {}\n", missing.words());
    }
    page += "\nA fact about a unit that was held back stands as `not recorded`; the log says how many are.\n";
    page
}

fn named(page: &mut String, heading: &str, items: impl Iterator<Item = (String, String)>) {
    let rows: String = items
        .map(|(id, words)| {
            format!(
                "| `{id}` | {} |\n",
                words.replace('|', "\\|").replace('\n', " ")
            )
        })
        .collect();
    if !rows.is_empty() {
        *page += &format!("## {heading}\n\n| name | what it is |\n|---|---|\n{rows}\n");
    }
}

/// Every measure with what the protocol says of it, and how many values there are.
fn described(protocol: &Protocol, measures: &Measures) -> BTreeMap<String, String> {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for row in &measures.rows {
        let count = counts.entry(row.measure.to_string()).or_default();
        match row.value {
            Ok(_) => count.0 += 1,
            Err(_) => count.1 += 1,
        }
    }
    counts
        .into_iter()
        .map(|(measure, (values, missing))| {
            let mut words = label(protocol, &measure);
            for outcome in protocol
                .outcomes
                .iter()
                .filter(|outcome| *outcome.measure == *measure)
            {
                let role = match outcome.role {
                    OutcomeRole::Primary => "primary",
                    OutcomeRole::Secondary => "secondary",
                    OutcomeRole::Exploratory => "exploratory",
                };
                let better = match outcome.better {
                    Better::Higher => ", higher is better",
                    Better::Lower => ", lower is better",
                    Better::Neither => "",
                };
                let unit = outcome
                    .unit
                    .as_ref()
                    .map(|unit| format!(", {unit}"))
                    .unwrap_or_default();
                words += &format!("; {role} outcome `{}`{unit}{better}", outcome.id);
            }
            words += &format!("; {values} values, {missing} missing");
            (measure, words)
        })
        .collect()
}

fn label(protocol: &Protocol, measure: &str) -> String {
    let id = attune_protocol::id::MeasureId::new(measure);
    match protocol.score(&id) {
        Some((instrument, score)) => format!("{} ({})", score.label, instrument.definition.title),
        None => measure.replace(['.', '-', '_'], " "),
    }
}
