//! Attune and a peer in turn, so that whatever else the machine does strikes both alike.

use anyhow::Result;

use super::{
    clock::cpu_seconds,
    process::{Peer, Running},
};

/// Seconds of CPU below which a run is repeated within one measurement.
const SHORTEST: f64 = 0.04;

/// How long one comparison may go on once it has a pair.
#[derive(Clone, Copy)]
pub struct Limits {
    pub most_pairs: usize,
    pub seconds: f64,
}

/// Both sides of a comparison.
pub struct Pairs {
    pub versions: String,
    pub ours: Summary,
    pub theirs: Summary,
    /// Their time over ours, pair by pair.
    pub ratios: Summary,
    /// What Attune computed.
    pub our_value: f64,
    /// What the peer computed.
    pub their_value: f64,
}

/// Middle, least and most of some measurements.
pub struct Summary {
    pub n: usize,
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Summary {
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let n = values.len();
        let median = (values[(n - 1) / 2] + values[n / 2]) / 2.0;
        Self {
            n,
            median,
            least: values[0],
            most: values[n - 1],
        }
    }
}

/// Measures pair by pair.
///
/// # Errors
/// When the peer is not there or fails; the comparison is then told as not made.
pub fn compare(ours: &mut dyn FnMut() -> f64, peer: &Peer, limits: Limits) -> Result<Pairs> {
    let mut peer = peer.start()?;
    let (first, _) = timed(ours, 1);
    let n_ours = repeats(first);
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    let mut values = (f64::NAN, f64::NAN);
    let mut pair = |peer: &mut Running, n_theirs: usize| -> Result<(f64, f64)> {
        let (our_seconds, our_value) = timed(ours, n_ours);
        let (their_seconds, their_value) = peer.run(n_theirs)?;
        values = (our_value, their_value);
        Ok((our_seconds, their_seconds))
    };
    // The first pair warms up and tells how often to repeat; where it is slow it counts.
    let warm = pair(&mut peer, 1)?;
    if warm.1 > 2.0 {
        pairs.push(warm);
    }
    let n_theirs = repeats(warm.1);
    let mut spent = warm.1;
    while pairs.is_empty() || (pairs.len() < limits.most_pairs && spent < limits.seconds) {
        let next = pair(&mut peer, n_theirs)?;
        spent += next.1 * n_theirs as f64;
        pairs.push(next);
    }
    Ok(Pairs {
        versions: peer.versions.clone(),
        ours: Summary::of(pairs.iter().map(|pair| pair.0).collect()),
        theirs: Summary::of(pairs.iter().map(|pair| pair.1).collect()),
        ratios: Summary::of(pairs.iter().map(|pair| pair.1 / pair.0).collect()),
        our_value: values.0,
        their_value: values.1,
    })
}

fn repeats(seconds: f64) -> usize {
    (SHORTEST / seconds.max(1e-7)).ceil() as usize
}

/// CPU seconds of one of `n` runs, and what the last gave.
pub fn timed(work: &mut dyn FnMut() -> f64, n: usize) -> (f64, f64) {
    let start = cpu_seconds();
    let mut value = f64::NAN;
    for _ in 0..n {
        value = work();
    }
    ((cpu_seconds() - start) / n as f64, value)
}

/// Attune without a peer.
pub fn alone(ours: &mut dyn FnMut() -> f64, limits: Limits) -> (Summary, f64) {
    let (first, mut value) = timed(ours, 1);
    let n = repeats(first);
    let mut seconds = Vec::new();
    while seconds.len() < limits.most_pairs {
        let measured = timed(ours, n);
        value = measured.1;
        seconds.push(measured.0);
    }
    (Summary::of(seconds), value)
}
