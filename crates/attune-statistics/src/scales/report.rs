//! The answer to "is this scale reliable?": coefficients with their intervals, how each item
//! does, and what to keep in mind.
//!
//! This is the shape that `attune agree --scale --json` prints.

use std::collections::BTreeMap;

use serde::Serialize;

use super::reliability::{
    ItemStatistics, Reliability, ScaleMeasure, scale_additive, scale_reliability,
};
use crate::agreement::report::AgreementResult;
use crate::agreement::report::answer::{add_jackknife, resample, row};
use crate::agreement::report::named::{Named, named};
use crate::data_problem::{DataProblem, require_same_length};
use crate::resampling::bootstrap::BootstrapSettings;

/// Reliability of a scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScaleReport {
    /// People with all items.
    pub n: usize,
    /// People left out because an item was missing.
    pub n_dropped: usize,
    /// Number of items.
    pub n_items: usize,
    /// One row per coefficient, then per item.
    pub results: Vec<AgreementResult>,
    /// How each item does.
    pub items: Vec<ItemStatistics>,
    /// Mean of the people's mean scores.
    pub mean_score: f64,
    /// SD of the people's mean scores.
    pub sd_score: f64,
    /// What to keep in mind.
    pub warnings: Vec<String>,
}

/// What to compute.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleSettings<'a> {
    /// Confidence level.
    pub confidence: f64,
    /// The bootstrap that replaces large-sample and jackknife intervals, if one does.
    pub bootstrap: Option<BootstrapSettings>,
    /// Cluster of each person; the jackknife and the bootstrap then take whole clusters.
    pub clusters: Option<&'a [String]>,
}

const ALPHA: Named = named("alpha", "Cronbach (1951), from covariances");
const STANDARDISED: Named = named("standardised-alpha", "alpha of standardised items");
const LAMBDA_6: Named = named(
    "lambda-6",
    "Guttman (1945), from squared multiple correlations",
);
const OMEGA: Named = named(
    "omega",
    "McDonald (1999), one factor by minimum residuals, 1 less the uniquenesses' share of the variance of the sum",
);
const OMEGA_MODEL: Named = named(
    "omega-model",
    "the same with the variance that the factor implies",
);
const MEAN_CORRELATION: Named = named("mean-correlation", "mean correlation between items");
const ITEM_REST: Named = named(
    "item-rest-correlation",
    "correlation with the sum of the other items",
);
const ALPHA_WITHOUT: Named = named("alpha-if-dropped", "alpha of the other items");
const LOADING: Named = named("loading", "loading on the one factor");

/// Alpha with Feldt's interval, omega and the others with the jackknife's, and item
/// statistics; with a bootstrap all intervals are its own.
///
/// # Errors
///
/// As in [`scale_reliability`], or when there is not one cluster per person.
///
/// # Examples
///
/// ```
/// use attune_statistics::scales::{ScaleSettings, scale_report};
/// let names = ["calm", "close", "fun"].map(str::to_owned);
/// let items = [[1.0, 2.0, 3.0, 4.0, 2.0], [2.0, 2.0, 4.0, 5.0, 1.0], [1.0, 3.0, 3.0, 5.0, 2.0]]
///     .map(|item| item.map(Some).to_vec());
/// let settings = ScaleSettings { confidence: 0.95, bootstrap: None, clusters: None };
/// let report = scale_report(&names, &items, &settings).unwrap();
/// assert_eq!(report.results[0].measure, "alpha");
/// ```
pub fn scale_report(
    names: &[String],
    items: &[Vec<Option<f64>>],
    settings: &ScaleSettings<'_>,
) -> Result<ScaleReport, DataProblem> {
    let reliability = scale_reliability(names, items, settings.confidence)?;
    let n_people = items[0].len();
    if let Some(clusters) = settings.clusters {
        require_same_length(("the people", n_people), ("the clusters", clusters.len()))?;
    }
    let mut growing = Growing {
        items,
        settings,
        blocks: blocks(n_people, settings.clusters),
        results: Vec::new(),
        warnings: doubts(&reliability),
    };
    growing.add_coefficients(&reliability)?;
    growing.add_items(&reliability)?;
    Ok(ScaleReport {
        n: reliability.n,
        n_dropped: reliability.n_dropped,
        n_items: reliability.n_items,
        results: growing.results,
        mean_score: reliability.mean_score,
        sd_score: reliability.sd_score,
        items: reliability.items,
        warnings: growing.warnings,
    })
}

/// The report while it grows.
struct Growing<'a> {
    items: &'a [Vec<Option<f64>>],
    settings: &'a ScaleSettings<'a>,
    blocks: Vec<usize>,
    results: Vec<AgreementResult>,
    warnings: Vec<String>,
}

