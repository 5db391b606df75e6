//! Imputing within each level of a factor, such as each arm: then means, spreads and correlations may
//! all differ between the levels, and no analysis asks for more than the imputation allowed.

use super::imputations::{Imputations, ImputedColumn, missing_rows};
use super::problem::ImputationProblem;
use crate::table::{Column, Factor, Table};

/// The rows of one level.
pub(super) struct Group {
    /// The factor and its level; `None` for the whole table.
    within: Option<(String, String)>,
    /// Positions of the rows in the whole table.
    pub rows: Vec<usize>,
    pub table: Table,
}

impl Group {
    pub(super) fn within(&self) -> Option<(&str, &str)> {
        self.within
            .as_ref()
            .map(|(factor, level)| (factor.as_str(), level.as_str()))
    }
}

/// The table, split by the levels that occur; in one piece without a factor.
pub(super) fn groups(table: &Table, within: Option<&str>) -> Result<Vec<Group>, ImputationProblem> {
    let Some(name) = within else {
        return Ok(vec![Group {
            within: None,
            rows: (0..table.n_rows()).collect(),
            table: table.clone(),
        }]);
    };
    let column = table
        .column(name)
        .ok_or_else(|| super::chained_equations::unknown_column(name, table))?;
    let n_missing = missing_rows(column)
        .iter()
        .filter(|missing| **missing)
        .count();
    if n_missing > 0 {
        return Err(ImputationProblem::Incomplete {
            name: name.to_owned(),
            n_missing,
            role: "to split the data",
            remedy: "leave these rows out, or impute without splitting",
        });
    }
    let factor = match column {
        Column::Factor(factor) => factor.clone(),
        Column::Numbers(values) => Factor::from_numbers(values),
    };
    let group = |(code, level): (usize, &String)| {
        let rows: Vec<usize> = (0..table.n_rows())
            .filter(|&row| factor.codes[row].is_some_and(|known| known as usize == code))
            .collect();
        (!rows.is_empty()).then(|| Group {
            within: Some((name.to_owned(), level.clone())),
            table: table.rows(&rows),
            rows,
        })
    };
    Ok(factor.levels.iter().enumerate().filter_map(group).collect())
}

/// The imputations of the groups put together again, rows in their old order.
pub(super) fn merged(
    table: &Table,
    groups: &[Group],
    parts: Vec<Imputations>,
    seed: u64,
) -> Imputations {
    let n_imputations = parts.first().map_or(0, Imputations::n_imputations);
    let completed = (0..n_imputations)
        .map(|imputation| {
            let tables: Vec<&Table> = parts
                .iter()
                .map(|part| &part.completed[imputation])
                .collect();
            together(table, groups, &tables)
        })
        .collect();
    let (mut imputed, mut traces, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        part.imputed
            .into_iter()
            .for_each(|column| add(&mut imputed, column));
        traces.extend(part.traces);
        warnings.extend(part.warnings);
    }
    Imputations {
        completed,
        imputed,
        traces,
        seed,
        warnings,
    }
}

fn add(imputed: &mut Vec<ImputedColumn>, column: ImputedColumn) {
    match imputed.iter_mut().find(|known| known.name == column.name) {
        Some(known) => known.n_missing += column.n_missing,
        None => imputed.push(column),
    }
}

fn together(table: &Table, groups: &[Group], parts: &[&Table]) -> Table {
    let mut whole = Table::new();
    for name in parts.first().map_or(&[][..], |part| part.names()) {
        let columns = parts.iter().filter_map(|part| part.column(name));
        let pairs = groups.iter().zip(columns);
        let column = match parts[0].column(name) {
            Some(Column::Factor(first)) => {
                let mut codes = vec![None; table.n_rows()];
                for (group, column) in pairs {
                    if let Column::Factor(factor) = column {
                        group
                            .rows
                            .iter()
                            .zip(&factor.codes)
                            .for_each(|(&row, code)| codes[row] = *code);
                    }
                }
                let levels = first.levels.clone();
                Column::Factor(Factor { levels, codes })
            }
            _ => {
                let mut values = vec![f64::NAN; table.n_rows()];
                for (group, column) in pairs {
                    if let Column::Numbers(numbers) = column {
                        group
                            .rows
                            .iter()
                            .zip(numbers)
                            .for_each(|(&row, value)| values[row] = *value);
                    }
                }
                Column::Numbers(values)
            }
        };
        whole
            .push(name, column)
            .expect("the columns of a table fit together");
    }
    whole
}
