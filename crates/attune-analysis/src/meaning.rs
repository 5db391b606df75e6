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
        let reference = |groups| {
            let in_data = table.and_then(|table| reference_in(table, groups));
            in_data
                .or_else(|| planned_reference(protocol, groups))
                .unwrap_or_default()
        };
        Self::of_groups(formula, term, reference)
    }

    fn of_groups(formula: &Formula, term: &Term, reference: impl Fn(GroupKind) -> String) -> Self {
        let level_of = |variable: &str| {
            let part = term.parts.iter().find(|part| part.variable == variable);
            part.and_then(|part| part.level.clone())
        };
        let mut parts = term.parts.iter();
        let time = parts.find_map(|part| TimeVariable::of_name(&part.variable));
        let (arm, phase, wave) = (level_of("arm"), level_of("phase"), level_of("wave"));
        let compared = match (&arm, &phase) {
            (Some(arm), _) => Some((GroupKind::Arms, arm.clone())),
            (None, Some(phase)) => Some((GroupKind::Phases, phase.clone())),
            (None, None) => None,
        };
        let comparison = compared.map(|(groups, group)| Comparison {
            reference: reference(groups),
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

/// The first group that has rows.
fn reference_in(table: &Table, groups: GroupKind) -> Option<String> {
    match table.column(groups.variable()) {
        Some(Column::Factor(factor)) => factor.levels.first().cloned(),
        _ => None,
    }
}

/// The first group of the plan.
fn planned_reference(protocol: &Protocol, groups: GroupKind) -> Option<String> {
    match groups {
        GroupKind::Arms => protocol.arms.first().map(|arm| arm.id.to_string()),
        GroupKind::Phases => protocol.phases.first().map(|phase| phase.id.to_string()),
    }
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

#[cfg(test)]
mod tests {
    use attune_protocol::plan::TermPart;

    use super::*;

    /// What a term is in a model of a study with arms `a`, `b` and phases `p`, `q`.
    fn check(model: &str, term: &str, (groups, quantity): (Option<(&str, &str)>, Quantity)) {
        let part = |part: &str| match part.trim_end_matches(']').split_once('[') {
            Some((variable, level)) => TermPart {
                variable: variable.to_owned(),
                level: Some(level.to_owned()),
            },
            None => TermPart {
                variable: part.to_owned(),
                level: None,
            },
        };
        let wanted = Term {
            text: term.to_owned(),
            parts: term.split(':').map(part).collect(),
        };
        let formula = Formula::parse(model).unwrap();
        let factor = |levels: [&str; 2]| {
            Column::Factor(attune_statistics::table::Factor::with_levels(
                &levels.map(Some),
                &levels,
            ))
        };
        let table = Table::new()
            .with("arm", factor(["a", "b"]))
            .and_then(|table| table.with("phase", factor(["p", "q"])))
            .unwrap();
        let meaning = meaning_in(&formula, &wanted, &table);
        let comparison = meaning.comparison.as_ref();
        let found = comparison.map(|groups| (groups.group.as_str(), groups.reference.as_str()));
        assert_eq!(found, groups, "{term} in {model}");
        assert_eq!(meaning.quantity, quantity, "{term} in {model}");
    }

    fn meaning_in(formula: &Formula, term: &Term, table: &Table) -> Meaning {
        Meaning::of_groups(formula, term, |groups| {
            reference_in(table, groups).unwrap_or_default()
        })
    }

    #[test]
    fn terms_mean_what_their_parts_say() {
        let months = Quantity::Slope(TimeVariable::Months);
        let arms = Some(("b", "a"));
        let value = |at_start| Quantity::Value { at_start };
        check("y ~ months * arm", "months:arm[b]", (arms, months.clone()));
        check("y ~ months * arm", "arm[b]", (arms, value(true)));
        check("y ~ months + arm", "arm[b]", (arms, value(false)));
        check(
            "y ~ wave * arm",
            "arm[b]:wave[w3]",
            (arms, Quantity::ChangeToWave("w3".to_owned())),
        );
        check("y ~ phase", "phase[q]", (Some(("q", "p")), value(false)));
        check(
            "y ~ phase * arm",
            "phase[q]:arm[b]",
            (arms, Quantity::ChangeToPhase("q".to_owned())),
        );
        check("y ~ phase * arm", "arm[b]", (arms, value(true)));
        check(
            "y ~ months * phase",
            "months:phase[q]",
            (Some(("q", "p")), months.clone()),
        );
        check("y ~ months", "months", (None, months));
        check(
            "y ~ mother_age + arm",
            "mother_age",
            (None, Quantity::Other),
        );
        check(
            "y ~ mother_age * arm",
            "mother_age:arm[b]",
            (None, Quantity::Other),
        );
        check(
            "y ~ months * mother_age",
            "months:mother_age",
            (None, Quantity::Other),
        );
    }
}
