//! Findings to reports.
//!
//! [`compose`] turns a protocol and its findings into a [`Report`]: sections of paragraphs, tables,
//! figures and checklists that belong to no file format. [`html`] writes it as one page that loads
//! nothing; [`figures`] and [`tables`] give the parts one by one. Nothing is computed again here: a
//! number that is not in the findings is not in the report.
//!
//! [`plots`] are figures of plain numbers, each a file of its own, for the commands that need no study.
//!
//! All of it are plain functions: the same findings give the same report, byte for byte.

mod arm_mark;
mod checklist;
mod compose;
pub mod design_limits;
mod figure;
mod figures;
mod html;
mod markdown;
pub mod plain_result;
pub mod plots;
mod profile;
mod references;
mod report;
pub mod result_words;
mod table;
mod text;

pub use arm_mark::{ArmKind, ArmMark};
pub use checklist::{Checklist, ChecklistItem, Reported};
pub use compose::{Quotation, compose, compose_for, sociogram};
pub use figure::{
    ArmTrajectories, Drawing, Figure, FlowColumn, FlowDiagram, FlowStep, Forest, ForestRow,
    Missingness, MissingnessBar, MissingnessPanel, Trajectories,
};
pub use figures::{Format, draw, draw_marked, figures, svg::escape};
pub use html::{html, table_html};
pub use profile::{Profile, TableStyle};
pub use references::Reference;
pub use report::{Block, Fingerprints, Person, Report, Section, Statement};
pub use table::{Cell, Column, Row, RowKind, Table, tables};
pub use text::{Inline, Text, unbroken};
