//! Datavyu: `.opf` archives and the same text exported as CSV.
//!
//! A spreadsheet of columns, each with cells that have an onset, an offset and codes. Cells are kept as
//! they are written, so that a file can be written back. A cell without length is a point; a cell
//! whose offset lies before its onset has no end that anybody set.

mod archive;
mod counts;
mod lay_out;
mod spreadsheet;
mod take_over;

pub use archive::DatavyuFile;
pub use spreadsheet::{Cell, Column, Spreadsheet};

#[cfg(test)]
mod tests;
