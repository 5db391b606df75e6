//! The report on agreement while it grows: each measure adds its rows or the reason why
//! there are none, and the bootstrap replaces intervals where it was asked for.

use std::collections::BTreeMap;

use super::named::Named;
use super::{AgreeSettings, AgreementResult, Measure};
use crate::agreement::chance_corrected::Chance;
use crate::agreement::cohen_kappa::{self as cohen};
use crate::agreement::ratings::Ratings;
use crate::agreement::weights::Weights;
use crate::data_problem::DataProblem;
use crate::distributions::student_t_quantile;
use crate::resampling::additive::Additive;
use crate::resampling::bootstrap::{BootstrapInterval, BootstrapSettings, bootstrap};

use super::named;

/// The report while it grows.
pub(super) struct Answer<'a> {
    pub ratings: &'a Ratings,
    pub settings: &'a AgreeSettings,
    pub results: Vec<AgreementResult>,
    pub warnings: Vec<String>,
}

/// Tables of more categories than this would take minutes, and none would read them.
const MOST_TABLE_CATEGORIES: usize = 200;

impl Answer<'_> {
    pub fn add(&mut self, measure: Measure) {
        let weights = self.settings.weights;
        if measure.needs_a_table() && self.ratings.categories().len() > MOST_TABLE_CATEGORIES {
            self.warnings.push(format!(
                "{} needs a table of categories by categories, but there are {} different values: are these codes? Krippendorff's alpha and the intraclass correlations take any number",
                measure.name(),
                self.ratings.categories().len()
            ));
            return;
        }
        match measure {
            Measure::Percent => self.add_percent(),
            Measure::SpecificAgreement => self.add_specific(),
            Measure::CohenKappa => self.add_cohen(named::COHEN, Weights::Identity),
            Measure::WeightedKappa => self.add_cohen(named::WEIGHTED, weights),
            Measure::LightKappa => self.add_light(),
            Measure::FleissKappa => self.add_fleiss(),
            Measure::CongerKappa => {
                self.add_gwet(named::CONGER, Chance::Conger, Weights::Identity);
            }
            Measure::BrennanPrediger => {
                let chance = Chance::BrennanPrediger;
                self.add_gwet(named::BRENNAN_PREDIGER, chance, Weights::Identity);
            }
            Measure::GwetAc1 => self.add_gwet(named::AC1, Chance::Gwet, Weights::Identity),
            Measure::GwetAc2 => self.add_gwet(named::AC2, Chance::Gwet, weights),
            Measure::KrippendorffAlpha => self.add_krippendorff(),
            Measure::Icc => self.add_icc(),
            Measure::BlandAltman => self.add_limits(),
            Measure::MeasurementError => self.add_measurement_error(),
        }
    }

    /// Takes a result in, or says why there is none; the bootstrap of units or of clusters
    /// replaces the interval.
    pub fn take(&mut self, result: AgreementResult, additive: Option<Additive>) {
        let blocks = self.ratings.blocks();
        self.take_in_blocks(result, additive, (&blocks, self.ratings.block_name()));
    }

    /// As [`Self::take`], for a coefficient of other blocks than units: persons.
    pub fn take_in_blocks(
        &mut self,
        mut result: AgreementResult,
        additive: Option<Additive>,
        blocks: (&[usize], &str),
    ) {
        if result.estimate.is_none_or(|estimate| !estimate.is_finite()) {
            let AgreementResult {
                measure, variant, ..
            } = &result;
            let reason = if self.has_huge_values() {
                "the values are too large to compute with; divide them all by one number"
            } else {
                "no two ratings can be paired, or nothing varies beyond chance"
            };
            self.warnings.push(format!(
                "{measure} ({variant}) is not defined here: {reason}"
            ));
            (result.estimate, result.p) = (None, None);
            (result.se, result.ci_lower, result.ci_upper) = (None, None, None);
            self.results.push(result);
            return;
        }
        if let (Some(n_resamples), Some(additive)) = (self.settings.n_resamples, additive) {
            let settings = self.settings.bootstrap(n_resamples);
            if let Err(problem) = resample(&mut result, &additive, blocks, &settings) {
                let (measure, variant) = (result.measure, &result.variant);
                self.warnings.push(format!(
                    "{measure} ({variant}) could not be bootstrapped: {problem}"
                ));
            }
        }
        if leave_out_undefined(&mut result) {
            let (measure, variant) = (result.measure, &result.variant);
            self.warnings.push(format!(
                "{measure} ({variant}) has no test or interval here: its error is zero, because nothing varies that it is computed from"
            ));
        }
        self.results.push(result);
    }

    /// Whether squares overflow.
    fn has_huge_values(&self) -> bool {
        let mut values = self.ratings.categories().iter();
        self.ratings.is_numeric() && values.any(|category| category.value.abs() > 1e150)
    }

    pub fn refuse(&mut self, measure: &str, problem: &DataProblem) {
        self.warnings
            .push(format!("{measure} is not defined here: {problem}"));
    }

    /// A coefficient whose only large-sample error is the jackknife's; its limits stay
    /// within what the coefficient can be.
    pub fn take_with_jackknife(
        &mut self,
        named: Named,
        variant: String,
        additive: Additive,
        (least, most): (f64, f64),
    ) {
        let blocks = self.ratings.blocks();
        let mut result = row(named, variant, additive.estimate());
        // A bootstrap will replace it.
        if self.settings.n_resamples.is_none() {
            let name = self.ratings.block_name();
            let level = self.settings.confidence;
            add_jackknife(
                &mut result,
                &additive,
                (&blocks, name),
                level,
                (least, most),
            );
        }
        self.take(result, Some(additive));
    }

    pub fn pairs(&self) -> Vec<(Ratings, String)> {
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
        self.add_doubt_of_prevalence();
        self.add_doubts_of_intervals();
        if self.ratings.block_name() == "clusters" && self.settings.n_resamples.is_none() {
            self.warnings.push(
                "units come in clusters, but large-sample standard errors take them as independent: bootstrap by cluster"
                    .to_owned(),
            );
        }
    }

    /// An interval without width, or none, must not pass for certainty.
    fn add_doubts_of_intervals(&mut self) {
        let named = |wanted: &dyn Fn(&AgreementResult) -> bool| -> Vec<&'static str> {
            let mut names: Vec<&str> = self
                .results
                .iter()
                .filter(|result| result.estimate.is_some() && wanted(result))
                .map(|result| result.measure)
                .collect();
            names.dedup();
            names
        };
        let without_width = named(&|result| result.se == Some(0.0));
        let missing =
            named(&|result| result.se.is_none() && result.ci_lower.is_none() && result.p.is_none());
        if !without_width.is_empty() {
            self.warnings.push(format!(
                "the standard error of {} is zero: the units do not differ in it, which says nothing about units not rated",
                without_width.join(", ")
            ));
        }
        let at_one_point = named(&|result| {
            result.se.is_none() && result.ci_lower.is_some() && result.ci_lower == result.ci_upper
        });
        if !at_one_point.is_empty() {
            self.warnings.push(format!(
                "the limits of {} are one point: beyond a coder's own shift no rating of a unit differs from another, which says nothing about units not rated",
                at_one_point.join(", ")
            ));
        }
        if !missing.is_empty() {
            self.warnings.push(format!(
                "some results of {} have no interval: without one of the units they are not defined",
                missing.join(", ")
            ));
        }
    }

    fn add_doubt_of_prevalence(&mut self) {
        let skewed = self.pairs().into_iter().find(|(pair, _)| {
            pair.categories().len() == 2
                && cohen::cohen_kappa(pair, Weights::Identity, 0.95)
                    .is_ok_and(|kappa| kappa.prevalence_index.is_some_and(|index| index > 0.8))
        });
        let has_kappa = self
            .results
            .iter()
            .any(|result| result.measure == "cohen-kappa");
        if let (Some((_, names)), true) = (skewed, has_kappa) {
            self.warnings.push(format!(
                "nearly all ratings ({names}) are the same answer, where kappa is low however well coders agree: read it with percent agreement and AC1"
            ));
        }
    }
}

