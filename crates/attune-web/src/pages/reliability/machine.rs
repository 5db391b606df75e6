//! How far the machine that listens agrees with each person about when anybody speaks.

use std::collections::{BTreeMap, BTreeSet};

use attune_observation::agreement::report::PairReport;
use attune_store::{
    clips::{ClipRow, MachineCoding},
    command::video::CodingPurpose,
    ids::AccountId,
};

use super::Known;
use crate::{
    failure::Failure,
    listening::{self, Heard},
    visit::Visit,
};

/// What the machine's agreement with people is.
pub(super) struct Machine {
    pub n_clips: usize,
    pub choices: Vec<(String, String, bool)>,
    pub pairs: Vec<(String, PairReport)>,
}

/// How far the machine agrees with each person about when anybody speaks.
pub(super) async fn machine(
    visit: &Visit,
    known: &Known,
    clips: &[ClipRow],
    speaking: Option<&str>,
) -> Result<Option<Machine>, Failure> {
    let store = visit.app.store();
    let machines = store.machine_codings(&known.study).await?;
    if machines.is_empty() {
        return Ok(None);
    }
    let clip_of = |machine: &MachineCoding| clips.iter().find(|clip| clip.id == machine.clip);
    let mut labels: BTreeMap<String, String> = BTreeMap::new();
    for clip in machines.iter().filter_map(clip_of) {
        let scheme = store
            .coding_scheme(&known.study, &clip.scheme, clip.scheme_version)
            .await?;
        for (behaviour, has_end) in scheme.behaviours() {
            if has_end {
                labels.insert(behaviour.id.clone(), behaviour.label.clone());
            }
        }
    }
    let chosen: Vec<String> = match speaking {
        Some(typed) => typed.split(',').map(|id| id.trim().to_owned()).collect(),
        None => labels
            .iter()
            .filter(|(id, label)| {
                listening::sounds_like_speech(id) || listening::sounds_like_speech(label)
            })
            .map(|(id, _)| id.clone())
            .collect(),
    };
    let mut contents = Vec::new();
    for machine in &machines {
        let Some(angle) = clip_of(machine).and_then(|clip| clip.angles.first()) else {
            continue;
        };
        let recording = (angle.place(), angle.length);
        let of_clip = known.rows.iter().filter(|row| {
            row.clip == machine.clip && row.finished && row.purpose != CodingPurpose::Own
        });
        for row in of_clip {
            let content = store.coding(&known.study, row.id).await?;
            contents.push((machine, row.coder, recording, content));
        }
    }
    let coders: BTreeSet<AccountId> = contents.iter().map(|(_, coder, ..)| *coder).collect();
    let pairs = coders
        .into_iter()
        .filter_map(|coder| {
            let name = known.names.get(&coder).cloned();
            let name = name.unwrap_or_else(|| "a former coder".to_owned());
            let heard: Vec<Heard<'_>> = contents
                .iter()
                .filter(|(_, own, ..)| *own == coder)
                .map(|(machine, _, recording, content)| Heard {
                    machine,
                    coder: name.clone(),
                    recording: *recording,
                    events: &content.events,
                })
                .collect();
            Some((name.clone(), listening::agreement(&heard, &chosen)?))
        })
        .collect();
    Ok(Some(Machine {
        n_clips: machines.len(),
        choices: labels
            .into_iter()
            .map(|(id, label)| {
                let is_chosen = chosen.contains(&id);
                (id, label, is_chosen)
            })
            .collect(),
        pairs,
    }))
}
