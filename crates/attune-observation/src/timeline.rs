//! The codable time cut where a code begins or ends: what is coded from when to when.

use std::collections::BTreeMap;

use crate::coding::Event;
use crate::window::{Micros, Window};

/// Labels of what is coded at a time: 0 for nothing, 1 to n for one code alone, and further numbers
/// for several codes at once, in the order in which they are first met.
#[derive(Debug, Clone)]
pub struct Labels {
    n_codes: usize,
    several: BTreeMap<Vec<usize>, usize>,
}

/// Nothing is coded.
pub const NOTHING: usize = 0;

impl Labels {
    /// The labels of that many codes.
    pub fn new(n_codes: usize) -> Self {
        Self {
            n_codes,
            several: BTreeMap::new(),
        }
    }

    /// How many labels there are so far.
    pub fn len(&self) -> usize {
        1 + self.n_codes + self.several.len()
    }

    /// Whether there is no code at all.
    pub fn is_empty(&self) -> bool {
        self.n_codes == 0
    }

    /// Whether codes were ever coded at once.
    pub fn overlapping(&self) -> bool {
        !self.several.is_empty()
    }

    /// The label of codes in ascending order.
    pub fn label(&mut self, codes: &[usize]) -> usize {
        match codes {
            [] => NOTHING,
            [one] => one + 1,
            several => {
                let next = 1 + self.n_codes + self.several.len();
                *self.several.entry(several.to_vec()).or_insert(next)
            }
        }
    }

    /// The labels of several codes at once.
    pub(crate) fn into_several(self) -> BTreeMap<Vec<usize>, usize> {
        self.several
    }

    /// The name of a label.
    pub fn name(&self, label: usize, codes: &[String]) -> String {
        if label == NOTHING {
            return "nothing".to_owned();
        }
        if label <= self.n_codes {
            return codes[label - 1].clone();
        }
        let mut several = self.several.iter();
        several
            .find(|(_, known)| **known == label)
            .map_or_else(String::new, |(members, _)| {
                let names: Vec<&str> = members.iter().map(|code| codes[*code].as_str()).collect();
                names.join(" + ")
            })
    }
}

/// A stretch with one label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Labelled {
    /// Begin.
    pub start: Micros,
    /// End, not included.
    pub end: Micros,
    /// What is coded.
    pub label: usize,
}

/// The window cut into stretches of one label each; neighbours differ or have a gap between them.
pub fn timeline(window: &Window, events: &[Event], labels: &mut Labels) -> Vec<Labelled> {
    let mut changes: Vec<(Micros, bool, usize)> = Vec::with_capacity(2 * events.len());
    for event in events.iter().filter(|event| !event.is_point()) {
        changes.push((event.start, true, event.code));
        changes.push((event.end, false, event.code));
    }
    changes.sort_unstable();
    let mut active: Vec<usize> = Vec::new();
    let mut next = 0;
    let mut stretches: Vec<Labelled> = Vec::with_capacity(changes.len() + 1);
    for &(start, end) in window.segments() {
        let mut from = start;
        // What began before this stretch of the window.
        while next < changes.len() && changes[next].0 <= start {
            apply(&mut active, changes[next]);
            next += 1;
        }
        let segment_begins = stretches.len();
        loop {
            let until = changes.get(next).map_or(end, |change| change.0.min(end));
            if until > from {
                let label = labels.label(&distinct(&active));
                match stretches[segment_begins..].last_mut() {
                    Some(last) if last.label == label => last.end = until,
                    _ => stretches.push(Labelled {
                        start: from,
                        end: until,
                        label,
                    }),
                }
                from = until;
            }
            if until >= end {
                break;
            }
            apply(&mut active, changes[next]);
            next += 1;
        }
    }
    stretches
}

fn apply(active: &mut Vec<usize>, (_, begins, code): (Micros, bool, usize)) {
    if begins {
        let place = active.partition_point(|known| *known <= code);
        active.insert(place, code);
    } else if let Some(place) = active.iter().position(|known| *known == code) {
        active.remove(place);
    }
}

fn distinct(active: &[usize]) -> Vec<usize> {
    let mut codes = active.to_vec();
    codes.dedup();
    codes
}

/// Walks through two timelines of one window: start, end, first label, second label.
pub fn for_each_common(
    first: &[Labelled],
    second: &[Labelled],
    mut take: impl FnMut(Micros, Micros, usize, usize),
) {
    let (mut i, mut j) = (0, 0);
    while i < first.len() && j < second.len() {
        let (a, b) = (first[i], second[j]);
        let (start, end) = (a.start.max(b.start), a.end.min(b.end));
        if start < end {
            take(start, end, a.label, b.label);
        }
        i += usize::from(a.end <= b.end);
        j += usize::from(b.end <= a.end);
    }
}

