//! One scheme of many files: copies of one project have the same, other files each a part.

use attune_records::observation::{BehaviourKind, SchemeAsRead};

/// The schemes put together, the first file's word counting where two differ; and where they do.
pub(super) fn schemes(all: Vec<(String, SchemeAsRead)>) -> (SchemeAsRead, Vec<(String, String)>) {
    let mut whole = SchemeAsRead::default();
    let mut doubts = Vec::new();
    let kind = |kind: BehaviourKind| match kind {
        BehaviourKind::State => "a state",
        BehaviourKind::Point => "a point",
        BehaviourKind::Phase => "a phase",
    };
    for (file, scheme) in all {
        for behaviour in scheme.behaviours {
            let same = whole
                .behaviours
                .iter_mut()
                .find(|one| one.code == behaviour.code);
            let Some(known) = same else {
                whole.behaviours.push(behaviour);
                continue;
            };
            if known.kind != behaviour.kind {
                doubts.push((
                    file.clone(),
                    format!(
                        "“{}” is {} here and {} in an earlier file, which counts",
                        behaviour.code,
                        kind(behaviour.kind),
                        kind(known.kind)
                    ),
                ));
            }
            for excluded in behaviour.excludes {
                if !known.excludes.contains(&excluded) {
                    known.excludes.push(excluded);
                }
            }
            for set in behaviour.modifiers {
                if known.modifiers.iter().all(|one| one.name != set.name) {
                    known.modifiers.push(set);
                }
            }
        }
        for subject in scheme.subjects {
            if whole.subjects.iter().all(|one| one.name != subject.name) {
                whole.subjects.push(subject);
            }
        }
        for variable in scheme.variables {
            if whole.variables.iter().all(|one| one.name != variable.name) {
                whole.variables.push(variable);
            }
        }
        for category in scheme.categories {
            if !whole.categories.contains(&category) {
                whole.categories.push(category);
            }
        }
    }
    (whole, doubts)
}
