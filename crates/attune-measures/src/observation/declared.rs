//! Measures that a scheme declares, of one recording: amounts of a behaviour, latencies, what follows what,
//! what is answered, each of the people and in the part of the recording that the scheme names.
//!
//! Of several recordings of one session that were put together nothing reaches over a cut: latencies are taken
//! in the first one, gaps, sequences and answers within each.
//!
//! Counts and rates add up everybody; lengths, gaps and latencies are taken of each person who was there and
//! can show the behaviour, and averaged. Definitions: `docs/methods/observation-measures.md`.

use std::{collections::BTreeSet, sync::Arc};

use attune_protocol::{
    missing::Missing,
    reached::Reached,
    scheme::{SampleWay, Scheme, SubjectKind},
    scheme_measure::{
        Amount, ContingencyStatistic, Detail, MeasureScope, Measured, SchemeMeasure,
        TransitionStatistic,
    },
};
use attune_records::{
    observation::{Event, Interval, Micros, Sample, Sampled, Span, united, without},
    records::SessionCoding,
};

use super::{
    amounts::{Amounts, amounts},
    answered::{Answered, answered},
    lag::transitions,
};

/// A declared measure of a coding.
///
/// # Errors
///
/// Why there is no value: the part of the recording is not there or nobody in it can show the behaviour (not
/// applicable), a bout lacks an end (not recorded), or the recording stopped before the limit (not done).
pub fn declared(
    scheme: &Scheme,
    coding: &SessionCoding,
    measure: &SchemeMeasure,
) -> Result<f64, Missing> {
    let part = Part::of(scheme, coding, &measure.scope).ok_or(Missing::NotApplicable)?;
    if let Measured::Amount(_, behaviour)
    | Measured::Latency { behaviour, .. }
    | Measured::Occurs { behaviour, .. } = &measure.what
    {
        part.details_are_known(behaviour)?;
    }
    match &measure.what {
        Measured::Amount(Amount::SampleShare, behaviour) => part.sample_share(behaviour),
        Measured::Amount(Amount::Share, behaviour) if !scheme.is_continuous() => {
            part.sample_share(behaviour)
        }
        Measured::Amount(Amount::Count, behaviour) => Ok(part.n(behaviour) as f64),
        Measured::Amount(Amount::Rate, behaviour) => {
            Ok(part.n(behaviour) as f64 / (part.length_s() / 60.0))
        }
        Measured::Amount(amount, behaviour) => {
            part.mean(behaviour, &part.codable, |of| amount_of(*amount, &of))
        }
        Measured::Latency { behaviour, within } => {
            let first = part.first_recording();
            part.mean(behaviour, first, |of| {
                latency(&of, length_s(first), *within)
            })
        }
        Measured::Occurs { behaviour, within } => {
            part.mean(behaviour, part.first_recording(), |of| {
                // What is not known to come too late is not known at all.
                latency(&of, length_s(part.first_recording()), *within)?;
                let came =
                    !of.latency_censored && of.latency_s.is_some_and(|first| first <= *within);
                Ok(if came { 1.0 } else { 0.0 })
            })
        }
        Measured::Transition {
            from,
            to,
            lag,
            among,
            statistic,
        } => part.transition((from, to), *lag, among, *statistic),
        Measured::Contingency {
            given,
            answer,
            answer_subjects,
            within,
            statistic,
        } => part.contingency((given, answer, answer_subjects), *within, *statistic),
    }
}

/// The share of the answered samples in which a behaviour was the case, mean over the people who were there and
/// can show it.
///
/// # Errors
///
/// Nobody can show it or no sample tells anything (not applicable), or no sample was answered (not recorded).
pub fn sample_share(
    scheme: &Scheme,
    coding: &SessionCoding,
    behaviour: &str,
    scope: &MeasureScope,
) -> Result<f64, Missing> {
    let part = Part::of(scheme, coding, scope).ok_or(Missing::NotApplicable)?;
    part.sample_share(behaviour)
}

/// Everybody who was there: those whom the coding names, and the subjects of whom a recording has only one.
pub fn people_of(scheme: &Scheme, coding: &SessionCoding) -> Vec<Arc<str>> {
    let mut people = coding.people.clone();
    for subject in &scheme.subjects {
        let is_person = !subject.many && subject.kind != SubjectKind::Group;
        if is_person && !people.iter().any(|name| **name == *subject.id) {
            people.push(Arc::from(subject.id.as_str()));
        }
    }
    people
}

