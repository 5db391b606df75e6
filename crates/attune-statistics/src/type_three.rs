//! Type III tests: each term is tested as if it entered last, main effects averaged over the levels of the
//! factors they interact with.
//!
//! The hypotheses are those of SAS and lmerTest: they are read from the design with a dummy for every
//! level, and the contrasts of a term are made orthogonal to those of the terms that contain it
//! (Goodnight 1978, SAS Technical Report R-101). A covariate does not contain a factor: with an interaction
//! `tos:trt` the test of `trt` is at `tos = 0`.

use crate::inference::{Inference, JointTest, joint_test};
use crate::matrix::{Matrix, add_scaled, back_substitute, dot, orthonormalise};

/// The test of one term.
#[derive(Debug, Clone, PartialEq)]
pub struct TermTest {
    /// R's label of the term.
    pub term: String,
    /// F (before any scaling) times its degrees of freedom times the residual variance, as lmerTest prints it.
    pub sum_of_squares: f64,
    /// The test.
    pub test: JointTest,
}

/// Tests every term of the fixed part.
#[must_use]
pub fn type_three_tests(inference: &Inference<'_>) -> Vec<TermTest> {
    let labels = &inference.fixed.frame.design.term_labels;
    let hypotheses = hypotheses(inference);
    labels
        .iter()
        .zip(hypotheses)
        .filter(|(_, rows)| rows.n_rows() > 0)
        .map(|(label, rows)| {
            let test = joint_test(inference, &rows);
            let unscaled = test.statistic / test.scaling;
            let sum_of_squares = unscaled * test.df_numerator * inference.sigma * inference.sigma;
            TermTest {
                term: label.clone(),
                sum_of_squares,
                test,
            }
        })
        .collect()
}

/// For each term the contrasts of the coefficients that its hypothesis sets to zero.
fn hypotheses(inference: &Inference<'_>) -> Vec<Matrix> {
    let frame = inference.fixed.frame;
    let design = &frame.design;
    let kept = inference.fixed.kept;
    let estimated: Vec<Vec<f64>> = kept
        .iter()
        .map(|&position| frame.columns[position].clone())
        .collect();
    let full = design.with_every_level();
    let full_columns = full.columns_from(&frame.fixed_values, frame.response.len());
    // One column of `general` for each coefficient, one row for each column of the full design.
    let mut general = coefficients_of(&estimated, &full_columns);
    let term_of: Vec<Option<usize>> = kept
        .iter()
        .map(|&position| design.column_terms[position])
        .collect();
    let columns_of = |term: usize| -> Vec<usize> {
        (0..kept.len())
            .filter(|&column| term_of[column] == Some(term))
            .collect()
    };
    let n_terms = design.term_labels.len();
    let mut order: Vec<usize> = (0..n_terms).collect();
    order.sort_by_key(|&term| std::cmp::Reverse(design.terms[term].variables.len()));
    for term in order {
        let containing: Vec<Vec<f64>> = (0..n_terms)
            .filter(|&other| design.is_contained(term, other))
            .flat_map(&columns_of)
            .map(|column| general[column].clone())
            .collect();
        let directions = orthonormalise(&containing).q;
        for column in columns_of(term) {
            for direction in &directions {
                let part = dot(direction, &general[column]);
                add_scaled(&mut general[column], -part, direction);
            }
        }
    }
    let rows_kept: Vec<usize> = kept
        .iter()
        .filter_map(|&position| {
            full.column_names
                .iter()
                .position(|name| *name == design.column_names[position])
        })
        .collect();
    let row = |column: usize| {
        rows_kept
            .iter()
            .map(|&at| general[column][at])
            .collect::<Vec<f64>>()
    };
    let matters = |row: &Vec<f64>| row.iter().map(|value| value.abs()).sum::<f64>() > 1e-8;
    (0..n_terms)
        .map(|term| {
            Matrix::from_rows(
                &columns_of(term)
                    .into_iter()
                    .map(row)
                    .filter(matters)
                    .collect::<Vec<_>>(),
            )
        })
        .collect()
}

/// For each estimated column its coefficients in the columns of the full design, by least squares.
fn coefficients_of(estimated: &[Vec<f64>], full: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let orthonormal = orthonormalise(estimated);
    let mut general = vec![Vec::with_capacity(full.len()); estimated.len()];
    for column in full {
        let projections: Vec<f64> = orthonormal
            .q
            .iter()
            .map(|direction| dot(direction, column))
            .collect();
        let solution = back_substitute(&orthonormal.upper, &projections);
        for (target, value) in general.iter_mut().zip(solution) {
            // Coefficients are simple fractions; what is left of rounding would count as an effect.
            target.push(if value.abs() < 1e-10 { 0.0 } else { value });
        }
    }
    general
}
