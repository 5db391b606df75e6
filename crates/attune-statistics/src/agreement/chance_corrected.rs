//! Chance-corrected agreement of any number of coders with gaps, in Gwet's frame:
//! AC1/AC2, Fleiss, Conger, Brennan–Prediger and (unit-weighted) Krippendorff.
//!
//! All are (pₐ − pₑ)/(1 − pₑ); they differ in what chance is. Standard errors take
//! coders as fixed and units as sampled (Gwet 2014, *Handbook of Inter-Rater
//! Reliability*, chapters 5 and 6). See `docs/methods/agreement.md`.

use super::percent::observed_agreement;
use super::ratings::Ratings;
use super::weights::Weights;
use crate::data_problem::{DataProblem, require_level};
use crate::distributions::{student_t_quantile, student_t_two_sided_p};
use crate::matrix::Matrix;
use crate::resampling::additive::Additive;

/// What is taken as agreement by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chance {
    /// Gwet's AC1, or AC2 with weights: chance only for ratings made at random.
    Gwet,
    /// Fleiss (1971), generalised to weights and gaps: coders share one distribution.
    Fleiss,
    /// Conger (1980), Cohen's kappa for many coders: each coder has a distribution.
    Conger,
    /// Brennan and Prediger (1981): all categories alike.
    BrennanPrediger,
    /// Krippendorff's alpha with similarity weights.
    Krippendorff,
}

/// A coefficient with its standard error over units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChanceCorrected {
    /// The coefficient.
    pub estimate: f64,
    /// Standard error, coders fixed, units sampled.
    pub standard_error: f64,
    /// Lower limit, t with n − 1 degrees of freedom.
    pub ci_lower: f64,
    /// Upper limit, at most 1.
    pub ci_upper: f64,
    /// Two-sided p value of no agreement beyond chance.
    pub p: f64,
    /// Observed agreement.
    pub observed: f64,
    /// Agreement expected by chance.
    pub expected: f64,
    /// Units that count.
    pub n_units: usize,
}

/// The coefficient with its large-sample interval.
///
/// # Errors
///
/// When fewer than two units have ratings, no unit has two, there is only one category,
/// or chance agreement is complete.
///
/// # Examples
///
/// ```
/// use attune_statistics::agreement::{Ratings, chance_corrected::*, weights::Weights};
/// let coders = ["A".to_owned(), "B".to_owned()];
/// let rows: Vec<Vec<Option<f64>>> =
///     [(1.0, 1.0), (2.0, 2.0), (1.0, 1.0), (2.0, 1.0)].map(|(a, b)| vec![Some(a), Some(b)]).to_vec();
/// let ratings = Ratings::from_numbers(&coders, &rows).unwrap();
/// let ac1 = chance_corrected(&ratings, Chance::Gwet, Weights::Identity, 0.95).unwrap();
/// assert_eq!(ac1.observed, 0.75);
/// ```
pub fn chance_corrected(
    ratings: &Ratings,
    chance: Chance,
    weights: Weights,
    level: f64,
) -> Result<ChanceCorrected, DataProblem> {
    require_level(level)?;
    let frame = Frame::new(ratings, chance, weights)?;
    let (observed, expected) = frame.agreement();
    if 1.0 - expected <= 1e-12 {
        return Err(DataProblem::NoVariation {
            what: "the ratings",
        });
    }
    let estimate = (observed - expected) / (1.0 - expected);
    let values = frame.unit_values(observed, expected);
    let n = values.len() as f64;
    let centre = frame.centre(observed, expected);
    let square: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    let standard_error = (square / (n * (n - 1.0))).sqrt();
    let reach = student_t_quantile(0.5 + level / 2.0, n - 1.0) * standard_error;
    Ok(ChanceCorrected {
        estimate,
        standard_error,
        ci_lower: estimate - reach,
        ci_upper: (estimate + reach).min(1.0),
        p: student_t_two_sided_p(estimate / standard_error, n - 1.0),
        observed,
        expected,
        n_units: values.len(),
    })
}

