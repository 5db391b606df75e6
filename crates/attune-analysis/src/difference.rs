//! The difference that a finding is about, in the outcome's own unit: the term itself, or for a
//! difference in change per unit of time what it comes to over the follow-up. Effect size,
//! equivalence and the smallest difference that matters refer to it.

use crate::{
    findings::{Estimate, OverFollowUp},
    meaning::{Meaning, Quantity},
    question::Question,
    run::scaled,
    words,
};

/// The difference behind an estimate.
#[derive(Debug, Clone)]
pub struct Difference {
    /// In the outcome's unit; per unit of time where no length of follow-up is known.
    pub in_unit: Estimate,
    /// Over the follow-up, where the term is a difference in change per unit of time.
    pub over: Option<OverFollowUp>,
    /// What it is, in words.
    pub words: String,
    /// The smallest difference that matters, in the unit of the estimate.
    pub smallest_in_estimate_unit: Option<f64>,
}

impl Difference {
    /// The difference behind the estimate of a term.
    pub fn of(question: &Question<'_>, meaning: &Meaning, estimate: &Estimate) -> Self {
        let over = over_follow_up(question, meaning, estimate);
        Self {
            in_unit: over
                .as_ref()
                .map_or(estimate, |over| &over.estimate)
                .clone(),
            words: in_words(question, meaning, over.as_ref()),
            smallest_in_estimate_unit: smallest(question, meaning, over.as_ref()),
            over,
        }
    }
}

fn over_follow_up(
    question: &Question<'_>,
    meaning: &Meaning,
    estimate: &Estimate,
) -> Option<OverFollowUp> {
    let (Quantity::Slope(time), Some(follow_up)) = (&meaning.quantity, question.follow_up) else {
        return None;
    };
    Some(OverFollowUp {
        from_months: follow_up.start,
        to_months: follow_up.end,
        estimate: scaled(estimate, time.of_months(follow_up.months())),
    })
}

fn in_words(question: &Question<'_>, meaning: &Meaning, over: Option<&OverFollowUp>) -> String {
    let label = &question.plan().label;
    let groups = meaning
        .comparison
        .as_ref()
        .map_or_else(String::new, |comparison| {
            let [group, reference] =
                [&comparison.group, &comparison.reference].map(|id| words::id_words(id));
            format!(" between {group} and {reference}")
        });
    let of_what = match (&meaning.quantity, over) {
        (_, Some(over)) => format!(
            "in the change of {label} over {} (from {} to {} after enrolment)",
            words::months(over.to_months - over.from_months),
            words::short(over.from_months, 1),
            words::months(over.to_months),
        ),
        (Quantity::Slope(time), None) => format!("in the change of {label} in one {}", time.unit()),
        (Quantity::ChangeToWave(wave), _) => {
            format!("in the change of {label} up to {}", words::id_words(wave))
        }
        (Quantity::ChangeToPhase(_), _) => format!("in the change of {label} between the phases"),
        (Quantity::Value { .. } | Quantity::Other, _) => format!("in {label}"),
    };
    format!("the model’s difference{groups} {of_what}")
}

fn smallest(
    question: &Question<'_>,
    meaning: &Meaning,
    over: Option<&OverFollowUp>,
) -> Option<f64> {
    let smallest = question.plan().smallest_difference_that_matters?;
    meaning.comparison.as_ref()?;
    match (&meaning.quantity, over) {
        (Quantity::Slope(time), Some(over)) => {
            Some(smallest / time.of_months(over.to_months - over.from_months))
        }
        (Quantity::Slope(_) | Quantity::Other, _) => None,
        _ => Some(smallest),
    }
}
