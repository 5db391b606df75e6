//! What was counted in a session, as measures whose unit is the session: for designs that compare a
//! clinic before and after.

use std::sync::Arc;

use attune_protocol::{
    Protocol,
    data::DataContent,
    design::{Timing, Wave},
    id::MeasureId,
    missing::Missing,
};
use attune_records::{
    Records,
    records::{Session, When},
};

use super::occasion::Who;
use crate::measures::Measure;

/// Adds the rows of a session: families present, then its other measures.
pub(super) fn count_rows(
    protocol: &Protocol,
    records: &Records,
    who: &Who<'_>,
    code: &Arc<str>,
    rows: &mut Vec<Measure>,
) {
    let Some(session) = records.session(code) else {
        return;
    };
    let wave = wave_of_session(protocol, who, session);
    let occasion = who.visit(wave, When::On(session.date));
    if counts_families(protocol, session) {
        let families = session.families.map(f64::from).ok_or(Missing::NotRecorded);
        let measure = MeasureId::of("sessions", "families");
        rows.push(who.row(&occasion, &measure, families, Some(session.source.clone())));
    }
    for (measure, value, source) in &session.measures {
        rows.push(who.row(&occasion, measure, *value, Some(source.clone())));
    }
}

/// The wave that is planned for the phase of the site on the day of the session.
pub(super) fn wave_of_session<'a>(
    protocol: &'a Protocol,
    who: &Who<'_>,
    session: &Session,
) -> Option<&'a Wave> {
    let phase = who.site.and_then(|site| site.phase_on(Some(session.date)));
    let is_of_phase = |timing: &Timing| matches!(timing, Timing::During(one) if Some(one) == phase);
    protocol.waves.iter().find(|wave| is_of_phase(&wave.timing))
}

fn counts_families(protocol: &Protocol, session: &Session) -> bool {
    let mut files = protocol.data.iter();
    session.families.is_some()
        || files.any(|data| match &data.content {
            DataContent::Sessions(columns) => columns.families.is_some(),
            _ => false,
        })
}
