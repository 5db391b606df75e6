//! Checks that concern several records at once, and the order of records. Whether single cells can
//! be read belongs to whoever reads them.

mod consents;

use std::{cmp::Ordering, collections::BTreeMap};

use attune_protocol::{
    Protocol,
    consent::WithdrawnRecords,
    design::{Site, Timing, Wave},
    id::{InstrumentId, WaveId},
    instrument::PlannedInstrument,
    plan::About,
};
use jiff::civil::Date;

use crate::{
    age::days_between,
    joined_codings::overlapping,
    record_problem::{Field, RecordFault, RecordProblem, Severity},
    records::{Assessment, Attendance, Dyad, Records, Session, SessionCoding, When},
    schedule::{days_off_plan, is_within},
    source::Source,
};

/// Most days before the due date on which a child can be born alive (20 weeks).
const MOST_DAYS_EARLY: f64 = 140.0;
/// Most days after the due date (5 weeks).
const MOST_DAYS_LATE: f64 = 35.0;

/// Records and warnings about them, or every problem.
pub type Checked = Result<(Records, Vec<RecordProblem>), Vec<RecordProblem>>;

impl Records {
    /// Puts records in order and checks what concerns several of them at once.
    ///
    /// The ids of sites, arms, waves, items and levels must be those of the protocol already.
    ///
    /// # Errors
    ///
    /// All problems, warnings among them, when one of them is an error.
    pub fn checked(protocol: &Protocol, mut records: Self) -> Checked {
        records.sort(protocol);
        consents::let_withdrawals_count(protocol, &mut records);
        let mut problems = Vec::new();
        check_dyads(protocol, &records.dyads, &mut problems);
        check_sessions(protocol, &records.sessions, &mut problems);
        check_assessments(protocol, &records, &mut problems);
        check_attendance(&records, &mut problems);
        consents::check(protocol, &records, &mut problems);
        check_codings(&records, &mut problems);
        let is_error = |problem: &RecordProblem| problem.fault.severity() == Severity::Error;
        if problems.iter().any(is_error) {
            Err(problems)
        } else {
            Ok((records, problems))
        }
    }

    fn sort(&mut self, protocol: &Protocol) {
        self.dyads
            .sort_by(|a, b| (&a.id, &a.source).cmp(&(&b.id, &b.source)));
        self.sessions.sort_by(|a, b| {
            let key = |session: &Session| (session.date, session.site.clone(), session.id.clone());
            key(a).cmp(&key(b)).then_with(|| a.source.cmp(&b.source))
        });
        self.consents.sort_by(|a, b| {
            (&a.dyad, &a.purpose, consents::order(a), &a.source).cmp(&(
                &b.dyad,
                &b.purpose,
                consents::order(b),
                &b.source,
            ))
        });
        self.assessments
            .sort_by(|a, b| compare_assessments(protocol, a, b));
        self.attendance.sort_by(|a, b| {
            let key = |row: &Attendance| (row.date, row.source.row);
            (&a.dyad, key(a), &a.site).cmp(&(&b.dyad, key(b), &b.site))
        });
    }
}

fn compare_assessments(protocol: &Protocol, a: &Assessment, b: &Assessment) -> Ordering {
    let instrument = |one: &Assessment| instrument_index(protocol, &one.instrument);
    let wave = |one: &Assessment| one.wave.as_ref().map(|wave| wave_index(protocol, wave));
    let when = |one: &Assessment| match one.when {
        When::On(date) => (Some(date), 0.0),
        When::DaysAfterEnrolment(days) => (None, days),
        When::NotSaid => (None, 0.0),
    };
    a.unit
        .cmp(&b.unit)
        .then_with(|| instrument(a).cmp(&instrument(b)))
        .then_with(|| wave(a).cmp(&wave(b)))
        .then_with(|| when(a).0.cmp(&when(b).0))
        .then_with(|| when(a).1.total_cmp(&when(b).1))
        .then_with(|| a.source.cmp(&b.source))
}

fn instrument_index(protocol: &Protocol, id: &InstrumentId) -> Option<usize> {
    protocol.instruments.iter().position(|one| one.id == *id)
}

fn wave_index(protocol: &Protocol, id: &WaveId) -> Option<usize> {
    protocol.waves.iter().position(|one| one.id == *id)
}

fn problem(source: &Source, field: Field, fault: RecordFault) -> RecordProblem {
    RecordProblem {
        source: source.clone(),
        field,
        fault,
    }
}

