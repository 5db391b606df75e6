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

fn outcome_cells(long: &LongTable<'_>, outcome: usize) -> Vec<OutcomeCell> {
    let mut by_place: BTreeMap<_, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    for row in &long.outcomes[outcome] {
        let Some(wave) = row.wave else { continue };
        let (values, months) = by_place.entry((row.arm, row.phase, wave)).or_default();
        if let Ok(value) = row.value {
            values.push(value);
            months.extend(row.months());
        }
    }
    let protocol = long.protocol;
    let cell = |((arm, phase, wave), (values, months)): (
        (Option<usize>, Option<usize>, usize),
        (Vec<f64>, Vec<f64>),
    )| {
        let (n, mean, sd) = mean_and_sd(&values);
        OutcomeCell {
            outcome: protocol.outcomes[outcome].id.to_string(),
            arm: arm.map(|arm| protocol.arms[arm].id.to_string()),
            phase: phase.map(|phase| protocol.phases[phase].id.to_string()),
            wave: protocol.waves[wave].id.to_string(),
            n,
            mean,
            sd,
            median: (n > 0).then(|| descriptives::median(&values)),
            minimum: values.iter().copied().reduce(f64::min),
            maximum: values.iter().copied().reduce(f64::max),
            months: (!months.is_empty()).then(|| descriptives::mean(&months)),
        }
    };
    by_place.into_iter().map(cell).collect()
}
