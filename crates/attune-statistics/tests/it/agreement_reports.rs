//! The reports on agreement, scales and stretches: every coefficient can be resampled, and as
//! sums over units it is what its own function says.

use attune_statistics::agreement::bland_altman::{
    Limit, additive_repeated, bland_altman, bland_altman_repeated, slope_additive,
};
use attune_statistics::agreement::cohen_kappa::{Companion, cohen_kappa, companion_additive};
use attune_statistics::agreement::fleiss_kappa::{category_additive, fleiss_kappa};
use attune_statistics::agreement::intraclass::mean_squares;
use attune_statistics::agreement::measurement_error::{
    ErrorKind, change_additive, measurement_error,
};
use attune_statistics::agreement::specific::specific_agreement;
use attune_statistics::agreement::unitising::report::{UnitisingSettings, unitising_report};
use attune_statistics::agreement::unitising::{Continuum, Stretch, UnitisingKind, additive};
use attune_statistics::agreement::weights::Weights;
use attune_statistics::agreement::{AgreeSettings, Measure, Ratings, agree};
use attune_statistics::resampling::bootstrap::{BootstrapInterval, BootstrapSettings};
use attune_statistics::scales::{
    ScaleMeasure, ScaleSettings, scale_additive, scale_reliability, scale_report,
};
use proptest::prelude::*;

fn names(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("R{}", i + 1)).collect()
}

fn ratings(n_coders: usize, n_categories: usize) -> Ratings {
    let value = |unit: usize, coder: usize| {
        let seed =
            unit * 7 + (unit * (coder + 3)) % 5 * usize::from((unit + coder).is_multiple_of(3));
        Some((seed % n_categories) as f64 + 1.0)
    };
    let rows: Vec<Vec<Option<f64>>> = (0..30)
        .map(|unit| (0..n_coders).map(|coder| value(unit, coder)).collect())
        .collect();
    Ratings::from_numbers(&names(n_coders), &rows).unwrap()
}

fn resampled() -> AgreeSettings {
    AgreeSettings {
        measures: Some(Measure::ALL.to_vec()),
        n_resamples: Some(60),
        ..AgreeSettings::default()
    }
}

fn same(first: f64, second: f64) {
    let scale = first.abs().max(second.abs()).max(1e-3);
    assert!((first - second).abs() <= 1e-9 * scale, "{first} {second}");
}

#[test]
fn every_coefficient_is_bootstrapped_by_unit_and_by_cluster() {
    for (n_coders, n_categories) in [(2, 2), (2, 5), (4, 3)] {
        let plain = ratings(n_coders, n_categories);
        let clusters: Vec<String> = (0..30).map(|unit| format!("dyad {}", unit / 3)).collect();
        for (ratings, blocks) in [
            (plain.clone(), "units"),
            (plain.with_clusters(&clusters).unwrap(), "clusters"),
        ] {
            let report = agree(&ratings, &resampled()).unwrap();
            for result in report
                .results
                .iter()
                .filter(|result| result.estimate.is_some())
            {
                let by = format!("60 resamples of {blocks}");
                assert!(result.interval.contains(&by), "{result:?}");
            }
        }
    }
}

#[test]
fn limits_with_several_pairs_are_bootstrapped_by_person() {
    let rows: Vec<Vec<Option<f64>>> = (0..40)
        .map(|i| {
            let first = f64::from(i * 37 % 23) / 2.0;
            vec![
                Some(first),
                Some(first + f64::from(i * i % 7) / 3.0 + f64::from(i / 4) / 10.0),
            ]
        })
        .collect();
    let settings = AgreeSettings {
        measures: Some(vec![Measure::BlandAltman]),
        subjects: Some((0..40).map(|i| format!("child {}", i / 4)).collect()),
        n_resamples: Some(200),
        ..AgreeSettings::default()
    };
    let ratings = Ratings::from_numbers(&names(2), &rows).unwrap();
    let report = agree(&ratings, &settings).unwrap();
    assert_eq!(report.results.len(), 3);
    for result in &report.results {
        assert!(
            result.interval.contains("200 resamples of persons"),
            "{result:?}"
        );
        assert!(result.ci_lower < result.estimate && result.estimate < result.ci_upper);
    }
}

#[test]
fn companions_and_categories_are_the_same_by_their_sums() {
    let two = ratings(2, 2);
    let kappa = cohen_kappa(&two, Weights::Identity, 0.95).unwrap();
    for (companion, expected) in [
        (Companion::KappaMax, kappa.kappa_max),
        (Companion::Pabak, kappa.pabak),
        (Companion::PrevalenceIndex, kappa.prevalence_index.unwrap()),
        (Companion::BiasIndex, kappa.bias_index.unwrap()),
    ] {
        same(
            companion_additive(&two, companion).unwrap().estimate(),
            expected,
        );
    }
    let four = ratings(4, 3);
    for (place, category) in fleiss_kappa(&four).unwrap().categories.iter().enumerate() {
        same(
            category_additive(&four, place).estimate(),
            category.estimate,
        );
    }
    let squares = mean_squares(&four).unwrap();
    for kind in [ErrorKind::Agreement, ErrorKind::Consistency] {
        let change = measurement_error(&squares, kind, 0.95).minimal_detectable_change;
        same(
            change_additive(&four, kind, 0.95).unwrap().estimate(),
            change,
        );
    }
}

