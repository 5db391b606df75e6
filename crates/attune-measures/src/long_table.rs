//! The long table as text, one record per row, for `attune measures` and for other programs. The
//! columns are described in `docs/formats/measures.md`.

use attune_protocol::{design::DAYS_PER_MONTH, missing::Missing, plan::About};

use crate::measures::{Measure, Measures};

/// Headings of the table.
pub const HEADINGS: [&str; 19] = [
    "unit",
    "kind",
    "site",
    "arm",
    "phase",
    "wave",
    "date",
    "days",
    "months",
    "age_days",
    "age_months",
    "corrected_age_days",
    "corrected_age_months",
    "measure",
    "value",
    "missing",
    "file",
    "row",
    "column",
];

impl Measures {
    /// The headings, then every row as text. What is not known is an empty text; numbers have the
    /// fewest digits that read back to the same number.
    pub fn table(&self) -> impl Iterator<Item = [String; 19]> + '_ {
        let headings = HEADINGS.map(str::to_owned);
        std::iter::once(headings).chain(self.rows.iter().map(|row| self.record(row)))
    }

    fn record(&self, row: &Measure) -> [String; 19] {
        let unit = self.unit(row);
        let source = row.source.as_ref();
        let in_months = |days: Option<f64>| number(days.map(|days| days / DAYS_PER_MONTH));
        [
            unit.id.to_string(),
            kind(unit.about).to_owned(),
            row.site.to_string(),
            text(row.arm.as_deref()),
            text(row.phase.as_deref()),
            text(row.wave.as_deref()),
            row.date.map(|date| date.to_string()).unwrap_or_default(),
            number(row.days),
            in_months(row.days),
            number(row.age_days),
            in_months(row.age_days),
            number(row.corrected_age_days),
            in_months(row.corrected_age_days),
            row.measure.to_string(),
            number(row.value.ok()),
            text(row.value.err().map(Missing::words)),
            text(source.map(|source| &*source.file)),
            source
                .map(|source| source.row.to_string())
                .unwrap_or_default(),
            text(source.and_then(|source| source.column.as_deref())),
        ]
    }
}

/// The word of the study file for a kind of unit.
fn kind(about: About) -> &'static str {
    match about {
        About::Dyad => "dyad",
        About::Infant => "infant",
        About::Carer => "carer",
        About::StaffMember => "staff-member",
        About::Session => "session",
        About::Clinic => "clinic",
    }
}

fn text(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

fn number(number: Option<f64>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}
