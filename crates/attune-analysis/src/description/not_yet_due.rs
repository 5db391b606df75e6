//! Planned visits whose time has not come, or had not come when the study ended. The long table has no row for
//! them, so that they are neither missing nor lost: a family that was enrolled late has not missed its last
//! visit.

use attune_protocol::design::Timing;

use crate::long_table::LongTable;

/// By unit and wave, whether the visit is still to come.
pub struct NotYetDue {
    n_waves: usize,
    is_to_come: Vec<bool>,
}

impl NotYetDue {
    /// A visit is to come when something that has data is planned at its wave, and the unit has no row of
    /// it there: of what is due and was not done there is a row with its reason. Of a study that is over it never
    /// came where others have rows: their time came before the end, and this unit's did not.
    pub fn of(long: &LongTable<'_>) -> Self {
        let n_waves = long.protocol.waves.len();
        let mut not_yet_due = Self {
            n_waves,
            is_to_come: vec![false; n_waves * long.units.len()],
        };
        let study = &long.protocol.study;
        if study.status.is_over() && study.ended.is_none() {
            return not_yet_due;
        }
        let mut has_row = vec![false; n_waves * long.units.len()];
        let mut came = vec![!study.status.is_over(); n_waves];
        let rows = long.outcomes.iter().flatten();
        for (unit, wave) in rows.filter_map(|row| Some((row.unit, row.wave?))) {
            has_row[unit * n_waves + wave] = true;
            came[wave] = true;
        }
        for wave in waves_with_a_day(long)
            .into_iter()
            .filter(|&wave| came[wave])
        {
            for unit in long.participants() {
                let place = unit * n_waves + wave;
                not_yet_due.is_to_come[place] = !has_row[place];
            }
        }
        not_yet_due
    }

    /// Whether the visit of this unit at this wave is still to come, or never was due.
    pub fn at(&self, unit: usize, wave: usize) -> bool {
        self.is_to_come[unit * self.n_waves + wave]
    }
}

/// Waves that are counted from a day of the family's own, at which an outcome of families is planned that has data.
fn waves_with_a_day(long: &LongTable<'_>) -> Vec<usize> {
    let has_data = |outcome: &usize| {
        long.outcomes[*outcome]
            .iter()
            .any(|row| long.takes_part[row.unit])
    };
    let outcomes = (0..long.outcomes.len()).filter(has_data);
    let mut waves: Vec<usize> = outcomes
        .flat_map(|outcome| long.waves_of(outcome))
        .collect();
    waves.sort_unstable();
    waves.dedup();
    waves.retain(|&wave| matches!(long.protocol.waves[wave].timing, Timing::After { .. }));
    waves
}
