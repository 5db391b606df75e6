//! Contrasts of marginal means or slopes: all pairs, against a reference, against their average, from one
//! to the next, or any weights. Correcting them for their number is in [`crate::simultaneous`].
//!
//! Weights are applied within each cell of the predictors named in `by`; see `docs/methods/marginal-means.md`.

use thiserror::Error;

use crate::inference::{CoefficientTest, Inference, contrast, not_estimable};
use crate::marginal_means::{Cell, MarginalMean};

/// Which contrasts are wanted within each cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Comparison {
    /// Every pair, later minus earlier.
    AllPairs,
    /// Every other mean minus that of the named level; minus the first where none is named.
    WithReference(Option<String>),
    /// Every mean minus the average of all.
    WithAverage,
    /// Every mean minus the one before.
    Consecutive,
    /// Contrasts with weights of their own, one weight for each mean.
    Custom(Vec<CustomContrast>),
}

/// A contrast with weights of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomContrast {
    /// Its name.
    pub name: String,
    /// One weight for each mean of a cell, in their order.
    pub weights: Vec<f64>,
}

/// A contrast of the means within a cell, such as the difference of two.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanContrast {
    /// The combination within which means are compared.
    pub cell: Cell,
    /// The test; a difference is called `later - earlier`, in the order of the levels.
    pub test: CoefficientTest,
    /// The weights of the coefficients; `None` when it cannot be estimated.
    pub weights: Option<Vec<f64>>,
}

/// Why there are no contrasts.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ContrastError {
    /// The reference is none of the means.
    #[error("`{name}` is none of the levels compared, which are {known}")]
    UnknownReference {
        /// The level asked for.
        name: String,
        /// The levels.
        known: String,
    },
    /// Not as many weights as means.
    #[error(
        "the contrast `{name}` has {found} weights for {needed} means ({known}): give one for each"
    )]
    WeightCount {
        /// Its name.
        name: String,
        /// Its weights.
        found: usize,
        /// The means.
        needed: usize,
        /// The levels, in order.
        known: String,
    },
}

/// The contrasts of `means` within the values of the predictors named in `by`, without correction for their
/// number.
///
/// # Errors
/// When a reference is none of the levels, or a contrast has not one weight for each mean.
pub fn mean_contrasts(
    inference: &Inference<'_>,
    means: &[MarginalMean],
    by: &[&str],
    comparison: &Comparison,
    level: f64,
) -> Result<Vec<MeanContrast>, ContrastError> {
    let mut contrasts = Vec::new();
    for cell in cells(means, by) {
        let members: Vec<&MarginalMean> = means
            .iter()
            .filter(|mean| split(mean, by).0 == cell)
            .collect();
        let names: Vec<String> = members
            .iter()
            .map(|mean| label(&split(mean, by).1))
            .collect();
        for wanted in comparison.rows(&names)? {
            contrasts.push(of_members(inference, &cell, &members, &wanted, level));
        }
    }
    Ok(contrasts)
}

/// All differences between the means of a cell, later minus earlier.
///
/// `by` names the predictors within whose values the comparison stays.
#[must_use]
pub fn pairwise(
    inference: &Inference<'_>,
    means: &[MarginalMean],
    by: &[&str],
    level: f64,
) -> Vec<MeanContrast> {
    mean_contrasts(inference, means, by, &Comparison::AllPairs, level)
        .expect("all pairs need neither a reference nor weights")
}

impl Comparison {
    /// The contrasts as weights of the means.
    fn rows(&self, names: &[String]) -> Result<Vec<CustomContrast>, ContrastError> {
        let n = names.len();
        let difference = |later: usize, earlier: usize| {
            let weight =
                |k: usize| f64::from(u8::from(k == later)) - f64::from(u8::from(k == earlier));
            CustomContrast {
                name: format!("{} - {}", names[later], names[earlier]),
                weights: (0..n).map(weight).collect(),
            }
        };
        Ok(match self {
            Self::AllPairs => (0..n)
                .flat_map(|earlier| (earlier + 1..n).map(move |later| (later, earlier)))
                .map(|(later, earlier)| difference(later, earlier))
                .collect(),
            Self::WithReference(reference) => {
                let reference = place_of(reference.as_deref(), names)?;
                let others = (0..n).filter(|other| *other != reference);
                others.map(|other| difference(other, reference)).collect()
            }
            Self::WithAverage => {
                let share = 1.0 / n as f64;
                let weight = |k: usize, own: usize| f64::from(u8::from(k == own)) - share;
                (0..n)
                    .map(|own| CustomContrast {
                        name: format!("{} - average", names[own]),
                        weights: (0..n).map(|k| weight(k, own)).collect(),
                    })
                    .collect()
            }
            Self::Consecutive => (1..n).map(|later| difference(later, later - 1)).collect(),
            Self::Custom(contrasts) => {
                let wrong = contrasts.iter().find(|custom| custom.weights.len() != n);
                if let Some(wrong) = wrong {
                    return Err(ContrastError::WeightCount {
                        name: wrong.name.clone(),
                        found: wrong.weights.len(),
                        needed: n,
                        known: names.join(", "),
                    });
                }
                contrasts.clone()
            }
        })
    }
}

fn place_of(reference: Option<&str>, names: &[String]) -> Result<usize, ContrastError> {
    let Some(reference) = reference else {
        return Ok(0);
    };
    let unknown = || ContrastError::UnknownReference {
        name: reference.to_owned(),
        known: names.join(", "),
    };
    names
        .iter()
        .position(|name| name == reference)
        .ok_or_else(unknown)
}

/// The values of the predictors in `by`, and those of the others.
fn split(mean: &MarginalMean, by: &[&str]) -> (Cell, Cell) {
    let parts = mean.cell.iter().cloned();
    parts.partition(|(name, _)| by.contains(&name.as_str()))
}

fn cells(means: &[MarginalMean], by: &[&str]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for mean in means {
        let (cell, _) = split(mean, by);
        if !cells.contains(&cell) {
            cells.push(cell);
        }
    }
    cells
}

fn label(parts: &Cell) -> String {
    let values: Vec<String> = parts.iter().map(|(_, value)| value.to_string()).collect();
    values.join(" ")
}

fn of_members(
    inference: &Inference<'_>,
    cell: &Cell,
    members: &[&MarginalMean],
    wanted: &CustomContrast,
    level: f64,
) -> MeanContrast {
    let mut sum = Some(vec![0.0; inference.terms.len()]);
    for (mean, weight) in members.iter().zip(&wanted.weights) {
        if *weight == 0.0 {
            continue;
        }
        sum = match (sum, &mean.weights) {
            (Some(mut sum), Some(weights)) => {
                crate::matrix::add_scaled(&mut sum, *weight, weights);
                Some(sum)
            }
            _ => None,
        };
    }
    let test = sum.as_ref().map_or_else(
        || not_estimable(&wanted.name),
        |weights| contrast(inference, &wanted.name, weights, level),
    );
    MeanContrast {
        cell: cell.clone(),
        test,
        weights: sum,
    }
}
