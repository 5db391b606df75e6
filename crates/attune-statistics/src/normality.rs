//! Checking residuals: normality, equal spread.
//!
//! Shapiro–Wilk, normal scores for a quantile plot, Levene and Brown–Forsythe
//! across groups, and the studentised Breusch–Pagan check of spread against fitted
//! values. These are checks to look at beside a plot, not gates.

use crate::data_problem::{DataProblem, require, require_same_length};
use crate::descriptives::{correlation, mean, median, sum, variance};
use crate::distributions::{
    chi_squared_upper_tail, f_upper_tail, normal_quantile, normal_upper_tail,
};

/// A statistic with its p value.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Check {
    /// The test statistic.
    pub statistic: f64,
    /// Its p value.
    pub p: f64,
}

/// Shapiro–Wilk test of normality (Royston 1995, algorithm AS R94), for 3 to 5,000 values.
///
/// # Errors
///
/// When there are fewer than 3 or more than 5,000 values, or all are equal.
///
/// # Examples
///
/// ```
/// let check = attune_statistics::normality::shapiro_wilk(&[2.1, 3.4, 1.9, 5.6, 4.4, 3.8]).unwrap();
/// assert!(check.statistic > 0.9 && check.p > 0.5);
/// ```
pub fn shapiro_wilk(values: &[f64]) -> Result<Check, DataProblem> {
    require("the sample", values, 3)?;
    let n = values.len();
    if n > 5000 {
        let allowed = "at most 5000; look at a quantile plot instead";
        return Err(DataProblem::OutOfRange {
            what: "the number of values",
            value: n as f64,
            allowed,
        });
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let range = sorted[n - 1] - sorted[0];
    if range <= 0.0 {
        return Err(DataProblem::NoVariation { what: "the sample" });
    }
    let weights = shapiro_wilk_weights(n);
    // Centred and scaled, so that 1 − W keeps its digits when W is near 1.
    let scaled: Vec<f64> = sorted.iter().map(|value| value / range).collect();
    let centre = mean(&scaled);
    let spread = sum(scaled.iter().map(|value| (value - centre).powi(2)));
    let product = sum(scaled
        .iter()
        .zip(&weights)
        .map(|(value, weight)| (value - centre) * weight));
    let weight_square = sum(weights.iter().map(|weight| weight * weight));
    let root = (weight_square * spread).sqrt();
    let one_minus_w = ((root - product) * (root + product) / (weight_square * spread)).max(0.0);
    Ok(Check {
        statistic: 1.0 - one_minus_w,
        p: shapiro_wilk_p(one_minus_w, n),
    })
}

/// Royston's approximate weights, antisymmetric, for the ascending order.
fn shapiro_wilk_weights(n: usize) -> Vec<f64> {
    const LAST: [f64; 6] = [
        0.0, 0.221_157, -0.147_981, -2.071_190, 4.434_685, -2.706_056,
    ];
    const SECOND_LAST: [f64; 6] = [
        0.0, 0.042_981, -0.293_762, -1.752_461, 5.682_633, -3.582_633,
    ];
    let half = n / 2;
    let mut weights = vec![0.0; n];
    if n == 3 {
        weights[2] = std::f64::consts::FRAC_1_SQRT_2;
        weights[0] = -weights[2];
        return weights;
    }
    // Scores of the upper half, largest first.
    let scores: Vec<f64> = (1..=half)
        .map(|rank| -normal_quantile((rank as f64 - 0.375) / (n as f64 + 0.25)))
        .collect();
    let square = 2.0 * scores.iter().map(|score| score * score).sum::<f64>();
    let u = 1.0 / (n as f64).sqrt();
    let last = polynomial(&LAST, u) + scores[0] / square.sqrt();
    let second_last =
        polynomial(&SECOND_LAST, u) + scores.get(1).map_or(0.0, |score| score / square.sqrt());
    let given: &[f64] = if n > 5 { &[last, second_last] } else { &[last] };
    let score_square: f64 = scores[..given.len()]
        .iter()
        .map(|score| 2.0 * score * score)
        .sum();
    let weight_square: f64 = given.iter().map(|weight| 2.0 * weight * weight).sum();
    let divisor = ((square - score_square) / (1.0 - weight_square)).sqrt();
    for rank in 0..half {
        let weight = given.get(rank).copied().unwrap_or(scores[rank] / divisor);
        weights[n - 1 - rank] = weight;
        weights[rank] = -weight;
    }
    weights
}

/// p value of 1 − W by Royston's normalising transformations.
fn shapiro_wilk_p(one_minus_w: f64, n: usize) -> f64 {
    const MEAN_SMALL: [f64; 4] = [0.544, -0.399_78, 0.025_054, -6.714e-4];
    const SD_SMALL: [f64; 4] = [1.382_2, -0.778_57, 0.062_767, -0.002_032_2];
    const MEAN_LARGE: [f64; 4] = [-1.586_1, -0.310_82, -0.083_751, 0.003_891_5];
    const SD_LARGE: [f64; 3] = [-0.480_3, -0.082_676, 0.003_030_2];
    if n == 3 {
        // Exact; W of three values lies between 3/4 and 1.
        let lowest = libm::asin(0.75_f64.sqrt());
        let p = 6.0 / std::f64::consts::PI * (libm::asin((1.0 - one_minus_w).sqrt()) - lowest);
        return p.clamp(0.0, 1.0);
    }
    let log = libm::log(one_minus_w);
    let size = n as f64;
    let (y, centre, spread) = if n <= 11 {
        let gamma = 0.459 * size - 2.273;
        if log >= gamma {
            return 1e-99;
        }
        let spread = libm::exp(polynomial(&SD_SMALL, size));
        (
            -libm::log(gamma - log),
            polynomial(&MEAN_SMALL, size),
            spread,
        )
    } else {
        let ln_n = libm::log(size);
        (
            log,
            polynomial(&MEAN_LARGE, ln_n),
            libm::exp(polynomial(&SD_LARGE, ln_n)),
        )
    };
    normal_upper_tail((y - centre) / spread)
}

fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients
        .iter()
        .rev()
        .fold(0.0, |value, coefficient| value * x + coefficient)
}

