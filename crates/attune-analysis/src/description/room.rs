//! The clinic as a whole: the sociograms of its coded sessions, put together by phase (by arm where
//! there are no phases), and what they amount to compared with the session as the unit.

mod agreement;
mod compare;
mod sentence;

use std::collections::{BTreeMap, BTreeSet};

use attune_measures::{measures::SessionSociogram, observation::sociogram::PersonKind};
use attune_protocol::scheme::Scheme;

use crate::{
    findings::{Room, RoomArrow, RoomGroup, RoomPerson},
    long_table::LongTable,
};

/// One room for each scheme with acts whose sessions were coded.
pub fn rooms(long: &LongTable<'_>, seed: u64) -> Vec<Room> {
    let schemes = long.protocol.schemes.iter();
    schemes
        .filter_map(|scheme| Coded::of(long, scheme))
        .map(|coded| coded.room(seed))
        .collect()
}

/// The codings of one scheme, each with the group of its session.
struct Coded<'a> {
    long: &'a LongTable<'a>,
    scheme: &'a Scheme,
    /// Id and name; the first is the reference.
    groups: Vec<(String, String)>,
    /// Every coding whose session belongs to a group.
    codings: Vec<(usize, &'a SessionSociogram)>,
}

impl<'a> Coded<'a> {
    fn of(long: &'a LongTable<'a>, scheme: &'a Scheme) -> Option<Self> {
        let protocol = long.protocol;
        let groups: Vec<(String, String)> = if !protocol.phases.is_empty() {
            let named = protocol.phases.iter();
            named
                .map(|phase| (phase.id.to_string(), phase.label.clone()))
                .collect()
        } else if !protocol.arms.is_empty() {
            let named = protocol.arms.iter();
            named
                .map(|arm| (arm.id.to_string(), arm.label.clone()))
                .collect()
        } else {
            vec![("all".to_owned(), "All sessions".to_owned())]
        };
        let group_of = |coding: &SessionSociogram| {
            let arm = || long.measures.units[coding.unit as usize].arm.as_deref();
            let id = match (protocol.phases.is_empty(), protocol.arms.is_empty()) {
                (false, _) => coding.phase.as_deref(),
                (true, false) => arm(),
                (true, true) => Some("all"),
            };
            groups
                .iter()
                .position(|(known, _)| Some(known.as_str()) == id)
        };
        let codings: Vec<(usize, &SessionSociogram)> = long
            .measures
            .sociograms
            .iter()
            .filter(|coding| coding.scheme == scheme.id)
            .filter_map(|coding| Some((group_of(coding)?, coding)))
            .collect();
        (!codings.is_empty()).then_some(Self {
            long,
            scheme,
            groups,
            codings,
        })
    }

    /// The first coding of each session.
    fn first_codings(&self) -> impl Iterator<Item = (usize, &'a SessionSociogram)> + '_ {
        let mut seen = BTreeSet::new();
        let codings = self.codings.iter().copied();
        codings.filter(move |(_, coding)| seen.insert(coding.unit))
    }

    fn room(&self, seed: u64) -> Room {
        let people = self.people();
        let coders: BTreeSet<String> = self
            .codings
            .iter()
            .filter_map(|(_, coding)| coding.coder.as_deref().map(str::to_owned))
            .collect();
        let mut times: BTreeMap<u32, usize> = BTreeMap::new();
        for (_, coding) in &self.codings {
            *times.entry(coding.unit).or_default() += 1;
        }
        let comparisons = compare::comparisons(self, seed);
        Room {
            scheme: self.scheme.id.to_string(),
            title: self.scheme.title.clone(),
            coders: coders.into_iter().collect(),
            n_sessions: times.len(),
            n_coded_twice: times.values().filter(|times| **times > 1).count(),
            groups: (0..self.groups.len())
                .map(|group| self.group(group, &people))
                .collect(),
            answer: sentence::answer(self, &comparisons),
            cannot_show: sentence::cannot_show(self, &comparisons),
            people,
            comparisons,
        }
    }

    /// Every place that occurs: families in the order of their numbers, carers before infants; staff
    /// last.
    fn people(&self) -> Vec<RoomPerson> {
        let mut places: BTreeMap<(bool, u64, String, PersonKind, String), RoomPerson> =
            BTreeMap::new();
        let drawn = self
            .first_codings()
            .flat_map(|(_, one)| &one.sociogram.people);
        for person in drawn {
            let family = person.family.clone().unwrap_or_default();
            let number = family.parse().unwrap_or(u64::MAX);
            // Carers before infants: the order of the kinds is the other way round.
            let kind = match person.kind {
                PersonKind::Infant => PersonKind::Carer,
                PersonKind::Carer => PersonKind::Infant,
                PersonKind::Staff => PersonKind::Staff,
            };
            let key = (
                person.family.is_none(),
                number,
                family,
                kind,
                person.name.clone(),
            );
            places.entry(key).or_insert_with(|| RoomPerson {
                name: person.name.clone(),
                kind: match person.kind {
                    PersonKind::Infant => "infant",
                    PersonKind::Carer => "carer",
                    PersonKind::Staff => "staff",
                },
                family: person.family.clone(),
            });
        }
        places.into_values().collect()
    }

    fn group(&self, group: usize, people: &[RoomPerson]) -> RoomGroup {
        let seat: BTreeMap<&str, usize> = people
            .iter()
            .enumerate()
            .map(|(seat, person)| (person.name.as_str(), seat))
            .collect();
        let mut present = vec![0; people.len()];
        let mut together: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut acts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut n_sessions = 0;
        for (_, coding) in self.first_codings().filter(|(of, _)| *of == group) {
            n_sessions += 1;
            let seats: Vec<usize> = coding
                .sociogram
                .people
                .iter()
                .filter_map(|person| seat.get(person.name.as_str()).copied())
                .collect();
            for from in &seats {
                present[*from] += 1;
                for to in &seats {
                    *together.entry((*from, *to)).or_default() += 1;
                }
            }
            for ((from, to), n) in &coding.sociogram.acts {
                *acts.entry((seats[*from], seats[*to])).or_default() += n;
            }
        }
        let arrow = |((from, to), acts): ((usize, usize), usize)| RoomArrow {
            from,
            to,
            acts,
            per_session: acts as f64 / together[&(from, to)] as f64,
        };
        RoomGroup {
            id: self.groups[group].0.clone(),
            label: self.groups[group].1.clone(),
            n_sessions,
            present,
            arrows: acts.into_iter().map(arrow).collect(),
        }
    }
}
