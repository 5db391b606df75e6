//! Analysis of covariance: arms compared after, adjusted for the value before; and the
//! change score beside it.

use super::t_test::{Variances, two_sample_t};
use crate::data_problem::{DataProblem, require, require_level, require_same_length};
use crate::descriptives::{mean, standard_deviation, sum, variance};
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
    let fit = Fit::of(arms)?;
    let df = arms.pre.len() as f64 - 3.0;
    let reach = student_t_quantile(0.5 + level / 2.0, df);
    let adjusted_mean = |treated: f64| {
        let Coefficient { estimate, se, .. } = fit.along(&[1.0, 0.0, treated]);
        let (ci_lower, ci_upper) = (estimate - reach * se, estimate + reach * se);
        AdjustedMean {
            mean: estimate,
            se,
            ci_lower,
            ci_upper,
        }
    };
    let effect = fit.along(&[0.0, 0.0, 1.0]);
    let t = effect.estimate / effect.se;
    let difference = TestResult {
        estimate: Some(effect.estimate),
        se: Some(effect.se),
        statistic: Some(t),
        df: Some(df),
        p: Some(student_t_two_sided_p(t, df)),
        ..TestResult::named("ancova", "adjusted for the value before")
    };
    let limits = (
        effect.estimate - reach * effect.se,
        effect.estimate + reach * effect.se,
    );
    Ok(Ancova {
        coefficients: [
            fit.along(&[1.0, -fit.centre / fit.spread, 0.0]),
            fit.along(&[0.0, 1.0 / fit.spread, 0.0]),
            effect,
        ],
        sigma: fit.sigma,
        df,
        r_squared: fit.r_squared,
        adjusted_mean_other: adjusted_mean(0.0),
        adjusted_mean_treated: adjusted_mean(1.0),
        difference: difference.with_interval(limits),
    })
}

/// Least squares on 1, the value before (centred and scaled, so that the cross-products
/// lose no digits) and the arm.
struct Fit {
    centre: f64,
    spread: f64,
    beta: Vec<f64>,
    /// (X′X)⁻¹.
    inverse: Matrix,
    /// HC3 covariance of the coefficients.
    hc3: Matrix,
    sigma: f64,
    r_squared: f64,
}

impl Fit {
    fn of(arms: &Arms<'_>) -> Result<Self, DataProblem> {
        let no_variation = DataProblem::NoVariation {
            what: "the values before, within arms",
        };
        let (centre, spread) = (mean(arms.pre), standard_deviation(arms.pre));
        if spread == 0.0 {
            return Err(no_variation);
        }
        let row = |(before, treated): (&f64, &bool)| {
            [
                1.0,
                (before - centre) / spread,
                f64::from(u8::from(*treated)),
            ]
        };
        let rows: Vec<[f64; 3]> = arms.pre.iter().zip(arms.treated).map(row).collect();
        let products = Matrix::from_function(3, 3, |a, b| sum(rows.iter().map(|x| x[a] * x[b])));
        let right: Vec<f64> = (0..3)
            .map(|a| sum(rows.iter().zip(arms.post).map(|(x, y)| x[a] * y)))
            .collect();
        let factor = Cholesky::new(&products)
            .filter(|factor| factor.lower()[(2, 2)] > 1e-7)
            .ok_or(no_variation)?;
        let (beta, inverse) = (factor.solve(&right), factor.inverse());
        let fitted = |x: &[f64; 3]| x.iter().zip(&beta).map(|(x, b)| x * b).sum::<f64>();
        let residuals: Vec<f64> = rows
            .iter()
            .zip(arms.post)
            .map(|(x, y)| y - fitted(x))
            .collect();
        let left = sum(residuals.iter().map(|residual| residual * residual));
        let total = variance(arms.post) * (arms.post.len() as f64 - 1.0);
        if left <= 1e-24 * total {
            return Err(DataProblem::NoVariation {
                what: "the residuals",
            });
        }
        let sigma = (left / (rows.len() as f64 - 3.0)).sqrt();
        let hc3 = hc3(&rows, &residuals, &inverse);
        Ok(Fit {
            centre,
            spread,
            beta,
            inverse,
            hc3,
            sigma,
            r_squared: 1.0 - left / total,
        })
    }

    /// A linear combination of the coefficients.
    fn along(&self, direction: &[f64; 3]) -> Coefficient {
        Coefficient {
            estimate: direction.iter().zip(&self.beta).map(|(a, b)| a * b).sum(),
            se: self.sigma * self.inverse.quadratic_form(direction).sqrt(),
            hc3_se: self.hc3.quadratic_form(direction).sqrt(),
        }
    }
}

/// (X′X)⁻¹ Σ xx′ (e/(1 − h))² (X′X)⁻¹.
fn hc3(rows: &[[f64; 3]], residuals: &[f64], inverse: &Matrix) -> Matrix {
    let weights: Vec<f64> = rows
        .iter()
        .zip(residuals)
        .map(|(x, residual)| (residual / (1.0 - inverse.quadratic_form(x))).powi(2))
        .collect();
    let middle = Matrix::from_function(3, 3, |a, b| {
        sum(rows
            .iter()
            .zip(&weights)
            .map(|(x, weight)| x[a] * x[b] * weight))
    });
    inverse.times(&middle).times(inverse)
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
