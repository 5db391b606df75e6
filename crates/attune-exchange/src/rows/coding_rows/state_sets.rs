//! Sets of states: of an exclusive one a subject is in one state at a time, of an exhaustive one always in one.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use attune_protocol::scheme::{SampleWay, Scheme, StateSet};
use attune_records::{
    observation::{Event, Interval, Sampled, Span, united, without},
    records::SessionCoding,
};

use crate::{data_fault::DataFault, sheet::Sheet};

/// A state with its bout and its row.
type State<'a> = (&'a Event, Interval, usize);

/// Reports states of an exclusive set that overlap, and time that an exhaustive set leaves open.
pub(super) fn check_sets(
    sheet: &mut Sheet<'_>,
    scheme: &Scheme,
    coding: &SessionCoding,
    rows: &[usize],
) {
    for set in &scheme.states {
        if set.exclusive {
            report_two_at_a_moment(sheet, set, coding, rows);
        }
        if !scheme.is_continuous() {
            continue;
        }
        let mut by_subject: BTreeMap<Option<&Arc<str>>, Vec<State<'_>>> = BTreeMap::new();
        for (event, row) in coding.events.iter().zip(rows) {
            let is_of_set = event.sampled.is_none()
                && set.states.iter().any(|state| *state.id == *event.behaviour);
            if let (true, Span::State(bout)) = (is_of_set, event.span) {
                let of_subject = by_subject.entry(event.subject.as_ref()).or_default();
                of_subject.push((event, bout, *row));
            }
        }
        for (subject, mut states) in by_subject {
            states.sort_by_key(|(_, bout, _)| bout.start());
            if set.exclusive {
                report_overlaps(sheet, &states);
            }
            if set.exhaustive {
                report_gap(sheet, set, coding, subject, &states);
            }
        }
    }
}

fn report_overlaps(sheet: &mut Sheet<'_>, states: &[State<'_>]) {
    let mut lasting: Option<&State<'_>> = None;
    for state in states {
        if let Some((before, bout, _)) = lasting
            && state.1.start() < bout.stop()
        {
            let fault = DataFault::StatesOverlap {
                state: state.0.behaviour.to_string(),
                other: before.behaviour.to_string(),
                row: before.row,
            };
            sheet.report_row(state.2, fault);
        }
        if lasting.is_none_or(|(_, bout, _)| bout.stop() < state.1.stop()) {
            lasting = Some(state);
        }
    }
}

/// Within an interval several states of a set may follow one another; at a moment only one holds.
fn report_two_at_a_moment(
    sheet: &mut Sheet<'_>,
    set: &StateSet,
    coding: &SessionCoding,
    rows: &[usize],
) {
    let mut first: BTreeMap<(Sampled, Option<&Arc<str>>), &Event> = BTreeMap::new();
    for (event, row) in coding.events.iter().zip(rows) {
        let is_of_set = set.states.iter().any(|state| *state.id == *event.behaviour);
        let moment = event.sampled.filter(|one| one.way != SampleWay::Interval);
        let (true, Some(moment)) = (is_of_set, moment) else {
            continue;
        };
        match first.entry((moment, event.subject.as_ref())) {
            Entry::Vacant(place) => {
                place.insert(event);
            }
            Entry::Occupied(other) if other.get().behaviour != event.behaviour => {
                let fault = DataFault::StatesAtOneMoment {
                    state: event.behaviour.to_string(),
                    other: other.get().behaviour.to_string(),
                    row: other.get().row,
                };
                sheet.report_row(*row, fault);
            }
            Entry::Occupied(_) => {}
        }
    }
}

fn report_gap(
    sheet: &mut Sheet<'_>,
    set: &StateSet,
    coding: &SessionCoding,
    subject: Option<&Arc<str>>,
    states: &[State<'_>],
) {
    let Some(window) = coding.windows.first().copied() else {
        return;
    };
    let said = states.iter().map(|(_, bout, _)| *bout);
    let coded = united(said.chain(coding.not_codable.iter().copied()));
    let open = without(window, &coded);
    let (Some(first), Some((.., row))) = (open.first(), states.first()) else {
        return;
    };
    let seconds: f64 = open.iter().map(|gap| gap.length().seconds()).sum();
    let fault = DataFault::StateNotSaid {
        set: set.id.clone(),
        who: subject.map_or(String::new(), |who| format!(" of {who}")),
        seconds: seconds.to_string(),
        from: first.start().seconds().to_string(),
    };
    sheet.report_row(*row, fault);
}
