//! Two coders' numbers of the same clips as totals that add up over clips, so that clips can be
//! resampled: intraclass correlations, quadratic weighted kappa, and shares of close pairs.
//!
//! With two coders all of them follow from the sums of a, b, a², b² and ab. The numbers are taken
//! from their common mean first, which changes none of the coefficients and keeps the sums exact.

use super::by_clip::{Draws, Estimate};

const N: usize = 0;
const A: usize = 1;
const B: usize = 2;
const AA: usize = 3;
const BB: usize = 4;
const AB: usize = 5;
const SAME: usize = 6;
const WITHIN_ONE: usize = 7;

/// Differences below it are roundings.
const NOTHING: f64 = 1e-9;

/// Pairs of numbers, clip by clip; a clip of which one coder has none adds nothing.
pub(super) struct PairedNumbers {
    totals: Vec<Vec<f64>>,
}

impl PairedNumbers {
    pub fn of(pairs: &[Option<(f64, f64)>]) -> Self {
        let there = || pairs.iter().flatten();
        let n = there().count().max(1) as f64;
        let centre = there().map(|(a, b)| a + b).sum::<f64>() / (2.0 * n);
        let totals = |pair: &Option<(f64, f64)>| {
            let Some((a, b)) = *pair else {
                return vec![0.0; WITHIN_ONE + 1];
            };
            let apart = (a - b).abs();
            let one_if = |is: bool| f64::from(u8::from(is));
            let (a, b) = (a - centre, b - centre);
            vec![
                1.0,
                a,
                b,
                a * a,
                b * b,
                a * b,
                one_if(apart <= NOTHING),
                one_if(apart <= 1.0 + NOTHING),
            ]
        };
        Self {
            totals: pairs.iter().map(totals).collect(),
        }
    }

    /// ICC(A,1): one coder's number stands for the other's.
    pub fn icc_a1(&self, draws: &Draws) -> Estimate {
        draws.estimate(&self.totals, |totals| {
            let squares = MeanSquares::of(totals)?;
            let coders = 2.0 * (squares.coders - squares.residual) / totals[N];
            squares.share(squares.clips + squares.residual + coders)
        })
    }

    /// ICC(C,1): one coder's order stands for the other's.
    pub fn icc_c1(&self, draws: &Draws) -> Estimate {
        draws.estimate(&self.totals, |totals| {
            let squares = MeanSquares::of(totals)?;
            squares.share(squares.clips + squares.residual)
        })
    }

    /// ICC(1): the two numbers of a clip have no order, because not the same two coded every clip.
    pub fn icc_1(&self, draws: &Draws) -> Estimate {
        draws.estimate(&self.totals, |totals| {
            let squares = MeanSquares::of(totals)?;
            let within = (totals[AA] + totals[BB] - 2.0 * totals[AB]) / (2.0 * totals[N]);
            let unordered = MeanSquares {
                residual: within,
                coders: 0.0,
                ..squares
            };
            unordered.share(unordered.clips + within)
        })
    }

    /// 1 − Σ(a − b)² / Σ of the same between each clip of one coder and each of the other.
    pub fn weighted_kappa(&self, draws: &Draws) -> Estimate {
        draws.estimate(&self.totals, |totals| {
            let n = totals[N];
            let seen = (totals[AA] + totals[BB] - 2.0 * totals[AB]) / n;
            let by_chance = (totals[AA] + totals[BB]) / n - 2.0 * totals[A] * totals[B] / (n * n);
            (n > 0.0 && by_chance > NOTHING).then(|| 1.0 - seen / by_chance)
        })
    }

    /// Share of clips with the same number.
    pub fn same(&self, draws: &Draws) -> Estimate {
        self.share_of(SAME, draws)
    }

    /// Share of clips whose numbers differ by one at most.
    pub fn within_one(&self, draws: &Draws) -> Estimate {
        self.share_of(WITHIN_ONE, draws)
    }

    fn share_of(&self, what: usize, draws: &Draws) -> Estimate {
        draws.estimate(&self.totals, |totals| {
            (totals[N] > 0.0).then(|| totals[what] / totals[N])
        })
    }
}

/// Mean squares of the two-way analysis of variance of clips by two coders.
struct MeanSquares {
    clips: f64,
    coders: f64,
    residual: f64,
}

impl MeanSquares {
    fn of(totals: &[f64]) -> Option<Self> {
        let n = totals[N];
        if n < 2.0 {
            return None;
        }
        // Sums and differences of a pair are its mean and its error, each twice over.
        let sums = totals[AA] + totals[BB] + 2.0 * totals[AB] - (totals[A] + totals[B]).powi(2) / n;
        let differences =
            totals[AA] + totals[BB] - 2.0 * totals[AB] - (totals[A] - totals[B]).powi(2) / n;
        Some(Self {
            clips: sums.max(0.0) / (2.0 * (n - 1.0)),
            coders: (totals[A] - totals[B]).powi(2) / (2.0 * n),
            residual: differences.max(0.0) / (2.0 * (n - 1.0)),
        })
    }

