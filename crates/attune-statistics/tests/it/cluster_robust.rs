//! Cluster-robust variances: further reference values from R, the definition written out with n × n matrices,
//! laws, and what is refused.

use attune_statistics::before_after::t_test::{Variances, two_sample_t};
use attune_statistics::cluster_robust::{
    ClusterRobust, Correction, least_squares_between_clusters, mixed_model_between_clusters,
};
use attune_statistics::clusters::Clusters;
use attune_statistics::formula::Formula;
use attune_statistics::inference::{CoefficientTest, coefficient_tests, joint_test};
use attune_statistics::least_squares::{LeastSquares, least_squares, weighted_least_squares};
use attune_statistics::linear_mixed_model::{FitSettings, LinearMixedModel, fit, fit_weighted};
use attune_statistics::marginal_means::{MarginalMeans, marginal_means};
use attune_statistics::matrix::{Matrix, symmetric_eigen};
use attune_statistics::table::{Column, Factor, Table};
use proptest::prelude::*;
use serde_json::Value;

use crate::oracle::OracleData;
use crate::oracle_lmm::{Comparison, number};

const ALL: [Correction; 5] = [
    Correction::Cr0,
    Correction::Cr1,
    Correction::Cr1s,
    Correction::Cr2,
    Correction::Cr3,
];

fn ordinary(formula: &str, table: &Table) -> LeastSquares {
    least_squares(&Formula::parse(formula).unwrap(), table).unwrap()
}

fn mixed(formula: &str, table: &Table) -> LinearMixedModel {
    fit(
        &Formula::parse(formula).unwrap(),
        table,
        &FitSettings::default(),
    )
    .unwrap()
}

fn robust<'a>(
    model: &'a LeastSquares,
    table: &Table,
    cluster: &str,
    correction: Correction,
) -> ClusterRobust<'a> {
    let clusters = Clusters::of_rows(table, cluster, &model.frame.used_rows).unwrap();
    least_squares_between_clusters(model, &clusters, correction).unwrap()
}

fn robust_mixed<'a>(
    model: &'a LinearMixedModel,
    table: &Table,
    cluster: &str,
    correction: Correction,
) -> ClusterRobust<'a> {
    let clusters = Clusters::of_rows(table, cluster, &model.frame.used_rows).unwrap();
    mixed_model_between_clusters(model, &clusters, correction).unwrap()
}

fn tests_of(robust: &ClusterRobust<'_>) -> Vec<CoefficientTest> {
    coefficient_tests(&robust.inference, 0.95)
}

// ---- R ----

/// The values of `tests/reference/cluster_robust.R`.
struct Reference {
    values: Value,
    compare: Comparison,
    tolerance: f64,
}

impl Reference {
    fn new(case: &str, tolerance: f64) -> Self {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/reference/cluster_robust.json"
        );
        let text = std::fs::read_to_string(path).expect("the reference values");
        Reference {
            values: serde_json::from_str(&text).expect("JSON"),
            compare: Comparison::new(case),
            tolerance,
        }
    }

    fn coefficients(&mut self, name: &str, robust: &ClusterRobust<'_>) {
        let expected = self.values[name].clone();
        for (place, test) in tests_of(robust).iter().enumerate() {
            // At t the p value moves by about t² times as much as t does, relatively.
            let of_p = 10.0 * self.tolerance * (1.0 + test.statistic * test.statistic);
            for (key, value, tolerance) in [
                ("se", test.se, self.tolerance),
                ("df", test.df, self.tolerance),
                ("p", test.p, of_p),
            ] {
                let what = format!("{name} {} {key}", test.term);
                self.compare
                    .number(&what, value, number(&expected[key][place]), tolerance);
            }
        }
    }

    fn wald(&mut self, name: &str, robust: &ClusterRobust<'_>, columns: &[usize]) {
        let n = robust.inference.terms.len();
        let unit = |column: &usize| -> Vec<f64> {
            (0..n).map(|k| f64::from(u8::from(k == *column))).collect()
        };
        let rows: Vec<Vec<f64>> = columns.iter().map(unit).collect();
        let test = joint_test(&robust.inference, &Matrix::from_rows(&rows));
        let values = [
            test.statistic,
            test.df_numerator,
            test.df_denominator,
            test.p,
        ];
        for (place, value) in values.into_iter().enumerate() {
            let expected = number(&self.values[name]["test"][place]);
            let what = format!("{name} {place}");
            self.compare
                .number(&what, value, expected, 30.0 * self.tolerance);
        }
    }
}

