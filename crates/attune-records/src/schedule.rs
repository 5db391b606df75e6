//! When visits are planned for a dyad, how far from the plan one was, and which wave a visit without
//! a wave belongs to.

use attune_protocol::{
    design::{Anchor, Site, Timing, Wave, Window},
    id::WaveId,
    study::Study,
};
use thiserror::Error;

use crate::{
    age::{days_between, days_in_words},
    records::{Dyad, When},
};

/// Planned time of a wave in days after enrolment; `None` for a wave that is planned for a phase,
/// or when the day that it counts from is not known.
pub fn planned_days(wave: &Wave, dyad: &Dyad) -> Option<f64> {
    let Timing::After { days, anchor, .. } = &wave.timing else {
        return None;
    };
    let anchor_days = match anchor {
        Anchor::Enrolment => 0.0,
        Anchor::Birth => -dyad.age_at_enrolment()?,
        Anchor::DueDate => days_between(dyad.enrolled?, dyad.due?),
    };
    Some(anchor_days + days)
}

/// Whether a planned visit was to be made only after the end of a study that is over: its window, or its planned day
/// where it has none, had not come by then. Nobody missed it.
pub fn is_after_end(study: &Study, wave: &Wave, dyad: &Dyad) -> bool {
    let days_before = wave.window.map_or(0, |window| window.days_before);
    let (true, Some(ended), Some(enrolled)) = (study.status.is_over(), study.ended, dyad.enrolled)
    else {
        return false;
    };
    planned_days(wave, dyad)
        .is_some_and(|days| days - f64::from(days_before) > days_between(enrolled, ended))
}

/// Days by which a visit was after the planned time (negative: before); `None` where
/// [`planned_days`] is, or when the visit has no time.
pub fn days_off_plan(wave: &Wave, dyad: &Dyad, when: When) -> Option<f64> {
    let Timing::After { days, anchor, .. } = &wave.timing else {
        return None;
    };
    let days_after_anchor = match anchor {
        Anchor::Enrolment => dyad.days_since_enrolment(when)?,
        Anchor::Birth => dyad.age_at(when)?,
        Anchor::DueDate => dyad.corrected_age_at(when)?,
    };
    Some(days_after_anchor - days)
}

/// Whether so many days off plan are within the window. Planned times in months have fractions of a
/// day, which count as the nearest whole day.
pub fn is_within(window: Window, days_off_plan: f64) -> bool {
    let days = days_off_plan.round();
    days >= -f64::from(window.days_before) && days <= f64::from(window.days_after)
}

/// Why no wave could be found for a visit.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum NoWave {
    /// The visit, or the day that the waves count from, has no date.
    #[error("the wave cannot be found: the visit or the day that waves count from has no date")]
    NoDate,
    /// It lies in no wave's window.
    #[error(
        "lies in no wave's window; the nearest is {nearest}, whose planned day is {} {}",
        days_in_words(*.days), if *.days > 0.0 { "earlier" } else { "later" }
    )]
    OutsideWindows {
        /// The wave whose planned day is nearest.
        nearest: WaveId,
        /// Whole days by which the visit was after the planned day.
        days: f64,
    },
    /// Two waves are as near.
    #[error("may belong to {one} or to {other}: both are as near")]
    Ambiguous {
        /// One of them.
        one: WaveId,
        /// The other.
        other: WaveId,
    },
    /// No wave is planned for the phase of that day.
    #[error("no wave is planned for the phase of this day")]
    NoPhase,
}

/// Which of `waves` a visit belongs to: the one in whose window it lies. A wave without a window
/// takes a visit that lies nearer to its planned day than to that of any other wave, and a wave that
/// is planned for a phase takes what happens at the site in that phase.
pub fn wave_of_visit<'a>(
    waves: &[&'a Wave],
    dyad: Option<&Dyad>,
    site: Option<&Site>,
    when: When,
) -> Result<&'a Wave, NoWave> {
    if let Some(wave) = waves.iter().find(|wave| is_in_phase(wave, site, when)) {
        return Ok(wave);
    }
    let off = |wave: &&'a Wave| Some((days_off_plan(wave, dyad?, when)?, *wave));
    let mut distances: Vec<(f64, &Wave)> = waves.iter().filter_map(off).collect();
    distances.sort_by(|a, b| a.0.abs().total_cmp(&b.0.abs()));
    let within =
        |(days, wave): &(f64, &'a Wave)| wave.window.map(|window| is_within(window, *days));
    let inside: Vec<&Wave> = distances
        .iter()
        .filter(|one| within(one) == Some(true))
        .map(|(_, wave)| *wave)
        .collect();
    match (inside.as_slice(), distances.as_slice()) {
        ([wave], _) => Ok(wave),
        ([one, other, ..], _) => Err(ambiguous(one, other)),
        ([], []) => Err(without_distance(waves, when)),
        ([], [first, second, ..]) if first.0.abs() == second.0.abs() => {
            Err(ambiguous(first.1, second.1))
        }
        ([], [(_, nearest), ..]) if nearest.window.is_none() => Ok(nearest),
        ([], [(days, nearest), ..]) => Err(NoWave::OutsideWindows {
            nearest: nearest.id.clone(),
            days: days.round(),
        }),
    }
}

fn is_in_phase(wave: &Wave, site: Option<&Site>, when: When) -> bool {
    match (&wave.timing, site, when) {
        (Timing::During(phase), Some(site), When::On(date)) => {
            site.phase_on(Some(date)) == Some(phase)
        }
        _ => false,
    }
}