/// The label of each unit of time, one list per stretch of the window. The label of a unit is what is
/// coded at its middle; a point counts where it falls. A last unit that is cut counts when its
/// middle lies inside.
pub fn units(
    window: &Window,
    events: &[Event],
    unit: Micros,
    labels: &mut Labels,
) -> Vec<Vec<usize>> {
    if events.iter().any(|event| event.is_point()) {
        return units_with_points(window, events, unit, labels);
    }
    let stretches = timeline(window, events, labels);
    let mut place = 0;
    let mut all = Vec::with_capacity(window.segments().len());
    for &(start, end) in window.segments() {
        let mut list = Vec::with_capacity(((end - start) / unit + 1) as usize);
        let mut middle = start + unit / 2;
        while middle < end {
            while stretches[place].end <= middle {
                place += 1;
            }
            list.push(stretches[place].label);
            middle += unit;
        }
        all.push(list);
    }
    all
}

fn units_with_points(
    window: &Window,
    events: &[Event],
    unit: Micros,
    labels: &mut Labels,
) -> Vec<Vec<usize>> {
    let mut all = Vec::with_capacity(window.segments().len());
    for &(start, end) in window.segments() {
        // Units whose middle lies before the end.
        let n = ((end - start - unit / 2 + unit - 1).div_euclid(unit)).max(0) as usize;
        let mut codes: Vec<Vec<usize>> = vec![Vec::new(); n];
        for event in events {
            if event.is_point() {
                if event.start >= start && event.start < end {
                    let place = ((event.start - start) / unit) as usize;
                    // A point in the cut end belongs to the last whole unit.
                    if let Some(unit_codes) = codes.get_mut(place.min(n.saturating_sub(1))) {
                        unit_codes.push(event.code);
                    }
                }
            } else {
                let first = (event.start - start - unit / 2 + unit - 1)
                    .div_euclid(unit)
                    .max(0);
                for (place, unit_codes) in codes.iter_mut().enumerate().skip(first as usize) {
                    if start + place as Micros * unit + unit / 2 >= event.end {
                        break;
                    }
                    unit_codes.push(event.code);
                }
            }
        }
        let label = |mut codes: Vec<usize>| {
            codes.sort_unstable();
            codes.dedup();
            labels.label(&codes)
        };
        all.push(codes.into_iter().map(label).collect());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(start: Micros, end: Micros, code: usize) -> Event {
        Event { start, end, code }
    }

    fn plain(stretches: &[Labelled]) -> Vec<(Micros, Micros, usize)> {
        let plain = |one: &Labelled| (one.start, one.end, one.label);
        stretches.iter().map(plain).collect()
    }

    #[test]
    fn touching_states_do_not_overlap_and_gaps_are_nothing() {
        let mut labels = Labels::new(2);
        let stretches = timeline(
            &Window::new(0, 100),
            &[event(10, 20, 0), event(20, 30, 1)],
            &mut labels,
        );
        assert_eq!(
            plain(&stretches),
            [(0, 10, 0), (10, 20, 1), (20, 30, 2), (30, 100, 0)]
        );
        assert!(!labels.overlapping());
    }

    #[test]
    fn codes_at_once_have_a_label_of_their_own() {
        let mut labels = Labels::new(2);
        let events = [event(0, 60, 0), event(40, 80, 1)];
        let stretches = timeline(&Window::new(0, 80), &events, &mut labels);
        assert_eq!(plain(&stretches), [(0, 40, 1), (40, 60, 3), (60, 80, 2)]);
        let names = ["look".to_owned(), "talk".to_owned()];
        assert_eq!(labels.name(3, &names), "look + talk");
    }

    #[test]
    fn an_interrupted_window_keeps_what_goes_on_through_the_gap() {
        let window = Window::of(vec![(0, 10), (50, 60)]);
        let stretches = timeline(&window, &[event(5, 55, 0)], &mut Labels::new(1));
        assert_eq!(
            plain(&stretches),
            [(0, 5, 0), (5, 10, 1), (50, 55, 1), (55, 60, 0)]
        );
    }

    #[test]
    fn units_have_the_label_of_their_middle() {
        let window = Window::new(0, 45);
        let list = units(&window, &[event(4, 16, 0)], 10, &mut Labels::new(1));
        assert_eq!(list, [vec![1, 1, 0, 0]]);
        let points = [event(9, 9, 0), event(10, 10, 1), event(12, 12, 0)];
        let list = units(&window, &points, 10, &mut Labels::new(2));
        assert_eq!(list, [vec![1, 3, 0, 0]]);
    }

    #[test]
    fn states_give_the_same_units_with_and_without_a_point_beside_them() {
        let window = Window::new(3, 1003);
        let states = [event(0, 130, 0), event(130, 604, 1), event(700, 705, 0)];
        let with_point = [&states[..], &[event(990, 990, 2)]].concat();
        let plain = units(&window, &states, 10, &mut Labels::new(3));
        let mixed = units(&window, &with_point, 10, &mut Labels::new(3));
        assert_eq!(plain[0][..98], mixed[0][..98]);
        assert_eq!(mixed[0][98], 3);
    }
}