#[test]
fn random_slopes_agree_with_clubsandwich() {
    let data = OracleData::read("sleepstudy.csv");
    let table = Table::new()
        .with("Reaction", Column::Numbers(data.numbers("Reaction")))
        .and_then(|table| table.with("Days", Column::Numbers(data.numbers("Days"))))
        .and_then(|table| table.with("Subject", Column::Numbers(data.numbers("Subject"))))
        .unwrap();
    let model = mixed("Reaction ~ Days + (Days | Subject)", &table);
    let mut reference = Reference::new("sleep", 1e-8);
    for (name, correction) in [
        ("sleep_CR0", Correction::Cr0),
        ("sleep_CR2", Correction::Cr2),
        ("sleep_CR3", Correction::Cr3),
    ] {
        reference.coefficients(name, &robust_mixed(&model, &table, "Subject", correction));
    }
    let cr2 = robust_mixed(&model, &table, "Subject", Correction::Cr2);
    reference.wald("sleep_HTZ_CR2", &cr2, &[0, 1]);
    reference.compare.finish();
}

#[test]
fn nested_factors_agree_with_clubsandwich() {
    let data = OracleData::read("machines.csv");
    let labels =
        |name: &str| Factor::from_labels(&data.text(name).iter().map(Some).collect::<Vec<_>>());
    let table = Table::new()
        .with("score", Column::Numbers(data.numbers("score")))
        .and_then(|table| table.with("Machine", Column::Factor(labels("Machine"))))
        .and_then(|table| table.with("Worker", Column::Factor(labels("Worker"))))
        .unwrap();
    let model = mixed(
        "score ~ Machine + (1 | Worker) + (1 | Worker:Machine)",
        &table,
    );
    let mut reference = Reference::new("machines", 1e-8);
    let of = |correction| robust_mixed(&model, &table, "Worker", correction);
    reference.coefficients("machines_CR1S", &of(Correction::Cr1s));
    reference.coefficients("machines_CR2", &of(Correction::Cr2));
    reference.wald("machines_HTZ_CR1", &of(Correction::Cr1), &[1, 2]);
    reference.wald("machines_HTZ_CR2", &of(Correction::Cr2), &[1, 2]);
    reference.compare.finish();
}

/// Eight halls with six children each, seen by three observers of the hall: crossed within halls. The numbers are
/// those of the R script.
fn halls() -> Table {
    let mut columns = vec![Vec::new(); 6];
    let left_out = [3, 17, 40, 41, 42, 90];
    for row in 0..8 * 6 * 3 {
        let (child, observer, hall) = (row % 6 + 1, row / 6 % 3 + 1, row / 18 + 1);
        if left_out.contains(&(row + 1)) {
            continue;
        }
        let whole = |value: i32| f64::from(value);
        let x = whole((child * 7 + observer * 3 + hall * 5) % 11);
        let arm = f64::from(u8::from(hall > 4));
        let y = arm * 2.0
            + x * 0.3
            + whole((child * 5 + hall * 3) % 7)
            + whole((observer * 4 + hall) % 5)
            + whole((child * 11 + observer * 17 + hall * 13) % 9) / 2.0;
        let codes = [
            whole(hall),
            whole(hall * 10 + child),
            whole(hall * 10 + observer),
        ];
        for (column, value) in columns.iter_mut().zip([x, arm, y].into_iter().chain(codes)) {
            column.push(value);
        }
    }
    let names = ["x", "arm", "y", "hall", "child", "observer"];
    let mut table = Table::new();
    for (name, column) in names.into_iter().zip(columns) {
        table.push(name, Column::Numbers(column)).unwrap();
    }
    table
}

