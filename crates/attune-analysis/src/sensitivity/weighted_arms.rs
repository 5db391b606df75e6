//! Arms weighted to be alike at the start: the value at the last wave compared among dyads with the same first
//! value and attributes, by overlap weights alone, or with a regression in each arm besides (doubly robust).
//!
//! Few dyads carry few covariates: they are taken in the order of the study file as long as the smaller arm has five dyads
//! for each column, and those left out are named.

use attune_measures::measures::AttributeValue;
use attune_protocol::{
    design::DAYS_PER_MONTH,
    plan::{AttributeKind, Sensitivity},
};
use attune_statistics::{
    confounding::{
        AdjustedDifference, AdjustmentSettings, Balance, OutcomeModel, adjusted_difference, balance,
    },
    formula::Formula,
    table::{Column, Factor, Table},
};

use super::{Planned, SensitivityFinding, id, label};
use crate::{
    findings::Estimate,
    meaning::{Comparison, GroupKind},
    words,
};

/// Dyads in the smaller arm for each column of covariates.
const DYADS_PER_COLUMN: usize = 5;

pub(super) fn run(planned: &Planned<'_>, kind: Sensitivity) -> Result<SensitivityFinding, String> {
    let comparison = comparison(planned)?;
    let rows = Rows::of(planned, comparison)?;
    let (covariates, left_out) = rows.affordable();
    if covariates.is_empty() {
        return Err(format!(
            "the smaller arm has {} with a last value, too few to adjust for anything",
            words::count_of(rows.n_smaller_arm(), "dyad", "dyads")
        ));
    }
    let names: Vec<String> = covariates.iter().map(|c| format!("`{}`", c.name)).collect();
    let formula =
        Formula::parse(&format!("last ~ {}", names.join(" + "))).map_err(|error| error.problem)?;
    let table = rows.table(&covariates)?;
    let settings = AdjustmentSettings {
        outcome_model: match kind {
            Sensitivity::DoublyRobust => OutcomeModel::Linear,
            _ => OutcomeModel::None,
        },
        level: planned.question.analysis.level,
        ..AdjustmentSettings::default()
    };
    let adjusted = adjusted_difference("arm", &formula, &table, &settings)
        .map_err(|problem| problem.to_string())?;
    let balance = balance(&adjusted.score, &adjusted.weights, &formula, &table);
    let labels: Vec<String> = covariates.iter().map(|c| c.label.clone()).collect();
    Ok(finding(
        planned, kind, &adjusted, &balance, &labels, &left_out,
    ))
}

fn comparison<'a>(planned: &'a Planned<'_>) -> Result<&'a Comparison, String> {
    let comparison = planned
        .meaning
        .comparison
        .as_ref()
        .filter(|comparison| comparison.groups == GroupKind::Arms)
        .ok_or("the term does not compare arms")?;
    if planned
        .question
        .long
        .protocol
        .study
        .allocation
        .is_randomised()
    {
        return Err("chance decided the arms, so there is nothing to weight away".to_owned());
    }
    Ok(comparison)
}

/// The dyads of the two arms, with what they are compared on.
struct Rows {
    /// Whether each dyad is in the group that the term names.
    in_group: Vec<bool>,
    arms: [String; 2],
    last: Vec<f64>,
    covariates: Vec<Covariate>,
}

#[derive(Clone)]
struct Covariate {
    name: String,
    label: String,
    column: Column,
    n_columns: usize,
}

