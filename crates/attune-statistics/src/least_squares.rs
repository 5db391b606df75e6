//! Linear models by least squares, in the same formula language and with R's handling of columns that
//! repeat others.
//!
//! The columns are made orthonormal (Gram–Schmidt carried out twice, as exact as Householder), so no
//! cross-product ever squares the condition of the data. See `docs/methods/least-squares.md`.

use crate::formula::Formula;
use crate::inference::{DegreesOfFreedom, FixedPart, Inference};
use crate::linear_mixed_model::{FitError, Warning, are_representable};
use crate::matrix::{Matrix, add_scaled, back_substitute, dot, orthonormalise};
use crate::model_frame::{ModelFrame, model_frame, weighted_model_frame};
use crate::table::Table;

/// A linear model fitted by least squares.
#[derive(Debug, Clone)]
pub struct LeastSquares {
    /// The formula.
    pub formula: Formula,
    /// Rows used.
    pub n_observations: usize,
    /// Rows left out because something was missing.
    pub n_dropped: usize,
    /// The names of the coefficients, as R names them.
    pub terms: Vec<String>,
    /// The estimates.
    pub coefficients: Vec<f64>,
    /// Their covariance matrix.
    pub vcov: Matrix,
    /// Columns that repeat others and were left out.
    pub dropped_columns: Vec<String>,
    /// The residual standard deviation.
    pub sigma: f64,
    /// Rows minus coefficients.
    pub df_residual: f64,
    /// The share of the variance that the model explains; about zero when it has no intercept.
    pub r_squared: f64,
    /// The same, adjusted for the number of coefficients.
    pub adjusted_r_squared: f64,
    /// The log-likelihood at the maximum likelihood estimate of the variance.
    pub log_likelihood: f64,
    /// Akaike's criterion.
    pub aic: f64,
    /// The Bayesian criterion.
    pub bic: f64,
    /// The residuals of the rows used.
    pub residuals: Vec<f64>,
    /// The leverage of each row used.
    pub leverage: Vec<f64>,
    /// What a careful reader should know.
    pub warnings: Vec<Warning>,
    /// The rows that were used.
    pub frame: ModelFrame,
    /// `log|X'X|` with the weights.
    log_determinant: f64,
    kept: Vec<usize>,
    dropped: Vec<usize>,
    aliased: Vec<Vec<f64>>,
}

/// Fits a linear model by least squares.
///
/// # Errors
/// When formula and data do not go together, the formula has random effects, or no residual is left.
///
/// # Examples
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::least_squares::least_squares;
/// use attune_statistics::table::{Column, Table};
///
/// let table = Table::new()
///     .with("x", Column::Numbers(vec![1.0, 2.0, 3.0, 4.0]))?
///     .with("y", Column::Numbers(vec![1.0, 2.0, 2.0, 3.0]))?;
/// let model = least_squares(&Formula::parse("y ~ x")?, &table)?;
/// assert!((model.coefficients[1] - 0.6).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn least_squares(formula: &Formula, table: &Table) -> Result<LeastSquares, FitError> {
    if !formula.random.is_empty() {
        return Err(FitError::UnexpectedRandomEffects);
    }
    fit_frame(formula, model_frame(formula, table)?)
}

/// Fits a linear model by weighted least squares: the residual variance of a row is `sigma²` divided by its weight,
/// as in `lm(weights = )`.
///
/// Rows whose weight is zero or missing are left out and counted; zeros are told in a warning. Residuals are those of
/// the data, standardised residuals take the weights into account.
///
/// # Errors
/// As [`least_squares`], and when a weight is negative.
///
/// # Examples
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::least_squares::weighted_least_squares;
/// use attune_statistics::table::{Column, Table};
///
/// let table = Table::new()
///     .with("y", Column::Numbers(vec![1.0, 2.0, 4.0]))?
///     .with("n", Column::Numbers(vec![1.0, 1.0, 2.0]))?;
/// let model = weighted_least_squares(&Formula::parse("y ~ 1")?, &table, "n")?;
/// assert!((model.coefficients[0] - 2.75).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn weighted_least_squares(
    formula: &Formula,
    table: &Table,
    weights: &str,
) -> Result<LeastSquares, FitError> {
    if !formula.random.is_empty() {
        return Err(FitError::UnexpectedRandomEffects);
    }
    fit_frame(formula, weighted_model_frame(formula, table, weights)?)
}

