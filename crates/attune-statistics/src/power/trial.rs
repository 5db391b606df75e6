//! One trial: what the analysis of one made-up data set said; and many of them, on all cores.

use rayon::prelude::*;

use super::PowerSettings;
use super::draws::Draws;
use crate::inference::CoefficientTest;

/// What the analysis of one made-up data set said.
#[derive(Debug, Clone, PartialEq)]
pub enum Trial {
    /// It was fitted and tested.
    Answered(Answer),
    /// The optimum was not reached, so nothing was tested.
    NotConverged,
    /// It could not be fitted or tested, with the reason.
    NotFitted(String),
}

/// The test of one trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// The estimate of what is tested.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// The two-sided p value.
    pub p: f64,
    /// Lower end of its confidence interval.
    pub ci_lower: f64,
    /// Upper end.
    pub ci_upper: f64,
    /// Whether the fit was singular.
    pub singular: bool,
}

impl Trial {
    /// A trial that ended in this test.
    #[must_use]
    pub fn of_test(test: &CoefficientTest, singular: bool) -> Self {
        if !(test.p.is_finite() && test.estimate.is_finite()) {
            return Self::NotFitted(format!("the test of {} is not defined", test.term));
        }
        Self::Answered(Answer {
            estimate: test.estimate,
            se: test.se,
            p: test.p,
            ci_lower: test.ci_lower,
            ci_upper: test.ci_upper,
            singular,
        })
    }

    /// The test, where there is one.
    #[must_use]
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Answered(answer) => Some(answer),
            Self::NotConverged | Self::NotFitted(_) => None,
        }
    }
}

/// Runs the trials of `settings` on all cores, each with random numbers of its own, and returns them in order:
/// the same for any number of threads.
pub fn run_trials<T: Send>(
    settings: &PowerSettings,
    trial: impl Fn(u64, &mut Draws) -> T + Sync,
) -> Vec<T> {
    run_trials_in(settings, || (), |(), number, draws| trial(number, draws))
}

/// The same with working space for each thread, which must not carry anything from trial to trial.
pub(super) fn run_trials_in<S, T: Send>(
    settings: &PowerSettings,
    space: impl Fn() -> S + Sync + Send,
    trial: impl Fn(&mut S, u64, &mut Draws) -> T + Sync,
) -> Vec<T> {
    let numbers = settings.first_trial..settings.first_trial + settings.n_trials as u64;
    numbers
        .into_par_iter()
        .map_init(space, |space, number| {
            trial(space, number, &mut Draws::of_trial(settings.seed, number))
        })
        .collect()
}
