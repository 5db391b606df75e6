//! A forest: estimates with intervals one below the other, the line of no difference, and the
//! smallest difference that would matter.

use super::{
    Format,
    axis::{self, Panel},
    scale::{Scale, range, ticks, widened},
    svg::{Anchor, GRID, LABEL, MATTERS, NONE, Paint, SMALL, STRONG, Svg, c, lines, width_of},
};
use crate::{Forest, ForestRow};

const MAIN: Paint = Paint::of(
    "estimate main",
    r##"stroke="#1f2733" stroke-width="2" fill="none""##,
);
const OTHER: Paint = Paint::of(
    "estimate",
    r##"stroke="#565c66" stroke-width="1.5" fill="none""##,
);
const MAIN_DOT: Paint = Paint::of("estimate-dot main", r##"fill="#1f2733""##);
const OTHER_DOT: Paint = Paint::of(
    "estimate-dot",
    r##"fill="#ffffff" stroke="#565c66" stroke-width="1.5""##,
);

pub fn draw(figure: &Forest, format: Format) -> Svg {
    let plan = Plan::of(figure, format);
    let mut svg = Svg::new(format.width(), plan.height);
    ground(&mut svg, figure, &plan);
    for (row, top) in figure.rows.iter().zip(&plan.tops) {
        label(&mut svg, row, &plan, *top);
        mark(&mut svg, row, &plan, *top);
    }
    let end = axis::name_below(&mut svg, plan.panel, &figure.axis_label);
    sides(&mut svg, figure, &plan, end);
    svg
}

/// Where everything goes.
struct Plan {
    format: Format,
    panel: Panel,
    scale: Scale,
    tops: Vec<f64>,
    height: f64,
    /// Whether all rows have the same smallest difference that matters.
    shares_difference: bool,
    /// Width for labels and for numbers in words.
    label_width: f64,
    words_left: f64,
}

impl Plan {
    fn of(figure: &Forest, format: Format) -> Self {
        let width = format.width();
        let (left, right) = match format {
            Format::Wide => (232.0, width - 172.0),
            Format::Narrow => (6.0, width - 6.0),
        };
        let label_width = match format {
            Format::Wide => left - 18.0,
            Format::Narrow => width,
        };
        let mut tops = Vec::new();
        let mut y = 10.0;
        for row in &figure.rows {
            tops.push(y);
            y += row_height(row, format, label_width);
        }
        let panel = Panel {
            left,
            right,
            top: 6.0,
            bottom: y + 2.0,
        };
        let extra = match (&figure.sides, format) {
            (None, _) => 0.0,
            (Some(_), Format::Wide) => 20.0,
            (Some(_), Format::Narrow) => 36.0,
        };
        let names = lines(&figure.axis_label, 12.5, (right - left).max(150.0), 3).len();
        Self {
            format,
            panel,
            scale: Scale::new(limits(figure), (left + 4.0, right - 4.0)),
            tops,
            shares_difference: common_difference(figure).is_some(),
            height: panel.bottom + 28.0 + 15.0 * names as f64 + extra,
            label_width,
            words_left: right + 14.0,
        }
    }

    /// Height at which the interval of a row is drawn.
    fn middle(&self, row: &ForestRow, top: f64) -> f64 {
        let height = row_height(row, self.format, self.label_width);
        match self.format {
            Format::Wide => top + height / 2.0 - 2.0,
            Format::Narrow => top + height - 24.0,
        }
    }
}

fn label_lines(row: &ForestRow, width: f64) -> (Vec<String>, Vec<String>) {
    let most = 2;
    let label = lines(&row.label, LABEL.size() * 1.04, width, most);
    let detail = lines(&row.detail, SMALL.size(), width, most);
    (label, detail)
}

fn row_height(row: &ForestRow, format: Format, width: f64) -> f64 {
    let (label, detail) = label_lines(row, width);
    let text = 17.0 * label.len() as f64 + 15.0 * detail.len() as f64;
    match format {
        Format::Wide => text.max(20.0) + 14.0,
        Format::Narrow => text + 17.0 + 40.0,
    }
}

/// From the smallest to the largest end of an interval, with the line of no difference on it.
fn limits(figure: &Forest) -> (f64, f64) {
    let ends = figure.rows.iter().flat_map(|row| {
        let interval = row.estimate.map(|(e, low, high)| [e, low, high]);
        let matters = row.smallest_difference.map(|d| [-d, d]);
        interval
            .into_iter()
            .flatten()
            .chain(matters.into_iter().flatten())
    });
    let (low, high) = range(ends.chain([0.0])).unwrap_or((-1.0, 1.0));
    let (low, high) = widened(low, high);
    let room = 0.04 * (high - low);
    (low - room, high + room)
}

fn ground(svg: &mut Svg, figure: &Forest, plan: &Plan) {
    let (low, high) = plan.scale.values();
    let wanted = if plan.format == Format::Wide { 6 } else { 5 };
    let marks = ticks(low, high, wanted);
    for tick in &marks.0 {
        down(svg, figure, plan, GRID, *tick);
    }
    if let Some(difference) = common_difference(figure) {
        for value in [-difference, difference] {
            down(svg, figure, plan, MATTERS, value);
        }
    }
    down(svg, figure, plan, NONE, 0.0);
    axis::below(svg, plan.panel, plan.scale, &axis::numbered(marks));
}

/// A line from top to bottom; on a phone in pieces, so that it does not cross the labels.
fn down(svg: &mut Svg, figure: &Forest, plan: &Plan, paint: Paint, value: f64) {
    let x = plan.scale.at(value);
    if plan.format == Format::Wide {
        svg.line(paint, (x, plan.panel.top), (x, plan.panel.bottom));
        return;
    }
    for (row, top) in figure.rows.iter().zip(&plan.tops) {
        let y = plan.middle(row, *top);
        svg.line(paint, (x, y - 14.0), (x, y + 14.0));
    }
    svg.line(paint, (x, plan.panel.bottom - 5.0), (x, plan.panel.bottom));
}

/// The smallest difference that matters, where all rows share it.
fn common_difference(figure: &Forest) -> Option<f64> {
    let first = figure.rows.first()?.smallest_difference?;
    let is_common = figure
        .rows
        .iter()
        .all(|row| row.smallest_difference == Some(first));
    is_common.then_some(first)
}

fn label(svg: &mut Svg, row: &ForestRow, plan: &Plan, top: f64) {
    let (label, detail) = label_lines(row, plan.label_width);
    let lettering = if row.is_main { STRONG } else { LABEL };
    let mut y = top + 13.0;
    for line in label {
        svg.text(lettering, (0.0, y), Anchor::Start, &line);
        y += 17.0;
    }
    y -= 1.0;
    for line in detail {
        svg.text(SMALL, (0.0, y), Anchor::Start, &line);
        y += 15.0;
    }
    let (at, width) = match plan.format {
        Format::Wide => (
            (plan.words_left, plan.middle(row, top) + 4.5),
            plan.format.width() - plan.words_left,
        ),
        Format::Narrow => ((0.0, y + 1.0), plan.format.width()),
    };
    for line in lines(&row.words, lettering.size(), width, 1) {
        svg.text(lettering, at, Anchor::Start, &line);
    }
}

fn mark(svg: &mut Svg, row: &ForestRow, plan: &Plan, top: f64) {
    let Some((estimate, low, high)) = row.estimate else {
        return;
    };
    let y = plan.middle(row, top);
    let (line, dot, radius) = match row.is_main {
        true => (MAIN, MAIN_DOT, 5.0),
        false => (OTHER, OTHER_DOT, 4.2),
    };
    let (low, high) = (plan.scale.at(low), plan.scale.at(high));
    svg.line(line, (low, y), (high, y));
    for end in [low, high] {
        svg.line(line, (end, y - 4.0), (end, y + 4.0));
    }
    if !plan.shares_difference {
        own_differences(svg, row, plan, y);
    }
    let x = plan.scale.at(estimate);
    let path = format!(
        "M{} {}l{r} {r}l-{r} {r}l-{r} -{r}z",
        c(x),
        c(y - radius * 1.15),
        r = c(radius * 1.15)
    );
    svg.path(dot, &path);
}

/// Short dotted strokes at the row's own smallest difference that matters.
fn own_differences(svg: &mut Svg, row: &ForestRow, plan: &Plan, y: f64) {
    let Some(difference) = row.smallest_difference else {
        return;
    };
    for value in [-difference, difference] {
        let x = plan.scale.at(value);
        svg.line(MATTERS, (x, y - 11.0), (x, y + 11.0));
    }
}

/// What lies left and right of the line of no difference, as near to it as the words allow; one
/// below the other where they do not fit side by side.
fn sides(svg: &mut Svg, figure: &Forest, plan: &Plan, end: f64) {
    let Some((left, right)) = &figure.sides else {
        return;
    };
    let (left, right) = (format!("← {left}"), format!("{right} →"));
    let width = plan.format.width();
    let needed = [&left, &right].map(|words| width_of(words, SMALL.size()) + 8.0);
    let mut y = end + 19.0;
    if needed[0] + needed[1] > width {
        let short = lines(&left, SMALL.size(), width, 1).concat();
        svg.text(SMALL, (0.0, y), Anchor::Start, &short);
        y += 16.0;
        let short = lines(&right, SMALL.size(), width, 1).concat();
        svg.text(SMALL, (width, y), Anchor::End, &short);
        return;
    }
    let zero = plan.scale.at(0.0);
    let middle = zero.clamp(needed[0], width - needed[1]);
    svg.text(SMALL, (middle - 8.0, y), Anchor::End, &left);
    svg.text(SMALL, (middle + 8.0, y), Anchor::Start, &right);
}
