//! How each column was read, said in the output, and what about it gives pause: codes that look like
//! missing values, codes read as numbers.

use attune_analysis::words;
use attune_statistics::{
    formula::Formula,
    table::{Column, Table},
};
use serde_json::{Map, Value, json};

/// How a column was read.
pub struct ColumnRead {
    pub name: String,
    pub kind: Kind,
    pub n_missing: usize,
}

/// What a column is to the model.
pub enum Kind {
    /// Numbers, by their distinct values in order.
    Numbers(Vec<f64>),
    /// A factor, by its levels in order; the first is the reference.
    Factor(Vec<String>),
    /// What groups the rows of a random effect, by the number of its groups.
    Groups(usize),
}

/// How the columns of the table were read, in the order of the formula.
pub fn columns(table: &Table, formula: &Formula) -> Vec<ColumnRead> {
    let grouping: Vec<&String> = formula.random.iter().flat_map(|part| &part.group).collect();
    let read = |name: &String| {
        let column = table.column(name)?;
        let kind = match column {
            column if grouping.contains(&name) => Kind::Groups(n_distinct(column)),
            Column::Numbers(values) => Kind::Numbers(distinct(values)),
            Column::Factor(factor) => Kind::Factor(factor.levels.clone()),
        };
        Some(ColumnRead {
            name: name.clone(),
            kind,
            n_missing: n_missing(column),
        })
    };
    table.names().iter().filter_map(read).collect()
}

fn distinct(values: &[f64]) -> Vec<f64> {
    let mut values: Vec<f64> = values
        .iter()
        .copied()
        .filter(|value| !value.is_nan())
        .collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    values
}

fn n_distinct(column: &Column) -> usize {
    match column {
        Column::Numbers(values) => distinct(values).len(),
        Column::Factor(factor) => factor.levels.len(),
    }
}

fn n_missing(column: &Column) -> usize {
    match column {
        Column::Numbers(values) => values.iter().filter(|value| value.is_nan()).count(),
        Column::Factor(factor) => factor.codes.iter().filter(|code| code.is_none()).count(),
    }
}

/// One line: "Read: cog numbers 61 to 138 · trt factor N (reference), Y · id groups, 103".
pub fn line(columns: &[ColumnRead]) -> String {
    let parts: Vec<String> = columns
        .iter()
        .map(|column| format!("{} {}", column.name, column.words()))
        .collect();
    format!("Read: {}", parts.join(" · "))
}

impl ColumnRead {
    /// How it was read, without its name.
    pub fn words(&self) -> String {
        let short = |value: &f64| words::short(*value, 3);
        let read = match &self.kind {
            Kind::Numbers(values) if values.is_empty() => "numbers, all missing".to_owned(),
            Kind::Numbers(values) if values.len() <= 5 => {
                let values: Vec<String> = values.iter().map(short).collect();
                format!("numbers {}", words::list(&values))
            }
            Kind::Numbers(values) => {
                let ends =
                    [values.first(), values.last()].map(|end| end.map_or(String::new(), short));
                format!("numbers {} to {}", ends[0], ends[1])
            }
            Kind::Factor(levels) => format!("factor {}", listed(levels)),
            Kind::Groups(n) => format!("groups, {}", words::count(*n)),
        };
        match self.n_missing {
            0 => read,
            n => format!("{read}, {} missing", words::count(n)),
        }
    }

    fn json(&self) -> Value {
        let mut value = match &self.kind {
            Kind::Numbers(values) => json!({
                "read_as": "numbers", "minimum": values.first(), "maximum": values.last(),
            }),
            Kind::Factor(levels) => json!({ "read_as": "factor", "levels": levels }),
            Kind::Groups(n) => json!({ "read_as": "groups", "n_groups": n }),
        };
        value["n_missing"] = json!(self.n_missing);
        value
    }
}

/// Levels with the reference marked; only the first of many, shortened where they are long.
fn listed(levels: &[String]) -> String {
    const MOST: usize = 6;
    let mut shown: Vec<String> = levels
        .iter()
        .take(MOST)
        .map(|level| shortened(level))
        .collect();
    if let Some(first) = shown.first_mut() {
        first.push_str(" (reference)");
    }
    if levels.len() > MOST {
        shown.push(format!("… {} levels", words::count(levels.len())));
    }
    shown.join(", ")
}

