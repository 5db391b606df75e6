//! Power by simulation against closed forms, with fixed seeds. A simulated share may lie three and a half of its
//! standard errors from the exact one: with a right engine a seed fails that once in 2000.

use attune_statistics::distributions::{noncentral_t_cdf, student_t_quantile};
use attune_statistics::formula::Formula;
use attune_statistics::generalised_mixed_model::{Family, GeneralisedSettings};
use attune_statistics::inference::DegreesOfFreedom;
use attune_statistics::matrix::Matrix;
use attune_statistics::power::{
    Analysis, ClusterSizes, Design, Draws, LongitudinalDesign, Method, PlannedArm, Power,
    PowerSettings, Scenario, TrueResponse, Truth, power, trials,
};
use attune_statistics::table::Table;

/// Power of a two-sided t test at 5 %, both tails.
fn power_of_t(df: f64, noncentrality: f64) -> f64 {
    let critical = student_t_quantile(0.975, df);
    1.0 - noncentral_t_cdf(critical, df, noncentrality)
        + noncentral_t_cdf(-critical, df, noncentrality)
}

fn assert_agrees(simulated: &Power, exact: f64) {
    let error = (exact * (1.0 - exact) / simulated.n_trials as f64).sqrt();
    let distance = (simulated.power - exact) / error;
    assert!(
        distance.abs() < 3.5,
        "{} is {distance:.1} standard errors from {exact}",
        simulated.power
    );
}

fn design(n_units: usize, n_clusters: usize, times: &[f64], dropout: f64) -> LongitudinalDesign {
    let arm = |label: &str| PlannedArm {
        label: label.to_owned(),
        n_units,
        n_clusters,
        dropout,
    };
    LongitudinalDesign {
        arms: vec![arm("comparison"), arm("intervention")],
        times: times.to_vec(),
        cluster_sizes: ClusterSizes::Equal,
    }
}

fn complete(design: &LongitudinalDesign) -> Design<'static> {
    Design::Same(design.rows(&mut Draws::of_trial(0, 0)))
}

/// Data and analysis by one formula, one effect, one variance for each random part.
fn scenario<'a>(
    design: Design<'a>,
    formula: &str,
    (term, effect): (&str, f64),
    random: Vec<Matrix>,
    sd: f64,
) -> Scenario<'a> {
    let formula = Formula::parse(formula).expect("a formula");
    Scenario {
        design,
        truth: Truth {
            formula: formula.clone(),
            coefficients: vec![(term.to_owned(), effect)],
            random,
            response: TrueResponse::Normal { sd },
        },
        analysis: Analysis {
            formula,
            method: Method::linear(DegreesOfFreedom::Satterthwaite),
            tested: vec![(term.to_owned(), 1.0)],
        },
        true_value: Some(effect),
    }
}

fn variance(value: f64) -> Matrix {
    Matrix::from_rows(&[[value]])
}

fn simulated(scenario: &Scenario<'_>, n_trials: usize, seed: u64) -> Power {
    let settings = PowerSettings {
        n_trials,
        seed,
        ..PowerSettings::default()
    };
    power(scenario, &settings).expect("power")
}

const ARM: &str = "armintervention";

#[test]
fn least_squares_has_the_power_of_the_t_test() {
    let design = complete(&design(30, 1, &[0.0], 0.0));
    let scenario = scenario(design, "score ~ arm", (ARM, 0.7), vec![], 1.0);
    let noncentrality = 0.7 * (30.0_f64 / 2.0).sqrt();
    // R 4.2.2: power.t.test(n = 30, delta = 0.7)$power = 0.7599049.
    let exact = power_of_t(58.0, noncentrality);
    assert!((exact - 0.759_9).abs() < 1e-3);
    assert_agrees(&simulated(&scenario, 2000, 1), exact);
}

#[test]
fn a_balanced_random_intercept_has_the_power_of_the_t_test_of_unit_means() {
    let (n, within, between) = (18.0, 1.2, 1.0);
    let design = complete(&design(18, 1, &[0.0, 6.0, 12.0], 0.0));
    let formula = "score ~ arm + (1 | dyad)";
    let scenario = scenario(design, formula, (ARM, 1.1), vec![variance(between)], within);
    let variance_of_mean = between + within * within / 3.0;
    let exact = power_of_t(2.0 * n - 2.0, 1.1 / (2.0 * variance_of_mean / n).sqrt());
    let result = simulated(&scenario, 1000, 2);
    assert_agrees(&result, exact);
    let bias = result.bias().expect("the truth is known");
    assert!(bias.abs() < 3.5 * result.se_of_mean(), "{bias}");
    // The spread of the estimates is the standard error that the design has, and that the fits give.
    let expected = (2.0 * variance_of_mean / n).sqrt();
    assert!((result.sd_estimate / expected - 1.0).abs() < 0.08);
    assert!((result.mean_se / expected - 1.0).abs() < 0.03);
}

