//! Cronbach's alpha with its interval, omega, and how each item contributes.

use super::one_factor::{OneFactor, one_factor};
use crate::data_problem::{DataProblem, require, require_level, require_same_length};
use crate::descriptives::{correlation, covariance, mean, standard_deviation};
use crate::distributions::f_quantile;
use crate::matrix::{Cholesky, Matrix};
use crate::resampling::additive::Additive;

/// Reliability of a sum or mean score.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Reliability {
    /// People with all items.
    pub n: usize,
    /// People left out because an item was missing.
    pub n_dropped: usize,
    /// Number of items.
    pub n_items: usize,
    /// Cronbach's alpha from covariances.
    pub alpha: f64,
    /// Lower limit (Feldt).
    pub alpha_ci_lower: f64,
    /// Upper limit (Feldt).
    pub alpha_ci_upper: f64,
    /// Alpha from correlations: of standardised items.
    pub standardised_alpha: f64,
    /// Guttman's lambda 6, from squared multiple correlations; `None` when items repeat each other.
    pub lambda_6: Option<f64>,
    /// Omega total with observed total variance: 1 − Σ uniqueness / Σ R; `None` when the
    /// one-factor solution does not exist.
    pub omega: Option<f64>,
    /// Omega with the variance that the one-factor model implies, (Σ loading)² / ((Σ loading)² + Σ uniqueness).
    pub omega_model: Option<f64>,
    /// Mean correlation between items.
    pub mean_correlation: f64,
    /// Mean of the people's mean scores.
    pub mean_score: f64,
    /// SD of the people's mean scores.
    pub sd_score: f64,
    /// One entry per item.
    pub items: Vec<ItemStatistics>,
}

/// How one item does.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ItemStatistics {
    /// The item.
    pub name: String,
    /// Mean.
    pub mean: f64,
    /// SD.
    pub standard_deviation: f64,
    /// Correlation with the sum of all items, itself among them.
    pub item_total_correlation: f64,
    /// Correlation with the sum of the other items.
    pub item_rest_correlation: f64,
    /// Alpha without this item; `None` for scales of two items.
    pub alpha_if_dropped: Option<f64>,
    /// Loading on one common factor.
    pub loading: Option<f64>,
    /// Share of people at the lowest value that anybody gave.
    pub floor: f64,
    /// Share of people at the highest value that anybody gave.
    pub ceiling: f64,
}

/// Reliability of the items (one list per item, people in the same order); people with
/// a missing item are left out.
///
/// Alpha = k/(k − 1) (1 − Σ item variances / variance of the sum); its interval is
/// Feldt's, 1 − (1 − α) F with n − 1 and (n − 1)(k − 1) degrees of freedom.
///
/// # Errors
///
/// When there are fewer than two items or three complete people, lists differ in
/// length, an item does not vary, or the items' sum does not.
///
/// # Examples
///
/// ```
/// use attune_statistics::scales::scale_reliability;
/// let names = ["calm", "close"].map(str::to_owned);
/// let items = [[1.0, 2.0, 3.0, 4.0], [2.0, 2.0, 4.0, 5.0]].map(|item| item.map(Some).to_vec());
/// let result = scale_reliability(&names, &items, 0.95).unwrap();
/// assert!(result.alpha > 0.9 && result.alpha_ci_lower < result.alpha);
/// ```
pub fn scale_reliability(
    names: &[String],
    items: &[Vec<Option<f64>>],
    level: f64,
) -> Result<Reliability, DataProblem> {
    require_level(level)?;
    let (complete, n_dropped) = complete_people(names, items)?;
    let n_people = complete[0].len();
    let covariances = covariances_of(&complete);
    let alpha = alpha_of(&covariances);
    let correlations = correlations_of(&covariances);
    let (n, k) = (n_people as f64, complete.len() as f64);
    let df = (n - 1.0, (n - 1.0) * (k - 1.0));
    let tail = (1.0 - level) / 2.0;
    let limit = |p: f64| 1.0 - (1.0 - alpha) * f_quantile(p, df.0, df.1);
    let mean_correlation = mean_correlation_of(&correlations);
    let factor = one_factor(&correlations);
    let scores: Vec<f64> = (0..n_people)
        .map(|p| complete.iter().map(|item| item[p]).sum::<f64>() / k)
        .collect();
    let item = |place: usize| ItemStatistics {
        loading: factor.as_ref().map(|factor| factor.loadings[place]),
        ..item_statistics(&names[place], place, &complete, &covariances)
    };
    Ok(Reliability {
        n: n_people,
        n_dropped,
        n_items: complete.len(),
        alpha,
        alpha_ci_lower: limit(1.0 - tail),
        alpha_ci_upper: limit(tail),
        standardised_alpha: alpha_of(&correlations),
        lambda_6: lambda_6(&correlations),
        omega: factor.as_ref().map(|factor| factor.omega(&correlations)),
        omega_model: factor.as_ref().map(OneFactor::omega_of_model),
        mean_correlation,
        mean_score: mean(&scores),
        sd_score: standard_deviation(&scores),
        items: (0..complete.len()).map(item).collect(),
    })
}

