//! Rows of a file of assessments, in its three layouts.

use attune_protocol::{
    Protocol,
    data::{AssessmentColumns, AssessmentLayout, DataFile, VisitColumns, WideWave},
    id::ItemId,
};
use attune_records::{
    Records,
    records::{Assessment, When},
};
use jiff::civil::Date;

use super::{
    Cell, Cells, Part, RowKey,
    dyad_rows::{day, time_cell},
    id_cell, missing_cell, number_cell,
};
use crate::calendar::days_between;

/// Rows for the assessments that no earlier table has taken; `taken` says which those are.
pub(super) fn assessment_rows(
    protocol: &Protocol,
    file: &DataFile,
    columns: &AssessmentColumns,
    records: &Records,
    taken: &mut [bool],
    notes: &mut Vec<String>,
) -> Part {
    let mut rows = Vec::new();
    for (assessment, taken) in records.assessments.iter().zip(taken) {
        if *taken || assessment.instrument != columns.instrument {
            continue;
        }
        let context = Context {
            protocol,
            file,
            columns,
            records,
        };
        if let Some(made) = context.rows(assessment, notes) {
            *taken = true;
            rows.extend(made);
        }
    }
    Part {
        columns: headings(columns),
        rows,
    }
}

fn headings(columns: &AssessmentColumns) -> Vec<String> {
    let mut headings = vec![columns.unit.clone()];
    match &columns.layout {
        AssessmentLayout::Visits { when, items } => {
            headings.extend(visit_headings(when));
            headings.extend(columns.assessor.clone());
            headings.extend(items.iter().map(|(_, column)| column.clone()));
        }
        AssessmentLayout::Values { when, item, value } => {
            headings.extend(visit_headings(when));
            headings.extend(columns.assessor.clone());
            headings.extend([item.clone(), value.clone()]);
        }
        AssessmentLayout::Wide { waves } => {
            headings.extend(columns.assessor.clone());
            for wave in waves {
                headings.extend(wave.date.clone());
                headings.extend(wave.time.iter().map(|time| time.column.clone()));
                headings.extend(wave.items.iter().map(|(_, column)| column.clone()));
            }
        }
    }
    headings
}

fn visit_headings(when: &VisitColumns) -> Vec<String> {
    let time = when.time.as_ref().map(|time| time.column.clone());
    [when.wave.clone(), when.date.clone(), time]
        .into_iter()
        .flatten()
        .collect()
}

struct Context<'a> {
    protocol: &'a Protocol,
    file: &'a DataFile,
    columns: &'a AssessmentColumns,
    records: &'a Records,
}

