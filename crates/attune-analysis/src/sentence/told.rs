//! The sentences themselves, one for each kind of quantity.

use attune_protocol::plan::Better;

use super::Known;
use crate::{
    meaning::{Comparison, GroupKind, Quantity},
    words,
};

/// The words that all sentences share.
pub(super) struct Told<'a> {
    pub label: &'a str,
    pub unit: Option<&'a str>,
    pub n: String,
    pub better: Better,
}

impl Told<'_> {
    pub fn with_unit(&self, number: &str) -> String {
        match self.unit {
            Some(unit) => format!("{number} {unit}"),
            None => number.to_owned(),
        }
    }

    pub fn more_or_less(
        &self,
        comparison: &Comparison,
        per: &str,
        changes: Option<(f64, f64)>,
        known: Known,
        over: &str,
    ) -> String {
        let (group, reference) = (
            name(comparison, &comparison.group),
            name(comparison, &comparison.reference),
        );
        let verb = match changes {
            Some((a, b)) if a >= 0.0 && b >= 0.0 => Some(("rose", known.estimate > 0.0)),
            Some((a, b)) if a <= 0.0 && b <= 0.0 => Some(("fell", known.estimate < 0.0)),
            _ => None,
        };
        let label = self.label;
        let up = known.upright();
        let size = self.with_unit(&up.number());
        let n = &self.n;
        match verb {
            Some((verb, more)) => {
                let more = if more { "more" } else { "less" };
                format!(
                    "{label} {verb} by {size}{per} {more} in {group} than in {reference} ({}; {n}){over}.",
                    up.interval()
                )
            }
            None => {
                let apart = match changes {
                    Some((_, of_group)) if of_group > 0.0 => {
                        format!(" rose in {group} and fell in {reference}, a difference of")
                    }
                    Some(_) => format!(" fell in {group} and rose in {reference}, a difference of"),
                    None if known.estimate > 0.0 => {
                        format!(": the change in {group} was above that in {reference} by")
                    }
                    None => format!(": the change in {group} was below that in {reference} by"),
                };
                format!("{label}{apart} {size}{per} ({}; {n}){over}.", up.interval())
            }
        }
    }

    pub fn higher_or_lower(&self, comparison: &Comparison, at_start: bool, known: Known) -> String {
        let direction = if known.estimate > 0.0 {
            "higher"
        } else {
            "lower"
        };
        let up = known.upright();
        let when = match (at_start, comparison.groups) {
            (true, GroupKind::Arms) => " at enrolment",
            (true, GroupKind::Phases) => " at the start",
            (false, _) => "",
        };
        format!(
            "{} was {} {direction}{when} in {} than in {} ({}; {}).",
            self.label,
            self.with_unit(&up.number()),
            name(comparison, &comparison.group),
            name(comparison, &comparison.reference),
            up.interval(),
            self.n,
        )
    }

    /// The range is told over the follow-up where the estimate is a change per unit of time.
    pub fn no_difference(
        &self,
        quantity: &Quantity,
        comparison: &Comparison,
        known: Known,
        total: Option<(Known, String)>,
    ) -> String {
        let (what, per) = match quantity {
            Quantity::Slope(time) => (
                "no difference in change over time",
                format!(" per {}", time.unit()),
            ),
            Quantity::ChangeToWave(_) | Quantity::ChangeToPhase(_) => {
                ("no difference in change", String::new())
            }
            Quantity::Value { at_start: true } => ("no difference at the start", String::new()),
            Quantity::Value { .. } | Quantity::Other => ("no difference", String::new()),
        };
        let possible = match total {
            Some((total, time)) => format!(
                "; over {time} that is {}, and the data are compatible with anything from {}",
                self.with_unit(&total.number()),
                self.range(comparison, total, "")
            ),
            None => format!(
                "; the data are compatible with anything from {}",
                self.range(comparison, known, &per)
            ),
        };
        format!(
            "{}: {what} could be told between {} and {}. The estimate is {}{per} ({}; {}){possible}.",
            self.label,
            name(comparison, &comparison.group),
            name(comparison, &comparison.reference),
            self.with_unit(&known.number()),
            known.interval(),
            self.n,
        )
    }

    /// "0.4 points in favour of … to 0.6 in favour of …".
    fn range(&self, comparison: &Comparison, known: Known, per: &str) -> String {
        let (group, reference) = (
            name(comparison, &comparison.group),
            name(comparison, &comparison.reference),
        );
        let size = |end: f64| words::fixed(end.abs(), known.decimals());
        let first = |end: f64| format!("{}{per}", self.with_unit(&size(end)));
        let (low, high) = (known.lower, known.upper);
        match self.better {
            Better::Neither => {
                format!(
                    "{} less to {} more in {group} than in {reference}",
                    first(low),
                    size(high)
                )
            }
            Better::Higher => {
                format!(
                    "{} in favour of {reference} to {} in favour of {group}",
                    first(low),
                    size(high)
                )
            }
            Better::Lower => {
                format!(
                    "{} in favour of {reference} to {} in favour of {group}",
                    first(high),
                    size(low)
                )
            }
        }
    }

    pub fn slope(&self, unit: &str, known: Known) -> String {
        let label = self.label;
        if known.leaves_none_possible() {
            return format!(
                "{label}: no change over time could be told. The estimate is {} per {unit} ({}; {}).",
                self.with_unit(&known.number()),
                known.interval(),
                self.n
            );
        }
        let verb = if known.estimate > 0.0 { "rose" } else { "fell" };
        let up = known.upright();
        format!(
            "{label} {verb} by {} per {unit} ({}; {}).",
            self.with_unit(&up.number()),
            up.interval(),
            self.n
        )
    }

    pub fn other(&self, term: &str, known: Known) -> String {
        let none = if known.leaves_none_possible() {
            ", which the data cannot tell from none"
        } else {
            ""
        };
        format!(
            "{}: the estimate of {term} is {}{none} ({}; {}).",
            self.label,
            known.number(),
            known.interval(),
            self.n
        )
    }
}

/// "the intervention arm"; the id stands for the group, since labels rarely fit into a sentence.
fn name(comparison: &Comparison, id: &str) -> String {
    let noun = match comparison.groups {
        GroupKind::Arms => "arm",
        GroupKind::Phases => "phase",
    };
    format!("the {} {noun}", words::id_words(id))
}
