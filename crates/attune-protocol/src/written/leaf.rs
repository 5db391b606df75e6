//! Single values: numbers, dates, words, ids, and the texts that have a shape of their own (ORCID
//! iD, DOI, colour, planned time, window). What needs other tables is checked later.

use std::ops::Range;

use jiff::civil::Date;
use toml::de::{DeInteger, DeValue};

use super::Value;
use crate::{
    formula,
    near_miss::{listed, suggestion},
    shape::{Bounds, Kind, Thing, Word},
    time_phrase,
};

/// Why a value does not fit.
pub(super) struct Fault {
    pub message: String,
    pub remedy: String,
    /// The part of a text that is at fault.
    pub inside: Option<Range<usize>>,
}

fn fault<T>(message: impl Into<String>, remedy: impl Into<String>) -> Result<T, Fault> {
    Err(Fault {
        message: message.into(),
        remedy: remedy.into(),
        inside: None,
    })
}

/// The value of `key`, or why it does not fit `kind`.
pub(super) fn read(kind: &Kind, key: &str, value: &DeValue<'_>) -> Result<Value, Fault> {
    match (kind, value) {
        (Kind::Integer(bounds), DeValue::Integer(written)) => whole_number(bounds, key, written),
        (Kind::Number(bounds) | Kind::NumberOrMap { bounds, .. }, value) => {
            number(bounds, key, value)
        }
        (Kind::YesNo, DeValue::Boolean(yes)) => Ok(Value::YesNo(*yes)),
        (Kind::Date, DeValue::Datetime(moment)) => date(key, moment),
        (kind, DeValue::String(written)) if holds_text(kind) => text(kind, key, written),
        (kind, value) => fault(
            format!("'{key}' must be {}, not {}", kind.words(), noun_of(value)),
            type_remedy(kind, value),
        ),
    }
}

/// A whole number as TOML writes it; `None` when it is beyond all sense.
pub(super) fn integer(written: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(written.as_str(), written.radix()).ok()
}

fn whole_number(bounds: &Bounds, key: &str, written: &DeInteger<'_>) -> Result<Value, Fault> {
    let within = |value: &i64| {
        #[expect(
            clippy::cast_precision_loss,
            reason = "only compared with small bounds"
        )]
        let as_number = *value as f64;
        // Counts become u32 later.
        bounds.allow(as_number) && *value <= i64::from(u32::MAX)
    };
    match integer(written).filter(within) {
        Some(value) => Ok(Value::Integer(value)),
        None => fault(
            format!("'{key}' must be a whole number{}", comma(&bounds.words())),
            "correct the number",
        ),
    }
}

/// A number, whole or not.
pub(super) fn number(bounds: &Bounds, key: &str, value: &DeValue<'_>) -> Result<Value, Fault> {
    let number: Option<f64> = match value {
        DeValue::Float(written) => written.as_str().parse().ok(),
        #[expect(
            clippy::cast_precision_loss,
            reason = "as a reader would expect of 5 and 5.0"
        )]
        DeValue::Integer(written) => integer(written).map(|integer| integer as f64),
        other => {
            let kind = Kind::Number(*bounds);
            return fault(
                format!("'{key}' must be {}, not {}", kind.words(), noun_of(other)),
                type_remedy(&kind, other),
            );
        }
    };
    match number.filter(|number| number.is_finite() && bounds.allow(*number)) {
        Some(number) => Ok(Value::Number(number)),
        None => fault(
            format!("'{key}' must be a number{}", comma(&bounds.words())),
            "correct the number",
        ),
    }
}

fn comma(words: &str) -> String {
    if words.is_empty() {
        String::new()
    } else {
        format!(", {words}")
    }
}

