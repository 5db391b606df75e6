//! Before/after tests beyond the oracle cases: more references, laws, and the reports.

use attune_statistics::before_after::contingency::CountTable;
use attune_statistics::before_after::fisher::{
    Alternative, FisherSettings, fisher_any_size, fisher_two_by_two,
};
use attune_statistics::before_after::friedman::{FriedmanMethod, friedman};
use attune_statistics::before_after::mann_whitney::mann_whitney;
use attune_statistics::before_after::report::{paired_report, table_report, two_group_report};
use attune_statistics::before_after::signed_rank::{Zeros, wilcoxon_signed_rank};
use attune_statistics::before_after::{PValueMethod, RankTestSettings};
use attune_statistics::permutation::{PermutationSettings, permute_clusters};
use attune_statistics::ranks::mean_ranks;
use proptest::prelude::*;
use serde_json::Value;

fn reference() -> Value {
    serde_json::from_str(include_str!("../reference/before_after.json"))
        .expect("references are JSON")
}

fn close(value: f64, expected: f64, tolerance: f64) {
    let error = ((value - expected) / expected).abs();
    assert!(
        error <= tolerance,
        "{value:?}, reference {expected:?}, off by {error:e}"
    );
}

#[test]
fn friedman_agrees_with_scipy() {
    let rows: Vec<Vec<f64>> = (1..=12)
        .map(|i| {
            vec![i * 7 % 11, i * 5 % 7 + 2, i * i % 9, i % 4 + 3]
                .into_iter()
                .map(f64::from)
                .collect()
        })
        .collect();
    let result = friedman(&rows, FriedmanMethod::ChiSquared).unwrap();
    close(
        result.statistic.unwrap(),
        reference()["friedman"][0].as_f64().unwrap(),
        1e-12,
    );
    close(
        result.p.unwrap(),
        reference()["friedman"][1].as_f64().unwrap(),
        1e-11,
    );
}

#[test]
fn conditional_odds_ratio_agrees_to_all_digits() {
    for case in reference()["conditional_odds_ratio"].as_array().unwrap() {
        let rows: Vec<Vec<usize>> = serde_json::from_value(case["table"].clone()).unwrap();
        let table = CountTable::new(&rows).unwrap();
        let result = fisher_two_by_two(&table, Alternative::TwoSided, 0.95).unwrap();
        let values = [result.estimate, result.ci_lower, result.ci_upper];
        for (value, expected) in values
            .iter()
            .zip(case["estimate_and_limits"].as_array().unwrap())
        {
            close(
                value.unwrap(),
                expected.as_str().unwrap().parse().unwrap(),
                1e-12,
            );
        }
    }
}

#[test]
fn sampled_fisher_agrees_with_enumeration_within_its_error() {
    let table = CountTable::new(&[vec![6, 2, 1], vec![3, 7, 4], vec![1, 5, 9]]).unwrap();
    let exact = fisher_any_size(&table, &FisherSettings::default());
    let few = FisherSettings {
        most_visited: 10,
        n_random: 20_000,
        seed: 3,
    };
    let sampled = fisher_any_size(&table, &few);
    assert_eq!(sampled.variant, "Monte Carlo, 20000 tables, seed 3");
    assert!((exact.p.unwrap() - sampled.p.unwrap()).abs() < 4.0 * sampled.se.unwrap());
}

fn exact() -> RankTestSettings {
    RankTestSettings {
        method: PValueMethod::Exact,
        level: 0.95,
    }
}

proptest! {
    /// The shift algorithm against enumeration of all splits, on tied data.
    #[test]
    fn exact_mann_whitney_is_a_permutation_test_of_rank_sums(
        values in prop::collection::vec(0..6_i32, 5..10),
        n_first in 2..4_usize,
    ) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        prop_assume!(values.iter().any(|value| *value != values[0]));
        let (first, second) = values.split_at(n_first);
        let ranks = mean_ranks(&values);
        let middle = n_first as f64 * (values.len() as f64 + 1.0) / 2.0;
        let treated: Vec<bool> = (0..values.len()).map(|place| place < n_first).collect();
        let centred = |ranks: &[f64], chosen: &[bool]| {
            ranks.iter().zip(chosen).filter(|(_, c)| **c).map(|(r, _)| r).sum::<f64>() - middle
        };
        let expected = permute_clusters(&ranks, &treated, centred, &PermutationSettings::default()).unwrap();
        let result = mann_whitney(first, second, &exact()).unwrap();
        prop_assert!((result.p.unwrap() - expected.p_two_sided).abs() < 1e-12);
    }

    #[test]
    fn rank_tests_do_not_mind_a_shift_of_the_scale_or_the_order_of_people(
        pairs in prop::collection::vec((-9..9_i32, -9..9_i32), 3..20),
        shift in -50..50_i32,
    ) {
        let (pre, post): (Vec<f64>, Vec<f64>) =
            pairs.iter().map(|(a, b)| (f64::from(*a), f64::from(*b))).unzip();
        prop_assume!(pre != post);
        let test = |pre: &[f64], post: &[f64]| {
            wilcoxon_signed_rank(pre, post, Zeros::Pratt, &exact()).unwrap()
        };
        let original = test(&pre, &post);
        let moved = |values: &[f64]| values.iter().rev().map(|v| v + f64::from(shift)).collect::<Vec<f64>>();
        let changed = test(&moved(&pre), &moved(&post));
        prop_assert_eq!(&original, &changed);
        let swapped = test(&post, &pre);
        prop_assert!((original.p.unwrap() - swapped.p.unwrap()).abs() < 1e-12);
        prop_assert_eq!(original.estimate.unwrap(), -swapped.estimate.unwrap());
    }
}

