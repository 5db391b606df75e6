//! Simultaneous inference against R (`tests/reference/simultaneous.R`, versions in simultaneous.json) and
//! another quadrature (`simultaneous.py`, program in the first line of simultaneous.csv).

use attune_statistics::distributions::{
    LatticeSettings, MultivariateT, largest_of_one_factor_upper_tail, normal_cdf,
    one_factor_loadings, student_t_two_sided_p, studentised_range_cdf, studentised_range_quantile,
    studentised_range_upper_tail,
};
use attune_statistics::formula::Formula;
use attune_statistics::inference::{DegreesOfFreedom, Inference};
use attune_statistics::least_squares::{LeastSquares, least_squares};
use attune_statistics::linear_mixed_model::{FitSettings, fit};
use attune_statistics::marginal_means::{MarginalMean, MarginalMeans, marginal_means, trends};
use attune_statistics::matrix::Matrix;
use attune_statistics::mean_contrasts::{
    Comparison, ContrastError, CustomContrast, MeanContrast, mean_contrasts,
};
use attune_statistics::simultaneous::{Correction, CorrectionError, corrected};
use attune_statistics::table::{Column, Factor, Table};
use proptest::prelude::*;
use serde_json::Value;

fn reference() -> Value {
    serde_json::from_str(include_str!("../reference/simultaneous.json"))
        .expect("reference values are JSON")
}

fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) if text == "Inf" => f64::INFINITY,
        Value::String(text) => text.parse().expect("a number"),
        value => value.as_f64().expect("a number"),
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().map_or_else(
        || vec![number(value)],
        |values| values.iter().map(number).collect(),
    )
}

fn near(what: &str, value: f64, expected: f64, relative: f64, absolute: f64) {
    let error = (value - expected).abs();
    assert!(
        error <= absolute || error <= relative * expected.abs(),
        "{what}: {value:e}, reference {expected:e}"
    );
}

#[test]
fn tails_agree_with_another_quadrature() {
    let rows = include_str!("../reference/simultaneous.csv")
        .lines()
        .skip(2);
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.split(',').collect();
        let (q, df, expected): (f64, f64, f64) = (
            cells[1].parse().unwrap(),
            cells[3].parse().unwrap(),
            cells[4].parse().unwrap(),
        );
        let k: usize = cells[2].parse().unwrap();
        let value = match cells[0] {
            "studentised_range_upper_tail" => studentised_range_upper_tail(q, k, df),
            _ => largest_of_one_factor_upper_tail(q, &vec![0.5_f64.sqrt(); k], df),
        };
        near(row, value, expected, 1e-11, 0.0);
        count += 1;
    }
    assert!(count > 10, "{count} rows");
}

/// R's own algorithm is right to about ten digits of the distribution, but to five with fewer than four degrees
/// of freedom: ptukey(2, 2, 2) is 3e-5 below the t test that two means have, which we match to 1e-12.
#[test]
fn the_studentised_range_agrees_with_r() {
    for case in reference()["ptukey"].as_array().unwrap() {
        let (q, k, df) = (
            number(&case["q"]),
            number(&case["k"]) as usize,
            number(&case["df"]),
        );
        let value = studentised_range_upper_tail(q, k, df);
        // The independent quadrature is met to 1e-11 (below); R's is coarser, the more so the fewer the degrees of
        // freedom. Two means are a t test, which shows how far R's ptukey is off with few degrees of freedom: for q = 8
        // and 2 of them it gives 0.029752 in the place of 1 − t/√(2 + t²) = 0.029857.
        let tolerance = if df < 5.0 { 2e-4 } else { 1e-7 };
        if k == 2 {
            let exact = student_t_two_sided_p(q / 2.0_f64.sqrt(), df);
            near("two means", value, exact, 1e-10, 0.0);
        }
        near(&case.to_string(), value, number(&case["p"]), 0.0, tolerance);
    }
    for case in reference()["qtukey"].as_array().unwrap() {
        let (p, k, df) = (
            number(&case["p"]),
            number(&case["k"]) as usize,
            number(&case["df"]),
        );
        // qtukey stops when its steps fall below 1e-4, and inverts what ptukey gives.
        let relative = if df < 5.0 { 1e-2 } else { 0.0 };
        let quantile = studentised_range_quantile(p, k, df);
        near(
            &case.to_string(),
            quantile,
            number(&case["q"]),
            relative,
            1e-4,
        );
        let back = studentised_range_cdf(quantile, k, df);
        near("back", back, p, 1e-12, 0.0);
    }
}