fn check_dyads(protocol: &Protocol, dyads: &[Dyad], problems: &mut Vec<RecordProblem>) {
    for pair in dyads.windows(2) {
        if pair[0].id == pair[1].id {
            let fault = RecordFault::DuplicateDyad {
                dyad: pair[1].id.to_string(),
                first: pair[0].source.clone(),
            };
            problems.push(problem(&pair[1].source, Field::Dyad, fault));
        }
    }
    for dyad in dyads {
        for (field, fault) in faults_of_dyad(protocol, dyad) {
            problems.push(problem(&dyad.source, field, fault));
        }
    }
}

fn faults_of_dyad(protocol: &Protocol, dyad: &Dyad) -> Vec<(Field, RecordFault)> {
    let mut faults = Vec::new();
    if let (Some(born), Some(days)) = (dyad.born, dyad.days_early())
        && !(-MOST_DAYS_LATE..=MOST_DAYS_EARLY).contains(&days)
    {
        faults.push((Field::Due, RecordFault::BornFarFromDue { born, days }));
    }
    if let Some(leaving) = &dyad.left {
        if let (Some(left), Some(enrolled)) = (leaving.date, dyad.enrolled)
            && left < enrolled
        {
            faults.push((Field::Left, RecordFault::LeftBeforeEnrolment { enrolled }));
        }
        if leaving.withdrew_consent && effect_of_withdrawal(protocol) == WithdrawnRecords::Erase {
            faults.push((Field::Withdrew, RecordFault::ErasureDue));
        }
    }
    if dyad.arm.is_none() && !protocol.arms.is_empty() && needs_own_arm(protocol, dyad) {
        let dyad = dyad.id.to_string();
        faults.push((Field::Dyad, RecordFault::NoArm { dyad }));
    }
    if let Some(fault) = dyad.enrolled.and_then(|date| outside_study(protocol, date)) {
        faults.push((Field::Enrolled, fault));
    }
    faults
}

/// Whether its site gives the dyad no arm.
fn needs_own_arm(protocol: &Protocol, dyad: &Dyad) -> bool {
    let site = protocol.site(&dyad.site);
    site.is_some_and(|site| site.arms.is_empty())
}

/// What the study does with the records of a family that withdraws from taking part: the strictest
/// effect among the purposes that taking part depends on.
pub fn effect_of_withdrawal(protocol: &Protocol) -> WithdrawnRecords {
    let effects: Vec<WithdrawnRecords> = protocol
        .consents
        .iter()
        .filter(|purpose| purpose.needed_to_take_part)
        .map(|purpose| purpose.withdrawal.records)
        .collect();
    if effects.contains(&WithdrawnRecords::Erase) {
        WithdrawnRecords::Erase
    } else if effects.contains(&WithdrawnRecords::LeaveOut) {
        WithdrawnRecords::LeaveOut
    } else {
        WithdrawnRecords::Keep
    }
}

fn outside_study(protocol: &Protocol, date: Date) -> Option<RecordFault> {
    let (started, ended) = (protocol.study.started, protocol.study.ended);
    let is_outside =
        started.is_some_and(|started| date < started) || ended.is_some_and(|ended| date > ended);
    let words = |date: Option<Date>| date.map_or_else(|| "…".to_owned(), |date| date.to_string());
    is_outside.then(|| RecordFault::OutsideStudy {
        from: words(started),
        to: words(ended),
    })
}

fn check_codings(records: &Records, problems: &mut Vec<RecordProblem>) {
    for coding in &records.codings {
        if records.session(&coding.session).is_none() {
            let code = coding.session.to_string();
            let fault = RecordFault::UnknownSession { code };
            problems.push(problem(&coding.source, Field::CodedSession, fault));
        }
    }
    for of_one in coded_together(records) {
        for (place, coding) in of_one.iter().enumerate() {
            let mut before = of_one[..place].iter();
            let first = before.find(|one| one.recording == coding.recording);
            if let Some(first) = first.filter(|one| one.version != coding.version) {
                let fault = RecordFault::VersionsDiffer {
                    version: coding.version,
                    first: first.version,
                    row: first.source.row,
                };
                problems.push(problem(&coding.source, Field::CodedSession, fault));
            }
        }
        if let Some((coding, before)) = overlapping(&of_one) {
            let name =
                |coding: &SessionCoding| coding.recording.as_deref().unwrap_or("–").to_owned();
            let fault = RecordFault::RecordingsOverlap {
                recording: name(coding),
                other: name(before),
                row: before.source.row,
            };
            problems.push(problem(&coding.source, Field::RecordingBegins, fault));
        }
    }
    for coded in &records.dyad_codings {
        if records.dyad(&coded.dyad).is_none() {
            let code = coded.dyad.to_string();
            let fault = RecordFault::UnknownDyad { code };
            problems.push(problem(&coded.coding.source, Field::CodedDyad, fault));
        }
    }
}

