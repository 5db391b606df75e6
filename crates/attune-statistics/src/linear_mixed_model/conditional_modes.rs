//! Conditional modes: what the model expects of each group beyond the fixed effects (BLUPs).
//!
//! `b = G Z'W⁻¹(y - X beta)`, with the conditional standard deviation `sigma² (G - G M G)` that
//! `ranef(condVar = TRUE)` of lme4 gives: it takes the fixed effects and variances as known.

use super::LinearMixedModel;
use crate::matrix::Matrix;
use crate::model_frame::RandomTerm;

/// The conditional modes of one grouping factor.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionalModes {
    /// The grouping factor.
    pub group: String,
    /// The random effects, such as `(Intercept)` and `tos`.
    pub columns: Vec<String>,
    /// The levels.
    pub levels: Vec<String>,
    /// One row for each level, one column for each random effect.
    pub values: Matrix,
    /// The conditional standard deviations, in the same shape.
    pub standard_errors: Matrix,
}

impl LinearMixedModel {
    /// The conditional modes of each grouping factor.
    #[must_use]
    pub fn conditional_modes(&self) -> Vec<ConditionalModes> {
        by_group(
            &self.frame.random,
            self.modes_by_term(),
            self.variances_by_term(),
        )
    }

    /// For each random term the modes on the scale of the data, a row for each level.
    pub(crate) fn modes_by_term(&self) -> Vec<Matrix> {
        let function = &self.function;
        let (eliminated, rest) =
            function.weighted_residuals(&self.minimum.theta, &self.minimum.evaluation);
        self.by_term(|term, level, width| {
            let weighted: Vec<f64> = match level {
                Place::Eliminated { position, offset } => {
                    eliminated.row(position)[offset..offset + width].to_vec()
                }
                Place::Rest { component, first } => rest[component][first..first + width].to_vec(),
            };
            let lambda = function.shape.lambda(&self.minimum.theta, term);
            let internal = lambda.times_vector(&lambda.transposed().times_vector(&weighted));
            let modes = self.coordinates.terms[term]
                .inverse_transform()
                .times_vector(&internal);
            modes
                .into_iter()
                .map(|mode| mode * self.coordinates.response_scale)
                .collect()
        })
    }

    /// For each random term the conditional variances, in the same shape.
    fn variances_by_term(&self) -> Vec<Matrix> {
        let function = &self.function;
        let (eliminated, rest) =
            function.diagonal_blocks(&self.minimum.theta, &self.minimum.evaluation);
        self.by_term(|term, level, width| {
            let m = match level {
                Place::Eliminated { position, offset } => {
                    Matrix::from_function(width, width, |i, j| {
                        eliminated[position][(offset + i, offset + j)]
                    })
                }
                Place::Rest { component, first } => Matrix::from_function(width, width, |i, j| {
                    rest[component][(first + i, first + j)]
                }),
            };
            let lambda = function.shape.lambda(&self.minimum.theta, term);
            let transform = self.coordinates.terms[term]
                .inverse_transform()
                .times(&lambda);
            // Λ (I - Λ'MΛ) Λ'.
            let mut inner = lambda.transposed_times(&m.times(&lambda)).scaled(-1.0);
            inner.add_scaled(1.0, &Matrix::identity(width));
            let variance = transform.times(&inner).times(&transform.transposed());
            variance
                .diagonal()
                .into_iter()
                .map(|value| value * self.sigma * self.sigma)
                .collect()
        })
    }

    fn by_term(&self, row: impl Fn(usize, Place, usize) -> Vec<f64>) -> Vec<Matrix> {
        let (shape, products) = (&self.function.shape, &self.function.products);
        let mut result = Vec::new();
        let mut rest_terms = 0;
        for (term, term_shape) in shape.terms.iter().enumerate() {
            let width = term_shape.width;
            let mut values = Matrix::zeros(self.frame.random[term].levels.len(), width);
            if let Some(offset) = term_shape.eliminated_at {
                for (position, &level) in products.level_order.iter().enumerate() {
                    let place = Place::Eliminated { position, offset };
                    values
                        .row_mut(level as usize)
                        .copy_from_slice(&row(term, place, width));
                }
            } else {
                for (component, part) in products.components.iter().enumerate() {
                    for block in part.blocks.iter().filter(|block| block.term == rest_terms) {
                        let place = Place::Rest {
                            component,
                            first: block.first,
                        };
                        values
                            .row_mut(block.level as usize)
                            .copy_from_slice(&row(term, place, width));
                    }
                }
                rest_terms += 1;
            }
            result.push(values);
        }
        result
    }
}

/// The modes and variances of each term, joined by grouping factor as in lme4.
pub(crate) fn by_group(
    random: &[RandomTerm],
    values: Vec<Matrix>,
    variances: Vec<Matrix>,
) -> Vec<ConditionalModes> {
    let mut result: Vec<ConditionalModes> = Vec::new();
    for ((term, values), variances) in random.iter().zip(values).zip(variances) {
        let standard_errors = Matrix::from_function(values.n_rows(), values.n_columns(), |i, j| {
            variances[(i, j)].max(0.0).sqrt()
        });
        match result.iter_mut().find(|modes| modes.group == term.group) {
            Some(modes) => {
                modes.columns.extend(term.column_names.iter().cloned());
                modes.values = beside(&modes.values, &values);
                modes.standard_errors = beside(&modes.standard_errors, &standard_errors);
            }
            None => result.push(ConditionalModes {
                group: term.group.clone(),
                columns: term.column_names.clone(),
                levels: term.levels.clone(),
                values,
                standard_errors,
            }),
        }
    }
    result
}

/// Where the random effects of a level stand.
#[derive(Debug, Clone, Copy)]
enum Place {
    Eliminated { position: usize, offset: usize },
    Rest { component: usize, first: usize },
}

fn beside(left: &Matrix, right: &Matrix) -> Matrix {
    Matrix::from_function(
        left.n_rows(),
        left.n_columns() + right.n_columns(),
        |i, j| {
            if j < left.n_columns() {
                left[(i, j)]
            } else {
                right[(i, j - left.n_columns())]
            }
        },
    )
}
