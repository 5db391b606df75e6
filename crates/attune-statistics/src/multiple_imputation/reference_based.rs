//! Reference-based imputation: what the values after leaving would be if those who left an arm had gone
//! on as the reference arm does (Carpenter, Roger and Kenward 2013).
//!
//! Each arm has a joint normal distribution of its own, drawn by data augmentation. Gaps before the last
//! observed wave are imputed from the own arm; those after it from a distribution that the rule builds from both
//! arms. Definition and limits: `docs/methods/reference-based-imputation.md`.

use std::collections::BTreeMap;

use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::chained_equations::{at_least_one, unknown_column};
use super::convergence::{Trace, not_settled};
use super::imputations::{Imputations, ImputedColumn, missing_rows};
use super::joint_normal::{
    Conditional, ConditionalNormal, JointNormal, State, Vectors, augment, trace,
};
use super::problem::ImputationProblem;
use super::within::{Group, groups, merged};
use crate::matrix::{Matrix, dot};
use crate::resampling::draws::Draws;
use crate::table::Table;

/// What is assumed of the time after the last observed wave, outside the reference arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceRule {
    /// As those of the own arm who stayed: missing at random.
    OwnArm,
    /// From then on the mean is that of the reference arm.
    JumpToReference,
    /// As if the unit had been in the reference arm from the start.
    CopyReference,
    /// The benefit so far stays, and from then on the mean changes as in the reference arm.
    CopyIncrements,
    /// The mean of the own arm at the last observed wave stays.
    LastMeanCarriedForward,
}

impl ReferenceRule {
    /// Its name in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::OwnArm => "as the own arm",
            Self::JumpToReference => "jump to reference",
            Self::CopyReference => "copy reference",
            Self::CopyIncrements => "copy increments in reference",
            Self::LastMeanCarriedForward => "last mean carried forward",
        }
    }
}

/// How to impute by reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceBased {
    /// Completed data sets.
    pub n_imputations: usize,
    /// Draws of each arm's chain.
    pub n_iterations: usize,
    /// Seed.
    pub seed: u64,
    /// The columns of the outcome, one per wave, in order of time; a baseline comes first.
    pub waves: Vec<String>,
    /// The complete factor of arms.
    pub arm: String,
    /// Its level whose course is referred to.
    pub reference: String,
    /// What is assumed in the other arms.
    pub rule: ReferenceRule,
    /// Columns that are neither imputed nor predict, such as identifiers.
    pub left_out: Vec<String>,
}

/// Imputes a table in wide form, each arm by its own joint normal distribution and the rule.
///
/// Further complete columns are covariates of each arm's distribution, further columns of numbers with gaps are
/// imputed along with the waves.
///
/// # Errors
/// As [`super::impute_jointly`] within each arm; when the reference arm does not exist or no wave is named.
///
/// # Examples
/// ```
/// use attune_statistics::multiple_imputation::*;
/// use attune_statistics::table::{Column, Factor, Table};
///
/// let numbers = |shift: u32| (0..40).map(|row| f64::from((row * (17 + shift)) % 23 + row % 5)).collect::<Vec<f64>>();
/// let mut after = numbers(6);
/// after[3] = f64::NAN;
/// let arms: Vec<Option<&str>> = (0..40).map(|row| Some(if row % 2 == 0 { "usual" } else { "groups" })).collect();
/// let table = Table::new()
///     .with("arm", Column::Factor(Factor::with_levels(&arms, &["usual", "groups"])))?
///     .with("before", Column::Numbers(numbers(0)))?
///     .with("after", Column::Numbers(after))?;
/// let imputations = impute_by_reference(&table, &ReferenceBased {
///     n_imputations: 5,
///     n_iterations: 50,
///     seed: 1,
///     waves: vec!["before".into(), "after".into()],
///     arm: "arm".into(),
///     reference: "usual".into(),
///     rule: ReferenceRule::JumpToReference,
///     left_out: Vec::new(),
/// })?;
/// assert_eq!(imputations.n_missing(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn impute_by_reference(
    table: &Table,
    settings: &ReferenceBased,
) -> Result<Imputations, ImputationProblem> {
    let joint = joint_settings(table, settings)?;
    let groups = groups(table, Some(&settings.arm))?;
    let level = |group: &Group| group.within().map_or("", |(_, level)| level).to_owned();
    let reference = groups
        .iter()
        .position(|group| level(group) == settings.reference)
        .ok_or_else(|| ImputationProblem::UnknownLevel {
            factor: settings.arm.clone(),
            level: settings.reference.clone(),
            known: groups.iter().map(level).collect::<Vec<_>>().join(", "),
        })?;
    let arms = groups
        .iter()
        .map(|group| Arm::new(group, &joint, &settings.waves))
        .collect::<Result<Vec<_>, _>>()?;
    let chains: Vec<(Vec<State>, Vec<Table>)> = (0..settings.n_imputations)
        .into_par_iter()
        .map(|imputation| one_imputation(&arms, reference, settings, imputation))
        .collect::<Result<_, _>>()?;
    let parts = (0..arms.len())
        .map(|place| arms[place].imputations(place, &groups[place], &chains, settings))
        .collect();
    let mut imputations = merged(table, &groups, parts, settings.seed);
    imputations
        .warnings
        .extend(not_settled(&imputations.traces));
    Ok(imputations)
}

