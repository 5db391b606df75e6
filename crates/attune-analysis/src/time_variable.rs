//! The names under which time and age stand in formulas, and how they turn into one another.

use attune_protocol::design::{DAYS_PER_MONTH, DAYS_PER_YEAR};

use crate::long_table::Row;

/// A number in formulas that grows with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeVariable {
    /// `days`: since enrolment.
    Days,
    /// `months`: since enrolment, of 30.4375 days.
    Months,
    /// `years`: since enrolment, of 365.25 days.
    Years,
    /// `age_days`: the infant's chronological age.
    AgeDays,
    /// `age_months`.
    AgeMonths,
    /// `corrected_age_days`: the infant's age counted from the due date.
    CorrectedAgeDays,
    /// `corrected_age_months`.
    CorrectedAgeMonths,
}

impl TimeVariable {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Days,
        Self::Months,
        Self::Years,
        Self::AgeDays,
        Self::AgeMonths,
        Self::CorrectedAgeDays,
        Self::CorrectedAgeMonths,
    ];

    /// The variable with this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|variable| variable.name() == name)
    }

    /// Name in formulas.
    pub fn name(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Months => "months",
            Self::Years => "years",
            Self::AgeDays => "age_days",
            Self::AgeMonths => "age_months",
            Self::CorrectedAgeDays => "corrected_age_days",
            Self::CorrectedAgeMonths => "corrected_age_months",
        }
    }

    /// One unit of it in words: "month".
    pub fn unit(self) -> &'static str {
        match self {
            Self::Days | Self::AgeDays | Self::CorrectedAgeDays => "day",
            Self::Months | Self::AgeMonths | Self::CorrectedAgeMonths => "month",
            Self::Years => "year",
        }
    }

    /// Days in one unit.
    pub fn days(self) -> f64 {
        match self.unit() {
            "day" => 1.0,
            "month" => DAYS_PER_MONTH,
            _ => DAYS_PER_YEAR,
        }
    }

    /// Whether it is an age, and not the time since enrolment.
    pub fn is_age(self) -> bool {
        !matches!(self, Self::Days | Self::Months | Self::Years)
    }

    /// So many months in its unit.
    pub fn of_months(self, months: f64) -> f64 {
        match self.unit() {
            "month" => months,
            "year" => months / 12.0,
            _ => months * DAYS_PER_MONTH,
        }
    }

    /// The days behind it in a row.
    fn days_of(self, row: &Row) -> Option<f64> {
        match self {
            Self::Days | Self::Months | Self::Years => row.days,
            Self::AgeDays | Self::AgeMonths => row.age_days,
            Self::CorrectedAgeDays | Self::CorrectedAgeMonths => row.corrected_age_days,
        }
    }

    /// Its value in a row.
    pub fn of_row(self, row: &Row) -> Option<f64> {
        self.days_of(row).map(|days| days / self.days())
    }

    /// Why a row may have no value.
    pub fn gap(self) -> &'static str {
        match self {
            Self::Days | Self::Months | Self::Years => "time since enrolment not known",
            Self::AgeDays | Self::AgeMonths => "infant’s age not known",
            Self::CorrectedAgeDays | Self::CorrectedAgeMonths => "infant’s due date not known",
        }
    }

    /// What the horizontal axis of a figure over it says.
    pub fn axis(self) -> &'static str {
        match self {
            Self::Days => "Days since enrolment",
            Self::Months => "Months since enrolment",
            Self::Years => "Years since enrolment",
            Self::AgeDays => "Infant’s age in days",
            Self::AgeMonths => "Infant’s age in months",
            Self::CorrectedAgeDays => "Infant’s corrected age in days",
            Self::CorrectedAgeMonths => "Infant’s corrected age in months",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_variable() {
        for variable in TimeVariable::ALL {
            assert_eq!(TimeVariable::of_name(variable.name()), Some(variable));
        }
        assert_eq!(TimeVariable::of_name("weeks"), None);
    }

    #[test]
    fn a_year_is_twelve_months() {
        assert_eq!(TimeVariable::Years.of_months(12.0), 1.0);
        assert_eq!(
            TimeVariable::Years.days(),
            12.0 * TimeVariable::Months.days()
        );
        assert_eq!(TimeVariable::Days.of_months(1.0), 30.4375);
    }
}
