//! The two CSV files back to measures. What is wrong comes back all at once, with file, row and remedy.

use std::{collections::BTreeMap, str::FromStr, sync::Arc};

use attune_measures::{
    Measures,
    measures::{AttributeValue, Leaving, Measure, Unit},
};
use attune_protocol::{
    Protocol,
    id::{ArmId, AttributeId, MeasureId, PhaseId, SiteId, WaveId},
    missing::Missing,
    plan::{About, AttributeKind},
};
use jiff::ToSpan;
use sha2::{Digest, Sha256};

use super::{
    super::{deidentify::day_of_period, reproduce::CrateProblem},
    KINDS, MEASURE_COLUMNS, MEASURES, UNITS, hexadecimal, unit_headings,
};

/// Reads both files.
///
/// # Errors
///
/// Everything that is wrong with them.
pub fn read(
    protocol: &Protocol,
    units: &[u8],
    measures: &[u8],
) -> Result<Measures, Vec<CrateProblem>> {
    let mut problems = Vec::new();
    let units_read = read_units(protocol, units, &mut problems);
    let places: BTreeMap<&str, u32> = (0_u32..)
        .zip(&units_read)
        .map(|(place, unit)| (&*unit.id, place))
        .collect();
    let rows = read_rows(&places, measures, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut hash = Sha256::new();
    for bytes in [units, measures] {
        hash.update(hexadecimal(&Sha256::digest(bytes)));
        hash.update("\n");
    }
    Ok(Measures {
        rows,
        units: units_read,
        sociograms: Vec::new(),
        files: Vec::new(),
        data_fingerprint: hexadecimal(&hash.finalize()),
        simulated: false,
    })
}

/// The cells of one row, and where a fault in them is told.
struct Cells<'a> {
    file: &'static str,
    row: usize,
    headings: &'a [String],
    record: csv::StringRecord,
    problems: &'a mut Vec<CrateProblem>,
}

impl Cells<'_> {
    fn text(&self, column: &str) -> &str {
        let place = self.headings.iter().position(|heading| heading == column);
        place.and_then(|place| self.record.get(place)).unwrap_or("")
    }

    fn filled(&self, column: &str) -> Option<&str> {
        Some(self.text(column)).filter(|text| !text.is_empty())
    }

    fn parsed<T: FromStr>(&mut self, column: &str, what: &str) -> Option<T> {
        let cell = self.filled(column)?.to_owned();
        match cell.parse() {
            Ok(value) => Some(value),
            Err(_) => {
                self.fault(column, &format!("'{cell}' is no {what}"));
                None
            }
        }
    }

    fn number(&mut self, column: &str) -> Option<f64> {
        let number: f64 = self.parsed(column, "number")?;
        if !number.is_finite() {
            self.fault(column, "a number has an end");
            return None;
        }
        Some(number)
    }

    fn missing(&mut self, column: &str) -> Option<Missing> {
        let words = self.filled(column)?.to_owned();
        let missing = Missing::from_words(&words);
        if missing.is_none() {
            self.fault(
                column,
                &format!("'{words}' is no reason for a missing value"),
            );
        }
        missing
    }

    fn fault(&mut self, column: &str, what: &str) {
        self.problems.push(CrateProblem {
            file: self.file.to_owned(),
            place: Some(format!("row {}, column {column}", self.row)),
            message: what.to_owned(),
            remedy: "take the file as it was deposited".to_owned(),
        });
    }
}

