//! Draws from the distributions that assumptions speak of. Only arithmetic that gives the same
//! bits on every machine is used: a seed must mean the same records everywhere.

use attune_protocol::assumptions::Spread;

use crate::streams::Stream;

/// A standard normal number by Marsaglia's polar method (Marsaglia and Bray 1964).
pub fn standard_normal(stream: &mut Stream) -> f64 {
    loop {
        let x = 2.0 * stream.uniform() - 1.0;
        let y = 2.0 * stream.uniform() - 1.0;
        let square = x * x + y * y;
        if square > 0.0 && square < 1.0 {
            return x * (-2.0 * libm::log(square) / square).sqrt();
        }
    }
}

/// A normal number between two bounds: drawn again until it lies between them, and put on the
/// nearer bound after a thousand draws in vain.
pub fn normal_between(stream: &mut Stream, mean: f64, sd: f64, bounds: (f64, f64)) -> f64 {
    const DRAWS: usize = 1000;
    let inside = |value: &f64| (bounds.0..=bounds.1).contains(value);
    (0..DRAWS)
        .map(|_| mean + sd * standard_normal(stream))
        .find(inside)
        .unwrap_or_else(|| mean.max(bounds.0).min(bounds.1))
}

/// A number from a spread with bounds.
pub fn from_spread(stream: &mut Stream, spread: &Spread) -> f64 {
    normal_between(
        stream,
        spread.mean,
        spread.sd,
        (spread.minimum, spread.maximum),
    )
}

/// A whole number from `lowest` to `highest`, each as likely.
pub fn whole_between(stream: &mut Stream, lowest: i64, highest: i64) -> i64 {
    let span = (highest - lowest).max(0) as f64 + 1.0;
    lowest + (stream.uniform() * span) as i64
}

/// The index of a choice, by weight; `None` where nothing has weight.
pub fn weighted_choice(
    stream: &mut Stream,
    weights: impl Iterator<Item = f64> + Clone,
) -> Option<usize> {
    let total: f64 = weights.clone().map(|weight| weight.max(0.0)).sum();
    if total <= 0.0 {
        return None;
    }
    let mut rest = stream.uniform() * total;
    let mut last = None;
    for (index, weight) in weights.enumerate().filter(|(_, weight)| *weight > 0.0) {
        last = Some(index);
        rest -= weight;
        if rest < 0.0 {
            break;
        }
    }
    last
}

/// Months until an event with this probability per month: exponential, so that the probability of
/// no event in a month is the same in every month.
pub fn months_until(stream: &mut Stream, per_month: f64) -> f64 {
    if per_month <= 0.0 {
        return f64::INFINITY;
    }
    libm::log1p(-stream.uniform()) / libm::log1p(-per_month.min(1.0 - 1e-9))
}

/// Logistic function.
pub fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-logit))
}

