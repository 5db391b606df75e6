//! A series along time: its points, fitted segments, limits of control, and where something began.

use attune_analysis::words;

use super::{
    DataTable, Drawn, Heading, Interval, Plot,
    frame::{self, Axis, Layout, Scales},
    marks, with_room,
};
use crate::{
    ArmMark, Format,
    figures::{
        axis::Panel,
        svg::{ARROW, Anchor, MATTERS, NONE, RISK, SMALL, Svg, lines, polyline, width_of},
    },
};

/// A series along time.
#[derive(Debug, Clone)]
pub struct TimeSeries {
    /// What stands around it.
    pub heading: Heading,
    /// Time, with its unit.
    pub time: String,
    /// What was measured, with its unit.
    pub value: String,
    /// The points, by time.
    pub points: Vec<SeriesPoint>,
    /// Fitted lines with their bands, such as one before and one after; empty for a control chart.
    pub segments: Vec<Vec<(f64, Interval)>>,
    /// What the series would have been without the change, by time; empty for none.
    pub counterfactual: Vec<(f64, f64)>,
    /// Horizontal lines, such as centre and control limits.
    pub limits: Vec<Limit>,
    /// Where something began: time and its name.
    pub events: Vec<(f64, String)>,
}

/// One point.
#[derive(Debug, Clone, Copy)]
pub struct SeriesPoint {
    /// When.
    pub time: f64,
    /// How much.
    pub value: f64,
    /// Whether a rule points at it.
    pub is_signal: bool,
}

/// A limit, which may change along time.
#[derive(Debug, Clone)]
pub struct Limit {
    /// Its name, such as "upper limit".
    pub label: String,
    /// (time, value); the last value is printed beside the name.
    pub line: Vec<(f64, f64)>,
    /// Whether it is the centre, drawn whole, or a limit, drawn dotted.
    pub is_centre: bool,
}

impl Plot for TimeSeries {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn data(&self) -> DataTable {
        let mut data = DataTable::new(&["kind", "time", "value", "lower", "upper"]);
        for point in &self.points {
            let kind = if point.is_signal { "signal" } else { "point" };
            data.push(&[kind], &[point.time, point.value, f64::NAN, f64::NAN]);
        }
        for (time, fitted) in self.segments.iter().flatten() {
            let [estimate, lower, upper] = fitted.values();
            data.push(&["fitted"], &[*time, estimate, lower, upper]);
        }
        for (time, value) in &self.counterfactual {
            data.push(
                &["without the change"],
                &[*time, *value, f64::NAN, f64::NAN],
            );
        }
        for limit in &self.limits {
            for (time, value) in &limit.line {
                data.push(&[&limit.label], &[*time, *value, f64::NAN, f64::NAN]);
            }
        }
        data
    }

    fn body(&self, format: Format) -> Drawn {
        let x = Axis::new(
            &self.time,
            with_room(self.points.iter().map(|point| point.time), 0.0),
        );
        let y = Axis::new(&self.value, with_room(self.values(), 0.06));
        let layout = Layout {
            columns: 1,
            left: frame::number_room(y.range),
            right: self.label_room(format),
            head: if self.events.is_empty() { 28.0 } else { 46.0 },
            height: if format == Format::Wide { 300.0 } else { 230.0 },
            foot: 46.0,
            own_numbers: false,
        };
        let (panels, height) = layout.panels(format, 1);
        let panel = panels[0];
        let mut svg = Svg::new(format.width(), height);
        let scales = frame::axes(&mut svg, panel, &x, &y, true);
        let top = Panel {
            top: 26.0,
            right: format.width(),
            ..panel
        };
        frame::name_above(&mut svg, top, 0.0, &self.value);
        self.draw_events(&mut svg, panel, &scales);
        self.draw_limits(&mut svg, panel, &scales, format);
        self.draw_segments(&mut svg, &scales);
        self.draw_points(&mut svg, &scales);
        Drawn(svg)
    }
}

/// How a limit is labelled: "upper limit 8.4".
fn words_of(limit: &Limit) -> Option<(f64, String)> {
    let (_, last) = *limit.line.last()?;
    let number = words::short(last, words::decimals_of(last, 3));
    Some((last, format!("{} {number}", limit.label)))
}

impl TimeSeries {
    fn values(&self) -> impl Iterator<Item = f64> {
        let points = self.points.iter().map(|point| point.value);
        let fitted = self
            .segments
            .iter()
            .flatten()
            .flat_map(|(_, fitted)| fitted.values());
        let without = self.counterfactual.iter().map(|point| point.1);
        let limits = self
            .limits
            .iter()
            .flat_map(|limit| limit.line.iter().map(|point| point.1));
        points.chain(fitted).chain(without).chain(limits)
    }

