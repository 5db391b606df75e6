//! Laws of linear mixed models, and data that break other programs.

use attune_statistics::formula::Formula;
use attune_statistics::inference::{DegreesOfFreedom, coefficient_tests};
use attune_statistics::influence::influence;
use attune_statistics::least_squares::least_squares;
use attune_statistics::likelihood_ratio_test::likelihood_ratio_test;
use attune_statistics::linear_mixed_model::{
    FitError, FitSettings, LinearMixedModel, WarningKind, fit,
};
use attune_statistics::marginal_means::{MarginalMeans, marginal_means};
use attune_statistics::prediction::predict;
use attune_statistics::table::{Column, Factor, Table};
use attune_statistics::type_three::type_three_tests;
use proptest::prelude::*;

use crate::dense_reference::study;

const MODEL: &str = "score ~ age * arm + (age | child)";

fn fitted(formula: &str, table: &Table) -> LinearMixedModel {
    fit(
        &Formula::parse(formula).expect("a formula"),
        table,
        &FitSettings::default(),
    )
    .expect("a fit")
}

fn numbers(table: &Table, name: &str) -> Vec<f64> {
    match table.column(name) {
        Some(Column::Numbers(values)) => values.clone(),
        _ => panic!("{name} is a column of numbers"),
    }
}

/// The table with one column replaced.
fn replaced(table: &Table, name: &str, column: &Column) -> Table {
    let mut new = Table::new();
    for candidate in table.names() {
        let old = table.column(candidate).expect("a column");
        new.push(
            candidate,
            if candidate == name {
                column.clone()
            } else {
                old.clone()
            },
        )
        .expect("one length");
    }
    new
}

fn transformed(table: &Table, name: &str, change: impl FnMut(f64) -> f64) -> Table {
    replaced(
        table,
        name,
        &Column::Numbers(numbers(table, name).into_iter().map(change).collect()),
    )
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * (1.0 + a.abs().max(b.abs()))
}

