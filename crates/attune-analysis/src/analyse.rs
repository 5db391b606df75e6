//! Runs the plan: from measures to findings.

use attune_measures::Measures;
use attune_protocol::Protocol;
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use crate::{
    cannot_show,
    description::describe,
    deviations::deviations,
    finding::{Answered, find, write_answer},
    findings::{Finding, Findings},
    long_table::LongTable,
    multiplicity::adjust_family,
    question::Question,
};

/// What a run depends on beside protocol and measures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Seed of everything random: imputation, and the permutations of sites where there are too many
    /// to enumerate.
    pub seed: u64,
    /// Program and version, as findings print it.
    pub engine: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 1,
            engine: concat!("attune ", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// Runs every analysis of the plan and describes the study.
///
/// An analysis that cannot be run gives a finding without estimate and with the reason; nothing
/// that a study can contain makes this fail. The same values give the same findings, on any number
/// of threads.
pub fn analyse(protocol: &Protocol, measures: &Measures, settings: &Settings) -> Findings {
    let long = LongTable::of(protocol, measures);
    let (questions, unreadable) = questions(&long);
    let mut answered: Vec<Answered> = questions
        .par_iter()
        .map(|question| find(question, settings.seed))
        .collect();
    let mut findings: Vec<&mut Finding> = answered
        .iter_mut()
        .map(|answered| &mut answered.finding)
        .collect();
    let multiplicity = adjust_family(protocol, &mut findings);
    for (question, answered) in questions.iter().zip(&mut answered) {
        write_answer(question, answered);
    }
    Findings {
        study: protocol.study.id.to_string(),
        title: protocol.study.title.clone(),
        protocol_fingerprint: protocol.fingerprint.clone(),
        data_fingerprint: measures.data_fingerprint.clone(),
        engine: settings.engine.clone(),
        seed: settings.seed,
        simulated: measures.simulated || protocol.study.simulated,
        description: describe(&long, &analysed(&long, &answered), settings.seed),
        multiplicity,
        cannot_show: cannot_show::of_design(&long),
        deviations: deviations(&long, &answered),
        warnings: unreadable,
        findings: answered
            .into_iter()
            .map(|answered| answered.finding)
            .collect(),
    }
}

/// The questions of the plan, and those that could not be read, in words.
fn questions<'a>(long: &'a LongTable<'a>) -> (Vec<Question<'a>>, Vec<String>) {
    let (mut questions, mut unreadable) = (Vec::new(), Vec::new());
    for analysis in &long.protocol.analyses {
        match Question::of(long, analysis) {
            Ok(question) => questions.push(question),
            Err(reason) => unreadable.push(format!("analysis {}: {reason}", analysis.id)),
        }
    }
    (questions, unreadable)
}

/// For each unit whether any analysis used it.
fn analysed(long: &LongTable<'_>, answered: &[Answered]) -> Vec<bool> {
    let mut analysed = vec![false; long.units.len()];
    for unit in answered.iter().flat_map(|one| &one.analysed) {
        analysed[*unit] = true;
    }
    analysed
}
