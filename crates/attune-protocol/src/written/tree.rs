//! From TOML text to the tree: files, tables and their keys. Problems are collected, never thrown.

use toml::{Spanned, de::DeTable};

use super::{At, Entry, Reading, Written, key_faults, leaf, values::in_order};
use crate::{
    folder::{Absence, STUDY_FILE, StudyFolder, TextFault},
    problem::{Place, Problem},
    shape::{FORMAT, FileUse, Key, Kind, Need, STUDY_TOML, Table},
    source::Source,
};

/// No more than this many faults of TOML itself are told; later ones mostly follow from earlier.
const SYNTAX_FAULTS_TOLD: usize = 8;

/// What the reader of one file carries along.
pub(super) struct Reader<'a> {
    pub reading: &'a mut Reading,
    pub folder: &'a StudyFolder,
    pub source: usize,
}

/// Reads the study file and the schemes and codebooks that it names. `None` when there is no tree
/// at all: the file is missing, is not TOML, or has another format.
pub(crate) fn read_study(reading: &mut Reading, folder: &StudyFolder) -> Option<Written> {
    let source = match folder.text(STUDY_FILE) {
        Ok(source) => source,
        Err(fault) => {
            reading.problems.push(study_file_problem(fault));
            return None;
        }
    };
    let text = source.text.clone();
    let source = reading.add(source);
    let table = parse(reading, source, &text)?;
    let mut reader = Reader {
        reading,
        folder,
        source,
    };
    if !reader.has_right_format(table.get_ref()) {
        return None;
    }
    let at = At {
        source,
        start: 0,
        end: 0,
    };
    Some(reader.table(&STUDY_TOML, table.get_ref(), at, &[]))
}

/// Reads a file of its own kind, such as an instrument's definition, whose whole is described by
/// `shape`. `None` when there is no tree at all: it is not TOML, or has another format.
pub(crate) fn read_definition_file(
    reading: &mut Reading,
    source: Source,
    shape: &'static Table,
) -> Option<Written> {
    let text = source.text.clone();
    let source = reading.add(source);
    let table = parse(reading, source, &text)?;
    let mut reader = Reader {
        reading,
        // A definition names no other file.
        folder: &StudyFolder::default(),
        source,
    };
    if !reader.has_right_format(table.get_ref()) {
        return None;
    }
    let at = reader.at(0..0);
    Some(reader.table(shape, table.get_ref(), at, &[]))
}

fn study_file_problem(fault: TextFault) -> Problem {
    let place = Place::file(STUDY_FILE);
    match fault {
        TextFault::Absent(Absence::Missing) => {
            Problem::error(place, "there is no study.toml in this folder")
                .with_remedy("give the folder of a study, or make a new one with `attune new DIR`")
        }
        TextFault::Absent(Absence::Unreadable(why)) => {
            Problem::error(place, format!("study.toml cannot be read: {why}"))
        }
        TextFault::NotText(problem) => *problem,
    }
}

/// The TOML document; its own faults are problems.
fn parse<'t>(reading: &mut Reading, source: usize, text: &'t str) -> Option<Spanned<DeTable<'t>>> {
    let (table, faults) = DeTable::parse_recoverable(text);
    if faults.is_empty() {
        return Some(table);
    }
    let mut told = Vec::new();
    for fault in faults {
        let span = fault.span().unwrap_or(0..0);
        let place = reading.sources[source].place(span.clone());
        let line = place.spot.as_ref().map(|spot| spot.line);
        // One slip often makes the parser stumble twice in the same line.
        if told.contains(&line) || told.len() == SYNTAX_FAULTS_TOLD {
            continue;
        }
        told.push(line);
        let (message, remedy) = key_faults::syntax(fault.message(), text, &span);
        reading
            .problems
            .push(Problem::error(place, message).with_remedy(remedy));
    }
    None
}

