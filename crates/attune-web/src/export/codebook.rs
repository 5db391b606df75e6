//! `codebook.csv` of an export: what each column of its tables holds, for people.

use attune_protocol::{
    Protocol, id::MeasureId, missing::Missing, plan::AttributeKind, sharing::SharedTimes,
};

use super::{
    Rules,
    tables::{Tables, WITHHELD},
};

const HEADINGS: [&str; 8] = [
    "file", "column", "label", "type", "unit", "minimum", "maximum", "codes",
];

/// The codebook, its headings first.
pub fn codebook(protocol: &Protocol, made: &Tables, rules: Rules) -> Vec<Vec<String>> {
    let mut book = Book {
        protocol,
        rules,
        reasons: Missing::ALL.map(Missing::words).join("; "),
        rows: vec![HEADINGS.map(str::to_owned).to_vec()],
    };
    for file in ["long.csv", "wide.csv", "visits.csv"] {
        book.places_and_times(file);
    }
    book.study_codes();
    book.values();
    book.answers();
    book.families();
    book.attributes();
    for name in &made.measures {
        book.measure(name);
    }
    book.rows
}

/// What a column holds.
#[derive(Clone, Copy)]
enum Holds<'a> {
    Text,
    /// One of these codes, each with its meaning; nothing where they speak for themselves.
    Category(&'a str),
    Number {
        unit: &'a str,
        range: Option<(f64, f64)>,
    },
}

/// A number without a range of its own.
fn number(unit: &str) -> Holds<'_> {
    Holds::Number { unit, range: None }
}

struct Book<'a> {
    protocol: &'a Protocol,
    rules: Rules,
    /// Every reason for which a value may be missing.
    reasons: String,
    rows: Vec<Vec<String>>,
}

