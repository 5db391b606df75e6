//! What a rehearsed study assumes and what it cannot show, in words.

use attune_analysis::words;
use attune_protocol::{
    assumptions::{ByArm, Course},
    plan::Outcome,
};

use super::Rehearsed;
use crate::commands::power::{options::TrialOptions, result::Question};

impl Rehearsed {
    /// The assumptions that decide the powers printed.
    pub fn assumed_words(&self, trials: &TrialOptions) -> Vec<String> {
        let mut said: Vec<String> = self
            .protocol
            .outcomes
            .iter()
            .map(|outcome| self.course_words(outcome))
            .collect();
        said.push(self.losses(trials));
        let shares = self.assumptions.missingness.iter().filter(|missing| {
            let is_used = |outcome: &Outcome| outcome.measure == missing.measure;
            self.protocol.outcomes.iter().any(is_used)
        });
        let shares: Vec<String> = shares
            .map(|missing| format!("{} of {}", words::percent(missing.share), missing.measure))
            .collect();
        if !shares.is_empty() {
            said.push(format!(
                "Missing at visits that took place: {}.",
                words::list(&shares)
            ));
        }
        said.push(
            "All of it is declared in [simulation] of the study file; --effect 1 is the effect \
             assumed there."
                .to_owned(),
        );
        said
    }

    fn course_words(&self, outcome: &Outcome) -> String {
        let Some(course) = self.course_of(&self.assumptions, &outcome.id) else {
            return format!(
                "{}: no course is assumed, so there is no effect to be found.",
                outcome.label
            );
        };
        format!(
            "{}: starts at {}; change per month {}; {}.",
            outcome.label,
            self.by_arm(&course.start),
            self.by_arm(&course.per_month),
            spreads(course)
        )
    }

    fn by_arm(&self, by_arm: &ByArm) -> String {
        match by_arm {
            ByArm::Every(number) => words::short(*number, 4),
            ByArm::Each(numbers) => {
                let one = |(arm, number): &(attune_protocol::id::ArmId, f64)| {
                    let label = self
                        .protocol
                        .arm(arm)
                        .map_or(arm.as_str(), |arm| arm.label.as_str());
                    format!("{} ({label})", words::short(*number, 4))
                };
                words::list(&numbers.iter().map(one).collect::<Vec<_>>())
            }
        }
    }

    fn losses(&self, trials: &TrialOptions) -> String {
        if let Some(share) = trials.dropout {
            return format!(
                "{} of the dyads are lost by the last wave (--dropout), completely at random.",
                words::percent(share)
            );
        }
        let loss = |attrition: &attune_protocol::assumptions::Attrition| {
            let arm = attrition
                .arm
                .as_ref()
                .and_then(|arm| self.protocol.arm(arm));
            let whom = arm.map_or("all arms", |arm| arm.label.as_str());
            format!("{} ({whom})", words::percent(attrition.per_month))
        };
        let losses: Vec<String> = self.assumptions.attrition.iter().map(loss).collect();
        if losses.is_empty() {
            return "Nobody is lost.".to_owned();
        }
        format!(
            "Lost per month, completely at random given the arm: {}.",
            words::list(&losses)
        )
    }

    /// What the design cannot show, with what that means for its power.
    pub fn cannot_show_words(&self, of_design: Vec<String>) -> Vec<String> {
        let mut said = Vec::new();
        if self.protocol.study.allocation.is_by_site() && self.protocol.arms.len() > 1 {
            said.push(
                "The powers are those of a comparison of dyads, conditional on these sites; they say \
                 nothing of a test at the level of sites."
                    .to_owned(),
            );
        }
        said.extend(of_design);
        said
    }

    pub fn warnings(&self, questions: &[Question]) -> Vec<String> {
        let mut said = self.notes.clone();
        for question in questions {
            let unknown = question
                .points
                .iter()
                .any(|point| point.power.true_value.is_none());
            if let (true, Some(id)) = (unknown, &question.id) {
                said.push(format!(
                    "{id}: the model does not hold the assumed course exactly, so what its term is in \
                     truth, and with it bias and coverage, are not given."
                ));
            }
        }
        let family = self.protocol.multiplicity.as_ref();
        let is_part = |id: &attune_protocol::id::AnalysisId| {
            self.protocol
                .analyses
                .iter()
                .any(|analysis| analysis.id == *id)
        };
        if family.is_some_and(|family| family.family.iter().any(is_part)) && !self.family_is_whole()
        {
            said.push(
                "The plan adjusts p values in a family; since not all of it is simulated, these are \
                 powers before adjustment."
                    .to_owned(),
            );
        }
        said
    }
}

fn spreads(course: &Course) -> String {
    let number = |value: f64| words::short(value, 3);
    let slopes = if course.sd_slope > 0.0 {
        format!(
            ", of their slopes {} (correlation {})",
            number(course.sd_slope),
            number(course.correlation)
        )
    } else {
        String::new()
    };
    format!(
        "SD between dyads {}{slopes}, within {}, between sites {}",
        number(course.sd_between),
        number(course.sd_within),
        number(course.sd_site)
    )
}
