//! What the figure of a finding is drawn from: each dyad's values, and the fitted line of each group
//! with its band.

use attune_protocol::design::DAYS_PER_MONTH;
use attune_statistics::inference::Inference;

use crate::{
    findings::{DyadLine, FittedLine, TrajectoryFigure},
    follow_up::time_of_wave,
    formula_edits::{names_in_fixed, time_variables},
    group_means::{Clock, GroupMean},
    long_table::{LongTable, Row},
    question::Question,
    run::{Run, RunProblem},
    time_variable::TimeVariable,
};

/// More dyads than this are drawn as a regular sample.
const MOST_DYADS: usize = 300;
/// Points of a fitted line.
const POINTS: usize = 25;

/// What the horizontal axis is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Axis {
    Time(TimeVariable),
    Phase,
    Wave,
}

impl Axis {
    fn of(question: &Question<'_>, rows: &[Row]) -> Self {
        match time_variables(&question.formula).first() {
            Some(time) => Self::Time(*time),
            None if names_in_fixed(&question.formula, "phase") => Self::Phase,
            None if rows
                .iter()
                .any(|row| row.value.is_ok() && row.days.is_some()) =>
            {
                Self::Time(TimeVariable::Months)
            }
            None => Self::Wave,
        }
    }

    fn place(self, row: &Row) -> Option<f64> {
        match self {
            Self::Time(time) => time.of_row(row),
            Self::Phase => row.phase.map(|phase| phase as f64),
            Self::Wave => row.wave.map(|wave| wave as f64),
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Time(time) => time.axis(),
            Self::Phase => "Phase",
            Self::Wave => "Wave",
        }
    }
}

/// The dyads' values alone, for a finding whose model could not be run.
pub fn values(question: &Question<'_>) -> TrajectoryFigure {
    let rows = &question.long.outcomes[question.outcome];
    let present: Vec<usize> = (0..rows.len())
        .filter(|&row| rows[row].value.is_ok())
        .collect();
    drawn(question, Axis::of(question, rows), &present)
}

/// Values of the dyads in the model, and its fitted lines.
///
/// # Errors
/// When the engine cannot make the means.
pub fn trajectory_figure(
    question: &Question<'_>,
    run: &Run,
    clock: &Clock,
    inference: &Inference<'_>,
) -> Result<TrajectoryFigure, RunProblem> {
    let rows = &question.long.outcomes[question.outcome];
    let axis = Axis::of(question, rows);
    let mut figure = drawn(question, axis, &run.frame.rows);
    figure.fitted = fitted(question, run, axis, clock, inference)?;
    Ok(figure)
}

fn drawn(question: &Question<'_>, axis: Axis, positions: &[usize]) -> TrajectoryFigure {
    let long = question.long;
    let rows = &long.outcomes[question.outcome];
    let by_dyad: Vec<&[usize]> = positions
        .chunk_by(|a, b| rows[*a].unit == rows[*b].unit)
        .collect();
    let step = by_dyad.len().div_ceil(MOST_DYADS).max(1);
    let line = |positions: &&[usize]| {
        let first = &rows[positions[0]];
        let mut points: Vec<(f64, f64)> = positions
            .iter()
            .filter_map(|&position| {
                Some((axis.place(&rows[position])?, rows[position].value.ok()?))
            })
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        DyadLine {
            dyad: long.measures.units[first.unit].id.to_string(),
            arm: first.arm.map(|arm| long.protocol.arms[arm].id.to_string()),
            points,
        }
    };
    TrajectoryFigure {
        time_label: axis.label().to_owned(),
        time_ticks: ticks(long, question.outcome, axis),
        dyads: by_dyad.iter().step_by(step).map(line).collect(),
        n_dyads: by_dyad.len(),
        fitted: Vec::new(),
    }
}

fn ticks(long: &LongTable<'_>, outcome: usize, axis: Axis) -> Vec<(f64, String)> {
    let waves = || long.waves_of(outcome).into_iter();
    let label = |wave: usize| long.protocol.waves[wave].label.clone();
    match axis {
        Axis::Phase => {
            let phases = long.protocol.phases.iter().enumerate();
            phases
                .map(|(position, phase)| (position as f64, phase.label.clone()))
                .collect()
        }
        Axis::Wave => waves().map(|wave| (wave as f64, label(wave))).collect(),
        Axis::Time(time) if time.is_age() => Vec::new(),
        Axis::Time(time) => waves()
            .filter_map(|wave| {
                let months = time_of_wave(long, outcome, wave)?;
                Some((months * DAYS_PER_MONTH / time.days(), label(wave)))
            })
            .collect(),
    }
}

fn fitted(
    question: &Question<'_>,
    run: &Run,
    axis: Axis,
    clock: &Clock,
    inference: &Inference<'_>,
) -> Result<Vec<FittedLine>, RunProblem> {
    let level = question.analysis.level;
    let mut lines: Vec<FittedLine> = Vec::new();
    match axis {
        Axis::Phase if clock.groups == Some("phase") => {
            // One line through the phases, each at its place.
            let phases = &question.long.protocol.phases;
            let means = clock.means(inference, 0.0, level)?;
            let place = |mean: &GroupMean| {
                let id = mean.group.as_deref()?;
                let phase = phases.iter().position(|phase| *phase.id == *id)?;
                Some(point(phase as f64, mean))
            };
            lines.push(FittedLine {
                arm: None,
                points: means.iter().filter_map(place).collect(),
            });
        }
        Axis::Phase | Axis::Wave => {}
        Axis::Time(time) => {
            for (place, months) in places(question, run, time, clock) {
                for mean in clock.means(inference, months, level)? {
                    let arm = mean.group.clone().filter(|_| clock.groups == Some("arm"));
                    let point = point(place, &mean);
                    match lines.iter_mut().find(|line| line.arm == arm) {
                        Some(line) => line.points.push(point),
                        None => lines.push(FittedLine {
                            arm,
                            points: vec![point],
                        }),
                    }
                }
            }
        }
    }
    Ok(lines)
}

fn point(place: f64, mean: &GroupMean) -> (f64, f64, f64, f64) {
    (
        place,
        mean.test.estimate,
        mean.test.ci_lower,
        mean.test.ci_upper,
    )
}

/// Places on the axis and the months since enrolment that they stand for: evenly over the observed
/// range, or at the waves where waves are categories in the model.
fn places(
    question: &Question<'_>,
    run: &Run,
    time: TimeVariable,
    clock: &Clock,
) -> Vec<(f64, f64)> {
    if !clock.waves.is_empty() {
        let place = |(_, months): &(String, f64)| (time.of_months(*months), *months);
        return clock.waves.iter().map(place).collect();
    }
    let rows = &question.long.outcomes[question.outcome];
    let mut seen = run
        .frame
        .rows
        .iter()
        .filter_map(|&row| time.of_row(&rows[row]));
    let Some(first) = seen.next() else {
        return Vec::new();
    };
    let (low, high) = seen.fold((first, first), |(low, high), time| {
        (low.min(time), high.max(time))
    });
    let offset = clock.offset(time);
    let unit = time.of_months(1.0);
    (0..POINTS)
        .map(|step| {
            let place = low + (high - low) * step as f64 / (POINTS - 1) as f64;
            (place, (place - offset) / unit)
        })
        .collect()
}
