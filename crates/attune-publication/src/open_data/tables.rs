//! Open measures as two CSV files, units and their measures, and back. Reading gives the same measures, to the
//! last bit of every number; what is wrong comes back all at once, with file, row and remedy.

use std::{collections::BTreeMap, fmt::Display, str::FromStr, sync::Arc};

use attune_measures::{
    Measures,
    measures::{AttributeValue, Leaving, Measure, Unit},
};
use attune_protocol::{
    Protocol,
    id::{ArmId, MeasureId, PhaseId, SiteId, WaveId},
    missing::Missing,
    plan::{About, AttributeKind},
};
use jiff::ToSpan;
use sha2::{Digest, Sha256};

use super::{
    deidentify::{changes, day_of_period},
    reproduce::CrateProblem,
};

/// Units, one a row.
pub const UNITS: &str = "data/units.csv";
/// Measures, one a row.
pub const MEASURES: &str = "data/measures.csv";

/// Columns of the units before the attributes.
pub const UNIT_COLUMNS: [&str; 11] = [
    "unit",
    "kind",
    "site",
    "arm",
    "period",
    "age_at_enrolment_days",
    "days_early",
    "sessions_attended",
    "left_day",
    "left_reason",
    "withdrew",
];

/// Columns of the measures.
pub const MEASURE_COLUMNS: [&str; 11] = [
    "unit",
    "measure",
    "wave",
    "days",
    "site",
    "arm",
    "phase",
    "age_days",
    "corrected_age_days",
    "value",
    "missing",
];

const KINDS: [(About, &str); 6] = [
    (About::Dyad, "dyad"),
    (About::Infant, "infant"),
    (About::Carer, "carer"),
    (About::StaffMember, "staff-member"),
    (About::Session, "session"),
    (About::Clinic, "clinic"),
];

/// The word for a kind of unit.
pub fn kind_word(about: About) -> &'static str {
    let mut words = KINDS.iter().filter(|(kind, _)| *kind == about);
    words.next().map_or("", |(_, word)| word)
}

/// Both files.
pub fn write(protocol: &Protocol, open: &Measures) -> (Vec<u8>, Vec<u8>) {
    let mut units = vec![unit_headings(protocol)];
    units.extend(open.units.iter().map(|unit| {
        let mut record = vec![unit.id.to_string()];
        record.extend(unit_cells(protocol, unit));
        record
    }));
    let mut measures = vec![MEASURE_COLUMNS.map(str::to_owned).to_vec()];
    measures.extend(open.rows.iter().map(|row| {
        let mut record = vec![open.unit(row).id.to_string()];
        record.extend(row_cells(row));
        record
    }));
    (csv_bytes(&units), csv_bytes(&measures))
}

/// For each unit a hash of everything open about it but its code.
pub fn content_hashes(open: &Measures) -> Vec<String> {
    let mut hashes: Vec<Sha256> = open
        .units
        .iter()
        .map(|unit| {
            let mut hash = Sha256::new();
            let attributes = unit
                .attributes
                .iter()
                .map(|(_, value)| format!("{value:?}"));
            let facts = [
                kind_word(unit.about).to_owned(),
                unit.site.to_string(),
                text(unit.arm.as_deref()),
                number(unit.age_at_enrolment_days),
                number(unit.days_early),
                format!("{:?}", unit.left),
            ];
            for fact in facts.into_iter().chain(attributes) {
                hash.update(fact);
                hash.update("\u{1f}");
            }
            hash
        })
        .collect();
    for row in &open.rows {
        let hash = &mut hashes[row.unit as usize];
        for cell in row_cells(row) {
            hash.update(cell);
            hash.update("\u{1f}");
        }
    }
    hashes
        .into_iter()
        .map(|hash| hexadecimal(&hash.finalize()))
        .collect()
}

/// Bytes as lower-case hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unit_headings(protocol: &Protocol) -> Vec<String> {
    let mut headings = UNIT_COLUMNS.map(str::to_owned).to_vec();
    for attribute in &protocol.attributes {
        headings.push(attribute.id.to_string());
        headings.push(format!("{}_missing", attribute.id));
    }
    headings
}

/// Everything about a unit but its code.
fn unit_cells(protocol: &Protocol, unit: &Unit) -> Vec<String> {
    let site = protocol.site(&unit.site);
    let period = unit.enrolled.map(|day| {
        let earlier = changes(site)
            .iter()
            .filter(|change| **change <= day)
            .count();
        earlier.to_string()
    });
    let left = unit.left.as_ref();
    let left_day = left
        .and_then(|left| left.date)
        .zip(unit.enrolled)
        .and_then(|(left, enrolled)| left.since(enrolled).ok())
        .map(|span| span.get_days().to_string());
    let mut cells = vec![
        kind_word(unit.about).to_owned(),
        unit.site.to_string(),
        text(unit.arm.as_deref()),
        period.unwrap_or_default(),
        number(unit.age_at_enrolment_days),
        number(unit.days_early),
        unit.sessions_attended
            .map(|n| n.to_string())
            .unwrap_or_default(),
        left_day.unwrap_or_default(),
        text(left.and_then(|left| left.reason.as_deref())),
        text(left.map(|left| if left.withdrew_consent { "yes" } else { "no" })),
    ];
    for attribute in &protocol.attributes {
        let value = unit.attributes.iter().find(|(id, _)| *id == attribute.id);
        let (value, missing) = match value.map(|(_, value)| value) {
            Some(Ok(AttributeValue::Number(number))) => (number.to_string(), ""),
            Some(Ok(AttributeValue::Level(level))) => (level.to_string(), ""),
            // Dates never come so far.
            Some(Ok(AttributeValue::Date(_))) | None => (String::new(), ""),
            Some(Err(missing)) => (String::new(), missing.words()),
        };
        cells.push(value);
        cells.push(missing.to_owned());
    }
    cells
}

/// Everything about a row but its unit.
fn row_cells(row: &Measure) -> [String; 10] {
    [
        row.measure.to_string(),
        text(row.wave.as_deref()),
        number(row.days),
        row.site.to_string(),
        text(row.arm.as_deref()),
        text(row.phase.as_deref()),
        number(row.age_days),
        number(row.corrected_age_days),
        number(row.value.ok()),
        text(row.value.err().map(Missing::words)),
    ]
}

fn text(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

/// The fewest digits that read back to the same number.
fn number(number: Option<f64>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn csv_bytes(records: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let promise = "records are equally long, and writing to memory never fails";
    for record in records {
        writer.write_record(record).expect(promise);
    }
    writer.into_inner().expect(promise)
}

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
) -> Vec<(
    attune_protocol::id::AttributeId,
    Result<AttributeValue, Missing>,
)> {
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

/// A list as R, JSON and people write it.
pub fn joined<T: Display>(items: impl Iterator<Item = T>, between: &str) -> String {
    items
        .map(|item| item.to_string())
        .collect::<Vec<_>>()
        .join(between)
}
