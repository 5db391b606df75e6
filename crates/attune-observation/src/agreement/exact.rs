//! Boundary-weighted agreement: every stretch between two changes counts with its length, so no
//! unit of time has to be chosen. It is what time-unit kappa tends to as the unit shrinks.

use super::table::Table;
use crate::timeline::{Labelled, for_each_common};
use crate::window::seconds;

/// Seconds by the label of each coder.
pub fn table(first: &[Labelled], second: &[Labelled], n_labels: usize) -> Table {
    let mut table = Table::new(n_labels);
    for_each_common(first, second, |start, end, a, b| {
        table.add(a, b, seconds(end - start));
    });
    table
}
