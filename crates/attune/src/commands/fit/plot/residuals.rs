//! Residuals along the fitted values, and against a normal distribution.

use attune_analysis::words;
use attune_report::plots::{Heading, Residuals};
use attune_statistics::distributions::normal_quantile;

use super::{super::result::FitResult, Fitted};

/// Residuals of the response as it was modelled, random effects taken off.
pub fn plot(result: &FitResult, fitted: &Fitted<'_>) -> Residuals {
    let mut sorted = fitted.residuals.clone();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let quantiles = sorted
        .iter()
        .enumerate()
        .map(|(place, residual)| (normal_quantile((place as f64 + 0.5) / n), *residual))
        .collect();
    let far = fitted
        .standardised
        .iter()
        .filter(|value| value.abs() > 3.0)
        .count();
    let response = &fitted.frame.response_name;
    Residuals {
        heading: Heading {
            title: format!("Residuals of {response}"),
            subtitle: super::subtitle(result),
            description: format!(
                "Residuals of {response} against fitted values, and against the quantiles of a normal distribution. \
                 Their standard deviation is {}; {} beyond three standard deviations.",
                words::two_digits(result.sigma),
                match far {
                    1 => "one lies".to_owned(),
                    _ => format!("{} lie", words::count(far)),
                }
            ),
            note: "The line on the right is where normal residuals would lie.".to_owned(),
        },
        response: response.clone(),
        points: fitted
            .fitted
            .iter()
            .copied()
            .zip(fitted.residuals.iter().copied())
            .collect(),
        quantiles,
        spread: result.sigma,
    }
}
