//! Values missing at a visit that took place: whether, which and why.

use attune_protocol::{
    assumptions::Missingness,
    id::ItemId,
    instrument::{PlannedInstrument, ScoreRule},
    missing::Missing,
};
use attune_records::records::Answer;

use crate::{
    draws::weighted_choice, rehearsal::Rehearsal, score_form::ScoreForm, streams::Purpose,
};

/// Takes answers away as the assumptions say. A gap in a whole measure takes all its items
/// together, as when a test is refused; a gap in one item takes that item alone.
pub fn leave_gaps(
    rehearsal: &Rehearsal<'_>,
    planned: &PlannedInstrument,
    answers: &mut [Answer],
    key: &str,
    occasion: &str,
) {
    let gaps = &rehearsal.assumptions.missingness;
    for (index, gap) in gaps.iter().enumerate() {
        let Some(items) = items_of_gap(planned, gap) else {
            continue;
        };
        let nth = occurrence(&gaps[..index], gap);
        let item = gap.item.as_ref().map_or("", ItemId::as_str);
        let of = [key, occasion, gap.measure.as_str(), item, nth.as_str()];
        let mut stream = rehearsal.streams.stream(Purpose::Gaps, &of);
        if stream.uniform() >= gap.share {
            continue;
        }
        let weights = gap.reasons.iter().map(|(_, weight)| *weight);
        let reason = weighted_choice(&mut stream, weights)
            .map_or(Missing::NotRecorded, |chosen| gap.reasons[chosen].0);
        for answer in answers.iter_mut().filter(|a| items.contains(&a.item)) {
            answer.value = Err(reason);
        }
    }
}

/// Tells declared gaps in the same place apart.
fn occurrence(earlier: &[Missingness], gap: &Missingness) -> String {
    let same = |other: &&Missingness| other.measure == gap.measure && other.item == gap.item;
    earlier.iter().filter(same).count().to_string()
}

/// The items that the gap takes from this instrument; `None` where it is about another.
fn items_of_gap(planned: &PlannedInstrument, gap: &Missingness) -> Option<Vec<ItemId>> {
    let (instrument, score) = gap.measure.parts()?;
    if planned.id.as_str() != instrument {
        return None;
    }
    if let Some(item) = &gap.item {
        return Some(vec![item.clone()]);
    }
    items_of_score(planned, score)
}

fn items_of_score(planned: &PlannedInstrument, score: &str) -> Option<Vec<ItemId>> {
    let score = planned.definition.score(score)?;
    if let ScoreRule::AllAtLeast(parts) = &score.rule {
        let items = parts.iter().map(|(part, _)| items_of_score(planned, part));
        return Some(items.flatten().flatten().collect());
    }
    let form = ScoreForm::of(&planned.definition, score)?;
    Some(form.items().into_iter().cloned().collect())
}
