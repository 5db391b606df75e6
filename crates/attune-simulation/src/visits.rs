//! On which days a unit is measured: the planned day of each wave with jitter, inside the wave's
//! window, never before enrolment.

use attune_protocol::{
    design::{Anchor, Site, Timing, Wave, Window},
    id::PhaseId,
};
use attune_records::schedule::is_within;
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
                let since_anchor = days_between(anchors.day(*anchor), anchors.enrolled);
                day_around(rehearsal, key, index, *days, since_anchor)
                    .map(|day| days_after(anchors.day(*anchor), day))
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

/// The day of a visit, counted from the wave's anchor as `planned` is; `enrolled` is the day of
/// enrolment, counted likewise.
fn day_around(
    rehearsal: &Rehearsal<'_>,
    key: &str,
    wave: usize,
    planned: f64,
    enrolled: i64,
) -> Option<i64> {
    let waves = &rehearsal.protocol.waves;
    let sd = rehearsal.assumptions.visit_jitter_days;
    let window = waves[wave].window.unwrap_or_else(|| {
        let either = days_without_window(waves, wave, sd);
        Window {
            days_before: either,
            days_after: either,
        }
    });
    let nearest = planned.round() as i64;
    let reach = i64::from(window.days_before.max(window.days_after));
    let mut allowed = (nearest - reach..=nearest + reach)
        .filter(|day| *day >= enrolled && is_within(window, *day as f64 - planned));
    let earliest = allowed.next()?;
    let latest = allowed.next_back().unwrap_or(earliest);
    let of = [key, waves[wave].id.as_str()];
    let mut stream = rehearsal.streams.stream(Purpose::VisitDay, &of);
    // Half a day of room on each side, so that the ends are as likely as their neighbours allow.
    let bounds = (earliest as f64 - 0.499, latest as f64 + 0.499);
    let day = normal_between(&mut stream, nearest as f64, sd, bounds);
    Some((day.round() as i64).clamp(earliest, latest))
}

/// Without a window a visit keeps within three SD of its day, and nearer to its own wave than to
/// any other with the same anchor.
fn days_without_window(waves: &[Wave], wave: usize, sd: f64) -> u32 {
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
    (3.0 * sd).min(nearest / 2.0 - 1.0).max(0.0).floor() as u32
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
