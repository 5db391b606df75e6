//! The measures for categories in the report: percent, kappas, Gwet's coefficients, alpha.

use std::collections::BTreeMap;

use super::answer::{Answer, row};
use super::named::{self, Named};
use super::{AgreementResult, MOST_CATEGORIES};
use crate::agreement::chance_corrected::{self as gwet, Chance, chance_corrected};
use crate::agreement::cohen_kappa::{self as cohen, CohenKappa, Companion, cohen_kappa};
use crate::agreement::fleiss_kappa::{category_additive, fleiss_kappa};
use crate::agreement::krippendorff_alpha::{Level, krippendorff_alpha};
use crate::agreement::light_kappa::light_kappa;
use crate::agreement::percent::percent_agreement;
use crate::agreement::ratings::Ratings;
use crate::agreement::specific::specific_agreement;
use crate::agreement::weights::Weights;

/// A share.
const SHARE: (f64, f64) = (0.0, 1.0);
/// A coefficient that chance corrects.
const COEFFICIENT: (f64, f64) = (f64::NEG_INFINITY, 1.0);

/// The ratio metric takes so many steps: more would take minutes.
const MOST_STEPS: f64 = 2e10;

impl Answer<'_> {
    pub fn add_percent(&mut self) {
        let additive = percent_agreement(self.ratings, Weights::Identity);
        self.take_with_jackknife(named::PERCENT, "all pairs".to_owned(), additive, SHARE);
    }

    pub fn add_specific(&mut self) {
        for place in 0..self.ratings.categories().len() {
            let variant = format!("category {}", self.ratings.categories()[place].label);
            let additive = specific_agreement(self.ratings, place);
            self.take_with_jackknife(named::SPECIFIC, variant, additive, SHARE);
        }
    }

    pub fn add_cohen(&mut self, named: Named, weights: Weights) {
        for (pair, names) in self.pairs() {
            let kappa = match cohen_kappa(&pair, weights, self.settings.confidence) {
                Ok(kappa) => kappa,
                Err(problem) => {
                    self.refuse(&format!("{} ({names})", named.measure), &problem);
                    continue;
                }
            };
            let variant = match weights {
                Weights::Identity => names.clone(),
                _ => format!("{}, {names}", weights.name()),
            };
            let result = AgreementResult {
                se: Some(kappa.standard_error),
                ci_lower: Some(kappa.ci_lower),
                ci_upper: Some(kappa.ci_upper),
                p: Some(kappa.p).filter(|p| p.is_finite()),
                interval: "large sample, normal".to_owned(),
                details: beside_kappa(&kappa),
                ..row(named, variant, kappa.estimate)
            };
            self.take(result, cohen::additive(&pair, weights).ok());
            if weights == Weights::Identity {
                self.add_companions(&pair, &names);
            }
        }
    }

    fn add_companions(&mut self, pair: &Ratings, names: &str) {
        let two = pair.categories().len() == 2;
        let indices = [
            (Companion::PrevalenceIndex, named::PREVALENCE, SHARE),
            (Companion::BiasIndex, named::BIAS, SHARE),
        ];
        let all = [
            (Companion::KappaMax, named::KAPPA_MAX, COEFFICIENT),
            (Companion::Pabak, named::PABAK, COEFFICIENT),
        ];
        let indices = indices.into_iter().filter(|_| two);
        for (companion, named, bounds) in all.into_iter().chain(indices) {
            if let Ok(additive) = cohen::companion_additive(pair, companion) {
                self.take_with_jackknife(named, names.to_owned(), additive, bounds);
            }
        }
    }

    pub fn add_light(&mut self) {
        let additive = light_kappa(self.ratings, Weights::Identity);
        self.take_with_jackknife(
            named::LIGHT,
            "mean of pairs".to_owned(),
            additive,
            COEFFICIENT,
        );
    }

    pub fn add_gwet(&mut self, named: Named, chance: Chance, weights: Weights) {
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
                    ..row(named, weights.name().to_owned(), coefficient.estimate)
                };
                self.take(result, gwet::additive(self.ratings, chance, weights).ok());
            }
            Err(problem) => self.refuse(named.measure, &problem),
        }
    }

    pub fn add_fleiss(&mut self) {
        let n_before = self.results.len();
        self.add_gwet(named::FLEISS, Chance::Fleiss, Weights::Identity);
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
        for (place, category) in fleiss.categories.into_iter().enumerate() {
            let variant = format!("category {}", category.label);
            let mut result = row(named::FLEISS, variant, category.estimate);
            result.p = Some(category.p);
            result
                .details
                .insert("se_null", fleiss.category_standard_error_null);
            self.take(result, Some(category_additive(self.ratings, place)));
        }
    }

    pub fn add_krippendorff(&mut self) {
        for level in self.levels_of_measurement() {
            let named = named::alpha(level);
            let additive = krippendorff_alpha(self.ratings, level);
            if level == Level::Ratio && self.ratio_takes_too_long() {
                self.take(
                    row(named, level.name().to_owned(), additive.estimate()),
                    None,
                );
                self.warnings.push(format!(
                    "krippendorff-alpha (ratio) has no interval: with {} different values it would take hours; round the values, or resample less often",
                    self.ratings.categories().len()
                ));
                continue;
            }
            self.take_with_jackknife(named, level.name().to_owned(), additive, COEFFICIENT);
        }
    }

    fn ratio_takes_too_long(&self) -> bool {
        let q = self.ratings.categories().len() as f64;
        let n_times = self.settings.n_resamples.unwrap_or(self.ratings.n_units());
        q * q * n_times as f64 > MOST_STEPS
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
}

fn beside_kappa(kappa: &CohenKappa) -> BTreeMap<&'static str, f64> {
    let mut details = BTreeMap::from([
        ("n", kappa.n_units as f64),
        ("observed", kappa.observed),
        ("expected", kappa.expected),
        ("se_null", kappa.standard_error_null),
        ("kappa_max", kappa.kappa_max),
        ("pabak", kappa.pabak),
    ]);
    let indices = [
        ("prevalence_index", kappa.prevalence_index),
        ("bias_index", kappa.bias_index),
    ];
    details.extend(
        indices
            .into_iter()
            .filter_map(|(name, index)| Some((name, index?))),
    );
    details
}
