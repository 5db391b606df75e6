//! Axes: a line, ticks with numbers, and a name with its unit.

use attune_analysis::words;

use super::{
    scale::{Scale, month_ticks, ticks},
    svg::{AXIS, AXIS_NAME, Anchor, GRID, SMALL, Svg, lines},
};

/// A rectangle in which data are drawn.
#[derive(Debug, Clone, Copy)]
pub struct Panel {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
}

/// A tick: where, and what stands beneath.
pub type Tick = (f64, String);

/// Whether the axis counts nothing and its places have names, such as phases.
pub fn is_of_names(label: &str, named: &[Tick]) -> bool {
    unit_of(label).is_none() && !named.is_empty()
}

fn unit_of(label: &str) -> Option<&'static str> {
    let label = label.to_lowercase();
    ["month", "year", "week", "day"]
        .into_iter()
        .find(|unit| label.contains(unit))
}

/// Numbers as ticks.
pub fn numbered((marks, decimals): (Vec<f64>, usize)) -> Vec<Tick> {
    let number = |mark: f64| (mark, words::fixed(mark, decimals));
    marks.into_iter().map(number).collect()
}

/// Ticks of a time axis: where the waves are, if their times are round and not too close; else in
/// quarters and years when the axis counts months, in round numbers when it counts something else;
/// names where it counts nothing, such as phases.
pub fn time_ticks(label: &str, named: &[Tick], scale: Scale) -> Vec<Tick> {
    let (low, high) = scale.values();
    let unit = unit_of(label);
    let waves: Vec<Tick> = named
        .iter()
        .map(|(time, _)| (*time, words::short(*time, 2)))
        .collect();
    let is_round = |tick: &Tick| tick.1.len() <= 4 && (tick.0 * 4.0).fract().abs() < 1e-9;
    let is_apart = waves
        .windows(2)
        .all(|pair| scale.at(pair[1].0) - scale.at(pair[0].0) > 26.0);
    match unit {
        None if !named.is_empty() => named.to_vec(),
        Some(_) if waves.len() > 1 && is_apart && waves.iter().all(is_round) => waves,
        Some("month") => numbered(month_ticks(low, high, 5)),
        _ => numbered(ticks(low, high, 5)),
    }
}

/// A horizontal axis beneath the panel: line, ticks and what stands beneath them.
pub fn below(svg: &mut Svg, panel: Panel, scale: Scale, ticks: &[Tick]) {
    svg.line(
        AXIS,
        (panel.left, panel.bottom),
        (panel.right, panel.bottom),
    );
    let room = (panel.right - panel.left) / ticks.len().max(1) as f64;
    for (mark, words) in ticks {
        let x = scale.at(*mark);
        svg.line(AXIS, (x, panel.bottom), (x, panel.bottom + 4.0));
        let words = lines(words, SMALL.size(), room.max(40.0), 1).concat();
        svg.text(SMALL, (x, panel.bottom + 18.0), Anchor::Middle, &words);
    }
}

/// The name of a horizontal axis, in as many lines as it needs. Returns where it ends.
pub fn name_below(svg: &mut Svg, panel: Panel, name: &str) -> f64 {
    let width = panel.right - panel.left;
    let middle = f64::midpoint(panel.left, panel.right);
    let mut y = panel.bottom + 36.0;
    for line in lines(name, AXIS_NAME.size(), width.max(150.0), 3) {
        svg.text(AXIS_NAME, (middle, y), Anchor::Middle, &line);
        y += 15.0;
    }
    y - 15.0
}

/// Faint lines across the panel at the ticks of a vertical axis, with numbers if wanted.
pub fn across(svg: &mut Svg, panel: Panel, scale: Scale, with_numbers: bool) {
    let (low, high) = scale.values();
    let (marks, decimals) = ticks(low, high, 5);
    for mark in marks {
        let y = scale.at(mark);
        svg.line(GRID, (panel.left, y), (panel.right, y));
        if with_numbers {
            let number = words::fixed(mark, decimals);
            svg.text(SMALL, (panel.left - 8.0, y + 4.0), Anchor::End, &number);
        }
    }
}
