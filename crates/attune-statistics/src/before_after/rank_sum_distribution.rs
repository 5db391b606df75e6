//! The exact distribution of a sum of given ranks, ties included.
//!
//! Ranks with ties are halves, so twice the ranks are integers and the sums can be
//! counted by the shift algorithm (Streitberg and Röhmel 1986): linear in the largest
//! sum for each rank. Probabilities rather than counts, so nothing overflows.

/// Probabilities of twice the rank sum, by value.
pub(super) struct RankSums {
    probabilities: Vec<f64>,
}

impl RankSums {
    /// Every rank is in the sum or not, with equal chance (signed-rank test).
    pub fn of_any_subset(ranks: &[f64]) -> Self {
        let doubled: Vec<usize> = ranks.iter().map(doubled).collect();
        let mut probabilities = vec![0.0; doubled.iter().sum::<usize>() + 1];
        probabilities[0] = 1.0;
        let mut largest = 0;
        for rank in doubled {
            largest += rank;
            for sum in (0..=largest).rev() {
                let with = if sum >= rank {
                    probabilities[sum - rank]
                } else {
                    0.0
                };
                probabilities[sum] = 0.5 * (probabilities[sum] + with);
            }
        }
        RankSums { probabilities }
    }

    /// All choices of `n_chosen` of the ranks are equally likely (rank-sum test).
    pub fn of_subsets_of_size(ranks: &[f64], n_chosen: usize) -> Self {
        let doubled: Vec<usize> = ranks.iter().map(doubled).collect();
        let width = doubled.iter().sum::<usize>() + 1;
        // by_size[k][s]: probability that k of the ranks so far are chosen and sum to s,
        // when rank after rank is drawn without replacement.
        let mut by_size = vec![vec![0.0; width]; n_chosen + 1];
        by_size[0][0] = 1.0;
        let mut largest = 0;
        for (passed, rank) in doubled.iter().enumerate() {
            largest += rank;
            let n_left = (doubled.len() - passed) as f64;
            for k in (0..=n_chosen.min(passed + 1)).rev() {
                let stay = 1.0 - (n_chosen - k) as f64 / n_left;
                let take = if k > 0 {
                    (n_chosen - k + 1) as f64 / n_left
                } else {
                    0.0
                };
                for sum in (0..=largest).rev() {
                    let with = if k > 0 && sum >= *rank {
                        by_size[k - 1][sum - rank]
                    } else {
                        0.0
                    };
                    let without = by_size[k][sum];
                    by_size[k][sum] = stay.max(0.0) * without + take * with;
                }
            }
        }
        RankSums {
            probabilities: by_size.swap_remove(n_chosen),
        }
    }

    /// Probability of a sum at least as far from its mean as the given one.
    pub fn two_sided_p(&self, sum: f64) -> f64 {
        let mean: f64 = self
            .probabilities
            .iter()
            .enumerate()
            .map(|(value, p)| value as f64 * p)
            .sum();
        let distance = (2.0 * sum - mean).abs() - 1e-6;
        let far = |value: usize| (value as f64 - mean).abs() >= distance;
        let tail = self
            .probabilities
            .iter()
            .enumerate()
            .filter(|(value, _)| far(*value));
        tail.map(|(_, p)| p).sum::<f64>().min(1.0)
    }

    /// The smallest sum whose lower tail reaches `p`.
    pub fn quantile(&self, p: f64) -> f64 {
        let mut tail = 0.0;
        for (value, probability) in self.probabilities.iter().enumerate() {
            tail += probability;
            if tail >= p * (1.0 - 1e-12) {
                return value as f64 / 2.0;
            }
        }
        (self.probabilities.len() - 1) as f64 / 2.0
    }
}

fn doubled(rank: &f64) -> usize {
    (2.0 * rank).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_agree_with_enumeration() {
        let ranks = [1.0, 2.5, 2.5, 4.0, 5.0];
        let any = RankSums::of_any_subset(&ranks);
        let pairs = RankSums::of_subsets_of_size(&ranks, 2);
        let mut counted_any = vec![0.0; 31];
        let mut counted_pairs = vec![0.0; 31];
        for subset in 0..32_u32 {
            let chosen = ranks
                .iter()
                .enumerate()
                .filter(|(place, _)| subset >> place & 1 == 1);
            let sum: usize = chosen.map(|(_, rank)| doubled(rank)).sum();
            counted_any[sum] += 1.0 / 32.0;
            counted_pairs[sum] += if subset.count_ones() == 2 { 0.1 } else { 0.0 };
        }
        for sum in 0..31 {
            assert!((any.probabilities[sum] - counted_any[sum]).abs() < 1e-15);
            assert!((pairs.probabilities[sum] - counted_pairs[sum]).abs() < 1e-15);
        }
    }
}
