//! From the optimum to the model that people read: step four of a fit.

use std::f64::consts::PI;

use super::covariance::{CovarianceShape, Element};
use super::warnings;
use super::{
    Coordinates, DevianceFunction, Estimator, FitSettings, LinearMixedModel, Minimum, Theta,
    VarianceComponent,
};
use crate::formula::Formula;
use crate::information_criteria::InformationCriteria;
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
    let boundary = names_at_zero(&theta, singular);
    let n_observations = frame.response.len();
    let criteria = InformationCriteria::new(log_likelihood, n_parameters, n_observations);
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
        aic: criteria.aic,
        bic: criteria.bic,
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

/// The names of the thetas that are exactly zero in a singular fit.
pub(crate) fn names_at_zero(theta: &[Theta], singular: bool) -> Vec<String> {
    theta
        .iter()
        .filter(|theta| singular && theta.value == 0.0)
        .map(|theta| theta.name.clone())
        .collect()
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
    let theta: Vec<f64> = theta.iter().map(|theta| theta.value).collect();
    let mut names = Vec::new();
    for term in &frame.random {
        let name = |i: usize, j: usize| {
            let with = (i != j).then(|| term.column_names[i].clone());
            (term.group.clone(), term.column_names[j].clone(), with)
        };
        let width = term.columns.len();
        names.extend((0..width).map(|i| name(i, i)));
        names.extend(below_the_diagonal(width).map(|(i, j)| name(i, j)));
    }
    names.push(("Residual".to_owned(), String::new(), None));
    let values = component_values(shape, &theta, sigma);
    let component = |((group, term, with), (value, standardised))| VarianceComponent {
        group,
        term,
        with,
        value,
        standardised,
    };
    names.into_iter().zip(values).map(component).collect()
}

/// The values of the components, each with its standard deviation or correlation.
pub(super) fn component_values(
    shape: &CovarianceShape,
    theta: &[f64],
    sigma: f64,
) -> Vec<(f64, f64)> {
    let mut values = Vec::new();
    for term in 0..shape.terms.len() {
        let lambda = shape.lambda(theta, term);
        let covariance = lambda.times(&lambda.transposed()).scaled(sigma * sigma);
        let width = lambda.n_rows();
        values.extend((0..width).map(|i| (covariance[(i, i)], covariance[(i, i)].sqrt())));
        values.extend(below_the_diagonal(width).map(|(i, j)| {
            let correlation = correlation(lambda.row(i), lambda.row(j));
            (covariance[(i, j)], correlation)
        }));
    }
    values.push((sigma * sigma, sigma));
    values
}

/// Row and column of the elements below the diagonal, column by column.
fn below_the_diagonal(width: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..width).flat_map(move |j| (j + 1..width).map(move |i| (i, j)))
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
