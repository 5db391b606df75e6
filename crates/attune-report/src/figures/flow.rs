//! Participant flow: a column per site (or arm), from enrolment down through the waves to analysis,
//! with those who left set aside and why.

use attune_analysis::words;

use super::{
    Format,
    svg::{ARROW, Anchor, BOX, LABEL, Lettering, SMALL, STRONG, Svg, lines},
};
use crate::{FlowColumn, FlowDiagram, FlowStep};

const LINE: f64 = 16.0;
const PAD: f64 = 9.0;
const GAP: f64 = 20.0;

/// More columns than this do not fit side by side on a page.
pub const MOST_COLUMNS: usize = 4;

pub fn draw(figure: &FlowDiagram, format: Format) -> Svg {
    let count = figure.columns.len().max(1);
    let gap = 14.0;
    let width = match format {
        Format::Wide => ((format.width() - gap * (count - 1) as f64) / count as f64).min(340.0),
        Format::Narrow => format.width(),
    };
    let columns: Vec<Vec<Stage>> = figure.columns.iter().map(|c| stages(c, width)).collect();
    let heights = stage_heights(&columns, format);
    let column_heights: Vec<f64> = heights
        .iter()
        .map(|stages| stages.iter().map(|h| h + GAP).sum::<f64>() - GAP + HEAD)
        .collect();
    let height = match format {
        Format::Wide => column_heights.iter().fold(40.0, |a, b| f64::max(a, *b)),
        Format::Narrow => column_heights.iter().map(|h| h + 26.0).sum(),
    };
    let mut svg = Svg::new(format.width(), height + 8.0);
    let mut at = (0.5, 1.0);
    for ((column, stages), heights) in figure.columns.iter().zip(&columns).zip(&heights) {
        draw_column(&mut svg, column, stages, heights, at, width - 1.0);
        at = match format {
            Format::Wide => (at.0 + width + gap, at.1),
            Format::Narrow => {
                let own: f64 = heights.iter().map(|h| h + GAP).sum();
                (at.0, at.1 + own - GAP + HEAD + 26.0)
            }
        };
    }
    svg
}

const HEAD: f64 = 44.0;

/// A box of the diagram, or a note beside the line.
struct Stage {
    is_box: bool,
    lines: Vec<(Lettering, String)>,
}

fn stages(column: &FlowColumn, width: f64) -> Vec<Stage> {
    let mut stages = vec![enrolled(column, width)];
    for step in &column.steps {
        stages.push(left_before(step, width));
        stages.push(wave_box(step, width));
    }
    let analysed = format!("Analysed: {}", words::count(column.analysed));
    stages.push(Stage {
        is_box: false,
        lines: Vec::new(),
    });
    stages.push(boxed(vec![(STRONG, analysed)], width));
    stages
}

fn enrolled(column: &FlowColumn, width: f64) -> Stage {
    let mut text = vec![(
        STRONG,
        format!("Enrolled: {}", words::count(column.enrolled)),
    )];
    if let Some(planned) = column.planned {
        text.push((
            SMALL,
            format!("of {} planned", words::count(planned as usize)),
        ));
    }
    boxed(text, width)
}

fn wave_box(step: &FlowStep, width: f64) -> Stage {
    let mut text = vec![
        (LABEL, step.wave.clone()),
        (STRONG, format!("Assessed: {}", words::count(step.assessed))),
    ];
    for (what, n) in [
        ("not assessed", step.not_assessed),
        (step.words_of_not_due, step.not_yet_due),
    ] {
        if n > 0 {
            text.push((SMALL, format!("{what}: {}", words::count(n))));
        }
    }
    boxed(text, width)
}

fn boxed(text: Vec<(Lettering, String)>, width: f64) -> Stage {
    Stage {
        is_box: true,
        lines: wrapped(text, width - 2.0 * PAD),
    }
}

