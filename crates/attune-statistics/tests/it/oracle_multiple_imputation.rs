//! Oracle cases of the family "multiple-imputation": fixed completed data sets, fitted by
//! this crate and pooled.

use attune_statistics::formula::Formula;
use attune_statistics::least_squares::least_squares;
use attune_statistics::linear_mixed_model::{FitSettings, fit};
use attune_statistics::multiple_imputation::{CompletedFit, Pooled, pool, pooled_joint_test};
use attune_statistics::table::{Column, Factor, Table};

use crate::oracle::{Oracle, OracleData};

const N_IMPUTATIONS: usize = 12;

/// The completed data sets of mi_imputed_long.csv: (child, arm, mother_age, y0, y1, y2) rows.
fn completed() -> Vec<Vec<usize>> {
    let imputations = OracleData::read("mi_imputed_long.csv").numbers("imp");
    let rows_of = |imputation: usize| {
        (0..imputations.len())
            .filter(|row| imputations[*row] == imputation as f64)
            .collect()
    };
    (1..=N_IMPUTATIONS).map(rows_of).collect()
}

fn labels(values: &[String], rows: &[usize]) -> Vec<Option<String>> {
    rows.iter().map(|row| Some(values[*row].clone())).collect()
}

fn numbers(values: &[f64], rows: &[usize]) -> Column {
    Column::Numbers(rows.iter().map(|row| values[*row]).collect())
}

fn check_pooled(oracle: &Oracle, pooled: &[Pooled], tolerance: f64) {
    for (place, one) in pooled.iter().enumerate() {
        let path = |name: &str| format!("pooled/{place}/{name}");
        oracle.agrees(&path("estimate"), one.estimate, tolerance);
        oracle.agrees(&path("ubar"), one.within, tolerance);
        oracle.agrees(&path("b"), one.between, tolerance);
        oracle.agrees(&path("t"), one.total, tolerance);
        oracle.agrees(&path("df"), one.df, tolerance);
        oracle.agrees(&path("riv"), one.relative_increase, tolerance);
        oracle.agrees(&path("fmi"), one.missing_information, tolerance);
    }
}

#[test]
fn mi_pool_lm() {
    let oracle = Oracle::read("mi_pool_lm");
    let data = OracleData::read("mi_imputed_long.csv");
    let formula = Formula::parse("y2 ~ y0 + mother_age + arm").unwrap();
    let fits: Vec<CompletedFit> = completed()
        .iter()
        .map(|rows| {
            let arm = Factor::with_levels(&labels(data.text("arm"), rows), &["C", "P"]);
            let mut table = Table::new().with("arm", Column::Factor(arm)).unwrap();
            for name in ["y0", "y2", "mother_age"] {
                table
                    .push(name, numbers(&data.numbers(name), rows))
                    .unwrap();
            }
            let model = least_squares(&formula, &table).unwrap();
            CompletedFit {
                estimates: model.coefficients,
                covariance: model.vcov,
            }
        })
        .collect();
    for (imputation, fit) in fits.iter().enumerate() {
        let path = format!("per_imputation_estimates/values/{imputation}");
        oracle.all_agree(&path, &fit.estimates, 1e-10);
        for row in 0..4 {
            let path = format!("per_imputation_vcov/{imputation}/values/{row}");
            oracle.all_agree(&path, fit.covariance.row(row), 1e-8);
        }
    }
    let pooled = pool(&fits, 116.0, 0.95).unwrap();
    check_pooled(&oracle, &pooled, 1e-9);
    let large_sample = pool(&fits, f64::INFINITY, 0.95).unwrap();
    for (place, one) in pooled.iter().enumerate() {
        oracle.agrees(&format!("pooled/{place}/lambda"), one.lambda, 1e-9);
        let path = |name: &str| format!("summary/{place}/{name}");
        oracle.agrees(&path("se"), one.standard_error, 1e-9);
        oracle.agrees(&path("t"), one.t, 1e-9);
        oracle.agrees(&path("p"), one.p, 1e-8);
        oracle.agrees(&path("lower"), one.ci_lower, 1e-9);
        oracle.agrees(&path("upper"), one.ci_upper, 1e-9);
        let term = ["(Intercept)", "y0", "mother_age", "armP"][place];
        oracle.agrees(&format!("mitools/se/{term}"), one.standard_error, 1e-9);
        oracle.agrees(&format!("mitools/df/{term}"), large_sample[place].df, 1e-9);
    }
    let joint = pooled_joint_test(&fits, &[2, 3], 116.0).unwrap();
    oracle.agrees("D1/F/F.value", joint.f, 1e-9);
    oracle.agrees("D1/df1/df1", joint.df1, 0.0);
    oracle.agrees("D1/df2/df2", joint.df2, 1e-9);
    oracle.agrees("D1/p/P(>F)", joint.p, 1e-8);
    oracle.agrees("D1/riv/RIV", joint.relative_increase, 1e-9);
}

#[test]
fn mi_pool_lmer() {
    let oracle = Oracle::read("mi_pool_lmer");
    let data = OracleData::read("mi_imputed_long.csv");
    let formula = Formula::parse("y ~ y0 + t * arm + (1 | child)").unwrap();
    let (first, second) = (data.numbers("y1"), data.numbers("y2"));
    let fits: Vec<CompletedFit> = completed()
        .iter()
        .enumerate()
        .map(|(imputation, rows)| {
            // Long form: each child at visit 1 with y1, then at visit 2 with y2.
            let twice: Vec<usize> = rows.iter().chain(rows).copied().collect();
            let visit = [vec![1.0; rows.len()], vec![2.0; rows.len()]].concat();
            let pick = |values: &[f64]| rows.iter().map(|row| values[*row]).collect::<Vec<f64>>();
            let outcome = [pick(&first), pick(&second)].concat();
            let arm = Factor::with_levels(&labels(data.text("arm"), &twice), &["C", "P"]);
            let child = Factor::from_labels(&labels(data.text("child"), &twice));
            let table = Table::new()
                .with("arm", Column::Factor(arm))
                .and_then(|table| table.with("child", Column::Factor(child)))
                .and_then(|table| table.with("y0", numbers(&data.numbers("y0"), &twice)))
                .and_then(|table| table.with("t", Column::Numbers(visit)))
                .and_then(|table| table.with("y", Column::Numbers(outcome)))
                .unwrap();
            let model = fit(&formula, &table, &FitSettings::default()).unwrap();
            let path = format!("per_imputation_theta/{imputation}");
            oracle.agrees(&path, model.theta[0].value, 1e-7);
            CompletedFit {
                estimates: model.coefficients.clone(),
                covariance: model.vcov.clone(),
            }
        })
        .collect();
    for (imputation, fit) in fits.iter().enumerate() {
        let path = format!("per_imputation_estimates/values/{imputation}");
        oracle.all_agree(&path, &fit.estimates, 1e-7);
        let path = format!("per_imputation_variances/values/{imputation}");
        oracle.all_agree(&path, &fit.covariance.diagonal(), 1e-7);
    }
    check_pooled(&oracle, &pool(&fits, 235.0, 0.95).unwrap(), 1e-7);
}