#[test]
fn factors_crossed_within_clusters_agree_with_clubsandwich() {
    let table = halls();
    let model = mixed("y ~ arm + x + (1 | child) + (1 | observer)", &table);
    let mut reference = Reference::new("halls", 1e-7);
    let of = |correction| robust_mixed(&model, &table, "hall", correction);
    reference.coefficients("halls_CR2", &of(Correction::Cr2));
    reference.coefficients("halls_CR3", &of(Correction::Cr3));
    reference.wald("halls_HTZ_CR2", &of(Correction::Cr2), &[1, 2]);
    reference.compare.finish();
}

#[test]
fn three_contrasts_agree_with_clubsandwich() {
    let table = halls();
    let model = ordinary("y ~ arm * x", &table);
    let mut reference = Reference::new("halls by least squares", 1e-10);
    let of = |correction| robust(&model, &table, "hall", correction);
    reference.coefficients("halls_lm_CR1S", &of(Correction::Cr1s));
    reference.wald("halls_lm_HTZ_CR0", &of(Correction::Cr0), &[1, 2, 3]);
    reference.wald("halls_lm_HTZ_CR2", &of(Correction::Cr2), &[1, 2, 3]);
    reference.compare.finish();
}

/// The halls with prior weights.
fn weighted_halls() -> Table {
    let table = halls();
    let (Some(Column::Numbers(halls)), Some(Column::Numbers(children))) =
        (table.column("hall"), table.column("child"))
    else {
        panic!("numbers")
    };
    let weights = halls
        .iter()
        .zip(children)
        .map(|(hall, child)| 1.0 + (child - 9.0 * hall) % 4.0);
    let weights = Column::Numbers(weights.collect());
    table.with("w", weights).unwrap()
}

#[test]
fn prior_weights_agree_with_clubsandwich() {
    let table = weighted_halls();
    let formula = Formula::parse("y ~ arm + x").unwrap();
    let model = weighted_least_squares(&formula, &table, "w").unwrap();
    let mut reference = Reference::new("weighted halls", 1e-10);
    for (name, correction) in [
        ("halls_weighted_CR0", Correction::Cr0),
        ("halls_weighted_CR2", Correction::Cr2),
        ("halls_weighted_CR3", Correction::Cr3),
    ] {
        reference.coefficients(name, &robust(&model, &table, "hall", correction));
    }
    reference.compare.finish();
}

#[test]
fn equal_prior_weights_change_nothing() {
    let table = halls();
    let threes = Column::Numbers(vec![3.0; table.n_rows()]);
    let table = table.with("w", threes).unwrap();
    let formula = Formula::parse("y ~ arm + x + (1 | child) + (1 | observer)").unwrap();
    let settings = FitSettings::default();
    let plain = fit(&formula, &table, &settings).unwrap();
    let weighted = fit_weighted(&formula, &table, "w", &settings).unwrap();
    for correction in ALL {
        let first = tests_of(&robust_mixed(&plain, &table, "hall", correction));
        let second = tests_of(&robust_mixed(&weighted, &table, "hall", correction));
        for (first, second) in first.iter().zip(&second) {
            assert!(
                (first.se / second.se - 1.0).abs() < 1e-8,
                "{first:?} {second:?}"
            );
            assert!(
                (first.df / second.df - 1.0).abs() < 1e-8,
                "{first:?} {second:?}"
            );
        }
    }
}

