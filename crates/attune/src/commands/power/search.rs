//! How the search for a sample size is set up, alike with a study and without.

use anyhow::Result;
use attune_statistics::{
    data_problem::DataProblem,
    power::{Power, PowerSettings, SampleSize, SearchSettings, sample_size},
};

/// Dyads in an arm beyond which a search gives up, as a multiple of where it begins, and in any case.
const LARGEST: (usize, usize) = (64, 20_000);

/// What can go wrong while a size is simulated.
#[derive(Debug)]
struct Problem(anyhow::Error);

impl From<DataProblem> for Problem {
    fn from(problem: DataProblem) -> Self {
        Self(problem.into())
    }
}

/// Searches the dyads in each arm that reach `target`, beginning at `start`, never below `smallest`.
pub fn search(
    target: f64,
    (start, smallest): (usize, usize),
    confirming: PowerSettings,
    mut evaluate: impl FnMut(usize, &PowerSettings) -> Result<Power>,
) -> Result<SampleSize> {
    let settings = SearchSettings {
        target,
        start,
        smallest,
        largest: (start.max(10) * LARGEST.0).min(LARGEST.1).max(smallest),
        n_trials: (confirming.n_trials / 4).clamp(50, 2000),
        confirming,
    };
    sample_size(&settings, |n, settings| {
        evaluate(n, settings).map_err(Problem)
    })
    .map_err(|Problem(problem)| problem)
}
