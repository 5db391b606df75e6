//! The response of an ordinal model: its categories, its weights, and a look for separation.

use super::OrdinalSettings;
use super::cumulative_logit::CumulativeLogit;
use crate::formula::{Expression, Formula};
use crate::generalised_mixed_model::GeneralisedFitError;
use crate::generalised_mixed_model::fixed_coordinates::FixedCoordinates;
use crate::generalised_mixed_model::response::check_weights;
use crate::generalised_mixed_model::separation::separation;
use crate::model_frame::{AccompaniedFrame, ModelFrame, ResponseKind, accompanied_frame};
use crate::table::Table;

/// What a fit starts from.
pub(super) struct Prepared {
    pub frame: ModelFrame,
    pub categories: Vec<String>,
    pub likelihood: CumulativeLogit,
    pub coordinates: FixedCoordinates,
}

/// From formula and table to checked categories.
pub(super) fn prepare(
    formula: &Formula,
    table: &Table,
    settings: &OrdinalSettings,
) -> Result<Prepared, GeneralisedFitError> {
    if matches!(&formula.response, Expression::Call { function, .. } if function == "cbind") {
        return Err(GeneralisedFitError::CbindWithoutBinomial);
    }
    if !formula.fixed.intercept {
        return Err(GeneralisedFitError::NoIntercept);
    }
    let weights: Vec<Expression> = settings
        .weights
        .iter()
        .cloned()
        .map(Expression::Name)
        .collect();
    let AccompaniedFrame {
        frame,
        categories,
        companions,
    } = accompanied_frame(
        formula,
        table,
        (&formula.response, ResponseKind::Categories),
        &weights,
    )?;
    if categories.len() < 2 {
        let needed = "an ordinal response has at least two: there is nothing to model";
        let name = frame.response_name.clone();
        return Err(GeneralisedFitError::Categories {
            name,
            n_categories: categories.len(),
            needed,
        });
    }
    let weights = companions
        .into_iter()
        .next()
        .unwrap_or_else(|| vec![1.0; frame.response.len()]);
    check_weights(
        &frame,
        &weights,
        settings.weights.as_deref().unwrap_or_default(),
    )?;
    let codes: Vec<usize> = frame.response.iter().map(|&code| code as usize).collect();
    let likelihood = CumulativeLogit::new(codes, weights, categories.len());
    let coordinates = FixedCoordinates::new(&frame);
    Ok(Prepared {
        frame,
        categories,
        likelihood,
        coordinates,
    })
}

/// Refuses a response that the fixed columns predict perfectly in some rows. Thresholds may move along.
pub(super) fn check_separation(prepared: &Prepared) -> Result<(), GeneralisedFitError> {
    let Prepared {
        frame,
        likelihood,
        coordinates,
        ..
    } = prepared;
    let columns = &coordinates.columns[1..];
    let n_thresholds = likelihood.n_categories - 1;
    let mut directions = Vec::new();
    let mut row_of = Vec::new();
    for (row, &category) in likelihood
        .categories
        .iter()
        .enumerate()
        .filter(|(row, _)| likelihood.weights[*row] > 0.0)
    {
        let mut want = |threshold: usize, sign: f64| {
            let mut direction = vec![0.0; n_thresholds];
            direction[threshold] = sign;
            direction.extend(columns.iter().map(|column| -sign * column[row]));
            directions.push(direction);
            row_of.push(row);
        };
        if category < n_thresholds {
            want(category, 1.0);
        }
        if category > 0 {
            want(category - 1, -1.0);
        }
    }
    let Some(found) = separation(&directions) else {
        return Ok(());
    };
    let without_thresholds = |direction: &Vec<f64>| [&[0.0], &direction[n_thresholds..]].concat();
    let along: Vec<Vec<f64>> = found.directions.iter().map(without_thresholds).collect();
    let moved = coordinates.columns_moved(&along, &frame.columns);
    Err(GeneralisedFitError::Separation {
        name: frame.response_name.clone(),
        columns: moved
            .iter()
            .map(|&position| frame.design.column_names[position].clone())
            .collect(),
        n_perfect: found.n_perfect(&row_of),
        n_rows: frame.response.len(),
    })
}
