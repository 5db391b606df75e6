//! Each dyad's course: one panel per arm with thin lines, dots, the fitted line and its band, and one
//! panel with the fitted lines side by side over the observed means. The panels of the arms share
//! one vertical axis; the last has its own, since a difference that matters may be small beside the
//! spread of single dyads.

use attune_analysis::words;

use super::{
    Format,
    axis::{self, Panel},
    scale::{Scale, range, widened},
    svg::{AXIS_NAME, Anchor, SMALL, STRONG, Svg, lines, polyline},
};
use crate::{ArmTrajectories, Trajectories, plots::group_dots::swarm};

const TOP: f64 = 66.0;
const FOOT: f64 = 46.0;

pub fn draw(figure: &Trajectories, format: Format) -> Svg {
    if raw_points(figure).next().is_none() {
        return draw_fitted_alone(figure, format);
    }
    let panels = places(figure, format);
    let height = panels.last().map_or(80.0, |panel| panel.bottom + FOOT);
    let mut svg = Svg::new(format.width(), height);
    let (time, value) = (time_range(figure), value_range(figure));
    let name = lines(
        &figure.value_label,
        AXIS_NAME.size(),
        format.width() - 8.0,
        1,
    );
    for line in name {
        svg.text(AXIS_NAME, (0.0, 13.0), Anchor::Start, &line);
    }
    for (position, panel) in panels.iter().enumerate() {
        let arm = figure.arms.get(position);
        let value = if arm.is_some() {
            value
        } else {
            fitted_range(figure)
        };
        let x = Scale::new(time, (panel.left + 6.0, panel.right - 6.0));
        let y = Scale::new(value, (panel.bottom, panel.top));
        let with_numbers = position == 0 || arm.is_none() || format == Format::Narrow;
        axis::across(&mut svg, *panel, y, with_numbers);
        axis::below(
            &mut svg,
            *panel,
            x,
            &axis::time_ticks(&figure.time_label, &figure.time_ticks, x),
        );
        let scales = Scales { x, y };
        match arm {
            Some(arm) => {
                let is_alone = figure.arms.len() == 1;
                heading(&mut svg, *panel, arm, figure.measured_on, is_alone);
                match is_of_names(figure) {
                    true => {
                        let beside = swarms(&mut svg, *panel, &scales, arm);
                        bars(&mut svg, &scales, arm, beside);
                    }
                    false => {
                        courses(&mut svg, &scales, arm, format);
                        band(&mut svg, &scales, arm, 0.22);
                        fitted_line(&mut svg, &scales, arm);
                    }
                }
            }
            None => both_panel(&mut svg, *panel, &scales, figure),
        }
    }
    name_of_time(&mut svg, &panels, figure);
    svg
}

/// The fitted lines and observed means in one panel, for pages on which single dyads are not drawn. Arms
/// are named above it, one below the other.
fn draw_fitted_alone(figure: &Trajectories, format: Format) -> Svg {
    // One line needs no name.
    let named = match figure.arms.as_slice() {
        [_] => &[][..],
        several => several,
    };
    let top = 40.0 + 22.0 * named.len() as f64;
    let panel = Panel {
        left: 40.0,
        right: format.width() - 2.0,
        top,
        bottom: top + if format == Format::Wide { 300.0 } else { 230.0 },
    };
    let mut svg = Svg::new(format.width(), panel.bottom + FOOT);
    let scales = Scales {
        x: Scale::new(time_range(figure), (panel.left + 6.0, panel.right - 6.0)),
        y: Scale::new(fitted_range(figure), (panel.bottom, panel.top)),
    };
    for (position, arm) in named.iter().enumerate() {
        let y = 16.0 + 22.0 * position as f64;
        sample_line(&mut svg, arm, (0.0, y - 4.5), 24.0);
        for line in lines(&arm.label, STRONG.size(), format.width() - 34.0, 1) {
            svg.arm_text(arm.mark, (32.0, y), Anchor::Start, &line);
        }
    }
    let name = lines(
        &figure.value_label,
        AXIS_NAME.size(),
        format.width() - 8.0,
        1,
    );
    for line in name {
        svg.text(AXIS_NAME, (0.0, top - 14.0), Anchor::Start, &line);
    }
    axis::across(&mut svg, panel, scales.y, true);
    let ticks = axis::time_ticks(&figure.time_label, &figure.time_ticks, scales.x);
    axis::below(&mut svg, panel, scales.x, &ticks);
    if is_of_names(figure) {
        for arm in &figure.arms {
            bars(&mut svg, &scales, arm, 0.0);
        }
    } else {
        for arm in &figure.arms {
            band(&mut svg, &scales, arm, 0.18);
        }
        for arm in &figure.arms {
            fitted_line(&mut svg, &scales, arm);
            let means: Vec<(f64, f64)> = arm.means.iter().map(|mean| scales.at(*mean)).collect();
            svg.arm_dots(arm.mark, "mean", 3.6, &means);
        }
    }
    name_of_time(&mut svg, &[panel], figure);
    svg
}

