//! Oracle cases of the family "agreement".

use attune_statistics::agreement::Ratings;
use attune_statistics::agreement::bland_altman::bland_altman as limits_of_agreement;
use attune_statistics::agreement::chance_corrected::{Chance, additive, chance_corrected};
use attune_statistics::agreement::cohen_kappa::cohen_kappa;
use attune_statistics::agreement::fleiss_kappa::fleiss_kappa as fleiss;
use attune_statistics::agreement::intraclass::{IccForm, intraclass, mean_squares};
use attune_statistics::agreement::krippendorff_alpha::{Level, krippendorff_alpha};
use attune_statistics::agreement::percent::percent_agreement;
use attune_statistics::agreement::weights::Weights;
use attune_statistics::distributions::normal_quantile;

use crate::oracle::{Oracle, OracleData};

fn ratings(file: &str, coders: &[&str]) -> Ratings {
    let data = OracleData::read(file);
    let columns: Vec<Vec<Option<f64>>> = coders
        .iter()
        .map(|coder| data.optional_numbers(coder))
        .collect();
    let rows: Vec<Vec<Option<f64>>> = (0..columns[0].len())
        .map(|row| columns.iter().map(|column| column[row]).collect())
        .collect();
    let names: Vec<String> = coders.iter().map(|coder| (*coder).to_owned()).collect();
    Ratings::from_numbers(&names, &rows).unwrap()
}

const FOUR: [&str; 4] = ["R1", "R2", "R3", "R4"];

#[test]
fn kappa_two_coders() {
    let oracle = Oracle::read("kappa_two_coders");
    let ratings = ratings("coders2.csv", &["A", "B"]);
    oracle.agrees(
        "percent_agreement",
        percent_agreement(&ratings, Weights::Identity).estimate(),
        1e-12,
    );
    let plain = cohen_kappa(&ratings, Weights::Identity, 0.95).unwrap();
    oracle.agrees("unweighted/kappa", plain.estimate, 1e-12);
    oracle.agrees("unweighted/ase_vcd", plain.standard_error, 1e-10);
    oracle.all_agree(
        "unweighted/ci_psych",
        &[plain.ci_lower, plain.ci_upper],
        1e-10,
    );
    oracle.agrees("formula_check/kappa_max", plain.kappa_max, 1e-12);
    oracle.agrees("formula_check/pabak", plain.pabak, 1e-12);
    for (name, weights) in [
        ("linear", Weights::Linear),
        ("quadratic", Weights::Quadratic),
    ] {
        let kappa = cohen_kappa(&ratings, weights, 0.95).unwrap();
        oracle.agrees(&format!("{name}/kappa"), kappa.estimate, 1e-12);
        oracle.agrees(&format!("{name}/se"), kappa.standard_error, 1e-10);
        oracle.all_agree(
            &format!("{name}/ci95"),
            &[kappa.ci_lower, kappa.ci_upper],
            1e-10,
        );
    }
}

#[test]
fn kappa_two_coders_py() {
    let oracle = Oracle::read("kappa_two_coders_py");
    let ratings = ratings("coders2.csv", &["A", "B"]);
    for (name, weights) in [
        ("unweighted", Weights::Identity),
        ("linear", Weights::Linear),
        ("quadratic", Weights::Quadratic),
    ] {
        let kappa = cohen_kappa(&ratings, weights, 0.95).unwrap();
        oracle.agrees(&format!("{name}/kappa"), kappa.estimate, 1e-12);
        oracle.agrees(&format!("{name}/se"), kappa.standard_error, 1e-10);
        oracle.agrees(&format!("{name}/se_null"), kappa.standard_error_null, 1e-10);
        oracle.all_agree(
            &format!("{name}/ci95"),
            &[kappa.ci_lower, kappa.ci_upper],
            1e-10,
        );
        oracle.agrees(&format!("{name}/p_two_sided"), kappa.p, 1e-9);
        oracle.agrees(&format!("{name}/kappa_max"), kappa.kappa_max, 1e-12);
    }
}

