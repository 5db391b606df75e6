//! Kappa of two coders, recording by recording, over the weeks in which they coded: an SVG whose dots lead
//! to both codings side by side.

use std::fmt::Write as _;

use super::{Known, Pair, side_by_side, title};
use crate::team_agreement::{Dated, drift_of};

/// Kappa of each recording against the week in which it was coded, as an SVG; each dot is a link to the
/// two codings.
pub(super) fn drift_plot(known: &Known, pair: &Pair, dated: &[Dated]) -> String {
    const WIDTH: f64 = 560.0;
    const HEIGHT: f64 = 180.0;
    const LEFT: f64 = 44.0;
    const BOTTOM: f64 = 28.0;
    let first = dated.iter().map(|one| one.day).min().unwrap_or(0);
    let last = dated.iter().map(|one| one.day).max().unwrap_or(0);
    let weeks = ((last - first) as f64 / 7.0).max(1.0);
    let lowest = dated.iter().map(|one| one.kappa).fold(0.0, f64::min);
    let x = |week: f64| LEFT + week / weeks * (WIDTH - LEFT - 16.0);
    let y = |kappa: f64| 12.0 + (1.0 - kappa) / (1.0 - lowest) * (HEIGHT - BOTTOM - 12.0);
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"group\" class=\"drift\" aria-label=\"Kappa of {} and {}, \
         recording by recording: {}\">",
        escaped(&pair.names[0]),
        escaped(&pair.names[1]),
        dated
            .iter()
            .map(|one| format!("week {}, {:.2}", (one.day - first) / 7 + 1, one.kappa))
            .collect::<Vec<_>>()
            .join("; ")
    );
    // Writing to a string cannot fail.
    for mark in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
        let at = y(mark);
        let _ = write!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{at:.1}\" y2=\"{at:.1}\" class=\"grid\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" class=\"axis\">{mark:.1}</text>",
            LEFT - 6.0,
            at + 4.0
        );
    }
    let every = (weeks / 10.0).ceil().max(1.0) as usize;
    for week in (0..=weeks.ceil() as usize).step_by(every) {
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" class=\"axis\">week {}</text>",
            x(week as f64),
            HEIGHT - 8.0,
            week + 1
        );
    }
    if let Some((slope, at_first)) = line_through(dated, first) {
        let _ = write!(
            svg,
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" class=\"trend\"/>",
            x(0.0),
            y(at_first),
            x(weeks),
            y(at_first + slope * weeks)
        );
    }
    for one in dated {
        let dot = format!(
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\" class=\"dot\"><title>{}: {:.2}</title></circle>",
            x((one.day - first) as f64 / 7.0),
            y(one.kappa),
            escaped(&title(known, &one.clip)),
            one.kappa
        );
        let _ = match side_by_side(known, &pair.report, &one.clip) {
            Some(address) => write!(svg, "<a href=\"{}\">{dot}</a>", escaped(&address)),
            None => write!(svg, "{dot}"),
        };
    }
    svg + "</svg>"
}

/// Slope per week and height in the first week, by least squares.
fn line_through(dated: &[Dated], first: i64) -> Option<(f64, f64)> {
    let slope = drift_of(dated)?.per_week?;
    let n = dated.len() as f64;
    let week = |one: &Dated| (one.day - first) as f64 / 7.0;
    let mean_week = dated.iter().map(week).sum::<f64>() / n;
    let mean_kappa = dated.iter().map(|one| one.kappa).sum::<f64>() / n;
    Some((slope, mean_kappa - slope * mean_week))
}

fn escaped(text: &str) -> String {
    attune_report::escape(text)
}
