//! Why a linear model, mixed or not, could not be fitted: what is at fault, and what would help.

use thiserror::Error;

use crate::model_frame::FrameError;

/// Why a model could not be fitted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FitError {
    /// Formula and data do not go together.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// No random effects.
    #[error("the formula has no random effects: add `(1 | group)` or use least squares")]
    NoRandomEffects,
    /// Random effects where none belong.
    #[error("the formula has random effects, which least squares cannot fit: use a mixed model")]
    UnexpectedRandomEffects,
    /// One group.
    #[error(
        "grouping factor `{group}` has only {n_levels} level(s) in the {n_rows} rows used: at least 2 are needed"
    )]
    TooFewLevels {
        /// The grouping factor.
        group: String,
        /// Its levels.
        n_levels: usize,
        /// Rows used.
        n_rows: usize,
    },
    /// As many groups as rows.
    #[error(
        "`{group}` has {n_effects} random effects but there are only {n_rows} rows: they cannot be told from the residuals; drop a random term or use repeated measurements"
    )]
    TooManyEffects {
        /// The grouping factor.
        group: String,
        /// Levels times columns.
        n_effects: usize,
        /// Rows used.
        n_rows: usize,
    },
    /// Fewer rows than coefficients.
    #[error(
        "{n_rows} rows cannot estimate {n_columns} fixed effects and a variance: simplify the model"
    )]
    TooFewRows {
        /// Rows used.
        n_rows: usize,
        /// Estimable columns.
        n_columns: usize,
    },
    /// Nothing to explain.
    #[error(
        "the fixed effects explain `{name}` without any residual: there is nothing left to model"
    )]
    NothingLeft {
        /// The response.
        name: String,
    },
    /// Overflow.
    #[error("the values of `{name}` are too large to square: rescale them")]
    TooLarge {
        /// The response.
        name: String,
    },
    /// A hole in a response that a prepared design is fitted to.
    #[error(
        "value {position} of a response of `{name}` is missing: a refit needs one for each row used"
    )]
    MissingResponse {
        /// The response.
        name: String,
        /// Its place among the rows used, from 1.
        position: usize,
    },
    /// A slope on something that does not vary.
    #[error(
        "`{column}` does not vary, so a random effect of it for `{group}` cannot be estimated: drop it from the random part"
    )]
    ConstantColumn {
        /// The column.
        column: String,
        /// The grouping factor.
        group: String,
    },
    /// Too large a crossed design.
    #[error(
        "the grouping factors other than `{group}` have {n_columns} connected effects, more than this engine handles (20000)"
    )]
    TooManyCrossedEffects {
        /// The largest grouping factor.
        group: String,
        /// Columns in the largest component.
        n_columns: usize,
    },
    /// Nothing to compare residuals between.
    #[error(
        "`{by}` has {n_levels} level(s) in the rows used: residual standard deviations by it need at least 2"
    )]
    OneStratum {
        /// The factor.
        by: String,
        /// Its levels.
        n_levels: usize,
    },
    /// Too few rows for a residual standard deviation.
    #[error(
        "`{by}` = {level} has only {n_rows} row(s): a residual standard deviation of its own needs at least 3; join levels"
    )]
    SmallStratum {
        /// The factor.
        by: String,
        /// The level.
        level: String,
        /// Its rows.
        n_rows: usize,
    },
    /// Too many rows joined by grouping factors.
    #[error(
        "{n_rows} rows hang together through the grouping factors, more than residual standard deviations by level can handle ({limit}): leave out the grouping factor that crosses the others"
    )]
    TooManyConnectedRows {
        /// Rows in the largest component.
        n_rows: usize,
        /// The most allowed.
        limit: usize,
    },
    /// Overflow or underflow of a result.
    #[error(
        "the values of `{name}` and of the columns are so large or so small that results are no numbers: rescale them"
    )]
    NotRepresentable {
        /// The response.
        name: String,
    },
    /// No finite deviance.
    #[error("the likelihood is not finite anywhere: check for extreme values in the data")]
    NotFinite,
}
