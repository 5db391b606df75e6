//! Did a series change when something was introduced? Segmented regression of an
//! interrupted time series.
//!
//! Level and slope before, change of level and of slope, with errors that allow for
//! neighbours in time being alike: Newey and West's, or a first-order autoregression.
//! Without a comparison series nothing here can tell the introduction from anything
//! else that happened then.

mod autoregressive;
mod newey_west;

use crate::data_problem::{DataProblem, require, require_level, require_same_length};
use crate::descriptives::sum;
use crate::distributions::{student_t_quantile, student_t_two_sided_p};
use crate::matrix::{Cholesky, Matrix};

/// A series and when the change came in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InterruptedSeries<'a> {
    /// Times in ascending order, in any unit.
    pub times: &'a [f64],
    /// One value per time.
    pub values: &'a [f64],
    /// The first time that counts as after.
    pub starts_at: f64,
}

/// How errors at neighbouring times are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeriesErrors {
    /// As independent.
    Independent,
    /// Least squares with Newey and West's covariance; the lag, or ⌊4 (n/100)^(2/9)⌋.
    NeweyWest(Option<usize>),
    /// Generalised least squares with a first-order autoregression, by restricted maximum
    /// likelihood; needs equal steps in time.
    Autoregressive,
}

/// Segmented regression of a series.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct SegmentedFit {
    /// Points before.
    pub n_before: usize,
    /// Points after.
    pub n_after: usize,
    /// Level that the series before leads to at the introduction.
    pub level: SegmentedTerm,
    /// Slope before, per unit of time.
    pub slope: SegmentedTerm,
    /// Jump of the level at the introduction.
    pub level_change: SegmentedTerm,
    /// Slope after minus slope before.
    pub slope_change: SegmentedTerm,
    /// Residual SD.
    pub sigma: f64,
    /// Residual degrees of freedom.
    pub df: f64,
    /// Fitted values.
    pub fitted: Vec<f64>,
    /// What the series before would have led to, at every time.
    pub counterfactual: Vec<f64>,
    /// Correlation of neighbouring residuals: estimated by the model, or from the residuals.
    pub autocorrelation: f64,
    /// Durbin and Watson's statistic of the plain residuals; 2 without autocorrelation.
    pub durbin_watson: f64,
    /// Lag of Newey and West's covariance, where used.
    pub lag: Option<usize>,
    /// What to keep in mind.
    pub warnings: Vec<String>,
    #[serde(skip)]
    covariance: Matrix,
    #[serde(skip)]
    confidence: f64,
}

/// A coefficient with its test.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct SegmentedTerm {
    /// Estimate.
    pub estimate: f64,
    /// Standard error.
    pub se: f64,
    /// estimate / se.
    pub t: f64,
    /// Two-sided p value.
    pub p: f64,
    /// Lower limit.
    pub ci_lower: f64,
    /// Upper limit.
    pub ci_upper: f64,
}

/// Fits level, slope and their changes.
///
/// y = β₀ + β₁ (t − t₀) + β₂ D + β₃ D (t − t₀), with D = 1 from `starts_at` = t₀ on.
///
/// # Errors
///
/// When times and values differ in number, times do not ascend, there are fewer than
/// three points before or after, or (for the autoregression) steps in time are unequal.
///
/// # Examples
///
/// ```
/// use attune_statistics::interrupted_series::*;
/// let times: Vec<f64> = (0..12).map(f64::from).collect();
/// let values = [5.0, 5.4, 4.9, 5.1, 5.2, 4.8, 7.1, 7.4, 6.9, 7.2, 7.3, 6.8];
/// let series = InterruptedSeries { times: &times, values: &values, starts_at: 6.0 };
/// let fit = segmented_regression(&series, SeriesErrors::NeweyWest(None), 0.95).unwrap();
/// assert!(fit.level_change.estimate > 1.5);
/// ```
pub fn segmented_regression(
    series: &InterruptedSeries<'_>,
    errors: SeriesErrors,
    level: f64,
) -> Result<SegmentedFit, DataProblem> {
    check(series, level)?;
    let design = Design::of(series);
    let plain = design.least_squares(series.values).ok_or(TIMES_TOO_CLOSE)?;
    let (solution, lag, autocorrelation) = match errors {
        SeriesErrors::Independent => {
            let correlation = lag_one_correlation(&plain.residuals);
            (plain.clone(), None, correlation)
        }
        SeriesErrors::NeweyWest(lag) => {
            let lag = lag.unwrap_or_else(|| newey_west::usual_lag(series.values.len()));
            let covariance = newey_west::covariance(&design, &plain, lag);
            let correlation = lag_one_correlation(&plain.residuals);
            (
                Solution {
                    covariance,
                    ..plain.clone()
                },
                Some(lag),
                correlation,
            )
        }
        SeriesErrors::Autoregressive => {
            check_equal_steps(series.times)?;
            let fitted = autoregressive::fit(&design, series.values);
            let (solution, correlation) = fitted.ok_or(TIMES_TOO_CLOSE)?;
            (solution, None, correlation)
        }
    };
    let durbin_watson = durbin_watson(&plain.residuals);
    let warnings = doubts(series, errors, &solution);
    Ok(design.report(
        series,
        &solution,
        Extras {
            lag,
            autocorrelation,
            durbin_watson,
            warnings,
            level,
        },
    ))
}

