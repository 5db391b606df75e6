//! The interval of a randomisation test: every shift of the treated clusters that the test does not refute.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::{PermutationSettings, check, difference_in_means, for_each_assignment, n_choose};
use crate::data_problem::{DataProblem, require_level};

/// Interval for the difference in cluster means: every shift whose two-sided exact
/// p value exceeds 1 − `level`. Infinite where no shift can be refuted.
///
/// For a shift δ of the treated, assignment k has |T_k − c_k δ| at least |D − δ|
/// exactly for δ between (D − T_k)/(1 − c_k) and (D + T_k)/(1 + c_k), where c_k is
/// its statistic on the treatment indicator; so the limits are order statistics of
/// these bounds and no search is needed.
///
/// # Errors
///
/// As in [`permute_clusters`], or when there are more assignments than the settings
/// allow to enumerate.
pub fn exact_interval(
    cluster_means: &[f64],
    treated: &[bool],
    level: f64,
    settings: &PermutationSettings,
) -> Result<(f64, f64), DataProblem> {
    let n_treated = check(cluster_means, treated)?;
    require_level(level)?;
    let n_all =
        n_choose(cluster_means.len(), n_treated).filter(|n| *n <= settings.most_assignments);
    let Some(n_all) = n_all else {
        let (what, allowed) = (
            "the number of assignments",
            "at most the settings' limit for an exact interval",
        );
        return Err(DataProblem::OutOfRange {
            what,
            value: f64::INFINITY,
            allowed,
        });
    };
    let mut shifts = Shifts::of(cluster_means, treated);
    for_each_assignment(treated.len(), n_treated, |assigned| shifts.add(assigned));
    debug_assert_eq!(shifts.n() as u64, n_all);
    Ok(shifts.limits(level))
}

/// Interval for the difference in cluster means by the same inversion over a seeded random sample of
/// assignments, for designs that have too many of them to enumerate. The actual assignment is one of the
/// sample, so the interval never leaves out the difference itself. Its limits have a Monte-Carlo error
/// that shrinks with the root of `settings.n_random`.
///
/// # Errors
///
/// As in [`permute_clusters`].
///
/// # Examples
///
/// ```
/// use attune_statistics::permutation::{PermutationSettings, exact_interval, sampled_interval};
/// let means = [5.0, 6.5, 7.0, 6.1, 1.0, 2.2, 3.0, 2.9];
/// let treated = [true, true, true, true, false, false, false, false];
/// let settings = PermutationSettings::default();
/// let exact = exact_interval(&means, &treated, 0.95, &settings).unwrap();
/// let sampled = sampled_interval(&means, &treated, 0.95, &settings).unwrap();
/// assert!((exact.0 - sampled.0).abs() < 0.2 && (exact.1 - sampled.1).abs() < 0.2);
/// ```
pub fn sampled_interval(
    cluster_means: &[f64],
    treated: &[bool],
    level: f64,
    settings: &PermutationSettings,
) -> Result<(f64, f64), DataProblem> {
    check(cluster_means, treated)?;
    require_level(level)?;
    let mut shifts = Shifts::of(cluster_means, treated);
    shifts.add(treated);
    let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
    let mut assigned = treated.to_vec();
    for _ in 0..settings.n_random {
        assigned.shuffle(&mut random);
        shifts.add(&assigned);
    }
    Ok(shifts.limits(level))
}

/// For each assignment the shifts under which it is at least as extreme as the actual one.
struct Shifts<'a> {
    cluster_means: &'a [f64],
    indicator: Vec<f64>,
    actual: f64,
    /// Assignments that are as extreme under every shift: the actual one and its mirror.
    n_always: usize,
    lower: Vec<f64>,
    upper: Vec<f64>,
}

impl<'a> Shifts<'a> {
    fn of(cluster_means: &'a [f64], treated: &[bool]) -> Self {
        Self {
            cluster_means,
            indicator: treated.iter().map(|t| f64::from(u8::from(*t))).collect(),
            actual: difference_in_means(cluster_means, treated),
            n_always: 0,
            lower: Vec::new(),
            upper: Vec::new(),
        }
    }

    fn n(&self) -> usize {
        self.n_always + self.lower.len()
    }

    fn add(&mut self, assigned: &[bool]) {
        let overlap = difference_in_means(&self.indicator, assigned);
        if overlap.abs() > 1.0 - 1e-9 {
            self.n_always += 1;
            return;
        }
        let shifted = difference_in_means(self.cluster_means, assigned);
        let bounds = (
            (self.actual - shifted) / (1.0 - overlap),
            (self.actual + shifted) / (1.0 + overlap),
        );
        self.lower.push(bounds.0.min(bounds.1));
        self.upper.push(bounds.0.max(bounds.1));
    }

