//! Who came to which session of the clinic or group: sessions at fixed intervals, and each dyad
//! with its own habit of coming while it is in the study.

use attune_protocol::{
    assumptions::AttendanceAssumption,
    design::{Since, Site},
    id::ArmId,
};
use attune_records::records::Attendance;
use jiff::civil::Date;

use crate::{
    calendar::{days_after, days_between},
    draws::{logistic, logit_with_mean_share, normal_between, round_to, standard_normal},
    families::Family,
    rehearsal::Rehearsal,
    streams::Purpose,
};

/// SD of the minutes stayed, as a share of their mean; minutes lie between none and twice the mean.
const SPREAD_OF_MINUTES: f64 = 0.25;
/// Shortest stay in minutes.
const SHORTEST_STAY: f64 = 5.0;

/// All attendance, by dyad and day.
pub fn attend_sessions(rehearsal: &Rehearsal<'_>, families: &[Family]) -> Vec<Attendance> {
    let mut attendance = Vec::new();
    for assumed in &rehearsal.assumptions.attendance {
        let centre = logit_with_mean_share(assumed.share, assumed.sd_logit);
        for family in families
            .iter()
            .filter(|f| f.arm.as_ref() == Some(&assumed.arm))
        {
            attendance.extend(attended(rehearsal, assumed, centre, family));
        }
    }
    attendance.sort_by(|a, b| (&a.dyad, a.date).cmp(&(&b.dyad, b.date)));
    attendance
}

fn attended(
    rehearsal: &Rehearsal<'_>,
    assumed: &AttendanceAssumption,
    centre: f64,
    family: &Family,
) -> Vec<Attendance> {
    let key = family.key.as_str();
    let mut habit = rehearsal.streams.stream(Purpose::AttendanceShare, &[key]);
    let share = logistic(centre + assumed.sd_logit * standard_normal(&mut habit));
    let first = rehearsal.first_day();
    let days = session_days(first, family.last_day, assumed.every_days);
    let come = |date: Date| {
        let of = [key, &date.to_string()];
        let mut stream = rehearsal.streams.stream(Purpose::Attendance, &of);
        (stream.uniform() < share).then(|| Attendance {
            dyad: family.dyad.id.clone(),
            date,
            site: family.dyad.site.clone(),
            minutes: Some(minutes(&mut stream, assumed.minutes)),
            source: rehearsal.source.clone(),
        })
    };
    days.into_iter()
        .filter(|date| *date >= family.enrolled)
        .filter_map(come)
        .collect()
}

/// Whole minutes around the mean.
fn minutes(stream: &mut crate::streams::Stream, mean: f64) -> f64 {
    let shortest = SHORTEST_STAY.min(mean);
    let bounds = (shortest, 2.0 * mean - shortest);
    round_to(
        normal_between(stream, mean, SPREAD_OF_MINUTES * mean, bounds),
        0,
    )
}

/// Days of sessions from the first to the last day.
pub fn session_days(first: Date, last: Date, every_days: u32) -> Vec<Date> {
    let every = i64::from(every_days.max(1));
    let sessions = days_between(first, last).div_euclid(every);
    (0..=sessions)
        .map(|session| days_after(first, session * every))
        .collect()
}

/// Days between sessions at a site, where attendance is assumed for its arm.
pub fn days_between_sessions(rehearsal: &Rehearsal<'_>, site: &Site) -> Option<u32> {
    let offered = |assumed: &&AttendanceAssumption| {
        let has_arm = |since: &Since<ArmId>| since.what == assumed.arm;
        site.arms.is_empty() || site.arms.iter().any(has_arm)
    };
    let mut assumed = rehearsal.assumptions.attendance.iter();
    assumed.find(offered).map(|assumed| assumed.every_days)
}
