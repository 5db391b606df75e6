//! The answer to "can these two coders be trusted?": for each stream of codes every measure that fits,
//! with its window, unit, tolerance and pooling beside it.
//!
//! This is the shape that `attune observe agree --json` prints for a pair of coders.

mod measures;
mod per_clip;

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::alignment::MayPair;
use super::amounts::{AmountAgreement, agree_on_amounts};
use super::by_clip::{Draws, Resampling};
use super::disagreements::Disagreement;
use super::drift::{Drift, drift};
use super::gamma::GammaSettings;
use super::measures_of_scheme::MeasureAgreement;
use super::ratings::{RatedClip, RatingAgreement, agree_on_ratings};
use crate::coding::{Coding, Scheme, Stream};
use crate::window::{Micros, Window, seconds};

use per_clip::ClipOfStream;

/// What is compared and how.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreeSettings {
    /// Unit of time-unit kappa.
    pub unit: Micros,
    /// Tolerance of tolerant time-unit kappa and of event alignment.
    pub tolerance: Micros,
    /// Overlap, as a share of the shorter event, that lets two events be aligned.
    pub aligned_overlap: f64,
    /// Overlap, as a share of the longer event, that links two events.
    pub linked_overlap: f64,
    /// Length of an interval of interval agreement.
    pub interval: Micros,
    /// Intervals by clip.
    pub resampling: Resampling,
    /// Gamma, which takes long, where it is asked for.
    pub gamma: Option<GammaSettings>,
    /// How many differences are listed; the longest.
    pub n_disagreements: usize,
}

impl Default for AgreeSettings {
    fn default() -> Self {
        Self {
            unit: 1_000_000,
            tolerance: 2_000_000,
            aligned_overlap: 0.5,
            linked_overlap: 0.6,
            interval: 10_000_000,
            resampling: Resampling {
                n: 1000,
                seed: 1,
                level: 0.95,
            },
            gamma: None,
            n_disagreements: 50,
        }
    }
}

/// Agreement of two coders over the clips that both coded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairReport {
    /// The coders.
    pub coders: [String; 2],
    /// The observations, pair by pair.
    pub observations: Vec<[String; 2]>,
    /// Clips.
    pub n_clips: usize,
    /// Codable time of all clips in seconds.
    pub codable_s: f64,
    /// Each stream of codes.
    pub streams: Vec<StreamReport>,
    /// Each code's amounts, clip by clip.
    pub amounts: Vec<AmountAgreement>,
    /// Each rating scale.
    pub ratings: Vec<ScaleAgreement>,
    /// What the scheme of a study makes of the codings, where it is known.
    pub measures: Vec<MeasureAgreement>,
    /// Where the coders differ, the longest first.
    pub disagreements: Vec<Disagreement>,
    /// How many differences there are in all.
    pub n_disagreements: usize,
    /// What to keep in mind.
    pub warnings: Vec<String>,
}

/// Agreement on a rating scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScaleAgreement {
    /// The scale, with whom and which phase it is about.
    pub scale: String,
    /// Its numbers.
    #[serde(flatten)]
    pub agreement: RatingAgreement,
    /// Each clip that both rated, those furthest apart first.
    pub by_clip: Vec<ClipRatings>,
}

/// The ratings of one clip.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClipRatings {
    /// The clip.
    pub clip: String,
    /// Of the first coder.
    pub first: f64,
    /// Of the second coder.
    pub second: f64,
}

impl ClipRatings {
    /// How far the two are apart.
    pub fn apart(&self) -> f64 {
        (self.second - self.first).abs()
    }
}

/// Agreement on one stream.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StreamReport {
    /// Whose codes, and which.
    #[serde(flatten)]
    pub stream: Stream,
    /// Clips in which the subject was there, by either coder.
    pub n_clips: usize,
    /// Events of each coder.
    pub n_events: [usize; 2],
    /// Share of the codable time with each code, or points per minute; by code and coder.
    pub prevalence: Vec<Prevalence>,
    /// The measures.
    pub measures: Vec<MeasureReport>,
    /// Seconds of states, or units with points, by label of each coder.
    pub confusion: Confusion,
    /// Kappa of each clip, boundary-weighted for states and by time units for points.
    pub by_clip: Vec<ClipKappa>,
    /// How that kappa changes over the weeks in which the second coder coded.
    pub drift: Drift,
}

