//! A share over ordered groups, and whether an effect is too small to matter.

use super::TestReport;
use crate::before_after::contingency::{CountTable, proportion_trend};
use crate::data_problem::DataProblem;
use crate::equivalence::{EquivalenceVerdict, two_one_sided_tests};
use crate::test_result::TestResult;

impl TestReport {
    /// Adds Cochran and Armitage's test for a trend of the first column's share over the rows
    /// (or, for a table of two rows, of the first row's share over the columns), with the
    /// scores given or 1, 2, 3, …
    ///
    /// # Errors
    ///
    /// When neither rows nor columns are two, or as in [`proportion_trend`].
    pub fn add_trend(
        &mut self,
        table: &CountTable,
        scores: Option<&[f64]>,
    ) -> Result<(), DataProblem> {
        let rows = table.rows();
        let (events, totals): (Vec<usize>, Vec<usize>) = if rows[0].len() == 2 {
            rows.iter().map(|row| (row[0], row[0] + row[1])).unzip()
        } else if rows.len() == 2 {
            let pairs = rows[0].iter().zip(&rows[1]);
            pairs.map(|(event, other)| (*event, event + other)).unzip()
        } else {
            return Err(DataProblem::OutOfRange {
                what: "the smaller number of rows and columns",
                value: rows.len().min(rows[0].len()) as f64,
                allowed: "two for a trend of shares",
            });
        };
        let places: Vec<f64> = (1..=totals.len()).map(|place| place as f64).collect();
        let trend = proportion_trend(&events, &totals, scores.unwrap_or(&places))?;
        self.results.push(trend);
        Ok(())
    }

    /// Adds two one-sided tests at α of the first result that has an estimate, a standard error
    /// and degrees of freedom, against −margin and margin, with the 1 − 2α interval.
    ///
    /// # Errors
    ///
    /// When no result can be asked, or the margin is not positive.
    pub fn add_equivalence(&mut self, margin: f64, alpha: f64) -> Result<(), DataProblem> {
        let asked = self
            .results
            .iter()
            .find_map(|result| Some((result, result.estimate?, result.se?, result.df?)));
        let Some((result, estimate, se, df)) = asked else {
            return Err(DataProblem::TooFew {
                what: "the list of tests with a standard error",
                needed: 1,
                found: 0,
            });
        };
        let tests = two_one_sided_tests(estimate, se, df, (-margin, margin), alpha)?;
        let verdict = match tests.verdict {
            EquivalenceVerdict::Equivalent => "equivalent",
            EquivalenceVerdict::Different => "different",
            EquivalenceVerdict::Undecided => "undecided",
        };
        let nearer = if tests.p_lower > tests.p_upper {
            tests.t_lower
        } else {
            tests.t_upper
        };
        let variant = format!(
            "margin {margin}, from {} ({}), {:.0} % interval: {verdict}",
            result.test,
            result.variant,
            100.0 * tests.level
        );
        let result = TestResult {
            estimate: Some(estimate),
            se: Some(se),
            statistic: Some(nearer),
            df: Some(df),
            p: Some(tests.p),
            ..TestResult::named("two-one-sided-tests", variant)
        };
        self.results
            .push(result.with_interval((tests.ci_lower, tests.ci_upper)));
        Ok(())
    }
}