fn date(key: &str, moment: &toml::value::Datetime) -> Result<Value, Fault> {
    let parts = moment.date.filter(|_| moment.time.is_none());
    let date = parts.and_then(|day| {
        let year = i16::try_from(day.year).ok()?;
        let month = i8::try_from(day.month).ok()?;
        Date::new(year, month, i8::try_from(day.day).ok()?).ok()
    });
    match date {
        Some(date) if date.year() >= 1900 => Ok(Value::Date(date)),
        Some(_) => fault(
            format!("'{key}' is a date before 1900"),
            "write the year with four digits",
        ),
        None => fault(
            format!("'{key}' must be a day without time"),
            "write it as 2024-01-31",
        ),
    }
}

fn holds_text(kind: &Kind) -> bool {
    !matches!(
        kind,
        Kind::Integer(_)
            | Kind::Number(_)
            | Kind::YesNo
            | Kind::Date
            | Kind::List(_)
            | Kind::Table(_)
            | Kind::Tables(_)
            | Kind::Map { .. }
            | Kind::NumberOrMap { .. }
    )
}

/// A text of the kind wanted.
pub(super) fn text(kind: &Kind, key: &str, written: &str) -> Result<Value, Fault> {
    if written.trim().is_empty() {
        return fault(
            format!("'{key}' is empty"),
            "write something, or remove the line",
        );
    }
    match kind {
        Kind::Word(words) => check_word(words, key, written)?,
        Kind::Id(thing) => check_id(*thing, written)?,
        Kind::File(_) => check_file_name(written)?,
        Kind::Colour => check_colour(written)?,
        Kind::KeyboardKey => check_keyboard_key(written)?,
        Kind::Orcid => check_orcid(written)?,
        Kind::Doi => check_doi(written)?,
        Kind::Url => check_url(written)?,
        Kind::Language => check_language(written)?,
        Kind::When => {
            time_phrase::timing(written).map_err(|error| phrase_fault(error, &Kind::When))?;
        }
        Kind::Window => {
            time_phrase::window(written).map_err(|error| phrase_fault(error, &Kind::Window))?;
        }
        Kind::Formula => {
            formula::Model::parse(written).map_err(formula_fault)?;
        }
        Kind::Term => {
            formula::parse_term(written).map_err(formula_fault)?;
        }
        _ => {}
    }
    Ok(Value::Text(written.to_owned()))
}

fn phrase_fault(error: time_phrase::PhraseError, kind: &Kind) -> Fault {
    Fault {
        message: error.message,
        remedy: error
            .remedy
            .unwrap_or_else(|| format!("write {}", kind.words())),
        inside: Some(error.at),
    }
}

fn formula_fault(error: formula::FormulaError) -> Fault {
    Fault {
        message: error.message,
        remedy: error.remedy,
        inside: Some(error.at),
    }
}

fn check_word(words: &[Word], key: &str, written: &str) -> Result<(), Fault> {
    if words.iter().any(|word| word.word == written) {
        return Ok(());
    }
    let all = || words.iter().map(|word| word.word);
    fault(
        format!("'{key}' cannot be '{}'", shortened(written)),
        suggestion(written, all(), || format!("write one of {}", listed(all()))),
    )
}

/// Whether `text` is an id: `[a-z][a-z0-9-]*`.
pub(crate) fn is_id(text: &str) -> bool {
    is_joined_by('-', text)
}

fn is_joined_by(joint: char, text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|c| c.is_ascii_lowercase())
        && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joint)
        && text.len() <= LONGEST_ID
}

const LONGEST_ID: usize = 60;

fn id_fault(thing: Thing, written: &str) -> Result<(), Fault> {
    let in_formulas = thing.is_name_in_formulas();
    let joint = if in_formulas { '_' } else { '-' };
    let mended: String = written
        .trim()
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { joint })
        .collect();
    let rule = format!(
        "an id is a lower-case letter, then letters, digits and {joint}, {LONGEST_ID} at most"
    );
    let why = if in_formulas {
        format!(" (it is a name in formulas; {rule})")
    } else {
        format!(" ({rule})")
    };
    let what_to_do = if is_joined_by(joint, &mended) {
        format!("write '{mended}'")
    } else {
        "choose another".to_owned()
    };
    fault(
        format!(
            "'{}' cannot be the id of {}",
            shortened(written),
            thing.with_article()
        ),
        what_to_do + &why,
    )
}

