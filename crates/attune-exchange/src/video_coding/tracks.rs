//! Events in tiers, for formats in which nothing of a tier overlaps; and the scheme that events
//! imply where a file has none.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    sync::Arc,
};

use attune_records::observation::{
    BehaviourKind, CodedBehaviour, CodedSubject, Event, Micros, ModifierKind, ModifierSet,
    Observation, SchemeAsRead,
};

/// A tier: states that do not overlap, or points at different times.
#[derive(Debug, PartialEq)]
pub(super) struct Track<'a> {
    /// Name; no two tracks have the same.
    pub name: String,
    /// Whose events it holds.
    pub subject: Option<&'a str>,
    /// Whether it holds points.
    pub is_point: bool,
    /// Its events in order.
    pub events: Vec<&'a Event>,
}

/// The tracks of an observation, and the events that no tier can hold: bouts with one end, and
/// states without length.
pub(super) struct LaidOut<'a> {
    pub tracks: Vec<Track<'a>>,
    pub unpaired: Vec<&'a Event>,
    pub empty: Vec<&'a Event>,
}

/// The events of a tier of the file or of a subject.
struct Group<'a> {
    base: &'a str,
    subject: Option<&'a str>,
    states: Vec<&'a Event>,
    points: Vec<&'a Event>,
}

/// Lays events out: one track per tier of the file or per subject; where states of one overlap, one
/// per behaviour; where these do too, as many as are needed.
pub(super) fn lay_out(observation: &Observation) -> LaidOut<'_> {
    let mut out = LaidOut {
        tracks: Vec::new(),
        unpaired: Vec::new(),
        empty: Vec::new(),
    };
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for event in observation.events() {
        let subject = event.subject.as_deref();
        let base = event.track.as_deref().or(subject).unwrap_or(NO_SUBJECT);
        let place = *places.entry(base).or_insert_with(|| {
            groups.push(Group {
                base,
                subject,
                states: Vec::new(),
                points: Vec::new(),
            });
            groups.len() - 1
        });
        match event.span.interval() {
            Some(interval) if interval.is_empty() => out.empty.push(event),
            Some(_) => groups[place].states.push(event),
            None if event.span.is_point() => groups[place].points.push(event),
            None => out.unpaired.push(event),
        }
    }
    let mut names: BTreeSet<String> = BTreeSet::new();
    for group in groups {
        let Group {
            base,
            subject,
            states,
            points,
        } = group;
        let mut named: Vec<(String, bool, Vec<&Event>)> = Vec::new();
        if overlaps(&states) {
            for (behaviour, states) in by_behaviour(&states) {
                for (lane, states) in lanes(states).into_iter().enumerate() {
                    let name = numbered(&format!("{base}: {behaviour}"), lane);
                    named.push((name, false, states));
                }
            }
        } else if !states.is_empty() {
            named.push((base.to_owned(), false, states));
        }
        for (lane, points) in lanes(points).into_iter().enumerate() {
            let name = if named.is_empty() && lane == 0 {
                base.to_owned()
            } else {
                numbered(&format!("{base}: points"), lane)
            };
            named.push((name, true, points));
        }
        for (name, is_point, events) in named {
            let name = unused(&mut names, &name);
            out.tracks.push(Track {
                name,
                subject,
                is_point,
                events,
            });
        }
    }
    out
}

/// Name of the tier of events without a subject.
pub(super) const NO_SUBJECT: &str = "no subject";

/// A name that no track has yet.
fn unused(names: &mut BTreeSet<String>, name: &str) -> String {
    let mut free = name.to_owned();
    let mut lane = 0;
    while !names.insert(free.clone()) {
        lane += 1;
        free = numbered(name, lane);
    }
    free
}

fn numbered(name: &str, lane: usize) -> String {
    match lane {
        0 => name.to_owned(),
        lane => format!("{name} ({})", lane + 1),
    }
}

fn overlaps(states: &[&Event]) -> bool {
    states
        .windows(2)
        .any(|pair| pair[1].span.begin() < pair[0].span.end())
}