/// Every arm has the waves and every column with gaps in its normal vector, whether it has gaps there or not.
fn joint_settings(
    table: &Table,
    settings: &ReferenceBased,
) -> Result<JointNormal, ImputationProblem> {
    let named = settings.waves.iter().chain(&settings.left_out);
    for name in named.chain(std::iter::once(&settings.arm)) {
        if table.column(name).is_none() {
            return Err(unknown_column(name, table));
        }
    }
    for (what, value) in [
        ("the number of waves", settings.waves.len()),
        ("the number of imputations", settings.n_imputations),
        ("the number of iterations", settings.n_iterations),
    ] {
        if value == 0 {
            return Err(at_least_one(what).into());
        }
    }
    let has_gaps = |name: &&String| {
        let column = table.column(name);
        column.is_some_and(|column| missing_rows(column).contains(&true))
    };
    let mut joint = settings.waves.clone();
    let others = table.names().iter().filter(|name| !joint.contains(name));
    let others: Vec<String> = others.filter(has_gaps).cloned().collect();
    joint.extend(others);
    Ok(JointNormal {
        n_iterations: settings.n_iterations,
        left_out: settings.left_out.clone(),
        joint,
        within: Some(settings.arm.clone()),
        ..JointNormal::new(settings.n_imputations, settings.seed)
    })
}

/// The units of one arm.
struct Arm {
    table: Table,
    vectors: Vectors,
    /// Places of the waves in the normal vector.
    waves: Vec<usize>,
    /// For each unit how many waves there are up to its last observed one.
    n_stayed: Vec<usize>,
}

/// Mean and covariance of one arm on the scale of the data, as drawn in one imputation.
struct ArmParameters<'a> {
    arm: &'a Arm,
    state: &'a State,
    covariance: Matrix,
}

impl Arm {
    fn new(
        group: &Group,
        joint: &JointNormal,
        waves: &[String],
    ) -> Result<Self, ImputationProblem> {
        let vectors = Vectors::new(&group.table, joint, group.within())?;
        let place = |wave: &String| vectors.names.iter().position(|name| name == wave);
        let places: Vec<usize> = waves.iter().filter_map(place).collect();
        if let Some(wave) = waves.iter().find(|wave| place(wave).is_none()) {
            return Err(ImputationProblem::WrongMethod {
                name: wave.clone(),
                kind: "a factor",
                method: "a joint normal distribution",
                instead: "a column of numbers",
            });
        }
        let stayed = |missing: &Vec<bool>| {
            let last = places.iter().rposition(|&place| !missing[place]);
            last.map_or(0, |last| last + 1)
        };
        Ok(Self {
            table: group.table.clone(),
            n_stayed: vectors.missing.iter().map(stayed).collect(),
            vectors,
            waves: places,
        })
    }

    fn imputations(
        &self,
        place: usize,
        group: &Group,
        chains: &[(Vec<State>, Vec<Table>)],
        settings: &ReferenceBased,
    ) -> Imputations {
        let is_reference = group
            .within()
            .is_some_and(|(_, level)| level == settings.reference);
        let rule = if is_reference {
            ReferenceRule::OwnArm
        } else {
            settings.rule
        };
        let states: Vec<&State> = chains.iter().map(|(states, _)| &states[place]).collect();
        let gaps: Vec<usize> = (0..self.vectors.names.len())
            .filter(|&column| self.vectors.n_missing(column) > 0)
            .collect();
        let imputed = |&column: &usize| ImputedColumn {
            name: self.vectors.names[column].clone(),
            n_missing: self.vectors.n_missing(column),
            method: format!("joint normal distribution by arm, {}", rule.words()),
        };
        Imputations {
            completed: chains
                .iter()
                .map(|(_, tables)| tables[place].clone())
                .collect(),
            imputed: gaps.iter().map(imputed).collect(),
            traces: gaps
                .iter()
                .map(|&column| trace(&self.vectors, &states, column, group.within()))
                .collect::<Vec<Trace>>(),
            seed: settings.seed,
            warnings: Vec::new(),
        }
    }
}

