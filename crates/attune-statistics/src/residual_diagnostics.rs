//! Residuals of a model, ready to be looked at: marginal, conditional, standardised; whether they look normal and
//! equally spread, and which rows stand out.
//!
//! The marginal residual is the response minus the fixed part, the conditional one also minus the random effects
//! (Nobre & Singer 2007, Biometrical Journal 49). The checks are to be read beside a plot. See
//! `docs/methods/residual-checks.md`.

use crate::least_squares::LeastSquares;
use crate::linear_mixed_model::LinearMixedModel;
use crate::normality::{Check, shapiro_wilk, spread_against_fitted};

/// A standardised residual beyond this is listed.
pub const OUTLYING: f64 = 3.0;

/// The residuals of the rows used, and what they look like.
#[derive(Debug, Clone, PartialEq)]
pub struct ResidualDiagnostics {
    /// The positions in the table of the rows used.
    pub rows: Vec<usize>,
    /// What the model expects of each row, random effects included.
    pub fitted: Vec<f64>,
    /// Response minus fixed part.
    pub marginal: Vec<f64>,
    /// Response minus what the model expects.
    pub conditional: Vec<f64>,
    /// The conditional residual in units of its standard deviation.
    pub standardised: Vec<f64>,
    /// Shapiro–Wilk of the standardised residuals; `None` with fewer than 3 or more than 5,000.
    pub normality: Option<Check>,
    /// Whether the spread depends on the fitted values (studentised Breusch–Pagan); `None` where they do not vary.
    pub spread: Option<Check>,
    /// Shapiro–Wilk of the conditional modes of each random effect, by grouping factor and effect.
    pub modes: Vec<(String, String, Check)>,
    /// The places, among the rows used, of standardised residuals beyond [`OUTLYING`], the largest first.
    pub outlying: Vec<usize>,
}

/// The residuals of a mixed model.
///
/// # Examples
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::linear_mixed_model::{FitSettings, fit};
/// use attune_statistics::residual_diagnostics::mixed_model_residuals;
/// use attune_statistics::table::{Column, Factor, Table};
///
/// let dyads = Factor::from_numbers(&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]);
/// let table = Table::new()
///     .with("dyad", Column::Factor(dyads))?
///     .with("score", Column::Numbers(vec![98.0, 95.0, 110.0, 104.0, 89.0, 88.0, 103.0, 97.0]))?;
/// let model = fit(&Formula::parse("score ~ 1 + (1 | dyad)")?, &table, &FitSettings::default())?;
/// let residuals = mixed_model_residuals(&model);
/// assert!(residuals.outlying.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn mixed_model_residuals(model: &LinearMixedModel) -> ResidualDiagnostics {
    let mut diagnostics = described(
        model.used_rows(),
        model.fitted(),
        model.residuals(),
        model.standardised_residuals(),
    );
    diagnostics.marginal = model.marginal_residuals();
    for modes in model.conditional_modes() {
        for (column, name) in modes.columns.iter().enumerate() {
            if let Ok(check) = shapiro_wilk(&modes.values.column(column)) {
                diagnostics
                    .modes
                    .push((modes.group.clone(), name.clone(), check));
            }
        }
    }
    diagnostics
}

/// The residuals of least squares; marginal and conditional ones are the same.
#[must_use]
pub fn least_squares_residuals(model: &LeastSquares) -> ResidualDiagnostics {
    let fitted = model
        .frame
        .response
        .iter()
        .zip(&model.residuals)
        .map(|(y, residual)| y - residual)
        .collect();
    described(
        &model.frame.used_rows,
        fitted,
        model.residuals.clone(),
        model.standardised_residuals(),
    )
}

fn described(
    rows: &[usize],
    fitted: Vec<f64>,
    residuals: Vec<f64>,
    standardised: Vec<f64>,
) -> ResidualDiagnostics {
    let mut outlying: Vec<usize> = (0..standardised.len())
        .filter(|&place| standardised[place].abs() > OUTLYING)
        .collect();
    outlying.sort_by(|&a, &b| standardised[b].abs().total_cmp(&standardised[a].abs()));
    ResidualDiagnostics {
        rows: rows.to_vec(),
        normality: shapiro_wilk(&standardised).ok(),
        spread: spread_against_fitted(&standardised, &fitted).ok(),
        marginal: residuals.clone(),
        conditional: residuals,
        modes: Vec::new(),
        fitted,
        standardised,
        outlying,
    }
}
