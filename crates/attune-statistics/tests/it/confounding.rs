//! Adjusted comparisons of two arms against stacked estimating equations solved with 40 digits
//! (`tests/reference/confounding.py`, program and version in confounding.json), and what weights must do.

use attune_statistics::confounding::{
    AdjustmentSettings, OutcomeModel, Target, adjusted_difference, balance, balancing_weights,
    propensity_score,
};
use attune_statistics::formula::Formula;
use attune_statistics::table::{Column, Factor, Table};
use serde_json::Value;

/// Closed forms given the score and the outcome models, which converge to about 1e-14.
const TOLERANCE: f64 = 1e-10;

/// The people of the reference, by the same rules.
fn people() -> Table {
    let mut columns: [Vec<f64>; 5] = Default::default();
    let (mut housing, mut arms) = (Vec::new(), Vec::new());
    for i in 1..=90_i32 {
        let (age, parity, home) = ((i * 37) % 23 + 18, (i * 53) % 4, (i * 29) % 3);
        let noise = (i * 71) % 19 - 9;
        let chance = 28 + age - 8 * i32::from(home == 2) + 4 * parity;
        let treated = i32::from((i * 61) % 101 < chance);
        let doubled = 140 + age - 6 * parity + 8 * i32::from(home == 1) + 10 * treated + 2 * noise;
        let secure = i32::from((i * 43) % 97 < 30 + age + 9 * treated - 4 * parity);
        let values = [age, parity, doubled, secure, (i - 1) % 15].map(f64::from);
        for (column, value) in columns.iter_mut().zip(values) {
            column.push(value);
        }
        housing.push(Some(["own", "hostel", "kin"][home as usize]));
        arms.push(Some(["usual", "clinic"][treated as usize]));
    }
    let [age, parity, doubled, secure, site] = columns;
    let numbers = |name: &str, values: Vec<f64>, table: Table| {
        table.with(name, Column::Numbers(values)).unwrap()
    };
    let table = numbers("age", age, Table::new());
    let table = numbers("parity", parity, table);
    let table = numbers("score", doubled.iter().map(|d| d / 2.0).collect(), table);
    let table = numbers("secure", secure, table);
    let table = numbers("site", site, table);
    table
        .with(
            "housing",
            Column::Factor(Factor::with_levels(&housing, &["own", "hostel", "kin"])),
        )
        .unwrap()
        .with(
            "arm",
            Column::Factor(Factor::with_levels(&arms, &["usual", "clinic"])),
        )
        .unwrap()
}

fn target(name: &str) -> Target {
    match name {
        "everybody" => Target::Everybody,
        "treated" => Target::Treated,
        "comparison" => Target::Comparison,
        "overlap" => Target::Overlap,
        "matching" => Target::Matching,
        other => panic!("no target {other}"),
    }
}

fn check(case: &Value, table: &Table) {
    let outcome = case["outcome"].as_str().unwrap();
    let formula = Formula::parse(&format!("{outcome} ~ age + parity + housing")).unwrap();
    let outcome_model = match case["model"].as_str().unwrap() {
        "linear" => OutcomeModel::Linear,
        "logistic" => OutcomeModel::Logistic,
        _ => OutcomeModel::None,
    };
    let settings = AdjustmentSettings {
        target: target(case["target"].as_str().unwrap()),
        outcome_model,
        ..AdjustmentSettings::default()
    };
    let agrees = |key: &str, value: f64| {
        let expected = case[key].as_f64().unwrap();
        let error = ((value - expected) / expected).abs();
        assert!(error < TOLERANCE, "{case} {key}: {value} off by {error:e}");
    };
    let adjusted = adjusted_difference("arm", &formula, table, &settings).unwrap();
    agrees("comparison", adjusted.means.comparison);
    agrees("treated", adjusted.means.treated);
    agrees("difference", adjusted.difference.estimate.unwrap());
    agrees("se", adjusted.difference.se.unwrap());
    if let Some(ratio) = &adjusted.risk_ratio {
        agrees("log_ratio_se", ratio.se.unwrap());
    }
    let by_site = AdjustmentSettings {
        cluster: Some("site".to_owned()),
        ..settings
    };
    let clustered = adjusted_difference("arm", &formula, table, &by_site).unwrap();
    agrees("cluster_se", clustered.difference.se.unwrap());
    assert_eq!(clustered.difference.df, Some(14.0));
}

