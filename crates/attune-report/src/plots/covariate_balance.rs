//! How alike two arms are, covariate by covariate, before and after weighting ("love plot").

use super::{DataTable, Drawn, Heading, Plot, marks, with_room};
use crate::{
    Format,
    figures::{
        axis::{self, Panel},
        scale::{Scale, ticks},
        svg::{Anchor, GRID, LABEL, MATTERS, NONE, SMALL, Svg, lines, width_of},
    },
};

const STEP: f64 = 26.0;
const HEAD: f64 = 34.0;
const FOOT: f64 = 44.0;
/// What is commonly read as alike.
const SMALL_DIFFERENCE: f64 = 0.1;

/// Standardised differences of covariates.
#[derive(Debug, Clone)]
pub struct CovariateBalance {
    /// What stands around it.
    pub heading: Heading,
    /// From top to bottom.
    pub rows: Vec<BalanceRow>,
}

/// One covariate, or one level.
#[derive(Debug, Clone)]
pub struct BalanceRow {
    /// Its name.
    pub label: String,
    /// Standardised difference without weights.
    pub before: f64,
    /// Standardised difference with weights.
    pub after: f64,
}

impl Plot for CovariateBalance {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn data(&self) -> DataTable {
        let mut data = DataTable::new(&["covariate", "before weighting", "after weighting"]);
        for row in &self.rows {
            data.push(&[&row.label], &[row.before, row.after]);
        }
        data
    }

    fn body(&self, format: Format) -> Drawn {
        let widest = self
            .rows
            .iter()
            .map(|row| width_of(&row.label, LABEL.size()))
            .fold(0.0, f64::max);
        let left = (1.1 * widest + 14.0).min(format.width() / 2.5);
        let bottom = HEAD + self.rows.len() as f64 * STEP + 6.0;
        let panel = Panel {
            left,
            right: format.width() - 12.0,
            top: HEAD,
            bottom,
        };
        let mut svg = Svg::new(format.width(), bottom + FOOT);
        self.draw(&mut svg, panel);
        Drawn(svg)
    }
}

impl CovariateBalance {
    fn draw(&self, svg: &mut Svg, panel: Panel) {
        let values = self.rows.iter().flat_map(|row| [row.before, row.after]);
        let shown = [-1.5 * SMALL_DIFFERENCE, 1.5 * SMALL_DIFFERENCE];
        let (low, high) = with_room(values.filter(|v| v.is_finite()).chain(shown), 0.04);
        let scale = Scale::new((low, high), (panel.left, panel.right));
        let wanted = ((panel.right - panel.left) / 64.0).clamp(3.0, 8.0) as usize;
        let marks_at = ticks(low, high, wanted);
        let upright = |svg: &mut Svg, paint, value: f64| {
            let x = scale.at(value);
            svg.line(paint, (x, panel.top), (x, panel.bottom));
        };
        for tick in &marks_at.0 {
            upright(svg, GRID, *tick);
        }
        upright(svg, MATTERS, -SMALL_DIFFERENCE);
        upright(svg, MATTERS, SMALL_DIFFERENCE);
        upright(svg, NONE, 0.0);
        axis::below(svg, panel, scale, &axis::numbered(marks_at));
        axis::name_below(
            svg,
            panel,
            "Standardised difference, first group minus second",
        );
        let [before, after] = [marks(2)[0], marks(2)[1]];
        let mut places = [Vec::new(), Vec::new()];
        for (position, row) in self.rows.iter().enumerate() {
            let y = panel.top + (position as f64 + 0.5) * STEP;
            for label in lines(&row.label, 1.05 * LABEL.size(), panel.left - 10.0, 1) {
                svg.text(LABEL, (panel.left - 10.0, y + 4.5), Anchor::End, &label);
            }
            for (places, value) in places.iter_mut().zip([row.before, row.after]) {
                if value.is_finite() {
                    places.push((scale.at(value), y));
                }
            }
        }
        svg.arm_dots(before, "mean", 5.0, &places[0]);
        svg.arm_dots(after, "mean", 5.0, &places[1]);
        self.key(svg, panel);
    }

    /// What the two marks are.
    fn key(&self, svg: &mut Svg, panel: Panel) {
        let mut x = panel.left;
        for (mark, words) in marks(2)
            .into_iter()
            .zip(["before weighting", "after weighting"])
        {
            svg.arm_key(mark, 5.0, (x + 6.0, panel.top - 16.0));
            svg.text(SMALL, (x + 16.0, panel.top - 12.0), Anchor::Start, words);
            x += width_of(words, SMALL.size()) + 40.0;
        }
    }
}