fn left_before(step: &FlowStep, width: f64) -> Stage {
    let total: usize = step.left.iter().map(|(_, n)| n).sum();
    let mut text = Vec::new();
    if total > 0 {
        text.push((LABEL, format!("Left: {}", words::count(total))));
        for (reason, n) in &step.left {
            text.push((SMALL, format!("{reason}: {}", words::count(*n))));
        }
    }
    Stage {
        is_box: false,
        lines: wrapped(text, width - 34.0),
    }
}

fn wrapped(text: Vec<(Lettering, String)>, width: f64) -> Vec<(Lettering, String)> {
    text.into_iter()
        .flat_map(|(lettering, words)| {
            lines(&words, lettering.size() * 1.02, width, 3)
                .into_iter()
                .map(move |line| (lettering, line))
        })
        .collect()
}

fn own_height(stage: &Stage) -> f64 {
    let text = stage.lines.len() as f64 * LINE;
    match stage.is_box {
        true => text + 2.0 * PAD - 4.0,
        false => text,
    }
}

/// Heights of the stages; side by side, all columns share the tallest.
fn stage_heights(columns: &[Vec<Stage>], format: Format) -> Vec<Vec<f64>> {
    let own = |column: &Vec<Stage>| column.iter().map(own_height).collect::<Vec<_>>();
    let heights: Vec<Vec<f64>> = columns.iter().map(own).collect();
    if format == Format::Narrow {
        return heights;
    }
    let most = heights.iter().map(Vec::len).max().unwrap_or(0);
    let tallest: Vec<f64> = (0..most)
        .map(|stage| {
            let of_stage = heights.iter().filter_map(|column| column.get(stage));
            of_stage.fold(0.0, |a, b| f64::max(a, *b))
        })
        .collect();
    heights
        .iter()
        .map(|column| tallest[..column.len()].to_vec())
        .collect()
}

fn draw_column(
    svg: &mut Svg,
    column: &FlowColumn,
    stages: &[Stage],
    heights: &[f64],
    (left, top): (f64, f64),
    width: f64,
) {
    heading(svg, column, (left, top), width);
    let spine = left + 16.0;
    let mut y = top + HEAD;
    for (position, (stage, height)) in stages.iter().zip(heights).enumerate() {
        if stage.is_box {
            svg.rectangle(BOX, (left, y), (width, *height), 3.0);
            write(svg, stage, (left + PAD, y + PAD - 2.0));
            if position + 1 < stages.len() {
                let next = heights.get(position + 1).copied().unwrap_or(0.0);
                arrow(svg, spine, y + height, y + height + next + 2.0 * GAP);
            }
        } else {
            write(svg, stage, (spine + 14.0, y - 3.0));
        }
        y += height + GAP;
    }
}

fn heading(svg: &mut Svg, column: &FlowColumn, (left, top): (f64, f64), width: f64) {
    let name = lines(&column.label, STRONG.size(), width, 1).concat();
    match &column.arm {
        Some((mark, arm)) => {
            svg.arm_key(*mark, 5.0, (left + 5.0, top + 9.5));
            let name = lines(&name, STRONG.size(), width - 18.0, 1).concat();
            svg.arm_text(*mark, (left + 17.0, top + 14.0), Anchor::Start, &name);
            if *arm != column.label {
                let arm = lines(arm, SMALL.size(), width - 18.0, 1).concat();
                svg.text(SMALL, (left + 17.0, top + 31.0), Anchor::Start, &arm);
            }
        }
        None => svg.text(STRONG, (left, top + 14.0), Anchor::Start, &name),
    }
}

fn write(svg: &mut Svg, stage: &Stage, (x, top): (f64, f64)) {
    for (position, (lettering, line)) in stage.lines.iter().enumerate() {
        let y = top + 13.0 + position as f64 * LINE;
        svg.text(*lettering, (x, y), Anchor::Start, line);
    }
}

fn arrow(svg: &mut Svg, x: f64, from: f64, to: f64) {
    svg.line(ARROW, (x, from), (x, to - 1.0));
    let head = super::svg::polyline([(x - 4.0, to - 6.0), (x, to - 1.0), (x + 4.0, to - 6.0)]);
    svg.path(ARROW, &head);
}
