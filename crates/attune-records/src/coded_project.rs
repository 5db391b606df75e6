//! The codings of a study in the form in which agreement and sequences read them, the same that files of
//! coding tools become.

use std::{collections::BTreeMap, sync::Arc};

use attune_protocol::{missing::Missing, scheme::Scheme};

use crate::{
    Records,
    observation::{CodingProject, Observation, Rated, Rating, SchemeAsRead, people_there},
    records::{DyadCoding, SessionCoding, When},
};

impl Records {
    /// Every coding by this version of a scheme, of sessions and then of dyads, each with what it was made
    /// from: the recording is the session, or the dyad and its visit, with the name of the recording where
    /// there are several.
    pub fn coded_project(&self, scheme: &Scheme) -> (CodingProject, Vec<&SessionCoding>) {
        let of_sessions = self
            .codings
            .iter()
            .map(|one| (one.session.to_string(), one));
        let of_dyads = self
            .dyad_codings
            .iter()
            .map(|one| (recording_of(one), &one.coding));
        let of_scheme = of_sessions
            .chain(of_dyads)
            .filter(|(_, one)| one.scheme == scheme.id && one.version == scheme.version);
        let mut named: BTreeMap<String, usize> = BTreeMap::new();
        let (observations, codings) = of_scheme
            .map(|(recording, coding)| {
                let coder = coding.coder.as_deref().unwrap_or_default();
                let id = format!("{recording} {coder}").trim().to_owned();
                let n = named.entry(id.clone()).or_default();
                *n += 1;
                let id = match *n {
                    1 => id,
                    n => format!("{id} ({n})"),
                };
                (observation(scheme, id, recording, coding), coding)
            })
            .unzip::<_, _, Vec<_>, Vec<_>>();
        let mut project = CodingProject::default();
        project.name = scheme.id.to_string();
        project.description.clone_from(&scheme.title);
        project.scheme = SchemeAsRead::planned(scheme);
        // Ids are numbered where they would be the same.
        let project = project.with_observations(observations).unwrap_or_default();
        (project, codings)
    }
}

fn recording_of(coding: &DyadCoding) -> String {
    let visit = match (&coding.wave, coding.when) {
        (Some(wave), _) => wave.to_string(),
        (None, When::On(date)) => date.to_string(),
        (None, When::DaysAfterEnrolment(days)) => format!("day {days}"),
        (None, When::NotSaid) => String::new(),
    };
    let visit = format!("{} {visit}", coding.dyad);
    named_recording(visit.trim(), &coding.coding)
}

/// What was recorded, with the name of the recording where it has one.
fn named_recording(what: &str, coding: &SessionCoding) -> String {
    match coding.recording.as_deref() {
        Some(recording) => format!("{what} {recording}"),
        None => what.to_owned(),
    }
}

fn observation(
    scheme: &Scheme,
    id: String,
    recording: String,
    coding: &SessionCoding,
) -> Observation {
    let mut one = Observation::new(id);
    one.recording = Some(Arc::from(recording));
    one.coder.clone_from(&coding.coder);
    one.window = coding.windows.first().copied();
    one.samples.clone_from(&coding.samples);
    one.not_seen.clone_from(&coding.not_seen);
    one.not_codable.clone_from(&coding.not_codable);
    one.people = Some(people_there(scheme, &coding.people));
    one.ratings = coding
        .ratings
        .iter()
        .filter_map(|(item, value)| {
            let rated = match value {
                Ok(points) => Rated::Points(*points),
                Err(Missing::NotApplicable) => Rated::NotCodable,
                Err(_) => return None,
            };
            Some(Rating {
                item: Arc::from(item.as_str()),
                subject: None,
                phase: None,
                rated,
            })
        })
        .collect();
    one.with_events(coding.events.clone())
}
