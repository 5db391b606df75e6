//! Participant flow: for each site (and arm) how many dyads were enrolled, and what became of them
//! wave by wave. At every wave assessed + not assessed + not (yet) due + left so far = enrolled.

use std::collections::{BTreeMap, BTreeSet};

use attune_measures::measures::Unit;

use super::not_yet_due::NotYetDue;
use crate::{
    findings::{FlowRow, FlowWave},
    long_table::LongTable,
};

/// Units of each site and arm.
type Members = BTreeMap<(usize, Option<usize>), Vec<usize>>;

/// Flow of every site, in the order of the protocol; a site whose dyads have arms of their own has
/// one row per arm.
pub fn flow(long: &LongTable<'_>, analysed: &[bool]) -> Vec<FlowRow> {
    let assessed = Assessed::of(long);
    let not_yet_due = NotYetDue::of(long);
    let protocol = long.protocol;
    let row = |((site, arm), members): ((usize, Option<usize>), Vec<usize>)| FlowRow {
        site: protocol.sites[site].id.to_string(),
        arm: arm.map(|arm| protocol.arms[arm].id.to_string()),
        enrolled: members.len(),
        waves: (0..protocol.waves.len())
            .map(|wave| flow_wave(long, (&assessed, &not_yet_due), &members, wave))
            .collect(),
        analysed: members.iter().filter(|&&unit| analysed[unit]).count(),
    };
    members(long).into_iter().map(row).collect()
}

/// Who belongs where; a site without anybody has an empty row under its own arm.
fn members(long: &LongTable<'_>) -> Members {
    let mut members = Members::new();
    for unit in long.participants() {
        let place = &long.units[unit];
        if let Some(site) = place.site {
            members.entry((site, place.arm)).or_default().push(unit);
        }
    }
    let occupied: BTreeSet<usize> = members.keys().map(|(site, _)| *site).collect();
    for (position, site) in long.protocol.sites.iter().enumerate() {
        if !occupied.contains(&position) {
            let arm = site.arm_on(None);
            let arm = arm.and_then(|id| long.protocol.arms.iter().position(|arm| arm.id == *id));
            members.insert((position, arm), Vec::new());
        }
    }
    members
}

fn flow_wave(
    long: &LongTable<'_>,
    (assessed, not_yet_due): (&Assessed, &NotYetDue),
    members: &[usize],
    wave: usize,
) -> FlowWave {
    let mut found = FlowWave {
        wave: long.protocol.waves[wave].id.to_string(),
        assessed: 0,
        not_assessed: 0,
        not_yet_due: 0,
        left: Vec::new(),
    };
    for &unit in members {
        match assessed.left_before[unit] {
            Some(left) if left == wave => {
                count(&mut found.left, leaving_reason(&long.measures.units[unit]));
            }
            Some(left) if left < wave => {}
            _ if assessed.at(unit, wave) => found.assessed += 1,
            _ if not_yet_due.at(unit, wave) => found.not_yet_due += 1,
            _ => found.not_assessed += 1,
        }
    }
    found
        .left
        .sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    found
}

fn count(counts: &mut Vec<(String, usize)>, reason: &str) {
    match counts.iter_mut().find(|(known, _)| known == reason) {
        Some((_, n)) => *n += 1,
        None => counts.push((reason.to_owned(), 1)),
    }
}

fn leaving_reason(unit: &Unit) -> &str {
    let Some(left) = &unit.left else {
        return "reason not recorded";
    };
    match (&left.reason, left.withdrew_consent) {
        (Some(reason), _) => reason,
        (None, true) => "consent withdrawn",
        (None, false) => "reason not recorded",
    }
}

/// Who had a value at which wave, and before which wave a dyad left.
struct Assessed {
    n_waves: usize,
    present: Vec<bool>,
    left_before: Vec<Option<usize>>,
}

impl Assessed {
    /// A dyad counts as assessed by its value of the outcome by which it is followed (the primary one
    /// where that is measured on dyads); at waves where that is not planned, by any outcome.
    fn of(long: &LongTable<'_>) -> Self {
        let n_waves = long.protocol.waves.len();
        let mut present = vec![false; n_waves * long.units.len()];
        let primary = long.followed();
        let primary_waves = primary.map_or_else(Vec::new, |primary| long.waves_of(primary));
        for (outcome, rows) in long.outcomes.iter().enumerate() {
            for row in rows {
                let Some(wave) = row.wave else { continue };
                let counts = Some(outcome) == primary || !primary_waves.contains(&wave);
                if counts && row.value.is_ok() {
                    present[row.unit * n_waves + wave] = true;
                }
            }
        }
        let mut assessed = Self {
            n_waves,
            present,
            left_before: Vec::new(),
        };
        assessed.left_before = (0..long.units.len())
            .map(|unit| assessed.wave_of_leaving(long, unit))
            .collect();
        assessed
    }

    fn at(&self, unit: usize, wave: usize) -> bool {
        self.present[unit * self.n_waves + wave]
    }

    /// The first wave that a dyad left before: no earlier than its last value, and no earlier than
    /// the first wave planned after the day on which it left.
    fn wave_of_leaving(&self, long: &LongTable<'_>, unit: usize) -> Option<usize> {
        let left = long.measures.units[unit].left.as_ref()?;
        let after_last_value = (0..self.n_waves)
            .rev()
            .find(|&wave| self.at(unit, wave))
            .map_or(0, |wave| wave + 1);
        let enrolled = long.measures.units[unit].enrolled;
        let by_date = left.date.zip(enrolled).map(|(left, enrolled)| {
            let days = f64::from(left.since(enrolled).map_or(0, |span| span.get_days()));
            (0..self.n_waves)
                .find(|&wave| {
                    let months = long.planned_months(wave);
                    months.is_some_and(|months| {
                        months * attune_protocol::design::DAYS_PER_MONTH >= days
                    })
                })
                .unwrap_or(self.n_waves)
        });
        Some(after_last_value.max(by_date.unwrap_or(0)))
    }
}
