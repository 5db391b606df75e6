//! One interval on one kind of data, and how often it holds the truth.

use rayon::prelude::*;

use crate::draws::Draws;

/// The interval from one data set; `None` where the method gives none.
pub type Interval = Box<dyn Fn(&mut Draws) -> Option<(f64, f64)> + Sync>;

/// An interval on one kind of data.
pub struct Scenario {
    /// The method, with the page that describes it.
    pub method: &'static str,
    /// The data.
    pub design: &'static str,
    /// What the interval should hold.
    pub truth: f64,
    /// The coverage that theory allows: both 0.95 for an exact interval, up to 1 for a conservative one,
    /// a little below for an approximate one.
    pub band: (f64, f64),
    /// Data sets.
    pub n_replicates: usize,
    /// Draws data and computes the 95 % interval.
    pub interval: Interval,
}

/// What came out.
pub struct Coverage {
    pub method: &'static str,
    pub design: &'static str,
    pub band: (f64, f64),
    /// Data sets that gave an interval.
    pub n: usize,
    /// Data sets that gave none.
    pub n_without: usize,
    /// Share of intervals that hold the truth.
    pub coverage: f64,
    /// Shares of intervals that lie below and above it.
    pub below_and_above: (f64, f64),
    /// Mean width.
    pub width: f64,
}

impl Scenario {
    /// Runs a share of the replicates, each on its own stream of random numbers.
    pub fn run(&self, share: f64) -> Coverage {
        let n = (self.n_replicates as f64 * share).ceil() as u64;
        let intervals: Vec<Option<(f64, f64)>> = (0..n)
            .into_par_iter()
            .map(|replicate| (self.interval)(&mut Draws::new(replicate)))
            .collect();
        let given: Vec<(f64, f64)> = intervals.into_iter().flatten().collect();
        let share_of = |holds: &dyn Fn(&(f64, f64)) -> bool| {
            given.iter().filter(|interval| holds(interval)).count() as f64 / given.len() as f64
        };
        // Rounding must not decide whether a limit that equals the truth holds it.
        let slack = 1e-9 * (1.0 + self.truth.abs());
        let below = share_of(&|interval| interval.1 < self.truth - slack);
        let above = share_of(&|interval| interval.0 > self.truth + slack);
        Coverage {
            method: self.method,
            design: self.design,
            band: self.band,
            n: given.len(),
            n_without: n as usize - given.len(),
            coverage: 1.0 - below - above,
            below_and_above: (below, above),
            width: given
                .iter()
                .map(|interval| interval.1 - interval.0)
                .sum::<f64>()
                / given.len() as f64,
        }
    }
}

impl Coverage {
    /// Standard error of the coverage at the middle of the band.
    pub fn monte_carlo_error(&self) -> f64 {
        (0.95 * 0.05 / self.n as f64).sqrt()
    }

    /// Whether the coverage lies in its band, give or take 3.3 Monte-Carlo errors (one false alarm in a
    /// thousand).
    pub fn is_within(&self) -> bool {
        let reach = 3.3 * self.monte_carlo_error();
        let within = self.coverage >= self.band.0 - reach && self.coverage <= self.band.1 + reach;
        // Too often no interval is a failure too.
        within && self.n_without * 20 <= self.n
    }
}
