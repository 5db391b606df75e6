//! What the outcome would be expected to be in either arm, from a regression within each.

use super::{ConfoundingError, PropensityScore};
use crate::formula::{Expression, Formula, Terms};
use crate::generalised_linear_model::generalised_linear_model;
use crate::generalised_mixed_model::{Family, GeneralisedSettings};
use crate::least_squares::least_squares;
use crate::matrix::dot;
use crate::model_frame::ModelFrame;
use crate::table::{Column, Table};

/// How the outcome is modelled within each arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeModel {
    /// Not at all: the arms are weighted, and that is all.
    None,
    /// By least squares.
    Linear,
    /// By logistic regression, for an outcome of 0 and 1.
    Logistic,
}

/// The expected outcome of every person in one of the arms, and its derivative along the linear predictor.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    pub means: Vec<f64>,
    pub slopes: Vec<f64>,
}

impl Expected {
    /// Nothing is expected, so that residuals are the outcomes themselves.
    pub fn nothing(n_rows: usize) -> Self {
        Self {
            means: vec![0.0; n_rows],
            slopes: vec![0.0; n_rows],
        }
    }
}

/// The name of the response in the fits within an arm.
const OUTCOME: &str = "the outcome";

/// Fits the outcome within an arm and predicts it for everybody.
pub(super) fn expected(
    model: OutcomeModel,
    frame: &ModelFrame,
    score: &PropensityScore,
    arm: usize,
) -> Result<Expected, ConfoundingError> {
    let n = frame.response.len();
    if model == OutcomeModel::None {
        return Ok(Expected::nothing(n));
    }
    let rows: Vec<usize> = (0..n)
        .filter(|&row| usize::from(score.treated[row]) == arm)
        .collect();
    let columns: Vec<usize> = (0..frame.columns.len())
        .filter(|&column| score.terms.contains(&frame.design.column_names[column]))
        .collect();
    let (formula, table) = numbered(frame, &columns, &rows)?;
    let what = || format!("the outcome model of arm `{}`", score.arms[arm]);
    let (terms, coefficients) = match model {
        OutcomeModel::Logistic => {
            let settings = GeneralisedSettings::new(Family::Binomial);
            generalised_linear_model(&formula, &table, &settings)
                .map(|model| (model.terms, model.coefficients))
                .map_err(|problem| ConfoundingError::Logistic {
                    what: what(),
                    problem,
                })?
        }
        _ => least_squares(&formula, &table)
            .map(|model| (model.terms, model.coefficients))
            .map_err(|problem| ConfoundingError::Linear {
                what: what(),
                problem,
            })?,
    };
    let lacking: Vec<String> = columns
        .iter()
        .map(|&column| &frame.design.column_names[column])
        .filter(|name| !terms.contains(name))
        .map(|name| format!("`{name}`"))
        .collect();
    if !lacking.is_empty() {
        return Err(ConfoundingError::ArmLacksColumns {
            arm: score.arms[arm].clone(),
            columns: lacking.join(", "),
        });
    }
    Ok(predicted(model, frame, &columns, &coefficients))
}

/// The columns of the frame as variables of their own, so that the coefficients of an arm belong to the same
/// columns as everybody's, whatever levels or polynomials they came from.
fn numbered(
    frame: &ModelFrame,
    columns: &[usize],
    rows: &[usize],
) -> Result<(Formula, Table), ConfoundingError> {
    let chosen = |values: &[f64]| Column::Numbers(rows.iter().map(|&row| values[row]).collect());
    let name = |column: usize| Expression::Name(frame.design.column_names[column].clone());
    let mut table = Table::new().with(OUTCOME, chosen(&frame.response))?;
    for &column in columns {
        table.push(
            &frame.design.column_names[column],
            chosen(&frame.columns[column]),
        )?;
    }
    let formula = Formula {
        text: format!("{OUTCOME} ~ covariates"),
        response: Expression::Name(OUTCOME.to_owned()),
        fixed: Terms {
            intercept: false,
            variables: columns.iter().map(|&column| name(column)).collect(),
            terms: (0..columns.len()).map(|place| vec![place]).collect(),
            offsets: Vec::new(),
        },
        random: Vec::new(),
    };
    Ok((formula, table))
}

fn predicted(
    model: OutcomeModel,
    frame: &ModelFrame,
    columns: &[usize],
    coefficients: &[f64],
) -> Expected {
    let eta = |row: usize| {
        let values: Vec<f64> = columns.iter().map(|&c| frame.columns[c][row]).collect();
        dot(&values, coefficients)
    };
    let (means, slopes) = (0..frame.response.len())
        .map(|row| match model {
            OutcomeModel::Logistic => {
                let mean = 1.0 / (1.0 + libm::exp(-eta(row)));
                (mean, mean * (1.0 - mean))
            }
            _ => (eta(row), 1.0),
        })
        .unzip();
    Expected { means, slopes }
}