/// A number about a scale or one of its items (by place).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScaleMeasure {
    /// Cronbach's alpha.
    Alpha,
    /// Alpha of standardised items.
    StandardisedAlpha,
    /// Guttman's lambda 6.
    Lambda6,
    /// Omega total with the observed variance of the sum.
    Omega,
    /// Omega with the variance that the factor implies.
    OmegaOfModel,
    /// Mean correlation between items.
    MeanCorrelation,
    /// Correlation of an item with the sum of the others.
    ItemRest(usize),
    /// Alpha without an item.
    AlphaIfDropped(usize),
    /// Loading of an item on one factor.
    Loading(usize),
}

/// Any number about a scale as sums over people, for the jackknife and the bootstrap; people
/// with a missing item do not count, and it is NaN where it is not defined.
///
/// # Errors
///
/// As in [`scale_reliability`].
pub fn scale_additive(
    items: &[Vec<Option<f64>>],
    measure: ScaleMeasure,
) -> Result<Additive, DataProblem> {
    with_covariances(items, move |covariances| {
        let correlations = || correlations_of(covariances);
        let factor = || one_factor(&correlations());
        match measure {
            ScaleMeasure::Alpha => alpha_of(covariances),
            ScaleMeasure::StandardisedAlpha => alpha_of(&correlations()),
            ScaleMeasure::Lambda6 => lambda_6(&correlations()).unwrap_or(f64::NAN),
            ScaleMeasure::Omega => {
                factor().map_or(f64::NAN, |factor| factor.omega(&correlations()))
            }
            ScaleMeasure::OmegaOfModel => {
                factor().map_or(f64::NAN, |factor| factor.omega_of_model())
            }
            ScaleMeasure::MeanCorrelation => mean_correlation_of(&correlations()),
            ScaleMeasure::ItemRest(place) => item_rest_correlation(covariances, place),
            ScaleMeasure::AlphaIfDropped(place) => alpha_of(&without(covariances, place)),
            ScaleMeasure::Loading(place) => {
                factor().map_or(f64::NAN, |factor| factor.loadings[place])
            }
        }
    })
}

/// Cronbach's alpha as sums over people, for the bootstrap; people with a missing item
/// do not count.
///
/// # Errors
///
/// As in [`scale_reliability`].
pub fn alpha_additive(items: &[Vec<Option<f64>>]) -> Result<Additive, DataProblem> {
    scale_additive(items, ScaleMeasure::Alpha)
}

/// Omega total as sums over people, for the bootstrap.
///
/// # Errors
///
/// As in [`scale_reliability`].
pub fn omega_additive(items: &[Vec<Option<f64>>]) -> Result<Additive, DataProblem> {
    scale_additive(items, ScaleMeasure::Omega)
}

/// A function of the covariance matrix as one of Σ1, Σx, Σxy (about a common centre).
fn with_covariances(
    items: &[Vec<Option<f64>>],
    function: impl Fn(&Matrix) -> f64 + Send + Sync + 'static,
) -> Result<Additive, DataProblem> {
    let k = items.len();
    let names = vec![String::new(); k];
    let (complete, _) = complete_people(&names, items)?;
    let centres: Vec<f64> = complete.iter().map(|item| mean(item)).collect();
    let units = (0..items[0].len())
        .map(|person| {
            let answers: Option<Vec<f64>> = items.iter().map(|item| item[person]).collect();
            let Some(answers) = answers else {
                return Vec::new();
            };
            let about: Vec<f64> = answers
                .iter()
                .zip(&centres)
                .map(|(x, centre)| x - centre)
                .collect();
            let mut amounts = vec![(0, 1.0)];
            amounts.extend(about.iter().enumerate().map(|(i, x)| (1 + i, *x)));
            let products =
                (0..k * k).map(|place| (1 + k + place, about[place / k] * about[place % k]));
            amounts.extend(products);
            amounts
        })
        .collect();
    Ok(Additive::new(1 + k + k * k, units, move |totals| {
        let (n, sums, products) = (totals[0], &totals[1..=k], &totals[1 + k..]);
        function(&Matrix::from_function(k, k, |i, j| {
            (products[i * k + j] - sums[i] * sums[j] / n) / (n - 1.0)
        }))
    }))
}

