//! A file of assessments with one row per dyad and columns for each wave.

use std::sync::Arc;

use attune_protocol::{
    data::{TimeUnit, WideWave},
    id::WaveId,
    instrument::Item,
};
use attune_records::records::{Assessment, When};

use super::{
    assessment_rows::{Common, item_columns, read_answers, read_assessor},
    visit_time::{read_unit, read_when},
};
use crate::{
    data_fault::DataFault,
    sheet::{Column, Sheet},
};

/// One wave with the columns that were found.
struct WaveColumns<'a> {
    wave: &'a WaveId,
    date: Option<Column<'a>>,
    time: Option<(Column<'a>, TimeUnit)>,
    items: Vec<(&'a Item, Column<'a>)>,
}

/// Reads a wide file. A wave whose cells of a row are all empty, without a meaning for empty cells
/// in the study file, is a visit that did not take place: there is no record of it.
pub(crate) fn read_wide<'a>(
    sheet: &mut Sheet<'a>,
    common: Option<Common<'a>>,
    waves: &'a [WideWave],
) -> Vec<Assessment> {
    let planned = common.as_ref().map(|common| common.planned);
    let mut columns = Vec::with_capacity(waves.len());
    for names in waves {
        let time = names.time.as_ref();
        columns.push(WaveColumns {
            wave: &names.wave,
            date: sheet.date_column(names.date.as_ref()),
            time: time.and_then(|time| Some((sheet.column(&time.column)?, time.unit))),
            items: item_columns(sheet, planned, &names.items),
        });
    }
    let Some(common) = common else {
        return Vec::new();
    };
    let mut assessments = Vec::new();
    for row in sheet.rows() {
        if let Some(unit) = read_unit(sheet, row, &common.unit) {
            let waves = columns.iter();
            assessments
                .extend(waves.filter_map(|wave| read_wave(sheet, row, &common, &unit, wave)));
        }
    }
    assessments
}

/// The visit of one wave; `None` where there was none or its time cannot be read.
fn read_wave<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    common: &Common<'a>,
    unit: &Arc<str>,
    wave: &WaveColumns<'a>,
) -> Option<Assessment> {
    if !sheet.empty_is_declared() && is_empty(sheet, row, wave) {
        return None;
    }
    let answers = read_answers(sheet, row, &wave.items);
    let when = read_when(sheet, row, wave.date.as_ref(), wave.time.as_ref())?;
    let has_value = answers.iter().any(|answer| answer.value.is_ok());
    if let (When::NotSaid, Some(date)) = (when, &wave.date)
        && has_value
    {
        sheet.report(row, date, DataFault::ValuesWithoutDate);
    }
    Some(Assessment {
        instrument: common.planned.id.clone(),
        unit: unit.clone(),
        wave: Some(wave.wave.clone()),
        when,
        assessor: read_assessor(sheet, row, common.assessor.as_ref()),
        answers,
        source: sheet.row_source(row),
    })
}

fn is_empty<'a>(sheet: &Sheet<'a>, row: usize, wave: &WaveColumns<'a>) -> bool {
    let columns = wave.items.iter().map(|(_, column)| column);
    let time = wave.time.as_ref().map(|(column, _)| column);
    columns
        .chain(&wave.date)
        .chain(time)
        .all(|column| sheet.cell(row, column).is_empty())
}
