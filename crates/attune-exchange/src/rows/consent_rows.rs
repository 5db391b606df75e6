//! A file of consents: one row per answer of a family for one purpose.

use attune_protocol::{data::ConsentColumns, id::DyadId};
use attune_records::records::{Consent, ConsentAnswer};

use crate::{
    data_fault::DataFault,
    sheet::{Column, Sheet},
};

const ANSWERS: [(&str, &str, ConsentAnswer); 3] = [
    ("given", "yes", ConsentAnswer::Given),
    ("refused", "no", ConsentAnswer::Refused),
    ("withdrawn", "taken back", ConsentAnswer::Withdrawn),
];

/// Reads the answers of a file. A row without an answer says that nobody asked, and is no answer.
pub(crate) fn read_consents<'a>(sheet: &mut Sheet<'a>, names: &'a ConsentColumns) -> Vec<Consent> {
    let dyad = sheet.column(&names.dyad);
    let purpose = sheet.column(&names.purpose);
    let answer = sheet.column(&names.answer);
    let date = sheet.date_column(names.date.as_ref());
    let version = sheet.optional_column(names.version.as_ref());
    let language = sheet.optional_column(names.language.as_ref());
    let (Some(dyad), Some(purpose), Some(answer)) = (dyad, purpose, answer) else {
        return Vec::new();
    };
    let mut consents = Vec::with_capacity(sheet.table.n_rows());
    for row in sheet.rows() {
        if sheet.missing(sheet.cell(row, &answer)).is_some() {
            continue;
        }
        let code = sheet.required(row, &dyad, "the code of the dyad");
        let purposes = &sheet.protocol.consents;
        let purpose = sheet
            .known(row, &purpose, "consent purpose", purposes, |planned| {
                (planned.id.as_str(), &planned.label)
            })
            .map(|index| purposes[index].id.clone());
        let answered = sheet
            .known(row, &answer, "answer", &ANSWERS, |(id, label, _)| {
                (id, label)
            })
            .map(|index| ANSWERS[index].2);
        let day = date.as_ref().and_then(|date| sheet.date(row, date).ok());
        if answered == Some(ConsentAnswer::Withdrawn)
            && day.is_none()
            && let Some(date) = &date
            && sheet.missing(sheet.cell(row, date)).is_some()
        {
            let what = "the day on which consent was withdrawn";
            sheet.report(row, date, DataFault::NothingThere { what });
        }
        let text = |sheet: &Sheet<'a>, column: &Option<Column<'a>>| -> Option<String> {
            let cell = sheet.cell(row, column.as_ref()?);
            sheet.missing(cell).is_none().then(|| cell.to_owned())
        };
        if let (Some(code), Some(purpose), Some(answer)) = (code, purpose, answered) {
            consents.push(Consent {
                dyad: DyadId::new(code),
                purpose,
                answer,
                date: day,
                version: text(sheet, &version),
                language: text(sheet, &language),
                source: sheet.row_source(row),
            });
        }
    }
    consents
}
