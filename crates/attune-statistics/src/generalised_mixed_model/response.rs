//! The response of a generalised model: read by its family, checked, and looked through for separation.

use super::counts_and_proportions::CountsAndProportions;
use super::fixed_coordinates::FixedCoordinates;
use super::separation::separation;
use super::{Family, GeneralisedFitError, GeneralisedSettings};
use crate::formula::{Expression, Formula};
use crate::model_frame::{AccompaniedFrame, ModelFrame, ResponseKind, accompanied_frame};
use crate::table::Table;

/// The rows that a model uses and its response.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub frame: ModelFrame,
    pub likelihood: CountsAndProportions,
    pub coordinates: FixedCoordinates,
}

/// From formula and table to checked numbers.
pub(crate) fn prepare(
    formula: &Formula,
    table: &Table,
    settings: &GeneralisedSettings,
) -> Result<Prepared, GeneralisedFitError> {
    let (successes, failures) = match &formula.response {
        Expression::Call {
            function,
            arguments,
        } if function == "cbind" => {
            if settings.family != Family::Binomial {
                return Err(GeneralisedFitError::CbindWithoutBinomial);
            }
            (&arguments[0], Some(arguments[1].clone()))
        }
        response => (response, None),
    };
    let has_failures = failures.is_some();
    let weights = settings.weights.clone().map(Expression::Name);
    let companions: Vec<Expression> = failures.into_iter().chain(weights).collect();
    let kind = ResponseKind::AsItIs;
    let AccompaniedFrame {
        mut frame,
        categories,
        companions,
    } = accompanied_frame(formula, table, (successes, kind), &companions)?;
    frame.response_name = formula.response.to_string();
    let mut companions = companions.into_iter();
    let failures = if has_failures {
        companions.next()
    } else {
        None
    };
    let weights = companions.next();
    if let (Some(values), Some(name)) = (&weights, &settings.weights) {
        check_weights(&frame, values, name)?;
    }
    let likelihood = match settings.family {
        Family::Binomial => binomial(&frame, &categories, failures, weights)?,
        family => counts(&frame, &categories, family, weights)?,
    };
    let coordinates = FixedCoordinates::new(&frame);
    check_separation(&frame, &likelihood, &coordinates)?;
    Ok(Prepared {
        frame,
        likelihood,
        coordinates,
    })
}

pub(crate) fn check_weights(
    frame: &ModelFrame,
    weights: &[f64],
    name: &str,
) -> Result<(), GeneralisedFitError> {
    match weights.iter().position(|weight| *weight < 0.0) {
        Some(at) => {
            let row = frame.used_rows[at] + 1;
            Err(GeneralisedFitError::Weight {
                name: name.to_owned(),
                value: weights[at],
                row,
            })
        }
        None => Ok(()),
    }
}

fn binomial(
    frame: &ModelFrame,
    categories: &[String],
    failures: Option<Vec<f64>>,
    weights: Option<Vec<f64>>,
) -> Result<CountsAndProportions, GeneralisedFitError> {
    let n = frame.response.len();
    let name = frame.response_name.clone();
    if categories.len() > 2 {
        let needed =
            "a binomial response has two: use an ordinal model, or say which category counts";
        return Err(GeneralisedFitError::Categories {
            name,
            n_categories: categories.len(),
            needed,
        });
    }
    if categories.len() == 1 {
        return Err(GeneralisedFitError::OneOutcome { name, n_rows: n });
    }
    if let Some(failures) = failures {
        check(
            frame,
            &frame.response,
            is_count,
            "`cbind` takes whole numbers from 0: successes and failures",
        )?;
        check(
            frame,
            &failures,
            is_count,
            "`cbind` takes whole numbers from 0: successes and failures",
        )?;
        let trials = frame
            .response
            .iter()
            .zip(&failures)
            .map(|(a, b)| a + b)
            .collect();
        let weights = weights.unwrap_or_else(|| vec![1.0; n]);
        return Ok(CountsAndProportions::new(
            Family::Binomial,
            frame.response.clone(),
            trials,
            weights,
        ));
    }
    // As in R the weights of a proportion are its trials.
    let trials = weights.unwrap_or_else(|| vec![1.0; n]);
    let in_range = |y: f64| (0.0..=1.0).contains(&y);
    check(
        frame,
        &frame.response,
        in_range,
        "a binomial response is 0 or 1, a proportion, or `cbind(successes, failures)`",
    )?;
    let successes: Vec<f64> = frame
        .response
        .iter()
        .zip(&trials)
        .map(|(y, m)| nearly_whole(y * m))
        .collect();
    for (row, (y, successes)) in frame.response.iter().zip(&successes).enumerate() {
        if *y > 0.0 && *y < 1.0 && successes.fract() != 0.0 {
            let needed = "a proportion needs its number of trials as weight, so that the number of successes is whole";
            return Err(response(frame, row, *y, needed));
        }
    }
    Ok(CountsAndProportions::new(
        Family::Binomial,
        successes,
        trials,
        vec![1.0; n],
    ))
}

