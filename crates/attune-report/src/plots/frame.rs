//! What plots with two axes have in common: panels side by side or stacked, axes, direct labels that
//! keep apart, areas between two limits.

use attune_analysis::words;

use crate::{
    ArmMark, Format,
    figures::{
        axis::{self, Panel, Tick},
        scale::{Scale, ticks},
        svg::{AXIS_NAME, Anchor, SMALL, Svg, lines, polyline, width_of},
    },
};

/// A numeric axis: its name with the unit, and the values that it spans.
#[derive(Debug, Clone)]
pub struct Axis {
    pub name: String,
    pub range: (f64, f64),
    /// Values that ask for a tick each, such as planned waves; round numbers where they are too many.
    pub at: Vec<f64>,
}

impl Axis {
    /// An axis with round numbers at its ticks.
    pub fn new(name: &str, range: (f64, f64)) -> Self {
        Self {
            name: name.to_owned(),
            range,
            at: Vec::new(),
        }
    }

    /// Ticks of a horizontal axis.
    fn ticks(&self, scale: Scale, width: f64) -> Vec<Tick> {
        let own: Vec<Tick> = self
            .at
            .iter()
            .map(|value| (*value, words::short(*value, 2)))
            .collect();
        let are_apart = own.windows(2).all(|pair| {
            let room =
                0.6 * (width_of(&pair[0].1, SMALL.size()) + width_of(&pair[1].1, SMALL.size()));
            scale.at(pair[1].0) - scale.at(pair[0].0) > room + 8.0
        });
        if !own.is_empty() && own.len() <= 10 && are_apart {
            return own;
        }
        let wanted = (width / 64.0).clamp(3.0, 8.0) as usize;
        axis::numbered(ticks(self.range.0, self.range.1, wanted))
    }
}

/// Both scales of a panel.
#[derive(Debug, Clone, Copy)]
pub struct Scales {
    pub x: Scale,
    pub y: Scale,
}

impl Scales {
    /// The place of a point.
    pub fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.x.at(x), self.y.at(y))
    }
}

/// How panels are laid out.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Panels in a row.
    pub columns: usize,
    /// Room left of a panel that has numbers on its vertical axis.
    pub left: f64,
    /// Room right of the panels.
    pub right: f64,
    /// Room above each panel.
    pub head: f64,
    /// Height of each panel.
    pub height: f64,
    /// Room beneath each panel.
    pub foot: f64,
    /// Whether each panel has numbers of its own, not only the first of a row.
    pub own_numbers: bool,
}

impl Layout {
    /// The panels, and the height that they take.
    pub fn panels(&self, format: Format, count: usize) -> (Vec<Panel>, f64) {
        let gap = 20.0;
        let columns = self.columns as f64;
        let n_left = if self.own_numbers { columns } else { 1.0 };
        let room = format.width() - self.right - n_left * self.left - gap * (columns - 1.0);
        let width = room / columns;
        let row_height = self.head + self.height + self.foot;
        let panels = (0..count).map(|n| {
            let (row, column) = (n / self.columns, (n % self.columns) as f64);
            let n_left = if self.own_numbers { column + 1.0 } else { 1.0 };
            let left = n_left * self.left + column * (width + gap);
            let top = row as f64 * row_height + self.head;
            Panel {
                left,
                right: left + width,
                top,
                bottom: top + self.height,
            }
        });
        let rows = count.div_ceil(self.columns);
        (panels.collect(), rows as f64 * row_height)
    }
}

/// Room that the numbers of a vertical axis need.
pub fn number_room((low, high): (f64, f64)) -> f64 {
    let (marks, decimals) = ticks(low, high, 5);
    let widest = marks
        .iter()
        .map(|mark| width_of(&words::fixed(*mark, decimals), SMALL.size()))
        .fold(0.0, f64::max);
    (1.1 * widest + 12.0).max(24.0)
}

/// Draws both axes of a panel with faint lines at the vertical ticks; the name of the vertical axis
/// stands above it, where it is read without turning the head.
pub fn axes(svg: &mut Svg, panel: Panel, x: &Axis, y: &Axis, with_numbers: bool) -> Scales {
    let scales = Scales {
        x: Scale::new(x.range, (panel.left + 6.0, panel.right - 6.0)),
        y: Scale::new(y.range, (panel.bottom, panel.top)),
    };
    axis::across(svg, panel, scales.y, with_numbers);
    let marks = x.ticks(scales.x, panel.right - panel.left);
    axis::below(svg, panel, scales.x, &marks);
    axis::name_below(svg, panel, &x.name);
    scales
}

/// The name of a vertical axis at the very top.
pub fn name_above(svg: &mut Svg, panel: Panel, left: f64, name: &str) {
    let width = panel.right - left;
    for line in lines(name, AXIS_NAME.size(), width, 1) {
        svg.text(AXIS_NAME, (left, panel.top - 12.0), Anchor::Start, &line);
    }
}

/// The area between two limits, each along x: `(x, lower, upper)`.
pub fn band(
    svg: &mut Svg,
    scales: &Scales,
    mark: ArmMark,
    opacity: f64,
    limits: &[(f64, f64, f64)],
) {
    if limits.len() < 2 {
        return;
    }
    let upper = limits.iter().map(|(x, _, upper)| scales.at((*x, *upper)));
    let lower = limits
        .iter()
        .rev()
        .map(|(x, lower, _)| scales.at((*x, *lower)));
    let path = format!("{}z", polyline(upper.chain(lower)));
    svg.arm_area(mark, "band", opacity, &path);
}

/// Heights for labels that want to stand at `wanted`: in the same order, at least `gap` apart.
pub fn apart(wanted: &[f64], gap: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let mut heights = wanted.to_vec();
    // Each pass moves neighbours that are too close apart by half of what is lacking.
    for _ in 0..100 {
        for pair in order.windows(2) {
            let lack = gap - (heights[pair[1]] - heights[pair[0]]);
            if lack > 0.01 {
                heights[pair[0]] -= lack / 2.0;
                heights[pair[1]] += lack / 2.0;
            }
        }
    }
    heights
}
