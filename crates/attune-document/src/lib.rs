//! Reports as documents that people hand on.
//!
//! [`pdf`] typesets a [`Report`](attune_report::Report) with Typst: tagged, with an outline, figures as
//! vectors, fonts inside. [`docx`] writes it for Word and LibreOffice with real styles, captions, cross
//! references and tables, so that a co-author works on in it. [`png`] draws a figure as pixels, and
//! [`figure_files`] gives every figure for use elsewhere. All take the same value as the HTML page, and
//! nothing is computed again here.
//!
//! No clock, no file, no network: the same report and settings give the same bytes. What date a document
//! carries is an argument.

mod checklist_table;
mod column_widths;
mod docx;
mod figure_files;
mod fonts;
mod pdf;
mod picture;
mod runs;

pub use docx::docx;
pub use figure_files::{FigureFile, figure_files};
pub use fonts::MoreFonts;
pub use pdf::{Pdf, pdf};
pub use picture::png;

/// What a document carries that is not in the report.
#[derive(Debug, Clone, Copy, Default)]
pub struct DocumentSettings<'a> {
    /// The day that the document says it was made; without one it says none.
    pub date: Option<Date>,
    /// Fonts beside ours, for letters that ours do not have.
    pub fonts: Option<&'a MoreFonts>,
}

/// A day that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    year: u16,
    month: u16,
    day: u16,
}

impl Date {
    /// The day, if there is one of that name.
    pub fn new(year: u16, month: u16, day: u16) -> Option<Self> {
        let is_leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            4 | 6 | 9 | 11 => 30,
            2 if is_leap => 29,
            2 => 28,
            1..=12 => 31,
            _ => 0,
        };
        let exists = (1..=9999).contains(&year) && (1..=last).contains(&day);
        exists.then_some(Self { year, month, day })
    }
}

/// Why a document could not be made. None of it is the reader's fault: reports are made of checked
/// values, so each is a mistake of this program and says where.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The typesetter refused the document.
    #[error("the report could not be typeset: {}", .0.join("; "))]
    Typesetting(Vec<String>),
    /// A figure could not be drawn as pixels.
    #[error("figure `{figure}` could not be drawn: {why}")]
    Picture {
        /// Its anchor.
        figure: String,
        /// What the renderer said.
        why: String,
    },
    /// The parts could not be put together.
    #[error("the document could not be put together: {0}")]
    Package(String),
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn only_days_of_the_calendar_are_days() {
        let exists = |year, month, day| Date::new(year, month, day).is_some();
        assert!(exists(2024, 2, 29) && exists(2000, 2, 29) && exists(2026, 12, 31));
        assert!(!exists(2026, 2, 29) && !exists(1900, 2, 29) && !exists(2026, 4, 31));
        assert!(!exists(2026, 13, 1) && !exists(2026, 0, 1) && !exists(2026, 1, 0));
    }
}