/// Calls `read` for every row of a file whose headings are as they must be.
fn each_row(
    file: &'static str,
    bytes: &[u8],
    headings: &[String],
    problems: &mut Vec<CrateProblem>,
    mut read: impl FnMut(&mut Cells<'_>),
) {
    let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
    let whole_file = |message: String| CrateProblem {
        file: file.to_owned(),
        place: None,
        message,
        remedy: "take the file as it was deposited".to_owned(),
    };
    match reader.headers() {
        Ok(found) if found.iter().eq(headings.iter().map(String::as_str)) => {}
        Ok(_) => {
            let expected = headings.join(", ");
            problems.push(whole_file(format!(
                "the headings are not these: {expected}"
            )));
            return;
        }
        Err(error) => {
            problems.push(whole_file(error.to_string()));
            return;
        }
    }
    for (position, record) in reader.records().enumerate() {
        match record {
            Ok(record) => read(&mut Cells {
                file,
                row: position + 2,
                headings,
                record,
                problems,
            }),
            Err(error) => problems.push(whole_file(error.to_string())),
        }
    }
}

fn read_units(protocol: &Protocol, bytes: &[u8], problems: &mut Vec<CrateProblem>) -> Vec<Unit> {
    let headings = unit_headings(protocol);
    let mut units: Vec<Unit> = Vec::new();
    each_row(UNITS, bytes, &headings, problems, |cells| {
        let id = cells.text("unit").to_owned();
        if id.is_empty() || units.iter().any(|unit| *unit.id == *id) {
            cells.fault("unit", &format!("the code '{id}' is empty or stands twice"));
        }
        let kind = cells.text("kind").to_owned();
        let about = KINDS
            .iter()
            .find(|(_, word)| *word == kind)
            .map(|(about, _)| *about);
        if about.is_none() {
            cells.fault("kind", &format!("'{kind}' is no kind of unit"));
        }
        let site = SiteId::new(cells.text("site"));
        let site_known = protocol.site(&site);
        if site_known.is_none() && !site.is_empty() {
            cells.fault("site", &format!("the protocol has no site '{site}'"));
        }
        let enrolled = cells
            .parsed::<usize>("period", "whole number")
            .map(|period| day_of_period(site_known, period));
        let left_day = cells.parsed::<i32>("left_day", "whole number");
        let withdrew = cells.filled("withdrew").map(|word| word == "yes");
        units.push(Unit {
            id: Arc::from(id),
            about: about.unwrap_or(About::Dyad),
            arm: cells.filled("arm").map(ArmId::new),
            enrolled,
            age_at_enrolment_days: cells.number("age_at_enrolment_days"),
            days_early: cells.number("days_early"),
            left: withdrew.map(|withdrew_consent| Leaving {
                date: left_day
                    .zip(enrolled)
                    .and_then(|(days, enrolled)| enrolled.checked_add(days.days()).ok()),
                reason: cells.filled("left_reason").map(str::to_owned),
                withdrew_consent,
            }),
            sessions_attended: cells.parsed("sessions_attended", "whole number"),
            attributes: attributes(protocol, cells),
            site,
        });
    });
    units
}

fn attributes(
    protocol: &Protocol,
    cells: &mut Cells<'_>,
) -> Vec<(AttributeId, Result<AttributeValue, Missing>)> {
    let mut attributes = Vec::new();
    for attribute in &protocol.attributes {
        let column = attribute.id.as_str();
        if let Some(missing) = cells.missing(&format!("{column}_missing")) {
            attributes.push((attribute.id.clone(), Err(missing)));
            continue;
        }
        let value = match &attribute.kind {
            AttributeKind::Number { .. } => cells.number(column).map(AttributeValue::Number),
            AttributeKind::Levels(levels) => {
                let level = cells.filled(column).map(str::to_owned);
                if let Some(level) = &level
                    && !levels.iter().any(|known| known.id == *level)
                {
                    cells.fault(
                        column,
                        &format!("'{level}' is no level of {}", attribute.label),
                    );
                }
                level.map(|level| AttributeValue::Level(Arc::from(level)))
            }
            AttributeKind::Date => None,
        };
        attributes.extend(value.map(|value| (attribute.id.clone(), Ok(value))));
    }
    attributes
}

fn read_rows(
    places: &BTreeMap<&str, u32>,
    bytes: &[u8],
    problems: &mut Vec<CrateProblem>,
) -> Vec<Measure> {
    let headings = MEASURE_COLUMNS.map(str::to_owned);
    let mut rows = Vec::new();
    each_row(MEASURES, bytes, &headings, problems, |cells| {
        let unit = cells.text("unit").to_owned();
        let place = places.get(unit.as_str()).copied();
        if place.is_none() {
            cells.fault("unit", &format!("no unit has the code '{unit}'"));
        }
        let value = cells.number("value");
        let missing = cells.missing("missing");
        let value = match (value, missing) {
            (Some(value), None) => Ok(value),
            (None, Some(missing)) => Err(missing),
            _ => {
                cells.fault("value", "there is neither a value nor a reason, or both");
                return;
            }
        };
        rows.push(Measure {
            unit: place.unwrap_or_default(),
            site: SiteId::new(cells.text("site")),
            arm: cells.filled("arm").map(ArmId::new),
            phase: cells.filled("phase").map(PhaseId::new),
            wave: cells.filled("wave").map(WaveId::new),
            date: None,
            days: cells.number("days"),
            age_days: cells.number("age_days"),
            corrected_age_days: cells.number("corrected_age_days"),
            measure: MeasureId::new(cells.text("measure")),
            value,
            source: None,
        });
    });
    rows
}
