//! Subjects, behaviours with their modifiers, categories and variables of a project.

use std::sync::Arc;

use attune_records::observation::{
    BehaviourKind, CodedBehaviour, CodedSubject, ModifierChoice, ModifierKind, ModifierSet,
    SchemeAsRead, VariableDefinition, VariableKind,
};
use serde_json::Value;

use super::BorisProject;

impl BorisProject {
    /// The ethogram in our words.
    pub(super) fn scheme(&self) -> SchemeAsRead {
        SchemeAsRead {
            subjects: self.entries("subjects_conf").map(subject).collect(),
            behaviours: self.entries("behaviors_conf").map(behaviour).collect(),
            categories: self.categories(),
            variables: self
                .entries("independent_variables")
                .map(variable)
                .collect(),
        }
    }

    /// The values of a table with numbers as keys, in the order of the file.
    pub(super) fn entries(&self, key: &str) -> impl Iterator<Item = &Value> {
        let table = self.rest.get(key).and_then(Value::as_object);
        table.into_iter().flat_map(|table| table.values())
    }

    fn categories(&self) -> Vec<String> {
        let list = self
            .rest
            .get("behavioral_categories")
            .and_then(Value::as_array);
        let names = list.into_iter().flatten().filter_map(Value::as_str);
        names.map(str::to_owned).collect()
    }
}

/// A text under a key; numbers as text, anything else empty.
pub(super) fn text(value: &Value, key: &str) -> String {
    match value.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn subject(value: &Value) -> CodedSubject {
    CodedSubject {
        name: text(value, "name").into(),
        key: text(value, "key"),
        description: text(value, "description"),
    }
}

fn behaviour(value: &Value) -> CodedBehaviour {
    let kind = if text(value, "type").to_lowercase().starts_with("state") {
        BehaviourKind::State
    } else {
        BehaviourKind::Point
    };
    let excluded = text(value, "excluded");
    CodedBehaviour {
        kind,
        key: text(value, "key"),
        description: text(value, "description"),
        category: text(value, "category"),
        excludes: split(&excluded).map(Arc::from).collect(),
        modifiers: value
            .get("modifiers")
            .map(modifier_sets)
            .unwrap_or_default(),
        colour: text(value, "color"),
        ..CodedBehaviour::new(text(value, "code"), kind)
    }
}

/// The parts of a text between commas, trimmed, none of them empty.
fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// Sets by number; old projects write `a,b,c|d,e` instead.
fn modifier_sets(value: &Value) -> Vec<ModifierSet> {
    match value {
        Value::Object(sets) => sets.values().map(modifier_set).collect(),
        Value::String(sets) if !sets.trim().is_empty() => {
            let of_text = |set: &str| ModifierSet {
                choices: split(set).map(choice).collect(),
                ..ModifierSet::default()
            };
            sets.split('|').map(of_text).collect()
        }
        _ => Vec::new(),
    }
}

fn modifier_set(value: &Value) -> ModifierSet {
    let choices = value.get("values").and_then(Value::as_array);
    ModifierSet {
        name: text(value, "name").into(),
        description: text(value, "description"),
        kind: match value.get("type").and_then(Value::as_u64) {
            Some(1) => ModifierKind::Several,
            Some(2) => ModifierKind::Number,
            Some(3) => ModifierKind::External,
            _ => ModifierKind::One,
        },
        asked_at_stop: value.get("ask at stop").and_then(Value::as_bool) == Some(true),
        choices: choices
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(choice)
            .collect(),
    }
}

/// `value (k)` is a value with its key.
fn choice(text: &str) -> ModifierChoice {
    let with_key = text
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once(" ("));
    let (value, key) = match with_key {
        Some((value, key)) if key.chars().count() == 1 => (value, key),
        _ => (text, ""),
    };
    ModifierChoice {
        value: value.trim().into(),
        key: key.to_owned(),
        description: String::new(),
    }
}

fn variable(value: &Value) -> VariableDefinition {
    let kind = match text(value, "type").as_str() {
        "numeric" => VariableKind::Number,
        "value from set" => VariableKind::Choice,
        "timestamp" => VariableKind::Timestamp,
        _ => VariableKind::Text,
    };
    let choices = text(value, "possible values");
    VariableDefinition {
        name: text(value, "label").into(),
        description: text(value, "description"),
        kind,
        default: text(value, "default value"),
        choices: split(&choices).map(str::to_owned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::choice;

    #[test]
    fn a_key_in_brackets_is_no_part_of_the_value() {
        for (text, value, key) in [
            ("positive (p)", "positive", "p"),
            ("warm (ish)", "warm (ish)", ""),
            ("plain", "plain", ""),
        ] {
            let choice = choice(text);
            assert_eq!((&*choice.value, choice.key.as_str()), (value, key));
        }
    }
}
