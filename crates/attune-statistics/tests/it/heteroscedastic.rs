//! Residual standard deviations by level, and partially nested designs. Reference values: a dense likelihood and nlme
//! in `tests/reference/mixed_model_extras.R`.

use attune_statistics::formula::Formula;
use attune_statistics::heteroscedastic_residuals::{
    HeteroscedasticModel, WeightedModel, fit_with_residuals_by,
};
use attune_statistics::inference::{DegreesOfFreedom, InferenceError, coefficient_tests};
use attune_statistics::least_squares::least_squares;
use attune_statistics::linear_mixed_model::{Estimator, FitError, FitSettings};
use attune_statistics::table::{Column, Factor, Table};
use serde_json::Value;

use crate::oracle::OracleData;
use crate::oracle_lmm::{Comparison, list, number, read_json, table};
use crate::weights::reference;

fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(number).collect()
}

fn orthodont() -> Table {
    let data = OracleData::read("orthodont.csv");
    let sex: Vec<Option<String>> = data.text("Sex").iter().cloned().map(Some).collect();
    let subject: Vec<Option<String>> = data.text("Subject").iter().cloned().map(Some).collect();
    let age = data.numbers("age");
    let young = age
        .iter()
        .map(|&age| f64::from(u8::from(age >= 11.0)))
        .collect();
    Table::new()
        .with(
            "Sex",
            Column::Factor(Factor::with_levels(&sex, &["Male", "Female"])),
        )
        .and_then(|t| t.with("Subject", Column::Factor(Factor::from_labels(&subject))))
        .and_then(|t| t.with("age", Column::Numbers(age)))
        .and_then(|t| t.with("older", Column::Numbers(young)))
        .and_then(|t| t.with("distance", Column::Numbers(data.numbers("distance"))))
        .expect("a table")
}

fn partially_nested() -> Table {
    let text = include_str!("../reference/partially_nested.csv");
    let rows: Vec<Vec<&str>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect();
    let column =
        |at: usize| -> Vec<Option<&str>> { rows.iter().map(|row| Some(row[at])).collect() };
    let number = |at: usize| -> Column {
        Column::Numbers(
            rows.iter()
                .map(|row| row[at].parse().expect("a number"))
                .collect(),
        )
    };
    Table::new()
        .with(
            "arm",
            Column::Factor(Factor::with_levels(&column(0), &["usual", "groups"])),
        )
        .and_then(|t| t.with("group", Column::Factor(Factor::from_labels(&column(1)))))
        .and_then(|t| t.with("inGroup", number(2)))
        .and_then(|t| t.with("severity", number(3)))
        .and_then(|t| t.with("score", number(4)))
        .expect("a table")
}

fn fitted(formula: &str, table: &Table, by: &str, estimator: Estimator) -> HeteroscedasticModel {
    let settings = FitSettings {
        estimator,
        ..FitSettings::default()
    };
    let formula = Formula::parse(formula).expect("a formula");
    fit_with_residuals_by(&formula, table, by, &settings).expect("a fit")
}

/// The standard deviations of the random effects (as the reference has them), then the residual ones.
fn check(name: &str, model: &HeteroscedasticModel, random: &[f64], df_tolerance: f64) {
    let expected = reference(name);
    let mut compare = Comparison::new(name);
    compare.equal("converged", &model.converged, &true);
    compare.number(
        "logLik",
        model.log_likelihood,
        number(&expected["log_likelihood"]),
        1e-11,
    );
    compare.number(
        "nlme logLik",
        model.log_likelihood,
        number(&expected["nlme_log_likelihood"]),
        1e-7,
    );
    let mut sds = random.to_vec();
    sds.extend(
        model
            .strata
            .iter()
            .map(|stratum| stratum.standard_deviation),
    );
    compare.numbers(
        "standard deviations",
        &sds,
        &numbers(&expected["psi"]),
        1e-8,
    );
    let inference = model
        .inference(DegreesOfFreedom::Satterthwaite)
        .expect("inference");
    let tests = coefficient_tests(&inference, 0.95);
    let of = |part: fn(&attune_statistics::inference::CoefficientTest) -> f64| {
        tests.iter().map(part).collect::<Vec<f64>>()
    };
    compare.numbers(
        "coefficients",
        &of(|t| t.estimate),
        &numbers(&expected["coefficients"]),
        1e-9,
    );
    compare.numbers("se", &of(|t| t.se), &numbers(&expected["se"]), 1e-9);
    // The reference differentiates numerically.
    compare.numbers("df", &of(|t| t.df), &numbers(&expected["df"]), df_tolerance);
    for (key, value) in [
        (
            "nlme_log_likelihood_homoscedastic",
            model.log_likelihood_homoscedastic,
        ),
        (
            "log_likelihood_homoscedastic",
            model.log_likelihood_homoscedastic,
        ),
        ("nlme_aic", model.aic),
    ] {
        if expected[key].is_number() {
            compare.number(key, value, number(&expected[key]), 1e-8);
        }
    }
    compare.finish();
}

