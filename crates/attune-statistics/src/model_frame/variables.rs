//! The variables of a formula: numbers, factors and polynomials, with what is needed to evaluate
//! them again for new rows.

use super::FrameError;
use super::arithmetic::{self, Arithmetic};
use crate::formula::Expression;
use crate::matrix::dot;
use crate::parallel;
use crate::table::{Column, Factor, Table, number_label};

/// A variable as the model knows it.
#[derive(Debug, Clone)]
pub(crate) struct Variable {
    /// How R prints it.
    pub label: String,
    pub kind: VariableKind,
}

#[derive(Debug, Clone)]
pub(crate) enum VariableKind {
    Number(Arithmetic),
    /// The column or expression whose values are the categories.
    Factor {
        source: FactorSource,
        levels: Vec<String>,
    },
    /// Orthogonal polynomials by their three-term recursion.
    Polynomial {
        inner: Arithmetic,
        centres: Vec<f64>,
        norms: Vec<f64>,
    },
}

#[derive(Debug, Clone)]
pub(crate) enum FactorSource {
    Column(String),
    Numbers(Arithmetic),
}

/// The values of a variable, one entry per row.
#[derive(Debug, Clone)]
pub(crate) enum Values {
    /// One or more columns; NaN is missing.
    Numbers(Vec<Vec<f64>>),
    /// Level indices; `MISSING` is missing.
    Codes(Vec<u32>),
}

pub(crate) const MISSING: u32 = u32::MAX;

impl Variable {
    /// Numbers stay numbers, factor columns and `factor(...)` are factors, `poly(...)` is several columns.
    pub(super) fn new(expression: &Expression, table: &Table) -> Result<Self, FrameError> {
        match expression {
            Expression::Name(name) => match table.column(name) {
                Some(Column::Factor(_)) => Self::factor(expression, table),
                Some(Column::Numbers(_)) => Self::numeric(expression, table),
                None => Err(arithmetic::unknown(name, table)),
            },
            Expression::Call {
                function,
                arguments,
            } if function == "factor" || function == "as.factor" => {
                let mut variable = Self::factor(&arguments[0], table)?;
                variable.label = expression.to_string();
                Ok(variable)
            }
            Expression::Call {
                function,
                arguments,
            } if function == "poly" => {
                Self::polynomial(expression, &arguments[0], &arguments[1], table)
            }
            other => Self::numeric(other, table),
        }
    }

    pub(super) fn all(expressions: &[Expression], table: &Table) -> Result<Vec<Self>, FrameError> {
        expressions
            .iter()
            .map(|expression| Self::new(expression, table))
            .collect()
    }

    pub(super) fn numeric(expression: &Expression, table: &Table) -> Result<Self, FrameError> {
        let kind = VariableKind::Number(Arithmetic::new(expression, table)?);
        Ok(Self {
            label: expression.to_string(),
            kind,
        })
    }

    /// A factor from a factor column, or from the distinct values of anything numeric.
    pub(super) fn factor(expression: &Expression, table: &Table) -> Result<Self, FrameError> {
        let label = expression.to_string();
        if let Expression::Name(name) = expression
            && let Some(Column::Factor(factor)) = table.column(name)
        {
            let source = FactorSource::Column(name.clone());
            let levels = parallel::each(factor.levels.len(), &factor.levels, String::clone);
            return Ok(Self {
                label,
                kind: VariableKind::Factor { source, levels },
            });
        }
        let source = Arithmetic::new(expression, table)?;
        let levels = Factor::from_numbers(&source.evaluate(table)?).levels;
        Ok(Self {
            label,
            kind: VariableKind::Factor {
                source: FactorSource::Numbers(source),
                levels,
            },
        })
    }

    fn polynomial(
        whole: &Expression,
        inner: &Expression,
        degree: &Expression,
        table: &Table,
    ) -> Result<Self, FrameError> {
        let label = whole.to_string();
        let refused = || FrameError::Polynomial {
            name: label.clone(),
        };
        let degree = match degree {
            Expression::Number(value) if value.fract() == 0.0 && (1.0..=9.0).contains(value) => {
                *value as usize
            }
            _ => return Err(refused()),
        };
        let inner = Arithmetic::new(inner, table)?;
        let mut x = inner.evaluate(table)?;
        x.retain(|value| !value.is_nan());
        if Factor::from_numbers(&x).levels.len() <= degree {
            return Err(refused());
        }
        let (centres, norms) = recursion(&x, degree);
        Ok(Self {
            label,
            kind: VariableKind::Polynomial {
                inner,
                centres,
                norms,
            },
        })
    }

