//! Whole runs of a plan on measures built in memory: against the oracle, in words, in the shape of
//! the JSON, and where nothing can be answered.

mod before_after;
mod early;
mod hostel;
mod imputation;
mod large_study;
mod not_yet_due;
mod planned_answers;
mod refusals;
mod shape;
mod sites;
mod study;
mod weighted_arms;
