//! What a simulation of power is told by: one value, printed as a text, as JSON or as a figure.

use attune_statistics::power::{Power, SampleSize, Share};

/// Everything that was simulated.
pub struct PowerResult {
    /// Title of the study, or the design in words.
    pub title: String,
    /// Whether it is a study's plan.
    pub is_study: bool,
    /// The questions, each with its points.
    pub questions: Vec<Question>,
    /// What was assumed, a sentence each.
    pub assumed: Vec<String>,
    /// What no number of dyads changes, a sentence each.
    pub cannot_show: Vec<String>,
    /// What a careful reader should know.
    pub warnings: Vec<String>,
    /// Trials at each point.
    pub n_trials: usize,
    /// Seed.
    pub seed: u64,
    /// The power wanted.
    pub target: Option<f64>,
}

/// One question that the trials answer.
pub struct Question {
    /// Id of a planned analysis.
    pub id: Option<String>,
    /// The question, as a question.
    pub question: String,
    /// Formula of the model that is fitted.
    pub model: String,
    /// The term tested.
    pub term: String,
    /// Estimation and test in words.
    pub method: String,
    /// Level of the test.
    pub alpha: f64,
    /// What effects are counted in: a heading.
    pub effect_name: String,
    /// Points, the one without effect last.
    pub points: Vec<Point>,
    /// What a search for the wanted power found.
    pub search: Option<SampleSize>,
}

/// Trials with one number of dyads and one effect.
pub struct Point {
    /// Dyads by arm; one entry for one group.
    pub dyads: Vec<(String, usize)>,
    /// The effect, in the unit of the question's `effect_name`.
    pub effect: f64,
    /// What the trials said.
    pub power: Power,
    /// Power after adjustment for the family that the plan declares.
    pub adjusted: Option<Share>,
}

impl Point {
    /// Dyads in all.
    pub fn n_dyads(&self) -> usize {
        self.dyads.iter().map(|(_, n)| n).sum()
    }

    /// Dyads in an arm on average: the place of the point on a curve.
    pub fn dyads_per_arm(&self) -> f64 {
        self.n_dyads() as f64 / self.dyads.len().max(1) as f64
    }

    /// Whether it was simulated without an effect, so that its share is the type I error.
    pub fn is_null(&self) -> bool {
        self.effect == 0.0
    }
}
