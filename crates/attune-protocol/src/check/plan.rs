//! Attributes, outcomes, analyses and the family of analyses that are read together.

use super::{Checking, measures::Sources};
use crate::{
    formula::{self, Model},
    id::{AnalysisId, AttributeId, MeasureId, OutcomeId},
    plan::{
        Analysis, Attribute, AttributeKind, Better, Estimand, Level, Multiplicity, Outcome,
        Reliability,
    },
    problem::Problem,
    shape::Thing,
    written::{TextAt, Written},
};

impl Checking<'_> {
    pub(super) fn attributes(&mut self, root: &Written) -> Vec<Attribute> {
        let mut attributes = Vec::new();
        for table in root.tables("attribute") {
            let kind = self.attribute_kind(table);
            let about = table.word_or_default("about");
            let parts = (table.text("id"), table.string("label"), kind, about);
            if let (Some(id), Some(label), Some(kind), Some(about)) = parts {
                attributes.push(Attribute {
                    id: AttributeId::new(id),
                    label,
                    kind,
                    about,
                    in_baseline_table: table.yes_no_or_default("in-baseline-table"),
                });
            }
        }
        attributes
    }

    fn attribute_kind(&mut self, table: &Written) -> Option<AttributeKind> {
        let kind = table.text("kind")?;
        let (own, foreign): (&[&str], &[&str]) = match kind {
            "number" => (&["unit", "minimum", "maximum"], &["levels"]),
            "levels" => (&["levels"], &["unit", "minimum", "maximum"]),
            _ => (&[], &["unit", "minimum", "maximum", "levels"]),
        };
        for key in foreign.iter().filter(|key| table.has(key)) {
            let at = table.at_key(key);
            self.reading.error(
                at,
                format!("an attribute of kind '{kind}' has no '{key}'"),
                if own.is_empty() {
                    "remove the line, or correct 'kind'".to_owned()
                } else {
                    format!("it may have {}", own.join(", "))
                },
            );
        }
        match kind {
            "number" => {
                let (minimum, maximum) = (table.number("minimum"), table.number("maximum"));
                self.check_bounds(table);
                Some(AttributeKind::Number {
                    unit: table.string("unit"),
                    minimum,
                    maximum,
                })
            }
            "levels" => self.attribute_levels(table),
            _ => Some(AttributeKind::Date),
        }
    }

    /// `minimum` below `maximum`, where both are given.
    pub(super) fn check_bounds(&mut self, table: &Written) {
        let bounds = table.number("minimum").zip(table.number("maximum"));
        if bounds.is_some_and(|(minimum, maximum)| minimum >= maximum) {
            self.reading.error(
                table.at_key("maximum"),
                "'maximum' is not above 'minimum'",
                "correct one of the two",
            );
        }
    }

    fn attribute_levels(&mut self, table: &Written) -> Option<AttributeKind> {
        let levels: Vec<Level> = table
            .tables("levels")
            .filter_map(|level| {
                let id = level.string("id")?;
                let label = level.string("label").unwrap_or_else(|| id.clone());
                Some(Level { id, label })
            })
            .collect();
        let is_whole = table.is_whole_at("levels") || !table.has("levels");
        if is_whole && table.list("levels").len() < 2 {
            self.reading.error(
                table.at_key("levels"),
                "an attribute with levels has at least two",
                "add levels = [\"…\", \"…\"], the reference first",
            );
            return None;
        }
        Some(AttributeKind::Levels(levels))
    }

    /// Ids of an attribute's levels, the reference first; `None` where one could not be read.
    pub(super) fn levels_of(&self, attribute: &Written) -> Option<Vec<String>> {
        let is_sure = attribute.is_whole_at("levels") && self.index.is_sure(Thing::Level);
        let ids = || attribute.tables("levels").map(|level| level.string("id"));
        if is_sure { ids().collect() } else { None }
    }

    pub(super) fn outcomes(&mut self, root: &Written, sources: &Sources<'_>) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        self.check_primary(root);
        for table in root.tables("outcome") {
            self.check_direction(table, sources);
            outcomes.extend(outcome(table));
        }
        outcomes
    }

    fn check_primary(&mut self, root: &Written) {
        let outcomes: Vec<_> = root.tables("outcome").collect();
        let is_readable = outcomes
            .iter()
            .all(|outcome| outcome.text("role").is_some());
        let mut primary = outcomes
            .iter()
            .filter(|outcome| outcome.text("role") == Some("primary"));
        let first = primary.next();
        for second in primary {
            let Some(first) = first else { break };
            let first_place = self.reading.place(first.at_key("role"));
            let problem = Problem::error(
                self.reading.place(second.at_key("role")),
                "a study has one primary outcome, and this is another",
            )
            .with_remedy("make this one \"secondary\"")
            .with_second(first_place, "the first one");
            self.reading.problems.push(problem);
        }
        if let (None, true, [outcome, ..]) = (first, is_readable, outcomes.as_slice()) {
            self.reading.error(
                outcome.at,
                "no outcome is primary",
                "write role = \"primary\" for the one that answers the main question",
            );
        }
    }

    /// An outcome that calls higher scores better although its instrument says lower is mostly a
    /// slip.
    fn check_direction(&mut self, table: &Written, sources: &Sources<'_>) {
        let better: Option<Better> = table.word("better");
        let score = table.text("measure").and_then(|measure| {
            let (source, score) = measure.split_once('.')?;
            let instrument = sources.instrument(source)?;
            instrument.scores.iter().find(|known| &*known.id == score)
        });
        let Some((better, score)) = better.zip(score) else {
            return;
        };
        let contradict = matches!(
            (better, score.better),
            (Better::Higher, Better::Lower) | (Better::Lower, Better::Higher)
        );
        if contradict {
            self.reading.warning(
                table.at_key("better"),
                "the instrument says that the other direction is better",
                "check which direction is good for families",
            );
        }
    }

    pub(super) fn analyses(&mut self, root: &Written) -> Vec<Analysis> {
        let mut analyses = Vec::new();
        for table in root.tables("analysis") {
            let model = table.text_at("model").and_then(|text| {
                // A formula that cannot be taken apart has been reported.
                let model = Model::parse(text.text).ok()?;
                let has_sound_terms = self.check_model(root, text, &model);
                Some((text, model, has_sound_terms))
            });
            let answers = table
                .text_at("answers")
                .and_then(|text| Some((text, formula::parse_term(text.text).ok()?)));
            // A name that is wrong in the model would be reported again as a term that it has not.
            if let (Some((_, model, true)), Some((text, term))) = (&model, &answers) {
                self.check_answer(root, *text, term, model);
            }
            if let (Some((text, model, _)), Some((_, answers))) = (model, answers) {
                analyses.extend(analysis(table, (text, model), answers));
            }
        }
        analyses
    }

    pub(super) fn multiplicity(&mut self, root: &Written) -> Option<Multiplicity> {
        let table = root.table("multiplicity")?;
        if table.is_empty_at("family") {
            self.reading.error(
                table.at_key("family"),
                "the family of analyses is empty",
                "name the analyses that are read together",
            );
        }
        let n_analyses = self.index.all(Thing::Analysis).count();
        if table.list("family").len() == 1 && n_analyses > 1 {
            self.reading.warning(
                table.at_key("family"),
                "a family of one analysis is not adjusted for anything",
                "name the other analyses that are read together with it",
            );
        }
        Some(Multiplicity {
            method: table.word("method")?,
            family: table
                .texts("family")
                .map(|id| AnalysisId::new(id.text))
                .collect(),
        })
    }
}

