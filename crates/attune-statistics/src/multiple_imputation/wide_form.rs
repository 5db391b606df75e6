//! From one row per unit and wave to one row per unit, and back: repeated measures are imputed in wide form,
//! each wave a column, and analysed in long form.

use std::collections::BTreeMap;

use super::chained_equations::unknown_column;
use super::imputations::as_numbers;
use super::problem::ImputationProblem;
use crate::table::{Column, Factor, Table};

/// A table in wide form, and how it came from the long one.
#[derive(Debug, Clone)]
pub struct WideForm {
    /// One row per unit: columns that are the same in all rows of a unit, then one column for each value and wave,
    /// named `value.wave`. The column of units is left out.
    pub table: Table,
    /// For each value that was spread, its columns in the order of the waves.
    pub spread: Vec<(String, Vec<String>)>,
    /// Columns that vary within units and were not asked for: they are not in the wide table.
    pub left_out: Vec<String>,
    long: Table,
    unit: (String, Factor),
    wave: (String, Factor),
    /// For each row of the long table its unit and wave.
    places: Vec<(usize, usize)>,
}

/// Spreads columns of numbers over the waves. The waves are the levels of `wave` in order, or its distinct
/// numbers.
///
/// # Errors
/// When a column is not there, unit or wave have gaps, a value is not numbers, or a unit has two rows at a wave.
///
/// # Examples
/// ```
/// use attune_statistics::multiple_imputation::to_wide;
/// use attune_statistics::table::{Column, Table};
/// let table = Table::new()
///     .with("dyad", Column::Numbers(vec![1.0, 1.0, 2.0]))?
///     .with("month", Column::Numbers(vec![0.0, 6.0, 0.0]))?
///     .with("score", Column::Numbers(vec![5.0, 7.0, 4.0]))?;
/// let wide = to_wide(&table, "dyad", "month", &["score"])?;
/// assert_eq!(wide.table.names(), ["score.0", "score.6"]);
/// let long = wide.to_long(&wide.table)?;
/// // The row that was not there has been added, with its gap.
/// assert_eq!(long.n_rows(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn to_wide(
    table: &Table,
    unit: &str,
    wave: &str,
    values: &[&str],
) -> Result<WideForm, ImputationProblem> {
    let units = complete_factor(table, unit, "to tell the units apart")?;
    let waves = complete_factor(table, wave, "to tell the waves apart")?;
    let places = places(&units, &waves)?;
    let mut wide = Table::new();
    let (mut spread, mut left_out) = (Vec::new(), Vec::new());
    for name in table.names() {
        if name == unit || name == wave || values.contains(&name.as_str()) {
            continue;
        }
        let column = table.column(name).expect("names of a table have columns");
        match of_units(column, &places, units.levels.len()) {
            Some(column) => wide.push(name, column)?,
            None => left_out.push(name.clone()),
        }
    }
    for &name in values {
        let column = table
            .column(name)
            .ok_or_else(|| unknown_column(name, table))?;
        let Column::Numbers(numbers) = column else {
            return Err(ImputationProblem::WrongMethod {
                name: name.to_owned(),
                kind: "a factor",
                method: "the wide form",
                instead: "a column of numbers",
            });
        };
        let mut columns = vec![vec![f64::NAN; units.levels.len()]; waves.levels.len()];
        for (&(unit, wave), value) in places.iter().zip(numbers) {
            columns[wave][unit] = *value;
        }
        let names: Vec<String> = waves
            .levels
            .iter()
            .map(|level| format!("{name}.{level}"))
            .collect();
        for (name, column) in names.iter().zip(columns) {
            wide.push(name, Column::Numbers(column))?;
        }
        spread.push((name.to_owned(), names));
    }
    Ok(WideForm {
        table: wide,
        spread,
        left_out,
        long: table.clone(),
        unit: (unit.to_owned(), units),
        wave: (wave.to_owned(), waves),
        places,
    })
}

impl WideForm {
    /// A completed wide table in long form: the rows of the long table in their order, then those that it did not
    /// have, by unit and wave. Of an added row, what was not imputed is that of its unit, or the mean over the rows
    /// of its wave for numbers that vary otherwise, such as the day of a visit; other categories stay missing.
    ///
    /// # Errors
    /// When the completed table is not one of this wide form.
    pub fn to_long(&self, completed: &Table) -> Result<Table, ImputationProblem> {
        let absent = self.absent();
        let all: Vec<(usize, usize)> = self.places.iter().chain(&absent).copied().collect();
        let mut long = Table::new();
        for name in self.long.names() {
            let column = self
                .long
                .column(name)
                .expect("names of a table have columns");
            let values = self.long_values(name, column, completed, &all)?;
            let column = match column {
                Column::Numbers(_) => Column::Numbers(values),
                Column::Factor(factor) => Column::Factor(Factor {
                    levels: factor.levels.clone(),
                    codes: values
                        .iter()
                        .map(|code| (!code.is_nan()).then_some(*code as u32))
                        .collect(),
                }),
            };
            long.push(name, column)?;
        }
        Ok(long)
    }

    /// Units and waves without a row.
    fn absent(&self) -> Vec<(usize, usize)> {
        let known: std::collections::BTreeSet<_> = self.places.iter().collect();
        let n_waves = self.wave.1.levels.len();
        (0..self.unit.1.levels.len())
            .flat_map(|unit| (0..n_waves).map(move |wave| (unit, wave)))
            .filter(|place| !known.contains(place))
            .collect()
    }

