//! Rows to records, one file per kind of table.

pub(crate) mod assessment_rows;
pub(crate) mod attendance_rows;
pub(crate) mod coding_rows;
pub(crate) mod consent_rows;
pub(crate) mod dyad_rows;
pub(crate) mod session_rows;
pub(crate) mod value_rows;
pub(crate) mod visit_time;
pub(crate) mod wide_rows;

use attune_protocol::{design::Site, id::SiteId};

use crate::{
    data_fault::DataFault,
    sheet::{Column, Sheet},
};

/// The site of a row: from its column; without one, the only site of the study.
fn site_of_row<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    column: Option<&Column<'a>>,
) -> Option<SiteId> {
    let sites = &sheet.protocol.sites;
    match (column, sites.as_slice()) {
        (Some(column), _) => {
            sheet.required(row, column, "a site")?;
            let index = sheet.known(row, column, "site", sites, id_and_label)?;
            Some(sites[index].id.clone())
        }
        (None, [only]) => Some(only.id.clone()),
        (None, _) => None,
    }
}

fn id_and_label(site: &Site) -> (&str, &str) {
    (&site.id, &site.label)
}

/// Says once that the file does not tell sites.
fn check_site_is_said(sheet: &mut Sheet<'_>, is_mapped: bool) {
    if !is_mapped && sheet.protocol.sites.len() != 1 {
        let problem = sheet.of_file(DataFault::SiteNotSaid);
        sheet.problems.push(problem);
    }
}
