//! How alike the arms are before and after weighting.

use super::{BalancingWeights, PropensityScore};
use crate::descriptives::sum;
use crate::formula::Formula;
use crate::table::{Column, Table};

/// The balance of two arms.
#[derive(Debug, Clone, PartialEq)]
pub struct Balance {
    /// One line for each number, and one for each level of a factor.
    pub covariates: Vec<CovariateBalance>,
    /// Where the propensity scores of the arms lie.
    pub positivity: Positivity,
}

/// One number, or one level of a factor.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariateBalance {
    /// The column.
    pub covariate: String,
    /// The level of a factor, whose means are shares; `None` for a number.
    pub level: Option<String>,
    /// Means of the comparison and of the treated arm, without weights.
    pub means: [f64; 2],
    /// The same with weights.
    pub weighted_means: [f64; 2],
    /// Treated minus comparison over the root of the mean of the two variances, without weights; NaN when nothing varies.
    pub standardised_difference: f64,
    /// With weights, over the same unweighted spread, so that only the means change.
    pub weighted_standardised_difference: f64,
    /// Variance of the treated over that of the comparison arm, without weights; only for numbers.
    pub variance_ratio: Option<f64>,
    /// The same with weights.
    pub weighted_variance_ratio: Option<f64>,
    /// Share of all rows of each arm in which the covariate is missing.
    pub missing_shares: [f64; 2],
}

/// Where the propensity scores of the two arms lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Positivity {
    /// Least and greatest score of the comparison arm.
    pub comparison: [f64; 2],
    /// Least and greatest score of the treated arm.
    pub treated: [f64; 2],
    /// People whose score lies outside the range that both arms share.
    pub n_outside: usize,
}

/// The balance table of the covariates of a propensity score.
///
/// `adjusted` and `table` are those that the score was made from; the table gives the missing shares.
/// Standardised differences after Austin (2009), Statistics in Medicine 28; a common rule of thumb is that 0.1
/// is small.
#[must_use]
pub fn balance(
    score: &PropensityScore,
    weights: &BalancingWeights,
    adjusted: &Formula,
    table: &Table,
) -> Balance {
    let mut outcome = Vec::new();
    adjusted.response.collect_names(&mut outcome);
    let names = adjusted.column_names();
    let covariates = names
        .iter()
        .filter(|name| !outcome.contains(name))
        .flat_map(|name| {
            let missing = missing_shares(score, table, name);
            lines(score, name)
                .into_iter()
                .map(move |line| line.balance(name, score, weights, missing))
                .collect::<Vec<_>>()
        })
        .collect();
    Balance {
        covariates,
        positivity: positivity(score),
    }
}

/// A column of numbers to be compared: the covariate itself, or the indicator of a level.
struct Line {
    level: Option<String>,
    values: Vec<f64>,
}

fn lines(score: &PropensityScore, name: &str) -> Vec<Line> {
    match score.table.column(name) {
        None => Vec::new(),
        Some(Column::Numbers(values)) => vec![Line {
            level: None,
            values: values.clone(),
        }],
        Some(Column::Factor(factor)) => (0_u32..)
            .zip(&factor.levels)
            .filter(|(code, _)| factor.codes.contains(&Some(*code)))
            .map(|(code, level)| Line {
                level: Some(level.clone()),
                values: factor
                    .codes
                    .iter()
                    .map(|known| f64::from(u8::from(*known == Some(code))))
                    .collect(),
            })
            .collect(),
    }
}

impl Line {
    fn balance(
        self,
        name: &str,
        score: &PropensityScore,
        weights: &BalancingWeights,
        missing_shares: [f64; 2],
    ) -> CovariateBalance {
        let equal = vec![1.0; self.values.len()];
        let moments = |weights: &[f64]| {
            [false, true].map(|arm| moments(&self.values, weights, &score.treated, arm))
        };
        let (before, after) = (moments(&equal), moments(&weights.weights));
        let spread = ((before[0].1 + before[1].1) / 2.0).sqrt();
        let ratio =
            |moments: [(f64, f64); 2]| self.level.is_none().then_some(moments[1].1 / moments[0].1);
        CovariateBalance {
            covariate: name.to_owned(),
            means: before.map(|(mean, _)| mean),
            weighted_means: after.map(|(mean, _)| mean),
            standardised_difference: (before[1].0 - before[0].0) / spread,
            weighted_standardised_difference: (after[1].0 - after[0].0) / spread,
            variance_ratio: ratio(before),
            weighted_variance_ratio: ratio(after),
            missing_shares,
            level: self.level,
        }
    }
}

/// Mean and variance of an arm; the variance with divisor Σw − Σw²/Σw, which is n − 1 for equal weights.
fn moments(values: &[f64], weights: &[f64], treated: &[bool], arm: bool) -> (f64, f64) {
    let chosen: Vec<(f64, f64)> = values
        .iter()
        .zip(weights)
        .zip(treated)
        .filter(|(_, treated)| **treated == arm)
        .map(|((value, weight), _)| (*value, *weight))
        .collect();
    let total = sum(chosen.iter().map(|(_, weight)| *weight));
    let squares = sum(chosen.iter().map(|(_, weight)| weight * weight));
    let mean = sum(chosen.iter().map(|(value, weight)| value * weight)) / total;
    let spread = sum(chosen
        .iter()
        .map(|(value, weight)| weight * (value - mean).powi(2)));
    (mean, spread / (total - squares / total))
}

fn missing_shares(score: &PropensityScore, table: &Table, name: &str) -> [f64; 2] {
    let is_missing: Vec<bool> = match table.column(name) {
        Some(Column::Numbers(values)) => values.iter().map(|value| value.is_nan()).collect(),
        Some(Column::Factor(factor)) => factor.codes.iter().map(Option::is_none).collect(),
        None => return [f64::NAN; 2],
    };
    score.arms.each_ref().map(|arm| {
        let of_arm: Vec<bool> = arm_labels(table, &score.arm)
            .iter()
            .zip(&is_missing)
            .filter(|(label, _)| label.as_deref() == Some(arm))
            .map(|(_, missing)| *missing)
            .collect();
        of_arm.iter().filter(|missing| **missing).count() as f64 / of_arm.len() as f64
    })
}

fn arm_labels(table: &Table, arm: &str) -> Vec<Option<String>> {
    match table.column(arm) {
        Some(Column::Factor(factor)) => factor
            .codes
            .iter()
            .map(|code| code.map(|code| factor.levels[code as usize].clone()))
            .collect(),
        Some(Column::Numbers(values)) => values
            .iter()
            .map(|value| (!value.is_nan()).then(|| crate::table::number_label(*value)))
            .collect(),
        None => Vec::new(),
    }
}

fn positivity(score: &PropensityScore) -> Positivity {
    let range = |arm: bool| {
        score
            .scores
            .iter()
            .zip(&score.treated)
            .filter(|(_, treated)| **treated == arm)
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], (e, _)| {
                [low.min(*e), high.max(*e)]
            })
    };
    let (comparison, treated) = (range(false), range(true));
    let shared = comparison[0].max(treated[0])..=comparison[1].min(treated[1]);
    Positivity {
        comparison,
        treated,
        n_outside: score.scores.iter().filter(|e| !shared.contains(e)).count(),
    }
}
