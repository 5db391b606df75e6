//! Oracle cases of the family "scale".

use attune_statistics::descriptives::{mean, standard_deviation};
use attune_statistics::reliable_change::{
    Better, Change, ReliableChangeSettings, cut_offs, jacobson_truax,
};

use attune_statistics::scales::{alpha_additive, omega_additive, scale_reliability};

use crate::oracle::{Oracle, OracleData};

/// The named items of bfi_600.csv, some of them turned round as 7 − x.
fn items(names: &[&str], reversed: &[&str]) -> (Vec<String>, Vec<Vec<Option<f64>>>) {
    let data = OracleData::read("bfi_600.csv");
    let item = |name: &&str| -> Vec<Option<f64>> {
        let turn = |x: f64| if reversed.contains(name) { 7.0 - x } else { x };
        data.optional_numbers(name)
            .into_iter()
            .map(|cell| cell.map(turn))
            .collect()
    };
    (
        names.iter().map(|name| (*name).to_owned()).collect(),
        names.iter().map(item).collect(),
    )
}

fn check_alpha(case: &str, names: &[&str], reversed: &[&str]) -> Oracle {
    let oracle = Oracle::read(case);
    let (labels, items) = items(names, reversed);
    let result = scale_reliability(&labels, &items, 0.95).unwrap();
    oracle.agrees("n", result.n as f64, 0.0);
    oracle.agrees("k", result.n_items as f64, 0.0);
    oracle.agrees("raw_alpha", result.alpha, 1e-12);
    oracle.agrees("std_alpha", result.standardised_alpha, 1e-12);
    oracle.agrees("guttman_lambda6", result.lambda_6.unwrap(), 1e-10);
    oracle.agrees("average_r", result.mean_correlation, 1e-12);
    oracle.agrees("mean", result.mean_score, 1e-12);
    oracle.agrees("sd", result.sd_score, 1e-12);
    oracle.all_agree(
        "feldt_ci95",
        &[result.alpha_ci_lower, result.alpha_ci_upper],
        1e-10,
    );
    for item in &result.items {
        let name = &item.name;
        oracle.agrees(
            &format!("alpha_if_dropped/{name}"),
            item.alpha_if_dropped.unwrap(),
            1e-10,
        );
        oracle.agrees(
            &format!("item_total_r/{name}"),
            item.item_total_correlation,
            1e-10,
        );
        oracle.agrees(
            &format!("item_rest_r/{name}"),
            item.item_rest_correlation,
            1e-10,
        );
        oracle.agrees(&format!("item_mean/{name}"), item.mean, 1e-12);
        oracle.agrees(&format!("item_sd/{name}"), item.standard_deviation, 1e-12);
    }
    oracle.agrees(
        "raw_alpha",
        alpha_additive(&items).unwrap().estimate(),
        1e-12,
    );
    oracle
}

#[test]
fn alpha_conscientiousness() {
    check_alpha(
        "alpha_conscientiousness",
        &["C1", "C2", "C3", "C4", "C5"],
        &["C4", "C5"],
    );
}

#[test]
fn alpha_omega_agreeableness() {
    let names = ["A1", "A2", "A3", "A4", "A5"];
    let oracle = check_alpha("alpha_omega_agreeableness", &names, &["A1"]);
    let (labels, items) = items(&names, &["A1"]);
    let result = scale_reliability(&labels, &items, 0.95).unwrap();
    // psych's minres solution is iterative: the case gives 1e-4 for loadings, 1e-5 for omega.
    oracle.agrees("omega_total", result.omega.unwrap(), 1e-5);
    oracle.agrees("omega_from_loadings", result.omega_model.unwrap(), 1e-5);
    for item in &result.items {
        let loading = item.loading.unwrap();
        oracle.agrees(&format!("minres_loadings/{}", item.name), loading, 1e-4);
        oracle.agrees(
            &format!("minres_uniqueness/{}", item.name),
            1.0 - loading * loading,
            1e-4,
        );
    }
    let omega = omega_additive(&items).unwrap().estimate();
    assert!((omega - result.omega.unwrap()).abs() < 1e-12);
}

#[test]
fn reliable_change() {
    let oracle = Oracle::read("reliable_change");
    let data = OracleData::read("epds_like.csv");
    let (pre, post) = (data.numbers("pre"), data.numbers("post"));
    let clinical = (mean(&pre), standard_deviation(&pre));
    let cuts = cut_offs(
        clinical,
        (
            oracle.number("functional_mean"),
            oracle.number("functional_sd"),
        ),
    );
    let settings = ReliableChangeSettings {
        reliability: oracle.number("reliability"),
        standard_deviation: None,
        better: Better::Lower,
        alpha: 0.05,
        cut_off: Some(cuts.c),
    };
    let result = jacobson_truax(&pre, &post, &settings).unwrap();
    oracle.agrees("sem", result.standard_error_of_measurement.unwrap(), 1e-12);
    oracle.agrees("s_diff", result.standard_error_of_difference, 1e-12);
    oracle.agrees("reliable_difference", result.reliable_difference, 1e-12);
    oracle.all_agree("rci", &result.indices, 1e-12);
    for (name, cut) in [("a", cuts.a), ("b", cuts.b), ("c", cuts.c)] {
        oracle.agrees(&format!("cutoffs/{name}"), cut, 1e-12);
    }
    let names: Vec<&str> = result
        .changes
        .iter()
        .map(|change| match change {
            Change::Recovered => "recovered",
            Change::Improved => "improved",
            Change::Unchanged => "unchanged",
            Change::Deteriorated => "deteriorated",
        })
        .collect();
    let expected: Vec<&str> = oracle
        .value("class")
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|v| v.as_str())
        .collect();
    assert_eq!(names, expected);
    oracle.agrees("counts/recovered", result.counts.recovered as f64, 0.0);
    oracle.agrees(
        "counts/deteriorated",
        result.counts.deteriorated as f64,
        0.0,
    );
}
