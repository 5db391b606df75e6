//! Tests of the crate as its users see it.

mod instrument_format;
mod instrument_problems;
mod licensed_texts;
