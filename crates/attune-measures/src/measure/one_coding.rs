//! What one coding amounts to, whoever made it. The long table takes one coding of a recording; the
//! agreement of coders compares them all.

use attune_protocol::{id::MeasureId, missing::Missing, scheme::Scheme};
use attune_records::records::SessionCoding;

use super::codings::{sociogram, value};
use crate::observation::composites::composite;

/// The measures that a scheme makes of the events of a coding, its ratings and their composites, by the
/// names that a plan uses. Every coding by the scheme has the same ones in the same order.
pub fn measures_of_coding(
    scheme: &Scheme,
    coding: &SessionCoding,
) -> Vec<(MeasureId, Result<f64, Missing>)> {
    let people = sociogram(scheme, coding).measures();
    let named = |name: &str| MeasureId::of(&scheme.id, name);
    let of_events = scheme.event_measures().into_iter();
    let of_events =
        of_events.map(|(name, measure)| (named(&name), value(scheme, coding, &measure, &people)));
    let rated = |id: &str| {
        let found = coding.ratings.iter().find(|(known, _)| **known == *id);
        found.map_or(Err(Missing::NotRecorded), |(_, value)| *value)
    };
    let ratings = scheme.ratings.iter();
    let ratings = ratings.map(|one| (named(&one.id), rated(&one.id)));
    let composites = scheme.composites.iter();
    let composites = composites.map(|one| (named(&one.id), composite(scheme, one, rated)));
    of_events.chain(ratings).chain(composites).collect()
}
