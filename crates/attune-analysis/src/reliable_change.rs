//! How many dyads changed by more than measurement error, by arm (Jacobson and Truax 1991), from
//! the first to the last wave of an outcome whose reliability the plan declares.

use attune_protocol::plan::Better;
use attune_statistics::{
    descriptives,
    reliable_change::{Change, ReliableChangeSettings, jacobson_truax},
};

use crate::{
    description::Groups,
    findings::{ReliableChange, ReliableChangeCount},
    question::Question,
    words,
};

/// Counts by arm; `None` where no reliability is declared, there is only one wave, nobody has both
/// values, or neither direction is the better one.
pub fn reliable_change(question: &Question<'_>) -> Option<ReliableChange> {
    use attune_statistics::reliable_change::Better as Direction;
    let plan = question.plan();
    let reliability = plan.reliability.as_ref()?;
    let better = match plan.better {
        Better::Higher => Direction::Higher,
        Better::Lower => Direction::Lower,
        Better::Neither => return None,
    };
    let waves = question.long.waves_of(question.outcome);
    let [first, .., last] = waves.as_slice() else {
        return None;
    };
    let before = question.long.values_at(question.outcome, *first);
    let after = question.long.values_at(question.outcome, *last);
    let all_before: Vec<f64> = before.iter().flatten().copied().collect();
    let sd = reliability
        .sd
        .unwrap_or_else(|| descriptives::standard_deviation(&all_before));
    let groups = Groups::of(question.long);
    let (pre, post, group) = pairs(&before, &after, &groups.of_unit);
    let settings = ReliableChangeSettings {
        reliability: reliability.coefficient,
        standard_deviation: Some(sd),
        better,
        alpha: 0.05,
        cut_off: None,
    };
    let result = jacobson_truax(&pre, &post, &settings).ok()?;
    let label = |wave: usize| question.long.protocol.waves[wave].label.clone();
    let declared = if reliability.sd.is_some() {
        "declared"
    } else {
        "of the data at the first wave"
    };
    Some(ReliableChange {
        basis: format!(
            "reliability {} ({}), SD {} ({declared})",
            words::short(reliability.coefficient, 3),
            reliability.source,
            words::two_digits(sd),
        ),
        threshold: result.reliable_difference,
        from_to: (label(*first), label(*last)),
        arms: counts(&groups, &group, &result.changes),
    })
}

/// Values of the units with both, and the group of each.
fn pairs(
    before: &[Option<f64>],
    after: &[Option<f64>],
    groups: &[Option<usize>],
) -> (Vec<f64>, Vec<f64>, Vec<usize>) {
    let (mut pre, mut post, mut of) = (Vec::new(), Vec::new(), Vec::new());
    for ((before, after), group) in before.iter().zip(after).zip(groups) {
        if let (Some(before), Some(after), Some(group)) = (before, after, group) {
            pre.push(*before);
            post.push(*after);
            of.push(*group);
        }
    }
    (pre, post, of)
}

fn counts(groups: &Groups, group: &[usize], changes: &[Change]) -> Vec<ReliableChangeCount> {
    let mut counts: Vec<ReliableChangeCount> = groups
        .names
        .iter()
        .map(|(id, _)| ReliableChangeCount {
            arm: id.clone(),
            n: 0,
            improved: 0,
            unchanged: 0,
            deteriorated: 0,
        })
        .collect();
    for (&group, change) in group.iter().zip(changes) {
        let count = &mut counts[group];
        count.n += 1;
        match change {
            Change::Recovered | Change::Improved => count.improved += 1,
            Change::Unchanged => count.unchanged += 1,
            Change::Deteriorated => count.deteriorated += 1,
        }
    }
    counts
}
