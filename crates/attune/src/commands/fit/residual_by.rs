//! A residual standard deviation for each level of a column, `--residual-by NAME`.

use anyhow::{Result, bail};
use attune_analysis::words;
use attune_statistics::{
    formula::Formula,
    heteroscedastic_residuals::{
        HeteroscedasticModel, WeightedModel, fit_weighted_with_residuals_by, fit_with_residuals_by,
    },
    linear_mixed_model::{Estimator, VarianceComponent},
    table::Table,
};
use serde_json::json;

use super::{
    Df, Fit, diagnostics,
    modes::asked_modes,
    result::{self, FitResult, Section, number},
    type_three,
};
use crate::text_table::TextTable;

/// What to look for when rows are missing.
const OUTSIDE_THE_GROUPS: &str = "rows with an empty cell are left out; in a partially nested design, participants outside the groups \
     need a value in the grouping column, too: one of their own, or a common one such as `none`";

/// The model, and the standard deviations in a section.
pub fn fit(fit: &Fit, formula: &Formula, table: &Table, by: &str) -> Result<FitResult> {
    if let Some(option) = fit.questions.of_groups() {
        bail!("{option} is not offered together with --residual-by: leave one of the two out");
    }
    if fit.tests.df == Some(Df::KenwardRoger) {
        bail!(
            "Kenward–Roger is not defined for residual standard deviations by level: leave --df out for Satterthwaite, which counts them as estimated"
        );
    }
    let settings = fit.settings();
    let model = match &fit.model.weights {
        None => fit_with_residuals_by(formula, table, by, &settings)?,
        Some(weights) => fit_weighted_with_residuals_by(formula, table, weights, by, &settings)?,
    };
    let inference = model.inference(fit.df().into())?;
    let mut result = match &model.model {
        WeightedModel::Mixed(mixed) => result::mixed(mixed, &inference, fit)?,
        WeightedModel::Fixed(fixed) => result::without_groups(fixed, &inference, fit)?,
    };
    result.estimator = estimator(&model, &result.estimator);
    result.log_likelihood = model.log_likelihood;
    (result.aic, result.bic) = (model.aic, model.bic);
    result.n_parameters = model.n_parameters;
    result.converged = model.converged;
    result.warnings = model.warnings.iter().map(ToString::to_string).collect();
    if result.n_dropped > 0 {
        result.warnings.push(OUTSIDE_THE_GROUPS.to_owned());
    }
    result
        .random
        .retain(|component| component.group != "Residual");
    result.random.extend(residual_rows(&model));
    result.sections.push(section(&model));
    if fit.questions.type_three {
        result.sections.push(type_three::section(&inference));
    }
    match &model.model {
        WeightedModel::Mixed(mixed) => {
            result
                .sections
                .extend(asked_modes(fit, || mixed.conditional_modes()));
            if fit.questions.diagnostics {
                result.sections.push(diagnostics::of_mixed_model(mixed));
            }
        }
        WeightedModel::Fixed(fixed) if fit.questions.diagnostics => {
            result.sections.push(diagnostics::of_least_squares(fixed));
        }
        WeightedModel::Fixed(_) => {}
    }
    Ok(result)
}

fn estimator(model: &HeteroscedasticModel, of_inner: &str) -> String {
    match (&model.model, model.estimator) {
        (WeightedModel::Mixed(_), _) => of_inner.to_owned(),
        (WeightedModel::Fixed(_), Estimator::Reml) => "generalised least squares, REML".to_owned(),
        (WeightedModel::Fixed(_), Estimator::MaximumLikelihood) => {
            "generalised least squares, ML".to_owned()
        }
    }
}

/// The residual of each level as a row of the random effects.
fn residual_rows(model: &HeteroscedasticModel) -> impl Iterator<Item = VarianceComponent> {
    model.strata.iter().map(|stratum| VarianceComponent {
        group: "Residual".to_owned(),
        term: format!("{} {}", model.by, stratum.level),
        with: None,
        value: stratum.standard_deviation * stratum.standard_deviation,
        standardised: stratum.standard_deviation,
    })
}

fn section(model: &HeteroscedasticModel) -> Section {
    let test = model.test_of_equal_residuals();
    let mut table = TextTable::new(&[model.by.as_str(), "rows", "residual SD", "ratio"]);
    for stratum in &model.strata {
        table.row([
            stratum.level.clone(),
            words::count(stratum.n_rows),
            words::fixed(
                stratum.standard_deviation,
                words::decimals_of(stratum.standard_deviation, 5),
            ),
            words::fixed(stratum.ratio, 3),
        ]);
    }
    let levels: Vec<_> = model
        .strata
        .iter()
        .map(|stratum| {
            json!({
                "level": stratum.level,
                "n_rows": stratum.n_rows,
                "sd": number(stratum.standard_deviation),
                "ratio": number(stratum.ratio),
            })
        })
        .collect();
    Section {
        key: "residual_by",
        json: json!({
            "by": model.by,
            "levels": levels,
            "equal_residuals": {
                "statistic": number(test.statistic),
                "df": number(test.df),
                "p": number(test.p),
                "log_likelihood": number(test.log_likelihood_smaller),
            },
        }),
        text: format!(
            "Residual standard deviation by {}\n{}Are they equal? Likelihood ratio χ² = {} with {} df, {}\n",
            model.by,
            table.text(),
            words::fixed(test.statistic, 3),
            words::fixed(test.df, 0),
            words::p_value(test.p),
        ),
    }
}
