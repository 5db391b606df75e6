//! The sums over each cluster from which every resample is made.
//!
//! In coordinates in which `X'X = I`, with the contrast as direction `d` and the column `x = X d` that carries it:
//! under the null value `estimate + shift` the residuals are `e - x shift/|d|²`, linear in the shift. So are the
//! numerator of t* and, for each cluster, the residual score whose squares are its variance; a resample is five numbers.

use crate::clusters::Clusters;
use crate::least_squares::LeastSquares;
use crate::matrix::{dot, orthonormalise};

pub(super) struct ClusterSums {
    /// For each cluster.
    clusters: Vec<OfCluster>,
    /// The sum of the squared scores of the data as they are: the CR0 variance of the contrast.
    pub squares: f64,
    /// The same for the part of the residuals that grows with the shift.
    shifted_squares: f64,
}

struct OfCluster {
    /// `X'x`.
    along: Vec<f64>,
    /// `X'e`.
    scores: Vec<f64>,
    /// `X'` of what the residuals change by per unit of the shift.
    shifted_scores: Vec<f64>,
    /// `x'e`.
    own: f64,
    /// `x'` of what the residuals change by.
    shifted_own: f64,
}

/// One resample, for every shift at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resample {
    numerator: f64,
    numerator_slope: f64,
    squares: f64,
    squares_slope: f64,
    squares_curve: f64,
}

/// |t*| and |t| closer than this, relatively in their squares, count as equal: sign patterns repeat statistics.
const TIE: f64 = 1e-9;

impl ClusterSums {
    pub(super) fn new(model: &LeastSquares, clusters: &Clusters, weights: &[f64]) -> Self {
        let orthonormal = orthonormalise(&model.weighted_columns());
        let direction = orthonormal
            .inverse_upper()
            .transposed()
            .times_vector(weights);
        let size = dot(&direction, &direction);
        let residuals = model.weighted_residuals();
        let of_cluster = |rows: Vec<usize>| {
            let chosen = |column: &[f64]| rows.iter().map(|&row| column[row]).collect::<Vec<f64>>();
            let columns: Vec<Vec<f64>> = orthonormal.q.iter().map(|q| chosen(q)).collect();
            let residuals = chosen(&residuals);
            let along: Vec<f64> = columns
                .iter()
                .map(|column| {
                    let products: Vec<f64> =
                        columns.iter().map(|other| dot(column, other)).collect();
                    dot(&products, &direction)
                })
                .collect();
            let scores: Vec<f64> = columns
                .iter()
                .map(|column| dot(column, &residuals))
                .collect();
            OfCluster {
                own: dot(&scores, &direction),
                shifted_own: -dot(&along, &direction) / size,
                shifted_scores: along.iter().map(|value| -value / size).collect(),
                along,
                scores,
            }
        };
        let clusters: Vec<OfCluster> = clusters.rows().into_iter().map(of_cluster).collect();
        Self {
            squares: clusters.iter().map(|cluster| cluster.own.powi(2)).sum(),
            shifted_squares: clusters
                .iter()
                .map(|cluster| cluster.shifted_own.powi(2))
                .sum(),
            clusters,
        }
    }

    /// Whether the contrast has a variance between clusters at all.
    pub(super) fn is_defined(&self) -> bool {
        self.squares > 0.0 && self.squares.is_finite() && self.shifted_squares.is_finite()
    }

    /// The resample whose clusters are multiplied by `factors`.
    pub(super) fn resample(
        &self,
        factors: &[f64],
        (total, shifted_total): &mut (Vec<f64>, Vec<f64>),
    ) -> Resample {
        let p = self.clusters[0].along.len();
        total.clear();
        total.resize(p, 0.0);
        shifted_total.clear();
        shifted_total.resize(p, 0.0);
        let (mut numerator, mut numerator_slope) = (0.0, 0.0);
        for (cluster, &factor) in self.clusters.iter().zip(factors) {
            numerator += factor * cluster.own;
            numerator_slope += factor * cluster.shifted_own;
            crate::matrix::add_scaled(total, factor, &cluster.scores);
            crate::matrix::add_scaled(shifted_total, factor, &cluster.shifted_scores);
        }
        let (mut squares, mut squares_slope, mut squares_curve) = (0.0, 0.0, 0.0);
        for (cluster, &factor) in self.clusters.iter().zip(factors) {
            let explained = |total: &[f64]| -> f64 {
                cluster.along.iter().zip(total).map(|(a, b)| a * b).sum()
            };
            let left = factor * cluster.own - explained(total);
            let slope = factor * cluster.shifted_own - explained(shifted_total);
            squares += left * left;
            squares_slope += left * slope;
            squares_curve += slope * slope;
        }
        Resample {
            numerator,
            numerator_slope,
            squares,
            squares_slope,
            squares_curve,
        }
    }

    /// How many resamples stay as extreme as the data however far the null value is moved.
    pub(super) fn never_refuted(&self, resamples: &[Resample]) -> usize {
        let nothing = 1e-20 * self.shifted_squares;
        resamples
            .iter()
            .filter(|resample| resample.squares_curve <= nothing)
            .count()
    }
}

impl Resample {
    /// Whether |t*| is at least |t| when the null value is the estimate plus `shift`. Written without division, so
    /// that a resample without any variance counts as extreme.
    pub(super) fn is_as_extreme(&self, shift: f64, squares: f64) -> bool {
        let numerator = self.numerator + shift * self.numerator_slope;
        let variance =
            self.squares + shift * (2.0 * self.squares_slope + shift * self.squares_curve);
        numerator * numerator * squares >= shift * shift * variance * (1.0 - TIE)
    }
}