#[test]
fn site_fixed_effects_are_right_to_the_last_digits() {
    let data = OracleData::read("sites_did.csv");
    let sites: Vec<Option<&String>> = data.text("site").iter().map(Some).collect();
    let times = data.numbers("time");
    let treated = data.text("group").iter().map(|group| group == "programme");
    let did = treated
        .zip(&times)
        .map(|(treated, time)| if treated { *time } else { 0.0 });
    let mut table = Table::new()
        .with("site", Column::Factor(Factor::from_labels(&sites)))
        .and_then(|table| table.with("did", Column::Numbers(did.collect())))
        .unwrap();
    for name in ["time", "boy", "mother_age", "score"] {
        let values = data.optional_numbers(name).into_iter();
        let values = values.map(|value| value.unwrap_or(f64::NAN));
        table.push(name, Column::Numbers(values.collect())).unwrap();
    }
    let model = ordinary("score ~ site + time + boy + mother_age + did", &table);
    // tests/reference/cluster_robust_digits.py
    let expected = [
        3.181_762_250_396_891_5,
        1.960_554_048_565_109_9,
        0.203_880_222_310_939_43,
        3.370_612_715_521_334,
    ];
    let tests = tests_of(&robust(&model, &table, "site", Correction::Cr2));
    for (test, expected) in tests[8..].iter().zip(expected) {
        assert!(
            (test.se / expected - 1.0).abs() < 1e-13,
            "{}: {:?}",
            test.term,
            test.se
        );
    }
}

// ---- the definition, with n × n matrices ----

/// Variance and degrees of freedom of each coefficient, from the definitions (Pustejovsky & Tipton 2018) without
/// any shortcut: residual maker, adjustment matrices and the vectors p_j are formed whole.
fn by_definition(
    model: &LeastSquares,
    clusters: &Clusters,
    correction: Correction,
) -> Vec<(f64, f64)> {
    let columns = &model.frame.columns;
    let (n, p) = (model.n_observations, columns.len());
    let x = Matrix::from_function(n, p, |i, j| columns[j][i]);
    let bread = inverse(&x.transposed_times(&x));
    let hat = x.times(&bread.times(&x.transposed()));
    let rest = Matrix::from_function(n, n, |i, j| f64::from(u8::from(i == j)) - hat[(i, j)]);
    let m = clusters.n_clusters() as f64;
    let one_factor = match correction {
        Correction::Cr1 => (m / (m - 1.0)).sqrt(),
        Correction::Cr1s => (m * (n as f64 - 1.0) / ((m - 1.0) * (n - p) as f64)).sqrt(),
        _ => 1.0,
    };
    let adjustments: Vec<(Vec<usize>, Matrix)> = clusters
        .rows()
        .into_iter()
        .map(|rows| {
            let block =
                Matrix::from_function(rows.len(), rows.len(), |i, j| rest[(rows[i], rows[j])]);
            let adjustment = match correction {
                Correction::Cr2 => power(&block, |value| 1.0 / value.sqrt()),
                Correction::Cr3 => power(&block, |value| 1.0 / value),
                _ => Matrix::identity(rows.len()).scaled(one_factor),
            };
            (rows, adjustment)
        })
        .collect();
    (0..p)
        .map(|coefficient| {
            let along = x.times_vector(bread.row(coefficient));
            let mut vectors = Vec::new();
            let mut variance = 0.0;
            for (rows, adjustment) in &adjustments {
                let own: Vec<f64> = rows.iter().map(|&row| along[row]).collect();
                let adjusted = adjustment.transposed().times_vector(&own);
                let score: f64 = rows
                    .iter()
                    .zip(&adjusted)
                    .map(|(&row, a)| model.residuals[row] * a)
                    .sum();
                variance += score * score;
                let mut vector = vec![0.0; n];
                for (&row, value) in rows.iter().zip(&adjusted) {
                    for (i, sum) in vector.iter_mut().enumerate() {
                        *sum += rest[(row, i)] * value;
                    }
                }
                vectors.push(vector);
            }
            let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let trace: f64 = vectors.iter().map(|v| product(v, v)).sum();
            let squares: f64 = vectors
                .iter()
                .flat_map(|a| vectors.iter().map(move |b| product(a, b).powi(2)))
                .sum();
            (variance, trace * trace / squares)
        })
        .collect()
}