/// Codings by session and scheme, and by dyad, visit and scheme.
fn coded_together(records: &Records) -> Vec<Vec<&SessionCoding>> {
    let mut by_session: BTreeMap<_, Vec<&SessionCoding>> = BTreeMap::new();
    for coding in &records.codings {
        let of = by_session.entry((&coding.scheme, &coding.session));
        of.or_default().push(coding);
    }
    let mut by_visit: BTreeMap<_, Vec<&SessionCoding>> = BTreeMap::new();
    for coded in &records.dyad_codings {
        let of = by_visit.entry((
            &coded.coding.scheme,
            &coded.dyad,
            &coded.wave,
            coded.when.key(),
        ));
        of.or_default().push(&coded.coding);
    }
    by_session
        .into_values()
        .chain(by_visit.into_values())
        .collect()
}

fn check_sessions(protocol: &Protocol, sessions: &[Session], problems: &mut Vec<RecordProblem>) {
    let mut by_code: Vec<&Session> = sessions.iter().collect();
    by_code.sort_by(|a, b| (&a.id, &a.source).cmp(&(&b.id, &b.source)));
    for pair in by_code.windows(2) {
        if pair[0].id == pair[1].id {
            let fault = RecordFault::DuplicateSession {
                session: pair[1].id.to_string(),
                first: pair[0].source.clone(),
            };
            problems.push(problem(&pair[1].source, Field::Session, fault));
        }
    }
    for session in sessions {
        if let Some(fault) = outside_study(protocol, session.date) {
            problems.push(problem(&session.source, Field::SessionDate, fault));
        }
    }
}

fn check_assessments(protocol: &Protocol, records: &Records, problems: &mut Vec<RecordProblem>) {
    for pair in records.assessments.windows(2) {
        if let Some(fault) = duplicate_visit(&pair[0], &pair[1]) {
            let field = Field::Unit(pair[1].instrument.clone());
            problems.push(problem(&pair[1].source, field, fault));
        }
    }
    for assessment in &records.assessments {
        let Some(planned) = protocol.instrument(&assessment.instrument) else {
            continue;
        };
        for (field, fault) in faults_of_assessment(protocol, records, planned, assessment) {
            problems.push(problem(&assessment.source, field, fault));
        }
    }
}

fn duplicate_visit(first: &Assessment, second: &Assessment) -> Option<RecordFault> {
    let is_same = first.unit == second.unit
        && first.instrument == second.instrument
        && first.wave == second.wave
        && (first.wave.is_some() || first.when == second.when);
    is_same.then(|| RecordFault::DuplicateVisit {
        unit: second.unit.to_string(),
        instrument: second.instrument.clone(),
        wave: second.wave.clone(),
        first: first.source.clone(),
    })
}

fn faults_of_assessment(
    protocol: &Protocol,
    records: &Records,
    planned: &PlannedInstrument,
    assessment: &Assessment,
) -> Vec<(Field, RecordFault)> {
    let mut faults = Vec::new();
    let unknown = if is_of_dyad(planned) {
        match records.dyad(&assessment.unit) {
            Some(dyad) => {
                faults = faults_of_visit(protocol, planned, dyad, assessment);
                None
            }
            None => Some(RecordFault::UnknownDyad {
                code: assessment.unit.to_string(),
            }),
        }
    } else {
        unknown_unit(protocol, records, planned.about, &assessment.unit)
    };
    faults.extend(unknown.map(|fault| (Field::Unit(planned.id.clone()), fault)));
    if let Some(wave) = &assessment.wave
        && !planned.waves.is_empty()
        && !planned.waves.contains(wave)
    {
        let (instrument, wave) = (planned.id.clone(), wave.clone());
        let fault = RecordFault::NotPlanned { instrument, wave };
        faults.push((Field::Wave(planned.id.clone()), fault));
    }
    if let When::On(date) = assessment.when {
        let wave = assessment.wave.as_ref().and_then(|id| protocol.wave(id));
        let site = || records.site_of(protocol, planned.about, &assessment.unit);
        let outside_phase = wave.and_then(|wave| outside_phase(wave, site, date));
        let all = outside_study(protocol, date)
            .into_iter()
            .chain(outside_phase);
        faults.extend(all.map(|fault| (time_field(assessment), fault)));
    }
    faults
}

