//! The course of each measure: a straight line per arm, with an intercept and a slope of the
//! unit's own, an intercept of the site's own, and a residual at each visit.
//!
//! The value is start(arm) + per_month(arm) × months + shift(phase), plus what is the site's and
//! the unit's own: site + intercept + slope × months, plus the residual. Intercepts of different
//! measures are correlated as declared; the slope of a measure with its own intercept.

use attune_protocol::{
    assumptions::{Assumptions, Course},
    id::{ArmId, MeasureId, PhaseId, SiteId},
};

use crate::{
    draws::standard_normal,
    simulate::SimulationError,
    streams::{Purpose, Streams},
};

/// The courses of all measures.
#[derive(Debug, Clone, Copy)]
pub struct Courses<'a> {
    /// One course per measure.
    pub courses: &'a [Course],
    /// Lower triangular root of the correlation matrix of the intercepts.
    pub correlation_root: &'a [Vec<f64>],
    /// Random streams.
    pub streams: &'a Streams,
}

/// What is a unit's own in the course of one measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OwnCourse {
    /// Added at every time: the unit's intercept and its site's.
    pub intercept: f64,
    /// Added per month.
    pub slope: f64,
}

/// When and where a unit is measured.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// Names the occasion among those of the unit.
    pub name: &'a str,
    /// The unit's arm.
    pub arm: Option<&'a ArmId>,
    /// The phase at the site on that day.
    pub phase: Option<&'a PhaseId>,
    /// Months since enrolment, or since the beginning of the study for units that do not enrol.
    pub months: f64,
}

impl Courses<'_> {
    /// What is the own of the unit with this key, for the measure of this course.
    pub fn own_course(&self, course: usize, key: &str, site: &SiteId) -> OwnCourse {
        let assumed = &self.courses[course];
        let draw = |purpose, of: &str| {
            let of = [of, assumed.measure.as_str()];
            standard_normal(&mut self.streams.stream(purpose, &of))
        };
        let standard_intercept = self.standard_intercept(course, key);
        let correlation = assumed.correlation;
        let standard_slope = correlation * standard_intercept
            + (1.0 - correlation * correlation).max(0.0).sqrt() * draw(Purpose::Slope, key);
        OwnCourse {
            intercept: assumed.sd_between * standard_intercept
                + assumed.sd_site * draw(Purpose::Site, site),
            slope: assumed.sd_slope * standard_slope,
        }
    }

    fn standard_intercept(&self, course: usize, key: &str) -> f64 {
        let row = self.correlation_root[course].iter().enumerate();
        row.filter(|(_, weight)| **weight != 0.0)
            .map(|(other, weight)| {
                let of = [key, self.courses[other].measure.as_str()];
                let mut stream = self.streams.stream(Purpose::Intercept, &of);
                weight * standard_normal(&mut stream)
            })
            .sum()
    }

    /// The value of a unit on one occasion, before it is put on the scale of the instrument.
    pub fn value(&self, course: usize, own: OwnCourse, key: &str, occasion: Occasion<'_>) -> f64 {
        let assumed = &self.courses[course];
        let of = [key, assumed.measure.as_str(), occasion.name];
        let residual = standard_normal(&mut self.streams.stream(Purpose::Residual, &of));
        expected_value(assumed, occasion.arm, occasion.phase, occasion.months)
            + own.intercept
            + own.slope * occasion.months
            + assumed.sd_within * residual
    }
}

/// The mean of a course for this arm and phase, so many months after enrolment.
pub fn expected_value(
    course: &Course,
    arm: Option<&ArmId>,
    phase: Option<&PhaseId>,
    months: f64,
) -> f64 {
    let shift = course
        .phase_shift
        .iter()
        .find(|(shifted, _)| Some(shifted) == phase)
        .map_or(0.0, |(_, shift)| *shift);
    course.start.of(arm).unwrap_or(0.0) + course.per_month.of(arm).unwrap_or(0.0) * months + shift
}

/// Lower triangular root of the correlation matrix of the courses' intercepts (Cholesky), in the
/// order of the courses.
///
/// # Errors
/// When no data can have these correlations.
pub fn correlation_root(
    assumptions: &Assumptions,
    notes: &mut Vec<String>,
) -> Result<Vec<Vec<f64>>, SimulationError> {
    let correlations = correlation_matrix(assumptions, notes);
    cholesky(&correlations).map_err(|row| SimulationError::ImpossibleCorrelations {
        measure: assumptions.courses[row].measure.to_string(),
    })
}

fn correlation_matrix(assumptions: &Assumptions, notes: &mut Vec<String>) -> Vec<Vec<f64>> {
    let courses = &assumptions.courses;
    let mut matrix = vec![vec![0.0; courses.len()]; courses.len()];
    for row in 0..courses.len() {
        matrix[row][row] = 1.0;
    }
    let position =
        |measure: &MeasureId| courses.iter().position(|course| course.measure == *measure);
    for (one, other, value) in &assumptions.correlations {
        match (position(one), position(other)) {
            (Some(row), Some(column)) if row != column => {
                matrix[row][column] = *value;
                matrix[column][row] = *value;
            }
            _ => notes.push(format!(
                "The correlation between {one} and {other} is not used: it needs a course for \
                 each of two measures."
            )),
        }
    }
    matrix
}

/// The root, or the first row that cannot be. A row that others determine (a correlation of 1)
/// gets a zero on its diagonal.
fn cholesky(matrix: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, usize> {
    const ROUNDING: f64 = 1e-9;
    let mut root = vec![vec![0.0; matrix.len()]; matrix.len()];
    for row in 0..matrix.len() {
        for column in 0..=row {
            let known: f64 = (0..column).map(|k| root[row][k] * root[column][k]).sum();
            let rest: f64 = matrix[row][column] - known;
            if row == column {
                if rest < -ROUNDING {
                    return Err(row);
                }
                root[row][row] = if rest < ROUNDING { 0.0 } else { rest.sqrt() };
            } else if root[column][column] > 0.0 {
                root[row][column] = rest / root[column][column];
            } else if rest.abs() > ROUNDING.sqrt() {
                return Err(row);
            }
        }
    }
    Ok(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(root: &[Vec<f64>], row: usize, column: usize) -> f64 {
        (0..root.len())
            .map(|k| root[row][k] * root[column][k])
            .sum()
    }

    #[test]
    fn the_root_gives_the_correlations_back() {
        let matrix = vec![
            vec![1.0, 0.6, -0.3],
            vec![0.6, 1.0, 0.1],
            vec![-0.3, 0.1, 1.0],
        ];
        let root = cholesky(&matrix).unwrap();
        for row in 0..3 {
            for column in 0..3 {
                let error = product(&root, row, column) - matrix[row][column];
                assert!(error.abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_correlation_of_one_is_possible_and_a_contradiction_is_not() {
        let of = |a: f64, b: f64, c: f64| vec![vec![1.0, a, b], vec![a, 1.0, c], vec![b, c, 1.0]];
        assert!(cholesky(&of(1.0, 0.5, 0.5)).is_ok());
        assert_eq!(cholesky(&of(1.0, 0.5, -0.5)), Err(2));
        assert_eq!(cholesky(&of(0.9, 0.9, -0.9)), Err(2));
    }
}
