//! The coordinates in which a model is fitted, and the way back.
//!
//! The fixed-effect columns are made orthonormal, what they explain by least squares is taken out of
//! the response and the rest is scaled to unit size, and the columns of a random term are centred
//! (when the term has an intercept) and scaled. Ages in months or years, or years counted from the
//! year 0, give the same digits. Prior weights multiply the rows of everything by their square roots, after
//! which all rows are equally precise.

use super::FitError;
use super::covariance::{CovarianceShape, lower_factor};
use crate::matrix::{Matrix, add_scaled, divide, dot, orthonormalise, sum};
use crate::model_frame::{ModelFrame, RandomTerm};
use crate::parallel::{both, each};

/// How internal coordinates relate to those of the data.
#[derive(Debug, Clone)]
pub(crate) struct Coordinates {
    /// Positions of the fixed-effect columns that were kept.
    pub kept: Vec<usize>,
    /// Positions of those that were left out.
    pub dropped: Vec<usize>,
    /// For each column left out its combination of the kept ones.
    pub aliased: Vec<Vec<f64>>,
    /// `X = Q U`: the inverse of `U`.
    pub inverse_upper: Matrix,
    /// `log|U'U|`.
    pub log_determinant: f64,
    /// The least-squares coefficients, in coordinates of `Q`.
    pub least_squares: Vec<f64>,
    /// The size of what least squares leaves, the unit of the internal response.
    pub response_scale: f64,
    /// For each random term.
    pub terms: Vec<TermCoordinates>,
}

/// The centre and the scale of each column of a random term.
#[derive(Debug, Clone)]
pub(crate) struct TermCoordinates {
    intercept: Option<usize>,
    centres: Vec<f64>,
    scales: Vec<f64>,
}

/// The columns in internal coordinates.
pub(crate) struct InternalColumns {
    pub q: Vec<Vec<f64>>,
    pub y: Vec<f64>,
    /// For each random term its columns.
    pub z: Vec<Vec<Vec<f64>>>,
}

pub(crate) fn internal(frame: &ModelFrame) -> Result<(Coordinates, InternalColumns), FitError> {
    let (mut coordinates, mut columns) = internal_design(frame)?;
    columns.y.clone_from(&frame.response);
    if let Some(offset) = &frame.offset {
        add_scaled(&mut columns.y, -1.0, offset);
    }
    let roots = frame.roots_of_weights().unwrap_or_default();
    for (value, root) in columns.y.iter_mut().zip(roots) {
        *value *= root;
    }
    coordinates.take_response(&columns.q, &mut columns.y, &frame.response_name)?;
    Ok((coordinates, columns))
}

/// As [`internal`], without a response: its internal values are empty.
pub(crate) fn internal_design(
    frame: &ModelFrame,
) -> Result<(Coordinates, InternalColumns), FitError> {
    let roots = frame.roots_of_weights();
    let n = frame.response.len();
    let (orthonormal, random) = both(
        n,
        || match &roots {
            None => orthonormalise(&frame.columns),
            Some(roots) => orthonormalise(&weighted(frame.columns.clone(), roots)),
        },
        || each(n, &frame.random, TermCoordinates::new),
    );
    if n <= orthonormal.kept.len() {
        return Err(FitError::TooFewRows {
            n_rows: n,
            n_columns: orthonormal.kept.len(),
        });
    }
    let mut terms = Vec::new();
    let mut z = Vec::new();
    for term in random {
        let (coordinates, columns) = term?;
        terms.push(coordinates);
        z.push(match &roots {
            None => columns,
            Some(roots) => weighted(columns, roots),
        });
    }
    let log_determinant = 2.0
        * orthonormal
            .upper
            .diagonal()
            .into_iter()
            .map(libm::log)
            .sum::<f64>();
    let coordinates = Coordinates {
        inverse_upper: orthonormal.inverse_upper(),
        kept: orthonormal.kept,
        dropped: orthonormal.dropped,
        aliased: orthonormal.aliased,
        log_determinant,
        least_squares: vec![0.0; orthonormal.q.len()],
        response_scale: 1.0,
        terms,
    };
    Ok((
        coordinates,
        InternalColumns {
            q: orthonormal.q,
            y: Vec::new(),
            z,
        },
    ))
}

/// The columns with each row multiplied by the square root of its weight, so that all rows are equally precise.
pub(crate) fn weighted(mut columns: Vec<Vec<f64>>, roots: &[f64]) -> Vec<Vec<f64>> {
    for column in &mut columns {
        for (value, root) in column.iter_mut().zip(roots) {
            *value *= root;
        }
    }
    columns
}