/// The chains of all arms, and the completed tables of the arms.
fn one_imputation(
    arms: &[Arm],
    reference: usize,
    settings: &ReferenceBased,
    imputation: usize,
) -> Result<(Vec<State>, Vec<Table>), ImputationProblem> {
    let states = arms
        .iter()
        .enumerate()
        .map(|(place, arm)| {
            let stream = (imputation * arms.len() + place) as u64;
            augment(
                &arm.vectors,
                settings.n_iterations,
                Draws::new(settings.seed, stream),
            )
        })
        .collect::<Result<Vec<_>, _>>()?;
    let stream = (settings.n_imputations * arms.len() + imputation) as u64;
    let mut draws = Draws::new(settings.seed, stream);
    let of_arm = |place: usize| ArmParameters::new(&arms[place], &states[place]);
    let reference_parameters = of_arm(reference);
    let tables = (0..arms.len())
        .map(|place| {
            let rule = if place == reference {
                ReferenceRule::OwnArm
            } else {
                settings.rule
            };
            of_arm(place).completed(rule, &reference_parameters, &mut draws)
        })
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| arms[reference].vectors.collinear())?;
    Ok((states, tables))
}

impl<'a> ArmParameters<'a> {
    fn new(arm: &'a Arm, state: &'a State) -> Self {
        let scales = &arm.vectors.scales;
        let n = scales.len();
        Self {
            arm,
            state,
            covariance: Matrix::from_function(n, n, |i, j| {
                state.covariance[(i, j)] * scales[i].1 * scales[j].1
            }),
        }
    }

    /// The mean of a unit with these covariates.
    fn mean(&self, covariates: &[f64]) -> Vec<f64> {
        let scales = self.arm.vectors.scales.iter().enumerate();
        scales
            .map(|(place, (centre, sd))| {
                centre + sd * dot(covariates, &self.state.coefficients.column(place))
            })
            .collect()
    }

    /// The arm's table: gaps before leaving from its own chain, those after it by the rule.
    fn completed(
        &self,
        rule: ReferenceRule,
        reference: &ArmParameters<'_>,
        draws: &mut Draws,
    ) -> Option<Table> {
        let vectors = &self.arm.vectors;
        let mut values = vectors.unscaled(&self.state.values);
        if rule != ReferenceRule::OwnArm {
            let covariance = match rule {
                ReferenceRule::LastMeanCarriedForward => &self.covariance,
                _ => &reference.covariance,
            };
            let mut after: BTreeMap<usize, (Conditional, ConditionalNormal)> = BTreeMap::new();
            for row in 0..values.n_rows() {
                let n_stayed = self.arm.n_stayed[row];
                if n_stayed == self.arm.waves.len() {
                    continue;
                }
                if let std::collections::btree_map::Entry::Vacant(entry) = after.entry(n_stayed) {
                    let left: Vec<usize> = self.arm.waves[n_stayed..].to_vec();
                    let missing: Vec<bool> = (0..vectors.names.len())
                        .map(|place| left.contains(&place))
                        .collect();
                    let conditional = Conditional::of(&missing);
                    let normal = conditional.given(covariance)?;
                    entry.insert((conditional, normal));
                }
                let (conditional, normal) = &after[&n_stayed];
                let means = self.means_by_rule(rule, reference, row, n_stayed);
                conditional.draw(normal, values.row_mut(row), &means, draws);
            }
        }
        Some(vectors.filled(&self.arm.table, &values))
    }

    /// The mean of a unit's whole vector under the rule; what stayed is there to be compared with the data.
    fn means_by_rule(
        &self,
        rule: ReferenceRule,
        reference: &ArmParameters<'_>,
        row: usize,
        n_stayed: usize,
    ) -> Vec<f64> {
        let covariates: Vec<f64> = self
            .arm
            .vectors
            .covariates
            .iter()
            .map(|column| column[row])
            .collect();
        let (own, other) = (self.mean(&covariates), reference.mean(&covariates));
        if rule == ReferenceRule::CopyReference {
            return other;
        }
        let waves = &self.arm.waves;
        let last = n_stayed.checked_sub(1).map(|last| waves[last]);
        let mut means = own.clone();
        for &wave in &waves[n_stayed..] {
            means[wave] = match (rule, last) {
                (ReferenceRule::CopyIncrements, Some(last)) => {
                    own[last] + other[wave] - other[last]
                }
                (ReferenceRule::LastMeanCarriedForward, last) => own[last.unwrap_or(waves[0])],
                (ReferenceRule::OwnArm, _) => own[wave],
                _ => other[wave],
            };
        }
        means
    }
}
