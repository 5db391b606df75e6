//! The k-th smallest of all pairwise averages or differences, without forming them.
//!
//! Bisection over the doubles themselves with a linear-time count, so the answer is
//! exactly one of the pairwise values and memory stays linear.

/// The k-th smallest (k from 1) of the Walsh averages (xᵢ + xⱼ)/2, i ≤ j.
pub(super) fn walsh_average(sorted: &[f64], k: usize) -> f64 {
    let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
    smallest_with_count(low, high, k, |value| {
        // As the smaller index rises the largest fitting partner can only fall.
        let mut partner = sorted.len();
        let mut count = 0;
        for (i, x) in sorted.iter().enumerate() {
            while partner > i && (x + sorted[partner - 1]) / 2.0 > value {
                partner -= 1;
            }
            if partner <= i {
                break;
            }
            count += partner - i;
        }
        count
    })
}

/// The k-th smallest (k from 1) of the differences xᵢ − yⱼ.
pub(super) fn difference(sorted_first: &[f64], sorted_second: &[f64], k: usize) -> f64 {
    let low = sorted_first[0] - sorted_second[sorted_second.len() - 1];
    let high = sorted_first[sorted_first.len() - 1] - sorted_second[0];
    smallest_with_count(low, high, k, |value| {
        // As x rises, the y that keep x − y ≤ value begin later.
        let mut first_fitting = 0;
        let mut count = 0;
        for x in sorted_first {
            while first_fitting < sorted_second.len() && x - sorted_second[first_fitting] > value {
                first_fitting += 1;
            }
            count += sorted_second.len() - first_fitting;
        }
        count
    })
}

/// The median of `n` pairwise values given their order statistics.
pub(super) fn median_of(n: usize, order_statistic: impl Fn(usize) -> f64) -> f64 {
    if n % 2 == 1 {
        return order_statistic(n / 2 + 1);
    }
    (order_statistic(n / 2) + order_statistic(n / 2 + 1)) / 2.0
}

/// The smallest double between `low` and `high` at which the count reaches `k`.
fn smallest_with_count(low: f64, high: f64, k: usize, count_at: impl Fn(f64) -> usize) -> f64 {
    if count_at(low) >= k {
        return low;
    }
    let (mut below, mut reached) = (place_of(low), place_of(high));
    while reached - below > 1 {
        let middle = below + (reached - below) / 2;
        if count_at(double_at(middle)) >= k {
            reached = middle;
        } else {
            below = middle;
        }
    }
    double_at(reached)
}

/// Place of a double among all doubles in ascending order.
fn place_of(value: f64) -> i128 {
    let bits = value.to_bits() as i64;
    i128::from(if bits < 0 { i64::MIN - bits } else { bits })
}

fn double_at(place: i128) -> f64 {
    let place = place as i64;
    let bits = if place < 0 { i64::MIN - place } else { place };
    f64::from_bits(bits as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selection_agrees_with_sorting_all_pairs() {
        let x = [-3.5, -1.0, -1.0, 0.0, 0.2, 4.0, 9.75];
        let y = [-2.0, 0.0, 0.5, 0.5, 8.0];
        let mut averages: Vec<f64> = (0..x.len())
            .flat_map(|i| (i..x.len()).map(move |j| (x[i] + x[j]) / 2.0))
            .collect();
        averages.sort_by(f64::total_cmp);
        for (place, expected) in averages.iter().enumerate() {
            assert_eq!(walsh_average(&x, place + 1), *expected);
        }
        let mut differences: Vec<f64> = x.iter().flat_map(|a| y.map(|b| a - b)).collect();
        differences.sort_by(f64::total_cmp);
        for (place, expected) in differences.iter().enumerate() {
            assert_eq!(difference(&x, &y, place + 1), *expected);
        }
    }
}
