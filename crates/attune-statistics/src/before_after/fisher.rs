//! Fisher's exact test of a table, with the conditional odds ratio of a two-by-two one.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::contingency::CountTable;
use crate::data_problem::{DataProblem, require_level};
use crate::distributions::ln_gamma;
use crate::test_result::TestResult;

/// Which departures count against the null hypothesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alternative {
    /// Tables no more probable than the observed one, on either side.
    TwoSided,
    /// An odds ratio above 1.
    Greater,
    /// An odds ratio below 1.
    Less,
}

/// Tables whose probability exceeds the observed one's by less than this share count as
/// equal, as in R.
const SLACK: f64 = 1e-7;

/// Fisher's exact test of a two-by-two table.
///
/// The estimate is the conditional maximum likelihood odds ratio of the noncentral
/// hypergeometric distribution (not the sample one), with its exact interval.
///
/// # Errors
///
/// When the table is not two by two or the level not between 0 and 1.
///
/// # Examples
///
/// ```
/// use attune_statistics::before_after::{contingency::CountTable, fisher::*};
/// let table = CountTable::new(&[vec![3, 1], vec![1, 3]]).unwrap();
/// let result = fisher_two_by_two(&table, Alternative::TwoSided, 0.95).unwrap();
/// assert!((result.p.unwrap() - 34.0 / 70.0).abs() < 1e-12);
/// ```
pub fn fisher_two_by_two(
    table: &CountTable,
    alternative: Alternative,
    level: f64,
) -> Result<TestResult, DataProblem> {
    require_level(level)?;
    if !table.is_two_by_two() {
        let (what, found) = (
            "the table beyond its first row and column",
            table.rows().len(),
        );
        return Err(DataProblem::TooFew {
            what,
            needed: 2,
            found,
        });
    }
    let margins = Margins::of(table);
    let observed = table.rows()[0][0];
    let null = margins.probabilities(0.0);
    let (variant, p) = match alternative {
        Alternative::TwoSided => {
            let most = null[observed - margins.least] * (1.0 + SLACK);
            ("exact", null.iter().filter(|p| **p <= most).sum())
        }
        Alternative::Greater => (
            "exact, greater",
            null[observed - margins.least..].iter().sum(),
        ),
        Alternative::Less => (
            "exact, less",
            null[..=observed - margins.least].iter().sum::<f64>(),
        ),
    };
    let tail = (1.0 - level) / 2.0;
    let result = TestResult {
        estimate: Some(margins.likeliest_odds_ratio(observed)),
        p: Some(p.min(1.0)),
        ..TestResult::named("fisher", variant)
    };
    Ok(result.with_interval((
        margins.odds_ratio_at_upper_tail(observed, tail),
        margins.odds_ratio_at_lower_tail(observed, tail),
    )))
}

/// The range of the first cell given the margins, and log weights of its values.
struct Margins {
    least: usize,
    log_weights: Vec<f64>,
}

impl Margins {
    fn of(table: &CountTable) -> Self {
        let (rows, columns) = (table.row_sums(), table.column_sums());
        let least = rows[0].saturating_sub(columns[1]);
        let most = rows[0].min(columns[0]);
        let choose =
            |n: usize, k: usize| crate::distributions::ln_binomial_coefficient(n as f64, k as f64);
        let weight = |cell| choose(columns[0], cell) + choose(columns[1], rows[0] - cell);
        Margins {
            least,
            log_weights: (least..=most).map(weight).collect(),
        }
    }

    /// Probabilities of the values of the first cell at a log odds ratio.
    fn probabilities(&self, log_odds_ratio: f64) -> Vec<f64> {
        let tilted: Vec<f64> = self
            .log_weights
            .iter()
            .enumerate()
            .map(|(step, weight)| weight + (self.least + step) as f64 * log_odds_ratio)
            .collect();
        let highest = tilted.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = tilted.iter().map(|log| libm::exp(log - highest)).collect();
        let total: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| weight / total).collect()
    }

    fn is_lowest(&self, cell: usize) -> bool {
        cell == self.least
    }

    fn is_highest(&self, cell: usize) -> bool {
        cell + 1 == self.least + self.log_weights.len()
    }

    /// The odds ratio at which the expected first cell equals the observed one.
    fn likeliest_odds_ratio(&self, observed: usize) -> f64 {
        match (self.is_lowest(observed), self.is_highest(observed)) {
            (true, true) => f64::NAN,
            (true, false) => 0.0,
            (false, true) => f64::INFINITY,
            (false, false) => solve(|log_odds_ratio| {
                let expected: f64 = self
                    .probabilities(log_odds_ratio)
                    .iter()
                    .enumerate()
                    .map(|(step, p)| (self.least + step) as f64 * p)
                    .sum();
                expected - observed as f64
            }),
        }
    }

    /// The odds ratio at which a first cell this high or higher has probability `tail`.
    fn odds_ratio_at_upper_tail(&self, observed: usize, tail: f64) -> f64 {
        if self.is_lowest(observed) {
            return 0.0;
        }
        let from = observed - self.least;
        solve(|log| self.probabilities(log)[from..].iter().sum::<f64>() - tail)
    }

    /// The odds ratio at which a first cell this low or lower has probability `tail`.
    fn odds_ratio_at_lower_tail(&self, observed: usize, tail: f64) -> f64 {
        if self.is_highest(observed) {
            return f64::INFINITY;
        }
        let to = observed - self.least;
        solve(|log| tail - self.probabilities(log)[..=to].iter().sum::<f64>())
    }
}

