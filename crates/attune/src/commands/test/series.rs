//! Did a series change when something came in?

use anyhow::{Context, Result, bail};
use attune_statistics::{
    interrupted_series::{
        InterruptedSeries, SegmentedFit, SegmentedTerm, SeriesErrors, segmented_regression,
    },
    test_result::TestResult,
};
use serde_json::json;

use super::{
    Test,
    answer::{Answer, Row},
    plot,
    question::Errors,
};
use crate::data_file::DataFile;

/// Segmented regression of one column on another.
pub fn answer(test: &Test, data: &DataFile) -> Result<Answer> {
    let question = &test.question;
    let (Some(value), Some(time), Some(from)) = (&question.series, &question.time, question.from)
    else {
        bail!("--series needs --time and --from");
    };
    let (points, n_dropped) = points(data, time, value)?;
    let (times, values): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
    let series = InterruptedSeries {
        times: &times,
        values: &values,
        starts_at: from,
    };
    let errors = match question.method {
        Errors::Independent => SeriesErrors::Independent,
        Errors::NeweyWest => SeriesErrors::NeweyWest(question.lag),
        Errors::GlsAr1 => SeriesErrors::Autoregressive,
    };
    let fit = segmented_regression(&series, errors, test.level)
        .with_context(|| format!("{}, {value} over {time}", data.file()))?;
    let mut answer = Answer::to(format!("Did {value} change when {time} reached {from}?"));
    answer.n = times.len();
    answer.n_dropped = n_dropped;
    answer.rows = rows(&fit, question.method);
    answer.warnings.clone_from(&fit.warnings);
    if n_dropped > 0 {
        answer.warnings.push(format!(
            "{n_dropped} points without a value were left out; neighbours in time are then those that remain"
        ));
    }
    answer.details_text = format!(
        "\n{} points before, {} after · residual SD {:.3} · autocorrelation {:.2} · Durbin–Watson {:.2}\n",
        fit.n_before, fit.n_after, fit.sigma, fit.autocorrelation, fit.durbin_watson
    );
    if test.plot.is_some() {
        answer.plot = Some(plot::segments((time, value), (&times, &values), &fit, from));
    }
    let points: Vec<_> = (0..times.len())
        .map(|i| {
            json!({ "time": times[i], "value": values[i], "fitted": fit.fitted[i], "counterfactual": fit.counterfactual[i] })
        })
        .collect();
    for (key, told) in [
        ("n_before", json!(fit.n_before)),
        ("n_after", json!(fit.n_after)),
        ("sigma", json!(fit.sigma)),
        ("autocorrelation", json!(fit.autocorrelation)),
        ("durbin_watson", json!(fit.durbin_watson)),
        ("lag", json!(fit.lag)),
        ("points", json!(points)),
    ] {
        answer.details.insert(key.to_owned(), told);
    }
    Ok(answer)
}

/// Complete points in the order of time.
fn points(data: &DataFile, time: &str, value: &str) -> Result<(Vec<(f64, f64)>, usize)> {
    data.require(&[time, value])?;
    let (times, values) = (data.numbers(time)?, data.numbers(value)?);
    let n = times.len();
    let mut points: Vec<(f64, f64)> = times
        .into_iter()
        .zip(values)
        .filter_map(|(time, value)| Some((time?, value?)))
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let n_dropped = n - points.len();
    Ok((points, n_dropped))
}

fn rows(fit: &SegmentedFit, method: Errors) -> Vec<Row> {
    let errors = match (method, fit.lag) {
        (Errors::Independent, _) => "least squares".to_owned(),
        (Errors::NeweyWest, Some(lag)) => format!("Newey-West, lag {lag}"),
        (Errors::NeweyWest, None) => "Newey-West".to_owned(),
        (Errors::GlsAr1, _) => "GLS with AR(1), REML".to_owned(),
    };
    let row = |(name, term): (&str, SegmentedTerm)| Row {
        of: None,
        p_adjusted: None,
        result: TestResult {
            estimate: Some(term.estimate),
            se: Some(term.se),
            statistic: Some(term.t),
            df: Some(fit.df),
            p: Some(term.p),
            ci_lower: Some(term.ci_lower),
            ci_upper: Some(term.ci_upper),
            ..TestResult::named("segmented-regression", format!("{name}, {errors}"))
        },
    };
    let terms = [
        ("change of level", fit.level_change),
        ("change of slope", fit.slope_change),
        ("level before, at the change", fit.level),
        ("slope before", fit.slope),
    ];
    terms.into_iter().map(row).collect()
}
