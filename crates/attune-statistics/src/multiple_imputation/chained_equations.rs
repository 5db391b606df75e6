//! Multiple imputation by chained equations, also called fully conditional specification: each column
//! with gaps is imputed in turn from all the others, until the draws have settled.
//!
//! Repeated measures belong in wide form here, one row per unit and one column per wave
//! ([`super::to_wide`]); then each wave predicts the others and the correlation within a unit is kept.
//! Definition and limits: `docs/methods/multiple-imputation.md`.

mod categories;
mod numbers;
mod predictors;
mod variables;

use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::convergence::{Trace, not_settled, summary};
use super::imputations::{Imputations, completed_table};
use super::problem::ImputationProblem;
use super::shift::{Shift, for_group};
use super::within::{Group, groups, merged};
use crate::data_problem::DataProblem;
use crate::formula::Expression;
use crate::resampling::draws::Draws;
use crate::table::{Column, Table};
use categories::Logit;
use predictors::{Design, Predictor};
use variables::{Source, Variables};

/// How to impute.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainedEquations {
    /// Completed data sets.
    pub n_imputations: usize,
    /// Rounds through all columns with gaps, of which the last counts.
    pub n_iterations: usize,
    /// Seed; each completed data set has a stream of its own.
    pub seed: u64,
    /// Methods of single columns in the place of those that suit their kind.
    pub methods: Vec<(String, ImputationMethod)>,
    /// Columns that are neither imputed nor predict, such as identifiers.
    pub left_out: Vec<String>,
    /// Columns calculated from others after each draw; they are added to the table and predict whatever
    /// they are not made of.
    pub derived: Vec<DerivedColumn>,
    /// A complete factor: each of its levels is imputed by itself, so that everything may differ between them.
    pub within: Option<String>,
    /// Shifts applied to imputed values as soon as they are drawn, so that what is imputed from them follows.
    pub shifts: Vec<Shift>,
}

/// How one column is imputed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImputationMethod {
    /// A draw from the normal linear model.
    Normal,
    /// The value of a row with a similar mean: stays in the range and the steps of what was observed.
    PredictiveMeanMatching {
        /// From how many nearest rows one is drawn.
        donors: usize,
    },
    /// Logistic regression, for a factor with two levels.
    Logistic,
    /// Cumulative logit, for a factor whose levels are in order.
    OrderedLogit,
    /// Multinomial logit, for a factor whose levels have no order.
    MultinomialLogit,
}

/// A column made from others.
#[derive(Debug, Clone, PartialEq)]
pub struct DerivedColumn {
    /// Its name.
    pub name: String,
    /// The arithmetic, such as the left side of a parsed formula.
    pub of: Expression,
}

impl ChainedEquations {
    /// Twenty rounds, and for each column the method that suits its kind: predictive mean matching with
    /// five donors, logistic for two levels, multinomial for more.
    #[must_use]
    pub fn new(n_imputations: usize, seed: u64) -> Self {
        Self {
            n_imputations,
            n_iterations: 20,
            seed,
            methods: Vec::new(),
            left_out: Vec::new(),
            derived: Vec::new(),
            within: None,
            shifts: Vec::new(),
        }
    }
}

impl ImputationMethod {
    /// Its name in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Normal => "normal linear regression",
            Self::PredictiveMeanMatching { .. } => "predictive mean matching",
            Self::Logistic => "logistic regression",
            Self::OrderedLogit => "ordered logit regression",
            Self::MultinomialLogit => "multinomial logit regression",
        }
    }
}

