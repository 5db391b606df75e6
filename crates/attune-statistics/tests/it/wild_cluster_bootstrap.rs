//! The wild cluster bootstrap: reference values by its definition, laws, and what is refused.

use attune_statistics::clusters::Clusters;
use attune_statistics::formula::Formula;
use attune_statistics::least_squares::{LeastSquares, least_squares, weighted_least_squares};
use attune_statistics::table::{Column, Factor, Table};
use attune_statistics::wild_cluster_bootstrap::{
    WildBootstrap, WildBootstrapError, WildBootstrapSettings, WildWeights, wild_cluster_bootstrap,
};
use serde_json::Value;

use crate::oracle::OracleData;

/// Sites seen twice; some values of the second time are missing.
fn sites(wanted: &[&str]) -> Table {
    let data = OracleData::read("sites_did.csv");
    let rows: Vec<usize> = (0..data.text("site").len())
        .filter(|&row| wanted.contains(&data.text("site")[row].as_str()))
        .collect();
    let labels: Vec<Option<&String>> = rows
        .iter()
        .map(|&row| Some(&data.text("site")[row]))
        .collect();
    let groups = rows
        .iter()
        .map(|&row| f64::from(u8::from(data.text("group")[row] == "programme")));
    let scores = data.optional_numbers("score");
    let scores = rows.iter().map(|&row| scores[row].unwrap_or(f64::NAN));
    let times = data.numbers("time");
    Table::new()
        .with("site", Column::Factor(Factor::from_labels(&labels)))
        .and_then(|table| table.with("group", Column::Numbers(groups.collect())))
        .and_then(|table| {
            table.with(
                "time",
                Column::Numbers(rows.iter().map(|&row| times[row]).collect()),
            )
        })
        .and_then(|table| table.with("score", Column::Numbers(scores.collect())))
        .unwrap()
}

const ALL_SITES: [&str; 8] = ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8"];

fn did(table: &Table) -> LeastSquares {
    least_squares(&Formula::parse("score ~ group * time").unwrap(), table).unwrap()
}

fn bootstrap(
    model: &LeastSquares,
    table: &Table,
    column: usize,
    settings: &WildBootstrapSettings,
) -> Result<WildBootstrap, WildBootstrapError> {
    let clusters = Clusters::of_rows(table, "site", &model.frame.used_rows).unwrap();
    let weights: Vec<f64> = (0..model.terms.len())
        .map(|k| f64::from(u8::from(k == column)))
        .collect();
    wild_cluster_bootstrap(model, &clusters, &weights, settings)
}

fn reference() -> Value {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/reference/wild_cluster_bootstrap.json"
    );
    serde_json::from_str(&std::fs::read_to_string(path).expect("the reference values"))
        .expect("JSON")
}

fn check(result: &WildBootstrap, expected: &Value) {
    let number = |key: &str| expected[key].as_f64().expect("a number");
    assert!((result.estimate / number("estimate") - 1.0).abs() < 1e-12);
    assert!(
        (result.statistic / number("t") - 1.0).abs() < 1e-11,
        "{result:?}"
    );
    // Counts over counts.
    assert!(
        (result.p - number("p")).abs() < 1e-12,
        "{result:?} {expected}"
    );
    assert!(result.exact && result.monte_carlo_error.is_none());
}

#[test]
fn all_sign_patterns_agree_with_the_definition() {
    let (table, expected) = (sites(&ALL_SITES), reference());
    let model = did(&table);
    for (name, column, null_value) in [
        ("rademacher 2 0.0", 2, 0.0),
        ("rademacher 2 -1.5", 2, -1.5),
        ("rademacher 2 3.0", 2, 3.0),
        ("rademacher 3 0.0", 3, 0.0),
        ("rademacher 3 -1.5", 3, -1.5),
        ("rademacher 3 3.0", 3, 3.0),
    ] {
        let settings = WildBootstrapSettings {
            null_value,
            ..WildBootstrapSettings::default()
        };
        check(
            &bootstrap(&model, &table, column, &settings).unwrap(),
            &expected[name],
        );
    }
}

#[test]
fn all_six_point_patterns_agree_with_the_definition() {
    let table = sites(&["S1", "S2", "S5", "S6"]);
    let settings = WildBootstrapSettings {
        weights: WildWeights::Webb,
        ..WildBootstrapSettings::default()
    };
    let result = bootstrap(&did(&table), &table, 3, &settings).unwrap();
    assert_eq!(result.n_resamples, 1296);
    check(&result, &reference()["webb four sites"]);
}

#[test]
fn the_interval_holds_the_null_values_that_are_not_refuted() {
    let table = sites(&ALL_SITES);
    let model = did(&table);
    for level in [0.8, 0.95] {
        let at = |null_value: f64| {
            let settings = WildBootstrapSettings {
                null_value,
                level,
                ..WildBootstrapSettings::default()
            };
            bootstrap(&model, &table, 3, &settings).unwrap()
        };
        let WildBootstrap {
            ci_lower,
            ci_upper,
            estimate,
            ..
        } = at(0.0);
        assert!(ci_lower < estimate && estimate < ci_upper);
        for (inside, outside) in [(1e-6, -1e-6)].map(|(a, b)| (ci_lower + a, ci_lower + b)) {
            assert!(at(inside).p > 1.0 - level && at(outside).p <= 1.0 - level);
        }
        assert!(at(ci_upper - 1e-6).p > 1.0 - level && at(ci_upper + 1e-6).p <= 1.0 - level);
    }
}

