//! How much two different answers agree: weights from 0 (not at all) to 1 (the same).

use super::ratings::Category;
use crate::matrix::Matrix;

/// A set of agreement weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weights {
    /// 1 for the same answer, else 0.
    Identity,
    /// 1 − |x − y| / range.
    Linear,
    /// 1 − (x − y)² / range².
    Quadratic,
    /// Gwet's ordinal weights 1 − C(|i − j| + 1, 2) / C(q, 2), by place. Not Krippendorff's ordinal metric.
    Ordinal,
}

impl Weights {
    /// The weights between all categories, by their values (places for words).
    pub fn matrix(self, categories: &[Category]) -> Matrix {
        let q = categories.len();
        let value = |place: usize| categories[place].value;
        let range = if q > 1 { value(q - 1) - value(0) } else { 1.0 };
        let pairs = |n: usize| (n * n.saturating_sub(1)) as f64 / 2.0;
        Matrix::from_function(q, q, |i, j| match self {
            _ if i == j => 1.0,
            Weights::Identity => 0.0,
            Weights::Linear => 1.0 - (value(i) - value(j)).abs() / range,
            Weights::Quadratic => 1.0 - ((value(i) - value(j)) / range).powi(2),
            Weights::Ordinal => 1.0 - pairs(i.abs_diff(j) + 1) / pairs(q),
        })
    }

    /// Name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Weights::Identity => "identity",
            Weights::Linear => "linear",
            Weights::Quadratic => "quadratic",
            Weights::Ordinal => "ordinal (Gwet)",
        }
    }
}
