//! A team's projects of another tool on their way into a study: what was sent waits in memory ([`kept`]) with
//! what whoever leads the coding chose ([`choices`]), and from both comes everything that would happen, with every problem
//! ([`plan`]). Nothing is written before all of it is settled.

pub mod choices;
pub mod kept;
pub mod known;
mod looks_like_a_name;
pub mod plan;
pub mod proposal;
