//! Times of slots. A slot without a time lies between its neighbours in the tier: such slots share
//! the stretch between two that have times evenly, as ELAN shows them.

use std::collections::BTreeMap;

use attune_records::observation::{Interval, Micros};

use super::tier::{Tier, Times};
use crate::video_coding::xml::Element;

/// Times by slot, and how many had to be laid between others.
pub(super) struct Slots<'a> {
    times: BTreeMap<&'a str, Micros>,
    pub n_interpolated: usize,
}

impl<'a> Slots<'a> {
    pub fn new(root: &'a Element, tiers: &[Tier<'a>]) -> Self {
        let mut slots = Self {
            times: stated(root).collect(),
            n_interpolated: 0,
        };
        for tier in tiers {
            slots.interpolate(tier);
        }
        slots
    }

    /// When an annotation with these slots is; `None` where one has no time, or they are backwards.
    pub fn interval(&self, first: &str, second: &str) -> Option<Interval> {
        Interval::new(*self.times.get(first)?, *self.times.get(second)?)
    }

    /// Whether both slots have times and the second is the earlier one.
    pub fn are_reversed(&self, first: &str, second: &str) -> bool {
        let ends = (self.times.get(first), self.times.get(second));
        matches!(ends, (Some(first), Some(second)) if second < first)
    }

    fn interpolate(&mut self, tier: &Tier<'a>) {
        let mut chain: Vec<&str> = Vec::new();
        for annotation in &tier.annotations {
            if let Times::Slots(first, second) = annotation.times {
                for slot in [first, second] {
                    if chain.last() != Some(&slot) {
                        chain.push(slot);
                    }
                }
            }
        }
        let known: Vec<usize> = (0..chain.len())
            .filter(|place| self.times.contains_key(chain[*place]))
            .collect();
        for pair in known.windows(2) {
            let (from, to) = (self.times[chain[pair[0]]], self.times[chain[pair[1]]]);
            let n = (pair[1] - pair[0]) as i128;
            let length = i128::from((to - from).0);
            for (step, place) in (pair[0] + 1..pair[1]).enumerate() {
                let time = from + Micros((length * (step as i128 + 1) / n) as i64);
                self.times.insert(chain[place], time);
                self.n_interpolated += 1;
            }
        }
    }
}

/// Slots with a time.
fn stated(root: &Element) -> impl Iterator<Item = (&str, Micros)> {
    root.named("TIME_ORDER")
        .flat_map(|order| order.named("TIME_SLOT"))
        .filter_map(|slot| {
            let millis = slot.attribute("TIME_VALUE")?.trim().parse().ok()?;
            Some((
                slot.attribute("TIME_SLOT_ID")?,
                Micros::from_millis(millis)?,
            ))
        })
}
