//! Units permuted over phases: for a clinic before and after, with its sessions as units. It assumes no
//! distribution, only that without a change any session could have been in either phase; it cannot
//! tell the programme from whatever else changed with the phase, nor see that sessions close in time
//! resemble each other.

use attune_protocol::plan::Sensitivity;
use attune_statistics::permutation::{
    PermutationSettings, exact_interval, permute_cluster_means, sampled_interval,
};

use super::{Planned, SensitivityFinding, id};
use crate::{
    findings::Estimate,
    long_table::Row,
    meaning::{GroupKind, Quantity},
    words,
};

pub(super) fn run(planned: &Planned<'_>) -> Result<SensitivityFinding, String> {
    let question = planned.question;
    let phases = &question.long.protocol.phases;
    let position = |id: &str| phases.iter().position(|phase| *phase.id == *id);
    let comparison = planned.meaning.comparison.as_ref();
    let by_phase = comparison.filter(|comparison| comparison.groups == GroupKind::Phases);
    let (group, reference) = match (by_phase, &planned.meaning.quantity) {
        (Some(compared), _) => (position(&compared.group), position(&compared.reference)),
        (None, Quantity::ChangeToPhase(group)) => (position(group), Some(0)),
        (None, _) => return Err("the term does not compare phases".to_owned()),
    };
    let rows = &question.long.outcomes[question.outcome];
    let mut units: Vec<(f64, bool)> = Vec::new();
    for positions in planned
        .run
        .frame
        .rows
        .chunk_by(|a, b| rows[*a].unit == rows[*b].unit)
    {
        let of_unit: Vec<&Row> = positions.iter().map(|&row| &rows[row]).collect();
        let phase = of_unit[0].phase;
        if of_unit.iter().any(|row| row.phase != phase) {
            return Err(
                "units were measured in several phases, so they are no whole units of one"
                    .to_owned(),
            );
        }
        if phase != group && phase != reference {
            continue;
        }
        let known: Vec<f64> = of_unit.iter().filter_map(|row| row.value.ok()).collect();
        units.push((
            known.iter().sum::<f64>() / known.len() as f64,
            phase == group,
        ));
    }
    // Neither their names nor the order of their rows may decide which assignments are drawn.
    units.sort_by(|a, b| a.1.cmp(&b.1).then(a.0.total_cmp(&b.0)));
    let (values, in_group): (Vec<f64>, Vec<bool>) = units.into_iter().unzip();
    let settings = PermutationSettings {
        seed: planned.seed,
        ..PermutationSettings::default()
    };
    let result = permute_cluster_means(&values, &in_group, &settings)
        .map_err(|problem| problem.to_string())?;
    let level = question.analysis.level;
    let interval = match result.exact {
        true => exact_interval(&values, &in_group, level, &settings).ok(),
        // Of the limits two digits are read; they need fewer draws than a small p value.
        false => {
            let fewer = PermutationSettings {
                n_random: 19_999,
                ..settings
            };
            sampled_interval(&values, &in_group, level, &fewer).ok()
        }
    };
    let (_, units_are) = words::unit_nouns(question.about());
    let finite = |value: f64| value.is_finite().then_some(value);
    let n_group = in_group.iter().filter(|in_group| **in_group).count();
    let mut warnings = Vec::new();
    if let Some(error) = result.monte_carlo_error {
        warnings.push(format!(
            "p comes from a random sample of assignments (seed {}) with a standard error of {error:.5}; the interval \
             inverts the test over a smaller sample",
            planned.seed
        ));
    }
    let how = if result.exact {
        "all"
    } else {
        "a random sample of"
    };
    Ok(SensitivityFinding {
        id: id(Sensitivity::PhasePermutation).to_owned(),
        label: format!("{} permuted over phases", words::capitalised(units_are)),
        term: question.analysis.answers.text.clone(),
        estimate_unit: planned.meaning.estimate_unit(question.plan()),
        comparable: true,
        estimate: Estimate {
            estimate: Some(result.statistic),
            ci_lower: interval.and_then(|(lower, _)| finite(lower)),
            ci_upper: interval.and_then(|(_, upper)| finite(upper)),
            level: question.analysis.level,
            p: Some(result.p_two_sided),
            ..Estimate::default()
        },
        n_units: values.len(),
        n_rows: planned.run.n_rows(),
        method: format!(
            "Difference between the means of {} {units_are} in the phase and {} before it; two-sided p over {how} {} \
             assignments of {units_are} to phases. Not adjusted for covariates, nor for time within the phases.",
            words::count(n_group),
            words::count(values.len() - n_group),
            words::count(usize::try_from(result.n_assignments).unwrap_or(usize::MAX)),
        ),
        warnings,
    })
}
