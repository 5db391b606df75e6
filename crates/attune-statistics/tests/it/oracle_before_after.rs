//! Oracle cases of the family "before-after".

use attune_statistics::before_after::ancova::{Arms, ancova as fit_ancova};
use attune_statistics::before_after::contingency::{
    Continuity, CountTable, chi_squared, proportion_trend,
};
use attune_statistics::before_after::fisher::{
    Alternative, FisherSettings, fisher_any_size, fisher_two_by_two,
};
use attune_statistics::before_after::mann_whitney::mann_whitney;
use attune_statistics::before_after::mcnemar::{
    McNemarMethod, PairedAnswers, mcnemar as test_mcnemar,
};
use attune_statistics::before_after::proportion::{clopper_pearson_interval, wilson_interval};
use attune_statistics::before_after::sign_test::sign_test;
use attune_statistics::before_after::signed_rank::{Zeros, wilcoxon_signed_rank};
use attune_statistics::before_after::t_test::{Variances, paired_t, two_sample_t};
use attune_statistics::before_after::variance_ratio::variance_ratio;
use attune_statistics::before_after::{PValueMethod, RankTestSettings};
use attune_statistics::descriptives::mean;
use attune_statistics::effect_size::{
    Correction, EffectSize, EffectSizeSettings, GroupSummary, PairedStandardiser, PairedSummary,
    TwoGroupStandardiser, TwoProportions, cliffs_delta, odds_ratio, paired_difference,
    rank_biserial_of_pairs, risk_difference, risk_ratio, two_group_difference,
};
use attune_statistics::multiplicity::{Adjustment, adjust};
use attune_statistics::normality::shapiro_wilk;
use attune_statistics::test_result::TestResult;

use crate::oracle::{Oracle, OracleData};

/// Noncentral t limits in effectsize are root-found to about 1e-5.
const EFFECTSIZE_LIMITS: f64 = 1e-5;

fn check_effect(oracle: &Oracle, name: &str, effect: EffectSize, limits: f64) {
    oracle.agrees(&format!("{name}/estimate"), effect.estimate, 1e-10);
    oracle.agrees(&format!("{name}/lower"), effect.ci_lower, limits);
    oracle.agrees(&format!("{name}/upper"), effect.ci_upper, limits);
}

/// Checks what the oracle gives for a test: statistic, p, df, estimate, interval, se.
fn check_test(oracle: &Oracle, name: &str, result: &TestResult) {
    let fields = [
        ("statistic", result.statistic, 1e-10),
        ("p", result.p, 1e-9),
        ("df", result.df, 1e-10),
        ("estimate", result.estimate, 1e-10),
        ("se", result.se, 1e-10),
        ("ci95/0", result.ci_lower, 1e-10),
        ("ci95/1", result.ci_upper, 1e-10),
    ];
    let mut n_compared = 0;
    for (field, value, tolerance) in fields {
        let path = format!("{name}/{field}");
        let (Some(value), Some(expected)) = (value, oracle.find(&path)) else {
            continue;
        };
        // Two-sample t tests in R give both means as the estimate.
        if expected.is_number() || expected.is_string() {
            oracle.agrees(&path, value, tolerance);
            n_compared += 1;
        }
    }
    assert!(n_compared > 0, "{name}: nothing compared");
}

fn ranks_by(method: PValueMethod) -> RankTestSettings {
    RankTestSettings {
        method,
        level: 0.95,
    }
}

