//! Grouping factors and the columns whose coefficients vary between their levels.

use super::fixed_design::FixedDesign;
use super::variables::{Values, Variable, VariableKind};
use crate::formula::RandomPart;
use crate::table::Table;

/// One random term: `(columns | group)`.
#[derive(Debug, Clone)]
pub struct RandomTerm {
    /// The name of the grouping factor, as lme4 prints it: `cask:batch`.
    pub group: String,
    /// The levels that occur, in order.
    pub levels: Vec<String>,
    /// For each row the index of its level.
    pub codes: Vec<u32>,
    /// The names of the columns that vary, such as `(Intercept)` and `tos`.
    pub column_names: Vec<String>,
    /// These columns.
    pub columns: Vec<Vec<f64>>,
}

impl RandomTerm {
    pub(super) fn new(
        part: &RandomPart,
        variables: Vec<Variable>,
        values: &[Values],
        groups: Vec<Variable>,
        codes: Vec<Values>,
        n_rows: usize,
    ) -> Self {
        // The sources of a random term are of no interest, so no table is needed to describe them.
        let design = FixedDesign::new(&part.terms, variables, &Table::new(), &[]);
        let columns = design.columns_from(values, n_rows);
        let (levels, codes) = combined(groups, codes);
        Self {
            group: part.group_label.clone(),
            levels,
            codes,
            column_names: design.column_names,
            columns,
        }
    }
}

/// The combinations of levels that occur, the first factor varying slowest.
fn combined(groups: Vec<Variable>, codes: Vec<Values>) -> (Vec<String>, Vec<u32>) {
    let mut parts =
        groups
            .into_iter()
            .zip(codes)
            .filter_map(|(group, values)| match (group.kind, values) {
                (VariableKind::Factor { levels, .. }, Values::Codes(codes)) => {
                    Some((levels, codes))
                }
                _ => None,
            });
    let Some((mut levels, mut codes)) = parts.next() else {
        return (Vec::new(), Vec::new());
    };
    for (inner_levels, inner_codes) in parts {
        let width = inner_levels.len() as u64;
        let keys: Vec<u64> = codes
            .iter()
            .zip(&inner_codes)
            .map(|(&a, &b)| u64::from(a) * width + u64::from(b))
            .collect();
        let mut distinct = keys.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let position = |key: &u64| {
            u32::try_from(distinct.partition_point(|candidate| candidate < key)).unwrap_or(u32::MAX)
        };
        codes = keys.iter().map(position).collect();
        let label = |key: &u64| {
            format!(
                "{}:{}",
                levels[(key / width) as usize],
                inner_levels[(key % width) as usize]
            )
        };
        levels = distinct.iter().map(label).collect();
    }
    (levels, codes)
}

/// lme4 sorts the terms by decreasing number of levels, and leaves them alone when they already are.
pub(super) fn in_lme4_order(mut terms: Vec<RandomTerm>) -> Vec<RandomTerm> {
    if terms
        .windows(2)
        .any(|pair| pair[1].levels.len() > pair[0].levels.len())
    {
        terms.sort_by_key(|term| term.levels.len());
        terms.reverse();
    }
    terms
}
