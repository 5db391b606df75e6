//! Files of codings: whom the recordings show, which columns the scheme needs, details and samples.

use super::{columns_of, texts, time_column};
use crate::{
    check::Checking,
    data::{CodedUnit, CodingColumns, VisitColumns},
    id::SchemeId,
    near_miss::{listed, suggestion},
    plan::About,
    scheme::{Modifier, Scheme},
    written::Written,
};

impl Checking<'_> {
    /// A recording shows a session, or a dyad at a visit: as its scheme says.
    fn coded_unit(&mut self, columns: &Written, scheme: Option<&Scheme>) -> Option<CodedUnit> {
        let about = scheme.map_or(About::Session, |scheme| scheme.about);
        let (needed, other) = match about {
            About::Dyad | About::Infant | About::Carer => ("dyad", "session"),
            _ => ("session", "dyad"),
        };
        if columns.has(other) && scheme.is_some() {
            self.reading.error(
                columns.at_key(other),
                format!("the scheme is about a {needed}, and this column is about a {other}"),
                format!("write {needed} = … here, or correct 'about' in the scheme"),
            );
        } else if !columns.has(needed) {
            self.reading.error(
                columns.at,
                format!("no column says the {needed}"),
                format!("add {needed} = … with the heading of its column"),
            );
        }
        let when = VisitColumns {
            wave: columns.string("wave"),
            date: columns.string("date"),
            time: columns.table("time").and_then(time_column),
        };
        if needed == "session" {
            for key in ["wave", "date", "time"]
                .into_iter()
                .filter(|key| columns.has(key))
            {
                self.reading.error(
                    columns.at_key(key),
                    "a session has its day in the file of sessions",
                    "remove the line",
                );
            }
            return Some(CodedUnit::Session(columns.string("session")?));
        }
        if !["wave", "date", "time"].iter().any(|key| columns.has(key)) {
            self.reading.error(
                columns.at,
                "no column says when the dyad was recorded",
                "add wave = … or date = … with the heading of its column",
            );
        }
        Some(CodedUnit::Dyad {
            dyad: columns.string("dyad")?,
            when,
        })
    }

    pub(super) fn codings(&mut self, table: &Written, schemes: &[Scheme]) -> Option<CodingColumns> {
        if !table.has("scheme") {
            self.reading.error(
                table.at,
                "nothing says by which scheme it was coded",
                "add scheme = … with the id of a [[scheme]]",
            );
        }
        let columns = table.table("columns")?;
        let scheme = table
            .text("scheme")
            .and_then(|id| schemes.iter().find(|scheme| *scheme.id == *id));
        let version = table.count("scheme-version");
        let scheme = match version.zip(scheme) {
            None => scheme,
            Some((version, newest)) => {
                let found = newest.in_version(version);
                if found.is_none() {
                    let all = std::iter::once(newest).chain(&newest.earlier);
                    let all: Vec<String> = all.map(|one| one.version.to_string()).collect();
                    self.reading.error(
                        table.at_key("scheme-version"),
                        format!("the study does not have version {version} of the scheme"),
                        format!(
                            "it has {}; name the file of another one in 'earlier' of the scheme",
                            listed(all.iter().map(String::as_str))
                        ),
                    );
                }
                found
            }
        };
        let unit = self.coded_unit(columns, scheme);
        if let Some(scheme) = scheme {
            self.check_columns_of_events(columns, scheme);
            self.check_modifiers(table, scheme);
            self.check_samples(columns, scheme);
        }
        if let Some(scheme) = scheme
            && !scheme.ratings.is_empty()
            && !columns.has("value")
            && scheme.behaviours().next().is_none()
        {
            self.reading.error(
                columns.at,
                "no column holds the ratings",
                "add value = … with the heading of its column",
            );
        }
        Some(CodingColumns {
            scheme: SchemeId::new(table.text("scheme")?),
            version: version.or_else(|| scheme.map(|scheme| scheme.version))?,
            unit: unit?,
            value: columns.string("value"),
            coder: columns.string("coder"),
            length: columns.string("length"),
            subject: columns.string("subject"),
            behaviour: columns.string("behaviour")?,
            target: columns.string("target"),
            start: columns.string("start"),
            stop: columns.string("stop"),
            recording: columns.string("recording"),
            recording_begins: columns.string("recording-begins"),
            sample: columns.string("sample"),
            modifiers: columns_of(table, "modifiers"),
        })
    }

    /// What the events of a scheme need; a scheme of ratings alone needs none of it.
    fn check_columns_of_events(&mut self, columns: &Written, scheme: &Scheme) {
        let has_behaviours = scheme.behaviours().next().is_some();
        let has_events = has_behaviours || !scheme.spans.is_empty();
        // What answers a sample has the sample's times.
        let has_times = !scheme.spans.is_empty() || (has_behaviours && scheme.is_continuous());
        let has_ends = !scheme.spans.is_empty()
            || (scheme.is_continuous() && scheme.behaviours().any(|(_, has_end)| has_end));
        let needed = [
            (
                "length",
                has_events,
                "how long the recording could be coded, of which shares and rates are taken",
            ),
            (
                "subject",
                has_behaviours && scheme.only_subject().is_none(),
                "who showed the behaviour, and the scheme has more than one who may have",
            ),
            ("start", has_times, "when a behaviour began"),
            ("stop", has_ends, "when a behaviour ended"),
            (
                "sample",
                has_behaviours && !scheme.is_continuous(),
                "which sample of time a row answers",
            ),
            ("target", !scheme.acts.is_empty(), "to whom an act went"),
        ];
        for (key, is_needed, what) in needed {
            if is_needed && !columns.has(key) {
                self.reading.error(
                    columns.at,
                    format!("no column says {what}"),
                    format!("add {key} = … with the heading of its column"),
                );
            }
        }
    }

    /// A detail is one of the scheme, and one that must be said has a column.
    fn check_modifiers(&mut self, table: &Written, scheme: &Scheme) {
        let of_scheme = modifiers_of(scheme);
        let ids = || of_scheme.iter().map(|modifier| modifier.id.as_str());
        for (id, _) in texts(table.map("modifiers")) {
            if ids().any(|known| known == id.text) {
                continue;
            }
            let none = "the scheme has no modifiers: remove this, or declare it there";
            let remedy = suggestion(id.text, ids(), || match of_scheme.is_empty() {
                true => none.to_owned(),
                false => format!("the scheme has {}", listed(ids())),
            });
            let message = format!("'{}' is no modifier of the scheme", id.text);
            self.reading.error(id.at, message, remedy);
        }
        for modifier in of_scheme.iter().filter(|modifier| modifier.required) {
            if !texts(table.map("modifiers")).any(|(id, _)| id.text == modifier.id) {
                self.reading.error(
                    table.at,
                    format!(
                        "the scheme asks for '{}', and no column holds it",
                        modifier.id
                    ),
                    format!(
                        "add modifiers = {{ {} = … }} with the heading of its column",
                        modifier.id
                    ),
                );
            }
        }
    }

    /// Samples are asked for where the scheme samples time, and only there.
    fn check_samples(&mut self, columns: &Written, scheme: &Scheme) {
        let is_timed = scheme.timed_ways().next().is_some();
        if columns.has("sample") && !is_timed {
            self.reading.error(
                columns.at_key("sample"),
                "the scheme does not sample time",
                "remove the line, or correct 'sampling' in the scheme",
            );
        }
        if columns.has("recording-begins") && !columns.has("recording") {
            self.reading.error(
                columns.at_key("recording-begins"),
                "a recording begins, and no column says which one",
                "add recording = … with the heading of its column",
            );
        }
    }
}

/// The modifiers of all behaviours, each id once.
fn modifiers_of(scheme: &Scheme) -> Vec<&Modifier> {
    let behaviours = scheme.behaviours().map(|(behaviour, _)| behaviour);
    let mut found: Vec<&Modifier> = Vec::new();
    for modifier in behaviours
        .chain(&scheme.spans)
        .flat_map(|one| &one.modifiers)
    {
        match found.iter_mut().find(|known| known.id == modifier.id) {
            Some(known) if modifier.required => *known = modifier,
            Some(_) => {}
            None => found.push(modifier),
        }
    }
    found
}
