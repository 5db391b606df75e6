//! From the terms of a formula to columns, with R's treatment contrasts and R's column names.
//!
//! R codes a factor by contrasts where the margin of the term is in the model, and by a dummy for
//! every level where it is not (*Statistical Models in S*, page 38; `TermCode` in R's model code).

use super::variables::{Values, Variable, VariableKind};
use super::{FrameError, variables};
use crate::formula::Terms;
use crate::matrix::sum;
use crate::table::{Column, Table};

/// How the fixed part of a formula becomes columns, for the rows of the model and for new ones.
#[derive(Debug, Clone)]
pub struct FixedDesign {
    /// The names of the columns, as R names coefficients.
    pub column_names: Vec<String>,
    /// For each column the index of its term; `None` for the intercept.
    pub column_terms: Vec<Option<usize>>,
    /// The label of each term.
    pub term_labels: Vec<String>,
    /// The columns of the data that the fixed part is made of.
    pub sources: Vec<SourceColumn>,
    pub(crate) intercept: bool,
    pub(crate) variables: Vec<Variable>,
    pub(crate) terms: Vec<DesignTerm>,
}

/// A column of the data behind the fixed part.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceColumn {
    /// The name of the column.
    pub name: String,
    /// What it holds.
    pub kind: SourceKind,
}

/// What a source column holds, in the rows that the model used.
#[derive(Debug, Clone, PartialEq)]
pub enum SourceKind {
    /// A covariate.
    Number {
        /// The mean over the rows used.
        mean: f64,
        /// The smallest value.
        minimum: f64,
        /// The largest value.
        maximum: f64,
    },
    /// A factor and its levels.
    Factor {
        /// The levels in order.
        levels: Vec<String>,
    },
    /// Numbers that the formula turns into categories by `factor(...)`.
    NumericFactor {
        /// The distinct values in increasing order.
        values: Vec<f64>,
    },
}

/// A term: its variables, and for each whether it is coded by a dummy for every level.
#[derive(Debug, Clone)]
pub(crate) struct DesignTerm {
    pub variables: Vec<usize>,
    pub every_level: Vec<bool>,
}

impl FixedDesign {
    pub(super) fn new(
        formula: &Terms,
        variables: Vec<Variable>,
        table: &Table,
        rows: &[usize],
    ) -> Self {
        let sources = sources(formula, &variables, table, rows);
        let mut design = Self {
            column_names: Vec::new(),
            column_terms: Vec::new(),
            term_labels: formula.labels(),
            sources,
            intercept: formula.intercept,
            terms: coded_terms(formula, &variables),
            variables,
        };
        design.name_columns();
        design
    }

    /// The same terms with a dummy for every level of every factor: more columns than can be estimated,
    /// which is what the hypotheses of type III are read from.
    pub(crate) fn with_every_level(&self) -> Self {
        let mut design = self.clone();
        for term in &mut design.terms {
            term.every_level.fill(true);
        }
        design.name_columns();
        design
    }

    fn name_columns(&mut self) {
        self.column_names.clear();
        self.column_terms.clear();
        if self.intercept {
            self.column_names.push("(Intercept)".to_owned());
            self.column_terms.push(None);
        }
        for (index, term) in self.terms.iter().enumerate() {
            let mut names = vec![String::new()];
            for (&variable, &every_level) in term.variables.iter().zip(&term.every_level) {
                let parts = column_labels(&self.variables[variable], every_level);
                // The first variable varies fastest.
                names = parts
                    .iter()
                    .flat_map(|part| names.iter().map(move |name| joined(name, part)))
                    .collect();
            }
            self.column_terms
                .extend(std::iter::repeat_n(Some(index), names.len()));
            self.column_names.extend(names);
        }
    }

    /// The columns for the rows of a table.
    ///
    /// # Errors
    /// When a column is missing, of the wrong kind, or holds a level that the model has not seen.
    pub fn columns(&self, table: &Table) -> Result<Vec<Vec<f64>>, FrameError> {
        let values = self
            .variables
            .iter()
            .map(|variable| variable.evaluate(table))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(self.columns_from(&values, table.n_rows()))
    }

    /// Whether every factor of term `inner` is in term `outer` and both have the same covariates: then the
    /// hypothesis of `inner` is averaged over the levels of what `outer` has more (SAS type III rule).
    pub(crate) fn is_contained(&self, inner: usize, outer: usize) -> bool {
        let split = |term: usize| -> (Vec<usize>, Vec<usize>) {
            let is_factor = |&variable: &usize| self.variables[variable].n_levels().is_some();
            self.terms[term]
                .variables
                .iter()
                .copied()
                .partition(is_factor)
        };
        let ((inner_factors, inner_numbers), (outer_factors, outer_numbers)) =
            (split(inner), split(outer));
        inner != outer
            && inner_numbers == outer_numbers
            && outer_factors.len() > inner_factors.len()
            && inner_factors
                .iter()
                .all(|factor| outer_factors.contains(factor))
    }

