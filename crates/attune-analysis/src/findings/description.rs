//! Who took part, what was measured and what is missing: the tables before any question is answered.

use serde::Serialize;

use super::{Room, RunChart};

/// Who took part, what was measured, what is missing.
#[derive(Debug, Clone, Serialize)]
pub struct Description {
    /// Arms, in the order of the protocol: id and label.
    pub arms: Vec<(String, String)>,
    /// Sites: id, label, arm.
    pub sites: Vec<SiteSummary>,
    /// Phases of a before-and-after design: id and label.
    pub phases: Vec<(String, String)>,
    /// Waves: id and label.
    pub waves: Vec<(String, String)>,
    /// Participant flow, one row per site.
    pub flow: Vec<FlowRow>,
    /// Columns of the baseline table, of attrition and attendance: id and label. The arms; without
    /// arms the phases; without both one column for everybody.
    pub baseline_groups: Vec<(String, String)>,
    /// Characteristics at baseline.
    pub baseline: Vec<BaselineRow>,
    /// Values by outcome, arm and wave.
    pub outcomes: Vec<OutcomeCell>,
    /// Who was lost.
    pub attrition: Attrition,
    /// Why values are missing.
    pub missingness: Vec<MissingnessCell>,
    /// Sessions attended, where attendance is recorded.
    pub attendance: Vec<AttendanceSummary>,
    /// The clinic as a whole, where sessions are coded by a scheme with acts.
    pub rooms: Vec<Room>,
    /// What sessions counted, along time.
    pub run_charts: Vec<RunChart>,
}

/// One site.
#[derive(Debug, Clone, Serialize)]
pub struct SiteSummary {
    /// Id.
    pub id: String,
    /// Name in reports.
    pub label: String,
    /// Arm at the beginning; `null` where dyads have their own.
    pub arm: Option<String>,
    /// Dyads enrolled.
    pub enrolled: usize,
    /// Dyads planned.
    pub planned: Option<u32>,
}

/// Participant flow of one site (and arm).
#[derive(Debug, Clone, Serialize)]
pub struct FlowRow {
    /// Site.
    pub site: String,
    /// Arm.
    pub arm: Option<String>,
    /// Dyads enrolled.
    pub enrolled: usize,
    /// What happened at each wave.
    pub waves: Vec<FlowWave>,
    /// Dyads in at least one analysis.
    pub analysed: usize,
}

