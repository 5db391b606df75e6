//! How many units reach a wanted power: a search that is told its own error.
//!
//! Sizes are tried with few trials each, first to bracket the answer, then where a probit regression of the
//! rejections on √n puts it: for a test whose noncentrality grows with √n, the probit of its power is nearly
//! a straight line in √n. The size found is confirmed with many fresh trials.

use super::PowerSettings;
use super::summary::Power;
use crate::data_problem::{DataProblem, require_between};
use crate::distributions::{normal_cdf, normal_density, normal_quantile};

/// Rounds of regression before the answer is confirmed.
const ROUNDS: usize = 6;
/// Confirmations before the last one is accepted with its doubt.
const CONFIRMATIONS: usize = 4;

/// What to search for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SearchSettings {
    /// The power wanted.
    pub target: f64,
    /// The size to begin with.
    pub start: usize,
    /// The smallest size allowed.
    pub smallest: usize,
    /// The largest size allowed.
    pub largest: usize,
    /// Trials at each size tried.
    pub n_trials: usize,
    /// Trials that confirm the size found, with alpha and seed for all of them.
    pub confirming: PowerSettings,
}

/// The size found, and every size tried.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleSize {
    /// What was found.
    pub outcome: SearchOutcome,
    /// Sizes tried, in order of size.
    pub tried: Vec<SizeTried>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub enum SearchOutcome {
    /// A size whose power is the target within the error of the confirmation.
    Found {
        /// The size.
        n: usize,
        /// Lower end of the 95 % interval of the size, from the regression.
        n_lower: f64,
        /// Upper end.
        n_upper: f64,
        /// Power at that size, from fresh trials.
        confirmation: Box<Power>,
    },
    /// Even the largest size allowed falls short.
    NotReached {
        /// The largest size.
        n: usize,
        /// Its power.
        power: Box<Power>,
    },
    /// The smallest size allowed is enough.
    SmallestIsEnough {
        /// The smallest size.
        n: usize,
        /// Its power.
        power: Box<Power>,
    },
}

/// Trials at one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeTried {
    /// The size.
    pub n: usize,
    /// Trials.
    pub n_trials: usize,
    /// Rejections among them.
    pub n_rejected: usize,
}

/// Searches the smallest size with the target power. `evaluate` simulates one size under the given settings,
/// whose trial numbers never repeat.
///
/// # Errors
/// When a number is out of range, or `evaluate` fails.
pub fn sample_size<E: From<DataProblem>>(
    settings: &SearchSettings,
    evaluate: impl FnMut(usize, &PowerSettings) -> Result<Power, E>,
) -> Result<SampleSize, E> {
    let alpha = settings.confirming.alpha;
    require_between("alpha", alpha, 0.0, 1.0, "between 0 and 1")?;
    require_between(
        "the target power",
        settings.target,
        alpha,
        1.0,
        "above alpha and below 1",
    )?;
    if !(1..=settings.largest).contains(&settings.smallest) {
        return Err(E::from(DataProblem::OutOfRange {
            what: "the smallest size",
            value: settings.smallest as f64,
            allowed: "at least 1 and not above the largest",
        }));
    }
    let mut search = Search {
        settings,
        evaluate,
        tried: Vec::new(),
        next_trial: settings.confirming.first_trial,
    };
    let outcome = search.run()?;
    search.tried.sort_by_key(|size| size.n);
    Ok(SampleSize {
        outcome,
        tried: search.tried,
    })
}

struct Search<'a, Evaluate> {
    settings: &'a SearchSettings,
    evaluate: Evaluate,
    tried: Vec<SizeTried>,
    next_trial: u64,
}

