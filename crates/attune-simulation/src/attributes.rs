//! Attributes of a dyad, drawn from their assumed distributions.

use attune_protocol::{
    assumptions::{Assumptions, Distribution},
    plan::{Attribute, AttributeKind},
};
use attune_records::records::AttributeValue;

use crate::{
    calendar::{days_after, days_between},
    draws::{from_spread, round_to, sensible_decimals, weighted_choice, whole_between},
    streams::{Purpose, Streams},
};

/// The attribute's value for the unit with this key.
pub fn attribute_value(
    attribute: &Attribute,
    assumptions: &Assumptions,
    streams: &Streams,
    key: &str,
) -> Option<AttributeValue> {
    let mut stream = streams.stream(Purpose::Attribute, &[key, &attribute.id]);
    let distribution = assumptions
        .attributes
        .iter()
        .find(|assumed| assumed.attribute == attribute.id)
        .map(|assumed| &assumed.distribution);
    match (&attribute.kind, distribution) {
        (AttributeKind::Date, _) => {
            let (from, to) = assumptions.enrolment;
            let day = whole_between(&mut stream, 0, days_between(from, to));
            Some(AttributeValue::Date(days_after(from, day)))
        }
        (_, Some(Distribution::Number(spread))) => {
            let value = from_spread(&mut stream, spread);
            let rounded = round_to(value, sensible_decimals(spread.sd));
            let kept = rounded.max(spread.minimum).min(spread.maximum);
            Some(AttributeValue::Number(kept))
        }
        (_, Some(Distribution::Levels(levels))) => {
            let weights = levels.iter().map(|(_, weight)| *weight);
            let chosen = weighted_choice(&mut stream, weights)?;
            Some(AttributeValue::Level(levels[chosen].0.as_str().into()))
        }
        (_, None) => None,
    }
}
