//! The answer to "do these coders agree?": the measures that fit the data, each with
//! its interval, and what to keep in mind when reading them.
//!
//! This is the shape that `attune agree --json` prints.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bland_altman::{Limit, WithInterval, bland_altman};
use super::chance_corrected::{Chance, chance_corrected};
use super::cohen_kappa::cohen_kappa;
use super::fleiss_kappa::fleiss_kappa;
use super::intraclass::{IccForm, intraclass, mean_squares};
use super::krippendorff_alpha::{Level, krippendorff_alpha};
use super::light_kappa::light_kappa;
use super::measurement_error::{ErrorKind, measurement_error};
use super::percent::percent_agreement;
use super::ratings::Ratings;
use super::weights::Weights;
use super::{
    bland_altman as limits, chance_corrected as gwet, cohen_kappa as cohen, intraclass as icc,
    measurement_error as errors,
};
use crate::data_problem::DataProblem;
use crate::distributions::student_t_quantile;
use crate::resampling::additive::Additive;
use crate::resampling::bootstrap::{BootstrapInterval, BootstrapSettings, bootstrap};
use crate::test_result::number;

/// A measure of agreement that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Share of agreeing pairs.
    Percent,
    /// Cohen's kappa, for each pair of coders.
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

/// What to compute.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreeSettings {
    /// The measures; `None` for all that fit the data.
    pub measures: Option<Vec<Measure>>,
    /// Weights of weighted kappa, AC2 and weighted percent agreement.
    pub weights: Weights,
    /// Level of measurement of Krippendorff's alpha; `None` for all that fit the data.
    pub level_of_measurement: Option<Level>,
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
/// When the confidence level is not between 0 and 1. A measure that is not defined for
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

/// The report while it grows.
struct Answer<'a> {
    ratings: &'a Ratings,
    settings: &'a AgreeSettings,
    results: Vec<AgreementResult>,
    warnings: Vec<String>,
}