impl<E, Evaluate: FnMut(usize, &PowerSettings) -> Result<Power, E>> Search<'_, Evaluate> {
    fn run(&mut self) -> Result<SearchOutcome, E> {
        if let Some(end) = self.bracket()? {
            return Ok(end);
        }
        let mut line = self.line();
        for _ in 0..ROUNDS {
            let before = line.n;
            self.attempt(self.allowed(line.n), self.settings.n_trials)?;
            line = self.line();
            if (line.n - before).abs() < 0.01 * before && line.half_width() < 0.02 * line.n {
                break;
            }
        }
        let mut confirmed = None;
        for _ in 0..CONFIRMATIONS {
            let n = self.allowed(line.n);
            let power = self.attempt(n, self.settings.confirming.n_trials)?;
            line = self.line();
            confirmed = Some((n, power));
            // The confirmation joins the regression; where it does not move the answer, that is it.
            if self.allowed(line.n).abs_diff(n) as f64 <= 0.03 * n as f64 {
                break;
            }
        }
        let (n, power) = confirmed.expect("there is at least one confirmation");
        Ok(SearchOutcome::Found {
            n,
            n_lower: line.lower,
            n_upper: line.upper,
            confirmation: Box::new(power),
        })
    }

    /// Tries sizes until one falls short and one does not; an outcome where the limits leave no room.
    fn bracket(&mut self) -> Result<Option<SearchOutcome>, E> {
        let SearchSettings {
            smallest,
            largest,
            target,
            ..
        } = *self.settings;
        let mut n = self.settings.start.clamp(smallest, largest);
        let (mut short, mut enough) = (None::<usize>, None::<usize>);
        loop {
            let power = self.attempt(n, self.settings.n_trials)?;
            let guess = self.guess(n, power.power);
            if power.power < target {
                if n == largest {
                    let power = Box::new(self.attempt(n, self.settings.confirming.n_trials)?);
                    if power.power < target {
                        return Ok(Some(SearchOutcome::NotReached { n, power }));
                    }
                    enough = Some(n);
                } else {
                    short = Some(n);
                    n = guess
                        .clamp(n + n.div_ceil(4), n.saturating_mul(4))
                        .min(largest);
                }
            } else if n == smallest {
                let power = Box::new(self.attempt(n, self.settings.confirming.n_trials)?);
                if power.power >= target {
                    return Ok(Some(SearchOutcome::SmallestIsEnough { n, power }));
                }
                short = Some(n);
            } else {
                enough = Some(n);
                n = guess.clamp(n / 4, n - n.div_ceil(5)).max(smallest);
            }
            if short.is_some() && enough.is_some() {
                return Ok(None);
            }
        }
    }

    /// Where the target would be if the probit of power were a line in √n that begins at the level of the test.
    fn guess(&self, n: usize, power: f64) -> usize {
        let beginning = normal_quantile(0.5 * self.settings.confirming.alpha);
        let rise = |power: f64| normal_quantile(power.clamp(0.001, 0.999)) - beginning;
        let now = rise(power).max(0.05);
        (n as f64 * (rise(self.settings.target) / now).powi(2)).ceil() as usize
    }

    fn allowed(&self, n: f64) -> usize {
        let whole = n.ceil().clamp(1.0, 1e15) as usize;
        whole.clamp(self.settings.smallest, self.settings.largest)
    }

    fn attempt(&mut self, n: usize, n_trials: usize) -> Result<Power, E> {
        let settings = PowerSettings {
            n_trials,
            first_trial: self.next_trial,
            ..self.settings.confirming
        };
        self.next_trial += n_trials as u64;
        let power = (self.evaluate)(n, &settings)?;
        let n_rejected = power.n_rejected;
        match self.tried.iter_mut().find(|tried| tried.n == n) {
            Some(tried) => {
                tried.n_trials += n_trials;
                tried.n_rejected += n_rejected;
            }
            None => self.tried.push(SizeTried {
                n,
                n_trials,
                n_rejected,
            }),
        }
        Ok(power)
    }

    fn line(&self) -> Line {
        Line::through(&self.tried, self.settings.target)
    }
}

/// Where a probit line in √n crosses the target.
struct Line {
    n: f64,
    lower: f64,
    upper: f64,
}

impl Line {
    fn half_width(&self) -> f64 {
        0.5 * (self.upper - self.lower)
    }

