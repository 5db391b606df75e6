//! Power along a design quantity: simulated points with their Monte-Carlo error as a band, and the
//! power that is wanted.

use attune_analysis::words;

use super::{
    DataTable, Drawn, Heading, Interval, Plot,
    frame::{self, Axis, Layout, Scales},
    marks, with_room,
};
use crate::{
    Format,
    figures::{
        axis::Panel,
        svg::{Anchor, MATTERS, NONE, SMALL, Svg, lines, polyline},
    },
};

/// One or several curves of power.
#[derive(Debug, Clone)]
pub struct PowerCurves {
    /// What stands around it.
    pub heading: Heading,
    /// What varies along the curve, with its unit.
    pub x_name: String,
    /// At most four curves; one alone needs no name.
    pub curves: Vec<PowerCurve>,
    /// The power that is wanted, from 0 to 1.
    pub target: Option<f64>,
    /// Where the wanted power is reached.
    pub reached_at: Option<f64>,
}

/// One curve.
#[derive(Debug, Clone)]
pub struct PowerCurve {
    /// Its name.
    pub label: String,
    /// Points by x.
    pub points: Vec<PowerPoint>,
}

/// Power at one place, from 0 to 1, with its Monte-Carlo interval.
#[derive(Debug, Clone, Copy)]
pub struct PowerPoint {
    /// The design quantity.
    pub x: f64,
    /// Power with Monte-Carlo interval.
    pub power: Interval,
}

impl Plot for PowerCurves {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn data(&self) -> DataTable {
        let mut data = DataTable::new(&["curve", "x", "power", "lower", "upper"]);
        for curve in &self.curves {
            for point in &curve.points {
                let [power, lower, upper] = point.power.values();
                data.push(&[&curve.label], &[point.x, power, lower, upper]);
            }
        }
        data
    }

    fn body(&self, format: Format) -> Drawn {
        let points = self.curves.iter().flat_map(|curve| &curve.points);
        let x = Axis::new(
            &self.x_name,
            with_room(points.map(|point| point.x).chain(self.reached_at), 0.02),
        );
        let y = Axis::new("Power, %", (0.0, 100.0));
        let are_named = self.curves.iter().any(|curve| !curve.label.is_empty());
        let layout = Layout {
            columns: 1,
            left: frame::number_room(y.range),
            right: if are_named {
                0.24 * format.width()
            } else {
                14.0
            },
            head: 28.0,
            height: if format == Format::Wide { 320.0 } else { 240.0 },
            foot: 46.0,
            own_numbers: false,
        };
        let (panels, height) = layout.panels(format, 1);
        let panel = panels[0];
        let mut svg = Svg::new(format.width(), height);
        let scales = frame::axes(&mut svg, panel, &x, &y, true);
        frame::name_above(&mut svg, panel, 0.0, &y.name);
        self.draw_target(&mut svg, panel, &scales);
        self.draw_curves(&mut svg, &scales);
        self.draw_names(&mut svg, panel, &scales, format);
        Drawn(svg)
    }
}

impl PowerCurves {
    fn draw_target(&self, svg: &mut Svg, panel: Panel, scales: &Scales) {
        let Some(target) = self.target else {
            return;
        };
        let y = scales.y.at(100.0 * target);
        svg.line(NONE, (panel.left, y), (panel.right, y));
        let words = format!("wanted: {}", words::percent(target));
        svg.text(SMALL, (panel.left + 6.0, y - 5.0), Anchor::Start, &words);
        if let Some(x) = self.reached_at {
            let x = scales.x.at(x);
            svg.line(MATTERS, (x, y), (x, panel.bottom));
        }
        if let Some(reached) = self.reached_at {
            let x = scales.x.at(reached);
            let is_right = x > f64::midpoint(panel.left, panel.right);
            let (at, anchor) = if is_right {
                (x - 6.0, Anchor::End)
            } else {
                (x + 6.0, Anchor::Start)
            };
            let words = format!("reached at {}", words::short(reached, 2));
            svg.text(SMALL, (at, panel.bottom - 8.0), anchor, &words);
        }
    }

    fn draw_curves(&self, svg: &mut Svg, scales: &Scales) {
        let marks = marks(self.curves.len());
        for (curve, mark) in self.curves.iter().zip(&marks) {
            let limits: Vec<(f64, f64, f64)> = curve
                .points
                .iter()
                .map(|point| {
                    (
                        point.x,
                        100.0 * point.power.lower,
                        100.0 * point.power.upper,
                    )
                })
                .collect();
            frame::band(svg, scales, *mark, 0.22, &limits);
        }
        for (curve, mark) in self.curves.iter().zip(&marks) {
            let place = |point: &PowerPoint| scales.at((point.x, 100.0 * point.power.estimate));
            let places: Vec<(f64, f64)> = curve.points.iter().map(place).collect();
            svg.arm_line(*mark, "fit", 2.4, &polyline(places.iter().copied()));
            svg.arm_dots(*mark, "mean", 3.4, &places);
        }
    }

    fn draw_names(&self, svg: &mut Svg, panel: Panel, scales: &Scales, format: Format) {
        let ends = self.curves.iter().filter_map(|curve| curve.points.last());
        let wanted: Vec<f64> = ends
            .map(|point| scales.y.at(100.0 * point.power.estimate))
            .collect();
        let heights = frame::apart(&wanted, 16.0);
        let named = self.curves.iter().filter(|curve| !curve.points.is_empty());
        for ((curve, height), mark) in named.zip(heights).zip(marks(self.curves.len())) {
            let room = format.width() - panel.right - 8.0;
            for words in lines(&curve.label, 14.2, room, 1) {
                svg.arm_text(
                    mark,
                    (panel.right + 8.0, height + 4.5),
                    Anchor::Start,
                    &words,
                );
            }
        }
    }
}
