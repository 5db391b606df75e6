//! The smallest deviance where one fixed effect is held: its column moves into the offset.

use crate::linear_mixed_model::{LinearMixedModel, deviance_of_frame};
use crate::model_frame::ModelFrame;

/// A model without one of its columns.
pub(super) struct HeldCoefficient<'a> {
    model: &'a LinearMixedModel,
    /// The rows without the column, and without those that repeat others.
    frame: ModelFrame,
    column: &'a [f64],
}

impl<'a> HeldCoefficient<'a> {
    pub(super) fn new(model: &'a LinearMixedModel, coefficient: usize) -> Self {
        let kept = &model.coordinates.kept;
        let mut frame = model.frame.clone();
        frame.columns = kept
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != coefficient)
            .map(|(_, &position)| model.frame.columns[position].clone())
            .collect();
        Self {
            model,
            frame,
            column: &model.frame.columns[kept[coefficient]],
        }
    }

    /// The smallest deviance where the coefficient has this value, in units of the data.
    pub(super) fn deviance(&mut self, value: f64) -> Option<f64> {
        let response = &self.model.frame.response;
        for ((held, y), x) in self
            .frame
            .response
            .iter_mut()
            .zip(response)
            .zip(self.column)
        {
            *held = y - value * x;
        }
        deviance_of_frame(&self.frame, self.model.settings)
    }
}
