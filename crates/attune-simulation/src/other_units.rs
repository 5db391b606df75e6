//! Instruments that are not about a dyad: questionnaires of staff, ratings of a session, facts of
//! the clinic as a whole.

use std::sync::Arc;

use attune_protocol::{
    design::{Site, Timing},
    id::{PhaseId, WaveId},
    instrument::PlannedInstrument,
    plan::About,
};
use attune_records::records::{Assessment, Session};

use crate::{
    assessments::{AssessmentDay, MeasuredUnit, assess_once, assess_unit, own_courses},
    item_plans::ItemPlan,
    rehearsal::Rehearsal,
    visits::{Anchors, planned_visits},
};

/// Members of staff at each site who answer.
const STAFF_MEMBERS: u32 = 6;

/// The assessments of staff members, sessions and clinics, by instrument and unit.
pub fn assess_other_units(rehearsal: &Rehearsal<'_>, sessions: &[Session]) -> Vec<Assessment> {
    let plans = rehearsal
        .protocol
        .instruments
        .iter()
        .zip(&rehearsal.item_plans);
    plans
        .flat_map(|(planned, plan)| match planned.about {
            About::Dyad | About::Infant | About::Carer => Vec::new(),
            About::StaffMember => assess_staff(rehearsal, planned, plan),
            About::Session => assess_sessions(rehearsal, planned, plan, sessions),
            About::Clinic => assess_clinics(rehearsal, planned, plan),
        })
        .collect()
}

fn assess_staff(
    rehearsal: &Rehearsal<'_>,
    planned: &PlannedInstrument,
    plan: &ItemPlan,
) -> Vec<Assessment> {
    let sites = rehearsal.protocol.sites.iter();
    let members = sites.flat_map(|site| (1..=STAFF_MEMBERS).map(move |k| (site, k)));
    members
        .enumerate()
        .flat_map(|(index, (site, number))| {
            let code = format!("S{:03}", index + 1);
            let key = format!("staff/{}/{number}", site.id);
            assess_at_site(rehearsal, planned, plan, site, &key, &code)
        })
        .collect()
}

fn assess_clinics(
    rehearsal: &Rehearsal<'_>,
    planned: &PlannedInstrument,
    plan: &ItemPlan,
) -> Vec<Assessment> {
    let sites = rehearsal.protocol.sites.iter();
    sites
        .flat_map(|site| {
            let key = format!("clinic/{}", site.id);
            assess_at_site(rehearsal, planned, plan, site, &key, &site.id)
        })
        .collect()
}

/// Visits are counted from the first day of the study: staff and clinics do not enrol.
fn assess_at_site(
    rehearsal: &Rehearsal<'_>,
    planned: &PlannedInstrument,
    plan: &ItemPlan,
    site: &Site,
    key: &str,
    code: &str,
) -> Vec<Assessment> {
    let since = rehearsal.first_day();
    let anchors = Anchors {
        enrolled: since,
        born: since,
        due: since,
    };
    let visits = planned_visits(rehearsal, key, Some(site), anchors);
    let unit = MeasuredUnit {
        key,
        code: Arc::from(code),
        site: &site.id,
        arm: site.arm_on(Some(since)),
        since,
    };
    assess_unit(rehearsal, planned, plan, &unit, &visits)
}

fn assess_sessions(
    rehearsal: &Rehearsal<'_>,
    planned: &PlannedInstrument,
    plan: &ItemPlan,
    sessions: &[Session],
) -> Vec<Assessment> {
    let assess = |session: &Session| {
        let site = rehearsal.site(&session.site)?;
        let key = format!("session/{}/{}", session.site, session.date);
        let unit = MeasuredUnit {
            key: &key,
            code: session.id.clone(),
            site: &site.id,
            arm: site.arm_on(Some(session.date)),
            since: rehearsal.first_day(),
        };
        let day = AssessmentDay {
            name: "session",
            wave: wave_of_phase(rehearsal, planned, site.phase_on(Some(session.date))),
            date: session.date,
        };
        let own = own_courses(rehearsal, plan, &unit);
        assess_once(rehearsal, planned, plan, &unit, &own, &day)
    };
    sessions.iter().filter_map(assess).collect()
}

/// The instrument's wave that is planned during this phase.
fn wave_of_phase<'a>(
    rehearsal: &Rehearsal<'a>,
    planned: &PlannedInstrument,
    phase: Option<&PhaseId>,
) -> Option<&'a WaveId> {
    let is_during = |timing: &Timing| match timing {
        Timing::During(during) => Some(during) == phase,
        Timing::After { .. } => false,
    };
    let mut waves = rehearsal.protocol.waves.iter();
    waves
        .find(|wave| {
            is_during(&wave.timing)
                && (planned.waves.is_empty() || planned.waves.contains(&wave.id))
        })
        .map(|wave| &wave.id)
}
