//! From the files that a study names to its records, with every problem at once.

mod columns_unread;
mod field_column;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use attune_protocol::{
    Protocol,
    data::{DataContent, DataFile},
};
use attune_records::{
    Records,
    record_problem::{RecordFault, RecordProblem},
    source::{Source, SourceFile},
};
use sha2::{Digest, Sha256};

use crate::{
    data_fault::DataFault,
    data_problem::{DataProblem, DataProblems},
    nearest_code::nearest_code,
    record_files::RecordFiles,
    rows::{
        assessment_rows::read_assessments,
        attendance_rows::read_attendance,
        coding_rows::read_codings,
        consent_rows::read_consents,
        dyad_rows::{RowsPerDyad, read_dyads},
        session_rows::read_sessions,
    },
    sheet::Sheet,
    simulation_marker::{Origin, SimulatedFiles},
    table::Table,
};

use columns_unread::{UsedColumns, report_unread};
use field_column::column_of;

/// Unknown codes for which a likely one is looked for; the search goes through all codes.
const MOST_SUGGESTIONS: usize = 50;

/// Reads the records that the protocol names, from the files beside the study file in `folder`. With
/// the records come warnings and notes.
///
/// # Errors
///
/// Every problem of every file, warnings among them, when at least one is an error.
pub fn read_records(
    protocol: &Protocol,
    folder: &Path,
) -> Result<(Records, DataProblems), DataProblems> {
    read_records_from(protocol, &RecordFiles::from_folder(protocol, folder))
}

/// As [`read_records`], from files in memory.
///
/// # Errors
///
/// As [`read_records`].
pub fn read_records_from(
    protocol: &Protocol,
    files: &RecordFiles,
) -> Result<(Records, DataProblems), DataProblems> {
    let mut reading = Reading::default();
    let tables = reading.read_tables(protocol, files);
    let mut records = reading.read_rows(protocol, &tables);
    records.files = reading.source_files(protocol, files, &tables);
    report_unread(&tables, &reading.used, &mut reading.problems);
    let records = reading.check(protocol, &tables, records);
    reading.finish(protocol, records)
}

/// A table, by file and sheet.
type Key = (String, Option<String>);
type Tables = BTreeMap<Key, Table>;

fn key(data: &DataFile) -> Key {
    (data.file.clone(), data.sheet.clone())
}

/// What has been found so far.
#[derive(Default)]
struct Reading {
    problems: Vec<DataProblem>,
    used: UsedColumns,
    /// Whether a file of dyads could not be read, so that unknown dyads mean nothing.
    dyads_are_incomplete: bool,
    /// The same for sessions.
    sessions_are_incomplete: bool,
}

impl Reading {
    /// Every sheet once, however many tables of the study file are about it.
    fn read_tables(&mut self, protocol: &Protocol, files: &RecordFiles) -> Tables {
        let mut tables = Tables::new();
        let mut faulty = Vec::new();
        for data in &protocol.data {
            let key = key(data);
            if tables.contains_key(&key) || faulty.contains(&key) {
                continue;
            }
            let sheet = data.sheet.as_deref();
            let table = files
                .bytes(&data.file)
                .and_then(|bytes| Table::read(&data.file, sheet, bytes));
            match table {
                Ok(table) => {
                    self.report_notices(data, &table);
                    tables.insert(key, table);
                }
                Err(fault) => {
                    self.report_file(data, fault);
                    if let Some(last) = self.problems.last_mut()
                        && !matches!(last.fault, DataFault::SheetMissing { .. })
                    {
                        // The whole workbook is at fault, not each of its sheets.
                        last.sheet = None;
                    }
                    faulty.push(key);
                }
            }
        }
        tables
    }

    fn report_notices(&mut self, data: &DataFile, table: &Table) {
        for notice in &table.notices {
            self.report_file(data, notice.fault.clone());
            if let Some(last) = self.problems.last_mut() {
                last.row = notice.row;
            }
        }
    }

