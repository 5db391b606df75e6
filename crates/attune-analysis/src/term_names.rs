//! Between the plan's names of terms and the engine's: `months:arm[intervention]` is
//! `months:armintervention` there, and its parts may stand in another order.

use std::collections::BTreeMap;

use attune_protocol::plan::Term;
use attune_statistics::table::{Column, Table};

/// Translates the engine's names of the columns of one model.
#[derive(Debug)]
pub struct TermNames {
    /// The engine's name of a factor's level to the plan's.
    levels: BTreeMap<String, String>,
}

impl TermNames {
    /// The names of a model fitted to this table.
    pub fn of(table: &Table, variables: &[String]) -> Self {
        let mut levels = BTreeMap::new();
        for name in variables {
            if let Some(Column::Factor(factor)) = table.column(name) {
                for level in &factor.levels {
                    levels.insert(format!("{name}{level}"), format!("{name}[{level}]"));
                }
            }
        }
        Self { levels }
    }

    /// The plan's name of a term of the engine.
    pub fn plan_name(&self, engine: &str) -> String {
        self.parts(engine).join(":")
    }

    fn parts(&self, engine: &str) -> Vec<String> {
        let part = |part: &str| {
            self.levels
                .get(part)
                .cloned()
                .unwrap_or_else(|| part.to_owned())
        };
        engine.split(':').map(part).collect()
    }

    /// Position of the plan's term among the engine's.
    pub fn position(&self, term: &Term, engine: &[String]) -> Option<usize> {
        let wanted = sorted(term_parts(term));
        engine
            .iter()
            .position(|name| sorted(self.parts(name)) == wanted)
    }
}

fn sorted(mut parts: Vec<String>) -> Vec<String> {
    parts.sort();
    parts
}

fn term_parts(term: &Term) -> Vec<String> {
    let written = |part: &attune_protocol::plan::TermPart| match &part.level {
        Some(level) => format!("{}[{level}]", part.variable),
        None => part.variable.clone(),
    };
    term.parts.iter().map(written).collect()
}

#[cfg(test)]
mod tests {
    use attune_protocol::plan::TermPart;
    use attune_statistics::table::Factor;

    use super::*;

    fn names() -> TermNames {
        let arm = Factor::with_levels(&[Some("a"), Some("b")], &["a", "b"]);
        let table = Table::new()
            .with("months", Column::Numbers(vec![0.0, 1.0]))
            .and_then(|table| table.with("arm", Column::Factor(arm)))
            .unwrap();
        TermNames::of(&table, &["months".to_owned(), "arm".to_owned()])
    }

    fn term(parts: &[(&str, Option<&str>)]) -> Term {
        let part = |(variable, level): &(&str, Option<&str>)| TermPart {
            variable: (*variable).to_owned(),
            level: level.map(str::to_owned),
        };
        Term {
            text: String::new(),
            parts: parts.iter().map(part).collect(),
        }
    }

    #[test]
    fn levels_stand_in_brackets() {
        assert_eq!(names().plan_name("months:armb"), "months:arm[b]");
        assert_eq!(names().plan_name("(Intercept)"), "(Intercept)");
        assert_eq!(names().plan_name("I(months^2)"), "I(months^2)");
    }

    #[test]
    fn a_term_is_found_in_either_order() {
        let engine = ["(Intercept)", "months", "armb", "months:armb"].map(str::to_owned);
        let position = |parts: &[_]| names().position(&term(parts), &engine);
        assert_eq!(position(&[("months", None), ("arm", Some("b"))]), Some(3));
        assert_eq!(position(&[("arm", Some("b")), ("months", None)]), Some(3));
        assert_eq!(position(&[("arm", Some("b"))]), Some(2));
        assert_eq!(position(&[("arm", Some("a"))]), None);
    }
}