#[test]
fn fleiss_kappa() {
    let oracle = Oracle::read("fleiss_kappa");
    let kappa = fleiss(&ratings("coders4_complete.csv", &FOUR)).unwrap();
    oracle.agrees("kappa", kappa.estimate, 1e-12);
    oracle.agrees("se_null", kappa.standard_error_null, 1e-10);
    oracle.agrees("z", kappa.z, 1e-10);
    oracle.agrees("p", kappa.p, 1e-9);
    oracle.agrees("mean_observed", kappa.observed, 1e-12);
    oracle.agrees("expected", kappa.expected, 1e-12);
    oracle.agrees(
        "category/se_null",
        kappa.category_standard_error_null,
        1e-12,
    );
    let estimates: Vec<f64> = kappa
        .categories
        .iter()
        .map(|category| category.estimate)
        .collect();
    oracle.all_agree("category/kappa", &estimates, 1e-12);
    let p_values: Vec<f64> = kappa.categories.iter().map(|category| category.p).collect();
    oracle.all_agree("category/p", &p_values, 1e-9);
}

fn check_multi(case: &str, file: &str) -> Oracle {
    let oracle = Oracle::read(case);
    let ratings = ratings(file, &FOUR);
    check_alphas(&oracle, &ratings);
    for (weights_name, weights) in [
        ("identity", Weights::Identity),
        ("linear", Weights::Linear),
        ("quadratic", Weights::Quadratic),
        ("ordinal", Weights::Ordinal),
    ] {
        for (name, chance) in [
            ("gwet", Chance::Gwet),
            ("krippendorff", Chance::Krippendorff),
            ("fleiss", Chance::Fleiss),
            ("conger", Chance::Conger),
            ("bp", Chance::BrennanPrediger),
        ] {
            let path = format!("irrCAC/{weights_name}/{name}");
            let result = chance_corrected(&ratings, chance, weights, 0.95).unwrap();
            oracle.agrees(&format!("{path}/coefficient"), result.estimate, 1e-10);
            oracle.agrees(&format!("{path}/se"), result.standard_error, 1e-10);
            oracle.agrees(&format!("{path}/pa"), result.observed, 1e-10);
            oracle.agrees(&format!("{path}/pe"), result.expected, 1e-10);
            // scipy 1.12's t quantile, which irrCAC used, is right to 5e-10 only: its limits imply
            // 2.0009953770 for 59 degrees of freedom, mpmath and scipy 1.17 give 2.0009953781.
            let limits = [result.ci_lower, result.ci_upper];
            oracle.all_agree(&format!("{path}/ci95"), &limits, 1e-9);
            // irrCAC takes p as 1 − cdf, so it has an absolute error of 1e-15 and prints 0 in the
            // far tail; for Brennan-Prediger it gives one side only.
            let sides = if chance == Chance::BrennanPrediger {
                2.0
            } else {
                1.0
            };
            let expected = sides * oracle.number(&format!("{path}/p"));
            assert!(
                (result.p - expected).abs() < 1e-14 + 1e-9 * expected,
                "{path}/p {}",
                result.p
            );
            // The form for the bootstrap is the same coefficient.
            let sums = additive(&ratings, chance, weights).unwrap().estimate();
            oracle.agrees(&format!("{path}/coefficient"), sums, 1e-10);
        }
    }
    oracle
}

fn check_alphas(oracle: &Oracle, ratings: &Ratings) {
    for level in [
        Level::Nominal,
        Level::Ordinal,
        Level::Interval,
        Level::Ratio,
    ] {
        let alpha = krippendorff_alpha(ratings, level).estimate();
        oracle.agrees(
            &format!("krippendorff_alpha/{}", level.name()),
            alpha,
            1e-10,
        );
    }
}

#[test]
fn agreement_multi_py() {
    let oracle = check_multi("agreement_multi_py", "coders4_complete.csv");
    let ratings = ratings("coders4_complete.csv", &FOUR);
    oracle.agrees(
        "fleiss_statsmodels",
        fleiss(&ratings).unwrap().estimate,
        1e-10,
    );
    // Randolph's free-marginal kappa is Brennan and Prediger's coefficient.
    let free =
        chance_corrected(&ratings, Chance::BrennanPrediger, Weights::Identity, 0.95).unwrap();
    oracle.agrees("randolph_statsmodels", free.estimate, 1e-10);
}

#[test]
fn agreement_missing_py() {
    check_multi("agreement_missing_py", "coders4_missing.csv");
}

