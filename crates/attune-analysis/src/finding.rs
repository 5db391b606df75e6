//! From one analysis of the plan to its finding: the planned model, its answer, what follows from
//! it, and everything that a reader should doubt. A model that cannot be run still gives a finding,
//! with the reason in the place of the estimate.

use attune_statistics::{
    inference::{CoefficientTest, Inference},
    linear_mixed_model::WarningKind,
};

use crate::{
    assumptions::check_assumptions,
    cannot_show,
    contrasts::contrasts,
    difference::Difference,
    effect_size::hedges_g,
    equivalence::equivalence,
    findings::{Estimate, Finding, ModelSummary, OutcomeSummary, TrajectoryFigure},
    frame::FrameProblem,
    group_means::{Clock, GroupMean},
    meaning::{Meaning, Quantity},
    model_summary::{method_sentence, model_summary, singular_warning},
    not_known::not_known,
    question::Question,
    reliable_change::reliable_change,
    run::{Run, RunProblem, estimate_of, run as run_model},
    sensitivity::{Planned, none_run, sensitivity, summary},
    sentence::{self, Sense},
    trajectory_figure::{trajectory_figure, values},
    words,
};

/// What is said when the planned inference does not go with the planned estimator.
pub const INFERENCE_REPLACED: &str = "Kenward–Roger degrees of freedom are defined for REML and not \
     for the planned ML fit; Satterthwaite’s stand in their place";

/// A finding and what the rest of the run needs to know of it.
#[derive(Debug)]
pub struct Answered {
    /// The finding; its sentence is written last, when the family has been adjusted.
    pub finding: Finding,
    /// What the sentence needs; `None` when there is no estimate.
    pub sense: Option<Sense>,
    /// Units in the planned model.
    pub analysed: Vec<usize>,
    /// Columns that the data could not tell apart from others.
    pub dropped_columns: Vec<String>,
    /// Why the planned model was not run.
    pub not_run: Option<String>,
}

/// Runs one analysis.
pub fn find(question: &Question<'_>, seed: u64) -> Answered {
    let planned = run_model(question, question.formula.clone(), |_| true);
    let answered = planned.and_then(|run| from_run(question, &run, seed));
    answered.unwrap_or_else(|problem| without_estimate(question, &problem))
}

/// Writes the plain sentence of a finding.
pub fn write_answer(question: &Question<'_>, answered: &mut Answered) {
    answered.finding.answer = match &answered.sense {
        Some(sense) => sentence::answer(question, &answered.finding, sense),
        None => sentence::could_not(question, &answered.finding.warnings),
    };
}

fn from_run(question: &Question<'_>, run: &Run, seed: u64) -> Result<Answered, RunProblem> {
    let inference = run.inference(question.analysis.inference)?;
    let test = run.test(
        &inference,
        &question.analysis.answers,
        question.analysis.level,
    )?;
    let table = Some(&run.frame.table);
    let answers = &question.analysis.answers;
    let meaning = Meaning::of(question.long.protocol, &run.formula, answers, table);
    let clock = Clock::of(question, run);
    let planned = Planned {
        question,
        meaning: &meaning,
        run,
        seed,
    };
    let mut finding = empty(question);
    add_answer(&mut finding, &planned, &test);
    add_model(&mut finding, &planned, &inference);
    add_times(&mut finding, &planned, &clock, &inference);
    add_checks(&mut finding, &planned, &test);
    let sense = Sense {
        changes: changes(question, &meaning, &clock, &inference),
        unknown: not_known(question, &meaning),
        meaning,
    };
    Ok(Answered {
        finding,
        sense: Some(sense),
        analysed: analysed_units(question, run),
        dropped_columns: run.dropped_columns().to_vec(),
        not_run: None,
    })
}

