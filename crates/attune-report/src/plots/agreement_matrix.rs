//! How often one coder's category met the other's: a square of counts, darker where there are more,
//! the diagonal outlined.

use attune_analysis::words;

use super::{DataTable, Drawn, Heading, Plot, marks};
use crate::{
    Format,
    figures::svg::{AXIS_NAME, Anchor, LABEL, NONE, SMALL, Svg, lines, polyline, width_of},
};

/// Counts of pairs of categories.
#[derive(Debug, Clone)]
pub struct AgreementMatrix {
    /// What stands around it.
    pub heading: Heading,
    /// Who chose the rows.
    pub row_coder: String,
    /// Who chose the columns.
    pub column_coder: String,
    /// Categories, in order.
    pub categories: Vec<String>,
    /// Counts: a row per category of the first coder. Fractions are possible with many coders.
    pub counts: Vec<Vec<f64>>,
}

impl Plot for AgreementMatrix {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn data(&self) -> DataTable {
        let mut data = DataTable::new(&[&self.row_coder, &self.column_coder, "count"]);
        for (row, counts) in self.categories.iter().zip(&self.counts) {
            for (column, count) in self.categories.iter().zip(counts) {
                data.push(&[row, column], &[*count]);
            }
        }
        data
    }

    fn body(&self, format: Format) -> Drawn {
        let n = self.categories.len().max(1) as f64;
        let widest = self
            .categories
            .iter()
            .map(|name| width_of(name, LABEL.size()))
            .fold(0.0, f64::max);
        let left = (1.1 * widest + 14.0).clamp(30.0, format.width() * 0.34);
        let total = 44.0;
        let size = ((format.width() - left - total) / n).min(76.0);
        let top = 58.0;
        let mut svg = Svg::new(format.width(), top + n * size + 30.0);
        let plan = Plan { left, top, size };
        self.names(&mut svg, &plan);
        self.cells(&mut svg, &plan);
        self.totals(&mut svg, &plan);
        Drawn(svg)
    }
}

struct Plan {
    left: f64,
    top: f64,
    size: f64,
}

impl Plan {
    /// Upper left corner of a cell.
    fn corner(&self, row: usize, column: usize) -> (f64, f64) {
        (
            self.left + column as f64 * self.size,
            self.top + row as f64 * self.size,
        )
    }

    fn square(&self, row: usize, column: usize) -> String {
        let ((x, y), size) = (self.corner(row, column), self.size - 2.0);
        let corners = [(x, y), (x + size, y), (x + size, y + size), (x, y + size)];
        format!("{}z", polyline(corners))
    }
}

impl AgreementMatrix {
    fn names(&self, svg: &mut Svg, plan: &Plan) {
        let n = self.categories.len();
        let width = n as f64 * plan.size;
        svg.text(
            AXIS_NAME,
            (plan.left + width / 2.0, 14.0),
            Anchor::Middle,
            &self.column_coder,
        );
        for words in lines(&self.row_coder, AXIS_NAME.size(), plan.left - 8.0, 2) {
            svg.text(AXIS_NAME, (0.0, plan.top - 10.0), Anchor::Start, &words);
        }
        for (place, name) in self.categories.iter().enumerate() {
            let (x, y) = plan.corner(place, place);
            for words in lines(name, 1.08 * LABEL.size(), plan.left - 8.0, 1) {
                let at = (plan.left - 8.0, y + plan.size / 2.0 + 4.0);
                svg.text(LABEL, at, Anchor::End, &words);
            }
            // Above a narrow column a long name breaks into two lines.
            let words = lines(name, 1.08 * SMALL.size(), plan.size + 2.0, 2);
            let first = plan.top - 8.0 - 13.0 * (words.len() as f64 - 1.0);
            for (line, words) in words.iter().enumerate() {
                let at = (x + plan.size / 2.0 - 1.0, first + 13.0 * line as f64);
                svg.text(SMALL, at, Anchor::Middle, words);
            }
        }
    }

    fn cells(&self, svg: &mut Svg, plan: &Plan) {
        let most = self.counts.iter().flatten().copied().fold(1e-12, f64::max);
        let mut diagonal = String::new();
        for (row, counts) in self.counts.iter().enumerate() {
            for (column, count) in counts.iter().enumerate() {
                // At most half covered, so that the number on it keeps its contrast.
                let shade = ((0.04 + 0.46 * count / most) * 100.0).round() / 100.0;
                svg.arm_area(marks(1)[0], "band", shade, &plan.square(row, column));
                let (x, y) = plan.corner(row, column);
                let at = (x + plan.size / 2.0 - 1.0, y + plan.size / 2.0 + 4.0);
                svg.text(LABEL, at, Anchor::Middle, &words::short(*count, 1));
            }
            diagonal += &plan.square(row, row);
        }
        svg.path(NONE, &diagonal);
    }

    fn totals(&self, svg: &mut Svg, plan: &Plan) {
        let n = self.categories.len();
        let half = plan.size / 2.0;
        for (row, counts) in self.counts.iter().enumerate() {
            let (x, y) = plan.corner(row, n);
            let total: f64 = counts.iter().sum();
            svg.text(
                SMALL,
                (x + 6.0, y + half + 4.0),
                Anchor::Start,
                &words::short(total, 1),
            );
        }
        for column in 0..n {
            let (x, y) = plan.corner(n, column);
            let total: f64 = self.counts.iter().filter_map(|row| row.get(column)).sum();
            svg.text(
                SMALL,
                (x + half - 1.0, y + 16.0),
                Anchor::Middle,
                &words::short(total, 1),
            );
        }
    }
}