    fn report_file(&mut self, data: &DataFile, fault: DataFault) {
        let sheet = data.sheet.as_deref().map(Arc::from);
        let file = Arc::from(data.file.as_str());
        self.problems.push(DataProblem::of_file(file, sheet, fault));
    }

    /// Dyads first, then sessions, since the others are looked up among them.
    fn read_rows(&mut self, protocol: &Protocol, tables: &Tables) -> Records {
        let mut records = Records::default();
        self.read_each(protocol, tables, |reading, sheet, content| {
            if let DataContent::Dyads(columns) = content {
                let dyads = sheet.and_then(|sheet| {
                    let rows_per_dyad = rows_per_dyad(protocol, sheet.data);
                    read_dyads(sheet, columns, rows_per_dyad)
                });
                match dyads {
                    Some(dyads) => records.dyads.extend(dyads),
                    None => reading.dyads_are_incomplete = true,
                }
            }
        });
        records.dyads.sort_by(|a, b| a.id.cmp(&b.id));
        self.read_each(protocol, tables, |reading, sheet, content| {
            if let DataContent::Sessions(columns) = content {
                match sheet {
                    Some(sheet) => records.sessions.extend(read_sessions(sheet, columns)),
                    None => reading.sessions_are_incomplete = true,
                }
            }
        });
        let (mut assessments, mut attendance) = (Vec::new(), Vec::new());
        let (mut codings, mut dyad_codings) = (Vec::new(), Vec::new());
        let mut consents = Vec::new();
        self.read_each(protocol, tables, |_, sheet, content| {
            match (content, sheet) {
                (DataContent::Assessments(columns), Some(sheet)) => {
                    assessments.extend(read_assessments(sheet, columns, &records));
                }
                (DataContent::Consents(columns), Some(sheet)) => {
                    consents.extend(read_consents(sheet, columns));
                }
                (DataContent::Attendance(columns), Some(sheet)) => {
                    attendance.extend(read_attendance(sheet, columns, &records));
                }
                (DataContent::Codings(columns), Some(sheet)) => {
                    if let Some(scheme) =
                        protocol.scheme_in_version(&columns.scheme, columns.version)
                    {
                        let read = read_codings(sheet, columns, scheme, &records);
                        codings.extend(read.sessions);
                        dyad_codings.extend(read.dyads);
                    }
                }
                _ => {}
            }
        });
        records.consents = consents;
        records.codings = codings;
        records.dyad_codings = dyad_codings;
        records.assessments = assessments;
        records.attendance = attendance;
        records
    }

