//! What R refuses: the checks that `lmer` (lme4 1.1-31) and `lm` make before they fit, written down here
//! without the engine, so that the engine can be held to them.

use attune_statistics::{
    formula::{Expression, Formula},
    table::{Column, Table},
};

/// Why R would stop with an error; `None` where it would fit, or where these rules cannot tell.
pub fn why_r_refuses(formula: &Formula, table: &Table) -> Option<&'static str> {
    let names = formula.column_names();
    let columns: Vec<&Column> = names.iter().filter_map(|name| table.column(name)).collect();
    if columns.len() < names.len() {
        return Some("object not found");
    }
    let rows: Vec<usize> = (0..table.n_rows())
        .filter(|&row| columns.iter().all(|column| !is_missing(column, row)))
        .collect();
    if rows.is_empty() {
        return Some("0 (non-NA) cases");
    }
    response(formula, table, &rows).or_else(|| groups(formula, table, &rows))
}

/// The response is numbers, finite, and not all the same.
fn response(formula: &Formula, table: &Table, rows: &[usize]) -> Option<&'static str> {
    let Expression::Name(name) = &formula.response else {
        return None;
    };
    let Some(Column::Numbers(values)) = table.column(name) else {
        return Some("response must be numeric");
    };
    if rows.iter().any(|&row| values[row].is_infinite()) {
        return Some("NA/NaN/Inf in 'y'");
    }
    let same = rows.iter().all(|&row| values[row] == values[rows[0]]);
    (same && !formula.random.is_empty()).then_some("Response is constant")
}

/// Each grouping factor has at least two levels, and fewer than there are rows.
fn groups(formula: &Formula, table: &Table, rows: &[usize]) -> Option<&'static str> {
    for part in &formula.random {
        let mut levels: Vec<Vec<u32>> = rows
            .iter()
            .map(|&row| {
                part.group
                    .iter()
                    .filter_map(|name| code(table, name, row))
                    .collect()
            })
            .collect();
        levels.sort_unstable();
        levels.dedup();
        if levels.len() < 2 {
            return Some("grouping factors must have > 1 sampled level");
        }
        if levels.len() >= rows.len() {
            return Some(
                "number of levels of each grouping factor must be < number of observations",
            );
        }
    }
    None
}

fn code(table: &Table, name: &str, row: usize) -> Option<u32> {
    match table.column(name)? {
        Column::Factor(factor) => factor.codes[row],
        // A number groups by its value.
        Column::Numbers(values) => values
            .iter()
            .position(|value| *value == values[row])
            .and_then(|place| u32::try_from(place).ok()),
    }
}

fn is_missing(column: &Column, row: usize) -> bool {
    match column {
        Column::Numbers(values) => values[row].is_nan(),
        Column::Factor(factor) => factor.codes[row].is_none(),
    }
}