/// Expected standard normal value of each observation by its rank, in the order
/// given: Φ⁻¹((rank − 3/8)/(n + 1/4)) (Blom 1958). Ties share their mean rank.
/// Plot the values against it for a quantile plot.
pub fn normal_scores(values: &[f64]) -> Vec<f64> {
    let n = values.len() as f64;
    crate::ranks::mean_ranks(values)
        .into_iter()
        .map(|rank| normal_quantile((rank - 0.375) / (n + 0.25)))
        .collect()
}

/// What the groups' values are centred on in a test of equal spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Centre {
    /// Levene's (1960) original; for symmetric distributions.
    Mean,
    /// Brown and Forsythe (1974); robust, the usual choice.
    Median,
}

/// Levene's or Brown–Forsythe's test of equal spread in several groups: a one-way
/// analysis of variance of the absolute deviations. Gives F with its degrees of freedom.
///
/// # Errors
///
/// When there are fewer than two groups, a group has fewer than two values, or the
/// deviations do not vary within groups.
pub fn equal_spread(
    groups: &[Vec<f64>],
    centre: Centre,
) -> Result<(Check, (f64, f64)), DataProblem> {
    if groups.len() < 2 {
        return Err(DataProblem::TooFew {
            what: "the list of groups",
            needed: 2,
            found: groups.len(),
        });
    }
    let mut deviations = Vec::with_capacity(groups.len());
    for group in groups {
        require("a group", group, 2)?;
        let middle = match centre {
            Centre::Mean => mean(group),
            Centre::Median => median(group),
        };
        deviations.push(
            group
                .iter()
                .map(|value| (value - middle).abs())
                .collect::<Vec<f64>>(),
        );
    }
    let all: Vec<f64> = deviations.concat();
    let overall = mean(&all);
    let between = sum(deviations
        .iter()
        .map(|d| d.len() as f64 * (mean(d) - overall).powi(2)));
    let within = sum(deviations
        .iter()
        .map(|d| variance(d) * (d.len() as f64 - 1.0)));
    if within <= 0.0 {
        return Err(DataProblem::NoVariation {
            what: "the deviations within groups",
        });
    }
    let df = ((groups.len() - 1) as f64, (all.len() - groups.len()) as f64);
    let f = (between / df.0) / (within / df.1);
    Ok((
        Check {
            statistic: f,
            p: f_upper_tail(f, df.0, df.1),
        },
        df,
    ))
}

/// Does the residual spread grow or shrink with the fitted value? The studentised
/// Breusch–Pagan test (Koenker 1981) with the fitted value as the one regressor:
/// n times the squared correlation of squared residuals with fitted values, on one
/// degree of freedom.
///
/// # Errors
///
/// When the lists differ in length, have fewer than three values, or one does not vary.
pub fn spread_against_fitted(residuals: &[f64], fitted: &[f64]) -> Result<Check, DataProblem> {
    require("the residuals", residuals, 3)?;
    require("the fitted values", fitted, 3)?;
    require_same_length(
        ("the residuals", residuals.len()),
        ("the fitted values", fitted.len()),
    )?;
    let squares: Vec<f64> = residuals
        .iter()
        .map(|residual| residual * residual)
        .collect();
    if variance(fitted) == 0.0 {
        return Err(DataProblem::NoVariation {
            what: "the fitted values",
        });
    }
    if variance(&squares) == 0.0 {
        return Err(DataProblem::NoVariation {
            what: "the squared residuals",
        });
    }
    let statistic = residuals.len() as f64 * correlation(&squares, fitted).powi(2);
    Ok(Check {
        statistic,
        p: chi_squared_upper_tail(statistic, 1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_scores_are_symmetric_and_follow_the_order() {
        let scores = normal_scores(&[5.0, 1.0, 3.0]);
        assert!(scores[1] < scores[2] && scores[2] < scores[0]);
        assert!((scores[0] + scores[1]).abs() < 1e-12 && scores[2].abs() < 1e-12);
    }

    #[test]
    fn shapiro_wilk_refuses_what_it_was_not_made_for() {
        assert!(shapiro_wilk(&[1.0, 2.0]).is_err());
        assert!(shapiro_wilk(&[1.0; 8]).is_err());
        assert!(shapiro_wilk(&vec![0.5; 5001]).is_err());
    }

    #[test]
    fn a_funnel_is_found_and_a_band_is_not() {
        let fitted: Vec<f64> = (1..=60).map(f64::from).collect();
        let sign = |place: usize| if place.is_multiple_of(2) { 1.0 } else { -1.0 };
        let wobble = |place: usize| 1.0 + 0.3 * ((place * 7) % 5) as f64;
        let funnel: Vec<f64> = (0..60).map(|i| sign(i) * wobble(i) * fitted[i]).collect();
        let band: Vec<f64> = (0..60).map(|i| sign(i) * wobble(i)).collect();
        assert!(spread_against_fitted(&funnel, &fitted).unwrap().p < 0.001);
        assert!(spread_against_fitted(&band, &fitted).unwrap().p > 0.3);
    }
}
