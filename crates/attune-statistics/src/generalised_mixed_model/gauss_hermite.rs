//! Nodes and weights of Gauss–Hermite quadrature.
//!
//! The nodes are the eigenvalues of the Jacobi matrix (Golub & Welsch 1969), polished by Newton steps on the
//! Hermite functions; the weights come from the same functions, which neither overflow nor lose the digits of
//! the outermost nodes.

use crate::matrix::{Matrix, symmetric_eigen};

/// A rule for the integral of `exp(-x²) f(x)`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GaussHermite {
    /// The nodes in increasing order.
    pub nodes: Vec<f64>,
    /// `log(weight) + node²`, the form in which adaptive quadrature needs the weights.
    pub log_weights: Vec<f64>,
}

impl GaussHermite {
    /// The rule with `n` nodes, 1 to 100.
    pub(crate) fn new(n: usize) -> Self {
        let beside = |i: usize, j: usize| {
            if i.abs_diff(j) == 1 {
                (i.max(j) as f64 / 2.0).sqrt()
            } else {
                0.0
            }
        };
        let mut nodes = symmetric_eigen(&Matrix::from_function(n, n, beside)).values;
        nodes.reverse();
        let polished = |node: f64| {
            (0..3).fold(node, |x, _| {
                let functions = hermite_functions(n, x);
                let slope = (2.0 * n as f64).sqrt() * functions[n - 1] - x * functions[n];
                x - functions[n] / slope
            })
        };
        nodes.iter_mut().for_each(|node| *node = polished(*node));
        let log_weight =
            |&node: &f64| -libm::log(hermite_functions(n, node)[..n].iter().map(|h| h * h).sum());
        Self {
            log_weights: nodes.iter().map(log_weight).collect(),
            nodes,
        }
    }
}

/// The orthonormal Hermite functions of degree 0 to `n`.
fn hermite_functions(n: usize, x: f64) -> Vec<f64> {
    let start = libm::pow(std::f64::consts::PI, -0.25) * libm::exp(-0.5 * x * x);
    let mut functions = vec![start];
    for k in 0..n {
        let below = if k == 0 { 0.0 } else { functions[k - 1] };
        let k = k as f64;
        let next = (2.0 / (k + 1.0)).sqrt() * x * functions[functions.len() - 1]
            - (k / (k + 1.0)).sqrt() * below;
        functions.push(next);
    }
    functions
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The integral of `exp(-x²) x^power`.
    fn moment(rule: &GaussHermite, power: i32) -> f64 {
        rule.nodes
            .iter()
            .zip(&rule.log_weights)
            .map(|(x, w)| libm::exp(w - x * x) * x.powi(power))
            .sum()
    }

    #[test]
    fn polynomials_are_integrated_exactly() {
        let root = std::f64::consts::PI.sqrt();
        for n in [1, 2, 3, 9, 15, 25, 60, 100] {
            let rule = GaussHermite::new(n);
            assert!((moment(&rule, 0) / root - 1.0).abs() < 1e-13, "{n}");
            if n >= 3 {
                assert!(
                    (moment(&rule, 4) / (0.75 * root) - 1.0).abs() < 1e-13,
                    "{n}"
                );
                assert!(moment(&rule, 3).abs() < 1e-13, "{n}");
            }
        }
        // The fourth moment needs three nodes; two give half of it less.
        assert!((moment(&GaussHermite::new(2), 4) / root - 0.25).abs() < 1e-14);
    }

    #[test]
    fn the_nodes_are_those_of_the_tables() {
        // Abramowitz & Stegun 1972, table 25.10, n = 5.
        let rule = GaussHermite::new(5);
        for (node, expected) in rule
            .nodes
            .iter()
            .zip([-2.020182870456086, -0.958572464613819, 0.0])
        {
            assert!((node - expected).abs() < 1e-14);
        }
        let weight = libm::exp(rule.log_weights[0] - rule.nodes[0] * rule.nodes[0]);
        assert!((weight / 1.995324205905e-2 - 1.0).abs() < 1e-12);
    }
}
