//! The coding scheme as a file of another tool holds it: subjects, behaviours, details, variables.

use std::sync::Arc;

use serde::Serialize;

/// Subjects and behaviours, in the order of the file. The scheme that a study plans is
/// `attune_protocol::scheme`; this one says what a tool had.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SchemeAsRead {
    /// Who was observed.
    pub subjects: Vec<CodedSubject>,
    /// What was recorded.
    pub behaviours: Vec<CodedBehaviour>,
    /// Names of the categories of behaviours.
    pub categories: Vec<String>,
    /// Variables of an observation.
    pub variables: Vec<VariableDefinition>,
}

impl SchemeAsRead {
    /// The behaviour with this code.
    pub fn behaviour(&self, code: &str) -> Option<&CodedBehaviour> {
        self.behaviours
            .iter()
            .find(|behaviour| *behaviour.code == *code)
    }
}

/// Who is observed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CodedSubject {
    /// Name, as events use it.
    pub name: Arc<str>,
    /// Key on the keyboard.
    pub key: String,
    /// Description.
    pub description: String,
}

/// One behaviour.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CodedBehaviour {
    /// Code, as events use it.
    pub code: Arc<str>,
    /// State or point.
    pub kind: BehaviourKind,
    /// Key on the keyboard.
    pub key: String,
    /// Description.
    pub description: String,
    /// Category; empty for none.
    pub category: String,
    /// Codes of states that end when this one begins.
    pub excludes: Vec<Arc<str>>,
    /// Details that are recorded with it, in order.
    pub modifiers: Vec<ModifierSet>,
    /// Colour as the tool writes it; empty for none.
    pub colour: String,
}

impl CodedBehaviour {
    /// A behaviour of which only code and kind are known.
    pub fn new(code: impl Into<Arc<str>>, kind: BehaviourKind) -> Self {
        Self {
            code: code.into(),
            kind,
            key: String::new(),
            description: String::new(),
            category: String::new(),
            excludes: Vec::new(),
            modifiers: Vec::new(),
            colour: String::new(),
        }
    }
}

/// How a behaviour lies in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BehaviourKind {
    /// It has a begin and an end.
    State,
    /// It has one time.
    Point,
    /// It is a named stretch of the recording, such as a trial or a phase, not a behaviour.
    Phase,
}

/// What may be recorded with a behaviour.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ModifierSet {
    /// Name; empty where the tool gives none.
    pub name: Arc<str>,
    /// Description.
    pub description: String,
    /// What may be chosen.
    pub kind: ModifierKind,
    /// Whether it is asked at the end of a state instead of its begin.
    pub asked_at_stop: bool,
    /// What can be chosen.
    pub choices: Vec<ModifierChoice>,
}

/// What may be chosen of a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModifierKind {
    /// One of the choices.
    #[default]
    One,
    /// Any number of the choices.
    Several,
    /// A number.
    Number,
    /// A value taken from a data file beside the recording.
    External,
    /// Any text.
    Text,
}

/// One value that can be chosen.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ModifierChoice {
    /// The value.
    pub value: Arc<str>,
    /// Its key; empty for none.
    pub key: String,
    /// Description.
    pub description: String,
}

/// A variable of an observation, such as the age of the infant.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct VariableDefinition {
    /// Name.
    pub name: Arc<str>,
    /// Description.
    pub description: String,
    /// What it may be.
    pub kind: VariableKind,
    /// Value where none was entered; empty for none.
    pub default: String,
    /// Values it may have; empty for any.
    pub choices: Vec<String>,
}

/// What a variable may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VariableKind {
    /// A number.
    Number,
    /// Text.
    #[default]
    Text,
    /// One of its choices.
    Choice,
    /// A point in time.
    Timestamp,
}
