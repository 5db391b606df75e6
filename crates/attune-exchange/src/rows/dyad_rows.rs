//! A file of dyads: one row per dyad with site, arm, dates and attributes.

use std::collections::BTreeMap;

use attune_protocol::{
    data::{DyadColumns, TimeUnit},
    id::{ArmId, AttributeId, DyadId},
    missing::Missing,
    plan::{About, Attribute, AttributeKind, Level},
};
use attune_records::records::{AttributeValue, Dyad, Leaving};
use jiff::civil::Date;

use super::{check_site_is_said, site_of_row};
use crate::{
    data_fault::DataFault,
    sheet::{Column, Limits, Sheet},
};

/// The columns of a file of dyads that were found.
struct Columns<'a> {
    dyad: Column<'a>,
    site: Option<Column<'a>>,
    arm: Option<Column<'a>>,
    enrolled: Option<Column<'a>>,
    born: Option<Column<'a>>,
    due: Option<Column<'a>>,
    age_at_enrolment: Option<(Column<'a>, TimeUnit)>,
    left: Option<Column<'a>>,
    left_reason: Option<Column<'a>>,
    withdrew: Option<Column<'a>>,
    /// Attributes of dyads in the protocol's order, with their column where the file has one.
    attributes: Vec<(&'a Attribute, Option<Column<'a>>)>,
}

/// How many rows a dyad has in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowsPerDyad {
    /// One: the file holds dyads alone.
    One,
    /// One per visit: the file holds assessments too, and each row repeats the facts of the dyad.
    Several,
}

/// Reads the dyads of a file. `None` when there is no column of codes.
pub(crate) fn read_dyads<'a>(
    sheet: &mut Sheet<'a>,
    names: &'a DyadColumns,
    rows_per_dyad: RowsPerDyad,
) -> Option<Vec<Dyad>> {
    let columns = find_columns(sheet, names)?;
    let mut dyads = Vec::with_capacity(sheet.table.n_rows());
    let mut first_rows: BTreeMap<&str, usize> = BTreeMap::new();
    for row in sheet.rows() {
        let first = *first_rows
            .entry(sheet.cell(row, &columns.dyad))
            .or_insert(row);
        if rows_per_dyad == RowsPerDyad::Several && first != row {
            report_differences(sheet, &columns, first, row);
        } else {
            dyads.extend(read_dyad(sheet, row, &columns));
        }
    }
    Some(dyads)
}

/// Reports where a row gives a dyad other facts than its first row.
fn report_differences<'a>(sheet: &mut Sheet<'a>, columns: &Columns<'a>, first: usize, row: usize) {
    for column in columns.facts() {
        if sheet.cell(first, column) != sheet.cell(row, column) {
            let first = sheet.row_source(first);
            sheet.report(row, column, DataFault::DyadRowsDiffer { first });
        }
    }
}

impl<'a> Columns<'a> {
    /// Columns that say something about the dyad.
    fn facts(&self) -> impl Iterator<Item = &Column<'a>> {
        let days = [
            &self.enrolled,
            &self.born,
            &self.due,
            &self.left,
            &self.withdrew,
        ];
        let others = [&self.site, &self.arm, &self.left_reason];
        let age = self.age_at_enrolment.as_ref().map(|(column, _)| column);
        let attributes = self
            .attributes
            .iter()
            .filter_map(|(_, column)| column.as_ref());
        others
            .into_iter()
            .chain(days)
            .flatten()
            .chain(age)
            .chain(attributes)
    }
}

fn find_columns<'a>(sheet: &mut Sheet<'a>, names: &'a DyadColumns) -> Option<Columns<'a>> {
    check_site_is_said(sheet, names.site.is_some());
    let dyad = sheet.column(&names.dyad);
    let age = names.age_at_enrolment.as_ref();
    let columns = Columns {
        site: sheet.optional_column(names.site.as_ref()),
        arm: sheet.optional_column(names.arm.as_ref()),
        enrolled: sheet.date_column(names.enrolled.as_ref()),
        born: sheet.date_column(names.born.as_ref()),
        due: sheet.date_column(names.due.as_ref()),
        age_at_enrolment: age.and_then(|age| Some((sheet.column(&age.column)?, age.unit))),
        left: sheet.date_column(names.left.as_ref()),
        left_reason: sheet.optional_column(names.left_reason.as_ref()),
        withdrew: sheet.date_column(names.withdrew.as_ref()),
        attributes: attribute_columns(sheet, &names.attributes),
        dyad: dyad?,
    };
    Some(columns)
}