impl AgreeSettings {
    fn bootstrap(&self, n_resamples: usize) -> BootstrapSettings {
        BootstrapSettings {
            n_resamples,
            seed: self.seed,
            level: self.confidence,
            interval: self.bootstrap_interval,
        }
    }
}

/// Replaces a result's error and limits by those of the bootstrap.
pub(crate) fn resample(
    result: &mut AgreementResult,
    additive: &Additive,
    (blocks, block_name): (&[usize], &str),
    settings: &BootstrapSettings,
) -> Result<(), DataProblem> {
    let resampled = bootstrap(additive, blocks, settings)?;
    result.se = Some(resampled.standard_error);
    result.ci_lower = Some(resampled.ci_lower);
    result.ci_upper = Some(resampled.ci_upper);
    let kind = match settings.interval {
        BootstrapInterval::Percentile => "percentile",
        BootstrapInterval::Accelerated => "BCa",
    };
    result.interval = format!(
        "bootstrap {kind}, {} resamples of {block_name}, seed {}",
        settings.n_resamples, settings.seed
    );
    if resampled.n_undefined > 0 {
        let n = resampled.n_undefined as f64;
        result.details.insert("n_undefined_resamples", n);
    }
    Ok(())
}

/// Standard error and t limits by leaving out one block at a time.
pub(crate) fn add_jackknife(
    result: &mut AgreementResult,
    additive: &Additive,
    (blocks, block_name): (&[usize], &str),
    level: f64,
    (least, most): (f64, f64),
) {
    let n_blocks = additive.block_sums(blocks).len() as f64;
    let se = additive.jackknife_standard_error(blocks);
    let Some(estimate) = result.estimate.filter(|_| se.is_finite() && n_blocks > 1.0) else {
        return;
    };
    let reach = student_t_quantile(0.5 + level / 2.0, n_blocks - 1.0) * se;
    result.se = Some(se);
    result.ci_lower = Some((estimate - reach).max(least));
    result.ci_upper = Some((estimate + reach).min(most));
    result.interval = format!("jackknife over {block_name}, t");
}

/// A result with nothing but its estimate.
pub(crate) fn row(named: Named, variant: String, estimate: f64) -> AgreementResult {
    AgreementResult {
        measure: named.measure,
        variant,
        definition: named.definition,
        estimate: Some(estimate),
        se: None,
        ci_lower: None,
        ci_upper: None,
        p: None,
        interval: "none".to_owned(),
        details: BTreeMap::new(),
    }
}

/// Leaves out tests and limits that are no numbers although the coefficient is one: coders who use different
/// categories throughout, or agree without exception.
fn leave_out_undefined(result: &mut AgreementResult) -> bool {
    let mut any = false;
    for value in [
        &mut result.se,
        &mut result.ci_lower,
        &mut result.ci_upper,
        &mut result.p,
    ] {
        if value.is_some_and(f64::is_nan) {
            *value = None;
            any = true;
        }
    }
    any
}
