//! Other ways to ask the question of an analysis, each changing one thing. One that cannot be run
//! stays in the list with the reason; none is left out silently. What each answers is described in
//! `docs/methods/sensitivity.md`.

mod baseline_adjusted;
mod categorical_waves;
mod cluster_robust;
mod complete_cases;
mod leave_one_site_out;
mod multiple_imputation;
mod phase_permutation;
mod random_intercept;
mod site_permutation;
mod weighted_arms;

use attune_protocol::plan::Sensitivity;
use attune_statistics::inference::CoefficientTest;
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use crate::{
    findings::{Estimate, NOT_RUN, SensitivityFinding},
    meaning::Meaning,
    question::Question,
    run::{Run, RunProblem, estimate_of},
    words,
};

/// The planned run, which every sensitivity run is compared with.
#[derive(Debug)]
pub struct Planned<'a> {
    /// The question.
    pub question: &'a Question<'a>,
    /// What its term is.
    pub meaning: &'a Meaning,
    /// The planned model.
    pub run: &'a Run,
    /// Seed, for imputation and for permutations that are too many to enumerate.
    pub seed: u64,
}

/// Runs the planned sensitivity analyses, in the order of the plan. A singular planned fit adds the
/// one with random intercepts only, marked as not planned.
pub fn sensitivity(planned: &Planned<'_>) -> Vec<SensitivityFinding> {
    let mut wanted: Vec<(Sensitivity, bool)> = planned
        .question
        .analysis
        .sensitivity
        .iter()
        .map(|kind| (*kind, true))
        .collect();
    let has = |kind| wanted.iter().any(|(known, _)| *known == kind);
    let slopes = crate::formula_edits::has_random_slope(&planned.run.formula);
    if planned.run.is_singular() && slopes && !has(Sensitivity::RandomIntercept) {
        wanted.push((Sensitivity::RandomIntercept, false));
    }
    let found: Vec<Vec<SensitivityFinding>> = wanted
        .par_iter()
        .map(|(kind, in_plan)| {
            let mut found = one(planned, *kind);
            if !in_plan {
                for finding in &mut found {
                    finding
                        .warnings
                        .push("not planned; run because the planned fit is singular".to_owned());
                }
            }
            found
        })
        .collect();
    found.concat()
}

/// The entries of an analysis whose planned model could not be run.
pub fn none_run(question: &Question<'_>, reason: &str) -> Vec<SensitivityFinding> {
    let entry = |kind: &Sensitivity| {
        not_run(
            question,
            *kind,
            format!("the planned model could not be run: {reason}"),
        )
    };
    question.analysis.sensitivity.iter().map(entry).collect()
}

fn one(planned: &Planned<'_>, kind: Sensitivity) -> Vec<SensitivityFinding> {
    let found = match kind {
        Sensitivity::RandomIntercept => random_intercept::run(planned).map(single),
        Sensitivity::BaselineAdjusted => baseline_adjusted::run(planned).map(single),
        Sensitivity::CategoricalWaves => categorical_waves::run(planned).map(single),
        Sensitivity::CompleteCases => complete_cases::run(planned).map(single),
        Sensitivity::SitePermutation => site_permutation::run(planned).map(single),
        Sensitivity::PhasePermutation => phase_permutation::run(planned).map(single),
        Sensitivity::ClusterRobust => cluster_robust::run(planned).map(single),
        Sensitivity::OverlapWeights | Sensitivity::DoublyRobust => {
            weighted_arms::run(planned, kind).map(single)
        }
        Sensitivity::LeaveOneSiteOut => leave_one_site_out::run(planned),
        Sensitivity::MultipleImputation => multiple_imputation::run(planned).map(single),
        Sensitivity::DeltaAdjusted => multiple_imputation::delta_adjusted(planned).map(single),
        Sensitivity::ReferenceBased => multiple_imputation::reference_based(planned).map(single),
        Sensitivity::TippingPoint => multiple_imputation::tipping_point(planned).map(single),
    };
    found.unwrap_or_else(|reason| vec![not_run(planned.question, kind, reason)])
}

fn single(finding: SensitivityFinding) -> Vec<SensitivityFinding> {
    vec![finding]
}

fn not_run(question: &Question<'_>, kind: Sensitivity, reason: String) -> SensitivityFinding {
    SensitivityFinding {
        id: id(kind).to_owned(),
        label: label(kind).to_owned(),
        term: question.analysis.answers.text.clone(),
        estimate_unit: question.meaning.estimate_unit(question.plan()),
        comparable: false,
        estimate: Estimate {
            level: question.analysis.level,
            ..Estimate::default()
        },
        n_units: 0,
        n_rows: 0,
        method: NOT_RUN.to_owned(),
        warnings: vec![reason],
    }
}

