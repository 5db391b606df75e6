//! Asks for every measure of agreement and judges what comes out.

use attune_statistics::agreement::{AgreeSettings, Measure, Ratings, agree};

use crate::{case::Case, fit::Answer, messy::Dice, ratings};

/// The case of a seed.
pub fn case(seed: u64) -> Case {
    ratings::table(&mut Dice::new(seed))
}

/// Every measure there is.
const MEASURES: [Measure; 13] = [
    Measure::Percent,
    Measure::CohenKappa,
    Measure::WeightedKappa,
    Measure::LightKappa,
    Measure::FleissKappa,
    Measure::CongerKappa,
    Measure::BrennanPrediger,
    Measure::GwetAc1,
    Measure::GwetAc2,
    Measure::KrippendorffAlpha,
    Measure::Icc,
    Measure::BlandAltman,
    Measure::MeasurementError,
];

/// Measures the agreement in the case.
///
/// # Errors
/// What is wrong with the answer: the engine broke a promise.
pub fn check(case: &Case) -> Result<Answer, String> {
    let ratings = match read(case) {
        Ok(ratings) => ratings,
        Err(problem) => return Ok(Answer::refusal(&problem)),
    };
    let n_resamples = case.wish("resamples").parse().ok();
    let mut answer = Answer::result(&[""; 0], None);
    for measures in [None, Some(MEASURES.to_vec())] {
        let settings = AgreeSettings {
            measures,
            n_resamples,
            ..AgreeSettings::default()
        };
        let report = agree(&ratings, &settings).map_err(|problem| problem.to_string())?;
        if report.results.is_empty() && report.warnings.is_empty() {
            return Err("neither a result nor a reason".to_owned());
        }
        for result in &report.results {
            let numbers = [
                result.estimate,
                result.se,
                result.ci_lower,
                result.ci_upper,
                result.p,
            ];
            let finite = numbers.iter().flatten().all(|number| !number.is_nan());
            let ordered = match (result.ci_lower, result.ci_upper) {
                (Some(lower), Some(upper)) => lower <= upper,
                _ => true,
            };
            let probable = result.p.is_none_or(|p| (0.0..=1.0).contains(&p));
            if !(finite && ordered && probable && result.se.is_none_or(|se| se >= 0.0)) {
                return Err(format!("a broken promise: {result:?}"));
            }
            let undefined = result.estimate.is_none();
            if undefined
                && !report
                    .warnings
                    .iter()
                    .any(|warning| warning.contains(result.measure))
            {
                return Err(format!("undefined without a reason: {result:?}"));
            }
        }
        if !report.warnings.is_empty() {
            answer = Answer::result(&report.warnings, None);
        }
    }
    Ok(answer)
}

fn read(case: &Case) -> Result<Ratings, String> {
    let coders: Vec<String> = case.columns.iter().map(|(name, _)| name.clone()).collect();
    let rows: Vec<Vec<String>> = (0..case.n_rows())
        .map(|row| {
            case.columns
                .iter()
                .map(|(_, cells)| cells[row].clone())
                .collect()
        })
        .collect();
    let ratings =
        Ratings::from_text(&coders, &rows, None).map_err(|problem| problem.to_string())?;
    let Ok(size) = case.wish("clusters").parse::<usize>() else {
        return Ok(ratings);
    };
    let labels: Vec<String> = (0..case.n_rows())
        .map(|row| format!("k{}", row / size))
        .collect();
    ratings
        .with_clusters(&labels)
        .map_err(|problem| problem.to_string())
}
