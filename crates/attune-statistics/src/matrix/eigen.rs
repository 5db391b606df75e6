//! Eigenvalues of small symmetric matrices by Jacobi rotations, which are accurate for the
//! smallest eigenvalues too.

use super::Matrix;

/// `a = vectors * diag(values) * vectors'`, values in decreasing order, vectors in columns.
#[derive(Debug, Clone)]
pub struct SymmetricEigen {
    /// The eigenvalues in decreasing order.
    pub values: Vec<f64>,
    /// The eigenvectors in columns, in the same order.
    pub vectors: Matrix,
}

/// The eigenvalues and eigenvectors of a symmetric matrix.
#[must_use]
pub fn symmetric_eigen(a: &Matrix) -> SymmetricEigen {
    let n = a.n_rows();
    let mut work = a.clone();
    let mut vectors = Matrix::identity(n);
    for _sweep in 0..60 {
        let mut rotated = false;
        for p in 0..n {
            for q in p + 1..n {
                rotated |= rotate(&mut work, &mut vectors, p, q);
            }
        }
        if !rotated {
            break;
        }
    }
    let diagonal = work.diagonal();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| diagonal[j].total_cmp(&diagonal[i]));
    SymmetricEigen {
        values: order.iter().map(|&i| diagonal[i]).collect(),
        vectors: Matrix::from_function(n, n, |i, j| vectors[(i, order[j])]),
    }
}

/// The Moore–Penrose inverse of a symmetric matrix; eigenvalues below `tolerance` times the largest count as 0.
#[must_use]
pub fn pseudo_inverse(a: &Matrix, tolerance: f64) -> Matrix {
    let eigen = symmetric_eigen(a);
    let largest = eigen
        .values
        .iter()
        .fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let inverted: Vec<f64> = eigen
        .values
        .iter()
        .map(|&value| {
            if value.abs() > tolerance * largest {
                1.0 / value
            } else {
                0.0
            }
        })
        .collect();
    let n = a.n_rows();
    let scaled = Matrix::from_function(n, n, |i, j| eigen.vectors[(i, j)] * inverted[j]);
    scaled.times(&eigen.vectors.transposed())
}

/// The inverse of a symmetric matrix whose rows and columns have the given natural sizes. Directions whose
/// eigenvalue, after division by the sizes, is below `tolerance` count as unknown and are left out.
#[must_use]
pub(crate) fn scaled_inverse(a: &Matrix, sizes: &[f64], tolerance: f64) -> Matrix {
    let n = a.n_rows();
    let eigen = symmetric_eigen(&Matrix::from_function(n, n, |i, j| {
        a[(i, j)] / sizes[i] / sizes[j]
    }));
    Matrix::from_function(n, n, |i, j| {
        let known = (0..n).filter(|&k| eigen.values[k] > tolerance);
        let sum: f64 = known
            .map(|k| eigen.vectors[(i, k)] / eigen.values[k] * eigen.vectors[(j, k)])
            .sum();
        sum / sizes[i] / sizes[j]
    })
}

/// One rotation that makes element (p, q) zero; false when it is negligible already.
fn rotate(work: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) -> bool {
    let off = work[(p, q)];
    let (at_p, at_q) = (work[(p, p)], work[(q, q)]);
    if off.abs() <= f64::EPSILON * 0.01 * (at_p.abs() * at_q.abs()).sqrt() || off.abs() < 1e-300 {
        return false;
    }
    let ratio = (at_q - at_p) / (2.0 * off);
    let tangent = ratio.signum() / (ratio.abs() + (1.0 + ratio * ratio).sqrt());
    let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
    let sine = tangent * cosine;
    let n = work.n_rows();
    for k in 0..n {
        let (x, y) = (work[(k, p)], work[(k, q)]);
        work[(k, p)] = cosine * x - sine * y;
        work[(k, q)] = sine * x + cosine * y;
    }
    for k in 0..n {
        let (x, y) = (work[(p, k)], work[(q, k)]);
        work[(p, k)] = cosine * x - sine * y;
        work[(q, k)] = sine * x + cosine * y;
    }
    work[(p, q)] = 0.0;
    work[(q, p)] = 0.0;
    for k in 0..n {
        let (x, y) = (vectors[(k, p)], vectors[(k, q)]);
        vectors[(k, p)] = cosine * x - sine * y;
        vectors[(k, q)] = sine * x + cosine * y;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eigenvectors_rebuild_the_matrix() {
        let a = Matrix::from_rows(&[[2.0, -1.0, 0.3], [-1.0, 2.0, -1.0], [0.3, -1.0, 2.0]]);
        let eigen = symmetric_eigen(&a);
        let scaled = Matrix::from_function(3, 3, |i, j| eigen.vectors[(i, j)] * eigen.values[j]);
        let rebuilt = scaled.times(&eigen.vectors.transposed());
        for (x, y) in rebuilt.values().iter().zip(a.values()) {
            assert!((x - y).abs() < 1e-14);
        }
        assert!(eigen.values[0] >= eigen.values[1] && eigen.values[1] >= eigen.values[2]);
    }

    #[test]
    fn the_pseudo_inverse_of_a_singular_matrix_leaves_its_range_alone() {
        let a = Matrix::from_rows(&[[1.0, 1.0], [1.0, 1.0]]);
        let inverse = pseudo_inverse(&a, 1e-12);
        assert!((inverse[(0, 1)] - 0.25).abs() < 1e-15);
    }
}
