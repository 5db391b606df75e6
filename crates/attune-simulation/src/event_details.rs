//! Details of made-up events, and the samples of time that they answer: what a coder who is asked at set times
//! would have seen of the same events.

use std::{collections::BTreeSet, sync::Arc};

use attune_protocol::scheme::{Behaviour, Modifier as Wanted, ModifierValues, SampleWay, Scheme};
use attune_records::observation::{
    Event, Interval, Micros, Modifier, Modifiers, NotSeen, Sample, Sampled, Span,
};

use crate::{
    draws::{round_to, whole_between},
    streams::Stream,
};

/// Share of events whose detail was said, where the scheme does not ask for it of every one.
const SAID: f64 = 0.9;
/// Share of the samples in which a person cannot be seen.
const NOT_SEEN: f64 = 0.04;
/// Share of the words that are chosen of a detail that takes several.
const CHOSEN: f64 = 0.4;

/// Gives events the details that their behaviours have.
pub fn add_details(scheme: &Scheme, events: &mut [Event], stream: &mut Stream) {
    let behaviours = || {
        let behaviours = scheme.behaviours().map(|(behaviour, _)| behaviour);
        behaviours.chain(&scheme.spans)
    };
    for event in events {
        let behaviour = behaviours().find(|one| *one.id == *event.behaviour);
        if let Some(behaviour) = behaviour {
            event.modifiers = details(behaviour, stream);
        }
    }
}

fn details(behaviour: &Behaviour, stream: &mut Stream) -> Modifiers {
    let mut said = Vec::new();
    for modifier in &behaviour.modifiers {
        if stream.uniform() < SAID || modifier.required {
            said.push(Modifier {
                set: Arc::from(modifier.id.as_str()),
                values: values(modifier, stream),
            });
        }
    }
    Modifiers::new(said)
}

fn values(modifier: &Wanted, stream: &mut Stream) -> Vec<Arc<str>> {
    match &modifier.values {
        ModifierValues::One(words) => {
            let place = whole_between(stream, 0, words.len() as i64 - 1);
            let word = usize::try_from(place)
                .ok()
                .and_then(|place| words.get(place));
            word.map(|word| Arc::from(word.as_str()))
                .into_iter()
                .collect()
        }
        ModifierValues::Several(words) => words
            .iter()
            .filter(|_| stream.uniform() < CHOSEN)
            .map(|word| Arc::from(word.as_str()))
            .collect(),
        ModifierValues::Number { minimum, maximum } => {
            let number = minimum + (maximum - minimum) * stream.uniform();
            // To a tenth of the range, where that is within it.
            let decimals = if maximum - minimum >= 10.0 { 0 } else { 1 };
            let number = round_to(number, decimals).clamp(*minimum, *maximum);
            vec![Arc::from(number.to_string())]
        }
    }
}

/// The events as the scheme's ways of sampling have them, and every sample as answered: within an interval
/// whatever happened at all or lasted all of it, at a moment what was the case. Where coding is continuous, too, the events stay.
/// Now and then somebody cannot be seen in a sample.
pub fn answer_samples(
    scheme: &Scheme,
    people: &[Arc<str>],
    events: Vec<Event>,
    length_s: f64,
    stream: &mut Stream,
) -> Answered {
    let is_part = |event: &Event| scheme.spans.iter().any(|part| *part.id == *event.behaviour);
    let (mut answers, mut samples) = (Vec::new(), Vec::new());
    let mut not_seen: Vec<NotSeen> = Vec::new();
    for (way, seconds) in scheme.timed_ways() {
        let Some(every) = Micros::from_seconds(seconds) else {
            continue;
        };
        let n = (length_s / seconds).floor() as u32;
        for number in 0..n {
            let sampled = Sampled { way, number };
            let Some(interval) = sampled.interval(every) else {
                continue;
            };
            let sample = Sample { sampled, interval };
            samples.push(sample);
            let hidden: Vec<&Arc<str>> = people
                .iter()
                .filter(|_| stream.uniform() < NOT_SEEN)
                .collect();
            not_seen.extend(hidden.iter().map(|subject| NotSeen {
                sample,
                subject: (*subject).clone(),
            }));
            let is_seen_by_anybody = |event: &&Event| {
                let mut hidden = hidden.iter();
                !is_part(event) && !hidden.any(|who| event.subject.as_ref() == Some(*who))
            };
            let mut given = BTreeSet::new();
            for event in events.iter().filter(is_seen_by_anybody) {
                let who = (&event.behaviour, &event.subject, &event.target);
                if is_seen(event.span, way, interval) && given.insert(who) {
                    answers.push(Event {
                        span: Span::State(interval),
                        sampled: Some(sampled),
                        ..event.clone()
                    });
                }
            }
        }
    }
    let is_continuous = scheme.is_continuous();
    let mut all: Vec<Event> = events;
    all.retain(|event| is_continuous || is_part(event));
    all.extend(answers);
    all.sort_by_key(|event| (event.span.begin(), event.subject.clone()));
    Answered {
        events: all,
        samples,
        not_seen,
    }
}

/// What a coder noted who was asked at set times.
pub struct Answered {
    /// The events, those that answer samples among them.
    pub events: Vec<Event>,
    /// The samples, all of them answered.
    pub samples: Vec<Sample>,
    /// Whom nobody could see in one.
    pub not_seen: Vec<NotSeen>,
}

fn is_seen(span: Span, way: SampleWay, interval: Interval) -> bool {
    let moment = Micros(interval.stop().0 - 1);
    match (way, span) {
        (SampleWay::Interval, Span::State(bout)) => bout.intersection(interval).is_some(),
        (SampleWay::Interval, other) => interval.contains(other.begin()),
        (SampleWay::WholeInterval, Span::State(bout)) => {
            bout.start() <= interval.start() && interval.stop() <= bout.stop()
        }
        // What has one time lasts no interval.
        (SampleWay::WholeInterval, _) => false,
        (SampleWay::Momentary | SampleWay::Scan, Span::State(bout)) => bout.contains(moment),
        // What has no length is seen when it falls into the last second before the moment.
        (SampleWay::Momentary | SampleWay::Scan, other) => {
            (moment.0 - 999_999..=moment.0).contains(&other.begin().0)
        }
    }
}
