//! Designs that no oracle covers, against the definitions written down with full n × n matrices: slow, plain,
//! and independent of the blocked algebra of the engine.
//!
//! Likelihood: Bates et al. 2015. Kenward–Roger: the algorithm of pbkrtest's `vcovAdj` and `Lb_ddf`.
//! Satterthwaite: numerical derivatives of the dense likelihood.

use attune_statistics::formula::Formula;
use attune_statistics::inference::{DegreesOfFreedom, coefficient_tests, joint_test};
use attune_statistics::linear_mixed_model::{Estimator, FitSettings, LinearMixedModel, fit};
use attune_statistics::matrix::{Cholesky, Matrix};
use attune_statistics::table::{Column, Factor, Table};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::oracle_lmm::Comparison;

/// Children in sites, seen by assessors and on themes that cross them; unbalanced.
pub fn study(seed: u64, n_rows: usize) -> Table {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
    let effects = |n: usize, normal: &mut dyn FnMut() -> f64| {
        (0..n).map(|_| (normal(), normal())).collect::<Vec<_>>()
    };
    let children = effects(n_rows.div_ceil(4), &mut normal);
    let sites = effects(4, &mut normal);
    let assessors = effects(5, &mut normal);
    let mut columns: [Vec<f64>; 5] = Default::default();
    let mut score = Vec::new();
    for row in 0..n_rows {
        let child = row / 4;
        let (site, assessor) = (child % 4, (row * 7 + row / 3) % 5);
        let age = (row % 4) as f64 * 0.5 + 0.1 * normal();
        let arm = f64::from(u8::from(child % 3 == 0));
        let slopes = 0.8 * children[child].1 + 0.5 * assessors[assessor].1;
        let level = 2.0 * children[child].0 + 1.5 * sites[site].0 + assessors[assessor].0;
        score.push(50.0 + 3.0 * age + 2.0 * arm * age + level + slopes * age + normal());
        for (column, value) in
            columns
                .iter_mut()
                .zip([child as f64, site as f64, assessor as f64, age, arm])
        {
            column.push(value);
        }
    }
    let [child, site, assessor, age, arm] = columns;
    Table::new()
        .with("child", Column::Factor(Factor::from_numbers(&child)))
        .and_then(|table| table.with("site", Column::Factor(Factor::from_numbers(&site))))
        .and_then(|table| table.with("assessor", Column::Factor(Factor::from_numbers(&assessor))))
        .and_then(|table| table.with("age", Column::Numbers(age)))
        .and_then(|table| table.with("arm", Column::Factor(Factor::from_numbers(&arm))))
        .and_then(|table| table.with("score", Column::Numbers(score)))
        .expect("columns of one length")
}

/// The model in full matrices.
struct Dense {
    x: Matrix,
    y: Vec<f64>,
    /// `Z E Z'` for each element of the covariance matrices, in the order of theta.
    directions: Vec<Matrix>,
    restricted: bool,
    /// For each element its term, row and column.
    elements: Vec<(usize, usize, usize)>,
    widths: Vec<usize>,
}

impl Dense {
    fn new(model: &LinearMixedModel) -> Self {
        let frame = &model.frame;
        let n = frame.response.len();
        let x = Matrix::from_function(n, frame.columns.len(), |i, j| frame.columns[j][i]);
        let (mut directions, mut elements) = (Vec::new(), Vec::new());
        for (index, term) in frame.random.iter().enumerate() {
            for b in 0..term.columns.len() {
                for a in b..term.columns.len() {
                    elements.push((index, a, b));
                    directions.push(Matrix::from_function(n, n, |i, j| {
                        let same = f64::from(u8::from(term.codes[i] == term.codes[j]));
                        let product = term.columns[a][i] * term.columns[b][j];
                        let mirrored = term.columns[b][i] * term.columns[a][j];
                        same * if a == b { product } else { product + mirrored }
                    }));
                }
            }
        }
        let widths = frame.random.iter().map(|term| term.columns.len()).collect();
        let restricted = model.estimator == Estimator::Reml;
        Self {
            x,
            y: frame.response.clone(),
            directions,
            restricted,
            elements,
            widths,
        }
    }

    /// The covariance of the data at theta and sigma.
    fn covariance(&self, theta: &[f64], sigma: f64) -> Matrix {
        let mut covariance = Matrix::identity(self.y.len());
        for (direction, value) in self.directions.iter().zip(self.relative(theta)) {
            covariance.add_scaled(value, direction);
        }
        covariance.scaled(sigma * sigma)
    }