/// The same coefficient as sums over units, for the bootstrap.
///
/// # Errors
///
/// As in [`chance_corrected`].
pub fn additive(
    ratings: &Ratings,
    chance: Chance,
    weights: Weights,
) -> Result<Additive, DataProblem> {
    let frame = Frame::new(ratings, chance, weights)?;
    let q = ratings.categories().len();
    let n_coders = ratings.n_coders();
    // Totals: units, units with two ratings, observed agreement, ratings; then shares by
    // category; then for Conger each coder's counts.
    let head = 4;
    let width = head
        + q
        + if chance == Chance::Conger {
            n_coders * q
        } else {
            0
        };
    let units = ratings
        .units()
        .map(|unit| {
            let counts = Ratings::counts(unit);
            let n: f64 = counts.iter().map(|(_, count)| count).sum();
            let pairable = observed_agreement(&counts, &frame.weights);
            if n == 0.0 || (chance == Chance::Krippendorff && pairable.is_none()) {
                return Vec::new();
            }
            let by_ratings = chance == Chance::Krippendorff;
            let observed = pairable.map_or(0.0, |share| share * if by_ratings { n } else { 1.0 });
            let mut amounts = vec![(0, 1.0), (2, observed), (3, n)];
            amounts.extend(pairable.map(|_| (1, 1.0)));
            let divisor = if by_ratings { 1.0 } else { n };
            amounts.extend(counts.iter().map(|(k, count)| (head + k, count / divisor)));
            if chance == Chance::Conger {
                let given = unit
                    .iter()
                    .enumerate()
                    .filter_map(|(coder, cell)| Some((coder, (*cell)?)));
                amounts.extend(given.map(|(coder, k)| (head + q + coder * q + k, 1.0)));
            }
            amounts
        })
        .collect();
    let weights = frame.weights;
    Ok(Additive::new(width, units, move |totals| {
        let (n, n_pairable, observed, n_ratings) = (totals[0], totals[1], totals[2], totals[3]);
        let by = if chance == Chance::Krippendorff {
            n_ratings
        } else {
            n
        };
        let shares: Vec<f64> = totals[head..head + q]
            .iter()
            .map(|share| share / by)
            .collect();
        let (observed, expected) = if chance == Chance::Krippendorff {
            let share = observed / n_ratings;
            (
                share + (1.0 - share) / n_ratings,
                expected_by_shares(&shares, &weights),
            )
        } else {
            let coders = &totals[head + q..];
            (
                observed / n_pairable,
                expected_by(chance, &shares, coders, &weights),
            )
        };
        (observed - expected) / (1.0 - expected)
    }))
}

/// What all the coefficients are computed from.
struct Frame {
    chance: Chance,
    weights: Matrix,
    /// Counts by category of the units that count.
    units: Vec<Vec<(usize, f64)>>,
    /// The same units by coder.
    cells: Vec<Vec<Option<usize>>>,
    /// Mean share of each category.
    shares: Vec<f64>,
    /// Each coder's counts by category, coder by coder.
    coder_counts: Vec<f64>,
    n_coders: usize,
}

impl Frame {
    fn new(ratings: &Ratings, chance: Chance, weights: Weights) -> Result<Self, DataProblem> {
        let q = ratings.categories().len();
        if q < 2 {
            return Err(DataProblem::NoVariation {
                what: "the ratings",
            });
        }
        let fewest = if chance == Chance::Krippendorff { 2 } else { 1 };
        let n_rated = |unit: &[Option<usize>]| unit.iter().flatten().count();
        let cells: Vec<Vec<Option<usize>>> = ratings
            .units()
            .filter(|unit| n_rated(unit) >= fewest)
            .map(<[_]>::to_vec)
            .collect();
        let n_pairable = cells.iter().filter(|unit| n_rated(unit) >= 2).count();
        if cells.len() < 2 || n_pairable == 0 {
            let what = "the list of units with two ratings";
            return Err(DataProblem::TooFew {
                what,
                needed: 2,
                found: n_pairable,
            });
        }
        let units: Vec<Vec<(usize, f64)>> =
            cells.iter().map(|unit| Ratings::counts(unit)).collect();
        let n_ratings: f64 = units.iter().flatten().map(|(_, count)| count).sum();
        let mut shares = vec![0.0; q];
        for unit in &units {
            let n: f64 = unit.iter().map(|(_, count)| count).sum();
            let by = if chance == Chance::Krippendorff {
                n_ratings
            } else {
                n * units.len() as f64
            };
            for (k, count) in unit {
                shares[*k] += count / by;
            }
        }
        let mut coder_counts = vec![0.0; q * ratings.n_coders()];
        for unit in &cells {
            for (coder, cell) in unit.iter().enumerate() {
                if let Some(k) = cell {
                    coder_counts[coder * q + k] += 1.0;
                }
            }
        }
        let n_coders = ratings.n_coders();
        let weights = weights.matrix(ratings.categories());
        Ok(Frame {
            chance,
            weights,
            units,
            cells,
            shares,
            coder_counts,
            n_coders,
        })
    }