/// Id as in the study file.
pub fn id(kind: Sensitivity) -> &'static str {
    match kind {
        Sensitivity::BaselineAdjusted => "baseline-adjusted",
        Sensitivity::RandomIntercept => "random-intercept",
        Sensitivity::CategoricalWaves => "categorical-waves",
        Sensitivity::CompleteCases => "complete-cases",
        Sensitivity::SitePermutation => "site-permutation",
        Sensitivity::PhasePermutation => "phase-permutation",
        Sensitivity::ClusterRobust => "cluster-robust",
        Sensitivity::LeaveOneSiteOut => "leave-one-site-out",
        Sensitivity::MultipleImputation => "multiple-imputation",
        Sensitivity::OverlapWeights => "overlap-weights",
        Sensitivity::DoublyRobust => "doubly-robust",
        Sensitivity::DeltaAdjusted => "delta-adjusted",
        Sensitivity::ReferenceBased => "reference-based",
        Sensitivity::TippingPoint => "tipping-point",
    }
}

/// Name in tables.
pub fn label(kind: Sensitivity) -> &'static str {
    match kind {
        Sensitivity::BaselineAdjusted => "Adjusted for the first value",
        Sensitivity::RandomIntercept => "Random intercepts only",
        Sensitivity::CategoricalWaves => "Waves as categories",
        Sensitivity::CompleteCases => "Complete cases",
        Sensitivity::SitePermutation => "Arms permuted over sites",
        Sensitivity::PhasePermutation => "Units permuted over phases",
        Sensitivity::ClusterRobust => "Standard error between sites",
        Sensitivity::LeaveOneSiteOut => "One site left out",
        Sensitivity::MultipleImputation => "Multiple imputation",
        Sensitivity::OverlapWeights => "Overlap weights",
        Sensitivity::DoublyRobust => "Doubly robust",
        Sensitivity::DeltaAdjusted => "Imputed values worse",
        Sensitivity::ReferenceBased => "Imputed by reference",
        Sensitivity::TippingPoint => "Tipping point",
    }
}

/// A run that answers with the planned term, in the planned unit.
fn same_term(
    planned: &Planned<'_>,
    kind: Sensitivity,
    run: &Run,
    method: String,
) -> Result<SensitivityFinding, String> {
    let question = planned.question;
    let level = question.analysis.level;
    let answer = |run: &Run| -> Result<CoefficientTest, RunProblem> {
        let inference = run.inference(question.analysis.inference)?;
        run.test(&inference, &question.analysis.answers, level)
    };
    let test = answer(run).map_err(|problem| problem.to_string())?;
    Ok(SensitivityFinding {
        id: id(kind).to_owned(),
        label: label(kind).to_owned(),
        term: question.analysis.answers.text.clone(),
        estimate_unit: planned.meaning.estimate_unit(question.plan()),
        comparable: true,
        estimate: estimate_of(&test, level),
        n_units: run.frame.n_units,
        n_rows: run.n_rows(),
        method,
        warnings: run.warnings(),
    })
}

/// How far the answer moved, in a sentence.
pub fn summary(planned: &Estimate, found: &[SensitivityFinding]) -> String {
    if found.is_empty() {
        return String::new();
    }
    let comparable: Vec<f64> = found
        .iter()
        .filter(|finding| finding.comparable)
        .filter_map(|finding| finding.estimate.estimate)
        .collect();
    let mut sentences = Vec::new();
    if let (Some(estimate), Some(lower), Some(upper)) =
        (planned.estimate, planned.ci_lower, planned.ci_upper)
    {
        sentences.extend(range(
            estimate,
            words::decimals_for(lower, upper),
            &comparable,
        ));
    }
    let other = found
        .iter()
        .filter(|finding| !finding.comparable && finding.was_run())
        .count();
    if other > 0 {
        let verb = if other == 1 { "answers" } else { "answer" };
        sentences.push(format!(
            "{} {verb} in another unit or by another model and cannot be set beside it number by number.",
            words::capitalised(&words::count_of(other, "further analysis", "further analyses"))
        ));
    }
    let not_run: Vec<String> = found
        .iter()
        .filter(|finding| !finding.was_run())
        .map(|finding| format!("“{}”", finding.label))
        .collect();
    if !not_run.is_empty() {
        sentences.push(format!(
            "Not run, with the reason beside it: {}.",
            words::list(&not_run)
        ));
    }
    sentences.join(" ")
}

fn range(estimate: f64, decimals: usize, comparable: &[f64]) -> Option<String> {
    let low = comparable.iter().copied().reduce(f64::min)?;
    let high = comparable.iter().copied().reduce(f64::max)?;
    let planned = words::fixed(estimate, decimals);
    let (low, high) = (words::fixed(low, decimals), words::fixed(high, decimals));
    let n = words::count_of(comparable.len(), "analysis", "analyses");
    Some(match (low == high, comparable.len()) {
        (true, 1) => format!(
            "In the one other analysis in the same unit the estimate was {low} (as planned {planned})."
        ),
        (true, _) => {
            format!("In {n} in the same unit the estimate was {low} (as planned {planned}).")
        }
        (false, _) => format!(
            "In {n} in the same unit the estimate lay between {low} and {high} (as planned {planned})."
        ),
    })
}
