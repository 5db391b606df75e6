//! Groups side by side: every value a dot, and each group's mean with its interval beside them.

use super::{DataTable, Drawn, Heading, Interval, Plot, frame, marks, with_room};
use crate::{
    ArmMark, Format,
    figures::{
        axis::{self, Panel},
        scale::Scale,
        svg::{AXIS_NAME, Anchor, LABEL, NONE, SMALL, Svg, lines, polyline},
    },
};

/// Values in groups.
#[derive(Debug, Clone)]
pub struct GroupDots {
    /// What stands around it.
    pub heading: Heading,
    /// What was measured, with its unit.
    pub value: String,
    /// What makes the groups; empty where their names say it.
    pub grouping: String,
    /// Groups from left to right; the first is the reference.
    pub groups: Vec<DotGroup>,
    /// Whether a line at zero means something.
    pub with_zero: bool,
}

/// One group.
#[derive(Debug, Clone)]
pub struct DotGroup {
    /// Its name.
    pub label: String,
    /// A second line beneath, such as "n = 31".
    pub detail: String,
    /// Its values.
    pub values: Vec<f64>,
    /// Its mean, observed or fitted.
    pub mean: Interval,
}

impl Plot for GroupDots {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn data(&self) -> DataTable {
        let mut data = DataTable::new(&["kind", "group", "value", "lower", "upper"]);
        for group in &self.groups {
            data.push(&["mean", &group.label], &group.mean.values());
            for value in &group.values {
                data.push(&["value", &group.label], &[*value, f64::NAN, f64::NAN]);
            }
        }
        data
    }

    fn body(&self, format: Format) -> Drawn {
        let values = self.groups.iter().flat_map(|group| {
            let values = group.values.iter().copied();
            values.chain(group.mean.values())
        });
        let zero = self.with_zero.then_some(0.0);
        let range = with_room(values.chain(zero), 0.04);
        let height = if format == Format::Wide { 320.0 } else { 250.0 };
        let panel = Panel {
            left: frame::number_room(range),
            right: format.width() - 2.0,
            top: 28.0,
            bottom: 28.0 + height,
        };
        let step = (panel.right - panel.left) / self.groups.len().max(1) as f64;
        let lettering = if step < 70.0 { SMALL } else { LABEL };
        let names: Vec<Vec<String>> = self
            .groups
            .iter()
            .map(|group| lines(&group.label, 1.05 * lettering.size(), step - 4.0, 3))
            .collect();
        let n_lines = names.iter().map(Vec::len).max().unwrap_or(0) as f64;
        let foot = panel.bottom + 26.0 + 15.0 * n_lines;
        let end = if self.grouping.is_empty() {
            foot
        } else {
            foot + 20.0
        };
        let mut svg = Svg::new(format.width(), end);
        let y = Scale::new(range, (panel.bottom, panel.top));
        axis::across(&mut svg, panel, y, true);
        axis::below(&mut svg, panel, y, &[]);
        frame::name_above(&mut svg, panel, 0.0, &self.value);
        if self.with_zero {
            svg.line(NONE, (panel.left, y.at(0.0)), (panel.right, y.at(0.0)));
        }
        for (position, (group, name)) in self.groups.iter().zip(&names).enumerate() {
            let centre = panel.left + (position as f64 + 0.5) * step;
            draw(&mut svg, group, self.mark(position), y, (centre, step));
            let mut height = panel.bottom + 19.0;
            for words in name {
                svg.text(lettering, (centre, height), Anchor::Middle, words);
                height += 15.0;
            }
            for words in lines(&group.detail, 1.05 * SMALL.size(), step - 2.0, 1) {
                svg.text(SMALL, (centre, height), Anchor::Middle, &words);
            }
        }
        let at = (f64::midpoint(panel.left, panel.right), foot + 12.0);
        for words in lines(&self.grouping, AXIS_NAME.size(), format.width(), 1) {
            svg.text(AXIS_NAME, at, Anchor::Middle, &words);
        }
        Drawn(svg)
    }
}

impl GroupDots {
    /// Beyond four groups, names alone tell them apart.
    fn mark(&self, position: usize) -> ArmMark {
        match self.groups.len() {
            count @ 0..=4 => marks(count)[position],
            _ => marks(1)[0],
        }
    }
}

/// The dots of a group left of its centre, the mean with its interval right of them.
fn draw(svg: &mut Svg, group: &DotGroup, mark: ArmMark, y: Scale, (centre, step): (f64, f64)) {
    let heights: Vec<f64> = group.values.iter().map(|value| y.at(*value)).collect();
    let width = (0.26 * step).min(70.0);
    let dots = swarm(&heights, centre - 0.1 * step, width);
    svg.arm_specks(mark, if dots.len() > 200 { 1.3 } else { 2.1 }, &dots);
    let reach = dots
        .iter()
        .map(|(x, _)| *x)
        .fold(centre - 0.1 * step, f64::max);
    let x = reach + (0.12 * step).clamp(7.0, 18.0);
    if group.mean.is_finite() {
        let [_, low, high] = group.mean.values().map(|value| y.at(value));
        // A bar rather than a line, which would take the dashes of its arm.
        let bar = [
            (x - 1.1, low),
            (x + 1.1, low),
            (x + 1.1, high),
            (x - 1.1, high),
        ];
        svg.arm_area(mark, "key", 1.0, &format!("{}z", polyline(bar)));
    }
    if group.mean.estimate.is_finite() {
        svg.arm_dots(mark, "mean", 4.4, &[(x, y.at(group.mean.estimate))]);
    }
}

/// Dots at these heights around `centre`, each as near to it as those before leave room, none further
/// than `width`. Depends on the heights and their order only.
pub fn swarm(heights: &[f64], centre: f64, width: f64) -> Vec<(f64, f64)> {
    let gap = if heights.len() > 200 { 2.6 } else { 4.4 };
    let mut order: Vec<usize> = (0..heights.len())
        .filter(|n| heights[*n].is_finite())
        .collect();
    order.sort_by(|a, b| heights[*a].total_cmp(&heights[*b]).then(a.cmp(b)));
    let mut placed: Vec<(f64, f64)> = Vec::new();
    for n in order {
        let y = heights[n];
        // Neighbours lie at the end of the list, since heights are sorted.
        let near: Vec<f64> = placed
            .iter()
            .rev()
            .take_while(|(_, other)| y - other < gap)
            .map(|(x, _)| *x)
            .collect();
        let is_free = |x: f64| near.iter().all(|other| (x - other).abs() >= gap);
        let steps = (width / gap).floor() as i32;
        let offsets = (0..=steps).flat_map(|step| [f64::from(step), -f64::from(step)]);
        let offset = offsets
            .map(|step| step * gap)
            .find(|offset| is_free(centre + offset));
        // Where a row is full, dots go on lying over each other, spread over the width.
        let crowded = ((near.len() as f64 * 0.618).fract() * 2.0 - 1.0) * width;
        placed.push((centre + offset.unwrap_or(crowded), y));
    }
    placed
}
