//! Files of records: which keys and columns a file of each kind has, and what cells stand for.

use super::Checking;
use crate::{
    data::{
        AttendanceColumns, ConsentColumns, DataContent, DataFile, DyadColumns, SessionColumns,
        TimeColumn, TimeUnit,
    },
    id::MeasureId,
    instrument::PlannedInstrument,
    missing::Missing,
    near_miss::{listed, suggestion},
    plan::About,
    problem::{Place, Problem},
    scheme::Scheme,
    shape::Thing,
    written::{Node, TextAt, Written},
};

mod assessments;
mod codings;
mod recode;

/// What a file of one kind may say.
struct Parts {
    kind: &'static str,
    /// Keys of `[[data]]` that only some kinds have.
    keys: &'static [&'static str],
    /// Columns that it must have.
    required: &'static [&'static str],
    /// Columns that it may have.
    optional: &'static [&'static str],
}

/// Keys of `[[data]]` that not every kind has.
const SPECIAL_KEYS: &[&str] = &[
    "attributes",
    "instrument",
    "layout",
    "items",
    "wave",
    "measures",
    "scheme",
    "modifiers",
    "scheme-version",
];

const PARTS: &[Parts] = &[
    Parts {
        kind: "dyads",
        keys: &["attributes"],
        required: &["dyad"],
        optional: &[
            "site",
            "arm",
            "enrolled",
            "born",
            "due",
            "age-at-enrolment",
            "left",
            "left-reason",
            "withdrew",
        ],
    },
    Parts {
        kind: "assessments",
        keys: &["instrument", "layout", "items", "wave"],
        required: &[],
        optional: &[
            "dyad", "unit", "wave", "date", "time", "assessor", "item", "value",
        ],
    },
    Parts {
        kind: "consents",
        keys: &[],
        required: &["dyad", "purpose", "answer"],
        optional: &["date", "version", "language"],
    },
    Parts {
        kind: "attendance",
        keys: &[],
        required: &["dyad", "date"],
        optional: &["site", "minutes"],
    },
    Parts {
        kind: "sessions",
        keys: &["measures"],
        required: &["session", "date"],
        optional: &["site", "families"],
    },
    Parts {
        kind: "codings",
        keys: &["scheme", "modifiers", "scheme-version"],
        required: &["behaviour"],
        optional: &[
            "session",
            "dyad",
            "wave",
            "date",
            "time",
            "coder",
            "recording",
            "recording-begins",
            "length",
            "subject",
            "target",
            "start",
            "stop",
            "sample",
            "value",
        ],
    },
];

