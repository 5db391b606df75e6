//! Rubin's rules, for any analysis that gives estimates with their covariance.

use crate::data_problem::{DataProblem, require, require_level, require_same_length};
use crate::descriptives::{mean, variance};
use crate::distributions::{f_upper_tail, student_t_quantile, student_t_two_sided_p};
use crate::inference::CoefficientTest;
use crate::matrix::{Cholesky, Matrix};

/// The analysis of one completed data set.
#[derive(Debug, Clone, PartialEq)]
pub struct CompletedFit {
    /// Estimates, the same terms in the same order in every data set.
    pub estimates: Vec<f64>,
    /// Their covariance matrix.
    pub covariance: Matrix,
}

/// One estimate pooled over imputations.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Pooled {
    /// Mean of the estimates.
    pub estimate: f64,
    /// √ of the total variance.
    pub standard_error: f64,
    /// Mean variance within data sets.
    pub within: f64,
    /// Variance of the estimates between data sets.
    pub between: f64,
    /// within + (1 + 1/m) between.
    pub total: f64,
    /// Barnard and Rubin's degrees of freedom; Rubin's where the complete-data ones are infinite.
    pub df: f64,
    /// Relative increase in variance due to missing data.
    pub relative_increase: f64,
    /// Share of the total variance due to missing data.
    pub lambda: f64,
    /// Fraction of missing information.
    pub missing_information: f64,
    /// estimate / standard error.
    pub t: f64,
    /// Two-sided p value.
    pub p: f64,
    /// Lower limit.
    pub ci_lower: f64,
    /// Upper limit.
    pub ci_upper: f64,
}

/// Joint test of several pooled estimates.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct PooledTest {
    /// F statistic D₁.
    pub f: f64,
    /// Numerator degrees of freedom: the number of estimates tested.
    pub df1: f64,
    /// Denominator degrees of freedom.
    pub df2: f64,
    /// p value.
    pub p: f64,
    /// Average relative increase in variance.
    pub relative_increase: f64,
}

/// Pools each estimate by Rubin's (1987) rules, with Barnard and Rubin's (1999) degrees of
/// freedom from the `complete_data_df` that the analysis would have without missing data
/// (infinite for large samples). Where the data sets do not differ, nothing was missing: estimate, standard
/// error and degrees of freedom are those of complete data.
///
/// # Errors
///
/// When there are fewer than two data sets, or they differ in the number of estimates.
///
/// # Examples
///
/// ```
/// use attune_statistics::{matrix::Matrix, multiple_imputation::*};
/// let fit = |estimate| CompletedFit { estimates: vec![estimate], covariance: Matrix::identity(1) };
/// let pooled = pool(&[fit(1.0), fit(2.0), fit(3.0)], 50.0, 0.95).unwrap();
/// assert_eq!((pooled[0].estimate, pooled[0].between), (2.0, 1.0));
/// ```
pub fn pool(
    fits: &[CompletedFit],
    complete_data_df: f64,
    level: f64,
) -> Result<Vec<Pooled>, DataProblem> {
    check(fits)?;
    pool_each(
        fits,
        &vec![complete_data_df; fits[0].estimates.len()],
        level,
    )
}

/// As [`pool`], with degrees of freedom for each estimate.
pub(super) fn pool_each(
    fits: &[CompletedFit],
    complete_data_df: &[f64],
    level: f64,
) -> Result<Vec<Pooled>, DataProblem> {
    require_level(level)?;
    check(fits)?;
    let scalar = |(place, df): (usize, &f64)| {
        let estimates: Vec<f64> = fits.iter().map(|fit| fit.estimates[place]).collect();
        let variances: Vec<f64> = fits
            .iter()
            .map(|fit| fit.covariance[(place, place)])
            .collect();
        pool_one(&estimates, &variances, *df, level)
    };
    Ok(complete_data_df.iter().enumerate().map(scalar).collect())
}

/// The mean; of equal numbers that number itself, to the bit.
pub(super) fn exact_mean(values: &[f64]) -> f64 {
    match values {
        [first, rest @ ..] if rest.iter().all(|value| value == first) => *first,
        _ => mean(values),
    }
}

fn pool_one(estimates: &[f64], variances: &[f64], complete_df: f64, level: f64) -> Pooled {
    let m = estimates.len() as f64;
    let (estimate, within) = (exact_mean(estimates), exact_mean(variances));
    let is_constant = estimates.iter().all(|other| *other == estimate);
    // Equal estimates have no variance, not one of rounding errors.
    let between = if is_constant {
        0.0
    } else {
        variance(estimates)
    };
    let added = (1.0 + 1.0 / m) * between;
    let total = within + added;
    let (relative_increase, lambda) = (added / within, added / total);
    let df = degrees_of_freedom(m, lambda, complete_df);
    let standard_error = total.sqrt();
    let t = estimate / standard_error;
    let reach = student_t_quantile(0.5 + level / 2.0, df) * standard_error;
    Pooled {
        estimate,
        standard_error,
        within,
        between,
        total,
        df,
        relative_increase,
        lambda,
        missing_information: if between == 0.0 {
            0.0
        } else {
            (relative_increase + 2.0 / (df + 3.0)) / (relative_increase + 1.0)
        },
        t,
        p: student_t_two_sided_p(t, df),
        ci_lower: estimate - reach,
        ci_upper: estimate + reach,
    }
}

