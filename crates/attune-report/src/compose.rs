//! Protocol and findings to a report: one file per section, in the order in which a reader meets
//! them. Numbers are taken as the findings have them; only counts are added up.

mod annex;
mod apa;
mod attendance;
mod background;
mod baseline;
mod checklist;
mod commissioner;
pub(crate) mod context;
mod deviations;
mod estimates;
mod finding;
mod front;
mod journal;
mod lay;
mod limits;
mod methods;
mod missingness;
mod outcomes;
pub(crate) mod participants;
mod plain;
mod publications;
mod quotations;
mod reproduce;
mod room;
mod run_charts;
mod sensitivity;
mod summary;
mod trajectories;
mod words_only;

use attune_analysis::Findings;
use attune_protocol::Protocol;

use crate::{Inline, Profile, Reference, Report, Section, references};
use context::Context;
pub use room::sociogram;

/// What the report says beyond protocol and findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotation {
    /// The words.
    pub words: String,
    /// Who said them, in words that tell nobody's identity: "a mother, 24 to 30 years".
    pub speaker: String,
}

/// The full report of one run of the plan.
///
/// A plain function: the same protocol and findings give the same report. Sections that have
/// nothing to say (no attendance recorded, no page text) are left out; what is missing in a section
/// that stays is said there.
pub fn compose(protocol: &Protocol, findings: &Findings) -> Report {
    compose_for(protocol, findings, Profile::Full, &[])
}

/// The report for these readers, with words of those who agreed to be quoted. Profiles choose and
/// order; none computes.
pub fn compose_for(
    protocol: &Protocol,
    findings: &Findings,
    profile: Profile,
    quotations: &[Quotation],
) -> Report {
    let context = Context::new(protocol, findings, quotations);
    let methods = methods::section(&context);
    let mut sections = match profile {
        _ if context.has_words_only() => {
            words_only::sections(&context, profile, annex::sections(&context, &methods))
        }
        Profile::Full => full(&context, &methods),
        Profile::Journal => journal::sections(&context, &methods),
        Profile::Commissioner => commissioner::sections(&context),
        Profile::Lay => lay::sections(&context),
        Profile::Annex => annex::sections(&context, &methods),
    };
    sections.retain(|section| !section.is_empty());
    let mut report = Report {
        profile,
        ..front::matter(&context, profile)
    };
    report.references = cited_in(&sections, &methods.cited);
    if report.references.is_empty() {
        sections.retain(|section| section.id != "references");
    }
    report.sections = sections;
    report.number();
    report
}

fn full(context: &Context<'_>, methods: &methods::Methods) -> Vec<Section> {
    let mut sections = vec![
        summary::section(context),
        background::section(context),
        publications::section(context),
        participants::section(context),
        baseline::section(context),
        outcomes::section(context),
        finding::section(context),
        room::section(context),
        run_charts::section(context),
        missingness::section(context),
        attendance::section(context),
        quotations::section(context),
        limits::section(context),
        methods.section.clone(),
        deviations::section(context, deviations::Findings::InReport),
    ];
    sections.retain(|section| !section.is_empty());
    let checklists = checklist::sections(context, &sections);
    sections.extend(checklists);
    sections.push(reproduce::section(context, Profile::Full));
    sections.push(reproduce::references());
    sections
}

/// The works that these sections cite; works whose method was run are on the list of a report that has
/// the methods.
fn cited_in(sections: &[Section], of_methods: &[&'static str]) -> Vec<Reference> {
    let mut keys: Vec<&str> = Vec::new();
    for section in sections {
        section.each_inline(&mut |inline| {
            if let Inline::Citation(key) = inline {
                keys.push(key);
            }
        });
    }
    let has_methods = sections
        .iter()
        .any(|section| section.id.starts_with("methods"));
    if has_methods && sections.iter().any(|section| section.id == "summary") {
        keys.extend(of_methods);
    }
    references::cited(&keys)
}
