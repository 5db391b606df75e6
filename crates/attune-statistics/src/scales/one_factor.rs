//! One common factor of a correlation matrix by minimum residuals (Harman and Jones 1966).

use crate::matrix::Matrix;

/// The one-factor solution.
#[derive(Debug, Clone, PartialEq)]
pub struct OneFactor {
    /// Loading of each item; their sum is positive.
    pub loadings: Vec<f64>,
    /// 1 − loading² of each item.
    pub uniquenesses: Vec<f64>,
}

impl OneFactor {
    /// 1 − Σ uniqueness / Σ R: omega total with the observed variance of the sum.
    pub fn omega(&self, correlations: &Matrix) -> f64 {
        1.0 - self.uniquenesses.iter().sum::<f64>() / correlations.values().iter().sum::<f64>()
    }

    /// (Σ loading)² / ((Σ loading)² + Σ uniqueness).
    pub fn omega_of_model(&self) -> f64 {
        let common = self.loadings.iter().sum::<f64>().powi(2);
        common / (common + self.uniquenesses.iter().sum::<f64>())
    }
}

/// The loadings that make the squared off-diagonal residuals of `correlations` smallest.
///
/// Each loading in turn is set to its least squares value given the others,
/// Σ r_ij l_j / Σ l_j² over j ≠ i, until none moves by 1e-14; every step lowers the sum of
/// squares. `None` for fewer than three items (the solution is not unique), when a
/// loading exceeds 1 (a Heywood case), or without convergence in 100,000 rounds.
pub fn one_factor(correlations: &Matrix) -> Option<OneFactor> {
    const MOST_ROUNDS: usize = 100_000;
    let k = correlations.n_rows();
    if k < 3 {
        return None;
    }
    let mut loadings = start(correlations);
    for _ in 0..MOST_ROUNDS {
        let mut largest_step = 0.0_f64;
        for i in 0..k {
            let others = || (0..k).filter(|j| *j != i);
            let product: f64 = others().map(|j| correlations[(i, j)] * loadings[j]).sum();
            let square: f64 = others().map(|j| loadings[j] * loadings[j]).sum();
            let next = product / square;
            largest_step = largest_step.max((next - loadings[i]).abs());
            loadings[i] = next;
        }
        if largest_step.is_nan() {
            return None;
        }
        if largest_step < 1e-14 {
            return finished(loadings);
        }
    }
    None
}

/// Mean correlation with the other items, scaled: close for items of one kind.
fn start(correlations: &Matrix) -> Vec<f64> {
    let k = correlations.n_rows();
    let rest = |i: usize| (correlations.row(i).iter().sum::<f64>() - 1.0) / (k as f64 - 1.0);
    (0..k)
        .map(|i| rest(i).abs().sqrt().max(0.05) * rest(i).signum())
        .collect()
}

fn finished(mut loadings: Vec<f64>) -> Option<OneFactor> {
    if loadings.iter().any(|loading| loading.abs() > 1.0) {
        return None;
    }
    if loadings.iter().sum::<f64>() < 0.0 {
        loadings.iter_mut().for_each(|loading| *loading = -*loading);
    }
    let uniquenesses = loadings
        .iter()
        .map(|loading| 1.0 - loading * loading)
        .collect();
    Some(OneFactor {
        loadings,
        uniquenesses,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loadings_that_made_the_matrix_come_back() {
        let made = [0.8, 0.7, 0.6, -0.3];
        let matrix =
            Matrix::from_function(4, 4, |i, j| if i == j { 1.0 } else { made[i] * made[j] });
        let factor = one_factor(&matrix).unwrap();
        for (loading, expected) in factor.loadings.iter().zip(made) {
            assert!((loading - expected).abs() < 1e-10, "{loading} {expected}");
        }
    }

    #[test]
    fn a_heywood_case_has_no_solution() {
        let values = [[1.0, 0.9, 0.9], [0.9, 1.0, 0.5], [0.9, 0.5, 1.0]];
        assert_eq!(one_factor(&Matrix::from_rows(&values)), None);
    }
}