impl SegmentedFit {
    /// How far the series lies above what the time before would have led to, at a time
    /// `after` the introduction (in the unit of time): change of level plus `after` times the
    /// change of slope.
    pub fn effect_after(&self, after: f64) -> SegmentedTerm {
        let variance = self.covariance[(2, 2)]
            + 2.0 * after * self.covariance[(2, 3)]
            + after * after * self.covariance[(3, 3)];
        let estimate = self.level_change.estimate + after * self.slope_change.estimate;
        term(estimate, variance.sqrt(), self.df, self.confidence)
    }
}

/// What the report carries besides the solution.
struct Extras {
    lag: Option<usize>,
    autocorrelation: f64,
    durbin_watson: f64,
    warnings: Vec<String>,
    level: f64,
}

/// The four columns, in units of time scaled to the length of the series.
struct Design {
    rows: Vec<[f64; 4]>,
    span: f64,
}

/// Coefficients of the scaled design with their covariance.
#[derive(Debug, Clone)]
struct Solution {
    beta: Vec<f64>,
    covariance: Matrix,
    inverse: Matrix,
    residuals: Vec<f64>,
    sigma: f64,
}

impl Design {
    fn of(series: &InterruptedSeries<'_>) -> Self {
        let last = series.times[series.times.len() - 1];
        let span = last - series.times[0];
        let row = |time: &f64| {
            let since = (time - series.starts_at) / span;
            let after = f64::from(u8::from(*time >= series.starts_at));
            [1.0, since, after, after * since]
        };
        Design {
            rows: series.times.iter().map(row).collect(),
            span,
        }
    }

    fn df(&self) -> f64 {
        self.rows.len() as f64 - 4.0
    }

    fn least_squares(&self, values: &[f64]) -> Option<Solution> {
        solve(&self.rows, values, self.df())
    }

    fn report(
        &self,
        series: &InterruptedSeries<'_>,
        solution: &Solution,
        extras: Extras,
    ) -> SegmentedFit {
        // Slopes are per span inside, per unit of time outside.
        let unit = [1.0, 1.0 / self.span, 1.0, 1.0 / self.span];
        let covariance =
            Matrix::from_function(4, 4, |i, j| solution.covariance[(i, j)] * unit[i] * unit[j]);
        let coefficient = |place: usize| {
            let estimate = solution.beta[place] * unit[place];
            term(
                estimate,
                covariance[(place, place)].sqrt(),
                self.df(),
                extras.level,
            )
        };
        let at = |row: &[f64; 4], n: usize| (0..n).map(|i| row[i] * solution.beta[i]).sum::<f64>();
        let n_before = series
            .times
            .iter()
            .filter(|time| **time < series.starts_at)
            .count();
        SegmentedFit {
            n_before,
            n_after: series.times.len() - n_before,
            level: coefficient(0),
            slope: coefficient(1),
            level_change: coefficient(2),
            slope_change: coefficient(3),
            sigma: solution.sigma,
            df: self.df(),
            fitted: self.rows.iter().map(|row| at(row, 4)).collect(),
            counterfactual: self.rows.iter().map(|row| at(row, 2)).collect(),
            autocorrelation: extras.autocorrelation,
            durbin_watson: extras.durbin_watson,
            lag: extras.lag,
            warnings: extras.warnings,
            covariance,
            confidence: extras.level,
        }
    }
}

