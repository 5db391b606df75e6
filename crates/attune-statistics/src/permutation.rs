//! Randomisation tests at the level at which treatment was assigned: the cluster.
//!
//! All assignments of clusters to arms are enumerated when there are few enough,
//! otherwise a seeded sample of them with its Monte-Carlo error. The p value is
//! counts over counts, and comes with the smallest one the design could reach. Turned round, the test
//! gives an interval ([`exact_interval`], [`sampled_interval`]).

mod interval;

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

pub use interval::{exact_interval, sampled_interval};

use crate::data_problem::{DataProblem, require, require_same_length};
use crate::descriptives::mean;

/// When to enumerate and how to sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PermutationSettings {
    /// Enumerate all assignments when there are at most this many.
    pub most_assignments: u64,
    /// Otherwise draw this many at random.
    pub n_random: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// Statistics closer than this times the largest absolute one count as equal.
    pub tie_tolerance: f64,
}

impl Default for PermutationSettings {
    fn default() -> Self {
        PermutationSettings {
            most_assignments: 200_000,
            n_random: 99_999,
            seed: 1,
            tie_tolerance: 1e-12,
        }
    }
}

/// Result of a randomisation test.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Permutation {
    /// The statistic of the data as they are.
    pub statistic: f64,
    /// Assignments compared, the actual one included.
    pub n_assignments: u64,
    /// Assignments whose absolute statistic is at least the actual one's.
    pub n_as_extreme: u64,
    /// n_as_extreme / n_assignments.
    pub p_two_sided: f64,
    /// Share of assignments with a statistic at least as large.
    pub p_greater: f64,
    /// Share of assignments with a statistic at least as small.
    pub p_less: f64,
    /// Whether all assignments were enumerated.
    pub exact: bool,
    /// Standard error of the sampled two-sided p; `None` when exact.
    pub monte_carlo_error: Option<f64>,
    /// The smallest two-sided p that this design, or this number of draws, can give.
    pub smallest_reachable_p: f64,
}

/// Mean of the treated clusters minus mean of the others.
///
/// # Errors
///
/// As in [`permute_clusters`].
///
/// # Examples
///
/// ```
/// use attune_statistics::permutation::{PermutationSettings, permute_cluster_means};
/// let means = [5.0, 6.0, 7.0, 1.0, 2.0, 3.0];
/// let treated = [true, true, true, false, false, false];
/// let result = permute_cluster_means(&means, &treated, &PermutationSettings::default()).unwrap();
/// assert_eq!((result.n_as_extreme, result.n_assignments), (2, 20));
/// assert_eq!(result.p_two_sided, result.smallest_reachable_p);
/// ```
pub fn permute_cluster_means(
    cluster_means: &[f64],
    treated: &[bool],
    settings: &PermutationSettings,
) -> Result<Permutation, DataProblem> {
    permute_clusters(cluster_means, treated, difference_in_means, settings)
}

/// A randomisation test of any statistic of one value per cluster and who was treated.
///
/// The two-sided p counts assignments with |statistic| at least the actual one's, so
/// the statistic should be centred at zero under no effect. Assignments for which it is not defined (NaN) count as
/// extreme.
///
/// # Errors
///
/// When the lists differ in length, a value is not finite, or an arm has no cluster.
pub fn permute_clusters(
    values: &[f64],
    treated: &[bool],
    statistic: impl Fn(&[f64], &[bool]) -> f64,
    settings: &PermutationSettings,
) -> Result<Permutation, DataProblem> {
    let n_treated = check(values, treated)?;
    let actual = statistic(values, treated);
    let n_all = n_choose(values.len(), n_treated);
    let exact = n_all.is_some_and(|n| n <= settings.most_assignments);
    let mut count = Count::new(actual, settings.tie_tolerance);
    if exact {
        for_each_assignment(values.len(), n_treated, |assigned| {
            count.add(statistic(values, assigned));
        });
    } else {
        // The actual assignment is one of the sample (Phipson and Smyth 2010): p is never 0.
        count.add(actual);
        let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
        let mut assigned = treated.to_vec();
        for _ in 0..settings.n_random {
            assigned.shuffle(&mut random);
            count.add(statistic(values, &assigned));
        }
    }
    let n = count.n as f64;
    let p = count.n_as_extreme as f64 / n;
    Ok(Permutation {
        statistic: actual,
        n_assignments: count.n,
        n_as_extreme: count.n_as_extreme,
        p_two_sided: p,
        p_greater: count.n_at_least as f64 / n,
        p_less: count.n_at_most as f64 / n,
        exact,
        monte_carlo_error: (!exact).then(|| (p * (1.0 - p) / n).sqrt()),
        smallest_reachable_p: smallest_reachable_p(values.len(), n_treated).max(if exact {
            0.0
        } else {
            1.0 / n
        }),
    })
}