fn attribute_columns<'a>(
    sheet: &mut Sheet<'a>,
    mapped: &'a [(AttributeId, String)],
) -> Vec<(&'a Attribute, Option<Column<'a>>)> {
    let of_dyad = |attribute: &&Attribute| {
        matches!(attribute.about, About::Dyad | About::Infant | About::Carer)
    };
    let mut columns = Vec::new();
    for attribute in sheet.protocol.attributes.iter().filter(of_dyad) {
        let heading = mapped.iter().find(|(id, _)| *id == attribute.id);
        let is_date = attribute.kind == AttributeKind::Date;
        let column = heading.and_then(|(_, heading)| match is_date {
            true => sheet.date_column(Some(heading)),
            false => sheet.column(heading),
        });
        columns.push((attribute, column));
    }
    columns
}

/// One dyad. Where the site cannot be told it is already reported, and the dyad is kept under no
/// site, so that its visits are not called those of an unknown dyad.
fn read_dyad<'a>(sheet: &mut Sheet<'a>, row: usize, columns: &Columns<'a>) -> Option<Dyad> {
    let code = sheet.required(row, &columns.dyad, "the code of the dyad")?;
    let day = |sheet: &mut Sheet<'a>, column: &Option<Column<'a>>| -> Option<Date> {
        sheet.date(row, column.as_ref()?).ok()
    };
    Some(Dyad {
        id: DyadId::new(code),
        site: site_of_row(sheet, row, columns.site.as_ref()).unwrap_or_else(|| "".into()),
        arm: read_arm(sheet, row, columns.arm.as_ref()),
        enrolled: day(sheet, &columns.enrolled),
        born: day(sheet, &columns.born),
        due: day(sheet, &columns.due),
        age_at_enrolment_days: read_age(sheet, row, columns.age_at_enrolment.as_ref()),
        left: read_leaving(sheet, row, columns),
        attributes: columns
            .attributes
            .iter()
            .map(|(attribute, column)| {
                let value = column.as_ref().map_or(Err(Missing::NotRecorded), |column| {
                    read_attribute(sheet, row, column, attribute)
                });
                (attribute.id.clone(), value)
            })
            .collect(),
        source: sheet.row_source(row),
    })
}

fn read_arm<'a>(sheet: &mut Sheet<'a>, row: usize, column: Option<&Column<'a>>) -> Option<ArmId> {
    let column = column?;
    if sheet.missing(sheet.cell(row, column)).is_some() {
        return None;
    }
    let arms = &sheet.protocol.arms;
    let index = sheet.known(row, column, "arm", arms, |arm| (&arm.id, &arm.label))?;
    Some(arms[index].id.clone())
}

fn read_age<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    column: Option<&(Column<'a>, TimeUnit)>,
) -> Option<f64> {
    let (column, unit) = column?;
    let age = sheet.number(row, column, Limits::Bounds(Some(0.0), None));
    Some(age.ok()? * unit.days())
}

fn read_leaving<'a>(sheet: &mut Sheet<'a>, row: usize, columns: &Columns<'a>) -> Option<Leaving> {
    let day = |sheet: &mut Sheet<'a>, column: &Option<Column<'a>>| -> Option<Date> {
        sheet.date(row, column.as_ref()?).ok()
    };
    let left = day(sheet, &columns.left);
    let withdrew = day(sheet, &columns.withdrew);
    let reason = columns.left_reason.as_ref().and_then(|column| {
        let text = sheet.cell(row, column);
        sheet.missing(text).is_none().then(|| text.to_owned())
    });
    if left.is_none() && withdrew.is_none() && reason.is_none() {
        return None;
    }
    Some(Leaving {
        date: left.into_iter().chain(withdrew).min(),
        reason,
        withdrew_consent: withdrew.is_some(),
    })
}

fn read_attribute<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    column: &Column<'a>,
    attribute: &Attribute,
) -> Result<AttributeValue, Missing> {
    match &attribute.kind {
        AttributeKind::Number {
            minimum, maximum, ..
        } => {
            let limits = Limits::Bounds(*minimum, *maximum);
            sheet
                .number(row, column, limits)
                .map(AttributeValue::Number)
        }
        AttributeKind::Levels(levels) => read_level(sheet, row, column, levels),
        AttributeKind::Date => sheet.date(row, column).map(AttributeValue::Date),
    }
}

fn read_level<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    column: &Column<'a>,
    levels: &[Level],
) -> Result<AttributeValue, Missing> {
    let cell = sheet.cell(row, column);
    if let Some(missing) = sheet.missing(cell) {
        return Err(missing);
    }
    let level = sheet.known(row, column, "level", levels, |level| {
        (&level.id, &level.label)
    });
    match level {
        Some(_) => Ok(AttributeValue::Level(sheet.name(cell))),
        None => Err(Missing::Invalid),
    }
}
