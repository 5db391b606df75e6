//! Before/after and two-group comparisons without a model: t, rank, sign and
//! table tests. Every test answers in the shape of [`crate::test_result::TestResult`].

pub mod proportion;
pub mod t_test;