    fn n_ratings(&self) -> f64 {
        self.units.iter().flatten().map(|(_, count)| count).sum()
    }

    fn mean_ratings(&self) -> f64 {
        self.n_ratings() / self.units.len() as f64
    }

    /// Observed and expected agreement.
    fn agreement(&self) -> (f64, f64) {
        let per_unit = self
            .units
            .iter()
            .map(|unit| observed_agreement(unit, &self.weights));
        if self.chance == Chance::Krippendorff {
            let share = self.krippendorff_share();
            // Krippendorff's correction for the finite number of ratings.
            let observed = share + (1.0 - share) / self.n_ratings();
            return (observed, expected_by_shares(&self.shares, &self.weights));
        }
        let pairable: Vec<f64> = per_unit.flatten().collect();
        let observed = pairable.iter().sum::<f64>() / pairable.len() as f64;
        (
            observed,
            expected_by(self.chance, &self.shares, &self.coder_counts, &self.weights),
        )
    }

    /// Observed agreement with units weighted by their number of ratings.
    fn krippendorff_share(&self) -> f64 {
        let weighted = self.units.iter().map(|unit| {
            let n: f64 = unit.iter().map(|(_, count)| count).sum();
            n * observed_agreement(unit, &self.weights).unwrap_or(0.0)
        });
        weighted.sum::<f64>() / self.n_ratings()
    }

    /// The value around which the units' values vary.
    fn centre(&self, observed: f64, expected: f64) -> f64 {
        match self.chance {
            Chance::Krippendorff => (self.krippendorff_share() - expected) / (1.0 - expected),
            _ => (observed - expected) / (1.0 - expected),
        }
    }

    /// Each unit's linearised contribution: its agreement beyond chance less twice what
    /// it adds to chance (Gwet 2014, equations 5.3.x).
    fn unit_values(&self, observed: f64, expected: f64) -> Vec<f64> {
        let centre = self.centre(observed, expected);
        let chance = self.unit_chance(expected);
        let agreement = self.unit_agreement(observed, expected);
        let pairs = agreement.iter().zip(&chance);
        pairs
            .map(|(a, e)| a - 2.0 * (1.0 - centre) * (e - expected) / (1.0 - expected))
            .collect()
    }

    fn unit_agreement(&self, observed: f64, expected: f64) -> Vec<f64> {
        let n = self.units.len() as f64;
        let n_ratings = |unit: &[(usize, f64)]| unit.iter().map(|(_, count)| count).sum::<f64>();
        if self.chance == Chance::Krippendorff {
            let mean = self.mean_ratings();
            let value = |unit: &Vec<(usize, f64)>| {
                let size = n_ratings(unit);
                let share = observed_agreement(unit, &self.weights).unwrap_or(0.0) * size / mean;
                (share - observed * (size - mean) / mean - expected) / (1.0 - expected)
            };
            return self.units.iter().map(value).collect();
        }
        let n_pairable = self
            .units
            .iter()
            .filter(|unit| n_ratings(unit) >= 2.0)
            .count() as f64;
        let value = |unit: &Vec<(usize, f64)>| {
            let beyond =
                observed_agreement(unit, &self.weights).map_or(0.0, |share| share - expected);
            n / n_pairable * beyond / (1.0 - expected)
        };
        self.units.iter().map(value).collect()
    }

