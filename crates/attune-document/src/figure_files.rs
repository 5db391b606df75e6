//! Figures for use elsewhere: each as SVG, as PNG, its numbers as CSV, and its caption on one line. The
//! drawing is the one of page and report.

use attune_report::{Block, Figure, Format, Report, Section, draw};

use crate::{DocumentError, picture::png, runs::words_in};

/// A figure as files.
#[derive(Debug, Clone)]
pub struct FigureFile {
    /// Name of the files, without ending.
    pub name: String,
    /// The drawing, which stands alone.
    pub svg: String,
    /// The drawing as pixels, on white.
    pub png: Vec<u8>,
    /// The numbers behind it.
    pub csv: String,
    /// What it shows and how to read it, on one line.
    pub caption: String,
}

/// Every figure of the report.
pub fn figure_files(report: &Report) -> Result<Vec<FigureFile>, DocumentError> {
    let mut figures = Vec::new();
    for section in &report.sections {
        collect(section, &mut figures);
    }
    figures
        .into_iter()
        .map(|figure| file(report, figure))
        .collect()
}

fn collect<'a>(section: &'a Section, figures: &mut Vec<&'a Figure>) {
    for block in &section.blocks {
        collect_block(block, figures);
    }
    for inner in &section.sections {
        collect(inner, figures);
    }
}

fn collect_block<'a>(block: &'a Block, figures: &mut Vec<&'a Figure>) {
    match block {
        Block::Figure(figure) => figures.push(figure),
        Block::Details { blocks, .. } => {
            for block in blocks {
                collect_block(block, figures);
            }
        }
        _ => {}
    }
}

fn file(report: &Report, figure: &Figure) -> Result<FigureFile, DocumentError> {
    Ok(FigureFile {
        name: format!("{}{}-{}", report.file_mark(), report.study, figure.id),
        svg: draw(figure, Format::Wide),
        png: png(figure)?,
        csv: figure.data.csv(),
        caption: caption(report, figure),
    })
}

/// "Title. How to read it. Study; simulated data."
fn caption(report: &Report, figure: &Figure) -> String {
    let title = words_in(report, &figure.title);
    let stop = if title.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    let data = report
        .mark()
        .map_or_else(String::new, |mark| format!(" {mark}."));
    let words = format!(
        "{title}{stop} {} {}.{data}",
        words_in(report, &figure.caption),
        report.title.trim_end_matches('.')
    );
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