impl Growing<'_> {
    fn add_coefficients(&mut self, reliability: &Reliability) -> Result<(), DataProblem> {
        let feldt = (reliability.alpha_ci_lower, reliability.alpha_ci_upper);
        let whole = || "all items".to_owned();
        let alpha = AgreementResult {
            ci_lower: Some(feldt.0),
            ci_upper: Some(feldt.1),
            interval: "F (Feldt)".to_owned(),
            ..row(ALPHA, whole(), reliability.alpha)
        };
        self.take(alpha, ScaleMeasure::Alpha)?;
        for (named, estimate, measure) in [
            (
                STANDARDISED,
                Some(reliability.standardised_alpha),
                ScaleMeasure::StandardisedAlpha,
            ),
            (LAMBDA_6, reliability.lambda_6, ScaleMeasure::Lambda6),
            (OMEGA, reliability.omega, ScaleMeasure::Omega),
            (
                OMEGA_MODEL,
                reliability.omega_model,
                ScaleMeasure::OmegaOfModel,
            ),
            (
                MEAN_CORRELATION,
                Some(reliability.mean_correlation),
                ScaleMeasure::MeanCorrelation,
            ),
        ] {
            if let Some(estimate) = estimate {
                self.take(row(named, whole(), estimate), measure)?;
            }
        }
        Ok(())
    }

    fn add_items(&mut self, reliability: &Reliability) -> Result<(), DataProblem> {
        for (place, item) in reliability.items.iter().enumerate() {
            for (named, estimate, measure) in [
                (
                    ITEM_REST,
                    Some(item.item_rest_correlation),
                    ScaleMeasure::ItemRest(place),
                ),
                (
                    ALPHA_WITHOUT,
                    item.alpha_if_dropped,
                    ScaleMeasure::AlphaIfDropped(place),
                ),
                (LOADING, item.loading, ScaleMeasure::Loading(place)),
            ] {
                if let Some(estimate) = estimate {
                    self.take(row(named, item.name.clone(), estimate), measure)?;
                }
            }
        }
        Ok(())
    }

    fn take(
        &mut self,
        mut result: AgreementResult,
        measure: ScaleMeasure,
    ) -> Result<(), DataProblem> {
        if result.estimate.is_none_or(|estimate| !estimate.is_finite()) {
            self.warnings.push(format!(
                "{} ({}) is not defined here: the values are too large, or too alike, to compute with",
                result.measure, result.variant
            ));
            (result.estimate, result.ci_lower, result.ci_upper) = (None, None, None);
            self.results.push(result);
            return Ok(());
        }
        let additive = scale_additive(self.items, measure)?;
        let name = match self.settings.clusters {
            Some(_) => "clusters",
            None => "people",
        };
        match &self.settings.bootstrap {
            Some(bootstrap) => {
                let blocks = (&self.blocks[..], name);
                if let Err(problem) = resample(&mut result, &additive, blocks, bootstrap) {
                    self.warnings.push(format!(
                        "{} ({}) could not be bootstrapped: {problem}",
                        result.measure, result.variant
                    ));
                }
            }
            None if result.ci_lower.is_none() => {
                let bounds = (f64::NEG_INFINITY, 1.0);
                let level = self.settings.confidence;
                add_jackknife(&mut result, &additive, (&self.blocks, name), level, bounds);
            }
            None => {}
        }
        self.results.push(result);
        Ok(())
    }
}

fn blocks(n_people: usize, clusters: Option<&[String]>) -> Vec<usize> {
    let Some(clusters) = clusters else {
        return (0..n_people).collect();
    };
    let mut places: BTreeMap<&String, usize> =
        clusters.iter().map(|cluster| (cluster, 0)).collect();
    for (place, value) in places.values_mut().enumerate() {
        *value = place;
    }
    clusters.iter().map(|cluster| places[cluster]).collect()
}

fn doubts(reliability: &Reliability) -> Vec<String> {
    let mut doubts = Vec::new();
    if reliability.n_dropped > 0 {
        let (people, were) = match reliability.n_dropped {
            1 => ("person", "was"),
            _ => ("people", "were"),
        };
        doubts.push(format!(
            "{} {people} with a missing item {were} left out",
            reliability.n_dropped
        ));
    }
    let turned: Vec<&str> = reliability
        .items
        .iter()
        .filter(|item| item.item_rest_correlation < 0.0)
        .map(|item| item.name.as_str())
        .collect();
    if !turned.is_empty() {
        doubts.push(format!(
            "against the other items: {}; turn what is worded the other way round first",
            turned.join(", ")
        ));
    }
    if reliability.omega.is_none() {
        doubts.push(match reliability.n_items {
            2 => "omega needs three items".to_owned(),
            _ => "omega is not defined: the one-factor solution does not exist (a loading would exceed 1)".to_owned(),
        });
    }
    if reliability.alpha < 0.0 {
        doubts.push("alpha below zero says that the items do not measure one thing".to_owned());
    }
    doubts
}
