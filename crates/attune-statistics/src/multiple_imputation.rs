//! Multiple imputation: several completed versions of an incomplete table, the same analysis of each,
//! and one result that allows for what is not known.
//!
//! Impute by [chained equations](impute_by_chained_equations) or from a [joint normal
//! distribution](impute_jointly), which may have clusters; [analyse and pool](analyse_and_pool) by
//! Rubin's rules. Values are assumed missing at random
//! given the columns used; [`shift_imputed`], [`impute_by_reference`] and [`tipping_path`] ask what follows if
//! they are not. Definitions and limits:
//! `docs/methods/multiple-imputation.md`.

mod chained_equations;
mod convergence;
mod how_many;
mod imputations;
mod joint_normal;
mod pooled_model;
mod pooling;
mod problem;
mod reference_based;
mod shift;
mod tipping_point;
mod wide_form;
mod within;

pub use chained_equations::{
    ChainedEquations, DerivedColumn, ImputationMethod, impute_by_chained_equations,
};
pub use convergence::{Trace, r_hat};
pub use how_many::{imputations_needed, relative_efficiency};
pub use imputations::{Imputations, ImputedColumn};
pub use joint_normal::{JointNormal, impute_jointly};
pub use pooled_model::{
    ModelEstimates, PooledModel, analyse_and_pool, pool_estimates, pool_generalised,
    pool_least_squares, pool_linear_mixed_model, pool_ordinal,
};
pub use pooling::{CompletedFit, Pooled, PooledTest, pool, pooled_joint_test};
pub use problem::ImputationProblem;
pub use reference_based::{ReferenceBased, ReferenceRule, impute_by_reference};
pub use shift::{Shift, shift_imputed};
pub use tipping_point::{TippingCell, TippingPath, TippingStep, tipping_grid, tipping_path};
pub use wide_form::{WideForm, to_wide};