/// The value of an amount that is taken person by person.
fn amount_of(amount: Amount, of: &Amounts) -> Result<f64, Missing> {
    let lengths_unknown = || match of.n_open {
        0 => Missing::NotApplicable,
        _ => Missing::NotRecorded,
    };
    let value = match amount {
        Amount::Count => Some(of.n as f64),
        Amount::Rate => of.rate_per_minute,
        Amount::Duration => of.union_s,
        Amount::Share | Amount::SampleShare => of.share,
        Amount::MeanLength => of.mean_s,
        Amount::Gap => of.gap_mean_s,
    };
    value.ok_or_else(lengths_unknown)
}

/// The latency up to a limit. One that did not come within a shorter recording is only known to be longer
/// than the recording, so it has no value.
fn latency(of: &Amounts, length_s: f64, within: f64) -> Result<f64, Missing> {
    match of.latency_s {
        Some(first) if !of.latency_censored => Ok(first.min(within)),
        Some(_) if length_s >= within => Ok(within),
        _ => Err(Missing::NotDone),
    }
}

/// Seconds of stretches that are apart.
fn length_s(parts: &[Interval]) -> f64 {
    parts.iter().map(|part| part.length().seconds()).sum()
}

/// The part of a recording that counts, and who counts in it.
struct Part<'a> {
    scheme: &'a Scheme,
    coding: &'a SessionCoding,
    scope: &'a MeasureScope,
    people: Vec<Arc<str>>,
    codable: Vec<Interval>,
}

