//! Groups compared at the times that the plan names, by marginal means.

use attune_statistics::inference::Inference;

use crate::{
    findings::TimedContrast,
    group_means::{Clock, GroupMean, difference, difference_name},
    question::Question,
    run::{RunProblem, estimate_of},
};

/// One contrast per planned time and per group that is not the reference.
///
/// # Errors
/// When the engine cannot make the means.
pub fn contrasts(
    question: &Question<'_>,
    clock: &Clock,
    inference: &Inference<'_>,
) -> Result<Vec<TimedContrast>, RunProblem> {
    let level = question.analysis.level;
    let mut contrasts = Vec::new();
    if clock.groups.is_none() {
        return Ok(contrasts);
    }
    for &months in &question.analysis.contrasts_at_months {
        let means = clock.means(inference, months, level)?;
        let Some((reference, others)) = means.split_first() else {
            continue;
        };
        for other in others {
            let test = difference(inference, other, reference, level);
            contrasts.push(TimedContrast {
                months,
                means: [reference, other].map(|mean| named(mean, level)).into(),
                contrast: difference_name(other, reference),
                estimate: estimate_of(&test, level),
            });
        }
    }
    Ok(contrasts)
}

fn named(mean: &GroupMean, level: f64) -> (String, crate::findings::Estimate) {
    (
        mean.group.clone().unwrap_or_default(),
        estimate_of(&mean.test, level),
    )
}
