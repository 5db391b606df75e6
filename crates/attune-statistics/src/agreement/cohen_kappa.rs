//! Cohen's kappa of two coders, weighted or not, and what must be read beside it.

use super::ratings::Ratings;
use super::weights::Weights;
use crate::data_problem::{DataProblem, require_level};
use crate::distributions::{normal_quantile, normal_two_sided_p};
use crate::matrix::Matrix;
use crate::resampling::additive::Additive;

/// Cohen's kappa with its large-sample interval and companions.
#[derive(Debug, Clone, PartialEq)]
pub struct CohenKappa {
    /// Units that both coders rated.
    pub n_units: usize,
    /// (pₒ − pₑ)/(1 − pₑ).
    pub estimate: f64,
    /// Large-sample standard error (Fleiss, Cohen and Everitt 1969).
    pub standard_error: f64,
    /// Standard error if there were no agreement beyond chance, for the test.
    pub standard_error_null: f64,
    /// Lower limit, normal.
    pub ci_lower: f64,
    /// Upper limit, normal, at most 1.
    pub ci_upper: f64,
    /// Two-sided p value of no agreement beyond chance.
    pub p: f64,
    /// Weighted observed agreement.
    pub observed: f64,
    /// Weighted agreement expected from the margins.
    pub expected: f64,
    /// The largest kappa that these margins allow (unweighted).
    pub kappa_max: f64,
    /// Prevalence- and bias-adjusted kappa (q pₒ − 1)/(q − 1), unweighted.
    pub pabak: f64,
    /// |a − d|/n for two categories.
    pub prevalence_index: Option<f64>,
    /// |b − c|/n for two categories.
    pub bias_index: Option<f64>,
}

/// Cohen's kappa of two coders; units that one of them left out do not count.
///
/// # Errors
///
/// When there are not exactly two coders, no unit has both ratings, or chance
/// agreement is complete (both coders used one and the same category).
///
/// # Examples
///
/// ```
/// use attune_statistics::agreement::{Ratings, cohen_kappa::cohen_kappa, weights::Weights};
/// let coders = ["A".to_owned(), "B".to_owned()];
/// let rows: Vec<Vec<Option<f64>>> = [(1.0, 1.0), (2.0, 2.0), (1.0, 2.0), (2.0, 2.0)]
///     .map(|(a, b)| vec![Some(a), Some(b)]).to_vec();
/// let kappa = cohen_kappa(&Ratings::from_numbers(&coders, &rows).unwrap(), Weights::Identity, 0.95).unwrap();
/// assert_eq!(kappa.estimate, 0.5);
/// ```
pub fn cohen_kappa(
    ratings: &Ratings,
    weights: Weights,
    level: f64,
) -> Result<CohenKappa, DataProblem> {
    require_level(level)?;
    let counts = table(ratings)?;
    let n: f64 = counts.values().iter().sum();
    if n < 1.0 {
        return Err(DataProblem::TooFew {
            what: "the list of units rated twice",
            needed: 1,
            found: 0,
        });
    }
    let shares = counts.scaled(1.0 / n);
    let weights = weights.matrix(ratings.categories());
    let margins = Margins::of(&shares);
    let (observed, expected) = (inner(&weights, &shares), margins.expected(&weights));
    if 1.0 - expected <= 1e-12 {
        return Err(DataProblem::NoVariation {
            what: "the ratings of both coders",
        });
    }
    let estimate = (observed - expected) / (1.0 - expected);
    let scale = n.sqrt() * (1.0 - expected);
    let standard_error = margins
        .variance(&shares, &weights, estimate, expected)
        .sqrt()
        / scale;
    let standard_error_null = margins.null_variance(&weights, expected).sqrt() / scale;
    let reach = normal_quantile(0.5 + level / 2.0) * standard_error;
    let two = (counts.n_rows() == 2).then_some(&shares);
    Ok(CohenKappa {
        n_units: n as usize,
        estimate,
        standard_error,
        standard_error_null,
        ci_lower: estimate - reach,
        ci_upper: (estimate + reach).min(1.0),
        p: normal_two_sided_p(estimate / standard_error_null),
        observed,
        expected,
        kappa_max: margins.kappa_max(),
        pabak: pabak(&shares),
        prevalence_index: two.map(|t| (t[(0, 0)] - t[(1, 1)]).abs()),
        bias_index: two.map(|t| (t[(0, 1)] - t[(1, 0)]).abs()),
    })
}

/// The same coefficient as sums over units, for the bootstrap.
///
/// # Errors
///
/// When there are not exactly two coders.
pub fn additive(ratings: &Ratings, weights: Weights) -> Result<Additive, DataProblem> {
    require_two(ratings)?;
    let q = ratings.categories().len();
    let weights = weights.matrix(ratings.categories());
    Ok(Additive::new(q * q, cells(ratings), move |totals| {
        kappa_of_counts(totals, &weights)
    }))
}

/// What is read beside a kappa of two coders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Companion {
    /// The largest kappa that the margins allow.
    KappaMax,
    /// Prevalence- and bias-adjusted kappa.
    Pabak,
    /// |a − d|/n; NaN unless there are two categories.
    PrevalenceIndex,
    /// |b − c|/n; NaN unless there are two categories.
    BiasIndex,
}

