//! Ratings of a made-up recording: around the course of the rating itself or of the composite that it makes up,
//! and a second coder's, who now and then puts one a step beside.

use attune_protocol::{
    id::ScoreId,
    missing::Missing,
    scheme::{Rating, Scheme},
};

use crate::{draws::standard_normal, streams::Stream};

/// How far ratings of one composite lie apart, as a share of the scale.
const SPREAD_OF_RATINGS: f64 = 0.08;
/// Share of ratings that cannot be made, where the form allows that.
const NOT_CODABLE: f64 = 0.02;
/// Share of ratings that a second coder puts one step beside.
const ONE_STEP_BESIDE: f64 = 0.25;

/// Ratings around the course of their own or of the composite that they make up; without one around the middle.
pub fn ratings(
    scheme: &Scheme,
    assumed: impl Fn(&str) -> Option<f64>,
    stream: &mut Stream,
) -> Vec<(ScoreId, Result<f64, Missing>)> {
    let composites: Vec<Option<f64>> = scheme
        .composites
        .iter()
        .map(|composite| assumed(&composite.id))
        .collect();
    let of_composite = |rating: &Rating| {
        let mut all = scheme.composites.iter().zip(&composites);
        let (composite, value) =
            all.find(|(composite, value)| value.is_some() && composite.of.contains(&rating.id))?;
        let mean = match composite.summed {
            true => (*value)? / composite.of.len() as f64,
            false => (*value)?,
        };
        Some(match composite.reversed.contains(&rating.id) {
            true => rating.minimum + rating.maximum - mean,
            false => mean,
        })
    };
    scheme
        .ratings
        .iter()
        .map(|rating| {
            let middle = f64::midpoint(rating.minimum, rating.maximum);
            let value = assumed(&rating.id).or_else(|| of_composite(rating));
            let spread = SPREAD_OF_RATINGS * (rating.maximum - rating.minimum);
            let value = value.unwrap_or(middle) + spread * standard_normal(stream);
            let is_lost = stream.uniform() < NOT_CODABLE && rating.may_be_not_codable;
            let value = match is_lost {
                true => Err(Missing::NotApplicable),
                false => Ok(on_scale(rating, value)),
            };
            (rating.id.clone(), value)
        })
        .collect()
}

/// The ratings of a second coder: most the same, some one step beside, as they come.
pub fn rate_again(
    scheme: &Scheme,
    ratings: &mut [(ScoreId, Result<f64, Missing>)],
    stream: &mut Stream,
) {
    for (id, value) in ratings {
        let Some(rating) = scheme.rating(id) else {
            continue;
        };
        let (is_beside, is_up) = (stream.uniform() < ONE_STEP_BESIDE, stream.uniform() < 0.5);
        if let (Ok(value), true) = (value, is_beside) {
            let step = if is_up { rating.step } else { -rating.step };
            *value = on_scale(rating, *value + step);
        }
    }
}

/// The nearest rating of the scale.
fn on_scale(rating: &Rating, value: f64) -> f64 {
    let within = value.clamp(rating.minimum, rating.maximum);
    let steps = ((within - rating.minimum) / rating.step).round();
    (rating.minimum + steps * rating.step).min(rating.maximum)
}