    /// Through the sizes near the answer; through all of them when those do not rise.
    fn through(tried: &[SizeTried], target: f64) -> Self {
        let everything = Self::fitted(tried, target);
        let middle = everything.as_ref().map_or(f64::NAN, |line| line.n);
        let is_near = |size: &&SizeTried| {
            let n = size.n as f64;
            (0.4 * middle..=2.5 * middle).contains(&n)
        };
        let near: Vec<SizeTried> = tried.iter().filter(is_near).copied().collect();
        let near = Self::fitted(&near, target);
        near.or(everything)
            .unwrap_or_else(|| Self::between(tried, target))
    }

    /// Maximum likelihood by Fisher scoring in probit(power) = a + b √n; `None` unless b is positive.
    fn fitted(tried: &[SizeTried], target: f64) -> Option<Self> {
        if tried.len() < 2 {
            return None;
        }
        let centre =
            tried.iter().map(|size| (size.n as f64).sqrt()).sum::<f64>() / tried.len() as f64;
        let (mut a, mut b) = (0.0, 0.0);
        let mut information = [[0.0; 2]; 2];
        for _ in 0..50 {
            let mut score = [0.0; 2];
            information = [[0.0; 2]; 2];
            for size in tried {
                let x = (size.n as f64).sqrt() - centre;
                let z: f64 = (a + b * x).clamp(-6.0, 6.0);
                let (p, density) = (normal_cdf(z), normal_density(z));
                let weight = density / (p * normal_cdf(-z));
                let trials = size.n_trials as f64;
                let residual = weight * (size.n_rejected as f64 - trials * p);
                let expected = weight * density * trials;
                score[0] += residual;
                score[1] += residual * x;
                information[0][0] += expected;
                information[0][1] += expected * x;
                information[1][1] += expected * x * x;
            }
            let determinant = information[0][0] * information[1][1] - information[0][1].powi(2);
            if determinant.is_nan() || determinant <= 1e-9 {
                return None;
            }
            let step_a =
                (information[1][1] * score[0] - information[0][1] * score[1]) / determinant;
            let step_b =
                (information[0][0] * score[1] - information[0][1] * score[0]) / determinant;
            a += step_a.clamp(-2.0, 2.0);
            b += step_b.clamp(-2.0, 2.0);
            if step_a.abs() < 1e-10 && step_b.abs() < 1e-10 {
                break;
            }
        }
        if b.is_nan() || b <= 1e-6 {
            return None;
        }
        let x = (normal_quantile(target) - a) / b;
        let determinant = information[0][0] * information[1][1] - information[0][1].powi(2);
        // Delta method: var(x) = (var(a) + 2 x cov(a, b) + x² var(b)) / b².
        let variance = (information[1][1] - 2.0 * x * information[0][1]
            + x * x * information[0][0])
            / determinant;
        let error = normal_quantile(0.975) * variance.max(0.0).sqrt() / b;
        let size = |root: f64| root.max(0.0).powi(2);
        Some(Self {
            n: size(centre + x),
            lower: size(centre + x - error),
            upper: size(centre + x + error),
        })
    }

