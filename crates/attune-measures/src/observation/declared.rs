//! Measures that a scheme declares, of one recording: amounts of a behaviour, latencies, what follows what,
//! what is answered, each of the people and in the part of the recording that the scheme names.
//!
//! Of several recordings of one session that were put together nothing reaches over a cut: latencies are taken
//! in the first one, gaps, sequences and answers within each.
//!
//! Counts and rates add up everybody; lengths, gaps and latencies are taken of each person who was there and
//! can show the behaviour, and averaged. Definitions: `docs/methods/observation-measures.md`.

mod following;
mod part;

use std::sync::Arc;

use attune_protocol::{
    missing::Missing,
    scheme::{SampleWay, Scheme, SubjectKind},
    scheme_measure::{Amount, MeasureScope, Measured, SchemeMeasure},
};
use attune_records::{observation::Interval, records::SessionCoding};

use super::amounts::Amounts;
use part::Part;

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
        Measured::Amount(Amount::SampleShare, behaviour) => {
            part.sample_share(behaviour, Asked::AtAll)
        }
        Measured::Amount(Amount::WholeIntervalShare, behaviour) => {
            part.sample_share(behaviour, Asked::AllTheTime)
        }
        Measured::Amount(Amount::Share, behaviour) if !scheme.is_continuous() => {
            part.sample_share(behaviour, Asked::of_only(scheme))
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

/// What samples ask of a behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Whether it was the case at all, within an interval or at a moment.
    AtAll,
    /// Whether it lasted the whole interval.
    AllTheTime,
}

impl Asked {
    /// What the share of a scheme that only samples time is taken of: whole intervals where it asks for nothing
    /// else.
    pub fn of_only(scheme: &Scheme) -> Self {
        match scheme.samples_presence() {
            true => Self::AtAll,
            false => Self::AllTheTime,
        }
    }

    fn is_of(self, way: SampleWay) -> bool {
        way.is_whole() == (self == Self::AllTheTime)
    }
}

/// The share of the answered samples in which a behaviour was the case, mean over the people who were there, could
/// be seen and can show it.
///
/// # Errors
///
/// Nobody can show it or no sample tells anything (not applicable), or no sample was answered (not recorded).
pub fn sample_share(
    scheme: &Scheme,
    coding: &SessionCoding,
    behaviour: &str,
    asked: Asked,
) -> Result<f64, Missing> {
    let scope = MeasureScope::default();
    let part = Part::of(scheme, coding, &scope).ok_or(Missing::NotApplicable)?;
    part.sample_share(behaviour, asked)
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
        Amount::Share | Amount::SampleShare | Amount::WholeIntervalShare => of.share,
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
