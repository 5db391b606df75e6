//! Why a generalised model could not be fitted.

use thiserror::Error;

use crate::linear_mixed_model::FitError;
use crate::model_frame::FrameError;

/// Why a generalised linear, generalised mixed or ordinal model could not be fitted.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum GeneralisedFitError {
    /// Formula and data do not go together.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// What generalised and linear mixed models have in common.
    #[error(transparent)]
    Model(#[from] FitError),
    /// A response that the family does not have.
    #[error("`{name}` is {value} in row {row}, but {needed}")]
    Response {
        /// The response.
        name: String,
        /// Its value.
        value: f64,
        /// The row in the table, from 1.
        row: usize,
        /// What it should be, and what to do otherwise.
        needed: &'static str,
    },
    /// Too many or too few categories.
    #[error("`{name}` has {n_categories} category(ies) in the rows used, but {needed}")]
    Categories {
        /// The response.
        name: String,
        /// How many there are.
        n_categories: usize,
        /// What there should be.
        needed: &'static str,
    },
    /// An ordinal model without intercept.
    #[error(
        "an ordinal model has thresholds in place of an intercept: leave `0 +` and `- 1` out of the formula"
    )]
    NoIntercept,
    /// `cbind()` where it has no meaning.
    #[error(
        "`cbind(successes, failures)` is a binomial response: use that family, or a single column"
    )]
    CbindWithoutBinomial,
    /// A weight that is negative.
    #[error("weight `{name}` is {value} in row {row}: weights must not be negative")]
    Weight {
        /// The weights.
        name: String,
        /// The value.
        value: f64,
        /// The row in the table, from 1.
        row: usize,
    },
    /// Quadrature with more than one scalar random effect.
    #[error(
        "adaptive quadrature needs a single random intercept or slope, as in `(1 | group)`; this model has {n_effects} random effects per row: use Laplace (1 node)"
    )]
    QuadratureNeedsOneEffect {
        /// Random effects per row.
        n_effects: usize,
    },
    /// No such rule.
    #[error("{nodes} quadrature nodes are not possible: use 1 (Laplace) to 100")]
    Nodes {
        /// How many were asked for.
        nodes: usize,
    },
    /// An outcome that never varies.
    #[error(
        "`{name}` has the same outcome in all {n_rows} rows, so its logarithm of odds or rate is infinite: there is nothing to model"
    )]
    OneOutcome {
        /// The response.
        name: String,
        /// Rows used.
        n_rows: usize,
    },
    /// Complete or quasi-complete separation.
    #[error("{}", separation_text(name, columns, *n_perfect, *n_rows))]
    Separation {
        /// The response.
        name: String,
        /// The fixed-effect columns that predict perfectly together.
        columns: Vec<String>,
        /// How many rows they predict perfectly.
        n_perfect: usize,
        /// Rows used.
        n_rows: usize,
    },
    /// An effect for each row with nothing left over.
    #[error(
        "`{group}` has a level for each row of a yes-or-no response: its variance cannot be told from chance; drop the term"
    )]
    EffectPerBinaryRow {
        /// The grouping factor.
        group: String,
    },
    /// Too large a crossed design.
    #[error(
        "the random effects meet each other in too many pairs for this engine: simplify the crossed grouping factors"
    )]
    TooManyMeetings,
    /// No finite likelihood.
    #[error("the likelihood is not finite anywhere: check for extreme values in the data")]
    NotFinite,
}

fn separation_text(name: &str, columns: &[String], n_perfect: usize, n_rows: usize) -> String {
    let quoted: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
    let (kind, rows) = if n_perfect >= n_rows {
        ("complete", "all rows".to_owned())
    } else {
        ("quasi-complete", format!("{n_perfect} of {n_rows} rows"))
    };
    let verb = if columns.len() == 1 {
        "predicts"
    } else {
        "together predict"
    };
    format!(
        "{kind} separation: {} {verb} `{name}` perfectly in {rows}, so the best estimate is infinite and no standard \
         error exists; leave the column(s) out, merge categories, or compare the groups by an exact test",
        quoted.join(" and ")
    )
}
