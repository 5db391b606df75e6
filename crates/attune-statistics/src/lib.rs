//! Statistics for small, clustered, unbalanced data: numbers in, numbers out.

pub mod distributions;
