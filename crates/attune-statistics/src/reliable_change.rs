//! Did this person change by more than the instrument's error?
//!
//! Jacobson and Truax (1991) and the regression-based form. Gives one verdict a
//! person and the counts; whether a change is also clinically relevant is asked
//! with a cut-off.

use crate::data_problem::{DataProblem, require, require_between, require_same_length};
use crate::descriptives::{correlation, mean, standard_deviation};
use crate::distributions::normal_quantile;

/// Whether high or low scores are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// A rise is an improvement.
    Higher,
    /// A fall is an improvement.
    Lower,
}

/// What is known about the instrument and the people it is for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliableChangeSettings {
    /// Reliability of the score, between 0 and 1.
    pub reliability: f64,
    /// SD of the score before; `None` takes it from the sample.
    pub standard_deviation: Option<f64>,
    /// Which direction is good.
    pub better: Better,
    /// Two-sided error rate of one verdict, 0.05 by convention.
    pub alpha: f64,
    /// Score that separates the clinical from the functional population, if one is used.
    pub cut_off: Option<f64>,
}

/// One person's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Reliably better and now on the functional side of the cut-off.
    Recovered,
    /// Reliably better.
    Improved,
    /// Within the error of measurement.
    Unchanged,
    /// Reliably worse.
    Deteriorated,
}

/// How many people changed which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct ChangeCounts {
    /// Reliably better and across the cut-off; 0 where no cut-off is used.
    pub recovered: usize,
    /// Reliably better but not across the cut-off.
    pub improved: usize,
    /// Within the error of measurement.
    pub unchanged: usize,
    /// Reliably worse.
    pub deteriorated: usize,
}

/// Reliable change of a group of people.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ReliableChange {
    /// Standard error of measurement, s √(1 − r). `None` in the regression-based form.
    pub standard_error_of_measurement: Option<f64>,
    /// Standard error of a difference, √2 times that, or the residual SD of the regression.
    pub standard_error_of_difference: f64,
    /// The smallest difference that counts (for the regression-based form, from the predicted score).
    pub reliable_difference: f64,
    /// Reliable change index per person, in the order given.
    pub indices: Vec<f64>,
    /// Verdict per person, in the order given.
    pub changes: Vec<Change>,
    /// Counts of the verdicts.
    pub counts: ChangeCounts,
}

/// Reliable change after Jacobson and Truax (1991): RCI = (post − pre) / (√2 s √(1 − r)).
///
/// # Errors
///
/// When lists differ in length, a value is not finite, the reliability is not
/// between 0 and 1, or the scores before do not vary.
///
/// # Examples
///
/// ```
/// use attune_statistics::reliable_change::*;
/// let settings = ReliableChangeSettings {
///     reliability: 0.87, standard_deviation: Some(4.0), better: Better::Lower, alpha: 0.05, cut_off: None,
/// };
/// let result = jacobson_truax(&[20.0, 15.0], &[9.0, 14.0], &settings).unwrap();
/// assert_eq!(result.changes, [Change::Improved, Change::Unchanged]);
/// ```
pub fn jacobson_truax(
    pre: &[f64],
    post: &[f64],
    settings: &ReliableChangeSettings,
) -> Result<ReliableChange, DataProblem> {
    check(pre, post, settings.alpha)?;
    require_between(
        "the reliability",
        settings.reliability,
        0.0,
        1.0,
        "between 0 and 1",
    )?;
    let spread = settings
        .standard_deviation
        .unwrap_or_else(|| standard_deviation(pre));
    if spread.is_nan() || spread <= 0.0 {
        return Err(DataProblem::NoVariation {
            what: "the scores before",
        });
    }
    let measurement_error = spread * (1.0 - settings.reliability).sqrt();
    let difference_error = std::f64::consts::SQRT_2 * measurement_error;
    let indices = pre
        .iter()
        .zip(post)
        .map(|(a, b)| (b - a) / difference_error)
        .collect();
    let mut change = classify(indices, post, settings, difference_error);
    change.standard_error_of_measurement = Some(measurement_error);
    Ok(change)
}

/// Regression-based reliable change (McSweeny and others 1993): each person's post
/// score against the score predicted from pre by the line fitted in a reference
/// group (for example the comparison arm), in units of the line's residual SD.
/// This allows for practice, ageing and regression to the mean.
///
/// The reliability in the settings is not used.
///
/// # Errors
///
/// When the reference group has fewer than three people or its pre scores do not vary,
/// or as in [`jacobson_truax`].
pub fn regression_based(
    pre: &[f64],
    post: &[f64],
    reference: (&[f64], &[f64]),
    settings: &ReliableChangeSettings,
) -> Result<ReliableChange, DataProblem> {
    check(pre, post, settings.alpha)?;
    let (reference_pre, reference_post) = reference;
    require("the reference group", reference_pre, 3)?;
    check(reference_pre, reference_post, settings.alpha)?;
    let (sd_pre, sd_post) = (
        standard_deviation(reference_pre),
        standard_deviation(reference_post),
    );
    if sd_pre == 0.0 || sd_post == 0.0 {
        return Err(DataProblem::NoVariation {
            what: "the reference group's scores",
        });
    }
    let r = correlation(reference_pre, reference_post);
    let slope = r * sd_post / sd_pre;
    let n = reference_pre.len() as f64;
    let residual_sd = sd_post * ((1.0 - r * r).max(0.0) * (n - 1.0) / (n - 2.0)).sqrt();
    if residual_sd <= 1e-12 * sd_post {
        return Err(DataProblem::NoVariation {
            what: "the reference group's residuals",
        });
    }
    let (mean_pre, mean_post) = (mean(reference_pre), mean(reference_post));
    let predicted = |score: f64| mean_post + slope * (score - mean_pre);
    let indices = pre
        .iter()
        .zip(post)
        .map(|(a, b)| (b - predicted(*a)) / residual_sd)
        .collect();
    Ok(classify(indices, post, settings, residual_sd))
}

