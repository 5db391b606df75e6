//! Rows for a simulation: units in arms, visited again and again, living in clusters of unequal size, and lost
//! on the way.

use super::draws::Draws;
use crate::data_problem::DataProblem;
use crate::table::{Column, Factor, Table};

/// Visits to units. The table that it makes has the columns `dyad`, `months`, `arm`, `site` and `after` (0 at the
/// first visit, 1 later); the names are those of the study field, whatever the units are.
#[derive(Debug, Clone, PartialEq)]
pub struct LongitudinalDesign {
    /// The arms, the reference first; one arm for a design without comparison.
    pub arms: Vec<PlannedArm>,
    /// Times of the visits.
    pub times: Vec<f64>,
    /// How the sizes of clusters differ.
    pub cluster_sizes: ClusterSizes,
}

/// One arm of a design.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedArm {
    /// The level in the column `arm`.
    pub label: String,
    /// Units at the start.
    pub n_units: usize,
    /// Clusters that they live in.
    pub n_clusters: usize,
    /// The share of units lost by the last visit, at a constant hazard from time 0 on.
    pub dropout: f64,
}

/// How the sizes of the clusters of an arm differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ClusterSizes {
    /// As equal as whole numbers allow.
    Equal,
    /// In geometric progression with this coefficient of variation (SD over mean).
    Unequal {
        /// The coefficient.
        cv: f64,
    },
}

impl LongitudinalDesign {
    /// Whether every trial has the same rows.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.arms.iter().all(|arm| arm.dropout == 0.0)
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// When an arm has no units or fewer units than clusters, a share is none, there is no time, times do not
    /// increase, or cluster sizes cannot differ that much.
    pub fn check(&self) -> Result<(), DataProblem> {
        let out_of_range = |what, value, allowed| DataProblem::OutOfRange {
            what,
            value,
            allowed,
        };
        if self.times.is_empty() {
            let (what, needed, found) = ("the list of visits", 1, 0);
            return Err(DataProblem::TooFew {
                what,
                needed,
                found,
            });
        }
        let ordered = self.times.windows(2).all(|pair| pair[0] < pair[1]);
        if let (false, Some(&first)) = (ordered && self.times[0] >= 0.0, self.times.first()) {
            return Err(out_of_range(
                "the time of the first visit",
                first,
                "0 or more, and later visits must come later",
            ));
        }
        for arm in &self.arms {
            let (units, clusters) = (arm.n_units as f64, arm.n_clusters as f64);
            if arm.n_clusters == 0 || arm.n_clusters > arm.n_units {
                let allowed = "at least 1 and no more than its units";
                return Err(out_of_range(
                    "the number of clusters of an arm",
                    clusters,
                    allowed,
                ));
            }
            if !(0.0..1.0).contains(&arm.dropout) {
                return Err(out_of_range("dropout", arm.dropout, "from 0 to below 1"));
            }
            self.cluster_sizes.check(arm.n_clusters)?;
            if units < 2.0 {
                return Err(out_of_range(
                    "the number of units of an arm",
                    units,
                    "at least 2",
                ));
            }
        }
        Ok(())
    }

    /// The rows of one trial: a unit that is lost has no visit from then on; at time 0 everybody is there.
    #[must_use]
    pub fn rows(&self, draws: &mut Draws) -> Table {
        let mut rows = Rows::default();
        let last = self.times.last().copied().unwrap_or(0.0);
        for (position, arm) in self.arms.iter().enumerate() {
            let sizes = self.cluster_sizes.of(arm.n_units, arm.n_clusters);
            for size in sizes {
                for _ in 0..size {
                    let lost = time_of_loss(arm.dropout, last, draws);
                    let stayed = self
                        .times
                        .iter()
                        .filter(|time| **time <= 0.0 || **time < lost);
                    rows.add_unit(position, stayed.copied());
                }
                rows.n_clusters += 1;
            }
        }
        let arms = self.arms.iter().map(|arm| arm.label.clone()).collect();
        rows.into_table(arms)
    }
}

