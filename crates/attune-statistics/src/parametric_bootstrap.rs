//! How estimates of a mixed model would vary over new data from the very model that was fitted.
//!
//! Responses are simulated from the fit and the model is fitted to each of them: intervals for what has
//! no closed form (standard deviations, correlations, the intraclass correlation), and a reference
//! distribution for likelihood ratio tests where chi-squared is only approximate. What the bootstrap
//! cannot do is doubt the model it draws from. See `docs/methods/parametric-bootstrap.md`.

mod interval;
mod likelihood_ratio;
mod quantities;

use thiserror::Error;

use crate::data_problem::{DataProblem, require_level};
use crate::likelihood_ratio_test::ComparisonError;
use crate::linear_mixed_model::{
    FitError, LinearMixedModel, Refit, Refitted, SimulatedEffects, Simulator,
};

pub use interval::{BootstrapQuantity, ParametricInterval};
pub use likelihood_ratio::{ParametricBootstrapTest, parametric_bootstrap_test};
pub use quantities::{QuantityKind, QuantityName};

/// How to simulate, and which intervals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParametricBootstrapSettings {
    /// The number of simulated responses.
    pub n_replicates: usize,
    /// The seed; each replicate has a stream of its own.
    pub seed: u64,
    /// The level of the intervals.
    pub level: f64,
    /// The kind of interval.
    pub interval: ParametricInterval,
    /// What happens to the random effects.
    pub effects: SimulatedEffects,
}

impl Default for ParametricBootstrapSettings {
    fn default() -> Self {
        Self {
            n_replicates: 1000,
            seed: 1,
            level: 0.95,
            interval: ParametricInterval::Percentile,
            effects: SimulatedEffects::Drawn,
        }
    }
}

/// What the replicates say.
#[derive(Debug, Clone, PartialEq)]
pub struct ParametricBootstrap {
    /// One entry for each quantity.
    pub quantities: Vec<BootstrapQuantity>,
    /// Replicates asked for.
    pub n_replicates: usize,
    /// Replicates whose fit is singular; they count.
    pub n_singular: usize,
    /// Replicates whose optimum was not reached or that could not be fitted; they are left out.
    pub n_not_converged: usize,
    /// What a careful reader should know.
    pub warnings: Vec<String>,
}

