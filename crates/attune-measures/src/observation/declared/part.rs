//! The part of a recording that a declared measure is taken in, and who and what counts in it.

use std::{collections::BTreeSet, sync::Arc};

use attune_protocol::{
    missing::Missing,
    reached::Reached,
    scheme::{SampleWay, Scheme},
    scheme_measure::{Detail, MeasureScope},
};
use attune_records::{
    observation::{Event, Interval, Micros, Sample, Span, united, without},
    records::SessionCoding,
};

use super::{
    super::amounts::{Amounts, amounts},
    Asked, length_s, people_of,
};

/// The part of a recording that counts, and who counts in it.
pub(super) struct Part<'a> {
    pub scheme: &'a Scheme,
    pub coding: &'a SessionCoding,
    pub scope: &'a MeasureScope,
    pub people: Vec<Arc<str>>,
    pub codable: Vec<Interval>,
}

impl<'a> Part<'a> {
    /// `None` where the recording has no such part.
    pub fn of(
        scheme: &'a Scheme,
        coding: &'a SessionCoding,
        scope: &'a MeasureScope,
    ) -> Option<Self> {
        let mut codable = coding.windows.clone();
        if let Some(during) = &scope.during {
            let spans = coding.events.iter();
            let spans = spans.filter(|event| *event.behaviour == **during);
            let bouts: Vec<Interval> = spans.filter_map(|event| event.span.interval()).collect();
            // Window by window: two recordings share no stretch.
            let within = |window: &Interval| {
                let bouts = bouts.iter();
                united(bouts.filter_map(|bout| bout.intersection(*window)))
            };
            codable = coding.windows.iter().flat_map(within).collect();
        }
        let first = codable.first()?.start();
        let last = codable.last()?.stop();
        let after =
            |seconds: Option<f64>| seconds.and_then(Micros::from_seconds).map(|by| first + by);
        let from = after(scope.from_seconds).unwrap_or(first);
        let until = after(scope.until_seconds).unwrap_or(last);
        let stretch = Interval::new(from, until)?;
        // Seconds are told from the begin of the part, whether or not anybody could code there.
        codable = codable
            .into_iter()
            .filter_map(|part| part.intersection(stretch))
            .flat_map(|part| without(part, &coding.not_codable))
            .collect();
        (!codable.is_empty()).then(|| Self {
            people: people_of(scheme, coding),
            scheme,
            coding,
            scope,
            codable,
        })
    }

    pub fn length_s(&self) -> f64 {
        length_s(&self.codable)
    }

    /// The codable time of each recording.
    pub fn recordings(&self) -> impl Iterator<Item = &[Interval]> {
        self.codable.chunk_by(|a, b| {
            self.coding.recording_at(a.start()) == self.coding.recording_at(b.start())
        })
    }

    /// The codable time of the first recording. When something began within a later one is not known, since
    /// nobody knows what was between them.
    pub fn first_recording(&self) -> &[Interval] {
        self.recordings().next().unwrap_or_default()
    }

    /// Whether of every event that may count the details are known that decide it.
    pub fn details_are_known(&self, behaviour: &'a str) -> Result<(), Missing> {
        let all_are_said = |event: &Event| {
            let mut details = self.scope.with.iter();
            details.all(|(id, _)| {
                let said = event.modifiers.as_slice();
                said.iter().any(|one| *one.set == **id)
            })
        };
        let mut events = self.of_behaviour(behaviour);
        match events.all(all_are_said) {
            true => Ok(()),
            false => Err(Missing::NotRecorded),
        }
    }

    /// Whether a sample of time lies in the part and tells something.
    pub fn holds(&self, sample: &Sample) -> bool {
        let moment = Micros(sample.interval.stop().0 - 1);
        self.codable.iter().any(|part| match sample.sampled.way {
            SampleWay::Interval | SampleWay::WholeInterval => {
                part.start() <= sample.interval.start() && sample.interval.stop() <= part.stop()
            }
            SampleWay::Momentary | SampleWay::Scan => part.contains(moment),
        })
    }

    pub fn sample_share(&self, behaviour: &'a str, asked: Asked) -> Result<f64, Missing> {
        self.details_are_known(behaviour)?;
        let is_asked = |sample: &&Sample| asked.is_of(sample.sampled.way);
        let samples: Vec<&Sample> = self.coding.samples.iter().filter(is_asked).collect();
        if samples.is_empty() {
            return Err(Missing::NotRecorded);
        }
        let can_show = self.scheme.who_can_show(behaviour);
        let shown = |name: &&Arc<str>| {
            self.is_one_of(name, can_show) && self.is_one_of(name, &self.scope.subjects)
        };
        let mut hits: BTreeSet<(&str, Sample)> = BTreeSet::new();
        for event in self.of_behaviour(behaviour) {
            let (Some(sampled), Some(interval)) = (event.sampled, event.span.interval()) else {
                continue;
            };
            if let Some(who) = &event.subject
                && self.has_details(event)
            {
                hits.insert((who, Sample { sampled, interval }));
            }
        }
        // Whoever could not be seen in a sample is missing in it, and nobody else is.
        let not_seen: BTreeSet<(&str, Sample)> = self
            .coding
            .not_seen
            .iter()
            .map(|one| (&*one.subject, one.sample))
            .collect();
        let (mut sum, mut n_people) = (0.0, 0.0);
        for who in self.people.iter().filter(shown) {
            let tells =
                |sample: &&&Sample| self.holds(sample) && !not_seen.contains(&(&**who, ***sample));
            let told: Vec<&&Sample> = samples.iter().filter(tells).collect();
            if told.is_empty() {
                continue;
            }
            let is_hit = |sample: &&&&Sample| hits.contains(&(&**who, ****sample));
            sum += told.iter().filter(is_hit).count() as f64 / told.len() as f64;
            n_people += 1.0;
        }
        if n_people == 0.0 {
            return Err(Missing::NotApplicable);
        }
        Ok(sum / n_people)
    }

