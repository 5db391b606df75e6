//! What a family of distributions tells the engine: the log-likelihood of each row as a function of its
//! linear predictor, with the derivatives that an exact gradient of the Laplace approximation needs.

/// The log-likelihood of a row and its derivatives with respect to the linear predictor.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct RowDerivatives {
    pub value: f64,
    pub first: f64,
    /// Not positive: the families here are log-concave.
    pub second: f64,
    pub third: f64,
}

/// The derivatives of value, first and second with respect to one shape parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ShapeDerivatives {
    /// Which shape parameter.
    pub parameter: usize,
    pub value: f64,
    pub first: f64,
    pub second: f64,
}

/// The response given its linear predictor: independent rows, log-concave in the predictor.
pub(crate) trait ConditionalLikelihood {
    /// How many parameters the distribution has beside the linear predictor: thresholds, a dispersion.
    fn n_shape(&self) -> usize;

    /// Whether the parameters are possible, such as thresholds in order.
    fn is_possible(&self, shape: &[f64]) -> bool;

    /// Whether there is one shape parameter and the likelihood does not know its sign.
    fn is_even_in_shape(&self) -> bool;

    /// The sum over all rows of what does not depend on the linear predictor, and its gradient with respect to
    /// the shape parameters.
    fn free_of_predictor(&self, shape: &[f64]) -> (f64, Vec<f64>);

    /// The rest of one row.
    fn row(&self, row: usize, predictor: f64, shape: &[f64]) -> RowDerivatives;

    /// The derivatives of [`ConditionalLikelihood::row`] with respect to the shape parameters that it depends on.
    fn shape_derivatives(&self, row: usize, predictor: f64, shape: &[f64])
    -> Vec<ShapeDerivatives>;
}