impl Rows {
    fn of(planned: &Planned<'_>, comparison: &Comparison) -> Result<Self, String> {
        let question = planned.question;
        let (long, protocol) = (question.long, question.long.protocol);
        let waves = long.waves_of(question.outcome);
        let (Some(&first), Some(&last)) = (waves.first(), waves.last()) else {
            return Err("no wave is planned".to_owned());
        };
        let position = |id: &str| protocol.arms.iter().position(|arm| *arm.id == *id);
        let (Some(group), Some(reference)) =
            (position(&comparison.group), position(&comparison.reference))
        else {
            return Err("the arms of the term are not in the study".to_owned());
        };
        let at_last = long.values_at(question.outcome, last);
        let units: Vec<usize> = long
            .participants()
            .filter(|&unit| at_last[unit].is_some())
            .filter(|&unit| [Some(group), Some(reference)].contains(&long.units[unit].arm))
            .collect();
        let mut covariates = Vec::new();
        if first != last {
            let at_first = long.values_at(question.outcome, first);
            let values = units.iter().map(|&u| at_first[u].unwrap_or(f64::NAN));
            covariates.push(Covariate {
                name: "first".to_owned(),
                label: format!("first value of {}", question.plan().label),
                column: Column::Numbers(values.collect()),
                n_columns: 1,
            });
        }
        covariates.extend(attributes(planned, &units));
        covariates.extend(age(planned, &units));
        Ok(Self {
            in_group: units
                .iter()
                .map(|&unit| long.units[unit].arm == Some(group))
                .collect(),
            arms: [&comparison.reference, &comparison.group].map(ToString::to_string),
            last: units.iter().filter_map(|&unit| at_last[unit]).collect(),
            covariates,
        })
    }

    fn n_smaller_arm(&self) -> usize {
        let n_group = self.in_group.iter().filter(|is| **is).count();
        n_group.min(self.in_group.len() - n_group)
    }

    /// The covariates that the smaller arm can carry, and the labels of the others.
    fn affordable(&self) -> (Vec<Covariate>, Vec<String>) {
        let budget = self.n_smaller_arm() / DYADS_PER_COLUMN;
        let (mut taken, mut left_out, mut used) = (Vec::new(), Vec::new(), 0);
        for covariate in &self.covariates {
            if used + covariate.n_columns <= budget {
                used += covariate.n_columns;
                taken.push(covariate.clone());
            } else {
                left_out.push(covariate.label.clone());
            }
        }
        (taken, left_out)
    }

    fn table(&self, covariates: &[Covariate]) -> Result<Table, String> {
        let arms: Vec<Option<&String>> = self
            .in_group
            .iter()
            .map(|&is| Some(&self.arms[usize::from(is)]))
            .collect();
        let levels = self.arms.each_ref().map(String::as_str);
        let mut table = Table::new();
        let mut push = |name: &str, column: Column| {
            table
                .push(name, column)
                .map_err(|problem| problem.to_string())
        };
        push("last", Column::Numbers(self.last.clone()))?;
        push("arm", Column::Factor(Factor::with_levels(&arms, &levels)))?;
        for covariate in covariates {
            push(&covariate.name, covariate.column.clone())?;
        }
        Ok(table)
    }
}

/// The attributes of the baseline table, in the order of the study file.
fn attributes(planned: &Planned<'_>, units: &[usize]) -> Vec<Covariate> {
    let long = planned.question.long;
    let mut covariates = Vec::new();
    for attribute in &long.protocol.attributes {
        let value = |unit: usize| {
            let known = &long.measures.units[unit].attributes;
            let (_, value) = known.iter().find(|(id, _)| *id == attribute.id)?;
            value.as_ref().ok()
        };
        let column = match &attribute.kind {
            AttributeKind::Number { .. } => {
                let numbers = units.iter().map(|&unit| match value(unit) {
                    Some(AttributeValue::Number(number)) => *number,
                    _ => f64::NAN,
                });
                Column::Numbers(numbers.collect())
            }
            AttributeKind::Levels(levels) => {
                let labels: Vec<Option<&str>> = units
                    .iter()
                    .map(|&unit| match value(unit) {
                        Some(AttributeValue::Level(id)) => Some(&**id),
                        _ => None,
                    })
                    .collect();
                let levels: Vec<&str> = levels.iter().map(|level| level.id.as_str()).collect();
                Column::Factor(Factor::with_levels(&labels, &levels))
            }
            AttributeKind::Date => continue,
        };
        if attribute.in_baseline_table {
            covariates.extend(varying(
                format!("attribute {}", attribute.id),
                attribute.label.clone(),
                column,
            ));
        }
    }
    covariates
}