    pub fn has_details(&self, event: &Event) -> bool {
        self.scope.with.iter().all(|(id, wanted)| {
            let mut values = event.modifiers.of_set(id).iter();
            values.any(|value| match wanted {
                Detail::Word(word) => **value == **word,
                Detail::Within { lowest, highest } => value
                    .parse::<f64>()
                    .is_ok_and(|number| (*lowest..=*highest).contains(&number)),
            })
        })
    }

    /// Whether a person is one of these subjects; anybody is one of none.
    pub fn is_one_of(&self, name: &str, subjects: &[String]) -> bool {
        subjects.is_empty()
            || self
                .scheme
                .subject_named(name)
                .is_some_and(|(subject, _)| subjects.contains(&subject.id))
    }

    /// Events of a behaviour that happened then, of the people who count, to those who count, with the details
    /// that count.
    pub fn events(&self, behaviour: &'a str) -> impl Iterator<Item = &'a Event> + '_ {
        let events = self.of_behaviour(behaviour);
        events.filter(|event| event.sampled.is_none() && self.has_details(event))
    }

    /// Whatever their details, and also in samples.
    pub fn of_behaviour(&self, behaviour: &'a str) -> impl Iterator<Item = &'a Event> + '_ {
        let of_behaviour = move |event: &&Event| *event.behaviour == *behaviour;
        self.coding
            .events
            .iter()
            .filter(of_behaviour)
            .filter(|event| {
                let subject = event.subject.as_deref().unwrap_or_default();
                let target = event.target.as_deref().unwrap_or_default();
                self.is_one_of(subject, &self.scope.subjects)
                    && (self.scope.to.is_empty() || self.goes_to(subject, target))
            })
    }

    /// Whether an act goes to one of the subjects that count; of somebody without a name the kind tells.
    pub fn goes_to(&self, actor: &str, target: &str) -> bool {
        if self.is_one_of(target, &self.scope.to) {
            return true;
        }
        match self.scheme.reached(actor, target) {
            Some(Reached::Person(name)) => self.is_one_of(&name, &self.scope.to),
            Some(Reached::Somebody { kind, .. }) => {
                let mut subjects = self.scheme.subjects.iter();
                subjects.any(|one| one.kind == kind && self.scope.to.contains(&one.id))
            }
            Some(Reached::Everybody) | None => false,
        }
    }

    /// Times that a behaviour occurs, whoever shows it.
    pub fn n(&self, behaviour: &'a str) -> usize {
        let spans: Vec<Span> = self.events(behaviour).map(|event| event.span).collect();
        amounts(&spans, self.has_length(behaviour), &self.codable).n
    }

    pub fn has_length(&self, behaviour: &str) -> bool {
        let mut behaviours = self.scheme.behaviours();
        behaviours.any(|(known, has_end)| known.id == behaviour && has_end)
    }

    /// The mean over the people who can show a behaviour of what it comes to for each. People for whom it is
    /// not defined (no bout, no mean length) are left out; any other reason is that of the whole.
    pub fn mean(
        &self,
        behaviour: &'a str,
        codable: &[Interval],
        value: impl Fn(Amounts) -> Result<f64, Missing>,
    ) -> Result<f64, Missing> {
        let found = self
            .scheme
            .behaviours()
            .find(|(known, _)| known.id == behaviour);
        let (_, has_length) = found.ok_or(Missing::NotApplicable)?;
        let who = self.scheme.who_can_show(behaviour);
        let can_show = |name: &&Arc<str>| {
            self.is_one_of(name, who) && self.is_one_of(name, &self.scope.subjects)
        };
        let (mut sum, mut n) = (0.0, 0.0);
        for name in self.people.iter().filter(can_show) {
            let own = self
                .events(behaviour)
                .filter(|event| event.subject.as_ref() == Some(name));
            let spans: Vec<Span> = own.map(|event| event.span).collect();
            match value(amounts(&spans, has_length, codable)) {
                Ok(value) => (sum, n) = (sum + value, n + 1.0),
                Err(Missing::NotApplicable) => {}
                Err(missing) => return Err(missing),
            }
        }
        if n == 0.0 {
            return Err(Missing::NotApplicable);
        }
        Ok(sum / n)
    }

    pub fn begins(&self, behaviour: &'a str) -> Vec<Micros> {
        self.events(behaviour)
            .map(|event| event.span.begin())
            .collect()
    }
}