/// The estimate, and what follows from it in the outcome's unit.
fn add_answer(finding: &mut Finding, planned: &Planned<'_>, test: &CoefficientTest) {
    let Planned {
        question,
        meaning,
        run,
        ..
    } = *planned;
    let estimate = estimate_of(test, question.analysis.level);
    let difference = Difference::of(question, meaning, &estimate);
    finding.estimate_unit = meaning.estimate_unit(question.plan());
    finding.smallest_difference_in_estimate_unit = difference.smallest_in_estimate_unit;
    finding.effect_size = hedges_g(question, meaning, &difference.in_unit, &difference.words);
    // A bound in the outcome's unit says nothing about a change per month of unknown length.
    let in_unit = difference.over.is_some() || !matches!(meaning.quantity, Quantity::Slope(_));
    if meaning.comparison.is_some() && in_unit {
        finding.equivalence = equivalence(question, &difference.in_unit, &difference.words);
    }
    finding.warnings = warnings(question, run, test, meaning);
    if finding.effect_size.is_none() {
        finding.warnings.push(no_effect_size(meaning));
    }
    finding.cannot_show =
        cannot_show::of_finding(question, meaning, Some((run, &difference.in_unit)));
    finding.cannot_show.extend(cannot_show::unmeasured(
        question,
        meaning,
        finding.effect_size.as_ref(),
    ));
    finding.over_follow_up = difference.over;
    finding.estimate = estimate;
}

/// The model behind it and its rows.
fn add_model(finding: &mut Finding, planned: &Planned<'_>, inference: &Inference<'_>) {
    let Planned { question, run, .. } = *planned;
    finding.n_units = run.frame.n_units;
    finding.n_rows = run.n_rows();
    finding.left_out = run.frame.left_out.clone();
    finding.method = method_sentence(question, run);
    finding.model = model_summary(question, run, inference);
}

/// The groups at the planned times and over the whole course.
fn add_times(
    finding: &mut Finding,
    planned: &Planned<'_>,
    clock: &Clock,
    inference: &Inference<'_>,
) {
    let Planned { question, run, .. } = *planned;
    match contrasts(question, clock, inference) {
        Ok(contrasts) => finding.contrasts = contrasts,
        Err(problem) => finding
            .warnings
            .push(format!("the contrasts could not be made: {problem}")),
    }
    match trajectory_figure(question, run, clock, inference) {
        Ok(figure) => finding.figure = figure,
        Err(problem) => {
            finding.figure = values(question);
            finding
                .warnings
                .push(format!("the fitted lines could not be made: {problem}"));
        }
    }
}

/// Other ways to ask, and the assumptions.
fn add_checks(finding: &mut Finding, planned: &Planned<'_>, test: &CoefficientTest) {
    finding.sensitivity = sensitivity(planned);
    finding.sensitivity_summary = summary(&finding.estimate, &finding.sensitivity);
    finding.assumptions = check_assumptions(planned.question, planned.run, planned.meaning, test);
}

fn empty(question: &Question<'_>) -> Finding {
    let plan = question.plan();
    Finding {
        id: question.analysis.id.to_string(),
        question: question.analysis.question.clone(),
        answer: String::new(),
        outcome: OutcomeSummary {
            id: plan.id.to_string(),
            label: plan.label.clone(),
            unit: plan.unit.clone(),
            role: plan.role,
            better: plan.better,
            measure: plan.measure.to_string(),
            about: question.about(),
            smallest_difference_that_matters: plan.smallest_difference_that_matters,
        },
        term: question.analysis.answers.text.clone(),
        estimate_unit: question.meaning.estimate_unit(plan),
        estimate: Estimate {
            level: question.analysis.level,
            ..Estimate::default()
        },
        smallest_difference_in_estimate_unit: None,
        over_follow_up: None,
        p_adjusted: None,
        effect_size: None,
        n_units: 0,
        n_rows: 0,
        left_out: Vec::new(),
        method: "Not run.".to_owned(),
        model: ModelSummary {
            formula: question.formula.text.clone(),
            ..ModelSummary::default()
        },
        contrasts: Vec::new(),
        equivalence: None,
        reliable_change: reliable_change(question),
        sensitivity: Vec::new(),
        sensitivity_summary: String::new(),
        assumptions: Vec::new(),
        cannot_show: Vec::new(),
        warnings: Vec::new(),
        figure: TrajectoryFigure::default(),
    }
}

