//! Comparing arms that were not made by chance: propensity scores, balancing weights, and how strong what
//! was not measured would have to be.
//!
//! The way is always the same: a [`PropensityScore`] from the covariates, [`balancing_weights`] for the
//! people whom the question is about, a [`balance`] table that shows what the weights achieve, and an
//! [`adjusted_difference`] whose standard error allows for the estimated score. The [`e_value`] says what
//! remains to be doubted. None of it can adjust for what was not measured. See
//! `docs/methods/propensity-weights.md`, `docs/methods/doubly-robust.md` and `docs/methods/e-value.md`.

mod adjusted_difference;
mod balance;
mod balancing_weights;
mod e_value;
mod influence_values;
mod outcome_model;
mod propensity_score;

use thiserror::Error;

use crate::generalised_mixed_model::GeneralisedFitError;
use crate::linear_mixed_model::FitError;
use crate::model_frame::FrameError;
use crate::table::TableError;

pub use adjusted_difference::{
    AdjustedDifference, AdjustmentSettings, ComparedMeans, adjusted_difference,
};
pub use balance::{Balance, CovariateBalance, Positivity, balance};
pub use balancing_weights::{BalancingWeights, Target, balancing_weights, effective_sample_size};
pub use e_value::{EValue, Measure, Prevalence, e_value, e_value_for_mean_difference};
pub use outcome_model::OutcomeModel;
pub use propensity_score::{PropensityScore, propensity_score};

/// Why two arms cannot be compared with adjustment.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ConfoundingError {
    /// Formula and data do not go together.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// Two columns of the covariates have the same name.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The propensity score, or a logistic outcome model, could not be fitted.
    #[error("{what}: {problem}")]
    Logistic {
        /// Which model.
        what: String,
        /// Why.
        problem: GeneralisedFitError,
    },
    /// A linear outcome model could not be fitted.
    #[error("{what}: {problem}")]
    Linear {
        /// Which model.
        what: String,
        /// Why.
        problem: FitError,
    },
    /// The arm is no factor with two levels.
    #[error(
        "`{name}` has {n_levels} arm(s) in the rows that can be used, but two are compared: choose two, or check why an arm has no complete row"
    )]
    NotTwoArms {
        /// The column.
        name: String,
        /// How many levels are left.
        n_levels: usize,
    },
    /// The arm is among the covariates.
    #[error("`{name}` is the arm: leave it out of the covariates")]
    ArmAmongCovariates {
        /// The column.
        name: String,
    },
    /// Nothing to adjust for.
    #[error(
        "there are no covariates to adjust for: name those that were measured before the arms parted"
    )]
    NoCovariates,
    /// Random effects in the covariates.
    #[error(
        "the covariates hold a random part, which a propensity score here cannot: use a cluster for the standard error instead"
    )]
    RandomPart,
    /// More covariates than an arm can carry.
    #[error(
        "the smaller arm has {n_smaller_arm} people for {n_columns} columns of covariates: too few to model who was where; adjust for the two or three that matter most"
    )]
    TooManyCovariates {
        /// People in the smaller arm.
        n_smaller_arm: usize,
        /// Columns that the covariates need.
        n_columns: usize,
    },
    /// A covariate that an arm cannot estimate.
    #[error(
        "in arm `{arm}` the outcome model cannot tell {columns} apart: leave them out or merge their levels"
    )]
    ArmLacksColumns {
        /// The arm.
        arm: String,
        /// The columns.
        columns: String,
    },
    /// A logistic outcome model for an outcome that is not yes or no.
    #[error(
        "`{name}` is not 0 or 1 in every row, so its outcome model cannot be logistic: use the linear one"
    )]
    NotBinary {
        /// The outcome.
        name: String,
    },
    /// No such column, or one that does not group.
    #[error(
        "the cluster `{name}` is not a column of the data or has fewer than two levels in the rows used"
    )]
    Cluster {
        /// The column.
        name: String,
    },
    /// A level or a quantile that is out of range.
    #[error("{what} is {value} but must be {allowed}")]
    OutOfRange {
        /// What.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What it may be.
        allowed: &'static str,
    },
}
