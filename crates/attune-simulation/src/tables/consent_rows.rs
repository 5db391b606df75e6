//! Rows of files of consents.

use attune_protocol::data::{ConsentColumns, DataFile};
use attune_records::{
    Records,
    records::{Consent, ConsentAnswer},
};

use super::{Cell, Cells, Part, RowKey, id_cell};

pub(super) fn consent_rows(file: &DataFile, columns: &ConsentColumns, records: &Records) -> Part {
    let row = |(place, consent): (usize, &Consent)| {
        let answer = match consent.answer {
            ConsentAnswer::Given => "given",
            ConsentAnswer::Refused => "refused",
            ConsentAnswer::Withdrawn => "withdrawn",
        };
        let mut cells: Cells = vec![
            (
                columns.dyad.clone(),
                id_cell(file, &columns.dyad, &consent.dyad),
            ),
            (
                columns.purpose.clone(),
                id_cell(file, &columns.purpose, consent.purpose.as_str()),
            ),
            (
                columns.answer.clone(),
                id_cell(file, &columns.answer, answer),
            ),
        ];
        if let (Some(column), Some(date)) = (&columns.date, consent.date) {
            cells.push((column.clone(), Cell::Day(date)));
        }
        for (column, text) in [
            (&columns.version, &consent.version),
            (&columns.language, &consent.language),
        ] {
            if let (Some(column), Some(text)) = (column, text) {
                cells.push((column.clone(), id_cell(file, column, text)));
            }
        }
        let key = RowKey {
            unit: consent.dyad.to_string(),
            visit: Some(format!("consent {place:09}")),
            item: None,
        };
        (key, cells)
    };
    let mut headings = vec![
        columns.dyad.clone(),
        columns.purpose.clone(),
        columns.answer.clone(),
    ];
    headings.extend(
        [&columns.date, &columns.version, &columns.language]
            .into_iter()
            .flatten()
            .cloned(),
    );
    Part {
        columns: headings,
        rows: records.consents.iter().enumerate().map(row).collect(),
    }
}
