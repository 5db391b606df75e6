//! Many trials summed up: power with its Monte-Carlo error, and whether the estimates can be trusted.

use super::trial::{Answer, Trial};
use crate::before_after::proportion::wilson_interval;
use crate::descriptives::{mean, standard_deviation};

/// Level of the Monte-Carlo intervals.
const MONTE_CARLO_LEVEL: f64 = 0.95;

/// What many trials of one scenario say.
///
/// A singular fit counts as the fit that it is. A trial that was not fitted, or did not converge, counts among
/// the trials but never as a rejection; it has no estimate, so bias and coverage leave it out.
#[derive(Debug, Clone, PartialEq)]
pub struct Power {
    /// Trials run.
    pub n_trials: usize,
    /// Trials whose p value lies below `alpha`.
    pub n_rejected: usize,
    /// The level of the test.
    pub alpha: f64,
    /// The share of trials that rejected: power, or the type I error when the truth is no effect.
    pub power: f64,
    /// Lower end of Wilson's 95 % interval for the share: the Monte-Carlo error.
    pub ci_lower: f64,
    /// Upper end.
    pub ci_upper: f64,
    /// What is true, where it is known.
    pub true_value: Option<f64>,
    /// Mean of the estimates; NaN where there is none.
    pub mean_estimate: f64,
    /// Standard deviation of the estimates: the true standard error of the design.
    pub sd_estimate: f64,
    /// Mean of the standard errors that the analyses gave.
    pub mean_se: f64,
    /// Trials whose confidence interval holds the truth.
    pub coverage: Option<Share>,
    /// Rejections in the wrong direction (Gelman and Carlin's type S).
    pub n_wrong_sign: Option<usize>,
    /// Mean size of the estimates that rejected over the true size (type M); NaN where none did.
    pub exaggeration: Option<f64>,
    /// Singular fits; they count.
    pub n_singular: usize,
    /// Trials that did not converge.
    pub n_not_converged: usize,
    /// Trials that could not be fitted or tested.
    pub n_not_fitted: usize,
    /// Why the first of them could not.
    pub why_not_fitted: Option<String>,
}

/// A share of trials with Wilson's 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Trials that count.
    pub n: usize,
    /// The share.
    pub share: f64,
    /// Lower end.
    pub ci_lower: f64,
    /// Upper end.
    pub ci_upper: f64,
}

impl Share {
    /// So many among so many; NaN among none.
    #[must_use]
    pub fn of(count: usize, n: usize) -> Self {
        let (ci_lower, ci_upper) = wilson_interval(count, n, MONTE_CARLO_LEVEL);
        Self {
            n,
            share: count as f64 / n as f64,
            ci_lower,
            ci_upper,
        }
    }
}

impl Power {
    /// Sums up trials of one scenario, tested at `alpha`.
    #[must_use]
    pub fn of(trials: &[Trial], alpha: f64, true_value: Option<f64>) -> Self {
        let answers: Vec<&Answer> = trials.iter().filter_map(Trial::answer).collect();
        let rejected: Vec<&Answer> = answers.iter().copied().filter(|a| a.p < alpha).collect();
        let estimates: Vec<f64> = answers.iter().map(|answer| answer.estimate).collect();
        let errors: Vec<f64> = answers.iter().map(|answer| answer.se).collect();
        let power = Share::of(rejected.len(), trials.len());
        let covers = |truth: f64| {
            let holds = |a: &&&Answer| a.ci_lower <= truth && truth <= a.ci_upper;
            Share::of(answers.iter().filter(holds).count(), answers.len())
        };
        let effect = true_value.filter(|truth| *truth != 0.0);
        let wrong = |truth: f64| rejected.iter().filter(|a| a.estimate * truth < 0.0).count();
        let sizes: Vec<f64> = rejected.iter().map(|a| a.estimate.abs()).collect();
        let reason = |trial: &Trial| match trial {
            Trial::NotFitted(reason) => Some(reason.clone()),
            Trial::Answered(_) | Trial::NotConverged => None,
        };
        let n_not_fitted = trials.iter().filter_map(reason).count();
        Self {
            n_trials: trials.len(),
            n_rejected: rejected.len(),
            alpha,
            power: power.share,
            ci_lower: power.ci_lower,
            ci_upper: power.ci_upper,
            true_value,
            mean_estimate: mean(&estimates),
            sd_estimate: standard_deviation(&estimates),
            mean_se: mean(&errors),
            coverage: true_value.map(covers),
            n_wrong_sign: effect.map(wrong),
            exaggeration: effect.map(|truth| mean(&sizes) / truth.abs()),
            n_singular: answers.iter().filter(|answer| answer.singular).count(),
            n_not_converged: trials.len() - answers.len() - n_not_fitted,
            n_not_fitted,
            why_not_fitted: trials.iter().find_map(reason),
        }
    }

