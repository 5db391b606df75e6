//! What the sessions show, in sentences, and what they cannot show.

use attune_protocol::instrument::BlindTo;

use super::Coded;
use crate::{
    findings::{Estimate, RoomComparison},
    words,
};

/// The three questions of the clinic as a whole; the other properties stand in the table only.
const TOLD: [&str; 3] = ["across-family-share", "acts-per-minute", "to-infants-share"];

pub(super) fn answer(coded: &Coded<'_>, comparisons: &[RoomComparison]) -> String {
    let told: Vec<&RoomComparison> = TOLD
        .iter()
        .filter_map(|id| comparisons.iter().find(|one| one.measure == *id))
        .collect();
    let mut sentences: Vec<String> = Vec::new();
    let mut not_compared: Vec<String> = Vec::new();
    for one in told {
        match sentence(coded, one) {
            Some(sentence) => sentences.push(sentence),
            None => not_compared.push(one.label.to_lowercase()),
        }
    }
    if sentences.is_empty() {
        return "There are too few coded sessions to compare: each side needs at least three with a value."
            .to_owned();
    }
    if !not_compared.is_empty() {
        sentences.push(format!(
            "Not compared, because too few sessions have a value or all have the same: {}.",
            words::list(&not_compared)
        ));
    }
    sentences.join(" ")
}

/// "Acts from one family to another: 15 % of the acts among families (Before), 27 % (With the group):
/// a difference of 12 percentage points (95 % CI 9.9 to 14; sessions permuted: p < 0.001)."
fn sentence(coded: &Coded<'_>, one: &RoomComparison) -> Option<String> {
    let [reference, group] = one.groups.get(..2)? else {
        return None;
    };
    let (before, after) = (reference.mean?, group.mean?);
    let level = match one.is_share {
        true => |value: f64| words::percent(value),
        false => |value: f64| words::fixed(value, words::decimals_of(value, 2)),
    };
    let label = |place: usize| in_sentence(&coded.groups[place].1);
    let of = match one.is_share {
        true => one.unit.strip_prefix("share ").unwrap_or(&one.unit),
        false => &one.unit,
    };
    let size = size(&one.difference, one.is_share)?;
    let permuted = one.permutation.as_ref().map_or_else(String::new, |result| {
        format!("; sessions permuted: {}", words::p_value(result.p))
    });
    Some(format!(
        "{}: {} {of} {}, {} {} ({size}{permuted}; {} and {} sessions).",
        one.label,
        level(before),
        label(0),
        level(after),
        label(1),
        words::count(reference.n),
        words::count(group.n),
    ))
}

/// What coders of one session agree on so little that the interval reaches below a half.
fn doubtful_agreement(one: &RoomComparison) -> Option<String> {
    let agreement = one.agreement.as_ref()?;
    let (icc, lower, upper) = (
        agreement.estimate?,
        agreement.ci_lower?,
        agreement.ci_upper?,
    );
    (lower < 0.5).then(|| {
        format!(
            "{}: it is not shown that coders agree well enough on a single session ({} {}, {}; {} coded by two). Part of \
             the spread between the sessions is the coders' own. With coders who do not know the phase this hides \
             differences rather than making them.",
            one.label,
            icc_in_words(agreement.measure),
            words::fixed(icc, 2),
            words::interval(0.95, lower, upper, 2),
            words::count_of(agreement.n_sessions, "session", "sessions"),
        )
    })
}

fn icc_in_words(measure: &str) -> &'static str {
    match measure {
        "icc-a1" => "ICC(A,1)",
        _ => "ICC(1)",
    }
}

/// "difference 12 percentage points, 95 % CI 9.9 to 14".
fn size(difference: &Estimate, is_share: bool) -> Option<String> {
    let (estimate, lower, upper) = (
        difference.estimate?,
        difference.ci_lower?,
        difference.ci_upper?,
    );
    let scale = if is_share { 100.0 } else { 1.0 };
    let decimals = words::decimals_for(lower * scale, upper * scale);
    let points = if is_share { " percentage points" } else { "" };
    Some(format!(
        "difference {}{points}, {}",
        words::fixed(estimate * scale, decimals),
        words::interval(difference.level, lower * scale, upper * scale, decimals)
    ))
}

/// The name of a phase within a sentence: "before the group"; names keep their capitals elsewhere.
fn in_sentence(label: &str) -> String {
    let begins = [
        "Before ", "After ", "With ", "Without ", "During ", "Since ", "Until ",
    ];
    match begins.iter().any(|word| label.starts_with(word)) {
        true => label[..1].to_lowercase() + &label[1..],
        false => format!("in “{label}”"),
    }
}

pub(super) fn cannot_show(coded: &Coded<'_>, comparisons: &[RoomComparison]) -> Vec<String> {
    let mut limits = Vec::new();
    let protocol = coded.long.protocol;
    if coded.groups.len() > 1 && !protocol.phases.is_empty() {
        let who = match protocol.sites.len() {
            1 => "One clinic is compared with itself",
            _ => "Clinics are compared with themselves",
        };
        limits.push(format!(
            "{who}: whatever else changed between the phases (season, staff, which families came, how full the room was) is \
             in these differences as well."
        ));
        limits.push(
            "Sessions near each other in time resemble each other. Neither the model nor the permutation knows their \
             order, so p values and intervals are a little too sure where that is so."
                .to_owned(),
        );
    }
    if !coded.scheme.blind_to.contains(&BlindTo::Phase) && coded.groups.len() > 1 {
        limits.push(
            "The scheme does not say that coders were blind to the phase: what they expected may be in what they saw."
                .to_owned(),
        );
    }
    let twice = |unit: u32| {
        coded
            .codings
            .iter()
            .filter(|(_, one)| one.unit == unit)
            .count()
            > 1
    };
    if !coded.codings.iter().any(|(_, one)| twice(one.unit)) {
        limits.push(
            "No session was coded by two coders: how far the numbers depend on who coded is not known.".to_owned(),
        );
    }
    let told = comparisons
        .iter()
        .filter(|one| TOLD.contains(&&*one.measure));
    limits.extend(told.filter_map(doubtful_agreement));
    limits.push(
        "A place in the drawing is no person: codings number families anew in each session, so it cannot show whether \
         one family in particular was drawn in or left out."
            .to_owned(),
    );
    limits
}