#[test]
fn krippendorff_textbook() {
    let oracle = Oracle::read("krippendorff_textbook");
    check_alphas(
        &oracle,
        &ratings("krippendorff_example.csv", &["A", "B", "C"]),
    );
}

fn check_icc(oracle: &Oracle, ratings: &Ratings) {
    for (place, form) in IccForm::ALL.iter().enumerate() {
        let result = intraclass(ratings, *form, 0.95).unwrap();
        oracle.agrees(&format!("icc/{place}/icc"), result.estimate, 1e-10);
        oracle.agrees(&format!("icc/{place}/F"), result.f, 1e-10);
        oracle.agrees(&format!("icc/{place}/df1"), result.df1, 0.0);
        oracle.agrees(&format!("icc/{place}/df2"), result.df2, 0.0);
        oracle.agrees(&format!("icc/{place}/p"), result.p, 1e-9);
        oracle.agrees(&format!("icc/{place}/lower"), result.ci_lower, 1e-9);
        oracle.agrees(&format!("icc/{place}/upper"), result.ci_upper, 1e-9);
    }
}

#[test]
fn icc_shrout_fleiss() {
    let oracle = Oracle::read("icc_shrout_fleiss");
    check_icc(
        &oracle,
        &ratings("shrout_fleiss_1979.csv", &["J1", "J2", "J3", "J4"]),
    );
}

#[test]
fn icc_three_coders() {
    let oracle = Oracle::read("icc_three_coders");
    let ratings = ratings("sensitivity3.csv", &["A", "B", "C"]);
    check_icc(&oracle, &ratings);
    let squares = mean_squares(&ratings).unwrap();
    oracle.agrees("mean_squares/between_targets", squares.between_units, 1e-10);
    oracle.agrees("mean_squares/between_raters", squares.between_coders, 1e-10);
    oracle.agrees("mean_squares/residual", squares.residual, 1e-10);
}

#[test]
fn icc_three_coders_py() {
    let oracle = Oracle::read("icc_three_coders_py");
    let ratings = ratings("sensitivity3.csv", &["A", "B", "C"]);
    for (place, form) in IccForm::ALL.iter().enumerate() {
        let result = intraclass(&ratings, *form, 0.95).unwrap();
        oracle.agrees(&format!("icc/{place}/ICC"), result.estimate, 1e-10);
        oracle.agrees(&format!("icc/{place}/F"), result.f, 1e-10);
        oracle.agrees(&format!("icc/{place}/pval"), result.p, 1e-9);
        // pingouin prints its limits with two decimals.
        let rounded = |value: f64| (value * 100.0).round() / 100.0;
        oracle.agrees(
            &format!("icc/{place}/CI95/0"),
            rounded(result.ci_lower),
            1e-12,
        );
        oracle.agrees(
            &format!("icc/{place}/CI95/1"),
            rounded(result.ci_upper),
            1e-12,
        );
    }
}

#[test]
fn bland_altman() {
    let oracle = Oracle::read("bland_altman");
    let data = OracleData::read("sensitivity3.csv");
    let result = limits_of_agreement(&data.numbers("A"), &data.numbers("B"), 0.95).unwrap();
    oracle.agrees("n", result.n_pairs as f64, 0.0);
    oracle.agrees("bias", result.bias.estimate, 1e-10);
    oracle.agrees("sd", result.standard_deviation, 1e-10);
    let limits = [result.lower_limit.estimate, result.upper_limit.estimate];
    oracle.all_agree("limits_qnorm", &limits, 1e-10);
    let classical = limits.map(|limit| {
        result.bias.estimate + (limit - result.bias.estimate) * 1.96 / normal_quantile(0.975)
    });
    oracle.all_agree("limits_1.96", &classical, 1e-10);
    for (name, value) in [
        ("bias_ci95", result.bias),
        ("lower_limit_ci95", result.lower_limit),
        ("upper_limit_ci95", result.upper_limit),
    ] {
        oracle.all_agree(name, &[value.ci_lower, value.ci_upper], 1e-10);
    }
    let slope = result.proportional_bias.unwrap();
    oracle.agrees("proportional_bias/slope", slope.slope, 1e-10);
    oracle.agrees("proportional_bias/se", slope.se, 1e-10);
    oracle.agrees("proportional_bias/t", slope.t, 1e-10);
    oracle.agrees("proportional_bias/p", slope.p, 1e-9);
}