    /// Mean of the estimates minus the truth; `None` where the truth is not known.
    #[must_use]
    pub fn bias(&self) -> Option<f64> {
        self.true_value.map(|truth| self.mean_estimate - truth)
    }

    /// The Monte-Carlo standard error of the mean of the estimates, and so of the bias.
    #[must_use]
    pub fn se_of_mean(&self) -> f64 {
        let n_answered = self.n_trials - self.n_not_converged - self.n_not_fitted;
        self.sd_estimate / (n_answered as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(estimate: f64, p: f64, singular: bool) -> Trial {
        Trial::Answered(Answer {
            estimate,
            se: 1.0,
            p,
            ci_lower: estimate - 2.0,
            ci_upper: estimate + 2.0,
            singular,
        })
    }

    #[test]
    fn every_trial_counts_and_only_answers_have_estimates() {
        let trials = [
            answered(3.0, 0.003, false),
            answered(1.0, 0.3, true),
            answered(-2.5, 0.012, false),
            Trial::NotConverged,
            Trial::NotFitted("no rows".to_owned()),
        ];
        let power = Power::of(&trials, 0.05, Some(1.0));
        assert_eq!((power.n_trials, power.n_rejected), (5, 2));
        assert_eq!((power.power, power.ci_lower, power.ci_upper).0, 0.4);
        assert_eq!((power.n_singular, power.n_not_converged), (1, 1));
        assert_eq!(power.n_not_fitted, 1);
        assert_eq!(power.why_not_fitted.as_deref(), Some("no rows"));
        assert_eq!(power.mean_estimate, 0.5);
        assert_eq!(power.bias(), Some(-0.5));
        assert_eq!(power.n_wrong_sign, Some(1));
        assert_eq!(power.exaggeration, Some(2.75));
        // 3 ± 2 and 1 ± 2 hold the truth, −2.5 ± 2 does not.
        assert_eq!(power.coverage.map(|coverage| coverage.n), Some(3));
        assert!((power.coverage.unwrap().share - 2.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn the_interval_is_wilsons() {
        // R 4.2.2: prop.test(80, 100, correct = FALSE)$conf.int = 0.7111708 0.8666331.
        let trials: Vec<Trial> = (0..100)
            .map(|k| answered(1.0, if k < 80 { 0.01 } else { 0.5 }, false))
            .collect();
        let power = Power::of(&trials, 0.05, None);
        assert!((power.ci_lower - 0.711_170_8).abs() < 1e-6);
        assert!((power.ci_upper - 0.866_633_1).abs() < 1e-6);
        assert_eq!((power.bias(), power.coverage), (None, None));
    }

    #[test]
    fn without_answers_nothing_is_estimated() {
        let power = Power::of(&[Trial::NotConverged], 0.05, Some(0.0));
        assert_eq!(power.power, 0.0);
        assert!(power.mean_estimate.is_nan());
        assert!(power.coverage.unwrap().share.is_nan());
    }
}
