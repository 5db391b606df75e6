//! The shape of the random-effects covariance: which parameter stands where.
//!
//! Each random term has a relative covariance matrix `G = Λ Λ'` with `Λ` lower triangular; theta
//! lists the elements of the `Λ` column by column, as lme4 does. The deviance is differentiated
//! with respect to the elements of `G`, in which the model is linear; the chain rule to theta
//! is here.

use crate::matrix::Matrix;

/// All random terms.
#[derive(Debug, Clone)]
pub(crate) struct CovarianceShape {
    pub terms: Vec<TermShape>,
}

/// One random term.
#[derive(Debug, Clone)]
pub(crate) struct TermShape {
    /// The number of columns that vary.
    pub width: usize,
    /// Where its parameters start in theta.
    pub first_theta: usize,
    /// Where its columns stand among those of the eliminated factor; `None` when the term
    /// belongs to another grouping factor.
    pub eliminated_at: Option<usize>,
}

/// One element of a lower triangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element {
    pub term: usize,
    pub row: usize,
    pub column: usize,
}

impl CovarianceShape {
    pub(crate) fn new(widths_and_places: &[(usize, Option<usize>)]) -> Self {
        let mut first_theta = 0;
        let terms = widths_and_places.iter().map(|&(width, eliminated_at)| {
            let term = TermShape {
                width,
                first_theta,
                eliminated_at,
            };
            first_theta += width * (width + 1) / 2;
            term
        });
        Self {
            terms: terms.collect(),
        }
    }

    /// Every element of every lower triangle, in the order of theta.
    pub(crate) fn elements(&self) -> Vec<Element> {
        let of_term = |(term, shape): (usize, &TermShape)| {
            let width = shape.width;
            (0..width).flat_map(move |column| {
                (column..width).map(move |row| Element { term, row, column })
            })
        };
        self.terms.iter().enumerate().flat_map(of_term).collect()
    }

    /// Whether each parameter is on the diagonal of its `Λ`, where zero is the boundary.
    pub(crate) fn is_diagonal(&self) -> Vec<bool> {
        self.elements()
            .iter()
            .map(|element| element.row == element.column)
            .collect()
    }

    /// The factor `Λ` of one term.
    pub(crate) fn lambda(&self, theta: &[f64], term: usize) -> Matrix {
        let TermShape {
            width, first_theta, ..
        } = self.terms[term];
        let mut lambda = Matrix::zeros(width, width);
        let mut next = first_theta;
        for column in 0..width {
            for row in column..width {
                lambda[(row, column)] = theta[next];
                next += 1;
            }
        }
        lambda
    }

    /// Writes a lower triangle back into theta.
    pub(crate) fn set_lambda(&self, theta: &mut [f64], term: usize, lambda: &Matrix) {
        let TermShape {
            width, first_theta, ..
        } = self.terms[term];
        let mut next = first_theta;
        for column in 0..width {
            for row in column..width {
                theta[next] = lambda[(row, column)];
                next += 1;
            }
        }
    }

    /// The width of the block of the eliminated factor.
    pub(crate) fn eliminated_width(&self) -> usize {
        self.terms
            .iter()
            .filter(|term| term.eliminated_at.is_some())
            .map(|term| term.width)
            .sum()
    }

    /// The block-diagonal factor of all terms of the eliminated factor.
    pub(crate) fn eliminated_lambda(&self, theta: &[f64]) -> Matrix {
        let width = self.eliminated_width();
        let mut block = Matrix::zeros(width, width);
        for (index, term) in self.terms.iter().enumerate() {
            let Some(offset) = term.eliminated_at else {
                continue;
            };
            let lambda = self.lambda(theta, index);
            for i in 0..term.width {
                for j in 0..=i {
                    block[(offset + i, offset + j)] = lambda[(i, j)];
                }
            }
        }
        block
    }

    /// `∂G/∂theta`: the row is the element of `G`, the column the parameter.
    pub(crate) fn jacobian(&self, theta: &[f64]) -> Matrix {
        let elements = self.elements();
        let lambdas: Vec<Matrix> = (0..self.terms.len())
            .map(|term| self.lambda(theta, term))
            .collect();
        Matrix::from_function(elements.len(), elements.len(), |g, k| {
            let (element, parameter) = (elements[g], elements[k]);
            if element.term != parameter.term {
                return 0.0;
            }
            let lambda = &lambdas[element.term];
            let mut derivative = 0.0;
            if parameter.row == element.row {
                derivative += lambda[(element.column, parameter.column)];
            }
            if parameter.row == element.column {
                derivative += lambda[(element.row, parameter.column)];
            }
            derivative
        })
    }

