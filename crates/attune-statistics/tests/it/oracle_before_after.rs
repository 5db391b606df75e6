//! Oracle cases of the family "before-after".

use attune_statistics::effect_size::{
    Correction, EffectSize, EffectSizeSettings, GroupSummary, PairedStandardiser, PairedSummary,
    TwoGroupStandardiser, cliffs_delta, paired_difference, rank_biserial_of_pairs,
    two_group_difference,
};
use attune_statistics::multiplicity::{Adjustment, adjust};
use attune_statistics::normality::shapiro_wilk;

use crate::oracle::{Oracle, OracleData};

/// Noncentral t limits in effectsize are root-found to about 1e-5.
const EFFECTSIZE_LIMITS: f64 = 1e-5;

fn check_effect(oracle: &Oracle, name: &str, effect: EffectSize, limits: f64) {
    oracle.agrees(&format!("{name}/estimate"), effect.estimate, 1e-10);
    oracle.agrees(&format!("{name}/lower"), effect.ci_lower, limits);
    oracle.agrees(&format!("{name}/upper"), effect.ci_upper, limits);
}

fn uncorrected() -> EffectSizeSettings {
    EffectSizeSettings {
        correction: Correction::None,
        ..EffectSizeSettings::default()
    }
}

#[test]
fn p_adjust() {
    let oracle = Oracle::read("p_adjust");
    let p_values = oracle.numbers("p");
    for (name, adjustment) in [
        ("holm", Adjustment::Holm),
        ("hochberg", Adjustment::Hochberg),
        ("hommel", Adjustment::Hommel),
        ("bonferroni", Adjustment::Bonferroni),
        ("BH", Adjustment::BenjaminiHochberg),
        ("BY", Adjustment::BenjaminiYekutieli),
    ] {
        oracle.all_agree(name, &adjust(&p_values, adjustment).unwrap(), 1e-14);
    }
}

#[test]
fn paired_tests_noties() {
    let oracle = Oracle::read("paired_tests_noties");
    let data = OracleData::read("paired_noties.csv");
    let (pre, post) = (data.numbers("before"), data.numbers("after"));
    let summary = PairedSummary::of(&pre, &post).unwrap();
    oracle.agrees("correlation", summary.correlation, 1e-12);
    oracle.agrees("sd_change", summary.sd_change(), 1e-10);
    let change = |standardiser, settings: &EffectSizeSettings| {
        paired_difference(summary, standardiser, settings).unwrap()
    };
    let corrected = EffectSizeSettings::default();
    check_effect(
        &oracle,
        "cohens_dz",
        change(PairedStandardiser::Changes, &uncorrected()),
        EFFECTSIZE_LIMITS,
    );
    check_effect(
        &oracle,
        "hedges_gz",
        change(PairedStandardiser::Changes, &corrected),
        EFFECTSIZE_LIMITS,
    );
    oracle.agrees(
        "d_av",
        change(PairedStandardiser::Average, &uncorrected()).estimate,
        1e-10,
    );
    oracle.agrees(
        "d_pre_glass",
        change(PairedStandardiser::Before, &uncorrected()).estimate,
        1e-10,
    );
    check_effect(
        &oracle,
        "rank_biserial",
        rank_biserial_of_pairs(&pre, &post, 0.95).unwrap(),
        1e-10,
    );
    let changes: Vec<f64> = pre.iter().zip(&post).map(|(a, b)| b - a).collect();
    let shapiro = shapiro_wilk(&changes).unwrap();
    // R and this crate both follow AS R94 with its seven-digit constants.
    oracle.agrees("shapiro_change/statistic", shapiro.statistic, 1e-9);
    oracle.agrees("shapiro_change/p", shapiro.p, 1e-8);
}

#[test]
fn two_groups_noties() {
    let oracle = Oracle::read("two_groups_noties");
    let data = OracleData::read("two_groups_noties.csv");
    let (first, second) = (
        data.numbers_where("score", "arm", "a"),
        data.numbers_where("score", "arm", "b"),
    );
    let (a, b) = (
        GroupSummary::of(&first).unwrap(),
        GroupSummary::of(&second).unwrap(),
    );
    let difference = |standardiser, settings: &EffectSizeSettings| {
        two_group_difference(a, b, standardiser, settings).unwrap()
    };
    let corrected = EffectSizeSettings::default();
    check_effect(
        &oracle,
        "cohens_d",
        difference(TwoGroupStandardiser::Pooled, &uncorrected()),
        EFFECTSIZE_LIMITS,
    );
    check_effect(
        &oracle,
        "hedges_g",
        difference(TwoGroupStandardiser::Pooled, &corrected),
        EFFECTSIZE_LIMITS,
    );
    check_effect(
        &oracle,
        "hedges_g_welch",
        difference(TwoGroupStandardiser::Average, &corrected),
        EFFECTSIZE_LIMITS,
    );
    check_effect(
        &oracle,
        "glass_delta",
        difference(TwoGroupStandardiser::Second, &uncorrected()),
        EFFECTSIZE_LIMITS,
    );
    check_effect(
        &oracle,
        "cliffs_delta",
        cliffs_delta(&first, &second, 0.95).unwrap(),
        1e-10,
    );
}
