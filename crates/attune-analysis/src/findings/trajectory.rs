//! What the figure of a finding is drawn from.

use serde::Serialize;

/// What the figure of one finding is drawn from.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TrajectoryFigure {
    /// What the horizontal axis shows, such as "Months since enrolment".
    pub time_label: String,
    /// Places on the axis that have a name: planned waves, or phases where there is no time.
    pub time_ticks: Vec<(f64, String)>,
    /// Each dyad's values; a regular sample of dyads when there are very many.
    pub dyads: Vec<DyadLine>,
    /// Dyads that exist; more than are drawn when sampled.
    pub n_dyads: usize,
    /// Fitted line and band per arm.
    pub fitted: Vec<FittedLine>,
}

/// One dyad's values over time.
#[derive(Debug, Clone, Serialize)]
pub struct DyadLine {
    /// Study code.
    pub dyad: String,
    /// Arm.
    pub arm: Option<String>,
    /// (time, value).
    pub points: Vec<(f64, f64)>,
}

/// Fitted line of one arm.
#[derive(Debug, Clone, Serialize)]
pub struct FittedLine {
    /// Arm.
    pub arm: Option<String>,
    /// (time, estimate, lower, upper).
    pub points: Vec<(f64, f64, f64, f64)>,
}