/// The three cut-offs of Jacobson and Truax between a clinical and a functional population.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct CutOffs {
    /// Two SD beyond the clinical mean, towards the functional side.
    pub a: f64,
    /// Two SD from the functional mean, towards the clinical side.
    pub b: f64,
    /// Between the two means, weighted by the SDs.
    pub c: f64,
}

/// Cut-offs a, b and c from (mean, SD) of the clinical and the functional population.
pub fn cut_offs(clinical: (f64, f64), functional: (f64, f64)) -> CutOffs {
    let ((clinical_mean, clinical_sd), (functional_mean, functional_sd)) = (clinical, functional);
    let towards_functional = (functional_mean - clinical_mean).signum();
    CutOffs {
        a: clinical_mean + 2.0 * towards_functional * clinical_sd,
        b: functional_mean - 2.0 * towards_functional * functional_sd,
        c: (clinical_sd * functional_mean + functional_sd * clinical_mean)
            / (clinical_sd + functional_sd),
    }
}

fn check(pre: &[f64], post: &[f64], alpha: f64) -> Result<(), DataProblem> {
    require("the scores before", pre, 1)?;
    require("the scores after", post, 1)?;
    require_same_length(
        ("the scores before", pre.len()),
        ("the scores after", post.len()),
    )?;
    require_between("alpha", alpha, 0.0, 1.0, "between 0 and 1")
}

fn classify(
    indices: Vec<f64>,
    post: &[f64],
    settings: &ReliableChangeSettings,
    difference_error: f64,
) -> ReliableChange {
    let critical = critical_value(settings.alpha);
    let sign = match settings.better {
        Better::Higher => 1.0,
        Better::Lower => -1.0,
    };
    let verdict = |(index, score): (&f64, &f64)| {
        let crossed = settings
            .cut_off
            .is_some_and(|cut| sign * (score - cut) >= 0.0);
        match sign * index {
            better if better > critical && crossed => Change::Recovered,
            better if better > critical => Change::Improved,
            worse if worse < -critical => Change::Deteriorated,
            _ => Change::Unchanged,
        }
    };
    let changes: Vec<Change> = indices.iter().zip(post).map(verdict).collect();
    let count = |wanted| changes.iter().filter(|change| **change == wanted).count();
    ReliableChange {
        standard_error_of_measurement: None,
        standard_error_of_difference: difference_error,
        reliable_difference: critical * difference_error,
        counts: ChangeCounts {
            recovered: count(Change::Recovered),
            improved: count(Change::Improved),
            unchanged: count(Change::Unchanged),
            deteriorated: count(Change::Deteriorated),
        },
        indices,
        changes,
    }
}

/// 1.96 at 5 %, as Jacobson and Truax and every table since have it; otherwise exact.
fn critical_value(alpha: f64) -> f64 {
    if alpha == 0.05 {
        1.96
    } else {
        -normal_quantile(alpha / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(better: Better) -> ReliableChangeSettings {
        ReliableChangeSettings {
            reliability: 0.8,
            standard_deviation: None,
            better,
            alpha: 0.05,
            cut_off: None,
        }
    }

    #[test]
    fn turning_the_scale_round_turns_the_verdicts_round() {
        let (pre, post) = ([10.0, 12.0, 15.0, 20.0], [18.0, 12.5, 4.0, 21.0]);
        let (down_pre, down_post) = (pre.map(|x| -x), post.map(|x| -x));
        let up = jacobson_truax(&pre, &post, &settings(Better::Higher)).unwrap();
        let down = jacobson_truax(&down_pre, &down_post, &settings(Better::Lower)).unwrap();
        assert_eq!(up.changes, down.changes);
        assert_eq!(
            up.counts,
            ChangeCounts {
                recovered: 0,
                improved: 1,
                unchanged: 2,
                deteriorated: 1
            }
        );
    }

    #[test]
    fn regression_allows_for_what_the_reference_group_gained() {
        // The reference line is post = pre + 5 with residuals of ±1, so +5 is no change.
        let reference_pre = [1.0, 2.0, 3.0, 4.0];
        let reference_post = [7.0, 6.0, 7.0, 10.0];
        let result = regression_based(
            &[2.0, 2.0],
            &[7.0, 17.0],
            (&reference_pre, &reference_post),
            &settings(Better::Higher),
        );
        assert_eq!(
            result.unwrap().changes,
            [Change::Unchanged, Change::Improved]
        );
    }

    #[test]
    fn a_reliability_of_one_is_refused() {
        let settings = ReliableChangeSettings {
            reliability: 1.0,
            ..settings(Better::Lower)
        };
        let problem = jacobson_truax(&[1.0, 2.0], &[2.0, 3.0], &settings).unwrap_err();
        assert_eq!(
            problem.to_string(),
            "the reliability is 1 but must be between 0 and 1"
        );
    }
}
