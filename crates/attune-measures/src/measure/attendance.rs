//! Attendance as measures of a dyad: sessions, minutes and the share of the sessions held, since
//! enrolment until each visit.
//!
//! At a wave they count until the day of the dyad's last assessment of that wave, or until the
//! planned day where there was none; in a study without waves there is one row for the whole time.
//! A dyad whose site has no clinic has no attendance ("not applicable"), not an attendance of zero.

use std::collections::BTreeSet;

use attune_protocol::{
    Protocol,
    data::DataContent,
    design::{Timing, Wave},
    id::{MeasureId, SiteId},
    missing::Missing,
};
use attune_records::{
    Records,
    records::{Assessment, Attendance, Dyad, When},
    source::Source,
};
use jiff::civil::Date;

use super::occasion::{DataCut, Occasion, Who};
use crate::measures::Measure;

/// What attendance is recorded.
pub(super) struct Attending {
    is_recorded: bool,
    has_minutes: bool,
    has_sessions: bool,
    /// Sites with sessions or attendance.
    sites: BTreeSet<SiteId>,
    /// Days on which sessions were held, by site.
    held: BTreeSet<(SiteId, Date)>,
    names: Names,
}

struct Names {
    sessions: MeasureId,
    minutes: MeasureId,
    share: MeasureId,
}

type Counted = (Result<f64, Missing>, Option<Source>);

impl Attending {
    /// What attendance the records have.
    pub fn of(protocol: &Protocol, records: &Records) -> Self {
        let (is_recorded, has_minutes) = is_recorded(protocol, records);
        let mut sites = BTreeSet::new();
        let mut held = BTreeSet::new();
        for session in &records.sessions {
            if held.insert((session.site.clone(), session.date)) {
                sites.insert(session.site.clone());
            }
        }
        for row in &records.attendance {
            if !sites.contains(&row.site) {
                sites.insert(row.site.clone());
            }
        }
        Self {
            is_recorded,
            has_minutes,
            has_sessions: !records.sessions.is_empty(),
            sites,
            held,
            names: Names {
                sessions: MeasureId::of("attendance", "sessions"),
                minutes: MeasureId::of("attendance", "minutes"),
                share: MeasureId::of("attendance", "share"),
            },
        }
    }

    /// Adds the rows of a dyad; other units have no attendance.
    pub fn rows(
        &self,
        protocol: &Protocol,
        records: &Records,
        who: &Who<'_>,
        of_unit: &[Assessment],
        cut: DataCut<'_>,
        rows: &mut Vec<Measure>,
    ) {
        let Some(dyad) = who.dyad.filter(|_| self.is_recorded) else {
            return;
        };
        let attended = attendance_of(records, dyad);
        let occasions = occasions(protocol, who, of_unit, cut);
        let counted: Vec<(&Occasion, [Counted; 3])> = occasions
            .iter()
            .map(|(occasion, until)| {
                (
                    occasion,
                    self.count(protocol, dyad, occasion, attended, *until),
                )
            })
            .collect();
        let names = [
            (&self.names.sessions, true),
            (&self.names.minutes, self.has_minutes),
            (&self.names.share, self.has_sessions),
        ];
        for (index, (name, is_there)) in names.into_iter().enumerate() {
            for (occasion, values) in counted.iter().filter(|_| is_there) {
                let (value, source) = values[index].clone();
                rows.push(who.row(occasion, name, value, source));
            }
        }
    }

    fn count(
        &self,
        protocol: &Protocol,
        dyad: &Dyad,
        occasion: &Occasion,
        attended: &[Attendance],
        until: Until,
    ) -> [Counted; 3] {
        let nothing = |missing| [(); 3].map(|()| (Err(missing), None));
        let arm = occasion.arm.as_ref().and_then(|arm| protocol.arm(arm));
        let is_offered = arm.is_some_and(|arm| arm.receives_programme);
        if !is_offered && !self.sites.contains(&dyad.site) && attended.is_empty() {
            return nothing(Missing::NotApplicable);
        }
        let Some(until) = until.day(dyad) else {
            return nothing(Missing::NotRecorded);
        };
        let counts = |day: Date| {
            dyad.enrolled.is_none_or(|enrolled| enrolled <= day)
                && until.is_none_or(|until| day <= until)
        };
        let counted: Vec<&Attendance> = attended.iter().filter(|row| counts(row.date)).collect();
        let last = counted.last().map(|row| row.source.clone());
        // Not `sum`: the sum of no numbers is then -0.
        let minutes = counted
            .iter()
            .try_fold(0.0, |sum, row| Some(sum + row.minutes?));
        let share = self.share(dyad, &counted, counts);
        [
            (Ok(counted.len() as f64), last.clone()),
            (minutes.ok_or(Missing::NotRecorded), last.clone()),
            (share, last),
        ]
    }