    /// Gradient and Hessian with respect to theta from those with respect to the elements of `G`.
    pub(crate) fn to_theta(
        &self,
        theta: &[f64],
        gradient: &[f64],
        hessian: &Matrix,
    ) -> (Vec<f64>, Matrix) {
        let jacobian = self.jacobian(theta);
        let theta_gradient = jacobian.transposed().times_vector(gradient);
        let mut theta_hessian = jacobian.transposed_times(&hessian.times(&jacobian));
        self.add_curvature_of_g(gradient, &mut theta_hessian);
        (theta_gradient, theta_hessian)
    }

    /// `G` is quadratic in theta: two parameters of one column of `Λ` meet in one element of `G`.
    fn add_curvature_of_g(&self, gradient: &[f64], hessian: &mut Matrix) {
        let elements = self.elements();
        for (g, element) in elements.iter().enumerate() {
            for (k, first) in elements.iter().enumerate() {
                for (l, second) in elements.iter().enumerate() {
                    let meet = first.term == element.term
                        && second.term == element.term
                        && first.column == second.column;
                    if meet {
                        let straight = first.row == element.row && second.row == element.column;
                        let crossed = first.row == element.column && second.row == element.row;
                        hessian[(k, l)] +=
                            gradient[g] * f64::from(u8::from(straight) + u8::from(crossed));
                    }
                }
            }
        }
    }
}

/// The lower-triangular factor, diagonal not negative, of the same `Λ Λ'` as any square `factor`.
///
/// Rows whose remainder is below `tolerance` relative to the row give an exactly zero column, so that
/// a singular covariance matrix shows as zeros and not as small numbers.
pub(crate) fn lower_factor(factor: &Matrix, tolerance: f64) -> Matrix {
    let width = factor.n_rows();
    let mut work = factor.clone();
    let mut free: Vec<usize> = (0..width).collect();
    let mut lower = Matrix::zeros(width, width);
    for row in 0..width {
        let remainder = free
            .iter()
            .map(|&column| work[(row, column)].powi(2))
            .sum::<f64>()
            .sqrt();
        let length = work
            .row(row)
            .iter()
            .map(|value| value * value)
            .sum::<f64>()
            .sqrt();
        if remainder <= tolerance * length || remainder == 0.0 {
            continue;
        }
        let pivot = gather(&mut work, row, &mut free);
        let sign = if work[(row, pivot)] < 0.0 { -1.0 } else { 1.0 };
        for i in row..width {
            lower[(i, row)] = sign * work[(i, pivot)];
        }
    }
    lower
}

/// Rotates the free columns so that only one of them is not zero in `row`; that one is no longer free.
fn gather(work: &mut Matrix, row: usize, free: &mut Vec<usize>) -> usize {
    let pivot = free[0];
    for &other in &free[1..] {
        let (a, b) = (work[(row, pivot)], work[(row, other)]);
        if b == 0.0 {
            continue;
        }
        let length = (a * a + b * b).sqrt();
        let (cosine, sine) = (a / length, b / length);
        for i in 0..work.n_rows() {
            let (x, y) = (work[(i, pivot)], work[(i, other)]);
            work[(i, pivot)] = cosine * x + sine * y;
            work[(i, other)] = cosine * y - sine * x;
        }
    }
    free.remove(0);
    pivot
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_factor_keeps_the_covariance() {
        let factor = Matrix::from_rows(&[[1.0, 0.5, -0.3], [0.2, -2.0, 0.4], [0.0, 0.7, 0.9]]);
        let lower = lower_factor(&factor, 0.0);
        let (before, after) = (
            factor.times(&factor.transposed()),
            lower.times(&lower.transposed()),
        );
        for (x, y) in before.values().iter().zip(after.values()) {
            assert!((x - y).abs() < 1e-14);
        }
        assert!(lower[(0, 1)] == 0.0 && lower[(0, 0)] > 0.0 && lower[(2, 2)] > 0.0);
    }

    #[test]
    fn a_singular_covariance_shows_as_exact_zeros() {
        let lower = lower_factor(&Matrix::from_rows(&[[0.0, 0.0], [0.3, 0.4]]), 1e-12);
        assert_eq!(lower.row(0), [0.0, 0.0]);
        assert_eq!(lower[(1, 0)], 0.0);
        assert!((lower[(1, 1)] - 0.5).abs() < 1e-15);
    }

    #[test]
    fn the_jacobian_is_the_derivative_of_g() {
        let shape = CovarianceShape::new(&[(2, Some(0))]);
        let theta = [1.3, -0.4, 0.7];
        let element = |theta: &[f64], g: usize| {
            let lambda = shape.lambda(theta, 0);
            let covariance = lambda.times(&lambda.transposed());
            let Element { row, column, .. } = shape.elements()[g];
            covariance[(row, column)]
        };
        let jacobian = shape.jacobian(&theta);
        for g in 0..3 {
            for k in 0..3 {
                let (mut up, mut down) = (theta, theta);
                up[k] += 1e-5;
                down[k] -= 1e-5;
                let numeric = (element(&up, g) - element(&down, g)) / 2e-5;
                assert!((numeric - jacobian[(g, k)]).abs() < 1e-9);
            }
        }
    }
}