impl Checking<'_> {
    pub(super) fn data_files(
        &mut self,
        root: &Written,
        instruments: &[PlannedInstrument],
        schemes: &[Scheme],
    ) -> Vec<DataFile> {
        let mut files = Vec::new();
        for table in root.tables("data") {
            self.check_file(root, table);
            self.check_parts(root, table);
            self.check_purposes_are_there(root, table);
            let instrument = table
                .text("instrument")
                .and_then(|id| instruments.iter().find(|planned| &*planned.id == id));
            let content = self.content(table, instrument, schemes);
            let recode = self.recode(root, table, instrument);
            if let (Some(file), Some(content)) = (table.string("file"), content) {
                files.push(DataFile {
                    file,
                    sheet: table.string("sheet"),
                    content,
                    missing_codes: missing_codes(table),
                    recode,
                });
            }
        }
        self.check_dyads_are_there(root, instruments);
        files
    }

    fn check_file(&mut self, root: &Written, table: &Written) {
        let Some(file) = table.text_at("file") else {
            return;
        };
        let ending = file.text.rsplit_once('.').map_or("", |(_, ending)| ending);
        if !["csv", "xlsx"].contains(&ending.to_lowercase().as_str()) {
            self.reading.error(
                file.at,
                format!("'{}' is neither a .csv nor an .xlsx file", file.text),
                "save the table as CSV or as an Excel workbook (.xlsx)",
            );
            return;
        }
        if ending.eq_ignore_ascii_case("csv") && table.has("sheet") {
            self.reading.error(
                table.at_key("sheet"),
                "a CSV file has no sheets",
                "remove the line",
            );
        }
        if self.folder.has(file.text) {
            return;
        }
        let message = format!("there is no file '{}' in the study folder", file.text);
        if root.has("simulation") {
            self.reading.warning(
                file.at,
                message,
                "run `attune simulate` to make one up from the assumptions, or put yours there",
            );
        } else {
            let remedy = suggestion(file.text, self.folder.names(), || {
                "put the file there, or correct its name here".to_owned()
            });
            self.reading.error(file.at, message, remedy);
        }
    }

    fn check_parts(&mut self, root: &Written, table: &Written) {
        let kind = table.text("kind");
        let Some(parts) = PARTS.iter().find(|parts| Some(parts.kind) == kind) else {
            return;
        };
        for key in SPECIAL_KEYS.iter().filter(|key| !parts.keys.contains(key)) {
            if let Some(entry) = table.entry(key) {
                let homes = PARTS.iter().filter(|parts| parts.keys.contains(key));
                let homes: Vec<_> = homes.map(|parts| parts.kind).collect();
                self.reading.error(
                    entry.key_at,
                    format!("a file of {} has no '{key}'", parts.kind),
                    format!("only a file of {} has it", homes.join(" or ")),
                );
            }
        }
        let Some(columns) = table.table("columns") else {
            return;
        };
        let allowed = || parts.required.iter().chain(parts.optional).copied();
        for entry in &columns.entries {
            if !allowed().any(|part| part == entry.key) {
                self.reading.error(
                    entry.key_at,
                    format!("a file of {} has no column for '{}'", parts.kind, entry.key),
                    format!("it may have columns for {}", listed(allowed())),
                );
            }
        }
        let by_dyad = ["dyad", "randomised-dyad", "dyad-not-stated"];
        let study = root.table("study");
        let allocation = study.and_then(|study| study.text("allocation"));
        let needs_arm =
            parts.kind == "dyads" && allocation.is_some_and(|word| by_dyad.contains(&word));
        let needs_site =
            ["dyads", "sessions"].contains(&parts.kind) && self.index.all(Thing::Site).count() > 1;
        let mut needed = parts.required.to_vec();
        needed.extend(needs_arm.then_some("arm"));
        needed.extend(needs_site.then_some("site"));
        for part in needed {
            if !columns.has(part) {
                let why = match part {
                    "arm" => ", and in this study each dyad has its own",
                    "site" => ", and the study has several sites",
                    _ => "",
                };
                self.reading.error(
                    columns.at,
                    format!("no column says the {part}{why}"),
                    format!("add {part} = … with the heading of its column"),
                );
            }
        }
    }

    fn content(
        &mut self,
        table: &Written,
        instrument: Option<&PlannedInstrument>,
        schemes: &[Scheme],
    ) -> Option<DataContent> {
        match table.text("kind")? {
            "dyads" => Some(DataContent::Dyads(self.dyads(table)?)),
            "assessments" => self
                .assessments(table, instrument)
                .map(DataContent::Assessments),
            "consents" => {
                let columns = table.table("columns")?;
                Some(DataContent::Consents(ConsentColumns {
                    dyad: columns.string("dyad")?,
                    purpose: columns.string("purpose")?,
                    answer: columns.string("answer")?,
                    date: columns.string("date"),
                    version: columns.string("version"),
                    language: columns.string("language"),
                }))
            }
            "attendance" => {
                let columns = table.table("columns")?;
                Some(DataContent::Attendance(AttendanceColumns {
                    dyad: columns.string("dyad")?,
                    date: columns.string("date")?,
                    site: columns.string("site"),
                    minutes: columns.string("minutes"),
                }))
            }
            "codings" => self.codings(table, schemes).map(DataContent::Codings),
            _ => Some(DataContent::Sessions(self.sessions(table)?)),
        }
    }

    fn dyads(&mut self, table: &Written) -> Option<DyadColumns> {
        let columns = table.table("columns")?;
        if columns.has("age-at-enrolment") && columns.has("born") && columns.has("enrolled") {
            self.reading.error(
                columns.at_key("age-at-enrolment"),
                "the age at enrolment follows from 'born' and 'enrolled'",
                "remove one of the three",
            );
        }
        if columns.has("left-reason") && !columns.has("left") {
            self.reading.error(
                columns.at_key("left-reason"),
                "there is a reason for leaving and no day",
                "add left = … with the column of the day",
            );
        }
        Some(DyadColumns {
            dyad: columns.string("dyad")?,
            site: columns.string("site"),
            arm: columns.string("arm"),
            enrolled: columns.string("enrolled"),
            born: columns.string("born"),
            due: columns.string("due"),
            age_at_enrolment: columns.table("age-at-enrolment").and_then(time_column),
            left: columns.string("left"),
            left_reason: columns.string("left-reason"),
            withdrew: columns.string("withdrew"),
            attributes: columns_of(table, "attributes"),
        })
    }

    fn sessions(&mut self, table: &Written) -> Option<SessionColumns> {
        for (name, _) in texts(table.map("measures")) {
            if !crate::written::is_id(name.text) || name.text == "families" {
                self.reading.error(
                    name.at,
                    format!("'{}' cannot be the name of a measure", name.text),
                    "use lower-case letters, digits and hyphens, begin with a letter, and do not \
                     call it families",
                );
            }
        }
        let columns = table.table("columns")?;
        Some(SessionColumns {
            session: columns.string("session")?,
            date: columns.string("date")?,
            site: columns.string("site"),
            families: columns.string("families"),
            measures: texts(table.map("measures"))
                .map(|(name, column)| {
                    let measure = MeasureId::of("sessions", name.text);
                    (measure, column.text.to_owned())
                })
                .collect(),
        })
    }

    /// An answer about consent is an answer to a purpose of the study.
    fn check_purposes_are_there(&mut self, root: &Written, table: &Written) {
        if table.text("kind") == Some("consents") && !root.has("consent") {
            self.reading.error(
                table.at,
                "the file holds answers about consent, and the study asks for none",
                "add [[consent]] with the purposes, or remove this table",
            );
        }
    }

    /// Assessments and attendance of dyads need a file that says who the dyads are.
    fn check_dyads_are_there(&mut self, root: &Written, instruments: &[PlannedInstrument]) {
        let kinds: Vec<_> = root
            .tables("data")
            .map(|table| table.text("kind"))
            .collect();
        if kinds.contains(&Some("dyads")) || kinds.contains(&None) {
            return;
        }
        let speaks_of_dyads = |table: &Written| match table.text("kind") {
            Some("attendance" | "consents") => true,
            Some("codings") => table
                .table("columns")
                .is_some_and(|columns| columns.has("dyad")),
            Some("assessments") => instruments.iter().any(|planned| {
                Some(&*planned.id) == table.text("instrument")
                    && matches!(planned.about, About::Dyad | About::Infant | About::Carer)
            }),
            _ => false,
        };
        if let Some(table) = root.tables("data").find(|table| speaks_of_dyads(table)) {
            let place: Place = self.reading.place(table.at);
            let problem = Problem::error(place, "no file says who the dyads are").with_remedy(
                "add [[data]] with kind = \"dyads\"; it may name the same file as this one",
            );
            self.reading.problems.push(problem);
        }
    }
}

fn missing_codes(table: &Written) -> Vec<(String, Missing)> {
    texts(table.map("missing"))
        .filter_map(|(cell, reason)| {
            Some((cell.text.to_owned(), Missing::from_words(reason.text)?))
        })
        .collect()
}

fn time_column(table: &Written) -> Option<TimeColumn> {
    let unit = match table.text("unit")? {
        "days" => TimeUnit::Days,
        "weeks" => TimeUnit::Weeks,
        "months" => TimeUnit::Months,
        _ => TimeUnit::Years,
    };
    Some(TimeColumn {
        column: table.string("column")?,
        unit,
    })
}

/// Pairs of a map from texts to texts.
fn texts(pairs: &[(Node, Node)]) -> impl Iterator<Item = (TextAt<'_>, TextAt<'_>)> {
    pairs
        .iter()
        .filter_map(|(key, value)| Some((key.text_at()?, value.text_at()?)))
}

/// Ids and the columns that hold them.
fn columns_of<T: From<String>>(table: &Written, key: &str) -> Vec<(T, String)> {
    texts(table.map(key))
        .map(|(name, column)| (T::from(name.text.to_owned()), column.text.to_owned()))
        .collect()
}