    pub(crate) fn columns_from(&self, values: &[Values], n_rows: usize) -> Vec<Vec<f64>> {
        let mut columns = Vec::new();
        if self.intercept {
            columns.push(vec![1.0; n_rows]);
        }
        for term in &self.terms {
            let mut product: Vec<Vec<f64>> = Vec::new();
            for (position, (&variable, &every_level)) in
                term.variables.iter().zip(&term.every_level).enumerate()
            {
                let parts = coded(&self.variables[variable], &values[variable], every_level);
                product = if position == 0 {
                    parts
                } else {
                    products(&product, &parts)
                };
            }
            columns.extend(product);
        }
        columns
    }
}

fn joined(name: &str, part: &str) -> String {
    if name.is_empty() {
        part.to_owned()
    } else {
        format!("{name}:{part}")
    }
}

fn products(left: &[Vec<f64>], right: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).collect();
    right
        .iter()
        .flat_map(|b| left.iter().map(move |a| product(a, b)))
        .collect()
}

fn column_labels(variable: &Variable, every_level: bool) -> Vec<String> {
    match &variable.kind {
        VariableKind::Number(_) => vec![variable.label.clone()],
        VariableKind::Polynomial { centres, .. } => (1..=centres.len())
            .map(|degree| format!("{}{degree}", variable.label))
            .collect(),
        VariableKind::Factor { levels, .. } => levels
            .iter()
            .skip(usize::from(!every_level))
            .map(|level| format!("{}{level}", variable.label))
            .collect(),
    }
}

fn coded(variable: &Variable, values: &Values, every_level: bool) -> Vec<Vec<f64>> {
    match values {
        Values::Numbers(columns) => columns.clone(),
        Values::Codes(codes) => {
            let first = u32::from(!every_level);
            let n_levels = u32::try_from(variable.n_levels().unwrap_or(0)).unwrap_or(0);
            let indicator = |code: u32, level: u32| match code {
                variables::MISSING => f64::NAN,
                code => f64::from(u8::from(code == level)),
            };
            (first..n_levels)
                .map(|level| codes.iter().map(|&code| indicator(code, level)).collect())
                .collect()
        }
    }
}

fn coded_terms(formula: &Terms, variables: &[Variable]) -> Vec<DesignTerm> {
    let mut terms: Vec<DesignTerm> = Vec::new();
    for (position, term) in formula.terms.iter().enumerate() {
        let earlier = &formula.terms[..position];
        let every_level = term.iter().map(|&variable| {
            let margin: Vec<usize> = term
                .iter()
                .copied()
                .filter(|&other| other != variable)
                .collect();
            let covered = margin.is_empty()
                || earlier
                    .iter()
                    .any(|candidate| margin.iter().all(|other| candidate.contains(other)));
            !covered
        });
        terms.push(DesignTerm {
            variables: term.clone(),
            every_level: every_level.collect(),
        });
    }
    if !formula.intercept {
        first_factor_takes_every_level(&mut terms, variables);
    }
    terms
}

/// Without an intercept the first factor of the model stands in for it.
fn first_factor_takes_every_level(terms: &mut [DesignTerm], variables: &[Variable]) {
    for term in terms {
        for (position, &variable) in term.variables.iter().enumerate() {
            if variables[variable].n_levels().is_some() {
                term.every_level[position] = true;
                return;
            }
        }
    }
}

fn sources(
    formula: &Terms,
    variables: &[Variable],
    table: &Table,
    rows: &[usize],
) -> Vec<SourceColumn> {
    let mut names = Vec::new();
    formula
        .variables
        .iter()
        .for_each(|expression| expression.collect_names(&mut names));
    names
        .into_iter()
        .filter_map(|name| {
            Some(SourceColumn {
                kind: source_kind(&name, variables, table, rows)?,
                name,
            })
        })
        .collect()
}

fn source_kind(
    name: &str,
    variables: &[Variable],
    table: &Table,
    rows: &[usize],
) -> Option<SourceKind> {
    let of_factor = |label: &str| {
        variables.iter().find_map(|variable| match &variable.kind {
            VariableKind::Factor { levels, .. } if variable.label == label => Some(levels.clone()),
            _ => None,
        })
    };
    let called = [format!("factor({name})"), format!("as.factor({name})")];
    let levels = of_factor(name).or_else(|| called.iter().find_map(|label| of_factor(label)));
    match (table.column(name)?, levels) {
        (Column::Factor(_), levels) => Some(SourceKind::Factor {
            levels: levels.unwrap_or_default(),
        }),
        (Column::Numbers(values), Some(levels)) => Some(SourceKind::NumericFactor {
            values: variables::numeric_levels(values, &levels),
        }),
        (Column::Numbers(values), None) => {
            let used: Vec<f64> = rows.iter().map(|&row| values[row]).collect();
            let minimum = used.iter().copied().fold(f64::INFINITY, f64::min);
            let maximum = used.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            Some(SourceKind::Number {
                mean: sum(&used) / used.len() as f64,
                minimum,
                maximum,
            })
        }
    }
}