/// The smallest two-sided p that a randomisation test of `n_treated` among
/// `n_clusters` clusters can give: 1 over the number of assignments, or 2 over it
/// when the arms are of equal size, because the mirrored assignment is as extreme.
///
/// # Examples
///
/// ```
/// use attune_statistics::permutation::smallest_reachable_p;
/// assert_eq!(smallest_reachable_p(8, 4), 2.0 / 70.0);
/// assert_eq!(smallest_reachable_p(5, 1), 0.2);
/// assert_eq!(smallest_reachable_p(2, 1), 1.0);
/// ```
pub fn smallest_reachable_p(n_clusters: usize, n_treated: usize) -> f64 {
    let n_as_extreme = if 2 * n_treated == n_clusters {
        2.0
    } else {
        1.0
    };
    let n_assignments = match n_choose(n_clusters, n_treated) {
        Some(n) => n as f64,
        None => {
            let (n, k) = (n_clusters as f64, n_treated as f64);
            libm::exp(crate::distributions::ln_binomial_coefficient(n, k))
        }
    };
    (n_as_extreme / n_assignments).min(1.0)
}

fn check(values: &[f64], treated: &[bool]) -> Result<usize, DataProblem> {
    require("the cluster values", values, 2)?;
    require_same_length(
        ("the cluster values", values.len()),
        ("the assignment", treated.len()),
    )?;
    let n_treated = treated.iter().filter(|t| **t).count();
    if n_treated == 0 || n_treated == values.len() {
        return Err(DataProblem::TooFew {
            what: "an arm",
            needed: 1,
            found: 0,
        });
    }
    Ok(n_treated)
}

fn difference_in_means(values: &[f64], treated: &[bool]) -> f64 {
    let side = |wanted| {
        let chosen = values
            .iter()
            .zip(treated)
            .filter(|(_, t)| **t == wanted)
            .map(|(value, _)| *value);
        mean(&chosen.collect::<Vec<f64>>())
    };
    side(true) - side(false)
}

/// "n choose k", or `None` when it does not fit.
fn n_choose(n: usize, k: usize) -> Option<u64> {
    let mut product: u128 = 1;
    for step in 1..=k.min(n - k) {
        product = product * (n - step + 1) as u128 / step as u128;
        if product > u128::from(u64::MAX) {
            return None;
        }
    }
    u64::try_from(product).ok()
}

/// Calls `visit` with every way to mark `k` of `n` places, in lexicographic order.
fn for_each_assignment(n: usize, k: usize, mut visit: impl FnMut(&[bool])) {
    let mut chosen: Vec<usize> = (0..k).collect();
    let mut marks = vec![false; n];
    loop {
        marks.fill(false);
        for place in &chosen {
            marks[*place] = true;
        }
        visit(&marks);
        let Some(last) = (0..k).rev().find(|i| chosen[*i] < n - k + i) else {
            return;
        };
        chosen[last] += 1;
        for i in last + 1..k {
            chosen[i] = chosen[i - 1] + 1;
        }
    }
}

/// Counts how assignments compare with the actual one.
struct Count {
    actual: f64,
    tolerance: f64,
    n: u64,
    n_as_extreme: u64,
    n_at_least: u64,
    n_at_most: u64,
}

impl Count {
    fn new(actual: f64, tolerance: f64) -> Self {
        Count {
            actual,
            tolerance,
            n: 0,
            n_as_extreme: 0,
            n_at_least: 0,
            n_at_most: 0,
        }
    }

    fn add(&mut self, statistic: f64) {
        let slack = self.tolerance * self.actual.abs().max(statistic.abs());
        // A statistic that is not defined must not make p smaller.
        let undefined = statistic.is_nan() || self.actual.is_nan();
        self.n += 1;
        self.n_as_extreme += u64::from(undefined || statistic.abs() >= self.actual.abs() - slack);
        self.n_at_least += u64::from(undefined || statistic >= self.actual - slack);
        self.n_at_most += u64::from(undefined || statistic <= self.actual + slack);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEANS: [f64; 7] = [3.1, 4.7, 2.2, 5.9, 1.0, 2.8, 4.1];
    const TREATED: [bool; 7] = [true, false, false, true, false, true, false];

    #[test]
    fn sampling_agrees_with_enumeration_within_its_error() {
        let exact =
            permute_cluster_means(&MEANS, &TREATED, &PermutationSettings::default()).unwrap();
        let settings = PermutationSettings {
            most_assignments: 10,
            ..PermutationSettings::default()
        };
        let sampled = permute_cluster_means(&MEANS, &TREATED, &settings).unwrap();
        assert!(exact.exact && !sampled.exact);
        let error = sampled.monte_carlo_error.unwrap();
        assert!((exact.p_two_sided - sampled.p_two_sided).abs() < 4.0 * error);
        assert_eq!(
            sampled,
            permute_cluster_means(&MEANS, &TREATED, &settings).unwrap()
        );
    }

    #[test]
    fn undefined_statistics_do_not_make_p_smaller() {
        let settings = PermutationSettings::default();
        let nowhere = permute_clusters(&MEANS, &TREATED, |_, _| f64::NAN, &settings).unwrap();
        assert_eq!((nowhere.p_two_sided, nowhere.p_greater), (1.0, 1.0));
        let ratio = |values: &[f64], treated: &[bool]| match treated[0] {
            true => difference_in_means(values, treated),
            false => f64::NAN,
        };
        let half = permute_clusters(&MEANS, &TREATED, ratio, &settings).unwrap();
        assert!(half.p_two_sided > 20.0 / 35.0);
    }

    #[test]
    fn an_arm_without_clusters_is_refused() {
        assert!(
            permute_cluster_means(&[1.0, 2.0], &[true, true], &PermutationSettings::default())
                .is_err()
        );
    }
}