fn shortened(level: &str) -> String {
    const MOST: usize = 28;
    if level.chars().count() <= MOST {
        return level.to_owned();
    }
    let start: String = level.chars().take(MOST - 1).collect();
    format!("{start}…")
}

/// The columns for the JSON document.
pub fn json(columns: &[ColumnRead]) -> Value {
    let entries = columns
        .iter()
        .map(|column| (column.name.clone(), column.json()));
    Value::Object(entries.collect::<Map<_, _>>())
}

/// What about the columns gives pause.
pub fn doubts(columns: &[ColumnRead], formula: &Formula) -> Vec<String> {
    let response = formula.column_names().into_iter().next();
    let numbers = columns.iter().filter_map(|column| match &column.kind {
        Kind::Numbers(values) => Some((&column.name, values)),
        _ => None,
    });
    numbers
        .flat_map(|(name, values)| {
            let codes = missing_codes(values).map(|code| {
                let shown = words::short(code, 3);
                let typed = code.to_string();
                format!(
                    "`{name}` holds {shown}, far from its other values: if it stands for a missing value, add --missing={typed}"
                )
            });
            let is_response = response.as_ref() == Some(name);
            let are_codes = (!is_response && look_like_codes(name, values)).then(|| {
                format!(
                    "`{name}` was read as numbers, so its coefficient is a change per unit: if they are codes, add --factor {name}"
                )
            });
            codes.into_iter().chain(are_codes)
        })
        .collect()
}

/// The value that looks like a code for missing: one of those in use, and further from all others than
/// these are from each other, or the only negative one.
pub fn missing_codes(values: &[f64]) -> Option<f64> {
    const CODES: [f64; 8] = [9.0, 77.0, 88.0, 99.0, 777.0, 888.0, 999.0, 9999.0];
    let is_code = |value: &f64| CODES.contains(&value.abs());
    let others: Vec<f64> = values
        .iter()
        .copied()
        .filter(|value| !is_code(value))
        .collect();
    let (first, last) = (others.first()?, others.last()?);
    let is_far = |value: f64| {
        let gap = if value < *first {
            first - value
        } else {
            value - last
        };
        let is_outside = value < *first || value > *last;
        is_outside && (gap > (last - first).max(1.0) || (value < 0.0 && *first >= 0.0))
    };
    values
        .iter()
        .copied()
        .find(|value| is_code(value) && is_far(*value))
}

/// Several whole numbers under a name that speaks of codes.
fn look_like_codes(name: &str, values: &[f64]) -> bool {
    const WORDS: [&str; 10] = [
        "id",
        "code",
        "site",
        "group",
        "arm",
        "centre",
        "center",
        "cluster",
        "coder",
        "treatment",
    ];
    let name = name.to_lowercase();
    let mut parts = name.split(|letter: char| !letter.is_alphanumeric());
    let speaks_of_codes = parts.any(|part| WORDS.contains(&part));
    values.len() > 2 && speaks_of_codes && values.iter().all(|value| value.fract() == 0.0)
}

#[cfg(test)]
mod tests {
    use super::{look_like_codes, missing_codes};

    #[test]
    fn codes_for_missing_values_stand_apart() {
        assert_eq!(missing_codes(&[-99.0, 61.0, 70.0, 138.0]), Some(-99.0));
        assert_eq!(missing_codes(&[1.0, 2.0, 3.0, 9.0]), Some(9.0));
        assert_eq!(missing_codes(&[61.0, 99.0, 138.0]), None);
        assert_eq!(missing_codes(&[-9.0, -4.0, 0.0, 5.0]), None);
        assert_eq!(missing_codes(&[99.0]), None);
    }

    #[test]
    fn whole_numbers_under_such_names_look_like_codes() {
        assert!(look_like_codes("site", &[1.0, 2.0, 3.0]));
        assert!(look_like_codes("Family ID", &[1.0, 2.0, 3.0]));
        assert!(!look_like_codes("visit", &[1.0, 2.0, 3.0]));
        assert!(!look_like_codes("arm", &[0.0, 1.0]));
        assert!(!look_like_codes("site", &[1.5, 2.0, 3.0]));
    }
}