/// A companion of kappa as sums over units, for the bootstrap.
///
/// # Errors
///
/// When there are not exactly two coders.
pub fn companion_additive(
    ratings: &Ratings,
    companion: Companion,
) -> Result<Additive, DataProblem> {
    require_two(ratings)?;
    let q = ratings.categories().len();
    Ok(Additive::new(q * q, cells(ratings), move |totals| {
        let n: f64 = totals.iter().sum();
        let shares = Matrix::from_function(q, q, |i, j| totals[i * q + j] / n);
        let margins = Margins::of(&shares);
        match companion {
            Companion::KappaMax => margins.kappa_max(),
            Companion::Pabak => pabak(&shares),
            Companion::PrevalenceIndex if q == 2 => (shares[(0, 0)] - shares[(1, 1)]).abs(),
            Companion::BiasIndex if q == 2 => (shares[(0, 1)] - shares[(1, 0)]).abs(),
            Companion::PrevalenceIndex | Companion::BiasIndex => f64::NAN,
        }
    }))
}

fn pabak(shares: &Matrix) -> f64 {
    let q = shares.n_rows() as f64;
    (q * shares.trace() - 1.0) / (q - 1.0)
}

/// Kappa of a table of counts stored row by row; NaN where chance agreement is complete.
pub(super) fn kappa_of_counts(counts: &[f64], weights: &Matrix) -> f64 {
    let q = weights.n_rows();
    let n: f64 = counts.iter().sum();
    let shares = Matrix::from_function(q, q, |i, j| counts[i * q + j] / n);
    let expected = Margins::of(&shares).expected(weights);
    if 1.0 - expected <= 1e-12 {
        return f64::NAN;
    }
    (inner(weights, &shares) - expected) / (1.0 - expected)
}

fn require_two(ratings: &Ratings) -> Result<(), DataProblem> {
    if ratings.n_coders() == 2 {
        return Ok(());
    }
    let allowed = "two; choose a pair, or use Light's, Fleiss' or Conger's kappa";
    Err(DataProblem::OutOfRange {
        what: "the number of coders",
        value: ratings.n_coders() as f64,
        allowed,
    })
}

/// Each unit as one count in the table stored row by row.
fn cells(ratings: &Ratings) -> Vec<Vec<(usize, f64)>> {
    let q = ratings.categories().len();
    let place = |unit: &[Option<usize>]| cell(unit, q).map(|place| (place, 1.0));
    ratings
        .units()
        .map(|unit| place(unit).into_iter().collect())
        .collect()
}

/// Place in the table of counts, if both coders rated the unit.
fn cell(unit: &[Option<usize>], q: usize) -> Option<usize> {
    Some(unit[0]? * q + unit[1]?)
}

fn table(ratings: &Ratings) -> Result<Matrix, DataProblem> {
    require_two(ratings)?;
    let q = ratings.categories().len();
    let mut counts = Matrix::zeros(q, q);
    for place in ratings.units().filter_map(|unit| cell(unit, q)) {
        counts[(place / q, place % q)] += 1.0;
    }
    Ok(counts)
}

fn inner(a: &Matrix, b: &Matrix) -> f64 {
    a.values().iter().zip(b.values()).map(|(x, y)| x * y).sum()
}

/// Shares of the categories by coder.
struct Margins {
    rows: Vec<f64>,
    columns: Vec<f64>,
}

impl Margins {
    fn of(shares: &Matrix) -> Self {
        let rows = (0..shares.n_rows())
            .map(|i| shares.row(i).iter().sum())
            .collect();
        let columns = (0..shares.n_columns())
            .map(|j| shares.column(j).iter().sum())
            .collect();
        Margins { rows, columns }
    }

    fn expected(&self, weights: &Matrix) -> f64 {
        let by_row = weights.times_vector(&self.columns);
        self.rows
            .iter()
            .zip(&by_row)
            .map(|(share, support)| share * support)
            .sum()
    }

    /// (Σ min(pₖ., p.ₖ) − pₑ)/(1 − pₑ), unweighted.
    fn kappa_max(&self) -> f64 {
        let pairs = || self.rows.iter().zip(&self.columns);
        let chance: f64 = pairs().map(|(a, b)| a * b).sum();
        let reachable: f64 = pairs().map(|(a, b)| a.min(*b)).sum();
        (reachable - chance) / (1.0 - chance)
    }

    /// w̄ᵢ. + w̄.ⱼ of Fleiss, Cohen and Everitt.
    fn mean_weights(&self, weights: &Matrix) -> (Vec<f64>, Vec<f64>) {
        (
            weights.times_vector(&self.columns),
            weights.transposed().times_vector(&self.rows),
        )
    }

    fn variance(&self, shares: &Matrix, weights: &Matrix, kappa: f64, expected: f64) -> f64 {
        let (rows, columns) = self.mean_weights(weights);
        // Taken from each term instead of the sum of squares, so that nothing cancels.
        let mean = kappa - expected * (1.0 - kappa);
        let mut sum = 0.0;
        for i in 0..rows.len() {
            for j in 0..columns.len() {
                let term = weights[(i, j)] - (rows[i] + columns[j]) * (1.0 - kappa);
                sum += shares[(i, j)] * (term - mean) * (term - mean);
            }
        }
        sum
    }

    fn null_variance(&self, weights: &Matrix, expected: f64) -> f64 {
        let (rows, columns) = self.mean_weights(weights);
        let mut sum = 0.0;
        for i in 0..rows.len() {
            for j in 0..columns.len() {
                let term = weights[(i, j)] - (rows[i] + columns[j]) + expected;
                sum += self.rows[i] * self.columns[j] * term * term;
            }
        }
        sum
    }
}