#[test]
fn multivariate_t_agrees_with_mvtnorm() {
    for case in reference()["pmvt"].as_array().unwrap() {
        let rows: Vec<Vec<f64>> = case["correlation"]
            .as_array()
            .unwrap()
            .iter()
            .map(numbers)
            .collect();
        let settings = LatticeSettings {
            n_points: 2_000,
            ..LatticeSettings::default()
        };
        let distribution =
            MultivariateT::new(&Matrix::from_rows(&rows), number(&case["df"]), &settings).unwrap();
        let found = distribution.largest_within(number(&case["t"]));
        let allowed = found.error + number(&case["error"]) + 1e-6;
        assert!(found.error < 2e-4, "{case}: error {}", found.error);
        near(
            &case.to_string(),
            found.value,
            number(&case["p"]),
            0.0,
            allowed,
        );
    }
}

#[test]
fn multivariate_t_knows_orthants_and_impossible_matrices() {
    let settings = LatticeSettings::default();
    let pair = |r: f64| Matrix::from_rows(&[[1.0, r], [r, 1.0]]);
    for r in [-0.9, 0.0, 0.3, 0.99, 1.0] {
        let normal = MultivariateT::new(&pair(r), f64::INFINITY, &settings).unwrap();
        let orthant = normal.probability(&[0.0; 2], &[f64::INFINITY; 2]);
        // Sheppard (1899); the arc sine by its integral's closed form.
        let expected = 0.25 + libm_asin(r) / std::f64::consts::TAU;
        near("orthant", orthant.value, expected, 0.0, 1e-4);
    }
    assert!(MultivariateT::new(&pair(1.5), 5.0, &settings).is_none());
    assert!(MultivariateT::new(&pair(f64::NAN), 5.0, &settings).is_none());
    assert!(MultivariateT::new(&pair(0.5), 0.0, &settings).is_none());
    let one = MultivariateT::new(&Matrix::identity(1), 7.0, &settings).unwrap();
    near(
        "one",
        1.0 - one.largest_within(2.0).value,
        student_t_two_sided_p(2.0, 7.0),
        0.0,
        1e-5,
    );
}

fn libm_asin(x: f64) -> f64 {
    // Twice the arc tangent of the half angle keeps the tests free of the platform's own functions.
    libm::atan(x / (1.0 + (1.0 - x * x).sqrt())) * 2.0
}

#[test]
fn loadings_are_found_where_there_are_some() {
    let loadings = [0.9, -0.4, 0.2, 0.0];
    let product = Matrix::from_function(4, 4, |i, j| {
        if i == j {
            1.0
        } else {
            loadings[i] * loadings[j]
        }
    });
    let found = one_factor_loadings(&product).unwrap();
    for (found, expected) in found.iter().zip(loadings) {
        near("loading", *found, expected, 1e-9, 1e-12);
    }
    let chain = Matrix::from_function(4, 4, |i, j| 0.5_f64.powi(i.abs_diff(j) as i32));
    assert_eq!(one_factor_loadings(&chain), None);
    assert_eq!(
        one_factor_loadings(&Matrix::identity(3)),
        Some(vec![0.0; 3])
    );
}

fn oracle(name: &str) -> Vec<Vec<String>> {
    let path = format!(
        "{}/tests/oracles/data/{name}.csv",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).expect("an oracle's data");
    text.lines()
        .map(|line| {
            line.split(',')
                .map(|cell| cell.trim_matches('"').to_owned())
                .collect()
        })
        .collect()
}

fn numeric(rows: &[Vec<String>], column: usize) -> Column {
    Column::Numbers(
        rows.iter()
            .map(|row| row[column].parse().unwrap_or(f64::NAN))
            .collect(),
    )
}

fn factor(rows: &[Vec<String>], column: usize) -> Column {
    let labels: Vec<Option<&str>> = rows.iter().map(|row| Some(row[column].as_str())).collect();
    Column::Factor(Factor::from_labels(&labels))
}

