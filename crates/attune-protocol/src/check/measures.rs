//! Measures that the study file names: each must be yielded by an instrument, a scheme, the
//! register of attendance or a file of sessions.

use std::collections::BTreeSet;

use super::Checking;
use crate::{
    codebook::Codebook,
    instrument::{Instrument, PlannedInstrument},
    near_miss::{listed, nearest, suggestion},
    scheme::Scheme,
    shape::{Kind, Thing},
    written::{TextAt, Written},
};

/// What attendance yields for each dyad.
const ATTENDANCE: &[&str] = &["sessions", "minutes", "share"];

/// Where measures come from.
#[derive(Clone, Copy)]
pub(super) struct Sources<'a> {
    pub instruments: &'a [PlannedInstrument],
    pub schemes: &'a [Scheme],
    pub codebooks: &'a [Codebook],
}

impl Sources<'_> {
    pub fn instrument(&self, id: &str) -> Option<&Instrument> {
        self.instruments
            .iter()
            .find(|planned| &*planned.id == id)
            .map(|planned| &planned.definition)
    }

    /// Scores of an instrument; ratings, composites and what events amount to of a scheme.
    fn scores(&self, source: &str) -> Option<Vec<String>> {
        if let Some(instrument) = self.instrument(source) {
            return Some(
                instrument
                    .scores
                    .iter()
                    .map(|score| score.id.to_string())
                    .collect(),
            );
        }
        let scheme = self.schemes.iter().find(|scheme| &*scheme.id == source)?;
        let ratings = scheme.ratings.iter().map(|rating| rating.id.to_string());
        let composites = scheme
            .composites
            .iter()
            .map(|composite| composite.id.to_string());
        let of_events = scheme.event_measures().into_iter().map(|(name, _)| name);
        Some(ratings.chain(composites).chain(of_events).collect())
    }
}

impl Checking<'_> {
    /// Checks every measure that stands anywhere in the file; returns those that there are.
    pub(super) fn measures(&mut self, root: &Written, sources: &Sources<'_>) -> BTreeSet<String> {
        let sessions = session_measures(root);
        let mut named = Vec::new();
        root.visit(&mut |kind, node| {
            if let (Kind::Measure, Some(text)) = (kind, node.text_at()) {
                named.push(text);
            }
        });
        let mut known = BTreeSet::new();
        for measure in named {
            if self.check_measure(measure, sources, &sessions) {
                known.insert(measure.text.to_owned());
            }
        }
        known
    }

    fn check_measure(
        &mut self,
        measure: TextAt<'_>,
        sources: &Sources<'_>,
        sessions: &[&str],
    ) -> bool {
        let Some((source, score)) = measure.text.split_once('.') else {
            self.reading.error(
                measure.at,
                format!("'{}' is no measure", measure.text),
                self.whole_measure_meant(measure.text, sources),
            );
            return false;
        };
        let known = match source {
            "attendance" => ATTENDANCE.iter().map(ToString::to_string).collect(),
            "sessions" => sessions.iter().map(ToString::to_string).collect(),
            _ => match sources.scores(source) {
                Some(scores) => scores,
                None => {
                    self.report_unknown_source(measure, source, sources);
                    return false;
                }
            },
        };
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        if known.contains(&score) {
            return true;
        }
        let start = source.len() + 1;
        let at = self.reading.inside(measure, start..measure.text.len());
        let remedy = suggestion(score, known.iter().copied(), || match known.as_slice() {
            [] => "name another measure".to_owned(),
            known => format!("it has {}", listed(known.iter().copied())),
        });
        self.reading
            .error(at, format!("'{source}' has no score '{score}'"), remedy);
        false
    }

    /// For a measure without a dot: the one whose instrument or score has this name.
    fn whole_measure_meant(&self, written: &str, sources: &Sources<'_>) -> String {
        let all: Vec<String> = self
            .source_ids()
            .flat_map(|source| {
                let scores = sources.scores(source).unwrap_or_default();
                scores
                    .into_iter()
                    .map(move |score| format!("{source}.{score}"))
            })
            .collect();
        let meant: Vec<String> = all
            .iter()
            .filter(|measure| {
                measure
                    .split('.')
                    .any(|part| nearest(written, [part]).is_some())
            })
            .map(|measure| format!("'{measure}'"))
            .collect();
        if meant.is_empty() {
            "write instrument.score, scheme.rating or attendance.sessions".to_owned()
        } else {
            format!("did you mean {}?", meant.join(" or "))
        }
    }

    fn source_ids(&self) -> impl Iterator<Item = &str> {
        [Thing::Instrument, Thing::Scheme]
            .into_iter()
            .flat_map(|thing| self.index.all(thing))
    }

    fn report_unknown_source(&mut self, measure: TextAt<'_>, source: &str, sources: &Sources<'_>) {
        let is_broken = self.source_ids().any(|id| id == source);
        let may_be_broken = [Thing::Instrument, Thing::Scheme]
            .into_iter()
            .any(|thing| !self.index.is_sure(thing));
        if is_broken || may_be_broken {
            // Its own problem has been told.
            return;
        }
        let at = self.reading.inside(measure, 0..source.len());
        if sources
            .codebooks
            .iter()
            .any(|codebook| &*codebook.id == source)
        {
            self.reading.error(
                at,
                format!("'{source}' is a codebook, and codes are no measures"),
                "name a score of an instrument or a rating of a scheme",
            );
            return;
        }
        let known: Vec<&str> = self
            .source_ids()
            .chain(["attendance", "sessions"])
            .collect();
        let remedy = suggestion(source, known.iter().copied(), || {
            format!("measures come from {}", listed(known.iter().copied()))
        });
        self.reading.error(
            at,
            format!("there is no instrument or scheme '{source}'"),
            remedy,
        );
    }
}

/// What the files of sessions yield.
fn session_measures(root: &Written) -> Vec<&str> {
    let mut names = vec!["families"];
    for data in root.tables("data") {
        names.extend(data.map("measures").iter().filter_map(|(key, _)| {
            let text = key.text_at()?;
            Some(text.text)
        }));
    }
    names
}
