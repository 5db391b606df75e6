//! Are residuals, and the differences between units, roughly normal? Fixed effects bear moderate
//! departures well; skewness and outliers say more than a test.

use attune_statistics::{
    descriptives::{describe, mean, sum},
    normality::shapiro_wilk,
};

use super::{AssumptionCheck, Verdict, check, doubtful_if};
use crate::{
    run::{Model, Run},
    words,
};

/// Skewness beyond which a distribution counts as lopsided.
const MOST_SKEWNESS: f64 = 1.0;
/// Excess kurtosis beyond which tails count as heavy.
const MOST_KURTOSIS: f64 = 2.0;

/// Residuals of the rows.
pub fn residuals_are_normal(residuals: &[f64]) -> AssumptionCheck {
    shape("residuals are normal", residuals)
}

/// The units' own intercepts, as the model predicts them.
pub fn units_differ_normally(run: &Run) -> Option<AssumptionCheck> {
    let Model::Mixed(model) = &run.model else {
        return None;
    };
    let name = "dyads’ own levels are normal";
    let modes = model.conditional_modes();
    let of_dyads = modes.iter().find(|modes| modes.group == "dyad")?;
    let column = of_dyads
        .columns
        .iter()
        .position(|column| column == "(Intercept)")?;
    let n = of_dyads.levels.len();
    let values: Vec<f64> = (0..n).map(|row| of_dyads.values[(row, column)]).collect();
    if values.iter().all(|value| value.abs() < 1e-9) {
        let detail =
            "The model finds no differences between dyads beyond the residuals.".to_owned();
        return Some(check(name, Verdict::NotChecked, detail));
    }
    Some(shape(name, &values))
}

fn shape(name: &str, values: &[f64]) -> AssumptionCheck {
    let Some(skewness) = describe(values)
        .ok()
        .and_then(|described| described.skewness)
    else {
        let detail = "There are too few values, or they do not vary.".to_owned();
        return check(name, Verdict::NotChecked, detail);
    };
    let kurtosis = excess_kurtosis(values);
    let doubtful = skewness.abs() > MOST_SKEWNESS || kurtosis > MOST_KURTOSIS;
    let test = match shapiro_wilk(values) {
        Ok(test) => format!(
            "; Shapiro–Wilk W = {}, {}",
            words::fixed(test.statistic, 3),
            words::p_value(test.p)
        ),
        Err(_) => String::new(),
    };
    let advice = if doubtful {
        "Look at the quantile plot for outliers or a bound of the scale; a transformed outcome or a \
         bootstrap interval would show whether the answer depends on it"
    } else {
        "That is near enough for the fixed effects and their intervals"
    };
    let detail = format!(
        "n = {}, skewness {}, excess kurtosis {}{test}. {advice}.",
        words::count(values.len()),
        words::fixed(skewness, 2),
        words::fixed(kurtosis, 2),
    );
    check(name, doubtful_if(doubtful), detail)
}

/// m₄/m₂² − 3.
fn excess_kurtosis(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let centre = mean(values);
    let second = sum(values.iter().map(|value| (value - centre).powi(2))) / n;
    let fourth = sum(values.iter().map(|value| (value - centre).powi(4))) / n;
    fourth / (second * second) - 3.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heavy_tail_is_doubtful_and_a_normal_sample_is_not() {
        let scores: Vec<f64> = (1..=99)
            .map(|rank| attune_statistics::distributions::normal_quantile(f64::from(rank) / 100.0))
            .collect();
        assert_eq!(residuals_are_normal(&scores).result, "holds");
        let skewed: Vec<f64> = scores.iter().map(|score| score.exp()).collect();
        assert_eq!(residuals_are_normal(&skewed).result, "doubtful");
        assert_eq!(residuals_are_normal(&[1.0, 1.0, 1.0]).result, "not checked");
        assert_eq!(residuals_are_normal(&[]).result, "not checked");
    }

    #[test]
    fn kurtosis_of_two_points_is_minus_two() {
        assert!((excess_kurtosis(&[-1.0, 1.0, -1.0, 1.0]) + 2.0).abs() < 1e-12);
    }
}
