//! Laws of the agreement measures, the bootstrap, and the report.

use attune_statistics::agreement::bland_altman::{bland_altman, bland_altman_repeated};
use attune_statistics::agreement::cohen_kappa::cohen_kappa;
use attune_statistics::agreement::intraclass::{
    IccForm, additive as icc_additive, intraclass, mean_squares,
};
use attune_statistics::agreement::krippendorff_alpha::{Level, krippendorff_alpha};
use attune_statistics::agreement::light_kappa::light_kappa;
use attune_statistics::agreement::measurement_error::{ErrorKind, measurement_error};
use attune_statistics::agreement::percent::percent_agreement;
use attune_statistics::agreement::weights::Weights;
use attune_statistics::agreement::{AgreeSettings, Measure, Ratings, agree};
use attune_statistics::resampling::bootstrap::{BootstrapInterval, BootstrapSettings, bootstrap};
use proptest::prelude::*;

use crate::oracle::OracleData;

fn names(n: usize) -> Vec<String> {
    (0..n).map(|coder| format!("coder {}", coder + 1)).collect()
}

fn of_rows(rows: &[Vec<Option<f64>>]) -> Ratings {
    Ratings::from_numbers(&names(rows[0].len()), rows).unwrap()
}

/// Tables of ratings 0 to 4 with gaps: every row has the same number of coders.
fn tables() -> impl Strategy<Value = Vec<Vec<Option<f64>>>> {
    let cell = prop::option::weighted(0.85, (0..5_i32).prop_map(f64::from));
    (2..5_usize).prop_flat_map(move |n_coders| {
        prop::collection::vec(prop::collection::vec(cell.clone(), n_coders), 3..14)
    })
}

/// Krippendorff's alpha from its definition: all pairs within units against all pairs.
fn alpha_by_definition(rows: &[Vec<Option<f64>>], level: Level) -> f64 {
    let units: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| row.iter().flatten().copied().collect::<Vec<f64>>())
        .filter(|unit| unit.len() >= 2)
        .collect();
    let all = units.concat();
    let count = |wanted: f64| all.iter().filter(|value| **value == wanted).count() as f64;
    let metric = |x: f64, y: f64| match level {
        Level::Nominal => f64::from(u8::from(x != y)),
        Level::Interval => (x - y).powi(2),
        Level::Ratio => {
            if x + y == 0.0 {
                0.0
            } else {
                ((x - y) / (x + y)).powi(2)
            }
        }
        Level::Ordinal => {
            let between = all
                .iter()
                .filter(|v| **v >= x.min(y) && **v <= x.max(y))
                .count() as f64;
            if x == y {
                0.0
            } else {
                (between - (count(x) + count(y)) / 2.0).powi(2)
            }
        }
    };
    let pairs = |values: &[f64]| -> f64 {
        values
            .iter()
            .flat_map(|x| values.iter().map(move |y| (x, y)))
            .map(|(x, y)| metric(*x, *y))
            .sum()
    };
    let observed: f64 = units
        .iter()
        .map(|unit| pairs(unit) / (unit.len() as f64 - 1.0))
        .sum();
    1.0 - (all.len() as f64 - 1.0) * observed / pairs(&all)
}

fn same(first: f64, second: f64) -> bool {
    (first.is_nan() && second.is_nan()) || (first - second).abs() < 1e-9
}

/// Relative: correlations of averages have no lower bound.
fn close_to(first: f64, second: f64) -> bool {
    first == second || (first - second).abs() < 1e-7 * (1.0 + first.abs())
}