/// What three points on each side leave as the only way to be singular.
const TIMES_TOO_CLOSE: DataProblem = DataProblem::NoVariation {
    what: "the times on one side, at this precision,",
};

/// Least squares of four columns by their cross-products; the columns are of like size.
fn solve(rows: &[[f64; 4]], values: &[f64], df: f64) -> Option<Solution> {
    let products = Matrix::from_function(4, 4, |i, j| sum(rows.iter().map(|row| row[i] * row[j])));
    let right: Vec<f64> = (0..4)
        .map(|i| sum(rows.iter().zip(values).map(|(row, y)| row[i] * y)))
        .collect();
    let factor = Cholesky::new(&products)?;
    let (beta, inverse) = (factor.solve(&right), factor.inverse());
    let fitted = |row: &[f64; 4]| row.iter().zip(&beta).map(|(x, b)| x * b).sum::<f64>();
    let residuals: Vec<f64> = rows
        .iter()
        .zip(values)
        .map(|(row, y)| y - fitted(row))
        .collect();
    let variance = sum(residuals.iter().map(|e| e * e)) / df;
    let covariance = inverse.scaled(variance);
    Some(Solution {
        beta,
        covariance,
        inverse,
        residuals,
        sigma: variance.sqrt(),
    })
}

fn term(estimate: f64, se: f64, df: f64, level: f64) -> SegmentedTerm {
    let t = estimate / se;
    let reach = student_t_quantile(0.5 + level / 2.0, df) * se;
    let p = student_t_two_sided_p(t, df);
    SegmentedTerm {
        estimate,
        se,
        t,
        p,
        ci_lower: estimate - reach,
        ci_upper: estimate + reach,
    }
}

fn check(series: &InterruptedSeries<'_>, level: f64) -> Result<(), DataProblem> {
    require_level(level)?;
    require_same_length(
        ("the times", series.times.len()),
        ("the values", series.values.len()),
    )?;
    require("the times", series.times, 6)?;
    require("the values", series.values, 6)?;
    if let Some(pair) = series.times.windows(2).find(|pair| pair[1] <= pair[0]) {
        let allowed = "later than the time before it";
        return Err(DataProblem::OutOfRange {
            what: "a time",
            value: pair[1],
            allowed,
        });
    }
    let n_before = series
        .times
        .iter()
        .filter(|time| **time < series.starts_at)
        .count();
    let found = n_before.min(series.times.len() - n_before);
    if found < 3 {
        return Err(DataProblem::TooFew {
            what: "a side of the introduction",
            needed: 3,
            found,
        });
    }
    Ok(())
}

fn check_equal_steps(times: &[f64]) -> Result<(), DataProblem> {
    let step = times[1] - times[0];
    match times
        .windows(2)
        .find(|pair| ((pair[1] - pair[0]) / step - 1.0).abs() > 1e-6)
    {
        Some(pair) => {
            let allowed = "the same as the others for an autoregression; use Newey-West errors";
            let value = pair[1] - pair[0];
            Err(DataProblem::OutOfRange {
                what: "a step in time",
                value,
                allowed,
            })
        }
        None => Ok(()),
    }
}

fn lag_one_correlation(residuals: &[f64]) -> f64 {
    let square = sum(residuals.iter().map(|e| e * e));
    sum(residuals.windows(2).map(|pair| pair[0] * pair[1])) / square
}

fn durbin_watson(residuals: &[f64]) -> f64 {
    let square = sum(residuals.iter().map(|e| e * e));
    sum(residuals.windows(2).map(|pair| (pair[1] - pair[0]).powi(2))) / square
}

fn doubts(
    series: &InterruptedSeries<'_>,
    errors: SeriesErrors,
    solution: &Solution,
) -> Vec<String> {
    let mut warnings = Vec::new();
    let n_before = series
        .times
        .iter()
        .filter(|time| **time < series.starts_at)
        .count();
    let fewest = n_before.min(series.times.len() - n_before);
    if fewest < 8 {
        warnings.push(format!(
            "only {fewest} points on one side: slopes there are uncertain, and autocorrelation cannot be told from trend"
        ));
    }
    let correlation = lag_one_correlation(&solution.residuals);
    if errors == SeriesErrors::Independent
        && correlation.abs() > 2.0 / (series.values.len() as f64).sqrt()
    {
        warnings.push(format!(
            "neighbouring residuals correlate {correlation:.2}: use Newey-West or autoregressive errors"
        ));
    }
    warnings
}
