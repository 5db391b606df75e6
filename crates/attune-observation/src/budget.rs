//! Time budgets: the amounts of each behaviour of each subject, observation by observation.

use std::collections::BTreeMap;

use attune_measures::observation::amounts::{Amounts, amounts, bins};
use attune_records::observation::{
    BehaviourKind, CodingProject, Event, Interval, Micros, Observation, Span,
};
use rayon::prelude::*;
use serde::Serialize;

use crate::from_project::{Chosen, NO_SUBJECT};

/// One observation.
#[derive(Debug, Serialize)]
pub struct Budget {
    /// The observation.
    pub id: String,
    /// Who coded it.
    pub coder: Option<String>,
    /// The recording.
    pub recording: Option<String>,
    /// Length of what was coded; null where the file does not say.
    pub duration_s: Option<f64>,
    /// The same without what nobody could code.
    pub codable_s: Option<f64>,
    /// Each behaviour of each subject.
    pub behaviours: Vec<BehaviourBudget>,
    /// Why rates, shares and latencies are not known.
    #[serde(skip)]
    pub warning: Option<String>,
}

/// One behaviour of one subject.
#[derive(Debug, Serialize)]
pub struct BehaviourBudget {
    /// Who showed it.
    pub subject: String,
    /// The behaviour.
    pub behaviour: String,
    /// Details, where they are looked at.
    pub modifiers: String,
    /// State or point.
    pub kind: BehaviourKind,
    /// How often, how long, how soon.
    #[serde(flatten)]
    pub amounts: Amounts,
    /// Seconds of a state or number of points in each stretch, with its codable seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bins: Option<Vec<(f64, f64)>>,
}

/// The budgets of observations, in their order, shared out among the threads. With `bin` seconds also in
/// stretches of that length.
pub fn budgets(
    observations: &[&Observation],
    project: &CodingProject,
    chosen: &Chosen,
    bin: Option<f64>,
) -> Vec<Budget> {
    observations
        .par_iter()
        .map(|one| budget(one, project, chosen, bin))
        .collect()
}

/// The budget of one observation.
pub fn budget(
    observation: &Observation,
    project: &CodingProject,
    chosen: &Chosen,
    bin: Option<f64>,
) -> Budget {
    let codable = observation.codable();
    let known = codable.is_some();
    // Without a known length counts and lengths are still true; rates, shares and latencies are not.
    let window = codable.unwrap_or_else(|| {
        let last = observation.extent().map_or(Micros::ZERO, Interval::stop);
        Interval::new(Micros::ZERO, last + Micros(1))
            .into_iter()
            .collect()
    });
    let mut groups: BTreeMap<(&str, &str, String), Vec<Span>> = BTreeMap::new();
    for event in observation
        .events()
        .iter()
        .filter(|event| chosen.takes(event))
    {
        let subject = event.subject.as_deref().unwrap_or(NO_SUBJECT);
        groups
            .entry((subject, &event.behaviour, details(event, chosen)))
            .or_default()
            .push(event.span);
    }
    let of_group = |((subject, behaviour, modifiers), spans): ((&str, &str, String), Vec<Span>)| {
        let noted = project
            .scheme
            .behaviour(behaviour)
            .map(|behaviour| behaviour.kind);
        let has_points = spans.iter().all(|span| span.is_point());
        let kind = noted.unwrap_or(if has_points {
            BehaviourKind::Point
        } else {
            BehaviourKind::State
        });
        let is_state = kind != BehaviourKind::Point;
        let mut amounts = amounts(&spans, is_state, &window);
        if !known {
            (amounts.rate_per_minute, amounts.share, amounts.latency_s) = (None, None, None);
        }
        BehaviourBudget {
            subject: subject.to_owned(),
            behaviour: behaviour.to_owned(),
            modifiers,
            kind,
            amounts,
            bins: bin
                .and_then(Micros::from_seconds)
                .filter(|_| known)
                .map(|bin| bins(&spans, is_state, &window, bin)),
        }
    };
    let length = |parts: &[Interval]| {
        parts
            .iter()
            .map(|part| part.length().seconds())
            .fold(0.0, |sum, length| sum + length)
    };
    Budget {
        id: observation.id.to_string(),
        coder: observation.coder.as_deref().map(str::to_owned),
        recording: observation.recording.as_deref().map(str::to_owned),
        duration_s: observation.coded_window().map(|window| window.length().seconds()),
        codable_s: known.then(|| length(&window)),
        behaviours: groups.into_iter().map(of_group).collect(),
        warning: (!known && !observation.events().is_empty()).then(|| {
            format!(
                "observation `{}`: its length is not known, so rates, shares and latencies are not given; \
                 note the media's length or the coded window in the coding tool",
                observation.id
            )
        }),
    }
}

fn details(event: &Event, chosen: &Chosen) -> String {
    if !chosen.modifiers {
        return String::new();
    }
    match &event.target {
        Some(target) if event.modifiers.is_empty() => format!("to {target}"),
        Some(target) => format!("{} to {target}", event.modifiers),
        None => event.modifiers.to_string(),
    }
}
