//! The shape of the answer: what `attune observe agree --json` prints for a pair of coders.

use serde::Serialize;

use super::super::amounts::AmountAgreement;
use super::super::disagreements::Disagreement;
use super::super::drift::Drift;
use super::super::measures_of_scheme::MeasureAgreement;
use super::super::ratings::RatingAgreement;
use crate::coding::Stream;

/// Agreement of two coders over the clips that both coded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairReport {
    /// The coders.
    pub coders: [String; 2],
    /// The observations, pair by pair.
    pub observations: Vec<[String; 2]>,
    /// Clips.
    pub n_clips: usize,
    /// Codable time of all clips in seconds.
    pub codable_s: f64,
    /// Each stream of codes.
    pub streams: Vec<StreamReport>,
    /// Each code's amounts, clip by clip.
    pub amounts: Vec<AmountAgreement>,
    /// Each rating scale.
    pub ratings: Vec<ScaleAgreement>,
    /// What the scheme of a study makes of the codings, where it is known.
    pub measures: Vec<MeasureAgreement>,
    /// Where the coders differ, the longest first.
    pub disagreements: Vec<Disagreement>,
    /// How many differences there are in all.
    pub n_disagreements: usize,
    /// What to keep in mind.
    pub warnings: Vec<String>,
}

/// Agreement on a rating scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScaleAgreement {
    /// The scale, with whom and which phase it is about.
    pub scale: String,
    /// Its numbers.
    #[serde(flatten)]
    pub agreement: RatingAgreement,
    /// Each clip that both rated, those furthest apart first.
    pub by_clip: Vec<ClipRatings>,
}

/// The ratings of one clip.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClipRatings {
    /// The clip.
    pub clip: String,
    /// Of the first coder.
    pub first: f64,
    /// Of the second coder.
    pub second: f64,
}

impl ClipRatings {
    /// How far the two are apart.
    pub fn apart(&self) -> f64 {
        (self.second - self.first).abs()
    }
}

/// Agreement on one stream.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StreamReport {
    /// Whose codes, and which.
    #[serde(flatten)]
    pub stream: Stream,
    /// Clips in which the subject was there, by either coder.
    pub n_clips: usize,
    /// Events of each coder.
    pub n_events: [usize; 2],
    /// Share of the codable time with each code, or points per minute; by code and coder.
    pub prevalence: Vec<Prevalence>,
    /// The measures.
    pub measures: Vec<MeasureReport>,
    /// Seconds of states, or units with points, by label of each coder.
    pub confusion: Confusion,
    /// Kappa of each clip, boundary-weighted for states and by time units for points.
    pub by_clip: Vec<ClipKappa>,
    /// How that kappa changes over the weeks in which the second coder coded.
    pub drift: Drift,
}

/// How much of the codable time has a code.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prevalence {
    /// The code.
    pub code: String,
    /// Of the first coder.
    pub first: f64,
    /// Of the second coder.
    pub second: f64,
}

/// The pooled table of labels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Confusion {
    /// `seconds` or `time units`.
    pub of: &'static str,
    /// The labels; the first is that nothing is coded.
    pub labels: Vec<String>,
    /// Rows are the first coder's labels.
    pub cells: Vec<Vec<f64>>,
}

/// Kappa of one clip.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClipKappa {
    /// The clip.
    pub clip: String,
    /// Day of coding of the second coder, where it is known.
    #[serde(skip)]
    pub day: Option<i64>,
    /// Kappa; `None` where it is not defined.
    pub kappa: Option<f64>,
    /// Share of agreement.
    pub agreement: Option<f64>,
}

/// One measure with everything that it depends on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasureReport {
    /// Name of the measure.
    pub measure: &'static str,
    /// What exactly, where a measure has forms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The estimate.
    pub estimate: Option<f64>,
    /// Lower limit, from resampling clips.
    pub ci_lower: Option<f64>,
    /// Upper limit.
    pub ci_upper: Option<f64>,
    /// Share of agreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<f64>,
    /// Share of agreement that chance gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<f64>,
    /// The largest value that the margins allow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub largest: Option<f64>,
    /// What was tallied, and how much of it.
    pub tallied: &'static str,
    /// How much was tallied.
    pub n: f64,
    /// The window.
    pub window: &'static str,
    /// Unit of time in seconds, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_s: Option<f64>,
    /// Tolerance in seconds, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance_s: Option<f64>,
    /// Smallest overlap, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlap: Option<f64>,
    /// How clips and subjects are put together.
    pub pooling: &'static str,
    /// Why there is no estimate or no interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The window of every measure but those of other programs.
pub const WINDOW: &str = "codable time that both coders share";
/// How clips and subjects are put together.
pub const POOLING: &str = "clips added up, each subject by itself";
