//! Days: counting between them, and the span in which a site is in a phase.

use attune_protocol::{design::Site, id::PhaseId};
use jiff::{ToSpan, civil::Date};

/// Days from `from` to `to`; negative when `to` is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

/// The day so many days after `date`; the calendar's last day beyond its end.
pub fn days_after(date: Date, days: i64) -> Date {
    date.saturating_add(days.clamp(-1_000_000, 1_000_000).days())
}

/// First and last day on which `site` is in `phase`, within `first..=last`; `None` when it never is.
pub fn phase_span(site: &Site, phase: &PhaseId, first: Date, last: Date) -> Option<(Date, Date)> {
    let index = site.phases.iter().position(|span| span.what == *phase)?;
    let from = site.phases[index].from.unwrap_or(first).max(first);
    let next = site.phases.get(index + 1).and_then(|span| span.from);
    let to = next.map_or(last, |next| days_after(next, -1).min(last));
    (from <= to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use attune_protocol::design::Since;
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_phase_ends_on_the_day_before_the_next() {
        let since = |what: &str, from| Since {
            what: what.into(),
            from,
        };
        let site = Site {
            id: "clinic".into(),
            label: "Clinic".into(),
            kind: None,
            arms: Vec::new(),
            phases: vec![
                since("before", None),
                since("after", Some(date(2024, 3, 1))),
            ],
            planned_dyads: None,
        };
        let (first, last) = (date(2024, 1, 1), date(2024, 12, 31));
        let span = |phase: &str| phase_span(&site, &phase.into(), first, last);
        assert_eq!(span("before"), Some((first, date(2024, 2, 29))));
        assert_eq!(span("after"), Some((date(2024, 3, 1), last)));
        assert_eq!(span("later"), None);
        assert_eq!(days_between(date(2024, 2, 28), date(2024, 3, 1)), 2);
        assert_eq!(days_between(date(2024, 3, 1), date(2024, 2, 28)), -2);
    }
}
