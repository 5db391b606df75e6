//! Tests and intervals for the fixed effects of a mixed model or of least squares.
//!
//! An [`Inference`] is a fitted model together with a way to find the degrees of freedom of its
//! residual variance. From it come coefficient tests, single and joint contrasts; marginal means
//! and predictions build on the same contrasts. Formulas: `docs/methods/satterthwaite.md`,
//! `docs/methods/kenward-roger.md`, `docs/methods/cluster-robust.md`.

use thiserror::Error;

use crate::cluster_robust::BetweenClusters;
use crate::distributions::{
    chi_squared_upper_tail, f_upper_tail, normal_quantile, normal_two_sided_p, student_t_quantile,
    student_t_two_sided_p,
};
use crate::kenward_roger::KenwardRoger;
use crate::linear_mixed_model::{Estimator, LinearMixedModel};
use crate::matrix::{Matrix, dot, symmetric_eigen};
use crate::model_frame::ModelFrame;
use crate::satterthwaite::Satterthwaite;

/// How many degrees of freedom a test has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DegreesOfFreedom {
    /// Infinitely many: Wald tests, too optimistic with few groups.
    Normal,
    /// Satterthwaite's approximation, as in lmerTest.
    Satterthwaite,
    /// Kenward and Roger's approximation with their adjusted covariance matrix, as in pbkrtest.
    KenwardRoger,
}

/// A fitted model, ready for tests of its fixed effects.
#[derive(Debug, Clone)]
pub struct Inference<'a> {
    /// How degrees of freedom are found.
    pub method: DegreesOfFreedom,
    /// The names of the coefficients.
    pub terms: &'a [String],
    /// The estimates.
    pub coefficients: &'a [f64],
    /// Their covariance matrix; for Kenward–Roger the adjusted one.
    pub vcov: Matrix,
    /// The residual standard deviation.
    pub sigma: f64,
    pub(crate) fixed: FixedPart<'a>,
    variability: Variability,
}

/// The fixed part of a fitted model.
#[derive(Debug, Clone)]
pub(crate) struct FixedPart<'a> {
    pub frame: &'a ModelFrame,
    /// Positions of the estimated columns among those of the design.
    pub kept: &'a [usize],
    pub dropped: &'a [usize],
    /// For each dropped column its combination of the kept ones.
    pub aliased: &'a [Vec<f64>],
}

/// How uncertain the variances are.
#[derive(Debug, Clone)]
pub(crate) enum Variability {
    Known,
    /// A residual variance only.
    Residual {
        df: f64,
    },
    Satterthwaite(Satterthwaite),
    KenwardRoger(KenwardRoger),
    /// Found between clusters; the covariance matrix is the cluster-robust one.
    ClusterRobust(BetweenClusters),
}

/// A test of one coefficient or contrast.
#[derive(Debug, Clone, PartialEq)]
pub struct CoefficientTest {
    /// The coefficient, or the name of the contrast.
    pub term: String,
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Degrees of freedom; infinite for a normal test.
    pub df: f64,
    /// t, or z for a normal test.
    pub statistic: f64,
    /// The two-sided p value, computed from the tail.
    pub p: f64,
    /// Lower end of the confidence interval.
    pub ci_lower: f64,
    /// Upper end of the confidence interval.
    pub ci_upper: f64,
}

/// An F test of several contrasts at once.
#[derive(Debug, Clone, PartialEq)]
pub struct JointTest {
    /// F.
    pub statistic: f64,
    /// The number of independent contrasts.
    pub df_numerator: f64,
    /// Denominator degrees of freedom; infinite for a normal test, NaN (as p) where there are too few groups for
    /// Kenward–Roger's approximation of several contrasts, or too few clusters for a cluster-robust one.
    pub df_denominator: f64,
    /// What F was multiplied by to follow an F distribution; 1 except for Kenward–Roger and between clusters.
    pub scaling: f64,
    /// The p value, computed from the tail.
    pub p: f64,
}

/// Why there is no inference.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InferenceError {
    /// Kenward–Roger on a maximum likelihood fit.
    #[error("Kenward–Roger needs a REML fit: refit by REML, or use Satterthwaite")]
    NeedsReml,
    /// Kenward–Roger with a residual variance for each stratum.
    #[error(
        "Kenward–Roger is not defined here for residual standard deviations by level: use Satterthwaite, which counts them as estimated"
    )]
    UnequalResiduals,
    /// The model did not converge.
    #[error("the optimum of the model was not reached: nothing can be concluded from it")]
    NotConverged,
}

