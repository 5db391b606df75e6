//! The covariance parameters on which one quantity is held at a value.
//!
//! Holding a standard deviation, a correlation, a theta or a variance ratio leaves a surface in the space of
//! covariance matrices. Each has coordinates in which the covariance is quadratic, so that the deviance
//! can be differentiated along the surface exactly:
//!
//! - a standard deviation is the first element of the factor `L` of its term, once its column comes first;
//! - a correlation `r` is the direction `(r, sqrt(1 - r²))` of the second row of `L`, once the two columns come first;
//! - a theta is an element of `L` as it is reported;
//! - a variance ratio makes one variance a multiple of the sum of the others and the residual variance.
//!
//! Terms that are not held are left in the coordinates of the fit.

use crate::linear_mixed_model::{LinearMixedModel, lower_factor};
use crate::matrix::Matrix;

/// What is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// The residual standard deviation.
    Sigma,
    /// The standard deviation of one random effect.
    StandardDeviation { term: usize, row: usize },
    /// The correlation of two random effects of a term.
    Correlation {
        term: usize,
        row: usize,
        column: usize,
    },
    /// An element of the relative factor, as reported.
    Theta {
        term: usize,
        row: usize,
        column: usize,
    },
    /// The share of one random intercept in the variance.
    Share { term: usize },
}

/// The surface: the value of the quantity can still be chosen.
pub(super) struct Surface {
    pub held: Held,
    /// For each term how its columns are ordered.
    orders: Vec<Vec<usize>>,
    /// For each term, from its ordered columns to those of the fit.
    transforms: Vec<Matrix>,
    /// For each free coordinate its term and its place in the factor; the length of a direction for a correlation.
    places: Vec<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    term: usize,
    row: usize,
    column: usize,
}

/// A point of the surface: covariance matrices on the columns of the fit, and how they change.
pub(super) struct Point {
    /// The factor of each term.
    pub factors: Vec<Matrix>,
    /// For each coordinate the change of the covariance of each term.
    pub first: Vec<Vec<Matrix>>,
    /// For each pair of coordinates, the first not larger, the change of that.
    pub second: Vec<Vec<Vec<Matrix>>>,
}

impl Surface {
    pub(super) fn new(model: &LinearMixedModel, held: Held) -> Self {
        let widths: Vec<usize> = model
            .function
            .shape
            .terms
            .iter()
            .map(|term| term.width)
            .collect();
        let orders: Vec<Vec<usize>> = widths
            .iter()
            .enumerate()
            .map(|(term, &width)| held.order(term, width))
            .collect();
        let transforms = orders
            .iter()
            .enumerate()
            .map(|(term, order)| held.transform(model, term, order))
            .collect();
        let mut places = Vec::new();
        for (term, &width) in widths.iter().enumerate() {
            for column in 0..width {
                for row in column..width {
                    if !held.takes(term, row, column) {
                        places.push(Place { term, row, column });
                    }
                }
            }
        }
        Self {
            held,
            orders,
            transforms,
            places,
        }
    }

    /// Whether the coordinates are in units of the response, and not relative to the residual standard deviation.
    pub(super) fn is_absolute(&self) -> bool {
        matches!(self.held, Held::StandardDeviation { .. })
    }

    /// The coordinates of a fit, moved off the boundary, where the deviance would be stationary.
    pub(super) fn start(&self, model: &LinearMixedModel, sigma: f64) -> Vec<f64> {
        let shape = &model.function.shape;
        let factors: Vec<Matrix> = (0..shape.terms.len())
            .map(|term| {
                let internal = shape.lambda(&model.minimum.theta, term);
                let ordered = if self.held.term() == Some(term) {
                    let data = model.coordinates.terms[term]
                        .inverse_transform()
                        .times(&internal);
                    lower_factor(&reordered(&data, &self.orders[term]), 0.0)
                } else {
                    internal
                };
                let sizes = &self.transforms[term];
                let mut factor = ordered;
                for k in 0..factor.n_rows() {
                    let least = 0.05 / sizes[(self.orders[term][k], k)].abs();
                    factor[(k, k)] = factor[(k, k)].abs().max(least);
                }
                factor.scaled(if self.is_absolute() { sigma } else { 1.0 })
            })
            .collect();
        self.places
            .iter()
            .map(|place| {
                let factor = &factors[place.term];
                match self.held {
                    Held::Correlation { term, .. } if place.is_length(term) => {
                        let (a, b) = (factor[(1, 0)], factor[(1, 1)]);
                        (a * a + b * b).sqrt()
                    }
                    _ => factor[(place.row, place.column)],
                }
            })
            .collect()
    }

