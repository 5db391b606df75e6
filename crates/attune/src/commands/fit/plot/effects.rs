//! Coefficients with their intervals.

use attune_analysis::words;
use attune_report::plots::{Coefficient, CoefficientForest, Heading, Interval};
use attune_statistics::inference::CoefficientTest;

use super::super::result::FitResult;

/// All coefficients but the intercept, which is no difference; it alone where there is nothing else.
pub fn plot(result: &FitResult, response: &str) -> CoefficientForest {
    let is_difference = |test: &&CoefficientTest| {
        let is_threshold = result.family == "ordinal" && test.term.contains('|');
        test.term != "(Intercept)" && !is_threshold
    };
    let mut shown: Vec<&CoefficientTest> = result.fixed.iter().filter(is_difference).collect();
    if shown.is_empty() {
        shown = result.fixed.iter().collect();
    }
    let level = words::level(result.level);
    let unit = match result.family {
        "binomial" => "Log odds ratio".to_owned(),
        "ordinal" => "Log odds ratio of a higher category".to_owned(),
        "poisson" | "negative-binomial" => "Log rate ratio".to_owned(),
        _ => format!("Difference in {response} per unit of the predictor"),
    };
    CoefficientForest {
        heading: Heading {
            title: format!("What goes with {response}"),
            subtitle: super::subtitle(result),
            description: description(&shown, result, response),
            note: String::new(),
        },
        axis: format!("{unit}, with {level} CI"),
        rows: shown.into_iter().map(row).collect(),
    }
}

fn row(test: &CoefficientTest) -> Coefficient {
    Coefficient {
        label: test.term.replace(':', " × "),
        detail: words::p_value(test.p),
        interval: Interval {
            estimate: test.estimate,
            lower: test.ci_lower,
            upper: test.ci_upper,
        },
    }
}

fn description(shown: &[&CoefficientTest], result: &FitResult, response: &str) -> String {
    let rows: Vec<String> = shown
        .iter()
        .map(|test| {
            let estimate = words::estimate_with_interval(
                test.estimate,
                result.level,
                test.ci_lower,
                test.ci_upper,
            );
            format!("{}: {estimate}, {}", test.term, words::p_value(test.p))
        })
        .collect();
    format!(
        "Coefficients of a model of {response}. {}.",
        rows.join("; ")
    )
}
