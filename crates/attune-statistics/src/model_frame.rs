//! From a formula and a table to the numbers of a model: step one of a fit.
//!
//! Rows with a missing value in any variable of the formula are left out and counted, unused
//! factor levels are forgotten, and terms become columns with R's coding and R's names. Which of
//! the columns can be estimated is decided later, by the fit.

pub(crate) mod arithmetic;
mod fixed_design;
mod grouping;
mod strata;
mod variables;
mod weights;

use thiserror::Error;

use crate::formula::{Expression, Formula};
use crate::parallel;
use crate::table::Table;

pub use fixed_design::{FixedDesign, SourceColumn, SourceKind};
pub use grouping::RandomTerm;
pub(crate) use strata::stratified_frame;
use variables::{Values, Variable};
pub use weights::weighted_model_frame;

/// The rows that a model uses, as columns of numbers.
#[derive(Debug, Clone)]
pub struct ModelFrame {
    /// How R would print the response.
    pub response_name: String,
    /// The response.
    pub response: Vec<f64>,
    /// What `offset(...)` adds to the linear predictor; `None` without offset.
    pub offset: Option<Vec<f64>>,
    /// The prior weights, all above zero; `None` without weights.
    pub weights: Option<Vec<f64>>,
    /// How the fixed part becomes columns, for these and for new rows.
    pub design: FixedDesign,
    /// The columns of the fixed part, all of them.
    pub columns: Vec<Vec<f64>>,
    /// The random terms, sorted as lme4 sorts them: most levels first.
    pub random: Vec<RandomTerm>,
    /// The positions in the table of the rows used.
    pub used_rows: Vec<usize>,
    /// How many rows were left out because something was missing.
    pub n_dropped: usize,
    /// How many rows had the weight zero; they are among those left out.
    pub n_zero_weights: usize,
    /// Factors of the fixed part that have a single level left in the rows used.
    pub one_level_factors: Vec<String>,
    /// The values of the variables of the fixed part.
    pub(crate) fixed_values: Vec<Values>,
}

/// Why a formula and a table do not make a model.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FrameError {
    /// No such column.
    #[error("column `{name}` is not in the data, which has: {known}")]
    UnknownColumn {
        /// The name in the formula.
        name: String,
        /// The names in the data.
        known: String,
    },
    /// Text where a number is needed.
    #[error("column `{name}` is a factor, but `{used_in}` needs numbers")]
    NotNumeric {
        /// The column.
        name: String,
        /// The expression.
        used_in: String,
    },
    /// Something that is not arithmetic inside a function.
    #[error("`{expression}` is not arithmetic: inside functions use + - * / ^ and numbers")]
    NotArithmetic {
        /// The expression.
        expression: String,
    },
    /// An infinite value.
    #[error("`{name}` is infinite in row {row}: correct the value or leave the row out")]
    Infinite {
        /// The variable.
        name: String,
        /// The row in the table, from 1.
        row: usize,
    },
    /// A weight below zero.
    #[error(
        "weight `{name}` is {value} in row {row}: weights must not be negative; correct it, or give 0 to leave the row out"
    )]
    NegativeWeight {
        /// The column of weights.
        name: String,
        /// The weight.
        value: String,
        /// The row in the table, from 1.
        row: usize,
    },
    /// Nothing left.
    #[error(
        "none of the {n_rows} rows is complete in {columns}: check which of these columns is empty"
    )]
    NoRows {
        /// Rows in the table.
        n_rows: usize,
        /// The columns that the formula uses.
        columns: String,
    },
    /// `poly()` without enough values.
    #[error("`{name}` needs a whole degree from 1 to 9 and more distinct values than that")]
    Polynomial {
        /// The expression.
        name: String,
    },
    /// A level that the model has never seen.
    #[error("level `{level}` of `{name}` was not in the data that the model was fitted to")]
    UnknownLevel {
        /// The factor.
        name: String,
        /// The level.
        level: String,
    },
    /// An offset in a random part.
    #[error("`offset()` belongs to the fixed part, not into `(… | {group})`")]
    OffsetInRandomPart {
        /// The grouping factor.
        group: String,
    },
}

