//! Conditional modes of random effects with their intervals, sorted: which units differ, and how well
//! that is known.

use super::{DataTable, Drawn, Heading, Interval, Plot, frame::Layout, marks, with_room};
use crate::{
    Format,
    figures::{
        axis::{self, Panel},
        scale::{Scale, ticks},
        svg::{Anchor, GRID, NONE, SMALL, STRONG, Svg, lines, polyline, width_of},
    },
};

/// Most levels that are named one by one.
const MOST_NAMED: usize = 60;
/// Most levels that are drawn; beyond, the smallest, the largest and a regular sample between.
const MOST: usize = 400;

/// Modes of the random effects of one grouping factor.
#[derive(Debug, Clone)]
pub struct Caterpillar {
    /// What stands around it.
    pub heading: Heading,
    /// The grouping factor.
    pub group: String,
    /// One panel per random effect.
    pub panels: Vec<CaterpillarPanel>,
}

/// One random effect.
#[derive(Debug, Clone)]
pub struct CaterpillarPanel {
    /// Its name.
    pub label: String,
    /// One per level of the grouping factor, the same levels in every panel.
    pub modes: Vec<Mode>,
}

/// The mode of one level.
#[derive(Debug, Clone)]
pub struct Mode {
    /// The level.
    pub level: String,
    /// Its mode with interval.
    pub interval: Interval,
}

impl Plot for Caterpillar {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn data(&self) -> DataTable {
        let mut data = DataTable::new(&["effect", "level", "mode", "lower", "upper"]);
        for panel in &self.panels {
            for mode in &panel.modes {
                data.push(&[&panel.label, &mode.level], &mode.interval.values());
            }
        }
        data
    }

    fn body(&self, format: Format) -> Drawn {
        let order = self.order();
        let n = order.len();
        let are_named = n <= MOST_NAMED;
        let step = if are_named {
            15.0
        } else {
            (760.0 / n as f64).max(1.6)
        };
        let columns = match format {
            Format::Wide => self.panels.len().clamp(1, 3),
            Format::Narrow => 1,
        };
        let layout = Layout {
            columns,
            left: if are_named {
                self.name_room(format)
            } else {
                12.0
            },
            right: 2.0,
            head: 26.0,
            height: n as f64 * step + 10.0,
            foot: 44.0,
            own_numbers: false,
        };
        let (places, height) = layout.panels(format, self.panels.len());
        let mut svg = Svg::new(format.width(), height);
        for (position, (panel, place)) in self.panels.iter().zip(&places).enumerate() {
            if are_named && position.is_multiple_of(columns) {
                named(&mut svg, *place, panel, &order, step, layout.left);
            }
            draw(&mut svg, *place, panel, &order, step);
        }
        Drawn(svg)
    }
}

impl Caterpillar {
    /// Levels by their mode of the first effect, from the smallest at the foot.
    fn order(&self) -> Vec<usize> {
        let Some(first) = self.panels.first() else {
            return Vec::new();
        };
        let mode = |place: &usize| first.modes[*place].interval.estimate;
        let mut order: Vec<usize> = (0..first.modes.len()).collect();
        order.sort_by(|a, b| mode(b).total_cmp(&mode(a)).then(a.cmp(b)));
        let last = order.last().copied();
        let mut drawn = super::sampled(&order, MOST);
        // The sample begins with the largest; the smallest belongs to it as well.
        drawn.extend(last.filter(|last| drawn.last() != Some(last)));
        drawn
    }

    fn name_room(&self, format: Format) -> f64 {
        let modes = self.panels.iter().flat_map(|panel| &panel.modes);
        let widest = modes
            .map(|mode| width_of(&mode.level, SMALL.size()))
            .fold(0.0, f64::max);
        (1.1 * widest + 12.0).min(format.width() / 3.0)
    }
}

fn named(
    svg: &mut Svg,
    place: Panel,
    panel: &CaterpillarPanel,
    order: &[usize],
    step: f64,
    room: f64,
) {
    for (position, level) in order.iter().enumerate() {
        let y = place.top + 9.0 + position as f64 * step;
        for name in lines(
            &panel.modes[*level].level,
            1.05 * SMALL.size(),
            room - 10.0,
            1,
        ) {
            svg.text(SMALL, (place.left - 8.0, y + 4.0), Anchor::End, &name);
        }
    }
}

fn draw(svg: &mut Svg, place: Panel, panel: &CaterpillarPanel, order: &[usize], step: f64) {
    let values = panel.modes.iter().flat_map(|mode| mode.interval.values());
    let (low, high) = with_room(values.chain([0.0]), 0.03);
    let scale = Scale::new((low, high), (place.left + 6.0, place.right - 6.0));
    for words in lines(
        &panel.label,
        1.05 * STRONG.size(),
        place.right - place.left,
        1,
    ) {
        svg.text(STRONG, (place.left, place.top - 9.0), Anchor::Start, &words);
    }
    let wanted = ((place.right - place.left) / 64.0).clamp(2.0, 6.0) as usize;
    let marks_at = ticks(low, high, wanted);
    for tick in &marks_at.0 {
        let x = scale.at(*tick);
        svg.line(GRID, (x, place.top), (x, place.bottom));
    }
    let zero = scale.at(0.0);
    svg.line(NONE, (zero, place.top), (zero, place.bottom));
    axis::below(svg, place, scale, &axis::numbered(marks_at));
    axis::name_below(svg, place, "Difference from the average");
    let mark = marks(1)[0];
    let mut whiskers = String::new();
    let mut dots = Vec::new();
    for (position, level) in order.iter().enumerate() {
        let interval = panel.modes[*level].interval;
        if !interval.is_finite() {
            continue;
        }
        let y = place.top + 9.0 + position as f64 * step;
        whiskers += &polyline([(scale.at(interval.lower), y), (scale.at(interval.upper), y)]);
        dots.push((scale.at(interval.estimate), y));
    }
    // Many lines close together become an area; faint ones leave the dots to be seen.
    let class = if step < 4.0 { "raw" } else { "fit" };
    svg.arm_line(mark, class, (0.6 * step).clamp(0.6, 1.3), &whiskers);
    svg.arm_dots(mark, "mean", (0.42 * step).clamp(1.3, 3.4), &dots);
}
