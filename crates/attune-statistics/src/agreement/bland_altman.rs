//! Bland and Altman's limits of agreement of two coders or methods, also with
//! several pairs per person.

use std::collections::BTreeMap;

use super::ratings::Ratings;
use crate::data_problem::{DataProblem, require, require_level, require_same_length};
use crate::descriptives::{correlation, mean, standard_deviation, sum, variance};
use crate::distributions::{normal_quantile, student_t_quantile, student_t_two_sided_p};
use crate::resampling::additive::Additive;

/// A number with its interval.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct WithInterval {
    /// The number.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Lower limit.
    pub ci_lower: f64,
    /// Upper limit.
    pub ci_upper: f64,
}

/// Limits of agreement.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct BlandAltman {
    /// Pairs.
    pub n_pairs: usize,
    /// Persons or units that the pairs come from.
    pub n_units: usize,
    /// Mean difference, first minus second.
    pub bias: WithInterval,
    /// SD of a difference.
    pub standard_deviation: f64,
    /// bias − z SD.
    pub lower_limit: WithInterval,
    /// bias + z SD.
    pub upper_limit: WithInterval,
    /// Regression of the difference on the mean of the pair, when the means vary.
    pub proportional_bias: Option<ProportionalBias>,
}

/// Does the difference grow with the size of what is measured?
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct ProportionalBias {
    /// Slope of the difference on the mean.
    pub slope: f64,
    /// Its standard error.
    pub se: f64,
    /// slope / se.
    pub t: f64,
    /// Two-sided p value on n − 2 degrees of freedom.
    pub p: f64,
}

/// Limits of agreement of pairs from different persons (Bland and Altman 1986, 1999).
///
/// Limits bias ± z s with z the normal quantile of the level; interval of the bias by t,
/// of the limits by t with s² (1/n + z²/(2(n − 1))).
///
/// # Errors
///
/// When the lists differ in length, there are fewer than three pairs, or all differences
/// are equal.
pub fn bland_altman(first: &[f64], second: &[f64], level: f64) -> Result<BlandAltman, DataProblem> {
    let differences = differences(first, second, level)?;
    let n = differences.len() as f64;
    let sd = standard_deviation(&differences);
    if sd == 0.0 {
        return Err(DataProblem::NoVariation {
            what: "the differences",
        });
    }
    let z = normal_quantile(0.5 + level / 2.0);
    let se_of_limit = sd * (1.0 / n + z * z / (2.0 * (n - 1.0))).sqrt();
    let bias = mean(&differences);
    let with_interval = |estimate, se| by_t(estimate, se, n - 1.0, level);
    Ok(BlandAltman {
        n_pairs: differences.len(),
        n_units: differences.len(),
        bias: with_interval(bias, sd / n.sqrt()),
        standard_deviation: sd,
        lower_limit: with_interval(bias - z * sd, se_of_limit),
        upper_limit: with_interval(bias + z * sd, se_of_limit),
        proportional_bias: proportional_bias(first, second, &differences),
    })
}

