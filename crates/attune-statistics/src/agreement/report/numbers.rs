//! The measures for numbers in the report: intraclass correlations, limits of agreement,
//! error of measurement.

use std::collections::BTreeMap;

use super::AgreementResult;
use super::answer::{Answer, row};
use super::named;
use crate::agreement::bland_altman::{
    self as limits, BlandAltman, Limit, WithInterval, additive_repeated, bland_altman,
    bland_altman_repeated,
};
use crate::agreement::intraclass::{self as icc, IccForm, intraclass, mean_squares};
use crate::agreement::measurement_error::{self as errors, ErrorKind};
use crate::agreement::ratings::Ratings;
use crate::data_problem::DataProblem;

impl Answer<'_> {
    pub fn add_icc(&mut self) {
        let mut outside = Vec::new();
        for form in IccForm::ALL {
            match intraclass(self.ratings, form, self.settings.confidence) {
                Ok(correlation) => {
                    let limits = correlation.ci_lower..=correlation.ci_upper;
                    if !limits.contains(&correlation.estimate) && !limits.is_empty() {
                        outside.push(form.name());
                    }
                    let result = AgreementResult {
                        ci_lower: Some(correlation.ci_lower),
                        ci_upper: Some(correlation.ci_upper),
                        p: Some(correlation.p),
                        interval: "F".to_owned(),
                        details: BTreeMap::from([
                            ("f", correlation.f),
                            ("df1", correlation.df1),
                            ("df2", correlation.df2),
                        ]),
                        ..row(
                            named::icc(form),
                            form.name().to_owned(),
                            correlation.estimate,
                        )
                    };
                    self.take(result, icc::additive(self.ratings, form).ok());
                }
                // The reason is the same for all six.
                Err(problem) => return self.refuse("icc", &problem),
            }
        }
        if !outside.is_empty() {
            self.warnings.push(format!(
                "icc {}: the estimate lies outside its interval, because the coders contradict each other more than any \
                 population of coders could; look at the ratings before quoting either",
                outside.join(", ")
            ));
        }
    }

    pub fn add_limits(&mut self) {
        for (pair, names) in self.pairs() {
            let added = match &self.settings.subjects {
                None => self.add_simple_limits(&pair, &names),
                Some(subjects) => self.add_repeated_limits(&pair, &names, subjects),
            };
            if let Err(problem) = added {
                self.refuse(&format!("bland-altman ({names})"), &problem);
            }
        }
    }

    fn add_simple_limits(&mut self, pair: &Ratings, names: &str) -> Result<(), DataProblem> {
        let level = self.settings.confidence;
        let (first, second) = limits::pairs(pair)?;
        let agreement = bland_altman(&first, &second, level)?;
        for (limit, name, value) in three(&agreement) {
            let result = limit_row(&agreement, format!("{name}, {names}"), value);
            self.take(result, limits::additive(pair, limit, level).ok());
        }
        if let Some(slope) = agreement.proportional_bias {
            let variant = format!("proportional bias, {names}");
            let mut result = row(named::BLAND_ALTMAN, variant, slope.slope);
            (result.se, result.p) = (Some(slope.se), Some(slope.p));
            result.details.insert("t", slope.t);
            self.take(result, limits::slope_additive(pair).ok());
        }
        Ok(())
    }

    fn add_repeated_limits(
        &mut self,
        pair: &Ratings,
        names: &str,
        subjects: &[String],
    ) -> Result<(), DataProblem> {
        let level = self.settings.confidence;
        let (first, second) = limits::pairs(pair)?;
        let rated = || {
            (0..pair.n_units()).filter(|unit| {
                pair.category(*unit, 0).is_some() && pair.category(*unit, 1).is_some()
            })
        };
        let persons: Vec<String> = rated().map(|unit| subjects[unit].clone()).collect();
        let agreement = bland_altman_repeated(&first, &second, &persons, level)?;
        let blocks = self.blocks_of_persons(&persons, &rated().collect::<Vec<usize>>());
        let block_name = match self.ratings.block_name() {
            "clusters" => "clusters",
            _ => "persons",
        };
        for (limit, name, value) in three(&agreement) {
            let variant = format!("{name}, several pairs per person, {names}");
            let additive = additive_repeated((&first, &second), &persons, limit, level).ok();
            let result = limit_row(&agreement, variant, value);
            self.take_in_blocks(result, additive, (&blocks, block_name));
        }
        Ok(())
    }

    /// For each person, in the order of their names, the cluster of the first unit, or the
    /// person alone.
    fn blocks_of_persons(&self, persons: &[String], units: &[usize]) -> Vec<usize> {
        let first_unit: BTreeMap<&String, usize> =
            persons.iter().zip(units.iter().copied()).rev().collect();
        match self.ratings.block_name() {
            "clusters" => {
                let clusters = self.ratings.blocks();
                first_unit
                    .into_values()
                    .map(|unit| clusters[unit])
                    .collect()
            }
            _ => (0..first_unit.len()).collect(),
        }
    }

    pub fn add_measurement_error(&mut self) {
        if let Err(problem) = mean_squares(self.ratings) {
            return self.refuse("measurement-error", &problem);
        }
        let level = self.settings.confidence;
        for (kind, name) in [
            (ErrorKind::Agreement, "agreement"),
            (ErrorKind::Consistency, "consistency"),
        ] {
            let error = errors::additive(self.ratings, kind);
            let change = errors::change_additive(self.ratings, kind, level);
            for (short, additive) in [("SEM", error), ("MDC", change)] {
                if let Ok(additive) = additive {
                    let variant = format!("{short}, {name}");
                    let bounds = (0.0, f64::INFINITY);
                    self.take_with_jackknife(named::MEASUREMENT_ERROR, variant, additive, bounds);
                }
            }
        }
    }
}

fn three(agreement: &BlandAltman) -> [(Limit, &'static str, WithInterval); 3] {
    [
        (Limit::Bias, "bias", agreement.bias),
        (Limit::Lower, "lower limit", agreement.lower_limit),
        (Limit::Upper, "upper limit", agreement.upper_limit),
    ]
}

fn limit_row(agreement: &BlandAltman, variant: String, value: WithInterval) -> AgreementResult {
    AgreementResult {
        se: Some(value.se),
        ci_lower: Some(value.ci_lower),
        ci_upper: Some(value.ci_upper),
        interval: "t".to_owned(),
        details: BTreeMap::from([
            ("n", agreement.n_pairs as f64),
            ("n_persons", agreement.n_units as f64),
            ("sd", agreement.standard_deviation),
        ]),
        ..row(named::BLAND_ALTMAN, variant, value.estimate)
    }
}
