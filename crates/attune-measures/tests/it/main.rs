//! Tests of the crate as its users see it.

mod details_and_samples;
mod dyad_codings;
mod measuring;
mod scheme_versions;
mod scoring_laws;
mod study;
mod worked_examples;
