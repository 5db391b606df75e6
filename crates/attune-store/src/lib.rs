//! Where a study lives: SQLite by default, PostgreSQL for many sites.
//!
//! Everything that changes something is a [`Command`], stored with who, when, what and why before
//! anything else believes it, in a chain of hashes per study. The tables that people read are made
//! from the stored commands in the same transaction, and can be made again at any time. Names lie
//! apart, sealed, in the [`vault`]; arms lie in tables that no question for somebody blind touches.
//!
//! [`Store::open`] opens a store, [`Store::execute`] changes something; reading functions are methods
//! of [`Store`] beside the thing that they read. The crate knows neither HTTP nor statistics, and
//! decides nothing about who may do what.

pub mod access;
pub mod accounts;
pub mod audit;
pub mod backup;
pub mod bringing;
pub mod clip_plan;
pub mod clips;
pub mod coded_elsewhere;
pub mod coded_observations;
pub mod coding_rules;
pub mod codings;
pub mod command;
pub mod consents;
pub mod counts;
pub mod database;
pub mod draw;
pub mod drawn_codings;
pub mod dyads;
pub mod entry;
pub mod error;
pub mod forms;
pub mod handed_out;
pub mod heads;
pub mod history;
pub mod ids;
pub mod import;
mod import_codings;
pub mod keys;
pub mod location;
pub mod media;
pub mod moment;
pub mod own_scheme;
pub mod people;
pub mod quotations;
pub mod rebuild;
pub mod restore;
pub mod safekeeping;
pub mod schedule;
pub mod scheme_versions;
pub mod secret;
pub mod sessions;
pub mod store;
pub mod studies;
mod uninterrupted;
pub mod vault;
pub mod watched;
pub mod withdrawn_media;

mod apply;
mod check;
mod dump;
mod execute;
mod hex;
mod migrations;
mod tables;
mod writer;

pub use access::{Actor, Grant, Role, Sight, Sites};
pub use apply::dyad::code_is_sound;
pub use command::{Command, Outcome, Receipt, Request};
pub use error::{Result, StoreError};
pub use location::Location;
pub use moment::Moment;
pub use secret::Secret;
pub use store::Store;
pub use writer::Faults;