/// One wave of one site's flow.
#[derive(Debug, Clone, Serialize)]
pub struct FlowWave {
    /// Wave.
    pub wave: String,
    /// Dyads with a value of the primary outcome.
    pub assessed: usize,
    /// Dyads in the study but without one, though it was due.
    pub not_assessed: usize,
    /// Dyads in the study whose time for this wave has not come, or had not come when the study ended.
    #[serde(skip_serializing_if = "is_none_of_them")]
    pub not_yet_due: usize,
    /// Dyads that left between the wave before and this one, by reason; most frequent first.
    pub left: Vec<(String, usize)>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_none_of_them(n: &usize) -> bool {
    *n == 0
}

/// One line of the baseline table.
#[derive(Debug, Clone, Serialize)]
pub struct BaselineRow {
    /// Characteristic.
    pub label: String,
    /// Level, for a categorical characteristic.
    pub level: Option<String>,
    /// Unit, for a number.
    pub unit: Option<String>,
    /// One cell per group, in the order of [`Description::baseline_groups`].
    pub arms: Vec<BaselineCell>,
    /// Standardised difference, second group minus first; on the first line of a characteristic
    /// with levels (without sign where there are more than two).
    pub standardised_difference: Option<f64>,
}

/// One cell of the baseline table.
#[derive(Debug, Clone, Serialize)]
pub struct BaselineCell {
    /// Dyads with a value.
    pub n: usize,
    /// Dyads without.
    pub missing: usize,
    /// Mean, for a number.
    pub mean: Option<f64>,
    /// SD, for a number.
    pub sd: Option<f64>,
    /// Median, for a number.
    pub median: Option<f64>,
    /// Lower quartile, for a number.
    pub lower_quartile: Option<f64>,
    /// Upper quartile, for a number.
    pub upper_quartile: Option<f64>,
    /// Dyads at the level.
    pub count: Option<usize>,
    /// Share of the dyads with a value.
    pub share: Option<f64>,
}

/// Values of one outcome in one arm at one wave.
#[derive(Debug, Clone, Serialize)]
pub struct OutcomeCell {
    /// Outcome.
    pub outcome: String,
    /// Arm; `null` for all together.
    pub arm: Option<String>,
    /// Phase, for designs with phases.
    pub phase: Option<String>,
    /// Wave.
    pub wave: String,
    /// Values.
    pub n: usize,
    /// Mean.
    pub mean: Option<f64>,
    /// SD.
    pub sd: Option<f64>,
    /// Median.
    pub median: Option<f64>,
    /// Smallest.
    pub minimum: Option<f64>,
    /// Largest.
    pub maximum: Option<f64>,
    /// Mean months since enrolment.
    pub months: Option<f64>,
}

/// Who was lost.
#[derive(Debug, Clone, Serialize)]
pub struct Attrition {
    /// By arm: enrolled, with a value at the last wave.
    pub by_arm: Vec<AttritionArm>,
    /// Baseline values of those retained and those lost.
    pub by_baseline: Vec<AttritionBaseline>,
    /// What it means, in a sentence.
    pub sentence: String,
}

/// Retention of one arm.
#[derive(Debug, Clone, Serialize)]
pub struct AttritionArm {
    /// Arm.
    pub arm: String,
    /// Dyads enrolled.
    pub enrolled: usize,
    /// Dyads with a value of the primary outcome, per wave.
    pub assessed: Vec<(String, usize)>,
    /// Dyads without one whose time for the wave has not come, or had not come when the study ended, per wave that
    /// has any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_yet_due: Vec<(String, usize)>,
    /// Share with a value at the last wave, of those for whom it was due.
    pub retained: Option<f64>,
}

impl AttritionArm {
    /// Dyads for whom a wave was due.
    pub fn due_at(&self, wave: &str) -> usize {
        let to_come = self.not_yet_due.iter().find(|(id, _)| id == wave);
        self.enrolled - to_come.map_or(0, |(_, n)| *n)
    }
}

/// Baseline of those retained and lost, for one outcome and arm.
#[derive(Debug, Clone, Serialize)]
pub struct AttritionBaseline {
    /// Outcome.
    pub outcome: String,
    /// Arm.
    pub arm: String,
    /// n, mean, SD of the retained.
    pub retained: (usize, Option<f64>, Option<f64>),
    /// n, mean, SD of the lost.
    pub lost: (usize, Option<f64>, Option<f64>),
    /// Standardised difference lost − retained.
    pub standardised_difference: Option<f64>,
}

/// Missing values of one measure at one wave in one arm.
#[derive(Debug, Clone, Serialize)]
pub struct MissingnessCell {
    /// Outcome.
    pub outcome: String,
    /// Arm.
    pub arm: Option<String>,
    /// Wave.
    pub wave: String,
    /// Values.
    pub present: usize,
    /// Reasons and how often.
    pub missing: Vec<(String, usize)>,
}

/// Sessions attended in one arm.
#[derive(Debug, Clone, Serialize)]
pub struct AttendanceSummary {
    /// Arm.
    pub arm: String,
    /// Dyads.
    pub dyads: usize,
    /// Dyads that came at least once.
    pub came: usize,
    /// Median number of sessions.
    pub median: Option<f64>,
    /// Quartiles of the number of sessions.
    pub quartiles: Option<(f64, f64)>,
    /// Largest number.
    pub maximum: Option<f64>,
}