#[test]
fn a_paired_report_has_tests_effects_and_doubts() {
    let pre = [12.0, 15.0, 9.0, 20.0, 14.0, 11.0].map(Some);
    let post = [
        Some(10.0),
        Some(11.0),
        Some(9.0),
        Some(13.0),
        Some(15.0),
        None,
    ];
    let report = paired_report(&pre, &post, 0.95).unwrap();
    insta::assert_json_snapshot!(rounded(&report));
}

#[test]
fn a_report_of_yes_and_no_is_mcnemars() {
    let pre = [1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0].map(Some);
    let post = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0].map(Some);
    let report = paired_report(&pre, &post, 0.95).unwrap();
    assert!(report.results.iter().all(|result| result.test == "mcnemar"));
    close(report.results[0].p.unwrap(), 0.375, 1e-12);
}

#[test]
fn a_two_group_report_names_the_groups_in_order() {
    let values = [5.0, 7.0, 6.0, 2.0, 3.0, 3.5].map(Some);
    let groups = ["b", "b", "b", "a", "a", "a"].map(|label| Some(label.to_owned()));
    let (report, labels) = two_group_report(&values, &groups, 0.95).unwrap();
    assert_eq!(labels, ["b", "a"]);
    insta::assert_json_snapshot!(rounded(&report));
}

#[test]
fn a_third_group_is_refused_with_the_remedy() {
    let groups = ["a", "b", "c"].map(|label| Some(label.to_owned()));
    let problem = two_group_report(&[1.0, 2.0, 3.0].map(Some), &groups, 0.95).unwrap_err();
    let expected = "the number of groups is 3 but must be two; name the two groups to compare";
    assert_eq!(problem.to_string(), expected);
}

#[test]
fn a_table_report_warns_of_small_expected_counts() {
    insta::assert_json_snapshot!(rounded(
        &table_report(&[vec![3, 11], vec![9, 4]], 0.95).unwrap()
    ));
}

/// A report with its numbers cut to eight digits, so that a snapshot can be read.
pub fn rounded(report: &impl serde::Serialize) -> Value {
    fn cut(value: &mut Value) {
        match value {
            Value::Number(number) if number.is_f64() => {
                let text = format!("{:.7e}", number.as_f64().unwrap_or(f64::NAN));
                *value = Value::from(text.parse::<f64>().unwrap_or(f64::NAN));
            }
            Value::Array(items) => items.iter_mut().for_each(cut),
            Value::Object(fields) => fields.values_mut().for_each(cut),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(report).expect("reports are JSON");
    cut(&mut value);
    value
}

/// Small whole numbers with gaps: ties, zeros, constants and tiny samples are common.
fn messy() -> impl Strategy<Value = Vec<(Option<f64>, Option<f64>)>> {
    let cell = prop::option::weighted(0.9, (-3..4_i32).prop_map(f64::from));
    prop::collection::vec((cell.clone(), cell), 0..12)
}

proptest! {
    /// Whatever the data: a result, or a warning that says why not; never a panic, never NaN.
    #[test]
    fn reports_are_never_silent(rows in messy(), huge in any::<bool>()) {
        let scale = if huge { 1e150 } else { 1.0 };
        let (pre, post): (Vec<Option<f64>>, Vec<Option<f64>>) =
            rows.iter().map(|(a, b)| (a.map(|x| x * scale), b.map(|x| x * scale))).unzip();
        let groups: Vec<Option<String>> =
            pre.iter().map(|x| x.map(|x| if x > 0.0 { "up".to_owned() } else { "down".to_owned() })).collect();
        let reports = [
            paired_report(&pre, &post, 0.95),
            two_group_report(&post, &groups, 0.95).map(|(report, _)| report),
        ];
        for report in reports.into_iter().flatten() {
            prop_assert!(!report.results.is_empty() || !report.warnings.is_empty());
            for result in &report.results {
                let numbers = [result.estimate, result.statistic, result.p, result.ci_lower, result.ci_upper];
                prop_assert!(numbers.iter().flatten().all(|x| !x.is_nan()), "{result:?}");
                prop_assert!(result.p.is_none_or(|p| (0.0..=1.0).contains(&p)), "{result:?}");
            }
            for effect in &report.effect_sizes {
                let numbers = [effect.estimate, effect.ci_lower, effect.ci_upper];
                prop_assert!(numbers.iter().all(|x| !x.is_nan()), "{effect:?}");
            }
        }
    }

    #[test]
    fn tables_are_never_silent(rows in prop::collection::vec(prop::collection::vec(0..6_usize, 3), 0..4)) {
        if let Ok(report) = table_report(&rows, 0.95) {
            for result in &report.results {
                prop_assert!(result.p.is_some_and(|p| (0.0..=1.0).contains(&p)), "{result:?}");
            }
        }
    }
}
