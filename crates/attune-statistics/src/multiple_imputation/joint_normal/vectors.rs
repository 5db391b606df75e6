//! A table as normal vectors: which columns are drawn jointly, which they are conditional on, and the
//! clusters of the rows.

use super::JointNormal;
use crate::descriptives::{mean, standard_deviation};
use crate::matrix::Matrix;
use crate::multiple_imputation::imputations::{as_numbers, missing_rows};
use crate::multiple_imputation::problem::{ImputationProblem, place};
use crate::resampling::draws::Draws;
use crate::table::{Column, Factor, Table};

/// Rows that there must be beyond one for each coefficient and each column of the vector.
const SPARE_ROWS: usize = 3;

/// Standardised values and covariates of the rows.
pub(in crate::multiple_imputation) struct Vectors {
    /// Columns of the vector.
    pub names: Vec<String>,
    /// Mean and standard deviation of the observed values of each.
    pub scales: Vec<(f64, f64)>,
    /// By row and column the standardised values; NaN where missing.
    values: Matrix,
    /// By row and column whether the value is missing.
    pub missing: Vec<Vec<bool>>,
    /// The complete columns, the first of ones.
    pub covariates: Vec<Vec<f64>>,
    /// The cluster of each row, and how many there are.
    pub clusters: Option<(Vec<usize>, usize)>,
    place: String,
}

impl Vectors {
    pub(in crate::multiple_imputation) fn new(
        table: &Table,
        settings: &JointNormal,
        within: Option<(&str, &str)>,
    ) -> Result<Self, ImputationProblem> {
        let mut vectors = Self {
            names: Vec::new(),
            scales: Vec::new(),
            values: Matrix::zeros(table.n_rows(), 0),
            missing: vec![Vec::new(); table.n_rows()],
            covariates: vec![vec![1.0; table.n_rows()]],
            clusters: settings
                .cluster
                .as_deref()
                .map(|name| clusters(table, name))
                .transpose()?,
            place: place(within),
        };
        let mut columns = Vec::new();
        for name in table.names() {
            let is_used = !settings.left_out.contains(name)
                && settings.cluster.as_ref() != Some(name)
                && settings.within.as_ref() != Some(name);
            let column = table.column(name).filter(|_| is_used);
            let Some(column) = column else { continue };
            let missing = missing_rows(column);
            let has_gaps = missing.contains(&true);
            match column {
                Column::Numbers(values) if has_gaps || settings.joint.contains(name) => {
                    columns.push(vectors.standardised(name, values)?);
                    vectors.names.push(name.clone());
                    let marks = vectors.missing.iter_mut().zip(&missing);
                    marks.for_each(|(row, missing)| row.push(*missing));
                }
                Column::Numbers(values) => {
                    require_finite(name, values)?;
                    vectors.covariates.push(values.clone());
                }
                Column::Factor(_) if has_gaps => {
                    return Err(ImputationProblem::Incomplete {
                        name: name.clone(),
                        n_missing: missing.iter().filter(|missing| **missing).count(),
                        role: "as categories, which a normal distribution cannot draw",
                        remedy: "impute by chained equations, or leave the column out",
                    });
                }
                Column::Factor(factor) => vectors.covariates.extend(indicators(factor)),
            }
        }
        vectors.values =
            Matrix::from_function(table.n_rows(), columns.len(), |row, j| columns[j][row]);
        vectors.require_enough_rows()?;
        Ok(vectors)
    }

    fn standardised(&mut self, name: &str, values: &[f64]) -> Result<Vec<f64>, ImputationProblem> {
        require_finite(name, values)?;
        let known: Vec<f64> = values
            .iter()
            .copied()
            .filter(|value| !value.is_nan())
            .collect();
        if known.is_empty() {
            let (name, place) = (name.to_owned(), self.place.clone());
            return Err(ImputationProblem::NothingObserved { name, place });
        }
        let (centre, sd) = (mean(&known), standard_deviation(&known));
        if sd.is_nan() || sd <= 0.0 {
            return Err(ImputationProblem::TooFew {
                what: format!("different values of `{name}`"),
                place: self.place.clone(),
                found: 1,
                needed: 2,
            });
        }
        self.scales.push((centre, sd));
        Ok(values.iter().map(|value| (value - centre) / sd).collect())
    }

    fn require_enough_rows(&self) -> Result<(), ImputationProblem> {
        let informative = |row: &&Vec<bool>| row.iter().any(|missing| !missing);
        let found = self.missing.iter().filter(informative).count();
        let needed = self.covariates.len() + self.names.len() + SPARE_ROWS;
        if found >= needed || self.names.is_empty() {
            return Ok(());
        }
        Err(ImputationProblem::TooFew {
            what: format!("rows with a value of {}", self.names.join(" or ")),
            place: self.place.clone(),
            found,
            needed,
        })
    }

    pub(in crate::multiple_imputation) fn n_missing(&self, place: usize) -> usize {
        self.missing.iter().filter(|row| row[place]).count()
    }

    /// Every gap filled with an observed value of its column.
    pub(super) fn start(&self, draws: &mut Draws) -> Matrix {
        let mut values = self.values.clone();
        for place in 0..self.names.len() {
            let known: Vec<f64> = self
                .values
                .column(place)
                .into_iter()
                .filter(|value| !value.is_nan())
                .collect();
            for (row, missing) in self.missing.iter().enumerate() {
                if missing[place] {
                    values[(row, place)] = known[draws.below(known.len())];
                }
            }
        }
        values
    }

    pub(in crate::multiple_imputation) fn collinear(&self) -> ImputationProblem {
        ImputationProblem::Collinear {
            columns: self.names.join(", "),
            place: self.place.clone(),
        }
    }
}

fn require_finite(name: &str, values: &[f64]) -> Result<(), ImputationProblem> {
    match values.iter().position(|value| value.is_infinite()) {
        Some(row) => Err(ImputationProblem::Infinite {
            name: name.to_owned(),
            row: row + 1,
        }),
        None => Ok(()),
    }
}

/// One column of 0 and 1 for each level but the first.
fn indicators(factor: &Factor) -> impl Iterator<Item = Vec<f64>> + '_ {
    (1..factor.levels.len()).map(|level| {
        let indicator =
            |code: &Option<u32>| f64::from(u8::from(*code == u32::try_from(level).ok()));
        factor.codes.iter().map(indicator).collect()
    })
}

/// The clusters of the rows, numbered from 0 as they appear.
fn clusters(table: &Table, name: &str) -> Result<(Vec<usize>, usize), ImputationProblem> {
    let Some(column) = table.column(name) else {
        return Err(crate::multiple_imputation::chained_equations::unknown_column(name, table));
    };
    let n_missing = missing_rows(column)
        .iter()
        .filter(|missing| **missing)
        .count();
    if n_missing > 0 {
        return Err(ImputationProblem::Incomplete {
            name: name.to_owned(),
            n_missing,
            role: "as the cluster of the rows",
            remedy: "leave these rows out, or impute without clusters",
        });
    }
    let mut known: std::collections::BTreeMap<u64, usize> = std::collections::BTreeMap::new();
    let codes: Vec<usize> = as_numbers(column)
        .into_iter()
        .map(|code| {
            let next = known.len();
            *known.entry(code.to_bits()).or_insert(next)
        })
        .collect();
    Ok((codes, known.len()))
}
