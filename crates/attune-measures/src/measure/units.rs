//! Who is measured: every dyad, every session, and clinics and members of staff that an instrument
//! is about.

use std::{collections::BTreeSet, sync::Arc};

use attune_protocol::{Protocol, id::SiteId, plan::About};
use attune_records::{
    Records,
    records::{Dyad, Session},
};

use super::attendance::sessions_attended;
use crate::measures::Unit;

/// All units: dyads by id, then sessions, clinics and members of staff by id.
pub(super) fn units(protocol: &Protocol, records: &Records) -> Vec<Unit> {
    let mut units: Vec<Unit> = records
        .dyads
        .iter()
        .map(|dyad| of_dyad(protocol, records, dyad))
        .collect();
    let mut sessions: Vec<&Session> = records.sessions.iter().collect();
    sessions.sort_by(|a, b| a.id.cmp(&b.id));
    units.extend(
        sessions
            .into_iter()
            .map(|session| of_session(protocol, session)),
    );
    for about in [About::Clinic, About::StaffMember] {
        let codes = codes(protocol, records, about);
        units.extend(
            codes
                .into_iter()
                .map(|code| of_other(protocol, records, about, code)),
        );
    }
    units
}

fn of_dyad(protocol: &Protocol, records: &Records, dyad: &Dyad) -> Unit {
    let by_site = || protocol.site(&dyad.site)?.arm_on(dyad.enrolled).cloned();
    Unit {
        id: Arc::from(dyad.id.as_str()),
        about: About::Dyad,
        site: dyad.site.clone(),
        arm: dyad.arm.clone().or_else(by_site),
        enrolled: dyad.enrolled,
        age_at_enrolment_days: dyad.age_at_enrolment(),
        days_early: dyad.days_early(),
        left: dyad.left.clone(),
        sessions_attended: sessions_attended(protocol, records, dyad),
        attributes: dyad.attributes.clone(),
    }
}

fn of_session(protocol: &Protocol, session: &Session) -> Unit {
    let site = protocol.site(&session.site);
    Unit {
        arm: site
            .and_then(|site| site.arm_on(Some(session.date)))
            .cloned(),
        ..bare(About::Session, session.id.clone(), session.site.clone())
    }
}

fn of_other(protocol: &Protocol, records: &Records, about: About, code: Arc<str>) -> Unit {
    let site = records.site_of(protocol, about, &code);
    let site_id = site.map_or_else(|| SiteId::new(""), |site| site.id.clone());
    Unit {
        arm: site.and_then(|site| site.arm_on(None)).cloned(),
        ..bare(about, code, site_id)
    }
}

fn bare(about: About, id: Arc<str>, site: SiteId) -> Unit {
    Unit {
        id,
        about,
        site,
        arm: None,
        enrolled: None,
        age_at_enrolment_days: None,
        days_early: None,
        left: None,
        sessions_attended: None,
        attributes: Vec::new(),
    }
}

/// Codes of the units of assessments about `about`.
fn codes(protocol: &Protocol, records: &Records, about: About) -> BTreeSet<Arc<str>> {
    let instruments = protocol.instruments.iter().filter(|one| one.about == about);
    let ids: Vec<_> = instruments.map(|planned| &planned.id).collect();
    if ids.is_empty() {
        return BTreeSet::new();
    }
    let of_kind = records
        .assessments
        .iter()
        .filter(|one| ids.contains(&&one.instrument));
    of_kind.map(|one| one.unit.clone()).collect()
}
