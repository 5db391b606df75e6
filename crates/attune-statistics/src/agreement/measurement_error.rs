//! Standard error of measurement and minimal detectable change, from the mean squares.

use super::intraclass::{MeanSquares, squares_additive};
use super::ratings::Ratings;
use crate::data_problem::DataProblem;
use crate::distributions::normal_quantile;
use crate::resampling::additive::Additive;

/// Whether differences between coders' means count as error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Yes: a unit may be rated by any coder.
    Agreement,
    /// No: the same coder rates both times, or coders' means are removed.
    Consistency,
}

/// Error of one rating, in the unit of the score.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct MeasurementError {
    /// √ of the error variance.
    pub standard_error_of_measurement: f64,
    /// z √2 times that: a smaller change of one unit may be error.
    pub minimal_detectable_change: f64,
}

/// Standard error of measurement and minimal detectable change (de Vet and others 2006).
///
/// Agreement: √(σ²_coders + σ²_residual) with σ²_coders = max(0, (MS_coders −
/// MS_residual)/n); consistency: √MS_residual. The change: z(level) √2 SEM.
pub fn measurement_error(squares: &MeanSquares, kind: ErrorKind, level: f64) -> MeasurementError {
    let error = error_of(squares, kind);
    let z = normal_quantile(0.5 + level / 2.0);
    MeasurementError {
        standard_error_of_measurement: error,
        minimal_detectable_change: z * std::f64::consts::SQRT_2 * error,
    }
}

/// The standard error of measurement as sums over units, for the bootstrap.
///
/// # Errors
///
/// When the ratings are words.
pub fn additive(ratings: &Ratings, kind: ErrorKind) -> Result<Additive, DataProblem> {
    squares_additive(ratings, move |squares| error_of(squares, kind))
}

/// The minimal detectable change as sums over units, for the bootstrap.
///
/// # Errors
///
/// When the ratings are words.
pub fn change_additive(
    ratings: &Ratings,
    kind: ErrorKind,
    level: f64,
) -> Result<Additive, DataProblem> {
    squares_additive(ratings, move |squares| {
        measurement_error(squares, kind, level).minimal_detectable_change
    })
}

fn error_of(squares: &MeanSquares, kind: ErrorKind) -> f64 {
    let between = ((squares.between_coders - squares.residual) / squares.n_units).max(0.0);
    let variance = match kind {
        ErrorKind::Agreement => between + squares.residual,
        ErrorKind::Consistency => squares.residual,
    };
    variance.sqrt()
}
