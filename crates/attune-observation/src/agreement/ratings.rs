//! Agreement on ratings of a whole clip: weighted kappa, intraclass correlations, and how many
//! ratings lie within one point. The clip is the unit: intervals resample clips.

use attune_statistics::agreement::Ratings;
use attune_statistics::agreement::cohen_kappa::cohen_kappa;
use attune_statistics::agreement::intraclass::{IccForm, intraclass};
use attune_statistics::agreement::weights::Weights;
use serde::Serialize;

use super::by_clip::{Draws, Estimate};
use super::drift::{Drift, drift};
use super::paired_numbers::PairedNumbers;

/// A number with its intervals, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measured {
    /// Name of the measure.
    pub measure: &'static str,
    /// The estimate.
    pub estimate: Option<f64>,
    /// Lower limit of the formula: from F of a correlation, from the large-sample error of a kappa.
    pub ci_lower: Option<f64>,
    /// Upper limit.
    pub ci_upper: Option<f64>,
    /// Lower limit from resampling clips.
    pub bootstrap_lower: Option<f64>,
    /// Upper limit from resampling clips.
    pub bootstrap_upper: Option<f64>,
    /// Why there is no estimate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undefined: Option<String>,
}

/// Agreement on one rating scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatingAgreement {
    /// Clips that both rated.
    pub n_clips: usize,
    /// Clips that both coded and one of them could not rate, or left out.
    pub n_not_rated: usize,
    /// Mean of the first coder.
    pub first_mean: f64,
    /// Mean of the second coder.
    pub second_mean: f64,
    /// Share of clips with the same rating.
    pub same: f64,
    /// Share of clips whose ratings differ by one point at most.
    pub within_one: f64,
    /// Weighted kappa (quadratic), ICC(A,1), ICC(C,1), and the shares of the same rating and of one
    /// within one point.
    pub measures: Vec<Measured>,
    /// How far the two are apart, in points without sign, over the weeks in which the second coded.
    pub drift: Drift,
    /// How much more the second gives than the first, over the same weeks.
    pub leniency: Drift,
}

/// The two ratings of a clip, and the day on which the second coder coded it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RatedClip {
    /// Of the first coder; `None` where there is none.
    pub first: Option<f64>,
    /// Of the second coder.
    pub second: Option<f64>,
    /// Days since some day.
    pub day: Option<i64>,
}

impl RatedClip {
    fn both(&self) -> Option<(f64, f64)> {
        Some((self.first?, self.second?))
    }
}

/// Agreement of two coders' ratings, clip by clip in the order of the draws; a clip that one did not
/// rate, or that could not be rated, does not count. `None` when no clip has both.
pub fn agree_on_ratings(clips: &[RatedClip], draws: &Draws) -> Option<RatingAgreement> {
    let pairs: Vec<Option<(f64, f64)>> = clips.iter().map(RatedClip::both).collect();
    let both: Vec<(f64, f64)> = pairs.iter().flatten().copied().collect();
    if both.is_empty() {
        return None;
    }
    let numbers = PairedNumbers::of(&pairs);
    let share = |measure, found: Estimate| Measured {
        ci_lower: None,
        ci_upper: None,
        ..measured(measure, found)
    };
    let mut measures = vec![weighted_kappa(&both, &numbers, draws)];
    measures.extend(intraclass_of(&pairs, draws));
    let same = share("same-rating", numbers.same(draws));
    let within_one = share("within-one-point", numbers.within_one(draws));
    let n = both.len() as f64;
    let dated = |apart: fn(f64, f64) -> f64| {
        let with_day = clips.iter().filter_map(|clip| {
            let (first, second) = clip.both()?;
            Some((clip.day?, apart(first, second)))
        });
        drift(&with_day.collect::<Vec<_>>(), draws.level())
    };
    Some(RatingAgreement {
        n_clips: both.len(),
        n_not_rated: clips.len() - both.len(),
        first_mean: both.iter().map(|(a, _)| a).sum::<f64>() / n,
        second_mean: both.iter().map(|(_, b)| b).sum::<f64>() / n,
        same: same.estimate.unwrap_or_default(),
        within_one: within_one.estimate.unwrap_or_default(),
        measures: measures.into_iter().chain([same, within_one]).collect(),
        drift: dated(|first, second| (second - first).abs()),
        leniency: dated(|first, second| second - first),
    })
}

/// ICC(A,1) and ICC(C,1) of two coders' numbers, one pair per clip in the order of the draws, with
/// intervals from F and from resampling clips.
pub fn intraclass_of(pairs: &[Option<(f64, f64)>], draws: &Draws) -> [Measured; 2] {
    let numbers = PairedNumbers::of(pairs);
    [
        ("icc-a1", IccForm::AgreementSingle, numbers.icc_a1(draws)),
        ("icc-c1", IccForm::ConsistencySingle, numbers.icc_c1(draws)),
    ]
    .map(|(name, form, resampled)| with_interval_from_f(name, form, resampled, pairs, draws))
}

/// ICC(1) of two numbers of each clip that not the same two coders gave.
pub fn one_way_intraclass_of(pairs: &[Option<(f64, f64)>], draws: &Draws) -> Measured {
    let resampled = PairedNumbers::of(pairs).icc_1(draws);
    with_interval_from_f("icc-1", IccForm::OneWaySingle, resampled, pairs, draws)
}

