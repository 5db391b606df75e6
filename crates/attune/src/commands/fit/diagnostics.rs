//! Residuals: their spread and distribution, and the rows that stand out, `--diagnostics`.

use attune_analysis::words;
use attune_statistics::{
    least_squares::LeastSquares,
    linear_mixed_model::LinearMixedModel,
    normality::Check,
    residual_diagnostics::{
        OUTLYING, ResidualDiagnostics, least_squares_residuals, mixed_model_residuals,
    },
};
use serde_json::{Value, json};

use super::result::{Section, number};
use crate::text_table::TextTable;

/// How many rows are printed; the JSON document has all.
const PRINTED: usize = 20;

/// The residuals of a mixed model.
pub fn of_mixed_model(model: &LinearMixedModel) -> Section {
    section(&mixed_model_residuals(model), &model.frame.response)
}

/// The residuals of least squares.
pub fn of_least_squares(model: &LeastSquares) -> Section {
    section(&least_squares_residuals(model), &model.frame.response)
}

fn section(residuals: &ResidualDiagnostics, response: &[f64]) -> Section {
    Section {
        key: "diagnostics",
        json: json_of(residuals, response),
        text: text(residuals, response),
    }
}

fn text(residuals: &ResidualDiagnostics, response: &[f64]) -> String {
    let mut text = "Residuals\n".to_owned();
    text += &check(
        "normal distribution of the residuals (Shapiro–Wilk W)",
        residuals.normality,
    );
    text += &check(
        "spread against fitted values (Breusch–Pagan χ²)",
        residuals.spread,
    );
    for (group, effect, modes) in &residuals.modes {
        text += &check(
            &format!("normal distribution of the modes of {effect} by {group} (Shapiro–Wilk W)"),
            Some(*modes),
        );
    }
    text += "Rows of one group are alike, so these p values are rough; look at a plot, too.\n";
    if residuals.outlying.is_empty() {
        return text
            + &format!(
                "No row lies further than {OUTLYING} residual standard deviations from what the model expects.\n"
            );
    }
    let mut table = TextTable::new(&[
        "row",
        "observed",
        "expected",
        "marginal residual",
        "residual",
        "standardised",
    ]);
    for &place in residuals.outlying.iter().take(PRINTED) {
        table.row([
            // Counted from the first row below the heading.
            (residuals.rows[place] + 1).to_string(),
            words::short(response[place], 4),
            words::fixed(residuals.fitted[place], 2),
            words::fixed(residuals.marginal[place], 2),
            words::fixed(residuals.conditional[place], 2),
            words::fixed(residuals.standardised[place], 2),
        ]);
    }
    text + &format!(
        "{} further than {OUTLYING} residual standard deviations from what the model expects (rows counted below the heading)\n{}",
        words::count_of(residuals.outlying.len(), "row lies", "rows lie"),
        table.text()
    )
}

fn check(what: &str, check: Option<Check>) -> String {
    match check {
        Some(check) => format!(
            "{what}: {}, {}\n",
            words::fixed(check.statistic, 3),
            words::p_value(check.p)
        ),
        None => format!("{what}: not computed for so many, or so few, rows\n"),
    }
}

fn json_of(residuals: &ResidualDiagnostics, response: &[f64]) -> Value {
    let check = |check: Option<Check>| {
        check.map(|check| json!({ "statistic": number(check.statistic), "p": number(check.p) }))
    };
    let list = |values: &[f64]| -> Value { values.iter().copied().map(number).collect() };
    json!({
        "shapiro_wilk": check(residuals.normality),
        "spread_against_fitted": check(residuals.spread),
        "modes": residuals.modes.iter().map(|(group, effect, modes)| json!({
            "group": group, "term": effect, "shapiro_wilk": check(Some(*modes)),
        })).collect::<Vec<_>>(),
        "outlying": residuals.outlying.iter().map(|&place| residuals.rows[place] + 1).collect::<Vec<_>>(),
        "rows": residuals.rows.iter().map(|row| row + 1).collect::<Vec<_>>(),
        "response": list(response),
        "fitted": list(&residuals.fitted),
        "marginal": list(&residuals.marginal),
        "conditional": list(&residuals.conditional),
        "standardised": list(&residuals.standardised),
    })
}