    /// Calls `read` with every `[[data]]` table; without a sheet where its file could not be read.
    fn read_each<'a>(
        &mut self,
        protocol: &'a Protocol,
        tables: &'a Tables,
        mut read: impl FnMut(&mut Self, Option<&mut Sheet<'a>>, &'a DataContent),
    ) {
        for data in &protocol.data {
            let Some(table) = tables.get(&key(data)) else {
                read(self, None, &data.content);
                continue;
            };
            let file = Arc::from(data.file.as_str());
            let mut sheet = Sheet::new(protocol, data, table, file);
            read(self, Some(&mut sheet), &data.content);
            self.problems.append(&mut sheet.problems);
            self.used
                .entry(key(data))
                .or_default()
                .append(&mut sheet.used);
        }
    }

    /// Fingerprints of the files, in the order of the study file.
    fn source_files(
        &mut self,
        protocol: &Protocol,
        files: &RecordFiles,
        tables: &Tables,
    ) -> Vec<SourceFile> {
        let simulated = SimulatedFiles::read(files, &mut self.problems);
        let mut source_files: Vec<SourceFile> = Vec::new();
        for data in &protocol.data {
            let Ok(bytes) = files.bytes(&data.file) else {
                continue;
            };
            if source_files.iter().any(|one| *one.file == *data.file) {
                continue;
            }
            let fingerprint = fingerprint(bytes);
            let origin = simulated.origin(&data.file, &fingerprint);
            if origin == Origin::SimulatedAndEdited {
                self.report_file(data, DataFault::SimulationEdited);
            }
            let of_file = tables.iter().filter(|((file, _), _)| *file == data.file);
            let n_rows: usize = of_file.map(|(_, table)| table.n_rows()).sum();
            source_files.push(SourceFile {
                file: Arc::from(data.file.as_str()),
                fingerprint,
                n_rows: u32::try_from(n_rows).unwrap_or(u32::MAX),
                simulated: protocol.study.simulated || origin != Origin::Collected,
            });
        }
        source_files
    }

    /// What concerns several records, told with the columns that it is about.
    fn check(&mut self, protocol: &Protocol, tables: &Tables, records: Records) -> Option<Records> {
        let codes: Vec<String> = records
            .dyads
            .iter()
            .map(|dyad| dyad.id.to_string())
            .collect();
        let (records, problems) = match Records::checked(protocol, records) {
            Ok((records, problems)) => (Some(records), problems),
            Err(problems) => (None, problems),
        };
        let faulty_rows: BTreeSet<(Arc<str>, Option<u32>)> = self
            .problems
            .iter()
            .map(|problem| (problem.file.clone(), problem.row))
            .collect();
        let is_faulty = |at: &Source| faulty_rows.contains(&(at.file.clone(), Some(at.row)));
        let mut n_suggestions = 0;
        for problem in problems {
            let unknown = match &problem.fault {
                RecordFault::UnknownDyad { .. } if self.dyads_are_incomplete => continue,
                RecordFault::UnknownSession { .. } if self.sessions_are_incomplete => continue,
                // Its arm or its site could not be read.
                RecordFault::NoArm { .. } if is_faulty(&problem.source) => continue,
                RecordFault::UnknownDyad { code } => Some(code.clone()),
                _ => None,
            };
            let mut problem = located(protocol, tables, problem);
            if let Some(unknown) = unknown.filter(|_| n_suggestions < MOST_SUGGESTIONS) {
                let nearest = nearest_code(&unknown, codes.iter().map(String::as_str));
                problem.did_you_mean = nearest.map(str::to_owned);
                n_suggestions += 1;
            }
            self.problems.push(problem);
        }
        records
    }

    fn finish(
        mut self,
        protocol: &Protocol,
        records: Option<Records>,
    ) -> Result<(Records, DataProblems), DataProblems> {
        let place = |problem: &DataProblem| {
            let files = &mut protocol.data.iter();
            let file = files.position(|data| *data.file == *problem.file);
            // A marker is no data file: it comes last.
            (
                file.unwrap_or(usize::MAX),
                problem.sheet.clone(),
                problem.row,
            )
        };
        self.problems.sort_by_cached_key(place);
        self.problems.dedup();
        let problems = DataProblems {
            problems: self.problems,
        };
        match records {
            Some(records) if !problems.has_errors() => Ok((records, problems)),
            _ => Err(problems),
        }
    }
}

/// A file that holds assessments beside dyads repeats each dyad.
fn rows_per_dyad(protocol: &Protocol, dyads: &DataFile) -> RowsPerDyad {
    let is_more =
        |data: &DataFile| key(data) == key(dyads) && !matches!(data.content, DataContent::Dyads(_));
    if protocol.data.iter().any(is_more) {
        RowsPerDyad::Several
    } else {
        RowsPerDyad::One
    }
}

fn fingerprint(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A problem of a record with the column and the cell that it is about.
fn located(protocol: &Protocol, tables: &Tables, problem: RecordProblem) -> DataProblem {
    let row_number = problem.source.row;
    let mut located = DataProblem {
        row: Some(row_number),
        ..DataProblem::of_file(problem.source.file.clone(), None, problem.fault.into())
    };
    let Some((data, heading)) = column_of(protocol, &problem.source.file, &problem.field) else {
        return located;
    };
    located.sheet = data.sheet.as_deref().map(Arc::from);
    let cell = tables.get(&key(data)).and_then(|table| {
        let row = table.row_with_number(row_number)?;
        let column = table
            .headings
            .iter()
            .position(|one| **one == *heading.trim())?;
        Some(table.cell(row, column).to_owned())
    });
    located.column = Some(Arc::from(heading.trim()));
    located.cell = cell;
    located
}