#[test]
fn specific_agreement_of_yes_and_no_is_positive_and_negative_agreement() {
    // Cicchetti and Feinstein (1990): 2a/(2a + b + c) and 2d/(2d + b + c) of 40, 5, 10, 25.
    let cells = [
        ((1.0, 1.0), 40),
        ((1.0, 0.0), 5),
        ((0.0, 1.0), 10),
        ((0.0, 0.0), 25),
    ];
    let rows: Vec<Vec<Option<f64>>> = cells
        .iter()
        .flat_map(|((a, b), n)| vec![vec![Some(*a), Some(*b)]; *n])
        .collect();
    let ratings = Ratings::from_numbers(&names(2), &rows).unwrap();
    same(specific_agreement(&ratings, 1).estimate(), 80.0 / 95.0);
    same(specific_agreement(&ratings, 0).estimate(), 50.0 / 65.0);
}

#[test]
fn many_different_numbers_neither_hang_nor_fill_the_memory() {
    let rows: Vec<Vec<Option<f64>>> = (0..4000)
        .map(|i| {
            let x = f64::from(i * 7919 % 4001) + 0.25;
            vec![Some(x), Some(x + f64::from(i % 13) / 7.0)]
        })
        .collect();
    let ratings = Ratings::from_numbers(&names(2), &rows).unwrap();
    let report = agree(&ratings, &AgreeSettings::default()).unwrap();
    let ratio = report
        .results
        .iter()
        .find(|result| result.variant == "ratio")
        .unwrap();
    assert!(ratio.estimate.unwrap() > 0.9 && ratio.se.is_none());
    assert!(
        report
            .warnings
            .iter()
            .any(|warning| warning.contains("hours"))
    );
    let asked = AgreeSettings {
        measures: Some(vec![Measure::CohenKappa]),
        ..AgreeSettings::default()
    };
    let refused = agree(&ratings, &asked).unwrap();
    assert!(refused.results.is_empty() && refused.warnings[0].contains("are these codes?"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn limits_by_their_sums_are_the_limits(
        pairs in prop::collection::vec((0.0..50.0_f64, -5.0..5.0_f64), 6..30),
    ) {
        let first: Vec<f64> = pairs.iter().map(|(x, _)| *x).collect();
        let second: Vec<f64> = pairs.iter().map(|(x, d)| x + d).collect();
        let persons: Vec<String> = (0..pairs.len()).map(|i| format!("{:02}", i / 3)).collect();
        let plain = bland_altman(&first, &second, 0.95).unwrap();
        let repeated = bland_altman_repeated(&first, &second, &persons, 0.95).unwrap();
        for (limit, expected) in [
            (Limit::Bias, repeated.bias),
            (Limit::Lower, repeated.lower_limit),
            (Limit::Upper, repeated.upper_limit),
        ] {
            let sums = additive_repeated((&first, &second), &persons, limit, 0.95).unwrap();
            let gap = (sums.estimate() - expected.estimate).abs();
            prop_assert!(gap < 1e-9 * (1.0 + expected.estimate.abs()), "{gap}");
        }
        let rows: Vec<Vec<Option<f64>>> =
            first.iter().zip(&second).map(|(a, b)| vec![Some(*a), Some(*b)]).collect();
        let ratings = Ratings::from_numbers(&names(2), &rows).unwrap();
        let slope = slope_additive(&ratings).unwrap().estimate();
        prop_assert!((slope - plain.proportional_bias.unwrap().slope).abs() < 1e-9);
    }
}

fn items() -> Vec<Vec<Option<f64>>> {
    let answer = |person: usize, item: usize| {
        let trait_level = (person * 5) % 7;
        let noise = (person * person * (2 * item + 3) + 7 * person * (item + 1)) % 11;
        let value = trait_level + noise / 3;
        (person != 4 || item != 1).then_some(value as f64)
    };
    (0..5)
        .map(|item| (0..40).map(|person| answer(person, item)).collect())
        .collect()
}

#[test]
fn scale_coefficients_are_the_same_by_their_sums() {
    let names = names(5);
    let reliability = scale_reliability(&names, &items(), 0.95).unwrap();
    let by_sums = |measure| scale_additive(&items(), measure).unwrap().estimate();
    same(by_sums(ScaleMeasure::Alpha), reliability.alpha);
    same(
        by_sums(ScaleMeasure::StandardisedAlpha),
        reliability.standardised_alpha,
    );
    same(
        by_sums(ScaleMeasure::Lambda6),
        reliability.lambda_6.unwrap(),
    );
    same(by_sums(ScaleMeasure::Omega), reliability.omega.unwrap());
    same(
        by_sums(ScaleMeasure::OmegaOfModel),
        reliability.omega_model.unwrap(),
    );
    same(
        by_sums(ScaleMeasure::MeanCorrelation),
        reliability.mean_correlation,
    );
    for (place, item) in reliability.items.iter().enumerate() {
        same(
            by_sums(ScaleMeasure::ItemRest(place)),
            item.item_rest_correlation,
        );
        same(
            by_sums(ScaleMeasure::AlphaIfDropped(place)),
            item.alpha_if_dropped.unwrap(),
        );
        same(by_sums(ScaleMeasure::Loading(place)), item.loading.unwrap());
    }
}

#[test]
fn a_scale_reports_its_losses_and_bootstraps_everything_by_cluster() {
    let clusters: Vec<String> = (0..40)
        .map(|person| format!("site {}", person / 5))
        .collect();
    let settings = ScaleSettings {
        confidence: 0.9,
        bootstrap: Some(bootstrap_of(80)),
        clusters: Some(&clusters),
    };
    let report = scale_report(&names(5), &items(), &settings).unwrap();
    assert_eq!((report.n, report.n_dropped, report.n_items), (39, 1, 5));
    assert_eq!(report.results.len(), 6 + 3 * 5);
    for result in &report.results {
        assert!(
            result.interval.contains("80 resamples of clusters"),
            "{result:?}"
        );
    }
    assert!(report.warnings[0].contains("1 person with a missing item was left out"));
}

fn bootstrap_of(n_resamples: usize) -> BootstrapSettings {
    BootstrapSettings {
        n_resamples,
        seed: 3,
        level: 0.9,
        interval: BootstrapInterval::Percentile,
    }
}

fn recordings() -> Vec<Continuum> {
    let stretch = |start: f64, end: f64, code: &str| Stretch {
        start,
        end,
        code: code.to_owned(),
    };
    (0..6)
        .map(|clip| {
            let shift = f64::from(clip) / 2.0;
            Continuum {
                coders: vec![
                    vec![
                        stretch(2.0, 9.0 + shift, "play"),
                        stretch(20.0, 30.0, "feed"),
                    ],
                    vec![
                        stretch(3.0, 9.0, "play"),
                        stretch(20.0 + shift, 31.0, "feed"),
                    ],
                ],
                length: 60.0,
            }
        })
        .collect()
}

#[test]
fn stretches_have_an_interval_over_recordings_and_none_over_one() {
    let settings = UnitisingSettings {
        confidence: 0.9,
        bootstrap: Some(bootstrap_of(100)),
        clusters: None,
    };
    let report = unitising_report(&recordings(), &settings).unwrap();
    let measures: Vec<&str> = report.results.iter().map(|result| result.measure).collect();
    assert_eq!(
        measures,
        [
            "u-alpha",
            "|u-alpha",
            "cu-alpha",
            "(k)u-alpha",
            "(k)u-alpha"
        ]
    );
    for (result, kind) in report.results.iter().zip([
        UnitisingKind::All,
        UnitisingKind::Binary,
        UnitisingKind::Codes,
        UnitisingKind::Code(0),
        UnitisingKind::Code(1),
    ]) {
        let estimate = additive(&recordings(), kind).unwrap().estimate();
        same(result.estimate.unwrap(), estimate);
    }
    assert!(
        report.results[0]
            .interval
            .contains("100 resamples of recordings")
    );
    let one = unitising_report(&recordings()[..1], &settings).unwrap();
    assert!(one.results[0].ci_lower.is_none());
    assert_eq!(one.warnings.len(), 1);
}

#[test]
fn limits_with_several_pairs_per_person_agree_with_r() {
    // tests/reference/repeated_limits.R: R 4.2.2, aov.
    let first = [
        12.1, 13.4, 11.8, 15.2, 14.9, 10.3, 10.8, 11.1, 9.9, 16.4, 15.8, 13.0, 12.2, 12.9,
    ];
    let second = [
        11.5, 13.9, 11.0, 14.1, 14.6, 10.9, 10.1, 11.5, 9.2, 15.1, 15.9, 12.2, 12.4, 11.7,
    ];
    let persons = [1, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 5].map(|person| person.to_string());
    let limits = bland_altman_repeated(&first, &second, &persons, 0.95).unwrap();
    let close = |value: f64, expected: f64| assert!((value - expected).abs() < 1e-12, "{value}");
    close(limits.bias.estimate, 0.407_142_857_142_857);
    close(limits.standard_deviation, 0.728_773_703_635_848);
    close(limits.lower_limit.estimate, -1.021_227_354_863_272);
    close(limits.upper_limit.estimate, 1.835_513_069_148_987);
}
