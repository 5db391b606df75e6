//! Does the answer hang on one dyad? Each is left out in turn and the term's estimate compared.

use attune_statistics::{inference::CoefficientTest, influence::influence};
use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::{AssumptionCheck, Verdict, check, doubtful_if};
use crate::{
    question::Question,
    run::{Model, Run, run as run_model},
    words,
};

/// Change of the estimate, in its standard errors, beyond which one unit moves it too far (Bollen
/// and Jackman 1985).
const MOST_CHANGE: f64 = 1.0;
/// Without a random part each unit costs a fit of its own; more units than this are not tried.
const MOST_REFITS: usize = 2_000;

/// The unit whose absence moves the answer most.
pub fn no_unit_decides_the_answer(
    question: &Question<'_>,
    run: &Run,
    answer: &CoefficientTest,
) -> AssumptionCheck {
    let (unit, _) = words::unit_nouns(question.about());
    let name = format!("no single {unit} decides the answer");
    match estimates_without(question, run) {
        Ok(without) => compare(&name, unit, answer, &without),
        Err(reason) => check(&name, Verdict::NotChecked, reason),
    }
}

fn compare(
    name: &str,
    unit: &str,
    answer: &CoefficientTest,
    without: &[(String, f64)],
) -> AssumptionCheck {
    let moved = |estimate: f64| (estimate - answer.estimate).abs();
    let worst = without.iter().filter(|(_, estimate)| estimate.is_finite());
    let Some((code, estimate)) = worst.max_by(|a, b| moved(a.1).total_cmp(&moved(b.1))) else {
        return check(
            name,
            Verdict::NotChecked,
            format!("No {unit} could be left out."),
        );
    };
    let change = moved(*estimate) / answer.se;
    let reversed = estimate * answer.estimate < 0.0;
    let reach = answer.ci_upper - answer.estimate;
    let excludes = |estimate: f64| estimate.abs() > reach;
    let tips = excludes(answer.estimate) != excludes(*estimate);
    let doubtful = change > MOST_CHANGE || reversed || tips;
    let decimals = words::decimals_for(answer.ci_lower, answer.ci_upper) + 1;
    let advice = match (reversed, tips, change > MOST_CHANGE) {
        (true, ..) => "Its direction depends on this one; check the record and report both",
        (_, true, _) => {
            "Whether the interval includes no difference depends on this one; check the record and report both"
        }
        (.., true) => "That is far for one; check the record",
        _ => "No one moves it far",
    };
    let detail = format!(
        "Leaving out {unit} {code} moves the estimate most, from {} to {} ({} standard errors). {advice}.",
        words::fixed(answer.estimate, decimals),
        words::fixed(*estimate, decimals),
        words::fixed(change, 2),
    );
    check(name, doubtful_if(doubtful), detail)
}

/// Code of each unit and the estimate without it.
fn estimates_without(question: &Question<'_>, run: &Run) -> Result<Vec<(String, f64)>, String> {
    let position = run
        .names
        .position(&question.analysis.answers, run.terms())
        .ok_or("the term is not in the model")?;
    match &run.model {
        Model::Mixed(model) if model.n_groups.iter().any(|(group, _)| group == "dyad") => {
            let without = influence(model, "dyad").map_err(|error| error.to_string())?;
            Ok(without
                .into_iter()
                .map(|unit| (unit.level, unit.coefficients[position]))
                .collect())
        }
        _ => refitted_without(question, run),
    }
}

fn refitted_without(question: &Question<'_>, run: &Run) -> Result<Vec<(String, f64)>, String> {
    let rows = &question.long.outcomes[question.outcome];
    let mut units: Vec<usize> = run.frame.rows.iter().map(|&row| rows[row].unit).collect();
    units.dedup();
    if units.len() > MOST_REFITS {
        return Err(format!(
            "With {} units each of which needs a fit of its own, none was left out; one among so many moves little.",
            words::count(units.len())
        ));
    }
    let estimate = |unit: usize| {
        let without = run_model(question, run.formula.clone(), |row| row.unit != unit).ok()?;
        let position = without
            .names
            .position(&question.analysis.answers, without.terms())?;
        let estimate = without.coefficients()[position];
        Some((question.long.measures.units[unit].id.to_string(), estimate))
    };
    let estimates: Vec<Option<(String, f64)>> = units.into_par_iter().map(estimate).collect();
    Ok(estimates.into_iter().flatten().collect())
}
