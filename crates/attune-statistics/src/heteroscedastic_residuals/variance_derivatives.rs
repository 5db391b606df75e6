//! First and second derivatives of the deviance with respect to every variance parameter: the elements of `G`, the
//! logarithms of the ratios, and the logarithm of the residual standard deviation.
//!
//! In rows multiplied by the square roots of their weights the covariance is `sigma² W`, `W = I + Z G Z'`; an element
//! of `G` changes it by `Z E Z'`, the logarithm of a ratio by `2 I` on the rows of its stratum. Rows that no
//! grouping factor joins are independent, so all sums run over components, each with matrices of its own rows.

use super::strata::Strata;
use super::weighted_fit::{WeightedFit, WeightedRows};
use crate::linear_mixed_model::FitError;
use crate::matrix::{Cholesky, Matrix, dot, scaled_inverse};
use crate::satterthwaite::Satterthwaite;

/// The most rows that may hang together.
pub(super) const LARGEST_COMPONENT: usize = 2000;

/// Derivatives at the optimum of the weighted model; free elements of theta come first, then the ratios.
pub(super) struct VarianceDerivatives {
    n_theta: usize,
    gradient: Vec<f64>,
    /// At fixed residual standard deviation.
    hessian: Matrix,
    /// With the logarithm of the residual standard deviation.
    with_sigma: Vec<f64>,
    df: f64,
    /// How much the deviance would curve along each parameter at least.
    sizes: Vec<f64>,
    /// For each parameter the relative change of the information, whitened.
    changes: Vec<Matrix>,
    root: Matrix,
}

/// Sums over components.
struct Sums {
    information: Matrix,
    traces: Vec<f64>,
    squared_traces: Matrix,
    /// `[X r]'W⁻¹D W⁻¹[X r]` for each direction.
    crossed: Vec<Matrix>,
    /// `[X r]'W⁻¹D W⁻¹F W⁻¹[X r]` for each pair of directions, the first not larger.
    products: Vec<Vec<Matrix>>,
}

impl VarianceDerivatives {
    pub(super) fn new(strata: &Strata, inner: &WeightedFit) -> Result<Self, FitError> {
        let rows = inner.rows()?;
        let (variance, df) = inner.internal_variance(strata);
        let directions = Directions::new(strata, inner, &rows);
        let sums = Sums::new(&directions, &rows, &inner.components(&rows)?)?;
        let n_g = directions.n_g;
        let restricted = f64::from(u8::from(inner.is_restricted(strata)));
        let information = Cholesky::new(&sums.information).ok_or(FitError::NotFinite)?;
        let p = rows.q.len();
        let whitening = information
            .forward_matrix(&Matrix::identity(p))
            .transposed();
        // The residual stays as it is.
        let whitened: Vec<Matrix> = sums
            .crossed
            .iter()
            .map(|crossed| both_sides(crossed, &whitening))
            .collect();
        let block = |m: &Matrix| (0..p).map(|x| m[(x, x)]).sum::<f64>();
        let n = whitened.len();
        let in_g: Vec<f64> = (0..n)
            .map(|i| {
                sums.traces[i] - restricted * block(&whitened[i]) - whitened[i][(p, p)] / variance
            })
            .collect();
        let hessian_in_g = Matrix::from_function(n, n, |i, k| {
            let (i, k) = (i.min(k), i.max(k));
            let product = both_sides(&sums.products[i][k], &whitening);
            let (u, v) = (&whitened[i], &whitened[k]);
            let squares: f64 = (0..p).map(|x| dot(&u.row(x)[..p], &v.row(x)[..p])).sum();
            let through_beta = dot(&u.row(p)[..p], &v.row(p)[..p]);
            2.0 * restricted * block(&product) + 2.0 * product[(p, p)] / variance
                - sums.squared_traces[(i, k)]
                - restricted * squares
                - 2.0 * through_beta / variance
        });
        let (jacobian, mut hessian) = inner.to_theta(n_g, &in_g, &hessian_in_g);
        let gradient = jacobian.transposed().times_vector(&in_g);
        let n_theta = jacobian.n_columns() - (n - n_g);
        for k in n_theta..gradient.len() {
            // The variance is the exponential of twice the logarithm of the ratio.
            hessian[(k, k)] += 2.0 * gradient[k];
        }
        let residual: Vec<f64> = whitened.iter().map(|w| w[(p, p)]).collect();
        let with_sigma = jacobian
            .transposed()
            .times_vector(&residual)
            .into_iter()
            .map(|value| 2.0 * value / variance)
            .collect();
        let size = |k: usize| {
            let squares: f64 = (0..n)
                .map(|g| jacobian[(g, k)].powi(2) * sums.squared_traces[(g, g)])
                .sum();
            squares.sqrt().max(1e-150)
        };
        let change = |k: usize| {
            let mut change = Matrix::zeros(p, p);
            for (g, w) in whitened.iter().enumerate() {
                let part = Matrix::from_function(p, p, |i, j| w[(i, j)]);
                change.add_scaled(jacobian[(g, k)], &part);
            }
            change
        };
        Ok(Self {
            n_theta,
            with_sigma,
            df,
            sizes: (0..jacobian.n_columns()).map(size).collect(),
            changes: (0..jacobian.n_columns()).map(change).collect(),
            root: rows.inverse_upper.times(&whitening),
            gradient,
            hessian,
        })
    }