/// Exact p values are counts over counts.
fn exactly(oracle: &Oracle, path: &str, result: &TestResult) {
    oracle.agrees(path, result.p.unwrap(), 1e-12);
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
    oracle.agrees("mean_change", mean(&changes), 1e-10);
    check_test(&oracle, "t", &paired_t(&pre, &post, 0.95).unwrap());
    check_test(&oracle, "sign_test", &sign_test(&pre, &post, 0.95).unwrap());
    let wilcoxon =
        |method| wilcoxon_signed_rank(&pre, &post, Zeros::Dropped, &ranks_by(method)).unwrap();
    check_test(
        &oracle,
        "wilcoxon_exact",
        &wilcoxon(PValueMethod::Automatic),
    );
    exactly(&oracle, "wilcoxon_exact/p", &wilcoxon(PValueMethod::Exact));
    let normal = TestResult {
        estimate: None,
        ..wilcoxon(PValueMethod::Normal)
    };
    check_test(&oracle, "wilcoxon_normal_cc", &normal);
    check_test(
        &oracle,
        "wilcoxon_normal_nocc",
        &wilcoxon(PValueMethod::NormalUncorrected),
    );
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
    let t = |variances| two_sample_t(&first, &second, variances, 0.95).unwrap();
    check_test(&oracle, "t_pooled", &t(Variances::Pooled));
    check_test(&oracle, "t_welch", &t(Variances::Separate));
    let rank_sum = |method| mann_whitney(&first, &second, &ranks_by(method)).unwrap();
    check_test(
        &oracle,
        "mann_whitney_exact",
        &rank_sum(PValueMethod::Automatic),
    );
    exactly(
        &oracle,
        "mann_whitney_exact/p",
        &rank_sum(PValueMethod::Exact),
    );
    check_test(
        &oracle,
        "mann_whitney_normal_cc",
        &rank_sum(PValueMethod::Normal),
    );
    check_test(
        &oracle,
        "mann_whitney_normal_nocc",
        &rank_sum(PValueMethod::NormalUncorrected),
    );
    let ratio = variance_ratio(&first, &second, 0.95).unwrap();
    oracle.all_agree(
        "f_test/df",
        &[ratio.df.unwrap(), ratio.df_denominator.unwrap()],
        0.0,
    );
    check_test(&oracle, "f_test", &TestResult { df: None, ..ratio });
}

#[test]
fn two_groups_ties() {
    let oracle = Oracle::read("two_groups_ties");
    let data = OracleData::read("prepost_ties.csv");
    let changes = |arm: &str| -> Vec<f64> {
        let (pre, post) = (
            data.numbers_where("pre", "arm", arm),
            data.numbers_where("post", "arm", arm),
        );
        pre.iter().zip(&post).map(|(a, b)| b - a).collect()
    };
    let (first, second) = (changes("group"), changes("waiting"));
    let rank_sum = |method| mann_whitney(&first, &second, &ranks_by(method)).unwrap();
    let exact = rank_sum(PValueMethod::Automatic);
    assert_eq!(exact.variant, "exact");
    oracle.agrees("exact/W", exact.statistic.unwrap(), 0.0);
    exactly(&oracle, "exact/p", &exact);
    exactly(&oracle, "exact/p_coin", &exact);
    check_test(&oracle, "normal_cc", &rank_sum(PValueMethod::Normal));
    check_test(
        &oracle,
        "normal_nocc",
        &rank_sum(PValueMethod::NormalUncorrected),
    );
    let t = |variances| two_sample_t(&first, &second, variances, 0.95).unwrap();
    check_test(&oracle, "t_pooled", &t(Variances::Pooled));
    check_test(&oracle, "t_welch", &t(Variances::Separate));
    let (a, b) = (
        GroupSummary::of(&first).unwrap(),
        GroupSummary::of(&second).unwrap(),
    );
    let settings = EffectSizeSettings::default();
    let g = two_group_difference(a, b, TwoGroupStandardiser::Pooled, &settings).unwrap();
    check_effect(&oracle, "hedges_g", g, EFFECTSIZE_LIMITS);
    check_effect(
        &oracle,
        "cliffs_delta",
        cliffs_delta(&first, &second, 0.95).unwrap(),
        1e-10,
    );
}

#[test]
fn paired_tests_ties() {
    let oracle = Oracle::read("paired_tests_ties");
    let data = OracleData::read("prepost_ties.csv");
    let (pre, post) = (data.numbers("pre"), data.numbers("post"));
    oracle.agrees("n", pre.len() as f64, 0.0);
    check_test(&oracle, "t", &paired_t(&pre, &post, 0.95).unwrap());
    let test = |zeros, method| wilcoxon_signed_rank(&pre, &post, zeros, &ranks_by(method)).unwrap();
    let dropped = test(Zeros::Dropped, PValueMethod::Automatic);
    assert_eq!(dropped.variant, "exact, zeros dropped");
    oracle.agrees(
        "exact_zeros_dropped/statistic",
        dropped.statistic.unwrap(),
        0.0,
    );
    exactly(&oracle, "exact_zeros_dropped/p", &dropped);
    exactly(&oracle, "coin_wilcoxon/exact_p", &dropped);
    exactly(
        &oracle,
        "coin_pratt/exact_p",
        &test(Zeros::Pratt, PValueMethod::Exact),
    );
    check_test(
        &oracle,
        "normal_cc",
        &test(Zeros::Dropped, PValueMethod::Normal),
    );
    let uncorrected = |zeros| test(zeros, PValueMethod::NormalUncorrected).p.unwrap();
    oracle.agrees("normal_nocc/p", uncorrected(Zeros::Dropped), 1e-9);
    oracle.agrees(
        "coin_wilcoxon/asymptotic_p",
        uncorrected(Zeros::Dropped),
        1e-9,
    );
    oracle.agrees("coin_pratt/asymptotic_p", uncorrected(Zeros::Pratt), 1e-9);
}

