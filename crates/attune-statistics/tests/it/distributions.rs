//! Tails and quantiles against values computed with 60 digits
//! (`tests/reference/distributions.py`, program and version in the file's first line).

use attune_statistics::distributions as d;

const REFERENCE: &str = include_str!("../reference/distributions.csv");

/// Relative error, absolute where the reference is zero.
fn relative_error(value: f64, expected: f64) -> f64 {
    if expected == 0.0 {
        value.abs()
    } else {
        ((value - expected) / expected).abs()
    }
}

/// What a function is held to.
#[derive(Clone, Copy)]
enum Error {
    Relative(f64),
    Absolute(f64),
}

fn check(name: &str, tolerance: f64, function: impl Fn(&[f64]) -> f64) {
    check_within(name, Error::Relative(tolerance), function);
}

/// Arguments and expected value of every reference row of one function.
fn rows(name: &str) -> Vec<(Vec<f64>, f64)> {
    let prefix = format!("{name},");
    let rows = REFERENCE
        .lines()
        .filter_map(|row| row.strip_prefix(&prefix));
    rows.map(|row| {
        let cells = row.split(',').filter(|cell| !cell.is_empty());
        let mut numbers: Vec<f64> = cells
            .map(|cell| cell.parse().expect("reference cells are numbers"))
            .collect();
        let expected = numbers.pop().expect("a row has a value");
        (numbers, expected)
    })
    .collect()
}

/// Checks every reference row of one function and says which row is worst.
fn check_within(name: &str, allowed: Error, function: impl Fn(&[f64]) -> f64) {
    let mut worst = (0.0, Vec::new());
    let rows = rows(name);
    assert!(rows.len() > 4, "no reference rows for {name}");
    for (arguments, expected) in &rows {
        let value = function(arguments);
        let (error, tolerance) = match allowed {
            Error::Relative(tolerance) => (relative_error(value, *expected), tolerance),
            Error::Absolute(tolerance) => ((value - expected).abs(), tolerance),
        };
        assert!(
            error <= tolerance,
            "{name} at {arguments:?}: {value:e}, reference {expected:e}, error {error:e}"
        );
        if error > worst.0 {
            worst = (error, arguments.clone());
        }
    }
    println!(
        "{name}: {} rows, worst {:.1e} at {:?}",
        rows.len(),
        worst.0,
        worst.1
    );
}

#[test]
fn t_p_values_keep_their_digits_into_the_far_tail() {
    check("student_t_two_sided_p", 1e-12, |a| {
        d::student_t_two_sided_p(a[0], a[1])
    });
}

#[test]
fn f_p_values_keep_their_digits_into_the_far_tail() {
    check("f_upper_tail", 1e-12, |a| d::f_upper_tail(a[0], a[1], a[2]));
}

#[test]
fn chi_squared_tails_agree_on_both_sides() {
    check("chi_squared_upper_tail", 1e-12, |a| {
        d::chi_squared_upper_tail(a[0], a[1])
    });
    check("chi_squared_cdf", 1e-12, |a| d::chi_squared_cdf(a[0], a[1]));
}

#[test]
fn normal_tail_agrees_to_37_standard_deviations() {
    check("normal_upper_tail", 1e-12, |a| d::normal_upper_tail(a[0]));
}

#[test]
fn quantiles_agree_from_the_middle_to_1e_minus_290() {
    check("normal_quantile", 1e-13, |a| d::normal_quantile(a[0]));
    check("student_t_quantile", 1e-12, |a| {
        d::student_t_quantile(a[0], a[1])
    });
    check("chi_squared_quantile", 1e-12, |a| {
        d::chi_squared_quantile(a[0], a[1])
    });
    check("f_quantile", 1e-12, |a| d::f_quantile(a[0], a[1], a[2]));
}

#[test]
fn beta_and_gamma_functions_agree() {
    check("beta_regularised", 1e-12, |a| {
        d::beta_regularised(a[0], a[1], a[2])
    });
    check("ln_gamma", 1e-14, |a| d::ln_gamma(a[0]));
    check("ln_beta", 1e-13, |a| d::ln_beta(a[0], a[1]));
}

