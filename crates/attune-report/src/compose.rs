//! Protocol and findings to a report: one file per section, in the order in which a reader meets
//! them. Numbers are taken as the findings have them; only counts are added up.

mod attendance;
mod background;
mod baseline;
mod checklist;
mod context;
mod deviations;
mod estimates;
mod finding;
mod front;
mod limits;
mod methods;
mod missingness;
mod outcomes;
mod participants;
mod reproduce;
mod sensitivity;
mod summary;
mod trajectories;

use attune_analysis::Findings;
use attune_protocol::Protocol;

use crate::{Report, references};
use context::Context;

/// The report of one run of the plan.
///
/// A plain function: the same protocol and findings give the same report. Sections that have
/// nothing to say (no attendance recorded, no page text) are left out; what is missing in a section
/// that stays is said there.
pub fn compose(protocol: &Protocol, findings: &Findings) -> Report {
    let context = Context::new(protocol, findings);
    let methods = methods::section(&context);
    let mut sections = vec![
        summary::section(&context),
        background::section(&context),
        participants::section(&context),
        baseline::section(&context),
        outcomes::section(&context),
        finding::section(&context),
        missingness::section(&context),
        attendance::section(&context),
        limits::section(&context),
        methods.section,
        deviations::section(&context),
    ];
    sections.retain(|section| !section.is_empty());
    sections.push(checklist::section(&context, &sections));
    sections.push(reproduce::section(&context));
    sections.push(reproduce::references());
    let mut report = Report {
        sections,
        references: references::cited(&methods.cited),
        ..front::matter(&context)
    };
    report.number();
    report
}
