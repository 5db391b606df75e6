//! When visits are planned for a dyad, how far from the plan one was, and which wave a visit without
//! a wave belongs to.

use attune_protocol::{
    design::{Anchor, Site, Timing, Wave, Window},
    id::WaveId,
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