impl Answer<'_> {
    fn add(&mut self, measure: Measure) {
        let weights = self.settings.weights;
        match measure {
            Measure::Percent => self.add_percent(),
            Measure::CohenKappa => self.add_cohen("cohen-kappa", Weights::Identity),
            Measure::WeightedKappa => self.add_cohen("weighted-kappa", weights),
            Measure::LightKappa => self.add_light(),
            Measure::FleissKappa => self.add_fleiss(),
            Measure::CongerKappa => {
                self.add_gwet("conger-kappa", Chance::Conger, Weights::Identity);
            }
            Measure::BrennanPrediger => {
                self.add_gwet(
                    "brennan-prediger",
                    Chance::BrennanPrediger,
                    Weights::Identity,
                );
            }
            Measure::GwetAc1 => self.add_gwet("gwet-ac1", Chance::Gwet, Weights::Identity),
            Measure::GwetAc2 => self.add_gwet("gwet-ac2", Chance::Gwet, weights),
            Measure::KrippendorffAlpha => self.add_krippendorff(),
            Measure::Icc => self.add_icc(),
            Measure::BlandAltman => self.add_limits(),
            Measure::MeasurementError => self.add_measurement_error(),
        }
    }

    /// Takes a result in, or says why there is none; the bootstrap replaces the interval.
    fn take(&mut self, mut result: AgreementResult, additive: Option<Additive>) {
        if result.estimate.is_none_or(|estimate| !estimate.is_finite()) {
            let AgreementResult {
                measure, variant, ..
            } = &result;
            let reason = "no two ratings can be paired, or nothing varies beyond chance";
            self.warnings.push(format!(
                "{measure} ({variant}) is not defined here: {reason}"
            ));
            (result.estimate, result.p) = (None, None);
            (result.se, result.ci_lower, result.ci_upper) = (None, None, None);
            self.results.push(result);
            return;
        }
        if let (Some(n_resamples), Some(additive)) = (self.settings.n_resamples, additive) {
            self.resample(&mut result, &additive, n_resamples);
        }
        self.results.push(result);
    }

    fn resample(&mut self, result: &mut AgreementResult, additive: &Additive, n_resamples: usize) {
        let AgreeSettings {
            seed,
            confidence: level,
            bootstrap_interval: interval,
            ..
        } = *self.settings;
        let settings = BootstrapSettings {
            n_resamples,
            seed,
            level,
            interval,
        };
        let kind = match interval {
            BootstrapInterval::Percentile => "percentile",
            BootstrapInterval::Accelerated => "BCa",
        };
        match bootstrap(additive, &self.ratings.blocks(), &settings) {
            Ok(resampled) => {
                result.se = Some(resampled.standard_error);
                result.ci_lower = Some(resampled.ci_lower);
                result.ci_upper = Some(resampled.ci_upper);
                let block = self.ratings.block_name();
                result.interval =
                    format!("bootstrap {kind}, {n_resamples} resamples of {block}, seed {seed}");
                if resampled.n_undefined > 0 {
                    result
                        .details
                        .insert("n_undefined_resamples", resampled.n_undefined as f64);
                }
            }
            Err(problem) => {
                let (measure, variant) = (result.measure, &result.variant);
                self.warnings.push(format!(
                    "{measure} ({variant}) could not be bootstrapped: {problem}"
                ));
            }
        }
    }

    fn refuse(&mut self, measure: &str, problem: &DataProblem) {
        self.warnings
            .push(format!("{measure} is not defined here: {problem}"));
    }

    /// A coefficient whose only large-sample error is the jackknife's.
    fn take_with_jackknife(&mut self, measure: &'static str, variant: String, additive: Additive) {
        let blocks = self.ratings.blocks();
        let n_blocks = additive.block_sums(&blocks).len() as f64;
        let (estimate, se) = (
            additive.estimate(),
            additive.jackknife_standard_error(&blocks),
        );
        let mut result = row(measure, variant, estimate);
        if se.is_finite() && n_blocks > 1.0 {
            let reach =
                student_t_quantile(0.5 + self.settings.confidence / 2.0, n_blocks - 1.0) * se;
            result.se = Some(se);
            (result.ci_lower, result.ci_upper) =
                (Some(estimate - reach), Some((estimate + reach).min(1.0)));
            result.interval = format!("jackknife over {}, t", self.ratings.block_name());
        }
        self.take(result, Some(additive));
    }

    fn add_percent(&mut self) {
        let additive = percent_agreement(self.ratings, Weights::Identity);
        self.take_with_jackknife("percent", "all pairs".to_owned(), additive);
    }

    fn pairs(&self) -> Vec<(Ratings, String)> {
        let n = self.ratings.n_coders();
        let pairs = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b)));
        pairs
            .map(|(a, b)| {
                let coders = self.ratings.coders();
                (
                    self.ratings.pair(a, b),
                    format!("{},{}", coders[a], coders[b]),
                )
            })
            .collect()
    }

    fn add_cohen(&mut self, measure: &'static str, weights: Weights) {
        for (pair, names) in self.pairs() {
            let kappa = match cohen_kappa(&pair, weights, self.settings.confidence) {
                Ok(kappa) => kappa,
                Err(problem) => {
                    self.refuse(&format!("{measure} ({names})"), &problem);
                    continue;
                }
            };
            let variant = match weights {
                Weights::Identity => names,
                _ => format!("{}, {names}", weights.name()),
            };
            let mut details = BTreeMap::from([
                ("n", kappa.n_units as f64),
                ("observed", kappa.observed),
                ("expected", kappa.expected),
                ("se_null", kappa.standard_error_null),
                ("kappa_max", kappa.kappa_max),
                ("pabak", kappa.pabak),
            ]);
            details.extend(
                kappa
                    .prevalence_index
                    .map(|index| ("prevalence_index", index)),
            );
            details.extend(kappa.bias_index.map(|index| ("bias_index", index)));
            let result = AgreementResult {
                se: Some(kappa.standard_error),
                ci_lower: Some(kappa.ci_lower),
                ci_upper: Some(kappa.ci_upper),
                p: Some(kappa.p),
                interval: "large sample, normal".to_owned(),
                details,
                ..row(measure, variant, kappa.estimate)
            };
            self.take(result, cohen::additive(&pair, weights).ok());
        }
    }

    fn add_light(&mut self) {
        let additive = light_kappa(self.ratings, Weights::Identity);
        self.take_with_jackknife("light-kappa", "mean of pairs".to_owned(), additive);
    }

    fn add_gwet(&mut self, measure: &'static str, chance: Chance, weights: Weights) {
        match chance_corrected(self.ratings, chance, weights, self.settings.confidence) {
            Ok(coefficient) => {
                let result = AgreementResult {
                    se: Some(coefficient.standard_error),
                    ci_lower: Some(coefficient.ci_lower),
                    ci_upper: Some(coefficient.ci_upper),
                    p: Some(coefficient.p),
                    interval: "large sample over units, t".to_owned(),
                    details: BTreeMap::from([
                        ("observed", coefficient.observed),
                        ("expected", coefficient.expected),
                    ]),
                    ..row(measure, weights.name().to_owned(), coefficient.estimate)
                };
                self.take(result, gwet::additive(self.ratings, chance, weights).ok());
            }
            Err(problem) => self.refuse(measure, &problem),
        }
    }

    fn add_fleiss(&mut self) {
        let n_before = self.results.len();
        self.add_gwet("fleiss-kappa", Chance::Fleiss, Weights::Identity);
        // Without gaps the classical test and the kappas by category exist as well.
        let (Some(result), Ok(fleiss)) =
            (self.results.get_mut(n_before), fleiss_kappa(self.ratings))
        else {
            return;
        };
        result.p = Some(fleiss.p);
        result
            .details
            .extend([("se_null", fleiss.standard_error_null), ("z", fleiss.z)]);
        for category in fleiss.categories {
            let variant = format!("category {}", category.label);
            let mut result = row("fleiss-kappa", variant, category.estimate);
            result.p = Some(category.p);
            result
                .details
                .insert("se_null", fleiss.category_standard_error_null);
            self.take(result, None);
        }
    }

    fn add_krippendorff(&mut self) {
        for level in self.levels_of_measurement() {
            let additive = krippendorff_alpha(self.ratings, level);
            self.take_with_jackknife("krippendorff-alpha", level.name().to_owned(), additive);
        }
    }

    fn levels_of_measurement(&self) -> Vec<Level> {
        if let Some(level) = self.settings.level_of_measurement {
            return vec![level];
        }
        let categories = self.ratings.categories();
        if !self.ratings.is_numeric() {
            return vec![Level::Nominal];
        }
        let mut levels = Vec::new();
        if categories.len() <= MOST_CATEGORIES {
            levels.push(Level::Nominal);
        }
        levels.extend([Level::Ordinal, Level::Interval]);
        if categories[0].value >= 0.0 {
            levels.push(Level::Ratio);
        }
        levels
    }

    fn add_icc(&mut self) {
        for form in IccForm::ALL {
            match intraclass(self.ratings, form, self.settings.confidence) {
                Ok(correlation) => {
                    let result = AgreementResult {
                        ci_lower: Some(correlation.ci_lower),
                        ci_upper: Some(correlation.ci_upper),
                        p: Some(correlation.p),
                        interval: "F".to_owned(),
                        details: BTreeMap::from([
                            ("f", correlation.f),
                            ("df1", correlation.df1),
                            ("df2", correlation.df2),
                        ]),
                        ..row("icc", form.name().to_owned(), correlation.estimate)
                    };
                    self.take(result, icc::additive(self.ratings, form).ok());
                }
                // The reason is the same for all six.
                Err(problem) => return self.refuse("icc", &problem),
            }
        }
    }

    fn add_limits(&mut self) {
        for (pair, names) in self.pairs() {
            let level = self.settings.confidence;
            let computed = limits::pairs(&pair)
                .and_then(|(first, second)| bland_altman(&first, &second, level));
            let agreement = match computed {
                Ok(agreement) => agreement,
                Err(problem) => {
                    self.refuse(&format!("bland-altman ({names})"), &problem);
                    continue;
                }
            };
            let mut add = |name: &str, value: WithInterval, limit| {
                let result = AgreementResult {
                    se: Some(value.se),
                    ci_lower: Some(value.ci_lower),
                    ci_upper: Some(value.ci_upper),
                    interval: "t".to_owned(),
                    details: BTreeMap::from([
                        ("n", agreement.n_pairs as f64),
                        ("sd", agreement.standard_deviation),
                    ]),
                    ..row("bland-altman", format!("{name}, {names}"), value.estimate)
                };
                self.take(result, limits::additive(&pair, limit, level).ok());
            };
            add("bias", agreement.bias, Limit::Bias);
            add("lower limit", agreement.lower_limit, Limit::Lower);
            add("upper limit", agreement.upper_limit, Limit::Upper);
            if let Some(slope) = agreement.proportional_bias {
                let mut result = row(
                    "bland-altman",
                    format!("proportional bias, {names}"),
                    slope.slope,
                );
                (result.se, result.p) = (Some(slope.se), Some(slope.p));
                result.details.insert("t", slope.t);
                self.take(result, None);
            }
        }
    }

    fn add_measurement_error(&mut self) {
        let squares = match mean_squares(self.ratings) {
            Ok(squares) => squares,
            Err(problem) => return self.refuse("measurement-error", &problem),
        };
        for (kind, name) in [
            (ErrorKind::Agreement, "agreement"),
            (ErrorKind::Consistency, "consistency"),
        ] {
            let error = measurement_error(&squares, kind, self.settings.confidence);
            let value = error.standard_error_of_measurement;
            let mut result = row("measurement-error", format!("SEM, {name}"), value);
            result
                .details
                .insert("minimal_detectable_change", error.minimal_detectable_change);
            self.take(result, errors::additive(self.ratings, kind).ok());
        }
    }

    fn add_doubts(&mut self) {
        let n_single = self
            .ratings
            .units()
            .filter(|unit| unit.iter().flatten().count() < 2)
            .count();
        if n_single > 0 {
            self.warnings.push(format!(
                "{n_single} of {} units have fewer than two ratings and say nothing about agreement",
                self.ratings.n_units()
            ));
        }
        let n_complete = self.ratings.complete_values().len();
        let uses_complete = self.results.iter().any(|result| result.measure == "icc");
        if uses_complete && n_complete < self.ratings.n_units() {
            self.warnings.push(format!(
                "the intraclass correlations use only the {n_complete} units that every coder rated"
            ));
        }
        let skewed = self.results.iter().find(|result| {
            result.measure == "cohen-kappa"
                && result
                    .details
                    .get("prevalence_index")
                    .is_some_and(|index| *index > 0.8)
        });
        if let Some(result) = skewed {
            self.warnings.push(format!(
                "nearly all ratings ({}) are the same answer, where kappa is low however well coders agree: read it with percent agreement and AC1",
                result.variant
            ));
        }
        if self.ratings.block_name() == "clusters" && self.settings.n_resamples.is_none() {
            self.warnings.push(
                "units come in clusters, but large-sample standard errors take them as independent: bootstrap by cluster"
                    .to_owned(),
            );
        }
    }
}

fn row(measure: &'static str, variant: String, estimate: f64) -> AgreementResult {
    AgreementResult {
        measure,
        variant,
        estimate: Some(estimate),
        se: None,
        ci_lower: None,
        ci_upper: None,
        p: None,
        interval: "none".to_owned(),
        details: BTreeMap::new(),
    }
}