fn complete_people(
    names: &[String],
    items: &[Vec<Option<f64>>],
) -> Result<(Vec<Vec<f64>>, usize), DataProblem> {
    if items.len() < 2 {
        return Err(DataProblem::TooFew {
            what: "the list of items",
            needed: 2,
            found: items.len(),
        });
    }
    require_same_length(("the names", names.len()), ("the items", items.len()))?;
    for item in items {
        require_same_length(
            ("the first item", items[0].len()),
            ("another item", item.len()),
        )?;
    }
    let people = 0..items[0].len();
    let kept: Vec<usize> = people
        .filter(|p| items.iter().all(|item| item[*p].is_some()))
        .collect();
    let complete: Vec<Vec<f64>> = items
        .iter()
        .map(|item| kept.iter().filter_map(|p| item[*p]).collect())
        .collect();
    for item in &complete {
        require("an item, among people with all items,", item, 3)?;
        if item.iter().all(|value| *value == item[0]) {
            return Err(DataProblem::NoVariation { what: "an item" });
        }
    }
    Ok((complete, items[0].len() - kept.len()))
}

fn covariances_of(items: &[Vec<f64>]) -> Matrix {
    Matrix::from_function(items.len(), items.len(), |i, j| {
        covariance(&items[i], &items[j])
    })
}

fn correlations_of(covariances: &Matrix) -> Matrix {
    let k = covariances.n_rows();
    Matrix::from_function(k, k, |i, j| {
        if i == j {
            1.0
        } else {
            covariances[(i, j)] / (covariances[(i, i)] * covariances[(j, j)]).sqrt()
        }
    })
}

fn alpha_of(covariances: &Matrix) -> f64 {
    let k = covariances.n_rows() as f64;
    let total: f64 = covariances.values().iter().sum();
    k / (k - 1.0) * (1.0 - covariances.trace() / total)
}

fn mean_correlation_of(correlations: &Matrix) -> f64 {
    let k = correlations.n_rows() as f64;
    (correlations.values().iter().sum::<f64>() - k) / (k * (k - 1.0))
}

/// The covariances of all items but one.
fn without(covariances: &Matrix, place: usize) -> Matrix {
    let k = covariances.n_rows();
    let others: Vec<usize> = (0..k).filter(|other| *other != place).collect();
    Matrix::from_function(k - 1, k - 1, |i, j| covariances[(others[i], others[j])])
}

/// Covariance with the sum of the other items over both SDs.
fn item_rest_correlation(covariances: &Matrix, place: usize) -> f64 {
    let own = covariances[(place, place)];
    let shared = covariances.row(place).iter().sum::<f64>() - own;
    let rest: f64 = without(covariances, place).values().iter().sum();
    shared / (own * rest).sqrt()
}

/// 1 − Σ(1 − squared multiple correlation) / Σ R.
fn lambda_6(correlations: &Matrix) -> Option<f64> {
    let inverse = Cholesky::new(correlations)?.inverse();
    let unexplained: f64 = inverse.diagonal().iter().map(|value| 1.0 / value).sum();
    Some(1.0 - unexplained / correlations.values().iter().sum::<f64>())
}

fn item_statistics(
    name: &str,
    place: usize,
    items: &[Vec<f64>],
    covariances: &Matrix,
) -> ItemStatistics {
    let item = &items[place];
    let n = item.len();
    let total: Vec<f64> = (0..n)
        .map(|p| items.iter().map(|item| item[p]).sum())
        .collect();
    let rest: Vec<f64> = (0..n).map(|p| total[p] - item[p]).collect();
    let lowest = item.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = item.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let share = |value: f64| item.iter().filter(|x| **x == value).count() as f64 / n as f64;
    ItemStatistics {
        name: name.to_owned(),
        mean: mean(item),
        standard_deviation: standard_deviation(item),
        item_total_correlation: correlation(item, &total),
        item_rest_correlation: correlation(item, &rest),
        alpha_if_dropped: (items.len() > 2).then(|| alpha_of(&without(covariances, place))),
        loading: None,
        floor: share(lowest),
        ceiling: share(highest),
    }
}
