//! Intervals for two groups, for pairs, and for proportions.

use attune_statistics::{
    before_after::{
        PValueMethod, RankTestSettings,
        mann_whitney::mann_whitney,
        proportion::{clopper_pearson_interval, wilson_interval},
        signed_rank::{Zeros, wilcoxon_signed_rank},
        t_test::{Variances, two_sample_t},
    },
    effect_size::{
        EffectSize, EffectSizeSettings, GroupSummary, PairedStandardiser, PairedSummary,
        TwoGroupStandardiser, TwoProportions, odds_ratio, paired_difference, risk_difference,
        risk_ratio, two_group_difference,
    },
    test_result::TestResult,
};

use crate::{
    draws::Draws,
    scenario::{Interval, Scenario},
};

pub fn scenarios() -> Vec<Scenario> {
    let mut scenarios = differences();
    scenarios.extend(effect_sizes());
    scenarios.extend(proportions());
    scenarios
}

fn scenario(
    method: &'static str,
    design: &'static str,
    truth: f64,
    band: (f64, f64),
    interval: impl Fn(&mut Draws) -> Option<(f64, f64)> + Sync + 'static,
) -> Scenario {
    let interval: Interval = Box::new(interval);
    Scenario {
        method,
        design,
        truth,
        band,
        n_replicates: 20_000,
        interval,
    }
}

fn limits(result: &TestResult) -> Option<(f64, f64)> {
    result.ci_lower.zip(result.ci_upper)
}

fn effect_limits(effect: &EffectSize) -> Option<(f64, f64)> {
    Some((effect.ci_lower, effect.ci_upper))
}

const EXACT_RANKS: RankTestSettings = RankTestSettings {
    method: PValueMethod::Exact,
    level: 0.95,
};

fn differences() -> Vec<Scenario> {
    vec![
        scenario(
            "[Welch's t](before-after.md)",
            "8 and 16 people, SDs 3 and 1",
            1.0,
            (0.94, 0.96),
            |draws| {
                let (first, second) = (draws.normals(8, 1.0, 3.0), draws.normals(16, 0.0, 1.0));
                limits(&two_sample_t(&first, &second, Variances::Separate, 0.95).ok()?)
            },
        ),
        scenario(
            "[Hodges–Lehmann](before-after.md), two groups, exact",
            "10 and 12 people, skewed",
            1.0,
            (0.95, 0.97),
            |draws| {
                let first: Vec<f64> = (0..10).map(|_| 1.0 + draws.normal().exp()).collect();
                let second: Vec<f64> = (0..12).map(|_| draws.normal().exp()).collect();
                limits(&mann_whitney(&first, &second, &EXACT_RANKS).ok()?)
            },
        ),
        scenario(
            "[Hodges–Lehmann](before-after.md), pairs, exact",
            "12 people, symmetric heavy tails",
            1.0,
            (0.95, 0.97),
            |draws| {
                let before = vec![0.0; 12];
                let after: Vec<f64> = (0..12).map(|_| 1.0 + draws.normal().powi(3)).collect();
                limits(&wilcoxon_signed_rank(&before, &after, Zeros::Pratt, &EXACT_RANKS).ok()?)
            },
        ),
    ]
}

fn effect_sizes() -> Vec<Scenario> {
    vec![
        scenario(
            "[Hedges' g](effect-sizes.md)",
            "15 and 15 people, δ = 0.5",
            0.5,
            (0.94, 0.96),
            |draws| {
                let (first, second) = (draws.normals(15, 0.5, 1.0), draws.normals(15, 0.0, 1.0));
                let (first, second) = (
                    GroupSummary::of(&first).ok()?,
                    GroupSummary::of(&second).ok()?,
                );
                let settings = EffectSizeSettings::default();
                effect_limits(
                    &two_group_difference(first, second, TwoGroupStandardiser::Pooled, &settings)
                        .ok()?,
                )
            },
        ),
        scenario(
            "[d of changes](effect-sizes.md)",
            "20 pairs, δ = 0.6",
            0.6,
            (0.94, 0.96),
            |draws| {
                let before = draws.normals(20, 0.0, 1.0);
                let after: Vec<f64> = before
                    .iter()
                    .map(|value| value + 0.6 + draws.normal())
                    .collect();
                let summary = PairedSummary::of(&before, &after).ok()?;
                let settings = EffectSizeSettings::default();
                effect_limits(
                    &paired_difference(summary, PairedStandardiser::Changes, &settings).ok()?,
                )
            },
        ),
    ]
}

fn proportions() -> Vec<Scenario> {
    fn counts(draws: &mut Draws) -> TwoProportions {
        TwoProportions {
            events_first: draws.events(40, 0.5),
            n_first: 40,
            events_second: draws.events(40, 0.3),
            n_second: 40,
        }
    }
    vec![
        scenario(
            "[Wilson](before-after.md)",
            "3 in 10 of 25",
            0.3,
            // Its own coverage, summed over the binomial distribution: with n small it oscillates around 0.95.
            (0.9225, 0.9225),
            |draws| Some(wilson_interval(draws.events(25, 0.3), 25, 0.95)),
        ),
        scenario(
            "[Clopper–Pearson](before-after.md)",
            "3 in 10 of 25",
            0.3,
            (0.95, 1.0),
            |draws| Some(clopper_pearson_interval(draws.events(25, 0.3), 25, 0.95)),
        ),
        scenario(
            "[Risk difference](effect-sizes.md)",
            "0.5 and 0.3, 40 each",
            0.2,
            (0.94, 0.97),
            |draws| effect_limits(&risk_difference(counts(draws), 0.95).ok()?),
        ),
        scenario(
            "[Risk ratio](effect-sizes.md)",
            "0.5 and 0.3, 40 each",
            5.0 / 3.0,
            (0.94, 0.97),
            |draws| effect_limits(&risk_ratio(counts(draws), 0.95).ok()?),
        ),
        scenario(
            "[Odds ratio](effect-sizes.md)",
            "0.5 and 0.3, 40 each",
            7.0 / 3.0,
            (0.94, 0.97),
            |draws| effect_limits(&odds_ratio(counts(draws), 0.95).ok()?),
        ),
    ]
}