fn power(a: &Matrix, of: impl Fn(f64) -> f64) -> Matrix {
    let eigen = symmetric_eigen(a);
    let n = a.n_rows();
    let value = |k: usize| {
        if eigen.values[k] > 1e-10 {
            of(eigen.values[k])
        } else {
            0.0
        }
    };
    let scaled = Matrix::from_function(n, n, |i, j| eigen.vectors[(i, j)] * value(j));
    scaled.times(&eigen.vectors.transposed())
}

fn inverse(a: &Matrix) -> Matrix {
    power(a, |value| 1.0 / value)
}

/// A small design: clusters of unequal size, one treatment between clusters, two covariates.
fn small(sizes: &[usize], values: &[f64]) -> Table {
    let clusters: Vec<f64> = sizes
        .iter()
        .enumerate()
        .flat_map(|(cluster, &size)| vec![cluster as f64; size])
        .collect();
    let n = clusters.len();
    let pick = |shift: usize| -> Vec<f64> {
        (0..n)
            .map(|row| values[(3 * row + shift) % values.len()])
            .collect()
    };
    let arm = clusters.iter().map(|cluster| cluster % 2.0).collect();
    Table::new()
        .with("cluster", Column::Numbers(clusters))
        .and_then(|table| table.with("arm", Column::Numbers(arm)))
        .and_then(|table| table.with("x", Column::Numbers(pick(0))))
        .and_then(|table| table.with("z", Column::Numbers(pick(1))))
        .and_then(|table| table.with("y", Column::Numbers(pick(2))))
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn least_squares_agrees_with_the_definition(
        sizes in prop::collection::vec(1_usize..7, 4..8),
        values in prop::collection::vec(-10.0_f64..10.0, 151),
    ) {
        let table = small(&sizes, &values);
        prop_assume!(table.n_rows() > 8);
        let model = ordinary("y ~ arm + x + z", &table);
        let clusters = Clusters::of_rows(&table, "cluster", &model.frame.used_rows).unwrap();
        for correction in ALL {
            let robust = least_squares_between_clusters(&model, &clusters, correction).unwrap();
            let expected = by_definition(&model, &clusters, correction);
            for (test, (variance, df)) in tests_of(&robust).iter().zip(expected) {
                if test.se.is_finite() {
                    prop_assert!((test.se * test.se / variance - 1.0).abs() < 1e-7, "{correction:?} {test:?} {variance}");
                    prop_assert!((test.df / df - 1.0).abs() < 1e-7, "{correction:?} {test:?} {df}");
                }
            }
        }
    }

    #[test]
    fn units_names_and_order_do_not_matter(
        sizes in prop::collection::vec(2_usize..6, 5..7),
        values in prop::collection::vec(-10.0_f64..10.0, 151),
        shift in 1_usize..9,
    ) {
        let table = small(&sizes, &values);
        let n = table.n_rows();
        let Some(Column::Numbers(clusters)) = table.column("cluster") else { panic!("numbers") };
        let Some(Column::Numbers(y)) = table.column("y") else { panic!("numbers") };
        let renamed = clusters.iter().map(|cluster| 100.0 - 3.0 * cluster).collect();
        let rescaled = y.iter().map(|value| 1000.0 + 7.0 * value).collect();
        let moved = table
            .clone()
            .with("renamed", Column::Numbers(renamed))
            .and_then(|table| table.with("rescaled", Column::Numbers(rescaled)))
            .unwrap()
            .rows(&(0..n).map(|row| (row + shift) % n).collect::<Vec<_>>());
        let (before, after) = (ordinary("y ~ arm + x", &table), ordinary("rescaled ~ arm + x", &moved));
        for correction in ALL {
            let first = tests_of(&robust(&before, &table, "cluster", correction));
            let second = tests_of(&robust(&after, &moved, "renamed", correction));
            for (first, second) in first.iter().zip(&second) {
                if first.se.is_nan() {
                    prop_assert!(second.se.is_nan());
                    continue;
                }
                prop_assert!((second.se / first.se / 7.0 - 1.0).abs() < 1e-8);
                prop_assert!((second.df / first.df - 1.0).abs() < 1e-8);
            }
        }
    }
}

