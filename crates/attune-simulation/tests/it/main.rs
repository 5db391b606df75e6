//! Whole simulations: of the example studies, of a study of another kind, of protocols made up by
//! the test.

mod any_protocol;
mod coded;
mod community_clinic;
mod example_studies;
mod moments;
mod reading_back;
mod reproducible;
mod what_if;
