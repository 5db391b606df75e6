//! Attune's own analytics: how often each public page was read on each day. There is no identifier, nothing
//! is kept on a device, and no address is ever handed in; two visits of one person are two visits.

use std::collections::BTreeMap;

use attune_report::{
    Format,
    plots::{Heading, SeriesPoint, TimeSeries, svg_file},
};
use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use crate::choice::{Choice, Signals};

/// Visits by day and page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Visits {
    days: BTreeMap<Date, BTreeMap<String, u64>>,
}

impl Visits {
    /// Counts one visit, if the visitor and the browser allow it. `page` is one of the pages that exist,
    /// never an address as it was asked for.
    pub fn count(&mut self, day: Date, page: &str, choice: Choice, signals: Signals) {
        if choice.allows_counting(signals) {
            let pages = self.days.entry(day).or_default();
            *pages.entry(page.to_owned()).or_default() += 1;
        }
    }

    /// The sum of both.
    pub fn merge(&mut self, other: &Self) {
        for (day, pages) in &other.days {
            let of_day = self.days.entry(*day).or_default();
            for (page, n) in pages {
                *of_day.entry(page.clone()).or_default() += n;
            }
        }
    }

    /// Visits of each day from the first to the last, days without any as 0.
    pub fn by_day(&self) -> Vec<(Date, u64)> {
        let (Some(first), Some(last)) = (self.days.keys().next(), self.days.keys().next_back())
        else {
            return Vec::new();
        };
        let days = first.series(1.day()).take_while(|day| day <= last);
        days.map(|day| {
            let of_day = self.days.get(&day);
            (day, of_day.map_or(0, |pages| pages.values().sum()))
        })
        .collect()
    }

    /// Visits of each page, most visited first.
    pub fn by_page(&self) -> Vec<(&str, u64)> {
        let mut pages: BTreeMap<&str, u64> = BTreeMap::new();
        for (page, n) in self.days.values().flatten() {
            *pages.entry(page).or_default() += n;
        }
        let mut pages: Vec<_> = pages.into_iter().collect();
        pages.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        pages
    }

    /// Visits by day as a figure that stands alone; none before the first visit.
    pub fn figure(&self, format: Format) -> Option<String> {
        let days = self.by_day();
        let (first, last) = (days.first()?.0, days.last()?.0);
        let total: u64 = days.iter().map(|(_, n)| n).sum();
        let points = days
            .iter()
            .enumerate()
            .map(|(position, (_, n))| SeriesPoint {
                time: position as f64,
                value: *n as f64,
                is_signal: false,
            });
        let plot = TimeSeries {
            heading: Heading {
                title: "How often were the public pages read?".to_owned(),
                subtitle: format!("Visits by day, {first} to {last}; {total} in all."),
                description: format!("{total} visits from {first} to {last}, by day."),
                note: "Counted without any identifier: one person who comes twice counts twice. Visitors who \
                       objected, or whose browser says no, are not counted."
                    .to_owned(),
            },
            time: format!("Days since {first}"),
            value: "Visits".to_owned(),
            points: points.collect(),
            segments: Vec::new(),
            counterfactual: Vec::new(),
            limits: Vec::new(),
            events: Vec::new(),
        };
        Some(svg_file(&plot, format))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn visits(seen: &[(Date, &str)]) -> Visits {
        let mut visits = Visits::default();
        for (day, page) in seen {
            visits.count(*day, page, Choice::default(), Signals::default());
        }
        visits
    }

    #[test]
    fn visits_are_counted_by_day_and_page_and_days_without_any_are_zero() {
        let (monday, wednesday) = (date(2026, 11, 23), date(2026, 11, 25));
        let visits = visits(&[
            (monday, "a"),
            (monday, "b"),
            (monday, "a"),
            (wednesday, "b"),
        ]);
        let days: Vec<u64> = visits.by_day().iter().map(|(_, n)| *n).collect();
        assert_eq!(days, [3, 0, 1]);
        assert_eq!(visits.by_page(), [("a", 2), ("b", 2)]);
        let figure = visits.figure(Format::Wide).expect("there are visits");
        assert!(figure.contains("4 in all"));
    }

    #[test]
    fn who_objects_is_not_counted() {
        let mut visits = Visits::default();
        let objected = Choice {
            counts: false,
            ..Choice::default()
        };
        let refusing = Signals {
            global_privacy_control: true,
            ..Signals::default()
        };
        visits.count(date(2026, 11, 26), "a", objected, Signals::default());
        visits.count(date(2026, 11, 26), "a", Choice::default(), refusing);
        assert_eq!(visits, Visits::default());
        assert_eq!(visits.figure(Format::Wide), None);
    }

    #[test]
    fn what_is_kept_is_days_pages_and_numbers() {
        let visits = visits(&[(date(2026, 11, 26), "hostel-clinic")]);
        let text = serde_json::to_string(&visits).expect("JSON");
        assert_eq!(text, r#"{"2026-11-26":{"hostel-clinic":1}}"#);
        let mut sum: Visits = serde_json::from_str(&text).expect("the same");
        sum.merge(&visits);
        assert_eq!(sum.by_page(), [("hostel-clinic", 2)]);
    }
}
