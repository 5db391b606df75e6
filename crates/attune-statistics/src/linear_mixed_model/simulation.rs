//! New responses from a fitted model.
//!
//! `y = Xβ̂ + Zb + e` with `b ~ N(0, σ̂² ΛΛ')` drawn afresh or kept at the conditional modes, and
//! `e ~ N(0, σ̂²/w)`. Every response has a random stream of its own, so it does not depend on how many others
//! there are or on the threads. See `docs/methods/parametric-bootstrap.md`.

use super::LinearMixedModel;
use crate::matrix::Matrix;
use crate::resampling::draws::Draws;

/// What happens to the random effects of the fitted model in simulated responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SimulatedEffects {
    /// Other groups from the same population: effects are drawn from their estimated distribution.
    #[default]
    Drawn,
    /// The same groups measured again: effects stay at their conditional modes.
    Kept,
}

/// Simulates responses from a fitted model, one value for each row used.
///
/// # Examples
/// ```
/// # use attune_statistics::formula::Formula;
/// # use attune_statistics::linear_mixed_model::{FitSettings, SimulatedEffects, fit, simulate};
/// # use attune_statistics::table::{Column, Factor, Table};
/// # let dyads = Factor::from_numbers(&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]);
/// # let scores = vec![98.0, 95.0, 110.0, 104.0, 89.0, 88.0, 103.0, 97.0];
/// # let table = Table::new()
/// #     .with("dyad", Column::Factor(dyads))?
/// #     .with("score", Column::Numbers(scores))?;
/// let model = fit(&Formula::parse("score ~ 1 + (1 | dyad)")?, &table, &FitSettings::default())?;
/// let responses = simulate(&model, 3, 1, SimulatedEffects::Drawn);
/// assert_eq!((responses.len(), responses[0].len()), (3, 8));
/// // A seed means the same responses everywhere, whatever their number.
/// assert_eq!(responses[0], simulate(&model, 1, 1, SimulatedEffects::Drawn)[0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn simulate(
    model: &LinearMixedModel,
    n_responses: usize,
    seed: u64,
    effects: SimulatedEffects,
) -> Vec<Vec<f64>> {
    let simulator = Simulator::new(model, seed, effects);
    let response = |replicate| {
        let mut response = vec![0.0; model.n_observations];
        simulator.write(replicate, &mut response);
        response
    };
    (0..n_responses).map(response).collect()
}

/// What responses are drawn from.
#[derive(Debug, Clone)]
pub(crate) struct Simulator<'a> {
    seed: u64,
    /// What does not vary: the fixed part, and the random effects when they are kept.
    mean: Vec<f64>,
    terms: Vec<DrawnTerm<'a>>,
    sigma: f64,
    /// The square roots of the prior weights.
    roots: Option<Vec<f64>>,
}

/// A random term whose effects are drawn.
#[derive(Debug, Clone)]
struct DrawnTerm<'a> {
    codes: &'a [u32],
    columns: &'a [Vec<f64>],
    n_levels: usize,
    /// `σ Λ`.
    factor: Matrix,
}

impl<'a> Simulator<'a> {
    pub(crate) fn new(model: &'a LinearMixedModel, seed: u64, effects: SimulatedEffects) -> Self {
        let theta: Vec<f64> = model.theta.iter().map(|theta| theta.value).collect();
        let shape = &model.function.shape;
        let drawn = model
            .frame
            .random
            .iter()
            .enumerate()
            .map(|(index, term)| DrawnTerm {
                codes: &term.codes,
                columns: &term.columns,
                n_levels: term.levels.len(),
                factor: shape.lambda(&theta, index).scaled(model.sigma),
            });
        let (mean, terms) = match effects {
            SimulatedEffects::Drawn => (model.fixed_part(), drawn.collect()),
            SimulatedEffects::Kept => (model.fitted(), Vec::new()),
        };
        Self {
            seed,
            mean,
            terms,
            sigma: model.sigma,
            roots: model.frame.roots_of_weights(),
        }
    }

    /// Fills in the response of a replicate.
    pub(crate) fn write(&self, replicate: usize, response: &mut [f64]) {
        let mut draws = Draws::new(self.seed, replicate as u64);
        draws.fill_normal(response);
        for (value, root) in response
            .iter_mut()
            .zip(self.roots.as_deref().unwrap_or_default())
        {
            *value /= root;
        }
        for (value, mean) in response.iter_mut().zip(&self.mean) {
            *value = mean + self.sigma * *value;
        }
        for term in &self.terms {
            let width = term.columns.len();
            let mut effects = vec![0.0; term.n_levels * width];
            draws.fill_normal(&mut effects);
            for of_level in effects.chunks_exact_mut(width) {
                for i in (0..width).rev() {
                    of_level[i] = (0..=i).map(|k| term.factor[(i, k)] * of_level[k]).sum();
                }
            }
            for (k, column) in term.columns.iter().enumerate() {
                for ((value, &code), z) in response.iter_mut().zip(term.codes).zip(column) {
                    *value += z * effects[code as usize * width + k];
                }
            }
        }
    }
}
