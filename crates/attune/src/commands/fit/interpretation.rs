//! One sentence on how the coefficient that is asked about most often is to be read.

use attune_analysis::words;

use super::{
    reading::{ColumnRead, Kind},
    result::FitResult,
};

/// A sentence about the last coefficient that is a difference between levels or of slopes.
pub fn hint(fit: &FitResult, columns: &[ColumnRead]) -> Option<String> {
    let outcome = match fit.family {
        "gaussian" => columns.first()?.name.clone(),
        "binomial" => "the log odds".to_owned(),
        "ordinal" => "the log odds of a higher category".to_owned(),
        _ => "the log rate".to_owned(),
    };
    let test = fit.fixed.iter().rev().find(|test| {
        let parts: Vec<&str> = test.term.split(':').collect();
        parts.len() <= 2 && parts.iter().any(|part| level_of(part, columns).is_some())
    })?;
    let parts: Vec<&str> = test.term.split(':').collect();
    let meaning = match parts.as_slice() {
        [one] => {
            let (level, reference) = level_of(one, columns)?;
            let has_interaction = fit.fixed.iter().any(|other| {
                other.term.contains(':') && other.term.split(':').any(|part| part == *one)
            });
            let where_zero = if has_interaction {
                ", where what it interacts with is zero or at its reference"
            } else {
                ""
            };
            format!("the difference in {outcome}, {level} minus {reference}{where_zero}")
        }
        [first, second] => match (level_of(first, columns), level_of(second, columns)) {
            (Some((level, reference)), None) => slope(&outcome, second, &level, &reference),
            (None, Some((level, reference))) => slope(&outcome, first, &level, &reference),
            (Some((one, its_reference)), Some((other, reference))) => format!(
                "how much larger the difference in {outcome}, {one} minus {its_reference}, is for {other} than for {reference}"
            ),
            (None, None) => return None,
        },
        _ => return None,
    };
    let estimate = words::fixed(
        test.estimate,
        words::decimals_for(test.ci_lower, test.ci_upper),
    );
    Some(format!("Read `{}` as {meaning}: {estimate}.", test.term))
}

fn slope(outcome: &str, covariate: &str, level: &str, reference: &str) -> String {
    format!(
        "the difference in the change of {outcome} per unit of {covariate}, {level} minus {reference}"
    )
}

/// The level that a dummy column stands for, with its factor, and the reference.
fn level_of(part: &str, columns: &[ColumnRead]) -> Option<(String, String)> {
    columns.iter().find_map(|column| {
        let Kind::Factor(levels) = &column.kind else {
            return None;
        };
        let level = part.strip_prefix(column.name.as_str())?;
        let reference = levels.first().filter(|reference| *reference != level)?;
        levels.iter().any(|other| other == level).then(|| {
            (
                format!("{} {level}", column.name),
                format!("{} {reference}", column.name),
            )
        })
    })
}
