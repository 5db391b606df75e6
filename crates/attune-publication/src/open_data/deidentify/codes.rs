//! New codes for units.

use std::sync::Arc;

use attune_measures::{Measures, measures::Unit};
use attune_protocol::plan::About;

use super::{super::tables, Log};

/// New codes, in the order of a hash of all that is open about a unit: neither the old code nor the order of the
/// records can be told from it.
pub fn recode(open: &mut Measures, log: &mut Log) {
    let hashes: Vec<String> = tables::content_hashes(open);
    let mut order: Vec<usize> = (0..open.units.len()).collect();
    order.sort_by(|a, b| {
        let key = |position: &usize| (kind_rank(open.units[*position].about), &hashes[*position]);
        key(a).cmp(&key(b))
    });
    let mut new_place = vec![0_u32; order.len()];
    for (place, old) in order.iter().enumerate() {
        new_place[*old] = u32::try_from(place).unwrap_or(u32::MAX);
    }
    let mut units: Vec<Unit> = order.iter().map(|old| open.units[*old].clone()).collect();
    for about in [
        About::Dyad,
        About::Infant,
        About::Carer,
        About::Session,
        About::StaffMember,
    ] {
        let width = units
            .iter()
            .filter(|unit| unit.about == about)
            .count()
            .to_string()
            .len();
        let of_kind = units.iter_mut().filter(|unit| unit.about == about);
        for (position, unit) in of_kind.enumerate() {
            unit.id = Arc::from(format!("{}{:0width$}", letter(about), position + 1));
        }
    }
    for row in &mut open.rows {
        row.unit = new_place[row.unit as usize];
    }
    // Stable: the measures of each unit keep their order.
    open.rows.sort_by_key(|row| row.unit);
    open.units = units;
    log.add(
        "codes",
        "Units have new codes, in another order",
        open.units.len(),
        "study codes stand in other papers and files",
    );
}

/// Families first, members of staff last.
pub fn kind_rank(about: About) -> u8 {
    match about {
        About::Dyad | About::Infant | About::Carer => 0,
        About::Session => 1,
        About::Clinic => 2,
        About::StaffMember => 3,
    }
}

/// Clinics are sites and keep their names.
fn letter(about: About) -> char {
    match about {
        About::Dyad | About::Infant | About::Carer => 'D',
        About::Session => 'S',
        About::Clinic => 'C',
        About::StaffMember => 'P',
    }
}