fn random_deviations(model: &HeteroscedasticModel) -> Vec<f64> {
    let WeightedModel::Mixed(model) = &model.model else {
        panic!("random effects")
    };
    let components = model
        .random
        .iter()
        .filter(|c| c.group != "Residual" && c.with.is_none());
    components.map(|c| c.standardised).collect()
}

#[test]
fn a_random_intercept_with_residuals_by_arm_is_that_of_nlme() {
    for (name, estimator) in [
        ("reml", Estimator::Reml),
        ("ml", Estimator::MaximumLikelihood),
    ] {
        let formula = "distance ~ age * Sex + (1 | Subject)";
        let model = fitted(formula, &orthodont(), "Sex", estimator);
        check(
            &format!("orthodont_by_sex_{name}"),
            &model,
            &random_deviations(&model),
            1e-6,
        );
        assert!(model.test_of_equal_residuals().p < 1e-4);
    }
}

#[test]
fn without_random_effects_it_is_gls() {
    for (name, estimator) in [
        ("reml", Estimator::Reml),
        ("ml", Estimator::MaximumLikelihood),
    ] {
        let model = fitted("distance ~ age * Sex", &orthodont(), "Sex", estimator);
        check(&format!("orthodont_gls_{name}"), &model, &[], 1e-6);
    }
}

#[test]
fn a_random_slope_with_strata_that_change_within_subjects_is_that_of_nlme() {
    let formula = "distance ~ age * Sex + (I(age - 11) | Subject)";
    let model = fitted(formula, &orthodont(), "older", Estimator::Reml);
    let WeightedModel::Mixed(mixed) = &model.model else {
        panic!("random effects")
    };
    let factor: Vec<f64> = mixed
        .theta
        .iter()
        .map(|theta| theta.value * mixed.sigma)
        .collect();
    check("orthodont_slope_by_age_reml", &model, &factor, 1e-5);
}

#[test]
fn a_partially_nested_trial_is_that_of_nlme() {
    for (name, estimator) in [
        ("reml", Estimator::Reml),
        ("ml", Estimator::MaximumLikelihood),
    ] {
        let formula = "score ~ severity + arm + (0 + inGroup | group)";
        let model = fitted(formula, &partially_nested(), "arm", estimator);
        check(
            &format!("partially_nested_{name}"),
            &model,
            &random_deviations(&model),
            1e-6,
        );
    }
}

/// One label for all who are in no group is as good as a label for each.
#[test]
fn those_outside_the_groups_may_share_a_label() {
    let single = partially_nested();
    let Some(Column::Factor(groups)) = single.column("group") else {
        panic!("a factor")
    };
    let labels: Vec<Option<&str>> = groups
        .codes
        .iter()
        .map(|code| {
            let level = groups.levels[code.expect("a level") as usize].as_str();
            Some(if level.starts_with("single") {
                "none"
            } else {
                level
            })
        })
        .collect();
    let shared = single
        .clone()
        .with("team", Column::Factor(Factor::from_labels(&labels)))
        .expect("a column");
    let one = fitted(
        "score ~ severity + arm + (0 + inGroup | group)",
        &single,
        "arm",
        Estimator::Reml,
    );
    let other = fitted(
        "score ~ severity + arm + (0 + inGroup | team)",
        &shared,
        "arm",
        Estimator::Reml,
    );
    assert!((one.log_likelihood - other.log_likelihood).abs() < 1e-9);
    let df = |model: &HeteroscedasticModel| {
        let inference = model
            .inference(DegreesOfFreedom::Satterthwaite)
            .expect("inference");
        coefficient_tests(&inference, 0.95)[2].df
    };
    assert!((df(&one) / df(&other) - 1.0).abs() < 1e-8);
}