impl LongitudinalDesign {
    /// One row for each unit with its first and its last value, in the columns `first` and the response's own,
    /// beside its `dyad`, `arm` and `site`. Units without the last visit of the table are left out.
    ///
    /// # Panics
    /// When the table is not one of [`LongitudinalDesign::rows`] with a response added.
    #[must_use]
    pub fn first_and_last(table: &Table, response: &str) -> Table {
        let (
            Some(Column::Factor(units)),
            Some(Column::Numbers(times)),
            Some(Column::Numbers(values)),
        ) = (
            table.column("dyad"),
            table.column("months"),
            table.column(response),
        )
        else {
            panic!("the table has the columns dyad, months and {response}");
        };
        let end = times.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut first, mut last, mut kept) = (Vec::new(), Vec::new(), Vec::new());
        let mut row = 0;
        // Rows of a unit stand together, in order of time.
        for visits in units.codes.chunk_by(|a, b| a == b) {
            let final_row = row + visits.len() - 1;
            if visits.len() > 1 && times[final_row] == end {
                first.push(values[row]);
                last.push(values[final_row]);
                kept.push(row);
            }
            row += visits.len();
        }
        let mut wide = Table::new();
        for name in ["dyad", "arm", "site"] {
            if let Some(Column::Factor(factor)) = table.column(name) {
                let codes = kept.iter().map(|&row| factor.codes[row]).collect();
                let levels = factor.levels.clone();
                wide.push(name, Column::Factor(Factor { levels, codes }))
                    .expect("names differ");
            }
        }
        wide.with("first", Column::Numbers(first))
            .and_then(|wide| wide.with(response, Column::Numbers(last)))
            .expect("the columns are equally long and their names differ")
    }
}

/// When a unit is lost: exponential, so that a share `dropout` is lost before `last`.
fn time_of_loss(dropout: f64, last: f64, draws: &mut Draws) -> f64 {
    if dropout == 0.0 || last <= 0.0 {
        return f64::INFINITY;
    }
    last * libm::log1p(-draws.uniform()) / libm::log1p(-dropout)
}

#[derive(Default)]
struct Rows {
    n_units: u32,
    n_clusters: u32,
    unit: Vec<Option<u32>>,
    arm: Vec<Option<u32>>,
    cluster: Vec<Option<u32>>,
    time: Vec<f64>,
    after: Vec<f64>,
}

impl Rows {
    fn add_unit(&mut self, arm: usize, times: impl Iterator<Item = f64>) {
        for (visit, time) in times.enumerate() {
            self.unit.push(Some(self.n_units));
            self.arm.push(u32::try_from(arm).ok());
            self.cluster.push(Some(self.n_clusters));
            self.time.push(time);
            self.after.push(f64::from(u8::from(visit > 0)));
        }
        self.n_units += 1;
    }

    fn into_table(self, arms: Vec<String>) -> Table {
        let numbered = |n: u32| (1..=n).map(|k| k.to_string()).collect::<Vec<_>>();
        let factor = |levels, codes| Column::Factor(Factor { levels, codes });
        let columns = [
            ("dyad", factor(numbered(self.n_units), self.unit)),
            ("arm", factor(arms, self.arm)),
            ("site", factor(numbered(self.n_clusters), self.cluster)),
            ("months", Column::Numbers(self.time)),
            ("after", Column::Numbers(self.after)),
        ];
        let mut table = Table::new();
        for (name, column) in columns {
            table
                .push(name, column)
                .expect("the columns are equally long and their names differ");
        }
        table
    }
}

impl ClusterSizes {
    fn check(self, n_clusters: usize) -> Result<(), DataProblem> {
        let Self::Unequal { cv } = self else {
            return Ok(());
        };
        // One cluster holding everybody has the coefficient √(k − 1).
        let largest = (n_clusters as f64 - 1.0).max(0.0).sqrt();
        if n_clusters > 1 && !(0.0..0.95 * largest).contains(&cv) || cv.is_nan() || cv < 0.0 {
            return Err(DataProblem::OutOfRange {
                what: "the coefficient of variation of cluster sizes",
                value: cv,
                allowed: "0 or more, and below 0.95 √(clusters − 1)",
            });
        }
        Ok(())
    }

    /// Sizes of clusters, each at least 1, that add up to `n_units`.
    #[must_use]
    pub fn of(self, n_units: usize, n_clusters: usize) -> Vec<usize> {
        let cv = match self {
            Self::Unequal { cv } if n_clusters > 1 => cv,
            Self::Unequal { .. } | Self::Equal => 0.0,
        };
        shared_out(n_units, &progression(n_clusters, cv))
    }
}

/// Weights in geometric progression with this coefficient of variation, found by bisection on the ratio.
fn progression(n: usize, cv: f64) -> Vec<f64> {
    let weights = |ratio: f64| {
        let mut weight = 1.0;
        let next = |_| {
            let this = weight;
            weight *= ratio;
            this
        };
        (0..n).map(next).collect::<Vec<f64>>()
    };
    let variation = |weights: &[f64]| {
        let count = weights.len() as f64;
        let mean = weights.iter().sum::<f64>() / count;
        let squares: f64 = weights.iter().map(|w| (w - mean) * (w - mean)).sum();
        (squares / count).sqrt() / mean
    };
    // The variation falls as the ratio rises from 0 to 1.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if variation(&weights(middle)) > cv {
            low = middle;
        } else {
            high = middle;
        }
    }
    weights(if cv == 0.0 { 1.0 } else { high })
}

