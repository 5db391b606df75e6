//! Two threads against one: wall seconds in turn, and whether the bits are the same.

use std::time::Instant;

use anyhow::Result;

use super::{
    pairs::Summary,
    tasks::{self, GROWTH, fitted},
};

/// How much faster two threads are.
pub struct Threads {
    pub task: &'static str,
    pub one: Summary,
    pub two: Summary,
    /// Seconds with one thread over seconds with two, pair by pair.
    pub ratios: Summary,
    /// Whether both gave the same bits.
    pub same_bits: bool,
}

/// The bar.
pub const BAR: f64 = 1.7;

const N_PAIRS: usize = 7;

/// Measures the tasks that are wanted.
pub fn measure(wants: impl Fn(&str) -> bool) -> Result<Vec<Threads>> {
    let mut rows = Vec::new();
    let growth = "two threads: growth model, 1,000,000 rows";
    if wants(growth) {
        let table = tasks::growth_table(1_000_000)?;
        rows.push(compare(growth, &|| {
            fitted(GROWTH, &table).map_or(Vec::new(), |model| {
                let mut numbers = model.coefficients.clone();
                numbers.extend(model.theta.iter().map(|theta| theta.value));
                numbers.extend([model.sigma, model.log_likelihood]);
                numbers
            })
        })?);
    }
    let bootstrap = "two threads: parametric bootstrap, 5,000, Early, random slope";
    if wants(bootstrap) {
        let model = tasks::early("(tos | id)")?;
        rows.push(compare(bootstrap, &|| tasks::replicates(&model, 5_000))?);
    }
    let power = "two threads: power, 5,000 trials of 120 children × 3, Satterthwaite";
    if wants(power) {
        rows.push(compare(power, &|| {
            tasks::power_of_trials(5_000).unwrap_or_default()
        })?);
    }
    Ok(rows)
}

fn compare(task: &'static str, work: &(dyn Fn() -> Vec<f64> + Sync)) -> Result<Threads> {
    let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build();
    let (one, two) = (pool(1)?, pool(2)?);
    let timed = |pool: &rayon::ThreadPool| {
        let start = Instant::now();
        let numbers = pool.install(work);
        (start.elapsed().as_secs_f64(), numbers)
    };
    timed(&one);
    let mut seconds = Vec::new();
    let mut same_bits = true;
    for _ in 0..N_PAIRS {
        let ((first, a), (second, b)) = (timed(&one), timed(&two));
        same_bits &= !a.is_empty()
            && a.iter()
                .map(|x| x.to_bits())
                .eq(b.iter().map(|x| x.to_bits()));
        seconds.push((first, second));
    }
    let row = Threads {
        task,
        one: Summary::of(seconds.iter().map(|pair| pair.0).collect()),
        two: Summary::of(seconds.iter().map(|pair| pair.1).collect()),
        ratios: Summary::of(seconds.iter().map(|pair| pair.0 / pair.1).collect()),
        same_bits,
    };
    println!(
        "{task}: {:.2} times as fast, same bits: {same_bits}",
        row.ratios.median
    );
    Ok(row)
}