#[test]
fn a_random_slope_has_the_power_of_the_t_test_of_unit_slopes() {
    let times = [0.0, 1.0, 2.0];
    let design = complete(&design(20, 1, &times, 0.0));
    let covariance = Matrix::from_rows(&[[2.0, 0.3], [0.3, 1.0]]);
    let formula = "score ~ months * arm + (months | dyad)";
    let term = "months:armintervention";
    let scenario = scenario(design, formula, (term, 0.9), vec![covariance], 0.8);
    // A unit's slope has variance 1 + 0.64 / Σ(t − 1)².
    let noncentrality = 0.9 / (2.0 * (1.0 + 0.64 / 2.0) / 20.0_f64).sqrt();
    assert_agrees(
        &simulated(&scenario, 800, 3),
        power_of_t(38.0, noncentrality),
    );
}

#[test]
fn clusters_cost_what_the_design_effect_says() {
    let (k, m, icc) = (8.0, 10.0, 0.25);
    let design = complete(&design(80, 8, &[0.0], 0.0));
    let formula = "score ~ arm + (1 | site)";
    let sd = (1.0_f64 - icc).sqrt();
    let scenario = scenario(design, formula, (ARM, 0.8), vec![variance(icc)], sd);
    let design_effect = 1.0 + (m - 1.0) * icc;
    let noncentrality = 0.8 / (2.0 * design_effect / (k * m)).sqrt();
    let exact = power_of_t(2.0 * k - 2.0, noncentrality);
    let result = simulated(&scenario, 1200, 4);
    assert_agrees(&result, exact);
    // The same data analysed as if dyads were independent rejects too often.
    let ignoring = Scenario {
        analysis: Analysis {
            formula: Formula::parse("score ~ arm").expect("a formula"),
            ..scenario.analysis
        },
        truth: Truth {
            coefficients: vec![],
            ..scenario.truth
        },
        true_value: Some(0.0),
        design: scenario.design,
    };
    assert!(simulated(&ignoring, 500, 4).ci_lower > 0.15);
}

#[test]
fn without_an_effect_the_test_keeps_its_level() {
    let covariance = Matrix::from_rows(&[[80.0, -7.0], [-7.0, 9.0]]);
    let formula = "score ~ months * arm + (months | dyad)";
    let term = "months:armintervention";
    let drawn = design(30, 1, &[0.0, 1.0, 2.0], 0.25);
    let rows = |draws: &mut Draws| drawn.rows(draws);
    let scenario = scenario(
        Design::Drawn(&rows),
        formula,
        (term, 0.0),
        vec![covariance],
        6.0,
    );
    let result = simulated(&scenario, 600, 5);
    assert_agrees(&result, 0.05);
    let coverage = result.coverage.expect("the truth is known");
    let error = (0.05 * 0.95 / coverage.n as f64).sqrt();
    assert!((coverage.share - 0.95).abs() < 3.5 * error, "{coverage:?}");
    assert_eq!((result.n_not_converged, result.n_not_fitted), (0, 0));
    assert!(
        result.n_singular > 0,
        "dropout leaves some slopes without variance"
    );
}

#[test]
fn rows_drawn_without_chance_are_the_same_rows() {
    let fixed = design(12, 2, &[0.0, 6.0], 0.0);
    let rows = |draws: &mut Draws| fixed.rows(draws);
    let with = |design| {
        let formula = "score ~ months * arm + (1 | site/dyad)";
        let random = vec![variance(1.0), variance(0.3)];
        let scenario = scenario(
            design,
            formula,
            ("months:armintervention", 0.2),
            random,
            1.0,
        );
        trials(
            &scenario,
            &PowerSettings {
                n_trials: 40,
                ..PowerSettings::default()
            },
        )
        .expect("trials")
    };
    let (same, drawn) = (with(complete(&fixed)), with(Design::Drawn(&rows)));
    for (same, drawn) in same.iter().zip(&drawn) {
        let (same, drawn) = (
            same.answer().expect("a fit"),
            drawn.answer().expect("a fit"),
        );
        assert!((same.estimate - drawn.estimate).abs() < 1e-9);
        assert!((same.p - drawn.p).abs() < 1e-8);
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let half = design(15, 1, &[0.0, 6.0, 12.0], 0.3);
    let rows = |draws: &mut Draws| half.rows(draws);
    let formula = "score ~ months * arm + (1 | dyad)";
    let term = ("months:armintervention", 0.1);
    let scenario = scenario(
        Design::Drawn(&rows),
        formula,
        term,
        vec![variance(1.0)],
        1.0,
    );
    let settings = PowerSettings {
        n_trials: 60,
        ..PowerSettings::default()
    };
    let with_threads = |n| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(n)
            .build()
            .expect("threads");
        pool.install(|| trials(&scenario, &settings).expect("trials"))
    };
    assert_eq!(with_threads(1), with_threads(3));
}

