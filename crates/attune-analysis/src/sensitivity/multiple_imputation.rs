//! Missing values imputed many times within each arm, the planned model fitted to each completed version, and
//! the answers pooled. Beside the plain form, which takes values to be missing at random, stand three that do not:
//! a shift of what was imputed, imputation by reference to the comparison arm, and the tipping point.

use attune_protocol::plan::{Better, Sensitivity};
use attune_statistics::{
    inference::CoefficientTest,
    matrix::Matrix,
    multiple_imputation::{
        ChainedEquations, Imputations, ModelEstimates, Pooled, PooledModel, ReferenceBased,
        ReferenceRule, Shift, TippingPath, analyse_and_pool, imputations_needed,
        impute_by_chained_equations, impute_by_reference, shift_imputed, tipping_path,
    },
    table::{Column, Table},
};

use super::{Planned, SensitivityFinding, id, label, same_term};
use crate::{
    findings::Estimate,
    imputed_outcome::WideOutcome,
    meaning::{Comparison, GroupKind},
    question::Question,
    run::{Run, RunProblem, estimate_of, run as run_model},
    words,
};

/// Fewest and most imputations; between them there is one for each percent of units with a gap
/// (White, Royston and Wood 2011).
const N_IMPUTATIONS: (usize, usize) = (20, 60);
/// Rounds of chained equations, and draws of a joint normal distribution.
const N_ROUNDS: usize = 20;
const N_DRAWS: usize = 200;
/// How far the tipping point is sought, in SDs of the first wave, and in how many steps to each side.
const FARTHEST_SHIFT: f64 = 2.0;
const N_STEPS: i32 = 4;

/// Values are missing at random.
pub(super) fn run(planned: &Planned<'_>) -> Result<SensitivityFinding, String> {
    let wide = WideOutcome::of(planned.question, &planned.run.formula)?;
    if let Some(finding) = nothing_missing(planned, &wide, Sensitivity::MultipleImputation) {
        return finding;
    }
    let imputations = imputed(planned, &wide)?;
    let pooled = pooled(planned, &wide, &imputations)?;
    let method = format!(
        "{} The planned model was fitted to each and pooled by Rubin’s rules; {}.",
        what_was_imputed(planned, &wide, &imputations),
        missing_information(&pooled)
    );
    Ok(finding(
        planned,
        Sensitivity::MultipleImputation,
        (&wide, &imputations),
        &pooled,
        method,
    ))
}

/// Imputed values in the named arm are worse by the smallest difference that matters.
pub(super) fn delta_adjusted(planned: &Planned<'_>) -> Result<SensitivityFinding, String> {
    let wide = WideOutcome::of(planned.question, &planned.run.formula)?;
    let comparison = arms(planned)?;
    let by = worse(planned)?
        * planned
            .question
            .plan()
            .smallest_difference_that_matters
            .ok_or(
                "the outcome has no smallest-difference-that-matters, which would be the shift",
            )?;
    if let Some(finding) = nothing_missing(planned, &wide, Sensitivity::DeltaAdjusted) {
        return finding;
    }
    let imputations = imputed(planned, &wide)?;
    let shifted = shift_imputed(&imputations, &wide.table, &shifts(&wide, comparison, by))
        .map_err(|problem| problem.to_string())?;
    let pooled = pooled(planned, &wide, &shifted)?;
    let unit = words::unit_in_sentence(planned.question.plan().unit.as_deref());
    let method = format!(
        "{} Then every imputed value in {} after the first wave was taken to be {}{} worse than that \
         (the smallest difference that matters); pooled by Rubin’s rules.",
        what_was_imputed(planned, &wide, &imputations),
        comparison.group,
        words::short(by.abs(), 3),
        unit.map_or(String::new(), |unit| format!(" {unit}")),
    );
    Ok(finding(
        planned,
        Sensitivity::DeltaAdjusted,
        (&wide, &shifted),
        &pooled,
        method,
    ))
}

