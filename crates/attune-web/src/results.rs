//! From a study's records in the store to measures, findings and report: the same plain functions that
//! the command line calls. What was computed is kept until the study or its records change.
//!
//! Until arms are revealed, findings are made from permuted arms: every family gets another family's
//! place (site and arm), always the same one while the families are the same, so that pages agree with each
//! other and nobody learns the result by looking twice. What such findings show rehearses the plan and means nothing.

use std::sync::Arc;

use attune_analysis::{Findings, Settings, analyse};
use attune_measures::{Measures, measure};
use attune_protocol::{Protocol, plan::About};
use attune_report::{Profile, Quotation, Report, compose_for};
use attune_store::studies::StudyRow;
use sha2::{Digest, Sha256};
use tokio::{sync::Mutex, task::spawn_blocking};

use crate::{failure::Failure, state::App};

/// What was computed for one study.
#[derive(Debug)]
pub struct Results {
    /// The protocol in its newest version.
    pub protocol: Arc<Protocol>,
    /// The long table, with the arms that there are.
    pub measures: Measures,
    /// The findings.
    pub findings: Findings,
    /// Words that families agreed to have quoted.
    pub quotations: Vec<Quotation>,
    /// The report made from them.
    pub report: Report,
    /// Whether findings and report are made from permuted arms.
    pub permuted: bool,
    /// Which records, protocol and arms they are made from.
    made_from: String,
}

/// Results of all studies, one of each.
#[derive(Debug, Default)]
pub struct ResultsKept(Mutex<Vec<(String, Arc<Results>)>>);

/// Seed of everything random in findings; they name it.
const SEED: u64 = 1;

/// How findings are made here.
pub fn settings_of_findings() -> Settings {
    Settings {
        seed: SEED,
        ..Settings::default()
    }
}

impl Results {
    /// Which records, protocol and arms they are made from, in one word.
    pub fn made_from(&self) -> &str {
        &self.made_from
    }
}

impl App {
    /// The results of a study as it is now.
    ///
    /// # Errors
    ///
    /// The store cannot be read, its records contradict each other, or computing ended early.
    pub async fn results(&self, study: &StudyRow) -> Result<Arc<Results>, Failure> {
        let protocol = self.store().protocol(&study.id).await?;
        let permuted = study.unblinded.is_none() && !protocol.arms.is_empty();
        let quotations = self.quoted(study).await?;
        let quoted = digest(&quotations);
        let from = |head: &str| format!("{} {head} {permuted} {quoted}", protocol.fingerprint);
        let made_from = from(&self.store().records_head(&study.id).await?);
        // One computation at a time: whoever asks meanwhile gets the same one.
        let mut kept = self.results_kept().0.lock().await;
        let id = study.id.to_string();
        if let Some((_, results)) = kept
            .iter()
            .find(|(of, results)| *of == id && results.made_from == made_from)
        {
            return Ok(Arc::clone(results));
        }
        let drawn = self.store().records(&study.id).await?;
        let made_from = from(&drawn.head);
        // Whatever else is written down, families stay in the places that they were given.
        let seed = id.clone();
        let results = spawn_blocking(move || {
            let measures = measure(&protocol, &drawn.records);
            let analysed = match permuted {
                true => with_permuted_arms(&measures, &seed),
                false => measures.clone(),
            };
            let findings = analyse(&protocol, &analysed, &settings_of_findings());
            let report = match permuted {
                true => full(&protocol, &findings, &quotations).with_permuted_arms(),
                false => full(&protocol, &findings, &quotations),
            };
            Results {
                protocol,
                measures,
                findings,
                quotations,
                report,
                permuted,
                made_from,
            }
        })
        .await
        .map_err(Failure::internal)?;
        let results = Arc::new(results);
        kept.retain(|(of, _)| *of != id);
        kept.push((id, Arc::clone(&results)));
        Ok(results)
    }
}

impl App {
    /// Words that may be quoted now: those whose consent is in force.
    async fn quoted(&self, study: &StudyRow) -> Result<Vec<Quotation>, Failure> {
        let chosen = self.store().quotations(&study.id).await?;
        let allowed = chosen.into_iter().filter(|row| row.in_force);
        Ok(allowed
            .map(|row| Quotation {
                words: row.words,
                speaker: row.speaker,
            })
            .collect())
    }
}

/// One word for all that is quoted.
fn digest(quotations: &[Quotation]) -> String {
    let mut all = Sha256::new();
    for quotation in quotations {
        for text in [&quotation.words, &quotation.speaker] {
            all.update((text.len() as u64).to_le_bytes());
            all.update(text);
        }
    }
    all.finalize()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn full(protocol: &Protocol, findings: &Findings, quotations: &[Quotation]) -> Report {
    compose_for(protocol, findings, Profile::Full, quotations)
}

/// Each dyad gets the site and arm of another one; a family's rows stay together.
fn with_permuted_arms(measures: &Measures, seed: &str) -> Measures {
    let mut permuted = measures.clone();
    let dyads: Vec<usize> = (0..measures.units.len())
        .filter(|unit| {
            matches!(
                measures.units[*unit].about,
                About::Dyad | About::Infant | About::Carer
            )
        })
        .collect();
    let mut places = dyads.clone();
    shuffle(&mut places, seed);
    let mut place_of: Vec<usize> = (0..measures.units.len()).collect();
    for (dyad, place) in dyads.iter().zip(places) {
        place_of[*dyad] = place;
    }
    for (unit, place) in permuted.units.iter_mut().zip(&place_of) {
        unit.site = measures.units[*place].site.clone();
        unit.arm.clone_from(&measures.units[*place].arm);
    }
    for row in &mut permuted.rows {
        let place = place_of[row.unit as usize];
        if place != row.unit as usize {
            row.site = measures.units[place].site.clone();
            row.arm.clone_from(&measures.units[place].arm);
        }
    }
    permuted
}

/// Fisher's and Yates's shuffle on the numbers of SHA-256 in counter mode.
fn shuffle(items: &mut [usize], seed: &str) {
    for last in (1..items.len()).rev() {
        let digest = Sha256::digest(format!("attune permuted arms 1 {seed} {last}"));
        let mut bytes = [0_u8; 8];
        bytes.copy_from_slice(&digest[..8]);
        // The bias of the remainder is below one in 10^15 here.
        let chosen = u64::from_le_bytes(bytes) % (last as u64 + 1);
        items.swap(last, usize::try_from(chosen).unwrap_or(last));
    }
}

#[cfg(test)]
mod tests {
    use super::shuffle;

    #[test]
    fn the_same_records_are_always_permuted_in_the_same_way() {
        let shuffled = |seed| {
            let mut items: Vec<usize> = (0..59).collect();
            shuffle(&mut items, seed);
            items
        };
        assert_eq!(shuffled("a"), shuffled("a"));
        assert_ne!(shuffled("a"), shuffled("b"));
        let mut sorted = shuffled("a");
        sorted.sort_unstable();
        assert_eq!(sorted, (0..59).collect::<Vec<_>>());
        let stayed = shuffled("a")
            .iter()
            .enumerate()
            .filter(|(at, item)| at == *item)
            .count();
        assert!(stayed < 8, "{stayed} of 59 kept their place");
    }
}
