//! Stretches of speech in numbers, each voice against its own baseline, and their rank.
//!
//! Heights are in semitones, twelve times the binary logarithm of a ratio of frequencies, because voices are
//! heard that way. Speech to infants tends to be higher and to move more widely than the same person's
//! speech to adults; for fathers the height says less (VanDam & De Palma 2014). So a stretch is compared
//! with the other stretches of the same speaker where somebody has coded who speaks, otherwise with
//! those of the whole recording, and the answer says which.

use std::sync::Arc;

use attune_records::observation::{Interval, Micros};
use attune_statistics::descriptives::quantile_of_sorted;
use serde::Serialize;

use crate::{
    pitch::{PitchSettings, contour},
    sound::Sound,
    voice::{SpeechSettings, speech},
};

/// Whose other stretches a stretch is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Baseline {
    /// Those of the same speaker.
    Speaker,
    /// Those of everybody in the recording, because nobody coded who speaks or the speaker has too few.
    Recording,
}

/// A stretch of speech in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stretch {
    /// When.
    pub interval: Interval,
    /// Who speaks, where somebody coded it.
    pub speaker: Option<Arc<str>>,
    /// Share of the frames that are voiced.
    pub voiced: f64,
    /// Median fundamental frequency in Hz; `None` where too little is voiced.
    pub median_hertz: Option<f64>,
    /// Semitones from the 10th to the 90th percentile of the frequency.
    pub range_semitones: Option<f64>,
    /// Semitones of the median above the baseline.
    pub above_baseline: Option<f64>,
    /// What the baseline is made of.
    pub baseline: Baseline,
    /// So high that it may be an infant's own voice: not ranked.
    pub may_be_infant: bool,
    /// 1 for the stretch that sounds most like speech to an infant, among those with a frequency.
    pub rank: Option<usize>,
}

/// Above this median frequency in Hz a voice may be an infant's own.
const INFANT: f64 = 400.0;
/// Fewer voiced frames than this say nothing about a voice.
const FEWEST_VOICED: usize = 10;
/// With fewer stretches than this a speaker has no baseline of their own.
const FEWEST_STRETCHES: usize = 5;

/// Finds the stretches of speech of a recording, describes and ranks them.
///
/// `speakers` are bouts in which somebody was coded as speaking; a stretch belongs to whoever spoke most
/// of it.
pub fn describe(
    sound: &Sound,
    speakers: &[(Arc<str>, Interval)],
    speech_settings: &SpeechSettings,
    pitch_settings: &PitchSettings,
) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = speech(&sound.samples, speech_settings)
        .into_iter()
        .filter_map(|range| {
            let interval = Interval::new(sound.time_of(range.start), sound.time_of(range.end))?;
            let frequencies = contour(&sound.samples[range], pitch_settings);
            Some(stretch(interval, &frequencies, speakers))
        })
        .collect();
    compare(&mut stretches);
    rank(&mut stretches);
    stretches
}

fn stretch(
    interval: Interval,
    frequencies: &[Option<f64>],
    speakers: &[(Arc<str>, Interval)],
) -> Stretch {
    let mut voiced: Vec<f64> = frequencies.iter().flatten().copied().collect();
    voiced.sort_unstable_by(f64::total_cmp);
    let enough = voiced.len() >= FEWEST_VOICED;
    let median = enough.then(|| quantile_of_sorted(&voiced, 0.5));
    Stretch {
        interval,
        speaker: speaker_of(interval, speakers),
        voiced: voiced.len() as f64 / frequencies.len().max(1) as f64,
        median_hertz: median,
        range_semitones: enough.then(|| {
            semitones(quantile_of_sorted(&voiced, 0.9) / quantile_of_sorted(&voiced, 0.1))
        }),
        above_baseline: None,
        baseline: Baseline::Recording,
        may_be_infant: median.is_some_and(|median| median > INFANT),
        rank: None,
    }
}

/// Whoever was coded as speaking for most of the stretch, if that is any of it.
fn speaker_of(interval: Interval, speakers: &[(Arc<str>, Interval)]) -> Option<Arc<str>> {
    let mut totals: Vec<(&Arc<str>, Micros)> = Vec::new();
    for (speaker, bout) in speakers {
        let Some(shared) = bout.intersection(interval) else {
            continue;
        };
        match totals.iter_mut().find(|(other, _)| *other == speaker) {
            Some((_, total)) => total.0 += shared.length().0,
            None => totals.push((speaker, shared.length())),
        }
    }
    let most = totals.iter().map(|(_, total)| *total).max()?;
    let (speaker, _) = totals.into_iter().find(|(_, total)| *total == most)?;
    Some(speaker.clone())
}

