//! The voices of the script: sums of harmonics with a melody, in syllables. Speech to an infant is higher
//! and moves more widely than the same person's other speech, as it tends to in life; an infant's cry is
//! higher still.

use std::f64::consts::TAU;

use super::scene::{Does, Line, SCRIPT, Who};

const RATE: f64 = 16_000.0;

/// A speaker: usual height in Hz, and loudness of the harmonics' fall.
fn height_of(who: Who) -> f64 {
    match who {
        Who::Carer1 => 196.0,
        Who::Carer2 => 208.0,
        Who::Staff => 122.0,
        Who::Infant1 | Who::Infant2 => 440.0,
    }
}

/// 16-bit samples, 16,000 a second, over a faint noise of the room.
pub fn samples(seconds: f64) -> Vec<u8> {
    let n = (seconds * RATE) as usize;
    let mut sum = vec![0.0; n];
    for line in SCRIPT {
        if matches!(line.does, Does::Speaks(_) | Does::Cries) {
            add(&mut sum, line);
        }
    }
    let mut state = 1u32;
    let noise = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 16) / 65_536.0 - 0.5
    };
    sum.iter()
        .zip(std::iter::repeat_with(noise))
        .map(|(sample, noise)| ((sample + 0.004 * noise).clamp(-1.0, 1.0) * 32_000.0) as i16)
        .flat_map(i16::to_le_bytes)
        .collect()
}

fn add(sum: &mut [f64], line: &Line) {
    let to_infant = matches!(line.does, Does::Speaks(Who::Infant1 | Who::Infant2));
    let cries = line.does == Does::Cries;
    // Height in semitones above the speaker's own, and how far the melody goes.
    let (above, range) = match (cries, to_infant) {
        (true, _) => (0.0, 2.0),
        (false, true) => (5.0, 5.0),
        (false, false) => (0.0, 1.5),
    };
    let syllables = if cries { 1.1 } else { 4.0 };
    let mut phase = 0.0;
    let first = (line.from * RATE) as usize;
    let last = ((line.to * RATE) as usize).min(sum.len());
    for (place, sample) in sum[first..last].iter_mut().enumerate() {
        let time = place as f64 / RATE;
        let melody = above + range * (TAU * time * 0.8).sin();
        let frequency = height_of(line.who) * (melody / 12.0).exp2();
        phase += TAU * frequency / RATE;
        let swell = (std::f64::consts::PI * (time * syllables).fract()).sin();
        let edge = (time / 0.05)
            .min((line.to - line.from - time) / 0.05)
            .clamp(0.0, 1.0);
        // Stronger around 600 and 1,500 Hz, as vowels are.
        let harmonics = (1..=18u32).map(|n| {
            let at = frequency * f64::from(n);
            let near = |middle: f64, width: f64| (-((at - middle) / width).powi(2)).exp();
            let strength = near(600.0, 350.0) + 0.5 * near(1500.0, 400.0) + 0.4 / f64::from(n * n);
            strength * (phase * f64::from(n)).sin()
        });
        *sample += 0.12 * edge * swell.powf(0.7) * harmonics.sum::<f64>();
    }
}
