//! Time of a fit on simulated growth data: three visits, random intercept and slope, the structure of the
//! reference generator (score = 100 - 2 age + arm + 1.5 age arm + b0 + b1 age + e).
//!
//! `cargo bench -p attune-statistics`; set `RAYON_NUM_THREADS=1` for one thread.

use attune_statistics::formula::Formula;
use attune_statistics::inference::{DegreesOfFreedom, coefficient_tests};
use attune_statistics::linear_mixed_model::{FitSettings, Refit, fit};
use attune_statistics::parametric_bootstrap::{ParametricBootstrapSettings, parametric_bootstrap};
use attune_statistics::table::{Column, Factor, Table};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

fn main() {
    divan::main();
}

/// Children with three visits each; a second grouping factor of 50 assessors, drawn afresh at each visit.
fn growth(n_rows: usize) -> Table {
    let mut random = ChaCha8Rng::seed_from_u64(20_260_101);
    let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
    let effects: Vec<f64> = (0..50).map(|_| 2.5 * normal()).collect();
    let (mut child, mut arm, mut age, mut assessor, mut score, mut crossed) = (
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
    );
    let n_children = n_rows.div_ceil(3);
    for row in 0..n_rows {
        let id = row / 3;
        if row % 3 == 0 {
            child.push((normal(), normal(), u32::from(id % 2 == 0)));
        }
        let (z0, z1, in_arm) = child[id];
        let years = [1.0 / 3.0, 1.0, 2.0][row % 3] + 0.06 * normal();
        let who = (normal().abs() * 1e6) as usize % 50;
        let fixed = 100.0 - 2.0 * years + f64::from(in_arm) * (1.0 + 1.5 * years);
        let noise = 6.0 * normal();
        let slope = 3.0 * (-0.3 * z0 + 0.91_f64.sqrt() * z1);
        score.push(fixed + 9.0 * z0 + slope * years + noise);
        crossed.push(fixed + 9.0 * z0 + effects[who] + noise);
        age.push(years);
        arm.push(Some(in_arm));
        assessor.push(Some(who as u32));
    }
    let levels = |n: usize| (0..n).map(|level| level.to_string()).collect::<Vec<_>>();
    let codes = (0..n_rows).map(|row| u32::try_from(row / 3).ok()).collect();
    Table::new()
        .with(
            "child",
            Column::Factor(Factor {
                levels: levels(n_children),
                codes,
            }),
        )
        .and_then(|table| {
            table.with(
                "arm",
                Column::Factor(Factor {
                    levels: levels(2),
                    codes: arm,
                }),
            )
        })
        .and_then(|table| {
            table.with(
                "assessor",
                Column::Factor(Factor {
                    levels: levels(50),
                    codes: assessor,
                }),
            )
        })
        .and_then(|table| table.with("age", Column::Numbers(age)))
        .and_then(|table| table.with("score", Column::Numbers(score)))
        .and_then(|table| table.with("crossed", Column::Numbers(crossed)))
        .expect("columns of one length")
}

const SLOPE: &str = "score ~ age * arm + (age | child)";
const INTERCEPT: &str = "score ~ age * arm + (1 | child)";
const CROSSED: &str = "crossed ~ age * arm + (1 | child) + (1 | assessor)";

#[divan::bench(args = [1_000, 10_000, 100_000, 1_000_000], sample_count = 10, sample_size = 1)]
fn random_intercept_and_slope(bencher: divan::Bencher<'_, '_>, n_rows: usize) {
    let (table, formula) = (growth(n_rows), Formula::parse(SLOPE).expect("a formula"));
    bencher.bench(|| fit(&formula, &table, &FitSettings::default()).expect("a fit"));
}

#[divan::bench(args = [1_000, 100_000], sample_count = 10, sample_size = 1)]
fn child_by_assessor(bencher: divan::Bencher<'_, '_>, n_rows: usize) {
    let (table, formula) = (growth(n_rows), Formula::parse(CROSSED).expect("a formula"));
    bencher.bench(|| fit(&formula, &table, &FitSettings::default()).expect("a fit"));
}

#[divan::bench(args = [SLOPE, CROSSED], sample_count = 10, sample_size = 1)]
fn kenward_roger_100_000(bencher: divan::Bencher<'_, '_>, formula: &str) {
    let table = growth(100_000);
    let model = fit(
        &Formula::parse(formula).expect("a formula"),
        &table,
        &FitSettings::default(),
    )
    .expect("a fit");
    bencher.bench(|| {
        let inference = model
            .inference(DegreesOfFreedom::KenwardRoger)
            .expect("inference");
        coefficient_tests(&inference, 0.95)
    });
}

#[divan::bench(args = [SLOPE, INTERCEPT], sample_count = 10, sample_size = 1)]
fn parametric_bootstrap_500_of_309_rows(bencher: divan::Bencher<'_, '_>, formula: &str) {
    let (table, formula) = (growth(309), Formula::parse(formula).expect("a formula"));
    let model = fit(&formula, &table, &FitSettings::default()).expect("a fit");
    let settings = ParametricBootstrapSettings {
        n_replicates: 500,
        ..ParametricBootstrapSettings::default()
    };
    bencher.bench(|| parametric_bootstrap(&model, &settings).expect("a bootstrap"));
}

#[divan::bench(args = [360, 100_000], sample_count = 10, sample_size = 1)]
fn one_refit(bencher: divan::Bencher<'_, '_>, n_rows: usize) {
    let (table, formula) = (growth(n_rows), Formula::parse(SLOPE).expect("a formula"));
    let model = fit(&formula, &table, &FitSettings::default()).expect("a fit");
    let refit = Refit::of(&model).expect("a design");
    let mut worker = refit.worker();
    bencher.bench_local(|| worker.fit(&model.frame.response, None).expect("a refit"));
}
