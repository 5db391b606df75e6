//! Single values: numbers, dates, words, and texts of every kind. What needs other tables is checked
//! later.

use std::ops::Range;

use jiff::civil::Date;
use toml::de::{DeInteger, DeValue};

use super::{
    Value,
    ids::check_id,
    text_shapes::{
        check_colour, check_doi, check_file_name, check_keyboard_key, check_language, check_orcid,
        check_url,
    },
};
use crate::{
    formula,
    near_miss::{listed, suggestion},
    shape::{Bounds, Kind, Word},
    time_phrase,
};

/// Why a value does not fit.
pub(super) struct Fault {
    pub message: String,
    pub remedy: String,
    /// The part of a text that is at fault.
    pub inside: Option<Range<usize>>,
}

pub(super) fn fault<T>(message: impl Into<String>, remedy: impl Into<String>) -> Result<T, Fault> {
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
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}