/// Limits of agreement when persons contribute several pairs and what is measured may
/// vary between them (Bland and Altman 2007, section 3).
///
/// The variance of a difference is the within-person mean square plus the
/// between-person component (MS_b − MS_w)/m₀, m₀ = (N − Σm²/N)/(n − 1), zero if
/// negative. The bias is the mean of all differences with a standard error over
/// persons; the limits' intervals combine its error with that of the SD on Satterthwaite's
/// degrees of freedom.
///
/// # Errors
///
/// As in [`bland_altman`], or when there are fewer than two persons or no person has two
/// pairs.
pub fn bland_altman_repeated(
    first: &[f64],
    second: &[f64],
    persons: &[String],
    level: f64,
) -> Result<BlandAltman, DataProblem> {
    let all = differences(first, second, level)?;
    let groups = by_person(&all, persons)?;
    let (n_pairs, n) = (all.len() as f64, groups.len() as f64);
    let bias = mean(&all);
    let size = |group: &Vec<f64>| group.len() as f64;
    let within = sum(groups
        .iter()
        .filter(|g| g.len() > 1)
        .map(|g| variance(g) * (size(g) - 1.0)));
    let between = sum(groups.iter().map(|g| size(g) * (mean(g) - bias).powi(2)));
    let (within, between) = (within / (n_pairs - n), between / (n - 1.0));
    let m0 = (n_pairs - sum(groups.iter().map(|g| size(g).powi(2))) / n_pairs) / (n - 1.0);
    let component = ((between - within) / m0).max(0.0);
    let sd = (within + component).sqrt();
    if sd == 0.0 {
        return Err(DataProblem::NoVariation {
            what: "the differences",
        });
    }
    let by_person = sum(groups.iter().map(|g| (size(g) * (mean(g) - bias)).powi(2)));
    let se_of_bias = (by_person * n / (n - 1.0)).sqrt() / n_pairs;
    let z = normal_quantile(0.5 + level / 2.0);
    // Var(s) = Var(s²)/(4 s²), with s² = MS_w (1 − 1/m₀) + MS_b/m₀.
    let (a, b) = (within * (1.0 - 1.0 / m0), between / m0);
    let variance_of_square = 2.0 * (a * a / (n_pairs - n) + b * b / (n - 1.0));
    let se_of_limit = (se_of_bias.powi(2) + z * z * variance_of_square / (4.0 * sd * sd)).sqrt();
    let with_interval = |estimate, se| by_t(estimate, se, n - 1.0, level);
    Ok(BlandAltman {
        n_pairs: all.len(),
        n_units: groups.len(),
        bias: with_interval(bias, se_of_bias),
        standard_deviation: sd,
        lower_limit: with_interval(bias - z * sd, se_of_limit),
        upper_limit: with_interval(bias + z * sd, se_of_limit),
        proportional_bias: None,
    })
}

/// Each person's differences, persons in the order of their names.
fn by_person(differences: &[f64], persons: &[String]) -> Result<Vec<Vec<f64>>, DataProblem> {
    require_same_length(
        ("the pairs", differences.len()),
        ("the persons", persons.len()),
    )?;
    let mut groups: BTreeMap<&String, Vec<f64>> = BTreeMap::new();
    for (difference, person) in differences.iter().zip(persons) {
        groups.entry(person).or_default().push(*difference);
    }
    if groups.len() < 2 || groups.len() == differences.len() {
        return Err(DataProblem::TooFew {
            what: "the list of persons with several pairs",
            needed: 2,
            found: groups.len().min(differences.len() - groups.len()),
        });
    }
    Ok(groups.into_values().collect())
}

/// Bias or limit with several pairs per person as sums over persons (in the order of their
/// names), for the bootstrap of persons or of clusters of them.
///
/// # Errors
///
/// As in [`bland_altman_repeated`].
pub fn additive_repeated(
    (first, second): (&[f64], &[f64]),
    persons: &[String],
    limit: Limit,
    level: f64,
) -> Result<Additive, DataProblem> {
    let all = differences(first, second, level)?;
    let centre = mean(&all);
    let about: Vec<f64> = all.iter().map(|difference| difference - centre).collect();
    // Totals: persons, pairs, Σm², Σd, Σd², Σ(Σd)²/m.
    let amounts = |own: Vec<f64>| {
        let (m, total) = (own.len() as f64, sum(own.iter().copied()));
        let square = sum(own.iter().map(|d| d * d));
        let amounts = [1.0, m, m * m, total, square, total * total / m];
        amounts.into_iter().enumerate().collect()
    };
    let units = by_person(&about, persons)?.into_iter().map(amounts);
    let reach = limit.reach(level);
    Ok(Additive::new(6, units.collect(), move |totals| {
        let [n, n_pairs, sizes, total, square, between_raw] =
            [0, 1, 2, 3, 4, 5].map(|place| totals[place]);
        let within = (square - between_raw).max(0.0) / (n_pairs - n);
        let between = (between_raw - total * total / n_pairs) / (n - 1.0);
        let m0 = (n_pairs - sizes / n_pairs) / (n - 1.0);
        let component = ((between - within) / m0).max(0.0);
        centre + total / n_pairs + reach * (within + component).sqrt()
    }))
}

