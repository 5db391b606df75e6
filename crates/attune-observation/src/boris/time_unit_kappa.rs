//! BORIS's kappa by time units: sampled from the first to the last chosen event of either coder, both
//! included; the label of a subject at a time is every state whose begin ≤ t ≤ end and every point
//! within half a unit; all subjects go into one table, the empty label too.

use super::{BorisEvent, BorisObservation, BorisSettings, Numbers, three_decimals};
use crate::agreement::table::{Chance, Table};
use crate::window::Micros;

/// BORIS's kappa and identity of two observations.
#[derive(Debug, Clone, PartialEq)]
pub struct BorisAgreement {
    /// Kappa, rounded to three decimals; 1 where chance agreement is complete.
    pub kappa: f64,
    /// Share of identical columns of the aligned units, in percent.
    pub needleman_wunsch_identity_pct: f64,
    /// First sampled time in microseconds.
    pub first: Micros,
    /// Last event in microseconds.
    pub last: Micros,
    /// Sampled times.
    pub n_units: usize,
}

/// The labels of both observations, one list per sampled time with a number per subject.
struct Sampled {
    first: Micros,
    last: Micros,
    labels: [Vec<Vec<usize>>; 2],
    n_labels: usize,
}

/// Compares two observations. `None` when the chosen subjects and behaviours have no event.
pub fn agreement(
    one: &BorisObservation,
    other: &BorisObservation,
    settings: &BorisSettings,
) -> Option<BorisAgreement> {
    let sampled = sample(one, other, settings)?;
    let [a, b] = &sampled.labels;
    let mut table = Table::new(sampled.n_labels);
    for (a, b) in a.iter().flatten().zip(b.iter().flatten()) {
        table.add(*a, *b, 1.0);
    }
    let (rows, columns) = table.margins();
    let total = table.total();
    let agreed: f64 = (0..table.n()).map(|label| table.at(label, label)).sum();
    let expected: f64 = rows.iter().zip(&columns).map(|(r, c)| r * c / total).sum();
    let kappa = if total - expected == 0.0 {
        1.0
    } else {
        three_decimals((agreed - expected) / (total - expected))
    };
    debug_assert!(
        table
            .kappa(Chance::Margins)
            .kappa
            .is_none_or(|exact| (exact - kappa).abs() < 6e-4)
    );
    // Units are equal when all subjects' labels are.
    let mut columns = Numbers::new();
    let [a, b] = [a, b].map(|units| {
        units
            .iter()
            .map(|unit| columns.of(unit))
            .collect::<Vec<usize>>()
    });
    Some(BorisAgreement {
        kappa,
        needleman_wunsch_identity_pct: super::needleman_wunsch::identity_percent(&a, &b),
        first: sampled.first,
        last: sampled.last,
        n_units: a.len(),
    })
}

fn sample(
    one: &BorisObservation,
    other: &BorisObservation,
    settings: &BorisSettings,
) -> Option<Sampled> {
    let subjects = settings.subjects_of([one, other]);
    let chosen = [settings.chosen(one), settings.chosen(other)];
    let all = || chosen.iter().flatten();
    let first = all().map(|event| event.start).min()?;
    let last = all().map(|event| event.last()).max()?;
    let mut numbers: Numbers<Vec<(&str, &str, &str)>> = Numbers::new();
    let labels = chosen.map(|events| {
        let of_subject: Vec<Vec<&BorisEvent>> = subjects
            .iter()
            .map(|subject| {
                let own = events.iter().filter(|event| event.subject == *subject);
                let mut own: Vec<&BorisEvent> = own.copied().collect();
                own.sort_by_key(|event| event.start);
                own
            })
            .collect();
        let longest = events
            .iter()
            .map(|event| event.last() - event.start)
            .max()
            .unwrap_or(0);
        let mut units = Vec::new();
        let mut at = first;
        while at <= last {
            let labels = of_subject.iter().map(|events| {
                numbers.of(label(
                    events,
                    at,
                    settings.step,
                    longest,
                    settings.modifiers,
                ))
            });
            units.push(labels.collect());
            at += settings.step;
        }
        units
    });
    Some(Sampled {
        first,
        last,
        labels,
        n_labels: numbers.0.len(),
    })
}

/// What is coded at a time, in the order of the codes.
fn label<'a>(
    events: &[&'a BorisEvent],
    at: Micros,
    step: Micros,
    longest: Micros,
    modifiers: bool,
) -> Vec<(&'a str, &'a str, &'a str)> {
    let reach = longest.max(step);
    let from = events.partition_point(|event| event.start < at - reach);
    let near = events[from..]
        .iter()
        .take_while(|event| event.start <= at + step);
    let holds = |event: &&&BorisEvent| {
        if event.is_point() {
            2 * (event.start - at).abs() <= step
        } else {
            event.start <= at && at <= event.last()
        }
    };
    let name = |event: &&'a BorisEvent| {
        let detail = if modifiers {
            event.modifiers.as_str()
        } else {
            ""
        };
        (event.subject.as_str(), event.behaviour.as_str(), detail)
    };
    let mut label: Vec<_> = near.filter(holds).map(name).collect();
    label.sort_unstable();
    label
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boris::End;

    /// Results of BORIS 9.12.3 on the same events.
    fn check(
        one: &[(i64, Option<i64>)],
        other: &[(i64, Option<i64>)],
        step: i64,
        expected: (f64, f64),
    ) {
        let observation = |events: &[(i64, Option<i64>)]| BorisObservation {
            events: events
                .iter()
                .map(|(start, end)| BorisEvent {
                    subject: "infant".to_owned(),
                    behaviour: if end.is_some() { "gaze" } else { "smile" }.to_owned(),
                    modifiers: String::new(),
                    start: start * 1_000_000,
                    end: end.map_or(End::Point, |end| End::At(end * 1_000_000)),
                })
                .collect(),
            ..BorisObservation::default()
        };
        let settings = BorisSettings {
            subjects: Vec::new(),
            behaviours: Vec::new(),
            modifiers: false,
            step: step * 1_000_000,
        };
        let found = agreement(&observation(one), &observation(other), &settings).unwrap();
        let identity = (found.needleman_wunsch_identity_pct * 10.0).round() / 10.0;
        assert_eq!((found.kappa, identity), expected);
    }

    #[test]
    fn a_second_apart_is_less_than_chance_within_the_window_of_events() {
        check(&[(10, Some(20))], &[(11, Some(21))], 1, (-0.091, 84.6));
    }

    #[test]
    fn the_unit_decides_whether_two_points_agree() {
        check(&[(5, None)], &[(6, None)], 1, (-1.0, 33.3));
        check(&[(5, None)], &[(6, None)], 2, (1.0, 100.0));
    }
}
