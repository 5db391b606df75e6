//! How much each group matters: the fixed effects without it.
//!
//! The variance components stay as estimated from all groups, so that leaving one out is exact algebra on
//! sums instead of a new fit ("one-step": Christensen, Pearson & Johnson 1992, Technometrics 34; Demidenko &
//! Stukel 2005). A group that moves the answer much here deserves a refit without it. See
//! `docs/methods/influence.md`.

use rayon::prelude::*;
use thiserror::Error;

use crate::linear_mixed_model::LinearMixedModel;
use crate::matrix::dot;

/// What the fixed effects would be without one level of a grouping factor.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupInfluence {
    /// The level left out.
    pub level: String,
    /// Its number of rows.
    pub n_rows: usize,
    /// The coefficients without it; NaN when they cannot be estimated without it.
    pub coefficients: Vec<f64>,
    /// These minus the coefficients with it.
    pub change: Vec<f64>,
    /// The squared distance of the two in units of the covariance matrix, divided by the number of coefficients.
    pub cooks_distance: f64,
}

/// Why there is no influence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InfluenceError {
    /// No such grouping factor.
    #[error("`{group}` is not a grouping factor of the model, which has: {known}")]
    UnknownGroup {
        /// The name asked for.
        group: String,
        /// The grouping factors.
        known: String,
    },
}

/// Leaves out each level of a grouping factor in turn, with the variance components held as they are.
///
/// For a model with one grouping factor this takes one pass over the rows; with several it takes one
/// pass for each level.
///
/// # Errors
/// When the model has no such grouping factor.
pub fn influence(
    model: &LinearMixedModel,
    group: &str,
) -> Result<Vec<GroupInfluence>, InfluenceError> {
    let Some(term) = model.frame.random.iter().find(|term| term.group == group) else {
        let known: Vec<&str> = model
            .n_groups
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        return Err(InfluenceError::UnknownGroup {
            group: group.to_owned(),
            known: known.join(", "),
        });
    };
    let mut sizes = vec![0; term.levels.len()];
    term.codes
        .iter()
        .for_each(|&code| sizes[code as usize] += 1);
    let without: Vec<Option<Vec<f64>>> = if model.n_groups.len() == 1 {
        model.coefficients_without_each_level()
    } else {
        (0..term.levels.len())
            .into_par_iter()
            .map(|level| model.coefficients_without_rows(|row| term.codes[row] as usize == level))
            .collect()
    };
    let describe = |((level, n_rows), internal): ((&String, usize), Option<Vec<f64>>)| {
        let internal = internal.unwrap_or_else(|| vec![f64::NAN; model.coefficients.len()]);
        of_group(model, level, n_rows, &internal)
    };
    Ok(term
        .levels
        .iter()
        .zip(sizes)
        .zip(without)
        .map(describe)
        .collect())
}

fn of_group(
    model: &LinearMixedModel,
    level: &str,
    n_rows: usize,
    internal: &[f64],
) -> GroupInfluence {
    let coefficients = model.coordinates.coefficients(internal);
    let evaluation = &model.minimum.evaluation;
    let moved: Vec<f64> = internal
        .iter()
        .zip(&evaluation.coefficients)
        .map(|(a, b)| a - b)
        .collect();
    // The distance in whitened coordinates: L'(a - b).
    let whitened = evaluation
        .information
        .lower()
        .transposed()
        .times_vector(&moved);
    let df = model.function.degrees_of_freedom();
    let variance = evaluation.residual_squares / df;
    GroupInfluence {
        level: level.to_owned(),
        n_rows,
        change: coefficients
            .iter()
            .zip(&model.coefficients)
            .map(|(a, b)| a - b)
            .collect(),
        cooks_distance: dot(&whitened, &whitened) / variance / coefficients.len() as f64,
        coefficients,
    }
}