proptest! {
    #[test]
    fn alpha_is_what_its_definition_says(rows in tables()) {
        prop_assume!(rows.iter().flatten().any(Option::is_some));
        let ratings = of_rows(&rows);
        for level in [Level::Nominal, Level::Ordinal, Level::Interval, Level::Ratio] {
            let alpha = krippendorff_alpha(&ratings, level).estimate();
            let expected = alpha_by_definition(&rows, level);
            prop_assert!(same(alpha, expected) || !expected.is_finite(), "{level:?} {alpha} {expected}");
        }
    }

    #[test]
    fn nobody_is_first_and_no_order_matters(rows in tables()) {
        prop_assume!(rows.iter().flatten().any(Option::is_some));
        let turned: Vec<Vec<Option<f64>>> =
            rows.iter().rev().map(|row| row.iter().rev().copied().collect()).collect();
        let (original, turned) = (of_rows(&rows), of_rows(&turned));
        for level in [Level::Nominal, Level::Ordinal, Level::Interval, Level::Ratio] {
            let alphas = [&original, &turned].map(|ratings| krippendorff_alpha(ratings, level).estimate());
            prop_assert!(same(alphas[0], alphas[1]));
        }
        let percents = [&original, &turned].map(|r| percent_agreement(r, Weights::Linear).estimate());
        prop_assert!(same(percents[0], percents[1]));
        let lights = [&original, &turned].map(|r| light_kappa(r, Weights::Identity).estimate());
        prop_assert!(same(lights[0], lights[1]));
    }

    #[test]
    fn names_of_categories_do_not_matter_to_nominal_measures(rows in tables()) {
        prop_assume!(rows.iter().flatten().any(Option::is_some));
        let word = |value: f64| ["sits", "crawls", "stands", "walks", "runs"][value as usize].to_owned();
        let words: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| cell.map_or_else(String::new, word)).collect()).collect();
        let named = Ratings::from_text(&names(rows[0].len()), &words, None).unwrap();
        let numbered = of_rows(&rows);
        let alphas = [&named, &numbered].map(|r| krippendorff_alpha(r, Level::Nominal).estimate());
        prop_assert!(same(alphas[0], alphas[1]));
    }

    #[test]
    fn a_shift_and_a_stretch_leave_correlations_and_interval_alpha(
        rows in prop::collection::vec(prop::collection::vec(-20..20_i32, 3), 3..12),
        shift in -1000..1000_i32,
        stretch in 1..50_i32,
    ) {
        let original: Vec<Vec<Option<f64>>> =
            rows.iter().map(|row| row.iter().map(|x| Some(f64::from(*x))).collect()).collect();
        let moved: Vec<Vec<Option<f64>>> = rows
            .iter()
            .map(|row| row.iter().map(|x| Some(f64::from(x * stretch + shift))).collect())
            .collect();
        let (original, moved) = (of_rows(&original), of_rows(&moved));
        let squares = mean_squares(&original).unwrap();
        prop_assume!(squares.residual > 1e-6 && squares.between_units > 1e-6);
        for form in IccForm::ALL {
            let [a, b] = [&original, &moved].map(|r| intraclass(r, form, 0.9).unwrap());
            // Near the pole of an average's correlation no digit is safe.
            if a.estimate < -1e3 {
                continue;
            }
            prop_assert!(close_to(a.estimate, b.estimate) && close_to(a.ci_lower, b.ci_lower));
            prop_assert!(close_to(icc_additive(&original, form).unwrap().estimate(), a.estimate));
        }
        let alphas = [&original, &moved].map(|r| krippendorff_alpha(r, Level::Interval).estimate());
        prop_assert!(same(alphas[0], alphas[1]));
    }

    /// Whatever the table: no panic, and nothing undefined without a warning.
    #[test]
    fn a_report_is_never_silent(rows in tables(), bootstrapped in any::<bool>()) {
        prop_assume!(rows.iter().flatten().any(Option::is_some));
        let settings = AgreeSettings {
            n_resamples: bootstrapped.then_some(30),
            ..AgreeSettings::default()
        };
        let report = agree(&of_rows(&rows), &settings).unwrap();
        let n_undefined = report.results.iter().filter(|result| result.estimate.is_none()).count();
        prop_assert!(n_undefined == 0 || !report.warnings.is_empty());
        for result in &report.results {
            prop_assert!(result.estimate.is_none_or(f64::is_finite), "{result:?}");
        }
    }
}

fn four_coders() -> Ratings {
    let data = OracleData::read("coders4_missing.csv");
    let columns = ["R1", "R2", "R3", "R4"].map(|coder| data.optional_numbers(coder));
    let rows: Vec<Vec<Option<f64>>> = (0..columns[0].len())
        .map(|row| columns.iter().map(|column| column[row]).collect())
        .collect();
    of_rows(&rows)
}

