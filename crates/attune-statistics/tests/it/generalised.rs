//! Generalised, generalised mixed and ordinal models: reference values beyond the oracles, laws, and what happens
//! at the edges.

mod cases;
mod edges;
mod laws;
mod messy;
mod reference_values;
