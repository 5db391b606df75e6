//! The fundamental frequency of a voice, by YIN (de Cheveigné & Kawahara 2002, J. Acoust. Soc. Am. 111).
//!
//! For each frame the squared difference of the sound with itself, moved by a lag, is divided by its mean
//! over shorter lags; the first lag at which this falls below the threshold and no further is the period,
//! refined by a parabola. A frame where it never falls below is unvoiced: it has no frequency, not one of
//! zero.

use crate::sound::RATE;

/// How the voice is followed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PitchSettings {
    /// Lowest frequency in Hz.
    pub lowest: f64,
    /// Highest frequency in Hz: infants' cries reach it.
    pub highest: f64,
    /// Largest normalised difference of a voiced frame.
    pub threshold: f64,
    /// Seconds from frame to frame.
    pub hop: f64,
    /// Seconds over which the difference is summed.
    pub window: f64,
}

impl Default for PitchSettings {
    fn default() -> Self {
        Self {
            lowest: 75.0,
            highest: 1_000.0,
            threshold: 0.15,
            hop: 0.01,
            window: 0.025,
        }
    }
}

/// Hz of each frame of a stretch of sound; `None` where it is unvoiced.
pub fn contour(samples: &[f32], settings: &PitchSettings) -> Vec<Option<f64>> {
    let rate = f64::from(RATE);
    let samples_of = |seconds: f64| (seconds * rate).round().max(1.0) as usize;
    let (window, hop) = (samples_of(settings.window), samples_of(settings.hop));
    let shortest = (rate / settings.highest).floor().max(2.0) as usize;
    let longest = (rate / settings.lowest).ceil() as usize;
    let mut differences = vec![0.0; longest + 1];
    let mut frequencies = Vec::new();
    let mut start = 0;
    while start + window + longest < samples.len() {
        let frame = &samples[start..start + window + longest];
        normalised_differences(frame, window, &mut differences);
        let period = period(&differences, shortest, settings.threshold);
        frequencies.push(period.map(|period| rate / period));
        start += hop;
    }
    frequencies
}

/// d'(τ): the squared difference at each lag over its mean up to that lag.
fn normalised_differences(frame: &[f32], window: usize, differences: &mut [f64]) {
    differences[0] = 1.0;
    let mut total = 0.0;
    for lag in 1..differences.len() {
        let pairs = frame[..window].iter().zip(&frame[lag..lag + window]);
        let difference: f32 = pairs.map(|(a, b)| (a - b) * (a - b)).sum();
        total += f64::from(difference);
        differences[lag] = if total > 0.0 {
            f64::from(difference) * lag as f64 / total
        } else {
            1.0
        };
    }
}

fn period(differences: &[f64], shortest: usize, threshold: f64) -> Option<f64> {
    let last = differences.len() - 1;
    let mut lag = (shortest..last).find(|&lag| differences[lag] < threshold)?;
    while lag < last && differences[lag + 1] < differences[lag] {
        lag += 1;
    }
    if lag == last {
        return None;
    }
    let [before, here, after] = [lag - 1, lag, lag + 1].map(|at| differences[at]);
    let curvature = before - 2.0 * here + after;
    let shift = if curvature > 0.0 {
        0.5 * (before - after) / curvature
    } else {
        0.0
    };
    Some(lag as f64 + shift)
}

#[cfg(test)]
mod tests {
    use super::{PitchSettings, contour};
    use crate::sound::RATE;

    /// A voice-like sound: harmonics that fall by 6 dB an octave, gliding from one frequency to another.
    fn voice(from: f64, to: f64, seconds: f64) -> Vec<f32> {
        let n = (seconds * f64::from(RATE)) as usize;
        let mut phase = 0.0;
        (0..n)
            .map(|i| {
                let hertz = from + (to - from) * i as f64 / n as f64;
                phase += std::f64::consts::TAU * hertz / f64::from(RATE);
                let harmonics = (1..).take_while(|k| f64::from(*k) * hertz < 4_000.0);
                harmonics
                    .map(|k| (f64::from(k) * phase).sin() / f64::from(k))
                    .sum::<f64>() as f32
                    * 0.3
            })
            .collect()
    }

    #[test]
    fn a_steady_voice_has_its_frequency() {
        for hertz in [90.0, 140.0, 220.0, 333.0, 480.0, 700.0] {
            let found = contour(&voice(hertz, hertz, 0.5), &PitchSettings::default());
            assert!(found.len() > 30);
            for frequency in found {
                let frequency = frequency.expect("voiced");
                assert!(
                    (frequency / hertz - 1.0).abs() < 0.005,
                    "{frequency} for {hertz}"
                );
            }
        }
    }

    #[test]
    fn a_glide_is_followed() {
        let found = contour(&voice(180.0, 360.0, 1.0), &PitchSettings::default());
        let n = found.len() as f64;
        for (place, frequency) in found.iter().enumerate() {
            // Each frame's sound lies around half a window and a lag behind its begin.
            let wanted = 180.0 + 180.0 * (place as f64 + 1.6) / (n + 3.8);
            let frequency = frequency.expect("voiced");
            assert!(
                (frequency / wanted - 1.0).abs() < 0.03,
                "{frequency} for {wanted}"
            );
        }
    }

    #[test]
    fn noise_and_silence_have_no_frequency() {
        let mut state = 12_345_u32;
        let noise: Vec<f32> = (0..16_000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / 8_388_608.0 - 1.0
            })
            .collect();
        for sound in [noise, vec![0.0; 16_000]] {
            let found = contour(&sound, &PitchSettings::default());
            let voiced = found.iter().flatten().count();
            assert!(voiced * 50 < found.len(), "{voiced} of {}", found.len());
        }
    }
}
