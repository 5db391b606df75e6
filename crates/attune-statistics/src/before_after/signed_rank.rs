//! Wilcoxon's signed-rank test of pairs, exact with ties, and the Hodges–Lehmann
//! pseudo-median with its interval.

use super::RankTestSettings;
use super::order_statistic::{median_of, walsh_average};
use super::rank_sum_distribution::RankSums;
use crate::data_problem::{DataProblem, require, require_level, require_same_length};
use crate::distributions::{normal_quantile, normal_two_sided_p};
use crate::ranks::mean_ranks;
use crate::test_result::TestResult;

/// What becomes of pairs that did not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zeros {
    /// Left out before ranking (Wilcoxon 1945).
    Dropped,
    /// Ranked with the others, their ranks then left out (Pratt 1959).
    Pratt,
}

/// Exact up to this many pairs when the method is chosen automatically.
const MOST_PAIRS_FOR_EXACT: usize = 200;

/// Wilcoxon's signed-rank test of `post` − `pre`.
///
/// The statistic is the sum of the ranks of positive changes. The exact p value
/// counts all 2ⁿ signs of the ranks as they are, ties included (Streitberg and
/// Röhmel's shift algorithm); the normal one uses the variance Σ r²/4. The estimate is
/// the Hodges–Lehmann pseudo-median of all changes, zeros included; its interval
/// takes order statistics of the Walsh averages by the untied distribution, or its
/// normal approximation beyond 200 pairs.
///
/// # Errors
///
/// When the lists differ in length, a value is not finite, or no pair changed.
///
/// # Examples
///
/// ```
/// use attune_statistics::before_after::{RankTestSettings, signed_rank::{Zeros, wilcoxon_signed_rank}};
/// let (pre, post) = ([1.0, 2.0, 3.0, 4.0, 5.0], [2.5, 4.0, 5.5, 7.0, 8.5]);
/// let result = wilcoxon_signed_rank(&pre, &post, Zeros::Dropped, &RankTestSettings::default()).unwrap();
/// assert_eq!((result.statistic, result.p), (Some(15.0), Some(0.0625)));
/// ```
pub fn wilcoxon_signed_rank(
    pre: &[f64],
    post: &[f64],
    zeros: Zeros,
    settings: &RankTestSettings,
) -> Result<TestResult, DataProblem> {
    require_same_length(
        ("the values before", pre.len()),
        ("the values after", post.len()),
    )?;
    require("the values before", pre, 1)?;
    require("the values after", post, 1)?;
    require_level(settings.level)?;
    let changes: Vec<f64> = pre
        .iter()
        .zip(post)
        .map(|(before, after)| after - before)
        .collect();
    let signed = signed_ranks(&changes, zeros);
    if signed.is_empty() {
        return Err(DataProblem::NoVariation {
            what: "the changes",
        });
    }
    let statistic: f64 = signed.iter().filter(|rank| **rank > 0.0).sum();
    let exact = settings
        .method
        .is_exact(signed.len() <= MOST_PAIRS_FOR_EXACT);
    let p = if exact {
        exact_p(&signed, statistic)
    } else {
        normal_p(&signed, statistic, settings)
    };
    let result = TestResult {
        estimate: Some(pseudo_median(&changes)),
        statistic: Some(statistic),
        p: Some(p),
        ..TestResult::named(
            "wilcoxon-signed-rank",
            variant(exact, zeros, &changes, settings),
        )
    };
    Ok(result.with_interval(interval(&changes, settings.level)))
}

/// Hodges–Lehmann pseudo-median: the median of all averages of two changes.
pub fn pseudo_median(changes: &[f64]) -> f64 {
    let sorted = sorted(changes);
    median_of(sorted.len() * (sorted.len() + 1) / 2, |k| {
        walsh_average(&sorted, k)
    })
}

/// The ranks of the absolute changes with the changes' signs; zeros left out.
fn signed_ranks(changes: &[f64], zeros: Zeros) -> Vec<f64> {
    let ranked: Vec<f64> = match zeros {
        Zeros::Dropped => changes
            .iter()
            .copied()
            .filter(|change| *change != 0.0)
            .collect(),
        Zeros::Pratt => changes.to_vec(),
    };
    let sizes: Vec<f64> = ranked.iter().map(|change| change.abs()).collect();
    let ranks = mean_ranks(&sizes);
    let pairs = ranks
        .iter()
        .zip(&ranked)
        .filter(|(_, change)| **change != 0.0);
    pairs.map(|(rank, change)| rank * change.signum()).collect()
}

fn exact_p(signed: &[f64], statistic: f64) -> f64 {
    let sizes: Vec<f64> = signed.iter().map(|rank| rank.abs()).collect();
    RankSums::of_any_subset(&sizes).two_sided_p(statistic)
}

fn normal_p(signed: &[f64], statistic: f64, settings: &RankTestSettings) -> f64 {
    let expected: f64 = signed.iter().map(|rank| rank.abs()).sum::<f64>() / 2.0;
    let variance: f64 = signed.iter().map(|rank| rank * rank).sum::<f64>() / 4.0;
    normal_two_sided_p(settings.corrected(statistic - expected) / variance.sqrt())
}

fn interval(changes: &[f64], level: f64) -> (f64, f64) {
    let sorted = sorted(changes);
    let n = sorted.len();
    let n_averages = n * (n + 1) / 2;
    let tail = (1.0 - level) / 2.0;
    let place = if n <= MOST_PAIRS_FOR_EXACT {
        let ranks: Vec<f64> = (1..=n).map(|rank| rank as f64).collect();
        RankSums::of_any_subset(&ranks).quantile(tail)
    } else {
        let size = n as f64;
        let spread = (size * (size + 1.0) * (2.0 * size + 1.0) / 24.0).sqrt();
        n_averages as f64 / 2.0 + normal_quantile(tail) * spread
    };
    let place = (place.round().max(1.0) as usize).min(n_averages);
    (
        walsh_average(&sorted, place),
        walsh_average(&sorted, n_averages - place + 1),
    )
}

fn variant(exact: bool, zeros: Zeros, changes: &[f64], settings: &RankTestSettings) -> String {
    let method = settings.method_name(exact);
    match (changes.contains(&0.0), zeros) {
        (false, _) => method.to_owned(),
        (true, Zeros::Dropped) => format!("{method}, zeros dropped"),
        (true, Zeros::Pratt) => format!("{method}, Pratt zeros"),
    }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}