    /// Halfway between the largest size that falls short and the smallest that does not.
    fn between(tried: &[SizeTried], target: f64) -> Self {
        let is_enough = |size: &&SizeTried| size.n_rejected as f64 >= target * size.n_trials as f64;
        let enough = tried.iter().filter(is_enough).map(|size| size.n).min();
        let short = tried
            .iter()
            .filter(|size| !is_enough(size))
            .map(|size| size.n)
            .max();
        let upper = enough.or(short).unwrap_or(1) as f64;
        let lower = short.or(enough).unwrap_or(1) as f64;
        Self {
            n: 0.5 * (lower + upper),
            lower: lower.min(upper),
            upper: upper.max(lower),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distributions::{noncentral_t_cdf, student_t_quantile};
    use crate::power::trial::{Answer, Trial, run_trials};

    fn settings(target: f64, start: usize, largest: usize) -> SearchSettings {
        SearchSettings {
            target,
            start,
            smallest: 2,
            largest,
            n_trials: 400,
            confirming: PowerSettings {
                n_trials: 4000,
                ..PowerSettings::default()
            },
        }
    }

    /// Power of the two-sample t test with n in each group, both tails.
    fn exact(n: usize, effect: f64) -> f64 {
        let (df, ncp) = (2.0 * n as f64 - 2.0, effect * (n as f64 / 2.0).sqrt());
        let critical = student_t_quantile(0.975, df);
        1.0 - noncentral_t_cdf(critical, df, ncp) + noncentral_t_cdf(-critical, df, ncp)
    }

    /// Trials that reject with exactly the probability of the t test.
    fn search(settings: &SearchSettings, effect: f64) -> SampleSize {
        let evaluate = |n: usize, settings: &PowerSettings| {
            let probability = exact(n, effect);
            let trials = run_trials(settings, |_, draws| {
                Trial::Answered(Answer {
                    estimate: effect,
                    se: 1.0,
                    p: if draws.uniform() < probability {
                        0.0
                    } else {
                        1.0
                    },
                    ci_lower: 0.0,
                    ci_upper: 1.0,
                    singular: false,
                })
            });
            Ok::<_, DataProblem>(Power::of(&trials, settings.alpha, None))
        };
        sample_size(settings, evaluate).unwrap()
    }

    #[test]
    fn the_size_of_the_t_test_is_found_from_either_side() {
        // R 4.2.2: power.t.test(delta = d, power = q)$n for (d, q) = (0.5, 0.8) 63.77, (0.5, 0.9) 85.03,
        // (1, 0.8) 16.71, (0.2, 0.8) 393.4.
        for (effect, target, start, expected) in [
            (0.5, 0.8, 20, 64.0),
            (0.5, 0.9, 400, 86.0),
            (1.0, 0.8, 500, 17.0),
            (0.2, 0.8, 5, 394.0),
        ] {
            let found = search(&settings(target, start, 5000), effect);
            let SearchOutcome::Found {
                n,
                n_lower,
                n_upper,
                confirmation,
            } = found.outcome
            else {
                panic!("{found:?}");
            };
            assert!(
                (n as f64 - expected).abs() <= 0.06 * expected + 1.0,
                "{n} for {expected}"
            );
            assert!(
                n_lower <= expected + 1.0 && expected - 1.0 <= n_upper,
                "{n_lower} {n_upper}"
            );
            assert!((confirmation.power - target).abs() < 0.03);
        }
    }

    #[test]
    fn limits_end_the_search() {
        let short = search(&settings(0.9, 20, 40), 0.2).outcome;
        assert!(
            matches!(short, SearchOutcome::NotReached { n: 40, .. }),
            "{short:?}"
        );
        let enough = search(&settings(0.3, 50, 100), 5.0).outcome;
        assert!(
            matches!(enough, SearchOutcome::SmallestIsEnough { n: 2, .. }),
            "{enough:?}"
        );
    }

    #[test]
    fn no_trial_is_used_twice_and_targets_are_checked() {
        let mut next = 0;
        let evaluate = |n: usize, settings: &PowerSettings| {
            assert_eq!(settings.first_trial, next);
            next += settings.n_trials as u64;
            let n_rejected = (exact(n, 0.5) * settings.n_trials as f64) as usize;
            let trial = |k: usize| {
                Trial::Answered(Answer {
                    estimate: 0.0,
                    se: 1.0,
                    p: if k < n_rejected { 0.0 } else { 1.0 },
                    ci_lower: 0.0,
                    ci_upper: 0.0,
                    singular: false,
                })
            };
            let trials: Vec<Trial> = (0..settings.n_trials).map(trial).collect();
            Ok::<_, DataProblem>(Power::of(&trials, settings.alpha, None))
        };
        assert!(sample_size(&settings(0.8, 20, 500), evaluate).is_ok());
        let never = |_: usize, _: &PowerSettings| -> Result<Power, DataProblem> {
            panic!("nothing is simulated")
        };
        assert!(sample_size(&settings(0.04, 20, 500), never).is_err());
        assert!(sample_size(&settings(1.0, 20, 500), never).is_err());
    }
}