/// Those who left the named arm go on as the arm that it is compared with.
pub(super) fn reference_based(planned: &Planned<'_>) -> Result<SensitivityFinding, String> {
    let wide = WideOutcome::of(planned.question, &planned.run.formula)?;
    let comparison = arms(planned)?;
    if let Some(finding) = nothing_missing(planned, &wide, Sensitivity::ReferenceBased) {
        return finding;
    }
    let has_gaps = |name: &String| match wide.table.column(name) {
        Some(Column::Factor(factor)) => factor.codes.iter().any(Option::is_none),
        _ => false,
    };
    let left_out: Vec<String> = wide
        .table
        .names()
        .iter()
        .filter(|name| has_gaps(name))
        .cloned()
        .collect();
    let in_model = planned.run.formula.column_names();
    if let Some(name) = left_out.iter().find(|name| in_model.contains(name)) {
        return Err(format!(
            "{name} has missing values and is in the model; imputation by reference cannot impute categories"
        ));
    }
    let settings = ReferenceBased {
        n_imputations: n_imputations(&wide),
        n_iterations: N_DRAWS,
        seed: planned.seed,
        waves: wide.wave_columns(),
        arm: "arm".to_owned(),
        reference: comparison.reference.clone(),
        rule: ReferenceRule::JumpToReference,
        left_out,
    };
    let imputations =
        impute_by_reference(&wide.table, &settings).map_err(|problem| problem.to_string())?;
    let pooled = pooled(planned, &wide, &imputations)?;
    let method = format!(
        "{} After the last value of those who left {}, the course is that of {} (jump to reference); pooled by \
         Rubin’s rules.",
        what_was_imputed(planned, &wide, &imputations),
        comparison.group,
        comparison.reference
    );
    Ok(finding(
        planned,
        Sensitivity::ReferenceBased,
        (&wide, &imputations),
        &pooled,
        method,
    ))
}

/// The shift of imputed values in the named arm at which the conclusion changes.
pub(super) fn tipping_point(planned: &Planned<'_>) -> Result<SensitivityFinding, String> {
    let question = planned.question;
    let wide = WideOutcome::of(question, &planned.run.formula)?;
    let comparison = arms(planned)?;
    if wide.n_incomplete().0 == 0 {
        return Err("no value is missing at a planned wave, so nothing can tip".to_owned());
    }
    let sd = sd_of_first_wave(&wide).ok_or("the values of the first wave do not vary")?;
    let imputations = imputed(planned, &wide)?;
    let alpha = 1.0 - question.analysis.level;
    let step = FARTHEST_SHIFT * sd / f64::from(N_STEPS);
    let steps: Vec<f64> = (-N_STEPS..=N_STEPS).map(|k| f64::from(k) * step).collect();
    let path = tipping_path(&steps, alpha, |by| {
        let shifted = shift_imputed(&imputations, &wide.table, &shifts(&wide, comparison, by))?;
        Ok(pool_of(planned, &wide, &shifted)?.pooled[0])
    })
    .map_err(|problem| problem.to_string())?;
    Ok(tipping_finding(
        planned,
        &wide,
        &imputations,
        comparison,
        &path,
    ))
}

fn tipping_finding(
    planned: &Planned<'_>,
    wide: &WideOutcome<'_>,
    imputations: &Imputations,
    comparison: &Comparison,
    path: &TippingPath,
) -> SensitivityFinding {
    let question = planned.question;
    let size = size_of(planned, wide, imputations);
    let nearest = path
        .tipping_points
        .iter()
        .copied()
        .min_by(|a, b| a.abs().total_cmp(&b.abs()));
    let farthest = path
        .steps
        .iter()
        .fold(0.0_f64, |most, step| most.max(step.shift.abs()));
    let decimals = words::decimals_of(farthest, 3);
    let ends = path
        .steps
        .first()
        .zip(path.steps.last())
        .map_or(String::new(), |(low, high)| {
            let at = |pooled: &Pooled| {
                format!(
                    "{} ({})",
                    words::short(pooled.estimate, 3),
                    words::p_value(pooled.p)
                )
            };
            format!(
                " From {} to {} the estimate goes from {} to {}.",
                words::fixed(low.shift, decimals),
                words::fixed(high.shift, decimals),
                at(&low.pooled),
                at(&high.pooled)
            )
        });
    let mut warnings = imputations.warnings.clone();
    if nearest.is_none() {
        warnings.push("no shift that was tried changes the conclusion".to_owned());
    }
    let found = match nearest {
        Some(shift) => format!(
            "p crosses {} when they differ from what was predicted by {} on average.",
            words::short(path.alpha, 3),
            words::fixed(shift, decimals)
        ),
        None => format!(
            "No shift between {} and {} carries p across {}.",
            words::fixed(-farthest, decimals),
            words::fixed(farthest, decimals),
            words::short(path.alpha, 3)
        ),
    };
    SensitivityFinding {
        id: id(Sensitivity::TippingPoint).to_owned(),
        label: label(Sensitivity::TippingPoint).to_owned(),
        term: format!("shift of imputed values in {}", comparison.group),
        estimate_unit: words::unit_in_sentence(question.plan().unit.as_deref())
            .unwrap_or("units of the outcome")
            .to_owned(),
        comparable: false,
        estimate: Estimate {
            estimate: nearest,
            level: question.analysis.level,
            ..Estimate::default()
        },
        n_units: size.n_units,
        n_rows: size.n_rows,
        method: format!(
            "{} The same shift was added to every imputed value in {} after the first wave. {found}{ends}",
            what_was_imputed(planned, wide, imputations),
            comparison.group
        ),
        warnings,
    }
}

