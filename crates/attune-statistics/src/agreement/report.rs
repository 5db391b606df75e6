//! The answer to "do these coders agree?": the measures that fit the data, each with
//! its interval, and what to keep in mind when reading them.
//!
//! This is the shape that `attune agree --json` prints.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::krippendorff_alpha::Level;
use super::ratings::Ratings;
use super::weights::Weights;
use crate::data_problem::DataProblem;
use crate::resampling::bootstrap::BootstrapInterval;
use crate::test_result::number;

pub(crate) mod answer;
mod categories;
pub(crate) mod named;
mod numbers;

use answer::Answer;

/// A measure of agreement that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Share of agreeing pairs.
    Percent,
    /// Agreement within each category.
    SpecificAgreement,
    /// Cohen's kappa of each pair of coders, with the largest kappa, PABAK, prevalence and bias.
    CohenKappa,
    /// Cohen's kappa with weights.
    WeightedKappa,
    /// Mean of all pairs' kappas.
    LightKappa,
    /// Fleiss' kappa, generalised to gaps.
    FleissKappa,
    /// Conger's kappa: Cohen's for many coders.
    CongerKappa,
    /// Brennan and Prediger's coefficient.
    BrennanPrediger,
    /// Gwet's AC1.
    GwetAc1,
    /// Gwet's AC2, with weights.
    GwetAc2,
    /// Krippendorff's alpha.
    KrippendorffAlpha,
    /// All six intraclass correlations.
    Icc,
    /// Limits of agreement of each pair of coders.
    BlandAltman,
    /// Standard error of measurement and minimal detectable change.
    MeasurementError,
}

impl Measure {
    /// All of them.
    pub const ALL: [Measure; 14] = [
        Measure::Percent,
        Measure::SpecificAgreement,
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

    /// Name by which it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Percent => "percent",
            Measure::SpecificAgreement => "specific-agreement",
            Measure::CohenKappa => "cohen-kappa",
            Measure::WeightedKappa => "weighted-kappa",
            Measure::LightKappa => "light-kappa",
            Measure::FleissKappa => "fleiss-kappa",
            Measure::CongerKappa => "conger-kappa",
            Measure::BrennanPrediger => "brennan-prediger",
            Measure::GwetAc1 => "gwet-ac1",
            Measure::GwetAc2 => "gwet-ac2",
            Measure::KrippendorffAlpha => "krippendorff-alpha",
            Measure::Icc => "icc",
            Measure::BlandAltman => "bland-altman",
            Measure::MeasurementError => "measurement-error",
        }
    }

    /// Whether its cost grows with the square of the number of categories.
    fn needs_a_table(self) -> bool {
        !matches!(
            self,
            Measure::KrippendorffAlpha
                | Measure::Icc
                | Measure::BlandAltman
                | Measure::MeasurementError
        )
    }
}

/// What to compute.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreeSettings {
    /// The measures; `None` for all that fit the data.
    pub measures: Option<Vec<Measure>>,
    /// Weights of weighted kappa, AC2 and weighted percent agreement.
    pub weights: Weights,
    /// Level of measurement of Krippendorff's alpha; `None` for all that fit the data.
    pub level_of_measurement: Option<Level>,
    /// The person that each unit belongs to, for limits of agreement with several pairs per
    /// person; one entry per unit.
    pub subjects: Option<Vec<String>>,
    /// Confidence level.
    pub confidence: f64,
    /// Number of bootstrap resamples; `None` for large-sample intervals.
    pub n_resamples: Option<usize>,
    /// Seed of the bootstrap.
    pub seed: u64,
    /// Which bootstrap interval.
    pub bootstrap_interval: BootstrapInterval,
}

impl Default for AgreeSettings {
    fn default() -> Self {
        AgreeSettings {
            measures: None,
            weights: Weights::Quadratic,
            level_of_measurement: None,
            subjects: None,
            confidence: 0.95,
            n_resamples: None,
            seed: 1,
            bootstrap_interval: BootstrapInterval::Percentile,
        }
    }
}

/// Agreement of coders on one table of ratings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgreementReport {
    /// Units with at least one rating.
    pub n_units: usize,
    /// Coders.
    pub n_coders: usize,
    /// Ratings missing.
    pub n_missing: usize,
    /// One row per measure and variant.
    pub results: Vec<AgreementResult>,
    /// What to keep in mind, and what could not be computed and why.
    pub warnings: Vec<String>,
}