    /// The levels of a factor; none for numbers.
    pub(crate) fn levels(&self) -> &[String] {
        match &self.kind {
            VariableKind::Factor { levels, .. } => levels,
            VariableKind::Number(_) | VariableKind::Polynomial { .. } => &[],
        }
    }

    /// The number of levels of a factor.
    pub(crate) fn n_levels(&self) -> Option<usize> {
        match &self.kind {
            VariableKind::Factor { levels, .. } => Some(levels.len()),
            VariableKind::Number(_) | VariableKind::Polynomial { .. } => None,
        }
    }

    /// The values for all rows of a table.
    pub(crate) fn evaluate(&self, table: &Table) -> Result<Values, FrameError> {
        match &self.kind {
            VariableKind::Number(arithmetic) => {
                Ok(Values::Numbers(vec![arithmetic.evaluate(table)?]))
            }
            VariableKind::Polynomial {
                inner,
                centres,
                norms,
            } => Ok(Values::Numbers(polynomials(
                &inner.evaluate(table)?,
                centres,
                norms,
            ))),
            VariableKind::Factor { source, levels } => {
                let factor = match source {
                    FactorSource::Numbers(arithmetic) => {
                        Factor::from_numbers(&arithmetic.evaluate(table)?)
                    }
                    FactorSource::Column(name) => match table.column(name) {
                        Some(Column::Factor(factor)) => return self.codes(factor, levels),
                        Some(Column::Numbers(values)) => Factor::from_numbers(values),
                        None => return Err(arithmetic::unknown(name, table)),
                    },
                };
                self.codes(&factor, levels)
            }
        }
    }

    fn codes(&self, factor: &Factor, levels: &[String]) -> Result<Values, FrameError> {
        if parallel::equal(&factor.levels, levels) {
            return Ok(Values::Codes(
                factor
                    .codes
                    .iter()
                    .map(|code| code.unwrap_or(MISSING))
                    .collect(),
            ));
        }
        let mut translation = Vec::with_capacity(factor.levels.len());
        for (index, level) in factor.levels.iter().enumerate() {
            let known = levels.iter().position(|candidate| candidate == level);
            let used = || factor.codes.contains(&u32::try_from(index).ok());
            if known.is_none() && used() {
                return Err(FrameError::UnknownLevel {
                    name: self.label.clone(),
                    level: level.clone(),
                });
            }
            translation.push(
                known
                    .and_then(|position| u32::try_from(position).ok())
                    .unwrap_or(MISSING),
            );
        }
        let codes = factor
            .codes
            .iter()
            .map(|code| code.map_or(MISSING, |code| translation[code as usize]))
            .collect();
        Ok(Values::Codes(codes))
    }
}

impl Values {
    /// The first column of numbers; codes as 0, 1, 2 …
    pub(super) fn into_numbers(self) -> Vec<f64> {
        match self {
            Self::Numbers(mut columns) => columns.swap_remove(0),
            Self::Codes(codes) => codes.into_iter().map(f64::from).collect(),
        }
    }

    pub(super) fn first_infinite(&self) -> Option<usize> {
        match self {
            Self::Numbers(columns) => columns
                .iter()
                .find_map(|column| column.iter().position(|value| value.is_infinite())),
            Self::Codes(_) => None,
        }
    }

    pub(super) fn any_missing(&self) -> bool {
        match self {
            Self::Numbers(columns) => columns
                .iter()
                .any(|column| column.iter().any(|value| value.is_nan())),
            Self::Codes(codes) => codes.contains(&MISSING),
        }
    }

