//! What is bootstrapped unless something else is asked for.

use std::fmt;

use crate::linear_mixed_model::{LinearMixedModel, Refit, Refitted, VarianceComponent};

/// The kinds of quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuantityKind {
    /// A coefficient.
    FixedEffect,
    /// The standard deviation of a random effect.
    StandardDeviation,
    /// The correlation of two random effects of a term.
    Correlation,
    /// The residual standard deviation.
    ResidualDeviation,
    /// The share of the variance between groups.
    IntraclassCorrelation,
    /// A function of the caller.
    Own,
}

/// What a quantity is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantityName {
    /// What kind of quantity.
    pub kind: QuantityKind,
    /// The grouping factor of a random effect; empty otherwise.
    pub group: String,
    /// The coefficient, random effect or function.
    pub term: String,
    /// For a correlation the other random effect.
    pub with: Option<String>,
}

impl QuantityName {
    pub(super) fn own(name: &str) -> Self {
        Self::of(QuantityKind::Own, name)
    }

    fn of(kind: QuantityKind, term: &str) -> Self {
        Self {
            kind,
            group: String::new(),
            term: term.to_owned(),
            with: None,
        }
    }

    fn of_component(component: &VarianceComponent) -> Self {
        let kind = match component {
            component if component.group == "Residual" => QuantityKind::ResidualDeviation,
            component if component.with.is_some() => QuantityKind::Correlation,
            _ => QuantityKind::StandardDeviation,
        };
        Self {
            kind,
            group: component.group.clone(),
            term: component.term.clone(),
            with: component.with.clone(),
        }
    }
}

impl fmt::Display for QuantityName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (group, term) = (&self.group, &self.term);
        match (self.kind, &self.with) {
            (QuantityKind::StandardDeviation, _) => write!(f, "SD of {term} by {group}"),
            (QuantityKind::Correlation, Some(with)) => {
                write!(f, "correlation of {term} and {with} by {group}")
            }
            (QuantityKind::ResidualDeviation, _) => f.write_str("residual SD"),
            (QuantityKind::IntraclassCorrelation, _) => f.write_str("intraclass correlation"),
            _ => f.write_str(term),
        }
    }
}

pub(super) fn names(model: &LinearMixedModel) -> Vec<QuantityName> {
    let fixed = model.terms.iter();
    let mut names: Vec<QuantityName> = fixed
        .map(|term| QuantityName::of(QuantityKind::FixedEffect, term))
        .collect();
    names.extend(model.random.iter().map(QuantityName::of_component));
    if model.intraclass_correlation().is_some() {
        names.push(QuantityName::of(QuantityKind::IntraclassCorrelation, ""));
    }
    names
}

/// The values in the order of the names.
pub(super) fn values(refit: &Refit, fitted: &Refitted, names: &[QuantityName]) -> Vec<f64> {
    let components = refit.component_values(fitted);
    let mut values = fitted.coefficients.clone();
    values.extend(components.iter().map(|(_, standardised)| *standardised));
    if values.len() < names.len() {
        let total: f64 = components.iter().map(|(variance, _)| variance).sum();
        values.push(1.0 - fitted.sigma * fitted.sigma / total);
    }
    values
}