/// Whether the figure compares places that have names, such as before and after, and no course in time.
fn is_of_names(figure: &Trajectories) -> bool {
    axis::is_of_names(&figure.time_label, &figure.time_ticks)
}

/// A mean with its interval `beside` each place that has a name: there is nothing between two of them.
fn bars(svg: &mut Svg, scales: &Scales, arm: &ArmTrajectories, beside: f64) {
    let at = |time, value| {
        let (x, y) = scales.at((time, value));
        (x + beside, y)
    };
    let path: String = arm
        .fitted
        .iter()
        .map(|(time, _, lower, upper)| polyline([at(*time, *lower), at(*time, *upper)]))
        .collect();
    svg.arm_line(arm.mark, "fit bar", 2.4, &path);
    let means: Vec<(f64, f64)> = arm.fitted.iter().map(|f| at(f.0, f.1)).collect();
    svg.arm_dots(arm.mark, "mean", 4.6, &means);
}

struct Scales {
    x: Scale,
    y: Scale,
}

impl Scales {
    fn at(&self, (time, value): (f64, f64)) -> (f64, f64) {
        (self.x.at(time), self.y.at(value))
    }
}

/// One panel per arm, and one for all where there are several; side by side or stacked.
fn places(figure: &Trajectories, format: Format) -> Vec<Panel> {
    let arms = figure.arms.len();
    let count = if arms > 1 { arms + 1 } else { arms };
    let left = 40.0;
    match format {
        Format::Wide => {
            let gap = 20.0;
            // The last panel has numbers of its own.
            let own_numbers = if count > 1 { 34.0 } else { 0.0 };
            let room = format.width() - left - own_numbers - 2.0;
            let width = (room - gap * (count.max(1) - 1) as f64) / count.max(1) as f64;
            let height = if count > 1 { 270.0 } else { 320.0 };
            (0..count)
                .map(|n| {
                    let extra = if n + 1 == count { own_numbers } else { 0.0 };
                    let left = left + n as f64 * (width + gap) + extra;
                    Panel {
                        left,
                        right: left + width,
                        top: TOP,
                        bottom: TOP + height,
                    }
                })
                .collect()
        }
        Format::Narrow => (0..count)
            .map(|n| {
                let top = TOP + n as f64 * 268.0;
                Panel {
                    left,
                    right: format.width() - 2.0,
                    top,
                    bottom: top + 184.0,
                }
            })
            .collect(),
    }
}

fn time_range(figure: &Trajectories) -> (f64, f64) {
    let raw = raw_points(figure).map(|point| point.0);
    let fitted = figure
        .arms
        .iter()
        .flat_map(|arm| arm.fitted.iter().map(|f| f.0));
    let (low, high) = range(raw.chain(fitted)).unwrap_or((0.0, 1.0));
    match is_of_names(figure) {
        true => (low - 0.5, high + 0.5),
        false => widened(low, high),
    }
}

/// Of the panels with single dyads.
fn value_range(figure: &Trajectories) -> (f64, f64) {
    with_room(
        raw_points(figure)
            .map(|point| point.1)
            .chain(fitted_values(figure)),
    )
}

/// Of the panel with the fitted lines: close up, or small differences could not be seen.
fn fitted_range(figure: &Trajectories) -> (f64, f64) {
    let means = figure
        .arms
        .iter()
        .flat_map(|arm| arm.means.iter().map(|mean| mean.1));
    with_room(fitted_values(figure).chain(means))
}

fn raw_points(figure: &Trajectories) -> impl Iterator<Item = (f64, f64)> {
    figure
        .arms
        .iter()
        .flat_map(|arm| arm.dyads.iter().flatten().copied())
}

fn fitted_values(figure: &Trajectories) -> impl Iterator<Item = f64> {
    let lines = figure.arms.iter().flat_map(|arm| &arm.fitted);
    lines.flat_map(|f| [f.1, f.2, f.3])
}

fn with_room(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = range(values).unwrap_or((0.0, 1.0));
    let (low, high) = widened(low, high);
    let room = 0.05 * (high - low);
    (low - room, high + room)
}

/// What was measured at each place that has a name, every value beside its like; gives how far right of
/// its place a mean stands clear of them.
fn swarms(svg: &mut Svg, panel: Panel, scales: &Scales, arm: &ArmTrajectories) -> f64 {
    let mut points: Vec<(f64, f64)> = arm.dyads.iter().flatten().copied().collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let width = 0.08 * (panel.right - panel.left);
    let radius = if points.len() > 400 { 1.0 } else { 2.0 };
    let mut reach: f64 = 0.0;
    for place in points.chunk_by(|a, b| a.0 == b.0) {
        let heights: Vec<f64> = place.iter().map(|point| scales.at(*point).1).collect();
        let centre = scales.at(place[0]).0;
        let dots = swarm(&heights, centre, width);
        svg.arm_specks(arm.mark, radius, &dots);
        reach = dots.iter().map(|dot| dot.0 - centre).fold(reach, f64::max);
    }
    reach + 14.0
}

