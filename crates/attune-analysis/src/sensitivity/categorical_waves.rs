//! Waves as categories in the place of a line over time: the change from the first to the last wave
//! without assuming its course, and the joint test of all waves.

use attune_protocol::plan::{Sensitivity, Term, TermPart};
use attune_statistics::{
    inference::JointTest,
    type_three::{TermTest, type_three_tests},
};

use super::{Planned, SensitivityFinding, id, label};
use crate::{
    formula_edits::{time_variables, with_waves},
    group_means::levels,
    run::{Run, estimate_of, run as run_model},
    words,
};

pub(super) fn run(planned: &Planned<'_>) -> Result<SensitivityFinding, String> {
    let question = planned.question;
    if time_variables(&planned.run.formula).is_empty() {
        return Err("the planned model has no time that waves could stand for".to_owned());
    }
    let formula = with_waves(&planned.run.formula).ok_or("the formula could not be changed")?;
    let run = run_model(question, formula, |_| true).map_err(|problem| problem.to_string())?;
    let waves = levels(&run, "wave");
    let ([first, .., last], level) = (waves, question.analysis.level) else {
        return Err("fewer than two waves have values".to_owned());
    };
    let term = term_at_wave(planned, last);
    let inference = run
        .inference(question.analysis.inference)
        .map_err(|problem| problem.to_string())?;
    let test = run
        .test(&inference, &term, level)
        .map_err(|problem| problem.to_string())?;
    let joint = joint_test(planned, &run, &type_three_tests(&inference));
    let unit =
        words::unit_in_sentence(question.plan().unit.as_deref()).unwrap_or("units of the outcome");
    let wave_label = |id: &str| {
        let wave = question
            .long
            .protocol
            .waves
            .iter()
            .find(|wave| *wave.id == *id);
        wave.map_or_else(|| id.to_owned(), |wave| wave.label.clone())
    };
    Ok(SensitivityFinding {
        id: id(Sensitivity::CategoricalWaves).to_owned(),
        label: label(Sensitivity::CategoricalWaves).to_owned(),
        term: term.text,
        estimate_unit: format!(
            "{unit}, change from {} to {}",
            wave_label(first),
            wave_label(last)
        ),
        comparable: false,
        estimate: estimate_of(&test, level),
        n_units: run.frame.n_units,
        n_rows: run.n_rows(),
        method: format!(
            "As planned, with waves as categories: {}.{joint}",
            run.formula
        ),
        warnings: run.warnings(),
    })
}

/// The planned term with the last wave in the place of the time; the last wave alone is joined to a
/// term that has no time.
fn term_at_wave(planned: &Planned<'_>, last: &str) -> Term {
    let wave = TermPart {
        variable: "wave".to_owned(),
        level: Some(last.to_owned()),
    };
    let is_time =
        |part: &&TermPart| crate::time_variable::TimeVariable::of_name(&part.variable).is_none();
    let planned = &planned.question.analysis.answers.parts;
    let mut parts = vec![wave];
    parts.extend(planned.iter().filter(is_time).cloned());
    let text: Vec<String> = parts
        .iter()
        .map(|part| match &part.level {
            Some(level) => format!("{}[{level}]", part.variable),
            None => part.variable.clone(),
        })
        .collect();
    Term {
        text: text.join(":"),
        parts,
    }
}

/// The joint test of the waves' part in the answer, in words.
fn joint_test(planned: &Planned<'_>, run: &Run, tests: &[TermTest]) -> String {
    let groups = planned
        .meaning
        .comparison
        .as_ref()
        .map(|comparison| comparison.groups.variable());
    let is_wanted = |term: &str| {
        let parts: Vec<&str> = term.split(':').collect();
        let expected = 1 + usize::from(groups.is_some());
        parts.len() == expected
            && parts.contains(&"wave")
            && groups.is_none_or(|groups| parts.contains(&groups))
    };
    let labels = run.formula.fixed.labels();
    let wanted = labels.iter().find(|label| is_wanted(label));
    let test = wanted.and_then(|label| tests.iter().find(|test| test.term == *label));
    test.map_or_else(String::new, |test| {
        let JointTest {
            statistic,
            df_numerator,
            df_denominator,
            p,
            ..
        } = &test.test;
        let denominator = if df_denominator.is_finite() {
            format!(" and {}", words::fixed(*df_denominator, 1))
        } else {
            String::new()
        };
        format!(
            " Joint test of {}: F = {} on {}{denominator} df, {}.",
            test.term,
            words::fixed(*statistic, 2),
            words::short(*df_numerator, 0),
            words::p_value(*p)
        )
    })
}
