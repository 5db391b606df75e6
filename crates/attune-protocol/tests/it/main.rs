//! Tests of the crate as its users see it.

mod instrument_format;
mod instrument_problems;
mod licensed_texts;
mod study_folders;
mod study_format;
mod study_problems;
mod study_words;
