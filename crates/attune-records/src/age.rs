//! Age of the infant and time in the study, in days, for data with dates and for data that give
//! ages and times directly. Months and years are the reader's business: a month is 30.4375 days, a
//! year 365.25.

use jiff::civil::Date;

use crate::records::{Dyad, When};

/// Days from one day to another; negative when `to` is the earlier one.
pub fn days_between(from: Date, to: Date) -> f64 {
    f64::from((to - from).get_days())
}

/// A number of days in words, without its sign.
pub(crate) fn days_in_words(days: f64) -> String {
    match days.abs() {
        1.0 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

impl Dyad {
    /// Infant's chronological age at enrolment in days: from the dates, otherwise as given.
    /// Negative for a family that was enrolled before the birth.
    pub fn age_at_enrolment(&self) -> Option<f64> {
        match (self.born, self.enrolled) {
            (Some(born), Some(enrolled)) => Some(days_between(born, enrolled)),
            _ => self.age_at_enrolment_days,
        }
    }

    /// Days by which the infant was born before the due date; negative when after.
    pub fn days_early(&self) -> Option<f64> {
        Some(days_between(self.born?, self.due?))
    }

    /// Days from enrolment to `when`; `None` when a date or the day of enrolment is not known.
    pub fn days_since_enrolment(&self, when: When) -> Option<f64> {
        match when {
            When::On(date) => Some(days_between(self.enrolled?, date)),
            When::DaysAfterEnrolment(days) => Some(days),
            When::NotSaid => None,
        }
    }

    /// Infant's chronological age at `when`, in days.
    pub fn age_at(&self, when: When) -> Option<f64> {
        match (when, self.born) {
            (When::On(date), Some(born)) => Some(days_between(born, date)),
            _ => Some(self.age_at_enrolment()? + self.days_since_enrolment(when)?),
        }
    }

    /// Infant's age at `when` counted from the due date, in days; `None` when no due date is known.
    pub fn corrected_age_at(&self, when: When) -> Option<f64> {
        match (when, self.due) {
            (When::On(date), Some(due)) => Some(days_between(due, date)),
            _ => Some(self.age_at(when)? - self.days_early()?),
        }
    }
}
