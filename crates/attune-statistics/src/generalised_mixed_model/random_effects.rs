//! The random effects of a generalised model, checked and in internal columns.

use super::fit_error::GeneralisedFitError;
use super::gauss_hermite::GaussHermite;
use super::random_design::RandomDesign;
use crate::linear_mixed_model::{CovarianceShape, FitError, TermCoordinates};
use crate::model_frame::ModelFrame;

/// Columns, covariance parameters and the way back.
#[derive(Debug, Clone)]
pub(crate) struct RandomEffects {
    pub design: RandomDesign,
    pub covariance: CovarianceShape,
    pub terms: Vec<TermCoordinates>,
}

const MOST_NODES: usize = 100;

impl RandomEffects {
    pub(crate) fn new(frame: &ModelFrame) -> Result<Self, GeneralisedFitError> {
        let n_rows = frame.response.len();
        let (mut terms, mut columns, mut widths) = (Vec::new(), Vec::new(), Vec::new());
        for term in &frame.random {
            let n_levels = term.levels.len();
            if n_levels < 2 {
                return Err(FitError::TooFewLevels {
                    group: term.group.clone(),
                    n_levels,
                    n_rows,
                }
                .into());
            }
            let (coordinates, internal) = TermCoordinates::new(term)?;
            widths.push((internal.len(), None));
            terms.push(coordinates);
            columns.push(internal);
        }
        let design = RandomDesign::new(&frame.random, &columns, n_rows)
            .ok_or(GeneralisedFitError::TooManyMeetings)?;
        Ok(Self {
            design,
            covariance: CovarianceShape::new(&widths),
            terms,
        })
    }

    /// The quadrature rule for so many nodes; `None` for one node, which is Laplace's approximation.
    pub(crate) fn rule(&self, nodes: usize) -> Result<Option<GaussHermite>, GeneralisedFitError> {
        match (nodes, self.design.n_slots) {
            (1, _) => Ok(None),
            (2..=MOST_NODES, 1) => Ok(Some(GaussHermite::new(nodes))),
            (2..=MOST_NODES, n_effects) => {
                Err(GeneralisedFitError::QuadratureNeedsOneEffect { n_effects })
            }
            _ => Err(GeneralisedFitError::Nodes { nodes }),
        }
    }
}
