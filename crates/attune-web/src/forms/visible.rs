//! Which questions are asked, given the answers so far. A question that falls away keeps its answer: it
//! is hidden, not erased, and comes back when the earlier answer does.

use std::collections::{BTreeMap, BTreeSet};

use attune_protocol::id::ItemId;
use attune_store::command::AnswerValue;

use super::definition::{Condition, FormDefinition};

/// The items that are asked.
pub fn visible(
    definition: &FormDefinition,
    answers: &BTreeMap<ItemId, AnswerValue>,
) -> BTreeSet<ItemId> {
    let mut asked = BTreeSet::new();
    // A condition names an item that stands earlier in the definition; in another order of the items it
    // may stand later, so that it takes as many rounds as conditions follow upon each other.
    loop {
        let before = asked.len();
        for question in &definition.questions {
            let is_asked = question.only_if.as_ref().is_none_or(|condition| {
                asked.contains(&condition.item) && fits(condition, answers)
            });
            if is_asked {
                asked.insert(question.id.clone());
            }
        }
        if asked.len() == before {
            return asked;
        }
    }
}

fn fits(condition: &Condition, answers: &BTreeMap<ItemId, AnswerValue>) -> bool {
    let Some(AnswerValue::Number(code)) = answers.get(&condition.item).map(shown) else {
        return false;
    };
    match (&condition.one_of, condition.at_least) {
        (Some(codes), _) => codes.contains(code),
        (None, Some(least)) => *code >= least,
        (None, None) => false,
    }
}

/// The answer itself, hidden or not: whether it is hidden is what is being found out.
pub fn shown(answer: &AnswerValue) -> &AnswerValue {
    match answer {
        AnswerValue::Hidden(inner) => shown(inner),
        answer => answer,
    }
}
