//! Which cluster each row of a model belongs to, and why clusters cannot be used.
//!
//! Clusters are what may differ or be drawn as a whole: clinics, groups, families. Several methods for few
//! clusters start from them: [`crate::cluster_robust`], [`crate::wild_cluster_bootstrap`].

use thiserror::Error;

use crate::table::{Column, Factor, Table};

/// The cluster of each row that a model uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clusters {
    // Invariant: every code is the index of a label, and every label has a row.
    name: String,
    labels: Vec<String>,
    codes: Vec<u32>,
}

/// Why clusters cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ClusterError {
    /// No such column.
    #[error("column `{name}` is not in the data, which has: {known}")]
    UnknownColumn {
        /// The name asked for.
        name: String,
        /// The names in the data.
        known: String,
    },
    /// A row of the model without a cluster.
    #[error(
        "`{name}` is missing in {n_rows} of the rows that the model uses, first in row {row} below the headings: \
         fill it in, or leave these rows out before fitting"
    )]
    Missing {
        /// The column of clusters.
        name: String,
        /// The first such row in the table, from 1.
        row: usize,
        /// How many there are.
        n_rows: usize,
    },
    /// One cluster.
    #[error(
        "the rows used hold {n_clusters} cluster(s) of `{name}`: at least 2 are needed to see how clusters differ"
    )]
    TooFew {
        /// The column of clusters.
        name: String,
        /// How many there are.
        n_clusters: usize,
    },
    /// A random effect that links clusters.
    #[error(
        "level `{level}` of the random factor `{group}` has rows in more than one cluster of `{name}`, so these clusters \
         are not independent under the model: use a cluster that holds whole levels, or take the random term out"
    )]
    NotNested {
        /// The column of clusters.
        name: String,
        /// The grouping factor of the random term.
        group: String,
        /// The level.
        level: String,
    },
    /// Clusters of other rows.
    #[error(
        "`{name}` gives the clusters of {found} rows but the model uses {needed}: take them from its own rows"
    )]
    OtherRows {
        /// The column of clusters.
        name: String,
        /// Rows with a cluster.
        found: usize,
        /// Rows of the model.
        needed: usize,
    },
    /// The model did not converge.
    #[error("the optimum of the model was not reached: nothing can be concluded from it")]
    NotConverged,
    /// A table that is not the one of the fit.
    #[error(
        "the table has {found} rows but the model was fitted to row {needed}: give the table of the fit"
    )]
    OtherTable {
        /// Rows in the table given.
        found: usize,
        /// The last row of the model, from 1.
        needed: usize,
    },
}

impl Clusters {
    /// The clusters of the rows at `used_rows` of a table, from a factor or from numbers, one cluster for each
    /// distinct value. For a fitted model `used_rows` is its `frame.used_rows`.
    ///
    /// # Errors
    /// When there is no such column, a row has no cluster, or there are fewer than two clusters.
    pub fn of_rows(table: &Table, name: &str, used_rows: &[usize]) -> Result<Self, ClusterError> {
        let factor = match table.column(name) {
            Some(Column::Factor(factor)) => factor.clone(),
            Some(Column::Numbers(numbers)) => Factor::from_numbers(numbers),
            None => {
                return Err(ClusterError::UnknownColumn {
                    name: name.to_owned(),
                    known: table.names().join(", "),
                });
            }
        };
        let needed = used_rows.iter().max().map_or(0, |row| row + 1);
        if needed > factor.codes.len() {
            return Err(ClusterError::OtherTable {
                found: factor.codes.len(),
                needed,
            });
        }
        let missing: Vec<usize> = used_rows
            .iter()
            .copied()
            .filter(|&row| factor.codes[row].is_none())
            .collect();
        if let Some(&row) = missing.first() {
            return Err(ClusterError::Missing {
                name: name.to_owned(),
                row: row + 1,
                n_rows: missing.len(),
            });
        }
        let codes = used_rows.iter().filter_map(|&row| factor.codes[row]);
        let clusters = Self::without_unused(name, &factor.levels, codes.collect());
        match clusters.n_clusters() {
            0 | 1 => Err(ClusterError::TooFew {
                name: name.to_owned(),
                n_clusters: clusters.n_clusters(),
            }),
            _ => Ok(clusters),
        }
    }

    /// Refuses clusters of other rows than those of a model.
    pub(crate) fn must_match(&self, n_rows: usize) -> Result<(), ClusterError> {
        if self.codes.len() == n_rows {
            return Ok(());
        }
        Err(ClusterError::OtherRows {
            name: self.name.clone(),
            found: self.codes.len(),
            needed: n_rows,
        })
    }

    fn without_unused(name: &str, levels: &[String], mut codes: Vec<u32>) -> Self {
        let mut number = vec![u32::MAX; levels.len()];
        let mut used: Vec<u32> = codes.clone();
        used.sort_unstable();
        used.dedup();
        for (new, &old) in (0_u32..).zip(&used) {
            number[old as usize] = new;
        }
        for code in &mut codes {
            *code = number[*code as usize];
        }
        let labels = used.iter().map(|&old| levels[old as usize].clone());
        Self {
            name: name.to_owned(),
            labels: labels.collect(),
            codes,
        }
    }

    /// The name of the column.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The clusters that have rows, in the order of the levels.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// For each row the index of its cluster.
    #[must_use]
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// How many clusters have rows.
    #[must_use]
    pub fn n_clusters(&self) -> usize {
        self.labels.len()
    }

    /// The rows of each cluster.
    #[must_use]
    pub fn rows(&self) -> Vec<Vec<usize>> {
        let mut rows = vec![Vec::new(); self.labels.len()];
        for (row, &code) in self.codes.iter().enumerate() {
            rows[code as usize].push(row);
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let site = Factor::from_labels(&[Some("b"), Some("a"), None, Some("b"), Some("c")]);
        Table::new()
            .with("site", Column::Factor(site))
            .and_then(|table| table.with("ward", Column::Numbers(vec![3.0, 1.0, 1.0, 3.0, 1.0])))
            .expect("a table")
    }

    #[test]
    fn levels_without_rows_are_no_clusters() {
        let clusters = Clusters::of_rows(&table(), "site", &[0, 3, 4]).unwrap();
        assert_eq!(clusters.labels(), ["b", "c"]);
        assert_eq!(clusters.codes(), [0, 0, 1]);
        assert_eq!(clusters.rows(), [vec![0, 1], vec![2]]);
    }

    #[test]
    fn numbers_make_a_cluster_of_each_value() {
        let clusters = Clusters::of_rows(&table(), "ward", &[0, 1, 2, 3, 4]).unwrap();
        assert_eq!(clusters.codes(), [1, 0, 0, 1, 0]);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let problem = |name: &str, rows: &[usize]| {
            Clusters::of_rows(&table(), name, rows)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            problem("place", &[0]),
            "column `place` is not in the data, which has: site, ward"
        );
        assert!(problem("site", &[0, 2, 4]).starts_with(
            "`site` is missing in 1 of the rows that the model uses, first in row 3 below"
        ));
        assert!(problem("site", &[0, 3]).starts_with("the rows used hold 1 cluster(s) of `site`"));
        assert!(
            problem("site", &[7])
                .starts_with("the table has 5 rows but the model was fitted to row 8")
        );
    }
}