impl Reader<'_> {
    pub(super) fn at(&self, span: std::ops::Range<usize>) -> At {
        At {
            source: self.source,
            start: span.start,
            end: span.end,
        }
    }

    /// A file of another format is refused with one sentence, because every other complaint would
    /// be beside the point.
    fn has_right_format(&mut self, table: &DeTable<'_>) -> bool {
        let Some(value) = table.get("format") else {
            return true;
        };
        let Some(format) = value.get_ref().as_integer().and_then(leaf::integer) else {
            return true;
        };
        let at = self.at(value.span());
        if format > FORMAT {
            self.reading.error(
                at,
                format!(
                    "this file is written in format {format}; this program reads format {FORMAT}"
                ),
                "use a newer version of Attune",
            );
        } else if format < FORMAT {
            self.reading.error(
                at,
                format!("there is no format {format}"),
                format!("write format = {FORMAT}"),
            );
        }
        format == FORMAT
    }

    /// A table; `elsewhere` are keys that stand in another file and are neither missing nor
    /// allowed here.
    pub(super) fn table(
        &mut self,
        shape: &'static Table,
        table: &DeTable<'_>,
        at: At,
        elsewhere: &[&str],
    ) -> Written {
        let mut entries = Vec::new();
        for (name, value) in in_order(table) {
            let key_at = self.at(name.span());
            match shape.key(name.get_ref()) {
                Some(key) if elsewhere.contains(&key.name) => self.reading.error(
                    key_at,
                    format!("'{}' stands in study.toml, not here", key.name),
                    "remove this line",
                ),
                Some(key) => entries.push(Entry {
                    key: key.name,
                    key_at,
                    node: self.value(&key.kind, key.name, value),
                }),
                None => {
                    let is_free = |key: &str| !table.contains_key(key);
                    let meant =
                        key_faults::unknown_key(self.reading, shape, name.get_ref(), key_at);
                    // A misspelt key is not a missing one.
                    if let Some(key) = meant.filter(|key| is_free(key)) {
                        entries.push(Entry {
                            key,
                            key_at,
                            node: None,
                        });
                    }
                }
            }
        }
        let mut written = Written { shape, at, entries };
        if elsewhere.is_empty() {
            self.add_rest_from_file(&mut written);
            self.require_keys(&written);
        }
        written
    }

    fn require_keys(&mut self, written: &Written) {
        for key in written.shape.keys {
            if key.need != Need::Required || written.has(key.name) {
                continue;
            }
            let (message, remedy) = key_faults::missing_key(written.shape, key);
            // The file as a whole has no heading to point at.
            let place = if written.at.end == 0 {
                Place::file(&self.reading.sources[written.at.source].name)
            } else {
                self.reading.place(written.at)
            };
            let problem = Problem::error(place, message).with_remedy(remedy);
            self.reading.problems.push(problem);
        }
    }

    /// For a scheme or codebook with `file`: the keys that stand in that file.
    fn add_rest_from_file(&mut self, written: &mut Written) {
        let is_rest = |key: &Key| matches!(key.kind, Kind::File(FileUse::Rest));
        let Some(key) = written.shape.keys.iter().find(|key| is_rest(key)) else {
            return;
        };
        if !written.has(key.name) {
            return;
        }
        let rest = written.text_at(key.name).and_then(|file| {
            let source = self.text_file(file.text, file.at)?;
            self.rest(written.shape, source)
        });
        let Some(rest) = rest else {
            // Already reported; its keys are not missing but unknown.
            written.mark_unknown(self.at(0..0));
            return;
        };
        for entry in rest.entries {
            if let Some(first) = written.entry(entry.key) {
                let second = self.reading.place(first.key_at);
                let problem = Problem::error(
                    self.reading.place(entry.key_at),
                    format!("'{}' stands here and in study.toml", entry.key),
                )
                .with_remedy("keep one of the two")
                .with_second(second, "also here");
                self.reading.problems.push(problem);
            } else {
                written.entries.push(entry);
            }
        }
    }

    fn rest(&mut self, shape: &'static Table, source: Source) -> Option<Written> {
        let text = source.text.clone();
        let source = self.reading.add(source);
        let table = parse(self.reading, source, &text)?;
        let mut reader = Reader {
            reading: self.reading,
            folder: self.folder,
            source,
        };
        let at = reader.at(0..0);
        Some(reader.table(shape, table.get_ref(), at, &["id", "file"]))
    }

    fn text_file(&mut self, name: &str, at: At) -> Option<Source> {
        match self.folder.text(name) {
            Ok(source) => Some(source),
            // Whether it is there has been checked with the value itself.
            Err(TextFault::Absent(Absence::Missing)) => None,
            Err(TextFault::Absent(Absence::Unreadable(why))) => {
                self.reading.error(
                    at,
                    format!("'{name}' cannot be read: {why}"),
                    "mend the file, or name another",
                );
                None
            }
            Err(TextFault::NotText(problem)) => {
                self.reading.problems.push(*problem);
                None
            }
        }
    }
}

impl Written {
    /// Notes every key that is absent as unknown, so that nobody calls it missing.
    fn mark_unknown(&mut self, key_at: At) {
        for key in self.shape.keys {
            if !self.has(key.name) {
                self.entries.push(Entry {
                    key: key.name,
                    key_at,
                    node: None,
                });
            }
        }
    }
}