    /// Every shift whose p value exceeds 1 − `level`.
    fn limits(mut self, level: f64) -> (f64, f64) {
        // The smallest count whose p value exceeds 1 − level.
        let needed = ((1.0 - level) * self.n() as f64 + 1e-9).floor() as usize + 1;
        if needed <= self.n_always {
            return (f64::NEG_INFINITY, f64::INFINITY);
        }
        self.lower.sort_by(f64::total_cmp);
        self.upper.sort_by(f64::total_cmp);
        let place = needed - self.n_always - 1;
        (self.lower[place], self.upper[self.upper.len() - 1 - place])
    }
}

#[cfg(test)]
mod tests {
    use super::super::permute_cluster_means;
    use super::*;

    const MEANS: [f64; 7] = [3.1, 4.7, 2.2, 5.9, 1.0, 2.8, 4.1];
    const TREATED: [bool; 7] = [true, false, false, true, false, true, false];

    #[test]
    fn a_sampled_interval_comes_near_the_exact_one_and_repeats_itself() {
        let settings = PermutationSettings {
            n_random: 20_000,
            ..PermutationSettings::default()
        };
        // 12,870 assignments, so that the possible limits lie close together.
        let means: Vec<f64> = (0..16_u8).map(|n| f64::from(n * 7 % 16)).collect();
        let treated: Vec<bool> = (0..16).map(|n| n % 2 == 0).collect();
        let exact = exact_interval(&means, &treated, 0.9, &settings).unwrap();
        let sampled = sampled_interval(&means, &treated, 0.9, &settings).unwrap();
        let error = (exact.1 - exact.0) / 10.0;
        assert!((exact.0 - sampled.0).abs() < error, "{exact:?} {sampled:?}");
        assert!((exact.1 - sampled.1).abs() < error, "{exact:?} {sampled:?}");
        assert_eq!(
            sampled_interval(&means, &treated, 0.9, &settings),
            Ok(sampled)
        );
    }

    #[test]
    fn a_sampled_interval_holds_the_difference_moves_with_the_data_and_turns_with_the_groups() {
        let settings = PermutationSettings::default();
        let (lower, upper) = sampled_interval(&MEANS, &TREATED, 0.8, &settings).unwrap();
        let difference = difference_in_means(&MEANS, &TREATED);
        assert!(lower <= difference && difference <= upper);
        let moved: Vec<f64> = MEANS
            .iter()
            .zip(TREATED)
            .map(|(mean, treated)| if treated { mean + 2.0 } else { *mean })
            .collect();
        let further = sampled_interval(&moved, &TREATED, 0.8, &settings).unwrap();
        assert!((further.0 - lower - 2.0).abs() < 1e-9 && (further.1 - upper - 2.0).abs() < 1e-9);
        // The same assignments, told of the other group.
        let turned: Vec<f64> = MEANS.iter().map(|mean| -mean).collect();
        let mirror = sampled_interval(&turned, &TREATED, 0.8, &settings).unwrap();
        assert!((mirror.0 + upper).abs() < 1e-9 && (mirror.1 + lower).abs() < 1e-9);
    }

    #[test]
    fn of_too_few_clusters_a_sampled_interval_has_no_end_and_a_level_is_asked_for() {
        let settings = PermutationSettings::default();
        let (lower, upper) =
            sampled_interval(&[1.0, 2.0, 3.0], &[true, false, false], 0.95, &settings).unwrap();
        assert_eq!((lower, upper), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(sampled_interval(&MEANS, &TREATED, 1.0, &settings).is_err());
        assert!(sampled_interval(&MEANS, &[true; 7], 0.95, &settings).is_err());
    }

    #[test]
    fn shifts_inside_the_interval_are_not_refuted_and_shifts_outside_are() {
        let settings = PermutationSettings::default();
        let (lower, upper) = exact_interval(&MEANS, &TREATED, 0.8, &settings).unwrap();
        let p_at = |shift: f64| {
            let shifted: Vec<f64> = MEANS
                .iter()
                .zip(TREATED)
                .map(|(m, t)| if t { m - shift } else { *m })
                .collect();
            permute_cluster_means(&shifted, &TREATED, &settings)
                .unwrap()
                .p_two_sided
        };
        for inside in [lower + 1e-6, upper - 1e-6] {
            assert!(p_at(inside) > 0.2);
        }
        for outside in [lower - 1e-6, upper + 1e-6] {
            assert!(p_at(outside) <= 0.2 + 1e-12);
        }
    }

    #[test]
    fn one_treated_cluster_among_four_cannot_refute_any_shift_at_95_percent() {
        let treated = [true, false, false, false];
        let interval = exact_interval(&MEANS[..4], &treated, 0.95, &PermutationSettings::default());
        assert_eq!(interval, Ok((f64::NEG_INFINITY, f64::INFINITY)));
    }
}