    /// A column as numbers or codes, for the rows of the long table and the added ones.
    fn long_values(
        &self,
        name: &str,
        column: &Column,
        completed: &Table,
        all: &[(usize, usize)],
    ) -> Result<Vec<f64>, ImputationProblem> {
        let wide = |name: &str| {
            let column = completed.column(name).map(as_numbers);
            column.ok_or_else(|| unknown_column(name, completed))
        };
        if let Some((_, columns)) = self.spread.iter().find(|(known, _)| known == name) {
            let columns = columns
                .iter()
                .map(|name| wide(name))
                .collect::<Result<Vec<_>, _>>()?;
            return Ok(all
                .iter()
                .map(|&(unit, wave)| columns[wave][unit])
                .collect());
        }
        if self.table.column(name).is_some() {
            let column = wide(name)?;
            return Ok(all.iter().map(|&(unit, _)| column[unit]).collect());
        }
        let mut values = as_numbers(column);
        let is_factor = matches!(column, Column::Factor(_));
        let added = &all[values.len()..];
        if name == self.unit.0 {
            let first = first_value(&values, &self.places, |place| place.0);
            values.extend(added.iter().map(|(unit, _)| first[unit]));
        } else if name == self.wave.0 {
            let first = first_value(&values, &self.places, |place| place.1);
            values.extend(added.iter().map(|(_, wave)| first[wave]));
        } else if is_factor {
            values.extend(added.iter().map(|_| f64::NAN));
        } else {
            let means = means_by_wave(&values, &self.places, self.wave.1.levels.len());
            values.extend(added.iter().map(|&(_, wave)| means[wave]));
        }
        Ok(values)
    }
}

fn complete_factor(
    table: &Table,
    name: &str,
    role: &'static str,
) -> Result<Factor, ImputationProblem> {
    let column = table
        .column(name)
        .ok_or_else(|| unknown_column(name, table))?;
    let factor = match column {
        Column::Factor(factor) => factor.clone(),
        Column::Numbers(values) => Factor::from_numbers(values),
    };
    let n_missing = factor.codes.iter().filter(|code| code.is_none()).count();
    if n_missing > 0 {
        return Err(ImputationProblem::Incomplete {
            name: name.to_owned(),
            n_missing,
            role,
            remedy: "leave these rows out",
        });
    }
    Ok(used_levels(&factor))
}

/// The factor with only the levels that occur.
fn used_levels(factor: &Factor) -> Factor {
    let mut used: Vec<u32> = factor.codes.iter().flatten().copied().collect();
    used.sort_unstable();
    used.dedup();
    let code = |code: &u32| {
        used.binary_search(code)
            .ok()
            .and_then(|place| u32::try_from(place).ok())
    };
    Factor {
        levels: used
            .iter()
            .map(|&code| factor.levels[code as usize].clone())
            .collect(),
        codes: factor
            .codes
            .iter()
            .map(|known| known.as_ref().and_then(code))
            .collect(),
    }
}

fn places(units: &Factor, waves: &Factor) -> Result<Vec<(usize, usize)>, ImputationProblem> {
    let mut seen = std::collections::BTreeSet::new();
    let pairs = units
        .codes
        .iter()
        .flatten()
        .zip(waves.codes.iter().flatten());
    pairs
        .map(|(&unit, &wave)| {
            let place = (unit as usize, wave as usize);
            if seen.insert(place) {
                Ok(place)
            } else {
                Err(ImputationProblem::RepeatedWave {
                    unit: units.levels[place.0].clone(),
                    wave: waves.levels[place.1].clone(),
                })
            }
        })
        .collect()
}

/// The column by unit, when its observed values are the same in all rows of each unit.
fn of_units(column: &Column, places: &[(usize, usize)], n_units: usize) -> Option<Column> {
    let mut values = vec![f64::NAN; n_units];
    for (value, &(unit, _)) in as_numbers(column).into_iter().zip(places) {
        if values[unit].is_nan() {
            values[unit] = value;
        } else if !value.is_nan() && value != values[unit] {
            return None;
        }
    }
    Some(match column {
        Column::Numbers(_) => Column::Numbers(values),
        Column::Factor(factor) => Column::Factor(Factor {
            levels: factor.levels.clone(),
            codes: values
                .iter()
                .map(|code| (!code.is_nan()).then_some(*code as u32))
                .collect(),
        }),
    })
}

fn first_value(
    values: &[f64],
    places: &[(usize, usize)],
    key: impl Fn(&(usize, usize)) -> usize,
) -> BTreeMap<usize, f64> {
    let mut first = BTreeMap::new();
    for (value, place) in values.iter().zip(places) {
        first.entry(key(place)).or_insert(*value);
    }
    first
}

fn means_by_wave(values: &[f64], places: &[(usize, usize)], n_waves: usize) -> Vec<f64> {
    let of_wave = |wave: usize| {
        let rows = values.iter().zip(places);
        let known: Vec<f64> = rows
            .filter(|(value, place)| place.1 == wave && !value.is_nan())
            .map(|(value, _)| *value)
            .collect();
        crate::descriptives::mean(&known)
    };
    (0..n_waves).map(of_wave).collect()
}
