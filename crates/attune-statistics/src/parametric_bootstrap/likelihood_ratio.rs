//! The likelihood ratio test with its distribution simulated under the smaller model.

use rayon::prelude::*;

use super::{MINIMUM, ParametricBootstrapError};
use crate::descriptives::mean;
use crate::distributions::chi_squared_upper_tail;
use crate::likelihood_ratio_test::{LikelihoodRatioTest, likelihood_ratio_test};
use crate::linear_mixed_model::{
    Estimator, FitError, LinearMixedModel, Refit, RefitWorker, SimulatedEffects, Simulator,
};

/// A likelihood ratio test whose p value comes from simulation.
#[derive(Debug, Clone, PartialEq)]
pub struct ParametricBootstrapTest {
    /// The test by its asymptotic distributions.
    pub asymptotic: LikelihoodRatioTest,
    /// (1 + replicates with a statistic at least as large) / (1 + replicates).
    pub p: f64,
    /// The chi-squared p value of the statistic scaled so that its simulated mean is its degrees of freedom
    /// (Bartlett); not for a variance on the boundary, where the distribution has another shape.
    pub p_bartlett: f64,
    /// The Monte-Carlo standard error of `p`.
    pub standard_error: f64,
    /// Replicates that were used.
    pub n_used: usize,
    /// Replicates in which a fit did not converge; they are left out.
    pub n_not_converged: usize,
    /// The simulated statistics in ascending order.
    pub statistics: Vec<f64>,
}

/// Compares two nested models, the smaller first, by simulation from the smaller one (Halekoh & Højsgaard 2014).
///
/// Both are compared by maximum likelihood. A replicate in which the larger model gains nothing counts with a
/// statistic of zero.
///
/// # Errors
/// As [`likelihood_ratio_test`], when a model did not converge, or fewer than 20 replicates can be used.
pub fn parametric_bootstrap_test(
    smaller: &LinearMixedModel,
    larger: &LinearMixedModel,
    n_replicates: usize,
    seed: u64,
) -> Result<ParametricBootstrapTest, ParametricBootstrapError> {
    let asymptotic = likelihood_ratio_test(smaller, larger)?;
    let (smaller, larger) = (
        by_maximum_likelihood(smaller)?,
        by_maximum_likelihood(larger)?,
    );
    if !smaller.converged || !larger.converged {
        return Err(ParametricBootstrapError::NotConverged);
    }
    let simulator = Simulator::new(&smaller, seed, SimulatedEffects::Drawn);
    let (first, second) = (Prepared::new(&smaller)?, Prepared::new(&larger)?);
    let space = || {
        let workers = [first.refit.worker(), second.refit.worker()];
        (workers, vec![0.0; smaller.n_observations])
    };
    let statistic = |(workers, response): &mut ([RefitWorker<'_>; 2], Vec<f64>), replicate| {
        simulator.write(replicate, response);
        let [a, b] = workers;
        let a = a
            .fit(response, Some(&first.theta))
            .ok()
            .filter(|fitted| fitted.converged)?;
        let b = b
            .fit(response, Some(&second.theta))
            .ok()
            .filter(|fitted| fitted.converged)?;
        Some((2.0 * (b.log_likelihood - a.log_likelihood)).max(0.0))
    };
    let mut statistics: Vec<f64> = (0..n_replicates)
        .into_par_iter()
        .map_init(space, statistic)
        .collect::<Vec<Option<f64>>>()
        .into_iter()
        .flatten()
        .collect();
    let n_used = statistics.len();
    if n_used < MINIMUM {
        return Err(ParametricBootstrapError::TooFewReplicates {
            asked: n_replicates,
            usable: n_used,
        });
    }
    statistics.sort_by(f64::total_cmp);
    let as_large = n_used - statistics.partition_point(|&value| value < asymptotic.statistic);
    let p = (1.0 + as_large as f64) / (1.0 + n_used as f64);
    let scaled = asymptotic.statistic * asymptotic.df / mean(&statistics);
    Ok(ParametricBootstrapTest {
        p,
        p_bartlett: chi_squared_upper_tail(scaled, asymptotic.df),
        standard_error: (p * (1.0 - p) / n_used as f64).sqrt(),
        n_used,
        n_not_converged: n_replicates - n_used,
        asymptotic,
        statistics,
    })
}

/// A design with the theta at which its refits start.
struct Prepared {
    refit: Refit,
    theta: Vec<f64>,
}

impl Prepared {
    fn new(model: &LinearMixedModel) -> Result<Self, FitError> {
        Ok(Self {
            refit: Refit::of(model)?,
            theta: model.theta.iter().map(|theta| theta.value).collect(),
        })
    }
}

fn by_maximum_likelihood(model: &LinearMixedModel) -> Result<LinearMixedModel, FitError> {
    match model.estimator {
        Estimator::MaximumLikelihood => Ok(model.clone()),
        Estimator::Reml => model.refit_by_maximum_likelihood(),
    }
}