/// Slope of the difference on the pair's mean as sums over units, for the bootstrap. Only
/// for ratings of two coders.
///
/// # Errors
///
/// As in [`additive`].
pub fn slope_additive(ratings: &Ratings) -> Result<Additive, DataProblem> {
    let (first, second) = pairs(ratings)?;
    let means: Vec<f64> = first
        .iter()
        .zip(&second)
        .map(|(a, b)| (a + b) / 2.0)
        .collect();
    let centre = (mean(&first) - mean(&second), mean(&means));
    let value = |cell: Option<usize>| cell.map(|place| ratings.categories()[place].value);
    let amounts = |unit: &[Option<usize>]| {
        let (Some(a), Some(b)) = (value(unit[0]), value(unit[1])) else {
            return Vec::new();
        };
        let (d, m) = (a - b - centre.0, (a + b) / 2.0 - centre.1);
        let amounts = [1.0, d, m, d * m, m * m];
        amounts.into_iter().enumerate().collect()
    };
    let units = ratings.units().map(amounts).collect();
    Ok(Additive::new(5, units, |totals| {
        let [n, d, m, product, square] = [0, 1, 2, 3, 4].map(|place| totals[place]);
        (product - d * m / n) / (square - m * m / n)
    }))
}

/// What a bootstrap of the limits of agreement estimates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The mean difference.
    Bias,
    /// bias − z SD.
    Lower,
    /// bias + z SD.
    Upper,
}

impl Limit {
    /// How many SD it lies from the bias.
    fn reach(self, level: f64) -> f64 {
        let z = normal_quantile(0.5 + level / 2.0);
        match self {
            Limit::Bias => 0.0,
            Limit::Lower => -z,
            Limit::Upper => z,
        }
    }
}

/// Bias or limit of the first coder minus the second as sums over units, for the
/// bootstrap. Only for ratings of two coders.
///
/// # Errors
///
/// When the ratings are words or fewer than three units have both.
pub fn additive(ratings: &Ratings, limit: Limit, level: f64) -> Result<Additive, DataProblem> {
    let (first, second) = pairs(ratings)?;
    let centre = mean(&differences(&first, &second, level)?);
    let value = |cell: Option<usize>| cell.map(|place| ratings.categories()[place].value);
    let difference = |unit: &[Option<usize>]| Some(value(unit[0])? - value(unit[1])? - centre);
    let amounts = |unit: &[Option<usize>]| match difference(unit) {
        Some(d) => vec![(0, 1.0), (1, d), (2, d * d)],
        None => Vec::new(),
    };
    let reach = limit.reach(level);
    Ok(Additive::new(
        3,
        ratings.units().map(amounts).collect(),
        move |totals| {
            let (n, sum, square) = (totals[0], totals[1], totals[2]);
            let variance = (square - sum * sum / n) / (n - 1.0);
            centre + sum / n + reach * variance.max(0.0).sqrt()
        },
    ))
}

/// The values of the units that both of two coders rated.
///
/// # Errors
///
/// When the ratings are words or there are not exactly two coders.
pub fn pairs(ratings: &Ratings) -> Result<(Vec<f64>, Vec<f64>), DataProblem> {
    if !ratings.is_numeric() {
        return Err(DataProblem::NotNumbers {
            what: "the ratings",
        });
    }
    require_same_length(("the coders", ratings.n_coders()), ("a pair", 2))?;
    Ok(ratings
        .complete_values()
        .iter()
        .map(|pair| (pair[0], pair[1]))
        .unzip())
}

fn differences(first: &[f64], second: &[f64], level: f64) -> Result<Vec<f64>, DataProblem> {
    require_level(level)?;
    require_same_length(
        ("the first coder's values", first.len()),
        ("the second's", second.len()),
    )?;
    require("the first coder's values", first, 3)?;
    require("the second coder's values", second, 3)?;
    Ok(first.iter().zip(second).map(|(a, b)| a - b).collect())
}

fn by_t(estimate: f64, se: f64, df: f64, level: f64) -> WithInterval {
    let reach = student_t_quantile(0.5 + level / 2.0, df) * se;
    WithInterval {
        estimate,
        se,
        ci_lower: estimate - reach,
        ci_upper: estimate + reach,
    }
}

fn proportional_bias(
    first: &[f64],
    second: &[f64],
    differences: &[f64],
) -> Option<ProportionalBias> {
    let means: Vec<f64> = first
        .iter()
        .zip(second)
        .map(|(a, b)| (a + b) / 2.0)
        .collect();
    let (sd_means, n) = (standard_deviation(&means), means.len() as f64);
    if sd_means == 0.0 {
        return None;
    }
    let r = correlation(differences, &means);
    let slope = r * standard_deviation(differences) / sd_means;
    let se =
        standard_deviation(differences) / sd_means * ((1.0 - r * r).max(0.0) / (n - 2.0)).sqrt();
    let t = slope / se;
    Some(ProportionalBias {
        slope,
        se,
        t,
        p: student_t_two_sided_p(t, n - 2.0),
    })
}
