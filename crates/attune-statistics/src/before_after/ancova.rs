//! Analysis of covariance: arms compared after, adjusted for the value before; and the
//! change score beside it.

use super::t_test::{Variances, two_sample_t};
use crate::data_problem::{DataProblem, require, require_level, require_same_length};
use crate::descriptives::{mean, sum};
use crate::distributions::{student_t_quantile, student_t_two_sided_p};
use crate::matrix::{Cholesky, Matrix};
use crate::test_result::TestResult;

/// Two arms before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Arms<'a> {
    /// Values before, one per person.
    pub pre: &'a [f64],
    /// Values after.
    pub post: &'a [f64],
    /// Whether the person is in the arm whose effect is asked for.
    pub treated: &'a [bool],
}

/// Analysis of covariance of two arms.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Ancova {
    /// Intercept, slope on the value before, and difference of the treated arm.
    pub coefficients: [Coefficient; 3],
    /// Residual SD.
    pub sigma: f64,
    /// Residual degrees of freedom.
    pub df: f64,
    /// Share of variance explained.
    pub r_squared: f64,
    /// Mean of the other arm at the overall mean before.
    pub adjusted_mean_other: AdjustedMean,
    /// Mean of the treated arm at the overall mean before.
    pub adjusted_mean_treated: AdjustedMean,
    /// Treated minus other, adjusted for the value before.
    pub difference: TestResult,
}

/// One coefficient of the analysis of covariance.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Coefficient {
    /// Estimate.
    pub estimate: f64,
    /// Standard error.
    pub se: f64,
    /// Standard error that allows for unequal residual spread (HC3; MacKinnon and White 1985).
    pub hc3_se: f64,
}

/// An adjusted mean with its interval.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct AdjustedMean {
    /// Mean at the overall mean before.
    pub mean: f64,
    /// Standard error.
    pub se: f64,
    /// Lower limit.
    pub ci_lower: f64,
    /// Upper limit.
    pub ci_upper: f64,
}

/// Least squares of `post` on `pre` and the arm.
///
/// # Errors
///
/// When the lists differ in length, there are fewer than four people, an arm is empty,
/// or `pre` does not vary within arms.
pub fn ancova(arms: &Arms<'_>, level: f64) -> Result<Ancova, DataProblem> {
    check(arms, level)?;
    let n = arms.pre.len();
    let centre = mean(arms.pre);
    let spread = crate::descriptives::standard_deviation(arms.pre);
    let no_variation = DataProblem::NoVariation {
        what: "the values before, within arms",
    };
    if spread == 0.0 {
        return Err(no_variation);
    }
    // Centred and scaled inside, so that the cross-products lose no digits.
    let row = |i: usize| {
        [
            1.0,
            (arms.pre[i] - centre) / spread,
            f64::from(u8::from(arms.treated[i])),
        ]
    };
    let products = Matrix::from_function(3, 3, |a, b| sum((0..n).map(|i| row(i)[a] * row(i)[b])));
    let right: Vec<f64> = (0..3)
        .map(|a| sum((0..n).map(|i| row(i)[a] * arms.post[i])))
        .collect();
    let factor = Cholesky::new(&products).ok_or(no_variation.clone())?;
    if factor.lower()[(2, 2)] < 1e-7 {
        return Err(no_variation);
    }
    let (beta, inverse) = (factor.solve(&right), factor.inverse());
    let residual = |i: usize| arms.post[i] - (0..3).map(|a| row(i)[a] * beta[a]).sum::<f64>();
    let df = n as f64 - 3.0;
    let residual_square = sum((0..n).map(|i| residual(i).powi(2)));
    let sigma = (residual_square / df).sqrt();
    let post_mean = mean(arms.post);
    let total_square = sum(arms.post.iter().map(|value| (value - post_mean).powi(2)));
    let hc3 = Matrix::from_function(3, 3, |a, b| {
        sum((0..n).map(|i| {
            let x = row(i);
            let leverage = inverse.quadratic_form(&x);
            x[a] * x[b] * (residual(i) / (1.0 - leverage)).powi(2)
        }))
    });
    let hc3 = inverse.times(&hc3).times(&inverse);
    let along = |direction: &[f64; 3]| {
        let estimate: f64 = direction.iter().zip(&beta).map(|(a, b)| a * b).sum();
        let se = sigma * inverse.quadratic_form(direction).sqrt();
        let hc3_se = hc3.quadratic_form(direction).sqrt();
        Coefficient {
            estimate,
            se,
            hc3_se,
        }
    };
    let reach = student_t_quantile(0.5 + level / 2.0, df);
    let adjusted_mean = |treated: f64| {
        let Coefficient { estimate, se, .. } = along(&[1.0, 0.0, treated]);
        let (ci_lower, ci_upper) = (estimate - reach * se, estimate + reach * se);
        AdjustedMean {
            mean: estimate,
            se,
            ci_lower,
            ci_upper,
        }
    };
    let effect = along(&[0.0, 0.0, 1.0]);
    let difference = TestResult {
        estimate: Some(effect.estimate),
        se: Some(effect.se),
        statistic: Some(effect.estimate / effect.se),
        df: Some(df),
        p: Some(student_t_two_sided_p(effect.estimate / effect.se, df)),
        ..TestResult::named("ancova", "adjusted for the value before")
    };
    let limits = (
        effect.estimate - reach * effect.se,
        effect.estimate + reach * effect.se,
    );
    Ok(Ancova {
        coefficients: [
            along(&[1.0, -centre / spread, 0.0]),
            along(&[0.0, 1.0 / spread, 0.0]),
            effect,
        ],
        sigma,
        df,
        r_squared: 1.0 - residual_square / total_square,
        adjusted_mean_other: adjusted_mean(0.0),
        adjusted_mean_treated: adjusted_mean(1.0),
        difference: difference.with_interval(limits),
    })
}

/// Welch's t test of the changes of the treated arm against those of the other.
///
/// # Errors
///
/// As in [`ancova`]; each arm needs two people.
pub fn change_score(arms: &Arms<'_>, level: f64) -> Result<TestResult, DataProblem> {
    check(arms, level)?;
    let side = |wanted: bool| -> Vec<f64> {
        let people = (0..arms.pre.len()).filter(|i| arms.treated[*i] == wanted);
        people.map(|i| arms.post[i] - arms.pre[i]).collect()
    };
    let result = two_sample_t(&side(true), &side(false), Variances::Separate, level)?;
    Ok(TestResult {
        test: "change-score",
        ..result
    })
}

fn check(arms: &Arms<'_>, level: f64) -> Result<(), DataProblem> {
    require_level(level)?;
    require("the values before", arms.pre, 4)?;
    require("the values after", arms.post, 4)?;
    require_same_length(
        ("the values before", arms.pre.len()),
        ("the values after", arms.post.len()),
    )?;
    require_same_length(
        ("the values before", arms.pre.len()),
        ("the arms", arms.treated.len()),
    )?;
    let n_treated = arms.treated.iter().filter(|t| **t).count();
    if n_treated == 0 || n_treated == arms.treated.len() {
        return Err(DataProblem::TooFew {
            what: "an arm",
            needed: 1,
            found: 0,
        });
    }
    Ok(())
}