#[test]
fn weighted_and_doubly_robust_differences_agree_with_stacked_estimating_equations() {
    let reference: Value =
        serde_json::from_str(include_str!("../reference/confounding.json")).unwrap();
    let cases = reference["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 20);
    let table = people();
    for case in cases {
        check(case, &table);
    }
}

#[test]
fn overlap_weights_make_every_mean_of_the_covariates_equal() {
    let table = people();
    let formula = Formula::parse("score ~ age + parity + housing").unwrap();
    let score = propensity_score("arm", &formula, &table).unwrap();
    let weights = balancing_weights(&score, Target::Overlap, None).unwrap();
    let table_of_balance = balance(&score, &weights, &formula, &table);
    // Two numbers and three levels.
    assert_eq!(table_of_balance.covariates.len(), 5);
    let mut largest_before = 0.0_f64;
    for line in &table_of_balance.covariates {
        assert!(
            line.weighted_standardised_difference.abs() < 1e-10,
            "{line:?}"
        );
        largest_before = largest_before.max(line.standardised_difference.abs());
    }
    assert!(largest_before > 0.2, "there is something to balance");
}

#[test]
fn weights_count_as_fewer_people_and_cutting_them_down_as_more() {
    let table = people();
    let formula = Formula::parse("score ~ age + parity + housing").unwrap();
    let score = propensity_score("arm", &formula, &table).unwrap();
    let n_treated = score.treated.iter().filter(|t| **t).count() as f64;
    let whole = balancing_weights(&score, Target::Everybody, None).unwrap();
    let cut = balancing_weights(&score, Target::Everybody, Some(0.9)).unwrap();
    let [_, treated] = whole.effective_sample_sizes;
    assert!(treated < n_treated && cut.effective_sample_sizes[1] > treated);
    assert!(cut.n_truncated > 0 && whole.n_truncated == 0);
    let total: f64 = whole.weights.iter().sum();
    assert!(
        (total - 90.0).abs() < 1e-10,
        "weights sum to the people of each arm"
    );
}

#[test]
fn exchanging_the_arms_turns_the_difference_round() {
    let table = people();
    let Some(Column::Factor(arm)) = table.column("arm") else {
        panic!("the arm is a factor");
    };
    let labels: Vec<Option<&str>> = arm
        .codes
        .iter()
        .map(|code| code.map(|code| arm.levels[code as usize].as_str()))
        .collect();
    let table = table
        .clone()
        .with(
            "turned",
            Column::Factor(Factor::with_levels(&labels, &["clinic", "usual"])),
        )
        .unwrap();
    let formula = Formula::parse("score ~ age + parity + housing").unwrap();
    for (target, mirrored) in [
        (Target::Everybody, Target::Everybody),
        (Target::Treated, Target::Comparison),
        (Target::Overlap, Target::Overlap),
    ] {
        let settings = |target| AdjustmentSettings {
            target,
            outcome_model: OutcomeModel::Linear,
            ..AdjustmentSettings::default()
        };
        let there = adjusted_difference("arm", &formula, &table, &settings(target)).unwrap();
        let back = adjusted_difference("turned", &formula, &table, &settings(mirrored)).unwrap();
        let (a, b) = (there.difference, back.difference);
        assert!(
            (a.estimate.unwrap() + b.estimate.unwrap()).abs() < 1e-10,
            "{target:?}"
        );
        assert!((a.se.unwrap() - b.se.unwrap()).abs() < 1e-10, "{target:?}");
    }
}

#[test]
fn what_cannot_be_adjusted_is_said() {
    let table = people();
    let refusal = |formula: &str, settings: &AdjustmentSettings| {
        let formula = Formula::parse(formula).unwrap();
        adjusted_difference("arm", &formula, &table, settings)
            .unwrap_err()
            .to_string()
    };
    let logistic = AdjustmentSettings {
        outcome_model: OutcomeModel::Logistic,
        ..AdjustmentSettings::default()
    };
    assert!(refusal("score ~ age", &logistic).contains("use the linear one"));
    let nowhere = AdjustmentSettings {
        cluster: Some("hostel".to_owned()),
        ..AdjustmentSettings::default()
    };
    assert!(refusal("score ~ age", &nowhere).contains("the cluster `hostel`"));
    let cut = AdjustmentSettings {
        truncate_at: Some(0.2),
        ..AdjustmentSettings::default()
    };
    assert!(refusal("score ~ age", &cut).contains("between 0.5 and 1"));
}
