//! The answer as one JSON document.

use serde_json::{Value, json};

use super::answer::{Answer, Row};

/// `{"n", "n_dropped", "question", "results", "effect_sizes", "described", …, "warnings"}`.
pub fn document(answer: &Answer) -> Value {
    let effect = |(of, effect): &(Option<String>, _)| tagged(of.as_deref(), json!(effect));
    let mut document = json!({
        "question": answer.question,
        "n": answer.n,
        "n_dropped": answer.n_dropped,
        "results": answer.rows.iter().map(row).collect::<Vec<Value>>(),
        "effect_sizes": answer.effect_sizes.iter().map(effect).collect::<Vec<Value>>(),
        "described": answer.described,
    });
    for (key, value) in &answer.details {
        document[key] = value.clone();
    }
    document["warnings"] = json!(answer.warnings);
    document
}

fn row(row: &Row) -> Value {
    let mut value = tagged(row.of.as_deref(), json!(row.result));
    if let Some(p) = row.p_adjusted {
        value["p_adjusted"] = json!(p);
    }
    value
}

fn tagged(of: Option<&str>, mut value: Value) -> Value {
    if let Some(of) = of {
        value["of"] = json!(of);
    }
    value
}
