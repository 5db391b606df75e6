//! A prepared design fitted to many responses gives the numbers of a fit of its own.

use attune_statistics::formula::Formula;
use attune_statistics::inference::{DegreesOfFreedom, coefficient_tests};
use attune_statistics::linear_mixed_model::{
    Estimator, FitError, FitSettings, LinearMixedModel, Refit, Refitted, fit, fit_weighted,
};
use attune_statistics::table::{Column, Table};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::dense_reference::study;

const MODELS: [&str; 6] = [
    "score ~ age * arm + (age | child)",
    "score ~ age + (1 | child)",
    "score ~ age * arm + (1 | child) + (0 + age | child)",
    "score ~ age + (1 | child) + (1 | assessor)",
    "score ~ age * arm + (age | child) + (age | assessor) + (1 | site)",
    "score ~ arm + offset(age) + (1 | site/child)",
];

fn settings(restricted: bool) -> FitSettings {
    FitSettings {
        estimator: if restricted {
            Estimator::Reml
        } else {
            Estimator::MaximumLikelihood
        },
        ..FitSettings::default()
    }
}

fn with_response(table: &Table, response: &[f64]) -> Table {
    let mut new = Table::new();
    for name in table.names() {
        let column = if name == "score" {
            Column::Numbers(response.to_vec())
        } else {
            table.column(name).expect("a column").clone()
        };
        new.push(name, column).expect("one length");
    }
    new
}

/// The response of the table with noise, and with no variance between children for every third seed.
fn another_response(table: &Table, seed: u64) -> Vec<f64> {
    let Some(Column::Numbers(score)) = table.column("score") else {
        panic!("score is a column of numbers")
    };
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let keep = if seed.is_multiple_of(3) { 0.0 } else { 1.0 };
    score
        .iter()
        .map(|y| {
            let noise: f64 = StandardNormal.sample(&mut random);
            keep * y + 2.0 * noise
        })
        .collect()
}

