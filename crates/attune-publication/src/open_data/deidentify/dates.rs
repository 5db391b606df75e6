//! Dates become days. What stands in their place says no more than the plan does: between which changes of arm
//! or phase of its site a unit was enrolled.

use attune_measures::Measures;
use attune_protocol::{Protocol, design::Site};
use jiff::{
    ToSpan,
    civil::{Date, date},
};

use super::Log;

/// Days on which a site changes its arm or phase, in order.
pub fn changes(site: Option<&Site>) -> Vec<Date> {
    let Some(site) = site else {
        return Vec::new();
    };
    let arms = site.arms.iter().filter_map(|since| since.from);
    let phases = site.phases.iter().filter_map(|since| since.from);
    let mut days: Vec<Date> = arms.chain(phases).collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// A day that stands for all days of one period between changes of a site. It says no more than the plan does.
pub fn day_of_period(site: Option<&Site>, period: usize) -> Date {
    match period.checked_sub(1) {
        Some(position) => changes(site).get(position).copied().unwrap_or(BEFORE_ALL),
        None => BEFORE_ALL,
    }
}

const BEFORE_ALL: Date = date(1900, 1, 1);

/// Takes every date out of the measures.
pub fn remove_dates(protocol: &Protocol, open: &mut Measures, log: &mut Log) {
    let mut n = open.rows.iter().filter(|row| row.date.is_some()).count();
    for row in &mut open.rows {
        row.date = None;
    }
    for unit in &mut open.units {
        let Some(enrolled) = unit.enrolled else {
            if let Some(left) = &mut unit.left {
                n += usize::from(left.date.take().is_some());
            }
            continue;
        };
        n += 1;
        let site = protocol.site(&unit.site);
        let period = changes(site).iter().filter(|day| **day <= enrolled).count();
        let stands_for = day_of_period(site, period);
        unit.enrolled = Some(stands_for);
        if let Some(left) = &mut unit.left
            && let Some(day) = left.date
        {
            n += 1;
            let days = day.since(enrolled).map_or(0, |span| span.get_days());
            left.date = stands_for.checked_add(days.days()).ok();
        }
    }
    log.add(
        "dates",
        "Dates of visits, enrolment and leaving became days since enrolment",
        n,
        "a date can be enough to know a family again",
    );
}