    /// The point at a value of what is held and at free coordinates.
    pub(super) fn point(&self, value: f64, free: &[f64]) -> Point {
        let n_terms = self.orders.len();
        let mut factors: Vec<Matrix> = self
            .orders
            .iter()
            .map(|order| Matrix::zeros(order.len(), order.len()))
            .collect();
        let mut tangents = Vec::new();
        for (place, coordinate) in self.places.iter().zip(free) {
            let tangent = self.tangent(*place, value);
            factors[place.term].add_scaled(*coordinate, &tangent);
            tangents.push((place.term, self.transforms[place.term].times(&tangent)));
        }
        self.held.set(&mut factors, value, free, &self.places);
        let factors: Vec<Matrix> = factors
            .iter()
            .zip(&self.transforms)
            .map(|(factor, transform)| transform.times(factor))
            .collect();
        let zeros = || -> Vec<Matrix> {
            (0..n_terms)
                .map(|term| Matrix::zeros(factors[term].n_rows(), factors[term].n_rows()))
                .collect()
        };
        let n = tangents.len();
        let mut first = vec![zeros(); n];
        let mut second = vec![vec![zeros(); n]; n];
        for (k, (term, tangent)) in tangents.iter().enumerate() {
            first[k][*term] = both_ways(tangent, &factors[*term]);
            for (l, (other, another)) in tangents.iter().enumerate().skip(k) {
                if term == other {
                    second[k][l][*term] = both_ways(tangent, another);
                }
            }
        }
        if let Held::Share { term } = self.held {
            // G of the held term is k (1 + sum of u²).
            let multiple = value / (1.0 - value);
            for k in 0..n {
                first[k][term][(0, 0)] = 2.0 * multiple * free[k];
                second[k][k][term][(0, 0)] = 2.0 * multiple;
            }
        }
        Point {
            factors,
            first,
            second,
        }
    }

    /// How the factor of a term changes with a coordinate.
    fn tangent(&self, place: Place, value: f64) -> Matrix {
        let width = self.orders[place.term].len();
        let mut tangent = Matrix::zeros(width, width);
        match self.held {
            Held::Correlation { term, .. } if place.is_length(term) => {
                tangent[(1, 0)] = value;
                tangent[(1, 1)] = (1.0 - value * value).max(0.0).sqrt();
            }
            _ => tangent[(place.row, place.column)] = 1.0,
        }
        tangent
    }
}

impl Place {
    /// Whether this is the length of the second row, for a correlation of this term.
    fn is_length(self, term: usize) -> bool {
        (self.term, self.row, self.column) == (term, 1, 1)
    }
}

impl Held {
    /// The term whose columns are those of the data.
    fn term(self) -> Option<usize> {
        match self {
            Self::StandardDeviation { term, .. }
            | Self::Correlation { term, .. }
            | Self::Theta { term, .. } => Some(term),
            Self::Sigma | Self::Share { .. } => None,
        }
    }

    /// The order of the columns of a term: those that are held come first.
    fn order(self, term: usize, width: usize) -> Vec<usize> {
        let first: Vec<usize> = match self {
            Self::StandardDeviation { term: at, row } if at == term => vec![row],
            Self::Correlation {
                term: at,
                row,
                column,
            } if at == term => vec![column, row],
            _ => Vec::new(),
        };
        let rest = (0..width).filter(|k| !first.contains(k));
        first.iter().copied().chain(rest).collect()
    }

    /// From the ordered columns of a term to those of the fit.
    fn transform(self, model: &LinearMixedModel, term: usize, order: &[usize]) -> Matrix {
        if self.term() != Some(term) {
            return Matrix::identity(order.len());
        }
        let transform = model.coordinates.terms[term].transform();
        Matrix::from_function(order.len(), order.len(), |i, k| transform[(i, order[k])])
    }

    /// Whether an element of the factor is not free.
    fn takes(self, term: usize, row: usize, column: usize) -> bool {
        match self {
            Self::Sigma => false,
            Self::StandardDeviation { term: at, .. } => (at, 0, 0) == (term, row, column),
            Self::Correlation { term: at, .. } => (at, 1, 0) == (term, row, column),
            Self::Theta {
                term: at,
                row: r,
                column: c,
            } => (at, r, c) == (term, row, column),
            Self::Share { term: at } => at == term,
        }
    }

    /// Puts the value where it belongs.
    fn set(self, factors: &mut [Matrix], value: f64, free: &[f64], places: &[Place]) {
        match self {
            Self::Sigma | Self::Correlation { .. } => {}
            Self::StandardDeviation { term, .. } => factors[term][(0, 0)] = value,
            Self::Theta { term, row, column } => factors[term][(row, column)] = value,
            Self::Share { term } => {
                let others: f64 = free.iter().zip(places).map(|(u, _)| u * u).sum();
                factors[term][(0, 0)] = (value / (1.0 - value) * (1.0 + others)).sqrt();
            }
        }
    }
}

fn reordered(factor: &Matrix, order: &[usize]) -> Matrix {
    Matrix::from_function(order.len(), factor.n_columns(), |i, k| {
        factor[(order[i], k)]
    })
}

/// `A B' + B A'`.
fn both_ways(a: &Matrix, b: &Matrix) -> Matrix {
    let product = a.times(&b.transposed());
    let mut sum = product.transposed();
    sum.add_scaled(1.0, &product);
    sum
}
