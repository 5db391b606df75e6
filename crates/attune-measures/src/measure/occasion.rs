//! One time at which a unit is measured: its wave, day, ages, and site, arm and phase at the time.

use attune_protocol::{
    Protocol,
    design::{Site, Timing, Wave},
    id::{ArmId, MeasureId, PhaseId, SiteId, WaveId},
    missing::Missing,
    study::Study,
};
use attune_records::{
    Records,
    age::days_between,
    records::{Dyad, When},
    schedule::{is_after_end, planned_days},
    source::Source,
};
use jiff::{ToSpan, civil::Date};

use crate::measures::Measure;

/// The unit that is measured.
pub(super) struct Who<'a> {
    /// Its place in the table.
    pub index: u32,
    /// Id of its site.
    pub site_id: &'a SiteId,
    /// Its site.
    pub site: Option<&'a Site>,
    /// The dyad, where it is one.
    pub dyad: Option<&'a Dyad>,
}

/// One time at which it is measured.
#[derive(Debug, Clone)]
pub(super) struct Occasion {
    pub wave: Option<WaveId>,
    pub date: Option<Date>,
    pub days: Option<f64>,
    pub age_days: Option<f64>,
    pub corrected_age_days: Option<f64>,
    pub arm: Option<ArmId>,
    pub phase: Option<PhaseId>,
}

impl Who<'_> {
    /// The occasion of a visit; the planned time of its wave stands for a time that is not said.
    pub fn visit(&self, wave: Option<&Wave>, when: When) -> Occasion {
        let planned = || planned_days(wave?, self.dyad?);
        let when = match when {
            When::NotSaid => planned().map_or(When::NotSaid, When::DaysAfterEnrolment),
            _ => when,
        };
        let date = match when {
            When::On(date) => Some(date),
            _ => None,
        };
        let days = self.dyad.and_then(|dyad| dyad.days_since_enrolment(when));
        let day = date.or_else(|| self.day_after_enrolment(days?));
        let own_arm = self.dyad.and_then(|dyad| dyad.arm.clone());
        let arm_of_site = || self.site?.arm_on(day).cloned();
        Occasion {
            wave: wave.map(|wave| wave.id.clone()),
            date,
            days,
            age_days: self.dyad.and_then(|dyad| dyad.age_at(when)),
            corrected_age_days: self.dyad.and_then(|dyad| dyad.corrected_age_at(when)),
            arm: own_arm.or_else(arm_of_site),
            phase: self.site.and_then(|site| site.phase_on(day)).cloned(),
        }
    }

    /// The day that lies so many whole days after enrolment.
    pub fn day_after_enrolment(&self, days: f64) -> Option<Date> {
        let span = 0.days().try_days(days.floor() as i64).ok()?;
        self.dyad?.enrolled?.checked_add(span).ok()
    }

    /// The row of a measure on an occasion.
    pub fn row(
        &self,
        occasion: &Occasion,
        measure: &MeasureId,
        value: Result<f64, Missing>,
        source: Option<Source>,
    ) -> Measure {
        Measure {
            unit: self.index,
            site: self.site_id.clone(),
            arm: occasion.arm.clone(),
            phase: occasion.phase.clone(),
            wave: occasion.wave.clone(),
            date: occasion.date,
            days: occasion.days,
            age_days: occasion.age_days,
            corrected_age_days: occasion.corrected_age_days,
            measure: measure.clone(),
            value,
            source,
        }
    }

    /// Whether a wave is planned for this dyad: always when it has a planned day, otherwise when its
    /// phase is that in which the dyad was enrolled.
    pub fn is_planned(&self, wave: &Wave) -> bool {
        match (&wave.timing, self.dyad) {
            (_, None) => false,
            (Timing::After { .. }, Some(_)) => true,
            (Timing::During(phase), Some(dyad)) => {
                let of_site = self.site.and_then(|site| site.phase_on(dyad.enrolled));
                of_site == Some(phase)
            }
        }
    }

    /// Why a planned visit has no record.
    pub fn why_no_visit(&self, days: Option<f64>) -> Missing {
        let Some(leaving) = self.dyad.and_then(|dyad| dyad.left.as_ref()) else {
            return Missing::NotDone;
        };
        let enrolled = self.dyad.and_then(|dyad| dyad.enrolled);
        let days_to_leaving = leaving
            .date
            .zip(enrolled)
            .map(|(left, enrolled)| days_between(enrolled, left));
        let had_left = match (days, days_to_leaving) {
            (Some(days), Some(days_to_leaving)) => days_to_leaving <= days,
            _ => true,
        };
        if leaving.withdrew_consent && had_left {
            Missing::Withdrawn
        } else {
            Missing::NotDone
        }
    }
}

/// What is not due: of a study that is still running what is planned after the last day of its records
/// (there is no clock here, so the records say how far they reach), of one that is over what was to come only after
/// its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct DataCut<'a> {
    study: &'a Study,
    /// The last day of a study that is running; `None` when it is over.
    last_day: Option<Date>,
}

impl<'a> DataCut<'a> {
    /// The cut of these records.
    pub fn of(protocol: &'a Protocol, records: &Records) -> Self {
        let visits = records.assessments.iter().filter_map(|one| match one.when {
            When::On(date) => Some(date),
            _ => None,
        });
        let enrolled = records.dyads.iter().filter_map(|dyad| dyad.enrolled);
        let sessions = records.sessions.iter().map(|session| session.date);
        let attendance = records.attendance.iter().map(|row| row.date);
        let last = visits
            .chain(enrolled)
            .chain(sessions)
            .chain(attendance)
            .max();
        Self {
            study: &protocol.study,
            last_day: last.filter(|_| !protocol.study.status.is_over()),
        }
    }

    /// Whether the window of a wave, or its planned day, has passed for a unit.
    pub fn is_due(self, who: &Who<'_>, wave: &Wave) -> bool {
        if let Some(dyad) = who.dyad
            && is_after_end(self.study, wave, dyad)
        {
            return false;
        }
        let days_after = wave.window.map_or(0, |window| window.days_after);
        let planned = who.dyad.and_then(|dyad| planned_days(wave, dyad));
        let due = planned.and_then(|days| who.day_after_enrolment(days + f64::from(days_after)));
        match (self.last_day, due) {
            (Some(last_day), Some(due)) => due <= last_day,
            _ => true,
        }
    }
}