/// Names that mean something in formulas already.
pub(crate) const NAMES_IN_FORMULAS: &[&str] = &[
    "days",
    "months",
    "years",
    "age_days",
    "age_months",
    "corrected_age_days",
    "corrected_age_months",
    "wave",
    "arm",
    "site",
    "phase",
    "dyad",
    "baseline",
];

fn check_id(thing: Thing, written: &str) -> Result<(), Fault> {
    // Levels stand in data files, often as somebody else wrote them.
    if thing == Thing::Level {
        return check_level(written);
    }
    let in_formulas = thing.is_name_in_formulas();
    let joint = if in_formulas { '_' } else { '-' };
    if !is_joined_by(joint, written) {
        return id_fault(thing, written);
    }
    if in_formulas && NAMES_IN_FORMULAS.contains(&written) {
        return fault(
            format!("'{written}' has a meaning of its own in formulas"),
            format!("choose another id for this {}", thing.noun()),
        );
    }
    let is_source = matches!(thing, Thing::Instrument | Thing::Scheme | Thing::Codebook);
    if is_source && ["attendance", "sessions"].contains(&written) {
        return fault(
            format!("the measures '{written}.…' belong to Attune itself"),
            format!("choose another id for this {}", thing.noun()),
        );
    }
    Ok(())
}

fn check_level(written: &str) -> Result<(), Fault> {
    if written.contains(['[', ']']) || written != written.trim() || written.chars().count() > 60 {
        return fault(
            format!("'{}' cannot be a level", shortened(written)),
            "a level has no brackets, no blanks around it, and 60 characters at most",
        );
    }
    Ok(())
}

fn check_file_name(written: &str) -> Result<(), Fault> {
    if written.contains('\\') {
        return fault(
            "a file name has / between folders, not \\",
            format!("write '{}'", written.replace('\\', "/")),
        );
    }
    let leaves = written.starts_with('/')
        || written.contains(':')
        || written
            .split('/')
            .any(|part| part.is_empty() || part == "." || part == "..");
    if leaves {
        return fault(
            "files of a study lie inside its folder",
            "name the file from the study folder on, such as data/dyads.csv",
        );
    }
    Ok(())
}

fn check_colour(written: &str) -> Result<(), Fault> {
    let digits = written.strip_prefix('#').unwrap_or("");
    if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(());
    }
    fault(
        format!("'{}' is no colour", shortened(written)),
        "write # and six hexadecimal digits, such as \"#2a9d8f\"",
    )
}

fn check_keyboard_key(written: &str) -> Result<(), Fault> {
    if written.chars().count() == 1 {
        return Ok(());
    }
    fault(
        format!("'{}' is not one key", shortened(written)),
        "write one character, such as \"i\"",
    )
}

/// ISO 7064 MOD 11-2 over the first fifteen digits, as ORCID uses it.
fn check_orcid(written: &str) -> Result<(), Fault> {
    let digits: String = written.chars().filter(|c| *c != '-').collect();
    let parts: Vec<_> = written.split('-').map(str::len).collect();
    let (body, last) = digits.split_at(digits.len().saturating_sub(1).min(15));
    let has_shape = parts == [4, 4, 4, 4]
        && body.bytes().all(|b| b.is_ascii_digit())
        && (last.bytes().all(|b| b.is_ascii_digit()) || last == "X");
    if !has_shape {
        return fault(
            format!("'{}' is no ORCID iD", shortened(written)),
            "write the four groups of four digits alone, such as \"0000-0002-1825-0097\"",
        );
    }
    let total = body
        .bytes()
        .fold(0_u32, |total, b| (total + u32::from(b - b'0')) * 2 % 11);
    let expected = (12 - total) % 11;
    let found = if last == "X" {
        10
    } else {
        last.parse().unwrap_or(11)
    };
    if expected == found {
        return Ok(());
    }
    fault(
        format!("the check digit of ORCID iD '{written}' is wrong"),
        "compare it with the person's ORCID page: a digit is mistyped or two are swapped",
    )
}

