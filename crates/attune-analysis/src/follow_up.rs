//! Over which time a difference in change is summed up: from the first wave of the outcome to the
//! last time at which the plan compares arms.

use attune_protocol::plan::Analysis;
use attune_statistics::descriptives;

use crate::long_table::LongTable;

/// Start and end in months since enrolment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FollowUp {
    /// First wave.
    pub start: f64,
    /// End.
    pub end: f64,
}

impl FollowUp {
    /// Follow-up of an analysis: from the first wave planned for the outcome to the last time of
    /// the plan's contrasts, or to the last wave. Waves that are not counted from enrolment stand
    /// at the mean time of their visits. `None` where there is no time between the two.
    pub fn of(long: &LongTable<'_>, outcome: usize, analysis: &Analysis) -> Option<Self> {
        let waves = long.waves_of(outcome);
        let start = time_of_wave(long, outcome, *waves.first()?)?;
        let last_contrast = analysis
            .contrasts_at_months
            .iter()
            .copied()
            .reduce(f64::max);
        let end = match last_contrast {
            Some(end) => end,
            None => waves
                .iter()
                .rev()
                .find_map(|&wave| time_of_wave(long, outcome, wave))?,
        };
        (end > start).then_some(Self { start, end })
    }

    /// Length in months.
    pub fn months(self) -> f64 {
        self.end - self.start
    }
}

/// Months since enrolment of a wave: as planned, otherwise the mean of its visits.
pub fn time_of_wave(long: &LongTable<'_>, outcome: usize, wave: usize) -> Option<f64> {
    long.planned_months(wave).or_else(|| {
        let visits = long.outcomes[outcome].iter();
        let months: Vec<f64> = visits
            .filter(|row| row.wave == Some(wave) && row.value.is_ok())
            .filter_map(crate::long_table::Row::months)
            .collect();
        (!months.is_empty()).then(|| descriptives::mean(&months))
    })
}