/// Each dyad's line and dots.
fn courses(svg: &mut Svg, scales: &Scales, arm: &ArmTrajectories, format: Format) {
    let lines: String = arm
        .dyads
        .iter()
        .filter(|dyad| dyad.len() > 1)
        .map(|dyad| polyline(dyad.iter().map(|point| scales.at(*point))))
        .collect();
    if !lines.is_empty() {
        svg.arm_line(arm.mark, "raw", 0.9, &lines);
    }
    // On a phone the bends of the lines are dots enough; a dyad seen once has no line.
    let has_dots = |dyad: &&Vec<(f64, f64)>| format == Format::Wide || dyad.len() == 1;
    let dots: Vec<(f64, f64)> = arm
        .dyads
        .iter()
        .filter(has_dots)
        .flatten()
        .map(|point| scales.at(*point))
        .collect();
    if !dots.is_empty() {
        let radius = if dots.len() > 400 { 1.0 } else { 1.5 };
        svg.arm_specks(arm.mark, radius, &dots);
    }
}

/// The arm's name in its colour, a sample of its line and dot, and how many there are. One arm alone needs
/// no name.
fn heading(
    svg: &mut Svg,
    panel: Panel,
    arm: &ArmTrajectories,
    (one, many): (&str, &str),
    is_alone: bool,
) {
    let sample = 30.0;
    let y = panel.top - 30.0;
    let drawn = format!("{} drawn", words::count_of(arm.dyads.len(), one, many));
    if is_alone {
        svg.text(SMALL, (panel.left, y + 16.0), Anchor::Start, &drawn);
        return;
    }
    sample_line(svg, arm, (panel.left, y - 4.5), sample - 6.0);
    let room = panel.right - panel.left - sample;
    for line in lines(&arm.label, STRONG.size(), room, 1) {
        svg.arm_text(arm.mark, (panel.left + sample, y), Anchor::Start, &line);
    }
    svg.text(
        SMALL,
        (panel.left + sample, y + 16.0),
        Anchor::Start,
        &drawn,
    );
}

fn sample_line(svg: &mut Svg, arm: &ArmTrajectories, (x, y): (f64, f64), width: f64) {
    svg.arm_line(arm.mark, "fit", 2.4, &polyline([(x, y), (x + width, y)]));
    svg.arm_key(arm.mark, 3.6, (x + width / 2.0, y));
}

fn band(svg: &mut Svg, scales: &Scales, arm: &ArmTrajectories, opacity: f64) {
    if arm.fitted.len() < 2 {
        return;
    }
    let upper = arm.fitted.iter().map(|f| scales.at((f.0, f.3)));
    let lower = arm.fitted.iter().rev().map(|f| scales.at((f.0, f.2)));
    let path = format!("{}z", polyline(upper.chain(lower)));
    svg.arm_area(arm.mark, "band", opacity, &path);
}

fn fitted_line(svg: &mut Svg, scales: &Scales, arm: &ArmTrajectories) {
    if arm.fitted.len() < 2 {
        return;
    }
    let path = polyline(arm.fitted.iter().map(|f| scales.at((f.0, f.1))));
    svg.arm_line(arm.mark, "fit", 2.4, &path);
}

fn both_panel(svg: &mut Svg, panel: Panel, scales: &Scales, figure: &Trajectories) {
    let y = panel.top - 30.0;
    svg.text(
        STRONG,
        (panel.left, y),
        Anchor::Start,
        "Fitted means, close up",
    );
    let key = format!("on its own scale; bands: {} CI", figure.level);
    for line in lines(&key, SMALL.size(), panel.right - panel.left + 8.0, 1) {
        svg.text(SMALL, (panel.left, y + 16.0), Anchor::Start, &line);
    }
    for arm in &figure.arms {
        band(svg, scales, arm, 0.18);
    }
    for arm in &figure.arms {
        fitted_line(svg, scales, arm);
        let means: Vec<(f64, f64)> = arm.means.iter().map(|mean| scales.at(*mean)).collect();
        svg.arm_dots(arm.mark, "mean", 3.6, &means);
    }
}

fn name_of_time(svg: &mut Svg, panels: &[Panel], figure: &Trajectories) {
    let name = figure.time_name.as_ref().unwrap_or(&figure.time_label);
    let (Some(first), Some(last)) = (panels.first(), panels.last()) else {
        return;
    };
    if name.is_empty() {
        return;
    }
    let whole = Panel {
        left: first.left,
        right: last.right,
        ..*last
    };
    axis::name_below(svg, whole, name);
}
