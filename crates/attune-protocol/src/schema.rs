//! The JSON Schema (draft 2020-12) of the study file, so that editors complete and check it while
//! one writes. Made from the description in `shape`; what needs several tables to be known is left
//! to `attune check`.

use serde_json::{Map, Value, json};

use crate::shape::{Bounds, FileUse, Key, Kind, Need, STUDY_TOML, Table, Thing, Word};

/// The schema of `study.toml`. A date without quotes is a text in the form of a date here, because
/// JSON has no dates.
pub fn json_schema() -> Value {
    let mut definitions = Map::new();
    for table in STUDY_TOML.with_all_below().into_iter().skip(1) {
        definitions.insert(name_of(table), table_schema(table));
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Attune study, format 1",
    });
    if let (Some(schema), Value::Object(table)) =
        (schema.as_object_mut(), table_schema(&STUDY_TOML))
    {
        schema.extend(table);
        schema.insert("$defs".to_owned(), Value::Object(definitions));
    }
    schema
}

/// The name under which a table's schema is kept: its heading without brackets.
fn name_of(table: &Table) -> String {
    let heading = table.heading.split(" = ").next().unwrap_or(table.heading);
    heading.trim_matches(['[', ']']).to_owned()
}

fn table_schema(table: &'static Table) -> Value {
    let properties: Map<String, Value> = table
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), key_schema(key)))
        .collect();
    let required = |key: &&Key| key.need == Need::Required;
    let required: Vec<&str> = table
        .keys
        .iter()
        .filter(required)
        .map(|key| key.name)
        .collect();
    let mut schema = json!({
        "type": "object",
        "description": table.doc,
        "properties": properties,
        "additionalProperties": false,
    });
    let rest = table
        .keys
        .iter()
        .find(|key| matches!(key.kind, Kind::File(FileUse::Rest)));
    match rest {
        None => schema["required"] = json!(required),
        // What the other file holds need not stand here.
        Some(file) => {
            schema["required"] = json!(["id"]);
            schema["anyOf"] = json!([{ "required": [file.name] }, { "required": required }]);
        }
    }
    schema
}

fn key_schema(key: &'static Key) -> Value {
    let mut schema = kind_schema(&key.kind);
    let described = match &key.kind {
        Kind::Word(words) => format!("{}\n{}", key.doc, meanings(words)),
        _ => key.doc.to_owned(),
    };
    schema["description"] = json!(described);
    if let Need::Default(default) = key.need {
        schema["default"] = default.parse().unwrap_or_else(|_| json!(default));
    }
    schema
}

fn meanings(words: &[Word]) -> String {
    let lines = words
        .iter()
        .map(|word| format!("{}: {}", word.word, word.doc));
    lines.collect::<Vec<_>>().join("\n")
}

fn kind_schema(kind: &'static Kind) -> Value {
    match kind {
        Kind::Text | Kind::Item | Kind::Column | Kind::Formula | Kind::Term => pattern(r"\S"),
        Kind::Integer(bounds) => bounded("integer", bounds),
        Kind::Number(bounds) => bounded("number", bounds),
        Kind::YesNo => json!({ "type": "boolean" }),
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::Word(words) => {
            let words: Vec<_> = words.iter().map(|word| word.word).collect();
            json!({ "enum": words })
        }
        Kind::Id(thing) | Kind::Reference(thing) => id(*thing),
        Kind::Measure => pattern(r"^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$"),
        Kind::When => pattern(r"^(at .+|.+ after .+|during .+)$"),
        Kind::Window => pattern(r"(before|after)$"),
        Kind::File(_) => pattern(r"^[^/\\:][^\\:]*$"),
        Kind::Colour => pattern("^#[0-9a-fA-F]{6}$"),
        Kind::KeyboardKey => json!({ "type": "string", "minLength": 1, "maxLength": 1 }),
        Kind::Orcid => pattern(r"^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$"),
        Kind::Doi => pattern(r"^10\.[0-9.]{4,}/\S+$"),
        Kind::Url => pattern(r"^https?://\S+$"),
        Kind::Language => pattern("^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$"),
        Kind::List(inner) => json!({ "type": "array", "items": kind_schema(inner) }),
        Kind::Table(table) => reference(table),
        Kind::Tables(table) => json!({ "type": "array", "items": reference(table) }),
        Kind::TableOrText(table, only) => {
            let text = table
                .key(only)
                .map_or(json!({}), |key| kind_schema(&key.kind));
            json!({ "anyOf": [text, reference(table)] })
        }
        Kind::Map { keys, values } => map(keys, &kind_schema(values)),
        Kind::NumberOrMap { bounds, keys } => {
            let number = bounded("number", bounds);
            json!({ "anyOf": [number, map(keys, &number)] })
        }
    }
}

fn pattern(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

fn id(thing: Thing) -> Value {
    match thing {
        Thing::Level => pattern(r"\S"),
        _ if thing.is_name_in_formulas() => pattern("^[a-z][a-z0-9_]{0,59}$"),
        _ => pattern("^[a-z][a-z0-9-]{0,59}$"),
    }
}

fn reference(table: &Table) -> Value {
    json!({ "$ref": format!("#/$defs/{}", name_of(table)) })
}

fn map(keys: &'static Kind, values: &Value) -> Value {
    let mut schema = json!({ "type": "object", "additionalProperties": values });
    // Any text may be a key of a map, the empty one too.
    if !matches!(keys, Kind::Text) {
        schema["propertyNames"] = kind_schema(keys);
    }
    schema
}

fn bounded(kind: &str, bounds: &Bounds) -> Value {
    let mut schema = json!({ "type": kind });
    let (from, to) = if bounds.included {
        ("minimum", "maximum")
    } else {
        ("exclusiveMinimum", "exclusiveMaximum")
    };
    if let Some(value) = bounds.from {
        schema[from] = json!(value);
    }
    if let Some(value) = bounds.to {
        schema[to] = json!(value);
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::{json_schema, name_of};
    use crate::shape::STUDY_TOML;

    #[test]
    fn every_table_of_the_format_is_in_the_schema_under_a_name_of_its_own() {
        let tables = STUDY_TOML.with_all_below();
        let mut names: Vec<_> = tables[1..].iter().map(|table| name_of(table)).collect();
        let schema = json_schema();
        for name in &names {
            assert!(schema["$defs"][name].is_object(), "{name}");
        }
        let n_names = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), n_names);
    }

    #[test]
    fn references_within_the_schema_lead_somewhere() {
        let schema = json_schema();
        let text = schema.to_string();
        for piece in text.split("\"#/$defs/").skip(1) {
            let name = piece.split('"').next().unwrap_or("");
            assert!(schema["$defs"][name].is_object(), "{name}");
        }
    }
}
