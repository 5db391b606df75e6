//! What a simulation holds to be true: fixed effects, covariance matrices of the random effects, and the
//! distribution of the response given both; and responses drawn from it.

use super::PowerError;
use super::draws::Draws;
use crate::formula::Formula;
use crate::matrix::Matrix;
use crate::model_frame::{ModelFrame, model_frame};
use crate::table::{Column, Table};

/// The model that makes the data, with its true parameters.
#[derive(Debug, Clone)]
pub struct Truth {
    /// The model; its left side names the response.
    pub formula: Formula,
    /// Fixed effects by R's names (`months:armB`); those that are not named are 0.
    pub coefficients: Vec<(String, f64)>,
    /// The covariance matrix of each random part, in the order of the formula; its rows are in the order of the
    /// columns, the intercept first.
    pub random: Vec<Matrix>,
    /// How the response spreads around its linear predictor.
    pub response: TrueResponse,
}

/// The distribution of the response given the random effects.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TrueResponse {
    /// Normal around the linear predictor.
    Normal {
        /// The residual standard deviation.
        sd: f64,
    },
    /// 0 or 1; the linear predictor is the logit.
    Binomial,
    /// Counts; the linear predictor is the logarithm of the mean.
    Poisson,
}

/// A truth made ready for one table: the means of its rows, and the loadings of the random effects.
#[derive(Debug, Clone)]
pub(crate) struct Generator {
    linear_predictor: Vec<f64>,
    random: Vec<RandomPart>,
    response: TrueResponse,
    /// The true relative covariance factors by lme4's names; empty where the response has no residual.
    theta: Vec<(String, f64)>,
}

/// One random part: for each level `columns' * root * z` is added, with z standard normal.
#[derive(Debug, Clone)]
struct RandomPart {
    codes: Vec<u32>,
    n_levels: usize,
    columns: Vec<Vec<f64>>,
    root: Matrix,
}

impl Generator {
    /// Makes the truth ready for the rows of `design`, a table without the response.
    pub(crate) fn new(truth: &Truth, design: &Table) -> Result<Self, PowerError> {
        let mut frame = model_frame(&truth.formula, &with_blank_response(truth, design)?)?;
        if frame.n_dropped > 0 {
            return Err(PowerError::IncompleteDesign {
                n_rows: frame.n_dropped,
            });
        }
        let linear_predictor = linear_predictor(truth, &frame)?;
        if truth.random.len() != truth.formula.random.len() {
            return Err(PowerError::RandomParts {
                expected: truth.formula.random.len(),
                found: truth.random.len(),
            });
        }
        let (mut random, mut theta) = (Vec::new(), Vec::new());
        for (part, covariance) in truth.formula.random.iter().zip(&truth.random) {
            // The frame sorts its terms; several parts may share a grouping factor, so each is taken out.
            let columns = part.terms.terms.len() + usize::from(part.terms.intercept);
            let fits = |term: &crate::model_frame::RandomTerm| {
                term.group == part.group_label
                    && (term.columns.len() == columns || term.columns.len() == covariance.n_rows())
            };
            let position = frame.random.iter().position(fits);
            let position = position.ok_or_else(|| PowerError::Covariance {
                group: part.group_label.clone(),
            })?;
            let term = frame.random.remove(position);
            let names = (term.group.clone(), term.column_names.clone());
            let part = RandomPart::new(term, covariance)?;
            if let TrueResponse::Normal { sd } = truth.response {
                theta.extend(named_theta(&names, &part.root.scaled(1.0 / sd)));
            }
            random.push(part);
        }
        Ok(Self {
            linear_predictor,
            random,
            response: truth.response,
            theta,
        })
    }

    /// The true theta of a model with elements of these names, from where its search may start; `None` where the
    /// model is another one, or the truth lies on the boundary, which a search must not start from.
    pub(crate) fn start(&self, names: &[String]) -> Option<Vec<f64>> {
        let of_name = |name: &String| {
            let known = self.theta.iter().find(|(known, _)| known == name);
            known.map(|(_, value)| *value)
        };
        let is_inside = self.random.iter().all(|part| {
            let least = part
                .root
                .diagonal()
                .into_iter()
                .fold(f64::INFINITY, f64::min);
            least > 0.0
        });
        let start: Option<Vec<f64>> = names.iter().map(of_name).collect();
        start.filter(|start| is_inside && start.len() == self.theta.len())
    }