fn resampling(n_resamples: usize, interval: BootstrapInterval) -> BootstrapSettings {
    BootstrapSettings {
        n_resamples,
        seed: 7,
        level: 0.95,
        interval,
    }
}

#[test]
fn bootstrap_gives_the_same_numbers_on_any_number_of_threads() {
    let ratings = four_coders();
    let alpha = krippendorff_alpha(&ratings, Level::Ordinal);
    let units: Vec<usize> = (0..ratings.n_units()).collect();
    let on = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(n_threads)
            .build()
            .unwrap();
        pool.install(|| {
            bootstrap(
                &alpha,
                &units,
                &resampling(500, BootstrapInterval::Percentile),
            )
            .unwrap()
        })
    };
    assert_eq!(on(1), on(4));
}

#[test]
fn bootstrap_and_jackknife_agree_on_the_error() {
    let ratings = four_coders();
    let units: Vec<usize> = (0..ratings.n_units()).collect();
    for level in [
        Level::Nominal,
        Level::Ordinal,
        Level::Interval,
        Level::Ratio,
    ] {
        let alpha = krippendorff_alpha(&ratings, level);
        let resampled = bootstrap(
            &alpha,
            &units,
            &resampling(4000, BootstrapInterval::Percentile),
        )
        .unwrap();
        let jackknife = alpha.jackknife_standard_error(&units);
        let ratio = resampled.standard_error / jackknife;
        assert!((0.9..1.1).contains(&ratio), "{level:?}: {ratio}");
        let accelerated = bootstrap(
            &alpha,
            &units,
            &resampling(4000, BootstrapInterval::Accelerated),
        )
        .unwrap();
        assert!((accelerated.ci_lower - resampled.ci_lower).abs() < jackknife);
    }
}

#[test]
fn clusters_that_repeat_the_same_unit_carry_no_more_information() {
    // Every unit four times over: by unit the error halves, by cluster it stays.
    let ratings = four_coders();
    let rows: Vec<Vec<Option<f64>>> = ratings
        .units()
        .map(|unit| {
            unit.iter()
                .map(|cell| cell.map(|place| ratings.categories()[place].value))
                .collect()
        })
        .collect();
    let repeated: Vec<Vec<Option<f64>>> =
        rows.iter().flat_map(|row| vec![row.clone(); 4]).collect();
    let ratings = of_rows(&repeated);
    let by_unit: Vec<usize> = (0..repeated.len()).collect();
    let by_cluster: Vec<usize> = by_unit.iter().map(|unit| unit / 4).collect();
    let alpha = krippendorff_alpha(&ratings, Level::Nominal);
    let settings = resampling(2000, BootstrapInterval::Percentile);
    let [unit, cluster] = [by_unit, by_cluster].map(|blocks| {
        bootstrap(&alpha, &blocks, &settings)
            .unwrap()
            .standard_error
    });
    assert!((1.8..2.2).contains(&(cluster / unit)), "{cluster} {unit}");
}

#[test]
fn kappa_is_symmetric_in_the_coders_and_not_defined_when_both_use_one_code() {
    let rows: Vec<Vec<Option<f64>>> = [(1.0, 1.0), (2.0, 3.0), (3.0, 3.0), (1.0, 2.0), (2.0, 2.0)]
        .map(|(a, b)| vec![Some(a), Some(b)])
        .to_vec();
    let swapped: Vec<Vec<Option<f64>>> = rows.iter().map(|row| vec![row[1], row[0]]).collect();
    for weights in [
        Weights::Identity,
        Weights::Linear,
        Weights::Quadratic,
        Weights::Ordinal,
    ] {
        let [a, b] =
            [&rows, &swapped].map(|rows| cohen_kappa(&of_rows(rows), weights, 0.95).unwrap());
        assert!(
            (a.estimate - b.estimate).abs() < 1e-12
                && (a.standard_error - b.standard_error).abs() < 1e-12
        );
    }
    let constant = of_rows(&[vec![Some(1.0), Some(1.0)], vec![Some(1.0), Some(1.0)]]);
    assert!(cohen_kappa(&constant, Weights::Identity, 0.95).is_err());
}