fn component(model: &LinearMixedModel, place: usize) -> f64 {
    model.random[place].value
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn scaling_and_shifting_the_response_scale_and_shift_the_answer(
        seed in 0_u64..1000, factor in 1e-6_f64..1e6, shift in -1e3_f64..1e3
    ) {
        let table = study(seed, 96);
        let model = fitted(MODEL, &table);
        let moved = fitted(MODEL, &transformed(&table, "score", |y| factor * (y + shift)));
        prop_assert!(close(moved.sigma / factor, model.sigma, 1e-9));
        prop_assert!(close(moved.coefficients[0] / factor, model.coefficients[0] + shift, 1e-8));
        for place in 1..4 {
            prop_assert!(close(moved.coefficients[place] / factor, model.coefficients[place], 1e-8));
        }
        for (a, b) in moved.theta.iter().zip(&model.theta) {
            prop_assert!(close(a.value, b.value, 1e-7), "{a:?} {b:?}");
        }
        prop_assert_eq!(moved.singular, model.singular);
    }

    #[test]
    fn the_unit_and_the_origin_of_age_do_not_matter(seed in 0_u64..1000, unit in 1e-4_f64..1e4, origin in -50.0_f64..50.0) {
        let table = study(seed, 96);
        let model = fitted(MODEL, &table);
        let moved = fitted(MODEL, &transformed(&table, "age", |age| unit * (age + origin)));
        // REML is not invariant to the unit of a column of X, by a known constant.
        let constant = 2.0 * libm::log(unit);
        prop_assert!(close(moved.log_likelihood + constant, model.log_likelihood, 1e-8));
        prop_assert!(close(moved.sigma, model.sigma, 1e-7));
        prop_assert!(close(moved.coefficients[1] * unit, model.coefficients[1], 1e-7));
        prop_assert!(close(component(&moved, 1) * unit * unit, component(&model, 1), 1e-6));
        for method in [DegreesOfFreedom::Satterthwaite, DegreesOfFreedom::KenwardRoger] {
            let (before, after) = (model.inference(method).unwrap(), moved.inference(method).unwrap());
            let (before, after) = (coefficient_tests(&before, 0.95), coefficient_tests(&after, 0.95));
            prop_assert!(close(after[3].df, before[3].df, 1e-5), "{} {}", after[3].df, before[3].df);
            prop_assert!(close(after[3].statistic, before[3].statistic, 1e-6));
        }
    }

    #[test]
    fn the_order_of_rows_and_the_names_of_groups_do_not_matter(seed in 0_u64..1000) {
        let table = study(seed, 96);
        let model = fitted(MODEL, &table);
        let mut positions: Vec<usize> = (0..96).collect();
        positions.sort_by_key(|row| (row * 37 + seed as usize) % 97);
        let mut shuffled = table.rows(&positions);
        if let Some(Column::Factor(factor)) = shuffled.column("child").cloned() {
            let n = factor.levels.len() as u32;
            let levels = factor.levels.iter().rev().map(|level| format!("child {level}")).collect();
            let codes = factor.codes.iter().map(|code| code.map(|code| n - 1 - code)).collect();
            shuffled = replaced(&shuffled, "child", &Column::Factor(Factor { levels, codes }));
        }
        let moved = fitted(MODEL, &shuffled);
        prop_assert!(close(moved.log_likelihood, model.log_likelihood, 1e-11));
        for (a, b) in moved.coefficients.iter().zip(&model.coefficients) {
            prop_assert!(close(*a, *b, 1e-9));
        }
    }

    #[test]
    fn restricted_likelihood_does_not_know_the_fixed_effects(seed in 0_u64..1000, slope in -100.0_f64..100.0) {
        let table = study(seed, 96);
        let model = fitted(MODEL, &table);
        let age = numbers(&table, "age");
        let score = numbers(&table, "score").iter().zip(&age).map(|(y, x)| y + slope * x).collect();
        let moved = fitted(MODEL, &replaced(&table, "score", &Column::Numbers(score)));
        prop_assert!(close(moved.log_likelihood, model.log_likelihood, 1e-10));
        prop_assert!(close(moved.coefficients[1], model.coefficients[1] + slope, 1e-8));
    }

    #[test]
    fn messy_data_give_a_result_or_a_reason_and_never_a_panic(
        seed in 0_u64..100_000,
        missing in 0_usize..90,
        scale in -12_i32..12,
        levels in 1_usize..6,
        formula in 0_usize..8,
    ) {
        let formulas = [
            "score ~ age * arm + (age | child)",
            "score ~ age * site + (1 | child)",
            "score ~ age + I(2 * age) + arm + (1 | site/child)",
            "score ~ 1 + (age || child) + (1 | assessor)",
            "score ~ arm:site + (age | site)",
            "score ~ poly(age, 2) + (1 | child) + (1 | assessor) + (1 | site)",
            "score ~ 0 + arm + (0 + arm | site)",
            "score ~ log(age + 10) + (age + I(age^2) | child)",
        ];
        let mut table = study(seed, 96);
        let size = 10_f64.powi(scale);
        let keep = |row: usize| (row as u64 * 31 + seed) % 97 >= missing as u64;
        let mut row = 0;
        let scores = numbers(&table, "score").into_iter().map(|y| {
            row += 1;
            if keep(row) { (y * size).round() / size.min(1.0) } else { f64::NAN }
        });
        table = replaced(&table, "score", &Column::Numbers(scores.collect()));
        let site = Factor::from_numbers(&(0..96).map(|row| ((row / 4) % levels) as f64).collect::<Vec<_>>());
        table = replaced(&table, "site", &Column::Factor(site));
        match fit(&Formula::parse(formulas[formula]).unwrap(), &table, &FitSettings::default()) {
            Err(error) => prop_assert!(!error.to_string().is_empty()),
            Ok(model) => {
                prop_assert!(model.sigma > 0.0 && model.log_likelihood.is_finite());
                prop_assert!(model.converged || model.warnings.iter().any(|w| w.kind == WarningKind::NotConverged));
                prop_assert!(!model.singular || model.warnings.iter().any(|w| w.kind == WarningKind::SingularFit));
                prop_assert!(model.fitted().iter().all(|value| value.is_finite()));
                if model.warnings.iter().any(|warning| warning.kind == WarningKind::NotIdentified) {
                    return Ok(());
                }
                for method in [DegreesOfFreedom::Satterthwaite, DegreesOfFreedom::KenwardRoger] {
                    let Ok(inference) = model.inference(method) else { continue };
                    for test in coefficient_tests(&inference, 0.95) {
                        prop_assert!(test.se > 0.0 && test.df > 0.0 && (0.0..=1.0).contains(&test.p), "{test:?} {:?}", model.theta);
                    }
                    for term in type_three_tests(&inference) {
                        prop_assert!(term.test.statistic >= 0.0, "{term:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let table = study(11, 20_000);
    let in_pool = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("a pool");
        pool.install(|| fitted(MODEL, &table))
    };
    let (one, three) = (in_pool(1), in_pool(3));
    assert_eq!(one.coefficients, three.coefficients);
    assert_eq!(one.theta, three.theta);
    assert_eq!(one.log_likelihood.to_bits(), three.log_likelihood.to_bits());
}

#[test]
fn leaving_out_a_group_is_a_fit_without_its_rows_at_the_same_variances() {
    let table = study(12, 96);
    for formula in [
        "score ~ age * arm + (1 | child)",
        "score ~ age * arm + (1 | child) + (1 | site)",
    ] {
        let model = fitted(formula, &table);
        for group in ["child", "site"] {
            let Ok(influences) = influence(&model, group) else {
                continue;
            };
            let column = match table.column(group) {
                Some(Column::Factor(factor)) => factor.clone(),
                _ => panic!("a factor"),
            };
            for (level, influence) in influences.iter().enumerate() {
                let rows: Vec<usize> = (0..96)
                    .filter(|&row| column.codes[row] != Some(level as u32))
                    .collect();
                let expected = generalised_least_squares(&model, &rows);
                for (value, expected) in influence.coefficients.iter().zip(&expected) {
                    assert!(
                        close(*value, *expected, 1e-9),
                        "{group} {level} {value} {expected}"
                    );
                }
                assert!(influence.cooks_distance >= 0.0);
            }
        }
    }
}

/// Generalised least squares on some rows with full matrices, at the variances of the model.
fn generalised_least_squares(model: &LinearMixedModel, rows: &[usize]) -> Vec<f64> {
    use attune_statistics::matrix::{Cholesky, Matrix};
    let frame = &model.frame;
    let covariance = Matrix::from_function(rows.len(), rows.len(), |i, j| {
        let mut value = if i == j {
            model.sigma * model.sigma
        } else {
            0.0
        };
        for (term, component) in frame.random.iter().zip(&model.random) {
            value += if term.codes[rows[i]] == term.codes[rows[j]] {
                component.value
            } else {
                0.0
            };
        }
        value
    });
    let factor = Cholesky::new(&covariance).expect("positive definite");
    let x = Matrix::from_function(rows.len(), frame.columns.len(), |i, j| {
        frame.columns[j][rows[i]]
    });
    let y: Vec<f64> = rows.iter().map(|&row| frame.response[row]).collect();
    let (x, y) = (factor.forward_matrix(&x), factor.forward(&y));
    Cholesky::new(&x.transposed_times(&x))
        .expect("full rank")
        .solve(&x.transposed().times_vector(&y))
}

#[test]
fn without_variance_between_groups_the_model_is_least_squares() {
    // Within each pair the values cancel, so groups differ less than chance would make them.
    let table = Table::new()
        .with(
            "group",
            Column::Factor(Factor::from_numbers(&[
                1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0,
            ])),
        )
        .and_then(|table| {
            table.with(
                "y",
                Column::Numbers(vec![1.0, -1.0, 2.0, -2.1, 3.0, -2.9, 1.5, -1.4]),
            )
        })
        .unwrap();
    let model = fitted("y ~ 1 + (1 | group)", &table);
    let plain = least_squares(&Formula::parse("y ~ 1").unwrap(), &table).unwrap();
    assert!(
        model.singular && model.theta[0].value == 0.0 && model.boundary == ["group.(Intercept)"]
    );
    assert!(
        close(model.sigma, plain.sigma, 1e-13)
            && close(model.coefficients[0], plain.coefficients[0], 1e-13)
    );
    insta::assert_snapshot!(model.warnings[0], @"the levels of `group` do not differ in `(Intercept)` beyond the residual noise: the variance is estimated as exactly zero; the fixed effects are those of a model without `group`; that is no proof that the groups are alike, only that 4 of them cannot show a difference; keep the term if the design demands it");
}

#[test]
fn the_warning_on_early_reads_like_advice() {
    let case = crate::oracle_lmm::read_json("cases/early_slope_reml.json");
    let model = crate::oracle_lmm::fitted(&case);
    let warnings: Vec<String> = model.warnings.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(warnings.join("\n"), @"the random effects `(Intercept)` and `tos` of `id` are estimated as perfectly correlated (-1); taken at its word, one `id` that lies a standard deviation (12.9) above another at `tos` = 0 gains exactly 3.21 less per unit of `tos`, and all lines cross at `tos` = 4, outside the data (0.5 to 1.5). Rather than a fact about `id`, this mostly means that the data cannot tell: with 3 rows for each, random effects and noise look much alike, and such fits are common. Safe to read: the fixed effects, their standard errors, the log-likelihood. Not safe: the correlations, the standard deviations of the slopes and single modes of `id`, and Satterthwaite's degrees of freedom, which at this edge depend on how the covariance is parametrised: report Kenward–Roger. Next, compare with `cog ~ tos * trt + (1 | id)` by a likelihood ratio test; what values of the correlation and the standard deviations the data allow, a profile or the parametric bootstrap says");
}

#[test]
fn an_empty_cell_drops_its_column_and_its_means() {
    let mut table = study(13, 96);
    let cell: Vec<f64> = (0..96)
        .map(|row| {
            if (row / 4) % 3 == 0 {
                0.0
            } else {
                ((row / 4) % 2) as f64
            }
        })
        .collect();
    table
        .push("ward", Column::Factor(Factor::from_numbers(&cell)))
        .unwrap();
    let model = fitted("score ~ arm * ward + (1 | child)", &table);
    assert_eq!(model.dropped_columns, ["arm1:ward1"]);
    assert!(
        model
            .warnings
            .iter()
            .any(|warning| warning.kind == WarningKind::DroppedColumns)
    );
    let inference = model.inference(DegreesOfFreedom::Satterthwaite).unwrap();
    let wanted = MarginalMeans {
        over: vec!["arm".into(), "ward".into()],
        at: vec![],
    };
    let means = marginal_means(&inference, &wanted, 0.95).unwrap();
    let estimable: Vec<bool> = means.iter().map(|mean| mean.weights.is_some()).collect();
    assert_eq!(estimable, [true, true, true, false]);
    assert!(means[3].estimate.estimate.is_nan());
}

#[test]
fn what_cannot_be_fitted_is_refused_with_a_reason() {
    let table = study(14, 24);
    let problem = |formula: &str, table: &Table| {
        fit(
            &Formula::parse(formula).unwrap(),
            table,
            &FitSettings::default(),
        )
        .unwrap_err()
    };
    assert!(matches!(
        problem("score ~ age", &table),
        FitError::NoRandomEffects
    ));
    let one = replaced(
        &table,
        "site",
        &Column::Factor(Factor::from_numbers(&[1.0; 24])),
    );
    assert!(matches!(
        problem("score ~ age + (1 | site)", &one),
        FitError::TooFewLevels { .. }
    ));
    assert!(matches!(
        problem("score ~ age + (1 | age)", &table),
        FitError::TooManyEffects { .. }
    ));
    let constant = transformed(&table, "score", |_| 3.0);
    assert!(matches!(
        problem("score ~ age + (1 | site)", &constant),
        FitError::NothingLeft { .. }
    ));
    let still = transformed(&table, "age", |_| 2.0);
    assert!(matches!(
        problem("score ~ 1 + (age | site)", &still),
        FitError::ConstantColumn { .. }
    ));
    let empty = transformed(&table, "score", |_| f64::NAN);
    assert!(matches!(
        problem("score ~ age + (1 | site)", &empty),
        FitError::Frame(_)
    ));
}

#[test]
fn predictions_lie_on_the_marginal_means() {
    let model = fitted(MODEL, &study(15, 96));
    let inference = model.inference(DegreesOfFreedom::KenwardRoger).unwrap();
    let wanted = MarginalMeans {
        over: vec!["arm".into()],
        at: vec![("age".into(), vec![0.5, 1.5])],
    };
    let means = marginal_means(&inference, &wanted, 0.9).unwrap();
    let new = Table::new()
        .with("age", Column::Numbers(vec![0.5, 0.5, 1.5, 1.5]))
        .and_then(|table| {
            table.with(
                "arm",
                Column::Factor(Factor::from_numbers(&[0.0, 1.0, 0.0, 1.0])),
            )
        })
        .unwrap();
    for (prediction, mean) in predict(&inference, &new, 0.9).unwrap().iter().zip(&means) {
        assert!(close(prediction.estimate, mean.estimate.estimate, 1e-13));
        assert!(close(prediction.ci_lower, mean.estimate.ci_lower, 1e-12));
    }
}

#[test]
fn models_on_different_rows_are_not_compared() {
    let table = study(16, 96);
    let mut row = 0;
    let gappy = transformed(&table, "age", |age| {
        row += 1;
        if row == 5 { f64::NAN } else { age }
    });
    let (smaller, larger) = (
        fitted("score ~ arm + (1 | child)", &gappy),
        fitted("score ~ arm + age + (1 | child)", &gappy),
    );
    assert!(
        likelihood_ratio_test(&smaller, &larger)
            .unwrap_err()
            .to_string()
            .contains("different rows")
    );
    assert!(
        likelihood_ratio_test(&larger, &larger)
            .unwrap_err()
            .to_string()
            .contains("smaller model first")
    );
}
