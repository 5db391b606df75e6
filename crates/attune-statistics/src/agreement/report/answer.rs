//! The report on agreement while it grows: each measure adds its rows or the reason why
//! there are none, and the bootstrap replaces intervals where it was asked for.

use std::collections::BTreeMap;

use super::{AgreeSettings, AgreementResult, MOST_CATEGORIES, Measure};
use crate::agreement::bland_altman::{self as limits, Limit, WithInterval, bland_altman};
use crate::agreement::chance_corrected::{self as gwet, Chance, chance_corrected};
use crate::agreement::cohen_kappa::{self as cohen, cohen_kappa};
use crate::agreement::fleiss_kappa::fleiss_kappa;
use crate::agreement::intraclass::{self as icc, IccForm, intraclass, mean_squares};
use crate::agreement::krippendorff_alpha::{Level, krippendorff_alpha};
use crate::agreement::light_kappa::light_kappa;
use crate::agreement::measurement_error::{self as errors, ErrorKind, measurement_error};
use crate::agreement::percent::percent_agreement;
use crate::agreement::ratings::Ratings;
use crate::agreement::weights::Weights;
use crate::data_problem::DataProblem;
use crate::distributions::student_t_quantile;
use crate::resampling::additive::Additive;
use crate::resampling::bootstrap::{BootstrapInterval, BootstrapSettings, bootstrap};

/// The report while it grows.
pub(super) struct Answer<'a> {
    pub ratings: &'a Ratings,
    pub settings: &'a AgreeSettings,
    pub results: Vec<AgreementResult>,
    pub warnings: Vec<String>,
}

impl Answer<'_> {
    pub fn add(&mut self, measure: Measure) {
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

    /// What a reader of the whole table should know.
    pub fn add_doubts(&mut self) {
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
