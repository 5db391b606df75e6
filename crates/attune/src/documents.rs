//! Reports as documents, made side by side on all cores: one analysis, one composition for each profile, then every
//! format at the same time. Nothing is written here; a document that cannot be made leaves nothing behind.

use anyhow::Result;
use attune_document::DocumentSettings;
use attune_report::{Profile, Report};
use rayon::prelude::*;

use crate::progress;

/// A format that is one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Html,
    Pdf,
    Docx,
}

/// A document that was made.
pub struct Document {
    /// File name.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// What somebody should know of it.
    pub notes: Vec<String>,
}

/// Every report in every one of these formats, in this order.
pub fn documents(
    reports: &[Report],
    kinds: &[Kind],
    settings: DocumentSettings<'_>,
) -> Result<Vec<Document>> {
    let wanted: Vec<(&Report, Kind)> = reports
        .iter()
        .flat_map(|report| kinds.iter().map(move |kind| (report, *kind)))
        .collect();
    progress::during("Writing documents", || {
        wanted
            .into_par_iter()
            .map(|(report, kind)| document(report, kind, settings))
            .collect()
    })
}

/// The report in this format.
pub fn document(report: &Report, kind: Kind, settings: DocumentSettings<'_>) -> Result<Document> {
    let name = file_name(report, kind);
    Ok(match kind {
        Kind::Html => Document {
            name,
            bytes: attune_report::html(report).into_bytes(),
            notes: Vec::new(),
        },
        Kind::Docx => Document {
            name,
            bytes: attune_document::docx(report, settings)?,
            notes: Vec::new(),
        },
        Kind::Pdf => {
            let pdf = attune_document::pdf(report, settings)?;
            let mut notes = Vec::new();
            if pdf.without_shape.is_empty() {
                let short = pdf.short_of_accessible.iter();
                notes.extend(
                    short.map(|why| format!("{name} is tagged, but does not meet PDF/UA-1: {why}")),
                );
            } else {
                let letters: Vec<String> = pdf.without_shape.iter().map(char::to_string).collect();
                notes.push(format!(
                    "{name} shows boxes for letters that no font here has, and so does not meet PDF/UA-1: {}. Give fonts that \
                     have them with --fonts DIR; HTML and DOCX use the reader's own",
                    letters.join(" ")
                ));
            }
            if report.profile.is_brief() && pdf.n_pages > 2 {
                notes.push(format!(
                    "{name} has {} pages where two are meant: give it fewer quotations, or fewer outcomes to the plan",
                    pdf.n_pages
                ));
            }
            Document {
                notes,
                name,
                bytes: pdf.bytes,
            }
        }
    })
}

/// `<study>.html` for the full report, `<study>-lay.html` for another.
fn file_name(report: &Report, kind: Kind) -> String {
    let ending = match kind {
        Kind::Html => "html",
        Kind::Pdf => "pdf",
        Kind::Docx => "docx",
    };
    match report.profile {
        Profile::Full => format!("{}.{ending}", report.study),
        profile => format!("{}-{}.{ending}", report.study, profile.id()),
    }
}