    /// The elements of `G = Λ Λ'`.
    fn relative(&self, theta: &[f64]) -> Vec<f64> {
        let lambda = |term: usize| {
            let width = self.widths[term];
            let mut lambda = Matrix::zeros(width, width);
            for (&(of, a, b), &value) in self.elements.iter().zip(theta) {
                if of == term {
                    lambda[(a, b)] = value;
                }
            }
            lambda.times(&lambda.transposed())
        };
        self.elements
            .iter()
            .map(|&(term, a, b)| lambda(term)[(a, b)])
            .collect()
    }

    /// Minus twice the log-likelihood, and the covariance matrix of the fixed effects.
    fn deviance(&self, theta: &[f64], sigma: f64) -> (f64, Matrix) {
        let factor = Cholesky::new(&self.covariance(theta, sigma)).expect("positive definite");
        let x = factor.forward_matrix(&self.x);
        let y = factor.forward(&self.y);
        let information = Cholesky::new(&x.transposed_times(&x)).expect("full rank");
        let beta = information.solve(&x.transposed().times_vector(&y));
        let fitted = x.times_vector(&beta);
        let squares: f64 = y.iter().zip(&fitted).map(|(y, f)| (y - f) * (y - f)).sum();
        let n = self.y.len() as f64
            - if self.restricted {
                beta.len() as f64
            } else {
                0.0
            };
        let mut deviance =
            factor.log_determinant() + n * libm::log(2.0 * std::f64::consts::PI) + squares;
        if self.restricted {
            deviance += information.log_determinant();
        }
        (deviance, information.inverse())
    }
}

fn fitted(formula: &str, table: &Table, estimator: Estimator) -> LinearMixedModel {
    let formula = Formula::parse(formula).expect("a formula");
    fit(
        &formula,
        table,
        &FitSettings {
            estimator,
            ..FitSettings::default()
        },
    )
    .expect("a fit")
}

fn check(formula: &str, seed: u64) {
    let table = study(seed, 72);
    for estimator in [Estimator::Reml, Estimator::MaximumLikelihood] {
        let model = fitted(formula, &table, estimator);
        let dense = Dense::new(&model);
        let theta: Vec<f64> = model.theta.iter().map(|theta| theta.value).collect();
        let mut compare = Comparison::new(&format!("{formula} {estimator:?} {theta:?}"));
        let (deviance, vcov) = dense.deviance(&theta, model.sigma);
        compare.number(
            "log-likelihood",
            model.log_likelihood,
            -0.5 * deviance,
            1e-11,
        );
        for i in 0..model.terms.len() {
            compare.numbers("vcov", model.vcov.row(i), vcov.row(i), 1e-9);
        }
        compare_optimum(&mut compare, &dense, &theta, model.sigma, &model);
        if estimator == Estimator::Reml {
            compare_kenward_roger(&mut compare, &dense, &theta, &model);
        }
        compare.finish();
    }
}

/// The deviance is level at the estimates, and its second derivatives give the Satterthwaite degrees of freedom.
fn compare_optimum(
    compare: &mut Comparison,
    dense: &Dense,
    theta: &[f64],
    sigma: f64,
    model: &LinearMixedModel,
) {
    let free: Vec<usize> = (0..theta.len())
        .filter(|&k| !model.singular || theta[k] != 0.0)
        .collect();
    let m = free.len() + 1;
    let at = |steps: &[(usize, f64)]| {
        let (mut moved, mut scale) = (theta.to_vec(), sigma);
        for &(parameter, step) in steps {
            if parameter + 1 == m {
                scale *= libm::exp(step);
            } else {
                moved[free[parameter]] += step;
            }
        }
        dense.deviance(&moved, scale)
    };
    let h = 1e-4;
    let (centre, vcov) = at(&[]);
    let mut information = Matrix::zeros(m, m);
    for a in 0..m {
        let (up, down) = (at(&[(a, h)]).0, at(&[(a, -h)]).0);
        let slope = (up - down) / (2.0 * h);
        if slope.is_nan() || slope.abs() >= 1e-5 {
            compare.number(&format!("slope {a}"), slope, 0.0, 1e-5);
        }
        information[(a, a)] = (up + down - 2.0 * centre) / (h * h);
        for b in 0..a {
            let sum = at(&[(a, h), (b, h)]).0 + at(&[(a, -h), (b, -h)]).0;
            let difference = at(&[(a, h), (b, -h)]).0 + at(&[(a, -h), (b, h)]).0;
            information[(a, b)] = (sum - difference) / (4.0 * h * h);
            information[(b, a)] = information[(a, b)];
        }
    }
    let uncertainty = Cholesky::new(&information)
        .expect("a minimum")
        .inverse()
        .scaled(2.0);
    let inference = model
        .inference(DegreesOfFreedom::Satterthwaite)
        .expect("inference");
    for (place, test) in coefficient_tests(&inference, 0.95).iter().enumerate() {
        let gradient: Vec<f64> = (0..m)
            .map(|a| {
                (at(&[(a, h)]).1[(place, place)] - at(&[(a, -h)]).1[(place, place)]) / (2.0 * h)
            })
            .collect();
        let df = 2.0 * vcov[(place, place)].powi(2) / uncertainty.quadratic_form(&gradient);
        compare.number(
            &format!("Satterthwaite df {}", test.term),
            test.df,
            df,
            2e-4,
        );
    }
}

