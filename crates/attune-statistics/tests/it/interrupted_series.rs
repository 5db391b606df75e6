//! Segmented regression against statsmodels and a dense restricted likelihood
//! (`tests/reference/interrupted_series.py`, versions in the JSON).

use attune_statistics::interrupted_series::{
    InterruptedSeries, SegmentedFit, SeriesErrors, segmented_regression,
};
use serde_json::Value;

fn series() -> (Vec<f64>, Vec<f64>) {
    let mut noise = 0.0;
    let value = |i: u32| {
        noise = 0.5 * noise + (f64::from(i * 37 % 101) - 50.0) / 25.0;
        let t = f64::from(i);
        let effect = if i >= 20 { 6.0 - 0.2 * (t - 20.0) } else { 0.0 };
        40.0 + 0.3 * t + effect + noise
    };
    (
        (0..36).map(f64::from).collect(),
        (0..36).map(value).collect(),
    )
}

fn fit(errors: SeriesErrors) -> SegmentedFit {
    let (times, values) = series();
    let series = InterruptedSeries {
        times: &times,
        values: &values,
        starts_at: 20.0,
    };
    segmented_regression(&series, errors, 0.95).unwrap()
}

fn reference(name: &str) -> Vec<f64> {
    let all: Value =
        serde_json::from_str(include_str!("../reference/interrupted_series.json")).unwrap();
    match &all[name] {
        Value::Array(values) => values.iter().filter_map(Value::as_f64).collect(),
        value => vec![value.as_f64().expect("a reference number")],
    }
}

fn close(values: &[f64], name: &str, tolerance: f64) {
    let expected = reference(name);
    assert_eq!(values.len(), expected.len());
    for (value, expected) in values.iter().zip(expected) {
        let error = ((value - expected) / expected).abs();
        assert!(
            error < tolerance,
            "{name}: {value:?}, reference {expected:?}, off by {error:e}"
        );
    }
}

fn estimates(fit: &SegmentedFit) -> [f64; 4] {
    [fit.level, fit.slope, fit.level_change, fit.slope_change].map(|term| term.estimate)
}

fn errors(fit: &SegmentedFit) -> [f64; 4] {
    [fit.level, fit.slope, fit.level_change, fit.slope_change].map(|term| term.se)
}

#[test]
fn independent_errors_agree_with_statsmodels() {
    let fit = fit(SeriesErrors::Independent);
    close(&estimates(&fit), "beta", 1e-10);
    close(&errors(&fit), "se", 1e-10);
    close(&[fit.sigma], "sigma", 1e-11);
    close(&[fit.durbin_watson], "durbin_watson", 1e-11);
}

#[test]
fn newey_west_errors_agree_with_statsmodels() {
    let fit = fit(SeriesErrors::NeweyWest(Some(3)));
    close(&estimates(&fit), "beta", 1e-10);
    close(&errors(&fit), "newey_west_se", 1e-10);
    let p = [fit.level, fit.slope, fit.level_change, fit.slope_change].map(|term| term.p);
    close(&p, "newey_west_p", 1e-8);
    assert_eq!(self::fit(SeriesErrors::NeweyWest(None)).lag, Some(3));
}

#[test]
fn autoregression_agrees_with_the_dense_restricted_likelihood() {
    // The maximum is flat: φ is determined to the root of machine precision.
    let fit = fit(SeriesErrors::Autoregressive);
    close(&[fit.autocorrelation], "gls_phi", 1e-6);
    close(&estimates(&fit), "gls_beta", 1e-7);
    close(&errors(&fit), "gls_se", 1e-6);
    close(&[fit.sigma], "gls_sigma", 1e-6);
}

#[test]
fn the_effect_some_time_after_joins_level_and_slope() {
    let fit = fit(SeriesErrors::NeweyWest(None));
    assert!((fit.effect_after(0.0).se - fit.level_change.se).abs() < 1e-12);
    let later = fit.effect_after(10.0);
    let gap = fit.fitted[30] - fit.counterfactual[30];
    assert!((later.estimate - gap).abs() < 1e-9);
}

#[test]
fn the_unit_of_time_does_not_matter() {
    let (times, values) = series();
    let months: Vec<f64> = times.iter().map(|time| 2020.0 + time / 12.0).collect();
    let series = InterruptedSeries {
        times: &months,
        values: &values,
        starts_at: months[20],
    };
    let by_year = segmented_regression(&series, SeriesErrors::NeweyWest(None), 0.95).unwrap();
    let by_month = fit(SeriesErrors::NeweyWest(None));
    assert!((by_year.level_change.t - by_month.level_change.t).abs() < 1e-8);
    assert!((by_year.slope.estimate / 12.0 - by_month.slope.estimate).abs() < 1e-8);
}

#[test]
fn unequal_steps_are_refused_for_an_autoregression() {
    let (mut times, values) = series();
    times[35] = 40.0;
    let series = InterruptedSeries {
        times: &times,
        values: &values,
        starts_at: 20.0,
    };
    let problem = segmented_regression(&series, SeriesErrors::Autoregressive, 0.95).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "a step in time is 6 but must be the same as the others for an autoregression; use Newey-West errors"
    );
}

#[test]
fn a_short_side_is_said() {
    let (times, values) = series();
    let series = InterruptedSeries {
        times: &times,
        values: &values,
        starts_at: 31.0,
    };
    let fit = segmented_regression(&series, SeriesErrors::NeweyWest(None), 0.95).unwrap();
    assert_eq!(
        fit.warnings,
        [
            "only 5 points on one side: slopes there are uncertain, and autocorrelation cannot be told from trend"
        ]
    );
}
