//! Friedman's test: do people rank three or more occasions alike?

use crate::data_problem::{DataProblem, require, require_same_length};
use crate::distributions::{chi_squared_upper_tail, f_upper_tail};
use crate::ranks::{mean_ranks, tie_term};
use crate::test_result::TestResult;

/// How Friedman's statistic is referred to a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FriedmanMethod {
    /// Chi-squared on k − 1 degrees of freedom.
    ChiSquared,
    /// Iman and Davenport's (1980) F, better in small samples.
    ImanDavenport,
}

/// Friedman's test of complete rows: one row per person, one column per occasion.
///
/// Corrected for ties. The estimate is Kendall's coefficient of concordance W.
///
/// # Errors
///
/// When there are fewer than two rows or columns, rows differ in length, a value is
/// not finite, or every row is constant.
///
/// # Examples
///
/// ```
/// use attune_statistics::before_after::friedman::*;
/// let rows = [vec![1.0, 2.0, 3.0], vec![2.0, 5.0, 9.0], vec![0.1, 0.2, 0.3]];
/// let result = friedman(&rows, FriedmanMethod::ChiSquared).unwrap();
/// assert_eq!((result.statistic, result.estimate), (Some(6.0), Some(1.0)));
/// ```
pub fn friedman(rows: &[Vec<f64>], method: FriedmanMethod) -> Result<TestResult, DataProblem> {
    if rows.len() < 2 {
        return Err(DataProblem::TooFew {
            what: "the table",
            needed: 2,
            found: rows.len(),
        });
    }
    for row in rows {
        require("a row", row, 2)?;
        require_same_length(("the first row", rows[0].len()), ("another row", row.len()))?;
    }
    let (n, k) = (rows.len() as f64, rows[0].len() as f64);
    let ranks: Vec<Vec<f64>> = rows.iter().map(|row| mean_ranks(row)).collect();
    let rank_sum = |column: usize| ranks.iter().map(|row| row[column]).sum::<f64>();
    let middle = n * (k + 1.0) / 2.0;
    let spread: f64 = (0..rows[0].len())
        .map(|column| (rank_sum(column) - middle).powi(2))
        .sum();
    let ties: f64 = rows.iter().map(|row| tie_term(row)).sum();
    let divisor = n * k * (k + 1.0) - ties / (k - 1.0);
    if divisor <= 0.0 {
        return Err(DataProblem::NoVariation { what: "every row" });
    }
    let chi_squared = 12.0 * spread / divisor;
    let concordance = chi_squared / (n * (k - 1.0));
    let result = TestResult {
        estimate: Some(concordance),
        statistic: Some(chi_squared),
        df: Some(k - 1.0),
        p: Some(chi_squared_upper_tail(chi_squared, k - 1.0)),
        ..TestResult::named("friedman", "chi-squared")
    };
    if method == FriedmanMethod::ChiSquared {
        return Ok(result);
    }
    let df = ((k - 1.0), (k - 1.0) * (n - 1.0));
    let f = (n - 1.0) * concordance / (1.0 - concordance);
    Ok(TestResult {
        variant: "Iman-Davenport F".to_owned(),
        statistic: Some(f),
        df_denominator: Some(df.1),
        p: Some(f_upper_tail(f, df.0, df.1)),
        ..result
    })
}
