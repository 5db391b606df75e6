//! Probabilities of boxes under the multivariate normal and t distribution, by randomised lattice rules.
//!
//! Genz's transformation turns the box into the unit cube, one variable at a time along a pivoted Cholesky
//! factor; a singular correlation matrix, such as that of all pairwise differences, is integrated over its
//! rank (Genz and Kwong 2000). The cube is covered by a lattice with random shifts; their spread
//! gives the error (Genz and Bretz 2009). The seed is an argument: the same seed gives the same bits.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use super::fast_normal_quantile::fast_normal_quantile;
use super::{chi_squared_quantile, normal_cdf};
use crate::matrix::Matrix;

/// How finely to integrate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatticeSettings {
    /// Points of the lattice; the next prime is taken.
    pub n_points: usize,
    /// Random shifts of it, from whose spread the error is found.
    pub n_shifts: usize,
    /// Seed of the shifts.
    pub seed: u64,
}

impl Default for LatticeSettings {
    fn default() -> Self {
        Self {
            n_points: 2_000,
            n_shifts: 8,
            seed: 1,
        }
    }
}

/// A probability with its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoxProbability {
    /// The probability.
    pub value: f64,
    /// Three standard errors of it over the random shifts.
    pub error: f64,
}

/// A distribution ready for many boxes: the same lattice serves them all, so that probabilities of nested
/// boxes keep their order.
#[derive(Debug, Clone)]
pub struct MultivariateT {
    /// Rows of the pivoted Cholesky factor.
    factor: Vec<Vec<f64>>,
    /// Row of the variable, for each row of the factor.
    order: Vec<usize>,
    /// For each independent direction the rows that are decided there.
    decided: Vec<Vec<usize>>,
    /// Points of the cube, each shift for itself.
    points: Vec<Vec<Vec<f64>>>,
    /// The estimated scale at each point; empty for a normal distribution.
    scales: Vec<Vec<f64>>,
}

impl MultivariateT {
    /// Prepares a distribution with a correlation matrix, which may be singular; infinite `df` for normal.
    ///
    /// `None` when the matrix is no correlation matrix or `df` is not positive.
    #[must_use]
    pub fn new(correlation: &Matrix, df: f64, settings: &LatticeSettings) -> Option<Self> {
        let n = correlation.n_rows();
        let is_possible = n > 0 && n == correlation.n_columns() && df > 0.0;
        let all_finite = correlation.values().iter().all(|value| value.is_finite());
        if !is_possible || !all_finite || settings.n_points == 0 || settings.n_shifts < 2 {
            return None;
        }
        let (factor, order) = pivoted_factor(correlation)?;
        let rank = factor.first().map_or(0, Vec::len);
        let mut decided = vec![Vec::new(); rank];
        for (row, weights) in factor.iter().enumerate() {
            let last = weights
                .iter()
                .rposition(|weight| weight.abs() > PIVOT_TOLERANCE)?;
            decided[last].push(row);
        }
        let has_scale = df.is_finite();
        let n_dimensions = rank - 1 + usize::from(has_scale);
        let points = lattice(n_dimensions, settings);
        let scale = |point: &Vec<f64>| (chi_squared_quantile(point[rank - 1], df) / df).sqrt();
        let scales = match has_scale {
            true => points
                .par_iter()
                .map(|shift| shift.iter().map(scale).collect())
                .collect(),
            false => Vec::new(),
        };
        Some(Self {
            factor,
            order,
            decided,
            points,
            scales,
        })
    }

