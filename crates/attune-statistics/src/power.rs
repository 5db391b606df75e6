//! Power by simulation: how often a planned analysis would find what is assumed to be true.
//!
//! A [`Scenario`] says where the rows of a trial come from ([`Design`]), what is true ([`Truth`]) and how each
//! made-up data set is analysed ([`Analysis`]). [`power()`] makes the trials and sums them up as a [`Power`]
//! with its Monte-Carlo error; [`sample_size`] finds how many units reach a wanted power.
//! [`LongitudinalDesign`] makes the rows of visits to units, in clusters, with dropout. Definitions and limits:
//! `docs/methods/power.md`.

mod analysis;
mod draws;
mod longitudinal_design;
mod sample_size;
mod summary;
mod trial;
mod truth;

use thiserror::Error;

use crate::data_problem::{DataProblem, require_between};
use crate::linear_mixed_model::FitError;
use crate::model_frame::FrameError;
use crate::table::{Column, Table, TableError};

use analysis::Prepared;
pub use analysis::{Analysis, Method};
pub use draws::Draws;
pub use longitudinal_design::{ClusterSizes, LongitudinalDesign, PlannedArm};
pub use sample_size::{SampleSize, SearchOutcome, SearchSettings, SizeTried, sample_size};
pub use summary::{Power, Share};
use trial::run_trials_in;
pub use trial::{Answer, Trial, run_trials};
use truth::{Generator, response_name};
pub use truth::{TrueResponse, Truth};

/// What is simulated and how it is analysed.
pub struct Scenario<'a> {
    /// Where the rows come from.
    pub design: Design<'a>,
    /// What is true.
    pub truth: Truth,
    /// How each trial is analysed.
    pub analysis: Analysis,
    /// What the tested quantity is in truth, for bias and coverage; `None` where the analysis asks for something
    /// else than the truth was written in.
    pub true_value: Option<f64>,
}

/// The rows of a trial: a table without the response.
pub enum Design<'a> {
    /// The same rows in every trial, which is fastest.
    Same(Table),
    /// Rows drawn anew for each trial: dropout, visits off their day.
    Drawn(&'a (dyn Fn(&mut Draws) -> Table + Sync)),
    /// Rows drawn anew and, once they have a response, brought into the form that the analysis asks for, such as
    /// one row per unit with its first and its last value.
    Reshaped {
        /// The rows.
        rows: &'a (dyn Fn(&mut Draws) -> Table + Sync),
        /// From the rows with their response to those of the analysis.
        reshape: &'a (dyn Fn(&Table) -> Table + Sync),
    },
}

/// How many trials, and how each is judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PowerSettings {
    /// Trials.
    pub n_trials: usize,
    /// The number of the first one: trials with other numbers are independent of these.
    pub first_trial: u64,
    /// Seed.
    pub seed: u64,
    /// A trial rejects when its two-sided p value lies below this; its interval has level 1 − alpha.
    pub alpha: f64,
}

impl Default for PowerSettings {
    fn default() -> Self {
        Self {
            n_trials: 1000,
            first_trial: 0,
            seed: 1,
            alpha: 0.05,
        }
    }
}

/// Why power could not be simulated.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PowerError {
    /// A number out of its range.
    #[error(transparent)]
    Number(#[from] DataProblem),
    /// Formula and design do not go together.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The design has the response already, or another fault.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Missing values in the design.
    #[error("{n_rows} row(s) of the design lack a value that the model needs: fill or drop them")]
    IncompleteDesign {
        /// How many.
        n_rows: usize,
    },
    /// A coefficient of no term.
    #[error("the model has no term `{term}`; its terms are {known}")]
    UnknownTerm {
        /// As given.
        term: String,
        /// The terms.
        known: String,
    },
    /// Not one covariance matrix for each random part.
    #[error("the formula has {expected} random part(s) and {found} covariance matrices were given")]
    RandomParts {
        /// In the formula.
        expected: usize,
        /// Given.
        found: usize,
    },
    /// A covariance matrix that is none, or has another size.
    #[error(
        "the covariance matrix for `{group}` must be symmetric, as large as its random part has columns, and without negative variances or correlations beyond ±1"
    )]
    Covariance {
        /// The grouping factor.
        group: String,
    },
    /// `log(y) ~ …`.
    #[error("the response `{response}` is not a column: simulate the column itself")]
    ResponseNotAColumn {
        /// The left side.
        response: String,
    },
    /// The analysis does not suit the design.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// Nothing worked.
    #[error("no trial could be analysed: {reason}")]
    NothingFitted {
        /// Why the first could not.
        reason: String,
    },
}

