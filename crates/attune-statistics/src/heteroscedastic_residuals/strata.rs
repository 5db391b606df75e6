//! The rows by stratum, and the weighted model at given ratios.

use super::ResidualStratum;
use super::weighted_fit::WeightedFit;
use crate::formula::{Expression, Formula};
use crate::least_squares;
use crate::linear_mixed_model::{self, Estimator, FitError, FitSettings};
use crate::model_frame::{ModelFrame, stratified_frame};
use crate::table::Table;

/// A model frame whose rows fall into strata.
pub(super) struct Strata {
    pub by: String,
    pub settings: FitSettings,
    formula: Formula,
    frame: ModelFrame,
    levels: Vec<String>,
    /// The stratum of each row used.
    pub codes: Vec<usize>,
    counts: Vec<usize>,
}

impl Strata {
    pub(super) fn new(
        formula: &Formula,
        table: &Table,
        weights: Option<&str>,
        by: &str,
        settings: FitSettings,
    ) -> Result<Self, FitError> {
        let by_expression = Expression::Name(by.to_owned());
        let (frame, levels, codes) = stratified_frame(formula, table, weights, &by_expression)?;
        let mut counts = vec![0; levels.len()];
        codes.iter().for_each(|&code| counts[code] += 1);
        if levels.len() < 2 {
            return Err(FitError::OneStratum {
                by: by.to_owned(),
                n_levels: levels.len(),
            });
        }
        if let Some(code) = counts.iter().position(|&count| count < 3) {
            return Err(FitError::SmallStratum {
                by: by.to_owned(),
                level: levels[code].clone(),
                n_rows: counts[code],
            });
        }
        Ok(Self {
            by: by.to_owned(),
            settings,
            formula: formula.clone(),
            frame,
            levels,
            codes,
            counts,
        })
    }

    pub(super) fn n_ratios(&self) -> usize {
        self.levels.len() - 1
    }

    pub(super) fn n_rows(&self) -> usize {
        self.codes.len()
    }

    /// Where the search starts: the spread of the residuals of the model with equal residuals.
    pub(super) fn start(&self, homoscedastic: &WeightedFit) -> Vec<f64> {
        let mut squares = vec![0.0; self.levels.len()];
        for (residual, &code) in homoscedastic.residuals().iter().zip(&self.codes) {
            squares[code] += residual * residual;
        }
        let log_spread = |code: usize| {
            let mean = squares[code] / self.counts[code] as f64;
            0.5 * libm::log(mean.max(1e-300))
        };
        (1..self.levels.len())
            .map(|code| (log_spread(code) - log_spread(0)).clamp(-3.0, 3.0))
            .collect()
    }

    /// The weighted model at the logarithms of the ratios.
    pub(super) fn fit(&self, log_ratios: &[f64]) -> Result<WeightedFit, FitError> {
        let frame = self.weighted(log_ratios);
        if frame.random.is_empty() {
            let restricted = self.settings.estimator == Estimator::Reml;
            let (model, log_likelihood) =
                least_squares::fit_by_likelihood(&self.formula, frame, restricted)?;
            return Ok(WeightedFit::Fixed {
                model: Box::new(model),
                log_likelihood,
            });
        }
        let model = linear_mixed_model::fit_frame(&self.formula, frame, self.settings)?;
        Ok(WeightedFit::Mixed(Box::new(model)))
    }

    fn weighted(&self, log_ratios: &[f64]) -> ModelFrame {
        let mut frame = self.frame.clone();
        let of_stratum = |code: usize| match code {
            0 => 1.0,
            code => libm::exp(-2.0 * log_ratios[code - 1]),
        };
        let prior = self.frame.weights.as_ref();
        frame.weights = Some(
            self.codes
                .iter()
                .enumerate()
                .map(|(row, &code)| of_stratum(code) * prior.map_or(1.0, |prior| prior[row]))
                .collect(),
        );
        frame
    }

    pub(super) fn described(&self, log_ratios: &[f64], sigma: f64) -> Vec<ResidualStratum> {
        let ratio = |code: usize| match code {
            0 => 1.0,
            code => libm::exp(log_ratios[code - 1]),
        };
        self.levels
            .iter()
            .enumerate()
            .map(|(code, level)| ResidualStratum {
                level: level.clone(),
                n_rows: self.counts[code],
                ratio: ratio(code),
                standard_deviation: sigma * ratio(code),
            })
            .collect()
    }
}