    /// Share of the days with a session at the dyad's site on which the dyad came.
    fn share(
        &self,
        dyad: &Dyad,
        counted: &[&Attendance],
        counts: impl Fn(Date) -> bool,
    ) -> Result<f64, Missing> {
        let from = (dyad.site.clone(), Date::MIN);
        let to = (dyad.site.clone(), Date::MAX);
        let held = self.held.range(from..=to).filter(|(_, day)| counts(*day));
        let n_held = held.count();
        let came = |row: &&&Attendance| self.held.contains(&(row.site.clone(), row.date));
        let at_own = counted.iter().filter(|row| row.site == dyad.site);
        let n_came = at_own.filter(came).count();
        if n_held == 0 {
            return Err(Missing::NotApplicable);
        }
        Ok(n_came as f64 / n_held as f64)
    }
}

/// Sessions that a dyad attended since enrolment; `None` where attendance is not recorded.
pub(super) fn sessions_attended(
    protocol: &Protocol,
    records: &Records,
    dyad: &Dyad,
) -> Option<u32> {
    let attended = attendance_of(records, dyad);
    let at_site = |row: &Attendance| row.site == dyad.site;
    let is_recorded = is_recorded(protocol, records).0
        && (!attended.is_empty() || records.attendance.iter().any(at_site));
    let since = |row: &&Attendance| dyad.enrolled.is_none_or(|enrolled| enrolled <= row.date);
    is_recorded.then(|| attended.iter().filter(since).count() as u32)
}

/// Whether attendance is recorded at all, and minutes with it.
fn is_recorded(protocol: &Protocol, records: &Records) -> (bool, bool) {
    let files = protocol.data.iter().filter_map(|data| match &data.content {
        DataContent::Attendance(columns) => Some(columns),
        _ => None,
    });
    let has_minutes = files.clone().any(|columns| columns.minutes.is_some())
        || records.attendance.iter().any(|row| row.minutes.is_some());
    let is_recorded = files.count() > 0 || !records.attendance.is_empty();
    (is_recorded, has_minutes)
}

/// The rows of a dyad; attendance is sorted by dyad and day.
fn attendance_of<'a>(records: &'a Records, dyad: &Dyad) -> &'a [Attendance] {
    let all = &records.attendance;
    let start = all.partition_point(|row| row.dyad < dyad.id);
    let of_dyad = all[start..].iter().take_while(|row| row.dyad == dyad.id);
    &all[start..start + of_dyad.count()]
}

/// Until when attendance counts.
#[derive(Debug, Clone, Copy)]
enum Until {
    /// Until the end of the records.
    End,
    /// Until this day.
    Day(Date),
    /// Until so many days after enrolment.
    DaysAfterEnrolment(f64),
    /// Nobody can tell.
    NotKnown,
}

impl Until {
    /// The last day that counts, `Some(None)` when all do; `None` when it is not known.
    fn day(self, dyad: &Dyad) -> Option<Option<Date>> {
        match self {
            Self::End => Some(None),
            Self::Day(day) => Some(Some(day)),
            Self::DaysAfterEnrolment(days) => {
                let span = jiff::Span::new().try_days(days.floor() as i64).ok()?;
                Some(Some(dyad.enrolled?.checked_add(span).ok()?))
            }
            Self::NotKnown => None,
        }
    }
}

fn occasions(
    protocol: &Protocol,
    who: &Who<'_>,
    of_unit: &[Assessment],
    cut: DataCut<'_>,
) -> Vec<(Occasion, Until)> {
    let has_day = |wave: &&Wave| matches!(wave.timing, Timing::After { .. });
    let waves: Vec<&Wave> = protocol.waves.iter().filter(has_day).collect();
    if waves.is_empty() {
        return vec![(who.visit(None, When::NotSaid), Until::End)];
    }
    let mut occasions: Vec<(Occasion, Until)> = waves
        .into_iter()
        .filter_map(|wave| occasion_of(who, of_unit, wave, cut))
        .collect();
    occasions.sort_by(|a, b| match (a.0.days, b.0.days) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => std::cmp::Ordering::Equal,
    });
    occasions
}

fn occasion_of(
    who: &Who<'_>,
    of_unit: &[Assessment],
    wave: &Wave,
    cut: DataCut<'_>,
) -> Option<(Occasion, Until)> {
    let at_wave = of_unit
        .iter()
        .filter(|one| one.wave.as_ref() == Some(&wave.id));
    let (mut day, mut days) = (None, None);
    for assessment in at_wave {
        match assessment.when {
            When::On(date) => day = day.max(Some(date)),
            When::DaysAfterEnrolment(after) => days = Some(days.unwrap_or(after).max(after)),
            When::NotSaid => {}
        }
    }
    let when = match (day, days) {
        (Some(day), _) => When::On(day),
        (None, Some(days)) => When::DaysAfterEnrolment(days),
        (None, None) if cut.is_due(who, wave) => When::NotSaid,
        (None, None) => return None,
    };
    let occasion = who.visit(Some(wave), when);
    let until = match (when, occasion.days) {
        (When::On(day), _) => Until::Day(day),
        (_, Some(days)) => Until::DaysAfterEnrolment(days),
        (_, None) => Until::NotKnown,
    };
    Some((occasion, until))
}