fn check_doi(written: &str) -> Result<(), Fault> {
    for prefix in [
        "https://doi.org/",
        "http://dx.doi.org/",
        "http://doi.org/",
        "doi:",
    ] {
        if let Some(rest) = written.strip_prefix(prefix) {
            return fault(
                "a DOI is written without the address in front of it",
                format!("write \"{}\"", shortened(rest.trim())),
            );
        }
    }
    let has_shape = written.strip_prefix("10.").is_some_and(|rest| {
        rest.split_once('/').is_some_and(|(registrant, suffix)| {
            registrant.len() >= 4
                && registrant.bytes().all(|b| b.is_ascii_digit() || b == b'.')
                && !suffix.is_empty()
                && !suffix.contains(char::is_whitespace)
        })
    });
    if has_shape {
        return Ok(());
    }
    fault(
        format!("'{}' is no DOI", shortened(written)),
        "a DOI begins with 10., has a slash and no blanks, such as \"10.1000/182\"",
    )
}

fn check_url(written: &str) -> Result<(), Fault> {
    let rest = written
        .strip_prefix("https://")
        .or_else(|| written.strip_prefix("http://"));
    if rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace)) {
        return Ok(());
    }
    fault(
        format!("'{}' is no web address", shortened(written)),
        "write it with https:// in front and without blanks",
    )
}

/// The shape of BCP 47: subtags of letters and digits, the first of two or three letters.
fn check_language(written: &str) -> Result<(), Fault> {
    let mut subtags = written.split('-');
    let first = subtags.next().unwrap_or("");
    let fits = (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && subtags.all(|tag| {
            (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric())
        });
    if fits {
        return Ok(());
    }
    fault(
        format!("'{}' is no language tag", shortened(written)),
        "write a BCP 47 tag, such as \"en\", \"bn\" or \"pt-BR\"",
    )
}

fn noun_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with decimals",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// What to do about a value of the wrong type.
fn type_remedy(kind: &Kind, value: &DeValue<'_>) -> String {
    match (kind, value) {
        (Kind::Integer(_) | Kind::Number(_) | Kind::NumberOrMap { .. }, DeValue::String(text))
            if text.trim().parse::<f64>().is_ok() =>
        {
            format!("write it without quotes: {}", text.trim())
        }
        (Kind::Date, DeValue::String(text)) if text.trim().parse::<Date>().is_ok() => {
            format!("write it without quotes: {}", text.trim())
        }
        (Kind::YesNo, DeValue::String(text)) => match text.to_lowercase().as_str() {
            "yes" | "true" => "write true, without quotes".to_owned(),
            "no" | "false" => "write false, without quotes".to_owned(),
            _ => "write true or false, without quotes".to_owned(),
        },
        (Kind::List(inner), DeValue::String(text)) if holds_text(inner) => {
            format!("write it as a list: [\"{}\"]", shortened(text))
        }
        (Kind::List(inner), DeValue::Integer(number))
            if matches!(**inner, Kind::Number(_) | Kind::Integer(_)) =>
        {
            format!("write it as a list: [{}]", number.as_str())
        }
        (Kind::Tables(table), DeValue::Table(_)) => {
            format!("write its heading with two brackets: {}", table.heading)
        }
        (Kind::Table(table), DeValue::Array(_)) if table.heading.starts_with('[') => {
            format!(
                "write its heading with one bracket, once: {}",
                table.heading
            )
        }
        (kind, DeValue::Integer(number)) if holds_text(kind) => {
            format!("write it in quotes: \"{}\"", number.as_str())
        }
        (kind, DeValue::Float(number)) if holds_text(kind) => {
            format!("write it in quotes: \"{}\"", number.as_str())
        }
        (kind, _) => format!("write {}", kind.words()),
    }
}

/// A text cut for a message.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}