/// Builds the model frame.
///
/// # Errors
/// When the formula names columns that are not there or cannot be used so, or no row is complete.
pub fn model_frame(formula: &Formula, table: &Table) -> Result<ModelFrame, FrameError> {
    let response = Variable::numeric(&formula.response, table)?;
    Ok(frame_around(formula, table, response, &[], None)?.frame)
}

/// A model frame whose response may be categories, with further columns of numbers for the same rows.
#[derive(Debug, Clone)]
pub(crate) struct AccompaniedFrame {
    /// The frame; a response in categories is given as 0, 1, 2 … in the order of the levels.
    pub frame: ModelFrame,
    /// The categories of the response that occur; empty for numbers.
    pub categories: Vec<String>,
    /// The values of each companion.
    pub companions: Vec<Vec<f64>>,
}

/// Whether a response may be, or must be, in categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseKind {
    /// Numbers, or categories when the column is a factor.
    AsItIs,
    /// Categories, made from the distinct values of numbers when the column is no factor.
    Categories,
}

/// As [`model_frame`], with a response that may be categories, and with companions: expressions such as
/// failures or weights that must be known in each row used.
pub(crate) fn accompanied_frame(
    formula: &Formula,
    table: &Table,
    response: (&Expression, ResponseKind),
    companions: &[Expression],
) -> Result<AccompaniedFrame, FrameError> {
    let response = match response {
        (expression, ResponseKind::AsItIs) => Variable::new(expression, table)?,
        (expression, ResponseKind::Categories) => Variable::factor(expression, table)?,
    };
    frame_around(formula, table, response, companions, None)
}