    fn share(&self, of: f64) -> Option<f64> {
        let all = self.clips + self.residual + self.coders;
        // A difference between the coders alone tells no clips apart.
        let differ = self.clips + self.residual > 1e-14 * all;
        (differ && of > f64::EPSILON * all && of > 0.0).then(|| (self.clips - self.residual) / of)
    }
}

#[cfg(test)]
mod tests {
    use attune_statistics::agreement::Ratings;
    use attune_statistics::agreement::cohen_kappa::cohen_kappa;
    use attune_statistics::agreement::intraclass::{IccForm, intraclass};
    use attune_statistics::agreement::weights::Weights;
    use proptest::prelude::*;

    use super::super::by_clip::Resampling;
    use super::*;

    fn draws(n: usize) -> Draws {
        let resampling = Resampling {
            n: 200,
            seed: 1,
            level: 0.95,
        };
        Draws::new(n, &resampling)
    }

    #[test]
    fn four_clips_worked_by_hand() {
        // Means 3 and 4; clips 1.5, 3, 4, 5.5 about 3.5: 2 · 8.5 / 3. Differences 1, 2, 0, 1 about 1:
        // 2 / 2 / 3. Coders: 4 · 1 / 2.
        let pairs = [(1.0, 2.0), (2.0, 4.0), (4.0, 4.0), (5.0, 6.0)].map(Some);
        let numbers = PairedNumbers::of(&pairs);
        let (clips, residual, coders) = (17.0 / 3.0, 1.0 / 3.0, 2.0);
        let found = |one: Estimate| one.estimate.unwrap();
        let draws = draws(4);
        let consistency = (clips - residual) / (clips + residual);
        assert!((found(numbers.icc_c1(&draws)) - consistency).abs() < 1e-12);
        let agreement = (clips - residual) / (clips + residual + 2.0 * (coders - residual) / 4.0);
        assert!((found(numbers.icc_a1(&draws)) - agreement).abs() < 1e-12);
        // Σ(a − b)² = 6; between all sixteen: Σ over a of 4·a² + … = 4 · (46 + 72) − 2 · 12 · 16 = 88.
        assert!(
            (found(numbers.weighted_kappa(&draws)) - (1.0 - (6.0 / 4.0) / (88.0 / 16.0))).abs()
                < 1e-12
        );
        assert_eq!(
            (
                found(numbers.same(&draws)),
                found(numbers.within_one(&draws))
            ),
            (0.25, 0.75)
        );
    }

    #[test]
    fn a_clip_that_one_did_not_rate_adds_nothing_and_equal_numbers_have_no_correlation() {
        let with_gap = PairedNumbers::of(&[Some((1.0, 1.0)), None, Some((3.0, 2.0))]);
        assert_eq!(with_gap.same(&draws(3)).estimate, Some(0.5));
        let flat = PairedNumbers::of(&[Some((0.1, 0.1)); 3]);
        let draws = draws(3);
        assert_eq!(flat.icc_a1(&draws).estimate, None);
        assert_eq!(flat.weighted_kappa(&draws).estimate, None);
        assert_eq!(flat.same(&draws).estimate, Some(1.0));
    }

    proptest! {
        #[test]
        fn totals_give_what_the_analysis_of_variance_and_the_table_give(
            pairs in proptest::collection::vec((2_u8..11, 2_u8..11), 3..30)
        ) {
            let pairs: Vec<(f64, f64)> = pairs
                .iter()
                .map(|(a, b)| (f64::from(*a) / 2.0, f64::from(*b) / 2.0))
                .collect();
            let numbers = PairedNumbers::of(&pairs.iter().copied().map(Some).collect::<Vec<_>>());
            let draws = draws(pairs.len());
            let coders = ["a".to_owned(), "b".to_owned()];
            let rows: Vec<Vec<Option<f64>>> =
                pairs.iter().map(|(a, b)| vec![Some(*a), Some(*b)]).collect();
            let ratings = Ratings::from_numbers(&coders, &rows).unwrap();
            let close = |one: Option<f64>, other: f64| match one {
                Some(one) => (one - other).abs() < 1e-9,
                None => !other.is_finite(),
            };
            if let Ok(icc) = intraclass(&ratings, IccForm::AgreementSingle, 0.95) {
                prop_assert!(close(numbers.icc_a1(&draws).estimate, icc.estimate));
            }
            if let Ok(icc) = intraclass(&ratings, IccForm::OneWaySingle, 0.95) {
                prop_assert!(close(numbers.icc_1(&draws).estimate, icc.estimate));
            }
            if let Ok(icc) = intraclass(&ratings, IccForm::ConsistencySingle, 0.95) {
                prop_assert!(close(numbers.icc_c1(&draws).estimate, icc.estimate));
            }
            if let Ok(kappa) = cohen_kappa(&ratings, Weights::Quadratic, 0.95) {
                prop_assert!(close(numbers.weighted_kappa(&draws).estimate, kappa.estimate));
            }
        }
    }
}