#[test]
fn drawing_agrees_with_enumeration_and_is_the_same_on_any_number_of_threads() {
    let table = sites(&ALL_SITES);
    let model = did(&table);
    let exact = bootstrap(&model, &table, 3, &WildBootstrapSettings::default()).unwrap();
    // Webb's 6⁸ patterns are too many to enumerate.
    let settings = WildBootstrapSettings {
        weights: WildWeights::Webb,
        n_resamples: 20_000,
        seed: 11,
        ..WildBootstrapSettings::default()
    };
    let on = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(n_threads)
            .build()
            .unwrap();
        pool.install(|| bootstrap(&model, &table, 3, &settings).unwrap())
    };
    let drawn = on(1);
    assert_eq!(drawn, on(3));
    assert!(!drawn.exact && drawn.n_resamples == 20_001);
    assert!(drawn.monte_carlo_error.unwrap() < 0.003);
    assert!((drawn.p - exact.p).abs() < 0.05, "{} {}", drawn.p, exact.p);
    // 255 sign patterns are not enough to enumerate 256: sampled, p is within its error of the exact one.
    let settings = WildBootstrapSettings {
        n_resamples: 255,
        ..settings
    };
    let settings = WildBootstrapSettings {
        weights: WildWeights::Rademacher,
        ..settings
    };
    let sampled = bootstrap(&model, &table, 3, &settings).unwrap();
    assert!(!sampled.exact);
    assert!((sampled.p - exact.p).abs() < 4.0 * sampled.monte_carlo_error.unwrap());
}

#[test]
fn a_time_that_four_sites_decide_repeats_its_statistic_in_more_patterns() {
    let table = sites(&ALL_SITES);
    let model = did(&table);
    let settings = WildBootstrapSettings::default();
    // The signs of the four programme sites do not touch the change of the comparison sites: 2 · 16 of 256.
    let time = bootstrap(&model, &table, 2, &settings).unwrap();
    assert_eq!(time.p_without_bound, 32.0 / 256.0);
    assert_eq!(
        (time.ci_lower, time.ci_upper),
        (f64::NEG_INFINITY, f64::INFINITY)
    );
    assert!(
        time.warnings
            .iter()
            .any(|warning| warning.to_string().contains("no value can be refuted"))
    );
    assert!(
        time.warnings[0]
            .to_string()
            .starts_with("few of the 8 clusters of `site` decide this contrast (2.9")
    );
    let difference = bootstrap(&model, &table, 3, &settings).unwrap();
    // One sign in each arm keeps the residuals that a large effect leaves within the model: 2 · 2 of 256.
    assert_eq!(difference.p_without_bound, 4.0 / 256.0);
    assert!(difference.ci_lower.is_finite() && difference.warnings.is_empty());
}

#[test]
fn units_and_equal_weights_do_not_matter() {
    let table = sites(&ALL_SITES);
    let Some(Column::Numbers(scores)) = table.column("score") else {
        panic!("numbers")
    };
    let rescaled = scores.iter().map(|score| 12.0 - 5.0 * score).collect();
    let table = table
        .clone()
        .with("rescaled", Column::Numbers(rescaled))
        .unwrap();
    let table = table
        .clone()
        .with("w", Column::Numbers(vec![2.5; table.n_rows()]))
        .unwrap();
    let plain = bootstrap(&did(&table), &table, 3, &WildBootstrapSettings::default()).unwrap();
    let formula = Formula::parse("rescaled ~ group * time").unwrap();
    let other = weighted_least_squares(&formula, &table, "w").unwrap();
    let other = bootstrap(&other, &table, 3, &WildBootstrapSettings::default()).unwrap();
    assert_eq!(plain.p, other.p);
    assert!((other.statistic + plain.statistic).abs() < 1e-10);
    assert!((other.ci_lower + 5.0 * plain.ci_upper).abs() < 1e-7);
}

#[test]
fn one_treated_cluster_and_impossible_settings_are_refused() {
    let table = sites(&["S1", "S5", "S6", "S7"]);
    let model = least_squares(&Formula::parse("score ~ group").unwrap(), &table).unwrap();
    let problem = bootstrap(&model, &table, 1, &WildBootstrapSettings::default()).unwrap_err();
    assert!(
        problem
            .to_string()
            .starts_with("a single cluster of `site` decides this contrast")
    );
    let few = WildBootstrapSettings {
        n_resamples: 20,
        ..WildBootstrapSettings::default()
    };
    let problem = bootstrap(&model, &table, 1, &few).unwrap_err().to_string();
    assert_eq!(
        problem,
        "the number of resamples is 20 but must be at least 99"
    );
}
