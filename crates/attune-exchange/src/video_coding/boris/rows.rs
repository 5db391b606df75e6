//! One pass over a project's JSON: rows of events that share their texts, the rest as it is.

use std::{fmt, sync::Arc};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::BorisProject;
use crate::video_coding::intern::Interner;

/// An observation of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct BorisObservation {
    /// Its id.
    pub id: String,
    /// All keys but `events`, in the order of the file.
    pub rest: Map<String, Value>,
    /// Its rows in the order of the file.
    pub rows: Vec<BorisRow>,
}

/// A row of `events`.
#[derive(Debug, Clone, PartialEq)]
pub struct BorisRow {
    /// Seconds; `None` where the file has no number.
    pub time: Option<f64>,
    /// Subject; empty for no focal subject.
    pub subject: Arc<str>,
    /// Code of the behaviour.
    pub code: Arc<str>,
    /// Modifiers, `|` between sets.
    pub modifiers: Arc<str>,
    /// Comment.
    pub comment: Arc<str>,
    /// What follows: number of the frame or picture, path of the picture.
    pub more: Option<Box<[Value]>>,
}

/// Reads a project from JSON.
pub(super) fn parse(bytes: &[u8]) -> Result<BorisProject, serde_json::Error> {
    let mut interner = Interner::default();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let project = deserializer.deserialize_map(ProjectVisitor(&mut interner))?;
    deserializer.end()?;
    Ok(project)
}

/// Projects with pictures may hold `NaN` where a time is unknown, which no JSON parser takes: they are
/// read as null.
pub(super) fn parse_with_bare_numbers(bytes: &[u8]) -> Option<BorisProject> {
    let (mended, n) = without_bare_numbers(bytes);
    let mut project = parse(&mended).ok().filter(|_| n > 0)?;
    let times = if n == 1 { "once" } else { "several times" };
    project.mended.push(format!(
        "the file writes NaN or Infinity {times} ({n}) where a number belongs: taken as unknown"
    ));
    Some(project)
}

/// The bytes with null in place of the words NaN, Infinity and -Infinity outside of strings.
fn without_bare_numbers(bytes: &[u8]) -> (Vec<u8>, usize) {
    let (mut mended, mut n, mut place, mut in_string) =
        (Vec::with_capacity(bytes.len()), 0, 0, false);
    while place < bytes.len() {
        let rest = &bytes[place..];
        let word = [&b"-Infinity"[..], b"Infinity", b"NaN"]
            .into_iter()
            .find(|word| !in_string && rest.starts_with(word));
        if let Some(word) = word {
            mended.extend_from_slice(b"null");
            place += word.len();
            n += 1;
            continue;
        }
        let taken = match rest[0] {
            b'\\' if in_string => rest.len().min(2),
            b'"' => {
                in_string = !in_string;
                1
            }
            _ => 1,
        };
        mended.extend_from_slice(&rest[..taken]);
        place += taken;
    }
    (mended, n)
}

struct ProjectVisitor<'a>(&'a mut Interner);

impl<'de> Visitor<'de> for ProjectVisitor<'_> {
    type Value = BorisProject;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a BORIS project")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<BorisProject, A::Error> {
        let mut project = BorisProject {
            rest: Map::new(),
            observations: Vec::new(),
            mended: Vec::new(),
        };
        while let Some(key) = map.next_key::<String>()? {
            if key == "observations" {
                project.observations = map.next_value_seed(Observations(self.0))?;
            } else {
                project.rest.insert(key, map.next_value()?);
            }
        }
        Ok(project)
    }
}

struct Observations<'a>(&'a mut Interner);

impl<'de> DeserializeSeed<'de> for Observations<'_> {
    type Value = Vec<BorisObservation>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Observations<'_> {
    type Value = Vec<BorisObservation>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("observations by their ids")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut observations = Vec::new();
        while let Some(id) = map.next_key::<String>()? {
            let (rest, rows) = map.next_value_seed(OneObservation(self.0))?;
            observations.push(BorisObservation { id, rest, rows });
        }
        Ok(observations)
    }
}

struct OneObservation<'a>(&'a mut Interner);

impl<'de> DeserializeSeed<'de> for OneObservation<'_> {
    type Value = (Map<String, Value>, Vec<BorisRow>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneObservation<'_> {
    type Value = (Map<String, Value>, Vec<BorisRow>);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an observation")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut rest, mut rows) = (Map::new(), Vec::new());
        while let Some(key) = map.next_key::<String>()? {
            if key == "events" {
                rows = map.next_value_seed(Rows(self.0))?;
            } else {
                rest.insert(key, map.next_value()?);
            }
        }
        Ok((rest, rows))
    }
}

struct Rows<'a>(&'a mut Interner);

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = Vec<BorisRow>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = Vec<BorisRow>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("rows of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = list.next_element_seed(Row(self.0))? {
            rows.push(row);
        }
        Ok(rows)
    }
}

struct Row<'a>(&'a mut Interner);

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = BorisRow;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = BorisRow;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a row [time, subject, code, modifiers, comment]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<BorisRow, A::Error> {
        let lacks = |what| A::Error::custom(format!("a row of events has no {what}"));
        let time = list.next_element_seed(Time)?.ok_or_else(|| lacks("time"))?;
        let mut text = |what| {
            let text = list.next_element_seed(Text(self.0))?;
            text.ok_or_else(|| lacks(what))
        };
        let (subject, code) = (text("subject")?, text("code")?);
        // The oldest projects have neither modifiers nor comments.
        let modifiers = list.next_element_seed(Text(self.0))?;
        let comment = list.next_element_seed(Text(self.0))?;
        let mut more = Vec::new();
        while let Some(value) = list.next_element::<Value>()? {
            more.push(value);
        }
        let empty = self.0.shared("");
        Ok(BorisRow {
            time,
            subject,
            code,
            modifiers: modifiers.unwrap_or_else(|| Arc::clone(&empty)),
            comment: comment.unwrap_or(empty),
            more: (!more.is_empty()).then(|| more.into()),
        })
    }
}

/// A number, or nothing.
struct Time;

impl<'de> DeserializeSeed<'de> for Time {
    type Value = Option<f64>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Time {
    type Value = Option<f64>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a time in seconds")
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<Self::Value, E> {
        Ok(Some(seconds))
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<Self::Value, E> {
        Ok(Some(seconds as f64))
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Self::Value, E> {
        Ok(Some(seconds as f64))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text
            .trim()
            .parse()
            .ok()
            .filter(|seconds: &f64| seconds.is_finite()))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// A text that is kept once; numbers and nulls become text.
struct Text<'a>(&'a mut Interner);

impl<'de> DeserializeSeed<'de> for Text<'_> {
    type Value = Arc<str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text<'_> {
    type Value = Arc<str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(self.0.shared(text))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(self.0.shared(""))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(self.0.shared(&number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(self.0.shared(&number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(self.0.shared(&number.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Err(A::Error::custom("a list stands where a text belongs"))
    }
}

#[cfg(test)]
mod tests {
    use super::without_bare_numbers;

    #[test]
    fn words_for_numbers_are_mended_outside_of_strings_only() {
        let (mended, n) = without_bare_numbers(br#"[NaN, "NaN \" NaN", -Infinity, Infinity]"#);
        assert_eq!(mended, br#"[null, "NaN \" NaN", null, null]"#);
        assert_eq!(n, 3);
    }
}
