//! Estimated marginal means: what the model expects for each combination of some predictors, averaged over
//! the others; and the slopes of a covariate. Contrasts between them are in [`crate::mean_contrasts`].
//!
//! As in R's emmeans: factors that are not asked for are averaged with equal weights, covariates are held at
//! their mean over the rows used unless values are given (Searle, Speed & Milliken 1980). See
//! `docs/methods/marginal-means.md`.

use std::fmt;

use thiserror::Error;

use crate::inference::{CoefficientTest, Inference, contrast, not_estimable};
use crate::matrix::Matrix;
use crate::model_frame::{FrameError, SourceColumn, SourceKind};
use crate::prediction::rows_of_design;
use crate::table::{Column, Factor, Table};

/// Which means are wanted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MarginalMeans {
    /// The factors whose levels are kept apart; the first varies fastest.
    pub over: Vec<String>,
    /// Covariates and the values at which they are held; the first varies fastest, after the factors.
    pub at: Vec<(String, Vec<f64>)>,
}

/// The predictors that make up a cell, with their values.
pub type Cell = Vec<(String, CellValue)>;

/// One mean, or one slope.
#[derive(Debug, Clone, PartialEq)]
pub struct MarginalMean {
    /// The combination that it belongs to.
    pub cell: Cell,
    /// The estimate and its test against zero.
    pub estimate: CoefficientTest,
    /// The weights of the coefficients; `None` when it cannot be estimated because a combination of levels is empty.
    pub weights: Option<Vec<f64>>,
}

/// The value of a predictor in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum CellValue {
    /// The level of a factor.
    Level(String),
    /// The value of a covariate.
    Number(f64),
}

/// Why there are no means.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MarginalMeansError {
    /// Not a predictor.
    #[error("`{name}` is not a predictor of the model, which has: {known}")]
    UnknownPredictor {
        /// The name asked for.
        name: String,
        /// The predictors.
        known: String,
    },
    /// Not a covariate.
    #[error(
        "`{name}` is a factor: slopes and given values are for covariates; name it among the factors instead"
    )]
    NotACovariate {
        /// The name asked for.
        name: String,
    },
    /// Too large a grid.
    #[error("the reference grid would have {rows} rows: hold more predictors at one value")]
    TooLarge {
        /// Its rows.
        rows: usize,
    },
    /// The design of the grid.
    #[error(transparent)]
    Frame(#[from] FrameError),
}

impl fmt::Display for CellValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Level(level) => f.write_str(level),
            Self::Number(value) => write!(f, "{value}"),
        }
    }
}

/// The means of all combinations asked for.
///
/// # Errors
/// When a name is not a predictor of the model, or the reference grid would be too large.
pub fn marginal_means(
    inference: &Inference<'_>,
    wanted: &MarginalMeans,
    level: f64,
) -> Result<Vec<MarginalMean>, MarginalMeansError> {
    let grid = Grid::new(inference, wanted)?;
    let rows = rows_of_design(inference, &grid.table(&[]))?;
    Ok(grid.averaged(inference, &rows, level))
}

/// The slope of a covariate for each combination asked for: the change of the mean per unit of the covariate.
///
/// # Errors
/// As [`marginal_means`], and when the covariate is a factor.
pub fn trends(
    inference: &Inference<'_>,
    covariate: &str,
    wanted: &MarginalMeans,
    level: f64,
) -> Result<Vec<MarginalMean>, MarginalMeansError> {
    let grid = Grid::new(inference, wanted)?;
    let position = grid.position(covariate)?;
    let SourceKind::Number {
        minimum, maximum, ..
    } = grid.sources[position].kind
    else {
        return Err(MarginalMeansError::NotACovariate {
            name: covariate.to_owned(),
        });
    };
    // A central difference is exact for straight lines and parabolas whatever the step.
    let step = 1e-3 * (maximum - minimum).max(f64::MIN_POSITIVE);
    let up = rows_of_design(inference, &grid.table(&[(position, step)]))?;
    let down = rows_of_design(inference, &grid.table(&[(position, -step)]))?;
    let mut slope = up;
    slope.add_scaled(-1.0, &down);
    Ok(grid.averaged(inference, &slope.scaled(0.5 / step), level))
}

/// The reference grid: the cells that are kept apart, and within each the combinations averaged over.
struct Grid {
    sources: Vec<SourceColumn>,
    /// For each source the values that it takes.
    values: Vec<Vec<CellValue>>,
    /// Sources that make the cells, the first varying fastest.
    cell_sources: Vec<usize>,
    /// Sources that are averaged over.
    averaged_sources: Vec<usize>,
}

const LARGEST_GRID: usize = 200_000;

