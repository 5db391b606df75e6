//! The difference of two arms, weighted, with or without outcome models (doubly robust).

use super::influence_values::{ArmMean, Estimated};
use super::outcome_model::{OutcomeModel, expected};
use super::{BalancingWeights, ConfoundingError, PropensityScore, Target, balancing_weights};
use crate::descriptives::sum;
use crate::distributions::{
    normal_quantile, normal_two_sided_p, student_t_quantile, student_t_two_sided_p,
};
use crate::formula::Formula;
use crate::model_frame::model_frame;
use crate::table::{Column, Factor, Table};
use crate::test_result::TestResult;

/// How to compare the arms.
#[derive(Debug, Clone, PartialEq)]
pub struct AdjustmentSettings {
    /// Whom the comparison is about.
    pub target: Target,
    /// The quantile of an arm's weights at which they are cut down.
    pub truncate_at: Option<f64>,
    /// The outcome model within each arm; with one the estimate is doubly robust.
    pub outcome_model: OutcomeModel,
    /// A column whose levels are sampled as a whole, for the standard error.
    pub cluster: Option<String>,
    /// Confidence level.
    pub level: f64,
}

impl Default for AdjustmentSettings {
    /// Overlap weights without outcome model, 95 % intervals.
    fn default() -> Self {
        Self {
            target: Target::Overlap,
            truncate_at: None,
            outcome_model: OutcomeModel::None,
            cluster: None,
            level: 0.95,
        }
    }
}

/// Two arms compared with adjustment.
#[derive(Debug, Clone)]
pub struct AdjustedDifference {
    /// The score.
    pub score: PropensityScore,
    /// The weights.
    pub weights: BalancingWeights,
    /// Adjusted means of the comparison and of the treated arm in the target population; risks for an outcome of 0 and 1.
    pub means: ComparedMeans,
    /// Treated minus comparison.
    pub difference: TestResult,
    /// Treated over comparison, for an outcome of 0 and 1 with risks that are not 0; the standard error is that of the logarithm.
    pub risk_ratio: Option<TestResult>,
    /// Clusters used for the standard error.
    pub n_clusters: Option<usize>,
    /// The standard deviation of the outcome within arms, pooled, for a standardised difference.
    pub outcome_sd: f64,
    /// What a careful reader should know.
    pub warnings: Vec<String>,
}

/// The adjusted means of the two arms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ComparedMeans {
    /// Of the comparison arm.
    pub comparison: f64,
    /// Of the treated arm.
    pub treated: f64,
}

/// Fewer people than this in an arm, or clusters in all, and the standard error is said to be optimistic.
const FEW_PEOPLE: usize = 30;
const FEW_CLUSTERS: usize = 30;

