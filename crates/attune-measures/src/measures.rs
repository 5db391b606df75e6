//! The long table itself, and the facts about units that go with it.

use std::sync::Arc;

use attune_protocol::{
    id::{ArmId, AttributeId, MeasureId, PhaseId, SchemeId, SiteId, WaveId},
    missing::Missing,
    plan::About,
};
pub use attune_records::records::{AttributeValue, Leaving};
use attune_records::source::{Source, SourceFile};
use jiff::civil::Date;

use crate::observation::sociogram::Sociogram;

/// The long table. Rows are in the order unit, measure, time; each unit's rows stand together, and
/// measures are in the order of the study file.
#[derive(Debug, Clone, Default)]
pub struct Measures {
    /// Dyads by id, then sessions, clinics and members of staff by id.
    pub units: Vec<Unit>,
    /// One row per unit, planned wave (or time) and measure.
    pub rows: Vec<Measure>,
    /// Who addressed whom in each coding of each session, in the order of the sessions' days. The rows
    /// have what the first coding of a session amounts to; this has every coding, and the arrows.
    pub sociograms: Vec<SessionSociogram>,
    /// The files behind the rows.
    pub files: Vec<SourceFile>,
    /// SHA-256 over the fingerprints of the files, lower-case hexadecimal.
    pub data_fingerprint: String,
    /// Whether any of it is made up.
    pub simulated: bool,
}

/// A dyad or another unit that is measured.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Study code.
    pub id: Arc<str>,
    /// What kind of unit it is.
    pub about: About,
    /// Where it belongs; empty for a member of staff of a study with several sites.
    pub site: SiteId,
    /// Its arm: its own, or its site's on the day of enrolment.
    pub arm: Option<ArmId>,
    /// Day of enrolment.
    pub enrolled: Option<Date>,
    /// Infant's chronological age at enrolment in days.
    pub age_at_enrolment_days: Option<f64>,
    /// Days by which the infant was born before the due date (negative when after); `None` when
    /// the due date is not known.
    pub days_early: Option<f64>,
    /// Leaving the study before its end.
    pub left: Option<Leaving>,
    /// Sessions attended since enrolment, where attendance is recorded.
    pub sessions_attended: Option<u32>,
    /// Attributes of the protocol, in its order.
    pub attributes: Vec<(AttributeId, Result<AttributeValue, Missing>)>,
}

/// One row of the long table.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Index of the unit in [`Measures::units`].
    pub unit: u32,
    /// Site at the time.
    pub site: SiteId,
    /// Arm at the time.
    pub arm: Option<ArmId>,
    /// Phase at the time.
    pub phase: Option<PhaseId>,
    /// Planned wave.
    pub wave: Option<WaveId>,
    /// Day of the visit.
    pub date: Option<Date>,
    /// Days since enrolment; the planned time of the wave where the visit did not take place or has
    /// no date.
    pub days: Option<f64>,
    /// Infant's chronological age in days.
    pub age_days: Option<f64>,
    /// Infant's age in days counted from the due date; equal to the chronological age of infants
    /// whose due date is not known is not assumed: then it is `None`.
    pub corrected_age_days: Option<f64>,
    /// What is measured.
    pub measure: MeasureId,
    /// The value, or why there is none.
    pub value: Result<f64, Missing>,
    /// Where it comes from; `None` for a planned visit without a record.
    pub source: Option<Source>,
}

/// Who addressed whom in one coder's coding of one session.
#[derive(Debug, Clone)]
pub struct SessionSociogram {
    /// Index of the session in [`Measures::units`].
    pub unit: u32,
    /// The scheme by which it was coded.
    pub scheme: SchemeId,
    /// Who coded, where noted.
    pub coder: Option<Arc<str>>,
    /// Site of the session.
    pub site: SiteId,
    /// Phase of the site on the day.
    pub phase: Option<PhaseId>,
    /// Day of the session.
    pub date: Date,
    /// Codable minutes.
    pub minutes: f64,
    /// People and acts.
    pub sociogram: Sociogram,
}

impl Measures {
    /// The unit that a row is about.
    pub fn unit(&self, row: &Measure) -> &Unit {
        &self.units[row.unit as usize]
    }
}