    /// Gradient and Hessian with respect to the ratios when everything else follows.
    pub(super) fn in_ratios(&self) -> (Vec<f64>, Matrix) {
        let (first, n) = (self.n_theta, self.gradient.len());
        let full = self.information();
        // The others: theta and the residual standard deviation.
        let others: Vec<usize> = (0..first).chain([n]).collect();
        let part = |rows: &[usize], columns: &[usize]| {
            Matrix::from_function(rows.len(), columns.len(), |i, j| {
                full[(rows[i], columns[j])]
            })
        };
        let ratios: Vec<usize> = (first..n).collect();
        let sizes: Vec<f64> = others.iter().map(|&k| self.size(k)).collect();
        let inverse = scaled_inverse(&part(&others, &others), &sizes, 1e-12);
        let across = part(&others, &ratios);
        let mut hessian = part(&ratios, &ratios);
        hessian.add_scaled(-1.0, &across.transposed_times(&inverse.times(&across)));
        (self.gradient[first..].to_vec(), hessian)
    }

    /// Satterthwaite's degrees of freedom with all of these parameters estimated.
    pub(super) fn satterthwaite(&self) -> Satterthwaite {
        let n = self.gradient.len();
        let sizes: Vec<f64> = (0..=n).map(|k| self.size(k)).collect();
        let uncertainty = scaled_inverse(&self.information(), &sizes, 1e-10).scaled(2.0);
        Satterthwaite::from_parts(self.root.clone(), self.changes.clone(), uncertainty)
    }

    /// The Hessian of the deviance, with the logarithm of the residual standard deviation last.
    fn information(&self) -> Matrix {
        let n = self.gradient.len();
        Matrix::from_function(n + 1, n + 1, |i, k| match (i == n, k == n) {
            (false, false) => self.hessian[(i, k)],
            (true, true) => 4.0 * self.df,
            (false, true) => self.with_sigma[i],
            (true, false) => self.with_sigma[k],
        })
    }

    fn size(&self, k: usize) -> f64 {
        self.sizes
            .get(k)
            .copied()
            .unwrap_or_else(|| 2.0 * self.df.sqrt())
    }
}

/// Every direction in which the covariance can change: the elements of `G`, then the strata but the first.
struct Directions<'a> {
    n_g: usize,
    inner: &'a WeightedFit,
    strata: &'a Strata,
}

impl<'a> Directions<'a> {
    fn new(strata: &'a Strata, inner: &'a WeightedFit, rows: &WeightedRows) -> Self {
        let n_g = rows.z.iter().map(|z| z.len() * (z.len() + 1) / 2).sum();
        Self { n_g, inner, strata }
    }

    /// `W⁻¹D` on the rows of a component, for each direction.
    fn on(&self, rows: &WeightedRows, component: &[usize], inverse: &Matrix) -> Vec<Matrix> {
        let n = component.len();
        let mut directions = Vec::new();
        for (term, z) in rows.z.iter().enumerate() {
            let codes = self.inner.codes(term);
            for column in 0..z.len() {
                for row in column..z.len() {
                    directions.push(element(
                        inverse,
                        component,
                        codes,
                        &z[row],
                        &z[column],
                        row == column,
                    ));
                }
            }
        }
        for stratum in 1..=self.strata.n_ratios() {
            let codes = &self.strata.codes;
            directions.push(Matrix::from_function(n, n, |i, j| {
                if codes[component[j]] == stratum {
                    2.0 * inverse[(i, j)]
                } else {
                    0.0
                }
            }));
        }
        directions
    }
}