/// The centre on the logit scale for which normally spread logits have this mean share.
pub fn logit_with_mean_share(share: f64, sd: f64) -> f64 {
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if mean_share(middle, sd) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Mean of the logistic function over a normal distribution, by Simpson's rule over eight standard
/// deviations to each side.
fn mean_share(centre: f64, sd: f64) -> f64 {
    const PANELS: usize = 64;
    let (mut weighted, mut total) = (0.0, 0.0);
    for point in 0..=PANELS {
        let z = -8.0 + 16.0 * point as f64 / PANELS as f64;
        let simpson = match point {
            0 | PANELS => 1.0,
            odd if odd % 2 == 1 => 4.0,
            _ => 2.0,
        };
        let weight = simpson * libm::exp(-0.5 * z * z);
        weighted += weight * logistic(centre + sd * z);
        total += weight;
    }
    weighted / total
}

/// Decimals with which a made-up number is written: none where its spread is 1 or more, otherwise
/// enough to see the spread.
pub fn sensible_decimals(sd: f64) -> u8 {
    match sd.abs() {
        spread if spread >= 1.0 => 0,
        spread if spread >= 0.1 => 1,
        spread if spread >= 0.01 => 2,
        _ => 3,
    }
}

/// `value` to so many decimals, halves away from zero.
pub fn round_to(value: f64, decimals: u8) -> f64 {
    let scale = (0..decimals).fold(1.0, |scale, _| scale * 10.0);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streams::{Purpose, Streams};

    fn stream() -> Stream {
        Streams::new(7).stream(Purpose::Session, &["draws"])
    }

    fn mean_and_sd(values: &[f64]) -> (f64, f64) {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
        (mean, variance.sqrt())
    }

    #[test]
    fn standard_normal_numbers_have_mean_0_and_sd_1() {
        let mut stream = stream();
        let values: Vec<f64> = (0..40_000).map(|_| standard_normal(&mut stream)).collect();
        let (mean, sd) = mean_and_sd(&values);
        // Four standard errors: 4/√40000 and 4/√80000.
        assert!(mean.abs() < 0.02, "{mean}");
        assert!((sd - 1.0).abs() < 0.0142, "{sd}");
        let beyond = values.iter().filter(|v| v.abs() > 1.959_964).count();
        // 5 % of 40 000, SE √(40000 · 0.05 · 0.95) = 43.6.
        assert!((beyond as f64 - 2000.0).abs() < 175.0, "{beyond}");
    }

    #[test]
    fn bounds_hold_even_far_from_the_mean() {
        let mut stream = stream();
        for _ in 0..200 {
            let value = normal_between(&mut stream, 0.0, 1.0, (2.0, 3.0));
            assert!((2.0..=3.0).contains(&value));
        }
        assert_eq!(normal_between(&mut stream, 0.0, 1.0, (50.0, 60.0)), 50.0);
        assert_eq!(normal_between(&mut stream, 5.0, 0.0, (0.0, 9.0)), 5.0);
    }

    #[test]
    fn choices_follow_their_weights() {
        let mut stream = stream();
        let mut counts = [0_u32; 3];
        for _ in 0..30_000 {
            let weights = [1.0, 0.0, 2.0];
            counts[weighted_choice(&mut stream, weights.into_iter()).unwrap()] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!(
            (f64::from(counts[0]) - 10_000.0).abs() < 330.0,
            "{counts:?}"
        );
        assert_eq!(weighted_choice(&mut stream, [0.0].into_iter()), None);
    }

    #[test]
    fn events_come_with_the_stated_probability_per_month() {
        let mut stream = stream();
        let within = |months: f64, stream: &mut Stream| {
            (0..20_000)
                .filter(|_| months_until(stream, 0.03) <= months)
                .count() as f64
                / 20_000.0
        };
        assert!((within(1.0, &mut stream) - 0.03).abs() < 0.005);
        // 1 − 0.97¹² = 0.306
        assert!((within(12.0, &mut stream) - 0.306).abs() < 0.013);
        assert_eq!(months_until(&mut stream, 0.0), f64::INFINITY);
    }

    #[test]
    fn the_mean_share_is_as_asked_whatever_its_spread() {
        for (share, sd) in [(0.5, 1.0), (0.2, 1.5), (0.9, 0.5), (0.35, 0.0)] {
            let centre = logit_with_mean_share(share, sd);
            let mut stream = stream();
            let shares: Vec<f64> = (0..20_000)
                .map(|_| logistic(centre + sd * standard_normal(&mut stream)))
                .collect();
            let (mean, _) = mean_and_sd(&shares);
            assert!((mean - share).abs() < 0.01, "{share} {sd}: {mean}");
        }
    }

    #[test]
    fn rounding_shows_the_spread_and_no_more() {
        assert_eq!(round_to(27.6, sensible_decimals(5.0)), 28.0);
        assert_eq!(round_to(3.456, sensible_decimals(0.5)), 3.5);
        assert_eq!(round_to(-0.3456, sensible_decimals(0.05)), -0.35);
    }
}
