//! Is the spread of the residuals the same everywhere: in each group, and along the fitted value?

use attune_statistics::{
    descriptives::{correlation, standard_deviation},
    normality::{Centre, equal_spread},
    table::Column,
};

use super::{AssumptionCheck, Verdict, check, doubtful_if};
use crate::{meaning::Meaning, question::Question, run::Run, words};

/// Ratio of the largest to the smallest SD beyond which groups differ in spread.
const MOST_RATIO: f64 = 1.5;
/// Correlation of the residuals' size with the fitted value beyond which spread follows it.
const MOST_CORRELATION: f64 = 0.3;

/// Residual SD in the compared groups.
pub fn spread_is_equal_in_groups(
    question: &Question<'_>,
    run: &Run,
    meaning: &Meaning,
    residuals: &[f64],
) -> Option<AssumptionCheck> {
    let groups = meaning.comparison.as_ref()?.groups;
    let Some(Column::Factor(factor)) = run.frame.table.column(groups.variable()) else {
        return None;
    };
    let name = format!("residuals spread equally in the {}s", groups.variable());
    let mut by_group = vec![Vec::new(); factor.levels.len()];
    for (code, residual) in factor.codes.iter().zip(residuals) {
        if let Some(code) = code {
            by_group[*code as usize].push(*residual);
        }
    }
    let sds: Vec<f64> = by_group
        .iter()
        .map(|values| standard_deviation(values))
        .collect();
    let high = sds.iter().copied().fold(0.0, f64::max);
    let low = sds.iter().copied().fold(f64::INFINITY, f64::min);
    if sds.len() < 2 || sds.iter().any(|sd| !sd.is_finite()) || low <= 0.0 {
        let detail = "A group has too few values, or they do not vary.".to_owned();
        return Some(check(&name, Verdict::NotChecked, detail));
    }
    let doubtful = high / low > MOST_RATIO;
    let sizes: Vec<usize> = by_group.iter().map(Vec::len).collect();
    let is_balanced = sizes.windows(2).all(|pair| pair[0] == pair[1]);
    let advice = match (doubtful, is_balanced) {
        (true, true) => {
            "The pooled residual variance is too large for one group and too small for the other; \
             since the groups are of one size, the interval of their difference suffers little"
        }
        (true, false) => {
            "The pooled residual variance is too large for one group and too small for the other; \
             with groups of unequal size the interval is off in a known direction"
        }
        (false, _) => "One residual variance for all is adequate",
    };
    let test = match equal_spread(&by_group, Centre::Median) {
        Ok((test, _)) => format!("; Brown–Forsythe {}", words::p_value(test.p)),
        Err(_) => String::new(),
    };
    let detail = format!(
        "Residual SD: {}; ratio {}{test}. {advice}.",
        listed(question, &factor.levels, &sds, &by_group),
        words::fixed(high / low, 2)
    );
    Some(check(&name, doubtful_if(doubtful), detail))
}

/// "comparison 7.2 (135 visits) and intervention 7.6 (174 visits)".
fn listed(
    question: &Question<'_>,
    levels: &[String],
    sds: &[f64],
    by_group: &[Vec<f64>],
) -> String {
    let (row, rows) = words::row_nouns(question.about());
    let groups = levels.iter().zip(sds).zip(by_group);
    let words: Vec<String> = groups
        .map(|((level, sd), values)| {
            let n = words::count_of(values.len(), row, rows);
            format!(
                "{} {} ({n})",
                words::id_words(level),
                words::two_digits(*sd)
            )
        })
        .collect();
    words::list(&words)
}

/// Size of the residuals along the fitted value.
pub fn spread_does_not_follow_the_fitted_value(run: &Run, residuals: &[f64]) -> AssumptionCheck {
    let name = "residuals spread equally along the fitted value";
    let sizes: Vec<f64> = residuals.iter().map(|residual| residual.abs()).collect();
    let fitted = run.fitted();
    let correlation = correlation(&sizes, &fitted);
    if !correlation.is_finite() {
        let detail = "Fitted values or residuals do not vary.".to_owned();
        return check(name, Verdict::NotChecked, detail);
    }
    let doubtful = correlation.abs() > MOST_CORRELATION;
    let advice = match (doubtful, correlation > 0.0) {
        (true, true) => {
            "Spread grows with the value, as it does near a floor; a logarithm or a model for counts may fit better"
        }
        (true, false) => {
            "Spread shrinks with the value, as it does near a ceiling; look whether the scale ends there"
        }
        (false, _) => "Spread hardly depends on the value",
    };
    let detail = format!(
        "Correlation of the size of residuals with fitted values: {}. {advice}.",
        words::fixed(correlation, 2)
    );
    check(name, doubtful_if(doubtful), detail)
}