#[test]
fn noncentral_t_agrees_with_quadrature() {
    // Compared on the absolute scale: tails below 1e-13 are of no use for an interval.

    check_within("noncentral_t_cdf", Error::Absolute(1e-13), |a| {
        d::noncentral_t_cdf(a[0], a[1], a[2])
    });
}

#[test]
fn quantile_and_distribution_function_undo_each_other() {
    for df in [0.7, 2.8, 9.0, 101.3, 1e9, f64::INFINITY] {
        for p in [1e-12, 0.003, 0.3, 0.5, 0.77, 0.975] {
            let back = d::student_t_cdf(d::student_t_quantile(p, df), df);
            assert!(
                relative_error(back, p) < 1e-12,
                "p {p} df {df} gives {back}"
            );
        }
    }
}

#[test]
fn arguments_outside_the_domain_give_nan() {
    for value in [
        d::student_t_two_sided_p(f64::NAN, 3.0),
        d::student_t_two_sided_p(1.0, 0.0),
        d::student_t_quantile(1.2, 3.0),
        d::f_upper_tail(1.0, -1.0, 3.0),
        d::chi_squared_upper_tail(1.0, f64::NAN),
        d::chi_squared_quantile(-0.1, 2.0),
        d::normal_quantile(f64::NAN),
        d::beta_regularised(0.3, 0.0, 1.0),
        d::ln_gamma(-1.0),
    ] {
        assert!(value.is_nan(), "{value}");
    }
}

#[test]
fn huge_degrees_of_freedom_approach_the_normal_distribution() {
    for df in [1e7, 1e12, 1e16, 1e18, f64::INFINITY] {
        let p = d::student_t_two_sided_p(1.3, df);
        let gap = relative_error(p, d::normal_two_sided_p(1.3));
        assert!(gap < 10.0 / df + 1e-12, "df {df}: {gap}");
    }
}

/// Why the functions above are our own: `docs/decisions/special-functions.md`.
/// When this fails because statrs improved, reconsider using it.
#[test]
fn statrs_still_misses_the_tolerance_in_places() {
    use statrs::distribution::{ChiSquared, ContinuousCDF, FisherSnedecor, StudentsT};
    let t = |a: &[f64]| 2.0 * StudentsT::new(0.0, 1.0, a[1]).unwrap().sf(a[0]);
    let f = |a: &[f64]| FisherSnedecor::new(a[1], a[2]).unwrap().sf(a[0]);
    let chi_squared = |a: &[f64]| ChiSquared::new(a[1]).unwrap().sf(a[0]);
    // Below 1e-6 its t quantile panics (statrs 0.19.1, "x is not in [0, 1]").
    let t_quantile = |a: &[f64]| match a[0] {
        p if p < 1e-6 => f64::NAN,
        p => StudentsT::new(0.0, 1.0, a[1]).unwrap().inverse_cdf(p),
    };
    let f_quantile = |a: &[f64]| FisherSnedecor::new(a[1], a[2]).unwrap().inverse_cdf(a[0]);
    let n_missed = [
        n_beyond("student_t_quantile", 1e-10, t_quantile),
        n_beyond("f_quantile", 1e-10, f_quantile),
        n_beyond("student_t_two_sided_p", 1e-10, t),
        n_beyond("f_upper_tail", 1e-10, f),
        n_beyond("chi_squared_upper_tail", 1e-10, chi_squared),
    ];
    assert!(n_missed.iter().any(|n| *n > 0), "{n_missed:?}");
}

fn n_beyond(name: &str, tolerance: f64, function: impl Fn(&[f64]) -> f64) -> usize {
    let (mut n_rows, mut n_missed, mut worst) = (0, 0, 0.0_f64);
    for (arguments, expected) in rows(name) {
        let error = relative_error(function(&arguments), expected);
        n_rows += 1;
        n_missed += usize::from(error.is_nan() || error > tolerance);
        worst = worst.max(error);
    }
    println!("statrs {name}: {n_missed} of {n_rows} beyond {tolerance:e}, worst {worst:.1e}");
    n_missed
}