/// Two arms, each with a standard deviation of its own, and nothing else: Welch's t test.
#[test]
fn two_arms_alone_have_the_degrees_of_freedom_of_welch() {
    let a = [3.0, 5.5, 4.1, 6.2, 5.0, 4.4];
    let b = [9.0, 2.0, 14.5, 7.5, 1.0, 11.0, 3.5, 12.0];
    let arms: Vec<f64> = [0.0; 6].into_iter().chain([1.0; 8]).collect();
    let table = Table::new()
        .with("arm", Column::Factor(Factor::from_numbers(&arms)))
        .and_then(|t| t.with("y", Column::Numbers(a.into_iter().chain(b).collect())))
        .expect("a table");
    let model = fitted("y ~ arm", &table, "arm", Estimator::Reml);
    let inference = model
        .inference(DegreesOfFreedom::Satterthwaite)
        .expect("inference");
    let test = &coefficient_tests(&inference, 0.95)[1];
    let spread = |values: &[f64]| {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        (
            values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0) / n,
            n - 1.0,
        )
    };
    let ((va, na), (vb, nb)) = (spread(&a), spread(&b));
    let welch = (va + vb).powi(2) / (va * va / na + vb * vb / nb);
    assert!((test.df / welch - 1.0).abs() < 1e-8, "{} {welch}", test.df);
    assert!((test.se / (va + vb).sqrt() - 1.0).abs() < 1e-9);
}

#[test]
fn which_level_comes_first_does_not_matter() {
    let data = orthodont();
    let Some(Column::Factor(sex)) = data.column("Sex") else {
        panic!("a factor")
    };
    let turned: Vec<Option<&str>> = sex
        .codes
        .iter()
        .map(|code| Some(sex.levels[code.expect("a level") as usize].as_str()))
        .collect();
    let turned = Factor::with_levels(&turned, &["Female", "Male"]);
    let other = data
        .clone()
        .with("turned", Column::Factor(turned))
        .expect("a column");
    let formula = "distance ~ age * Sex + (1 | Subject)";
    let one = fitted(formula, &data, "Sex", Estimator::Reml);
    let other = fitted(formula, &other, "turned", Estimator::Reml);
    assert!((one.log_likelihood - other.log_likelihood).abs() < 1e-9);
    let sd = |model: &HeteroscedasticModel, at: usize| model.strata[at].standard_deviation;
    assert!((sd(&one, 0) / sd(&other, 1) - 1.0).abs() < 1e-9);
    let df = |model: &HeteroscedasticModel| {
        let inference = model
            .inference(DegreesOfFreedom::Satterthwaite)
            .expect("inference");
        coefficient_tests(&inference, 0.95)[3].df
    };
    assert!((df(&one) / df(&other) - 1.0).abs() < 1e-7);
}

#[test]
fn what_cannot_be_fitted_is_said() {
    let data = orthodont();
    let formula = Formula::parse("distance ~ age + (1 | Subject)").expect("a formula");
    let refused = |table: &Table, by: &str| {
        fit_with_residuals_by(&formula, table, by, &FitSettings::default()).expect_err("refused")
    };
    let ones = data
        .clone()
        .with("one", Column::Numbers(vec![1.0; data.n_rows()]))
        .expect("a column");
    assert!(matches!(
        refused(&ones, "one"),
        FitError::OneStratum { n_levels: 1, .. }
    ));
    assert!(matches!(refused(&data, "nowhere"), FitError::Frame(_)));
    let few = (0..data.n_rows())
        .map(|row| f64::from(u8::from(row < 2)))
        .collect();
    let few = data
        .clone()
        .with("few", Column::Numbers(few))
        .expect("a column");
    assert!(
        refused(&few, "few")
            .to_string()
            .contains("`few` = 1 has only 2 row(s)")
    );
    let model = fitted(
        "distance ~ age + (1 | Subject)",
        &data,
        "Sex",
        Estimator::Reml,
    );
    let refused = model
        .inference(DegreesOfFreedom::KenwardRoger)
        .expect_err("refused");
    assert_eq!(refused, InferenceError::UnequalResiduals);
}

/// A boundary: no variance between the groups is left.
#[test]
fn a_group_variance_of_zero_is_reported_as_such() {
    let case = read_json("cases/dyestuff2_singular_reml.json");
    let data = table(&case);
    let half = (0..data.n_rows()).map(|row| (row % 2) as f64).collect();
    let data = data.with("half", Column::Numbers(half)).expect("a column");
    let model = fitted("Yield ~ 1 + (1 | Batch)", &data, "half", Estimator::Reml);
    assert!(model.converged);
    assert_eq!(random_deviations(&model), [0.0]);
    let plain = least_squares(&Formula::parse("Yield ~ 1").expect("f"), &data).expect("a fit");
    assert_eq!(
        plain.n_observations,
        model.strata.iter().map(|s| s.n_rows).sum::<usize>()
    );
}