impl LinearMixedModel {
    /// Makes the model ready for tests of its fixed effects.
    ///
    /// # Errors
    /// For Kenward–Roger when the model was fitted by maximum likelihood, and when the fit did not converge.
    pub fn inference(&self, method: DegreesOfFreedom) -> Result<Inference<'_>, InferenceError> {
        if !self.converged {
            return Err(InferenceError::NotConverged);
        }
        let (vcov, variability) = match method {
            DegreesOfFreedom::Normal => (self.vcov.clone(), Variability::Known),
            DegreesOfFreedom::Satterthwaite => (
                self.vcov.clone(),
                Variability::Satterthwaite(Satterthwaite::new(
                    &self.coordinates,
                    &self.function,
                    &self.minimum,
                )),
            ),
            DegreesOfFreedom::KenwardRoger if self.estimator == Estimator::MaximumLikelihood => {
                return Err(InferenceError::NeedsReml);
            }
            DegreesOfFreedom::KenwardRoger => {
                let kenward_roger =
                    KenwardRoger::new(&self.coordinates, &self.function, &self.minimum);
                (
                    kenward_roger.adjusted_vcov.clone(),
                    Variability::KenwardRoger(kenward_roger),
                )
            }
        };
        let fixed = FixedPart {
            frame: &self.frame,
            kept: &self.coordinates.kept,
            dropped: &self.coordinates.dropped,
            aliased: &self.coordinates.aliased,
        };
        let (terms, coefficients) = (&self.terms, &self.coefficients);
        Ok(Inference {
            method,
            terms,
            coefficients,
            vcov,
            sigma: self.sigma,
            fixed,
            variability,
        })
    }
}

impl<'a> Inference<'a> {
    /// The same coefficients and covariance matrix with Satterthwaite's degrees of freedom.
    pub(crate) fn with_satterthwaite(self, satterthwaite: Satterthwaite) -> Self {
        Self {
            method: DegreesOfFreedom::Satterthwaite,
            variability: Variability::Satterthwaite(satterthwaite),
            ..self
        }
    }

    /// The same coefficients with another covariance matrix, which is known as well as clusters show it.
    pub(crate) fn between_clusters(self, vcov: Matrix, between: BetweenClusters) -> Self {
        Self {
            vcov,
            variability: Variability::ClusterRobust(between),
            ..self
        }
    }

    pub(crate) fn with_residual_df(
        method: DegreesOfFreedom,
        terms: &'a [String],
        coefficients: &'a [f64],
        vcov: Matrix,
        sigma: f64,
        df: f64,
        fixed: FixedPart<'a>,
    ) -> Self {
        let variability = match method {
            DegreesOfFreedom::Normal => Variability::Known,
            _ => Variability::Residual { df },
        };
        Self {
            method,
            terms,
            coefficients,
            vcov,
            sigma,
            fixed,
            variability,
        }
    }

    /// The weights of the coefficients in a row of the design with all its columns; `None` when what the
    /// row asks for cannot be estimated, because a column that it needs was left out.
    pub(crate) fn estimable(&self, row: &[f64]) -> Option<Vec<f64>> {
        let weights: Vec<f64> = self
            .fixed
            .kept
            .iter()
            .map(|&position| row[position])
            .collect();
        let size = row
            .iter()
            .fold(1.0_f64, |largest, value| largest.max(value.abs()));
        let agrees = |(&position, combination): (&usize, &Vec<f64>)| {
            (row[position] - dot(combination, &weights)).abs() <= 1e-7 * size
        };
        self.fixed
            .dropped
            .iter()
            .zip(self.fixed.aliased)
            .all(agrees)
            .then_some(weights)
    }

    fn degrees_of_freedom(&self, weights: &[f64]) -> f64 {
        match &self.variability {
            Variability::Known => f64::INFINITY,
            Variability::Residual { df } => *df,
            Variability::Satterthwaite(satterthwaite) => satterthwaite.degrees_of_freedom(weights),
            Variability::KenwardRoger(kenward_roger) => kenward_roger.degrees_of_freedom(weights),
            Variability::ClusterRobust(between) => between.degrees_of_freedom(weights),
        }
    }

    /// Whether a variance can be given at all: not between clusters, when a single cluster decides.
    fn has_variance(&self, weights: &[f64]) -> bool {
        match &self.variability {
            Variability::ClusterRobust(between) => between.is_identified(weights),
            _ => true,
        }
    }
}

