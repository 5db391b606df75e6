//! Figures as data: what is drawn, what it says in words, and the numbers behind it. Drawing them
//! belongs to `figures.rs`; nothing here knows SVG.

use crate::{
    ArmMark, Table, Text,
    plots::{SessionDots, Sociogram, TimeSeries},
};

/// A figure.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Anchor, unique in the report.
    pub id: String,
    /// Number in the report.
    pub number: Option<usize>,
    /// Whether it shows made-up data; set when the report is put together.
    pub simulated: bool,
    /// Whether it shows permuted arms; set where a whole report is a rehearsal.
    pub permuted: bool,
    /// The finding or the question.
    pub title: Text,
    /// How to read it, beneath.
    pub caption: Text,
    /// Its message for those who do not see it.
    pub description: String,
    /// What is drawn.
    pub drawing: Drawing,
    /// The numbers behind it.
    pub data: Table,
    /// The table of the report that shows the same numbers, where there is one.
    pub shown_in: Option<String>,
}

/// What is drawn.
#[derive(Debug, Clone)]
pub enum Drawing {
    /// Each dyad's course with fitted lines and bands.
    Trajectories(Trajectories),
    /// Estimates and intervals one below the other.
    Forest(Forest),
    /// Participants from enrolment to analysis.
    Flow(FlowDiagram),
    /// Share of missing values by reason.
    Missingness(Missingness),
    /// Who turned to whom, phase by phase.
    Sociogram(Sociogram),
    /// Sessions as dots along time, property by property.
    SessionDots(SessionDots),
    /// A series along time with its median.
    TimeSeries(TimeSeries),
}

/// Each dyad's course with fitted lines and bands.
#[derive(Debug, Clone)]
pub struct Trajectories {
    /// Horizontal axis, such as "Months since enrolment".
    pub time_label: String,
    /// The same as it is printed, where it is in another language.
    pub time_name: Option<String>,
    /// Places on the horizontal axis that have a name, such as planned waves.
    pub time_ticks: Vec<(f64, String)>,
    /// Vertical axis with its unit.
    pub value_label: String,
    /// One per arm, in the order of the protocol.
    pub arms: Vec<ArmTrajectories>,
    /// Level of the bands, such as "95 %".
    pub level: String,
    /// What a line is, one and many: dyad, dyads.
    pub measured_on: (&'static str, &'static str),
}

/// One arm's courses.
#[derive(Debug, Clone)]
pub struct ArmTrajectories {
    /// Mark of the arm.
    pub mark: ArmMark,
    /// Name of the arm.
    pub label: String,
    /// Dyads drawn, each (time, value).
    pub dyads: Vec<Vec<(f64, f64)>>,
    /// Fitted line: (time, estimate, lower, upper).
    pub fitted: Vec<(f64, f64, f64, f64)>,
    /// Observed means: (time, mean).
    pub means: Vec<(f64, f64)>,
}

/// Estimates and intervals one below the other.
#[derive(Debug, Clone)]
pub struct Forest {
    /// Horizontal axis with its unit.
    pub axis_label: String,
    /// Rows from top to bottom.
    pub rows: Vec<ForestRow>,
    /// What lies left and right of the line of no difference, where all rows agree.
    pub sides: Option<(String, String)>,
}

/// One row of a forest.
#[derive(Debug, Clone)]
pub struct ForestRow {
    /// What is estimated.
    pub label: String,
    /// A second, smaller line.
    pub detail: String,
    /// Estimate, lower, upper; none where it is not defined or not on this axis.
    pub estimate: Option<(f64, f64, f64)>,
    /// The numbers in words, or why there are none.
    pub words: String,
    /// Smallest difference that matters, on this axis: ± this.
    pub smallest_difference: Option<f64>,
    /// Whether it is the planned or primary one.
    pub is_main: bool,
}

/// Participants from enrolment to analysis.
#[derive(Debug, Clone)]
pub struct FlowDiagram {
    /// One column per site, or per arm where there are many sites.
    pub columns: Vec<FlowColumn>,
}

/// One column of a flow diagram.
#[derive(Debug, Clone)]
pub struct FlowColumn {
    /// Site or arm.
    pub label: String,
    /// Arm of the site, with its mark.
    pub arm: Option<(ArmMark, String)>,
    /// Enrolled.
    pub enrolled: usize,
    /// Planned.
    pub planned: Option<u32>,
    /// Waves in order.
    pub steps: Vec<FlowStep>,
    /// In at least one analysis.
    pub analysed: usize,
}

/// One wave of a flow column.
#[derive(Debug, Clone)]
pub struct FlowStep {
    /// Name of the wave.
    pub wave: String,
    /// Assessed.
    pub assessed: usize,
    /// In the study, not assessed though it was due.
    pub not_assessed: usize,
    /// In the study, and the time for this wave has not come, or had not come when the study ended.
    pub not_yet_due: usize,
    /// Which of the two, in words.
    pub words_of_not_due: &'static str,
    /// Left before this wave, by reason.
    pub left: Vec<(String, usize)>,
}

/// Share of missing values by reason.
#[derive(Debug, Clone)]
pub struct Missingness {
    /// Reasons in the order of their shading.
    pub reasons: Vec<String>,
    /// One panel per outcome.
    pub panels: Vec<MissingnessPanel>,
}

/// One outcome's missing values.
#[derive(Debug, Clone)]
pub struct MissingnessPanel {
    /// Outcome.
    pub label: String,
    /// Bars, wave by wave.
    pub bars: Vec<MissingnessBar>,
}

/// Missing values of one wave and arm.
#[derive(Debug, Clone)]
pub struct MissingnessBar {
    /// Wave.
    pub wave: String,
    /// Arm.
    pub arm: Option<(ArmMark, String)>,
    /// Values that were expected.
    pub expected: usize,
    /// Missing, by reason in the order of [`Missingness::reasons`].
    pub missing: Vec<usize>,
}
