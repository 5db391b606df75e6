//! The trials of a rehearsed study: records made up, measured, and analysed as planned, each with its own seed.

use anyhow::{Result, bail};
use attune_analysis::planned_answers::{NotAnswered, PlannedAnswer, planned_answers, true_answers};
use attune_measures::measure;
use attune_protocol::{
    assumptions::{Assumptions, Course},
    id::{AnalysisId, OutcomeId},
    plan::{Analysis, MultiplicityMethod},
};
use attune_simulation::{courses::expected_value, simulate_records};
use attune_statistics::{
    multiplicity::{Adjustment, adjust},
    power::{Answer, Draws, PowerSettings, Trial, run_trials},
};

use super::Rehearsed;

/// One analysis in all trials.
pub struct Simulated {
    pub trials: Vec<Trial>,
    /// With p values adjusted for the family that the plan declares.
    pub adjusted: Option<Vec<Trial>>,
    pub true_value: Option<f64>,
}

impl Rehearsed {
    /// The trials of every analysis, in the order of the plan.
    pub fn simulate(
        &self,
        assumptions: &Assumptions,
        settings: &PowerSettings,
        alpha: Option<f64>,
    ) -> Result<Vec<Simulated>> {
        let mut first = Draws::of_trial(settings.seed, settings.first_trial);
        let records = simulate_records(&self.protocol, assumptions, seed_of_trial(&mut first))?;
        let measures = measure(&self.protocol, &records.records);
        let truths = true_answers(&self.protocol, &measures, &|outcome, arm, phase, months| {
            let course = self.course_of(assumptions, outcome);
            course.map_or(0.0, |course| expected_value(course, arm, phase, months))
        });
        let rows: Vec<Vec<Trial>> =
            run_trials(settings, |_, draws| self.trial(assumptions, draws, alpha));
        let adjusted: Option<Vec<Vec<Trial>>> = self
            .family_is_whole()
            .then(|| rows.iter().map(|row| self.holm(row)).collect());
        let column = |rows: &[Vec<Trial>], k: usize| {
            rows.iter().map(|row| row[k].clone()).collect::<Vec<_>>()
        };
        let in_family = |k: usize| {
            let family = self
                .protocol
                .multiplicity
                .as_ref()
                .map(|family| &family.family);
            family.is_some_and(|family| family.contains(&self.protocol.analyses[k].id))
        };
        let simulated = |(k, (_, true_value)): (usize, (AnalysisId, Option<f64>))| Simulated {
            trials: column(&rows, k),
            adjusted: adjusted
                .as_ref()
                .filter(|_| in_family(k))
                .map(|rows| column(rows, k)),
            true_value,
        };
        let simulated: Vec<Simulated> = truths.into_iter().enumerate().map(simulated).collect();
        self.check_answered(&simulated)?;
        Ok(simulated)
    }

    /// The course that is assumed of an outcome.
    pub fn course_of<'a>(
        &self,
        assumptions: &'a Assumptions,
        outcome: &OutcomeId,
    ) -> Option<&'a Course> {
        let measure = &self.protocol.outcome(outcome)?.measure;
        assumptions
            .courses
            .iter()
            .find(|course| course.measure == *measure)
    }

    /// One made-up study, analysed.
    fn trial(
        &self,
        assumptions: &Assumptions,
        draws: &mut Draws,
        alpha: Option<f64>,
    ) -> Vec<Trial> {
        let seed = seed_of_trial(draws);
        let records = match simulate_records(&self.protocol, assumptions, seed) {
            Ok(simulated) => simulated.records,
            Err(problem) => {
                let failed = |_: &Analysis| Trial::NotFitted(problem.to_string());
                return self.protocol.analyses.iter().map(failed).collect();
            }
        };
        let measures = measure(&self.protocol, &records);
        let level = alpha.map(|alpha| 1.0 - alpha);
        let answers = planned_answers(&self.protocol, &measures, level);
        answers
            .into_iter()
            .map(|(_, answer)| trial_of(answer))
            .collect()
    }

    /// Whether Holm's adjustment is planned and all of its family is simulated.
    pub fn family_is_whole(&self) -> bool {
        let holds = |id: &AnalysisId| self.protocol.analyses.iter().any(|known| known.id == *id);
        self.protocol.multiplicity.as_ref().is_some_and(|family| {
            family.method == MultiplicityMethod::Holm
                && family.family.len() > 1
                && family.family.iter().all(holds)
        })
    }

    /// The trials of one made-up study with p values adjusted in the family; an analysis without one counts as 1.
    fn holm(&self, trials: &[Trial]) -> Vec<Trial> {
        let mut adjusted = trials.to_vec();
        let Some(family) = &self.protocol.multiplicity else {
            return adjusted;
        };
        let places: Vec<usize> = (0..trials.len())
            .filter(|&k| family.family.contains(&self.protocol.analyses[k].id))
            .collect();
        let p = |&k: &usize| trials[k].answer().map_or(1.0, |answer| answer.p);
        let p_values: Vec<f64> = places.iter().map(p).collect();
        let Ok(p_values) = adjust(&p_values, Adjustment::Holm) else {
            return adjusted;
        };
        for (place, p) in places.into_iter().zip(p_values) {
            if let Trial::Answered(answer) = adjusted[place] {
                adjusted[place] = Trial::Answered(Answer { p, ..answer });
            }
        }
        adjusted
    }

    /// An analysis that no trial could answer has no power to print.
    fn check_answered(&self, simulated: &[Simulated]) -> Result<()> {
        for (analysis, simulated) in self.protocol.analyses.iter().zip(simulated) {
            if simulated
                .trials
                .iter()
                .any(|trial| trial.answer().is_some())
            {
                continue;
            }
            let reason = simulated.trials.iter().find_map(|trial| match trial {
                Trial::NotFitted(reason) => Some(reason.as_str()),
                Trial::Answered(_) | Trial::NotConverged => None,
            });
            bail!(
                "analysis {} could not be run in any of {} trials: {}",
                analysis.id,
                simulated.trials.len(),
                reason.unwrap_or("no fit converged")
            );
        }
        Ok(())
    }
}

/// A seed for the records of a trial, from its own random numbers.
fn seed_of_trial(draws: &mut Draws) -> u64 {
    (draws.uniform() * (1_u64 << 53) as f64) as u64
}

fn trial_of(answer: Result<PlannedAnswer, NotAnswered>) -> Trial {
    match answer {
        Ok(answer) => Trial::of_test(&answer.test, answer.singular),
        Err(NotAnswered::NotConverged) => Trial::NotConverged,
        Err(NotAnswered::NotRun(reason)) => Trial::NotFitted(reason),
    }
}
