//! The Mann–Whitney (Wilcoxon rank-sum) test of two groups, exact with ties, and the
//! Hodges–Lehmann shift with its interval.

use super::RankTestSettings;
use super::order_statistic::{difference, median_of};
use super::rank_sum_distribution::RankSums;
use crate::data_problem::{DataProblem, require, require_level};
use crate::distributions::{normal_quantile, normal_two_sided_p};
use crate::ranks::{mean_ranks, tie_term};
use crate::test_result::TestResult;

/// Exact up to this many people in both groups when the method is chosen automatically.
const MOST_PEOPLE_FOR_EXACT: usize = 120;

/// Mann–Whitney test that `first` tends to be as large as `second`.
///
/// The statistic is U = W − n₁(n₁ + 1)/2, the number of pairs in which the first is
/// larger, ties counting half (R prints it as W). The exact p value is the share of all
/// splits of the observed ranks, ties included, whose rank sum is at least as far from
/// its mean; the normal one has the tie-corrected variance. The estimate is the
/// Hodges–Lehmann shift, the median of all differences; its interval takes their
/// order statistics by the untied distribution, or its normal approximation beyond
/// 120 people.
///
/// # Errors
///
/// When a group is empty, a value is not finite, or all values are equal.
///
/// # Examples
///
/// ```
/// use attune_statistics::before_after::{RankTestSettings, mann_whitney::mann_whitney};
/// let result = mann_whitney(&[5.1, 6.2, 7.3], &[1.1, 2.2, 3.3], &RankTestSettings::default()).unwrap();
/// assert_eq!((result.statistic, result.p), (Some(9.0), Some(0.1)));
/// ```
pub fn mann_whitney(
    first: &[f64],
    second: &[f64],
    settings: &RankTestSettings,
) -> Result<TestResult, DataProblem> {
    require("the first group", first, 1)?;
    require("the second group", second, 1)?;
    require_level(settings.level)?;
    let all = [first, second].concat();
    if all.iter().all(|value| *value == all[0]) {
        return Err(DataProblem::NoVariation {
            what: "both groups together",
        });
    }
    let ranks = mean_ranks(&all);
    let rank_sum: f64 = ranks[..first.len()].iter().sum();
    let n1 = first.len() as f64;
    let statistic = rank_sum - n1 * (n1 + 1.0) / 2.0;
    let exact = settings.method.is_exact(all.len() <= MOST_PEOPLE_FOR_EXACT);
    let p = if exact {
        RankSums::of_subsets_of_size(&ranks, first.len()).two_sided_p(rank_sum)
    } else {
        normal_p(&all, first.len(), statistic, settings)
    };
    let (first, second) = (sorted(first), sorted(second));
    let n_pairs = first.len() * second.len();
    let result = TestResult {
        estimate: Some(median_of(n_pairs, |k| difference(&first, &second, k))),
        statistic: Some(statistic),
        p: Some(p),
        ..TestResult::named("mann-whitney", settings.method_name(exact))
    };
    Ok(result.with_interval(interval(&first, &second, settings.level)))
}

fn normal_p(all: &[f64], n_first: usize, statistic: f64, settings: &RankTestSettings) -> f64 {
    let (n1, n2) = (n_first as f64, (all.len() - n_first) as f64);
    let n = n1 + n2;
    let variance = n1 * n2 / 12.0 * (n + 1.0 - tie_term(all) / (n * (n - 1.0)));
    normal_two_sided_p(settings.corrected(statistic - n1 * n2 / 2.0) / variance.sqrt())
}

fn interval(first: &[f64], second: &[f64], level: f64) -> (f64, f64) {
    let (n1, n2) = (first.len(), second.len());
    let n_pairs = n1 * n2;
    let tail = (1.0 - level) / 2.0;
    let place = if n1 + n2 <= MOST_PEOPLE_FOR_EXACT {
        let ranks: Vec<f64> = (1..=n1 + n2).map(|rank| rank as f64).collect();
        RankSums::of_subsets_of_size(&ranks, n1).quantile(tail) - (n1 * (n1 + 1)) as f64 / 2.0
    } else {
        let spread = (n_pairs as f64 * (n1 + n2 + 1) as f64 / 12.0).sqrt();
        n_pairs as f64 / 2.0 + normal_quantile(tail) * spread
    };
    let place = (place.round().max(1.0) as usize).min(n_pairs);
    (
        difference(first, second, place),
        difference(first, second, n_pairs - place + 1),
    )
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}