#[test]
fn a_cluster_for_each_row_is_the_variance_for_unequal_spread() {
    let table = halls();
    let n = table.n_rows();
    let table = table
        .with(
            "row",
            Column::Numbers((0..n).map(|row| row as f64).collect()),
        )
        .unwrap();
    let model = ordinary("y ~ x", &table);
    // MacKinnon and White's HC0, HC2 and HC3 of the slope, written out.
    let Some(Column::Numbers(x)) = table.column("x") else {
        panic!("numbers")
    };
    let mean = x.iter().sum::<f64>() / n as f64;
    let squares: f64 = x.iter().map(|x| (x - mean).powi(2)).sum();
    for (correction, power) in [
        (Correction::Cr0, 0),
        (Correction::Cr2, 1),
        (Correction::Cr3, 2),
    ] {
        let expected: f64 = (0..n)
            .map(|row| {
                let part = (x[row] - mean) / squares * model.residuals[row];
                part * part / (1.0 - model.leverage[row]).powi(power)
            })
            .sum();
        let slope = &tests_of(&robust(&model, &table, "row", correction))[1];
        assert!((slope.se / expected.sqrt() - 1.0).abs() < 1e-12);
    }
}

#[test]
fn clusters_of_one_size_give_welchs_test_of_their_means() {
    let means = [12.0, 14.5, 11.0, 16.0, 13.5, 19.0, 22.5];
    let rows: Vec<(usize, f64)> = (0..means.len())
        .flat_map(|c| [-2.0, 0.5, 1.5].map(|d| (c, means[c] + d)))
        .collect();
    let column =
        |value: &dyn Fn(&(usize, f64)) -> f64| Column::Numbers(rows.iter().map(value).collect());
    let table = Table::new()
        .with("cluster", column(&|row| row.0 as f64))
        .and_then(|table| table.with("arm", column(&|row| f64::from(u8::from(row.0 > 3)))))
        .and_then(|table| table.with("y", column(&|row| row.1)))
        .unwrap();
    let model = ordinary("y ~ arm", &table);
    let arm = &tests_of(&robust(&model, &table, "cluster", Correction::Cr2))[1];
    let welch = two_sample_t(&means[4..], &means[..4], Variances::Separate, 0.95).unwrap();
    assert!((arm.statistic - welch.statistic.unwrap()).abs() < 1e-12);
    // A mixed model with the cluster in it comes to the same.
    let model = mixed("y ~ arm + (1 | cluster)", &table);
    let arm = &tests_of(&robust_mixed(&model, &table, "cluster", Correction::Cr2))[1];
    assert!((arm.statistic - welch.statistic.unwrap()).abs() < 1e-9);
}

#[test]
fn marginal_means_and_their_differences_use_the_cluster_robust_variance() {
    let table = halls();
    let factor = match table.column("arm") {
        Some(Column::Numbers(arms)) => Factor::from_numbers(arms),
        _ => panic!("numbers"),
    };
    let table = table.with("group", Column::Factor(factor)).unwrap();
    let model = ordinary("y ~ group + x", &table);
    let robust = robust(&model, &table, "hall", Correction::Cr2);
    let wanted = MarginalMeans {
        over: vec!["group".to_owned()],
        ..MarginalMeans::default()
    };
    let means = marginal_means(&robust.inference, &wanted, 0.95).unwrap();
    let weights = means[1].weights.clone().unwrap();
    let expected = robust.inference.vcov.quadratic_form(&weights).sqrt();
    assert!((means[1].estimate.se - expected).abs() < 1e-14);
    assert!(means[1].estimate.df < 8.0);
}

