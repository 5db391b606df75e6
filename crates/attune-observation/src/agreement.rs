//! Do two coders agree on what happened when?
//!
//! Several answers, because each question has its own: on each moment ([`time_units`], [`exact`]), on
//! each event ([`alignment`], [`linking`]), on amounts ([`amounts`], [`interval_agreement`]), on the
//! stretches themselves (Krippendorff's family in `attune-statistics`, [`gamma`]), on ratings
//! ([`ratings`]), and on what a study makes of all that ([`measures_of_scheme`]). [`report`] computes those that fit; [`disagreements`] says where they differ,
//! [`drift`] whether a coder changes over the weeks. Intervals resample clips ([`by_clip`]).
//! Definitions: `docs/methods/observation-agreement.md`.

pub mod alignment;
pub mod amounts;
pub mod by_clip;
pub mod disagreements;
pub mod drift;
pub mod exact;
pub mod gamma;
pub mod interval_agreement;
pub mod linking;
pub mod measures_of_scheme;
mod paired_numbers;
pub mod ratings;
pub mod report;
pub mod table;
pub mod time_units;