fn by_behaviour<'a>(states: &[&'a Event]) -> Vec<(&'a str, Vec<&'a Event>)> {
    let mut groups: Vec<(&str, Vec<&Event>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for state in states {
        let place = *places.entry(&state.behaviour).or_insert(groups.len());
        if place == groups.len() {
            groups.push((&state.behaviour, Vec::new()));
        }
        groups[place].1.push(state);
    }
    groups
}

/// As few lanes as hold the events without an overlap, and without two points at one time.
fn lanes(events: Vec<&Event>) -> Vec<Vec<&Event>> {
    let mut lanes: Vec<Vec<&Event>> = Vec::new();
    // Events come by their begins, so that a lane that is free stays free until it is taken.
    let mut taken: BinaryHeap<Reverse<(Micros, usize)>> = BinaryHeap::new();
    let mut free: BinaryHeap<Reverse<usize>> = BinaryHeap::new();
    for event in events {
        let begin = event.span.begin();
        let end = if event.span.is_point() {
            begin + Micros(1)
        } else {
            event.span.end()
        };
        while let Some(Reverse((until, lane))) = taken.peek().copied()
            && until <= begin
        {
            taken.pop();
            free.push(Reverse(lane));
        }
        let lane = match free.pop() {
            Some(Reverse(lane)) => lane,
            None => {
                lanes.push(Vec::new());
                lanes.len() - 1
            }
        };
        lanes[lane].push(event);
        taken.push(Reverse((end, lane)));
    }
    lanes
}

/// Subjects and behaviours as the events show them, in the order of their first appearance.
pub(super) fn scheme_of_events(events: &[Event]) -> SchemeAsRead {
    let mut scheme = SchemeAsRead::default();
    let mut subjects: BTreeMap<Arc<str>, ()> = BTreeMap::new();
    let mut behaviours: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for event in events {
        if let Some(name) = &event.subject
            && subjects.insert(Arc::clone(name), ()).is_none()
        {
            scheme.subjects.push(CodedSubject {
                name: Arc::clone(name),
                ..CodedSubject::default()
            });
        }
        let place = *behaviours
            .entry(Arc::clone(&event.behaviour))
            .or_insert_with(|| {
                let kind = if event.span.is_point() {
                    BehaviourKind::Point
                } else {
                    BehaviourKind::State
                };
                scheme
                    .behaviours
                    .push(CodedBehaviour::new(Arc::clone(&event.behaviour), kind));
                scheme.behaviours.len() - 1
            });
        add_modifier_sets(&mut scheme.behaviours[place], event);
    }
    scheme
}

fn add_modifier_sets(behaviour: &mut CodedBehaviour, event: &Event) {
    for modifier in event.modifiers.as_slice() {
        if !behaviour
            .modifiers
            .iter()
            .any(|set| set.name == modifier.set)
        {
            behaviour.modifiers.push(ModifierSet {
                name: Arc::clone(&modifier.set),
                kind: ModifierKind::Text,
                ..ModifierSet::default()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use attune_records::observation::{Event, Interval, Micros, Observation, Span};

    use super::lay_out;

    fn state(who: &str, what: &str, start: i64, stop: i64) -> Event {
        let interval = Interval::new(Micros(start), Micros(stop)).expect("in order");
        Event {
            subject: Some(who.into()),
            ..Event::new(what, Span::State(interval))
        }
    }

    fn point(who: &str, what: &str, at: i64) -> Event {
        Event {
            subject: Some(who.into()),
            ..Event::new(what, Span::Point(Micros(at)))
        }
    }

    #[test]
    fn overlapping_states_go_to_tiers_of_their_own() {
        let events = vec![
            state("infant", "gaze", 0, 5),
            state("infant", "gaze", 5, 9),
            state("parent", "gaze", 0, 5),
            state("parent", "talk", 4, 9),
            state("parent", "talk", 8, 12),
            point("infant", "voice", 3),
            point("infant", "voice", 3),
            state("infant", "cry", 7, 7),
        ];
        let observation = Observation::new("one").with_events(events);
        let out = lay_out(&observation);
        let shown: Vec<(&str, usize)> = out
            .tracks
            .iter()
            .map(|track| (track.name.as_str(), track.events.len()))
            .collect();
        assert_eq!(
            shown,
            [
                ("infant", 2),
                ("infant: points", 1),
                ("infant: points (2)", 1),
                ("parent: gaze", 1),
                ("parent: talk", 1),
                ("parent: talk (2)", 1),
            ]
        );
        assert_eq!(out.empty.len(), 1);
    }
}
