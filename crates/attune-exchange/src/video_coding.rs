//! Files of video coding tools: BORIS, ELAN, Datavyu, Praat, subtitles, and tables of events.
//!
//! Each tool has a document that mirrors its file and keeps what we have no word for, so that a file
//! can be written back unchanged; [`CodingFile::to_project`] turns it into observations and says
//! what could not be taken over. [`write_project`] goes the other way and says what the other format
//! cannot hold. Nothing is guessed: a bout with one end stays a bout with one end.

mod around_events;
mod boris;
mod coding_fault;
mod coding_file;
mod datavyu;
mod each_once;
mod elan;
mod intern;
mod label;
mod limits;
mod not_held;
mod one_observation;
mod scheme_file;
mod scheme_sets;
mod sdis;
mod subtitles;
mod tables;
mod team_project;
mod text;
mod text_grid;
mod tracks;
mod write_project;
mod write_scheme;
mod xml;

pub use coding_fault::{CodingFault, CodingFaults};
pub use coding_file::{CodingFile, CodingRead, FileKind, NotTakenOver};
pub use write_project::{Target, Written, write_project};
pub use write_scheme::{SchemeTarget, lost_of_plan, write_scheme};

pub use boris::BorisProject;
pub use datavyu::DatavyuFile;
pub use elan::ElanDocument;
use label::label;
pub use not_held::NotHeld;
pub use scheme_file::{label_in_scheme, scheme_file};
pub use subtitles::{SubtitleForm, Subtitles};
pub use tables::{CodingTable, TableForm};
pub use team_project::{FileFaults, Origin, TeamProject, ToldBy, read_team};
pub use text_grid::TextGrid;