fn frame_around(
    formula: &Formula,
    table: &Table,
    response: Variable,
    companions: &[Expression],
    weights: Option<&Expression>,
) -> Result<AccompaniedFrame, FrameError> {
    let companions = numeric_variables(companions, table)?;
    let weights = weights
        .map(|weights| Variable::numeric(weights, table))
        .transpose()?;
    let fixed = Variable::all(&formula.fixed.variables, table)?;
    let offsets = numeric_variables(&formula.fixed.offsets, table)?;
    let mut random = Vec::new();
    for part in &formula.random {
        if !part.terms.offsets.is_empty() {
            return Err(FrameError::OffsetInRandomPart {
                group: part.group_label.clone(),
            });
        }
        let group_names: Vec<Expression> =
            part.group.iter().cloned().map(Expression::Name).collect();
        let groups = group_names
            .iter()
            .map(|name| Variable::factor(name, table))
            .collect::<Result<Vec<_>, _>>()?;
        random.push((part, Variable::all(&part.terms.variables, table)?, groups));
    }
    let mut values = Evaluated::default();
    let before: Vec<&Variable> = std::iter::once(&response).chain(&companions).collect();
    values.add(&before, table)?;
    let mut n_zero_weights = 0;
    if let Some(weights) = &weights {
        let (positive, n_zero) = weights::positive_weights(weights, table)?;
        values.values.push(positive);
        n_zero_weights = n_zero;
    }
    let of_random = random
        .iter()
        .flat_map(|(_, variables, groups)| variables.iter().chain(groups));
    let after: Vec<&Variable> = fixed.iter().chain(&offsets).chain(of_random).collect();
    values.add(&after, table)?;
    let used_rows = values.complete_rows(table.n_rows());
    if used_rows.is_empty() {
        let mut columns = formula.column_names();
        columns.extend(weights.map(|weights| weights.label));
        let columns = columns.join(", ");
        return Err(FrameError::NoRows {
            n_rows: table.n_rows(),
            columns,
        });
    }
    let mut columns = values.keep(&used_rows, table.n_rows()).into_iter();
    let (response, response_values) =
        variables::without_unused_levels(vec![response], columns.by_ref());
    let companions: Vec<Vec<f64>> = columns
        .by_ref()
        .take(companions.len())
        .map(Values::into_numbers)
        .collect();
    let weights = weights.and_then(|_| columns.next().map(Values::into_numbers));
    let (fixed, fixed_values) = variables::without_unused_levels(fixed, columns.by_ref());
    let one_level_factors = fixed
        .iter()
        .filter(|variable| variable.n_levels() == Some(1))
        .map(|variable| variable.label.clone())
        .collect();
    let offset = sum_of(
        columns
            .by_ref()
            .take(offsets.len())
            .map(Values::into_numbers),
    );
    let n_used = used_rows.len();
    let ((design, x), terms) = parallel::both(
        n_used,
        || {
            let design = FixedDesign::new(&formula.fixed, fixed, table, &used_rows);
            let x = design.columns_from(&fixed_values, n_used);
            (design, x)
        },
        || {
            let mut terms = Vec::new();
            for (part, variables, groups) in random {
                let (variables, values) = variables::without_unused_levels(variables, &mut columns);
                let (groups, codes) = variables::without_unused_levels(groups, &mut columns);
                terms.push(RandomTerm::new(
                    part, variables, &values, groups, codes, n_used,
                ));
            }
            terms
        },
    );
    let mut response_values = response_values.into_iter();
    let frame = ModelFrame {
        response_name: response[0].label.clone(),
        response: response_values
            .next()
            .map(Values::into_numbers)
            .unwrap_or_default(),
        offset,
        weights,
        design,
        columns: x,
        random: grouping::in_lme4_order(terms),
        n_dropped: table.n_rows() - used_rows.len(),
        n_zero_weights,
        used_rows,
        one_level_factors,
        fixed_values,
    };
    Ok(AccompaniedFrame {
        frame,
        categories: response[0].levels().to_vec(),
        companions,
    })
}

fn numeric_variables(
    expressions: &[Expression],
    table: &Table,
) -> Result<Vec<Variable>, FrameError> {
    expressions
        .iter()
        .map(|expression| Variable::numeric(expression, table))
        .collect()
}

fn sum_of(mut columns: impl Iterator<Item = Vec<f64>>) -> Option<Vec<f64>> {
    let mut total = columns.next()?;
    for column in columns {
        crate::matrix::add_scaled(&mut total, 1.0, &column);
    }
    Some(total)
}

/// All variables of a formula for all rows of the table.
#[derive(Default)]
struct Evaluated {
    values: Vec<Values>,
}

impl Evaluated {
    fn add(&mut self, variables: &[&Variable], table: &Table) -> Result<(), FrameError> {
        let evaluated = parallel::each(table.n_rows(), variables, |variable| {
            let values = variable.evaluate(table)?;
            match values.first_infinite() {
                None => Ok(values),
                Some(row) => Err(FrameError::Infinite {
                    name: variable.label.clone(),
                    row: row + 1,
                }),
            }
        });
        for values in evaluated {
            self.values.push(values?);
        }
        Ok(())
    }

    fn complete_rows(&self, n_rows: usize) -> Vec<usize> {
        let missing = parallel::each(n_rows, &self.values, Values::any_missing);
        if !missing.contains(&true) {
            return parallel::indices(n_rows);
        }
        let mut complete = vec![true; n_rows];
        for values in &self.values {
            values.mark_missing(&mut complete);
        }
        (0..n_rows).filter(|&row| complete[row]).collect()
    }

