//! Tests of the crate as its users see it.

mod dyad_codings;
mod measuring;
mod scoring_laws;
mod worked_examples;
