//! Another number of samples a second, by a windowed sinc filter.
//!
//! The filter passes what both rates can carry and stops the rest (Smith, *Digital Audio Resampling*, 2002):
//! 16 zero crossings on each side under a Hann window.

/// Zero crossings of the filter on each side.
const CROSSINGS: f64 = 16.0;

/// Takes samples at one rate, a run at a time, and gives them at another.
pub struct Resampler {
    /// Both rates without their common factor.
    from: u64,
    to: u64,
    /// How far the filter reaches, in samples in.
    reach: usize,
    /// The filter for each position between two samples in, of which there are `to`.
    filters: Vec<Vec<f32>>,
    /// Samples in that are still needed.
    kept: Vec<f32>,
    /// How many samples came before those kept.
    before: usize,
    /// How many samples were given out.
    given: u64,
}

impl Resampler {
    /// From `from` to `to` samples a second, both above zero.
    pub fn new(from: u32, to: u32) -> Self {
        let common = common_factor(u64::from(from), u64::from(to)).max(1);
        let (from, to) = (u64::from(from) / common, u64::from(to) / common);
        let cutoff = (to as f64 / from as f64).min(1.0);
        let reach = CROSSINGS / cutoff;
        let filter = |phase: u64| {
            let between = phase as f64 / to as f64;
            let taps = -(reach.ceil() as i64)..=reach.ceil() as i64;
            taps.map(|tap| {
                let distance = tap as f64 - between;
                if distance.abs() > reach {
                    return 0.0;
                }
                let window = 0.5 + 0.5 * (std::f64::consts::PI * distance / reach).cos();
                (cutoff * sinc(cutoff * distance) * window) as f32
            })
            .collect()
        };
        Self {
            from,
            to,
            reach: reach.ceil() as usize,
            filters: (0..to).map(filter).collect(),
            kept: Vec::new(),
            before: 0,
            given: 0,
        }
    }

    /// Takes samples in and adds to `out` what they decide.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        if self.is_plain() {
            out.extend_from_slice(samples);
            return;
        }
        self.kept.extend_from_slice(samples);
        let end = self.before + self.kept.len();
        while self.place() + self.reach < end {
            out.push(self.next());
        }
        let needed_from = self.place().saturating_sub(self.reach);
        let done = needed_from.saturating_sub(self.before).min(self.kept.len());
        self.kept.drain(..done);
        self.before += done;
    }

    /// Adds the samples that the end of the sound decides.
    pub fn finish(mut self, out: &mut Vec<f32>) {
        let end = self.before + self.kept.len();
        while !self.is_plain() && self.place() < end {
            out.push(self.next());
        }
    }

    fn is_plain(&self) -> bool {
        self.from == self.to
    }

    /// The sample in at or before the next one out.
    fn place(&self) -> usize {
        usize::try_from(self.given * self.from / self.to).unwrap_or(usize::MAX)
    }

    fn next(&mut self) -> f32 {
        let filter = &self.filters[(self.given * self.from % self.to) as usize];
        // The filter's first tap stands `reach` samples before; some may lie before the sound or after its end.
        let first = self.place() as i64 - self.reach as i64 - self.before as i64;
        self.given += 1;
        let skipped = usize::try_from(-first).unwrap_or(0);
        let kept = &self.kept[usize::try_from(first).unwrap_or(0)..];
        kept.iter()
            .zip(&filter[skipped..])
            .map(|(x, tap)| x * tap)
            .sum()
    }
}

fn common_factor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_factor(b, a % b) }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    let angle = std::f64::consts::PI * x;
    angle.sin() / angle
}

#[cfg(test)]
mod tests {
    use super::Resampler;

    fn tone(rate: u32, hertz: f64, seconds: f64) -> Vec<f32> {
        let n = (f64::from(rate) * seconds) as usize;
        let angle = |i: usize| std::f64::consts::TAU * hertz * i as f64 / f64::from(rate);
        (0..n).map(|i| angle(i).sin() as f32).collect()
    }

    fn resampled(samples: &[f32], from: u32, run: usize) -> Vec<f32> {
        let (mut resampler, mut out) = (Resampler::new(from, 16_000), Vec::new());
        for run in samples.chunks(run) {
            resampler.push(run, &mut out);
        }
        resampler.finish(&mut out);
        out
    }

    #[test]
    fn a_tone_is_the_same_tone_at_another_rate() {
        for rate in [8_000, 16_000, 22_050, 44_100, 48_000] {
            let out = resampled(&tone(rate, 440.0, 0.5), rate, 1_000);
            let wanted = tone(16_000, 440.0, 0.5);
            assert!(out.len().abs_diff(wanted.len()) <= 1, "{rate}");
            let worst = (400..7_600)
                .map(|i| (out[i] - wanted[i]).abs())
                .fold(0.0, f32::max);
            assert!(worst < 2e-3, "{rate}: {worst}");
        }
    }

    #[test]
    fn what_the_rate_cannot_carry_is_silent() {
        let out = resampled(&tone(48_000, 12_000.0, 0.3), 48_000, 777);
        let worst = out[400..4_400]
            .iter()
            .fold(0.0_f32, |worst, x| worst.max(x.abs()));
        assert!(worst < 5e-3, "{worst}");
    }

    #[test]
    fn how_it_is_cut_into_runs_does_not_matter() {
        let sound = tone(44_100, 1_234.0, 0.2);
        assert_eq!(
            resampled(&sound, 44_100, 100),
            resampled(&sound, 44_100, 5_000)
        );
    }
}
