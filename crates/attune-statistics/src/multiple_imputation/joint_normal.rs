//! Multiple imputation from a joint normal distribution, plain or with a cluster level.
//!
//! All columns of numbers with gaps are one normal vector given the complete columns. Parameters and gaps
//! are drawn in turn (data augmentation; Tanner and Wong 1987, Schafer 1997); with clusters each cluster adds random
//! intercepts for all of these columns, correlated with one another (Schafer and Yucel 2002). Definition and
//! limits: `docs/methods/joint-imputation.md`.

mod clusters;
mod patterns;
mod regression;
mod vectors;

use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::chained_equations::{at_least_one, unknown_column};
use super::convergence::{Trace, not_settled, summary};
use super::imputations::{Imputations, ImputedColumn, completed_table};
use super::problem::ImputationProblem;
use super::within::{Group, groups, merged};
use crate::matrix::Matrix;
use crate::resampling::draws::Draws;
use crate::table::Table;
use clusters::ClusterEffects;
use patterns::Patterns;
pub(super) use patterns::{Conditional, ConditionalNormal};
use regression::Regression;
pub(super) use vectors::Vectors;

/// How to impute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JointNormal {
    /// Completed data sets, each from a chain of its own.
    pub n_imputations: usize,
    /// Draws of each chain, of which the last is used.
    pub n_iterations: usize,
    /// Seed; each completed data set has a stream of its own.
    pub seed: u64,
    /// Columns that are neither imputed nor predict, such as identifiers.
    pub left_out: Vec<String>,
    /// Complete columns of numbers that belong to the normal vector, and not to what it is conditional on.
    pub joint: Vec<String>,
    /// The grouping factor of the rows: a child with several visits, a site with several children.
    pub cluster: Option<String>,
    /// A complete factor: each of its levels is imputed by itself.
    pub within: Option<String>,
}

impl JointNormal {
    /// Two hundred draws, without clusters.
    #[must_use]
    pub fn new(n_imputations: usize, seed: u64) -> Self {
        Self {
            n_imputations,
            n_iterations: 200,
            seed,
            left_out: Vec::new(),
            joint: Vec::new(),
            cluster: None,
            within: None,
        }
    }
}

/// Imputes every gap in columns of numbers.
///
/// # Errors
/// When a factor has gaps (chained equations impute those), a column has no observed value, columns repeat
/// one another, or there are too few rows for so many columns.
///
/// # Examples
/// ```
/// use attune_statistics::multiple_imputation::{JointNormal, impute_jointly};
/// use attune_statistics::table::{Column, Table};
///
/// let first: Vec<f64> = (0..40).map(|row| f64::from((row * 17) % 23)).collect();
/// let mut second: Vec<f64> = (0..40).map(|row| f64::from((row * 17) % 23 + (row * 5) % 7)).collect();
/// second[3] = f64::NAN;
/// let table = Table::new()
///     .with("first", Column::Numbers(first))?
///     .with("second", Column::Numbers(second))?;
/// let imputations = impute_jointly(&table, &JointNormal::new(5, 1))?;
/// assert_eq!(imputations.n_missing(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn impute_jointly(
    table: &Table,
    settings: &JointNormal,
) -> Result<Imputations, ImputationProblem> {
    check(table, settings)?;
    let groups = groups(table, settings.within.as_deref())?;
    let parts = groups
        .iter()
        .enumerate()
        .map(|(position, group)| impute_group(group, settings, (position, groups.len())))
        .collect::<Result<Vec<_>, _>>()?;
    let mut imputations = merged(table, &groups, parts, settings.seed);
    imputations
        .warnings
        .extend(not_settled(&imputations.traces));
    Ok(imputations)
}

