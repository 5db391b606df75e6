//! Jackknife and bootstrap by unit or by cluster of units.
//!
//! Coefficients that are functions of sums over units are resampled as such
//! ([`additive`], [`bootstrap`](mod@bootstrap)); any other statistic as a function of the rows
//! drawn ([`rows`]).

pub mod additive;
pub mod bootstrap;
mod patterns;
pub mod rows;
