//! What a fit is told by: one value for both kinds of model, made once, printed as a table or as
//! the JSON document of `docs/formats/fit.md`.

use anyhow::Result;
use attune_statistics::{
    inference::{CoefficientTest, Inference, coefficient_tests},
    least_squares::LeastSquares,
    linear_mixed_model::{Estimator, LinearMixedModel, VarianceComponent},
    matrix::Matrix,
    table::Table,
};
use serde_json::{Map, Value, json};

use super::{
    Fit, bootstrap::asked_bootstrap, clusters, emmeans, emmeans::Emmeans, modes::asked_modes,
    next_steps, questions,
};

/// A fitted model and what was asked of it.
pub struct FitResult {
    pub formula: String,
    pub family: &'static str,
    pub estimator: String,
    pub n_observations: usize,
    pub n_dropped: usize,
    pub n_groups: Vec<(String, usize)>,
    pub n_parameters: usize,
    pub df: super::Df,
    pub level: f64,
    pub fixed: Vec<CoefficientTest>,
    pub vcov: Matrix,
    pub theta: Vec<(String, f64)>,
    pub random: Vec<VarianceComponent>,
    /// The residual standard deviation; NaN for a family that has none.
    pub sigma: f64,
    /// The size of a negative binomial.
    pub size: Option<f64>,
    pub log_likelihood: f64,
    pub aic: f64,
    pub bic: f64,
    pub singular: bool,
    pub converged: bool,
    pub evaluations: usize,
    pub gradient_norm: f64,
    pub emmeans: Option<Emmeans>,
    pub warnings: Vec<String>,
    /// What further options asked for, in the order in which it is printed.
    pub sections: Vec<Section>,
    /// What to do about the warnings, printed after them.
    pub next_steps: Option<Section>,
}

/// What an option with a file of its own adds to the output.
pub struct Section {
    /// Name in the JSON document.
    pub key: &'static str,
    /// What stands under that name.
    pub json: Value,
    /// What is printed, with its heading.
    pub text: String,
}

/// The result of a mixed model.
pub fn of_mixed_model(model: &LinearMixedModel, table: &Table, fit: &Fit) -> Result<FitResult> {
    let robust = clusters::of_mixed_model(fit, table, model)?;
    let inference = match &robust {
        Some(robust) => robust.inference.clone(),
        None => model.inference(fit.df().into())?,
    };
    let mut result = mixed(model, &inference, fit)?;
    if let Some(robust) = &robust {
        clusters::tell(&mut result, robust);
    }
    let answers = questions::of_mixed_model(fit, table, model, &inference)?;
    result.sections.extend(answers);
    result.next_steps = next_steps::section(fit, model);
    result
        .sections
        .extend(asked_modes(fit, || model.conditional_modes()));
    if let Some((section, doubts)) = asked_bootstrap(fit, model)? {
        result.sections.push(section);
        result.warnings.extend(doubts);
    }
    Ok(result)
}

/// The table of a mixed model, without sections.
pub fn mixed(model: &LinearMixedModel, inference: &Inference<'_>, fit: &Fit) -> Result<FitResult> {
    Ok(FitResult {
        formula: fit.formula.clone(),
        family: "gaussian",
        estimator: match model.estimator {
            Estimator::Reml => "REML".to_owned(),
            Estimator::MaximumLikelihood => "ML".to_owned(),
        },
        n_observations: model.n_observations,
        n_dropped: model.n_dropped,
        n_groups: model.n_groups.clone(),
        n_parameters: model.n_parameters,
        df: fit.df(),
        level: fit.tests.level,
        fixed: coefficient_tests(inference, fit.tests.level),
        vcov: model.vcov.clone(),
        theta: model
            .theta
            .iter()
            .map(|theta| (theta.name.clone(), theta.value))
            .collect(),
        random: model.random.clone(),
        sigma: model.sigma,
        size: None,
        log_likelihood: model.log_likelihood,
        aic: model.aic,
        bic: model.bic,
        singular: model.singular,
        converged: model.converged,
        evaluations: model.optimum.evaluations,
        gradient_norm: model.optimum.gradient_norm,
        emmeans: asked_means(inference, fit)?,
        warnings: model.warnings.iter().map(ToString::to_string).collect(),
        sections: Vec::new(),
        next_steps: None,
    })
}

/// The result of least squares.
pub fn of_least_squares(model: &LeastSquares, table: &Table, fit: &Fit) -> Result<FitResult> {
    let robust = clusters::of_least_squares(fit, table, model)?;
    let inference = match &robust {
        Some(robust) => robust.inference.clone(),
        None => model.inference(fit.df().into()),
    };
    let mut result = without_groups(model, &inference, fit)?;
    if let Some(robust) = &robust {
        clusters::tell(&mut result, robust);
    }
    if let Some((section, warnings)) = clusters::wild_bootstrap(fit, table, model)? {
        result.sections.push(section);
        result.warnings.extend(warnings);
    }
    let answers = questions::of_least_squares(fit, model, &inference)?;
    result.sections.extend(answers);
    Ok(result)
}