fn check(table: &Table, settings: &JointNormal) -> Result<(), ImputationProblem> {
    let names = settings.left_out.iter().chain(&settings.joint);
    for name in names.chain(&settings.cluster).chain(&settings.within) {
        if table.column(name).is_none() {
            return Err(unknown_column(name, table));
        }
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

fn impute_group(
    group: &Group,
    settings: &JointNormal,
    (position, n_groups): (usize, usize),
) -> Result<Imputations, ImputationProblem> {
    let vectors = Vectors::new(&group.table, settings, group.within())?;
    let states: Vec<State> = (0..settings.n_imputations)
        .into_par_iter()
        .map(|imputation| {
            let stream = (imputation * n_groups + position) as u64;
            augment(
                &vectors,
                settings.n_iterations,
                Draws::new(settings.seed, stream),
            )
        })
        .collect::<Result<_, _>>()?;
    let imputed: Vec<usize> = (0..vectors.names.len())
        .filter(|&place| vectors.n_missing(place) > 0)
        .collect();
    let borrowed: Vec<&State> = states.iter().collect();
    let method = match settings.cluster {
        Some(_) => "joint normal distribution with random intercepts",
        None => "joint normal distribution",
    };
    Ok(Imputations {
        completed: states
            .iter()
            .map(|state| vectors.completed(&group.table, &state.values))
            .collect(),
        imputed: imputed
            .iter()
            .map(|&place| ImputedColumn {
                name: vectors.names[place].clone(),
                n_missing: vectors.n_missing(place),
                method: method.to_owned(),
            })
            .collect(),
        traces: imputed
            .iter()
            .map(|&place| trace(&vectors, &borrowed, place, group.within()))
            .collect(),
        seed: settings.seed,
        warnings: Vec::new(),
    })
}

/// The end of one chain, on the standardised scale of [`Vectors`].
pub(super) struct State {
    /// Row by row the completed vectors.
    pub values: Matrix,
    /// The drawn coefficients of the regression on the complete columns, for each of these.
    pub coefficients: Matrix,
    /// The drawn covariance matrix within clusters.
    pub covariance: Matrix,
    /// For each column the means and standard deviations of what was imputed, by iteration.
    course: Vec<(Vec<f64>, Vec<f64>)>,
}

/// One chain of data augmentation. Without gaps nothing is drawn but the parameters, once.
pub(super) fn augment(
    vectors: &Vectors,
    n_iterations: usize,
    mut draws: Draws,
) -> Result<State, ImputationProblem> {
    let regression = Regression::new(vectors);
    let patterns = Patterns::new(&vectors.missing);
    let mut clusters = ClusterEffects::new(vectors);
    let mut values = vectors.start(&mut draws);
    let mut course = vec![(Vec::new(), Vec::new()); vectors.names.len()];
    let mut last = None;
    for _ in 0..n_iterations {
        let effects = clusters.by_row(&vectors.clusters);
        let drawn = regression
            .draw(&values, effects.as_ref(), &mut draws)
            .ok_or_else(|| vectors.collinear())?;
        let mut means = regression.fitted(&drawn.coefficients);
        clusters
            .draw(
                &values,
                &means,
                &drawn.covariance,
                &vectors.clusters,
                &mut draws,
            )
            .ok_or_else(|| vectors.collinear())?;
        if let Some(effects) = clusters.by_row(&vectors.clusters) {
            means.add_scaled(1.0, &effects);
        }
        patterns
            .fill(&mut values, &means, &drawn.covariance, &mut draws)
            .ok_or_else(|| vectors.collinear())?;
        for (place, (mean, deviation)) in course.iter_mut().enumerate() {
            let missing: Vec<bool> = vectors.missing.iter().map(|row| row[place]).collect();
            let (one, other) = summary(&values.column(place), &missing);
            mean.push(one);
            deviation.push(other);
        }
        last = Some(drawn);
    }
    let last = last.ok_or_else(|| vectors.collinear())?;
    Ok(State {
        values,
        coefficients: regression.of_columns(&last.coefficients),
        covariance: last.covariance,
        course,
    })
}

pub(super) fn trace(
    vectors: &Vectors,
    states: &[&State],
    place: usize,
    within: Option<(&str, &str)>,
) -> Trace {
    let (centre, sd) = vectors.scales[place];
    let means = |state: &&State| {
        state.course[place]
            .0
            .iter()
            .map(|z| centre + sd * z)
            .collect()
    };
    let deviations = |state: &&State| state.course[place].1.iter().map(|z| sd * z).collect();
    Trace::new(
        &vectors.names[place],
        within.map(|(_, level)| level),
        states.iter().map(means).collect(),
        states.iter().map(deviations).collect(),
    )
}

impl Vectors {
    /// The table with its gaps filled from standardised values.
    fn completed(&self, table: &Table, values: &Matrix) -> Table {
        self.filled(table, &self.unscaled(values))
    }

    /// Standardised values on the scale of the data.
    pub(super) fn unscaled(&self, values: &Matrix) -> Matrix {
        Matrix::from_function(values.n_rows(), values.n_columns(), |row, place| {
            let (centre, sd) = self.scales[place];
            centre + sd * values[(row, place)]
        })
    }

    /// The table with its gaps filled; observed values stay as they are in it.
    pub(super) fn filled(&self, table: &Table, values: &Matrix) -> Table {
        let columns: Vec<Vec<f64>> = (0..self.names.len())
            .map(|place| values.column(place))
            .collect();
        completed_table(table, |name| {
            let place = self.names.iter().position(|known| known == name)?;
            Some(columns[place].as_slice())
        })
    }
}
