//! `--quotes FILE`: words of those who took part, for the reports that quote. A CSV file with a row per
//! quotation. Consent decides: a quotation is used when its speaker agreed to it on a day that is named,
//! under a purpose that the study asks consent for, and has not withdrawn since. All problems are
//! reported at once, and with any of them no report is written.

use std::path::Path;

use anyhow::{Context, Result};
use attune_protocol::Protocol;
use attune_records::{Records, records::ConsentAnswer};
use attune_report::Quotation;
use serde::Deserialize;

use crate::output::AsItIs;

/// A row as it is written.
#[derive(Debug, Deserialize)]
struct Row {
    words: String,
    speaker: String,
    purpose: String,
    agreed: String,
    /// Study code of the family; empty for others, such as staff.
    #[serde(default)]
    dyad: String,
}

/// Longer ones tell too much, and are not read.
const MOST_LETTERS: usize = 400;

/// The quotations of the file, checked against a study and the data files in a folder.
pub fn of_study(file: &Path, protocol: &Protocol, folder: &Path) -> Result<Vec<Quotation>> {
    // Warnings about the records are printed when the plan is run.
    let (records, _) = attune_exchange::read_records(protocol, folder)
        .map_err(|problems| AsItIs(problems.rendered()))?;
    read(file, protocol, &records)
}

/// The quotations of the file, checked against the study and its records.
fn read(file: &Path, protocol: &Protocol, records: &Records) -> Result<Vec<Quotation>> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read the quotations in {}", file.display()))?;
    let (quotations, problems) = parse(&text, protocol, records);
    if problems.is_empty() {
        return Ok(quotations);
    }
    let lines: Vec<String> = problems
        .into_iter()
        .map(|problem| format!("error: {}: {problem}", file.display()))
        .collect();
    Err(AsItIs(lines.join("\n")).into())
}

fn parse(text: &str, protocol: &Protocol, records: &Records) -> (Vec<Quotation>, Vec<String>) {
    let mut quotations = Vec::new();
    let mut problems = Vec::new();
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    for (place, row) in reader.deserialize::<Row>().enumerate() {
        // The heading is row 1.
        let number = place + 2;
        match row {
            Ok(row) => {
                let found = faults(&row, protocol, records);
                problems.extend(found.into_iter().map(|fault| format!("row {number}: {fault}")));
                quotations.push(Quotation {
                    words: row.words,
                    speaker: row.speaker,
                });
            }
            Err(error) => problems.push(format!(
                "row {number}: {error}; the columns are words, speaker, purpose, agreed and, for families, dyad"
            )),
        }
    }
    (quotations, problems)
}

fn faults(row: &Row, protocol: &Protocol, records: &Records) -> Vec<String> {
    let mut faults = Vec::new();
    if row.words.is_empty() {
        faults.push("there are no words; remove the row".to_owned());
    }
    if row.words.chars().count() > MOST_LETTERS {
        faults.push(format!(
            "the quotation has more than {MOST_LETTERS} letters; shorten it"
        ));
    }
    if row.speaker.is_empty() {
        faults.push("the speaker is empty; say who it is in words that tell nobody’s identity, such as \"a mother\"".to_owned());
    }
    if !row.dyad.is_empty() && row.speaker.contains(&row.dyad) {
        faults.push(format!(
            "the speaker names the study code {}; a report must not",
            row.dyad
        ));
    }
    let purposes: Vec<&str> = protocol
        .consents
        .iter()
        .map(|purpose| purpose.id.as_str())
        .collect();
    if !purposes.contains(&row.purpose.as_str()) {
        faults.push(match purposes.is_empty() {
            true => {
                "the study file names no consent purpose, so nobody can have agreed to be quoted"
                    .to_owned()
            }
            false => format!(
                "`{}` is no consent purpose of the study; it has {}",
                row.purpose,
                purposes.join(", ")
            ),
        });
    }
    if row.agreed.parse::<jiff::civil::Date>().is_err() {
        faults.push(format!(
            "`{}` is no day; `agreed` is the day on which the speaker agreed to these words, such as 2026-03-01",
            row.agreed
        ));
    }
    faults.extend(fault_of_family(row, records));
    faults
}

fn fault_of_family(row: &Row, records: &Records) -> Option<String> {
    if row.dyad.is_empty() {
        return None;
    }
    let Some(dyad) = records.dyad(&row.dyad) else {
        return Some(format!("no family has the study code `{}`", row.dyad));
    };
    let withdrew = dyad.left.as_ref().is_some_and(|left| left.withdrew_consent);
    if withdrew {
        return Some(format!(
            "the family {} withdrew its consent; remove the row",
            row.dyad
        ));
    }
    let last = records
        .consents
        .iter()
        .rfind(|one| *one.dyad == *row.dyad && one.purpose.as_str() == row.purpose);
    let does_not_agree = last.is_some_and(|last| last.answer != ConsentAnswer::Given);
    does_not_agree.then(|| {
        format!(
            "the family {} has not agreed to `{}`, or has taken it back; remove the row",
            row.dyad, row.purpose
        )
    })
}
