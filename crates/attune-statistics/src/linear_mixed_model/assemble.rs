//! From the optimum to the model that people read: step four of a fit.

use std::f64::consts::PI;

use super::covariance::{CovarianceShape, Element};
use super::warnings;
use super::{
    Coordinates, DevianceFunction, Estimator, FitSettings, LinearMixedModel, Minimum, Theta,
    VarianceComponent,
};
use crate::formula::Formula;
use crate::matrix::Matrix;
use crate::model_frame::ModelFrame;

pub(super) fn assemble(
    formula: &Formula,
    frame: ModelFrame,
    settings: FitSettings,
    coordinates: Coordinates,
    function: DevianceFunction,
    minimum: Minimum,
) -> LinearMixedModel {
    let shape = &function.shape;
    let evaluation = &minimum.evaluation;
    let sigma = residual_deviation(&coordinates, &function, &minimum);
    let theta = coordinates.reported_theta(shape, &minimum.theta);
    let log_likelihood =
        log_likelihood(&function, &minimum, &coordinates, sigma) + 0.5 * frame.sum_of_log_weights();
    let n_parameters = coordinates.kept.len() + theta.len() + 1;
    let theta = named_theta(&frame, shape, &theta);
    let singular = minimum.at_zero.contains(&true);
    let boundary: Vec<String> = theta
        .iter()
        .filter(|theta| singular && theta.value == 0.0)
        .map(|theta| theta.name.clone())
        .collect();
    let n_observations = frame.response.len();
    let column_name = |&position: &usize| frame.design.column_names[position].clone();
    let mut model = LinearMixedModel {
        formula: formula.clone(),
        estimator: settings.estimator,
        n_observations,
        n_dropped: frame.n_dropped,
        n_groups: group_sizes(&frame),
        n_parameters,
        terms: coordinates.kept.iter().map(column_name).collect(),
        coefficients: coordinates.coefficients(&evaluation.coefficients),
        vcov: covariance_of_coefficients(&coordinates, &minimum, sigma),
        dropped_columns: coordinates.dropped.iter().map(column_name).collect(),
        random: variance_components(&frame, shape, &theta, sigma),
        theta,
        sigma,
        log_likelihood,
        aic: 2.0 * n_parameters as f64 - 2.0 * log_likelihood,
        bic: libm::log(n_observations as f64) * n_parameters as f64 - 2.0 * log_likelihood,
        singular,
        boundary,
        converged: minimum.converged,
        optimum: minimum.optimum,
        warnings: Vec::new(),
        frame,
        settings,
        coordinates,
        function,
        minimum,
    };
    model.warnings = warnings::of(&model);
    model
}

/// The residual standard deviation in units of the data.
pub(crate) fn residual_deviation(
    coordinates: &Coordinates,
    function: &DevianceFunction,
    minimum: &Minimum,
) -> f64 {
    let df = function.degrees_of_freedom();
    coordinates.response_scale * (minimum.evaluation.residual_squares / df).sqrt()
}

/// The log-likelihood in units of the data.
pub(super) fn log_likelihood(
    function: &DevianceFunction,
    minimum: &Minimum,
    coordinates: &Coordinates,
    sigma: f64,
) -> f64 {
    let df = function.degrees_of_freedom();
    let evaluation = &minimum.evaluation;
    let mut deviance =
        evaluation.log_determinant + df * (1.0 + libm::log(2.0 * PI * sigma * sigma));
    if function.estimator == Estimator::Reml {
        deviance += evaluation.information.log_determinant() + coordinates.log_determinant;
    }
    -0.5 * deviance
}

/// `U⁻¹ L'⁻¹`, the square root of the covariance matrix of the coefficients at unit variance.
pub(crate) fn root_of_covariance(coordinates: &Coordinates, minimum: &Minimum) -> Matrix {
    let p = coordinates.kept.len();
    let inverse_lower = minimum
        .evaluation
        .information
        .forward_matrix(&Matrix::identity(p));
    coordinates.inverse_upper.times(&inverse_lower.transposed())
}

fn covariance_of_coefficients(coordinates: &Coordinates, minimum: &Minimum, sigma: f64) -> Matrix {
    let root = root_of_covariance(coordinates, minimum);
    root.times(&root.transposed()).scaled(sigma * sigma)
}

pub(crate) fn group_sizes(frame: &ModelFrame) -> Vec<(String, usize)> {
    let mut sizes: Vec<(String, usize)> = Vec::new();
    for term in &frame.random {
        if sizes.iter().all(|(group, _)| *group != term.group) {
            sizes.push((term.group.clone(), term.levels.len()));
        }
    }
    sizes
}

pub(crate) fn named_theta(
    frame: &ModelFrame,
    shape: &CovarianceShape,
    values: &[f64],
) -> Vec<Theta> {
    let name = |element: &Element| {
        let term = &frame.random[element.term];
        let (row, column) = (
            &term.column_names[element.row],
            &term.column_names[element.column],
        );
        if element.row == element.column {
            format!("{}.{row}", term.group)
        } else {
            format!("{}.{row}.{column}", term.group)
        }
    };
    shape
        .elements()
        .iter()
        .zip(values)
        .map(|(element, &value)| Theta {
            name: name(element),
            value,
        })
        .collect()
}

/// Variances, then covariances, term by term; the residual variance last.
pub(crate) fn variance_components(
    frame: &ModelFrame,
    shape: &CovarianceShape,
    theta: &[Theta],
    sigma: f64,
) -> Vec<VarianceComponent> {
    let values: Vec<f64> = theta.iter().map(|theta| theta.value).collect();
    let mut components = Vec::new();
    for (index, term) in frame.random.iter().enumerate() {
        let lambda = shape.lambda(&values, index);
        let covariance = lambda.times(&lambda.transposed()).scaled(sigma * sigma);
        let component = |i: usize, j: usize| VarianceComponent {
            group: term.group.clone(),
            term: term.column_names[j].clone(),
            with: (i != j).then(|| term.column_names[i].clone()),
            value: covariance[(i, j)],
            standardised: if i == j {
                covariance[(i, i)].sqrt()
            } else {
                correlation(lambda.row(i), lambda.row(j))
            },
        };
        let width = lambda.n_rows();
        components.extend((0..width).map(|i| component(i, i)));
        components.extend(
            (0..width)
                .flat_map(|j| (j + 1..width).map(move |i| (i, j)))
                .map(|(i, j)| component(i, j)),
        );
    }
    components.push(VarianceComponent {
        group: "Residual".to_owned(),
        term: String::new(),
        with: None,
        value: sigma * sigma,
        standardised: sigma,
    });
    components
}

/// The cosine of the angle between two rows of the factor, exactly ±1 when they are parallel.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let length = |row: &[f64]| row.iter().map(|value| value * value).sum::<f64>().sqrt();
    let (length_a, length_b) = (length(a), length(b));
    if length_a == 0.0 || length_b == 0.0 {
        return f64::NAN;
    }
    a.iter()
        .zip(b)
        .map(|(x, y)| (x / length_a) * (y / length_b))
        .sum::<f64>()
        .clamp(-1.0, 1.0)
}
