//! Ranks with ties shared, and what rank tests need to know about ties.

/// Rank of each value, 1 for the smallest, in the order given; tied values share
/// their mean rank.
///
/// # Examples
///
/// ```
/// assert_eq!(attune_statistics::ranks::mean_ranks(&[3.0, 1.0, 3.0]), [2.5, 1.0, 2.5]);
/// ```
pub fn mean_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut n_before = 0;
    for tied in order.chunk_by(|a, b| values[*a] == values[*b]) {
        for place in tied {
            ranks[*place] = n_before as f64 + (tied.len() as f64 + 1.0) / 2.0;
        }
        n_before += tied.len();
    }
    ranks
}

/// Sizes of the groups of tied values, ones included, in ascending order of value.
pub fn tie_sizes(values: &[f64]) -> Vec<usize> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.chunk_by(|a, b| a == b).map(<[f64]>::len).collect()
}

/// Σ (t³ − t) over the groups of tied values, the term of every tie correction.
pub fn tie_term(values: &[f64]) -> f64 {
    tie_sizes(values)
        .into_iter()
        .map(|t| (t * t * t - t) as f64)
        .sum()
}
