//! Figures as SVG. Each drawing has a wide form for pages and paper and a narrow one for phones, both
//! at the size at which they are read, so that letters keep theirs.
//!
//! Every shape carries a class, which a stylesheet may use for themes, and presentation attributes,
//! with which it looks right where there is none (paper, Typst, a file of its own). Coordinates have
//! one decimal; the same figure gives the same bytes.

pub(crate) mod axis;
mod flow;
pub(crate) mod forest;
mod missingness;
pub(crate) mod scale;
pub(crate) mod svg;
mod trajectories;

pub(crate) use flow::MOST_COLUMNS as MOST_FLOW_COLUMNS;

use crate::{Block, Drawing, Figure, Report, Section, plots::Plot, report::mark, table::file_name};

/// How much room a figure has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A page or paper: 720 px.
    Wide,
    /// A phone: 328 px.
    Narrow,
}

impl Format {
    /// Width in px.
    pub fn width(self) -> f64 {
        match self {
            Self::Wide => 720.0,
            Self::Narrow => 328.0,
        }
    }

    /// Word for ids and classes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Narrow => "narrow",
        }
    }
}

/// The figure as an SVG element with its title and description.
pub fn draw(figure: &Figure, format: Format) -> String {
    draw_marked(figure, format, mark(figure.simulated, figure.permuted))
}

/// The same with other words for what its data are, such as those of another language.
pub fn draw_marked(figure: &Figure, format: Format, mark: Option<&str>) -> String {
    let drawn = match &figure.drawing {
        Drawing::Trajectories(trajectories) => trajectories::draw(trajectories, format),
        Drawing::Forest(forest) => forest::draw(forest, format),
        Drawing::Flow(flow) => flow::draw(flow, format),
        Drawing::Missingness(missingness) => missingness::draw(missingness, format),
        Drawing::Sociogram(sociogram) => sociogram.body(format).into_svg(),
        Drawing::SessionDots(dots) => dots.body(format).into_svg(),
        Drawing::TimeSeries(series) => series.body(format).into_svg(),
    };
    let drawn = match mark {
        Some(words) => drawn.marked(words),
        None => drawn,
    };
    let title = figure.title.words(&str::to_owned);
    let id = format!("{}-{}", figure.id, format.word());
    drawn.finish(&id, format.word(), &title, &figure.description)
}

/// Every figure of the report in its wide form, as file name and SVG.
pub fn figures(report: &Report) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for section in &report.sections {
        section_figures(report, section, &mut files);
    }
    files
}

fn section_figures(report: &Report, section: &Section, files: &mut Vec<(String, String)>) {
    for block in &section.blocks {
        if let Block::Figure(figure) = block {
            let name = file_name(report, &figure.id, "svg");
            files.push((name, draw(figure, Format::Wide)));
        }
    }
    for inner in &section.sections {
        section_figures(report, inner, files);
    }
}