    fn keep(self, rows: &[usize], n_rows: usize) -> Vec<Values> {
        if rows.len() == n_rows {
            return self.values;
        }
        self.values.iter().map(|values| values.rows(rows)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Column, Factor};

    fn table() -> Table {
        let arm = Factor::with_levels(
            &[Some("N"), Some("Y"), Some("N"), Some("Y"), None],
            &["N", "Y"],
        );
        let site = Factor::from_labels(&[Some("a"), Some("b"), Some("c"), Some("a"), Some("d")]);
        Table::new()
            .with("y", Column::Numbers(vec![1.0, 2.0, 3.0, 5.0, 8.0]))
            .and_then(|table| table.with("x", Column::Numbers(vec![0.5, 1.0, 1.5, 2.0, 2.5])))
            .and_then(|table| table.with("arm", Column::Factor(arm)))
            .and_then(|table| table.with("site", Column::Factor(site)))
            .unwrap()
    }

    fn names(text: &str, expected: &[&str]) {
        let frame = model_frame(&Formula::parse(text).unwrap(), &table()).unwrap();
        assert_eq!(frame.design.column_names, expected, "{text}");
    }

    #[test]
    fn columns_have_the_names_and_the_coding_of_r() {
        names("y ~ x * arm", &["(Intercept)", "x", "armY", "x:armY"]);
        names("y ~ arm:x", &["(Intercept)", "armN:x", "armY:x"]);
        names("y ~ 0 + arm + site", &["armN", "armY", "siteb", "sitec"]);
        names("y ~ x:arm - 1", &["x:armN", "x:armY"]);
        names(
            "y ~ arm:site + arm + site",
            &[
                "(Intercept)",
                "armY",
                "siteb",
                "sitec",
                "armY:siteb",
                "armY:sitec",
            ],
        );
        names(
            "y ~ arm + arm:site",
            &[
                "(Intercept)",
                "armY",
                "armN:siteb",
                "armY:siteb",
                "armN:sitec",
                "armY:sitec",
            ],
        );
        names(
            "y ~ I(x^2) + factor(x)",
            &[
                "(Intercept)",
                "I(x^2)",
                "factor(x)1",
                "factor(x)1.5",
                "factor(x)2",
                "factor(x)2.5",
            ],
        );
        names(
            "y ~ poly(x, 2)",
            &["(Intercept)", "poly(x, 2)1", "poly(x, 2)2"],
        );
    }

    #[test]
    fn incomplete_rows_are_left_out_and_their_levels_forgotten() {
        let frame =
            model_frame(&Formula::parse("y ~ site + (1 | arm)").unwrap(), &table()).unwrap();
        assert_eq!(
            (frame.n_dropped, frame.used_rows.as_slice()),
            (1, [0, 1, 2, 3].as_slice())
        );
        assert_eq!(frame.design.column_names, ["(Intercept)", "siteb", "sitec"]);
        assert_eq!(frame.random[0].levels, ["N", "Y"]);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let problem =
            |text: &str| model_frame(&Formula::parse(text).unwrap(), &table()).unwrap_err();
        assert!(
            matches!(problem("y ~ age"), FrameError::UnknownColumn { name, .. } if name == "age")
        );
        assert!(
            matches!(problem("y ~ log(arm)"), FrameError::NotNumeric { name, .. } if name == "arm")
        );
        assert!(matches!(
            problem("y ~ log(x - 0.5)"),
            FrameError::Infinite { row: 1, .. }
        ));
        assert!(matches!(problem("arm ~ x"), FrameError::NotNumeric { .. }));
        assert!(matches!(
            problem("y ~ log(x - 9)"),
            FrameError::NoRows { .. }
        ));
    }

    #[test]
    fn nested_groups_become_pairs_of_levels() {
        let frame =
            model_frame(&Formula::parse("y ~ 1 + (1 | arm/site)").unwrap(), &table()).unwrap();
        assert_eq!(frame.random[0].group, "site:arm");
        assert_eq!(frame.random[0].levels, ["a:N", "a:Y", "b:Y", "c:N"]);
        assert_eq!(frame.random[1].group, "arm");
    }
}
