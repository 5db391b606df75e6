//! The ethogram of a project that is written: the scheme's behaviours, completed by the events.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use attune_records::observation::{
    BehaviourKind, CodedBehaviour, CodingProject, Event, ModifierChoice, ModifierKind, ModifierSet,
};
use serde_json::{Value, json};

/// Behaviours by code: those of the scheme, completed by what the events show.
pub(super) struct Ethogram {
    behaviours: Vec<CodedBehaviour>,
    places: BTreeMap<Arc<str>, usize>,
    /// Choices by the places of behaviour and set.
    choices: BTreeSet<(usize, usize, Arc<str>)>,
}

impl Ethogram {
    pub fn of(project: &CodingProject) -> Self {
        let mut ethogram = Self {
            behaviours: project.scheme.behaviours.clone(),
            places: BTreeMap::new(),
            choices: BTreeSet::new(),
        };
        for (place, behaviour) in ethogram.behaviours.iter().enumerate() {
            ethogram
                .places
                .entry(Arc::clone(&behaviour.code))
                .or_insert(place);
            for (number, set) in behaviour.modifiers.iter().enumerate() {
                let values = set.choices.iter().map(|choice| Arc::clone(&choice.value));
                ethogram
                    .choices
                    .extend(values.map(|value| (place, number, value)));
            }
        }
        for (_, event) in project.events() {
            ethogram.complete(event);
        }
        ethogram
    }

    fn complete(&mut self, event: &Event) {
        let place = match self.places.get(&event.behaviour) {
            Some(place) => *place,
            None => {
                let kind = if event.span.is_point() {
                    BehaviourKind::Point
                } else {
                    BehaviourKind::State
                };
                self.behaviours
                    .push(CodedBehaviour::new(Arc::clone(&event.behaviour), kind));
                self.places
                    .insert(Arc::clone(&event.behaviour), self.behaviours.len() - 1);
                self.behaviours.len() - 1
            }
        };
        let sets = &mut self.behaviours[place].modifiers;
        for modifier in event.modifiers.as_slice() {
            let known = sets.iter().position(|set| set.name == modifier.set);
            let number = known.unwrap_or_else(|| {
                sets.push(ModifierSet {
                    name: Arc::clone(&modifier.set),
                    ..ModifierSet::default()
                });
                sets.len() - 1
            });
            let set = &mut sets[number];
            if modifier.values.len() > 1 {
                set.kind = ModifierKind::Several;
            }
            if matches!(set.kind, ModifierKind::Number | ModifierKind::External) {
                continue;
            }
            for value in &modifier.values {
                if self.choices.insert((place, number, Arc::clone(value))) {
                    set.choices.push(ModifierChoice {
                        value: Arc::clone(value),
                        ..ModifierChoice::default()
                    });
                }
            }
        }
    }

    pub fn of_code(&self, code: &str) -> Option<&CodedBehaviour> {
        self.places.get(code).map(|place| &self.behaviours[*place])
    }

    pub fn categories(&self) -> Vec<&str> {
        let mut categories: Vec<&str> = Vec::new();
        for behaviour in &self.behaviours {
            if !behaviour.category.is_empty() && !categories.contains(&behaviour.category.as_str())
            {
                categories.push(&behaviour.category);
            }
        }
        categories
    }

    pub fn to_json(&self) -> Value {
        let behaviours = self.behaviours.iter().map(|behaviour| {
            let kind = match behaviour.kind {
                BehaviourKind::Point => "Point event",
                BehaviourKind::State | BehaviourKind::Phase => "State event",
            };
            json!({
                "type": kind, "key": behaviour.key, "code": &*behaviour.code,
                "description": behaviour.description, "color": behaviour.colour,
                "category": behaviour.category,
                "modifiers": numbered(behaviour.modifiers.iter().map(modifier_set)),
                "excluded": behaviour.excludes.join(","), "coding map": "",
            })
        });
        numbered(behaviours)
    }
}

/// Values by number, as BORIS keeps lists.
pub(super) fn numbered(values: impl Iterator<Item = Value>) -> Value {
    let entries = values
        .enumerate()
        .map(|(place, value)| (place.to_string(), value));
    Value::Object(entries.collect())
}

fn modifier_set(set: &ModifierSet) -> Value {
    let kind = match set.kind {
        ModifierKind::One | ModifierKind::Text => 0,
        ModifierKind::Several => 1,
        ModifierKind::Number => 2,
        ModifierKind::External => 3,
    };
    let choice = |choice: &ModifierChoice| match choice.key.as_str() {
        "" => choice.value.to_string(),
        key => format!("{} ({key})", choice.value),
    };
    let values: Vec<String> = set.choices.iter().map(choice).collect();
    json!({
        "name": &*set.name, "description": set.description, "type": kind,
        "ask at stop": set.asked_at_stop, "values": values,
    })
}
