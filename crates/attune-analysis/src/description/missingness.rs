//! Why values are missing: by outcome, arm and wave, with every reason kept.

use std::collections::BTreeMap;

use attune_protocol::missing::Missing;

use crate::{findings::MissingnessCell, long_table::LongTable};

/// One cell per outcome, arm and wave that has planned rows.
pub fn missingness(long: &LongTable<'_>) -> Vec<MissingnessCell> {
    let mut cells = Vec::new();
    for (outcome, rows) in long.outcomes.iter().enumerate() {
        let mut by_place: BTreeMap<_, (usize, [usize; Missing::ALL.len()])> = BTreeMap::new();
        for row in rows {
            let Some(wave) = row.wave else { continue };
            let (present, missing) = by_place.entry((row.arm, wave)).or_default();
            match row.value {
                Ok(_) => *present += 1,
                Err(reason) => missing[position(reason)] += 1,
            }
        }
        cells.extend(
            by_place
                .into_iter()
                .map(|((arm, wave), (present, missing))| MissingnessCell {
                    outcome: long.protocol.outcomes[outcome].id.to_string(),
                    arm: arm.map(|arm| long.protocol.arms[arm].id.to_string()),
                    wave: long.protocol.waves[wave].id.to_string(),
                    present,
                    missing: reasons(&missing),
                }),
        );
    }
    cells
}

fn position(reason: Missing) -> usize {
    Missing::ALL
        .iter()
        .position(|known| *known == reason)
        .unwrap_or(0)
}

fn reasons(counts: &[usize]) -> Vec<(String, usize)> {
    let counted = Missing::ALL.iter().zip(counts).filter(|(_, n)| **n > 0);
    counted
        .map(|(reason, n)| (reason.words().to_owned(), *n))
        .collect()
}