/// Whole numbers of at least 1 in proportion to `weights` that add up to `total`, by largest remainder.
fn shared_out(total: usize, weights: &[f64]) -> Vec<usize> {
    let sum: f64 = weights.iter().sum();
    let rest = total.saturating_sub(weights.len()) as f64;
    let exact: Vec<f64> = weights.iter().map(|weight| rest * weight / sum).collect();
    let mut sizes: Vec<usize> = exact
        .iter()
        .map(|share| 1 + share.floor() as usize)
        .collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    let remainder = |k: usize| exact[k] - exact[k].floor();
    order.sort_by(|&a, &b| remainder(b).total_cmp(&remainder(a)).then(a.cmp(&b)));
    let missing = total.saturating_sub(sizes.iter().sum());
    for &k in order.iter().cycle().take(missing) {
        sizes[k] += 1;
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(n_units: usize, n_clusters: usize, dropout: f64) -> PlannedArm {
        PlannedArm {
            label: format!("arm of {n_units}"),
            n_units,
            n_clusters,
            dropout,
        }
    }

    fn design(arms: Vec<PlannedArm>, times: &[f64]) -> LongitudinalDesign {
        LongitudinalDesign {
            arms,
            times: times.to_vec(),
            cluster_sizes: ClusterSizes::Equal,
        }
    }

    #[test]
    fn everybody_has_every_visit_without_dropout() {
        let design = design(vec![arm(5, 1, 0.0), arm(7, 2, 0.0)], &[0.0, 6.0, 12.0]);
        let table = design.rows(&mut Draws::of_trial(1, 0));
        assert_eq!(table.n_rows(), 36);
        let Some(Column::Factor(site)) = table.column("site") else {
            panic!("site is a factor");
        };
        let of_site = |k| site.codes.iter().filter(|code| **code == Some(k)).count() / 3;
        assert_eq!([of_site(0), of_site(1), of_site(2)], [5, 4, 3]);
    }

    #[test]
    fn the_assumed_share_is_lost_by_the_last_visit() {
        let design = design(vec![arm(20_000, 1, 0.3)], &[0.0, 6.0, 12.0]);
        let table = design.rows(&mut Draws::of_trial(1, 0));
        let Some(Column::Numbers(times)) = table.column("months") else {
            panic!("months are numbers");
        };
        let share = |at: f64| times.iter().filter(|time| **time == at).count() as f64 / 20_000.0;
        // Four standard errors of a share.
        assert_eq!(share(0.0), 1.0);
        assert!((share(6.0) - 0.7_f64.sqrt()).abs() < 0.0105);
        assert!((share(12.0) - 0.7).abs() < 0.013);
    }

    #[test]
    fn cluster_sizes_have_the_coefficient_of_variation() {
        for (n_clusters, cv) in [(2, 0.3), (6, 0.4), (6, 0.8), (20, 1.2)] {
            let sizes = ClusterSizes::Unequal { cv }.of(100_000, n_clusters);
            assert_eq!(sizes.iter().sum::<usize>(), 100_000);
            let mean = 100_000.0 / n_clusters as f64;
            let squares = |size: &usize| (*size as f64 - mean).powi(2);
            let spread = sizes.iter().map(squares).sum::<f64>() / n_clusters as f64;
            assert!((spread.sqrt() / mean - cv).abs() < 2e-3, "{sizes:?}");
        }
        assert_eq!(ClusterSizes::Equal.of(10, 4), [3, 3, 2, 2]);
        assert_eq!(ClusterSizes::Unequal { cv: 1.2 }.of(5, 4), [2, 1, 1, 1]);
    }

    #[test]
    fn impossible_designs_are_told() {
        let told = |design: &LongitudinalDesign| design.check().unwrap_err().to_string();
        assert!(told(&design(vec![arm(5, 6, 0.0)], &[0.0])).contains("clusters"));
        assert!(told(&design(vec![arm(5, 1, 1.0)], &[0.0])).contains("dropout is 1"));
        assert!(told(&design(vec![arm(5, 1, 0.0)], &[])).contains("visits"));
        assert!(told(&design(vec![arm(5, 1, 0.0)], &[6.0, 0.0])).contains("must come later"));
        assert!(told(&design(vec![arm(1, 1, 0.0)], &[0.0])).contains("units"));
        let mut unequal = design(vec![arm(50, 2, 0.0)], &[0.0]);
        unequal.cluster_sizes = ClusterSizes::Unequal { cv: 1.0 };
        assert!(told(&unequal).contains("cluster sizes"));
        assert!(design(vec![arm(2, 1, 0.0)], &[0.0, 3.0]).check().is_ok());
    }
}
