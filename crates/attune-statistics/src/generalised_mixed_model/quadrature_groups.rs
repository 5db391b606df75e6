//! The groups of a model with one scalar random effect, integrated one by one with nodes around their modes.
//!
//! The integral over a group is `scale / sqrt(pi)` times the sum of `weight exp(node² + log-density)`; what its
//! logarithm does when the mode or the scale moves is kept for the gradient.

use super::conditional_likelihood::ConditionalLikelihood;
use super::gauss_hermite::GaussHermite;
use super::integrated_likelihood::IntegratedLikelihood;
use super::penalised_mode::{GivenParameters, PenalisedMode};

/// The groups of a model with one scalar random effect, each with its nodes.
pub(super) struct Groups {
    pub n_nodes: usize,
    pub precision: Vec<f64>,
    /// The random effect at each node.
    pub effects: Vec<f64>,
    /// The share of each node in the integral.
    pub probabilities: Vec<f64>,
    pub log_integrals: Vec<f64>,
    /// The mean over the nodes of the derivative of the log-density.
    pub mean_slope: Vec<f64>,
    /// How the log-integral changes with the logarithm of the scale of the nodes.
    pub spread: Vec<f64>,
}

impl Groups {
    pub(super) fn new(
        n_nodes: usize,
        precision: Vec<f64>,
        modes: &[f64],
        rule: &GaussHermite,
    ) -> Self {
        let effects = modes
            .iter()
            .zip(&precision)
            .flat_map(|(mode, precision)| {
                rule.nodes
                    .iter()
                    .map(move |node| mode + node * (2.0 / precision).sqrt())
            })
            .collect();
        let n_groups = precision.len();
        Self {
            n_nodes,
            precision,
            effects,
            probabilities: vec![0.0; n_groups * n_nodes],
            log_integrals: vec![0.0; n_groups],
            mean_slope: vec![0.0; n_groups],
            spread: vec![0.0; n_groups],
        }
    }

    pub(super) fn integrate(
        &mut self,
        group: usize,
        rule: &GaussHermite,
        log_density: &[f64],
        slope: &[f64],
    ) {
        let range = group * self.n_nodes..(group + 1) * self.n_nodes;
        let logs: Vec<f64> = log_density[range.clone()]
            .iter()
            .zip(&rule.log_weights)
            .map(|(d, w)| d + w)
            .collect();
        let highest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shares: Vec<f64> = logs.iter().map(|log| libm::exp(log - highest)).collect();
        let total: f64 = shares.iter().sum();
        let scale = 1.0 / self.precision[group].sqrt();
        let root_pi = std::f64::consts::PI.sqrt();
        self.log_integrals[group] = highest + libm::log(total * scale / root_pi);
        let mut by_node = 0.0;
        for ((share, node), place) in shares.iter().zip(&rule.nodes).zip(range) {
            let probability = share / total;
            self.probabilities[place] = probability;
            self.mean_slope[group] += probability * slope[place];
            by_node += probability * node * slope[place];
        }
        self.spread[group] = 1.0 + std::f64::consts::SQRT_2 * scale * by_node;
    }

    pub(super) fn nodes(&self, group: usize) -> impl Iterator<Item = (f64, f64)> {
        let range = group * self.n_nodes..(group + 1) * self.n_nodes;
        self.probabilities[range.clone()]
            .iter()
            .copied()
            .zip(self.effects[range].iter().copied())
    }

    /// What a change of the gradient at the mode does to the log-integral, through mode and curvature.
    pub(super) fn through_mode<L: ConditionalLikelihood>(
        &self,
        function: &IntegratedLikelihood<L>,
        given: &GivenParameters<'_, L>,
        mode: &PenalisedMode<'_>,
    ) -> Vec<f64> {
        let mut slope = self.mean_slope.clone();
        for (row, derivatives) in mode.rows.iter().enumerate() {
            let (group, v) = (
                function.random.effects(row)[0] as usize,
                given.scaled_row(row)[0],
            );
            slope[group] +=
                0.5 * self.spread[group] * v * v / self.precision[group] * derivatives.third * v;
        }
        slope
            .iter()
            .zip(&self.precision)
            .map(|(slope, precision)| slope / precision)
            .collect()
    }
}