impl<'a> Part<'a> {
    /// `None` where the recording has no such part.
    fn of(scheme: &'a Scheme, coding: &'a SessionCoding, scope: &'a MeasureScope) -> Option<Self> {
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

    fn length_s(&self) -> f64 {
        length_s(&self.codable)
    }

    /// The codable time of each recording.
    fn recordings(&self) -> impl Iterator<Item = &[Interval]> {
        self.codable.chunk_by(|a, b| {
            self.coding.recording_at(a.start()) == self.coding.recording_at(b.start())
        })
    }

    /// The codable time of the first recording. When something began within a later one is not known, since
    /// nobody knows what was between them.
    fn first_recording(&self) -> &[Interval] {
        self.recordings().next().unwrap_or_default()
    }

    /// Whether of every event that may count the details are known that decide it.
    fn details_are_known(&self, behaviour: &'a str) -> Result<(), Missing> {
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
    fn holds(&self, sample: &Sample) -> bool {
        let moment = Micros(sample.interval.stop().0 - 1);
        self.codable.iter().any(|part| match sample.sampled.way {
            SampleWay::Interval => {
                part.start() <= sample.interval.start() && sample.interval.stop() <= part.stop()
            }
            SampleWay::Momentary | SampleWay::Scan => part.contains(moment),
        })
    }

    fn sample_share(&self, behaviour: &'a str) -> Result<f64, Missing> {
        self.details_are_known(behaviour)?;
        if self.coding.samples.is_empty() {
            return Err(Missing::NotRecorded);
        }
        let n = self
            .coding
            .samples
            .iter()
            .filter(|one| self.holds(one))
            .count();
        let can_show = self.scheme.who_can_show(behaviour);
        let shown = |name: &&Arc<str>| {
            self.is_one_of(name, can_show) && self.is_one_of(name, &self.scope.subjects)
        };
        let people: Vec<&Arc<str>> = self.people.iter().filter(shown).collect();
        if people.is_empty() || n == 0 {
            return Err(Missing::NotApplicable);
        }
        let mut hits: BTreeSet<(&str, Sampled, Interval)> = BTreeSet::new();
        for event in self.of_behaviour(behaviour) {
            let (Some(sampled), Some(interval)) = (event.sampled, event.span.interval()) else {
                continue;
            };
            let who = event.subject.as_ref().filter(|who| people.contains(who));
            if let Some(who) = who
                && self.holds(&Sample { sampled, interval })
                && self.has_details(event)
            {
                hits.insert((who, sampled, interval));
            }
        }
        Ok(hits.len() as f64 / (n * people.len()) as f64)
    }

    fn has_details(&self, event: &Event) -> bool {
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
    fn is_one_of(&self, name: &str, subjects: &[String]) -> bool {
        subjects.is_empty()
            || self
                .scheme
                .subject_named(name)
                .is_some_and(|(subject, _)| subjects.contains(&subject.id))
    }

    /// Events of a behaviour that happened then, of the people who count, to those who count, with the details
    /// that count.
    fn events(&self, behaviour: &'a str) -> impl Iterator<Item = &'a Event> + '_ {
        let events = self.of_behaviour(behaviour);
        events.filter(|event| event.sampled.is_none() && self.has_details(event))
    }

    /// Whatever their details, and also in samples.
    fn of_behaviour(&self, behaviour: &'a str) -> impl Iterator<Item = &'a Event> + '_ {
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
    fn goes_to(&self, actor: &str, target: &str) -> bool {
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
    fn n(&self, behaviour: &'a str) -> usize {
        let spans: Vec<Span> = self.events(behaviour).map(|event| event.span).collect();
        amounts(&spans, self.has_length(behaviour), &self.codable).n
    }

    fn has_length(&self, behaviour: &str) -> bool {
        let mut behaviours = self.scheme.behaviours();
        behaviours.any(|(known, has_end)| known.id == behaviour && has_end)
    }

    /// The mean over the people who can show a behaviour of what it comes to for each. People for whom it is
    /// not defined (no bout, no mean length) are left out; any other reason is that of the whole.
    fn mean(
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

    fn begins(&self, behaviour: &'a str) -> Vec<Micros> {
        self.events(behaviour)
            .map(|event| event.span.begin())
            .collect()
    }

    fn transition(
        &self,
        (from, to): (&str, &str),
        lag: usize,
        among: &[String],
        statistic: TransitionStatistic,
    ) -> Result<f64, Missing> {
        let mut codes: Vec<&str> = match among {
            [] => self
                .scheme
                .behaviours()
                .map(|(one, _)| one.id.as_str())
                .collect(),
            among => among.iter().map(String::as_str).collect(),
        };
        for named in [from, to] {
            if !codes.contains(&named) {
                codes.push(named);
            }
        }
        let place = |id: &str| codes.iter().position(|code| *code == id);
        // What comes before and after time that nobody could code does not follow one another.
        let part_of = |at: Micros| self.codable.iter().position(|part| part.contains(at));
        let counts = |event: &&Event| {
            let subject = event.subject.as_deref().unwrap_or_default();
            self.is_one_of(subject, &self.scope.subjects)
        };
        let mut events: Vec<(usize, Micros, usize)> = self
            .coding
            .continuous_events()
            .filter(counts)
            .filter_map(|event| {
                let begin = event.span.begin();
                Some((part_of(begin)?, begin, place(&event.behaviour)?))
            })
            .collect();
        events.sort_unstable();
        let sequences: Vec<Vec<usize>> = events
            .chunk_by(|(a, ..), (b, ..)| a == b)
            .map(|events| events.iter().map(|(.., code)| *code).collect())
            .collect();
        // Two events on, a state can come back.
        let may_repeat = lag > 1 || !self.excludes_repeats(&codes);
        let table = transitions(&sequences, codes.len(), lag, may_repeat).table();
        let cell = table
            .iter()
            .find(|cell| Some(cell.from) == place(from) && Some(cell.to) == place(to));
        let cell = cell.ok_or(Missing::NotApplicable)?;
        let value = match statistic {
            TransitionStatistic::Probability => cell.probability,
            TransitionStatistic::AdjustedResidual => cell.adjusted_residual,
            TransitionStatistic::YulesQ => cell.yule_q,
            // Halves alone say nothing: without the first behaviour there is nothing to follow.
            TransitionStatistic::LogOdds => cell.probability.map(|_| cell.log_odds),
        };
        value
            .filter(|value| value.is_finite())
            .ok_or(Missing::NotApplicable)
    }

    /// Whether the codes are one set of states of one person of which one always holds: none follows itself.
    /// Where nothing may hold in between, a state can come back.
    fn excludes_repeats(&self, codes: &[&str]) -> bool {
        let in_one_set = self.scheme.states.iter().any(|set| {
            let has = |code: &&str| set.states.iter().any(|state| state.id == **code);
            set.exclusive && set.exhaustive && codes.iter().all(has)
        });
        let shown = |name: &&Arc<str>| self.is_one_of(name, &self.scope.subjects);
        in_one_set && self.people.iter().filter(shown).count() == 1
    }

    fn contingency(
        &self,
        (given, answer, answer_subjects): (&'a str, &'a str, &'a [String]),
        within: f64,
        statistic: ContingencyStatistic,
    ) -> Result<f64, Missing> {
        let answers: Vec<Micros> = self
            .coding
            .continuous_events()
            .filter(|event| *event.behaviour == *answer)
            .filter(|event| {
                let subject = event.subject.as_deref().unwrap_or_default();
                self.is_one_of(subject, answer_subjects)
            })
            .map(|event| event.span.begin())
            .collect();
        let within = Micros::from_seconds(within).ok_or(Missing::Invalid)?;
        let begins = self.begins(given);
        // What is shifted around a recording stays in it.
        let found: Vec<Answered> = self
            .recordings()
            .filter_map(|codable| answered(&begins, &answers, codable, within))
            .collect();
        let found = Answered::of_several(&found).ok_or(Missing::NotApplicable)?;
        Ok(match statistic {
            ContingencyStatistic::Answered => found.answered,
            ContingencyStatistic::AboveChance => found.answered - found.by_chance,
        })
    }
}
