//! Marginal means of the compared groups at a time since enrolment, the contrasts between them, and
//! the lines drawn through them.

use attune_statistics::{
    descriptives,
    inference::{CoefficientTest, Inference, contrast},
    marginal_means::{CellValue, MarginalMeans, marginal_means},
    table::Column,
};

use crate::{
    follow_up::time_of_wave,
    formula_edits::{names_in_fixed, time_variables},
    question::Question,
    run::{Run, RunProblem},
    time_variable::TimeVariable,
};

/// The mean of one group by the model, at one time, covariates at their means.
#[derive(Debug, Clone)]
pub struct GroupMean {
    /// Id of the arm or phase; `None` where the model compares no groups.
    pub group: Option<String>,
    /// The mean.
    pub test: CoefficientTest,
    /// Weights of the coefficients.
    pub weights: Vec<f64>,
}

/// How a time since enrolment stands in the columns of a model.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Factor whose groups are compared.
    pub groups: Option<&'static str>,
    /// Each time variable of the model, and the mean age at enrolment in its unit where it is an
    /// age.
    times: Vec<(TimeVariable, f64)>,
    /// Waves in the model with their months, where waves are categories in it.
    pub waves: Vec<(String, f64)>,
}

impl Clock {
    /// The clock of a model.
    pub fn of(question: &Question<'_>, run: &Run) -> Self {
        let groups = ["arm", "phase"]
            .into_iter()
            .find(|name| names_in_fixed(&run.formula, name) && levels(run, name).len() > 1);
        let times = time_variables(&run.formula);
        Self {
            groups,
            times: times
                .into_iter()
                .map(|time| (time, mean_offset(question, run, time)))
                .collect(),
            waves: waves_in_model(question, run),
        }
    }

    /// Means of all groups so many months after enrolment, in the order of the protocol.
    ///
    /// # Errors
    /// When the engine cannot make them.
    pub fn means(
        &self,
        inference: &Inference<'_>,
        months: f64,
        level: f64,
    ) -> Result<Vec<GroupMean>, RunProblem> {
        let at = |(time, offset): &(TimeVariable, f64)| {
            (
                time.name().to_owned(),
                vec![offset + time.of_months(months)],
            )
        };
        let mut over: Vec<String> = self.groups.into_iter().map(str::to_owned).collect();
        if !self.waves.is_empty() {
            over.push("wave".to_owned());
        }
        let grid = MarginalMeans {
            over,
            at: self.times.iter().map(at).collect(),
        };
        let means = marginal_means(inference, &grid, level)
            .map_err(|error| RunProblem::Inference(error.to_string()))?;
        let nearest = self.nearest_wave(months);
        let level_of = |cell: &[(String, CellValue)], name: &str| {
            cell.iter().find_map(|(factor, value)| match value {
                CellValue::Level(level) if factor == name => Some(level.clone()),
                _ => None,
            })
        };
        Ok(means
            .into_iter()
            .filter(|mean| mean.estimate.estimate.is_finite())
            .filter(|mean| nearest.is_none() || level_of(&mean.cell, "wave").as_deref() == nearest)
            .filter_map(|mean| {
                Some(GroupMean {
                    group: self.groups.and_then(|groups| level_of(&mean.cell, groups)),
                    weights: mean.weights?,
                    test: mean.estimate,
                })
            })
            .collect())
    }

    /// Mean age at enrolment in the unit of a time variable that is an age; 0 for others.
    pub fn offset(&self, time: TimeVariable) -> f64 {
        let found = self.times.iter().find(|(known, _)| *known == time);
        found.map_or(0.0, |(_, offset)| *offset)
    }

    fn nearest_wave(&self, months: f64) -> Option<&str> {
        let distance = |wave: &&(String, f64)| (wave.1 - months).abs();
        let nearest = self
            .waves
            .iter()
            .min_by(|a, b| distance(a).total_cmp(&distance(b)));
        nearest.map(|(wave, _)| wave.as_str())
    }
}

/// The difference of two means.
pub fn difference(
    inference: &Inference<'_>,
    of: &GroupMean,
    minus: &GroupMean,
    level: f64,
) -> CoefficientTest {
    let weights: Vec<f64> = of
        .weights
        .iter()
        .zip(&minus.weights)
        .map(|(a, b)| a - b)
        .collect();
    contrast(inference, &difference_name(of, minus), &weights, level)
}

/// "intervention − comparison".
pub fn difference_name(of: &GroupMean, minus: &GroupMean) -> String {
    let name = |mean: &GroupMean| mean.group.clone().unwrap_or_default();
    format!("{} − {}", name(of), name(minus))
}

/// Levels of a factor in the model.
pub fn levels<'a>(run: &'a Run, name: &str) -> &'a [String] {
    match run.frame.table.column(name) {
        Some(Column::Factor(factor)) => &factor.levels,
        _ => &[],
    }
}

/// Mean over the rows of the age minus the time since enrolment; 0 for a time since enrolment.
fn mean_offset(question: &Question<'_>, run: &Run, time: TimeVariable) -> f64 {
    if !time.is_age() {
        return 0.0;
    }
    let rows = &question.long.outcomes[question.outcome];
    let offsets: Vec<f64> = run
        .frame
        .rows
        .iter()
        .filter_map(|&position| {
            let row = &rows[position];
            Some(time.of_row(row)? - time.of_months(row.months()?))
        })
        .collect();
    if offsets.is_empty() {
        0.0
    } else {
        descriptives::mean(&offsets)
    }
}

fn waves_in_model(question: &Question<'_>, run: &Run) -> Vec<(String, f64)> {
    if !names_in_fixed(&run.formula, "wave") {
        return Vec::new();
    }
    let waves = &question.long.protocol.waves;
    let placed = |level: &String| {
        let position = waves.iter().position(|wave| *wave.id == **level)?;
        // Waves without any time stand one month apart: only their order is known.
        let months = time_of_wave(question.long, question.outcome, position);
        Some((level.clone(), months.unwrap_or(position as f64)))
    };
    levels(run, "wave").iter().filter_map(placed).collect()
}