/// The table of a model without random effects, without sections.
pub fn without_groups(
    model: &LeastSquares,
    inference: &Inference<'_>,
    fit: &Fit,
) -> Result<FitResult> {
    Ok(FitResult {
        formula: fit.formula.clone(),
        family: "gaussian",
        estimator: "least squares".to_owned(),
        n_observations: model.n_observations,
        n_dropped: model.n_dropped,
        n_groups: Vec::new(),
        n_parameters: model.coefficients.len() + 1,
        df: fit.df(),
        level: fit.tests.level,
        fixed: coefficient_tests(inference, fit.tests.level),
        vcov: model.vcov.clone(),
        theta: Vec::new(),
        random: Vec::new(),
        sigma: model.sigma,
        size: None,
        log_likelihood: model.log_likelihood,
        aic: model.aic,
        bic: model.bic,
        singular: false,
        converged: true,
        evaluations: 0,
        gradient_norm: 0.0,
        emmeans: asked_means(inference, fit)?,
        warnings: model.warnings.iter().map(ToString::to_string).collect(),
        sections: Vec::new(),
        next_steps: None,
    })
}

pub fn asked_means(inference: &Inference<'_>, fit: &Fit) -> Result<Option<Emmeans>> {
    emmeans::run(inference, &fit.means, fit.tests.level)
}

impl FitResult {
    /// The JSON document. What is not defined is `null`, infinities are `"Inf"` and `"-Inf"`.
    pub fn json(&self) -> Value {
        let mut document = json!({
            "formula": self.formula,
            "family": self.family,
            "estimator": self.estimator,
            "n_observations": self.n_observations,
            "n_dropped": self.n_dropped,
            "n_groups": object(self.n_groups.iter().map(|(name, n)| (name, json!(n)))),
            "n_parameters": self.n_parameters,
            "fixed": self.fixed.iter().map(test).collect::<Vec<_>>(),
            "vcov": {
                "terms": self.fixed.iter().map(|test| &test.term).collect::<Vec<_>>(),
                "values": rows(&self.vcov),
            },
            "theta": object(self.theta.iter().map(|(name, value)| (name, number(*value)))),
            "random": self.random.iter().map(component).collect::<Vec<_>>(),
            "sigma": number(self.sigma),
            "log_likelihood": number(self.log_likelihood),
            "aic": number(self.aic),
            "bic": number(self.bic),
            "singular": self.singular,
            "converged": self.converged,
            "optimiser": { "evaluations": self.evaluations, "gradient_norm": number(self.gradient_norm) },
        });
        if let Some(size) = self.size {
            document["size"] = number(size);
        }
        if let Some(emmeans) = &self.emmeans {
            emmeans.add_to(&mut document);
        }
        for section in self.sections.iter().chain(&self.next_steps) {
            document[section.key] = section.json.clone();
        }
        document["warnings"] = json!(self.warnings);
        document
    }
}

/// One test as JSON.
pub fn test(test: &CoefficientTest) -> Value {
    json!({
        "term": test.term,
        "estimate": number(test.estimate),
        "se": number(test.se),
        "df": number(test.df),
        "statistic": number(test.statistic),
        "p": number(test.p),
        "ci_lower": number(test.ci_lower),
        "ci_upper": number(test.ci_upper),
    })
}

fn component(component: &VarianceComponent) -> Value {
    let (value, root) = (number(component.value), number(component.standardised));
    match &component.with {
        Some(with) => json!({
            "group": component.group, "term": component.term, "with": with,
            "covariance": value, "correlation": root,
        }),
        None => {
            json!({ "group": component.group, "term": component.term, "variance": value, "sd": root })
        }
    }
}

pub fn rows(matrix: &Matrix) -> Vec<Vec<Value>> {
    (0..matrix.n_rows())
        .map(|i| matrix.row(i).iter().copied().map(number).collect())
        .collect()
}

pub fn object<'a>(entries: impl Iterator<Item = (&'a String, Value)>) -> Value {
    Value::Object(
        entries
            .map(|(name, value)| (name.clone(), value))
            .collect::<Map<_, _>>(),
    )
}

/// A number; JSON knows no infinity and nothing undefined.
pub fn number(value: f64) -> Value {
    if value.is_finite() {
        json!(value)
    } else if value.is_nan() {
        Value::Null
    } else {
        json!(if value > 0.0 { "Inf" } else { "-Inf" })
    }
}
