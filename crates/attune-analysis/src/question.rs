//! One analysis of the plan together with what it needs from the study: the outcome, the parsed
//! formula, the follow-up. The planned run and every sensitivity run start from it.

use attune_protocol::plan::{About, Analysis, Outcome};
use attune_statistics::formula::Formula;

use crate::{follow_up::FollowUp, long_table::LongTable, meaning::Meaning};

/// One question of the plan.
#[derive(Debug)]
pub struct Question<'a> {
    /// The measures.
    pub long: &'a LongTable<'a>,
    /// The analysis.
    pub analysis: &'a Analysis,
    /// Position of its outcome.
    pub outcome: usize,
    /// Its formula.
    pub formula: Formula,
    /// What its term is, as far as the plan alone tells.
    pub meaning: Meaning,
    /// Over which time a difference in change is summed up.
    pub follow_up: Option<FollowUp>,
}

impl<'a> Question<'a> {
    /// The question of an analysis.
    ///
    /// # Errors
    /// In words, when the formula cannot be read or the outcome is not one of the protocol's; a
    /// checked protocol has neither.
    pub fn of(long: &'a LongTable<'a>, analysis: &'a Analysis) -> Result<Self, String> {
        let outcomes = &long.protocol.outcomes;
        let outcome = outcomes
            .iter()
            .position(|outcome| outcome.id == analysis.outcome)
            .ok_or_else(|| format!("the study has no outcome `{}`", analysis.outcome))?;
        let formula = Formula::parse(&analysis.model).map_err(|error| error.problem)?;
        Ok(Self {
            meaning: Meaning::of(long.protocol, &formula, &analysis.answers, None),
            follow_up: FollowUp::of(long, outcome, analysis),
            long,
            analysis,
            outcome,
            formula,
        })
    }

    /// The outcome as planned.
    pub fn plan(&self) -> &'a Outcome {
        &self.long.protocol.outcomes[self.outcome]
    }

    /// Kind of the units that the outcome is measured on.
    pub fn about(&self) -> About {
        self.long.about(self.outcome)
    }
}