    /// One response for every row.
    pub(crate) fn draw(&self, draws: &mut Draws) -> Vec<f64> {
        let mut values = self.linear_predictor.clone();
        for part in &self.random {
            part.add_to(&mut values, draws);
        }
        for value in &mut values {
            *value = match self.response {
                TrueResponse::Normal { sd } => *value + sd * draws.standard_normal(),
                TrueResponse::Binomial => draws.bernoulli(1.0 / (1.0 + libm::exp(-*value))),
                TrueResponse::Poisson => draws.poisson(libm::exp(value.min(12.0))),
            };
        }
        values
    }
}

impl RandomPart {
    fn new(term: crate::model_frame::RandomTerm, covariance: &Matrix) -> Result<Self, PowerError> {
        let q = term.columns.len();
        let root = (covariance.n_rows() == q && covariance.n_columns() == q)
            .then(|| lower_root(covariance))
            .flatten();
        let group = term.group.clone();
        Ok(Self {
            codes: term.codes,
            n_levels: term.levels.len(),
            columns: term.columns,
            root: root.ok_or(PowerError::Covariance { group })?,
        })
    }

    fn add_to(&self, values: &mut [f64], draws: &mut Draws) {
        let q = self.columns.len();
        let mut effects = vec![0.0; self.n_levels * q];
        let mut standard = vec![0.0; q];
        for level in effects.chunks_exact_mut(q) {
            standard.fill_with(|| draws.standard_normal());
            for (row, effect) in level.iter_mut().enumerate() {
                *effect = (0..=row).map(|k| self.root[(row, k)] * standard[k]).sum();
            }
        }
        for (k, column) in self.columns.iter().enumerate() {
            for ((value, &code), z) in values.iter_mut().zip(&self.codes).zip(column) {
                *value += z * effects[code as usize * q + k];
            }
        }
    }
}

fn linear_predictor(truth: &Truth, frame: &ModelFrame) -> Result<Vec<f64>, PowerError> {
    let mut values = frame
        .offset
        .clone()
        .unwrap_or_else(|| vec![0.0; frame.response.len()]);
    let names = &frame.design.column_names;
    for (term, coefficient) in &truth.coefficients {
        let position = names.iter().position(|name| name == term);
        let position = position.ok_or_else(|| PowerError::UnknownTerm {
            term: term.clone(),
            known: names.join(", "),
        })?;
        crate::matrix::add_scaled(&mut values, *coefficient, &frame.columns[position]);
    }
    Ok(values)
}

/// The elements of a lower triangular factor by lme4's names: `g.(Intercept)`, `g.x.(Intercept)`, `g.x`.
fn named_theta((group, columns): &(String, Vec<String>), factor: &Matrix) -> Vec<(String, f64)> {
    let mut named = Vec::new();
    for (j, first) in columns.iter().enumerate() {
        named.push((format!("{group}.{first}"), factor[(j, j)]));
        for (i, second) in columns.iter().enumerate().skip(j + 1) {
            named.push((format!("{group}.{second}.{first}"), factor[(i, j)]));
        }
    }
    named
}

/// The design with a column of zeros in the place of the response.
fn with_blank_response(truth: &Truth, design: &Table) -> Result<Table, PowerError> {
    let zeros = vec![0.0; design.n_rows()];
    Ok(design
        .clone()
        .with(&response_name(&truth.formula)?, Column::Numbers(zeros))?)
}

/// The response as one column; a transformed one cannot be simulated.
pub(crate) fn response_name(formula: &Formula) -> Result<String, PowerError> {
    match &formula.response {
        crate::formula::Expression::Name(name) => Ok(name.clone()),
        other => Err(PowerError::ResponseNotAColumn {
            response: other.to_string(),
        }),
    }
}

