//! The scheme that a study plans in the words that all coding tools share, so that codings and schemes can
//! go to them: its ids are the codes, as codings use them.

use std::sync::Arc;

use attune_protocol::scheme::{
    Behaviour, DirectedAct, Modifier, ModifierValues, Scheme, StateSet, Subject,
};

use super::{
    BehaviourKind, CodedBehaviour, CodedSubject, ModifierChoice, ModifierKind, ModifierSet,
    SchemeAsRead,
};

/// The set of modifiers that says to whom an act is directed, where a tool has no word for it.
pub const DIRECTED_TO: &str = "to";

impl SchemeAsRead {
    /// Subjects, states, points, acts and spans of a planned scheme. Ratings, measures and how time is
    /// sampled have no place in it.
    pub fn planned(scheme: &Scheme) -> Self {
        let states = scheme.states.iter().flat_map(states);
        let points = scheme
            .points
            .iter()
            .map(|one| behaviour(one, BehaviourKind::Point));
        let spans = scheme
            .spans
            .iter()
            .map(|one| behaviour(one, BehaviourKind::Phase));
        Self {
            subjects: scheme.subjects.iter().map(subject).collect(),
            behaviours: states
                .chain(points)
                .chain(scheme.acts.iter().map(act))
                .chain(spans)
                .collect(),
            categories: scheme.states.iter().map(|set| set.label.clone()).collect(),
            variables: Vec::new(),
        }
    }
}

/// Who was there by the names of a coding: those whom it names, and the subjects of whom a recording has
/// one.
pub fn people_there(scheme: &Scheme, named: &[Arc<str>]) -> Vec<Arc<str>> {
    let single = scheme.subjects.iter().filter(|subject| !subject.many);
    let single = single.map(|subject| Arc::from(subject.id.as_str()));
    let mut people = named.to_vec();
    for name in single {
        if !people.contains(&name) {
            people.push(name);
        }
    }
    people
}

fn subject(subject: &Subject) -> CodedSubject {
    CodedSubject {
        name: Arc::from(subject.id.as_str()),
        key: subject.key.map(String::from).unwrap_or_default(),
        description: subject.label.clone(),
    }
}

fn behaviour(one: &Behaviour, kind: BehaviourKind) -> CodedBehaviour {
    let is_named_by_its_code = one.label.to_lowercase() == one.id;
    CodedBehaviour {
        key: one.key.map(String::from).unwrap_or_default(),
        description: if is_named_by_its_code {
            one.definition.clone()
        } else {
            format!("{}: {}", one.label, one.definition)
        },
        modifiers: one.modifiers.iter().map(modifier).collect(),
        ..CodedBehaviour::new(one.id.as_str(), kind)
    }
}

/// The states of a set: of an exclusive one each ends all others.
fn states(set: &StateSet) -> impl Iterator<Item = CodedBehaviour> {
    set.states.iter().map(|state| {
        let others = set.states.iter().filter(|other| other.id != state.id);
        let excludes = others.map(|other| Arc::from(other.id.as_str()));
        CodedBehaviour {
            category: set.label.clone(),
            excludes: excludes.filter(|_| set.exclusive).collect(),
            ..behaviour(state, BehaviourKind::State)
        }
    })
}

/// An act with those to whom it may be directed as its first detail.
fn act(act: &DirectedAct) -> CodedBehaviour {
    let kind = if act.has_duration {
        BehaviourKind::State
    } else {
        BehaviourKind::Point
    };
    let mut coded = behaviour(&act.behaviour, kind);
    let targets = act.to.iter().map(|target| choice(target.code()));
    let to = ModifierSet {
        name: Arc::from(DIRECTED_TO),
        description: "To whom it is directed".to_owned(),
        choices: targets.collect(),
        ..ModifierSet::default()
    };
    coded.modifiers.insert(0, to);
    coded
}

fn modifier(modifier: &Modifier) -> ModifierSet {
    let (kind, values, bounds) = match &modifier.values {
        ModifierValues::One(values) => (ModifierKind::One, values.as_slice(), None),
        ModifierValues::Several(values) => (ModifierKind::Several, values.as_slice(), None),
        ModifierValues::Number { minimum, maximum } => {
            (ModifierKind::Number, &[][..], Some((minimum, maximum)))
        }
    };
    ModifierSet {
        name: Arc::from(modifier.id.as_str()),
        description: match bounds {
            Some((minimum, maximum)) => {
                format!("{}, from {minimum} to {maximum}", modifier.label)
            }
            None => modifier.label.clone(),
        },
        kind,
        choices: values.iter().map(|value| choice(value)).collect(),
        ..ModifierSet::default()
    }
}

fn choice(value: &str) -> ModifierChoice {
    ModifierChoice {
        value: Arc::from(value),
        ..ModifierChoice::default()
    }
}

#[cfg(test)]
mod tests {
    use attune_protocol::scheme::{ActTarget, Behaviour, DirectedAct, Modifier, ModifierValues};

    use super::{BehaviourKind, act};

    #[test]
    fn an_act_names_its_targets_before_its_details() {
        let talks = DirectedAct {
            behaviour: Behaviour {
                id: "talks".to_owned(),
                label: "Talks to".to_owned(),
                definition: "Any word.".to_owned(),
                key: Some('t'),
                subjects: Vec::new(),
                modifiers: vec![Modifier {
                    id: "loudness".to_owned(),
                    label: "Loudness".to_owned(),
                    required: false,
                    values: ModifierValues::Number {
                        minimum: 0.0,
                        maximum: 5.0,
                    },
                }],
            },
            from: vec!["carer".to_owned()],
            to: vec![ActTarget::OwnInfant, ActTarget::Group],
            has_duration: true,
        };
        let coded = act(&talks);
        assert_eq!(
            (coded.kind, coded.key.as_str()),
            (BehaviourKind::State, "t")
        );
        assert_eq!(coded.description, "Talks to: Any word.");
        let sets: Vec<String> = coded
            .modifiers
            .iter()
            .map(|set| {
                let choices = set.choices.iter().map(|choice| choice.value.to_string());
                let choices: Vec<String> = choices.collect();
                format!("{} ({}): {}", set.name, set.description, choices.join(", "))
            })
            .collect();
        assert_eq!(
            sets,
            [
                "to (To whom it is directed): own-infant, group",
                "loudness (Loudness, from 0 to 5): "
            ]
        );
    }
}