fn outcome(table: &Written) -> Option<Outcome> {
    Some(Outcome {
        id: OutcomeId::new(table.text("id")?),
        label: table.string("label")?,
        unit: table.string("unit"),
        measure: MeasureId::new(table.text("measure")?),
        role: table.word("role")?,
        better: table.word("better")?,
        smallest_difference_that_matters: table.number("smallest-difference-that-matters"),
        equivalence_bound: table.number("equivalence-bound"),
        reliability: table.table("reliability").and_then(reliability),
    })
}

fn reliability(table: &Written) -> Option<Reliability> {
    Some(Reliability {
        coefficient: table.number("coefficient")?,
        sd: table.number("sd"),
        source: table.string("source")?,
    })
}

fn analysis(
    table: &Written,
    (text, model): (TextAt<'_>, Model),
    answers: crate::plan::Term,
) -> Option<Analysis> {
    Some(Analysis {
        id: AnalysisId::new(table.text("id")?),
        question: table.string("question")?,
        outcome: OutcomeId::new(&model.response.text),
        model: text.text.to_owned(),
        answers,
        estimator: table.word_or_default("estimator")?,
        inference: table.word_or_default("inference")?,
        level: table.number_or_default("level"),
        contrasts_at_months: table
            .list("contrasts-at-months")
            .iter()
            .filter_map(crate::written::Node::number)
            .collect(),
        sensitivity: table.words("sensitivity"),
        estimand: table.table("estimand").and_then(estimand),
    })
}

fn estimand(table: &Written) -> Option<Estimand> {
    Some(Estimand {
        population: table.string("population")?,
        treatment: table.string("treatment")?,
        variable: table.string("variable")?,
        intercurrent_events: table.string("intercurrent-events")?,
        summary: table.string("summary")?,
    })
}