/// Multiplies by the square roots of the weights where there are any.
fn weighted(mut values: Vec<f64>, roots: Option<&[f64]>) -> Vec<f64> {
    for (value, root) in values.iter_mut().zip(roots.unwrap_or_default()) {
        *value *= root;
    }
    values
}

pub(crate) fn fit_frame(formula: &Formula, frame: ModelFrame) -> Result<LeastSquares, FitError> {
    let roots = frame.roots_of_weights();
    let orthonormal = match &roots {
        None => orthonormalise(&frame.columns),
        Some(roots) => {
            let columns: Vec<Vec<f64>> = frame
                .columns
                .iter()
                .map(|column| weighted(column.clone(), Some(roots)))
                .collect();
            orthonormalise(&columns)
        }
    };
    let (n, p) = (frame.response.len(), orthonormal.kept.len());
    if n <= p {
        return Err(FitError::TooFewRows {
            n_rows: n,
            n_columns: p,
        });
    }
    let mut y = frame.response.clone();
    if let Some(offset) = &frame.offset {
        add_scaled(&mut y, -1.0, offset);
    }
    let y = weighted(y, roots.as_deref());
    let (projections, residuals) = projected(&y, &orthonormal.q);
    let residual_squares = dot(&residuals, &residuals);
    let total_squares = dot(&y, &y);
    if !total_squares.is_finite() {
        return Err(FitError::TooLarge {
            name: frame.response_name.clone(),
        });
    }
    if residual_squares <= 1e-26 * total_squares {
        return Err(FitError::NothingLeft {
            name: frame.response_name.clone(),
        });
    }
    let df_residual = (n - p) as f64;
    let variance = residual_squares / df_residual;
    let inverse = orthonormal.inverse_upper();
    let coefficients = back_substitute(&orthonormal.upper, &projections);
    let vcov = inverse.times(&inverse.transposed()).scaled(variance);
    if !are_representable(&coefficients, &vcov, &[variance]) {
        return Err(FitError::NotRepresentable {
            name: frame.response_name,
        });
    }
    let name = |&position: &usize| frame.design.column_names[position].clone();
    let dropped_columns: Vec<String> = orthonormal.dropped.iter().map(name).collect();
    let mut warnings = Vec::new();
    if !dropped_columns.is_empty() {
        warnings.push(Warning::dropped_columns(&dropped_columns));
    }
    warnings.extend(
        frame
            .one_level_factors
            .iter()
            .map(|name| Warning::one_level(name)),
    );
    if frame.n_zero_weights > 0 {
        warnings.push(Warning::zero_weights(frame.n_zero_weights));
    }
    let (n_rows, n_parameters) = (n as f64, p as f64 + 1.0);
    let log_likelihood = 0.5 * frame.sum_of_log_weights()
        - 0.5 * n_rows * (libm::log(2.0 * std::f64::consts::PI * residual_squares / n_rows) + 1.0);
    let (r_squared, adjusted_r_squared) =
        explained(&y, &frame, roots.as_deref(), residual_squares, df_residual);
    // Back to the scale of the data.
    let residuals = match &roots {
        None => residuals,
        Some(roots) => residuals
            .iter()
            .zip(roots)
            .map(|(r, root)| r / root)
            .collect(),
    };
    Ok(LeastSquares {
        formula: formula.clone(),
        n_observations: n,
        n_dropped: frame.n_dropped,
        terms: orthonormal.kept.iter().map(name).collect(),
        coefficients,
        vcov,
        dropped_columns,
        sigma: variance.sqrt(),
        df_residual,
        r_squared,
        adjusted_r_squared,
        log_likelihood,
        aic: 2.0 * n_parameters - 2.0 * log_likelihood,
        bic: libm::log(n_rows) * n_parameters - 2.0 * log_likelihood,
        leverage: (0..n)
            .map(|row| orthonormal.q.iter().map(|q| q[row] * q[row]).sum())
            .collect(),
        residuals,
        warnings,
        frame,
        log_determinant: 2.0
            * orthonormal
                .upper
                .diagonal()
                .into_iter()
                .map(libm::log)
                .sum::<f64>(),
        kept: orthonormal.kept,
        dropped: orthonormal.dropped,
        aliased: orthonormal.aliased,
    })
}