/// A test of each coefficient, with intervals at the given confidence level (such as 0.95).
#[must_use]
pub fn coefficient_tests(inference: &Inference<'_>, level: f64) -> Vec<CoefficientTest> {
    let n = inference.terms.len();
    let unit = |place: usize| {
        (0..n)
            .map(|k| f64::from(u8::from(k == place)))
            .collect::<Vec<f64>>()
    };
    inference
        .terms
        .iter()
        .enumerate()
        .map(|(place, term)| contrast(inference, term, &unit(place), level))
        .collect()
}

/// A test of one linear combination of the coefficients.
///
/// # Panics
/// When there is not one weight for each coefficient.
#[must_use]
pub fn contrast(
    inference: &Inference<'_>,
    name: &str,
    weights: &[f64],
    level: f64,
) -> CoefficientTest {
    assert_eq!(
        weights.len(),
        inference.terms.len(),
        "one weight for each coefficient"
    );
    let estimate = dot(weights, inference.coefficients);
    if !inference.has_variance(weights) {
        return CoefficientTest {
            estimate,
            ..not_estimable(name)
        };
    }
    let se = inference.vcov.quadratic_form(weights).max(0.0).sqrt();
    let df = inference.degrees_of_freedom(weights);
    test_of(name, estimate, se, df, level)
}

/// The test that an estimate with its standard error and degrees of freedom gives.
pub(crate) fn test_of(name: &str, estimate: f64, se: f64, df: f64, level: f64) -> CoefficientTest {
    let statistic = estimate / se;
    let upper = 0.5 + 0.5 * level;
    let (p, quantile) = if df.is_infinite() {
        (normal_two_sided_p(statistic), normal_quantile(upper))
    } else {
        (
            student_t_two_sided_p(statistic, df),
            student_t_quantile(upper, df),
        )
    };
    CoefficientTest {
        term: name.to_owned(),
        estimate,
        se,
        df,
        statistic,
        p,
        ci_lower: estimate - quantile * se,
        ci_upper: estimate + quantile * se,
    }
}

/// A test that could not be made, because what it asks for cannot be estimated.
pub(crate) fn not_estimable(name: &str) -> CoefficientTest {
    let nan = f64::NAN;
    CoefficientTest {
        term: name.to_owned(),
        estimate: nan,
        se: nan,
        df: nan,
        statistic: nan,
        p: nan,
        ci_lower: nan,
        ci_upper: nan,
    }
}

/// An F test that all the contrasts in the rows are zero. Rows that repeat others do not count.
///
/// # Panics
/// When the rows are not as long as there are coefficients.
#[must_use]
pub fn joint_test(inference: &Inference<'_>, rows: &Matrix) -> JointTest {
    assert_eq!(
        rows.n_columns(),
        inference.terms.len(),
        "one weight for each coefficient"
    );
    let (contrasts, variances) = independent(rows, &inference.vcov);
    let q = contrasts.len() as f64;
    let squares: Vec<f64> = contrasts
        .iter()
        .zip(&variances)
        .map(|(row, variance)| dot(row, inference.coefficients).powi(2) / variance)
        .collect();
    let (df, scaling) = match &inference.variability {
        Variability::Known => (f64::INFINITY, 1.0),
        Variability::Residual { df } => (*df, 1.0),
        Variability::Satterthwaite(satterthwaite) => {
            let each: Vec<f64> = contrasts
                .iter()
                .map(|row| satterthwaite.degrees_of_freedom(row))
                .collect();
            (crate::satterthwaite::joint_degrees_of_freedom(&each), 1.0)
        }
        Variability::KenwardRoger(kenward_roger) => kenward_roger.joint(&contrasts),
        Variability::ClusterRobust(between) => between.joint(rows, &contrasts),
    };
    let statistic = scaling * squares.iter().sum::<f64>() / q;
    let p = if df.is_infinite() {
        chi_squared_upper_tail(q * statistic, q)
    } else {
        f_upper_tail(statistic, q, df)
    };
    JointTest {
        statistic,
        df_numerator: q,
        df_denominator: df,
        scaling,
        p,
    }
}

/// Uncorrelated combinations of the rows, with their variances.
fn independent(rows: &Matrix, vcov: &Matrix) -> (Vec<Vec<f64>>, Vec<f64>) {
    let covariance = rows.times(&vcov.times(&rows.transposed()));
    let eigen = symmetric_eigen(&covariance);
    let limit = eigen.values.first().map_or(0.0, |&largest| 1e-12 * largest);
    let n = eigen
        .values
        .iter()
        .take_while(|&&value| value > limit)
        .count();
    let combination = |k: usize| rows.transposed().times_vector(&eigen.vectors.column(k));
    (
        (0..n).map(combination).collect(),
        eigen.values[..n].to_vec(),
    )
}