    /// Probability of the box between `lower` and `upper`, which may be infinite.
    ///
    /// # Examples
    ///
    /// ```
    /// use attune_statistics::distributions::{LatticeSettings, MultivariateT};
    /// use attune_statistics::matrix::Matrix;
    ///
    /// // Three normal variables with correlations of one half: all positive with probability 1/4.
    /// let correlation = Matrix::from_function(3, 3, |i, j| if i == j { 1.0 } else { 0.5 });
    /// let normal = MultivariateT::new(&correlation, f64::INFINITY, &LatticeSettings::default()).unwrap();
    /// let p = normal.probability(&[0.0; 3], &[f64::INFINITY; 3]);
    /// assert!((p.value - 0.25).abs() < 1e-4 && p.error < 1e-3);
    /// ```
    ///
    /// # Panics
    /// When the limits are not as many as the variables.
    #[must_use]
    pub fn probability(&self, lower: &[f64], upper: &[f64]) -> BoxProbability {
        assert_eq!(
            lower.len(),
            self.order.len(),
            "one lower limit for each variable"
        );
        assert_eq!(
            upper.len(),
            self.order.len(),
            "one upper limit for each variable"
        );
        let means: Vec<f64> = (0..self.points.len())
            .into_par_iter()
            .map(|shift| self.mean_over_shift(shift, lower, upper))
            .collect();
        let n = means.len() as f64;
        let value = means.iter().sum::<f64>() / n;
        let squares: f64 = means.iter().map(|mean| (mean - value).powi(2)).sum();
        BoxProbability {
            value: value.clamp(0.0, 1.0),
            error: 3.0 * (squares / (n * (n - 1.0))).sqrt(),
        }
    }

    /// Probability that the largest |T| is at most `t`.
    #[must_use]
    pub fn largest_within(&self, t: f64) -> BoxProbability {
        let n = self.order.len();
        self.probability(&vec![-t; n], &vec![t; n])
    }

    fn mean_over_shift(&self, shift: usize, lower: &[f64], upper: &[f64]) -> f64 {
        let points = &self.points[shift];
        let mut normals = vec![0.0; self.decided.len()];
        let total: f64 = points
            .iter()
            .enumerate()
            .map(|(place, point)| {
                let scale = self.scales.get(shift).map_or(1.0, |scales| scales[place]);
                self.at_point(point, scale, (lower, upper), &mut normals)
            })
            .sum();
        total / points.len() as f64
    }

    /// Genz's integrand: the product of conditional probabilities along the factor.
    fn at_point(
        &self,
        point: &[f64],
        scale: f64,
        (lower, upper): (&[f64], &[f64]),
        normals: &mut [f64],
    ) -> f64 {
        let mut product = 1.0;
        let rank = self.decided.len();
        for direction in 0..rank {
            let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
            for &row in &self.decided[direction] {
                let weights = &self.factor[row];
                let known = crate::matrix::dot(&weights[..direction], &normals[..direction]);
                let variable = self.order[row];
                let from = (scale * lower[variable] - known) / weights[direction];
                let to = (scale * upper[variable] - known) / weights[direction];
                low = low.max(from.min(to));
                high = high.min(from.max(to));
            }
            if low >= high {
                return 0.0;
            }
            let (below, within) = slice(low, high);
            product *= within;
            if direction + 1 < rank {
                normals[direction] = inner(low, high, below, within, point[direction]);
            }
        }
        product
    }
}

const PIVOT_TOLERANCE: f64 = 1e-8;

/// Φ(low), or the upper tail at `high` where the slice lies above zero, and the probability between.
fn slice(low: f64, high: f64) -> (f64, f64) {
    if low > 0.0 {
        let above = normal_cdf(-high);
        (above, normal_cdf(-low) - above)
    } else {
        let below = normal_cdf(low);
        (below, normal_cdf(high) - below)
    }
}

/// The normal value at the share `share` of a slice.
fn inner(low: f64, high: f64, below: f64, within: f64, share: f64) -> f64 {
    let value = if low > 0.0 {
        -fast_normal_quantile(below + (1.0 - share) * within)
    } else {
        fast_normal_quantile(below + share * within)
    };
    value.clamp(low.max(-40.0), high.min(40.0))
}

