//! Tables of counts: Pearson's chi-squared, Cramér's V, the trend of proportions.

use crate::data_problem::{DataProblem, require_same_length};
use crate::distributions::chi_squared_upper_tail;
use crate::test_result::TestResult;

/// A table of counts, row by row. Rows and columns without any count are dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountTable {
    // Invariant: at least two rows and columns, all rows of one length, no empty row or column.
    rows: Vec<Vec<usize>>,
}

impl CountTable {
    /// Checks a table.
    ///
    /// # Errors
    ///
    /// When the rows differ in length, or fewer than two rows or columns hold counts.
    pub fn new(rows: &[Vec<usize>]) -> Result<Self, DataProblem> {
        for row in rows {
            require_same_length(("the first row", rows[0].len()), ("another row", row.len()))?;
        }
        let mut rows: Vec<Vec<usize>> = rows.to_vec();
        rows.retain(|row| row.iter().any(|count| *count > 0));
        let n_columns = rows.first().map_or(0, Vec::len);
        let filled: Vec<usize> = (0..n_columns)
            .filter(|column| rows.iter().any(|row| row[*column] > 0))
            .collect();
        let found = rows.len().min(filled.len());
        if found < 2 {
            return Err(DataProblem::TooFew {
                what: "a side of the table",
                needed: 2,
                found,
            });
        }
        let keep = |row: Vec<usize>| filled.iter().map(|column| row[*column]).collect();
        Ok(CountTable {
            rows: rows.into_iter().map(keep).collect(),
        })
    }

    /// The counts, row by row.
    pub fn rows(&self) -> &[Vec<usize>] {
        &self.rows
    }

    /// Whether the table has two rows and two columns.
    pub fn is_two_by_two(&self) -> bool {
        self.rows.len() == 2 && self.rows[0].len() == 2
    }

    /// Sum of all counts.
    pub fn n(&self) -> usize {
        self.row_sums().iter().sum()
    }

    /// Sum of each row.
    pub fn row_sums(&self) -> Vec<usize> {
        self.rows.iter().map(|row| row.iter().sum()).collect()
    }

    /// Sum of each column.
    pub fn column_sums(&self) -> Vec<usize> {
        (0..self.rows[0].len())
            .map(|column| self.rows.iter().map(|row| row[column]).sum())
            .collect()
    }

    /// Counts expected without association, row by row.
    pub fn expected(&self) -> Vec<Vec<f64>> {
        let (rows, columns, n) = (self.row_sums(), self.column_sums(), self.n() as f64);
        let cell = |row: usize, column: usize| row as f64 * column as f64 / n;
        rows.iter()
            .map(|row| columns.iter().map(|column| cell(*row, *column)).collect())
            .collect()
    }
}

/// Whether Yates' continuity correction is applied to a two-by-two table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continuity {
    /// Pearson's statistic as it is.
    None,
    /// Yates' correction of ½ (no more than the deviation) where the table is two by two.
    Yates,
}

/// Pearson's chi-squared test of a table; the estimate is Cramér's V of the
/// uncorrected statistic (|φ| for two by two).
///
/// # Examples
///
/// ```
/// use attune_statistics::before_after::contingency::*;
/// let table = CountTable::new(&[vec![3, 11], vec![9, 4]]).unwrap();
/// let result = chi_squared(&table, Continuity::None);
/// assert!((result.statistic.unwrap() - 6.238_186_813_186_814).abs() < 1e-12);
/// ```
pub fn chi_squared(table: &CountTable, continuity: Continuity) -> TestResult {
    let corrected = continuity == Continuity::Yates && table.is_two_by_two();
    let statistic = pearson(table, if corrected { 0.5 } else { 0.0 });
    let shortest = table.rows.len().min(table.rows[0].len()) as f64 - 1.0;
    let df = (table.rows.len() - 1) as f64 * (table.rows[0].len() - 1) as f64;
    TestResult {
        estimate: Some((pearson(table, 0.0) / (table.n() as f64 * shortest)).sqrt()),
        statistic: Some(statistic),
        df: Some(df),
        p: Some(chi_squared_upper_tail(statistic, df)),
        ..TestResult::named(
            "chi-squared",
            if corrected {
                "Yates' correction"
            } else {
                "Pearson"
            },
        )
    }
}

fn pearson(table: &CountTable, correction: f64) -> f64 {
    let expected = table.expected();
    let cells = table.rows.iter().flatten().zip(expected.iter().flatten());
    cells
        .map(|(count, expected)| {
            let gap = (*count as f64 - expected).abs();
            (gap - correction.min(gap)).powi(2) / expected
        })
        .sum()
}

/// Cochran and Armitage's test for a trend of proportions over ordered groups with
/// the given scores (1, 2, 3, … by convention). The estimate is the slope of the
/// proportion on the score.
///
/// # Errors
///
/// When the lists differ in length, there are fewer than two groups, a group has more
/// events than people, or there are no events, only events, or only one score.
pub fn proportion_trend(
    events: &[usize],
    totals: &[usize],
    scores: &[f64],
) -> Result<TestResult, DataProblem> {
    require_same_length(
        ("the events", events.len()),
        ("the group sizes", totals.len()),
    )?;
    require_same_length(
        ("the scores", scores.len()),
        ("the group sizes", totals.len()),
    )?;
    crate::data_problem::require("the scores", scores, 2)?;
    if let Some(group) = (0..events.len()).find(|group| events[*group] > totals[*group]) {
        let (needed, found) = (events[group], totals[group]);
        return Err(DataProblem::TooFew {
            what: "a group",
            needed,
            found,
        });
    }
    let n: f64 = totals.iter().map(|total| *total as f64).sum();
    let share = events.iter().map(|count| *count as f64).sum::<f64>() / n;
    let weighted = |of: &dyn Fn(usize) -> f64| (0..events.len()).map(of).sum::<f64>();
    let centre = weighted(&|g| totals[g] as f64 * scores[g]) / n;
    let spread = weighted(&|g| totals[g] as f64 * (scores[g] - centre).powi(2));
    let product =
        weighted(&|g| (events[g] as f64 - totals[g] as f64 * share) * (scores[g] - centre));
    let variance = share * (1.0 - share) * spread;
    if variance.is_nan() || variance <= 0.0 {
        return Err(DataProblem::NoVariation {
            what: "the events or the scores",
        });
    }
    let statistic = product * product / variance;
    Ok(TestResult {
        estimate: Some(product / spread),
        statistic: Some(statistic),
        df: Some(1.0),
        p: Some(chi_squared_upper_tail(statistic, 1.0)),
        ..TestResult::named("proportion-trend", "Cochran-Armitage")
    })
}