/// Compares the arms of `adjusted`'s outcome, weighted for a target population.
///
/// Without outcome model this is the weighted (Hájek) difference of means. With one it is the augmented
/// estimator, right when either the score or the outcome model is (for [`Target::Everybody`], the AIPW of
/// Robins, Rotnitzky & Zhao 1994; in general Mao, Li & Greene 2019, Statistical Methods in Medical Research 28).
/// Standard errors come from the influence of each person, or each cluster, with score and outcome models
/// estimated; p and interval are normal, or t with clusters minus one degrees of freedom.
///
/// # Errors
/// As [`super::propensity_score`], and when an arm cannot carry its outcome model or the cluster is no column.
///
/// # Examples
/// ```
/// use attune_statistics::confounding::{AdjustmentSettings, adjusted_difference};
/// use attune_statistics::formula::Formula;
/// use attune_statistics::table::{Column, Factor, Table};
///
/// // Older mothers came to the clinic more often and score higher anyway; the clinic adds 3.
/// let arms: Vec<Option<&str>> = (0..60).map(|i| Some(if (i * 7) % 10 < 2 + i / 12 { "yes" } else { "no" })).collect();
/// let ages: Vec<f64> = (0..60).map(|i| 20.0 + f64::from(i) / 4.0).collect();
/// let scores = arms.iter().zip(&ages).map(|(arm, age)| age + if *arm == Some("yes") { 3.0 } else { 0.0 });
/// let table = Table::new()
///     .with("score", Column::Numbers(scores.collect()))?
///     .with("clinic", Column::Factor(Factor::with_levels(&arms, &["no", "yes"])))?
///     .with("age", Column::Numbers(ages))?;
/// let formula = Formula::parse("score ~ age")?;
/// let adjusted = adjusted_difference("clinic", &formula, &table, &AdjustmentSettings::default())?;
/// // Overlap weights balance the mean age exactly, so nothing is left of the confounding.
/// assert!((adjusted.difference.estimate.unwrap() - 3.0).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn adjusted_difference(
    arm: &str,
    adjusted: &Formula,
    table: &Table,
    settings: &AdjustmentSettings,
) -> Result<AdjustedDifference, ConfoundingError> {
    if !(settings.level > 0.0 && settings.level < 1.0) {
        return Err(ConfoundingError::OutOfRange {
            what: "the confidence level",
            value: settings.level,
            allowed: "between 0 and 1",
        });
    }
    let score = super::propensity_score(arm, adjusted, table)?;
    let weights = balancing_weights(&score, settings.target, settings.truncate_at)?;
    let frame = model_frame(adjusted, &score.table)?;
    let outcome = &frame.response;
    let is_binary = outcome.iter().all(|y| *y == 0.0 || *y == 1.0);
    if settings.outcome_model == OutcomeModel::Logistic && !is_binary {
        return Err(ConfoundingError::NotBinary {
            name: frame.response_name.clone(),
        });
    }
    let clusters = clusters(&score, settings.cluster.as_deref())?;
    let [comparison, treated] = arm_means(&score, &weights, outcome, |arm| {
        expected(settings.outcome_model, &frame, &score, arm)
    })?;
    let spread = Spread {
        clusters: clusters.as_ref(),
        level: settings.level,
    };
    let difference = spread.of_difference(&comparison, &treated);
    let risks_are_inside = [&comparison, &treated]
        .iter()
        .all(|arm| arm.mean > 0.0 && arm.mean < 1.0);
    let n_clusters = clusters.as_ref().map(|factor| factor.levels.len());
    Ok(AdjustedDifference {
        means: ComparedMeans {
            comparison: comparison.mean,
            treated: treated.mean,
        },
        difference,
        risk_ratio: (is_binary && risks_are_inside).then(|| spread.of_ratio(&comparison, &treated)),
        n_clusters,
        outcome_sd: pooled_sd(outcome, &score.treated),
        warnings: warnings(&score, &weights, n_clusters),
        score,
        weights,
    })
}

fn arm_means(
    score: &PropensityScore,
    weights: &BalancingWeights,
    outcome: &[f64],
    expected: impl Fn(usize) -> Result<super::outcome_model::Expected, ConfoundingError>,
) -> Result<[ArmMean; 2], ConfoundingError> {
    let singular = || ConfoundingError::ArmLacksColumns {
        arm: score.arms.join("` or `"),
        columns: "the covariates".to_owned(),
    };
    let estimated = Estimated::new(score, weights, outcome).ok_or_else(singular)?;
    let mean = |arm: usize| -> Result<ArmMean, ConfoundingError> {
        estimated
            .arm_mean(arm, &expected(arm)?)
            .ok_or_else(singular)
    };
    Ok([mean(0)?, mean(1)?])
}

/// How influences become a standard error.
struct Spread<'a> {
    clusters: Option<&'a Factor>,
    level: f64,
}