fn degrees_of_freedom(m: f64, lambda: f64, complete: f64) -> f64 {
    // Where the data sets agree nothing was missing, and the test is the one of complete data.
    if lambda == 0.0 {
        return complete;
    }
    let large_sample = (m - 1.0) / (lambda * lambda);
    if complete.is_infinite() {
        return large_sample;
    }
    let observed = (complete + 1.0) / (complete + 3.0) * complete * (1.0 - lambda);
    large_sample * observed / (large_sample + observed)
}

/// Joint test that the estimates at the given places are all zero: D₁ of Li, Raghunathan
/// and Rubin (1991), with Reiter's (2007) degrees of freedom where the complete-data ones
/// are finite.
///
/// # Errors
///
/// When the data sets do not fit together, no place is given, a place does not exist, or
/// the estimates' mean covariance is not positive definite.
pub fn pooled_joint_test(
    fits: &[CompletedFit],
    places: &[usize],
    complete_data_df: f64,
) -> Result<PooledTest, DataProblem> {
    check(fits)?;
    let largest = places.iter().max().copied().unwrap_or(usize::MAX);
    if largest >= fits[0].estimates.len() {
        let (needed, found) = (places.len().max(1), fits[0].estimates.len());
        return Err(DataProblem::TooFew {
            what: "the list of estimates to test",
            needed,
            found,
        });
    }
    let (m, k) = (fits.len() as f64, places.len() as f64);
    let pick = |fit: &CompletedFit| {
        places
            .iter()
            .map(|p| fit.estimates[*p])
            .collect::<Vec<f64>>()
    };
    let chosen: Vec<Vec<f64>> = fits.iter().map(pick).collect();
    let centre: Vec<f64> = (0..places.len())
        .map(|i| exact_mean(&chosen.iter().map(|e| e[i]).collect::<Vec<f64>>()))
        .collect();
    let n = places.len();
    let within = Matrix::from_function(n, n, |i, j| {
        fits.iter()
            .map(|fit| fit.covariance[(places[i], places[j])])
            .sum::<f64>()
            / m
    });
    let between = Matrix::from_function(n, n, |i, j| {
        let products = chosen
            .iter()
            .map(|e| (e[i] - centre[i]) * (e[j] - centre[j]));
        products.sum::<f64>() / (m - 1.0)
    });
    let factor = Cholesky::new(&within).ok_or(DataProblem::NoVariation {
        what: "a combination of estimates",
    })?;
    let increase = (1.0 + 1.0 / m) * between.times(&factor.inverse()).trace() / k;
    let solved = factor.solve(&centre);
    let square: f64 = centre.iter().zip(&solved).map(|(a, b)| a * b).sum();
    let f = square / (k * (1.0 + increase));
    let df2 = joint_df(k * (m - 1.0), increase, complete_data_df);
    Ok(PooledTest {
        f,
        df1: k,
        df2,
        p: f_upper_tail(f, k, df2),
        relative_increase: increase,
    })
}

impl Pooled {
    /// The pooled estimate as a test in the form that models give.
    #[must_use]
    pub fn test(&self, term: &str) -> CoefficientTest {
        CoefficientTest {
            term: term.to_owned(),
            estimate: self.estimate,
            se: self.standard_error,
            df: self.df,
            statistic: self.t,
            p: self.p,
            ci_lower: self.ci_lower,
            ci_upper: self.ci_upper,
        }
    }

    /// Standard error of the estimate that is due to the number of imputations alone: √(between/m).
    #[must_use]
    pub fn monte_carlo_error(&self, n_imputations: usize) -> f64 {
        (self.between / n_imputations as f64).sqrt()
    }
}

/// Denominator degrees of freedom; `t` = k (m − 1) must exceed 4 for either form, and the
/// simple one of Li, Raghunathan and Rubin serves below.
fn joint_df(t: f64, r: f64, complete: f64) -> f64 {
    if r == 0.0 {
        return complete;
    }
    if t <= 4.0 {
        return t / 2.0 * (1.0 + 1.0 / r).powi(2);
    }
    if complete.is_infinite() {
        return 4.0 + (t - 4.0) * (1.0 + (1.0 - 2.0 / t) / r).powi(2);
    }
    // Reiter (2007), with a the scaled increase and c₁, c₂ as there.
    let a = r * t / (t - 2.0);
    let nu = (complete + 1.0) / (complete + 3.0) * complete;
    let (c1, c2, inverse) = (nu - 2.0 * (1.0 + a), nu - 4.0 * (1.0 + a), 1.0 / (t - 4.0));
    let a2 = a * a;
    let z = 1.0 / c2
        + inverse * (a2 * c1 / ((1.0 + a).powi(2) * c2))
        + inverse * (8.0 * a2 * c1 / ((1.0 + a) * c2 * c2) + 4.0 * a2 / ((1.0 + a) * c2))
        + inverse * (4.0 * a2 / (c2 * c1) + 16.0 * a2 * c1 / c2.powi(3))
        + inverse * (8.0 * a2 / (c2 * c2));
    4.0 + 1.0 / z
}

fn check(fits: &[CompletedFit]) -> Result<(), DataProblem> {
    if fits.len() < 2 {
        return Err(DataProblem::TooFew {
            what: "the list of completed data sets",
            needed: 2,
            found: fits.len(),
        });
    }
    let n = fits[0].estimates.len();
    for fit in fits {
        require("the estimates", &fit.estimates, 1)?;
        require_same_length(
            ("the first fit's estimates", n),
            ("another's", fit.estimates.len()),
        )?;
        require_same_length(
            ("the estimates", n),
            ("their covariance matrix", fit.covariance.n_rows()),
        )?;
    }
    Ok(())
}