    /// What stands beside the right end: the height that it speaks of, and its words.
    fn labels(&self) -> Vec<(f64, String)> {
        let without = self
            .counterfactual
            .last()
            .map(|(_, value)| (*value, "without the change".to_owned()));
        self.limits
            .iter()
            .filter_map(words_of)
            .chain(without)
            .collect()
    }

    fn label_room(&self, format: Format) -> f64 {
        let labels = self.labels();
        let widest = labels
            .iter()
            .map(|(_, words)| width_of(words, SMALL.size()))
            .fold(0.0, f64::max);
        let most = if format == Format::Wide { 190.0 } else { 76.0 };
        if labels.is_empty() {
            2.0
        } else {
            (1.1 * widest + 12.0).min(most)
        }
    }

    fn draw_events(&self, svg: &mut Svg, panel: Panel, scales: &Scales) {
        for (time, name) in &self.events {
            let x = scales.x.at(*time);
            svg.line(ARROW, (x, panel.top - 6.0), (x, panel.bottom));
            let is_right = x > f64::midpoint(panel.left, panel.right);
            let (anchor, at, room) = match is_right {
                true => (Anchor::End, x - 4.0, x - panel.left),
                false => (Anchor::Start, x + 4.0, panel.right - x),
            };
            for words in lines(name, 1.05 * SMALL.size(), room - 8.0, 1) {
                svg.text(SMALL, (at, panel.top - 6.0), anchor, &words);
            }
        }
    }

    fn draw_limits(&self, svg: &mut Svg, panel: Panel, scales: &Scales, format: Format) {
        for limit in &self.limits {
            let paint = if limit.is_centre { NONE } else { MATTERS };
            svg.path(
                paint,
                &polyline(limit.line.iter().map(|point| scales.at(*point))),
            );
        }
        let labels = self.labels();
        let wanted: Vec<f64> = labels
            .iter()
            .map(|(value, _)| scales.y.at(*value))
            .collect();
        let room = format.width() - panel.right - 6.0;
        let gap = if format == Format::Wide { 15.0 } else { 29.0 };
        for ((_, words), height) in labels.iter().zip(frame::apart(&wanted, gap)) {
            let words = lines(words, 1.06 * SMALL.size(), room, 2);
            let first = height + 4.0 - 7.0 * (words.len() as f64 - 1.0);
            for (line, words) in words.iter().enumerate() {
                let at = (panel.right + 6.0, first + 14.0 * line as f64);
                svg.text(SMALL, at, Anchor::Start, words);
            }
        }
    }

    fn draw_segments(&self, svg: &mut Svg, scales: &Scales) {
        let mark = marks(1)[0];
        for segment in &self.segments {
            let limits: Vec<(f64, f64, f64)> = segment
                .iter()
                .filter(|(_, fitted)| fitted.is_finite())
                .map(|(time, fitted)| (*time, fitted.lower, fitted.upper))
                .collect();
            frame::band(svg, scales, mark, 0.2, &limits);
            let line = segment
                .iter()
                .map(|(time, fitted)| scales.at((*time, fitted.estimate)));
            svg.arm_line(mark, "fit", 2.6, &polyline(line));
        }
        if self.counterfactual.len() > 1 {
            let line = self.counterfactual.iter().map(|point| scales.at(*point));
            svg.arm_line(comparison(), "fit", 1.8, &polyline(line));
        }
    }

    fn draw_points(&self, svg: &mut Svg, scales: &Scales) {
        let mark = marks(1)[0];
        let place = |point: &SeriesPoint| scales.at((point.time, point.value));
        svg.arm_line(mark, "raw", 1.0, &polyline(self.points.iter().map(place)));
        let (signals, calm): (Vec<&SeriesPoint>, Vec<&SeriesPoint>) =
            self.points.iter().partition(|point| point.is_signal);
        let calm: Vec<(f64, f64)> = calm.into_iter().map(place).collect();
        svg.arm_dots(
            mark,
            "mean",
            if calm.len() > 150 { 2.2 } else { 3.2 },
            &calm,
        );
        // A signal differs in shape as well as in colour.
        for (x, y) in signals.into_iter().map(place) {
            let r = 5.6;
            let diamond = [(x, y - r), (x + r, y), (x, y + r), (x - r, y)];
            svg.path(RISK, &format!("{}z", polyline(diamond)));
        }
    }
}

fn comparison() -> ArmMark {
    marks(2)[0]
}
