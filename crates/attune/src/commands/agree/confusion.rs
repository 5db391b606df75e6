//! How two coders' categories go together.

use attune_statistics::agreement::Ratings;
use serde::Serialize;

/// More categories than this make no table to read.
const MOST_CATEGORIES: usize = 20;

/// Counts of units by the categories that two coders gave them.
#[derive(Debug, Serialize)]
pub struct Confusion {
    /// Coder of the rows.
    pub rows: String,
    /// Coder of the columns.
    pub columns: String,
    /// The categories, in order.
    pub categories: Vec<String>,
    /// Counts by row.
    pub counts: Vec<Vec<usize>>,
}

/// The table of two coders; none for more coders or many categories.
pub fn of(ratings: &Ratings) -> Option<Confusion> {
    let categories = labels(ratings);
    let [rows, columns] = ratings.coders() else {
        return None;
    };
    if categories.len() > MOST_CATEGORIES {
        return None;
    }
    let mut counts = vec![vec![0; categories.len()]; categories.len()];
    for unit in ratings.units() {
        if let [Some(first), Some(second)] = unit {
            counts[*first][*second] += 1;
        }
    }
    Some(Confusion {
        rows: rows.clone(),
        columns: columns.clone(),
        categories,
        counts,
    })
}

/// The categories, in order.
pub fn labels(ratings: &Ratings) -> Vec<String> {
    let labels = ratings.categories().iter();
    labels.map(|category| category.label.clone()).collect()
}