impl Book<'_> {
    fn add(&mut self, file: &str, column: &str, label: &str, holds: Holds<'_>) {
        let (kind, unit, range, codes) = match holds {
            Holds::Text => ("text", "", None, ""),
            Holds::Category(codes) => ("category", "", None, codes),
            Holds::Number { unit, range } => ("number", unit, range, ""),
        };
        let end = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        self.rows.push(vec![
            file.to_owned(),
            column.to_owned(),
            label.to_owned(),
            kind.to_owned(),
            unit.to_owned(),
            end(range.map(|range| range.0)),
            end(range.map(|range| range.1)),
            codes.to_owned(),
        ]);
    }

    /// The unit in which times leave.
    fn unit_of_times(&self) -> &'static str {
        match self.rules.times {
            SharedTimes::Days => "days",
            SharedTimes::Months | SharedTimes::Waves => "months",
        }
    }

    /// Site, arm, phase, wave and times, as far as they may leave; a family's row has only what does not change.
    fn places_and_times(&mut self, file: &str) {
        let protocol = self.protocol;
        let is_of_a_visit = file != "wide.csv";
        let sites = codes(protocol.sites.iter().map(|site| (&*site.id, &*site.label)));
        self.add(file, "site", "Site", Holds::Category(&or_withheld(&sites)));
        if self.rules.arms {
            let arms = codes(protocol.arms.iter().map(|arm| (&*arm.id, &*arm.label)));
            self.add(file, "arm", "Arm", Holds::Category(&arms));
            if is_of_a_visit {
                let phases = protocol.phases.iter();
                let phases = codes(phases.map(|phase| (&*phase.id, &*phase.label)));
                self.add(file, "phase", "Phase", Holds::Category(&phases));
            }
        }
        if is_of_a_visit {
            let waves = codes(protocol.waves.iter().map(|wave| (&*wave.id, &*wave.label)));
            self.add(file, "wave", "Wave", Holds::Category(&waves));
            for (what, label) in [
                ("time", "Time since enrolment"),
                ("age_time", "Infant’s age"),
                (
                    "corrected_age_time",
                    "Infant’s age counted from the due date",
                ),
            ] {
                if let Some(column) = self.rules.heading(what) {
                    self.add(file, &column, label, number(self.unit_of_times()));
                }
            }
        }
    }

    fn study_codes(&mut self) {
        for (file, column) in [
            ("long.csv", "unit"),
            ("wide.csv", "dyad"),
            ("visits.csv", "dyad"),
            ("items.csv", "unit"),
        ] {
            self.add(file, column, "Study code", Holds::Text);
        }
    }

    /// `long.csv`.
    fn values(&mut self) {
        let (file, reasons) = ("long.csv", self.reasons.clone());
        let any = Holds::Category("");
        self.add(file, "kind", "What kind of unit it is", any);
        self.add(file, "measure", "Measure: instrument and score", any);
        self.add(file, "value", "Value", number(""));
        let why = Holds::Category(&reasons);
        self.add(file, "missing", "Why there is no value", why);
    }

    /// `items.csv`.
    fn answers(&mut self) {
        let (file, reasons) = ("items.csv", self.reasons.clone());
        for (column, label) in [
            ("instrument", "Instrument"),
            ("wave", "Wave"),
            ("item", "Item"),
        ] {
            self.add(file, column, label, Holds::Category(""));
        }
        let label = "Code of the answer, not reversed";
        self.add(file, "value", label, number(""));
        let why = Holds::Category(&reasons);
        self.add(file, "missing", "Why there is no answer", why);
    }

    /// What `wide.csv` tells of a family beside its attributes and measures.
    fn families(&mut self) {
        let file = "wide.csv";
        if let Some(column) = self.rules.heading("age_at_enrolment_time") {
            let label = "Infant’s age at enrolment";
            self.add(file, &column, label, number(self.unit_of_times()));
            let label = "Weeks by which the infant was born before the due date";
            self.add(file, "weeks_early", label, number("weeks"));
        }
        let yes_or_no = Holds::Category("yes; no");
        self.add(file, "left", "Left before the end", yes_or_no);
        let label = "Sessions attended since enrolment";
        self.add(file, "sessions_attended", label, number("sessions"));
    }

    /// Attributes of the study; days never leave.
    fn attributes(&mut self) {
        let protocol = self.protocol;
        for attribute in &protocol.attributes {
            let (id, label) = (attribute.id.as_str(), attribute.label.as_str());
            match &attribute.kind {
                AttributeKind::Number { unit, .. } => {
                    let holds = number(unit.as_deref().unwrap_or_default());
                    self.add("wide.csv", id, label, holds);
                }
                AttributeKind::Levels(levels) => {
                    let levels = codes(levels.iter().map(|level| (&*level.id, &*level.label)));
                    let holds = or_withheld(&levels);
                    self.add("wide.csv", id, label, Holds::Category(&holds));
                }
                AttributeKind::Date => {}
            }
        }
    }

    /// A score by visit, and by family and wave.
    fn measure(&mut self, name: &str) {
        let protocol = self.protocol;
        let score = protocol.score(&MeasureId::from(name));
        let label = score.map_or_else(
            || name.to_owned(),
            |(planned, score)| format!("{}: {}", planned.definition.short_title, score.label),
        );
        let unit = score.and_then(|(_, score)| score.unit.as_deref());
        let holds = Holds::Number {
            unit: unit.unwrap_or_default(),
            range: score.map(|(_, score)| (score.minimum, score.maximum)),
        };
        self.add("visits.csv", name, &label, holds);
        let reasons = self.reasons.clone();
        let (column, why) = (
            format!("{name}.missing"),
            format!("{label}: why there is none"),
        );
        self.add("visits.csv", &column, &why, Holds::Category(&reasons));
        for wave in &protocol.waves {
            let (column, label) = (
                format!("{name}.{}", wave.id),
                format!("{label}, {}", wave.label),
            );
            self.add("wide.csv", &column, &label, holds);
        }
    }
}

/// "a = Hostel A; b = Hostel B".
fn codes<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let told: Vec<String> = pairs.map(|(id, label)| format!("{id} = {label}")).collect();
    told.join("; ")
}

/// Codes of which those of few families do not leave.
fn or_withheld(codes: &str) -> String {
    format!("{codes}; {WITHHELD} = too few families to be told")
}