/// Imputes every gap of a table.
///
/// Columns are visited from the fewest gaps to the most; each chain starts from random observed values.
///
/// # Errors
/// When a column has no observed value, too few for its model, or a method that does not suit it; when
/// the factor to impute within has gaps; when a setting names no column.
///
/// # Examples
/// ```
/// use attune_statistics::multiple_imputation::{ChainedEquations, impute_by_chained_equations};
/// use attune_statistics::table::{Column, Table};
///
/// let before: Vec<f64> = (0..40).map(|row| f64::from((row * 17) % 23)).collect();
/// let mut after: Vec<f64> = before.iter().map(|value| 2.0 * value + 1.0).collect();
/// after[3] = f64::NAN;
/// let table = Table::new()
///     .with("before", Column::Numbers(before))?
///     .with("after", Column::Numbers(after))?;
/// let imputations = impute_by_chained_equations(&table, &ChainedEquations::new(5, 1))?;
/// assert_eq!((imputations.n_imputations(), imputations.n_missing()), (5, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn impute_by_chained_equations(
    table: &Table,
    settings: &ChainedEquations,
) -> Result<Imputations, ImputationProblem> {
    check(table, settings)?;
    let groups = groups(table, settings.within.as_deref())?;
    let parts = groups
        .iter()
        .enumerate()
        .map(|(position, group)| {
            let streams = (position, groups.len());
            impute_group(&group.table, group, settings, streams)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut imputations = merged(table, &groups, parts, settings.seed);
    imputations
        .warnings
        .extend(not_settled(&imputations.traces));
    Ok(imputations)
}

fn check(table: &Table, settings: &ChainedEquations) -> Result<(), ImputationProblem> {
    let known = |name: &String| match table.column(name) {
        Some(_) => Ok(()),
        None => Err(unknown_column(name, table)),
    };
    for name in settings
        .left_out
        .iter()
        .chain(&settings.within)
        .chain(settings.methods.iter().map(|(name, _)| name))
        .chain(settings.shifts.iter().map(|shift| &shift.column))
    {
        known(name)?;
    }
    for shift in &settings.shifts {
        shift.check(table)?;
    }
    for (what, value) in [
        ("the number of imputations", settings.n_imputations),
        ("the number of iterations", settings.n_iterations),
    ] {
        if value == 0 {
            return Err(at_least_one(what).into());
        }
    }
    Ok(())
}

pub(super) fn at_least_one(what: &'static str) -> DataProblem {
    DataProblem::OutOfRange {
        what,
        value: 0.0,
        allowed: "at least 1",
    }
}

pub(super) fn unknown_column(name: &str, table: &Table) -> ImputationProblem {
    ImputationProblem::UnknownColumn {
        name: name.to_owned(),
        known: table.names().join(", "),
    }
}

/// One chain: the values of every variable after the last round, and their course.
struct Chain {
    values: Vec<Vec<f64>>,
    /// For each variable the means and standard deviations of the imputed values, by iteration.
    course: Vec<(Vec<f64>, Vec<f64>)>,
}

fn impute_group(
    table: &Table,
    group: &Group,
    settings: &ChainedEquations,
    (position, n_groups): (usize, usize),
) -> Result<Imputations, ImputationProblem> {
    let variables = Variables::new(table, settings, group.within())?;
    let shifts = for_group(&settings.shifts, table, group.within())?;
    let chains: Vec<Chain> = (0..settings.n_imputations)
        .into_par_iter()
        .map(|imputation| {
            let stream = (imputation * n_groups + position) as u64;
            let draws = Draws::new(settings.seed, stream);
            chain(&variables, &shifts, settings.n_iterations, draws)
        })
        .collect::<Result<_, _>>()?;
    Ok(Imputations {
        completed: chains
            .iter()
            .map(|chain| completed(table, &variables, &chain.values))
            .collect::<Result<_, _>>()?,
        imputed: variables.imputed(),
        traces: traces(&variables, &chains, group.within()),
        seed: settings.seed,
        warnings: variables.warnings.clone(),
    })
}

fn chain(
    variables: &Variables,
    shifts: &[(String, Vec<f64>)],
    n_iterations: usize,
    mut draws: Draws,
) -> Result<Chain, ImputationProblem> {
    let mut values = start(variables, &mut draws);
    variables.derive(&mut values)?;
    let mut course = vec![(Vec::new(), Vec::new()); variables.list.len()];
    for _ in 0..n_iterations {
        for &place in &variables.visits {
            draw_column(variables, place, &mut values, &mut draws)?;
            add_shifts(variables, place, &mut values, shifts);
            variables.derive(&mut values)?;
            let (mean, deviation) = summary(&values[place], &variables.list[place].missing);
            course[place].0.push(mean);
            course[place].1.push(deviation);
        }
    }
    Ok(Chain { values, course })
}

/// Every gap gets a random observed value of its column.
fn start(variables: &Variables, draws: &mut Draws) -> Vec<Vec<f64>> {
    let filled = |variable: &variables::Variable| {
        let mut values = variable.values.clone();
        if !variable.observed.is_empty() {
            for &row in &variable.gaps {
                let donor = variable.observed[draws.below(variable.observed.len())];
                values[row] = variable.values[donor];
            }
        }
        values
    };
    variables.list.iter().map(filled).collect()
}

fn draw_column(
    variables: &Variables,
    place: usize,
    values: &mut [Vec<f64>],
    draws: &mut Draws,
) -> Result<(), ImputationProblem> {
    let variable = &variables.list[place];
    let (observed, gaps) = (&variable.observed, &variable.gaps);
    let Source::Drawn(method) = variable.source else {
        return Ok(());
    };
    let predictors: Vec<Predictor<'_>> = variable
        .predictors
        .iter()
        .map(|&other| Predictor {
            values: &values[other],
            n_levels: variables.list[other].n_levels,
        })
        .collect();
    let design = Design::new(&predictors, variable.values.len(), observed);
    let y: Vec<f64> = observed.iter().map(|&row| variable.values[row]).collect();
    variables.require_enough(variable, design.n_columns())?;
    let drawn: Vec<f64> = match method {
        ImputationMethod::Normal => numbers::normal(&y, gaps, &design, draws),
        ImputationMethod::PredictiveMeanMatching { donors } => {
            numbers::predictive_mean_matching(&y, observed, gaps, donors, &design, draws)
        }
        ImputationMethod::Logistic | ImputationMethod::MultinomialLogit => {
            categories_of(&y, (observed, gaps), Logit::Unordered, &design, draws)
        }
        ImputationMethod::OrderedLogit => {
            categories_of(&y, (observed, gaps), Logit::Ordered, &design, draws)
        }
    };
    for (&row, value) in gaps.iter().zip(drawn) {
        values[place][row] = value;
    }
    Ok(())
}

/// Draws codes; levels that nobody has are never imputed.
fn categories_of(
    y: &[f64],
    rows: (&[usize], &[usize]),
    logit: Logit,
    design: &Design,
    draws: &mut Draws,
) -> Vec<f64> {
    let mut levels = y.to_vec();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    if levels.len() == 1 {
        return vec![levels[0]; rows.1.len()];
    }
    let category = |value: &f64| levels.partition_point(|level| level < value);
    let y: Vec<usize> = y.iter().map(category).collect();
    let drawn = categories::draw(&y, levels.len(), rows, logit, design, draws);
    drawn.into_iter().map(|category| levels[category]).collect()
}

fn add_shifts(
    variables: &Variables,
    place: usize,
    values: &mut [Vec<f64>],
    shifts: &[(String, Vec<f64>)],
) {
    let variable = &variables.list[place];
    for (_, by_row) in shifts.iter().filter(|(name, _)| *name == variable.name) {
        for &row in &variable.gaps {
            values[place][row] += by_row[row];
        }
    }
}

fn completed(
    table: &Table,
    variables: &Variables,
    values: &[Vec<f64>],
) -> Result<Table, ImputationProblem> {
    let values_of = |name: &str| {
        let place = variables
            .list
            .iter()
            .position(|variable| variable.name == name)?;
        (!variables.list[place].gaps.is_empty()).then_some(values[place].as_slice())
    };
    let mut completed = completed_table(table, values_of);
    for (variable, values) in variables.list.iter().zip(values) {
        if matches!(variable.source, Source::Derived(_)) {
            completed.push(&variable.name, Column::Numbers(values.clone()))?;
        }
    }
    Ok(completed)
}

fn traces(variables: &Variables, chains: &[Chain], within: Option<(&str, &str)>) -> Vec<Trace> {
    let trace = |&place: &usize| {
        Trace::new(
            &variables.list[place].name,
            within.map(|(_, level)| level),
            chains
                .iter()
                .map(|chain| chain.course[place].0.clone())
                .collect(),
            chains
                .iter()
                .map(|chain| chain.course[place].1.clone())
                .collect(),
        )
    };
    variables.visits.iter().map(trace).collect()
}