/// The lower triangular root of a covariance matrix, which may be singular; `None` when it is none.
fn lower_root(covariance: &Matrix) -> Option<Matrix> {
    const ROUNDING: f64 = 1e-12;
    let n = covariance.n_rows();
    let largest = covariance.diagonal().into_iter().fold(0.0, f64::max);
    let mut root = Matrix::zeros(n, n);
    for row in 0..n {
        for column in 0..=row {
            let known: f64 = (0..column)
                .map(|k| root[(row, k)] * root[(column, k)])
                .sum();
            let rest = covariance[(row, column)] - known;
            let is_symmetric =
                (covariance[(row, column)] - covariance[(column, row)]).abs() <= ROUNDING * largest;
            // The comparisons are also false for NaN.
            if !(is_symmetric && rest.is_finite()) {
                return None;
            }
            if row == column {
                if rest < -ROUNDING * largest {
                    return None;
                }
                root[(row, row)] = if rest <= ROUNDING * largest {
                    0.0
                } else {
                    rest.sqrt()
                };
            } else if root[(column, column)] > 0.0 {
                root[(row, column)] = rest / root[(column, column)];
            } else if rest.abs() > ROUNDING.sqrt() * largest {
                return None;
            }
        }
    }
    Some(root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptives::{covariance, mean, variance};
    use crate::table::Factor;

    fn design(n_units: usize) -> Table {
        let units: Vec<f64> = (0..2 * n_units).map(|row| (row / 2) as f64).collect();
        let times: Vec<f64> = (0..2 * n_units).map(|row| (row % 2) as f64).collect();
        Table::new()
            .with("unit", Column::Factor(Factor::from_numbers(&units)))
            .and_then(|table| table.with("time", Column::Numbers(times)))
            .unwrap()
    }

    fn truth(random: Matrix, response: TrueResponse) -> Truth {
        Truth {
            formula: Formula::parse("y ~ time + (time | unit)").unwrap(),
            coefficients: vec![("(Intercept)".to_owned(), 2.0), ("time".to_owned(), -0.5)],
            random: vec![random],
            response,
        }
    }

    fn drawn(truth: &Truth, n_units: usize) -> (Vec<f64>, Vec<f64>) {
        let generator = Generator::new(truth, &design(n_units)).unwrap();
        let values = generator.draw(&mut Draws::of_trial(5, 1));
        let every_second = |first: usize| values.iter().skip(first).step_by(2).copied().collect();
        (every_second(0), every_second(1))
    }

    #[test]
    fn responses_have_the_moments_that_are_assumed() {
        let random = Matrix::from_rows(&[[4.0, -0.6], [-0.6, 1.0]]);
        let (first, second) = drawn(&truth(random, TrueResponse::Normal { sd: 1.5 }), 20_000);
        // Var(first) = 4 + 2.25, Var(second) = 4 - 1.2 + 1 + 2.25, Cov = 4 - 0.6; four standard errors.
        let n = 20_000_f64;
        assert!((mean(&first) - 2.0).abs() < 4.0 * (6.25 / n).sqrt());
        assert!((mean(&second) - 1.5).abs() < 4.0 * (6.05 / n).sqrt());
        assert!((variance(&first) - 6.25).abs() < 4.0 * 6.25 * (2.0 / n).sqrt());
        assert!((variance(&second) - 6.05).abs() < 4.0 * 6.05 * (2.0 / n).sqrt());
        let spread = ((6.25 * 6.05 + 3.4 * 3.4) / n).sqrt();
        assert!((covariance(&first, &second) - 3.4).abs() < 4.0 * spread);
    }

    #[test]
    fn shares_and_counts_follow_their_links() {
        let none = || Matrix::zeros(2, 2);
        let (first, second) = drawn(&truth(none(), TrueResponse::Binomial), 20_000);
        let share = |logit: f64| 1.0 / (1.0 + libm::exp(-logit));
        assert!((mean(&first) - share(2.0)).abs() < 0.01);
        assert!((mean(&second) - share(1.5)).abs() < 0.012);
        let (first, _) = drawn(&truth(none(), TrueResponse::Poisson), 20_000);
        assert!((mean(&first) - libm::exp(2.0)).abs() < 0.08);
        assert!((variance(&first) - libm::exp(2.0)).abs() < 0.35);
    }

    #[test]
    fn a_truth_that_does_not_fit_its_design_is_told() {
        let problem = |truth: &Truth| Generator::new(truth, &design(3)).unwrap_err().to_string();
        let normal = TrueResponse::Normal { sd: 1.0 };
        let good = truth(Matrix::identity(2), normal);
        let mut misspelt = good.clone();
        misspelt.coefficients[1].0 = "months".to_owned();
        assert!(problem(&misspelt).contains("(Intercept), time"));
        let impossible = Matrix::from_rows(&[[1.0, 2.0], [2.0, 1.0]]);
        assert!(problem(&truth(impossible, normal)).contains("covariance matrix"));
        assert!(problem(&truth(Matrix::identity(3), normal)).contains("covariance matrix"));
        let forgotten = Truth {
            random: Vec::new(),
            ..good
        };
        assert!(problem(&forgotten).contains("1 random part"));
    }

    #[test]
    fn a_singular_covariance_matrix_has_a_root() {
        let singular = Matrix::from_rows(&[[4.0, 2.0], [2.0, 1.0]]);
        let root = lower_root(&singular).unwrap();
        assert_eq!(root.values(), [2.0, 0.0, 1.0, 0.0]);
        assert!(lower_root(&Matrix::zeros(2, 2)).is_some());
    }
}
