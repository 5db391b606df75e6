//! Assumptions for simulation: the table `[simulation]`. They are declared in the study file, so
//! that a rehearsal says what it assumed. Making records from them belongs to
//! `attune-simulation`.

use jiff::civil::Date;

use crate::{
    id::{ArmId, AttributeId, ItemId, MeasureId, PhaseId, SiteId},
    missing::Missing,
};

/// What a simulation of this study assumes.
#[derive(Debug, Clone)]
pub struct Assumptions {
    /// Dyads enrolled per site.
    pub dyads: Vec<(SiteId, u32)>,
    /// Dyads per arm, where dyads have their own arm; cycled over the sites.
    pub dyads_by_arm: Vec<(ArmId, u32)>,
    /// First and last day of enrolment.
    pub enrolment: (Date, Date),
    /// Infant's age at enrolment in days: mean, SD, smallest, largest.
    pub age_at_enrolment: Spread,
    /// Share of infants born early, and by how many weeks at most.
    pub preterm: Option<Preterm>,
    /// SD of the day of a visit around the planned day, cut at the wave's window.
    pub visit_jitter_days: f64,
    /// Course of each measure.
    pub courses: Vec<Course>,
    /// Correlations between the random intercepts of two measures.
    pub correlations: Vec<(MeasureId, MeasureId, f64)>,
    /// Loss after enrolment.
    pub attrition: Vec<Attrition>,
    /// Values missing at a visit that took place.
    pub missingness: Vec<Missingness>,
    /// How attributes are distributed.
    pub attributes: Vec<AttributeAssumption>,
    /// Sessions offered and attended.
    pub attendance: Vec<AttendanceAssumption>,
}

/// A roughly normal spread with bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
    /// Smallest value.
    pub minimum: f64,
    /// Largest value.
    pub maximum: f64,
}

/// Births before term.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Preterm {
    /// Share of infants.
    pub share: f64,
    /// Weeks before the due date, at most; uniform between 3 and this.
    pub weeks_early_at_most: f64,
}

/// Course of a measure over time: a straight line per arm with random intercept and slope per
/// dyad, a random intercept per site, and a residual.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// The measure.
    pub measure: MeasureId,
    /// Mean at enrolment, by arm.
    pub start: ByArm,
    /// Change per month, by arm.
    pub per_month: ByArm,
    /// What a phase adds to the mean, for designs with phases; nothing for a phase that is not
    /// named.
    pub phase_shift: Vec<(PhaseId, f64)>,
    /// SD of the dyads' intercepts.
    pub sd_between: f64,
    /// SD of the dyads' slopes per month.
    pub sd_slope: f64,
    /// Correlation of the two.
    pub correlation: f64,
    /// SD of the residual.
    pub sd_within: f64,
    /// SD of the sites' intercepts.
    pub sd_site: f64,
    /// Spread of the items around the score, for instruments with items.
    pub sd_item: f64,
}

/// One number for every arm (and for studies without arms), or a number for each.
#[derive(Debug, Clone, PartialEq)]
pub enum ByArm {
    /// The same everywhere.
    Every(f64),
    /// Every arm of the study with its number.
    Each(Vec<(ArmId, f64)>),
}

impl ByArm {
    /// The number of this arm; `None` where only other arms have one.
    pub fn of(&self, arm: Option<&ArmId>) -> Option<f64> {
        match self {
            Self::Every(number) => Some(*number),
            Self::Each(numbers) => numbers
                .iter()
                .find(|(known, _)| Some(known) == arm)
                .map(|(_, number)| *number),
        }
    }
}

/// Loss after enrolment.
#[derive(Debug, Clone, PartialEq)]
pub struct Attrition {
    /// For one arm; for all when absent.
    pub arm: Option<ArmId>,
    /// Probability of leaving in one month.
    pub per_month: f64,
    /// Reasons and their weights.
    pub reasons: Vec<(String, f64)>,
    /// Whether consent is withdrawn on leaving.
    pub withdraws_consent: bool,
}

/// Values missing at a visit that took place.
#[derive(Debug, Clone, PartialEq)]
pub struct Missingness {
    /// The measure whose items are missing.
    pub measure: MeasureId,
    /// One item only; all items of the measure when absent.
    pub item: Option<ItemId>,
    /// Probability.
    pub share: f64,
    /// Reasons and their weights.
    pub reasons: Vec<(Missing, f64)>,
}

/// How an attribute is distributed.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeAssumption {
    /// The attribute.
    pub attribute: AttributeId,
    /// Its distribution.
    pub distribution: Distribution,
}

/// A distribution of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Distribution {
    /// A number.
    Number(Spread),
    /// Levels and their weights.
    Levels(Vec<(String, f64)>),
}

/// Sessions offered and attended at a site of this arm.
#[derive(Debug, Clone, PartialEq)]
pub struct AttendanceAssumption {
    /// The arm whose sites offer sessions.
    pub arm: ArmId,
    /// Days between sessions.
    pub every_days: u32,
    /// Mean share of sessions that a dyad attends while it is in the study.
    pub share: f64,
    /// Spread of that share between dyads (SD on the logit scale).
    pub sd_logit: f64,
    /// Mean minutes stayed.
    pub minutes: f64,
}
