//! On which days a unit is measured: the planned day of each wave with jitter, inside the wave's
//! window, never before enrolment.

use attune_protocol::{
    design::{Anchor, Site, Timing, Wave},
    id::PhaseId,
};
use jiff::civil::Date;

use crate::{
    calendar::{days_after, days_between, phase_span},
    draws::{normal_between, whole_between},
    rehearsal::Rehearsal,
    streams::Purpose,
};

/// A visit to a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// Position of the wave among the protocol's waves.
    pub wave: usize,
    /// The day.
    pub date: Date,
}

/// The days from which planned times are counted.
#[derive(Debug, Clone, Copy)]
pub struct Anchors {
    /// Enrolment; the first day of the study for units that do not enrol.
    pub enrolled: Date,
    /// Birth.
    pub born: Date,
    /// The day on which the birth was due.
    pub due: Date,
}

impl Anchors {
    fn day(&self, anchor: Anchor) -> Date {
        match anchor {
            Anchor::Enrolment => self.enrolled,
            Anchor::Birth => self.born,
            Anchor::DueDate => self.due,
        }
    }
}

/// All visits that a unit would have if it stayed to the end. A wave whose window has closed before
/// enrolment, or opens after the study's last day, has no visit.
pub fn planned_visits(
    rehearsal: &Rehearsal<'_>,
    key: &str,
    site: Option<&Site>,
    anchors: Anchors,
) -> Vec<Visit> {
    let waves = rehearsal.protocol.waves.iter().enumerate();
    let visit = |(index, wave): (usize, &Wave)| {
        let date = match &wave.timing {
            Timing::After { days, anchor, .. } => {
                let planned = days_after(anchors.day(*anchor), days.round() as i64);
                day_around(rehearsal, key, index, planned, anchors.enrolled)
            }
            Timing::During(phase) => day_in_phase(rehearsal, key, site?, phase, anchors.enrolled),
        };
        let in_study = |date: &Date| *date <= rehearsal.last_day();
        Some(Visit {
            wave: index,
            date: date.filter(in_study)?,
        })
    };
    waves.filter_map(visit).collect()
}

fn day_around(
    rehearsal: &Rehearsal<'_>,
    key: &str,
    wave: usize,
    planned: Date,
    enrolled: Date,
) -> Option<Date> {
    let waves = &rehearsal.protocol.waves;
    let sd = rehearsal.assumptions.visit_jitter_days;
    let (before, after) = match waves[wave].window {
        Some(window) => (i64::from(window.days_before), i64::from(window.days_after)),
        None => {
            let either = days_without_window(waves, wave, sd);
            (either, either)
        }
    };
    let earliest = days_between(planned, enrolled).max(-before);
    if earliest > after {
        return None;
    }
    let of = [key, waves[wave].id.as_str()];
    let mut stream = rehearsal.streams.stream(Purpose::VisitDay, &of);
    // Half a day of room on each side, so that both ends are as likely as their neighbours allow.
    let bounds = (earliest as f64 - 0.499, after as f64 + 0.499);
    let jitter = normal_between(&mut stream, 0.0, sd, bounds).round() as i64;
    Some(days_after(planned, jitter.clamp(earliest, after)))
}

/// Without a window a visit keeps within three SD of its day, and nearer to its own wave than to
/// any other with the same anchor.
fn days_without_window(waves: &[Wave], wave: usize, sd: f64) -> i64 {
    let Timing::After { days, anchor, .. } = &waves[wave].timing else {
        return 0;
    };
    let gap = |other: &Wave| match &other.timing {
        Timing::After {
            days: other_days,
            anchor: other_anchor,
            ..
        } if other_anchor == anchor && other_days != days => Some((other_days - days).abs()),
        _ => None,
    };
    let nearest = waves.iter().filter_map(gap).fold(f64::INFINITY, f64::min);
    (3.0 * sd).min(nearest / 2.0 - 1.0).max(0.0).floor() as i64
}

/// Any day on which the unit is in the study and its site in the phase, each as likely.
fn day_in_phase(
    rehearsal: &Rehearsal<'_>,
    key: &str,
    site: &Site,
    phase: &PhaseId,
    enrolled: Date,
) -> Option<Date> {
    let (from, to) = phase_span(site, phase, rehearsal.first_day(), rehearsal.last_day())?;
    let from = from.max(enrolled);
    let mut stream = rehearsal.streams.stream(Purpose::VisitDay, &[key, phase]);
    let day = || whole_between(&mut stream, 0, days_between(from, to));
    (from <= to).then(day).map(|day| days_after(from, day))
}
