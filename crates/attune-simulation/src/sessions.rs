//! Sessions of the clinic or group, with the families who came and other numbers of the day.

use std::sync::Arc;

use attune_protocol::{
    data::DataContent,
    design::{DAYS_PER_MONTH, Site},
    id::MeasureId,
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

/// The sessions of all sites that have them, by day and site; none where neither a file nor an
/// instrument of the study is about sessions.
pub fn hold_sessions(rehearsal: &Rehearsal<'_>, attendance: &[Attendance]) -> Vec<Session> {
    if !has_sessions(rehearsal) {
        return Vec::new();
    }
    let measures = measures(rehearsal);
    let mut days: Vec<(Date, usize)> = Vec::new();
    for (index, site) in rehearsal.protocol.sites.iter().enumerate() {
        let every = days_between_sessions(rehearsal, site);
        // Where attendance is assumed for some arms, the other sites have no sessions.
        let fallback = rehearsal
            .assumptions
            .attendance
            .is_empty()
            .then_some(EVERY_DAYS);
        let Some(every) = every.or(fallback) else {
            continue;
        };
        let all = session_days(rehearsal.first_day(), rehearsal.last_day(), every);
        days.extend(all.into_iter().map(|date| (date, index)));
    }
    days.sort_unstable();
    let width = days.len().to_string().len().max(3);
    let session = |(number, (date, site)): (usize, (Date, usize))| {
        let site = &rehearsal.protocol.sites[site];
        let id = Arc::from(format!("C{:0width$}", number + 1));
        hold_session(rehearsal, id, site, date, attendance, &measures)
    };
    days.into_iter().enumerate().map(session).collect()
}

fn has_sessions(rehearsal: &Rehearsal<'_>) -> bool {
    let protocol = rehearsal.protocol;
    let about_sessions =
        |planned: &attune_protocol::instrument::PlannedInstrument| planned.about == About::Session;
    let of_sessions =
        |file: &attune_protocol::data::DataFile| matches!(file.content, DataContent::Sessions(_));
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

fn hold_session(
    rehearsal: &Rehearsal<'_>,
    id: Arc<str>,
    site: &Site,
    date: Date,
    attendance: &[Attendance],
    measures: &[MeasureId],
) -> Session {
    let families = number(rehearsal, &MeasureId::new("sessions.families"), site, date)
        .map(f64::round)
        .or_else(|| came(rehearsal, site, date, attendance));
    let measure = |measure: &MeasureId| {
        let value = number(rehearsal, measure, site, date).ok_or(Missing::NotRecorded);
        let source: Source = rehearsal.source.clone();
        (measure.clone(), value, source)
    };
    Session {
        id,
        date,
        site: site.id.clone(),
        families: families.map(|families| families as u32),
        measures: measures.iter().map(measure).collect(),
        source: rehearsal.source.clone(),
    }
}

/// A number of a session from its course, never below zero.
fn number(rehearsal: &Rehearsal<'_>, measure: &MeasureId, site: &Site, date: Date) -> Option<f64> {
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

fn came(
    rehearsal: &Rehearsal<'_>,
    site: &Site,
    date: Date,
    attendance: &[Attendance],
) -> Option<f64> {
    days_between_sessions(rehearsal, site)?;
    let at_this = |row: &&Attendance| row.site == site.id && row.date == date;
    Some(attendance.iter().filter(at_this).count() as f64)
}