    /// What each unit's ratings say about chance agreement.
    fn unit_chance(&self, expected: f64) -> Vec<f64> {
        let q = self.shares.len();
        let by_category = |of: &dyn Fn(usize) -> f64| -> Vec<f64> {
            let value = |unit: &Vec<(usize, f64)>| {
                let n: f64 = unit.iter().map(|(_, count)| count).sum();
                unit.iter().map(|(k, count)| count * of(*k)).sum::<f64>() / n
            };
            self.units.iter().map(value).collect()
        };
        let support = |k: usize| {
            (0..q)
                .map(|l| self.weights[(k, l)] * self.shares[l])
                .sum::<f64>()
        };
        match self.chance {
            Chance::BrennanPrediger => vec![expected; self.units.len()],
            Chance::Gwet => {
                let total: f64 = self.weights.values().iter().sum();
                let factor = total / (q as f64 * (q as f64 - 1.0));
                by_category(&|k| factor * (1.0 - self.shares[k]))
            }
            Chance::Fleiss => by_category(&support),
            Chance::Krippendorff => {
                let mean = self.mean_ratings();
                let value = |unit: &Vec<(usize, f64)>| {
                    let n: f64 = unit.iter().map(|(_, count)| count).sum();
                    let own: f64 = unit.iter().map(|(k, count)| count * support(*k)).sum();
                    own / mean - expected * (n - mean) / mean
                };
                self.units.iter().map(value).collect()
            }
            Chance::Conger => self.conger_unit_chance(),
        }
    }

    fn conger_unit_chance(&self) -> Vec<f64> {
        let (q, r) = (self.shares.len(), self.n_coders);
        let n = self.units.len() as f64;
        let totals: Vec<f64> = (0..r)
            .map(|g| self.coder_counts[g * q..(g + 1) * q].iter().sum())
            .collect();
        let share = |coder: usize, k: usize| {
            if totals[coder] > 0.0 {
                self.coder_counts[coder * q + k] / totals[coder]
            } else {
                0.0
            }
        };
        let sum_of_shares: Vec<f64> = (0..q).map(|k| (0..r).map(|g| share(g, k)).sum()).collect();
        // For coder g: the support of category l by the other coders' shares.
        let others = |g: usize, l: usize| {
            (0..q)
                .map(|k| self.weights[(k, l)] * (sum_of_shares[k] - share(g, k)))
                .sum::<f64>()
        };
        let support: Vec<Vec<f64>> = (0..r)
            .map(|g| (0..q).map(|l| others(g, l)).collect())
            .collect();
        let mean_support: Vec<f64> = (0..r)
            .map(|g| (0..q).map(|l| support[g][l] * share(g, l)).sum())
            .collect();
        let value = |unit: &Vec<Option<usize>>| {
            let by_coder = unit
                .iter()
                .enumerate()
                .filter(|(g, _)| totals[*g] > 0.0)
                .map(|(g, cell)| {
                    let own = cell.map_or(0.0, |l| support[g][l]);
                    let rated = f64::from(u8::from(cell.is_some()));
                    n / totals[g] * (own - (rated - totals[g] / n) * mean_support[g])
                });
            by_coder.sum::<f64>() / (r as f64 * (r as f64 - 1.0))
        };
        self.cells.iter().map(value).collect()
    }
}

/// Agreement expected by chance from mean shares and each coder's counts.
fn expected_by(chance: Chance, shares: &[f64], coder_counts: &[f64], weights: &Matrix) -> f64 {
    let q = shares.len() as f64;
    let total: f64 = weights.values().iter().sum();
    match chance {
        Chance::Gwet => {
            let spread: f64 = shares.iter().map(|share| share * (1.0 - share)).sum();
            total * spread / (q * (q - 1.0))
        }
        Chance::BrennanPrediger => total / (q * q),
        Chance::Fleiss | Chance::Krippendorff => expected_by_shares(shares, weights),
        Chance::Conger => expected_by_coders(shares.len(), coder_counts, weights),
    }
}

fn expected_by_shares(shares: &[f64], weights: &Matrix) -> f64 {
    weights.quadratic_form(shares)
}

/// Mean over pairs of different coders of the agreement of their distributions.
fn expected_by_coders(q: usize, coder_counts: &[f64], weights: &Matrix) -> f64 {
    let coders: Vec<Vec<f64>> = coder_counts
        .chunks(q)
        .filter(|counts| counts.iter().sum::<f64>() > 0.0)
        .map(|counts| {
            let n: f64 = counts.iter().sum();
            counts.iter().map(|count| count / n).collect()
        })
        .collect();
    let r = coders.len() as f64;
    let sums: Vec<f64> = (0..q)
        .map(|k| coders.iter().map(|shares| shares[k]).sum())
        .collect();
    let own: f64 = coders
        .iter()
        .map(|shares| weights.quadratic_form(shares))
        .sum();
    (weights.quadratic_form(&sums) - own) / (r * (r - 1.0))
}