impl Grid {
    fn new(inference: &Inference<'_>, wanted: &MarginalMeans) -> Result<Self, MarginalMeansError> {
        let sources = inference.fixed.frame.design.sources.clone();
        let values = sources.iter().map(values_of).collect();
        let mut grid = Self {
            sources,
            values,
            cell_sources: Vec::new(),
            averaged_sources: Vec::new(),
        };
        for name in &wanted.over {
            let position = grid.position(name)?;
            grid.cell_sources.push(position);
        }
        for (name, values) in &wanted.at {
            let position = grid.position(name)?;
            if matches!(grid.sources[position].kind, SourceKind::Factor { .. }) {
                return Err(MarginalMeansError::NotACovariate { name: name.clone() });
            }
            grid.values[position] = values
                .iter()
                .map(|&value| CellValue::Number(value))
                .collect();
            if !grid.cell_sources.contains(&position) {
                grid.cell_sources.push(position);
            }
        }
        grid.averaged_sources = (0..grid.sources.len())
            .filter(|position| !grid.cell_sources.contains(position))
            .collect();
        let rows = grid
            .values
            .iter()
            .try_fold(1_usize, |rows, values| rows.checked_mul(values.len()));
        match rows {
            Some(rows) if rows <= LARGEST_GRID => Ok(grid),
            rows => Err(MarginalMeansError::TooLarge {
                rows: rows.unwrap_or(usize::MAX),
            }),
        }
    }

    fn position(&self, name: &str) -> Result<usize, MarginalMeansError> {
        self.sources
            .iter()
            .position(|source| source.name == name)
            .ok_or_else(|| {
                let known: Vec<&str> = self
                    .sources
                    .iter()
                    .map(|source| source.name.as_str())
                    .collect();
                MarginalMeansError::UnknownPredictor {
                    name: name.to_owned(),
                    known: known.join(", "),
                }
            })
    }

    fn count(&self, positions: &[usize]) -> usize {
        positions
            .iter()
            .map(|&position| self.values[position].len())
            .product()
    }

    /// The index into the values of each source for one row; rows of a cell are together.
    fn indices(&self, row: usize) -> Vec<usize> {
        let per_cell = self.count(&self.averaged_sources);
        let mut indices = vec![0; self.sources.len()];
        for (positions, mut rest) in [
            (&self.averaged_sources, row % per_cell),
            (&self.cell_sources, row / per_cell),
        ] {
            for &position in positions {
                let n = self.values[position].len();
                indices[position] = rest % n;
                rest /= n;
            }
        }
        indices
    }

    /// The grid as data, with some covariates moved.
    fn table(&self, moved: &[(usize, f64)]) -> Table {
        let n_rows = self.count(&self.averaged_sources) * self.count(&self.cell_sources);
        let rows: Vec<Vec<usize>> = (0..n_rows).map(|row| self.indices(row)).collect();
        let mut table = Table::new();
        for (position, source) in self.sources.iter().enumerate() {
            let by = moved
                .iter()
                .find(|(at, _)| *at == position)
                .map_or(0.0, |(_, by)| *by);
            let number = |row: &Vec<usize>| match &self.values[position][row[position]] {
                CellValue::Number(value) => value + by,
                CellValue::Level(_) => f64::NAN,
            };
            let column = match &source.kind {
                SourceKind::Factor { levels } => {
                    let codes = rows
                        .iter()
                        .map(|row| u32::try_from(row[position]).ok())
                        .collect();
                    Column::Factor(Factor {
                        levels: levels.clone(),
                        codes,
                    })
                }
                SourceKind::Number { .. } | SourceKind::NumericFactor { .. } => {
                    Column::Numbers(rows.iter().map(number).collect())
                }
            };
            // Names of sources are distinct and lengths equal, so a column always fits.
            let _ = table.push(&source.name, column);
        }
        if self.sources.is_empty() {
            let _ = table.push("", Column::Numbers(vec![0.0; n_rows]));
        }
        table
    }

    fn averaged(&self, inference: &Inference<'_>, rows: &Matrix, level: f64) -> Vec<MarginalMean> {
        let per_cell = self.count(&self.averaged_sources);
        let mean_of_cell = |cell: usize| {
            let mut mean = vec![0.0; rows.n_columns()];
            for row in cell * per_cell..(cell + 1) * per_cell {
                crate::matrix::add_scaled(&mut mean, 1.0 / per_cell as f64, rows.row(row));
            }
            let indices = self.indices(cell * per_cell);
            let values: Cell = self
                .cell_sources
                .iter()
                .map(|&p| {
                    (
                        self.sources[p].name.clone(),
                        self.values[p][indices[p]].clone(),
                    )
                })
                .collect();
            let name = values
                .iter()
                .map(|(_, value)| value.to_string())
                .collect::<Vec<_>>()
                .join(" ");
            let weights = inference.estimable(&mean);
            let estimate = weights.as_ref().map_or_else(
                || not_estimable(&name),
                |weights| contrast(inference, &name, weights, level),
            );
            MarginalMean {
                cell: values,
                estimate,
                weights,
            }
        };
        (0..self.count(&self.cell_sources))
            .map(mean_of_cell)
            .collect()
    }
}

fn values_of(source: &SourceColumn) -> Vec<CellValue> {
    match &source.kind {
        SourceKind::Number { mean, .. } => vec![CellValue::Number(*mean)],
        SourceKind::Factor { levels } => levels.iter().cloned().map(CellValue::Level).collect(),
        SourceKind::NumericFactor { values } => values
            .iter()
            .map(|&value| CellValue::Number(value))
            .collect(),
    }
}
