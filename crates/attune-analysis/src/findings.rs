//! The shape of every result. Tables, figures, the report, the public page and the JSON output are
//! all made from it. Names and order of the keys are stable; see the interface notes in
//! `docs/formats/findings.md`.

mod description;
mod room;
mod run_chart;
mod trajectory;

pub use description::{
    AttendanceSummary, Attrition, AttritionArm, AttritionBaseline, BaselineCell, BaselineRow,
    Description, FlowRow, FlowWave, MissingnessCell, OutcomeCell, SiteSummary,
};
pub use room::{
    Room, RoomAgreement, RoomArrow, RoomComparison, RoomGroup, RoomPermutation, RoomPerson,
    RoomValues,
};
pub use run_chart::{RunChart, RunChartPoint};
pub use trajectory::{DyadLine, FittedLine, TrajectoryFigure};

use serde::Serialize;

/// All results of one run of the plan.
#[derive(Debug, Clone, Serialize)]
pub struct Findings {
    /// Id of the study.
    pub study: String,
    /// Title of the study.
    pub title: String,
    /// Fingerprint of the protocol.
    pub protocol_fingerprint: String,
    /// Fingerprint of the data.
    pub data_fingerprint: String,
    /// Program and version.
    pub engine: String,
    /// Seed of everything random.
    pub seed: u64,
    /// Whether any of the data are made up.
    pub simulated: bool,
    /// One per analysis of the plan, in its order.
    pub findings: Vec<Finding>,
    /// Who took part, what was measured, what is missing.
    pub description: Description,
    /// How the p values of the family are read together.
    pub multiplicity: Option<MultiplicityResult>,
    /// What the design cannot show, whatever the numbers are.
    pub cannot_show: Vec<String>,
    /// Departures from the plan: the team's, then those that the program saw.
    pub deviations: Vec<DeviationNote>,
    /// What a reader should know about the whole run.
    pub warnings: Vec<String>,
}

/// The answer to one question of the plan.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// Id of the analysis.
    pub id: String,
    /// The question.
    pub question: String,
    /// The answer in a plain sentence: direction, size with interval, n, what is not known.
    pub answer: String,
    /// The outcome.
    pub outcome: OutcomeSummary,
    /// The term that answers the question, as the plan writes it.
    pub term: String,
    /// What one unit of the estimate is, such as "index points per month".
    pub estimate_unit: String,
    /// Estimate, interval and test of the term.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// The outcome's smallest difference that matters in the unit of the estimate; absent where the
    /// outcome has none or the estimate is in another unit.
    pub smallest_difference_in_estimate_unit: Option<f64>,
    /// For a difference in change per unit of time: what it comes to over the follow-up, in the
    /// outcome's unit.
    pub over_follow_up: Option<OverFollowUp>,
    /// p value adjusted for the family.
    pub p_adjusted: Option<f64>,
    /// Standardised effect size.
    pub effect_size: Option<EffectSize>,
    /// Units (dyads) in the model.
    pub n_units: usize,
    /// Rows in the model.
    pub n_rows: usize,
    /// What was left out and why.
    pub left_out: Vec<LeftOut>,
    /// What was done, in a sentence.
    pub method: String,
    /// The model as run.
    pub model: ModelSummary,
    /// Arms compared at chosen times by marginal means.
    pub contrasts: Vec<TimedContrast>,
    /// Two one-sided tests against the declared bound.
    pub equivalence: Option<Equivalence>,
    /// Dyads whose change is more than measurement error, by arm.
    pub reliable_change: Option<ReliableChange>,
    /// Other ways to ask the question.
    pub sensitivity: Vec<SensitivityFinding>,
    /// How far the answer moved between them, in a sentence; empty when none was planned.
    pub sensitivity_summary: String,
    /// Assumptions checked.
    pub assumptions: Vec<AssumptionCheck>,
    /// What this finding cannot show.
    pub cannot_show: Vec<String>,
    /// Doubts of the engine: singular fits, dropped columns.
    pub warnings: Vec<String>,
    /// What figures are drawn from.
    pub figure: TrajectoryFigure,
}

