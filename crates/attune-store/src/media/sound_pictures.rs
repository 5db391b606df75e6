//! Pictures of a recording's sound for the timeline: its loudness, and its spectrum. Both are made from
//! one channel of 8,000 samples a second as it streams by, so that two hours need no more memory than
//! two minutes.
//!
//! Loudness is the largest sample of each fiftieth of a second, 0 to 255. The spectrum has
//! [`COLUMNS_PER_SECOND`] columns of [`BANDS`] bytes, lowest band first: the power within bands that are
//! equally wide on the mel scale (Stevens, Volkmann & Newman 1937), in decibels below full scale, from
//! −80 (0) to −10 (255).

use std::{f64::consts::PI, sync::LazyLock};

/// Samples of sound for each second.
pub const SAMPLES_PER_SECOND: usize = 8000;
/// Loudness values for each second.
pub const PEAKS_PER_SECOND: usize = 50;
/// Columns of the spectrum for each second.
pub const COLUMNS_PER_SECOND: usize = 25;
/// Bands of a column.
pub const BANDS: usize = 48;

const PIECE: usize = SAMPLES_PER_SECOND / PEAKS_PER_SECOND;
const HOP: usize = SAMPLES_PER_SECOND / COLUMNS_PER_SECOND;
/// Samples of a column's window: 64 ms, about a dozen periods of a low voice.
const WINDOW: usize = 512;
const LOWEST_HERTZ: f64 = 80.0;
const HIGHEST_HERTZ: f64 = 4000.0;

/// Takes samples and makes both pictures.
#[derive(Debug, Default)]
pub struct SoundPictures {
    loudness: Vec<u8>,
    spectrum: Vec<u8>,
    peak: u16,
    n_of_piece: usize,
    /// Samples of windows that are not complete.
    recent: Vec<f64>,
}

impl SoundPictures {
    /// The next sample.
    pub fn push(&mut self, sample: i16) {
        self.peak = self.peak.max(sample.unsigned_abs());
        self.n_of_piece += 1;
        if self.n_of_piece == PIECE {
            self.end_piece();
        }
        self.recent.push(f64::from(sample) / 32_768.0);
        if self.recent.len() == WINDOW {
            self.spectrum.extend(column(&self.recent));
            self.recent.drain(..HOP);
        }
    }

    fn end_piece(&mut self) {
        self.loudness
            .push(u8::try_from(self.peak / 129).unwrap_or(u8::MAX));
        (self.peak, self.n_of_piece) = (0, 0);
    }

    /// Loudness and spectrum.
    pub fn done(mut self) -> (Vec<u8>, Vec<u8>) {
        if self.n_of_piece > 0 {
            self.end_piece();
        }
        if !self.recent.is_empty() {
            self.recent.resize(WINDOW, 0.0);
            self.spectrum.extend(column(&self.recent));
        }
        (self.loudness, self.spectrum)
    }
}

/// One column: decibels of each band as bytes.
fn column(samples: &[f64]) -> [u8; BANDS] {
    let mut real: Vec<f64> = samples.iter().zip(&HANN.0).map(|(a, b)| a * b).collect();
    let mut imaginary = vec![0.0; WINDOW];
    transform(&mut real, &mut imaginary);
    let mut bands = [0u8; BANDS];
    for (band, edges) in bands.iter_mut().zip(BINS.windows(2)) {
        let bins = edges[0]..edges[1].max(edges[0] + 1);
        let largest = bins
            .map(|bin| real[bin].powi(2) + imaginary[bin].powi(2))
            .fold(0.0, f64::max);
        // A sine of full scale has this power at its bin.
        let decibels = 10.0 * (largest / HANN.1).max(1e-12).log10();
        *band = ((decibels + 80.0) / 70.0 * 255.0).clamp(0.0, 255.0) as u8;
    }
    bands
}

