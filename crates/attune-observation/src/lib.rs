//! Timed events of coded video: do coders agree, what follows what, and what other programs
//! make of the same events.
//!
//! Times are whole microseconds and stretches half-open, `[start, end)`. A [`coding::Coding`] is what
//! one coder marked in one clip; [`agreement`] compares two of them over the codable time
//! ([`window::Window`]), [`sequence`] asks what follows what within one, and [`boris`] computes the
//! figures of BORIS by its own rules; [`budget`] has how often and how long. No files, no clock; every random number has a seed.

pub mod budget;
pub mod coding;
pub mod from_project;
pub mod timeline;
pub mod window;

pub mod agreement;
pub mod boris;
pub mod sequence;

pub use coding::{Code, Coding, Event, Scheme};
pub use window::{Micros, Window};