/// The outcome of a finding.
#[derive(Debug, Clone, Serialize)]
pub struct OutcomeSummary {
    /// Id.
    pub id: String,
    /// Name in reports.
    pub label: String,
    /// Unit of its values.
    pub unit: Option<String>,
    /// `primary`, `secondary` or `exploratory`.
    pub role: attune_protocol::plan::OutcomeRole,
    /// Which direction is good.
    pub better: attune_protocol::plan::Better,
    /// The measure behind it.
    pub measure: String,
    /// What its values are of: families, sessions, staff.
    #[serde(skip)]
    pub about: attune_protocol::plan::About,
    /// The smallest difference that would matter.
    pub smallest_difference_that_matters: Option<f64>,
}

impl Finding {
    /// So many of the units that the outcome is measured on: "59 dyads", "50 sessions".
    pub fn units(&self, n: usize) -> String {
        let (one, many) = crate::words::unit_nouns(self.outcome.about);
        crate::words::count_of(n, one, many)
    }
}

/// Estimate, interval and test. What is not defined is absent (`null`), with the reason in the
/// warnings beside it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Estimate {
    /// Estimate.
    pub estimate: Option<f64>,
    /// Standard error.
    pub se: Option<f64>,
    /// Lower end of the interval.
    pub ci_lower: Option<f64>,
    /// Upper end of the interval.
    pub ci_upper: Option<f64>,
    /// Level of the interval, such as 0.95.
    pub level: f64,
    /// Degrees of freedom; `null` for the normal distribution.
    pub df: Option<f64>,
    /// t, or z without degrees of freedom.
    pub statistic: Option<f64>,
    /// Two-sided p value.
    pub p: Option<f64>,
}

/// A difference in change per unit of time, summed up over the follow-up.
#[derive(Debug, Clone, Serialize)]
pub struct OverFollowUp {
    /// Months since enrolment at which the follow-up begins: the first wave of the outcome.
    pub from_months: f64,
    /// Months since enrolment at which it ends: the last planned contrast, or the last wave.
    pub to_months: f64,
    /// Estimate, standard error, interval and test, in the outcome's unit.
    #[serde(flatten)]
    pub estimate: Estimate,
}

/// A standardised effect size.
#[derive(Debug, Clone, Serialize)]
pub struct EffectSize {
    /// Such as `hedges-g`.
    pub kind: String,
    /// What exactly is divided by what, in words.
    pub definition: String,
    /// Estimate.
    pub estimate: f64,
    /// Lower end of the interval.
    pub ci_lower: f64,
    /// Upper end of the interval.
    pub ci_upper: f64,
    /// The outcome's smallest difference that matters on the same scale; absent where the outcome
    /// has none.
    pub smallest_difference_that_matters: Option<f64>,
}

/// Rows or dyads left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Reason in words.
    pub why: String,
    /// Number of rows.
    pub n: usize,
}

/// The model as run.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ModelSummary {
    /// The formula.
    pub formula: String,
    /// `REML` or `ML`.
    pub estimator: String,
    /// `kenward-roger`, `satterthwaite` or `normal`.
    pub inference: String,
    /// All fixed effects.
    pub fixed: Vec<Coefficient>,
    /// Variance components.
    pub random: Vec<VarianceComponent>,
    /// Residual standard deviation; `null` where no model was fitted.
    pub sigma: Option<f64>,
    /// Number of levels of each grouping factor.
    pub n_groups: Vec<(String, usize)>,
    /// Log-likelihood at the optimum (REML or ML); `null` where no model was fitted.
    pub log_likelihood: Option<f64>,
    /// Whether the optimum lies on the boundary.
    pub singular: bool,
    /// Whether the optimum was found.
    pub converged: bool,
    /// How it was found.
    pub optimiser: String,
}

/// One fixed effect.
#[derive(Debug, Clone, Serialize)]
pub struct Coefficient {
    /// Name as the plan would write it, `months:arm[intervention]`.
    pub term: String,
    /// Estimate, interval and test.
    #[serde(flatten)]
    pub estimate: Estimate,
}

/// A variance or covariance.
#[derive(Debug, Clone, Serialize)]
pub struct VarianceComponent {
    /// Grouping factor, or `residual`.
    pub group: String,
    /// Name of the effect.
    pub term: String,
    /// The other effect, for a covariance.
    pub with: Option<String>,
    /// Variance or covariance.
    pub variance: f64,
    /// Standard deviation, or correlation for a covariance.
    pub sd_or_correlation: Option<f64>,
}

