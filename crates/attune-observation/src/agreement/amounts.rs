//! Agreement on amounts: how often and how long each code was, clip by clip, by intraclass
//! correlation. The clip is the unit, as it is in the analysis of such amounts.
//!
//! Where clips are equally long, seconds and share say the same; where they are not, seconds of the
//! two coders rise and fall with the length of the clip, and the share is the stricter question.

use rayon::prelude::*;
use serde::Serialize;

use super::by_clip::Draws;
use super::ratings::{Measured, intraclass_of};
use crate::coding::{Coding, Stream};
use crate::window::{Micros, Window, seconds};

/// Agreement on one amount of one code.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AmountAgreement {
    /// Who showed it.
    pub subject: String,
    /// The code.
    pub code: String,
    /// `rate-per-minute`, `share-of-codable-time` or `seconds`.
    pub amount: &'static str,
    /// Clips.
    pub n_clips: usize,
    /// Mean of the first coder.
    pub first_mean: f64,
    /// Mean of the second coder.
    pub second_mean: f64,
    /// ICC(A,1) and ICC(C,1).
    pub measures: [Measured; 2],
}

/// Amounts of one code in one clip.
#[derive(Clone, Copy)]
struct Amounts {
    per_minute: f64,
    seconds: f64,
    share: f64,
}

/// Agreement on the amounts of each code of a stream over clips that both coded, each with the
/// window that both share, in the order of the draws.
pub fn agree_on_amounts(
    stream: &Stream,
    clips: &[(&Coding, &Coding, Window)],
    draws: &Draws,
) -> Vec<AmountAgreement> {
    // Each clip's events are looked up once, for all codes. A clip without codable time has no amounts.
    let by_clip: Vec<Option<[Vec<Amounts>; 2]>> = clips
        .par_iter()
        .map(|(first, second, window)| {
            (window.length() > 0)
                .then(|| [first, second].map(|coding| amounts_of(stream, coding, window)))
        })
        .collect();
    let mut all = Vec::new();
    for (place, code) in stream.codes.iter().enumerate() {
        let mut add = |amount, of: fn(&Amounts) -> f64| {
            let pairs: Vec<Option<(f64, f64)>> = by_clip
                .iter()
                .map(|clip| {
                    let [first, second] = clip.as_ref()?;
                    Some((of(&first[place]), of(&second[place])))
                })
                .collect();
            let there = || pairs.iter().flatten();
            if there().all(|(a, b)| *a == 0.0 && *b == 0.0) {
                return;
            }
            let n = there().count();
            all.push(AmountAgreement {
                subject: stream.subject.clone(),
                code: code.clone(),
                amount,
                n_clips: n,
                first_mean: there().map(|(a, _)| a).sum::<f64>() / n as f64,
                second_mean: there().map(|(_, b)| b).sum::<f64>() / n as f64,
                measures: intraclass_of(&pairs, draws),
            });
        };
        add("rate-per-minute", |one| one.per_minute);
        if stream.states {
            add("share-of-codable-time", |one| one.share);
            add("seconds", |one| one.seconds);
        }
    }
    all
}

/// For each code how often and how long it was in the window.
fn amounts_of(stream: &Stream, coding: &Coding, window: &Window) -> Vec<Amounts> {
    let mut of_codes: Vec<(f64, Vec<(Micros, Micros)>)> =
        vec![(0.0, Vec::new()); stream.codes.len()];
    for event in stream.marked(coding) {
        // A bout that is interrupted by what nobody could code is one bout.
        let (n, stretches) = &mut of_codes[event.code];
        let before = stretches.len();
        stretches.extend(window.meeting(event.start, event.end));
        let counts = match event.is_point() {
            true => window.contains(event.start),
            false => stretches.len() > before,
        };
        *n += f64::from(u8::from(counts));
    }
    let length = seconds(window.length());
    of_codes
        .into_iter()
        .map(|(n, stretches)| {
            let during = seconds(Window::of(stretches).length());
            Amounts {
                per_minute: n / (length / 60.0),
                seconds: during,
                share: during / length,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::by_clip::Resampling;
    use super::*;
    use crate::coding::{Code, Event, Scheme, SubjectEvent};

    const SECOND: i64 = 1_000_000;

    fn coding(coder: &str, length: i64, bouts: &[(i64, i64)]) -> Coding {
        let event = |(start, end): &(i64, i64)| SubjectEvent {
            subject: 0,
            event: Event {
                start: start * SECOND,
                end: end * SECOND,
                code: 0,
            },
        };
        Coding {
            coder: coder.to_owned(),
            window: Window::new(0, length * SECOND),
            events: bouts.iter().map(event).collect(),
            ..Coding::default()
        }
    }

    #[test]
    fn rates_shares_and_seconds_are_of_the_codable_time_of_each_clip() {
        let scheme = Scheme {
            subjects: vec!["infant".to_owned()],
            codes: vec![Code {
                way: None,
                name: "face".to_owned(),
                is_state: true,
                set: 0,
            }],
        };
        // Of one minute 30 and 20 s; of two minutes 30 s each, in one bout and in two; one nobody could code.
        let first = [
            coding("a", 60, &[(0, 30)]),
            coding("a", 120, &[(0, 30)]),
            coding("a", 0, &[]),
        ];
        let second = [
            coding("b", 60, &[(10, 30)]),
            coding("b", 120, &[(0, 10), (20, 40)]),
            coding("b", 0, &[]),
        ];
        let clips: Vec<(&Coding, &Coding, Window)> = first
            .iter()
            .zip(&second)
            .map(|(a, b)| (a, b, a.window.and(&b.window)))
            .collect();
        let stream = &Stream::all(&scheme, first.iter().chain(&second))[0];
        let resampling = Resampling {
            n: 100,
            seed: 1,
            level: 0.95,
        };
        let found = agree_on_amounts(stream, &clips, &Draws::new(3, &resampling));
        let means: Vec<(&str, usize, f64, f64)> = found
            .iter()
            .map(|one| (one.amount, one.n_clips, one.first_mean, one.second_mean))
            .collect();
        assert_eq!(
            means,
            [
                ("rate-per-minute", 2, 0.75, 1.0),
                (
                    "share-of-codable-time",
                    2,
                    0.375,
                    (20.0 / 60.0 + 0.25) / 2.0
                ),
                ("seconds", 2, 30.0, 25.0),
            ]
        );
    }

    #[test]
    fn a_bout_interrupted_by_what_nobody_could_code_is_one_bout() {
        let scheme = Scheme {
            subjects: vec!["infant".to_owned()],
            codes: vec![Code {
                way: None,
                name: "face".to_owned(),
                is_state: true,
                set: 0,
            }],
        };
        let mut one = coding("a", 80, &[(0, 60), (65, 70), (22, 28)]);
        one.window = one.window.without(&[(20 * SECOND, 40 * SECOND)]);
        let stream = &Stream::all(&scheme, [&one])[0];
        let found = amounts_of(stream, &one, &one.window);
        assert_eq!((found[0].per_minute, found[0].seconds), (2.0, 45.0));
    }
}