/// pbkrtest's algorithm with full matrices.
fn compare_kenward_roger(
    compare: &mut Comparison,
    dense: &Dense,
    theta: &[f64],
    model: &LinearMixedModel,
) {
    let inverse = Cholesky::new(&dense.covariance(theta, model.sigma))
        .expect("positive definite")
        .inverse();
    let mut directions = dense.directions.clone();
    directions.push(Matrix::identity(dense.y.len()));
    let phi = &model.vcov;
    let weighted = inverse.times(&dense.x);
    let along: Vec<Matrix> = directions
        .iter()
        .map(|direction| direction.times(&inverse))
        .collect();
    let p: Vec<Matrix> = directions
        .iter()
        .map(|g| weighted.transposed_times(&g.times(&weighted)).scaled(-1.0))
        .collect();
    let q = |r: usize, s: usize| {
        let (left, right) = (along[r].times(&dense.x), along[s].times(&dense.x));
        left.transposed_times(&inverse.times(&right))
    };
    let n = directions.len();
    let information = Matrix::from_function(n, n, |r, s| {
        along[r].times(&along[s]).trace() - 2.0 * phi.times(&q(r, s)).trace()
            + phi.times(&p[r]).times(&phi.times(&p[s])).trace()
    });
    let w = Cholesky::new(&information)
        .expect("an information matrix")
        .inverse()
        .scaled(2.0);
    let mut middle = Matrix::zeros(phi.n_rows(), phi.n_rows());
    for r in 0..n {
        for s in 0..n {
            let mut excess = q(r, s);
            excess.add_scaled(-1.0, &p[r].times(&phi.times(&p[s])));
            middle.add_scaled(w[(r, s)], &excess);
        }
    }
    let mut adjusted = phi.clone();
    adjusted.add_scaled(2.0, &phi.times(&middle).times(phi));
    let inference = model
        .inference(DegreesOfFreedom::KenwardRoger)
        .expect("inference");
    for i in 0..phi.n_rows() {
        compare.numbers(
            "adjusted vcov",
            inference.vcov.row(i),
            adjusted.row(i),
            1e-7,
        );
    }
    for (place, test) in coefficient_tests(&inference, 0.95).iter().enumerate() {
        let relative: Vec<f64> = p
            .iter()
            .map(|p| phi.times(&p.times(phi))[(place, place)] / phi[(place, place)])
            .collect();
        compare.number(
            &format!("KR df {}", test.term),
            test.df,
            2.0 / w.quadratic_form(&relative),
            1e-6,
        );
    }
    // One row tested jointly is the t test squared.
    let last = phi.n_rows() - 1;
    let row = Matrix::from_function(1, phi.n_rows(), |_, j| f64::from(u8::from(j == last)));
    let (joint, single) = (
        joint_test(&inference, &row),
        coefficient_tests(&inference, 0.95)[last].clone(),
    );
    compare.number("joint F", joint.statistic, single.statistic.powi(2), 1e-10);
    compare.number("joint p", joint.p, single.p, 1e-9);
}

#[test]
fn a_slope_for_each_child() {
    check("score ~ age * arm + (age | child)", 1);
}

#[test]
fn children_nested_in_sites() {
    check("score ~ age * arm + (1 | site/child)", 2);
}

#[test]
fn slopes_nested_in_sites_with_slopes() {
    check("score ~ age + (age | site) + (age | child)", 3);
}

#[test]
fn children_crossed_with_assessors_who_have_slopes() {
    check("score ~ age * arm + (1 | child) + (age | assessor)", 4);
}

#[test]
fn three_grouping_factors() {
    check(
        "score ~ age + arm + (age | child) + (1 | site) + (1 | assessor)",
        5,
    );
}

#[test]
fn independent_slopes() {
    check("score ~ age * arm + (age || child) + (1 | assessor)", 6);
}

#[test]
fn three_random_effects() {
    check("score ~ age + (age + I(age^2) | assessor)", 7);
}

#[test]
fn no_intercept_and_an_offset_free_model() {
    check("score ~ 0 + arm + age + (0 + age | child)", 8);
}
