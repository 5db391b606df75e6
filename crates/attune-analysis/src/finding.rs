//! From one analysis of the plan to its finding: the planned model, its answer, what follows from
//! it, and everything that a reader should doubt. A model that cannot be run still gives a finding,
//! with the reason in the place of the estimate.

use attune_statistics::{inference::CoefficientTest, linear_mixed_model::WarningKind};

use crate::{
    assumptions::check_assumptions,
    cannot_show,
    contrasts::contrasts,
    effect_size::hedges_g,
    equivalence::equivalence,
    findings::{Estimate, Finding, ModelSummary, OutcomeSummary, OverFollowUp},
    frame::FrameProblem,
    group_means::Clock,
    meaning::{Meaning, Quantity},
    model_summary::{method_sentence, model_summary, singular_warning},
    question::Question,
    reliable_change::reliable_change,
    run::{Run, RunProblem, estimate_of, run as run_model, scaled},
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
    let level = question.analysis.level;
    let inference = run.inference(question.analysis.inference)?;
    let test = run.test(&inference, &question.analysis.answers, level)?;
    let protocol = question.long.protocol;
    let table = Some(&run.frame.table);
    let meaning = Meaning::of(protocol, &run.formula, &question.analysis.answers, table);
    let estimate = estimate_of(&test, level);
    let over = over_follow_up(question, &meaning, &estimate);
    let difference = over.as_ref().map_or(&estimate, |over| &over.estimate);
    let compared = compared(question, &meaning, over.as_ref());
    let clock = Clock::of(question, run);
    let planned = Planned {
        question,
        meaning: &meaning,
        run,
        seed,
    };
    let sensitivity = sensitivity(&planned);
    let limits = cannot_show::of_finding(question, &meaning, Some((run, difference)));
    let (contrasts, no_contrasts) = or_reason(
        contrasts(question, &clock, &inference),
        "the contrasts at the planned times",
    );
    let (figure, no_figure) = or_reason(
        trajectory_figure(question, run, &clock, &inference),
        "the fitted lines",
    );
    let mut finding = Finding {
        estimate: estimate.clone(),
        estimate_unit: meaning.estimate_unit(question.plan()),
        smallest_difference_in_estimate_unit: smallest_difference(
            question,
            &meaning,
            over.as_ref(),
        ),
        effect_size: hedges_g(question, &meaning, difference, &compared),
        equivalence: meaning
            .comparison
            .as_ref()
            .and_then(|_| equivalence(question, difference, &compared)),
        over_follow_up: over.clone(),
        n_units: run.frame.n_units,
        n_rows: run.n_rows(),
        left_out: run.frame.left_out.clone(),
        method: method_sentence(question, run),
        model: model_summary(question, run, &inference),
        contrasts: contrasts.unwrap_or_default(),
        sensitivity_summary: summary(&estimate, &sensitivity),
        sensitivity,
        assumptions: check_assumptions(question, run, &meaning, &test),
        cannot_show: limits,
        warnings: warnings(question, run, &test, &meaning),
        figure: figure.unwrap_or_else(|| values(question)),
        ..empty(question)
    };
    if finding.effect_size.is_none() {
        finding.warnings.push(no_effect_size(&meaning));
    }
    finding
        .warnings
        .extend([no_contrasts, no_figure].into_iter().flatten());
    let sense = Sense {
        changes: changes(question, &meaning, &clock, &inference),
        unknown: unknown(question, &meaning),
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

/// A part that could not be made leaves the reason and not the whole finding.
fn or_reason<T>(made: Result<T, RunProblem>, what: &str) -> (Option<T>, Option<String>) {
    match made {
        Ok(made) => (Some(made), None),
        Err(problem) => (None, Some(format!("{what} could not be made: {problem}"))),
    }
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
        figure: crate::findings::TrajectoryFigure::default(),
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

/// What a difference in change per unit of time comes to over the follow-up.
fn over_follow_up(
    question: &Question<'_>,
    meaning: &Meaning,
    estimate: &Estimate,
) -> Option<OverFollowUp> {
    let (Quantity::Slope(time), Some(follow_up)) = (&meaning.quantity, question.follow_up) else {
        return None;
    };
    Some(OverFollowUp {
        from_months: follow_up.start,
        to_months: follow_up.end,
        estimate: scaled(estimate, time.of_months(follow_up.months())),
    })
}

/// The difference that effect size and equivalence are about, in words.
fn compared(question: &Question<'_>, meaning: &Meaning, over: Option<&OverFollowUp>) -> String {
    let label = &question.plan().label;
    let groups = meaning
        .comparison
        .as_ref()
        .map_or_else(String::new, |comparison| {
            format!(
                " between {} and {}",
                words::id_words(&comparison.group),
                words::id_words(&comparison.reference)
            )
        });
    match (&meaning.quantity, over) {
        (_, Some(over)) => format!(
            "the model’s difference{groups} in the change of {label} over {} (from {} to {} after \
             enrolment)",
            words::months(over.to_months - over.from_months),
            words::short(over.from_months, 1),
            words::months(over.to_months),
        ),
        (Quantity::Slope(time), None) => {
            format!(
                "the model’s difference{groups} in the change of {label} in one {}",
                time.unit()
            )
        }
        (Quantity::ChangeToWave(wave), _) => {
            format!(
                "the model’s difference{groups} in the change of {label} up to {}",
                words::id_words(wave)
            )
        }
        (Quantity::ChangeToPhase(_), _) => {
            format!("the model’s difference{groups} in the change of {label} between the phases")
        }
        _ => format!("the model’s difference{groups} in {label}"),
    }
}

fn smallest_difference(
    question: &Question<'_>,
    meaning: &Meaning,
    over: Option<&OverFollowUp>,
) -> Option<f64> {
    let smallest = question.plan().smallest_difference_that_matters?;
    meaning.comparison.as_ref()?;
    match (&meaning.quantity, over) {
        (Quantity::Slope(time), Some(over)) => {
            Some(smallest / time.of_months(over.to_months - over.from_months))
        }
        (Quantity::Slope(_) | Quantity::Other, _) => None,
        _ => Some(smallest),
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
    inference: &attune_statistics::inference::Inference<'_>,
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
        let of = |means: &[crate::group_means::GroupMean]| {
            let mean = means
                .iter()
                .find(|mean| mean.group.as_deref() == Some(group));
            mean.map(|mean| mean.test.estimate)
        };
        Some(of(&end)? - of(&start)?)
    };
    Some((change(&comparison.reference)?, change(&comparison.group)?))
}

/// What is not known, for the sentence: the most important first.
fn unknown(question: &Question<'_>, meaning: &Meaning) -> Vec<String> {
    use attune_protocol::study::Allocation;
    let protocol = question.long.protocol;
    let mut unknown = Vec::new();
    let sites = meaning
        .comparison
        .as_ref()
        .and_then(|comparison| cannot_show::SitesCompared::of(question, comparison));
    if sites.is_some_and(|sites| sites.group == 1 || sites.reference == 1) {
        let kind = site_kind(question);
        unknown.push(format!(
            "Whether the {kind} itself rather than the programme made a difference cannot be known from one {kind}."
        ));
    }
    let arms = meaning
        .comparison
        .as_ref()
        .is_some_and(|c| c.groups == crate::meaning::GroupKind::Arms);
    let not_randomised = matches!(
        protocol.study.allocation,
        Allocation::Site | Allocation::Dyad
    );
    if arms && not_randomised {
        unknown.push(
            "The arms were not randomised, so the families may have differed in ways that were not measured."
                .to_owned(),
        );
    }
    if meaning.comparison.is_some() && !arms {
        unknown.push(
            "What else changed between the phases cannot be told apart from the programme."
                .to_owned(),
        );
    }
    if meaning.comparison.is_none() && meaning.quantity != Quantity::Other {
        unknown.push("What would have happened without the programme is not known.".to_owned());
    }
    unknown
}

/// What the one site is called: its kind when the plan says so, without what follows "for".
fn site_kind(question: &Question<'_>) -> String {
    let protocol = question.long.protocol;
    let arm = protocol
        .arms
        .get(cannot_show::programme_arm(protocol))
        .map(|arm| &arm.id);
    let of_arm = protocol.sites.iter().find(|site| site.arm_on(None) == arm);
    let kind = of_arm
        .and_then(|site| site.kind.as_deref())
        .unwrap_or("site");
    kind.split(" for ")
        .next()
        .unwrap_or(kind)
        .trim()
        .to_lowercase()
}

fn analysed_units(question: &Question<'_>, run: &Run) -> Vec<usize> {
    let rows = &question.long.outcomes[question.outcome];
    let mut units: Vec<usize> = run.frame.rows.iter().map(|&row| rows[row].unit).collect();
    units.dedup();
    units
}
