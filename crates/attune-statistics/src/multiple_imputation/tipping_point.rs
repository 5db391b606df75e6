//! Tipping points: by how much imputed values would have to be moved before the conclusion changes (Yan, Lee
//! and Li 2009).

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::pooling::Pooled;
use super::problem::ImputationProblem;
use crate::data_problem::{DataProblem, require, require_between};

/// The pooled answer for each shift, and where the conclusion changes.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TippingPath {
    /// The answer for each shift, in the order given.
    pub steps: Vec<TippingStep>,
    /// Level of significance of the conclusion.
    pub alpha: f64,
    /// The shifts at which p crosses `alpha`, each to a thousandth of its step.
    pub tipping_points: Vec<f64>,
}

/// The answer under one shift.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct TippingStep {
    /// What was added to imputed values.
    pub shift: f64,
    /// The pooled answer.
    pub pooled: Pooled,
}

/// The answer under two shifts, such as one for each arm.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct TippingCell {
    /// The first shift.
    pub first: f64,
    /// The second.
    pub second: f64,
    /// The pooled answer.
    pub pooled: Pooled,
    /// Whether p is below the level of significance.
    pub significant: bool,
}

/// Runs an analysis under each shift, and finds the shifts between which its conclusion changes.
///
/// `answer` gives the pooled answer under a shift: shift the same imputations each time ([`super::shift_imputed`]),
/// analyse and pool them, and return the term that matters. Since nothing is drawn anew, the answer changes smoothly
/// and a change is found by halving the step in which it lies.
///
/// # Errors
/// When there are no shifts, they are not finite, `alpha` is not between 0 and 1, or the analysis fails.
///
/// # Examples
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::multiple_imputation::*;
/// use attune_statistics::table::{Column, Factor, Table};
///
/// let arms: Vec<Option<&str>> = (0..40).map(|row| Some(if row % 2 == 0 { "usual" } else { "groups" })).collect();
/// let mut score: Vec<f64> = (0..40).map(|row| f64::from((row * 17) % 23) + f64::from(row % 2) * 8.0).collect();
/// (1..16).step_by(2).for_each(|row| score[row] = f64::NAN);
/// let table = Table::new()
///     .with("arm", Column::Factor(Factor::with_levels(&arms, &["usual", "groups"])))?
///     .with("score", Column::Numbers(score))?;
/// let settings = ChainedEquations { within: Some("arm".into()), ..ChainedEquations::new(10, 1) };
/// let imputations = impute_by_chained_equations(&table, &settings)?;
/// let formula = Formula::parse("score ~ arm")?;
/// let path = tipping_path(&[0.0, -5.0, -10.0, -20.0], 0.05, |shift| {
///     let shifts = [Shift::of_level("score", "arm", "groups", shift)];
///     let shifted = shift_imputed(&imputations, &table, &shifts)?;
///     Ok(pool_least_squares(&shifted, &formula, 0.95)?.pooled[1])
/// })?;
/// assert!(path.steps[0].pooled.estimate > path.steps[1].pooled.estimate);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn tipping_path(
    shifts: &[f64],
    alpha: f64,
    answer: impl Fn(f64) -> Result<Pooled, ImputationProblem> + Sync,
) -> Result<TippingPath, ImputationProblem> {
    check(shifts, alpha)?;
    let steps = shifts
        .par_iter()
        .map(|&shift| {
            Ok(TippingStep {
                shift,
                pooled: answer(shift)?,
            })
        })
        .collect::<Result<Vec<_>, ImputationProblem>>()?;
    let mut in_order = steps.clone();
    in_order.sort_by(|a, b| a.shift.total_cmp(&b.shift));
    let mut tipping_points = Vec::new();
    for pair in in_order.windows(2) {
        if (pair[0].pooled.p < alpha) != (pair[1].pooled.p < alpha) {
            tipping_points.push(crossing(&pair[0], &pair[1], alpha, &answer)?);
        }
    }
    Ok(TippingPath {
        steps,
        alpha,
        tipping_points,
    })
}

/// The shift between two at which p crosses alpha, by bisection.
fn crossing(
    from: &TippingStep,
    to: &TippingStep,
    alpha: f64,
    answer: &impl Fn(f64) -> Result<Pooled, ImputationProblem>,
) -> Result<f64, ImputationProblem> {
    let (mut low, mut high) = (from.shift, to.shift);
    let low_is_significant = from.pooled.p < alpha;
    for _ in 0..10 {
        let middle = 0.5 * (low + high);
        if (answer(middle)?.p < alpha) == low_is_significant {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(0.5 * (low + high))
}

/// Runs an analysis under every pair of shifts: rows of a map in which the first shift varies fastest.
///
/// # Errors
/// As [`tipping_path`].
pub fn tipping_grid(
    first: &[f64],
    second: &[f64],
    alpha: f64,
    answer: impl Fn(f64, f64) -> Result<Pooled, ImputationProblem> + Sync,
) -> Result<Vec<TippingCell>, ImputationProblem> {
    check(first, alpha)?;
    check(second, alpha)?;
    let pairs: Vec<(f64, f64)> = second
        .iter()
        .flat_map(|&second| first.iter().map(move |&first| (first, second)))
        .collect();
    pairs
        .par_iter()
        .map(|&(first, second)| {
            let pooled = answer(first, second)?;
            Ok(TippingCell {
                first,
                second,
                significant: pooled.p < alpha,
                pooled,
            })
        })
        .collect()
}

fn check(shifts: &[f64], alpha: f64) -> Result<(), DataProblem> {
    require("the list of shifts", shifts, 1)?;
    require_between(
        "the level of significance",
        alpha,
        0.0,
        1.0,
        "between 0 and 1",
    )
}
