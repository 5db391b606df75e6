//! The clinic as a whole: who turned to whom in the coded sessions, phase by phase, and what that
//! amounts to before and after with the session as the unit.

use serde::Serialize;

use super::Estimate;

/// The coded sessions of one scheme.
#[derive(Debug, Clone, Serialize)]
pub struct Room {
    /// Id of the scheme.
    pub scheme: String,
    /// Title of the scheme.
    pub title: String,
    /// Coders, in alphabetical order; empty where files do not name them.
    pub coders: Vec<String>,
    /// Sessions with a coding.
    pub n_sessions: usize,
    /// Of them, sessions that more than one coder coded.
    pub n_coded_twice: usize,
    /// Places in the room: families side by side in the order of their numbers, staff last. A place is
    /// a place and no person: codings number families anew in each session.
    pub people: Vec<RoomPerson>,
    /// The phases (or arms) that are compared, the reference first; one for all sessions where there
    /// is nothing to compare.
    pub groups: Vec<RoomGroup>,
    /// What the sessions amount to, compared.
    pub comparisons: Vec<RoomComparison>,
    /// What is seen, in sentences.
    pub answer: String,
    /// What it cannot show.
    pub cannot_show: Vec<String>,
}

/// A place in the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoomPerson {
    /// Name in the codings, such as "infant 3".
    pub name: String,
    /// `infant`, `carer` or `staff`.
    pub kind: &'static str,
    /// Number of the family; `null` for staff.
    pub family: Option<String>,
}

/// The sessions of one phase (or arm), first codings only.
#[derive(Debug, Clone, Serialize)]
pub struct RoomGroup {
    /// Id of the phase or arm; `all` where there is only one.
    pub id: String,
    /// Its name.
    pub label: String,
    /// Sessions.
    pub n_sessions: usize,
    /// For each place the number of sessions in which somebody was there.
    pub present: Vec<usize>,
    /// Arrows between places.
    pub arrows: Vec<RoomArrow>,
}

/// What went from one place to another.
#[derive(Debug, Clone, Serialize)]
pub struct RoomArrow {
    /// Actor, by place in [`Room::people`].
    pub from: usize,
    /// Target.
    pub to: usize,
    /// Acts in all.
    pub acts: usize,
    /// Acts per session in which both places were taken.
    pub per_session: f64,
}

/// One property of the sessions in two groups.
#[derive(Debug, Clone, Serialize)]
pub struct RoomComparison {
    /// Name of the measure within the scheme, such as `density`.
    pub measure: String,
    /// In words.
    pub label: String,
    /// What one unit of it is.
    pub unit: String,
    /// Whether it is a share between 0 and 1.
    pub is_share: bool,
    /// Values of the sessions (first codings), group by group in the order of [`Room::groups`].
    pub groups: Vec<RoomValues>,
    /// Difference of the second group from the first, by mixed model where sessions were coded twice
    /// or there are several sites, else by least squares.
    #[serde(flatten)]
    pub difference: Estimate,
    /// What was done, in a sentence.
    pub method: String,
    /// The same difference with sessions permuted over the groups.
    pub permutation: Option<RoomPermutation>,
    /// How far two coders of the same session agree on it; `null` where fewer than three sessions have it
    /// from two.
    pub agreement: Option<RoomAgreement>,
    /// Doubts, such as a singular fit.
    pub warnings: Vec<String>,
}

/// Agreement of the coders of one session on a property of it.
#[derive(Debug, Clone, Serialize)]
pub struct RoomAgreement {
    /// Sessions with a value by two coders.
    pub n_sessions: usize,
    /// Means of the two codings of each, in the order of the coders' names.
    pub means: [f64; 2],
    /// `icc-a1` where the same two coded all of them, else `icc-1`.
    pub measure: &'static str,
    /// The intraclass correlation; `null` where sessions do not differ.
    pub estimate: Option<f64>,
    /// Lower limit, 95 %, from resampling sessions.
    pub ci_lower: Option<f64>,
    /// Upper limit.
    pub ci_upper: Option<f64>,
}

/// The sessions' values in one group.
#[derive(Debug, Clone, Serialize)]
pub struct RoomValues {
    /// Sessions with a value.
    pub n: usize,
    /// Their mean.
    pub mean: Option<f64>,
    /// Their standard deviation.
    pub sd: Option<f64>,
    /// 95 % interval of the mean, from the t distribution.
    pub ci: Option<(f64, f64)>,
    /// Days since the first session of the study, and the value.
    pub sessions: Vec<(f64, f64)>,
}

/// A permutation test with sessions as the units.
#[derive(Debug, Clone, Serialize)]
pub struct RoomPermutation {
    /// Difference of the means of the sessions.
    pub difference: f64,
    /// Two-sided p value.
    pub p: f64,
    /// Assignments compared.
    pub n_assignments: u64,
    /// Whether these are all of them; otherwise a seeded sample.
    pub exact: bool,
    /// 95 % interval by inverting the test over the same assignments.
    pub ci: Option<(f64, f64)>,
}