/// How much of the codable time has a code.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prevalence {
    /// The code.
    pub code: String,
    /// Of the first coder.
    pub first: f64,
    /// Of the second coder.
    pub second: f64,
}

/// The pooled table of labels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Confusion {
    /// `seconds` or `time units`.
    pub of: &'static str,
    /// The labels; the first is that nothing is coded.
    pub labels: Vec<String>,
    /// Rows are the first coder's labels.
    pub cells: Vec<Vec<f64>>,
}

/// Kappa of one clip.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClipKappa {
    /// The clip.
    pub clip: String,
    /// Day of coding of the second coder, where it is known.
    #[serde(skip)]
    pub day: Option<i64>,
    /// Kappa; `None` where it is not defined.
    pub kappa: Option<f64>,
    /// Share of agreement.
    pub agreement: Option<f64>,
}

/// One measure with everything that it depends on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasureReport {
    /// Name of the measure.
    pub measure: &'static str,
    /// What exactly, where a measure has forms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The estimate.
    pub estimate: Option<f64>,
    /// Lower limit, from resampling clips.
    pub ci_lower: Option<f64>,
    /// Upper limit.
    pub ci_upper: Option<f64>,
    /// Share of agreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<f64>,
    /// Share of agreement that chance gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<f64>,
    /// The largest value that the margins allow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub largest: Option<f64>,
    /// What was tallied, and how much of it.
    pub tallied: &'static str,
    /// How much was tallied.
    pub n: f64,
    /// The window.
    pub window: &'static str,
    /// Unit of time in seconds, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_s: Option<f64>,
    /// Tolerance in seconds, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance_s: Option<f64>,
    /// Smallest overlap, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlap: Option<f64>,
    /// How clips and subjects are put together.
    pub pooling: &'static str,
    /// Why there is no estimate or no interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The window of every measure but those of other programs.
pub const WINDOW: &str = "codable time that both coders share";
/// How clips and subjects are put together.
pub const POOLING: &str = "clips added up, each subject by itself";

/// Compares two coders over pairs of codings of the same clips. Every pair has the first coder's
/// coding first.
pub fn agree(
    scheme: &Scheme,
    pairs: &[(&Coding, &Coding)],
    settings: &AgreeSettings,
) -> PairReport {
    let clips: Vec<(&Coding, &Coding, Window)> = pairs
        .iter()
        .map(|(first, second)| (*first, *second, first.window.and(&second.window)))
        .collect();
    let codings = pairs.iter().flat_map(|(first, second)| [*first, *second]);
    let streams = Stream::all(scheme, codings);
    let draws = Draws::new(clips.len(), &settings.resampling);
    let (mut reports, mut amounts, mut disagreements) = (Vec::new(), Vec::new(), Vec::new());
    for stream in &streams {
        // A clip without the subject says nothing about it, not that it did nothing.
        let there: Vec<_> = clips
            .iter()
            .filter(|(first, second, _)| stream.is_in(first) || stream.is_in(second))
            .cloned()
            .collect();
        let own_draws =
            (there.len() < clips.len()).then(|| Draws::new(there.len(), &settings.resampling));
        let draws = own_draws.as_ref().unwrap_or(&draws);
        let (of_clips, labels) = per_clip::of_clips(stream, &there, settings);
        disagreements.extend(of_clips.iter().flat_map(|clip| clip.disagreements.clone()));
        reports.push(stream_report((stream, &of_clips), labels, draws, settings));
        amounts.extend(agree_on_amounts(stream, &there, draws));
    }
    let n_disagreements = disagreements.len();
    let length = |one: &Disagreement| one.end_s - one.start_s;
    disagreements.sort_by(|a, b| length(b).total_cmp(&length(a)));
    disagreements.truncate(settings.n_disagreements);
    let coder = |place: usize| {
        let codings = pairs
            .iter()
            .map(|pair| if place == 0 { pair.0 } else { pair.1 });
        distinct(codings.map(|coding| coding.coder.as_str()))
    };
    PairReport {
        coders: [coder(0), coder(1)],
        observations: pairs
            .iter()
            .map(|(a, b)| [a.id.clone(), b.id.clone()])
            .collect(),
        n_clips: clips.len(),
        codable_s: clips
            .iter()
            .map(|(_, _, window)| seconds(window.length()))
            .sum(),
        warnings: warnings(&clips, &reports),
        streams: reports,
        amounts,
        ratings: scales(pairs, &draws),
        measures: Vec::new(),
        disagreements,
        n_disagreements,
    }
}