impl Context<'_> {
    /// The rows of one assessment; `None` where this file has no columns for its wave.
    fn rows(
        &self,
        assessment: &Assessment,
        notes: &mut Vec<String>,
    ) -> Option<Vec<(RowKey, Cells)>> {
        let unit = assessment.unit.to_string();
        let mut cells: Cells = vec![(
            self.columns.unit.clone(),
            id_cell(self.file, &self.columns.unit, &unit),
        )];
        if let (Some(column), Some(assessor)) = (&self.columns.assessor, &assessment.assessor) {
            cells.push((column.clone(), id_cell(self.file, column, assessor)));
        }
        let visit = Some(self.visit_name(assessment));
        let rows = match &self.columns.layout {
            AssessmentLayout::Visits { when, items } => {
                cells.extend(self.visit_cells(when, assessment));
                cells.extend(self.item_cells(items, assessment, notes));
                let item = None;
                vec![(RowKey { unit, visit, item }, cells)]
            }
            AssessmentLayout::Values { when, item, value } => {
                cells.extend(self.visit_cells(when, assessment));
                self.value_rows(
                    &RowKey {
                        unit,
                        visit,
                        item: None,
                    },
                    &cells,
                    (item, value),
                    assessment,
                    notes,
                )
            }
            AssessmentLayout::Wide { waves } => {
                let is_this = |wave: &&WideWave| Some(&wave.wave) == assessment.wave.as_ref();
                cells.extend(self.wide_cells(waves.iter().find(is_this)?, assessment, notes));
                let (visit, item) = (None, None);
                vec![(RowKey { unit, visit, item }, cells)]
            }
        };
        Some(rows)
    }

    /// Sorts visits by wave, then day.
    fn visit_name(&self, assessment: &Assessment) -> String {
        let is_this =
            |wave: &attune_protocol::design::Wave| Some(&wave.id) == assessment.wave.as_ref();
        let place = self.protocol.waves.iter().position(is_this);
        match (place, date(assessment)) {
            (Some(place), _) => format!("wave {place:04}"),
            (None, Some(date)) => format!("{date}"),
            (None, None) => String::new(),
        }
    }

    fn visit_cells(&self, when: &VisitColumns, assessment: &Assessment) -> Cells {
        let mut cells = Vec::new();
        if let (Some(column), Some(wave)) = (&when.wave, &assessment.wave) {
            cells.push((column.clone(), id_cell(self.file, column, wave)));
        }
        if let Some(column) = &when.date {
            cells.push((column.clone(), day(date(assessment))));
        }
        if let (Some(time), Some(days)) = (&when.time, self.days_since_enrolment(assessment)) {
            cells.push((time.column.clone(), time_cell(time, days)));
        }
        cells
    }

    fn days_since_enrolment(&self, assessment: &Assessment) -> Option<f64> {
        let dyad = self.records.dyad(&assessment.unit)?;
        let days = days_between(dyad.enrolled?, date(assessment)?);
        Some(days as f64)
    }

    fn item_cells(
        &self,
        items: &[(ItemId, String)],
        assessment: &Assessment,
        notes: &mut Vec<String>,
    ) -> Cells {
        let planned = self.protocol.instrument(&self.columns.instrument);
        // A key may also be a position in the item order that the study uses.
        let item_of = |key: &ItemId| {
            let planned = planned?;
            planned.definition.item(planned.item_order.as_deref(), key)
        };
        let cell = |(key, column): &(ItemId, String)| {
            let item = item_of(key).map(|item| &item.id);
            let mut answers = assessment.answers.iter();
            let answer = answers.find(|answer| Some(&answer.item) == item);
            let cell = match answer.map(|answer| answer.value) {
                Some(Ok(code)) => number_cell(self.file, column, code),
                Some(Err(reason)) => missing_cell(self.file, reason, notes),
                None => Cell::Empty,
            };
            (column.clone(), cell)
        };
        items.iter().map(cell).collect()
    }

    fn value_rows(
        &self,
        key: &RowKey,
        cells: &[(String, Cell)],
        (item_column, value_column): (&str, &str),
        assessment: &Assessment,
        notes: &mut Vec<String>,
    ) -> Vec<(RowKey, Cells)> {
        let row = |(place, answer): (usize, &attune_records::records::Answer)| {
            let mut cells = cells.to_vec();
            let item = id_cell(self.file, item_column, &answer.item);
            cells.push((item_column.to_owned(), item));
            let value = match answer.value {
                Ok(code) => number_cell(self.file, value_column, code),
                Err(reason) => missing_cell(self.file, reason, notes),
            };
            cells.push((value_column.to_owned(), value));
            let mut key = key.clone();
            key.item = Some(place);
            (key, cells)
        };
        assessment.answers.iter().enumerate().map(row).collect()
    }

    fn wide_cells(
        &self,
        wave: &WideWave,
        assessment: &Assessment,
        notes: &mut Vec<String>,
    ) -> Cells {
        let mut cells = Vec::new();
        if let Some(column) = &wave.date {
            cells.push((column.clone(), day(date(assessment))));
        }
        if let (Some(time), Some(days)) = (&wave.time, self.days_since_enrolment(assessment)) {
            cells.push((time.column.clone(), time_cell(time, days)));
        }
        cells.extend(self.item_cells(&wave.items, assessment, notes));
        cells
    }
}

fn date(assessment: &Assessment) -> Option<Date> {
    match assessment.when {
        When::On(date) => Some(date),
        When::DaysAfterEnrolment(_) | When::NotSaid => None,
    }
}
