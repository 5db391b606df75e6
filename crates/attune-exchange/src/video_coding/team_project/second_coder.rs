//! A second coder inside one file: users of Datavyu keep the check of reliability in a column beside the
//! first, called `gaze_rel` or `rel.gaze`.

use std::{collections::BTreeSet, sync::Arc};

use attune_records::observation::{Event, Observation, SchemeAsRead};

const MARK: &str = "rel";
const SEPARATORS: [char; 4] = ['_', '.', '-', ' '];

/// The name without its mark, where it has one.
fn unmarked(name: &str) -> Option<&str> {
    let marked =
        |part: &str| part.eq_ignore_ascii_case(MARK) || part.eq_ignore_ascii_case("reliability");
    if let Some((first, rest)) = name.split_once(SEPARATORS)
        && marked(first)
    {
        return Some(rest);
    }
    let (rest, last) = name.rsplit_once(SEPARATORS)?;
    marked(last).then_some(rest)
}

/// The observation, or where it has columns of a second coder the two of them; the second says so.
pub(super) fn split(one: &Observation) -> Vec<(Observation, bool)> {
    let tracks: BTreeSet<&str> = one
        .events()
        .iter()
        .filter_map(|event| event.track.as_deref())
        .collect();
    let seconds: Vec<(&str, &str)> = tracks
        .iter()
        .filter_map(|track| Some((*track, unmarked(track)?)))
        .filter(|(_, base)| tracks.contains(base))
        .collect();
    if seconds.is_empty() {
        return vec![(one.clone(), false)];
    }
    let base_of = |event: &Event| {
        let track = event.track.as_deref()?;
        let found = seconds.iter().find(|(second, _)| *second == track);
        found.map(|(second, base)| (*second, *base))
    };
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for event in one.events() {
        let Some((marked, base)) = base_of(event) else {
            first.push(event.clone());
            continue;
        };
        let mut event = event.clone();
        for name in [&mut event.behaviour].into_iter().chain(&mut event.subject) {
            if **name == *marked {
                *name = Arc::from(base);
            }
        }
        event.track = Some(Arc::from(base));
        second.push(event);
    }
    let mut again = one.clone();
    again.id = format!("{} (second coder)", one.id).into();
    vec![
        (one.clone().with_events(first), false),
        (again.with_events(second), true),
    ]
}

/// Takes marked names out of the scheme that no event has any more.
pub(super) fn forget_second_names<'a>(
    scheme: &mut SchemeAsRead,
    observations: impl Iterator<Item = &'a Observation>,
) {
    let used: BTreeSet<String> = observations
        .flat_map(Observation::events)
        .map(|event| event.behaviour.to_string())
        .collect();
    let known: BTreeSet<String> = scheme
        .behaviours
        .iter()
        .map(|behaviour| behaviour.code.to_string())
        .collect();
    scheme.behaviours.retain(|behaviour| {
        let base = unmarked(&behaviour.code);
        used.contains(&*behaviour.code) || base.is_none_or(|base| !known.contains(base))
    });
}
