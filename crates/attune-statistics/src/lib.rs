//! Statistics for small, clustered, unbalanced data: numbers in, numbers out.

pub mod distributions;
pub mod formula;
pub mod linear_mixed_model;
pub mod matrix;
pub mod model_frame;
pub mod table;
pub mod before_after;
pub mod descriptives;
pub mod effect_size;
pub mod equivalence;
pub mod multiplicity;
pub mod normality;
pub mod permutation;
pub mod ranks;
pub mod reliable_change;
pub mod site_effect;
pub mod test_result;
pub mod data_problem;
pub mod inference;
mod kenward_roger;
pub mod least_squares;
pub mod likelihood_ratio_test;
pub mod marginal_means;
pub mod prediction;
mod satterthwaite;
pub mod type_three;
