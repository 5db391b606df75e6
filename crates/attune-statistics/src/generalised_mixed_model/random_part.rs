//! What a generalised or ordinal mixed model reports of its random effects.

use super::integrated_likelihood::Evaluation;
use super::modes::ModesSource;
use super::random_effects::RandomEffects;
use crate::linear_mixed_model::{
    Theta, VarianceComponent, named_theta, names_at_zero, reported_theta, variance_components,
};
use crate::model_frame::ModelFrame;

/// Cholesky factors, variances and conditional modes at the maximum, named as lme4 names them.
pub(crate) struct RandomPart {
    pub theta: Vec<Theta>,
    pub random: Vec<VarianceComponent>,
    pub singular: bool,
    pub boundary: Vec<String>,
    pub source: ModesSource,
}

impl RandomPart {
    /// From the thetas of the internal coordinates at the maximum, and which parameters are held at zero there.
    pub(crate) fn new(
        frame: &ModelFrame,
        effects: RandomEffects,
        theta: &[f64],
        at_zero: &[bool],
        evaluation: Evaluation,
    ) -> Self {
        let reported = reported_theta(&effects.terms, &effects.covariance, theta);
        let named = named_theta(frame, &effects.covariance, &reported);
        // The scale of the link has no residual variance of its own, so that entry goes.
        let mut random = variance_components(frame, &effects.covariance, &named, 1.0);
        random.pop();
        let singular = at_zero[..named.len()].contains(&true);
        Self {
            random,
            singular,
            boundary: names_at_zero(&named, singular),
            theta: named,
            source: ModesSource {
                random: effects.design,
                covariance: effects.covariance,
                theta: theta.to_vec(),
                terms: effects.terms,
                evaluation,
            },
        }
    }
}
