//! Reading the file that defines an instrument: as written, then checked. What a definition may
//! hold is described in `shape/definition.rs`; here stands what its parts ask of each other: an item
//! has a scale, a rule has its items, a reversed item belongs to the score, a table covers every raw
//! value. The shipped definitions are in `instrument_library.rs`.

use crate::{
    instrument::{Edition, Instrument, Licence, LicenceClass, WorkedExample},
    near_miss::{listed, suggestion},
    problem::{Problem, Problems, Severity},
    shape::definition::{DEFINITION, EXAMPLES},
    source::Source,
    written::{Reading, TextAt, Written, is_id, read_definition_file},
};

mod examples;
mod interpretation;
mod items;
mod ranges;
mod scores;

impl Instrument {
    /// The instrument that a definition file holds. `file_name` is used in problems only.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the file, with line and remedy.
    pub fn read(file_name: &str, text: &str) -> Result<Self, Problems> {
        let mut reading = Reading::default();
        let instrument = read_definition(&mut reading, Source::new(file_name, text));
        judge(reading, instrument)
    }
}

/// The worked examples of an instrument from a file beside its definition.
///
/// # Errors
///
/// Everything that is wrong with the file, with line and remedy.
pub fn read_examples(
    instrument: &Instrument,
    file_name: &str,
    text: &str,
) -> Result<Vec<WorkedExample>, Problems> {
    let mut reading = Reading::default();
    let source = Source::new(file_name, text);
    let examples = read_definition_file(&mut reading, source, &EXAMPLES)
        .map(|written| examples::check(&mut reading, instrument, &written));
    judge(reading, examples)
}

/// Reads a definition; what is wrong with it goes into `reading`. `None` when anything is.
pub(crate) fn read_definition(reading: &mut Reading, source: Source) -> Option<Instrument> {
    let n_before = reading.problems.len();
    let written = read_definition_file(reading, source, &DEFINITION)?;
    let instrument = check(reading, &written, n_before);
    (!has_error(&reading.problems[n_before..])).then_some(instrument)
}

fn has_error(problems: &[Problem]) -> bool {
    let is_error = |problem: &Problem| problem.severity == Severity::Error;
    problems.iter().any(is_error)
}

fn judge<T>(reading: Reading, value: Option<T>) -> Result<T, Problems> {
    Problems::judge(reading.problems)?;
    Ok(value.expect("what cannot be read has a problem"))
}

/// The definition; where something is wrong, it is said in `reading` and the value is not used.
/// `n_before` problems belong to other files.
fn check(reading: &mut Reading, written: &Written, n_before: usize) -> Instrument {
    let licence = licence(written);
    let items = items::check(reading, written, licence.holds);
    let scores = scores::check(reading, written, &items);
    let mut instrument = Instrument {
        id: text(written, "id"),
        version: written.count("version").unwrap_or(1),
        title: text(written, "title"),
        short_title: text(written, "short-title"),
        language: text(written, "language"),
        respondents: words(written, "respondents"),
        citation: text(written, "citation"),
        instruction: written.string("instruction"),
        item_orders: items::orders(reading, written, &items),
        alerts: items::alerts(reading, written, &items),
        edition: written.table("edition").map(edition),
        notes: written
            .texts("notes")
            .map(|note| note.text.to_owned())
            .collect(),
        examples: Vec::new(),
        licence,
        items,
        scores,
    };
    if !has_error(&reading.problems[n_before..]) {
        items::check_that_each_counts(reading, written, &instrument);
    }
    instrument.examples = examples::check(reading, &instrument, written);
    instrument
}

fn licence(written: &Written) -> Licence {
    let licence = written.table("licence");
    let string = |key| {
        licence
            .and_then(|table| table.string(key))
            .unwrap_or_default()
    };
    Licence {
        holds: licence
            .and_then(|table| word(table, "holds"))
            .unwrap_or(LicenceClass::Slots),
        terms: string("terms"),
        evidence: string("evidence"),
    }
}

fn edition(written: &Written) -> Edition {
    let strings = |key| {
        written
            .texts(key)
            .map(|text| text.text.to_owned())
            .collect()
    };
    Edition {
        editions: strings("editions"),
        norms: strings("norms"),
        corrected_until_months: written.count("corrected-until-months"),
    }
}

fn text(written: &Written, key: &str) -> String {
    written.string(key).unwrap_or_default()
}

/// The value of a word that the description of the format allows.
fn word<T: serde::de::DeserializeOwned>(written: &Written, key: &str) -> Option<T> {
    written.text(key).and_then(from_word)
}

fn words<T: serde::de::DeserializeOwned>(written: &Written, key: &str) -> Vec<T> {
    written
        .texts(key)
        .filter_map(|word| from_word(word.text))
        .collect()
}

fn from_word<T: serde::de::DeserializeOwned>(word: &str) -> Option<T> {
    let word = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(word);
    T::deserialize(word).ok()
}

/// The position of a name among `known`; a problem when it is not there.
fn find<'a>(
    reading: &mut Reading,
    name: TextAt<'_>,
    what: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Option<usize> {
    let found = known.clone().position(|other| other == name.text);
    if found.is_none() {
        let remedy = suggestion(name.text, known.clone(), || match listed(known).as_str() {
            "" => "define it first".to_owned(),
            names => format!("these are known here: {names}"),
        });
        reading.error(
            name.at,
            format!("there is no {what} '{}'", name.text),
            remedy,
        );
    }
    found
}

/// A problem for each name that stands twice.
fn check_unique<'a>(reading: &mut Reading, what: &str, names: impl Iterator<Item = TextAt<'a>>) {
    let mut seen: Vec<TextAt<'_>> = Vec::new();
    for name in names {
        match seen.iter().find(|other| other.text == name.text) {
            Some(first) => {
                let second = reading.place(first.at);
                let message = format!("there are two {what} '{}'", name.text);
                let problem = Problem::error(reading.place(name.at), message)
                    .with_remedy("rename or remove one of them")
                    .with_second(second, "first defined here");
                reading.problems.push(problem);
            }
            None => seen.push(name),
        }
    }
}

/// A problem when a name does not have the form of an id.
fn check_id(reading: &mut Reading, name: TextAt<'_>) {
    if !is_id(name.text) {
        reading.error(
            name.at,
            format!("'{}' cannot be an id", name.text),
            "use a lower-case letter, then letters, digits and -, 60 at most",
        );
    }
}
