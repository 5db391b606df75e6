//! Fits of the families other than gaussian: yes or no, counts, ordered categories.

use anyhow::{Result, bail};
use attune_statistics::{
    formula::Formula,
    generalised_linear_model::{GeneralisedLinearModel, generalised_linear_model},
    generalised_mixed_model::{
        self, Family as Distribution, GeneralisedMixedModel, GeneralisedSettings,
    },
    inference::coefficient_tests,
    linear_mixed_model::ConditionalModes,
    ordinal_mixed_model::{self, OrdinalMixedModel, OrdinalSettings},
    table::Table,
};

use super::{
    Df, Fit,
    modes::asked_modes,
    plot,
    result::{FitResult, asked_means},
};

/// Counts and proportions, with or without random effects.
pub fn fit(fit: &Fit, family: Distribution, formula: &Formula, table: &Table) -> Result<FitResult> {
    check_options(fit, formula)?;
    let settings = GeneralisedSettings {
        nodes: fit.model.agq.unwrap_or(1),
        weights: fit.model.weights.clone(),
        ..GeneralisedSettings::new(family)
    };
    if formula.random.is_empty() {
        let model = generalised_linear_model(formula, table, &settings)?;
        drawn(fit, of_linear_model(&model, fit)?, formula, Vec::new)
    } else {
        let model = generalised_mixed_model::fit(formula, table, &settings)?;
        drawn(fit, of_mixed_model(&model, fit)?, formula, || {
            model.conditional_modes()
        })
    }
}

/// Ordered categories, with or without random effects.
pub fn fit_ordinal(fit: &Fit, formula: &Formula, table: &Table) -> Result<FitResult> {
    check_options(fit, formula)?;
    let settings = OrdinalSettings {
        nodes: fit.model.agq.unwrap_or(1),
        weights: fit.model.weights.clone(),
        ..OrdinalSettings::default()
    };
    let model = ordinal_mixed_model::fit(formula, table, &settings)?;
    drawn(fit, of_ordinal_model(&model, fit)?, formula, || {
        model.conditional_modes()
    })
}

/// The result, drawn where that was asked for.
fn drawn(
    fit: &Fit,
    result: FitResult,
    formula: &Formula,
    modes: impl FnOnce() -> Vec<ConditionalModes>,
) -> Result<FitResult> {
    if fit.plot.plot.is_some() {
        plot::draw_other(fit, &result, &modes(), &formula.response.to_string())?;
    }
    Ok(result)
}

fn check_options(fit: &Fit, formula: &Formula) -> Result<()> {
    fit.questions.check_other_family()?;
    if fit.model.residual_by.is_some() {
        bail!("--residual-by belongs to gaussian models: leave it out for this family");
    }
    if fit.tests.df.is_some_and(|df| df != Df::Normal) {
        bail!(
            "this family has z tests: leave --df out; Satterthwaite and Kenward–Roger belong to gaussian"
        );
    }
    if fit.model.agq.is_some() && formula.random.is_empty() {
        bail!("--agq integrates over a random effect, and the formula has none: leave it out");
    }
    Ok(())
}

fn of_mixed_model(model: &GeneralisedMixedModel, fit: &Fit) -> Result<FitResult> {
    let inference = model.inference()?;
    Ok(FitResult {
        formula: fit.formula.clone(),
        family: name(model.family),
        estimator: estimator(model.nodes),
        n_observations: model.n_observations,
        n_dropped: model.n_dropped,
        n_groups: model.n_groups.clone(),
        n_parameters: model.n_parameters,
        df: fit.df(),
        level: fit.tests.level,
        fixed: coefficient_tests(&inference, fit.tests.level),
        vcov: model.vcov.clone(),
        theta: model
            .theta
            .iter()
            .map(|theta| (theta.name.clone(), theta.value))
            .collect(),
        random: model.random.clone(),
        sigma: f64::NAN,
        size: model.size,
        log_likelihood: model.log_likelihood,
        aic: model.aic,
        bic: model.bic,
        singular: model.singular,
        converged: model.converged,
        evaluations: model.optimum.evaluations,
        gradient_norm: model.optimum.gradient_norm,
        emmeans: asked_means(&inference, fit)?,
        warnings: model.warnings.iter().map(ToString::to_string).collect(),
        sections: asked_modes(fit, || model.conditional_modes()),
        next_steps: None,
    })
}

fn of_linear_model(model: &GeneralisedLinearModel, fit: &Fit) -> Result<FitResult> {
    let inference = model.inference()?;
    Ok(FitResult {
        formula: fit.formula.clone(),
        family: name(model.family),
        estimator: "ML".to_owned(),
        n_observations: model.n_observations,
        n_dropped: model.n_dropped,
        n_groups: Vec::new(),
        n_parameters: model.n_parameters,
        df: fit.df(),
        level: fit.tests.level,
        fixed: coefficient_tests(&inference, fit.tests.level),
        vcov: model.vcov.clone(),
        theta: Vec::new(),
        random: Vec::new(),
        sigma: f64::NAN,
        size: model.size,
        log_likelihood: model.log_likelihood,
        aic: model.aic,
        bic: model.bic,
        singular: false,
        converged: model.converged,
        evaluations: model.optimum.evaluations,
        gradient_norm: model.optimum.gradient_norm,
        emmeans: asked_means(&inference, fit)?,
        warnings: model.warnings.iter().map(ToString::to_string).collect(),
        sections: Vec::new(),
        next_steps: None,
    })
}

fn of_ordinal_model(model: &OrdinalMixedModel, fit: &Fit) -> Result<FitResult> {
    let latent = model.latent_inference()?;
    Ok(FitResult {
        formula: fit.formula.clone(),
        family: "ordinal",
        estimator: if model.random.is_empty() {
            "ML".to_owned()
        } else {
            estimator(model.nodes)
        },
        n_observations: model.n_observations,
        n_dropped: model.n_dropped,
        n_groups: model.n_groups.clone(),
        n_parameters: model.n_parameters,
        df: fit.df(),
        level: fit.tests.level,
        fixed: model.tests(fit.tests.level)?,
        vcov: model.vcov.clone(),
        theta: model
            .theta
            .iter()
            .map(|theta| (theta.name.clone(), theta.value))
            .collect(),
        random: model.random.clone(),
        sigma: f64::NAN,
        size: None,
        log_likelihood: model.log_likelihood,
        aic: model.aic,
        bic: model.bic,
        singular: model.singular,
        converged: model.converged,
        evaluations: model.optimum.evaluations,
        gradient_norm: model.optimum.gradient_norm,
        emmeans: asked_means(&latent, fit)?,
        warnings: model.warnings.iter().map(ToString::to_string).collect(),
        sections: asked_modes(fit, || model.conditional_modes()),
        next_steps: None,
    })
}

fn name(family: Distribution) -> &'static str {
    match family {
        Distribution::Binomial => "binomial",
        Distribution::Poisson => "poisson",
        Distribution::NegativeBinomial => "negative-binomial",
    }
}

fn estimator(nodes: usize) -> String {
    match nodes {
        1 => "ML, Laplace".to_owned(),
        nodes => format!("ML, adaptive Gauss–Hermite with {nodes} nodes"),
    }
}