/// Arms compared at one time.
#[derive(Debug, Clone, Serialize)]
pub struct TimedContrast {
    /// Months since enrolment.
    pub months: f64,
    /// Marginal mean per arm.
    pub means: Vec<(String, Estimate)>,
    /// Which difference it is, such as "intervention − comparison".
    pub contrast: String,
    /// The difference.
    #[serde(flatten)]
    pub estimate: Estimate,
}

/// Two one-sided tests.
#[derive(Debug, Clone, Serialize)]
pub struct Equivalence {
    /// The bound, in the outcome's unit: ± this.
    pub bound: f64,
    /// What is compared with the bound, in words: the estimate itself, or for a difference in
    /// change per unit of time what it comes to over the follow-up.
    pub compared: String,
    /// That difference, in the outcome's unit.
    pub estimate: f64,
    /// Larger of the two one-sided p values.
    pub p: f64,
    /// Interval of level 1 − 2α.
    pub ci_lower: f64,
    /// Interval of level 1 − 2α.
    pub ci_upper: f64,
    /// The conclusion in words.
    pub conclusion: String,
}

/// Reliable change by arm (Jacobson and Truax 1991).
#[derive(Debug, Clone, Serialize)]
pub struct ReliableChange {
    /// Reliability, SD and source in words.
    pub basis: String,
    /// Change in the outcome's unit beyond which it is reliable.
    pub threshold: f64,
    /// From which wave to which.
    pub from_to: (String, String),
    /// Counts by arm.
    pub arms: Vec<ReliableChangeCount>,
}

/// Counts of reliable change in one arm.
#[derive(Debug, Clone, Serialize)]
pub struct ReliableChangeCount {
    /// The arm.
    pub arm: String,
    /// Dyads with both values.
    pub n: usize,
    /// Reliably improved.
    pub improved: usize,
    /// No reliable change.
    pub unchanged: usize,
    /// Reliably deteriorated.
    pub deteriorated: usize,
}

/// Another way to ask the same question.
#[derive(Debug, Clone, Serialize)]
pub struct SensitivityFinding {
    /// Id, such as `random-intercept`.
    pub id: String,
    /// Name in the table.
    pub label: String,
    /// What the estimate is, if not the planned term.
    pub term: String,
    /// Unit of the estimate.
    pub estimate_unit: String,
    /// Whether the number may stand beside the planned one on one axis.
    pub comparable: bool,
    /// Estimate, interval and test.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// Units in the model.
    pub n_units: usize,
    /// Rows in the model.
    pub n_rows: usize,
    /// What was done.
    pub method: String,
    /// Why it could not be run, or what to bear in mind.
    pub warnings: Vec<String>,
}

/// The method of a sensitivity analysis that could not be run.
pub const NOT_RUN: &str = "Not run.";

impl SensitivityFinding {
    /// Whether it was run. Even then there may be no estimate: a tipping point that was not found.
    pub fn was_run(&self) -> bool {
        self.method != NOT_RUN
    }
}

/// One assumption and what the data say of it.
#[derive(Debug, Clone, Serialize)]
pub struct AssumptionCheck {
    /// Such as "residuals are normal".
    pub name: String,
    /// `holds`, `doubtful` or `not checked`.
    pub result: String,
    /// Numbers and advice.
    pub detail: String,
}

/// A departure from the plan.
#[derive(Debug, Clone, Serialize)]
pub struct DeviationNote {
    /// Day on which the team decided it; absent when the program saw it.
    pub date: Option<String>,
    /// The analysis, or the whole study.
    pub analysis: Option<String>,
    /// What was done otherwise.
    pub what: String,
    /// Why.
    pub why: String,
}

/// How a family of p values is read together.
#[derive(Debug, Clone, Serialize)]
pub struct MultiplicityResult {
    /// `holm` or `none`.
    pub method: String,
    /// Analysis, p and adjusted p, in the order of the plan.
    pub members: Vec<MultiplicityMember>,
}

/// One member of a family.
#[derive(Debug, Clone, Serialize)]
pub struct MultiplicityMember {
    /// Id of the analysis.
    pub analysis: String,
    /// p value.
    pub p: Option<f64>,
    /// Adjusted p value.
    pub p_adjusted: Option<f64>,
}
