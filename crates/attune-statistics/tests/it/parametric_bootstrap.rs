//! Simulation from fitted models, and what is concluded from it.

use attune_statistics::descriptives::{mean, standard_deviation};
use attune_statistics::formula::Formula;
use attune_statistics::linear_mixed_model::{
    Estimator, FitSettings, LinearMixedModel, SimulatedEffects, fit, fit_weighted, simulate,
};
use attune_statistics::parametric_bootstrap::{
    ParametricBootstrapError, ParametricBootstrapSettings, ParametricInterval, QuantityKind,
    parametric_bootstrap, parametric_bootstrap_of, parametric_bootstrap_test,
};
use attune_statistics::table::{Column, Factor, Table};

use crate::dense_reference::study;
use crate::oracle_lmm;

fn oracle(name: &str) -> LinearMixedModel {
    oracle_lmm::fitted(&oracle_lmm::read_json(&format!("cases/{name}.json")))
}

fn fitted(formula: &str, table: &Table, estimator: Estimator) -> LinearMixedModel {
    let settings = FitSettings {
        estimator,
        ..FitSettings::default()
    };
    fit(
        &Formula::parse(formula).expect("a formula"),
        table,
        &settings,
    )
    .expect("a fit")
}

fn settings(n_replicates: usize) -> ParametricBootstrapSettings {
    ParametricBootstrapSettings {
        n_replicates,
        seed: 20,
        ..ParametricBootstrapSettings::default()
    }
}

#[test]
fn simulated_responses_have_the_covariance_of_the_model() {
    let model = oracle("sleepstudy_slope_reml");
    let n = 4000;
    let responses = simulate(&model, n, 5, SimulatedEffects::Drawn);
    let value = |row: usize| responses.iter().map(|y| y[row]).collect::<Vec<f64>>();
    // Day 0 and day 9 of the first subject; variances and covariance from the estimates.
    let (first, last) = (value(0), value(9));
    let [intercept, slope, covariance, residual] =
        [0, 1, 2, 3].map(|place: usize| model.random[place].value);
    let variance = |day: f64| intercept + 2.0 * day * covariance + day * day * slope + residual;
    let error = (2.0 / n as f64).sqrt();
    assert!((standard_deviation(&first).powi(2) / variance(0.0) - 1.0).abs() < 4.0 * error);
    assert!((standard_deviation(&last).powi(2) / variance(9.0) - 1.0).abs() < 4.0 * error);
    let centre = model.coefficients[0] + 9.0 * model.coefficients[1];
    assert!((mean(&last) - centre).abs() < 4.0 * (variance(9.0) / n as f64).sqrt());
    let (a, b) = (mean(&first), mean(&last));
    let products: Vec<f64> = first
        .iter()
        .zip(&last)
        .map(|(x, y)| (x - a) * (y - b))
        .collect();
    let expected = intercept + 9.0 * covariance;
    let spread = ((variance(0.0) * variance(9.0) + expected * expected) / n as f64).sqrt();
    assert!((mean(&products) - expected).abs() < 4.0 * spread);
}

#[test]
fn kept_effects_stay_and_weights_make_precise_rows_precise() {
    let table = study(4, 96);
    let weights = (0..96)
        .map(|row| if row % 2 == 0 { 1.0 } else { 16.0 })
        .collect();
    let table = table
        .with("precision", Column::Numbers(weights))
        .expect("one length");
    let formula = Formula::parse("score ~ age + (1 | child)").expect("a formula");
    let model =
        fit_weighted(&formula, &table, "precision", &FitSettings::default()).expect("a fit");
    let responses = simulate(&model, 2000, 6, SimulatedEffects::Kept);
    let fitted = model.fitted();
    for row in [0, 1, 50, 51] {
        let values: Vec<f64> = responses.iter().map(|y| y[row]).collect();
        let expected = model.sigma / if row % 2 == 0 { 1.0 } else { 4.0 };
        assert!((mean(&values) - fitted[row]).abs() < 4.0 * expected / 2000.0_f64.sqrt());
        assert!((standard_deviation(&values) / expected - 1.0).abs() < 4.0 / 4000.0_f64.sqrt());
    }
}

#[test]
fn standard_errors_of_coefficients_are_those_of_the_model() {
    let model = oracle("sleepstudy_slope_reml");
    let bootstrap = parametric_bootstrap(&model, &settings(1000)).expect("a bootstrap");
    // Balanced data: the model-based standard error is that of the sampling distribution.
    for (k, quantity) in bootstrap.quantities.iter().take(2).enumerate() {
        let expected = model.vcov[(k, k)].sqrt();
        assert!((quantity.standard_error / expected - 1.0).abs() < 4.0 / 2000.0_f64.sqrt());
        assert!(quantity.bias.abs() < 4.0 * expected / 1000.0_f64.sqrt());
    }
    let kinds: Vec<QuantityKind> = bootstrap.quantities.iter().map(|q| q.name.kind).collect();
    use QuantityKind::{Correlation, FixedEffect, ResidualDeviation, StandardDeviation};
    assert_eq!(
        kinds,
        [
            FixedEffect,
            FixedEffect,
            StandardDeviation,
            StandardDeviation,
            Correlation,
            ResidualDeviation
        ]
    );
}

