//! A file of assessments with one row per visit and one column per item or score, and what the other
//! two layouts share with it.

use std::sync::Arc;

use attune_protocol::{
    data::{AssessmentColumns, AssessmentLayout, VisitColumns},
    id::ItemId,
    instrument::{Answers, Item, PlannedInstrument},
};
use attune_records::{
    Records,
    records::{Answer, Assessment, When},
};

use super::{
    value_rows::read_values,
    visit_time::{TimeColumns, read_unit},
    wide_rows::read_wide,
};
use crate::{
    data_fault::DataFault,
    sheet::{Column, Limits, Sheet},
};

/// What every layout of assessments has.
pub(crate) struct Common<'a> {
    /// The instrument.
    pub planned: &'a PlannedInstrument,
    /// Dyads and sessions that were read already.
    pub records: &'a Records,
    /// Column of the unit's code.
    pub unit: Column<'a>,
    /// Column of who assessed.
    pub assessor: Option<Column<'a>>,
}

/// Reads the assessments of a file.
pub(crate) fn read_assessments<'a>(
    sheet: &mut Sheet<'a>,
    names: &'a AssessmentColumns,
    records: &'a Records,
) -> Vec<Assessment> {
    let unit = sheet.column(&names.unit);
    let assessor = sheet.optional_column(names.assessor.as_ref());
    let common = |unit| {
        Some(Common {
            planned: sheet.protocol.instrument(&names.instrument)?,
            records,
            unit: unit?,
            assessor,
        })
    };
    // Columns are looked for even when the unit's is not there: all that lack are told at once.
    let common = common(unit);
    match &names.layout {
        AssessmentLayout::Visits { when, items } => read_visits(sheet, common, when, items),
        AssessmentLayout::Values { when, item, value } => {
            read_values(sheet, common, when, (item, value))
        }
        AssessmentLayout::Wide { waves } => read_wide(sheet, common, waves),
    }
}

fn read_visits<'a>(
    sheet: &mut Sheet<'a>,
    common: Option<Common<'a>>,
    when: &'a VisitColumns,
    items: &'a [(ItemId, String)],
) -> Vec<Assessment> {
    let time = TimeColumns::find(sheet, when);
    let planned = common.as_ref().map(|common| common.planned);
    let items = item_columns(sheet, planned, items);
    let (Some(common), Some(time)) = (common, time) else {
        return Vec::new();
    };
    let mut assessments = Vec::with_capacity(sheet.table.n_rows());
    for row in sheet.rows() {
        // Answers are read first: their problems are told even when the visit has no time.
        let answers = read_answers(sheet, row, &items);
        let Some(unit) = read_unit(sheet, row, &common.unit) else {
            continue;
        };
        let visit = time.read(sheet, row, common.planned, common.records, &unit);
        let Some(visit) = visit else { continue };
        let has_value = answers.iter().any(|answer| answer.value.is_ok());
        if visit.when == When::NotSaid && time.has_date() && has_value {
            sheet.report_row(row, DataFault::ValuesWithoutDate);
        }
        assessments.push(Assessment {
            instrument: common.planned.id.clone(),
            unit,
            wave: visit.wave,
            when: visit.when,
            assessor: read_assessor(sheet, row, common.assessor.as_ref()),
            answers,
            source: sheet.row_source(row),
        });
    }
    assessments
}

/// Items with their columns; a column of free text is not read, and that is said.
pub(crate) fn item_columns<'a>(
    sheet: &mut Sheet<'a>,
    planned: Option<&'a PlannedInstrument>,
    items: &'a [(ItemId, String)],
) -> Vec<(&'a Item, Column<'a>)> {
    let mut columns = Vec::with_capacity(items.len());
    for (key, heading) in items {
        let Some(column) = sheet.column(heading) else {
            continue;
        };
        match planned.and_then(|planned| item_of(planned, key)) {
            Some(item) if item.answers == Answers::Text => {
                sheet.report_column(&column, DataFault::FreeText);
            }
            Some(item) => columns.push((item, column)),
            None => {}
        }
    }
    columns
}

/// The item of a key: its id, or its position in the item order that the study uses.
pub(crate) fn item_of<'a>(planned: &'a PlannedInstrument, key: &str) -> Option<&'a Item> {
    planned.definition.item(planned.item_order.as_deref(), key)
}

/// The answers of one row.
pub(crate) fn read_answers<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    items: &[(&'a Item, Column<'a>)],
) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(items.len());
    for (item, column) in items {
        answers.push(Answer {
            item: item.id.clone(),
            value: sheet.number(row, column, Limits::Answers(&item.answers)),
            source: sheet.cell_source(row, column),
        });
    }
    answers
}

/// Who assessed, where the file says it.
pub(crate) fn read_assessor<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    column: Option<&Column<'a>>,
) -> Option<Arc<str>> {
    let text = sheet.cell(row, column?);
    let is_there = sheet.missing(text).is_none();
    is_there.then(|| sheet.name(text))
}