/// The model with the residual variance by maximum likelihood, restricted or not, and that likelihood.
pub(crate) fn fit_by_likelihood(
    formula: &Formula,
    frame: ModelFrame,
    restricted: bool,
) -> Result<(LeastSquares, f64), FitError> {
    let mut model = fit_frame(formula, frame)?;
    if restricted {
        let (df, variance) = (model.df_residual, model.sigma * model.sigma);
        let deviance = df * (1.0 + libm::log(2.0 * std::f64::consts::PI * variance))
            + model.log_determinant
            - model.frame.sum_of_log_weights();
        return Ok((model, -0.5 * deviance));
    }
    let share = model.df_residual / model.n_observations as f64;
    model.sigma *= share.sqrt();
    model.vcov = model.vcov.scaled(share);
    let log_likelihood = model.log_likelihood;
    Ok((model, log_likelihood))
}

/// The projections on the columns, and what remains; twice, so that the remainder is orthogonal to the last digit.
fn projected(y: &[f64], columns: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
    let mut projections = vec![0.0; columns.len()];
    let mut remainder = y.to_vec();
    for _pass in 0..2 {
        for (projection, column) in projections.iter_mut().zip(columns) {
            let part = dot(column, &remainder);
            *projection += part;
            add_scaled(&mut remainder, -part, column);
        }
    }
    (projections, remainder)
}

fn explained(
    y: &[f64],
    frame: &ModelFrame,
    roots: Option<&[f64]>,
    residual_squares: f64,
    df_residual: f64,
) -> (f64, f64) {
    let n = y.len() as f64;
    let ones = weighted(vec![1.0; y.len()], roots);
    let (centre, df_total) = if frame.design.intercept {
        (dot(y, &ones) / dot(&ones, &ones), n - 1.0)
    } else {
        (0.0, n)
    };
    let deviations: Vec<f64> = y
        .iter()
        .zip(&ones)
        .map(|(value, one)| value - centre * one)
        .collect();
    let total = dot(&deviations, &deviations);
    (
        1.0 - residual_squares / total,
        1.0 - (residual_squares / df_residual) / (total / df_total),
    )
}

impl LeastSquares {
    /// Makes the model ready for tests. With a residual variance only, Satterthwaite and Kenward–Roger are exact
    /// and the same: t tests with the residual degrees of freedom.
    #[must_use]
    pub fn inference(&self, method: DegreesOfFreedom) -> Inference<'_> {
        let fixed = FixedPart {
            frame: &self.frame,
            kept: &self.kept,
            dropped: &self.dropped,
            aliased: &self.aliased,
        };
        Inference::with_residual_df(
            method,
            &self.terms,
            &self.coefficients,
            self.vcov.clone(),
            self.sigma,
            self.df_residual,
            fixed,
        )
    }

    /// The columns of the design, their rows multiplied by the square roots of the weights where there are any.
    pub(crate) fn weighted_columns(&self) -> Vec<Vec<f64>> {
        let roots = self.frame.roots_of_weights();
        let columns = self.frame.columns.iter();
        columns
            .map(|column| weighted(column.clone(), roots.as_deref()))
            .collect()
    }

    /// The residuals, multiplied likewise.
    pub(crate) fn weighted_residuals(&self) -> Vec<f64> {
        let roots = self.frame.roots_of_weights();
        weighted(self.residuals.clone(), roots.as_deref())
    }

    /// Residuals divided by their estimated standard deviation, `sigma sqrt((1 - leverage) / weight)`, as R's `rstandard`.
    #[must_use]
    pub fn standardised_residuals(&self) -> Vec<f64> {
        self.weighted_residuals()
            .iter()
            .zip(&self.leverage)
            .map(|(residual, leverage)| residual / (self.sigma * (1.0 - leverage).max(0.0).sqrt()))
            .collect()
    }

    /// Cook's distance of each row used.
    #[must_use]
    pub fn cooks_distances(&self) -> Vec<f64> {
        let p = self.coefficients.len() as f64;
        self.standardised_residuals()
            .iter()
            .zip(&self.leverage)
            .map(|(residual, leverage)| residual * residual * leverage / (1.0 - leverage) / p)
            .collect()
    }
}
