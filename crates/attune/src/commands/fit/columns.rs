//! The columns of a file that a formula uses, as numbers or factors.

use anyhow::{Context, Result, bail};
use attune_statistics::{
    formula::Formula,
    table::{Column, Factor, Table},
};

use super::Fit;
use crate::data_file::{DataFile, is_missing};

/// Reads the columns that the formula names. A column is numbers when all its cells are, unless
/// `--factor` says otherwise; text is a factor.
pub fn read(fit: &Fit, formula: &Formula) -> Result<Table> {
    let data = DataFile::read(&fit.data, fit.columns.sheet.as_deref())?;
    let mut names = formula.column_names();
    let others = fit
        .model
        .weights
        .iter()
        .chain(&fit.model.residual_by)
        .chain(&fit.clusters.cr2)
        .cloned();
    let imputation = fit.imputation.columns().cloned();
    for name in others
        .chain(fit.questions.column_names()?)
        .chain(imputation)
    {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    data.require(&names)?;
    let unused = fit
        .columns
        .numeric
        .iter()
        .chain(&fit.columns.factor)
        .map(|given| named(given))
        .find(|given| !names.iter().any(|name| name == given));
    if let Some(unused) = unused {
        bail!("`{unused}` is not in the formula; leave its --factor or --numeric out");
    }
    let mut table = Table::new();
    for name in names {
        let cells = cells(fit, &data, &name);
        let column = column(fit, &data, &name, &cells)
            .with_context(|| format!("{}, column {name}", data.file()))?;
        table.push(&name, column)?;
    }
    Ok(table)
}

/// A column's cells; those with a code from `--missing` are empty.
pub fn cells<'a>(fit: &Fit, data: &'a DataFile, name: &str) -> Vec<&'a str> {
    let codes = &fit.columns.missing;
    let numbers: Vec<f64> = codes.iter().filter_map(|code| data.number(code)).collect();
    let is_code = |cell: &str| {
        codes.iter().any(|code| code.trim() == cell)
            || data
                .number(cell)
                .is_some_and(|number| numbers.contains(&number))
    };
    let cells = data.cells(name).into_iter();
    if codes.is_empty() {
        return cells.collect();
    }
    cells
        .map(|cell| if is_code(cell) { "" } else { cell })
        .collect()
}

/// The column that a `--factor NAME=LEVEL,…` or `--numeric NAME` speaks of.
fn named(given: &str) -> &str {
    given.split_once('=').map_or(given, |(name, _)| name)
}

fn column(fit: &Fit, data: &DataFile, name: &str, cells: &[&str]) -> Result<Column> {
    let wanted = fit
        .columns
        .factor
        .iter()
        .find_map(|factor| match factor.split_once('=') {
            Some((factor, levels)) if factor == name => Some(Some(levels)),
            None if factor == name => Some(None),
            _ => None,
        });
    if let Some(levels) = wanted {
        return factor(data, cells, levels);
    }
    let must_be_numbers = fit.columns.numeric.iter().any(|numeric| numeric == name);
    match data.all_numbers(cells) {
        Ok(numbers) => Ok(Column::Numbers(numbers)),
        Err(row) if must_be_numbers => {
            bail!(
                "row {}: `{}` is not a number",
                data.row_number(row),
                cells[row]
            )
        }
        Err(_) => factor(data, cells, None),
    }
}

/// The column as a factor: levels in the order given, or sorted (as numbers where all are).
fn factor(data: &DataFile, cells: &[&str], levels: Option<&str>) -> Result<Column> {
    let labels: Vec<Option<&str>> = cells
        .iter()
        .map(|cell| (!is_missing(cell)).then_some(*cell))
        .collect();
    let Some(levels) = levels else {
        let sorted = match data.all_numbers(cells) {
            Ok(_) => Factor::with_levels(&labels, &sorted_as_numbers(data, &labels)),
            Err(_) => Factor::from_labels(&labels),
        };
        return Ok(Column::Factor(sorted));
    };
    let levels: Vec<&str> = levels.split(',').map(str::trim).collect();
    let stranger = labels
        .iter()
        .enumerate()
        .find_map(|(row, label)| match label {
            Some(label) if !levels.contains(label) => Some((row, *label)),
            _ => None,
        });
    if let Some((row, label)) = stranger {
        let row = data.row_number(row);
        bail!(
            "row {row}: `{label}` is none of the levels {}; name every level",
            levels.join(", ")
        );
    }
    Ok(Column::Factor(Factor::with_levels(&labels, &levels)))
}

fn sorted_as_numbers<'a>(data: &DataFile, labels: &[Option<&'a str>]) -> Vec<&'a str> {
    let mut levels: Vec<&str> = labels.iter().flatten().copied().collect();
    let value = |level: &str| data.number(level).unwrap_or(f64::NAN);
    levels.sort_by(|a, b| value(a).total_cmp(&value(b)).then(a.cmp(b)));
    levels.dedup();
    levels
}