fn without_estimate(question: &Question<'_>, problem: &RunProblem) -> Answered {
    let reason = problem.to_string();
    let sensitivity = none_run(question, &reason);
    let left_out = match problem {
        RunProblem::Frame(FrameProblem::NoRows { left_out, .. }) => left_out.clone(),
        _ => Vec::new(),
    };
    let finding = Finding {
        left_out,
        sensitivity_summary: summary(&Estimate::default(), &sensitivity),
        sensitivity,
        cannot_show: cannot_show::of_finding(question, &question.meaning, None),
        warnings: vec![reason.clone()],
        figure: values(question),
        ..empty(question)
    };
    Answered {
        finding,
        sense: None,
        analysed: Vec::new(),
        dropped_columns: Vec::new(),
        not_run: Some(reason),
    }
}

fn no_effect_size(meaning: &Meaning) -> String {
    if meaning.comparison.is_none() {
        "no standardised effect size: the term is not a difference between arms or phases"
            .to_owned()
    } else {
        "no standardised effect size: the groups have too few first values, or these do not vary"
            .to_owned()
    }
}

fn warnings(
    question: &Question<'_>,
    run: &Run,
    test: &CoefficientTest,
    meaning: &Meaning,
) -> Vec<String> {
    let df = test.df.is_finite().then_some(test.df);
    let mut warnings: Vec<String> = singular_warning(question, run, df).into_iter().collect();
    let inference = question.analysis.inference;
    if run.possible(inference) != inference {
        warnings.push(INFERENCE_REPLACED.to_owned());
    }
    // Singular fits and dropped columns are said in the plan's words.
    let said = [WarningKind::SingularFit, WarningKind::DroppedColumns];
    let others = run
        .doubts()
        .iter()
        .filter(|doubt| !said.contains(&doubt.kind));
    warnings.extend(others.map(ToString::to_string));
    if !run.dropped_columns().is_empty() {
        let dropped: Vec<String> = run
            .dropped_columns()
            .iter()
            .map(|column| run.names.plan_name(column))
            .collect();
        warnings.push(format!(
            "the data cannot tell {} from the other terms, so the model was fitted without",
            words::list(&dropped)
        ));
    }
    if matches!(meaning.quantity, Quantity::Slope(_)) && question.follow_up.is_none() {
        warnings.push(
            "no length of follow-up is known, so the difference is standardised per unit of time"
                .to_owned(),
        );
    }
    warnings
}

/// Change of the reference and of the other group over the follow-up, by the model.
fn changes(
    question: &Question<'_>,
    meaning: &Meaning,
    clock: &Clock,
    inference: &Inference<'_>,
) -> Option<(f64, f64)> {
    let comparison = meaning.comparison.as_ref()?;
    let follow_up = question.follow_up?;
    if clock.groups != Some(comparison.groups.variable()) {
        return None;
    }
    let level = question.analysis.level;
    let start = clock.means(inference, follow_up.start, level).ok()?;
    let end = clock.means(inference, follow_up.end, level).ok()?;
    let change = |group: &str| {
        let of = |means: &[GroupMean]| {
            let mean = means
                .iter()
                .find(|mean| mean.group.as_deref() == Some(group));
            mean.map(|mean| mean.test.estimate)
        };
        Some(of(&end)? - of(&start)?)
    };
    Some((change(&comparison.reference)?, change(&comparison.group)?))
}

fn analysed_units(question: &Question<'_>, run: &Run) -> Vec<usize> {
    let rows = &question.long.outcomes[question.outcome];
    let mut units: Vec<usize> = run.frame.rows.iter().map(|&row| rows[row].unit).collect();
    units.dedup();
    units
}
