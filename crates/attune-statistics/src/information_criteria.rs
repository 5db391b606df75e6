//! Akaike's and the Bayesian criterion of a model.

/// `-2 log L + 2 k` and `-2 log L + k log n`, with k parameters and n rows.
pub(crate) struct InformationCriteria {
    pub aic: f64,
    pub bic: f64,
}

impl InformationCriteria {
    pub(crate) fn new(log_likelihood: f64, n_parameters: usize, n_observations: usize) -> Self {
        let k = n_parameters as f64;
        Self {
            aic: 2.0 * k - 2.0 * log_likelihood,
            bic: libm::log(n_observations as f64) * k - 2.0 * log_likelihood,
        }
    }
}
