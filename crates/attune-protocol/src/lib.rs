//! What a study plans: reading and checking a study folder.
//!
//! `study.toml` and the files that it names are the only definition of a study. The folder is read
//! as written, then checked: either every problem comes back at once, with file, line, column and
//! remedy, or a [`Protocol`] that the rest of Attune may trust. The crate reads the study folder
//! and nothing else; records, statistics and output belong to others.

pub mod assumptions;
pub mod codebook;
pub mod consent;
pub mod data;
pub mod design;
pub mod folder;
pub mod format_page;
pub mod formula;
pub mod id;
pub mod instrument;
pub mod instrument_file;
pub mod instrument_library;
pub mod missing;
pub mod near_miss;
pub mod page;
pub mod plan;
pub mod problem;
pub mod protocol;
pub mod reached;
pub mod schema;
pub mod scheme;
pub mod scheme_measure;
pub mod shape;
pub mod sharing;
pub mod source;
pub mod study;
pub mod template;
pub mod time_phrase;

mod check;
mod written;

pub use folder::StudyFolder;
pub use problem::{Problem, Problems};
pub use protocol::Protocol;
pub use schema::json_schema;
pub use template::template;
