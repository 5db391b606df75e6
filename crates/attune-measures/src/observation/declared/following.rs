//! Declared measures of what follows what and of what is answered.

use std::sync::Arc;

use attune_protocol::{
    missing::Missing,
    scheme_measure::{ContingencyStatistic, TransitionStatistic},
};
use attune_records::observation::{Event, Micros};

use super::{
    super::{
        answered::{Answered, answered},
        lag::transitions,
    },
    part::Part,
};

impl<'a> Part<'a> {
    pub fn transition(
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

    pub fn contingency(
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