#[test]
fn one_pair_per_person_makes_repeated_limits_the_plain_ones_as_the_errors_vanish() {
    // Each person's pairs are equal, so all variation is between persons.
    let differences = [1.0, -2.0, 0.5, 3.0, -1.5, 0.0, 2.5, -0.5];
    let first: Vec<f64> = differences
        .iter()
        .flat_map(|d| [10.0 + d, 20.0 + d])
        .collect();
    let second: Vec<f64> = differences.iter().flat_map(|_| [10.0, 20.0]).collect();
    let persons: Vec<String> = (0..8)
        .flat_map(|person| vec![format!("P{person}"); 2])
        .collect();
    let repeated = bland_altman_repeated(&first, &second, &persons, 0.95).unwrap();
    let zeros = [0.0; 8];
    let plain = bland_altman(&differences, &zeros, 0.95).unwrap();
    assert!((repeated.bias.estimate - plain.bias.estimate).abs() < 1e-12);
    assert!((repeated.bias.se - plain.bias.se).abs() < 1e-12);
    assert!((repeated.standard_deviation - plain.standard_deviation).abs() < 1e-12);
    assert!((repeated.lower_limit.se - plain.lower_limit.se).abs() < 1e-12);
}

#[test]
fn measurement_error_counts_coders_means_only_for_agreement() {
    let data = OracleData::read("sensitivity3.csv");
    let columns = ["A", "B", "C"].map(|coder| data.optional_numbers(coder));
    let rows: Vec<Vec<Option<f64>>> = (0..columns[0].len())
        .map(|row| columns.iter().map(|column| column[row]).collect())
        .collect();
    let squares = mean_squares(&of_rows(&rows)).unwrap();
    let agreement = measurement_error(&squares, ErrorKind::Agreement, 0.95);
    let consistency = measurement_error(&squares, ErrorKind::Consistency, 0.95);
    // From the oracle's mean squares: √(9.42834 + (48.22808 − 9.42834)/40), √9.42834.
    assert!((agreement.standard_error_of_measurement - 3.224_644_683_7).abs() < 1e-6);
    assert!((consistency.standard_error_of_measurement - 3.070_560_168_4).abs() < 1e-6);
    let ratio = agreement.minimal_detectable_change / agreement.standard_error_of_measurement;
    assert!((ratio - 1.959_963_985 * 2.0_f64.sqrt()).abs() < 1e-8);
}

#[test]
fn a_report_of_two_coders_reads_well() {
    let rows: Vec<Vec<Option<f64>>> = [
        (1.0, Some(1.0)),
        (1.0, Some(1.0)),
        (2.0, Some(2.0)),
        (3.0, Some(3.0)),
        (2.0, Some(3.0)),
        (1.0, Some(2.0)),
        (3.0, Some(3.0)),
        (3.0, None),
    ]
    .map(|(a, b)| vec![Some(a), b])
    .to_vec();
    let report = agree(&of_rows(&rows), &AgreeSettings::default()).unwrap();
    insta::assert_json_snapshot!(crate::before_after::rounded(&report));
}

#[test]
fn a_bootstrapped_report_says_so() {
    let settings = AgreeSettings {
        measures: Some(vec![Measure::KrippendorffAlpha, Measure::GwetAc2]),
        level_of_measurement: Some(Level::Ordinal),
        n_resamples: Some(400),
        seed: 3,
        ..AgreeSettings::default()
    };
    let labels: Vec<String> = (0..60).map(|unit| format!("dyad {}", unit / 3)).collect();
    let ratings = four_coders().with_clusters(&labels).unwrap();
    insta::assert_json_snapshot!(crate::before_after::rounded(
        &agree(&ratings, &settings).unwrap()
    ));
}

#[test]
fn a_rating_outside_the_given_order_is_named() {
    let rows = [vec!["low".to_owned(), "hihg".to_owned()]];
    let order = ["low", "high"].map(str::to_owned);
    let problem = Ratings::from_text(&names(2), &rows, Some(&order)).unwrap_err();
    let expected =
        "the rating \"hihg\" is not among the given categories; add it to them or correct it";
    assert_eq!(problem.to_string(), expected);
}
