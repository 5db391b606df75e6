//! Neutral defaults for whatever the study file does not assume, so that every checked protocol can
//! be rehearsed. Each default that is used leaves a note.

use attune_protocol::{
    Protocol,
    assumptions::{
        Assumptions, AttendanceAssumption, AttributeAssumption, ByArm, Course, Distribution, Spread,
    },
    data::DataContent,
    design::Arm,
    id::MeasureId,
    plan::{About, Attribute, AttributeKind},
};
use jiff::civil::{Date, date};

use crate::calendar::days_after;

/// Dyads of a site (or, where dyads have their own arm, of an arm) when nothing is said.
const DYADS: u32 = 20;
/// First day of enrolment when the study has no first day.
const FIRST_DAY: Date = date(2024, 1, 1);
/// Days of enrolment when the study has no last day.
const DAYS_OF_ENROLMENT: i64 = 364;

/// Assumptions for a study that declares none: a year of enrolment, infants about two months old,
/// visits on their planned days, nobody lost, nothing missing. The rest is filled in, with a note
/// each, when the simulation runs.
pub fn neutral_assumptions(protocol: &Protocol) -> Assumptions {
    let from = protocol.study.started.unwrap_or(FIRST_DAY);
    let year = days_after(from, DAYS_OF_ENROLMENT);
    let ended = protocol.study.ended.filter(|ended| *ended >= from);
    Assumptions {
        dyads: Vec::new(),
        dyads_by_arm: Vec::new(),
        enrolment: (from, ended.map_or(year, |ended| ended.min(year))),
        age_at_enrolment: Spread {
            mean: 60.0,
            sd: 20.0,
            minimum: 7.0,
            maximum: 120.0,
        },
        preterm: None,
        visit_jitter_days: 0.0,
        courses: Vec::new(),
        correlations: Vec::new(),
        attrition: Vec::new(),
        missingness: Vec::new(),
        attributes: Vec::new(),
        attendance: Vec::new(),
    }
}

/// Fills dyads, attributes and attendance that the assumptions leave open.
pub fn fill_gaps(protocol: &Protocol, assumptions: &mut Assumptions, notes: &mut Vec<String>) {
    fill_dyads(protocol, assumptions, notes);
    fill_attributes(protocol, assumptions, notes);
    fill_attendance(protocol, assumptions, notes);
    fill_sessions(protocol, assumptions, notes);
}

/// Whether each dyad of the study has an arm of its own.
pub fn dyads_have_own_arm(protocol: &Protocol) -> bool {
    protocol.study.allocation.is_by_dyad()
}

fn fill_dyads(protocol: &Protocol, assumptions: &mut Assumptions, notes: &mut Vec<String>) {
    if dyads_have_own_arm(protocol) {
        if !assumptions.dyads_by_arm.is_empty() {
            return;
        }
        let each = |arm: &Arm| (arm.id.clone(), DYADS);
        assumptions.dyads_by_arm = protocol.arms.iter().map(each).collect();
        notes.push(format!(
            "The number of dyads is not assumed: {DYADS} were made up for each arm."
        ));
        return;
    }
    if !assumptions.dyads.is_empty() {
        return;
    }
    for site in &protocol.sites {
        let dyads = site.planned_dyads.unwrap_or(DYADS);
        assumptions.dyads.push((site.id.clone(), dyads));
        if site.planned_dyads.is_none() {
            notes.push(format!(
                "The number of dyads of {} is neither planned nor assumed: {DYADS} were made up.",
                site.label
            ));
        }
    }
}

fn fill_attributes(protocol: &Protocol, assumptions: &mut Assumptions, notes: &mut Vec<String>) {
    for attribute in &protocol.attributes {
        let assumed = &assumptions.attributes;
        let of_dyads = matches!(attribute.about, About::Dyad | About::Infant | About::Carer);
        if !of_dyads || assumed.iter().any(|known| known.attribute == attribute.id) {
            continue;
        }
        let Some((distribution, words)) = neutral_distribution(attribute) else {
            continue;
        };
        notes.push(format!(
            "No distribution of {} is assumed: {words}.",
            attribute.id
        ));
        assumptions.attributes.push(AttributeAssumption {
            attribute: attribute.id.clone(),
            distribution,
        });
    }
}

fn neutral_distribution(attribute: &Attribute) -> Option<(Distribution, String)> {
    match &attribute.kind {
        AttributeKind::Levels(levels) => {
            let even = levels.iter().map(|level| (level.id.clone(), 1.0));
            let words = "every level was as likely as the next".to_owned();
            Some((Distribution::Levels(even.collect()), words))
        }
        AttributeKind::Number {
            minimum, maximum, ..
        } => {
            let (low, high) = match (minimum, maximum) {
                (Some(low), Some(high)) => (*low, *high),
                (Some(low), None) => (*low, low + 60.0),
                (None, Some(high)) => (high - 60.0, *high),
                (None, None) => (-30.0, 30.0),
            };
            let spread = Spread {
                mean: 0.5 * (low + high),
                sd: (high - low) / 6.0,
                minimum: low,
                maximum: high,
            };
            let words = format!("numbers around {} between {low} and {high}", spread.mean);
            Some((Distribution::Number(spread), words))
        }
        AttributeKind::Date => None,
    }
}

fn fill_attendance(protocol: &Protocol, assumptions: &mut Assumptions, notes: &mut Vec<String>) {
    let is_attendance =
        |file: &attune_protocol::data::DataFile| matches!(file.content, DataContent::Attendance(_));
    if !assumptions.attendance.is_empty() || !protocol.data.iter().any(is_attendance) {
        return;
    }
    for arm in protocol.arms.iter().filter(|arm| arm.receives_programme) {
        notes.push(format!(
            "No attendance is assumed: weekly sessions for {}, half of them attended, an hour each.",
            arm.label
        ));
        assumptions.attendance.push(AttendanceAssumption {
            arm: arm.id.clone(),
            every_days: 7,
            share: 0.5,
            sd_logit: 1.0,
            minutes: 60.0,
        });
    }
}

fn fill_sessions(protocol: &Protocol, assumptions: &mut Assumptions, notes: &mut Vec<String>) {
    for file in &protocol.data {
        let DataContent::Sessions(columns) = &file.content else {
            continue;
        };
        let mut measures: Vec<MeasureId> =
            columns.measures.iter().map(|(m, _)| m.clone()).collect();
        if columns.families.is_some() && assumptions.attendance.is_empty() {
            measures.insert(0, MeasureId::new("sessions.families"));
        }
        for measure in measures {
            let courses = &mut assumptions.courses;
            if courses.iter().any(|course| course.measure == measure) {
                continue;
            }
            notes.push(format!(
                "No course of {measure} is assumed: about 10 at each session."
            ));
            courses.push(neutral_course(measure, (0.0, 20.0)));
        }
    }
}

/// A course for a score about which nothing is assumed: in the middle of its range, without change,
/// a tenth of the range as SD between and within units, no difference between arms.
pub fn neutral_course(measure: MeasureId, range: (f64, f64)) -> Course {
    let width = range.1 - range.0;
    Course {
        measure,
        start: ByArm::Every(0.5 * (range.0 + range.1)),
        per_month: ByArm::Every(0.0),
        phase_shift: Vec::new(),
        sd_between: width / 10.0,
        sd_slope: 0.0,
        correlation: 0.0,
        sd_within: width / 10.0,
        sd_site: 0.0,
        sd_item: 0.0,
    }
}
