//! The report as PDF, typeset by Typst as a library.
//!
//! The layout is one template (`pdf/report.typ`). Everything that a report says goes to it as data in a
//! JSON file that exists in memory only: no text of a study is ever read as markup. The template can
//! open that file and the figures, and nothing else: no folder, no package, no address.
//!
//! The PDF is tagged and meets PDF/UA-1 where the typesetter's own check agrees; where it does not
//! (letters for which no font has a shape, say) the same document is written tagged, and says why.

mod content;
mod world;

use attune_report::Report;
use typst::{comemo, diag::SourceDiagnostic, ecow::EcoVec, foundations::Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::{DocumentError, DocumentSettings, fonts::without_shape};
use content::content;
use world::PaperWorld;

/// A report as PDF.
#[derive(Debug, Clone)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its pages.
    pub n_pages: usize,
    /// Why it does not meet PDF/UA-1; empty where it does.
    pub short_of_accessible: Vec<String>,
    /// Letters for which no font has a shape: they are boxes.
    pub without_shape: Vec<char>,
}

/// The report as PDF.
pub fn pdf(report: &Report, settings: DocumentSettings<'_>) -> Result<Pdf, DocumentError> {
    let content = content(report, settings);
    let lacking = without_shape(&content.words(), settings.fonts);
    let world = PaperWorld::new(content, settings.fonts);
    let typeset = typst::compile::<PagedDocument>(&world).output;
    let written = typeset
        .map_err(|errors| DocumentError::Typesetting(messages(&errors)))
        .and_then(|document| write(&document))
        .map(|pdf| Pdf {
            without_shape: lacking,
            ..pdf
        });
    // The typesetter remembers its steps, which the next report would not use.
    comemo::evict(0);
    written
}

fn write(document: &PagedDocument) -> Result<Pdf, DocumentError> {
    let n_pages = document.pages().len();
    match typst_pdf::pdf(document, &options(&[PdfStandard::Ua_1])?) {
        Ok(bytes) => Ok(Pdf {
            bytes,
            n_pages,
            short_of_accessible: Vec::new(),
            without_shape: Vec::new(),
        }),
        Err(reasons) => Ok(Pdf {
            bytes: typst_pdf::pdf(document, &options(&[])?)
                .map_err(|errors| DocumentError::Typesetting(messages(&errors)))?,
            n_pages,
            short_of_accessible: messages(&reasons),
            without_shape: Vec::new(),
        }),
    }
}

fn options(standards: &[PdfStandard]) -> Result<PdfOptions, DocumentError> {
    let standards = PdfStandards::new(standards)
        .map_err(|error| DocumentError::Typesetting(vec![error.message().to_string()]))?;
    Ok(PdfOptions {
        creator: Smart::Custom(Some(
            concat!("Attune ", env!("CARGO_PKG_VERSION")).to_owned(),
        )),
        standards,
        ..PdfOptions::default()
    })
}

fn messages(errors: &EcoVec<SourceDiagnostic>) -> Vec<String> {
    let mut messages: Vec<String> = errors
        .iter()
        .map(|error| error.message.to_string())
        .collect();
    messages.dedup();
    messages
}
