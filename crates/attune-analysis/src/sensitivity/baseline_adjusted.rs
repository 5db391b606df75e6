//! The first value as covariate and the later waves as outcome (analysis of covariance). The answer
//! is the difference between the groups at the end of the follow-up, among dyads that started
//! alike. It is another question than the difference in change when groups start apart (Lord 1967),
//! and both are shown.

use std::collections::BTreeSet;

use attune_protocol::plan::Sensitivity;

use super::{Planned, SensitivityFinding, id, label};
use crate::{
    formula_edits::{names_in_fixed, with_baseline},
    group_means::{Clock, difference, difference_name},
    run::{Run, estimate_of, run as run_model},
    words,
};

pub(super) fn run(planned: &Planned<'_>) -> Result<SensitivityFinding, String> {
    let question = planned.question;
    let comparison = planned
        .meaning
        .comparison
        .as_ref()
        .ok_or("the term compares no groups")?;
    if names_in_fixed(&planned.run.formula, "baseline") {
        return Err("the planned model is adjusted for the first value already".to_owned());
    }
    let waves = question.long.waves_of(question.outcome);
    let [_, later @ ..] = waves.as_slice() else {
        return Err("no wave is planned".to_owned());
    };
    let later = later_waves_with_values(planned, later);
    if later.is_empty() {
        return Err("no wave after the first has values".to_owned());
    }
    let formula = with_baseline(&planned.run.formula, later.len() > 1)
        .ok_or("the formula could not be changed")?;
    let run = run_model(question, formula, |_| true).map_err(|problem| problem.to_string())?;
    at_the_end(planned, &run, &comparison.group, later.len())
}

fn later_waves_with_values(planned: &Planned<'_>, later: &[usize]) -> BTreeSet<usize> {
    let rows = &planned.question.long.outcomes[planned.question.outcome];
    let waves = rows
        .iter()
        .filter(|row| row.value.is_ok())
        .filter_map(|row| row.wave);
    waves.filter(|wave| later.contains(wave)).collect()
}

fn at_the_end(
    planned: &Planned<'_>,
    run: &Run,
    group: &str,
    n_later: usize,
) -> Result<SensitivityFinding, String> {
    let question = planned.question;
    let level = question.analysis.level;
    let months = question.follow_up.map_or(0.0, |follow_up| follow_up.end);
    let clock = Clock::of(question, run);
    let inference = run
        .inference(question.analysis.inference)
        .map_err(|problem| problem.to_string())?;
    let means = clock
        .means(&inference, months, level)
        .map_err(|problem| problem.to_string())?;
    let reference = means.first().filter(|_| clock.groups.is_some());
    let of = means
        .iter()
        .find(|mean| mean.group.as_deref() == Some(group));
    let (Some(reference), Some(of)) = (reference, of) else {
        return Err(format!("no later value with a first value in `{group}`"));
    };
    let test = difference(&inference, of, reference, level);
    let unit =
        words::unit_in_sentence(question.plan().unit.as_deref()).unwrap_or("units of the outcome");
    let (when, how) = if n_later > 1 {
        (format!(" at {}", words::months(months)), "later waves")
    } else {
        (String::new(), "the one later wave")
    };
    Ok(SensitivityFinding {
        id: id(Sensitivity::BaselineAdjusted).to_owned(),
        label: label(Sensitivity::BaselineAdjusted).to_owned(),
        term: difference_name(of, reference),
        estimate_unit: format!("{unit}{when}"),
        comparable: false,
        estimate: estimate_of(&test, level),
        n_units: run.frame.n_units,
        n_rows: run.n_rows(),
        method: format!(
            "The first value as covariate, {how} as outcome: {}; the difference{when} among dyads \
             with equal first values.",
            run.formula
        ),
        warnings: run.warnings(),
    })
}