/// Machines without every seventh row and two workers on machine B, as in simultaneous.R.
fn machines() -> Table {
    let rows = oracle("machines");
    let kept: Vec<Vec<String>> = rows
        .into_iter()
        .skip(1)
        .enumerate()
        .filter(|(place, row)| {
            (place + 1) % 7 != 0 && !(row[1] == "B" && (row[0] == "1" || row[0] == "2"))
        })
        .map(|(_, row)| row)
        .collect();
    Table::new()
        .with("Worker", factor(&kept, 0))
        .and_then(|table| table.with("Machine", factor(&kept, 1)))
        .and_then(|table| table.with("score", numeric(&kept, 2)))
        .expect("columns of equal length")
}

fn grouse() -> LeastSquares {
    let rows: Vec<Vec<String>> = oracle("grouseticks").split_off(1);
    let y: Vec<f64> = rows
        .iter()
        .map(|row| libm::log(row[1].parse::<f64>().unwrap() + 1.0))
        .collect();
    let table = Table::new()
        .with("y", Column::Numbers(y))
        .and_then(|table| table.with("YEAR", factor(&rows, 4)))
        .and_then(|table| table.with("cHEIGHT", numeric(&rows, 5)))
        .expect("columns of equal length");
    least_squares(&Formula::parse("y ~ cHEIGHT * YEAR").unwrap(), &table).unwrap()
}

fn means(inference: &Inference<'_>, over: &str, at: &[(&str, &[f64])]) -> Vec<MarginalMean> {
    let at = at
        .iter()
        .map(|(name, values)| ((*name).to_owned(), values.to_vec()))
        .collect();
    marginal_means(
        inference,
        &MarginalMeans {
            over: vec![over.to_owned()],
            at,
        },
        0.95,
    )
    .unwrap()
}

fn family(
    inference: &Inference<'_>,
    means: &[MarginalMean],
    by: &[&str],
    comparison: &Comparison,
    correction: Correction,
) -> Vec<MeanContrast> {
    let plain = mean_contrasts(inference, means, by, comparison, 0.95).unwrap();
    corrected(
        inference,
        &plain,
        comparison,
        correction,
        0.95,
        &LatticeSettings::default(),
    )
    .unwrap()
}

/// How near estimates, p values (relative and absolute) and limits must be.
struct Tolerance {
    estimate: f64,
    p: (f64, f64),
    limit: f64,
}

fn check(what: &str, contrasts: &[MeanContrast], expected: &Value, tolerance: &Tolerance) {
    let column = |name: &str| numbers(&expected[name]);
    let (estimate, se, df, p) = (column("estimate"), column("se"), column("df"), column("p"));
    let (lower, upper) = (column("lower"), column("upper"));
    assert_eq!(contrasts.len(), estimate.len(), "{what}");
    for (i, contrast) in contrasts.iter().enumerate() {
        let test = &contrast.test;
        near(what, test.estimate, estimate[i], tolerance.estimate, 1e-9);
        near(what, test.se, se[i], tolerance.estimate, 1e-9);
        near(what, test.df, df[i], 10.0 * tolerance.estimate, 1e-9);
        near(
            &format!("{what}, p {i}"),
            test.p,
            p[i],
            tolerance.p.0,
            tolerance.p.1,
        );
        near(
            what,
            test.ci_lower,
            lower[i],
            tolerance.limit,
            tolerance.limit,
        );
        near(
            what,
            test.ci_upper,
            upper[i],
            tolerance.limit,
            tolerance.limit,
        );
    }
}

