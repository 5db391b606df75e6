//! Sessions of the clinic or group, with the families who came and other numbers of the day.

use std::{collections::BTreeMap, sync::Arc};

use attune_protocol::{
    data::{DataContent, DataFile},
    design::{DAYS_PER_MONTH, Site},
    id::{MeasureId, SiteId},
    instrument::PlannedInstrument,
    missing::Missing,
    plan::About,
};
use attune_records::{
    records::{Attendance, Session},
    source::Source,
};
use jiff::civil::Date;

use crate::{
    attendance::{days_between_sessions, session_days},
    calendar::days_between,
    courses::Occasion,
    draws::{round_to, sensible_decimals},
    rehearsal::Rehearsal,
};

/// Days between sessions when nothing is assumed.
const EVERY_DAYS: u32 = 7;
/// The measure of families present.
const FAMILIES: &str = "sessions.families";

/// The sessions of all sites that have them, by day and site; none where neither a file nor an
/// instrument of the study is about sessions.
pub fn hold_sessions(rehearsal: &Rehearsal<'_>, attendance: &[Attendance]) -> Vec<Session> {
    if !has_sessions(rehearsal) {
        return Vec::new();
    }
    let measures = measures(rehearsal);
    let came = came(attendance);
    let days = days_of_sessions(rehearsal);
    let width = days.len().to_string().len().max(3);
    let session = |(number, (date, site)): (usize, (Date, usize))| {
        let site = &rehearsal.protocol.sites[site];
        let assumed = number_of_session(rehearsal, &MeasureId::new(FAMILIES), site, date);
        let who_came = came.get(&(site.id.clone(), date)).copied().unwrap_or(0);
        let is_attended = days_between_sessions(rehearsal, site).is_some();
        let families = assumed.map(|families| families.round() as u32);
        Session {
            id: Arc::from(format!("C{:0width$}", number + 1)),
            date,
            site: site.id.clone(),
            families: families.or(is_attended.then_some(who_came)),
            measures: numbers_of_session(rehearsal, &measures, site, date),
            source: rehearsal.source.clone(),
        }
    };
    days.into_iter().enumerate().map(session).collect()
}

/// Each day of a session with the position of its site.
fn days_of_sessions(rehearsal: &Rehearsal<'_>) -> Vec<(Date, usize)> {
    // Where attendance is assumed for some arms, the other sites have no sessions.
    let is_open = rehearsal.assumptions.attendance.is_empty();
    let mut days: Vec<(Date, usize)> = Vec::new();
    for (index, site) in rehearsal.protocol.sites.iter().enumerate() {
        let assumed = days_between_sessions(rehearsal, site);
        let Some(every) = assumed.or(is_open.then_some(EVERY_DAYS)) else {
            continue;
        };
        let all = session_days(rehearsal.first_day(), rehearsal.last_day(), every);
        days.extend(all.into_iter().map(|date| (date, index)));
    }
    days.sort_unstable();
    days
}

fn has_sessions(rehearsal: &Rehearsal<'_>) -> bool {
    let protocol = rehearsal.protocol;
    let about_sessions = |planned: &PlannedInstrument| planned.about == About::Session;
    let of_sessions = |file: &DataFile| matches!(file.content, DataContent::Sessions(_));
    protocol.instruments.iter().any(about_sessions) || protocol.data.iter().any(of_sessions)
}

/// Numbers of sessions that the study's files hold.
fn measures(rehearsal: &Rehearsal<'_>) -> Vec<MeasureId> {
    let mut measures = Vec::new();
    for file in &rehearsal.protocol.data {
        if let DataContent::Sessions(columns) = &file.content {
            for (measure, _) in &columns.measures {
                if !measures.contains(measure) {
                    measures.push(measure.clone());
                }
            }
        }
    }
    measures
}

fn numbers_of_session(
    rehearsal: &Rehearsal<'_>,
    measures: &[MeasureId],
    site: &Site,
    date: Date,
) -> Vec<(MeasureId, Result<f64, Missing>, Source)> {
    let number = |measure: &MeasureId| {
        let value = number_of_session(rehearsal, measure, site, date);
        let value = value.ok_or(Missing::NotRecorded);
        (measure.clone(), value, rehearsal.source.clone())
    };
    measures.iter().map(number).collect()
}

/// A number of a session from its course, never below zero.
pub(crate) fn number_of_session(
    rehearsal: &Rehearsal<'_>,
    measure: &MeasureId,
    site: &Site,
    date: Date,
) -> Option<f64> {
    let assumed = &rehearsal.assumptions.courses;
    let course = assumed
        .iter()
        .position(|course| course.measure == *measure)?;
    let courses = rehearsal.courses();
    let key = format!("session/{}/{date}", site.id);
    let own = courses.own_course(course, &key, &site.id);
    let occasion = Occasion {
        name: "session",
        arm: site.arm_on(Some(date)),
        phase: site.phase_on(Some(date)),
        months: days_between(rehearsal.first_day(), date) as f64 / DAYS_PER_MONTH,
    };
    let value = courses.value(course, own, &key, occasion);
    let (between, within) = (assumed[course].sd_between, assumed[course].sd_within);
    let spread = (between * between + within * within).sqrt();
    Some(round_to(value.max(0.0), sensible_decimals(spread)))
}

/// Families who came, by site and day.
type Came = BTreeMap<(SiteId, Date), u32>;

fn came(attendance: &[Attendance]) -> Came {
    let mut came = Came::new();
    for row in attendance {
        *came.entry((row.site.clone(), row.date)).or_default() += 1;
    }
    came
}