#[test]
fn an_interval_of_the_intraclass_correlation_covers_that_of_the_balanced_analysis_of_variance() {
    // One-way, balanced: the exact interval of Searle (1971) comes from F with 11 and 48 degrees of freedom.
    let effects: Vec<f64> = (0..12)
        .map(|group| f64::from(group * 5 % 12) - 5.5)
        .collect();
    let groups: Vec<f64> = (0..60).map(|row| f64::from(row / 5)).collect();
    let noise = |row: usize| f64::from((row * 37 % 23) as u32) - 11.0;
    let scores = (0..60)
        .map(|row| effects[row / 5] + 0.5 * noise(row))
        .collect();
    let table = Table::new()
        .with("group", Column::Factor(Factor::from_numbers(&groups)))
        .and_then(|table| table.with("score", Column::Numbers(scores)))
        .expect("columns of one length");
    let model = fitted("score ~ 1 + (1 | group)", &table, Estimator::Reml);
    let bootstrap = parametric_bootstrap(&model, &settings(2000)).expect("a bootstrap");
    let icc = bootstrap.quantities.last().expect("quantities");
    assert_eq!(icc.name.kind, QuantityKind::IntraclassCorrelation);
    // E[ICC*] and the quantiles follow from F: rho* = (rho F' - 1)/(rho F' + 4), F' = ratio of mean squares.
    let ratio = 1.0 + 5.0 * model.random[0].value / model.random[1].value;
    let limit = |f: f64| (ratio * f - 1.0) / (ratio * f + 4.0);
    let quantile = |p| attune_statistics::distributions::f_quantile(p, 11.0, 48.0);
    assert!(
        (icc.ci_lower - limit(quantile(0.025)).max(0.0)).abs() < 0.05,
        "{icc:?}"
    );
    assert!((icc.ci_upper - limit(quantile(0.975))).abs() < 0.03);
}

#[test]
fn any_function_can_be_bootstrapped_and_bits_do_not_depend_on_threads() {
    let table = study(3, 96);
    let model = fitted("score ~ age * arm + (1 | child)", &table, Estimator::Reml);
    let crossing = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        pool.install(|| {
            let of = |fitted: &attune_statistics::linear_mixed_model::Refitted| {
                -fitted.coefficients[2] / fitted.coefficients[3]
            };
            parametric_bootstrap_of(&model, "crossing", &of, &settings(60)).expect("a bootstrap")
        })
    };
    let (one, three) = (crossing(1), crossing(3));
    assert_eq!(one, three);
    assert_eq!(one.quantities[0].name.to_string(), "crossing");
    let expected = -model.coefficients[2] / model.coefficients[3];
    assert!((one.quantities[0].estimate / expected - 1.0).abs() < 1e-8);
}

#[test]
fn a_singular_model_is_bootstrapped_with_its_doubts() {
    let model = oracle("early_slope_reml");
    let bootstrap = parametric_bootstrap(&model, &settings(60)).expect("a bootstrap");
    assert!(bootstrap.n_singular > 10 && bootstrap.n_not_converged == 0);
    assert!(
        bootstrap.warnings[0].contains("on its boundary"),
        "{:?}",
        bootstrap.warnings
    );
    let basic = ParametricBootstrapSettings {
        interval: ParametricInterval::Basic,
        ..settings(60)
    };
    let mirrored = parametric_bootstrap(&model, &basic).expect("a bootstrap");
    let (percentile, basic) = (&bootstrap.quantities[1], &mirrored.quantities[1]);
    assert!((percentile.ci_lower + basic.ci_upper - 2.0 * percentile.estimate).abs() < 1e-10);
}

#[test]
fn what_cannot_be_bootstrapped_is_told() {
    let model = oracle("sleepstudy_slope_reml");
    let few = parametric_bootstrap(&model, &settings(5)).expect_err("too few");
    assert!(matches!(
        few,
        ParametricBootstrapError::TooFewReplicates { asked: 5, .. }
    ));
    let level = ParametricBootstrapSettings {
        level: 95.0,
        ..settings(100)
    };
    let level = parametric_bootstrap(&model, &level).expect_err("a level");
    assert!(level.to_string().contains("between 0 and 1"));
}

#[test]
fn the_bootstrap_test_agrees_with_chi_squared_where_that_is_right() {
    // Many groups and one more fixed effect: the asymptotic distribution holds.
    let table = study(11, 400);
    let smaller = fitted(
        "score ~ age + (1 | child)",
        &table,
        Estimator::MaximumLikelihood,
    );
    let larger = fitted("score ~ age + site + (1 | child)", &table, Estimator::Reml);
    let test = parametric_bootstrap_test(&smaller, &larger, 400, 3).expect("a test");
    assert!(
        (test.p - test.asymptotic.p).abs() < 4.0 * test.standard_error.max(0.005),
        "{test:?}"
    );
    assert!((test.p_bartlett - test.asymptotic.p).abs() < 0.05);
    assert!((mean(&test.statistics) - 3.0).abs() < 0.6);
}

#[test]
fn under_no_variance_half_of_the_statistics_are_zero() {
    // A variance on its boundary: the statistic is zero in about half of the replicates (Self & Liang 1987).
    let table = study(11, 240);
    let smaller = fitted(
        "score ~ age + (1 | child)",
        &table,
        Estimator::MaximumLikelihood,
    );
    let larger = fitted(
        "score ~ age + (1 | child) + (1 | assessor)",
        &table,
        Estimator::MaximumLikelihood,
    );
    let test = parametric_bootstrap_test(&smaller, &larger, 300, 4).expect("a test");
    let zeros = test
        .statistics
        .iter()
        .filter(|statistic| **statistic < 1e-8)
        .count();
    assert!((120..=240).contains(&zeros), "{zeros}");
    assert!(test.p < 0.05);
}