/// The odds ratio at which an increasing function of its logarithm is zero, by bisection.
fn solve(function: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (-1.0, 1.0);
    while function(low) > 0.0 && low > -700.0 {
        low *= 2.0;
    }
    while function(high) < 0.0 && high < 700.0 {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if function(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    libm::exp(0.5 * (low + high))
}

/// How far to go for a table larger than two by two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FisherSettings {
    /// Enumerate while no more than this many partial tables are visited.
    pub most_visited: u64,
    /// Otherwise draw this many tables with the same margins.
    pub n_random: usize,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for FisherSettings {
    fn default() -> Self {
        FisherSettings {
            most_visited: 5_000_000,
            n_random: 99_999,
            seed: 1,
        }
    }
}

/// Fisher's (Freeman and Halton's) exact test of a table of any size: the probability
/// of all tables with the same margins that are no more probable than this one.
///
/// Enumerates all tables where that is affordable, otherwise draws tables at random
/// (the observed one added), and says so in the variant with the standard error in `se`.
pub fn fisher_any_size(table: &CountTable, settings: &FisherSettings) -> TestResult {
    let observed = log_table_weight(table.rows());
    let mut enumeration = Enumeration::new(table, observed, settings.most_visited);
    if enumeration.run() {
        let p = (enumeration.as_extreme / enumeration.total).min(1.0);
        return TestResult {
            p: Some(p),
            ..TestResult::named("fisher", "exact")
        };
    }
    let (p, se) = sampled_p(table, observed, settings);
    let variant = format!(
        "Monte Carlo, {} tables, seed {}",
        settings.n_random, settings.seed
    );
    TestResult {
        p: Some(p),
        se: Some(se),
        ..TestResult::named("fisher", variant)
    }
}

/// Minus the sum of the log factorials: the log probability up to a constant of the margins.
fn log_table_weight(rows: &[Vec<usize>]) -> f64 {
    -rows
        .iter()
        .flatten()
        .map(|count| ln_gamma(*count as f64 + 1.0))
        .sum::<f64>()
}

/// Walks through all tables with given margins, column by column, cell by cell.
struct Enumeration {
    column_sums: Vec<usize>,
    log_factorials: Vec<f64>,
    row_left: Vec<usize>,
    observed: f64,
    n_visits_left: u64,
    total: f64,
    as_extreme: f64,
}

impl Enumeration {
    fn new(table: &CountTable, observed: f64, most_visited: u64) -> Self {
        let log_factorials = (0..=table.n())
            .map(|count| ln_gamma(count as f64 + 1.0))
            .collect();
        Enumeration {
            column_sums: table.column_sums(),
            log_factorials,
            row_left: table.row_sums(),
            observed,
            n_visits_left: most_visited,
            total: 0.0,
            as_extreme: 0.0,
        }
    }

    /// Whether the enumeration came to its end.
    fn run(&mut self) -> bool {
        self.fill(0, 0, self.column_sums[0], 0.0)
    }

    fn fill(&mut self, column: usize, row: usize, column_left: usize, log_weight: f64) -> bool {
        if self.n_visits_left == 0 {
            return false;
        }
        self.n_visits_left -= 1;
        if column + 1 == self.column_sums.len() {
            // The last column takes what the rows have left.
            let rest: f64 = self
                .row_left
                .iter()
                .map(|left| self.log_factorials[*left])
                .sum();
            self.count(log_weight - rest);
            return true;
        }
        if row + 1 == self.row_left.len() {
            if column_left > self.row_left[row] {
                return true;
            }
            self.row_left[row] -= column_left;
            let next = self.column_sums[column + 1];
            let weight = log_weight - self.log_factorials[column_left];
            let finished = self.fill(column + 1, 0, next, weight);
            self.row_left[row] += column_left;
            return finished;
        }
        let room_below: usize = self.row_left[row + 1..].iter().sum();
        let least = column_left.saturating_sub(room_below);
        for cell in least..=column_left.min(self.row_left[row]) {
            self.row_left[row] -= cell;
            let weight = log_weight - self.log_factorials[cell];
            let finished = self.fill(column, row + 1, column_left - cell, weight);
            self.row_left[row] += cell;
            if !finished {
                return false;
            }
        }
        true
    }

    fn count(&mut self, log_weight: f64) {
        let weight = libm::exp(log_weight - self.observed);
        self.total += weight;
        if weight <= 1.0 + SLACK {
            self.as_extreme += weight;
        }
    }
}

fn sampled_p(table: &CountTable, observed: f64, settings: &FisherSettings) -> (f64, f64) {
    let labels: Vec<usize> = repeated(&table.row_sums());
    let mut shuffled: Vec<usize> = repeated(&table.column_sums());
    let (n_rows, n_columns) = (table.rows().len(), table.rows()[0].len());
    let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
    let mut n_as_extreme = 1;
    for _ in 0..settings.n_random {
        shuffled.shuffle(&mut random);
        let mut counts = vec![vec![0; n_columns]; n_rows];
        for (row, column) in labels.iter().zip(&shuffled) {
            counts[*row][*column] += 1;
        }
        n_as_extreme += usize::from(log_table_weight(&counts) <= observed + SLACK);
    }
    let n = (settings.n_random + 1) as f64;
    let p = n_as_extreme as f64 / n;
    (p, (p * (1.0 - p) / n).sqrt())
}

/// Each index as often as its count says.
fn repeated(counts: &[usize]) -> Vec<usize> {
    counts
        .iter()
        .enumerate()
        .flat_map(|(index, count)| vec![index; *count])
        .collect()
}
