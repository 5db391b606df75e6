//! Records to the long table: who is measured, then for each unit its scores, its attendance and
//! what its sessions counted.

mod attendance;
mod codings;
mod occasion;
mod one_coding;
mod scores;
mod session_counts;
mod units;

use attune_protocol::{Protocol, consent::WithdrawnRecords, missing::Missing, plan::About};
use attune_records::{Records, check::effect_of_withdrawal};
use sha2::{Digest, Sha256};

use crate::measures::{Measure, Measures, Unit};

use attendance::Attending;
use occasion::DataCut;
use scores::ScoredInstrument;

pub use codings::sociogram;
pub use one_coding::measures_of_coding;

/// Makes the long table.
///
/// Every score of each instrument that has data is a measure, at every planned wave: where there is
/// no record, the row says why. A wave that lies after the last day of the records of a study that
/// is still running is not yet due, one that was to come only after the end of a study that is over was never due: neither
/// has a row. Attendance and sessions are measures too. Of a
/// family that withdrew from taking part, values, ages and attributes are withheld, unless the study
/// keeps them ([`WithdrawnRecords::Keep`]).
pub fn measure(protocol: &Protocol, records: &Records) -> Measures {
    let units = units::units(protocol, records);
    let cut = DataCut::of(protocol, records);
    let instruments = scores::instruments_with_data(protocol, records);
    let attending = Attending::of(protocol, records);
    let mut rows = Vec::with_capacity(records.assessments.len());
    for (index, unit) in units.iter().enumerate() {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        measure_unit(
            protocol,
            records,
            (index, unit),
            (&instruments, &attending, cut),
            &mut rows,
        );
    }
    let mut measures = Measures {
        sociograms: codings::sociograms(protocol, records, &units),
        units,
        rows,
        files: records.files.clone(),
        data_fingerprint: data_fingerprint(records),
        simulated: records.simulated() || protocol.study.simulated,
    };
    if effect_of_withdrawal(protocol) != WithdrawnRecords::Keep {
        withhold_withdrawn(&mut measures);
    }
    measures
}

fn measure_unit(
    protocol: &Protocol,
    records: &Records,
    (index, unit): (u32, &Unit),
    (instruments, attending, cut): (&[ScoredInstrument<'_>], &Attending, DataCut<'_>),
    rows: &mut Vec<Measure>,
) {
    let site = protocol.site(&unit.site);
    let who = occasion::Who {
        index,
        site_id: &unit.site,
        site,
        // Dyads are the first units, in the order of the records.
        dyad: records.dyads.get(index as usize),
    };
    let of_unit = scores::assessments_of(records, &unit.id);
    for instrument in instruments
        .iter()
        .filter(|one| one.unit_kind() == unit.about)
    {
        scores::score_rows(protocol, instrument, &who, of_unit, cut, rows);
    }
    match unit.about {
        About::Session => {
            session_counts::count_rows(protocol, records, &who, &unit.id, rows);
            codings::coding_rows(protocol, records, &who, &unit.id, rows);
        }
        About::Dyad => {
            attending.rows(protocol, records, &who, of_unit, cut, rows);
            codings::dyad_rows(protocol, records, &who, &unit.id, cut, rows);
        }
        _ => attending.rows(protocol, records, &who, of_unit, cut, rows),
    }
}

/// SHA-256 over the fingerprints of the files, one a line, in the order of the study file.
fn data_fingerprint(records: &Records) -> String {
    let mut hash = Sha256::new();
    for file in &records.files {
        hash.update(&file.fingerprint);
        hash.update("\n");
    }
    let hash = hash.finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Leaves of a family that withdrew only that it took part, where, and when it left.
fn withhold_withdrawn(measures: &mut Measures) {
    let withdrew = |unit: &Unit| unit.left.as_ref().is_some_and(|left| left.withdrew_consent);
    for row in &mut measures.rows {
        if withdrew(&measures.units[row.unit as usize]) {
            row.value = Err(Missing::Withdrawn);
            row.age_days = None;
            row.corrected_age_days = None;
        }
    }
    for unit in measures.units.iter_mut().filter(|unit| withdrew(unit)) {
        unit.age_at_enrolment_days = None;
        unit.days_early = None;
        unit.sessions_attended = None;
        for (_, value) in &mut unit.attributes {
            *value = Err(Missing::Withdrawn);
        }
    }
}
