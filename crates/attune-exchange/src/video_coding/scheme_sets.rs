//! The matrix of exclusions as sets: coding tools say of each state which others end when it begins; a
//! study and a tier of ELAN have sets of which one state holds at a time.

use std::{collections::BTreeMap, collections::BTreeSet};

use attune_records::observation::{BehaviourKind, CodedBehaviour, SchemeAsRead};

/// States that exclude each other all, or else the states of one category.
pub(super) struct Set<'a> {
    /// Category of the states; empty for none.
    pub label: String,
    /// Whether each state ends all others.
    pub exclusive: bool,
    /// Its states in the order of the scheme.
    pub states: Vec<&'a CodedBehaviour>,
}

/// Every state of a scheme in one set: as large sets as exclude each other all, those left by category.
pub(super) fn state_sets(scheme: &SchemeAsRead) -> Vec<Set<'_>> {
    let excludes = |a: &CodedBehaviour, b: &CodedBehaviour| {
        a.code != b.code && (a.excludes.contains(&b.code) || b.excludes.contains(&a.code))
    };
    let mut sets: Vec<Set<'_>> = Vec::new();
    for state in scheme
        .behaviours
        .iter()
        .filter(|one| one.kind == BehaviourKind::State)
    {
        let fits =
            |set: &Set<'_>| set.exclusive && set.states.iter().all(|other| excludes(state, other));
        if let Some(set) = sets.iter_mut().find(|set| fits(set)) {
            set.states.push(state);
            continue;
        }
        sets.push(Set {
            label: state.category.clone(),
            exclusive: true,
            states: vec![state],
        });
    }
    // One state alone excludes nothing: such states of a category stand together.
    let (mut exclusive, single): (Vec<_>, Vec<_>) =
        sets.into_iter().partition(|set| set.states.len() > 1);
    let mut others: Vec<Set<'_>> = Vec::new();
    for mut set in single {
        match others.iter_mut().find(|other| other.label == set.label) {
            Some(other) => other.states.append(&mut set.states),
            None => {
                set.exclusive = false;
                others.push(set);
            }
        }
    }
    exclusive.append(&mut others);
    exclusive
}

/// Pairs of states that exclude each other and stand in no set together: sets that share a state cannot be
/// told as sets.
pub(super) fn exclusions_outside(scheme: &SchemeAsRead, sets: &[Set<'_>]) -> usize {
    let mut set_of: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, set) in sets.iter().enumerate().filter(|(_, set)| set.exclusive) {
        set_of.extend(set.states.iter().map(|state| (&*state.code, place)));
    }
    let mut pairs: BTreeSet<(&str, &str)> = BTreeSet::new();
    for state in &scheme.behaviours {
        for other in &state.excludes {
            let pair = (&*state.code, &**other);
            let is_inside = set_of
                .get(pair.0)
                .is_some_and(|set| set_of.get(pair.1) == Some(set));
            if pair.0 != pair.1 && !is_inside {
                pairs.insert(if pair.0 < pair.1 {
                    pair
                } else {
                    (pair.1, pair.0)
                });
            }
        }
    }
    pairs.len()
}