/// emmeans' multivariate t stops at an error of 1e-3; lme4's optimum is right to about six digits.
#[test]
fn unequal_degrees_of_freedom_are_corrected_as_in_emmeans() {
    let table = machines();
    let model = fit(
        &Formula::parse("score ~ Machine + (1 | Worker)").unwrap(),
        &table,
        &FitSettings::default(),
    )
    .unwrap();
    let inference = model.inference(DegreesOfFreedom::KenwardRoger).unwrap();
    let means = means(&inference, "Machine", &[]);
    let reference = reference();
    let cases = [
        ("none", Correction::None, (2e-5, 0.0), 2e-5),
        ("tukey", Correction::Tukey, (2e-4, 1e-11), 1e-4),
        ("holm", Correction::Holm, (2e-5, 0.0), 2e-5),
        ("bonferroni", Correction::Bonferroni, (2e-5, 0.0), 2e-5),
        ("sidak", Correction::Sidak, (2e-4, 1e-13), 2e-5),
        ("mvt", Correction::MultivariateT, (0.05, 2e-4), 2e-3),
    ];
    for (name, correction, p, limit) in cases {
        let found = family(&inference, &means, &[], &Comparison::AllPairs, correction);
        check(
            name,
            &found,
            &reference["machines"][name],
            &Tolerance {
                estimate: 2e-6,
                p,
                limit,
            },
        );
    }
    let control = family(
        &inference,
        &means,
        &[],
        &Comparison::WithReference(None),
        Correction::Dunnett,
    );
    let tolerance = Tolerance {
        estimate: 2e-6,
        p: (0.01, 2e-6),
        limit: 2e-3,
    };
    check(
        "control",
        &control,
        &reference["machines_control"],
        &tolerance,
    );
}

#[test]
fn dunnetts_test_agrees_with_multcomp_and_tukeys_with_emmeans() {
    let table = machines();
    let model = least_squares(&Formula::parse("score ~ Machine").unwrap(), &table).unwrap();
    let inference = model.inference(DegreesOfFreedom::Satterthwaite);
    let means = means(&inference, "Machine", &[]);
    let reference = reference();
    let dunnett = family(
        &inference,
        &means,
        &[],
        &Comparison::WithReference(Some("A".to_owned())),
        Correction::Dunnett,
    );
    for (contrast, expected) in dunnett.iter().zip(numbers(&reference["glht_dunnett"]["p"])) {
        near("glht", contrast.test.p, expected, 1e-6, 1e-10);
    }
    let tolerance = Tolerance {
        estimate: 1e-12,
        p: (1e-6, 1e-9),
        limit: 1e-4,
    };
    check("lm control", &dunnett, &reference["lm_control"], &tolerance);
    let tukey = family(
        &inference,
        &means,
        &[],
        &Comparison::AllPairs,
        Correction::Tukey,
    );
    check(
        "lm tukey",
        &tukey,
        &reference["lm_tukey"],
        &Tolerance {
            estimate: 1e-12,
            p: (1e-7, 1e-10),
            limit: 1e-4,
        },
    );
}

#[test]
fn trends_custom_contrasts_and_cells_agree_with_emmeans() {
    let model = grouse();
    let inference = model.inference(DegreesOfFreedom::Satterthwaite);
    let reference = reference();
    let wanted = MarginalMeans {
        over: vec!["YEAR".to_owned()],
        at: Vec::new(),
    };
    let slopes = trends(&inference, "cHEIGHT", &wanted, 0.95).unwrap();
    for (slope, expected) in slopes
        .iter()
        .zip(numbers(&reference["grouse_slopes"]["cHEIGHT.trend"]))
    {
        near("slope", slope.estimate.estimate, expected, 1e-9, 0.0);
    }
    let found = family(
        &inference,
        &slopes,
        &[],
        &Comparison::AllPairs,
        Correction::Tukey,
    );
    let tolerance = Tolerance {
        estimate: 1e-8,
        p: (1e-6, 1e-10),
        limit: 1e-4,
    };
    check("trends", &found, &reference["grouse_trends"], &tolerance);
    let by_height = means(&inference, "YEAR", &[("cHEIGHT", &[-20.0, 30.0])]);
    let found = family(
        &inference,
        &by_height,
        &["cHEIGHT"],
        &Comparison::AllPairs,
        Correction::Tukey,
    );
    check(
        "by height",
        &found,
        &reference["grouse_by_height"],
        &tolerance,
    );
    let custom = Comparison::Custom(vec![
        CustomContrast {
            name: "first_last".to_owned(),
            weights: vec![-1.0, 0.0, 1.0],
        },
        CustomContrast {
            name: "bend".to_owned(),
            weights: vec![-0.5, 1.0, -0.5],
        },
    ]);
    let found = family(
        &inference,
        &means(&inference, "YEAR", &[]),
        &[],
        &custom,
        Correction::Sidak,
    );
    check("custom", &found, &reference["grouse_custom"], &tolerance);
}