/// Compares each pair of coders by itself; the pairs are shared out among the threads.
pub fn agree_each(
    scheme: &Scheme,
    pairs: &[Vec<(&Coding, &Coding)>],
    settings: &AgreeSettings,
) -> Vec<PairReport> {
    pairs
        .par_iter()
        .map(|pairs| agree(scheme, pairs, settings))
        .collect()
}

/// Agreement on each scale that both coders used.
fn scales(pairs: &[(&Coding, &Coding)], draws: &Draws) -> Vec<ScaleAgreement> {
    let mut by_scale: BTreeMap<&str, Vec<RatedClip>> = BTreeMap::new();
    for (clip, (first, second)) in pairs.iter().enumerate() {
        for (coding, is_first) in [(first, true), (second, false)] {
            for (scale, rating) in &coding.ratings {
                let clips = by_scale
                    .entry(scale)
                    .or_insert_with(|| vec![RatedClip::default(); pairs.len()]);
                match is_first {
                    true => clips[clip].first = *rating,
                    false => clips[clip].second = *rating,
                }
                clips[clip].day = second.day;
            }
        }
    }
    let of_scale = |(scale, ratings): (&str, Vec<RatedClip>)| {
        Some(ScaleAgreement {
            scale: scale.to_owned(),
            agreement: agree_on_ratings(&ratings, draws)?,
            by_clip: furthest_first(pairs, &ratings),
        })
    };
    by_scale.into_iter().filter_map(of_scale).collect()
}

