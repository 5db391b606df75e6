//! The whole way from assumptions to records and files.

use std::{collections::BTreeMap, sync::Arc};

use attune_protocol::{Protocol, assumptions::Assumptions};
use attune_records::{
    Records,
    record_problem::{RecordProblem, Severity},
    records::Dyad,
    source::SourceFile,
};
use thiserror::Error;

use crate::{
    assessments::assess_families,
    attendance::attend_sessions,
    codings::code_sessions,
    consents::give_consents,
    dyad_codings::code_dyads,
    families::enrol_families,
    file_bytes::{FileError, file_bytes},
    marker::{Marker, sha256},
    other_units::assess_other_units,
    rehearsal::Rehearsal,
    sessions::hold_sessions,
    tables::tables,
};

/// Made-up files in the layout of the study's `[[data]]` tables, and what says that they are.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedFiles {
    /// Bytes by path beside the study file.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What marks the files as made up; written beside the study file.
    pub marker: Marker,
    /// What was not assumed in the study file, and what stood in for it; what could not be
    /// written, and why. One sentence each.
    pub notes: Vec<String>,
}

/// Made-up records in memory.
#[derive(Debug, Clone)]
pub struct SimulatedRecords {
    /// The records; their sources name no real file.
    pub records: Records,
    /// What stood in for assumptions that the study file does not make. One sentence each.
    pub notes: Vec<String>,
}

/// Why nothing was simulated.
#[derive(Debug, Error)]
pub enum SimulationError {
    /// The declared correlations cannot all hold.
    #[error(
        "the correlations in [simulation] cannot all hold at once; {measure} is the first that \
         does not fit: lower one of its correlations"
    )]
    ImpossibleCorrelations {
        /// The first measure that does not fit to those before it.
        measure: String,
    },
    /// The assumptions make records that cannot be.
    #[error(
        "the assumptions in [simulation] make records that cannot be: {problem}; look at the dates \
         and ages there"
    )]
    Unsound {
        /// The first problem.
        problem: String,
    },
    /// A file could not be made.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Files made up from `assumptions`, in the layout of the protocol's `[[data]]` tables. The same
/// protocol, assumptions and seed give the same bytes.
///
/// # Errors
/// As [`simulate_records`], and when a file cannot hold its table.
pub fn simulate(
    protocol: &Protocol,
    assumptions: &Assumptions,
    seed: u64,
) -> Result<SimulatedFiles, SimulationError> {
    let simulated = simulate_records(protocol, assumptions, seed)?;
    let mut notes = simulated.notes;
    let tables = tables(protocol, &simulated.records, &mut notes);
    notes.sort_unstable();
    notes.dedup();
    let files = file_bytes(&tables)?;
    let marker = Marker::of(&files, seed, &protocol.fingerprint);
    Ok(SimulatedFiles {
        files,
        marker,
        notes,
    })
}

/// The same records without files: what power by simulation needs thousands of times.
///
/// # Errors
/// When the declared correlations cannot all hold, and when the assumed dates and ages contradict
/// each other.
pub fn simulate_records(
    protocol: &Protocol,
    assumptions: &Assumptions,
    seed: u64,
) -> Result<SimulatedRecords, SimulationError> {
    let rehearsal = Rehearsal::prepare(protocol, assumptions, seed)?;
    let families = enrol_families(&rehearsal);
    let attendance = attend_sessions(&rehearsal, &families);
    let sessions = hold_sessions(&rehearsal, &attendance);
    let codings = code_sessions(&rehearsal, &sessions);
    let dyad_codings = code_dyads(&rehearsal, &families);
    let mut assessments = assess_families(&rehearsal, &families);
    assessments.extend(assess_other_units(&rehearsal, &sessions));
    let dyads: Vec<Dyad> = families.into_iter().map(|family| family.dyad).collect();
    let records = Records {
        consents: give_consents(protocol, &dyads),
        dyads,
        assessments,
        sessions,
        attendance,
        codings,
        dyad_codings,
        files: vec![no_file(protocol, seed)],
    };
    let (records, _warnings) = Records::checked(protocol, records)
        .map_err(|problems| SimulationError::unsound(&problems))?;
    Ok(SimulatedRecords {
        records,
        notes: rehearsal.notes,
    })
}

/// Stands for the files that these records were never in, so that they too are known to be made up.
fn no_file(protocol: &Protocol, seed: u64) -> SourceFile {
    let made_from = format!("simulated from {} with seed {seed}", protocol.fingerprint);
    SourceFile {
        file: Arc::from("simulated"),
        fingerprint: sha256(made_from.as_bytes()),
        n_rows: 0,
        simulated: true,
    }
}

impl SimulationError {
    fn unsound(problems: &[RecordProblem]) -> Self {
        let is_error = |problem: &&RecordProblem| problem.fault.severity() == Severity::Error;
        let first = problems.iter().find(is_error);
        Self::Unsound {
            problem: first.map_or(String::new(), |problem| problem.fault.to_string()),
        }
    }
}
