//! Open measures as two CSV files, units and their measures, and back. Reading gives the same measures, to the
//! last bit of every number; what is wrong comes back all at once, with file, row and remedy.

mod reading;

use std::fmt::Display;

use attune_measures::{
    Measures,
    measures::{AttributeValue, Measure, Unit},
};
use attune_protocol::{Protocol, missing::Missing, plan::About};
use sha2::{Digest, Sha256};

use super::deidentify::changes;
pub use reading::read;

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

/// A list as R, JSON and people write it.
pub fn joined<T: Display>(items: impl Iterator<Item = T>, between: &str) -> String {
    items
        .map(|item| item.to_string())
        .collect::<Vec<_>>()
        .join(between)
}
