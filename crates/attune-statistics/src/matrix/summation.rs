//! Sums whose rounding error does not grow with their length.
//!
//! Blocks of a fixed length are summed in eight lanes and the block sums are added in pairs; the
//! order is fixed, so the result is the same on every machine and for any number of threads.

use crate::parallel::both;

const BLOCK: usize = 512;

/// The sum of the products of two slices.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    debug_assert_eq!(a.len(), b.len());
    if a.len() <= BLOCK {
        return block(a, b);
    }
    let middle = a.len().div_ceil(2).next_multiple_of(BLOCK);
    if middle >= a.len() {
        let (a0, a1) = a.split_at(BLOCK);
        let (b0, b1) = b.split_at(BLOCK);
        return block(a0, b0) + dot(a1, b1);
    }
    let (left, right) = both(
        a.len(),
        || dot(&a[..middle], &b[..middle]),
        || dot(&a[middle..], &b[middle..]),
    );
    left + right
}

/// The sum of a slice.
pub(crate) fn sum(values: &[f64]) -> f64 {
    if values.len() <= BLOCK {
        return values.iter().sum();
    }
    let (left, right) = values.split_at(values.len() / 2);
    sum(left) + sum(right)
}

fn block(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let (a_whole, a_rest) = a.as_chunks::<8>();
    let (b_whole, b_rest) = b.as_chunks::<8>();
    for (x, y) in a_whole.iter().zip(b_whole) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    let [l0, l1, l2, l3, l4, l5, l6, l7] = lanes;
    ((l0 + l1) + (l2 + l3)) + ((l4 + l5) + (l6 + l7)) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_is_counted_once_at_any_length() {
        for n in [0, 1, 7, 8, 511, 512, 513, 1024, 1025, 5000] {
            let ones = vec![1.0; n];
            assert_eq!(dot(&ones, &ones), n as f64);
            assert_eq!(sum(&ones), n as f64);
        }
    }
}
