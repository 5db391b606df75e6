//! A coding scheme as the room wants it: one list of behaviours, each with its key, whom it can be coded
//! for, to whom it can be directed, and its details.

use attune_protocol::scheme::{Behaviour, DirectedAct, Modifier, ModifierValues, Sampling, Scheme};
use serde_json::{Value, json};

/// The scheme.
pub fn for_room(scheme: &Scheme) -> Value {
    let states = scheme.states.iter().flat_map(|set| {
        let state = |one| behaviour(one, "state", false, Some(&set.id));
        set.states.iter().map(state).collect::<Vec<_>>()
    });
    let points = scheme
        .points
        .iter()
        .map(|one| behaviour(one, "point", true, None));
    let spans = scheme
        .spans
        .iter()
        .map(|one| behaviour(one, "span", false, None));
    let behaviours: Vec<Value> = states
        .chain(points)
        .chain(scheme.acts.iter().map(act))
        .chain(spans)
        .collect();
    let subjects: Vec<Value> = scheme
        .subjects
        .iter()
        .map(|one| json!({ "id": one.id, "label": one.label, "kind": one.kind, "key": one.key, "many": one.many }))
        .collect();
    let sets: Vec<Value> = scheme
        .states
        .iter()
        .map(|set| {
            json!({
                "id": set.id, "label": set.label,
                "exclusive": set.exclusive, "exhaustive": set.exhaustive,
            })
        })
        .collect();
    let ratings: Vec<Value> = scheme
        .ratings
        .iter()
        .map(|one| {
            json!({
                "id": one.id, "label": one.label, "definition": one.definition,
                "minimum": one.minimum, "maximum": one.maximum, "step": one.step,
                "anchors": one.anchors, "may_be_not_codable": one.may_be_not_codable,
            })
        })
        .collect();
    json!({
        "title": scheme.title, "sampling": scheme.sampling.iter().map(sampling).collect::<Vec<_>>(), "subjects": subjects, "sets": sets,
        "behaviours": behaviours, "ratings": ratings,
    })
}

fn sampling(one: &Sampling) -> Value {
    match one {
        Sampling::Continuous => json!({ "kind": "continuous" }),
        Sampling::Interval { seconds } => json!({ "kind": "interval", "seconds": seconds }),
        Sampling::WholeInterval { seconds } => {
            json!({ "kind": "whole-interval", "seconds": seconds })
        }
        Sampling::Momentary { seconds } => json!({ "kind": "momentary", "seconds": seconds }),
        Sampling::Scan { seconds } => json!({ "kind": "scan", "seconds": seconds }),
    }
}

fn behaviour(one: &Behaviour, kind: &str, is_point: bool, set: Option<&str>) -> Value {
    let modifiers: Vec<Value> = one.modifiers.iter().map(modifier).collect();
    json!({
        "id": one.id, "label": one.label, "definition": one.definition, "key": one.key,
        "kind": kind, "point": is_point, "set": set, "subjects": one.subjects,
        "targets": [], "modifiers": modifiers,
    })
}

fn act(one: &DirectedAct) -> Value {
    let mut value = behaviour(&one.behaviour, "act", !one.has_duration, None);
    let targets: Vec<&str> = one.to.iter().map(|to| to.code()).collect();
    value["targets"] = json!(targets);
    value["subjects"] = json!(one.from);
    value
}

fn modifier(one: &Modifier) -> Value {
    let (kind, words, bounds) = match &one.values {
        ModifierValues::One(words) => ("one", words.as_slice(), None),
        ModifierValues::Several(words) => ("several", words.as_slice(), None),
        ModifierValues::Number { minimum, maximum } => {
            ("number", [].as_slice(), Some((minimum, maximum)))
        }
    };
    json!({
        "id": one.id, "label": one.label, "kind": kind, "words": words,
        "minimum": bounds.map(|(minimum, _)| minimum),
        "maximum": bounds.map(|(_, maximum)| maximum),
    })
}
