//! Work shared between threads where there is enough of it to be worth waking them. Results are put
//! together in a fixed order, so they do not depend on the number of threads.

use rayon::prelude::*;

/// From this many rows on, work is shared.
pub(crate) const MANY_ROWS: usize = 1 << 15;

/// Does both, at the same time when there are many rows.
pub(crate) fn both<A: Send, B: Send>(
    n_rows: usize,
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B + Send,
) -> (A, B) {
    if n_rows < MANY_ROWS {
        (first(), second())
    } else {
        rayon::join(first, second)
    }
}

/// Does the same for each item, at the same time when there are many rows.
pub(crate) fn each<T: Sync, R: Send>(
    n_rows: usize,
    items: &[T],
    work: impl Fn(&T) -> R + Send + Sync,
) -> Vec<R> {
    if n_rows < MANY_ROWS {
        items.iter().map(work).collect()
    } else {
        items.par_iter().map(work).collect()
    }
}

/// Whether both are the same, item by item.
pub(crate) fn equal<T: PartialEq + Sync>(first: &[T], second: &[T]) -> bool {
    if first.len() < MANY_ROWS || first.len() != second.len() {
        first == second
    } else {
        first.par_iter().eq(second)
    }
}

/// `0, 1, … n - 1`.
pub(crate) fn indices(n: usize) -> Vec<usize> {
    if n < MANY_ROWS {
        (0..n).collect()
    } else {
        (0..n).into_par_iter().collect()
    }
}
