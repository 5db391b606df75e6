//! A file of sessions: one row per session of the clinic or group.

use attune_protocol::{data::SessionColumns, id::MeasureId};
use attune_records::records::Session;

use super::{check_site_is_said, site_of_row};
use crate::{
    data_fault::DataFault,
    sheet::{Column, Limits, Sheet},
};

/// Reads the sessions of a file.
pub(crate) fn read_sessions<'a>(sheet: &mut Sheet<'a>, names: &'a SessionColumns) -> Vec<Session> {
    check_site_is_said(sheet, names.site.is_some());
    let code = sheet.column(&names.session);
    let date = sheet.date_column(Some(&names.date));
    let site = sheet.optional_column(names.site.as_ref());
    let families = sheet.optional_column(names.families.as_ref());
    let measures: Vec<(&MeasureId, Column<'a>)> = names
        .measures
        .iter()
        .filter_map(|(measure, heading)| Some((measure, sheet.column(heading)?)))
        .collect();
    let (Some(code), Some(date)) = (code, date) else {
        return Vec::new();
    };
    let mut sessions = Vec::with_capacity(sheet.table.n_rows());
    for row in sheet.rows() {
        let families = families
            .as_ref()
            .and_then(|column| sheet.count(row, column));
        let measures = measures
            .iter()
            .map(|(measure, column)| {
                let value = sheet.number(row, column, Limits::Bounds(None, None));
                ((*measure).clone(), value, sheet.cell_source(row, column))
            })
            .collect();
        let site = site_of_row(sheet, row, site.as_ref());
        let id = sheet.required(row, &code, "the code of the session");
        let day = sheet.date(row, &date);
        if day.is_err() && sheet.missing(sheet.cell(row, &date)).is_some() {
            let what = "the day of the session";
            sheet.report(row, &date, DataFault::NothingThere { what });
        }
        if let (Some(id), Ok(date), Some(site)) = (id, day, site) {
            sessions.push(Session {
                id: sheet.name(id),
                date,
                site,
                families,
                measures,
                source: sheet.row_source(row),
            });
        }
    }
    sessions
}