fn ambiguous(one: &Wave, other: &Wave) -> NoWave {
    NoWave::Ambiguous {
        one: one.id.clone(),
        other: other.id.clone(),
    }
}

fn without_distance(waves: &[&Wave], when: When) -> NoWave {
    let by_phase = waves
        .iter()
        .any(|wave| matches!(wave.timing, Timing::During(_)));
    match when {
        When::On(_) if by_phase => NoWave::NoPhase,
        _ => NoWave::NoDate,
    }
}

#[cfg(test)]
mod tests {
    use attune_protocol::{
        design::{Anchor, Timing, Wave, Window},
        id::{DyadId, SiteId, WaveId},
    };
    use jiff::civil::date;

    use super::{days_off_plan, is_within, planned_days, wave_of_visit};
    use crate::{
        records::{Dyad, When},
        source::Source,
    };

    /// Born 42 days early, enrolled 40 days old.
    fn dyad() -> Dyad {
        Dyad {
            id: DyadId::new("D1"),
            site: SiteId::new("a"),
            arm: None,
            enrolled: Some(date(2024, 1, 10)),
            born: Some(date(2023, 12, 1)),
            due: Some(date(2024, 1, 12)),
            age_at_enrolment_days: None,
            left: None,
            attributes: Vec::new(),
            source: Source {
                file: "dyads.csv".into(),
                row: 2,
                column: None,
            },
        }
    }

    fn wave(id: &str, days: f64, anchor: Anchor, window: Option<(u32, u32)>) -> Wave {
        Wave {
            id: WaveId::new(id),
            label: id.to_owned(),
            timing: Timing::After {
                days,
                anchor,
                words: String::new(),
            },
            window: window.map(|(days_before, days_after)| Window {
                days_before,
                days_after,
            }),
        }
    }

    #[test]
    fn a_planned_time_counts_from_its_anchor() {
        for (anchor, expected) in [
            (Anchor::Enrolment, 100.0),
            (Anchor::Birth, 60.0),
            (Anchor::DueDate, 102.0),
        ] {
            let wave = wave("w", 100.0, anchor, None);
            assert_eq!(planned_days(&wave, &dyad()), Some(expected), "{anchor:?}");
            let on_time = When::DaysAfterEnrolment(expected);
            assert_eq!(
                days_off_plan(&wave, &dyad(), on_time),
                Some(0.0),
                "{anchor:?}"
            );
        }
    }

    #[test]
    fn without_the_day_that_it_counts_from_nothing_is_planned() {
        let dyad = Dyad {
            due: None,
            ..dyad()
        };
        let wave = wave("w", 100.0, Anchor::DueDate, None);
        assert_eq!(planned_days(&wave, &dyad), None);
        assert_eq!(
            days_off_plan(&wave, &dyad, When::On(date(2024, 4, 1))),
            None
        );
    }

    #[test]
    fn a_window_has_whole_days_and_both_ends_belong_to_it() {
        let window = Window {
            days_before: 14,
            days_after: 30,
        };
        for (days, expected) in [
            (-14.4, true),
            (-14.6, false),
            (30.4, true),
            (30.6, false),
            (0.0, true),
        ] {
            assert_eq!(is_within(window, days), expected, "{days}");
        }
    }

    #[test]
    fn a_visit_belongs_to_the_wave_in_whose_window_it_lies() {
        let windows = [
            wave("start", 0.0, Anchor::Enrolment, Some((0, 20))),
            wave("half", 180.0, Anchor::Enrolment, Some((30, 30))),
        ];
        let overlapping = [
            wave("one", 0.0, Anchor::Enrolment, Some((0, 60))),
            wave("two", 90.0, Anchor::Enrolment, Some((60, 0))),
        ];
        let open = [
            wave("start", 0.0, Anchor::Enrolment, None),
            wave("half", 180.0, Anchor::Enrolment, None),
        ];
        let outside = |wave: &str, days: i32, side: &str| {
            Err(format!(
                "lies in no wave's window; the nearest is {wave}, whose planned day is {days} days {side}"
            ))
        };
        let both = |one: &str, other: &str| {
            Err(format!(
                "may belong to {one} or to {other}: both are as near"
            ))
        };
        for (waves, days, expected) in [
            (&windows, 20.0, Ok("start")),
            (&windows, 150.0, Ok("half")),
            (&windows, 21.0, outside("start", 21, "earlier")),
            (&windows, 140.0, outside("half", 40, "later")),
            (&overlapping, 10.0, Ok("one")),
            (&overlapping, 40.0, both("one", "two")),
            (&open, 80.0, Ok("start")),
            (&open, 100.0, Ok("half")),
            (&open, 90.0, both("start", "half")),
        ] {
            let waves: Vec<&Wave> = waves.iter().collect();
            let found = wave_of_visit(&waves, Some(&dyad()), None, When::DaysAfterEnrolment(days));
            let found = found
                .map(|wave| wave.id.to_string())
                .map_err(|why| why.to_string());
            assert_eq!(found, expected.map(str::to_owned), "{days}");
        }
    }

    #[test]
    fn a_visit_without_a_time_has_no_wave() {
        let wave = wave("start", 0.0, Anchor::Enrolment, None);
        let found = wave_of_visit(&[&wave], Some(&dyad()), None, When::NotSaid);
        assert!(found.is_err());
    }
}
