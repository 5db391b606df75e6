//! How far two coders of the same session agree on what the session amounts to. The session is the unit.

use std::collections::{BTreeMap, BTreeSet};

use attune_measures::measures::SessionSociogram;
use attune_observation::agreement::{
    by_clip::{Draws, Resampling},
    ratings::{intraclass_of, one_way_intraclass_of},
};

use super::Coded;
use crate::findings::RoomAgreement;

const LEVEL: f64 = 0.95;
const N_RESAMPLES: usize = 1000;
/// Of fewer sessions a correlation says nothing.
const FEWEST_SESSIONS: usize = 3;

/// Of a session that more than two coded, the first two in the order of their names count.
pub(super) fn agreement(
    coded: &Coded<'_>,
    value: impl Fn(&SessionSociogram) -> Option<f64>,
    seed: u64,
) -> Option<RoomAgreement> {
    let mut by_session: BTreeMap<u32, Vec<(&str, f64)>> = BTreeMap::new();
    for (_, coding) in &coded.codings {
        if let (Some(coder), Some(value)) = (coding.coder.as_deref(), value(coding)) {
            by_session
                .entry(coding.unit)
                .or_default()
                .push((coder, value));
        }
    }
    let mut coders = BTreeSet::new();
    let mut pairs = Vec::new();
    for codings in by_session.values_mut() {
        codings.sort_by_key(|(coder, _)| *coder);
        codings.dedup_by_key(|(coder, _)| *coder);
        if let [(first, a), (second, b), ..] = codings.as_slice() {
            coders.insert((*first, *second));
            pairs.push(Some((*a, *b)));
        }
    }
    if pairs.len() < FEWEST_SESSIONS {
        return None;
    }
    let resampling = Resampling {
        n: N_RESAMPLES,
        seed,
        level: LEVEL,
    };
    let draws = Draws::new(pairs.len(), &resampling);
    let measured = match coders.len() {
        1 => {
            let [agreement, _] = intraclass_of(&pairs, &draws);
            agreement
        }
        _ => one_way_intraclass_of(&pairs, &draws),
    };
    let mean = |of: fn((f64, f64)) -> f64| {
        let values = pairs.iter().flatten().map(|pair| of(*pair));
        values.sum::<f64>() / pairs.len() as f64
    };
    Some(RoomAgreement {
        n_sessions: pairs.len(),
        means: [mean(|pair| pair.0), mean(|pair| pair.1)],
        measure: measured.measure,
        estimate: measured.estimate,
        ci_lower: measured.bootstrap_lower,
        ci_upper: measured.bootstrap_upper,
    })
}
