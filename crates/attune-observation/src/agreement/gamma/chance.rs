//! What coders would mark by chance: codings drawn with the numbers, gaps, lengths and codes of the
//! real ones, or real codings shifted around the clip.

use attune_statistics::descriptives::mean;
use attune_statistics::distributions::normal_quantile;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::coding::Event;
use crate::window::Micros;

/// How chance codings come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChanceCodings {
    /// Number of events, gaps and lengths from normal distributions with the mean and standard
    /// deviation of all codings, codes with their shares; what pygamma-agreement does by default.
    Drawn,
    /// For each coder one of the real codings, shifted around the clip (Mathet et al. 2015).
    Shifted,
}

/// One set of chance codings, from a random stream of its own.
pub(super) fn codings(
    kind: ChanceCodings,
    coders: &[Vec<Event>],
    bounds: (Micros, Micros),
    seed: u64,
    number: u64,
) -> Vec<Vec<Event>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(number);
    match kind {
        ChanceCodings::Drawn => Parameters::of(coders, bounds.0).draw(coders.len(), &mut random),
        ChanceCodings::Shifted => shifted(coders, bounds, &mut random),
    }
}

fn below(random: &mut ChaCha8Rng, n: u64) -> u64 {
    ((u128::from(random.next_u64()) * u128::from(n)) >> 64) as u64
}

/// Mean and standard deviation of what is drawn.
struct Parameters {
    origin: Micros,
    number: (f64, f64),
    gap: (f64, f64),
    length: (f64, f64),
    codes: Vec<usize>,
}

impl Parameters {
    fn of(coders: &[Vec<Event>], origin: Micros) -> Self {
        let numbers: Vec<f64> = coders.iter().map(|events| events.len() as f64).collect();
        let all = || coders.iter().flatten();
        let mut gaps: Vec<f64> = Vec::new();
        for events in coders {
            gaps.extend(
                events
                    .windows(2)
                    .map(|pair| (pair[1].start - pair[0].end) as f64),
            );
            // Time before the first event is a gap too.
            gaps.extend(
                events
                    .first()
                    .map(|first| (first.start - origin) as f64)
                    .filter(|gap| *gap > 0.0),
            );
        }
        let lengths: Vec<f64> = all().map(|event| event.length() as f64).collect();
        Self {
            origin,
            number: mean_and_spread(&numbers),
            gap: mean_and_spread(&gaps),
            length: mean_and_spread(&lengths),
            codes: all().map(|event| event.code).collect(),
        }
    }

    fn draw(&self, n_coders: usize, random: &mut ChaCha8Rng) -> Vec<Vec<Event>> {
        let coder = |_| {
            let n = normal(random, self.number).trunc().max(1.0) as usize;
            let mut reached = self.origin;
            let mut events: Vec<Event> = (0..n)
                .map(|_| {
                    let start = reached + normal(random, self.gap).round() as Micros;
                    let length = (normal(random, self.length).abs().round() as Micros).max(1);
                    reached = start + length;
                    Event {
                        start,
                        end: reached,
                        code: self.codes[below(random, self.codes.len() as u64) as usize],
                    }
                })
                .collect();
            events.sort_unstable();
            events
        };
        (0..n_coders).map(coder).collect()
    }
}

fn mean_and_spread(values: &[f64]) -> (f64, f64) {
    if values.is_empty() {
        return (0.0, 0.0);
    }
    let centre = mean(values);
    let squares = values
        .iter()
        .map(|value| (value - centre).powi(2))
        .sum::<f64>();
    (centre, (squares / values.len() as f64).sqrt())
}

fn normal(random: &mut ChaCha8Rng, (mean, spread): (f64, f64)) -> f64 {
    // The middle of one of 2⁵³ equal steps, so that neither end is met.
    let uniform = ((random.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    mean + spread * normal_quantile(uniform)
}

/// The shifts lie at least half a mean length apart, so that chance does not repeat the coders'
/// agreement.
fn shifted(
    coders: &[Vec<Event>],
    (start, end): (Micros, Micros),
    random: &mut ChaCha8Rng,
) -> Vec<Vec<Event>> {
    let length = end - start;
    let all = coders.iter().flatten();
    let n_events = all.clone().count().max(1) as Micros;
    let apart = all.map(|event| event.length()).sum::<Micros>() / n_events / 2;
    let mut shifts: Vec<Micros> = Vec::with_capacity(coders.len());
    let mut coder = |_: &Vec<Event>| {
        let source = &coders[below(random, coders.len() as u64) as usize];
        let mut shift = below(random, length as u64) as Micros;
        // A clip too short for the distance keeps the last draw.
        for _ in 0..100 {
            if shifts.iter().all(|known| (known - shift).abs() >= apart) {
                break;
            }
            shift = below(random, length as u64) as Micros;
        }
        shifts.push(shift);
        let moved = |event: &Event| {
            let at = event.start - start;
            let by = if at >= shift { -shift } else { length - shift };
            Event {
                start: event.start + by,
                end: event.end + by,
                code: event.code,
            }
        };
        let mut events: Vec<Event> = source.iter().map(moved).collect();
        events.sort_unstable();
        events
    };
    coders.iter().map(&mut coder).collect()
}