/// Why there is no bootstrap.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ParametricBootstrapError {
    /// The model that would be simulated from is no optimum.
    #[error("the optimum of the model was not reached: simplify it before simulating from it")]
    NotConverged,
    /// Too few replicates to say anything.
    #[error(
        "{usable} of {asked} replicates could be used and at least {MINIMUM} are needed: ask for more, such as 1000"
    )]
    TooFewReplicates {
        /// Replicates asked for.
        asked: usize,
        /// Those that converged.
        usable: usize,
    },
    /// A setting out of range.
    #[error(transparent)]
    Setting(#[from] DataProblem),
    /// The models are not nested or use different rows.
    #[error(transparent)]
    Comparison(#[from] ComparisonError),
    /// The design could not be prepared.
    #[error(transparent)]
    Fit(#[from] FitError),
}

/// Fewer replicates than this give no interval.
const MINIMUM: usize = 20;

/// Bootstraps fixed effects, standard deviations, correlations and, where it is defined, the intraclass
/// correlation of a model.
///
/// # Errors
/// When the model did not converge, the level is not between 0 and 1, or fewer than 20 replicates can be used.
///
/// # Examples
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::linear_mixed_model::{FitSettings, fit};
/// use attune_statistics::parametric_bootstrap::{ParametricBootstrapSettings, parametric_bootstrap};
/// use attune_statistics::table::{Column, Factor, Table};
///
/// let dyads: Vec<f64> = (0..60).map(|row| f64::from(row / 3)).collect();
/// let scores = (0..60).map(|row| 90.0 + f64::from((row / 3 * 7) % 11) + f64::from((row * 37) % 5));
/// let table = Table::new()
///     .with("dyad", Column::Factor(Factor::from_numbers(&dyads)))?
///     .with("score", Column::Numbers(scores.collect()))?;
/// let model = fit(&Formula::parse("score ~ 1 + (1 | dyad)")?, &table, &FitSettings::default())?;
/// let settings = ParametricBootstrapSettings { n_replicates: 200, ..Default::default() };
/// let bootstrap = parametric_bootstrap(&model, &settings)?;
/// let between = &bootstrap.quantities[1];
/// assert_eq!(between.name.to_string(), "SD of (Intercept) by dyad");
/// assert!(between.ci_lower < between.estimate && between.estimate < between.ci_upper);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn parametric_bootstrap(
    model: &LinearMixedModel,
    settings: &ParametricBootstrapSettings,
) -> Result<ParametricBootstrap, ParametricBootstrapError> {
    parametric_bootstrap_with_progress(model, settings, &|| ())
}

/// As [`parametric_bootstrap`]; `done` is called after each replicate, from any thread.
///
/// # Errors
/// As [`parametric_bootstrap`].
pub fn parametric_bootstrap_with_progress(
    model: &LinearMixedModel,
    settings: &ParametricBootstrapSettings,
    done: &(dyn Fn() + Sync),
) -> Result<ParametricBootstrap, ParametricBootstrapError> {
    let names = quantities::names(model);
    let values = |refit: &Refit, fitted: &Refitted| quantities::values(refit, fitted, &names);
    bootstrap(model, settings, &names, &values, done)
}

/// Bootstraps any function of the fit, such as the time at which two courses cross. Where the function is
/// NaN the quantity is not defined, which is counted.
///
/// # Errors
/// As [`parametric_bootstrap`].
pub fn parametric_bootstrap_of(
    model: &LinearMixedModel,
    name: &str,
    function: &(dyn Fn(&Refitted) -> f64 + Sync),
    settings: &ParametricBootstrapSettings,
) -> Result<ParametricBootstrap, ParametricBootstrapError> {
    let names = [QuantityName::own(name)];
    let values = |_: &Refit, fitted: &Refitted| vec![function(fitted)];
    bootstrap(model, settings, &names, &values, &|| ())
}

/// What is read from each fit.
type Values<'a> = dyn Fn(&Refit, &Refitted) -> Vec<f64> + Sync + 'a;

fn bootstrap(
    model: &LinearMixedModel,
    settings: &ParametricBootstrapSettings,
    names: &[QuantityName],
    values: &Values<'_>,
    done: &(dyn Fn() + Sync),
) -> Result<ParametricBootstrap, ParametricBootstrapError> {
    require_level(settings.level)?;
    if !model.converged {
        return Err(ParametricBootstrapError::NotConverged);
    }
    let refit = Refit::of(model)?;
    let theta: Vec<f64> = model.theta.iter().map(|theta| theta.value).collect();
    let original = refit.worker().fit(&model.frame.response, Some(&theta))?;
    let estimates = values(&refit, &original);
    let simulator = Simulator::new(model, settings.seed, settings.effects);
    let replicates = refit.fit_each(
        settings.n_replicates,
        Some(&theta),
        |replicate, response| simulator.write(replicate, response),
        |_, fitted| {
            let values = fitted.converged.then(|| values(&refit, fitted));
            done();
            (fitted.singular, values)
        },
    );
    let usable: Vec<(bool, Vec<f64>)> = replicates
        .into_iter()
        .flatten()
        .filter_map(|(singular, values)| Some((singular, values?)))
        .collect();
    if usable.len() < MINIMUM {
        return Err(ParametricBootstrapError::TooFewReplicates {
            asked: settings.n_replicates,
            usable: usable.len(),
        });
    }
    let quantity = |(place, name): (usize, &QuantityName)| {
        let values = usable.iter().map(|(_, values)| values[place]).collect();
        BootstrapQuantity::new(name.clone(), estimates[place], values, settings)
    };
    let mut result = ParametricBootstrap {
        quantities: names.iter().enumerate().map(quantity).collect(),
        n_replicates: settings.n_replicates,
        n_singular: usable.iter().filter(|(singular, _)| *singular).count(),
        n_not_converged: settings.n_replicates - usable.len(),
        warnings: Vec::new(),
    };
    result.warnings = warnings(model, &result);
    Ok(result)
}

fn warnings(model: &LinearMixedModel, bootstrap: &ParametricBootstrap) -> Vec<String> {
    let mut warnings = Vec::new();
    let n = bootstrap.n_replicates;
    if model.singular {
        warnings.push(
            "the model that was simulated from has a random-effects covariance on its boundary, and a bootstrap \
             draws from what was estimated: intervals of its variances and correlations are too optimistic; read \
             them beside the profile intervals, or bootstrap the model without the term"
                .to_owned(),
        );
    }
    if bootstrap.n_singular * 4 > n && !model.singular {
        warnings.push(format!(
            "{} of {n} replicates are singular fits: data like these often show no variance where the model has \
             some, so an interval that reaches zero does not say that there is none",
            bootstrap.n_singular
        ));
    }
    if bootstrap.n_not_converged > 0 {
        warnings.push(format!(
            "{} of {n} replicates could not be fitted and were left out",
            bootstrap.n_not_converged
        ));
    }
    for quantity in &bootstrap.quantities {
        if quantity.n_undefined > 0 {
            warnings.push(format!(
                "{} is not defined in {} of {n} replicates, in which something does not vary; its interval is that \
                 of the others",
                quantity.name, quantity.n_undefined
            ));
        }
    }
    warnings
}
