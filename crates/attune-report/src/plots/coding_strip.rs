//! What was coded when: one row per coder and subject, stretches in the shade of their code, points as
//! ticks, and beneath a pair of coders where they differ.

use super::{DataTable, Drawn, Heading, Plot};
use crate::{
    Format,
    figures::svg::{AXIS, Anchor, GRID, LABEL, NONE, Paint, SMALL, Svg, lines},
};

/// Rows of coded time.
#[derive(Debug, Clone)]
pub struct CodingStrip {
    /// What stands around it.
    pub heading: Heading,
    /// Begin of the axis in seconds.
    pub start_s: f64,
    /// End of the axis in seconds.
    pub end_s: f64,
    /// Codes, in the order of their shades.
    pub codes: Vec<String>,
    /// The rows from top to bottom.
    pub rows: Vec<StripRow>,
}

/// One row.
#[derive(Debug, Clone)]
pub struct StripRow {
    /// Its name.
    pub label: String,
    /// What it shows.
    pub spans: Vec<StripSpan>,
    /// Whether it shows differences instead of codes.
    pub is_difference: bool,
}

/// One stretch, or a point with equal ends.
#[derive(Debug, Clone, Copy)]
pub struct StripSpan {
    /// Begin in seconds.
    pub start_s: f64,
    /// End in seconds.
    pub end_s: f64,
    /// Place of the code.
    pub code: usize,
}

/// Where the coders differ; without an outline, so that a moment still shows.
const DIFFERS: Paint = Paint::of("differs", r##"fill="#9c3626""##);

const ROW: f64 = 20.0;
const STEP: f64 = 26.0;

impl Plot for CodingStrip {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn data(&self) -> DataTable {
        let mut data = DataTable::new(&["row", "code", "start_s", "end_s"]);
        for row in &self.rows {
            for span in &row.spans {
                let code = match row.is_difference {
                    true => "different",
                    false => self.codes.get(span.code).map_or("", String::as_str),
                };
                data.push(&[&row.label, code], &[span.start_s, span.end_s]);
            }
        }
        data
    }

    fn body(&self, format: Format) -> Drawn {
        let width = format.width();
        let left = (width * 0.24).min(150.0);
        let legend = self.legend_height(width - left);
        let bottom = legend + STEP * self.rows.len() as f64;
        let mut svg = Svg::new(width, bottom + 34.0);
        let x = |at: f64| {
            let share = (at - self.start_s) / (self.end_s - self.start_s).max(1e-9);
            left + share.clamp(0.0, 1.0) * (width - left - 2.0)
        };
        self.legend(&mut svg, left, width - left);
        for minute in ticks(self.start_s, self.end_s) {
            svg.line(GRID, (x(minute), legend), (x(minute), bottom));
            svg.text(
                SMALL,
                (x(minute), bottom + 16.0),
                Anchor::Middle,
                &clock(minute),
            );
        }
        for (place, row) in self.rows.iter().enumerate() {
            let top = legend + STEP * place as f64;
            for words in lines(&row.label, 1.08 * LABEL.size(), left - 8.0, 1) {
                svg.text(LABEL, (left - 8.0, top + 15.0), Anchor::End, &words);
            }
            for span in &row.spans {
                let (from, to) = (x(span.start_s), x(span.end_s));
                if span.start_s == span.end_s {
                    svg.line(NONE, (from, top), (from, top + ROW));
                } else if row.is_difference {
                    svg.rectangle(
                        DIFFERS,
                        (from, top + 4.0),
                        ((to - from).max(1.0), ROW - 8.0),
                        0.0,
                    );
                } else {
                    svg.shaded(span.code, (from, top), ((to - from).max(0.5), ROW));
                }
            }
        }
        svg.line(AXIS, (left, bottom), (width, bottom));
        Drawn(svg)
    }
}

impl CodingStrip {
    fn per_line(width: f64) -> usize {
        ((width / 130.0) as usize).max(1)
    }

    fn legend_height(&self, width: f64) -> f64 {
        let n_lines = self.codes.len().div_ceil(Self::per_line(width));
        18.0 * n_lines as f64 + 10.0
    }

    fn legend(&self, svg: &mut Svg, left: f64, width: f64) {
        let per_line = Self::per_line(width);
        let column = width / per_line as f64;
        for (place, code) in self.codes.iter().enumerate() {
            let at = (
                left + column * (place % per_line) as f64,
                18.0 * (place / per_line) as f64,
            );
            svg.shaded(place, (at.0, at.1 + 2.0), (12.0, 12.0));
            for words in lines(code, 1.08 * SMALL.size(), column - 20.0, 1) {
                svg.text(SMALL, (at.0 + 17.0, at.1 + 12.0), Anchor::Start, &words);
            }
        }
    }
}

/// At most eight round times.
fn ticks(start: f64, end: f64) -> Vec<f64> {
    const STEPS: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0];
    let step = STEPS
        .into_iter()
        .find(|step| (end - start) / step <= 8.0)
        .unwrap_or(3600.0);
    let first = (start / step).ceil();
    (0..9)
        .map(|n| (first + f64::from(n)) * step)
        .filter(|at| *at <= end)
        .collect()
}

fn clock(seconds: f64) -> String {
    let whole = seconds.round() as i64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::svg_file;

    #[test]
    fn two_coders_and_where_they_differ_are_three_rows() {
        let span = |start_s, end_s, code| StripSpan {
            start_s,
            end_s,
            code,
        };
        let row = |label: &str, spans, is_difference| StripRow {
            label: label.to_owned(),
            spans,
            is_difference,
        };
        let strip = CodingStrip {
            heading: Heading::default(),
            start_s: 0.0,
            end_s: 60.0,
            codes: vec!["face".to_owned(), "away".to_owned()],
            rows: vec![
                row("A", vec![span(0.0, 30.0, 0), span(30.0, 60.0, 1)], false),
                row("B", vec![span(0.0, 33.0, 0), span(33.0, 60.0, 1)], false),
                row("differ", vec![span(30.0, 33.0, 0)], true),
            ],
        };
        let file = svg_file(&strip, Format::Wide);
        assert!(file.contains("B,away,33,60\n") && file.contains("differ,different,30,33\n"));
        assert!(file.contains("class=\"differs\"") && file.contains(">0:30<"));
        assert_eq!(file, svg_file(&strip, Format::Wide));
    }
}
