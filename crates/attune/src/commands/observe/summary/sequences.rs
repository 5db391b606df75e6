//! What follows what, and what is answered.

use anyhow::{Context, Result};
use attune_observation::coding::Stream;
use attune_observation::from_project::{Chosen, NO_SUBJECT, codings};
use attune_observation::sequence::contingency::{Clip, Contingency, contingency as compare};
use attune_observation::sequence::lag::{Transition, tested};
use attune_observation::{Coding, Window};
use attune_records::observation::{CodingProject, Observation};
use serde::Serialize;

/// How transitions are tested.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub lag: usize,
    pub n_random: usize,
    pub seed: u64,
}

/// The transitions of one stream over all observations.
#[derive(Debug, Serialize)]
pub struct StreamTransitions {
    pub subject: String,
    pub codes: Vec<String>,
    pub lag: usize,
    pub n_sessions: usize,
    pub n_random: usize,
    pub seed: u64,
    pub pooling: &'static str,
    pub transitions: Vec<NamedTransition>,
}

/// A transition with the names of its codes.
#[derive(Debug, Serialize)]
pub struct NamedTransition {
    pub first: String,
    pub then: String,
    #[serde(flatten)]
    pub numbers: Transition,
}

pub fn transitions(
    observations: &[&Observation],
    project: &CodingProject,
    chosen: &Chosen,
    settings: Settings,
) -> Vec<StreamTransitions> {
    let read = codings(&[project], chosen);
    let asked = |coding: &&Coding| observations.iter().any(|one| *one.id == *coding.id);
    let all: Vec<&Coding> = read.codings.iter().filter(asked).collect();
    let streams = Stream::all(&read.scheme, all.iter().copied());
    let several = streams.into_iter().filter(|stream| stream.codes.len() > 1);
    several
        .map(|stream| {
            let is_long = |sequence: &Vec<usize>| sequence.len() > settings.lag;
            let of_coding = |coding: &&Coding| -> Vec<Vec<usize>> {
                let mut sequences = stream.sequences(coding);
                sequences.retain(is_long);
                sequences
            };
            let by_coding: Vec<Vec<Vec<usize>>> = all.iter().map(of_coding).collect();
            let n_sessions = by_coding.iter().filter(|one| !one.is_empty()).count();
            let sessions: Vec<Vec<usize>> = by_coding.into_iter().flatten().collect();
            // At lag 1 a state that excludes the others cannot follow itself.
            let repeats = |session: &Vec<usize>| session.windows(2).any(|pair| pair[0] == pair[1]);
            let may_repeat = settings.lag > 1 || !stream.states || sessions.iter().any(repeats);
            let random = (settings.n_random, settings.seed);
            let table = tested(
                &sessions,
                stream.codes.len(),
                settings.lag,
                may_repeat,
                random,
            );
            let named = |numbers: Transition| NamedTransition {
                first: stream.codes[numbers.from].clone(),
                then: stream.codes[numbers.to].clone(),
                numbers,
            };
            StreamTransitions {
                subject: stream.subject.clone(),
                lag: settings.lag,
                n_sessions,
                n_random: settings.n_random,
                seed: settings.seed,
                pooling: "observations added up; nothing follows across their ends or across time that nobody could code; \
                          shuffled within",
                transitions: table.into_iter().map(named).collect(),
                codes: stream.codes,
            }
        })
        .collect()
}

/// A contingency with what was asked.
#[derive(Debug, Serialize)]
pub struct AskedContingency {
    pub given: String,
    pub answer: String,
    pub within_s: f64,
    pub n_observations: usize,
    pub seed: u64,
    #[serde(flatten)]
    pub found: Contingency,
}

/// How often `subject:behaviour` is answered by another.
pub fn contingency(
    observations: &[&Observation],
    (given, answer): (&str, &str),
    within: f64,
    (n_shifts, seed): (usize, u64),
) -> Result<AskedContingency> {
    let begins = |observation: &Observation, wanted: &str| -> Result<Vec<i64>> {
        let (subject, behaviour) = wanted.rsplit_once(':').with_context(|| {
            format!("`{wanted}` is not subject:behaviour, such as infant:smile")
        })?;
        let events = observation.events().iter();
        let of = events.filter(|event| {
            event.subject.as_deref().unwrap_or(NO_SUBJECT) == subject
                && *event.behaviour == *behaviour
        });
        Ok(of.map(|event| event.span.begin().0).collect())
    };
    let mut clips = Vec::new();
    for observation in observations {
        if let Some(codable) = observation.codable() {
            clips.push(Clip {
                window: Window::of(
                    codable
                        .iter()
                        .map(|part| (part.start().0, part.stop().0))
                        .collect(),
                ),
                given: begins(observation, given)?,
                answers: begins(observation, answer)?,
            });
        }
    }
    let found = compare(
        &clips,
        (0, attune_observation::window::micros(within)),
        (n_shifts, seed),
    );
    Ok(AskedContingency {
        given: given.to_owned(),
        answer: answer.to_owned(),
        within_s: within,
        n_observations: clips.len(),
        seed,
        found,
    })
}
