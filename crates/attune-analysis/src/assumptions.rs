//! The assumptions of a planned model, checked with its residuals. A check says how far the data
//! are from the assumption and what that means for the answer; p values stand beside it and decide
//! nothing alone, since with few dyads they miss much and with many they find trifles. Thresholds
//! and reasons are in `docs/methods/planned-analysis.md`.

mod influential_units;
mod linearity;
mod normality;
mod spread;

use attune_statistics::inference::CoefficientTest;

use crate::{findings::AssumptionCheck, meaning::Meaning, question::Question, run::Run};

/// What a check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Holds,
    Doubtful,
    NotChecked,
}

/// Checks the model behind an answer.
pub fn check_assumptions(
    question: &Question<'_>,
    run: &Run,
    meaning: &Meaning,
    answer: &CoefficientTest,
) -> Vec<AssumptionCheck> {
    let residuals = run.residuals();
    let checks = [
        Some(normality::residuals_are_normal(&residuals)),
        normality::units_differ_normally(run),
        spread::spread_is_equal_in_groups(question, run, meaning, &residuals),
        Some(spread::spread_does_not_follow_the_fitted_value(
            run, &residuals,
        )),
        linearity::change_is_a_straight_line(question, run, meaning),
        Some(influential_units::no_unit_decides_the_answer(
            question, run, answer,
        )),
    ];
    checks.into_iter().flatten().collect()
}

fn check(name: &str, verdict: Verdict, detail: String) -> AssumptionCheck {
    let result = match verdict {
        Verdict::Holds => "holds",
        Verdict::Doubtful => "doubtful",
        Verdict::NotChecked => "not checked",
    };
    AssumptionCheck {
        name: name.to_owned(),
        result: result.to_owned(),
        detail,
    }
}

fn doubtful_if(doubtful: bool) -> Verdict {
    if doubtful {
        Verdict::Doubtful
    } else {
        Verdict::Holds
    }
}
