//! Statistics for small, clustered, unbalanced data: numbers in, numbers out.
//!
//! Nothing here knows of studies, files or clocks; every function depends on its arguments only and gives
//! the same bits on every machine and for any number of threads. Data come as a [`table::Table`], models
//! as a [`formula::Formula`] in the language of R and lme4. Doubts are part of each result: how many rows
//! were used, what was left out, how the optimum was found, and warnings with a remedy.
//!
//! Each method has a page in `docs/methods/` with its formula, its limits and the call in R that gives the
//! same number; the reference values are in `tests/oracles/`.
//!
//! ```
//! use attune_statistics::formula::Formula;
//! use attune_statistics::inference::{DegreesOfFreedom, coefficient_tests};
//! use attune_statistics::linear_mixed_model::{FitSettings, fit};
//! use attune_statistics::table::{Column, Factor, Table};
//!
//! let dyads: Vec<f64> = (0..24).map(|row| f64::from(row / 3)).collect();
//! let months: Vec<f64> = (0..24).map(|row| f64::from(row % 3) * 6.0).collect();
//! let arms: Vec<f64> = dyads.iter().map(|dyad| dyad % 2.0).collect();
//! let scores: Vec<f64> = (0..24).map(|row| 90.0 + f64::from((row * 37) % 11) - f64::from(row % 3)).collect();
//! let table = Table::new()
//!     .with("dyad", Column::Factor(Factor::from_numbers(&dyads)))?
//!     .with("arm", Column::Factor(Factor::from_numbers(&arms)))?
//!     .with("months", Column::Numbers(months))?
//!     .with("score", Column::Numbers(scores))?;
//! let formula = Formula::parse("score ~ months * arm + (1 | dyad)")?;
//! let model = fit(&formula, &table, &FitSettings::default())?;
//! let inference = model.inference(DegreesOfFreedom::KenwardRoger)?;
//! let tests = coefficient_tests(&inference, 0.95);
//! assert_eq!(tests[3].term, "months:arm1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// What goes in.
pub mod clusters;
pub mod data_problem;
pub mod formula;
pub mod matrix;
pub mod model_frame;
pub mod table;

// Models.
pub mod confounding;
pub mod generalised_linear_model;
pub mod generalised_mixed_model;
pub mod heteroscedastic_residuals;
pub mod interrupted_series;
pub mod least_squares;
pub mod linear_mixed_model;
pub mod multiple_imputation;
pub mod ordinal_mixed_model;

// What a model says.
pub mod cluster_robust;
pub mod inference;
pub mod influence;
mod information_criteria;
pub mod intraclass_correlation;
mod kenward_roger;
pub mod likelihood_ratio_test;
pub mod marginal_means;
pub mod mean_contrasts;
pub mod parametric_bootstrap;
pub mod prediction;
pub mod profile;
pub mod residual_diagnostics;
mod satterthwaite;
pub mod simultaneous;
pub mod type_three;
pub mod wild_cluster_bootstrap;

// Comparisons without a model.
pub mod before_after;
pub mod cluster_means;
pub mod control_charts;
pub mod design_effect;
pub mod effect_size;
pub mod equivalence;
pub mod multiplicity;
pub mod permutation;
pub mod power;
pub mod reliable_change;
pub mod site_effect;

// Measurement.
pub mod agreement;
pub mod scales;

// What the others build on.
pub mod descriptives;
pub mod distributions;
pub mod normality;
mod parallel;
pub mod ranks;
pub mod resampling;
pub mod test_result;