    pub(super) fn mark_missing(&self, complete: &mut [bool]) {
        match self {
            Self::Numbers(columns) => {
                for column in columns {
                    complete
                        .iter_mut()
                        .zip(column)
                        .for_each(|(complete, value)| *complete &= !value.is_nan());
                }
            }
            Self::Codes(codes) => {
                complete
                    .iter_mut()
                    .zip(codes)
                    .for_each(|(complete, &code)| *complete &= code != MISSING);
            }
        }
    }

    pub(super) fn rows(&self, rows: &[usize]) -> Self {
        match self {
            Self::Numbers(columns) => Self::Numbers(
                columns
                    .iter()
                    .map(|column| rows.iter().map(|&row| column[row]).collect())
                    .collect(),
            ),
            Self::Codes(codes) => Self::Codes(rows.iter().map(|&row| codes[row]).collect()),
        }
    }
}

/// Takes one set of values per variable and forgets the levels that no row uses.
pub(super) fn without_unused_levels(
    variables: Vec<Variable>,
    values: &mut impl Iterator<Item = Values>,
) -> (Vec<Variable>, Vec<Values>) {
    let taken: Vec<Values> = values.take(variables.len()).collect();
    variables
        .into_iter()
        .zip(taken)
        .map(|(variable, values)| compacted(variable, values))
        .unzip()
}

fn compacted(mut variable: Variable, mut values: Values) -> (Variable, Values) {
    if let (VariableKind::Factor { levels, .. }, Values::Codes(codes)) =
        (&mut variable.kind, &mut values)
    {
        let mut used = vec![false; levels.len()];
        codes.iter().for_each(|&code| used[code as usize] = true);
        if used.contains(&false) {
            let mut next = 0;
            let translation: Vec<u32> = used
                .iter()
                .map(|&used| {
                    let code = next;
                    next += u32::from(used);
                    code
                })
                .collect();
            codes
                .iter_mut()
                .for_each(|code| *code = translation[*code as usize]);
            let mut used = used.into_iter();
            levels.retain(|_| used.next() == Some(true));
        }
    }
    (variable, values)
}

/// The distinct values behind a factor made from numbers, in the order of its levels.
pub(super) fn numeric_levels(values: &[f64], levels: &[String]) -> Vec<f64> {
    let mut distinct: Vec<f64> = values
        .iter()
        .copied()
        .filter(|value| !value.is_nan())
        .collect();
    distinct.sort_unstable_by(f64::total_cmp);
    distinct.dedup_by(|a, b| a == b);
    distinct.retain(|&value| levels.contains(&number_label(value)));
    distinct
}

/// Centres and squared norms of the polynomials orthogonal on `x` (Kennedy & Gentle 1980, section 8.1).
fn recursion(x: &[f64], degree: usize) -> (Vec<f64>, Vec<f64>) {
    let mut previous = vec![0.0; x.len()];
    let mut current = vec![1.0; x.len()];
    let mut norms = vec![dot(&current, &current)];
    let mut centres = Vec::new();
    for step in 0..degree {
        let norm = norms[step];
        let weighted: Vec<f64> = x.iter().zip(&current).map(|(x, p)| x * p).collect();
        let centre = dot(&weighted, &current) / norm;
        let ratio = if step == 0 {
            0.0
        } else {
            norm / norms[step - 1]
        };
        let next: Vec<f64> = (0..x.len())
            .map(|i| (x[i] - centre) * current[i] - ratio * previous[i])
            .collect();
        previous = std::mem::replace(&mut current, next);
        centres.push(centre);
        norms.push(dot(&current, &current));
    }
    (centres, norms)
}

fn polynomials(x: &[f64], centres: &[f64], norms: &[f64]) -> Vec<Vec<f64>> {
    let mut previous = vec![0.0; x.len()];
    let mut current = vec![1.0; x.len()];
    let mut columns = Vec::new();
    for (step, centre) in centres.iter().enumerate() {
        let ratio = if step == 0 {
            0.0
        } else {
            norms[step] / norms[step - 1]
        };
        let next: Vec<f64> = (0..x.len())
            .map(|i| (x[i] - centre) * current[i] - ratio * previous[i])
            .collect();
        previous = std::mem::replace(&mut current, next);
        let length = norms[step + 1].sqrt();
        columns.push(current.iter().map(|value| value / length).collect());
    }
    columns
}
