//! Bland–Altman: differences of two measurements against their mean, with the bias and the limits of
//! agreement, each with its interval.

use attune_analysis::words;

use super::{
    DataTable, Drawn, Heading, Interval, Plot,
    frame::{self, Axis, Layout, Scales},
    marks, with_room,
};
use crate::{
    ArmKind, ArmMark, Format,
    figures::{
        axis::Panel,
        svg::{Anchor, MATTERS, NONE, SMALL, Svg, lines, polyline},
    },
};

/// Differences against means.
#[derive(Debug, Clone)]
pub struct BlandAltman {
    /// What stands around it.
    pub heading: Heading,
    /// What was measured, with its unit.
    pub value: String,
    /// The difference in words, such as "Coder A − coder B".
    pub difference: String,
    /// (mean, difference) of each unit.
    pub points: Vec<(f64, f64)>,
    /// The mean difference.
    pub bias: Interval,
    /// Lower limit of agreement.
    pub lower_limit: Interval,
    /// Upper limit of agreement.
    pub upper_limit: Interval,
}

impl Plot for BlandAltman {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn data(&self) -> DataTable {
        let mut data = DataTable::new(&["kind", "mean", "difference", "lower", "upper"]);
        for (name, interval) in self.lines() {
            let [estimate, lower, upper] = interval.values();
            data.push(&[name], &[f64::NAN, estimate, lower, upper]);
        }
        for (mean, difference) in &self.points {
            data.push(&["unit"], &[*mean, *difference, f64::NAN, f64::NAN]);
        }
        data
    }

    fn body(&self, format: Format) -> Drawn {
        let x = Axis::new(
            &format!("Mean of both, {}", self.value),
            with_room(self.points.iter().map(|point| point.0), 0.03),
        );
        let limits = self.lines().map(|(_, interval)| interval.values());
        let values = limits.into_iter().flatten();
        let differences = self.points.iter().map(|point| point.1);
        let y = Axis::new(
            &self.difference,
            with_room(values.chain(differences).chain([0.0]), 0.06),
        );
        let layout = Layout {
            columns: 1,
            left: frame::number_room(y.range),
            right: if format == Format::Wide { 150.0 } else { 74.0 },
            head: 26.0,
            height: if format == Format::Wide { 340.0 } else { 260.0 },
            foot: 46.0,
            own_numbers: false,
        };
        let (panels, height) = layout.panels(format, 1);
        let mut svg = Svg::new(format.width(), height);
        let panel = panels[0];
        let scales = frame::axes(&mut svg, panel, &x, &y, true);
        frame::name_above(&mut svg, panel, 0.0, &y.name);
        self.draw_lines(&mut svg, panel, &scales, format);
        let points: Vec<(f64, f64)> = self.points.iter().map(|point| scales.at(*point)).collect();
        svg.arm_dots(
            marks(1)[0],
            "mean",
            if points.len() > 300 { 2.2 } else { 3.2 },
            &points,
        );
        Drawn(svg)
    }
}

impl BlandAltman {
    fn lines(&self) -> [(&'static str, Interval); 3] {
        [
            ("upper limit", self.upper_limit),
            ("mean difference", self.bias),
            ("lower limit", self.lower_limit),
        ]
    }

    fn draw_lines(&self, svg: &mut Svg, panel: Panel, scales: &Scales, format: Format) {
        let zero = scales.y.at(0.0);
        svg.line(MATTERS, (panel.left, zero), (panel.right, zero));
        let heights = self.lines().map(|(_, line)| scales.y.at(line.estimate));
        let labels = frame::apart(&heights, if format == Format::Wide { 32.0 } else { 46.0 });
        for (((name, line), y), label) in self.lines().into_iter().zip(heights).zip(labels) {
            if !line.estimate.is_finite() {
                continue;
            }
            band(svg, panel, scales, name, line);
            svg.line(NONE, (panel.left, y), (panel.right, y));
            let number = words::fixed(line.estimate, words::decimals_for(line.lower, line.upper));
            let room = format.width() - panel.right - 8.0;
            beside(svg, (panel.right + 8.0, label), room, name, &line, &number);
        }
    }
}

/// The interval of a line across the panel: the bias in the first colour, the limits in the second.
fn band(svg: &mut Svg, panel: Panel, scales: &Scales, name: &str, line: Interval) {
    if !line.is_finite() {
        return;
    }
    let mark = match name {
        "mean difference" => ArmMark(ArmKind::Programme),
        _ => ArmMark(ArmKind::Comparison),
    };
    let (top, bottom) = (scales.y.at(line.upper), scales.y.at(line.lower));
    let corners = [
        (panel.left, top),
        (panel.right, top),
        (panel.right, bottom),
        (panel.left, bottom),
    ];
    svg.arm_area(mark, "band", 0.16, &format!("{}z", polyline(corners)));
}

/// Name, number and, where there is room, the interval, to the right of the line.
fn beside(svg: &mut Svg, (x, y): (f64, f64), room: f64, name: &str, line: &Interval, number: &str) {
    let mut words = lines(&format!("{name} {number}"), 1.06 * SMALL.size(), room, 3);
    if line.is_finite() && room > 100.0 {
        let decimals = words::decimals_for(line.lower, line.upper);
        let limit = |value: f64| words::fixed(value, decimals);
        words.push(format!("{} to {}", limit(line.lower), limit(line.upper)));
    }
    let first = y + 4.0 - 7.0 * (words.len() as f64 - 1.0);
    for (position, words) in words.iter().enumerate() {
        let at = (x, first + 14.0 * position as f64);
        svg.text(SMALL, at, Anchor::Start, words);
    }
}