fn with_interval_from_f(
    name: &'static str,
    form: IccForm,
    resampled: Estimate,
    pairs: &[Option<(f64, f64)>],
    draws: &Draws,
) -> Measured {
    let both: Vec<(f64, f64)> = pairs.iter().flatten().copied().collect();
    let found = ratings(&both).and_then(|ratings| {
        intraclass(&ratings, form, draws.level()).map_err(|problem| problem.to_string())
    });
    match found {
        Ok(found) if found.estimate.is_finite() => Measured {
            estimate: Some(found.estimate),
            ci_lower: finite(found.ci_lower),
            ci_upper: finite(found.ci_upper),
            ..measured(name, resampled)
        },
        Ok(_) => undefined(name, "the clips do not differ".to_owned()),
        Err(reason) => undefined(name, reason),
    }
}

fn weighted_kappa(both: &[(f64, f64)], numbers: &PairedNumbers, draws: &Draws) -> Measured {
    let name = "weighted-kappa-quadratic";
    let found = ratings(both).and_then(|ratings| {
        cohen_kappa(&ratings, Weights::Quadratic, draws.level())
            .map_err(|problem| problem.to_string())
    });
    match found {
        Ok(kappa) => Measured {
            estimate: finite(kappa.estimate),
            ci_lower: finite(kappa.ci_lower),
            ci_upper: finite(kappa.ci_upper),
            ..measured(name, numbers.weighted_kappa(draws))
        },
        Err(reason) => undefined(name, reason),
    }
}

fn ratings(pairs: &[(f64, f64)]) -> Result<Ratings, String> {
    let coders = ["first".to_owned(), "second".to_owned()];
    let rows: Vec<Vec<Option<f64>>> = pairs
        .iter()
        .map(|(a, b)| vec![Some(*a), Some(*b)])
        .collect();
    Ratings::from_numbers(&coders, &rows).map_err(|problem| problem.to_string())
}

fn measured(measure: &'static str, found: Estimate) -> Measured {
    Measured {
        measure,
        estimate: found.estimate,
        ci_lower: None,
        ci_upper: None,
        bootstrap_lower: found.ci_lower,
        bootstrap_upper: found.ci_upper,
        undefined: None,
    }
}

fn undefined(measure: &'static str, reason: String) -> Measured {
    Measured {
        measure,
        estimate: None,
        ci_lower: None,
        ci_upper: None,
        bootstrap_lower: None,
        bootstrap_upper: None,
        undefined: Some(reason),
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::super::by_clip::Resampling;
    use super::*;

    fn draws(n: usize) -> Draws {
        let resampling = Resampling {
            n: 500,
            seed: 1,
            level: 0.95,
        };
        Draws::new(n, &resampling)
    }

    fn clip(first: f64, second: f64) -> RatedClip {
        RatedClip {
            first: Some(first),
            second: Some(second),
            day: None,
        }
    }

    #[test]
    fn within_one_point_is_beside_the_coefficients() {
        let mut clips = [(1.0, 1.0), (2.0, 3.0), (4.0, 4.0), (5.0, 2.0), (3.0, 3.0)]
            .map(|(a, b)| clip(a, b))
            .to_vec();
        clips.push(RatedClip {
            first: Some(2.0),
            ..RatedClip::default()
        });
        let agreement = agree_on_ratings(&clips, &draws(6)).unwrap();
        assert_eq!((agreement.n_clips, agreement.n_not_rated), (5, 1));
        assert!((agreement.same - 0.6).abs() < 1e-12 && (agreement.within_one - 0.8).abs() < 1e-12);
        let names: Vec<&str> = agreement.measures.iter().map(|one| one.measure).collect();
        assert_eq!(
            names,
            [
                "weighted-kappa-quadratic",
                "icc-a1",
                "icc-c1",
                "same-rating",
                "within-one-point"
            ]
        );
        for one in &agreement.measures {
            let (estimate, lower, upper) = (one.estimate, one.bootstrap_lower, one.bootstrap_upper);
            assert!(
                lower < upper && lower <= estimate && estimate <= upper,
                "{one:?}"
            );
        }
    }

    #[test]
    fn equal_ratings_throughout_have_no_coefficient_but_a_reason() {
        let agreement = agree_on_ratings(&[clip(3.0, 3.0), clip(3.0, 3.0)], &draws(2)).unwrap();
        assert_eq!(agreement.same, 1.0);
        assert!(
            agreement.measures[..3]
                .iter()
                .all(|one| one.estimate.is_none() && one.undefined.is_some())
        );
    }

    #[test]
    fn a_coder_who_grows_kinder_is_seen_in_leniency_and_in_distance() {
        let clips: Vec<RatedClip> = (0..4_i32)
            .map(|week| RatedClip {
                day: Some(i64::from(week) * 7),
                ..clip(2.0, 2.0 + 0.5 * f64::from(week))
            })
            .collect();
        let agreement = agree_on_ratings(&clips, &draws(4)).unwrap();
        for drift in [&agreement.drift, &agreement.leniency] {
            assert!((drift.per_week.unwrap() - 0.5).abs() < 1e-12);
        }
        let harsher: Vec<RatedClip> = clips
            .iter()
            .map(|clip| RatedClip {
                first: clip.second,
                second: clip.first,
                ..*clip
            })
            .collect();
        let agreement = agree_on_ratings(&harsher, &draws(4)).unwrap();
        assert!((agreement.leniency.per_week.unwrap() + 0.5).abs() < 1e-12);
        assert!((agreement.drift.per_week.unwrap() - 0.5).abs() < 1e-12);
    }
}