impl TermCoordinates {
    pub(crate) fn new(term: &RandomTerm) -> Result<(Self, Vec<Vec<f64>>), FitError> {
        let intercept = term
            .columns
            .iter()
            .position(|column| column.iter().all(|&value| value == 1.0));
        let mut coordinates = Self {
            intercept,
            centres: Vec::new(),
            scales: Vec::new(),
        };
        let mut columns = Vec::new();
        for (index, column) in term.columns.iter().enumerate() {
            let n = column.len() as f64;
            let centre = if intercept.is_some_and(|at| at != index) {
                sum(column) / n
            } else {
                0.0
            };
            let mut values: Vec<f64> = column.iter().map(|value| value - centre).collect();
            let scale = if intercept == Some(index) {
                1.0
            } else {
                (dot(&values, &values) / n).sqrt()
            };
            if scale <= 1e-10 * centre.abs() || scale == 0.0 {
                let (column, group) = (term.column_names[index].clone(), term.group.clone());
                return Err(FitError::ConstantColumn { column, group });
            }
            divide(&mut values, scale);
            coordinates.centres.push(centre);
            coordinates.scales.push(scale);
            columns.push(values);
        }
        Ok((coordinates, columns))
    }

    /// Random effects on the internal columns, from those on the columns of the data.
    pub(crate) fn transform(&self) -> Matrix {
        let width = self.scales.len();
        let mut transform = Matrix::zeros(width, width);
        for k in 0..width {
            transform[(k, k)] = self.scales[k];
            if let Some(at) = self.intercept.filter(|&at| at != k) {
                transform[(at, k)] = self.centres[k];
            }
        }
        transform
    }

    /// Random effects on the columns of the data, from those on the internal columns: `b = T⁻¹ b_internal`.
    pub(crate) fn inverse_transform(&self) -> Matrix {
        let width = self.scales.len();
        let mut inverse = Matrix::zeros(width, width);
        for k in 0..width {
            inverse[(k, k)] = 1.0 / self.scales[k];
            if let Some(at) = self.intercept.filter(|&at| at != k) {
                inverse[(at, k)] = -self.centres[k] / self.scales[k];
            }
        }
        inverse
    }
}

impl Coordinates {
    /// Makes a response internal: what least squares explains is taken out and remembered, the rest scaled.
    pub(crate) fn take_response(
        &mut self,
        q: &[Vec<f64>],
        y: &mut [f64],
        name: &str,
    ) -> Result<(), FitError> {
        let size = |y: &[f64]| (dot(y, y) / y.len() as f64).sqrt();
        let before = size(y);
        self.least_squares.fill(0.0);
        // Twice, so that the remainder is orthogonal to the last digit.
        for _pass in 0..2 {
            for (coefficient, column) in self.least_squares.iter_mut().zip(q) {
                let part = dot(column, y);
                *coefficient += part;
                add_scaled(y, -part, column);
            }
        }
        let (scale, name) = (size(y), name.to_owned());
        if !scale.is_finite() || !before.is_finite() {
            return Err(FitError::TooLarge { name });
        }
        if scale <= 1e-13 * before || scale == 0.0 {
            return Err(FitError::NothingLeft { name });
        }
        divide(y, scale);
        self.response_scale = scale;
        Ok(())
    }

    /// Theta on the internal columns, from theta as lme4 would report it.
    pub(crate) fn internal_theta(&self, shape: &CovarianceShape, reported: &[f64]) -> Vec<f64> {
        let mut theta = reported.to_vec();
        for (term, coordinates) in self.terms.iter().enumerate() {
            let factor = coordinates.transform().times(&shape.lambda(reported, term));
            shape.set_lambda(&mut theta, term, &lower_factor(&factor, 1e-10));
        }
        theta
    }

    /// Theta as lme4 would report it; zeros stay exact zeros.
    pub(crate) fn reported_theta(&self, shape: &CovarianceShape, theta: &[f64]) -> Vec<f64> {
        reported_theta(&self.terms, shape, theta)
    }

    /// The coefficients of the kept columns, from internal ones.
    pub(crate) fn coefficients(&self, internal: &[f64]) -> Vec<f64> {
        let on_q: Vec<f64> = self
            .least_squares
            .iter()
            .zip(internal)
            .map(|(ls, delta)| ls + self.response_scale * delta)
            .collect();
        self.inverse_upper.times_vector(&on_q)
    }
}

/// Theta on the columns of the data, from theta on the internal columns; zeros stay exact zeros.
pub(crate) fn reported_theta(
    terms: &[TermCoordinates],
    shape: &CovarianceShape,
    theta: &[f64],
) -> Vec<f64> {
    let mut reported = theta.to_vec();
    for (term, coordinates) in terms.iter().enumerate() {
        let factor = coordinates
            .inverse_transform()
            .times(&shape.lambda(theta, term));
        shape.set_lambda(&mut reported, term, &lower_factor(&factor, 1e-10));
    }
    reported
}