#[test]
fn a_treatment_that_one_cluster_has_gets_no_standard_error() {
    let table = halls();
    let Some(Column::Numbers(halls)) = table.column("hall") else {
        panic!("numbers")
    };
    let only = halls
        .iter()
        .map(|hall| f64::from(u8::from(*hall == 8.0)))
        .collect();
    let table = table.clone().with("only", Column::Numbers(only)).unwrap();
    let model = ordinary("y ~ only + x", &table);
    for correction in ALL {
        let robust = robust(&model, &table, "hall", correction);
        let tests = tests_of(&robust);
        assert!(tests[1].estimate.is_finite() && tests[1].se.is_nan() && tests[1].p.is_nan());
        assert!(tests[2].se.is_finite() && tests[2].p.is_finite());
        assert!(
            robust.warnings[0]
                .to_string()
                .starts_with("a single cluster of `hall` decides `only`;")
        );
        let both = Matrix::from_rows(&[[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
        assert!(joint_test(&robust.inference, &both).p.is_nan());
    }
}

#[test]
fn more_contrasts_than_clusters_can_show_are_not_tested() {
    let table = halls();
    let Some(Column::Numbers(halls)) = table.column("hall") else {
        panic!("numbers")
    };
    let half = halls.iter().map(|hall| (hall / 3.0).ceil()).collect();
    let table = table.clone().with("region", Column::Numbers(half)).unwrap();
    let model = ordinary("y ~ x + child + observer", &table);
    let robust = robust(&model, &table, "region", Correction::Cr2);
    assert_eq!(robust.n_clusters, 3);
    let all = Matrix::from_rows(&[
        [0.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 1.0, 0.0],
        [0.0, 0.0, 0.0, 1.0],
    ]);
    let test = joint_test(&robust.inference, &all);
    assert!(test.p.is_nan() && test.df_denominator.is_nan());
}

#[test]
fn few_degrees_of_freedom_are_shown_and_said() {
    let table = halls();
    let model = ordinary("y ~ arm * x", &table);
    let robust = robust(&model, &table, "hall", Correction::Cr2);
    assert_eq!(robust.cluster_sizes, (15, 18));
    let warning = robust.warnings[0].to_string();
    assert!(
        warning.starts_with(
            "the 8 clusters of `hall` leave fewer than 4 degrees of freedom for `(Intercept)` (2.9), `x` (3.0);"
        ),
        "{warning}"
    );
}

#[test]
fn random_effects_that_link_clusters_are_refused() {
    let table = halls();
    let Some(Column::Numbers(children)) = table.column("child") else {
        panic!("numbers")
    };
    let rater = children.iter().map(|child| child % 5.0).collect();
    let table = table.clone().with("rater", Column::Numbers(rater)).unwrap();
    let model = mixed("y ~ arm + (1 | rater)", &table);
    let clusters = Clusters::of_rows(&table, "hall", &model.frame.used_rows).unwrap();
    let problem = mixed_model_between_clusters(&model, &clusters, Correction::Cr2).unwrap_err();
    assert!(problem.to_string().starts_with(
        "level `1` of the random factor `rater` has rows in more than one cluster of `hall`"
    ));
}

#[test]
fn clusters_of_other_rows_are_refused() {
    let table = halls();
    let model = ordinary("y ~ arm", &table);
    let clusters = Clusters::of_rows(&table, "hall", &model.frame.used_rows[1..]).unwrap();
    let problem = least_squares_between_clusters(&model, &clusters, Correction::Cr2).unwrap_err();
    assert!(
        problem
            .to_string()
            .starts_with("`hall` gives the clusters of 137 rows but the model uses 138")
    );
}
