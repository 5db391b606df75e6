//! The answer to "can these two coders be trusted?": for each stream of codes every measure that fits,
//! with its window, unit, tolerance and pooling beside it.
//!
//! This is the shape that `attune observe agree --json` prints for a pair of coders.

mod measures;
mod pair_report;
mod per_clip;
mod scales;
mod warnings;

use rayon::prelude::*;

use super::alignment::MayPair;
use super::amounts::agree_on_amounts;
use super::by_clip::{Draws, Resampling};
use super::disagreements::Disagreement;
use super::drift::drift;
use super::gamma::GammaSettings;
use crate::coding::{Coding, Scheme, Stream};
use crate::window::{Micros, Window, seconds};

pub use pair_report::{
    ClipKappa, ClipRatings, Confusion, MeasureReport, POOLING, PairReport, Prevalence,
    ScaleAgreement, StreamReport, WINDOW,
};
use per_clip::ClipOfStream;
use scales::scales;
use warnings::warnings;

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
            .map(|(first, second, window)| {
                (*first, *second, stream.window([*first, *second], window))
            })
            .filter(|(first, second, window)| {
                window.length() > 0 && (stream.is_in(first) || stream.is_in(second))
            })
            .collect();
        if there.is_empty() {
            continue;
        }
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
            .fold(0.0, |sum, length| sum + length),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coding::{Code, Event, SubjectEvent};

    fn scheme() -> Scheme {
        let code = |name: &str, is_state, set| Code {
            way: None,
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
    fn without_time_that_both_could_code_there_is_nothing_to_compare() {
        let (mut first, mut second) = (
            coding("A", 1, &[(0, 20, 0)]),
            coding("B", 1, &[(310, 320, 0)]),
        );
        first.window = Window::new(0, 300_000_000);
        second.window = Window::new(300_000_000, 600_000_000);
        let report = agree(&scheme(), &[(&first, &second)], &AgreeSettings::default());
        assert_eq!((report.streams.len(), report.codable_s), (0, 0.0));
        let told = "one clip has no time that both coders could code, so nothing in it is compared";
        assert!(
            report.warnings.iter().any(|one| one == told),
            "{:?}",
            report.warnings
        );
    }

    #[test]
    fn who_marked_nothing_is_told() {
        let (first, second) = (coding("A", 1, &[(0, 20, 0)]), coding("B", 1, &[]));
        let report = agree(&scheme(), &[(&first, &second)], &AgreeSettings::default());
        assert_eq!(
            measure(&report, "boundary-weighted-kappa").estimate,
            Some(0.0)
        );
        let told = "B marked nothing of: infant (face, away)";
        assert!(
            report.warnings.iter().any(|one| one == told),
            "{:?}",
            report.warnings
        );
        let report = agree(&scheme(), &[(&second, &second)], &AgreeSettings::default());
        let told = "neither coder marked an event in the time that both could code";
        assert!(report.warnings.iter().any(|one| one == told));
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