#[test]
fn shares_and_counts_are_analysed_on_their_own_scale() {
    let formula = Formula::parse("ill ~ arm + (1 | dyad)").expect("a formula");
    for (family, response, effect) in [
        (Family::Binomial, TrueResponse::Binomial, 2.0),
        (Family::Poisson, TrueResponse::Poisson, 1.5),
    ] {
        let scenario = Scenario {
            design: complete(&design(20, 1, &[0.0, 12.0], 0.0)),
            truth: Truth {
                formula: formula.clone(),
                coefficients: vec![(ARM.to_owned(), effect)],
                random: vec![variance(0.3)],
                response,
            },
            analysis: Analysis {
                formula: formula.clone(),
                method: Method::Generalised(GeneralisedSettings::new(family)),
                tested: vec![(ARM.to_owned(), 1.0)],
            },
            true_value: Some(effect),
        };
        let result = simulated(&scenario, 16, 6);
        assert!(result.power > 0.6, "{result:?}");
        let error = (result.mean_estimate - effect).abs();
        assert!(error < 3.5 * result.se_of_mean() + 0.1, "{result:?}");
    }
}

#[test]
fn first_and_last_values_side_by_side_are_an_analysis_of_covariance() {
    let long = design(40, 1, &[0.0, 12.0], 0.0);
    let rows = |draws: &mut Draws| long.rows(draws);
    let reshape = |table: &Table| LongitudinalDesign::first_and_last(table, "score");
    let data = scenario(
        Design::Reshaped {
            rows: &rows,
            reshape: &reshape,
        },
        "score ~ months * arm + (1 | dyad)",
        ("months:armintervention", 0.05),
        vec![variance(0.7)],
        0.3_f64.sqrt(),
    );
    let scenario = Scenario {
        analysis: Analysis {
            formula: Formula::parse("score ~ first + arm").expect("a formula"),
            method: Method::linear(DegreesOfFreedom::Satterthwaite),
            tested: vec![(ARM.to_owned(), 1.0)],
        },
        true_value: Some(0.6),
        ..data
    };
    // With correlation 0.7 the residual variance is 1 − 0.49; the covariate costs a degree of freedom, and its
    // difference between the arms by chance a factor 1 + 1/(2n − 4) in the variance, on average.
    let variance_of_difference: f64 = 2.0 * 0.51 / 40.0 * (1.0 + 1.0 / 76.0);
    let exact = power_of_t(77.0, 0.6 / variance_of_difference.sqrt());
    assert_agrees(&simulated(&scenario, 1500, 7), exact);
}

#[test]
fn what_cannot_be_simulated_is_told_before_the_trials() {
    let good = || {
        let design = complete(&design(10, 1, &[0.0, 6.0], 0.0));
        scenario(
            design,
            "score ~ arm + (1 | dyad)",
            (ARM, 0.5),
            vec![variance(1.0)],
            1.0,
        )
    };
    let told = |scenario: &Scenario<'_>, settings: &PowerSettings| {
        power(scenario, settings)
            .expect_err("a problem")
            .to_string()
    };
    let settings = PowerSettings {
        n_trials: 5,
        ..PowerSettings::default()
    };
    let mut misspelt = good();
    misspelt.analysis.tested[0].0 = "armB".to_owned();
    assert!(told(&misspelt, &settings).contains("no term armB"));
    let mut elsewhere = good();
    elsewhere.analysis.formula = Formula::parse("score ~ group").expect("a formula");
    assert!(told(&elsewhere, &settings).contains("`group` is not in the data"));
    let mut transformed = good();
    transformed.truth.formula = Formula::parse("log(score) ~ arm + (1 | dyad)").expect("a formula");
    assert!(told(&transformed, &settings).contains("log(score)"));
    assert!(
        told(
            &good(),
            &PowerSettings {
                n_trials: 0,
                ..settings
            }
        )
        .contains("trials")
    );
    assert!(
        told(
            &good(),
            &PowerSettings {
                alpha: 5.0,
                ..settings
            }
        )
        .contains("alpha is 5")
    );
}