/// Hann's window, and the power of a sine of full scale that was looked at through it.
static HANN: LazyLock<(Vec<f64>, f64)> = LazyLock::new(|| {
    let value = |n: usize| 0.5 - 0.5 * (2.0 * PI * n as f64 / WINDOW as f64).cos();
    let window: Vec<f64> = (0..WINDOW).map(value).collect();
    let sum: f64 = window.iter().sum();
    (window, (sum / 2.0).powi(2))
});

/// First bin of each band, and the end of the last one.
static BINS: LazyLock<Vec<usize>> = LazyLock::new(|| {
    let mel = |hertz: f64| 2595.0 * (1.0 + hertz / 700.0).log10();
    let (low, high) = (mel(LOWEST_HERTZ), mel(HIGHEST_HERTZ));
    let bin = |edge: usize| {
        let mel = low + (high - low) * edge as f64 / BANDS as f64;
        let hertz = 700.0 * (10f64.powf(mel / 2595.0) - 1.0);
        (hertz * WINDOW as f64 / SAMPLES_PER_SECOND as f64) as usize
    };
    (0..=BANDS).map(|edge| bin(edge).min(WINDOW / 2)).collect()
});

/// The fast Fourier transform of a power of two (Cooley & Tukey 1965), in place.
fn transform(real: &mut [f64], imaginary: &mut [f64]) {
    let n = real.len();
    let bits = n.trailing_zeros();
    for place in 0..n {
        let other = place.reverse_bits() >> (usize::BITS - bits);
        if place < other {
            real.swap(place, other);
            imaginary.swap(place, other);
        }
    }
    let mut length = 2;
    while length <= n {
        let half = length / 2;
        for turn in 0..half {
            let angle = -2.0 * PI * turn as f64 / length as f64;
            let (sine, cosine) = angle.sin_cos();
            for start in (0..n).step_by(length) {
                let (one, other) = (start + turn, start + turn + half);
                let re = real[other] * cosine - imaginary[other] * sine;
                let im = real[other] * sine + imaginary[other] * cosine;
                (real[other], imaginary[other]) = (real[one] - re, imaginary[one] - im);
                real[one] += re;
                imaginary[one] += im;
            }
        }
        length *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pictures(samples: impl IntoIterator<Item = i16>) -> (Vec<u8>, Vec<u8>) {
        let mut pictures = SoundPictures::default();
        samples.into_iter().for_each(|sample| pictures.push(sample));
        pictures.done()
    }

    #[test]
    fn loudness_is_the_largest_of_each_fiftieth_of_a_second() {
        let mut samples = vec![0i16; 160];
        samples[50] = i16::MIN;
        samples.extend([0; 160]);
        samples.push(1290);
        assert_eq!(pictures(samples).0, [254, 0, 10]);
    }

    #[test]
    fn a_tone_lies_in_its_band_and_silence_in_none() {
        let tone = |n: usize| {
            let angle = 2.0 * PI * 1000.0 * n as f64 / SAMPLES_PER_SECOND as f64;
            (angle.sin() * 10_000.0) as i16
        };
        let (_, spectrum) = pictures((0..SAMPLES_PER_SECOND).map(tone));
        assert_eq!(spectrum.len(), COLUMNS_PER_SECOND * BANDS);
        let column = &spectrum[10 * BANDS..11 * BANDS];
        let loudest = (0..BANDS).max_by_key(|band| column[*band]).unwrap();
        let bin = 1000 * WINDOW / SAMPLES_PER_SECOND;
        assert!((BINS[loudest]..=BINS[loudest + 1]).contains(&bin));
        // 10,000 of 32,768 are 10.3 dB below full scale.
        let decibels = f64::from(column[loudest]) / 255.0 * 70.0 - 80.0;
        assert!((decibels + 10.3).abs() < 0.5, "{decibels}");
        let (_, silence) = pictures(vec![0; 1000]);
        assert!(silence.iter().all(|byte| *byte == 0));
    }
}
