//! Who is compared with whom, where and when: arms, phases, sites and waves.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{ArmId, PhaseId, SiteId, WaveId};

/// The table `[[arm]]`: a condition that is compared. The first is the reference.
#[derive(Debug, Clone)]
pub struct Arm {
    /// Short id, used in data files and formulas.
    pub id: ArmId,
    /// Name in reports.
    pub label: String,
    /// What dyads of this arm receive.
    pub description: Option<String>,
    /// Whether the programme that is evaluated is given in this arm.
    pub receives_programme: bool,
}

/// The table `[[phase]]`: a period of a before-and-after design. The first is the reference.
#[derive(Debug, Clone)]
pub struct Phase {
    /// Short id, used in data files and formulas.
    pub id: PhaseId,
    /// Name in reports.
    pub label: String,
    /// What happens in this period.
    pub description: Option<String>,
}

/// The table `[[site]]`: a setting whose families share it.
#[derive(Debug, Clone)]
pub struct Site {
    /// Short id, used in data files.
    pub id: SiteId,
    /// Name in reports.
    pub label: String,
    /// Kind of setting in plain words, such as "hostel for homeless families".
    pub kind: Option<String>,
    /// The arm from a date on, earliest first; empty when dyads have their own arm.
    pub arms: Vec<Since<ArmId>>,
    /// The phase from a date on, earliest first; empty when the design has no phases.
    pub phases: Vec<Since<PhaseId>>,
    /// How many dyads the site is to enrol.
    pub planned_dyads: Option<u32>,
}

/// Something that holds from a date on; from the beginning when there is no date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since<T> {
    /// What holds.
    pub what: T,
    /// First day on which it holds.
    pub from: Option<Date>,
}

impl Site {
    /// The arm of the site on `date`; without a date the first one.
    pub fn arm_on(&self, date: Option<Date>) -> Option<&ArmId> {
        holding_on(&self.arms, date)
    }

    /// The phase of the site on `date`; without a date the first one.
    pub fn phase_on(&self, date: Option<Date>) -> Option<&PhaseId> {
        holding_on(&self.phases, date)
    }
}

fn holding_on<T>(spans: &[Since<T>], date: Option<Date>) -> Option<&T> {
    let Some(date) = date else {
        return spans.first().map(|span| &span.what);
    };
    spans
        .iter()
        .rev()
        .find(|span| span.from.is_none_or(|from| from <= date))
        .map(|span| &span.what)
}

/// The table `[[wave]]`: a planned time of measuring.
#[derive(Debug, Clone)]
pub struct Wave {
    /// Short id, used in data files.
    pub id: WaveId,
    /// Name in reports.
    pub label: String,
    /// When it is planned.
    pub timing: Timing,
    /// Days around the planned day within which a visit counts as on time.
    pub window: Option<Window>,
}

/// When a wave is planned.
#[derive(Debug, Clone, PartialEq)]
pub enum Timing {
    /// So many days after something that has a date for each dyad.
    After {
        /// Days after the anchor; fractions come from months (30.4375 days) and years (365.25).
        days: f64,
        /// What the days are counted from.
        anchor: Anchor,
        /// As written, such as "6 months after enrolment".
        words: String,
    },
    /// Any time within a phase.
    During(PhaseId),
}

/// What a planned time is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchor {
    /// The day on which the dyad was enrolled.
    Enrolment,
    /// The infant's birth.
    Birth,
    /// The day on which the birth was due.
    DueDate,
}

/// Allowed days around a wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Days before the planned day that still count.
    pub days_before: u32,
    /// Days after the planned day that still count.
    pub days_after: u32,
}

/// Mean length of a month in days (365.25 / 12).
pub const DAYS_PER_MONTH: f64 = 30.4375;
/// Mean length of a year in days.
pub const DAYS_PER_YEAR: f64 = 365.25;
