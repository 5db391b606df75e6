//! Bytes that may be a table: what the reader of CSV, TSV and workbooks must survive.

use std::fs;

use attune_exchange::AnyTable;

use crate::{case::Case, messy::Dice};

/// The ending and the bytes of a seed: a messy table, then damaged in places.
pub fn bytes(seed: u64) -> (&'static str, Vec<u8>) {
    let mut dice = Dice::new(seed);
    let ending = dice.one_of(&["csv", "csv", "tsv", "txt", "xlsx"]);
    let case: Case = crate::messy::table(&mut dice);
    let mut bytes = case.text().into_bytes();
    let separator = dice.one_of(b",,;\t|");
    bytes
        .iter_mut()
        .filter(|byte| **byte == b',')
        .for_each(|byte| *byte = separator);
    let start = dice.one_of(&[
        &b""[..],
        b"",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"PK\x03\x04",
        b"\n\n",
    ]);
    bytes.splice(0..0, start.iter().copied());
    for _ in 0..dice.below(6) {
        if bytes.is_empty() {
            break;
        }
        let place = dice.below(bytes.len());
        match dice.below(4) {
            0 => bytes[place] = dice.below(256) as u8,
            1 => bytes.truncate(place),
            2 => bytes.insert(place, dice.one_of(b"\"\n\r\0,\xe9")),
            _ => {
                let end = (place + dice.below(40)).min(bytes.len());
                let repeated = bytes[place..end].to_vec();
                bytes.splice(place..place, repeated);
            }
        }
    }
    (ending, bytes)
}

/// Reads the bytes as a file with this ending, and every column of it.
///
/// # Errors
/// When a problem has no words, or a column has another length than the table.
pub fn check(ending: &str, bytes: &[u8]) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|problem| problem.to_string())?;
    let path = folder.path().join("table").with_extension(ending);
    fs::write(&path, bytes).map_err(|problem| problem.to_string())?;
    match AnyTable::read(&path, None) {
        Err(fault) if fault.to_string().is_empty() => Err("a fault without words".to_owned()),
        Err(_) => Ok(()),
        Ok(table) => {
            for heading in table.headings() {
                let cells = table.column(heading).unwrap_or_default();
                if cells.len() != table.n_rows() {
                    return Err(format!("column `{heading}` has {} cells", cells.len()));
                }
                for cell in cells {
                    table.number(cell);
                }
            }
            Ok(())
        }
    }
}