fn furthest_first(pairs: &[(&Coding, &Coding)], ratings: &[RatedClip]) -> Vec<ClipRatings> {
    let of_clip = |((coding, _), rated): (&(&Coding, &Coding), &RatedClip)| {
        Some(ClipRatings {
            clip: coding.clip.clone(),
            first: rated.first?,
            second: rated.second?,
        })
    };
    let mut all: Vec<ClipRatings> = pairs.iter().zip(ratings).filter_map(of_clip).collect();
    all.sort_by(|a, b| b.apart().total_cmp(&a.apart()));
    all
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut all: Vec<&str> = Vec::new();
    for name in names {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all.join(", ")
}

fn stream_report(
    (stream, clips): (&Stream, &[ClipOfStream]),
    labels: Vec<String>,
    draws: &Draws,
    settings: &AgreeSettings,
) -> StreamReport {
    let table = per_clip::pooled(clips.iter().map(ClipOfStream::shown), labels.len());
    let kappa_of = |clip: &ClipOfStream| {
        let kappa = clip.main_kappa();
        ClipKappa {
            clip: clip.clip.clone(),
            day: clip.day,
            kappa: kappa.kappa,
            agreement: kappa.observed.is_finite().then_some(kappa.observed),
        }
    };
    let length: f64 = clips.iter().map(|clip| clip.length_s).sum();
    let prevalence = stream.codes.iter().enumerate().map(|(code, name)| {
        let sum = |coder: usize| {
            clips
                .iter()
                .map(|clip| clip.amounts[coder][code])
                .sum::<f64>()
        };
        let scale = if stream.states { length } else { length / 60.0 };
        Prevalence {
            code: name.clone(),
            first: sum(0) / scale,
            second: sum(1) / scale,
        }
    });
    let by_clip: Vec<ClipKappa> = clips.iter().map(kappa_of).collect();
    let dated: Vec<(i64, f64)> = by_clip
        .iter()
        .filter_map(|clip| Some((clip.day?, clip.kappa?)))
        .collect();
    StreamReport {
        stream: stream.clone(),
        n_clips: clips.len(),
        n_events: [0, 1].map(|coder| clips.iter().map(|clip| clip.n_events[coder]).sum()),
        prevalence: prevalence.collect(),
        measures: measures::of_stream(stream, clips, draws, settings),
        confusion: Confusion {
            of: if stream.states {
                "seconds"
            } else {
                "time units"
            },
            cells: table
                .cells()
                .chunks(table.n())
                .map(<[f64]>::to_vec)
                .collect(),
            labels,
        },
        drift: drift(&dated, settings.resampling.level),
        by_clip,
    }
}

fn warnings(clips: &[(&Coding, &Coding, Window)], streams: &[StreamReport]) -> Vec<String> {
    let mut warnings = Vec::new();
    match clips.len() {
        0 => warnings.push("the two coders have no clip in common".to_owned()),
        1 => warnings.push(
            "one clip only: there is no interval, because seconds of one clip are not independent; \
             let both code more clips"
                .to_owned(),
        ),
        2..=9 => warnings.push(format!(
            "{} clips only: intervals from so few clips are too short",
            clips.len()
        )),
        _ => {}
    }
    if clips.len() > 1 {
        let once = streams.iter().filter(|one| one.n_clips == 1);
        let mut subjects: Vec<&str> = once.map(|one| one.stream.subject.as_str()).collect();
        subjects.dedup();
        if !subjects.is_empty() {
            warnings.push(format!(
                "{}: there in one clip only, so there is no interval",
                subjects.join(", ")
            ));
        }
    }
    let differ = clips
        .iter()
        .filter(|(a, b, _)| a.window != b.window)
        .count();
    if differ > 0 {
        warnings.push(format!(
            "the codable time of {differ} clips differs between the coders; what both have is compared"
        ));
    }
    let mut rare: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for stream in streams
        .iter()
        .filter(|one| one.stream.states && one.stream.codes.len() == 1)
    {
        let of = &stream.prevalence[0];
        if of.first.max(of.second) < 0.05 {
            rare.entry(&stream.stream.subject)
                .or_default()
                .push(&of.code);
        }
    }
    for (subject, codes) in rare {
        warnings.push(format!(
            "{subject}: {} fills less than 5 % of the time; agreement on time is mostly on its absence, so read \
             the event-based measures",
            codes.join(", ")
        ));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coding::{Code, Event, SubjectEvent};

    fn scheme() -> Scheme {
        let code = |name: &str, is_state, set| Code {
            name: name.to_owned(),
            is_state,
            set,
        };
        Scheme {
            subjects: vec!["infant".to_owned(), "carer".to_owned()],
            codes: vec![
                code("face", true, 0),
                code("away", true, 0),
                code("smile", false, 1),
            ],
        }
    }

    fn coding(coder: &str, clip: usize, events: &[(i64, i64, usize)]) -> Coding {
        let event = |(start, end, code): &(i64, i64, usize)| SubjectEvent {
            subject: 0,
            event: Event {
                start: start * 1_000_000,
                end: end * 1_000_000,
                code: *code,
            },
        };
        Coding {
            id: format!("{clip}{coder}"),
            coder: coder.to_owned(),
            clip: clip.to_string(),
            window: Window::new(0, 600_000_000),
            events: events.iter().map(event).collect(),
            ..Coding::default()
        }
    }

    fn measure<'a>(report: &'a PairReport, name: &str) -> &'a MeasureReport {
        let measures = &report.streams[0].measures;
        measures.iter().find(|one| one.measure == name).unwrap()
    }

    #[test]
    fn the_window_is_the_clip_and_not_the_stretch_between_events() {
        // Gaze 10 to 20 s and 11 to 21 s of ten minutes: BORIS gives −0.091, the whole clip 0.898.
        let (first, second) = (
            coding("A", 1, &[(10, 20, 0)]),
            coding("B", 1, &[(11, 21, 0)]),
        );
        let report = agree(&scheme(), &[(&first, &second)], &AgreeSettings::default());
        for name in ["boundary-weighted-kappa", "time-unit-kappa"] {
            let found = measure(&report, name);
            assert!((found.estimate.unwrap() - 0.898).abs() < 5e-4, "{found:?}");
            assert_eq!((found.window, found.ci_lower), (WINDOW, None));
        }
        assert_eq!(
            measure(&report, "event-alignment-kappa").estimate,
            None,
            "one event, one code"
        );
        assert!(report.warnings[0].contains("one clip only"));
    }

    #[test]
    fn a_subject_whom_nobody_coded_changes_nothing() {
        let (first, second) = (
            coding("A", 1, &[(10, 20, 0)]),
            coding("B", 1, &[(11, 21, 0)]),
        );
        let mut alone = scheme();
        alone.subjects.truncate(1);
        let settings = AgreeSettings::default();
        let pairs = [(&first, &second)];
        assert_eq!(
            agree(&scheme(), &pairs, &settings),
            agree(&alone, &pairs, &settings)
        );
    }

    #[test]
    fn a_clip_without_the_subject_says_nothing_about_it() {
        let of_clip = |coder, clip, people: &[&str], events: &[(i64, i64, usize)]| Coding {
            people: Some(people.iter().map(|name| (*name).into()).collect()),
            ..coding(coder, clip, events)
        };
        // There in the first clip by both, in the second by one, in the third by nobody.
        let clips = [
            of_clip("A", 1, &["infant"], &[(0, 300, 0)]),
            of_clip("B", 1, &["infant"], &[(0, 300, 0)]),
            of_clip("A", 2, &["infant"], &[]),
            of_clip("B", 2, &[], &[]),
            of_clip("A", 3, &["carer"], &[]),
            of_clip("B", 3, &["carer"], &[]),
        ];
        let pairs: Vec<(&Coding, &Coding)> =
            clips.chunks(2).map(|pair| (&pair[0], &pair[1])).collect();
        let report = agree(&scheme(), &pairs, &AgreeSettings::default());
        assert_eq!((report.n_clips, report.streams[0].n_clips), (3, 2));
        assert_eq!(measure(&report, "boundary-weighted-kappa").n, 1200.0);
        assert_eq!(report.streams[0].by_clip.len(), 2);
        assert_eq!(report.streams[0].prevalence[0].first, 0.25);
        assert!(report.amounts.iter().all(|one| one.n_clips == 2));
        // There in one clip only: no interval, and it is said.
        let report = agree(&scheme(), &[pairs[0], pairs[2]], &AgreeSettings::default());
        let kappa = measure(&report, "boundary-weighted-kappa");
        assert_eq!((kappa.estimate, kappa.ci_lower), (Some(1.0), None));
        let told = "infant: there in one clip only, so there is no interval";
        assert!(
            report.warnings.iter().any(|one| one == told),
            "{:?}",
            report.warnings
        );
    }

    #[test]
    fn clips_give_intervals_and_differences_have_their_times() {
        let clips: Vec<(Coding, Coding)> = (0..8)
            .map(|clip| {
                let shift = clip as i64 % 3;
                let first = coding(
                    "A",
                    clip,
                    &[(0, 100, 0), (100, 300, 1), (300, 600, 0), (50, 50, 2)],
                );
                let second = coding(
                    "B",
                    clip,
                    &[
                        (0, 100 + shift, 0),
                        (100 + shift, 300, 1),
                        (300, 600, 0),
                        (50 + shift, 50 + shift, 2),
                    ],
                );
                (first, second)
            })
            .collect();
        let pairs: Vec<(&Coding, &Coding)> = clips.iter().map(|(a, b)| (a, b)).collect();
        let report = agree(&scheme(), &pairs, &AgreeSettings::default());
        let exact = measure(&report, "boundary-weighted-kappa");
        let (lower, upper) = (exact.ci_lower.unwrap(), exact.ci_upper.unwrap());
        assert!(lower < exact.estimate.unwrap() && exact.estimate.unwrap() < upper && upper <= 1.0);
        // Shifts 0, 1, 2, 0, 1, 2, 0, 1: five clips differ, for seven seconds in all.
        assert_eq!(exact.agreement, Some(1.0 - 7.0 / 4800.0));
        let longest = &report.disagreements[0];
        assert_eq!(
            (longest.clip.as_str(), longest.start_s, longest.end_s),
            ("2", 100.0, 102.0)
        );
        assert_eq!(
            (longest.first.as_str(), longest.second.as_str()),
            ("away", "face")
        );
        let aligned = measure(&report, "event-alignment-kappa");
        assert_eq!(
            (aligned.estimate, aligned.agreement),
            (Some(1.0), Some(1.0))
        );
        let u_alpha = measure(&report, "u-alpha").estimate.unwrap();
        assert!(u_alpha > 0.99 && u_alpha < 1.0);
    }

    #[test]
    fn time_that_one_coder_could_not_code_is_left_out() {
        let (first, mut second) = (
            coding("A", 1, &[(0, 300, 0)]),
            coding("B", 1, &[(0, 100, 0)]),
        );
        second.window = second.window.without(&[(100_000_000, 300_000_000)]);
        let report = agree(&scheme(), &[(&first, &second)], &AgreeSettings::default());
        assert_eq!(report.codable_s, 400.0);
        assert_eq!(
            measure(&report, "boundary-weighted-kappa").estimate,
            Some(1.0)
        );
        assert_eq!(measure(&report, "u-alpha").estimate, Some(1.0));
    }
}