/// The infant's age at enrolment, where it is known.
fn age(planned: &Planned<'_>, units: &[usize]) -> Option<Covariate> {
    let known = &planned.question.long.measures.units;
    let months = units.iter().map(|&unit| {
        let days = known[unit].age_at_enrolment_days;
        days.map_or(f64::NAN, |days| days / DAYS_PER_MONTH)
    });
    let column = Column::Numbers(months.collect());
    varying(
        "age at enrolment".to_owned(),
        "the infant’s age at enrolment".to_owned(),
        column,
    )
}

/// A covariate that is known for somebody and differs between people.
fn varying(name: String, label: String, column: Column) -> Option<Covariate> {
    let n_columns = match &column {
        Column::Numbers(values) => {
            let mut known = values.iter().filter(|value| !value.is_nan());
            let first = known.next()?;
            usize::from(known.any(|value| value != first))
        }
        Column::Factor(factor) => {
            let mut codes: Vec<u32> = factor.codes.iter().flatten().copied().collect();
            codes.sort_unstable();
            codes.dedup();
            codes.len().saturating_sub(1)
        }
    };
    (n_columns > 0).then_some(Covariate {
        name,
        label,
        column,
        n_columns,
    })
}

fn finding(
    planned: &Planned<'_>,
    kind: Sensitivity,
    adjusted: &AdjustedDifference,
    balance: &Balance,
    covariates: &[String],
    left_out: &[String],
) -> SensitivityFinding {
    let question = planned.question;
    let difference = &adjusted.difference;
    let unit =
        words::unit_in_sentence(question.plan().unit.as_deref()).unwrap_or("units of the outcome");
    let how = match kind {
        Sensitivity::DoublyRobust => {
            "by overlap weights and a linear regression in each arm (right when either is)"
        }
        _ => "by overlap weights (the population is those who might have been in either arm)",
    };
    let [comparison, treated] = adjusted.weights.effective_sample_sizes;
    let mut warnings = adjusted.warnings.clone();
    warnings.push(standardised(balance));
    if !left_out.is_empty() {
        warnings.push(format!(
            "not adjusted for {}: the smaller arm has fewer than five dyads for each further column",
            words::list(left_out)
        ));
    }
    SensitivityFinding {
        id: id(kind).to_owned(),
        label: label(kind).to_owned(),
        term: format!("{} - {}", adjusted.score.arms[1], adjusted.score.arms[0]),
        estimate_unit: format!("{unit} at the last wave"),
        comparable: false,
        estimate: Estimate {
            estimate: difference.estimate,
            se: difference.se,
            ci_lower: difference.ci_lower,
            ci_upper: difference.ci_upper,
            level: question.analysis.level,
            statistic: difference.statistic,
            p: difference.p,
            ..Estimate::default()
        },
        n_units: adjusted.score.treated.len(),
        n_rows: adjusted.score.treated.len(),
        method: format!(
            "The value at the last wave, {how}, adjusted for {}; effective sample sizes {} and {}; \
             standard error with the propensity score estimated, conditional on these sites.",
            words::list(covariates),
            words::fixed(comparison, 1),
            words::fixed(treated, 1),
        ),
        warnings,
    }
}

fn standardised(balance: &Balance) -> String {
    let largest = |of: fn(&attune_statistics::confounding::CovariateBalance) -> f64| {
        balance
            .covariates
            .iter()
            .map(|line| of(line).abs())
            .filter(|difference| difference.is_finite())
            .fold(0.0_f64, f64::max)
    };
    format!(
        "the largest standardised difference between the arms was {} before weighting and is {} after",
        words::fixed(largest(|line| line.standardised_difference), 2),
        words::fixed(largest(|line| line.weighted_standardised_difference), 2),
    )
}
