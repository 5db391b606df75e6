//! Values of each outcome by arm, phase and wave.

use std::collections::BTreeMap;

use attune_statistics::descriptives;

use super::mean_and_sd;
use crate::{findings::OutcomeCell, long_table::LongTable};

/// One cell per outcome, arm, phase and wave that has planned rows, in that order. Values outside
/// the planned waves are not described here.
pub fn outcomes_by_wave(long: &LongTable<'_>) -> Vec<OutcomeCell> {
    let cells = (0..long.protocol.outcomes.len()).map(|outcome| outcome_cells(long, outcome));
    cells.collect::<Vec<_>>().concat()
}

/// Arm, phase and wave.
type Place = (Option<usize>, Option<usize>, usize);

#[derive(Default)]
struct Values {
    values: Vec<f64>,
    months: Vec<f64>,
}

fn outcome_cells(long: &LongTable<'_>, outcome: usize) -> Vec<OutcomeCell> {
    let mut by_place: BTreeMap<Place, Values> = BTreeMap::new();
    for row in &long.outcomes[outcome] {
        let Some(wave) = row.wave else { continue };
        let found = by_place.entry((row.arm, row.phase, wave)).or_default();
        if let Ok(value) = row.value {
            found.values.push(value);
            found.months.extend(row.months());
        }
    }
    let cells = by_place.into_iter();
    cells
        .map(|(place, found)| cell(long, outcome, place, &found))
        .collect()
}

fn cell(
    long: &LongTable<'_>,
    outcome: usize,
    (arm, phase, wave): Place,
    found: &Values,
) -> OutcomeCell {
    let protocol = long.protocol;
    let Values { values, months } = found;
    let (n, mean, sd) = mean_and_sd(values);
    OutcomeCell {
        outcome: protocol.outcomes[outcome].id.to_string(),
        arm: arm.map(|arm| protocol.arms[arm].id.to_string()),
        phase: phase.map(|phase| protocol.phases[phase].id.to_string()),
        wave: protocol.waves[wave].id.to_string(),
        n,
        mean,
        sd,
        median: (n > 0).then(|| descriptives::median(values)),
        minimum: values.iter().copied().reduce(f64::min),
        maximum: values.iter().copied().reduce(f64::max),
        months: (!months.is_empty()).then(|| descriptives::mean(months)),
    }
}
