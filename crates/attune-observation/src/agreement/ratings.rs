//! Agreement on ratings of a whole clip: weighted kappa, intraclass correlations, and how many
//! ratings lie within one point.

use attune_statistics::agreement::Ratings;
use attune_statistics::agreement::cohen_kappa::cohen_kappa;
use attune_statistics::agreement::intraclass::{IccForm, Intraclass, intraclass};
use attune_statistics::agreement::weights::Weights;
use serde::Serialize;

/// A number with its interval, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measured {
    /// Name of the measure.
    pub measure: &'static str,
    /// The estimate.
    pub estimate: Option<f64>,
    /// Lower limit.
    pub ci_lower: Option<f64>,
    /// Upper limit.
    pub ci_upper: Option<f64>,
    /// Why there is no estimate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undefined: Option<String>,
}

/// Agreement on one rating scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatingAgreement {
    /// Clips that both rated.
    pub n_clips: usize,
    /// Share of clips with the same rating.
    pub same: f64,
    /// Share of clips whose ratings differ by one point at most.
    pub within_one: f64,
    /// Weighted kappa (quadratic), ICC(A,1) and ICC(C,1).
    pub measures: Vec<Measured>,
}

/// Agreement of two coders' ratings, one pair per clip; a clip that one did not rate, or that could
/// not be rated, does not count. `None` when no clip has both.
pub fn agree_on_ratings(
    pairs: &[(Option<f64>, Option<f64>)],
    level: f64,
) -> Option<RatingAgreement> {
    let both: Vec<(f64, f64)> = pairs
        .iter()
        .filter_map(|(a, b)| Some(((*a)?, (*b)?)))
        .collect();
    if both.is_empty() {
        return None;
    }
    let n = both.len() as f64;
    let share = |least: f64| both.iter().filter(|(a, b)| (a - b).abs() <= least).count() as f64 / n;
    let mut measures = vec![weighted_kappa(&both, level)];
    measures.extend(intraclass_of(&both, level));
    Some(RatingAgreement {
        n_clips: both.len(),
        same: share(1e-9),
        within_one: share(1.0 + 1e-9),
        measures,
    })
}

/// ICC(A,1) and ICC(C,1) of two coders' numbers, one pair per clip, with intervals from F.
pub fn intraclass_of(pairs: &[(f64, f64)], level: f64) -> [Measured; 2] {
    [
        ("icc-a1", IccForm::AgreementSingle),
        ("icc-c1", IccForm::ConsistencySingle),
    ]
    .map(|(name, form)| {
        let found = ratings(pairs).and_then(|ratings| {
            intraclass(&ratings, form, level).map_err(|problem| problem.to_string())
        });
        match found {
            Ok(Intraclass {
                estimate,
                ci_lower,
                ci_upper,
                ..
            }) => Measured {
                measure: name,
                estimate: finite(estimate),
                ci_lower: finite(ci_lower),
                ci_upper: finite(ci_upper),
                undefined: (!estimate.is_finite()).then(|| "the clips do not differ".to_owned()),
            },
            Err(reason) => undefined(name, reason),
        }
    })
}

fn weighted_kappa(pairs: &[(f64, f64)], level: f64) -> Measured {
    let found = ratings(pairs).and_then(|ratings| {
        cohen_kappa(&ratings, Weights::Quadratic, level).map_err(|problem| problem.to_string())
    });
    match found {
        Ok(kappa) => Measured {
            measure: "weighted-kappa-quadratic",
            estimate: finite(kappa.estimate),
            ci_lower: finite(kappa.ci_lower),
            ci_upper: finite(kappa.ci_upper),
            undefined: None,
        },
        Err(reason) => undefined("weighted-kappa-quadratic", reason),
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

fn undefined(measure: &'static str, reason: String) -> Measured {
    Measured {
        measure,
        estimate: None,
        ci_lower: None,
        ci_upper: None,
        undefined: Some(reason),
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn within_one_point_is_beside_the_coefficients() {
        let pairs = [(1.0, 1.0), (2.0, 3.0), (4.0, 4.0), (5.0, 2.0), (3.0, 3.0)]
            .map(|(a, b)| (Some(a), Some(b)));
        let with_gap = [&pairs[..], &[(Some(2.0), None)]].concat();
        let agreement = agree_on_ratings(&with_gap, 0.95).unwrap();
        assert_eq!(
            (agreement.n_clips, agreement.same, agreement.within_one),
            (5, 0.6, 0.8)
        );
        assert_eq!(agreement.measures.len(), 3);
        assert!(agreement.measures.iter().all(|one| one.estimate.is_some()));
    }

    #[test]
    fn equal_ratings_throughout_have_no_coefficient_but_a_reason() {
        let agreement =
            agree_on_ratings(&[(Some(3.0), Some(3.0)), (Some(3.0), Some(3.0))], 0.95).unwrap();
        assert_eq!(agreement.same, 1.0);
        assert!(
            agreement
                .measures
                .iter()
                .all(|one| one.estimate.is_none() && one.undefined.is_some())
        );
    }
}