impl Spread<'_> {
    fn of_difference(&self, comparison: &ArmMean, treated: &ArmMean) -> TestResult {
        let influence = treated.influence.iter().zip(&comparison.influence);
        let se = self.standard_error(influence.map(|(a, b)| a - b).collect());
        let estimate = treated.mean - comparison.mean;
        self.tested(TestResult::named("adjusted-difference", ""), estimate, se)
    }

    fn of_ratio(&self, comparison: &ArmMean, treated: &ArmMean) -> TestResult {
        let influence = treated.influence.iter().zip(&comparison.influence);
        let of_logarithm = influence.map(|(a, b)| a / treated.mean - b / comparison.mean);
        let se = self.standard_error(of_logarithm.collect());
        let logarithm = libm::log(treated.mean / comparison.mean);
        let result = self.tested(TestResult::named("risk-ratio", ""), logarithm, se);
        TestResult {
            estimate: result.estimate.map(libm::exp),
            ci_lower: result.ci_lower.map(libm::exp),
            ci_upper: result.ci_upper.map(libm::exp),
            ..result
        }
    }

    fn standard_error(&self, influence: Vec<f64>) -> f64 {
        let Some(factor) = self.clusters else {
            return sum(influence.iter().map(|value| value * value)).sqrt();
        };
        let mut totals = vec![0.0; factor.levels.len()];
        for (value, code) in influence.into_iter().zip(&factor.codes) {
            if let Some(code) = code {
                totals[*code as usize] += value;
            }
        }
        let g = totals.len() as f64;
        (g / (g - 1.0) * sum(totals.iter().map(|value| value * value))).sqrt()
    }

    fn tested(&self, named: TestResult, estimate: f64, se: f64) -> TestResult {
        let statistic = estimate / se;
        let upper = 0.5 + self.level / 2.0;
        let (df, p, quantile) = match self.clusters {
            None => (
                f64::INFINITY,
                normal_two_sided_p(statistic),
                normal_quantile(upper),
            ),
            Some(factor) => {
                let df = factor.levels.len() as f64 - 1.0;
                (
                    df,
                    student_t_two_sided_p(statistic, df),
                    student_t_quantile(upper, df),
                )
            }
        };
        TestResult {
            estimate: Some(estimate),
            se: Some(se),
            statistic: Some(statistic),
            df: Some(df),
            p: Some(p),
            ..named
        }
        .with_interval((estimate - quantile * se, estimate + quantile * se))
    }
}

/// The cluster of each row used, without levels that do not occur.
fn clusters(
    score: &PropensityScore,
    name: Option<&str>,
) -> Result<Option<Factor>, ConfoundingError> {
    let Some(name) = name else { return Ok(None) };
    let fault = || ConfoundingError::Cluster {
        name: name.to_owned(),
    };
    let labels: Vec<Option<String>> = match score.table.column(name).ok_or_else(fault)? {
        Column::Numbers(values) => values
            .iter()
            .map(|value| (!value.is_nan()).then(|| crate::table::number_label(*value)))
            .collect(),
        Column::Factor(factor) => factor
            .codes
            .iter()
            .map(|code| code.map(|code| factor.levels[code as usize].clone()))
            .collect(),
    };
    let factor = Factor::from_labels(&labels);
    let is_whole = factor.codes.iter().all(Option::is_some);
    if is_whole && factor.levels.len() >= 2 {
        Ok(Some(factor))
    } else {
        Err(fault())
    }
}

fn pooled_sd(outcome: &[f64], treated: &[bool]) -> f64 {
    let arm = |wanted: bool| -> Vec<f64> {
        outcome
            .iter()
            .zip(treated)
            .filter(|(_, treated)| **treated == wanted)
            .map(|(y, _)| *y)
            .collect()
    };
    let arms = [arm(false), arm(true)];
    let squares = arms
        .each_ref()
        .map(|values| crate::descriptives::variance(values) * (values.len() as f64 - 1.0));
    ((squares[0] + squares[1]) / (outcome.len() as f64 - 2.0)).sqrt()
}

fn warnings(
    score: &PropensityScore,
    weights: &BalancingWeights,
    n_clusters: Option<usize>,
) -> Vec<String> {
    let mut warnings = score.warnings.clone();
    let n_treated = score.treated.iter().filter(|treated| **treated).count();
    let n_smaller = n_treated.min(score.treated.len() - n_treated);
    let small = n_smaller
        .min(weights.effective_sample_sizes[0].min(weights.effective_sample_sizes[1]) as usize);
    if small < FEW_PEOPLE {
        warnings.push(format!(
            "an arm counts as {small} people only: the standard error is a large-sample one and too small here; read the \
             interval as the least that the uncertainty can be"
        ));
    }
    if let Some(n) = n_clusters.filter(|n| *n < FEW_CLUSTERS) {
        warnings.push(format!(
            "with {n} clusters the cluster-robust standard error is too small; compare with a cluster-level permutation"
        ));
    }
    // Three times what equal weights would give, so that small arms are not blamed for being small.
    let equal_share = 1.0 / n_smaller as f64;
    if weights.largest_share > (3.0 * equal_share).max(0.1) {
        let remedy = match weights.target {
            Target::Overlap => "say who they are",
            _ => "cut weights down, or use overlap weights, which are bounded",
        };
        warnings.push(format!(
            "one person carries {:.0} % of the weight of an arm, so the answer depends on them; {remedy}",
            100.0 * weights.largest_share
        ));
    }
    warnings
}
