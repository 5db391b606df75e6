//! A model frame whose rows also fall into the levels of a factor that need not be in the formula.

use super::variables::{MISSING, Values, Variable};
use super::{FrameError, ModelFrame, frame_around};
use crate::formula::{Expression, Formula};
use crate::table::{Column, Table};

/// The name under which the levels travel through the frame; no file has such a heading.
const COMPANION: &str = "(levels of the stratum)";

/// The frame, the levels that occur, and the level of each row used.
///
/// # Errors
/// As [`super::model_frame`] and [`super::weighted_model_frame`].
pub(crate) fn stratified_frame(
    formula: &Formula,
    table: &Table,
    weights: Option<&str>,
    by: &Expression,
) -> Result<(ModelFrame, Vec<String>, Vec<usize>), FrameError> {
    let factor = Variable::factor(by, table)?;
    let codes = match factor.evaluate(table)? {
        Values::Codes(codes) => codes,
        Values::Numbers(_) => Vec::new(),
    };
    let numbers = codes
        .iter()
        .map(|&code| {
            if code == MISSING {
                f64::NAN
            } else {
                f64::from(code)
            }
        })
        .collect();
    let mut table = table.clone();
    // The column has the length of the others, and the name is new.
    if table.push(COMPANION, Column::Numbers(numbers)).is_err() {
        return Err(FrameError::UnknownColumn {
            name: by.to_string(),
            known: table.names().join(", "),
        });
    }
    let response = Variable::numeric(&formula.response, &table)?;
    let companion = Expression::Name(COMPANION.to_owned());
    let weights = weights.map(|name| Expression::Name(name.to_owned()));
    let accompanied = frame_around(formula, &table, response, &[companion], weights.as_ref())?;
    let used: Vec<usize> = accompanied
        .companions
        .first()
        .map(|codes| codes.iter().map(|&code| code as usize).collect())
        .unwrap_or_default();
    let occurring: Vec<usize> = (0..factor.levels().len())
        .filter(|level| used.contains(level))
        .collect();
    let levels = occurring
        .iter()
        .map(|&level| factor.levels()[level].clone())
        .collect();
    let place = |code: &usize| occurring.partition_point(|level| level < code);
    Ok((accompanied.frame, levels, used.iter().map(place).collect()))
}
