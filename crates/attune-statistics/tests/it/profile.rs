//! Profile likelihood intervals and intraclass correlations. Reference values: lme4's `confint` in the oracles,
//! and `tests/reference/mixed_model_extras.R`.

use attune_statistics::distributions::normal_quantile;
use attune_statistics::formula::Formula;
use attune_statistics::intraclass_correlation::intraclass_correlations;
use attune_statistics::linear_mixed_model::{Estimator, FitSettings, LinearMixedModel, fit};
use attune_statistics::profile::{
    ProfileEnd, ProfileInterval, ProfiledKind, profile_intervals, profile_thetas,
};
use attune_statistics::table::{Column, Table};
use serde_json::Value;

use crate::oracle_lmm::{Comparison, fitted, list, number, read_json, table};
use crate::weights::reference;

fn case(name: &str) -> LinearMixedModel {
    fitted(&read_json(&format!("cases/{name}.json")))
}

fn ml(formula: &str, table: &Table) -> LinearMixedModel {
    let settings = FitSettings {
        estimator: Estimator::MaximumLikelihood,
        ..FitSettings::default()
    };
    fit(
        &Formula::parse(formula).expect("a formula"),
        table,
        &settings,
    )
    .expect("a fit")
}

fn find<'a>(intervals: &'a [ProfileInterval], name: &str) -> &'a ProfileInterval {
    intervals
        .iter()
        .find(|interval| interval.parameter == name)
        .unwrap_or_else(|| panic!("{name} is a parameter"))
}

/// lme4 interpolates its profiles with splines: 1e-4.
fn check_with_lme4(name: &str) {
    let expected = read_json(&format!("cases/{name}.json"));
    let intervals = profile_intervals(&case(name), 0.95).expect("intervals");
    let mut compare = Comparison::new(name);
    let expected = list(&expected["reference"]["profile_ci95"]).to_vec();
    compare.equal("parameters", &intervals.len(), &expected.len());
    for (interval, expected) in intervals.iter().zip(&expected) {
        let name = Value::from(interval.parameter.clone());
        compare.equal("name", &name, &expected["parameter"]);
        compare.number(
            &interval.parameter,
            interval.lower,
            number(&expected["lower"]),
            1e-4,
        );
        compare.number(
            &interval.parameter,
            interval.upper,
            number(&expected["upper"]),
            1e-4,
        );
    }
    compare.finish();
}

#[test]
fn profile_oracle_early_intercept() {
    check_with_lme4("early_intercept_reml");
}

#[test]
fn profile_oracle_sleepstudy_slope() {
    check_with_lme4("sleepstudy_slope_ml");
}

/// With the coefficient moved into an offset, the model loses exactly half the squared normal quantile.
#[test]
fn the_ends_for_fixed_effects_are_roots() {
    let cases = [
        (
            "early_slope_ml",
            "cog ~ trt + tos + (tos | id)",
            "tos",
            "cog ~ trt",
        ),
        (
            "sleepstudy_slope_ml",
            "Reaction ~ Days + (Days | Subject)",
            "Days",
            "Reaction ~ 1",
        ),
        (
            "penicillin_crossed_reml",
            "diameter ~ 1 + (1 | plate) + (1 | sample)",
            "(Intercept)",
            "diameter ~ 0",
        ),
    ];
    for (name, formula, term, without) in cases {
        let data = table(&read_json(&format!("cases/{name}.json")));
        let ones = Column::Numbers(vec![1.0; data.n_rows()]);
        let data = data.with("one", ones).expect("a column");
        let model = ml(formula, &data);
        let intervals = profile_intervals(&model, 0.95).expect("intervals");
        let interval = find(&intervals, term);
        let column = if term == "(Intercept)" { "one" } else { term };
        let random: Vec<&str> = formula.split(" + (").skip(1).collect();
        for end in [interval.lower, interval.upper] {
            let held = format!(
                "{without} + offset({end} * {column}) + ({}",
                random.join(" + (")
            );
            let lost = 2.0 * (model.log_likelihood - ml(&held, &data).log_likelihood);
            assert!(
                (lost - normal_quantile(0.975).powi(2)).abs() < 1e-8,
                "{term} {lost}"
            );
        }
    }
}

#[test]
fn a_larger_level_gives_a_wider_interval() {
    let model = case("sleepstudy_slope_ml");
    let narrow = profile_intervals(&model, 0.9).expect("intervals");
    let wide = profile_intervals(&model, 0.99).expect("intervals");
    for (narrow, wide) in narrow.iter().zip(&wide) {
        assert!(
            wide.lower < narrow.lower && narrow.upper < wide.upper,
            "{narrow:?} {wide:?}"
        );
    }
    let thetas = profile_thetas(&model, 0.95).expect("intervals");
    assert_eq!(thetas.len(), 3);
    for theta in &thetas {
        assert_eq!(theta.kind, ProfiledKind::Theta);
        assert!(theta.lower < theta.estimate && theta.estimate < theta.upper);
    }
}