fn assert_same(model: &LinearMixedModel, refit: &Refit, fitted: &Refitted) {
    let close = |what: &str, a: f64, b: f64, tolerance: f64| {
        assert!(
            (a - b).abs() <= tolerance * (1.0 + b.abs()),
            "{what}: {a} is not {b}"
        );
    };
    close(
        "log-likelihood",
        fitted.log_likelihood,
        model.log_likelihood,
        1e-10,
    );
    close("sigma", fitted.sigma, model.sigma, 1e-9);
    assert_eq!(
        (fitted.singular, fitted.converged),
        (model.singular, model.converged)
    );
    for (i, theta) in model.theta.iter().enumerate() {
        assert_eq!(refit.theta_names[i], theta.name);
        close(&theta.name, fitted.theta[i], theta.value, 1e-8);
    }
    for method in [
        DegreesOfFreedom::Satterthwaite,
        DegreesOfFreedom::KenwardRoger,
    ] {
        let Ok(inference) = model.inference(method) else {
            continue;
        };
        for (k, test) in coefficient_tests(&inference, 0.95).iter().enumerate() {
            let unit: Vec<f64> = (0..refit.terms.len())
                .map(|i| f64::from(u8::from(i == k)))
                .collect();
            let again = refit
                .contrast(fitted, &test.term, &unit, method, 0.95)
                .expect("a converged fit");
            assert_eq!(refit.terms[k], test.term);
            close("estimate", again.estimate, test.estimate, 1e-9);
            close("standard error", again.se, test.se, 1e-9);
            // Where there are hardly any degrees of freedom the variance is flat and df follow its last digits.
            close("degrees of freedom", again.df, test.df, 1e-7);
        }
    }
    for (k, se) in fitted.se.iter().enumerate() {
        close("se", *se, model.vcov[(k, k)].sqrt(), 1e-9);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_refit_is_a_fit(
        seed in 0_u64..10_000, which in 0_usize..6, restricted in any::<bool>(), starts in any::<bool>()
    ) {
        let table = study(seed, 96);
        let formula = Formula::parse(MODELS[which]).expect("a formula");
        let settings = settings(restricted);
        let refit = Refit::new(&formula, &table, &settings).expect("a design");
        let first = fit(&formula, &table, &settings).expect("a fit");
        let theta: Vec<f64> = first.theta.iter().map(|theta| theta.value).collect();
        let start = starts.then_some(theta.as_slice());
        let mut worker = refit.worker();
        // The first response again and then another one: nothing may be left of the one before.
        for response in [first.frame.response.clone(), another_response(&table, seed)] {
            let own = fit(&formula, &with_response(&table, &response), &settings).expect("a fit");
            let again = worker.fit(&response, start).expect("a refit");
            assert_same(&own, &refit, &again);
        }
    }
}

#[test]
fn weights_are_kept() {
    let table = study(8, 96);
    let weights = (0..96).map(|row| 0.5 + f64::from(row * 7 % 5)).collect();
    let table = table
        .with("precision", Column::Numbers(weights))
        .expect("one length");
    let formula = Formula::parse(MODELS[0]).expect("a formula");
    let settings = FitSettings::default();
    let weighted = |table| fit_weighted(&formula, table, "precision", &settings).expect("a fit");
    let refit = Refit::of(&weighted(&table)).expect("a design");
    let response = another_response(&table, 1);
    let fitted = refit.worker().fit(&response, None).expect("a refit");
    assert_same(
        &weighted(&with_response(&table, &response)),
        &refit,
        &fitted,
    );
}

#[test]
fn every_number_of_threads_gives_the_same_bits() {
    let table = study(3, 120);
    let formula = Formula::parse(MODELS[0]).expect("a formula");
    let refit = Refit::new(&formula, &table, &FitSettings::default()).expect("a design");
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        pool.install(|| {
            refit.fit_each(
                12,
                None,
                |replicate, response| {
                    response.copy_from_slice(&another_response(&table, replicate as u64));
                },
                |_, fitted| (fitted.log_likelihood.to_bits(), fitted.sigma.to_bits()),
            )
        })
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn a_response_that_cannot_be_fitted_is_told_and_the_next_one_is_not_harmed() {
    let table = study(5, 96);
    let formula = Formula::parse(MODELS[1]).expect("a formula");
    let refit = Refit::new(&formula, &table, &FitSettings::default()).expect("a design");
    let good = another_response(&table, 1);
    let mut worker = refit.worker();
    let expected = worker.fit(&good, None).expect("a fit").log_likelihood;
    let mut holes = good.clone();
    holes[6] = f64::NAN;
    assert!(matches!(
        worker.fit(&holes, None),
        Err(FitError::MissingResponse { position: 7, .. })
    ));
    assert!(matches!(
        worker.fit(&[4.0; 96], None),
        Err(FitError::NothingLeft { .. })
    ));
    assert!(matches!(
        worker.fit(&[1e300; 96], None),
        Err(FitError::TooLarge { .. })
    ));
    assert_eq!(
        worker.fit(&good, None).expect("a fit").log_likelihood,
        expected
    );
}

#[test]
fn a_fit_of_many_rows_has_the_same_bits_for_every_number_of_threads() {
    // So many rows that frame, coordinates and sums are shared between threads.
    let table = study(7, 40_000);
    let formula = Formula::parse(MODELS[0]).expect("a formula");
    let bits = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        let model = pool
            .install(|| fit(&formula, &table, &FitSettings::default()))
            .expect("a fit");
        let theta = model.theta.iter().map(|theta| theta.value);
        let numbers: Vec<u64> = model
            .coefficients
            .iter()
            .copied()
            .chain(theta)
            .chain([model.sigma, model.log_likelihood])
            .chain(model.vcov.values().iter().copied())
            .map(f64::to_bits)
            .collect();
        (numbers, model.converged)
    };
    let (one, converged) = bits(1);
    assert!(converged);
    assert_eq!(one, bits(2).0);
    assert_eq!(one, bits(3).0);
}