#[test]
fn a_balanced_family_of_pairs_has_tukeys_p_by_the_multivariate_t() {
    // Four means of equal size: the correlations of all pairs are those of the studentised range.
    let pairs: Vec<(usize, usize)> = (0..4)
        .flat_map(|a| (a + 1..4).map(move |b| (a, b)))
        .collect();
    let sign = |(a, b): (usize, usize), k: usize| {
        f64::from(u8::from(k == b)) - f64::from(u8::from(k == a))
    };
    let correlation = Matrix::from_function(6, 6, |i, j| {
        (0..4)
            .map(|k| sign(pairs[i], k) * sign(pairs[j], k))
            .sum::<f64>()
            / 2.0
    });
    for (t, df) in [(2.0, 9.0), (2.8, 30.0), (1.1, f64::INFINITY)] {
        let distribution =
            MultivariateT::new(&correlation, df, &LatticeSettings::default()).unwrap();
        let found = distribution.largest_within(t);
        let tukey = studentised_range_cdf(t * 2.0_f64.sqrt(), 4, df);
        near("tukey", found.value, tukey, 0.0, found.error + 1e-5);
    }
}

#[test]
fn corrections_that_do_not_fit_are_refused_and_a_single_contrast_is_no_family() {
    let model = grouse();
    let inference = model.inference(DegreesOfFreedom::Satterthwaite);
    let means = means(&inference, "YEAR", &[]);
    let lattice = LatticeSettings::default();
    let consecutive =
        mean_contrasts(&inference, &means, &[], &Comparison::Consecutive, 0.95).unwrap();
    let refused = |correction| {
        corrected(
            &inference,
            &consecutive,
            &Comparison::Consecutive,
            correction,
            0.95,
            &lattice,
        )
    };
    assert_eq!(
        refused(Correction::Tukey),
        Err(CorrectionError::NotAllPairs)
    );
    assert_eq!(
        refused(Correction::Dunnett),
        Err(CorrectionError::NoReference)
    );
    let unknown = Comparison::WithReference(Some("94".to_owned()));
    assert!(matches!(
        mean_contrasts(&inference, &means, &[], &unknown, 0.95),
        Err(ContrastError::UnknownReference { .. })
    ));
    let short = Comparison::Custom(vec![CustomContrast {
        name: "x".to_owned(),
        weights: vec![1.0],
    }]);
    assert!(matches!(
        mean_contrasts(&inference, &means, &[], &short, 0.95),
        Err(ContrastError::WeightCount {
            found: 1,
            needed: 3,
            ..
        })
    ));
    let alone = corrected(
        &inference,
        &consecutive[..1],
        &Comparison::Consecutive,
        Correction::MultivariateT,
        0.95,
        &lattice,
    );
    assert_eq!(alone.unwrap()[0].test, consecutive[0].test);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn corrected_tails_lie_between_the_single_p_and_sidaks(t in 0.1..6.0_f64, k in 2..8_usize, df in 1.0..200.0_f64) {
        let alone = student_t_two_sided_p(t, df);
        let loadings = vec![0.5_f64.sqrt(); k];
        let dunnett = largest_of_one_factor_upper_tail(t, &loadings, df);
        let sidak = 1.0 - (1.0 - alone).powi(k as i32);
        prop_assert!(dunnett >= alone * (1.0 - 1e-12) && dunnett <= sidak * (1.0 + 1e-9) + 1e-15);
        let tukey = studentised_range_upper_tail(t * 2.0_f64.sqrt(), k, df);
        prop_assert!(tukey >= alone * (1.0 - 1e-11));
        if k == 2 {
            prop_assert!((tukey - alone).abs() <= 1e-11 * alone);
        }
    }

    #[test]
    fn independent_variables_multiply(t in 0.1..5.0_f64, k in 1..6_i32) {
        let tail = largest_of_one_factor_upper_tail(t, &vec![0.0; k as usize], f64::INFINITY);
        let inside = (1.0 - 2.0 * normal_cdf(-t)).powi(k);
        prop_assert!((1.0 - tail - inside).abs() < 1e-13);
    }
}