/// The lower triangular factor of a positive semidefinite matrix with the largest pivot first: its rows, and
/// the variable of each. `None` when the matrix is not positive semidefinite.
fn pivoted_factor(matrix: &Matrix) -> Option<(Vec<Vec<f64>>, Vec<usize>)> {
    let n = matrix.n_rows();
    let mut order: Vec<usize> = (0..n).collect();
    let mut rows: Vec<Vec<f64>> = vec![Vec::new(); n];
    let mut left: Vec<f64> = matrix.diagonal();
    for step in 0..n {
        let pivot =
            (step..n).max_by(|a, b| left[order[*a]].total_cmp(&left[order[*b]]).then(b.cmp(a)))?;
        let remaining = left[order[pivot]];
        if remaining < PIVOT_TOLERANCE {
            let is_semidefinite = order[step..]
                .iter()
                .all(|row| left[*row] > -PIVOT_TOLERANCE);
            return (is_semidefinite && step > 0).then(|| in_order(&rows, order));
        }
        order.swap(step, pivot);
        let chosen = order[step];
        let root = remaining.sqrt();
        rows[chosen].push(root);
        let weights = rows[chosen].clone();
        for &row in &order[step + 1..] {
            let known = crate::matrix::dot(&rows[row], &weights[..step]);
            let weight = (matrix[(row, chosen)] - known) / root;
            rows[row].push(weight);
            left[row] -= weight * weight;
        }
    }
    Some(in_order(&rows, order))
}

/// The rows in the order of the pivots, all as long as the rank.
fn in_order(rows: &[Vec<f64>], order: Vec<usize>) -> (Vec<Vec<f64>>, Vec<usize>) {
    let rank = rows.iter().map(Vec::len).max().unwrap_or(0);
    let padded = order.iter().map(|&row| {
        let mut weights = rows[row].clone();
        weights.resize(rank, 0.0);
        weights
    });
    (padded.collect(), order)
}

/// A rank-1 lattice, shifted and folded: folding makes the integrand periodic (Hickernell 2002).
fn lattice(n_dimensions: usize, settings: &LatticeSettings) -> Vec<Vec<Vec<f64>>> {
    let n = (settings.n_points..)
        .find(|&n| is_prime(n))
        .unwrap_or(settings.n_points);
    let generators = generating_vector(n, n_dimensions);
    let shifted = |shift: usize| {
        let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
        random.set_stream(shift as u64);
        let shifts: Vec<f64> = generators
            .iter()
            .map(|_| f64::from(random.next_u32()) / 4_294_967_296.0)
            .collect();
        let point = |place: usize| {
            let coordinate = |(generator, shift): (&usize, &f64)| {
                let at = ((place * generator % n) as f64 / n as f64 + shift).fract();
                // The ends stay open for quantiles.
                (2.0 * at - 1.0).abs().clamp(1e-15, 1.0 - 1e-15)
            };
            generators.iter().zip(&shifts).map(coordinate).collect()
        };
        (0..n).map(point).collect()
    };
    (0..settings.n_shifts).map(shifted).collect()
}

/// The generating vector of a lattice of `n` points, built one component at a time so that the worst-case
/// error for smooth periodic functions is least (Sloan and Reztsov 2002); later dimensions count half as much
/// as the one before.
fn generating_vector(n: usize, n_dimensions: usize) -> Vec<usize> {
    // Bernoulli's polynomial of degree two, times 2π².
    let kernel: Vec<f64> = (0..n)
        .map(|k| {
            let x = k as f64 / n as f64;
            2.0 * std::f64::consts::PI.powi(2) * (x * x - x + 1.0 / 6.0)
        })
        .collect();
    let mut products = vec![1.0; n];
    let mut generators = Vec::with_capacity(n_dimensions);
    let mut importance = 1.0;
    for dimension in 0..n_dimensions {
        let error = |generator: usize| {
            let mut at = 0;
            let mut sum = 0.0;
            for product in &products {
                sum += product * kernel[at];
                at += generator;
                if at >= n {
                    at -= n;
                }
            }
            sum
        };
        // The first component is arbitrary, and a generator is as good as its negative.
        let last = if dimension == 0 { 1 } else { n / 2 };
        let errors: Vec<f64> = (1..=last).into_par_iter().map(error).collect();
        let best = (0..errors.len()).min_by(|a, b| errors[*a].total_cmp(&errors[*b]));
        let generator = best.map_or(1, |place| place + 1);
        for (k, product) in products.iter_mut().enumerate() {
            *product *= 1.0 + importance * kernel[k * generator % n];
        }
        generators.push(generator);
        importance *= 0.5;
    }
    generators
}

fn is_prime(n: usize) -> bool {
    n > 1
        && (2..)
            .take_while(|d| d * d <= n)
            .all(|d| !n.is_multiple_of(d))
}