fn is_of_dyad(planned: &PlannedInstrument) -> bool {
    matches!(planned.about, About::Dyad | About::Infant | About::Carer)
}

/// What is wrong with the code of a session or clinic that is not there.
fn unknown_unit(
    protocol: &Protocol,
    records: &Records,
    about: About,
    unit: &str,
) -> Option<RecordFault> {
    let code = || unit.to_owned();
    match about {
        About::Session if records.session(unit).is_none() => {
            Some(RecordFault::UnknownSession { code: code() })
        }
        About::Clinic if records.site_of(protocol, about, unit).is_none() => {
            Some(RecordFault::UnknownClinic { code: code() })
        }
        _ => None,
    }
}

/// For a wave that is planned for a phase: whether the site is in another one on that day.
fn outside_phase<'a>(
    wave: &Wave,
    site: impl FnOnce() -> Option<&'a Site>,
    date: Date,
) -> Option<RecordFault> {
    let Timing::During(phase) = &wave.timing else {
        return None;
    };
    let is_in_phase = site()?.phase_on(Some(date)) == Some(phase);
    (!is_in_phase).then(|| RecordFault::OutsidePhase {
        wave: wave.id.clone(),
    })
}

fn time_field(assessment: &Assessment) -> Field {
    Field::Time(assessment.instrument.clone(), assessment.wave.clone())
}

fn faults_of_visit(
    protocol: &Protocol,
    planned: &PlannedInstrument,
    dyad: &Dyad,
    assessment: &Assessment,
) -> Vec<(Field, RecordFault)> {
    let wave = assessment.wave.as_ref().and_then(|id| protocol.wave(id));
    let off_plan = wave.and_then(|wave| days_off_plan(wave, dyad, assessment.when));
    let window = wave.and_then(|wave| wave.window);
    let in_window = window
        .zip(off_plan)
        .map(|(window, days)| is_within(window, days));
    let mut faults = Vec::new();
    if let (Some(born), When::On(date)) = (dyad.born, assessment.when)
        && date < born
        && (planned.about == About::Infant || dyad.enrolled.is_none())
    {
        faults.push(RecordFault::BeforeBirth { born });
    } else if let Some(days) = dyad.days_since_enrolment(assessment.when)
        && days < 0.0
        && in_window != Some(true)
    {
        faults.push(RecordFault::BeforeEnrolment { days: -days });
    } else if let (Some(false), Some(wave), Some(days)) = (in_window, wave, off_plan) {
        faults.push(RecordFault::OutsideWindow {
            wave: wave.id.clone(),
            days: days.round(),
        });
    }
    faults.extend(after_leaving(dyad, assessment.when));
    faults
        .into_iter()
        .map(|fault| (time_field(assessment), fault))
        .collect()
}

fn after_leaving(dyad: &Dyad, when: When) -> Option<RecordFault> {
    let leaving = dyad.left.as_ref()?;
    let left = leaving.date?;
    let is_after = match when {
        When::On(date) => date > left,
        When::DaysAfterEnrolment(days) => days > days_between(dyad.enrolled?, left),
        When::NotSaid => false,
    };
    is_after.then_some(if leaving.withdrew_consent {
        RecordFault::AfterWithdrawal { left }
    } else {
        RecordFault::AfterLeaving { left }
    })
}

fn check_attendance(records: &Records, problems: &mut Vec<RecordProblem>) {
    for pair in records.attendance.windows(2) {
        let (first, second) = (&pair[0], &pair[1]);
        if (&first.dyad, first.date, &first.site) == (&second.dyad, second.date, &second.site) {
            let fault = RecordFault::DuplicateAttendance {
                dyad: second.dyad.to_string(),
                first: first.source.clone(),
            };
            problems.push(problem(&second.source, Field::AttendanceDate, fault));
        }
    }
    for row in &records.attendance {
        match records.dyad(&row.dyad) {
            None => {
                let code = row.dyad.to_string();
                let fault = RecordFault::UnknownDyad { code };
                problems.push(problem(&row.source, Field::AttendingDyad, fault));
            }
            Some(dyad) => {
                if let Some(fault) = after_leaving(dyad, When::On(row.date)) {
                    problems.push(problem(&row.source, Field::AttendanceDate, fault));
                }
            }
        }
    }
}
