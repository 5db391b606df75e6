//! A file of attendance: one row per dyad and session attended.

use attune_protocol::{data::AttendanceColumns, id::DyadId};
use attune_records::{Records, records::Attendance};

use super::site_of_row;
use crate::{
    data_fault::DataFault,
    sheet::{Limits, Sheet},
};

/// Minutes of a day.
const LONGEST_STAY: f64 = 24.0 * 60.0;

/// Reads the attendance of a file. Without a column for it, the site is the dyad's own.
pub(crate) fn read_attendance<'a>(
    sheet: &mut Sheet<'a>,
    names: &'a AttendanceColumns,
    records: &Records,
) -> Vec<Attendance> {
    let dyad = sheet.column(&names.dyad);
    let date = sheet.date_column(Some(&names.date));
    let site = sheet.optional_column(names.site.as_ref());
    let minutes = sheet.optional_column(names.minutes.as_ref());
    let (Some(dyad), Some(date)) = (dyad, date) else {
        return Vec::new();
    };
    let mut attendance = Vec::with_capacity(sheet.table.n_rows());
    for row in sheet.rows() {
        let limits = Limits::Bounds(Some(0.0), Some(LONGEST_STAY));
        let minutes = minutes
            .as_ref()
            .and_then(|column| sheet.number(row, column, limits).ok());
        let code = sheet.required(row, &dyad, "the code of the dyad");
        let day = sheet.date(row, &date);
        if day.is_err() && sheet.missing(sheet.cell(row, &date)).is_some() {
            let what = "the day";
            sheet.report(row, &date, DataFault::NothingThere { what });
        }
        let own = code
            .and_then(|code| records.dyad(code))
            .map(|dyad| &dyad.site);
        let site = match &site {
            Some(column) => site_of_row(sheet, row, Some(column)),
            // The site of an unknown dyad is not known either; the dyad is reported on its own.
            None => Some(own.cloned().unwrap_or_else(|| "".into())),
        };
        if let (Some(code), Ok(date), Some(site)) = (code, day, site) {
            attendance.push(Attendance {
                dyad: DyadId::new(code),
                date,
                site,
                minutes,
                source: sheet.row_source(row),
            });
        }
    }
    attendance
}