/// Each median against the median of the medians of the same speaker, or of the recording.
fn compare(stretches: &mut [Stretch]) {
    let medians = |of: Option<&Arc<str>>| -> Vec<f64> {
        let mut medians: Vec<f64> = stretches
            .iter()
            .filter(|stretch| !stretch.may_be_infant)
            .filter(|stretch| of.is_none() || stretch.speaker.as_ref() == of)
            .filter_map(|stretch| stretch.median_hertz)
            .collect();
        medians.sort_unstable_by(f64::total_cmp);
        medians
    };
    let everybody = medians(None);
    let compared: Vec<(Option<f64>, Baseline)> = stretches
        .iter()
        .map(|stretch| {
            let own = stretch
                .speaker
                .as_ref()
                .map(|speaker| medians(Some(speaker)));
            let own = own.filter(|own| own.len() >= FEWEST_STRETCHES);
            let (among, baseline) = match &own {
                Some(own) => (own, Baseline::Speaker),
                None => (&everybody, Baseline::Recording),
            };
            let above = stretch
                .median_hertz
                .filter(|_| !among.is_empty())
                .map(|median| semitones(median / quantile_of_sorted(among, 0.5)));
            (above, baseline)
        })
        .collect();
    for (stretch, (above, baseline)) in stretches.iter_mut().zip(compared) {
        (stretch.above_baseline, stretch.baseline) = (above, baseline);
    }
}

/// The mean of two places: by height above the baseline, and by range.
fn rank(stretches: &mut [Stretch]) {
    let ranked: Vec<usize> = (0..stretches.len())
        .filter(|&at| !stretches[at].may_be_infant && stretches[at].above_baseline.is_some())
        .collect();
    let place_by = |value: fn(&Stretch) -> Option<f64>, at: usize| -> usize {
        let own = value(&stretches[at]);
        ranked
            .iter()
            .filter(|&&other| value(&stretches[other]) > own)
            .count()
    };
    let mut order: Vec<(usize, usize)> = ranked
        .iter()
        .map(|&at| {
            let height = place_by(|stretch| stretch.above_baseline, at);
            (height + place_by(|stretch| stretch.range_semitones, at), at)
        })
        .collect();
    order.sort_unstable();
    for (rank, (_, at)) in order.into_iter().enumerate() {
        stretches[at].rank = Some(rank + 1);
    }
}

fn semitones(ratio: f64) -> f64 {
    12.0 * ratio.log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64, hertz: &[f64], speakers: &[(Arc<str>, Interval)]) -> Stretch {
        let interval = seconds(second, second + 1);
        let frequencies: Vec<Option<f64>> = hertz.iter().copied().map(Some).collect();
        stretch(interval, &frequencies, speakers)
    }

    fn seconds(start: i64, stop: i64) -> Interval {
        Interval::new(Micros(start * 1_000_000), Micros(stop * 1_000_000)).expect("in order")
    }

    fn around(hertz: f64, semitones: f64) -> Vec<f64> {
        let reach = |place: i32| f64::from(place - 10) / 8.0 * semitones / 2.0;
        (0..21)
            .map(|place| hertz * (reach(place) / 12.0).exp2())
            .collect()
    }

    #[test]
    fn height_and_range_are_semitones() {
        let stretch = at(0, &around(200.0, 6.0), &[]);
        assert!((stretch.median_hertz.expect("voiced") - 200.0).abs() < 1e-9);
        assert!((stretch.range_semitones.expect("voiced") - 6.0).abs() < 1e-9);
        assert!(
            at(0, &[200.0; 3], &[]).median_hertz.is_none(),
            "too little is not zero"
        );
    }

    #[test]
    fn each_speaker_is_compared_with_themselves() {
        let (low, high): (Arc<str>, Arc<str>) = ("father".into(), "mother".into());
        let speakers = vec![(low.clone(), seconds(0, 6)), (high.clone(), seconds(6, 12))];
        let mut stretches: Vec<Stretch> = (0..6)
            .map(|second| {
                at(
                    second,
                    &around(if second == 5 { 160.0 } else { 110.0 }, 3.0),
                    &speakers,
                )
            })
            .chain((6..12).map(|second| at(second, &around(210.0, 3.0), &speakers)))
            .collect();
        compare(&mut stretches);
        rank(&mut stretches);
        assert!(
            stretches
                .iter()
                .all(|stretch| stretch.baseline == Baseline::Speaker)
        );
        // The father's one high stretch ranks before the mother's ordinary ones, though it is lower.
        assert_eq!(stretches[5].rank, Some(1));
        assert_eq!(stretches[6].above_baseline, Some(0.0));
        assert_eq!(stretches[5].speaker, Some(low));
    }

    #[test]
    fn an_infants_own_voice_is_not_ranked_and_is_no_baseline() {
        let mut stretches = vec![
            at(0, &around(520.0, 5.0), &[]),
            at(1, &around(200.0, 4.0), &[]),
        ];
        compare(&mut stretches);
        rank(&mut stretches);
        assert!(stretches[0].may_be_infant && stretches[0].rank.is_none());
        assert_eq!(
            (stretches[1].rank, stretches[1].above_baseline),
            (Some(1), Some(0.0))
        );
    }
}
