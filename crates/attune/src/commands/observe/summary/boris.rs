//! Time budgets and transitions by BORIS's rules, in BORIS's words.

use std::collections::BTreeSet;

use attune_observation::boris::behavioural_sequences::{TransitionMatrix, sequence, transitions};
use attune_observation::boris::time_budget::{
    BudgetRow, SyntheticRow, synthetic_budget, time_budget,
};
use attune_observation::boris::{BorisObservation, three_decimals};
use attune_records::observation::{BehaviourKind, SchemeAsRead};
use serde_json::{Map, Value, json};

use crate::text_table::{Align, TextTable};

pub fn document(
    observations: &[BorisObservation],
    scheme: &SchemeAsRead,
    warnings: &[String],
) -> Value {
    let behaviours: Vec<(String, bool)> = scheme
        .behaviours
        .iter()
        .map(|behaviour| {
            (
                behaviour.code.to_string(),
                behaviour.kind == BehaviourKind::Point,
            )
        })
        .collect();
    let of_one = |one: &BorisObservation| {
        json!({
            "observation": one.id,
            "total_length_s": one.length_s(),
            "state_events_paired": one.is_paired(),
            "time_budget": rows(one, false),
            "time_budget_modifiers": rows(one, true),
            "synthetic": synthetic(one, &behaviours, false),
            "synthetic_modifiers": synthetic(one, &behaviours, true),
            "transitions": all_transitions(one),
        })
    };
    json!({
        "compat": "boris 9.12.3",
        "observations": observations.iter().map(of_one).collect::<Vec<_>>(),
        "warnings": warnings,
    })
}

fn rows(one: &BorisObservation, by_modifiers: bool) -> Vec<Value> {
    time_budget(one, by_modifiers).iter().map(row).collect()
}

fn row(row: &BudgetRow) -> Value {
    let shown =
        |pick: &dyn Fn(&attune_observation::boris::time_budget::Budget) -> Option<f64>| match &row
            .numbers
        {
            None => json!("UNPAIRED"),
            Some(budget) => pick(budget).map_or(json!("NA"), |value| json!(three_decimals(value))),
        };
    json!({
        "subject": row.subject,
        "behavior": row.behaviour,
        "modifiers": row.modifiers,
        "number": row.numbers.map_or(json!("UNPAIRED"), |budget| json!(budget.number)),
        "duration": shown(&|budget| budget.duration),
        "duration_mean": shown(&|budget| budget.duration_mean),
        "duration_stdev": shown(&|budget| budget.duration_stdev),
        "inter_duration_mean": shown(&|budget| budget.inter_duration_mean),
        "inter_duration_stdev": shown(&|budget| budget.inter_duration_stdev),
    })
}

fn synthetic(one: &BorisObservation, behaviours: &[(String, bool)], by_modifiers: bool) -> Value {
    let Some(rows) = synthetic_budget(one, behaviours, by_modifiers) else {
        return json!({"error": "a state has no end, and BORIS refuses the synthetic budget"});
    };
    let named = |row: &SyntheticRow| {
        let key = format!("{}|{}|{}", row.subject, row.behaviour, row.modifiers);
        let shown =
            |value: Option<f64>| value.map_or(json!("NA"), |value| json!(format!("{value:.3}")));
        // A state that never occurs has the number 0, not a text.
        let zero = |value: Option<f64>| match value {
            Some(_) if row.number == 0 => json!(0.0),
            other => shown(other),
        };
        let numbers = json!({
            "Number of occurrences": row.number,
            "Total duration": zero(row.duration),
            "Duration mean": shown(row.duration_mean),
            "Duration std dev": shown(row.duration_stdev),
            "Proportion of time": zero(row.proportion),
        });
        (key, numbers)
    };
    let rows: Map<String, Value> = rows.iter().map(named).collect();
    json!({"rows": rows, "total_length_s": format!("{:.3}", one.length_s())})
}

fn all_transitions(one: &BorisObservation) -> Value {
    if !one.is_paired() {
        return Value::Null;
    }
    let subjects: BTreeSet<&str> = one
        .events
        .iter()
        .map(|event| event.subject.as_str())
        .collect();
    let of_subject = |subject: &str| {
        let sequence = sequence(one, subject);
        let matrix = transitions(&sequence);
        let shown = |cells: &dyn Fn(&TransitionMatrix) -> Vec<Vec<String>>| match &matrix {
            None => json!(false),
            Some(matrix) => json!(tabbed(matrix, &cells(matrix))),
        };
        let numbers = json!({
            "sequence": sequence.join("|"),
            "number": shown(&|matrix| texts(&matrix.counts, ToString::to_string)),
            "frequency": shown(&|matrix| texts(&matrix.share_of_all(), |share| format!("{share:?}"))),
            "frequencies_after_behaviors":
                shown(&|matrix| texts(&matrix.share_after(), |share| format!("{share:?}"))),
        });
        (subject.to_owned(), numbers)
    };
    Value::Object(subjects.into_iter().map(of_subject).collect())
}

fn texts<T>(cells: &[Vec<T>], text: impl Fn(&T) -> String) -> Vec<Vec<String>> {
    cells
        .iter()
        .map(|row| row.iter().map(&text).collect())
        .collect()
}

fn tabbed(matrix: &TransitionMatrix, cells: &[Vec<String>]) -> String {
    let mut text = format!("\t{}\n", matrix.labels.join("\t"));
    for (label, row) in matrix.labels.iter().zip(cells) {
        text += &format!("{label}\t{}\n", row.join("\t"));
    }
    text
}

/// The plain time budget as a table.
pub fn text(observations: &[BorisObservation]) -> String {
    let mut text =
        "Time budgets by the rules of BORIS 9.12.3 (all budgets and transitions: --json)\n\n"
            .to_owned();
    for one in observations {
        text += &format!("{} · {:.3} s\n", one.id, one.length_s());
        let mut table = TextTable::new(&[
            "subject",
            "behaviour",
            "n",
            "total s",
            "mean s",
            "SD",
            "gap s",
            "SD of gaps",
        ]);
        let mut sides = vec![Align::Left; 2];
        sides.resize(8, Align::Right);
        table.align(&sides);
        for row in time_budget(one, false) {
            let shown =
                |pick: &dyn Fn(&attune_observation::boris::time_budget::Budget) -> Option<f64>| {
                    match &row.numbers {
                        None => "unpaired".to_owned(),
                        Some(budget) => {
                            pick(budget).map_or("NA".to_owned(), |value| format!("{value:.3}"))
                        }
                    }
                };
            table.row([
                row.subject.clone(),
                row.behaviour.clone(),
                row.numbers
                    .map_or("unpaired".to_owned(), |budget| budget.number.to_string()),
                shown(&|budget| budget.duration),
                shown(&|budget| budget.duration_mean),
                shown(&|budget| budget.duration_stdev),
                shown(&|budget| budget.inter_duration_mean),
                shown(&|budget| budget.inter_duration_stdev),
            ]);
        }
        text += &table.text();
        text += "\n";
    }
    text
}
