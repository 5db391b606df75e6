//! Details that a coder recorded with an event.

use std::{fmt, sync::Arc};

use serde::Serialize;

/// One detail: which set it belongs to, and what was chosen of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Modifier {
    /// Name of the set; empty where the file gives none.
    pub set: Arc<str>,
    /// What was chosen, as written: one value, several of a set that allows it, a number in text,
    /// or nothing.
    pub values: Vec<Arc<str>>,
}

/// The details of an event, in the order of the behaviour's modifier sets. Events with the same
/// details share them, so that a large project costs little.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Modifiers(Option<Arc<[Modifier]>>);

impl Modifiers {
    /// No details.
    pub const NONE: Self = Self(None);

    /// These details.
    pub fn new(modifiers: Vec<Modifier>) -> Self {
        Self((!modifiers.is_empty()).then(|| modifiers.into()))
    }

    /// The details, set by set.
    pub fn as_slice(&self) -> &[Modifier] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether nothing was chosen of any set.
    pub fn is_empty(&self) -> bool {
        self.as_slice()
            .iter()
            .all(|modifier| modifier.values.is_empty())
    }

    /// What was chosen of the set with this name.
    pub fn of_set(&self, set: &str) -> &[Arc<str>] {
        let found = self
            .as_slice()
            .iter()
            .find(|modifier| *modifier.set == *set);
        found.map_or(&[], |modifier| &modifier.values)
    }
}

/// The values alone: sets apart by ` | `, several values of one set by commas, nothing chosen as
/// `–`.
impl fmt::Display for Modifiers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, modifier) in self.as_slice().iter().enumerate() {
            if place > 0 {
                formatter.write_str(" | ")?;
            }
            match modifier.values.as_slice() {
                [] => formatter.write_str("–")?,
                values => formatter.write_str(&values.join(", "))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Modifier, Modifiers};

    #[test]
    fn what_was_chosen_is_found_by_its_set() {
        let modifiers = Modifiers::new(vec![
            Modifier {
                set: "to".into(),
                values: vec!["infant".into(), "staff".into()],
            },
            Modifier {
                set: "tone".into(),
                values: vec![],
            },
        ]);
        assert_eq!(modifiers.to_string(), "infant, staff | –");
        assert_eq!(modifiers.of_set("to").len(), 2);
        assert!(modifiers.of_set("unknown").is_empty() && !modifiers.is_empty());
        assert_eq!(Modifiers::new(vec![]), Modifiers::NONE);
    }
}