fn n_imputations(wide: &WideOutcome<'_>) -> usize {
    let (n_incomplete, n_units) = wide.n_incomplete();
    let percent = (100 * n_incomplete).div_ceil(n_units.max(1));
    percent.clamp(N_IMPUTATIONS.0, N_IMPUTATIONS.1)
}

fn imputed(planned: &Planned<'_>, wide: &WideOutcome<'_>) -> Result<Imputations, String> {
    let settings = ChainedEquations {
        n_iterations: N_ROUNDS,
        within: wide.within.clone(),
        ..ChainedEquations::new(n_imputations(wide), planned.seed)
    };
    impute_by_chained_equations(&wide.table, &settings).map_err(|problem| problem.to_string())
}

/// The planned model on every completed version, pooled.
fn pooled(
    planned: &Planned<'_>,
    wide: &WideOutcome<'_>,
    imputations: &Imputations,
) -> Result<PooledModel, String> {
    pool_of(planned, wide, imputations).map_err(|problem| problem.to_string())
}

fn pool_of(
    planned: &Planned<'_>,
    wide: &WideOutcome<'_>,
    imputations: &Imputations,
) -> Result<PooledModel, attune_statistics::multiple_imputation::ImputationProblem> {
    let level = planned.question.analysis.level;
    analyse_and_pool(imputations, level, |table| answer_of(planned, wide, table))
}

fn answer_of(
    planned: &Planned<'_>,
    wide: &WideOutcome<'_>,
    table: &Table,
) -> Result<ModelEstimates, String> {
    with_completed_run(planned, wide, table, |run| {
        let analysis = planned.question.analysis;
        let inference = run.inference(analysis.inference)?;
        let test = run.test(&inference, &analysis.answers, analysis.level)?;
        Ok(estimates_of(&test, run))
    })
    .map_err(|problem| problem.to_string())
}

/// Does something with the planned model fitted to a completed version.
fn with_completed_run<T>(
    planned: &Planned<'_>,
    wide: &WideOutcome<'_>,
    table: &Table,
    ask: impl Fn(&Run) -> Result<T, RunProblem>,
) -> Result<T, RunProblem> {
    let original = planned.question;
    let completed = wide.completed(table);
    let long = wide.long(&completed);
    let question = Question {
        long: &long,
        analysis: original.analysis,
        outcome: original.outcome,
        formula: original.formula.clone(),
        meaning: original.meaning.clone(),
        follow_up: original.follow_up,
    };
    ask(&run_model(&question, planned.run.formula.clone(), |_| {
        true
    })?)
}

fn estimates_of(test: &CoefficientTest, run: &Run) -> ModelEstimates {
    ModelEstimates {
        terms: vec![test.term.clone()],
        estimates: vec![test.estimate],
        covariance: Matrix::from_rows(&[[test.se * test.se]]),
        df: vec![test.df],
        warnings: run.warnings(),
    }
}

/// Units and rows of the completed models.
#[derive(Default)]
struct Size {
    n_units: usize,
    n_rows: usize,
}

fn size_of(planned: &Planned<'_>, wide: &WideOutcome<'_>, imputations: &Imputations) -> Size {
    let first = imputations.completed.first();
    let size = first.map(|table| {
        with_completed_run(planned, wide, table, |run| {
            Ok(Size {
                n_units: run.frame.n_units,
                n_rows: run.n_rows(),
            })
        })
    });
    size.and_then(Result::ok).unwrap_or_default()
}

/// The planned result, where no value is missing.
fn nothing_missing(
    planned: &Planned<'_>,
    wide: &WideOutcome<'_>,
    kind: Sensitivity,
) -> Option<Result<SensitivityFinding, String>> {
    if wide.n_incomplete().0 > 0 {
        return None;
    }
    let (one, _) = words::unit_nouns(planned.question.about());
    let method = format!(
        "As planned; every {one} has a value at all {} waves, so nothing was imputed.",
        wide.waves.len()
    );
    Some(same_term(planned, kind, planned.run, method))
}