fn counts(
    frame: &ModelFrame,
    categories: &[String],
    family: Family,
    weights: Option<Vec<f64>>,
) -> Result<CountsAndProportions, GeneralisedFitError> {
    if !categories.is_empty() {
        let needed = "a count is a number: use a numeric column, or a binomial or ordinal model";
        let name = frame.response_name.clone();
        return Err(GeneralisedFitError::Categories {
            name,
            n_categories: categories.len(),
            needed,
        });
    }
    check(
        frame,
        &frame.response,
        is_count,
        "a count is a whole number from 0; for rates use counts and an offset",
    )?;
    let n = frame.response.len();
    let weights = weights.unwrap_or_else(|| vec![1.0; n]);
    Ok(CountsAndProportions::new(
        family,
        frame.response.clone(),
        vec![1.0; n],
        weights,
    ))
}

// A million is beyond any count of behaviour; beyond it the normal distribution serves as well.
fn is_count(value: f64) -> bool {
    value.fract() == 0.0 && (0.0..=1e6).contains(&value)
}

/// The nearest whole number when rounding alone has moved the value away from it.
fn nearly_whole(value: f64) -> f64 {
    let whole = value.round();
    if (value - whole).abs() <= 1e-6 * whole.max(1.0) {
        whole
    } else {
        value
    }
}

fn check(
    frame: &ModelFrame,
    values: &[f64],
    is_good: impl Fn(f64) -> bool,
    needed: &'static str,
) -> Result<(), GeneralisedFitError> {
    match values.iter().position(|&value| !is_good(value)) {
        Some(row) => Err(response(frame, row, values[row], needed)),
        None => Ok(()),
    }
}

fn response(
    frame: &ModelFrame,
    row: usize,
    value: f64,
    needed: &'static str,
) -> GeneralisedFitError {
    let name = frame.response_name.clone();
    GeneralisedFitError::Response {
        name,
        value,
        row: frame.used_rows[row] + 1,
        needed,
    }
}

/// Refuses a response that the fixed columns predict perfectly in some rows.
fn check_separation(
    frame: &ModelFrame,
    likelihood: &CountsAndProportions,
    coordinates: &FixedCoordinates,
) -> Result<(), GeneralisedFitError> {
    let (name, n_rows) = (frame.response_name.clone(), frame.response.len());
    let weighted = |row: usize| likelihood.weights[row] > 0.0 && likelihood.trials[row] > 0.0;
    let can_fall = |row: usize| weighted(row) && likelihood.response[row] > 0.0;
    let can_rise = |row: usize| {
        weighted(row)
            && (likelihood.family != Family::Binomial
                || likelihood.response[row] < likelihood.trials[row])
    };
    if !(0..n_rows).any(can_fall) || !(0..n_rows).any(can_rise) {
        return Err(GeneralisedFitError::OneOutcome { name, n_rows });
    }
    let (mut directions, mut row_of) = (Vec::new(), Vec::new());
    for row in 0..n_rows {
        let of_row = |sign: f64| {
            coordinates
                .columns
                .iter()
                .map(|column| sign * column[row])
                .collect::<Vec<f64>>()
        };
        // Successes want the predictor high, failures low; a positive count wants neither to go without end.
        if can_fall(row) {
            directions.push(of_row(1.0));
            row_of.push(row);
        }
        if can_rise(row) {
            directions.push(of_row(-1.0));
            row_of.push(row);
        }
    }
    let Some(found) = separation(&directions) else {
        return Ok(());
    };
    let columns = coordinates.columns_moved(&found.directions, &frame.columns);
    Err(GeneralisedFitError::Separation {
        name,
        columns: columns
            .iter()
            .map(|&position| frame.design.column_names[position].clone())
            .collect(),
        n_perfect: found.n_perfect(&row_of),
        n_rows,
    })
}
