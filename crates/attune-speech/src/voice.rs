//! Stretches of speech, from a network's score for each 16 ms of sound.

use std::ops::Range;

use earshot::Detector;

use crate::sound::RATE;

/// Samples that get one score.
const FRAME: usize = 256;

/// From scores to stretches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpeechSettings {
    /// A stretch begins where the score reaches this.
    pub begin: f32,
    /// It ends where the score falls below this.
    pub end: f32,
    /// Gaps up to this many seconds are breath, not an end.
    pub longest_gap: f64,
    /// Stretches shorter than this many seconds are left out.
    pub shortest: f64,
}

impl Default for SpeechSettings {
    fn default() -> Self {
        Self {
            begin: 0.5,
            end: 0.35,
            longest_gap: 0.3,
            shortest: 0.25,
        }
    }
}

/// A score from 0 (no voice) to 1 (voice) for each 16 ms.
pub fn scores(samples: &[f32]) -> Vec<f32> {
    let mut detector = Detector::default();
    let mut frame = [0.0; FRAME];
    samples
        .chunks(FRAME)
        .map(|chunk| {
            frame.fill(0.0);
            // Lossy codecs and resampling overshoot full scale; the detector takes nothing beyond it, and
            // nothing that is no number.
            for (place, sample) in frame.iter_mut().zip(chunk) {
                *place = match sample.is_finite() {
                    true => sample.clamp(-1.0, 1.0),
                    false => 0.0,
                };
            }
            detector.predict_f32(&frame)
        })
        .collect()
}

/// Stretches of speech as ranges of samples, in order and apart.
pub fn speech(samples: &[f32], settings: &SpeechSettings) -> Vec<Range<usize>> {
    let stretches = stretches(&scores(samples), settings);
    stretches
        .into_iter()
        .map(|frames| frames.start * FRAME..(frames.end * FRAME).min(samples.len()))
        .collect()
}

fn stretches(scores: &[f32], settings: &SpeechSettings) -> Vec<Range<usize>> {
    let frames = |seconds: f64| (seconds * f64::from(RATE) / FRAME as f64).round() as usize;
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut begin = None;
    for (place, score) in scores.iter().enumerate() {
        match begin {
            None if *score >= settings.begin => begin = Some(place),
            Some(from) if *score < settings.end => {
                found.push(from..place);
                begin = None;
            }
            _ => {}
        }
    }
    found.extend(begin.map(|from| from..scores.len()));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for stretch in found {
        match joined.last_mut() {
            Some(last) if stretch.start - last.end <= frames(settings.longest_gap) => {
                last.end = stretch.end;
            }
            _ => joined.push(stretch),
        }
    }
    joined.retain(|stretch| stretch.len() >= frames(settings.shortest));
    joined
}

#[cfg(test)]
mod tests {
    use super::{SpeechSettings, scores as scores_of, stretches};

    fn scores(text: &str) -> Vec<f32> {
        let score = |letter| match letter {
            '#' => 0.9,
            '+' => 0.4,
            _ => 0.1,
        };
        text.chars().map(score).collect()
    }

    #[test]
    fn sound_beyond_full_scale_is_heard_and_not_refused() {
        let loud: Vec<f32> = (0..1000u16)
            .map(|n| f32::from(n % 40) / 10.0 - 2.0)
            .collect();
        assert_eq!(scores_of(&loud).len(), 4);
        assert!(scores_of(&[f32::NAN, f32::INFINITY])[0].is_finite());
    }

    #[test]
    fn stretches_begin_high_end_low_join_over_breath_and_have_a_length() {
        let settings = SpeechSettings {
            longest_gap: 0.032,
            shortest: 0.048,
            ..SpeechSettings::default()
        };
        for (text, wanted) in [
            ("..####..", &[(2, 6)][..]),
            ("..##++..", &[(2, 6)]),
            ("..++##..", &[]),
            ("..###..###...###", &[(2, 10), (13, 16)]),
            ("", &[]),
        ] {
            let found = stretches(&scores(text), &settings);
            let ends: Vec<(usize, usize)> = found.iter().map(|s| (s.start, s.end)).collect();
            assert_eq!(ends, wanted, "{text}");
        }
    }
}
