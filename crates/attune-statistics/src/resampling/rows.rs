//! Bootstrap of any statistic of the rows drawn, by row or by cluster of rows.
//!
//! For what is no function of sums: counts of reliable change, medians, a loading. It draws the
//! same blocks as [`super::bootstrap`](mod@super::bootstrap) from the same streams, so a
//! coefficient has the same resamples by either way, on any number of threads.

use rayon::prelude::*;

use super::bootstrap::{Bootstrap, BootstrapInterval, BootstrapSettings, summary};
use super::patterns::for_each_draw;
use crate::data_problem::{DataProblem, require_level};

/// Resamples blocks of rows with replacement and computes several statistics of each resample.
///
/// `blocks` gives the block of each row; `statistics` is given the rows of a resample (a row
/// drawn twice comes twice) and returns the same number of values every time, NaN where one is
/// not defined. One answer per statistic: too few defined resamples are that statistic's error.
///
/// # Errors
///
/// When there are fewer than two blocks or the level is not between 0 and 1.
///
/// # Examples
///
/// ```
/// use attune_statistics::descriptives::median;
/// use attune_statistics::resampling::bootstrap::{BootstrapInterval, BootstrapSettings};
/// use attune_statistics::resampling::rows::bootstrap_rows;
/// let values = [3.0, 5.0, 4.0, 9.0, 6.0, 7.0, 5.0];
/// let settings = BootstrapSettings { n_resamples: 200, seed: 1, level: 0.95, interval: BootstrapInterval::Percentile };
/// let each: Vec<usize> = (0..values.len()).collect();
/// let medians = bootstrap_rows(&each, &settings, |rows| {
///     vec![median(&rows.iter().map(|row| values[*row]).collect::<Vec<f64>>())]
/// });
/// assert!(medians.unwrap()[0].as_ref().unwrap().ci_lower >= 3.0);
/// ```
pub fn bootstrap_rows(
    blocks: &[usize],
    settings: &BootstrapSettings,
    statistics: impl Fn(&[usize]) -> Vec<f64> + Sync,
) -> Result<Vec<Result<Bootstrap, DataProblem>>, DataProblem> {
    require_level(settings.level)?;
    let members = members_of(blocks);
    if members.len() < 2 {
        return Err(DataProblem::TooFew {
            what: "the list of blocks",
            needed: 2,
            found: members.len(),
        });
    }
    let resamples: Vec<Vec<f64>> = (0..settings.n_resamples as u64)
        .into_par_iter()
        .map(|resample| {
            let mut rows = Vec::with_capacity(blocks.len());
            for_each_draw(members.len(), settings.seed, resample, |block| {
                rows.extend_from_slice(&members[block]);
            });
            statistics(&rows)
        })
        .collect();
    let all: Vec<usize> = (0..blocks.len()).collect();
    let estimates = statistics(&all);
    let without: Vec<Vec<f64>> = match settings.interval {
        BootstrapInterval::Percentile => Vec::new(),
        BootstrapInterval::Accelerated => (0..members.len())
            .into_par_iter()
            .map(|left_out| statistics(&all_but(&members, left_out)))
            .collect(),
    };
    let column = |table: &[Vec<f64>], place: usize| table.iter().map(|row| row[place]).collect();
    Ok((0..estimates.len())
        .map(|place| {
            summary(
                column(&resamples, place),
                || estimates[place],
                || column(&without, place),
                settings,
            )
        })
        .collect())
}

/// The rows of each block, blocks in ascending order, numbers without rows left out.
fn members_of(blocks: &[usize]) -> Vec<Vec<usize>> {
    let n_blocks = blocks.iter().max().map_or(0, |last| last + 1);
    let mut members = vec![Vec::new(); n_blocks];
    for (row, block) in blocks.iter().enumerate() {
        members[*block].push(row);
    }
    members.retain(|rows: &Vec<usize>| !rows.is_empty());
    members
}

fn all_but(members: &[Vec<usize>], left_out: usize) -> Vec<usize> {
    members
        .iter()
        .enumerate()
        .filter(|(block, _)| *block != left_out)
        .flat_map(|(_, rows)| rows.iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptives::{mean, sum};
    use crate::resampling::additive::Additive;
    use crate::resampling::bootstrap::bootstrap;

    const VALUES: [f64; 9] = [2.0, 4.0, 4.5, 1.0, 8.0, 6.0, 3.5, 7.0, 5.0];

    fn settings(interval: BootstrapInterval) -> BootstrapSettings {
        BootstrapSettings {
            n_resamples: 300,
            seed: 7,
            level: 0.9,
            interval,
        }
    }

    fn mean_of(rows: &[usize]) -> Vec<f64> {
        vec![mean(
            &rows.iter().map(|row| VALUES[*row]).collect::<Vec<f64>>(),
        )]
    }

    #[test]
    fn a_mean_has_the_same_resamples_as_by_its_sums() {
        let units = VALUES.map(|value| vec![(0, 1.0), (1, value)]).to_vec();
        let by_sums = Additive::new(2, units, |totals| totals[1] / totals[0]);
        for blocks in [
            vec![0, 1, 2, 3, 4, 5, 6, 7, 8],
            vec![0, 0, 1, 1, 1, 2, 2, 3, 3],
        ] {
            for interval in [
                BootstrapInterval::Percentile,
                BootstrapInterval::Accelerated,
            ] {
                let one = bootstrap(&by_sums, &blocks, &settings(interval)).unwrap();
                let rows = bootstrap_rows(&blocks, &settings(interval), mean_of).unwrap();
                let other = rows[0].as_ref().unwrap();
                assert!((one.standard_error - other.standard_error).abs() < 1e-12);
                assert!((one.ci_lower - other.ci_lower).abs() < 1e-9);
                assert!((one.ci_upper - other.ci_upper).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn one_thread_gives_the_same_bits_as_several() {
        let each: Vec<usize> = (0..VALUES.len()).collect();
        let run = |n_threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(n_threads)
                .build()
                .unwrap();
            let drawn = pool.install(|| {
                bootstrap_rows(&each, &settings(BootstrapInterval::Percentile), |rows| {
                    vec![sum(rows.iter().map(|row| libm::exp(VALUES[*row])))]
                })
            });
            drawn.unwrap()[0].as_ref().unwrap().estimates.clone()
        };
        assert_eq!(run(1), run(3));
    }

    #[test]
    fn a_statistic_that_is_never_defined_is_its_own_error() {
        let each: Vec<usize> = (0..VALUES.len()).collect();
        let both = bootstrap_rows(&each, &settings(BootstrapInterval::Percentile), |rows| {
            vec![f64::NAN, rows.len() as f64]
        });
        let both = both.unwrap();
        assert!(both[0].is_err() && both[1].is_ok());
        let one_block = bootstrap_rows(
            &[3, 3, 3],
            &settings(BootstrapInterval::Percentile),
            mean_of,
        );
        assert!(one_block.is_err());
    }
}
