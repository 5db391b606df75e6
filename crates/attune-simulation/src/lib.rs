//! Records made up from a protocol under declared assumptions, to rehearse a study before it has
//! data and to see what it could find.
//!
//! [`simulate()`] gives files in the layout of the study's `[[data]]` tables, with a marker that says
//! that they are made up; [`simulate_records`] gives the same records in memory, for power by
//! simulation. Both are plain functions of protocol, assumptions and seed. Writing the files to a
//! disk belongs to the command; whether they may replace what lies there is asked of
//! [`write_plan()`]. The method is described in `docs/methods/simulation.md`.

pub mod answers;
pub mod assessments;
pub mod attendance;
pub mod attributes;
pub mod calendar;
pub mod codings;
pub mod consents;
pub mod courses;
pub mod draws;
pub mod dyad_codings;
pub mod event_details;
pub mod families;
pub mod file_bytes;
pub mod gaps;
pub mod item_plans;
pub mod marker;
pub mod neutral;
pub mod other_units;
pub mod ratings;
pub mod rehearsal;
pub mod score_form;
pub mod sessions;
pub mod simulate;
pub mod streams;
pub mod tables;
pub mod visits;
pub mod what_if;
pub mod write_plan;

pub use marker::{MARKER_FILE, Marker};
pub use neutral::neutral_assumptions;
pub use simulate::{SimulatedFiles, SimulatedRecords, SimulationError, simulate, simulate_records};
pub use write_plan::{OverwriteRefused, WritePlan, write_plan};
