//! The answer of each planned analysis and nothing beside it: what power by simulation asks of a thousand made-up
//! studies. It is made by the steps that make a finding, so that power is that of the very plan.

use attune_measures::Measures;
use attune_protocol::{
    Protocol,
    id::{AnalysisId, ArmId, OutcomeId, PhaseId},
    plan::{Analysis, Term},
};
use attune_statistics::{
    formula::Formula,
    inference::CoefficientTest,
    least_squares::{LeastSquares, least_squares},
    table::{Column, Table},
};

use crate::{
    frame::{Frame, frame},
    long_table::{LongTable, Row},
    question::Question,
    run::{Model, run},
    term_names::TermNames,
};

/// The answer of one planned analysis.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedAnswer {
    /// The test of the term that answers the question.
    pub test: CoefficientTest,
    /// Whether the fit was singular.
    pub singular: bool,
}

/// Why an analysis gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAnswered {
    /// The optimum was not reached.
    NotConverged,
    /// It could not be run, in words.
    NotRun(String),
}

/// The answer of every analysis of the plan, in its order, with intervals of this level; without one, of the level
/// that each analysis plans.
pub fn planned_answers(
    protocol: &Protocol,
    measures: &Measures,
    level: Option<f64>,
) -> Vec<(AnalysisId, Result<PlannedAnswer, NotAnswered>)> {
    let long = LongTable::of(protocol, measures);
    let answer = |analysis: &Analysis| {
        let level = level.unwrap_or(analysis.level);
        (analysis.id.clone(), planned_answer(&long, analysis, level))
    };
    protocol.analyses.iter().map(answer).collect()
}

fn planned_answer(
    long: &LongTable<'_>,
    analysis: &Analysis,
    level: f64,
) -> Result<PlannedAnswer, NotAnswered> {
    let not_run = |problem: &dyn ToString| NotAnswered::NotRun(problem.to_string());
    let question = Question::of(long, analysis).map_err(NotAnswered::NotRun)?;
    let run =
        run(&question, question.formula.clone(), |_| true).map_err(|problem| not_run(&problem))?;
    if matches!(&run.model, Model::Mixed(model) if !model.converged) {
        return Err(NotAnswered::NotConverged);
    }
    let inference = run
        .inference(analysis.inference)
        .map_err(|problem| not_run(&problem))?;
    let test = run.test(&inference, &analysis.answers, level);
    Ok(PlannedAnswer {
        test: test.map_err(|problem| not_run(&problem))?,
        singular: run.is_singular(),
    })
}

/// The mean of an outcome for an arm in a phase, so many months after enrolment, as it is assumed.
pub type ExpectedValue<'a> = dyn Fn(&OutcomeId, Option<&ArmId>, Option<&PhaseId>, f64) -> f64 + 'a;

/// What the answering term of each analysis is in truth, when outcomes have these means: the coefficient of the
/// fixed part of the planned model fitted to the means of the rows. `None` where that part cannot hold them exactly,
/// or the model has the outcome's own first value as a covariate, so that the term is something else.
pub fn true_answers(
    protocol: &Protocol,
    measures: &Measures,
    expected: &ExpectedValue<'_>,
) -> Vec<(AnalysisId, Option<f64>)> {
    let long = LongTable::of(protocol, measures);
    let truth = |analysis: &Analysis| (analysis.id.clone(), true_answer(&long, analysis, expected));
    protocol.analyses.iter().map(truth).collect()
}

fn true_answer(
    long: &LongTable<'_>,
    analysis: &Analysis,
    expected: &ExpectedValue<'_>,
) -> Option<f64> {
    let question = Question::of(long, analysis).ok()?;
    let mut fixed = question.formula.clone();
    fixed.random.clear();
    let names = fixed.column_names();
    if names.iter().any(|name| name == "baseline") {
        return None;
    }
    let frame = frame(long, question.outcome, &names, |row| row.months().is_some()).ok()?;
    let means = means(long, question.outcome, &frame, expected);
    coefficient_of_means(
        &fixed,
        &frame.table,
        &analysis.outcome,
        &means,
        &analysis.answers,
    )
}

fn means(
    long: &LongTable<'_>,
    outcome: usize,
    frame: &Frame,
    expected: &ExpectedValue<'_>,
) -> Vec<f64> {
    let protocol = long.protocol;
    let mean = |row: &Row| {
        let arm = row.arm.map(|arm| &protocol.arms[arm].id);
        let phase = row.phase.map(|phase| &protocol.phases[phase].id);
        let months = row.months().unwrap_or(0.0);
        expected(&protocol.outcomes[outcome].id, arm, phase, months)
    };
    let rows = &long.outcomes[outcome];
    frame.rows.iter().map(|&row| mean(&rows[row])).collect()
}

/// The coefficient of a term in a fit to means that the fit holds exactly.
///
/// Least squares are linear in the response, so the fit to the means is the difference of two fits that leave a
/// residual: to values plus means, and to values.
fn coefficient_of_means(
    fixed: &Formula,
    table: &Table,
    outcome: &OutcomeId,
    means: &[f64],
    term: &Term,
) -> Option<f64> {
    const ROUNDING: f64 = 1e-8;
    let values = fit_with(fixed, table, outcome, &vec![0.0; means.len()])?;
    let shifted = fit_with(fixed, table, outcome, means)?;
    let largest = means
        .iter()
        .fold(1e-300, |largest: f64, mean| largest.max(mean.abs()));
    let residual = |(shifted, value): (&f64, &f64)| (shifted - value).abs();
    let residuals = shifted
        .residuals
        .iter()
        .zip(&values.residuals)
        .map(residual);
    if residuals.fold(0.0, f64::max) > ROUNDING * largest {
        return None;
    }
    let mut variables = Vec::new();
    for variable in &fixed.fixed.variables {
        variable.collect_names(&mut variables);
    }
    let position = TermNames::of(table, &variables).position(term, &shifted.terms)?;
    let coefficient = shifted.coefficients[position] - values.coefficients[position];
    let is_zero = coefficient.abs() < 1e-10 * largest;
    Some(if is_zero { 0.0 } else { coefficient })
}

fn fit_with(
    fixed: &Formula,
    table: &Table,
    outcome: &OutcomeId,
    added: &[f64],
) -> Option<LeastSquares> {
    let mut changed = Table::new();
    for name in table.names() {
        let column = match table.column(name)? {
            Column::Numbers(values) if *name == **outcome => Column::Numbers(
                values
                    .iter()
                    .zip(added)
                    .map(|(value, mean)| value + mean)
                    .collect(),
            ),
            column => column.clone(),
        };
        changed.push(name, column).ok()?;
    }
    least_squares(fixed, &changed).ok()
}
