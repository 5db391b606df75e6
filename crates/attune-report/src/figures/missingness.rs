//! What is missing: for each outcome one bar per wave and arm, as a share of the values expected,
//! its parts shaded by reason.

use attune_analysis::words;

use super::{
    Format,
    axis::{self, Panel},
    scale::{Scale, ticks},
    svg::{Anchor, GRID, LABEL, SMALL, STRONG, Svg, lines, width_of},
};
use crate::{Missingness, MissingnessBar, MissingnessPanel};

const BAR: f64 = 13.0;
const STEP: f64 = 19.0;
const WAVE_GAP: f64 = 7.0;
const PANEL_HEAD: f64 = 30.0;

pub fn draw(figure: &Missingness, format: Format) -> Svg {
    let key = key_places(&figure.reasons, format);
    let key_height = key.last().map_or(0.0, |(_, y)| y + 22.0);
    let rows: f64 = figure.panels.iter().map(|p| panel_height(p, format)).sum();
    let height = key_height + rows + 46.0;
    let mut svg = Svg::new(format.width(), height);
    for (position, ((x, y), reason)) in key.iter().zip(&figure.reasons).enumerate() {
        svg.shaded(position, (*x, *y + 2.0), (12.0, 12.0));
        svg.text(SMALL, (x + 18.0, y + 12.5), Anchor::Start, reason);
    }
    let panel = Panel {
        left: if format == Format::Wide { 300.0 } else { 26.0 },
        right: format.width() - if format == Format::Wide { 70.0 } else { 62.0 },
        top: key_height,
        bottom: key_height + rows,
    };
    let scale = Scale::new((0.0, largest_share(figure)), (panel.left, panel.right));
    let marks = ticks(0.0, scale.values().1 * 100.0, 4);
    for tick in &marks.0 {
        let x = scale.at(tick / 100.0);
        svg.line(GRID, (x, panel.top + 4.0), (x, panel.bottom));
    }
    let mut y = panel.top;
    for outcome in &figure.panels {
        outcome_rows(&mut svg, outcome, scale, format, y);
        y += panel_height(outcome, format);
    }
    let percent = Scale::new((0.0, scale.values().1 * 100.0), (panel.left, panel.right));
    axis::below(&mut svg, panel, percent, &axis::numbered(marks));
    axis::name_below(&mut svg, panel, "Missing, % of values expected");
    svg
}

fn key_places(reasons: &[String], format: Format) -> Vec<(f64, f64)> {
    let (mut x, mut y) = (0.0, 0.0);
    let mut places = Vec::new();
    for reason in reasons {
        let width = 18.0 + width_of(reason, SMALL.size()) + 22.0;
        if x > 0.0 && x + width > format.width() {
            x = 0.0;
            y += 20.0;
        }
        places.push((x, y));
        x += width;
    }
    places
}

/// A little more than the largest share of missing values, so that its bar does not fill the axis.
fn largest_share(figure: &Missingness) -> f64 {
    let shares = figure
        .panels
        .iter()
        .flat_map(|panel| &panel.bars)
        .map(|bar| bar.missing.iter().sum::<usize>() as f64 / bar.expected.max(1) as f64);
    shares.fold(0.1, f64::max)
}

fn panel_height(panel: &MissingnessPanel, format: Format) -> f64 {
    let heads = match format {
        Format::Wide => 0.0,
        Format::Narrow => STEP * wave_count(panel) as f64,
    };
    PANEL_HEAD + STEP * panel.bars.len() as f64 + WAVE_GAP * wave_count(panel) as f64 + heads + 4.0
}

fn wave_count(panel: &MissingnessPanel) -> usize {
    let mut waves: Vec<&str> = panel.bars.iter().map(|bar| bar.wave.as_str()).collect();
    waves.dedup();
    waves.len()
}

fn outcome_rows(svg: &mut Svg, panel: &MissingnessPanel, scale: Scale, format: Format, top: f64) {
    for line in lines(&panel.label, STRONG.size(), format.width(), 1) {
        svg.text(STRONG, (0.0, top + 20.0), Anchor::Start, &line);
    }
    let mut y = top + PANEL_HEAD;
    let mut wave = None;
    for bar in &panel.bars {
        if wave != Some(&bar.wave) {
            wave = Some(&bar.wave);
            y += WAVE_GAP;
            y = wave_name(svg, &bar.wave, format, y);
        }
        one_bar(svg, bar, scale, format, y);
        y += STEP;
    }
}

/// The wave's name: left of its first bar, or on a line of its own. Returns where bars go on.
fn wave_name(svg: &mut Svg, wave: &str, format: Format, y: f64) -> f64 {
    let (width, next) = match format {
        Format::Wide => (128.0, y),
        Format::Narrow => (format.width(), y + STEP),
    };
    for line in lines(wave, LABEL.size(), width, 1) {
        svg.text(LABEL, (0.0, y + 11.0), Anchor::Start, &line);
    }
    next
}

fn one_bar(svg: &mut Svg, bar: &MissingnessBar, scale: Scale, format: Format, y: f64) {
    let start = scale.at(0.0);
    if let Some((mark, label)) = &bar.arm {
        let dot = match format {
            Format::Wide => 140.0,
            Format::Narrow => 10.0,
        };
        svg.arm_key(*mark, 4.0, (dot, y + BAR / 2.0));
        if format == Format::Wide {
            let short = lines(label, SMALL.size(), start - dot - 20.0, 1).concat();
            svg.text(SMALL, (dot + 10.0, y + 10.5), Anchor::Start, &short);
        }
    }
    let mut x = start;
    for (position, n) in bar.missing.iter().enumerate() {
        let width = scale.at(*n as f64 / bar.expected.max(1) as f64) - start;
        if *n > 0 {
            svg.shaded(position, (x, y), (width, BAR));
            x += width;
        }
    }
    let missing: usize = bar.missing.iter().sum();
    let count = format!(
        "{} of {}",
        words::count(missing),
        words::count(bar.expected)
    );
    svg.text(SMALL, (x + 6.0, y + 10.5), Anchor::Start, &count);
}
