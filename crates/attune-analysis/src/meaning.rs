//! What the term that answers a question is: a difference between arms in change over time, a
//! difference between phases, a slope. Effect sizes, contrasts and sentences follow from it.

use attune_protocol::{
    Protocol,
    plan::{Outcome, Term},
};
use attune_statistics::{
    formula::Formula,
    table::{Column, Table},
};

use crate::{time_variable::TimeVariable, words};

/// What a term is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// Which groups it compares, if it does.
    pub comparison: Option<Comparison>,
    /// What of them.
    pub quantity: Quantity,
}

/// Two groups that a term compares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Arms or phases.
    pub groups: GroupKind,
    /// Id of the group that the term names.
    pub group: String,
    /// Id of the group that it is compared with.
    pub reference: String,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    /// Arms.
    Arms,
    /// Phases of a before-and-after design.
    Phases,
}

impl GroupKind {
    /// Name of the variable in formulas.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Arms => "arm",
            Self::Phases => "phase",
        }
    }
}

/// What a term says of the groups, or of everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quantity {
    /// Change per unit of time.
    Slope(TimeVariable),
    /// Change from the first wave in the model to this one.
    ChangeToWave(String),
    /// Change from the first phase to this one.
    ChangeToPhase(String),
    /// The value; `at_start` when the model lets it change over time, so that the term is the
    /// value where time is zero or at the first wave.
    Value {
        /// Whether it holds at the start only.
        at_start: bool,
    },
    /// Something else, such as the slope on an attribute.
    Other,
}

impl Meaning {
    /// What `term` is in `formula`. With `table` the reference groups are those that have rows.
    pub fn of(protocol: &Protocol, formula: &Formula, term: &Term, table: Option<&Table>) -> Self {
        let level_of = |variable: &str| {
            let part = term.parts.iter().find(|part| part.variable == variable);
            part.and_then(|part| part.level.clone())
        };
        let time = term
            .parts
            .iter()
            .find_map(|part| TimeVariable::of_name(&part.variable));
        let (arm, phase, wave) = (level_of("arm"), level_of("phase"), level_of("wave"));
        let (groups, group) = match (&arm, &phase) {
            (Some(arm), _) => (Some(GroupKind::Arms), arm.clone()),
            (None, Some(phase)) => (Some(GroupKind::Phases), phase.clone()),
            (None, None) => (None, String::new()),
        };
        let comparison = groups.map(|groups| Comparison {
            reference: reference(protocol, table, groups),
            groups,
            group,
        });
        let known = usize::from(time.is_some())
            + usize::from(arm.is_some())
            + usize::from(phase.is_some())
            + usize::from(wave.is_some());
        let quantity = match (time, wave, phase) {
            _ if known != term.parts.len() => Quantity::Other,
            (Some(time), None, None) => Quantity::Slope(time),
            (Some(time), None, Some(_)) if arm.is_none() => Quantity::Slope(time),
            (None, Some(wave), None) => Quantity::ChangeToWave(wave),
            (None, None, Some(phase)) if arm.is_some() => Quantity::ChangeToPhase(phase),
            (None, None, _) if known > 0 => Quantity::Value {
                at_start: changes_over_time(formula, comparison.as_ref()),
            },
            _ => Quantity::Other,
        };
        let comparison = comparison.filter(|_| quantity != Quantity::Other);
        Self {
            comparison,
            quantity,
        }
    }

    /// What one unit of the estimate is: "index points per month".
    pub fn estimate_unit(&self, outcome: &Outcome) -> String {
        let unit =
            words::unit_in_sentence(outcome.unit.as_deref()).unwrap_or("units of the outcome");
        match &self.quantity {
            Quantity::Slope(time) => format!("{unit} per {}", time.unit()),
            _ => unit.to_owned(),
        }
    }
}

/// The reference group: the first one that has rows.
fn reference(protocol: &Protocol, table: Option<&Table>, groups: GroupKind) -> String {
    let column = table.and_then(|table| table.column(groups.variable()));
    if let Some(Column::Factor(factor)) = column
        && let Some(first) = factor.levels.first()
    {
        return first.clone();
    }
    let first = match groups {
        GroupKind::Arms => protocol.arms.first().map(|arm| arm.id.to_string()),
        GroupKind::Phases => protocol.phases.first().map(|phase| phase.id.to_string()),
    };
    first.unwrap_or_default()
}

/// Whether the model has an interaction of the groups with a time or with waves.
fn changes_over_time(formula: &Formula, comparison: Option<&Comparison>) -> bool {
    let Some(comparison) = comparison else {
        return false;
    };
    let names = |term: &Vec<usize>| {
        let mut names = Vec::new();
        term.iter()
            .for_each(|&index| formula.fixed.variables[index].collect_names(&mut names));
        names
    };
    let is_time = |name: &String| {
        TimeVariable::of_name(name).is_some()
            || name == "wave"
            || (name == "phase" && comparison.groups == GroupKind::Arms)
    };
    formula.fixed.terms.iter().map(names).any(|names| {
        names
            .iter()
            .any(|name| name == comparison.groups.variable())
            && names.iter().any(is_time)
    })
}
