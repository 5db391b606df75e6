//! Vocabularies as a scheme: each vocabulary is a category, each entry a behaviour.

use std::sync::Arc;

use attune_records::observation::{
    BehaviourKind, CodedBehaviour, CodedSubject, ModifierChoice, ModifierKind, ModifierSet,
    SchemeAsRead,
};

use super::{
    ElanDocument,
    take_over::{is_modifier, is_point, modifier_set},
    tier::tiers,
};
use crate::video_coding::xml::Element;

/// Most pairs of entries that are said to exclude each other: a vocabulary of very many words is none of
/// behaviours, and its pairs would fill the memory.
const MOST_PAIRS: usize = 1_000_000;

/// An entry of a vocabulary, in the language of the tiers that use it, or the one that comes first.
struct Entry {
    value: String,
    description: String,
}

impl ElanDocument {
    /// Subjects from tiers, behaviours from the vocabularies that tiers use; of a vocabulary alone all
    /// of its entries. Vocabularies of one-to-one tiers are modifiers of the behaviours above them.
    pub fn scheme(&self) -> SchemeAsRead {
        let mut pairs_left = MOST_PAIRS;
        let mut scheme = SchemeAsRead::default();
        let tiers = tiers(&self.root);
        for tier in tiers.iter().filter(|tier| !is_modifier(tier)) {
            let subject = tier.element.filled("PARTICIPANT").unwrap_or(tier.id);
            if !scheme.subjects.iter().any(|known| *known.name == *subject) {
                scheme.subjects.push(CodedSubject {
                    name: subject.into(),
                    ..CodedSubject::default()
                });
            }
        }
        let mut modifiers: Vec<(&str, &str, ModifierSet)> = Vec::new();
        for tier in tiers.iter().filter(|tier| is_modifier(tier)) {
            let Some(parent) = tiers.iter().find(|other| Some(other.id) == tier.parent) else {
                continue;
            };
            let entries = tier
                .vocabulary
                .map(|id| self.entries(id, tier.element.filled("LANG_REF")))
                .unwrap_or_default();
            let set = ModifierSet {
                name: modifier_set(tier).into(),
                kind: if entries.is_empty() {
                    ModifierKind::Text
                } else {
                    ModifierKind::One
                },
                choices: entries.into_iter().map(choice).collect(),
                ..ModifierSet::default()
            };
            modifiers.push((parent.id, parent.vocabulary.unwrap_or(""), set));
        }
        for list in self.root.named("CONTROLLED_VOCABULARY") {
            let id = list.attribute("CV_ID").unwrap_or("");
            let users: Vec<_> = tiers
                .iter()
                .filter(|tier| tier.vocabulary == Some(id))
                .collect();
            if !tiers.is_empty() && users.iter().all(|tier| is_modifier(tier)) {
                continue;
            }
            let kind = if !users.is_empty() && users.iter().all(|tier| is_point(tier)) {
                BehaviourKind::Point
            } else {
                BehaviourKind::State
            };
            let mut sets: Vec<ModifierSet> = Vec::new();
            for (_, _, set) in modifiers
                .iter()
                .filter(|(_, vocabulary, _)| *vocabulary == id)
            {
                if !sets.iter().any(|known| known.name == set.name) {
                    sets.push(set.clone());
                }
            }
            scheme.categories.push(id.to_owned());
            let language = users
                .iter()
                .find_map(|tier| tier.element.filled("LANG_REF"));
            let entries = self.entries(id, language);
            let codes: Vec<Arc<str>> = entries
                .iter()
                .map(|entry| entry.value.as_str().into())
                .collect();
            for entry in entries {
                let mut behaviour = CodedBehaviour::new(entry.value.as_str(), kind);
                behaviour.description = entry.description;
                id.clone_into(&mut behaviour.category);
                behaviour.modifiers.clone_from(&sets);
                // One tier holds one annotation at a time.
                if kind == BehaviourKind::State && codes.len() <= pairs_left {
                    pairs_left -= codes.len();
                    let others = codes.iter().filter(|code| **code != behaviour.code);
                    behaviour.excludes = others.cloned().collect();
                }
                scheme.behaviours.push(behaviour);
            }
        }
        scheme
    }

    fn entries(&self, id: &str, language: Option<&str>) -> Vec<Entry> {
        let list = self
            .root
            .named("CONTROLLED_VOCABULARY")
            .find(|list| list.attribute("CV_ID") == Some(id));
        list.into_iter()
            .flat_map(Element::elements)
            .filter_map(|element| entry(element, language))
            .collect()
    }
}

/// `CV_ENTRY` before format 2.8, `CV_ENTRY_ML` with a value per language since.
fn entry(element: &Element, language: Option<&str>) -> Option<Entry> {
    let value = match element.name.as_str() {
        "CV_ENTRY" => element,
        "CV_ENTRY_ML" => {
            let is_of_tier = |value: &&Element| value.attribute("LANG_REF") == language;
            let mut of_tier = element.named("CVE_VALUE").filter(is_of_tier);
            of_tier
                .next()
                .or_else(|| element.named("CVE_VALUE").next())?
        }
        _ => return None,
    };
    Some(Entry {
        value: value.text(),
        description: value.attribute("DESCRIPTION").unwrap_or("").to_owned(),
    })
}

fn choice(entry: Entry) -> ModifierChoice {
    ModifierChoice {
        value: entry.value.into(),
        description: entry.description,
        ..ModifierChoice::default()
    }
}