fn what_was_imputed(
    planned: &Planned<'_>,
    wide: &WideOutcome<'_>,
    imputations: &Imputations,
) -> String {
    let (one, many) = words::unit_nouns(planned.question.about());
    let how = imputations
        .imputed
        .iter()
        .find(|column| column.name.starts_with("at "));
    let how = how.map_or("", |column| {
        column.method.split(',').next().unwrap_or_default()
    });
    let how = if how == "predictive mean matching" {
        "by chained equations with predictive mean matching".to_owned()
    } else {
        format!("from a {}", how.trim_end_matches(" by arm"))
    };
    let within = if wide.within.is_some() {
        ", within each arm"
    } else {
        ""
    };
    let mut from = vec!["the other waves".to_owned()];
    from.extend(
        wide.attributes
            .iter()
            .map(|attribute| attribute.label.to_lowercase()),
    );
    let mut sentence = format!(
        "Missing values ({}) of {} were imputed {} times {how}{within}, from {} (seed {}).",
        wide.gaps_in_words(),
        words::count_of(wide.n_incomplete().1, one, many),
        imputations.n_imputations(),
        words::list(&from),
        planned.seed
    );
    if !wide.attributes_left_out.is_empty() {
        let names: Vec<String> = wide
            .attributes_left_out
            .iter()
            .map(|a| a.label.to_lowercase())
            .collect();
        sentence += &format!(
            " There are too few values to use {} as well.",
            words::list(&names)
        );
    }
    sentence
}

fn missing_information(pooled: &PooledModel) -> String {
    let share = pooled.largest_missing_information();
    format!(
        "the fraction of missing information is {}",
        words::percent(share)
    )
}

fn finding(
    planned: &Planned<'_>,
    kind: Sensitivity,
    (wide, imputations): (&WideOutcome<'_>, &Imputations),
    pooled: &PooledModel,
    method: String,
) -> SensitivityFinding {
    let question = planned.question;
    let size = size_of(planned, wide, imputations);
    let level = question.analysis.level;
    let test = pooled.pooled[0].test(&pooled.terms[0]);
    let mut warnings = imputations.warnings.clone();
    warnings.extend(pooled.warnings.iter().cloned());
    let m = imputations.n_imputations();
    let needed = imputations_needed(pooled.pooled[0].missing_information, m, 0.1, 0.95);
    if let Some(needed) = needed.ok().filter(|needed| *needed > m) {
        warnings.push(format!(
            "with {m} imputations another seed may change the standard error by more than a tenth; {needed} would be \
             enough"
        ));
    }
    SensitivityFinding {
        id: id(kind).to_owned(),
        label: label(kind).to_owned(),
        term: question.analysis.answers.text.clone(),
        estimate_unit: planned.meaning.estimate_unit(question.plan()),
        comparable: true,
        estimate: estimate_of(&test, level),
        n_units: size.n_units,
        n_rows: size.n_rows,
        method,
        warnings,
    }
}

/// The arms that the term compares.
fn arms<'p>(planned: &'p Planned<'_>) -> Result<&'p Comparison, String> {
    planned
        .meaning
        .comparison
        .as_ref()
        .filter(|comparison| comparison.groups == GroupKind::Arms)
        .ok_or_else(|| "the term compares no arms".to_owned())
}

/// −1 or 1: the direction in which a value is worse.
fn worse(planned: &Planned<'_>) -> Result<f64, String> {
    match planned.question.plan().better {
        Better::Higher => Ok(-1.0),
        Better::Lower => Ok(1.0),
        Better::Neither => {
            Err("neither direction of the outcome is better, so none is worse".to_owned())
        }
    }
}

/// One shift for each wave after the first.
fn shifts(wide: &WideOutcome<'_>, comparison: &Comparison, by: f64) -> Vec<Shift> {
    let later = wide.wave_columns().into_iter().skip(1);
    later
        .map(|wave| Shift::of_level(&wave, "arm", &comparison.group, by))
        .collect()
}

fn sd_of_first_wave(wide: &WideOutcome<'_>) -> Option<f64> {
    let name = wide.wave_columns().into_iter().next()?;
    let Some(Column::Numbers(values)) = wide.table.column(&name) else {
        return None;
    };
    let known: Vec<f64> = values
        .iter()
        .copied()
        .filter(|value| !value.is_nan())
        .collect();
    let sd = attune_statistics::descriptives::standard_deviation(&known);
    (sd > 0.0).then_some(sd)
}