/// Profiles do not depend on the units of covariates and response.
#[test]
fn profiles_follow_the_units() {
    let case = read_json("cases/sleepstudy_slope_ml.json");
    let data = table(&case);
    let column = |name: &str| match data.column(name) {
        Some(Column::Numbers(values)) => values.clone(),
        _ => panic!("{name} is a column of numbers"),
    };
    let scaled = data
        .clone()
        .with(
            "Hours",
            Column::Numbers(column("Days").iter().map(|d| 24.0 * d).collect()),
        )
        .and_then(|t| {
            t.with(
                "Seconds",
                Column::Numbers(column("Reaction").iter().map(|r| r / 1000.0).collect()),
            )
        })
        .expect("columns");
    let one = profile_intervals(&ml("Reaction ~ Days + (Days | Subject)", &data), 0.95).expect("i");
    let other =
        profile_intervals(&ml("Seconds ~ Hours + (Hours | Subject)", &scaled), 0.95).expect("i");
    let units = [1e-3, 1.0, 1e-3 / 24.0, 1e-3, 1e-3, 1e-3 / 24.0];
    let mut compare = Comparison::new("units");
    for ((a, b), unit) in one.iter().zip(&other).zip(units) {
        compare.number(&a.parameter, b.lower, unit * a.lower, 1e-8);
        compare.number(&a.parameter, b.upper, unit * a.upper, 1e-8);
    }
    compare.finish();
}

/// Where time begins does not matter to the slopes.
#[test]
fn profiles_of_slopes_do_not_depend_on_the_origin() {
    let data = table(&read_json("cases/sleepstudy_slope_ml.json"));
    let one = profile_intervals(&ml("Reaction ~ Days + (Days | Subject)", &data), 0.95).expect("i");
    let shifted = "Reaction ~ I(Days + 10) + (I(Days + 10) | Subject)";
    let other = profile_intervals(&ml(shifted, &data), 0.95).expect("i");
    let mut compare = Comparison::new("origin");
    for place in [2, 3, 5] {
        let (a, b) = (&one[place], &other[place]);
        compare.number(&b.parameter, b.lower, a.lower, 1e-8);
        compare.number(&b.parameter, b.upper, a.upper, 1e-8);
    }
    compare.finish();
}

#[test]
fn a_singular_fit_has_intervals_that_say_where_they_are_stopped() {
    let intervals = profile_intervals(&case("early_slope_ml"), 0.95).expect("intervals");
    let correlation = find(&intervals, "cor_tos.(Intercept)|id");
    assert_eq!(
        (correlation.lower, correlation.lower_end),
        (-1.0, ProfileEnd::Bound)
    );
    assert!(correlation.upper < 1.0 || correlation.upper_end == ProfileEnd::Bound);
    let zero = profile_intervals(&case("dyestuff2_singular_ml"), 0.95).expect("intervals");
    let sd = find(&zero, "sd_(Intercept)|Batch");
    assert_eq!((sd.lower, sd.lower_end), (0.0, ProfileEnd::Bound));
    assert!(sd.upper > 0.0 && sd.upper_end == ProfileEnd::Crossing);
}

#[test]
fn intraclass_correlations_are_those_of_a_dense_likelihood() {
    let machines = table(&read_json("cases/machines_nested_reml.json"));
    let formula = Formula::parse("score ~ 1 + (1 | Worker)").expect("a formula");
    let mut compare = Comparison::new("icc");
    for (name, estimator) in [
        ("machines_icc_profile_reml", Estimator::Reml),
        ("machines_icc_profile_ml", Estimator::MaximumLikelihood),
    ] {
        let settings = FitSettings {
            estimator,
            ..FitSettings::default()
        };
        let model = fit(&formula, &machines, &settings).expect("a fit");
        let icc = &intraclass_correlations(&model, 0.95).expect("icc")[0];
        let expected = reference(name);
        compare.number("lower", icc.lower, number(&expected["lower"]), 1e-8);
        compare.number("upper", icc.upper, number(&expected["upper"]), 1e-8);
        let exact = icc.exact.expect("balanced");
        let expected = reference("machines_icc_exact");
        compare.number(
            "exact estimate",
            exact.estimate,
            number(&expected["estimate"]),
            1e-10,
        );
        compare.number("exact lower", exact.lower, number(&expected["lower"]), 1e-9);
        compare.number("exact upper", exact.upper, number(&expected["upper"]), 1e-9);
    }
    let icc = &intraclass_correlations(&case("early_intercept_reml"), 0.95).expect("icc")[0];
    let expected = reference("early_icc_profile_reml");
    compare.number("Early lower", icc.lower, number(&expected["lower"]), 1e-8);
    compare.number("Early upper", icc.upper, number(&expected["upper"]), 1e-8);
    assert!(icc.exact.is_none());
    compare.finish();
}

#[test]
fn with_several_factors_each_has_its_share() {
    for name in ["penicillin_crossed_reml", "pastes_nested_ml"] {
        let model = case(name);
        let shares = intraclass_correlations(&model, 0.95).expect("icc");
        let total: f64 = shares.iter().map(|share| share.estimate).sum();
        assert!((total - model.intraclass_correlation().expect("icc")).abs() < 1e-12);
        for share in shares {
            assert!(
                share.lower < share.estimate && share.estimate < share.upper,
                "{share:?}"
            );
            assert!(share.exact.is_none());
        }
    }
    let slopes = intraclass_correlations(&case("sleepstudy_slope_ml"), 0.95).expect("none");
    assert!(slopes.is_empty());
}

/// Nothing fixed at all: a model, a profile and a test without coefficients.
#[test]
fn a_model_without_fixed_effects_has_a_profile() {
    let data = table(&read_json("cases/sleepstudy_slope_ml.json"));
    let model = ml("Reaction ~ 0 + (1 | Subject)", &data);
    let intervals = profile_intervals(&model, 0.95).expect("intervals");
    assert_eq!(intervals.len(), 2);
    for interval in &intervals {
        assert!(interval.lower < interval.estimate && interval.estimate < interval.upper);
    }
    let model = ml("Reaction ~ 1 + (1 | Subject)", &data);
    let intervals = profile_intervals(&model, 0.95).expect("intervals");
    assert!(find(&intervals, "(Intercept)").lower > 250.0);
}
