//! Instruments: their definition from the library or from a file of the study.

use super::Checking;
use crate::{
    folder::TextFault,
    id::InstrumentId,
    instrument::{Instrument, PlannedInstrument},
    instrument_file, instrument_library,
    near_miss::{listed, suggestion},
    shape::Thing,
    written::{TextAt, Written},
};

impl Checking<'_> {
    pub(super) fn instruments(&mut self, root: &Written) -> Vec<PlannedInstrument> {
        let mut instruments = Vec::new();
        for table in root.tables("instrument") {
            let definition = self.definition(table);
            if let Some(definition) = &definition {
                self.check_item_order(table, definition);
            }
            let answered_by = table.word("answered-by");
            let about = table.word_or_default("about");
            let parts = (table.text("id"), definition, answered_by, about);
            if let (Some(id), Some(definition), Some(answered_by), Some(about)) = parts {
                instruments.push(PlannedInstrument {
                    id: InstrumentId::new(id),
                    definition,
                    answered_by,
                    about,
                    waves: self.listed_or_all(table, "waves", Thing::Wave),
                    phases: self.listed_or_all(table, "phases", Thing::Phase),
                    blind_to: table.words("blind-to"),
                    item_order: table.string("item-order"),
                });
            }
        }
        instruments
    }

    fn listed_or_all<T: From<String>>(&self, table: &Written, key: &str, thing: Thing) -> Vec<T> {
        let is_empty = !table.has(key) || table.is_empty_at(key);
        if !is_empty {
            table
                .texts(key)
                .map(|text| T::from(text.text.to_owned()))
                .collect()
        } else {
            self.index
                .all(thing)
                .map(|text| T::from(text.to_owned()))
                .collect()
        }
    }

    fn definition(&mut self, table: &Written) -> Option<Instrument> {
        match (table.entry("library"), table.entry("file")) {
            (Some(_), Some(file)) => {
                self.reading.error(
                    file.key_at,
                    "this instrument has both 'library' and 'file'",
                    "keep one of the two",
                );
                None
            }
            (None, None) => {
                self.reading.error(
                    table.at,
                    "this instrument has neither 'library' nor 'file'",
                    "add library = … with an id of the shipped library, or file = … with a \
                     definition of your own",
                );
                None
            }
            (Some(_), None) => {
                let id = table.text_at("library")?;
                self.shipped(table, id)
            }
            (None, Some(_)) => {
                let file = table.text_at("file")?;
                let definition = self.own_definition(file)?;
                self.check_own_version(table, &definition);
                Some(definition)
            }
        }
    }

    fn shipped(&mut self, table: &Written, id: TextAt<'_>) -> Option<Instrument> {
        let versions = instrument_library::versions(id.text);
        if versions.is_empty() {
            let ids = instrument_library::ids();
            let remedy = suggestion(id.text, ids.iter().copied(), || {
                format!("the library has {}", listed(ids.iter().copied()))
            });
            self.reading.error(
                id.at,
                format!("the library has no instrument '{}'", id.text),
                remedy,
            );
            return None;
        }
        if table.has("version") && table.count("version").is_none() {
            return None;
        }
        let version = table.count("version");
        let found = instrument_library::find(id.text, version);
        if found.is_none() {
            let versions: Vec<_> = versions.iter().map(ToString::to_string).collect();
            self.reading.error(
                table.at_key("version"),
                format!("the library does not have this version of '{}'", id.text),
                format!("it has {}", listed(versions.iter().map(String::as_str))),
            );
        }
        found.cloned()
    }

    fn own_definition(&mut self, file: TextAt<'_>) -> Option<Instrument> {
        match self.folder.text(file.text) {
            Ok(source) => instrument_file::read_definition(&mut self.reading, source),
            Err(TextFault::NotText(problem)) => {
                self.reading.problems.push(*problem);
                None
            }
            Err(TextFault::Absent(absence)) => {
                self.cannot_read(file, &absence);
                None
            }
        }
    }

    fn check_own_version(&mut self, table: &Written, definition: &Instrument) {
        if table
            .count("version")
            .is_some_and(|version| version != definition.version)
        {
            self.reading.error(
                table.at_key("version"),
                format!("the file defines version {}", definition.version),
                "correct the version, or remove the line",
            );
        }
    }

    fn check_item_order(&mut self, table: &Written, definition: &Instrument) {
        let Some(order) = table.text_at("item-order") else {
            return;
        };
        let known = || definition.item_orders.iter().map(|order| order.id.as_str());
        if known().any(|id| id == order.text) {
            return;
        }
        let remedy = suggestion(order.text, known(), || match listed(known()).as_str() {
            "" => "remove the line: this instrument has one order only".to_owned(),
            ids => format!("its orders are {ids}"),
        });
        self.reading.error(
            order.at,
            format!("'{}' has no item order '{}'", definition.id, order.text),
            remedy,
        );
    }
}