/// Simulates the trials of a scenario and sums them up.
///
/// # Errors
/// When truth, design and analysis do not go together, or no trial could be analysed. Single trials that cannot
/// be fitted are no error: they are counted.
///
/// # Examples
/// Two groups of 20 compared by a t test, a difference of 0.9 standard deviations:
/// ```
/// use attune_statistics::formula::Formula;
/// use attune_statistics::inference::DegreesOfFreedom;
/// use attune_statistics::power::{Analysis, Design, Method, PowerSettings, Scenario, TrueResponse, Truth, power};
/// use attune_statistics::table::{Column, Factor, Table};
///
/// let arm = Factor { levels: vec!["A".into(), "B".into()], codes: (0..40).map(|row| Some(row % 2)).collect() };
/// let formula = Formula::parse("score ~ arm")?;
/// let scenario = Scenario {
///     design: Design::Same(Table::new().with("arm", Column::Factor(arm))?),
///     truth: Truth {
///         formula: formula.clone(),
///         coefficients: vec![("armB".into(), 0.9)],
///         random: vec![],
///         response: TrueResponse::Normal { sd: 1.0 },
///     },
///     analysis: Analysis {
///         formula,
///         method: Method::linear(DegreesOfFreedom::Satterthwaite),
///         tested: vec![("armB".into(), 1.0)],
///     },
///     true_value: Some(0.9),
/// };
/// let result = power(&scenario, &PowerSettings { n_trials: 400, ..PowerSettings::default() })?;
/// // R 4.2.2: power.t.test(n = 20, delta = 0.9)$power = 0.7953.
/// assert!(result.ci_lower < 0.7953 && 0.7953 < result.ci_upper);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn power(scenario: &Scenario<'_>, settings: &PowerSettings) -> Result<Power, PowerError> {
    let trials = trials(scenario, settings)?;
    Ok(Power::of(&trials, settings.alpha, scenario.true_value))
}

/// The trials of a scenario, one by one.
///
/// # Errors
/// As [`power()`].
pub fn trials(scenario: &Scenario<'_>, settings: &PowerSettings) -> Result<Vec<Trial>, PowerError> {
    check(settings)?;
    let level = 1.0 - settings.alpha;
    let trials = match &scenario.design {
        Design::Same(design) => {
            let generator = Generator::new(&scenario.truth, design)?;
            let prepared = Prepared::new(&scenario.analysis, design, &generator)?;
            let worker = || prepared.worker();
            run_trials_in(settings, worker, |worker, _, draws| {
                worker.fit(generator.draw(draws), level)
            })
        }
        Design::Drawn(rows) => drawn(scenario, settings, *rows, |table| table)?,
        Design::Reshaped { rows, reshape } => {
            drawn(scenario, settings, *rows, |table| reshape(&table))?
        }
    };
    if trials.iter().all(|trial| trial.answer().is_none()) {
        let reason = trials.iter().find_map(|trial| match trial {
            Trial::NotFitted(reason) => Some(reason.clone()),
            Trial::Answered(_) | Trial::NotConverged => None,
        });
        return Err(PowerError::NothingFitted {
            reason: reason.unwrap_or_else(|| "no fit converged".to_owned()),
        });
    }
    Ok(trials)
}

/// Trials whose rows differ. The first one's problems with the truth are everybody's.
fn drawn(
    scenario: &Scenario<'_>,
    settings: &PowerSettings,
    rows: &(dyn Fn(&mut Draws) -> Table + Sync),
    reshape: impl Fn(Table) -> Table + Sync,
) -> Result<Vec<Trial>, PowerError> {
    let response = response_name(&scenario.truth.formula)?;
    let mut draws = Draws::of_trial(settings.seed, settings.first_trial);
    Generator::new(&scenario.truth, &rows(&mut draws))?;
    let level = 1.0 - settings.alpha;
    Ok(run_trials(settings, |_, draws| {
        let design = rows(draws);
        let table = Generator::new(&scenario.truth, &design).and_then(|generator| {
            let values = Column::Numbers(generator.draw(draws));
            Ok(design.with(&response, values)?)
        });
        match table {
            Ok(table) => scenario.analysis.of_table(&reshape(table), level),
            Err(problem) => Trial::NotFitted(problem.to_string()),
        }
    }))
}

fn check(settings: &PowerSettings) -> Result<(), DataProblem> {
    require_between("alpha", settings.alpha, 0.0, 1.0, "between 0 and 1")?;
    if settings.n_trials == 0 {
        return Err(DataProblem::TooFew {
            what: "the list of trials",
            needed: 1,
            found: 0,
        });
    }
    Ok(())
}
