//! Jackknife and bootstrap by unit or by cluster of units; and the random draws that others build on.
//!
//! Coefficients that are functions of sums over units are resampled as such
//! ([`additive`], [`bootstrap`](mod@bootstrap)); any other statistic as a function of the rows
//! drawn ([`rows`]).

pub mod additive;
pub mod bootstrap;
pub(crate) mod draws;
mod patterns;
pub mod rows;
