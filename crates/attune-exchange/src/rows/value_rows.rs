//! A file of assessments with one row per visit and item.

use std::{collections::BTreeMap, sync::Arc};

use attune_protocol::{
    data::VisitColumns,
    id::WaveId,
    instrument::{Answers, Item},
    near_miss::{listed, nearest},
};
use attune_records::records::{Answer, Assessment, When};
use jiff::civil::Date;

use super::{
    assessment_rows::{Common, item_of, read_assessor},
    visit_time::{TimeColumns, VisitTime, read_unit},
};
use crate::{
    data_fault::DataFault,
    sheet::{Column, Limits, Sheet},
};

/// What makes rows belong to one visit: unit and wave, or unit and time where there is no wave.
type Visit = (Arc<str>, Option<WaveId>, Option<Date>, Option<u64>);

/// Reads a file of single values; rows of one visit become one assessment.
pub(crate) fn read_values<'a>(
    sheet: &mut Sheet<'a>,
    common: Option<Common<'a>>,
    when: &'a VisitColumns,
    (item, value): (&'a str, &'a str),
) -> Vec<Assessment> {
    let time = TimeColumns::find(sheet, when);
    let columns = (sheet.column(item), sheet.column(value));
    let (Some(common), Some(time), (Some(item), Some(value))) = (common, time, columns) else {
        return Vec::new();
    };
    let mut assessments: Vec<Assessment> = Vec::new();
    let mut places: BTreeMap<Visit, usize> = BTreeMap::new();
    for row in sheet.rows() {
        let answer = read_answer(sheet, row, &common, (&item, &value));
        let Some(unit) = read_unit(sheet, row, &common.unit) else {
            continue;
        };
        let visit = time.read(sheet, row, common.planned, common.records, &unit);
        let (Some(answer), Some(visit)) = (answer, visit) else {
            continue;
        };
        let place = *places
            .entry(visit_of(&unit, &visit))
            .or_insert(assessments.len());
        if place == assessments.len() {
            assessments.push(Assessment {
                instrument: common.planned.id.clone(),
                unit,
                wave: visit.wave,
                when: visit.when,
                assessor: read_assessor(sheet, row, common.assessor.as_ref()),
                answers: Vec::new(),
                source: sheet.row_source(row),
            });
        } else if assessments[place].when != visit.when {
            let first = assessments[place].source.clone();
            sheet.report_row(row, DataFault::DatesDiffer { first });
        }
        add_answer(sheet, row, &item, &mut assessments[place], answer);
    }
    assessments
}

fn visit_of(unit: &Arc<str>, visit: &VisitTime) -> Visit {
    let (date, days) = match (&visit.wave, visit.when) {
        (None, When::On(date)) => (Some(date), None),
        (None, When::DaysAfterEnrolment(days)) => (None, Some(days.to_bits())),
        _ => (None, None),
    };
    (unit.clone(), visit.wave.clone(), date, days)
}

fn read_answer<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    common: &Common<'a>,
    (item, value): (&Column<'a>, &Column<'a>),
) -> Option<Answer> {
    let key = sheet.required(row, item, "an item")?;
    let Some(found) = item_of(common.planned, key) else {
        report_unknown_item(sheet, row, item, &common.planned.definition.items);
        return None;
    };
    if found.answers == Answers::Text {
        return None;
    }
    Some(Answer {
        item: found.id.clone(),
        value: sheet.number(row, value, Limits::Answers(&found.answers)),
        source: sheet.cell_source(row, value),
    })
}

fn report_unknown_item<'a>(sheet: &mut Sheet<'a>, row: usize, column: &Column<'a>, items: &[Item]) {
    let cell = sheet.cell(row, column);
    let ids = items.iter().map(|item| item.id.as_str());
    let meant = nearest(cell, ids.clone()).map(str::to_owned);
    let fault = DataFault::UnknownId {
        kind: "item",
        cell: cell.to_owned(),
        known: listed(ids),
    };
    sheet.report_meaning(row, column, fault, meant);
}

fn add_answer<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    column: &Column<'a>,
    assessment: &mut Assessment,
    answer: Answer,
) {
    let mut answers = assessment.answers.iter();
    match answers.find(|one| one.item == answer.item) {
        Some(first) => {
            let fault = DataFault::DuplicateAnswer {
                item: answer.item.to_string(),
                first: first.source.clone(),
            };
            sheet.report(row, column, fault);
        }
        None => assessment.answers.push(answer),
    }
}
