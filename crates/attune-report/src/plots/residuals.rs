//! Residuals: against the fitted values, and against what a normal distribution would give.

use super::{
    DataTable, Drawn, Heading, Plot,
    frame::{self, Axis, Layout, Scales},
    marks, sampled, with_room,
};
use crate::{
    Format,
    figures::{
        axis::Panel,
        svg::{Anchor, NONE, STRONG, Svg},
    },
};

/// Most points drawn in a panel; beyond, a regular sample.
const MOST: usize = 3000;

/// Residuals of a fit.
#[derive(Debug, Clone)]
pub struct Residuals {
    /// What stands around it.
    pub heading: Heading,
    /// Response, with its unit.
    pub response: String,
    /// (fitted value, residual) of each row.
    pub points: Vec<(f64, f64)>,
    /// (quantile of the standard normal distribution, residual), by increasing residual.
    pub quantiles: Vec<(f64, f64)>,
    /// Standard deviation of the residuals: the slope of the line that normal residuals follow.
    pub spread: f64,
}

impl Plot for Residuals {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn data(&self) -> DataTable {
        let mut data = DataTable::new(&["panel", "x", "residual"]);
        for (fitted, residual) in sampled(&self.points, MOST) {
            data.push(&["fitted"], &[fitted, residual]);
        }
        for (quantile, residual) in sampled(&self.quantiles, MOST) {
            data.push(&["normal quantile"], &[quantile, residual]);
        }
        data
    }

    fn body(&self, format: Format) -> Drawn {
        let y = Axis::new("", with_room(self.points.iter().map(|point| point.1), 0.05));
        let layout = Layout {
            columns: if format == Format::Wide { 2 } else { 1 },
            left: frame::number_room(y.range),
            right: 2.0,
            head: 30.0,
            height: if format == Format::Wide { 270.0 } else { 210.0 },
            foot: 44.0,
            own_numbers: false,
        };
        let (panels, height) = layout.panels(format, 2);
        let mut svg = Svg::new(format.width(), height);
        let with_numbers = |position: usize| position.is_multiple_of(layout.columns);
        self.against_fitted(&mut svg, panels[0], &y, with_numbers(0));
        self.against_normal(&mut svg, panels[1], &y, with_numbers(1));
        Drawn(svg)
    }
}

impl Residuals {
    fn against_fitted(&self, svg: &mut Svg, panel: Panel, y: &Axis, with_numbers: bool) {
        let x = Axis::new(
            &format!("Fitted {}", self.response),
            with_room(self.points.iter().map(|point| point.0), 0.02),
        );
        titled(svg, panel, "Residuals along the fitted values");
        let scales = frame::axes(svg, panel, &x, y, with_numbers);
        let zero = scales.y.at(0.0);
        svg.line(NONE, (panel.left, zero), (panel.right, zero));
        dots(svg, &scales, &self.points);
    }

    fn against_normal(&self, svg: &mut Svg, panel: Panel, y: &Axis, with_numbers: bool) {
        let x = Axis::new(
            "Quantile of a normal distribution",
            with_room(self.quantiles.iter().map(|point| point.0), 0.02),
        );
        titled(svg, panel, "Residuals against a normal distribution");
        let scales = frame::axes(svg, panel, &x, y, with_numbers);
        if self.spread > 0.0 {
            // The line ends where it leaves the panel, above or at the side.
            let inside = |value: f64| value.clamp(y.range.0 / self.spread, y.range.1 / self.spread);
            let (low, high) = (inside(x.range.0), inside(x.range.1));
            let line = [low, high].map(|at| scales.at((at, at * self.spread)));
            svg.line(NONE, line[0], line[1]);
        }
        dots(svg, &scales, &self.quantiles);
    }
}

fn titled(svg: &mut Svg, panel: Panel, words: &str) {
    svg.text(STRONG, (panel.left, panel.top - 12.0), Anchor::Start, words);
}

fn dots(svg: &mut Svg, scales: &Scales, points: &[(f64, f64)]) {
    let drawn = sampled(points, MOST);
    let radius = if drawn.len() > 500 { 1.2 } else { 1.9 };
    let places: Vec<(f64, f64)> = drawn.iter().map(|point| scales.at(*point)).collect();
    svg.arm_specks(marks(1)[0], radius, &places);
}
