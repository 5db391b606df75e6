//! Two sets of findings, number by number.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How far two sets of findings hold the same numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Comparison {
    /// Numbers that at least one of them has.
    pub numbers: usize,
    /// Numbers that are the same in both.
    pub same: usize,
    /// Parts that hold numbers, in their order.
    pub parts: Vec<Part>,
}

/// One part of the findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// A question of the plan, or what is described.
    pub name: String,
    /// Numbers that at least one of them has.
    pub numbers: usize,
    /// Numbers that are the same in both.
    pub same: usize,
}

impl Comparison {
    /// Compares two findings as JSON. Numbers are the same when they differ by no more than `tolerance` times
    /// the larger one; with 0 they must be equal.
    pub fn of(left: &Value, right: &Value, tolerance: f64) -> Self {
        let mut pairs = BTreeMap::new();
        collect(left, &mut Vec::new(), &mut |path, number| {
            pairs.entry(path).or_insert((None, None)).0 = Some(number);
        });
        collect(right, &mut Vec::new(), &mut |path, number| {
            pairs.entry(path).or_insert((None, None)).1 = Some(number);
        });
        let mut comparison = Self::default();
        let mut parts: BTreeMap<String, Part> = BTreeMap::new();
        for (path, pair) in pairs {
            let same = usize::from(are_same(pair, tolerance));
            let name = part_of(&path);
            let part = parts.entry(name.clone()).or_insert(Part {
                name,
                numbers: 0,
                same: 0,
            });
            part.numbers += 1;
            part.same += same;
            comparison.numbers += 1;
            comparison.same += same;
        }
        comparison.parts = parts.into_values().collect();
        comparison
    }

    /// Whether every number is the same.
    pub fn is_same(&self) -> bool {
        self.numbers == self.same
    }
}

fn are_same(pair: (Option<f64>, Option<f64>), tolerance: f64) -> bool {
    match pair {
        (Some(left), Some(right)) => {
            left.to_bits() == right.to_bits()
                || (left - right).abs() <= tolerance * left.abs().max(right.abs())
        }
        _ => false,
    }
}

/// A question by its id, else the key within the description.
fn part_of(path: &[String]) -> String {
    let named = match path.first().map(String::as_str) {
        Some("findings" | "description") => path.get(1),
        _ => path.first(),
    };
    named.cloned().unwrap_or_default()
}

/// Every number with its path. A list of tables with ids has the ids in place of positions.
fn collect(value: &Value, path: &mut Vec<String>, see: &mut impl FnMut(Vec<String>, f64)) {
    match value {
        Value::Number(number) => {
            if let Some(number) = number.as_f64() {
                see(path.clone(), number);
            }
        }
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                let id = item.get("id").and_then(Value::as_str);
                path.push(id.map_or_else(|| position.to_string(), str::to_owned));
                collect(item, path, see);
                path.pop();
            }
        }
        Value::Object(map) => {
            // Single units are drawn under other codes and in another order.
            for (key, item) in map.iter().filter(|(key, _)| *key != "figure") {
                path.push(key.clone());
                collect(item, path, see);
                path.pop();
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_compared_by_their_place_and_counted_by_question() {
        let left = json!({"seed": 1, "findings": [{"id": "a", "p": 0.5, "df": 3}], "description": {"flow": [1, 2]}});
        let right = json!({"seed": 1, "findings": [{"id": "a", "p": 0.6, "df": 3}], "description": {"flow": [1]}});
        let comparison = Comparison::of(&left, &right, 0.0);
        let part = |name: &str, numbers, same| Part {
            name: name.to_owned(),
            numbers,
            same,
        };
        assert_eq!(
            comparison.parts,
            [part("a", 2, 1), part("flow", 2, 1), part("seed", 1, 1)]
        );
        assert_eq!((comparison.numbers, comparison.same), (5, 3));
        assert!(!comparison.is_same());
        assert!(Comparison::of(&left, &left, 0.0).is_same());
    }

    #[test]
    fn a_tolerance_forgives_the_last_digits_only() {
        let compare =
            |left: f64, right: f64| Comparison::of(&json!([left]), &json!([right]), 1e-9).is_same();
        assert!(compare(0.1 + 0.2, 0.3));
        assert!(!compare(0.3, 0.300_001));
    }
}
