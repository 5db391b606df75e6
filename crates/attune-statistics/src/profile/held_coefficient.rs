//! The smallest deviance where one fixed effect is held: its column moves into the response.

use crate::linear_mixed_model::{FitSettings, LinearMixedModel, Refit, RefitWorker};

/// A model without one of its columns, prepared for one response after another.
pub(super) struct HeldCoefficient<'a> {
    refit: Refit,
    response: &'a [f64],
    column: &'a [f64],
    start: Vec<f64>,
}

/// A search along the values of the coefficient, each starting where the last one ended.
pub(super) struct Search<'a> {
    held: &'a HeldCoefficient<'a>,
    worker: RefitWorker<'a>,
    values: Vec<f64>,
    theta: Vec<f64>,
}

impl<'a> HeldCoefficient<'a> {
    /// `None` when the model without the column cannot be prepared.
    pub(super) fn new(model: &'a LinearMixedModel, coefficient: usize) -> Option<Self> {
        let kept = &model.coordinates.kept;
        let mut frame = model.frame.clone();
        frame.columns = kept
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != coefficient)
            .map(|(_, &position)| model.frame.columns[position].clone())
            .collect();
        let settings: FitSettings = model.settings;
        Some(Self {
            refit: Refit::of_frame(&frame, settings).ok()?,
            response: &model.frame.response,
            column: &model.frame.columns[kept[coefficient]],
            start: model.theta.iter().map(|theta| theta.value).collect(),
        })
    }

    pub(super) fn search(&self) -> Search<'_> {
        Search {
            held: self,
            worker: self.refit.worker(),
            values: vec![0.0; self.response.len()],
            theta: self.start.clone(),
        }
    }
}

impl Search<'_> {
    /// The smallest deviance where the coefficient has this value, in units of the data.
    pub(super) fn deviance(&mut self, value: f64) -> Option<f64> {
        let rows = self.held.response.iter().zip(self.held.column);
        for (held, (y, x)) in self.values.iter_mut().zip(rows) {
            *held = y - value * x;
        }
        let fitted = self.worker.fit(&self.values, Some(&self.theta)).ok()?;
        self.theta.clone_from(&fitted.theta);
        Some(-2.0 * fitted.log_likelihood)
    }
}
