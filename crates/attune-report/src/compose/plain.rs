//! What a finding says, for people who read no statistics, in the report's English. What can be said is in
//! `plain_result.rs`, the sentences in `result_words/en.toml`.

use attune_analysis::findings::Finding;

use super::context::Context;
use crate::{
    plain_result,
    result_words::{ResultWords, joined},
};

/// The finding in two or three plain sentences.
pub fn sentences(context: &Context<'_>, finding: &Finding) -> String {
    let words = ResultWords::english();
    if plain_result::size(finding).is_none() {
        return words.not_answered.clone();
    }
    match plain_result::read(context, finding) {
        Some(result) => joined(&words.tell(&result)),
        // Questions of another kind have their own careful sentence already.
        None => finding.answer.clone(),
    }
}