#[test]
fn ancova() {
    let oracle = Oracle::read("ancova");
    let data = OracleData::read("prepost_ties.csv");
    let (pre, post) = (data.numbers("pre"), data.numbers("post"));
    let treated: Vec<bool> = data.text("arm").iter().map(|arm| arm == "group").collect();
    let result = fit_ancova(
        &Arms {
            pre: &pre,
            post: &post,
            treated: &treated,
        },
        0.95,
    )
    .unwrap();
    for (place, name) in ["(Intercept)", "pre", "armgroup"].iter().enumerate() {
        let coefficient = result.coefficients[place];
        oracle.agrees(
            &format!("coef/{place}/estimate"),
            coefficient.estimate,
            1e-9,
        );
        oracle.agrees(&format!("coef/{place}/se"), coefficient.se, 1e-9);
        oracle.agrees(&format!("hc3_se/{name}"), coefficient.hc3_se, 1e-9);
    }
    oracle.agrees("sigma", result.sigma, 1e-10);
    oracle.agrees("df", result.df, 0.0);
    oracle.agrees("r2", result.r_squared, 1e-10);
    let means = [result.adjusted_mean_other, result.adjusted_mean_treated];
    for (place, adjusted) in means.iter().enumerate() {
        oracle.agrees(
            &format!("adjusted_means/{place}/mean"),
            adjusted.mean,
            1e-10,
        );
        oracle.agrees(&format!("adjusted_means/{place}/se"), adjusted.se, 1e-10);
        oracle.agrees(
            &format!("adjusted_means/{place}/lower"),
            adjusted.ci_lower,
            1e-10,
        );
        oracle.agrees(
            &format!("adjusted_means/{place}/upper"),
            adjusted.ci_upper,
            1e-10,
        );
    }
    let name = "adjusted_difference_group_minus_waiting";
    check_test(&oracle, name, &result.difference);
    oracle.agrees(
        &format!("{name}/lower"),
        result.difference.ci_lower.unwrap(),
        1e-10,
    );
    oracle.agrees(
        &format!("{name}/upper"),
        result.difference.ci_upper.unwrap(),
        1e-10,
    );
    oracle.agrees(
        &format!("{name}/t"),
        result.difference.statistic.unwrap(),
        1e-10,
    );
}

#[test]
fn mcnemar() {
    let oracle = Oracle::read("mcnemar");
    let data = OracleData::read("caseness.csv");
    let yes = |column: &str| {
        data.numbers(column)
            .iter()
            .map(|x| *x == 1.0)
            .collect::<Vec<bool>>()
    };
    let (before, after) = (yes("before"), yes("after"));
    let answers = PairedAnswers::count(&before, &after).unwrap();
    let test = |method| test_mcnemar(answers, method, 0.95).unwrap();
    check_test(
        &oracle,
        "chi2_cc",
        &test(McNemarMethod::ChiSquaredCorrected),
    );
    check_test(&oracle, "chi2_nocc", &test(McNemarMethod::ChiSquared));
    let exact = test(McNemarMethod::Exact);
    oracle.agrees("exact_p", exact.p.unwrap(), 1e-12);
    oracle.agrees("mid_p", test(McNemarMethod::MidP).p.unwrap(), 1e-12);
    oracle.agrees(
        "discordant_odds_ratio_1to0_over_0to1",
        exact.estimate.unwrap(),
        1e-12,
    );
    let limits = [exact.ci_lower.unwrap(), exact.ci_upper.unwrap()];
    oracle.all_agree("odds_ratio_exact_ci95", &limits, 1e-10);
    let n_after = after.iter().filter(|yes| **yes).count();
    let (low, high) = clopper_pearson_interval(n_after, after.len(), 0.95);
    oracle.all_agree("after_proportion/clopper_pearson", &[low, high], 1e-10);
    let (low, high) = wilson_interval(n_after, after.len(), 0.95);
    oracle.all_agree("after_proportion/wilson", &[low, high], 1e-10);
}