/// One coefficient. What is not defined is `None` and prints as null.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgreementResult {
    /// Name of the measure, as it is asked for.
    pub measure: &'static str,
    /// Which form: weights, level of measurement, pair of coders.
    pub variant: String,
    /// Which of the definitions in use this is.
    pub definition: &'static str,
    /// The coefficient.
    #[serde(serialize_with = "number")]
    pub estimate: Option<f64>,
    /// Its standard error.
    #[serde(serialize_with = "number")]
    pub se: Option<f64>,
    /// Lower limit.
    #[serde(serialize_with = "number")]
    pub ci_lower: Option<f64>,
    /// Upper limit.
    #[serde(serialize_with = "number")]
    pub ci_upper: Option<f64>,
    /// Two-sided p value of no agreement beyond chance, where there is a test.
    #[serde(serialize_with = "number")]
    pub p: Option<f64>,
    /// How the interval was made.
    pub interval: String,
    /// What belongs to this measure alone: F and its degrees of freedom, largest possible
    /// kappa, observed and expected agreement.
    #[serde(flatten)]
    pub details: BTreeMap<&'static str, f64>,
}

/// All measures asked for, or all that fit: for a few categories the kappas, Gwet's
/// coefficients and Krippendorff's alpha, for numbers also the intraclass correlations, and
/// for many different numbers only those, the limits of agreement and interval alpha.
///
/// # Errors
///
/// When the confidence level is not between 0 and 1 or there is not one subject per unit. A measure that is not defined for
/// the data becomes a warning.
///
/// # Examples
///
/// ```
/// use attune_statistics::agreement::{AgreeSettings, Measure, Ratings, agree};
/// let coders = ["A", "B"].map(str::to_owned);
/// let rows: Vec<Vec<Option<f64>>> =
///     [(1.0, 1.0), (2.0, 2.0), (1.0, 2.0), (2.0, 2.0)].map(|(a, b)| vec![Some(a), Some(b)]).to_vec();
/// let ratings = Ratings::from_numbers(&coders, &rows).unwrap();
/// let settings = AgreeSettings { measures: Some(vec![Measure::CohenKappa]), ..AgreeSettings::default() };
/// assert_eq!(agree(&ratings, &settings).unwrap().results[0].estimate, Some(0.5));
/// ```
pub fn agree(ratings: &Ratings, settings: &AgreeSettings) -> Result<AgreementReport, DataProblem> {
    crate::data_problem::require_level(settings.confidence)?;
    if let Some(subjects) = &settings.subjects {
        crate::data_problem::require_same_length(
            ("the units", ratings.n_units()),
            ("the subjects", subjects.len()),
        )?;
    }
    let measures = settings
        .measures
        .clone()
        .unwrap_or_else(|| fitting_measures(ratings));
    let mut answer = Answer {
        ratings,
        settings,
        results: Vec::new(),
        warnings: Vec::new(),
    };
    for measure in measures {
        answer.add(measure);
    }
    answer.add_doubts();
    let rated = ratings
        .units()
        .filter(|unit| unit.iter().any(Option::is_some))
        .count();
    Ok(AgreementReport {
        n_units: rated,
        n_coders: ratings.n_coders(),
        n_missing: ratings.n_missing(),
        results: answer.results,
        warnings: answer.warnings,
    })
}

/// More different values than this are a measurement, not a set of categories.
const MOST_CATEGORIES: usize = 12;

fn fitting_measures(ratings: &Ratings) -> Vec<Measure> {
    let few = ratings.categories().len() <= MOST_CATEGORIES || !ratings.is_numeric();
    let two = ratings.n_coders() == 2;
    let kappas = if two {
        vec![Measure::CohenKappa]
    } else {
        vec![
            Measure::CohenKappa,
            Measure::LightKappa,
            Measure::FleissKappa,
            Measure::CongerKappa,
        ]
    };
    let mut measures = Vec::new();
    if few {
        measures.push(Measure::Percent);
        if ratings.categories().len() <= MOST_CATEGORIES {
            measures.push(Measure::SpecificAgreement);
        }
        measures.extend(kappas);
        measures.extend([Measure::BrennanPrediger, Measure::GwetAc1]);
        if ratings.is_numeric() && ratings.categories().len() > 2 {
            measures.extend([Measure::WeightedKappa, Measure::GwetAc2]);
        }
    }
    measures.push(Measure::KrippendorffAlpha);
    if ratings.is_numeric() && ratings.categories().len() > 2 {
        measures.extend([
            Measure::Icc,
            Measure::MeasurementError,
            Measure::BlandAltman,
        ]);
    }
    measures
}
