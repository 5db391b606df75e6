//! Jackknife and bootstrap of coefficients that are functions of sums over units, by
//! unit or by cluster of units.

pub mod additive;
pub mod bootstrap;