#[test]
fn contingency() {
    let oracle = Oracle::read("contingency");
    let table = |name: &str| {
        let n_rows = oracle
            .value(&format!("{name}/values"))
            .as_array()
            .unwrap()
            .len();
        let row = |row| oracle.numbers(&format!("{name}/values/{row}"));
        let rows: Vec<Vec<usize>> = (0..n_rows)
            .map(|place| row(place).iter().map(|count| *count as usize).collect())
            .collect();
        CountTable::new(&rows).unwrap()
    };
    let (small, large) = (table("t2x2"), table("t3x3"));
    let fisher = |alternative| fisher_two_by_two(&small, alternative, 0.95).unwrap();
    let two_sided = fisher(Alternative::TwoSided);
    oracle.agrees("fisher_2x2/p", two_sided.p.unwrap(), 1e-11);
    oracle.agrees(
        "fisher_2x2_greater",
        fisher(Alternative::Greater).p.unwrap(),
        1e-11,
    );
    oracle.agrees(
        "fisher_2x2_less",
        fisher(Alternative::Less).p.unwrap(),
        1e-11,
    );
    // fisher.test finds its odds ratio and limits with uniroot's default tolerance, 1.2e-4;
    // `before_after::conditional_odds_ratio_agrees_to_all_digits` has them exactly.
    oracle.agrees("fisher_2x2/estimate", two_sided.estimate.unwrap(), 2e-4);
    oracle.agrees("fisher_2x2/ci95/0", two_sided.ci_lower.unwrap(), 2e-3);
    oracle.agrees("fisher_2x2/ci95/1", two_sided.ci_upper.unwrap(), 2e-4);
    let any_size = fisher_any_size(&large, &FisherSettings::default());
    assert_eq!(any_size.variant, "exact");
    oracle.agrees("fisher_3x3_p", any_size.p.unwrap(), 1e-11);
    let again = fisher_any_size(&small, &FisherSettings::default());
    oracle.agrees("fisher_2x2/p", again.p.unwrap(), 1e-11);
    let no_estimate = |result: TestResult| TestResult {
        estimate: None,
        ..result
    };
    check_test(
        &oracle,
        "chi2_2x2_yates",
        &no_estimate(chi_squared(&small, Continuity::Yates)),
    );
    check_test(
        &oracle,
        "chi2_2x2",
        &no_estimate(chi_squared(&small, Continuity::None)),
    );
    check_test(
        &oracle,
        "chi2_3x3",
        &no_estimate(chi_squared(&large, Continuity::None)),
    );
    let whole = |path: &str| {
        oracle
            .numbers(path)
            .iter()
            .map(|x| *x as usize)
            .collect::<Vec<usize>>()
    };
    let (events, totals) = (whole("trend/events"), whole("trend/totals"));
    let trend = proportion_trend(&events, &totals, &[1.0, 2.0, 3.0, 4.0]).unwrap();
    check_test(&oracle, "trend/test", &trend);
    let counts = TwoProportions {
        events_first: 3,
        n_first: 14,
        events_second: 9,
        n_second: 13,
    };
    oracle.agrees(
        "risk/risk_difference",
        risk_difference(counts, 0.95).unwrap().estimate,
        1e-12,
    );
    let ratio = risk_ratio(counts, 0.95).unwrap();
    oracle.agrees("risk/risk_ratio", ratio.estimate, 1e-12);
    oracle.agrees("risk/log_rr_se", ratio.standard_error.unwrap(), 1e-12);
    let odds = odds_ratio(counts, 0.95).unwrap();
    oracle.agrees("risk/odds_ratio_sample", odds.estimate, 1e-12);
    oracle.agrees("risk/woolf_se_log_or", odds.standard_error.unwrap(), 1e-12);
}
