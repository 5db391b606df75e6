//! What the plain sentence says is not known: the most important first. The longer list, with
//! numbers, is in `cannot_show.rs`.

use attune_protocol::study::Allocation;

use crate::{
    cannot_show::{SitesCompared, programme_arm},
    meaning::{GroupKind, Meaning, Quantity},
    question::Question,
};

/// Whole sentences that apply to a term.
pub fn not_known(question: &Question<'_>, meaning: &Meaning) -> Vec<String> {
    let Some(comparison) = &meaning.comparison else {
        let counterfactual =
            "What would have happened without the programme is not known.".to_owned();
        return if meaning.quantity == Quantity::Other {
            Vec::new()
        } else {
            vec![counterfactual]
        };
    };
    let mut not_known = Vec::new();
    if SitesCompared::of(question, comparison).is_some_and(SitesCompared::has_single_site) {
        let kind = site_kind(question);
        not_known.push(format!(
            "Whether the {kind} itself rather than the programme made a difference cannot be known \
             from one {kind}."
        ));
    }
    let allocation = question.long.protocol.study.allocation;
    let text = match comparison.groups {
        GroupKind::Arms if matches!(allocation, Allocation::Site | Allocation::Dyad) => {
            "The arms were not randomised, so the families may have differed in ways that were not \
             measured."
        }
        GroupKind::Arms if allocation == Allocation::DyadNotStated => {
            "How families came to their arm is not stated; unless chance decided, they may have \
             differed in ways that were not measured."
        }
        GroupKind::Arms => return not_known,
        GroupKind::Phases => {
            "What else changed between the phases cannot be told apart from the programme."
        }
    };
    not_known.push(text.to_owned());
    not_known
}

/// What the site of the programme is called: its kind when the plan says so, without what follows
/// "for".
fn site_kind(question: &Question<'_>) -> String {
    let protocol = question.long.protocol;
    let arm = protocol
        .arms
        .get(programme_arm(protocol))
        .map(|arm| &arm.id);
    let of_arm = protocol.sites.iter().find(|site| site.arm_on(None) == arm);
    let kind = of_arm
        .and_then(|site| site.kind.as_deref())
        .unwrap_or("site");
    kind.split(" for ")
        .next()
        .unwrap_or(kind)
        .trim()
        .to_lowercase()
}