/// `W⁻¹Z E Z'` for an element of `G`: over the rows of each level the columns `a b'`, and `b a'` off the diagonal.
fn element(
    inverse: &Matrix,
    component: &[usize],
    codes: &[u32],
    a: &[f64],
    b: &[f64],
    diagonal: bool,
) -> Matrix {
    let rows = component;
    let n = rows.len();
    let mut levels: Vec<(u32, usize)> = rows
        .iter()
        .enumerate()
        .map(|(place, &row)| (codes[row], place))
        .collect();
    levels.sort_unstable();
    let mut product = Matrix::zeros(n, n);
    for level in levels.chunk_by(|x, y| x.0 == y.0) {
        for i in 0..n {
            let through = |z: &[f64]| -> f64 {
                level
                    .iter()
                    .map(|&(_, place)| inverse[(i, place)] * z[rows[place]])
                    .sum()
            };
            let through_a = through(a);
            let through_b = if diagonal { 0.0 } else { through(b) };
            for &(_, place) in level {
                product[(i, place)] += through_a * b[rows[place]];
                if !diagonal {
                    product[(i, place)] += through_b * a[rows[place]];
                }
            }
        }
    }
    product
}

impl Sums {
    fn new(
        directions: &Directions<'_>,
        rows: &WeightedRows,
        components: &[Vec<usize>],
    ) -> Result<Self, FitError> {
        let p = rows.q.len();
        let n = directions.n_g + directions.strata.n_ratios();
        let zeros = || Matrix::zeros(p + 1, p + 1);
        let mut sums = Self {
            information: Matrix::zeros(p, p),
            traces: vec![0.0; n],
            squared_traces: Matrix::zeros(n, n),
            crossed: (0..n).map(|_| zeros()).collect(),
            products: (0..n).map(|_| (0..n).map(|_| zeros()).collect()).collect(),
        };
        for component in components {
            sums.add(directions, rows, component)?;
        }
        Ok(sums)
    }

    fn add(
        &mut self,
        directions: &Directions<'_>,
        rows: &WeightedRows,
        component: &[usize],
    ) -> Result<(), FitError> {
        let size = component.len();
        let p = rows.q.len();
        let covariance = directions.inner.covariance(rows, component);
        let factor = Cholesky::new(&covariance).ok_or(FitError::NotFinite)?;
        let half = factor.forward_matrix(&Matrix::identity(size));
        let inverse = half.transposed_times(&half);
        // [X r].
        let right = Matrix::from_function(size, p + 1, |i, a| {
            let row = component[i];
            rows.q.get(a).map_or(rows.residuals[row], |q| q[row])
        });
        let solved = inverse.times(&right);
        let through_x = right.transposed_times(&solved);
        self.information
            .add_scaled(1.0, &Matrix::from_function(p, p, |i, j| through_x[(i, j)]));
        let changes = directions.on(rows, component, &inverse);
        // D W⁻¹[X r] = W (W⁻¹D) W⁻¹[X r]; W⁻¹D W⁻¹[X r] is what is needed.
        let moved: Vec<Matrix> = changes.iter().map(|change| change.times(&solved)).collect();
        for (i, change) in changes.iter().enumerate() {
            self.traces[i] += change.trace();
            self.crossed[i].add_scaled(1.0, &right.transposed_times(&moved[i]));
            for (k, other) in changes.iter().enumerate().skip(i) {
                let trace = trace_of_product(change, other);
                self.squared_traces[(i, k)] += trace;
                if k != i {
                    self.squared_traces[(k, i)] += trace;
                }
                let product = right.transposed_times(&change.times(&moved[k]));
                // The two orders are transposes of each other.
                self.products[i][k].add_scaled(0.5, &product);
                self.products[i][k].add_scaled(0.5, &product.transposed());
            }
        }
        Ok(())
    }
}

/// `tr(A B)`.
fn trace_of_product(a: &Matrix, b: &Matrix) -> f64 {
    (0..a.n_rows())
        .map(|i| {
            (0..a.n_columns())
                .map(|j| a[(i, j)] * b[(j, i)])
                .sum::<f64>()
        })
        .sum()
}

/// `T'MT` for the coefficients, and their row and column with the residual.
fn both_sides(m: &Matrix, whitening: &Matrix) -> Matrix {
    let p = whitening.n_rows();
    let mut wide = Matrix::identity(p + 1);
    for i in 0..p {
        for j in 0..p {
            wide[(i, j)] = whitening[(i, j)];
        }
    }
    wide.transposed_times(&m.times(&wide))
}
