//! How much each group matters: the fixed effects without it.
//!
//! The variance components stay as estimated from all groups, so that leaving one out is exact algebra on
//! sums instead of a new fit ("one-step": Christensen, Pearson & Johnson 1992, Technometrics 34; Demidenko &
//! Stukel 2005). A group that moves the answer much here deserves a refit without it. See
//! `docs/methods/influence.md`.

use rayon::prelude::*;
use thiserror::Error;

use crate::linear_mixed_model::{LinearMixedModel, Remaining};
use crate::matrix::{Cholesky, dot};
use crate::model_frame::RandomTerm;

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
    /// The same distance in units of the covariance matrix without the level.
    pub mdffits: f64,
    /// The determinant of the covariance matrix without the level over that with it: above 1 when the level adds to
    /// the precision, below 1 when it takes from it.
    pub covariance_ratio: f64,
}

/// What the variance components would be without one level of a grouping factor.
#[derive(Debug, Clone, PartialEq)]
pub struct VarianceInfluence {
    /// The level left out.
    pub level: String,
    /// Variances and covariances in the order of [`LinearMixedModel::random`], after one Newton step from the fit; NaN when
    /// the rest does not determine them.
    pub variances: Vec<f64>,
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
/// A level that moves a coefficient by more than half a standard error, or whose Cook's distance stands far above the
/// others, deserves a refit without it.
///
/// For a model with one grouping factor this takes one pass over the rows; with several it takes one
/// pass for each level.
///
/// # Errors
/// When the model has no such grouping factor.
///
/// # Examples
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::influence::influence;
/// use attune_statistics::linear_mixed_model::{FitSettings, fit};
/// use attune_statistics::table::{Column, Factor, Table};
///
/// let dyads = Factor::from_numbers(&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]);
/// let table = Table::new()
///     .with("dyad", Column::Factor(dyads))?
///     .with("score", Column::Numbers(vec![98.0, 95.0, 110.0, 104.0, 89.0, 88.0, 150.0, 149.0]))?;
/// let model = fit(&Formula::parse("score ~ 1 + (1 | dyad)")?, &table, &FitSettings::default())?;
/// let dyads = influence(&model, "dyad")?;
/// assert!(dyads.iter().all(|dyad| dyad.cooks_distance <= dyads[3].cooks_distance));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn influence(
    model: &LinearMixedModel,
    group: &str,
) -> Result<Vec<GroupInfluence>, InfluenceError> {
    let term = grouping(model, group)?;
    let mut sizes = vec![0; term.levels.len()];
    term.codes
        .iter()
        .for_each(|&code| sizes[code as usize] += 1);
    let without: Vec<Option<Remaining>> = if model.n_groups.len() == 1 {
        model.fixed_effects_without_each_level()
    } else {
        (0..term.levels.len())
            .into_par_iter()
            .map(|level| model.fixed_effects_without_rows(|row| term.codes[row] as usize == level))
            .collect()
    };
    let describe = |((level, n_rows), remaining): ((&String, usize), Option<Remaining>)| {
        remaining.map_or_else(
            || not_estimable(model, level, n_rows),
            |remaining| of_group(model, level, n_rows, &remaining),
        )
    };
    Ok(term
        .levels
        .iter()
        .zip(sizes)
        .zip(without)
        .map(describe)
        .collect())
}

/// What the variance components would be without each level in turn, by one Newton step from the fit: the direction
/// and about the size of the change, without refitting.
///
/// Each level takes one pass over the rows.
///
/// # Errors
/// When the model has no such grouping factor.
pub fn influence_on_variances(
    model: &LinearMixedModel,
    group: &str,
) -> Result<Vec<VarianceInfluence>, InfluenceError> {
    let term = grouping(model, group)?;
    let without = |level: usize| VarianceInfluence {
        level: term.levels[level].clone(),
        variances: model
            .variances_without_rows(|row| term.codes[row] as usize == level)
            .unwrap_or_else(|| vec![f64::NAN; model.random.len()]),
    };
    Ok((0..term.levels.len())
        .into_par_iter()
        .map(without)
        .collect())
}

fn grouping<'a>(
    model: &'a LinearMixedModel,
    group: &str,
) -> Result<&'a RandomTerm, InfluenceError> {
    model
        .frame
        .random
        .iter()
        .find(|term| term.group == group)
        .ok_or_else(|| {
            let known: Vec<&str> = model
                .n_groups
                .iter()
                .map(|(name, _)| name.as_str())
                .collect();
            InfluenceError::UnknownGroup {
                group: group.to_owned(),
                known: known.join(", "),
            }
        })
}

fn not_estimable(model: &LinearMixedModel, level: &str, n_rows: usize) -> GroupInfluence {
    let nothing = vec![f64::NAN; model.coefficients.len()];
    GroupInfluence {
        level: level.to_owned(),
        n_rows,
        coefficients: nothing.clone(),
        change: nothing,
        cooks_distance: f64::NAN,
        mdffits: f64::NAN,
        covariance_ratio: f64::NAN,
    }
}

fn of_group(
    model: &LinearMixedModel,
    level: &str,
    n_rows: usize,
    remaining: &Remaining,
) -> GroupInfluence {
    let internal = &remaining.coefficients;
    let coefficients = model.coordinates.coefficients(internal);
    let evaluation = &model.minimum.evaluation;
    let moved: Vec<f64> = internal
        .iter()
        .zip(&evaluation.coefficients)
        .map(|(a, b)| a - b)
        .collect();
    let df = model.function.degrees_of_freedom();
    let variance = evaluation.residual_squares / df;
    let n_coefficients = coefficients.len() as f64;
    // The distance in whitened coordinates: L'(a - b).
    let distance = |information: &Cholesky| {
        let whitened = information.lower().transposed().times_vector(&moved);
        dot(&whitened, &whitened) / variance / n_coefficients
    };
    let log_ratio =
        evaluation.information.log_determinant() - remaining.information.log_determinant();
    GroupInfluence {
        level: level.to_owned(),
        n_rows,
        change: coefficients
            .iter()
            .zip(&model.coefficients)
            .map(|(a, b)| a - b)
            .collect(),
        cooks_distance: distance(&evaluation.information),
        mdffits: distance(&remaining.information),
        covariance_ratio: libm::exp(log_ratio),
        coefficients,
    }
}
