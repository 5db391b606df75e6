//! Correlations between measures: each between two measures with a course, and possible all together.

use super::Checking;
use crate::{
    assumptions::Course,
    id::MeasureId,
    near_miss::suggestion,
    written::{TextAt, Written},
};

impl Checking<'_> {
    pub(super) fn correlations(
        &mut self,
        table: &Written,
        courses: &[Course],
    ) -> Vec<(MeasureId, MeasureId, f64)> {
        let mut correlations: Vec<(MeasureId, MeasureId, f64)> = Vec::new();
        let mut last = table.at;
        for correlation in table.tables("correlation") {
            let measures: Vec<TextAt<'_>> = correlation.texts("between").collect();
            let [first, second] = measures.as_slice() else {
                if correlation.node("between").is_some() {
                    self.reading.error(
                        correlation.at_key("between"),
                        "a correlation is between two measures",
                        "name two measures",
                    );
                }
                continue;
            };
            if first.text == second.text {
                self.reading.error(
                    second.at,
                    "this is the same measure twice",
                    "name two measures",
                );
                continue;
            }
            if !self.check_has_course(table, *first) | !self.check_has_course(table, *second) {
                continue;
            }
            let is_twin = |(a, b, _): &(MeasureId, MeasureId, f64)| {
                let pair = [&**a, &**b];
                pair == [first.text, second.text] || pair == [second.text, first.text]
            };
            if correlations.iter().any(is_twin) {
                self.reading.error(
                    correlation.at,
                    "these two measures have a correlation already",
                    "keep one of the two",
                );
                continue;
            }
            if let Some(value) = correlation.number("value") {
                last = correlation.at_key("value");
                correlations.push((
                    MeasureId::new(first.text),
                    MeasureId::new(second.text),
                    value,
                ));
            }
        }
        if !is_positive_definite(courses, &correlations) {
            self.reading.error(
                last,
                "no measures can be correlated like this, all taken together",
                "make some of the correlations smaller; two measures that both go with a third \
                 must go with each other",
            );
        }
        correlations
    }

    fn check_has_course(&mut self, table: &Written, measure: TextAt<'_>) -> bool {
        let with_course = || {
            table
                .tables("course")
                .filter_map(|course| course.text("measure"))
        };
        if with_course().any(|known| known == measure.text) {
            return true;
        }
        let remedy = suggestion(measure.text, with_course(), || {
            "add [[simulation.course]] for it".to_owned()
        });
        self.reading.error(
            measure.at,
            format!("'{}' has no course", measure.text),
            remedy,
        );
        false
    }
}

/// Whether the matrix of all correlations has a Cholesky factor.
fn is_positive_definite(courses: &[Course], correlations: &[(MeasureId, MeasureId, f64)]) -> bool {
    let position = |measure: &MeasureId| courses.iter().position(|c| c.measure == *measure);
    let n = courses.len();
    let mut matrix = vec![vec![0.0; n]; n];
    for i in 0..n {
        matrix[i][i] = 1.0;
    }
    for (first, second, value) in correlations {
        if let (Some(i), Some(j)) = (position(first), position(second)) {
            matrix[i][j] = *value;
            matrix[j][i] = *value;
        }
    }
    for j in 0..n {
        for i in j..n {
            let sum: f64 = (0..j).map(|k| matrix[i][k] * matrix[j][k]).sum();
            let rest = matrix[i][j] - sum;
            if i == j {
                if rest <= 1e-10 {
                    return false;
                }
                matrix[j][j] = rest.sqrt();
            } else {
                matrix[i][j] = rest / matrix[j][j];
            }
        }
    }
    true
}
