//! A scheme as a template (`.etf`): for each subject and each set of states a tier with the set's
//! vocabulary, a tier for points, and below them a tier for each set of modifiers; or its vocabularies
//! alone (`.ecv`).

use std::collections::BTreeSet;

use attune_records::observation::{
    BehaviourKind, CodedBehaviour, ModifierKind, ModifierSet, SchemeAsRead,
};

use super::{ElanDocument, take_over::POINT_TYPE};
use crate::video_coding::{scheme_sets::state_sets, xml::Element};

/// The one language of what is written.
const LANGUAGE: &str = "und";
/// The date of what has none, since ELAN wants one.
const NO_DATE: &str = "1970-01-01T00:00:00Z";
const SCHEMA: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Behaviours that share a tier.
struct Lane<'a> {
    /// Its name, its type's and its vocabulary's: no two lanes have the same.
    name: String,
    is_point: bool,
    behaviours: Vec<&'a CodedBehaviour>,
    /// Sets of modifiers by name, with the choices of all its behaviours.
    modifiers: Vec<(String, ModifierSet)>,
}

impl ElanDocument {
    /// The template of a scheme.
    pub fn template(scheme: &SchemeAsRead) -> Self {
        let lanes = lanes(scheme);
        let mut root = Element::new(
            "ANNOTATION_DOCUMENT",
            &[
                ("AUTHOR", ""),
                ("DATE", NO_DATE),
                ("FORMAT", "3.0"),
                ("VERSION", "3.0"),
                ("xmlns:xsi", SCHEMA),
                (
                    "xsi:noNamespaceSchemaLocation",
                    "http://www.mpi.nl/tools/elan/EAFv3.0.xsd",
                ),
            ],
        )
        .with(Element::new(
            "HEADER",
            &[("MEDIA_FILE", ""), ("TIME_UNITS", "milliseconds")],
        ))
        .with(Element::new("TIME_ORDER", &[]));
        for tier in tiers(scheme, &lanes) {
            root = root.with(tier);
        }
        for kind in lanes.iter().flat_map(types) {
            root = root.with(kind);
        }
        root = root.with(language()).with(Element::new(
            "CONSTRAINT",
            &[
                ("STEREOTYPE", "Symbolic_Association"),
                ("DESCRIPTION", "1-1 association with a parent annotation"),
            ],
        ));
        for vocabulary in vocabularies(&lanes) {
            root = root.with(vocabulary);
        }
        Self {
            root,
            encoding_is_assumed: false,
        }
    }

    /// The vocabularies of a scheme.
    pub fn vocabulary(scheme: &SchemeAsRead) -> Self {
        let mut root = Element::new(
            "CV_RESOURCE",
            &[
                ("AUTHOR", ""),
                ("DATE", NO_DATE),
                ("VERSION", "0.2"),
                ("xmlns:xsi", SCHEMA),
                (
                    "xsi:noNamespaceSchemaLocation",
                    "http://www.mpi.nl/tools/elan/EAFv2.8.xsd",
                ),
            ],
        )
        .with(language());
        for vocabulary in vocabularies(&lanes(scheme)) {
            root = root.with(vocabulary);
        }
        Self {
            root,
            encoding_is_assumed: false,
        }
    }
}

fn lanes(scheme: &SchemeAsRead) -> Vec<Lane<'_>> {
    let mut names = BTreeSet::from([POINT_TYPE.to_owned()]);
    let mut lanes = Vec::new();
    for (place, set) in state_sets(scheme).into_iter().enumerate() {
        if set.exclusive {
            let label = match set.label.trim() {
                "" => format!("states {}", place + 1),
                label => label.to_owned(),
            };
            lanes.push(lane(&mut names, &label, false, set.states));
        } else {
            for state in set.states {
                lanes.push(lane(&mut names, &state.code, false, vec![state]));
            }
        }
    }
    let of_kind = |kind| scheme.behaviours.iter().filter(move |one| one.kind == kind);
    for phase in of_kind(BehaviourKind::Phase) {
        lanes.push(lane(&mut names, &phase.code, false, vec![phase]));
    }
    let points: Vec<&CodedBehaviour> = of_kind(BehaviourKind::Point).collect();
    if !points.is_empty() {
        lanes.push(lane(&mut names, "points", true, points));
    }
    lanes
}

fn lane<'a>(
    names: &mut BTreeSet<String>,
    name: &str,
    is_point: bool,
    behaviours: Vec<&'a CodedBehaviour>,
) -> Lane<'a> {
    let name = unused(names, name);
    let mut modifiers: Vec<(String, ModifierSet)> = Vec::new();
    for set in behaviours.iter().flat_map(|one| &one.modifiers) {
        match modifiers
            .iter_mut()
            .find(|(_, known)| known.name == set.name)
        {
            Some((_, known)) => {
                let has = |value: &str| known.choices.iter().any(|one| *one.value == *value);
                let more: Vec<_> = set.choices.iter().filter(|one| !has(&one.value)).collect();
                let more: Vec<_> = more.into_iter().cloned().collect();
                known.choices.extend(more);
            }
            None => {
                let title = unused(names, &format!("{name}: {}", title(set)));
                modifiers.push((title, set.clone()));
            }
        }
    }
    Lane {
        name,
        is_point,
        behaviours,
        modifiers,
    }
}

fn title(set: &ModifierSet) -> &str {
    match set.name.trim() {
        "" => "modifier",
        name => name,
    }
}

fn unused(names: &mut BTreeSet<String>, name: &str) -> String {
    let mut free = name.to_owned();
    let mut number = 1;
    while !names.insert(free.clone()) {
        number += 1;
        free = format!("{name} {number}");
    }
    free
}

/// A tier per subject and lane, with those of its modifiers below.
fn tiers(scheme: &SchemeAsRead, lanes: &[Lane<'_>]) -> Vec<Element> {
    let nobody = [None];
    let somebody: Vec<Option<&str>> = scheme.subjects.iter().map(|one| Some(&*one.name)).collect();
    let subjects: &[Option<&str>] = if somebody.is_empty() {
        &nobody
    } else {
        &somebody
    };
    let mut names = BTreeSet::new();
    let mut tiers = Vec::new();
    for subject in subjects {
        for lane in lanes {
            let name = match subject {
                Some(subject) => format!("{subject}: {}", lane.name),
                None => lane.name.clone(),
            };
            let name = unused(&mut names, &name);
            let kind = type_of(lane);
            tiers.push(tier(&name, kind, *subject, None));
            for (kind, set) in &lane.modifiers {
                let below = unused(&mut names, &format!("{}@{name}", title(set)));
                tiers.push(tier(&below, kind, *subject, Some(&name)));
            }
        }
    }
    tiers
}

fn tier(name: &str, kind: &str, subject: Option<&str>, parent: Option<&str>) -> Element {
    let mut attributes = vec![("LINGUISTIC_TYPE_REF", kind), ("TIER_ID", name)];
    attributes.extend(parent.map(|parent| ("PARENT_REF", parent)));
    attributes.extend(subject.map(|subject| ("PARTICIPANT", subject)));
    Element::new("TIER", &attributes)
}

fn type_of<'a>(lane: &'a Lane<'_>) -> &'a str {
    if lane.is_point {
        POINT_TYPE
    } else {
        &lane.name
    }
}

fn types(lane: &Lane<'_>) -> Vec<Element> {
    let kind = |id: &str, vocabulary: Option<&str>, is_below: bool| {
        let mut attributes = vec![
            ("LINGUISTIC_TYPE_ID", id),
            ("TIME_ALIGNABLE", if is_below { "false" } else { "true" }),
            ("GRAPHIC_REFERENCES", "false"),
        ];
        attributes.extend(is_below.then_some(("CONSTRAINTS", "Symbolic_Association")));
        attributes.extend(vocabulary.map(|id| ("CONTROLLED_VOCABULARY_REF", id)));
        Element::new("LINGUISTIC_TYPE", &attributes)
    };
    let mut types = vec![kind(type_of(lane), Some(&lane.name), false)];
    for (title, set) in &lane.modifiers {
        let vocabulary = is_listed(set).then_some(title.as_str());
        types.push(kind(title, vocabulary, true));
    }
    types
}

/// Whether its values can be a vocabulary.
fn is_listed(set: &ModifierSet) -> bool {
    matches!(set.kind, ModifierKind::One | ModifierKind::Several) && !set.choices.is_empty()
}

fn vocabularies(lanes: &[Lane<'_>]) -> Vec<Element> {
    let mut writing = Entries::default();
    let mut vocabularies = Vec::new();
    for lane in lanes {
        let entries = lane
            .behaviours
            .iter()
            .map(|one| (&*one.code, one.description.as_str()));
        vocabularies.push(writing.vocabulary(&lane.name, entries));
        for (title, set) in lane.modifiers.iter().filter(|(_, set)| is_listed(set)) {
            let entries = set
                .choices
                .iter()
                .map(|one| (&*one.value, one.description.as_str()));
            vocabularies.push(writing.vocabulary(title, entries));
        }
    }
    vocabularies
}

/// Entries have ids of their own.
#[derive(Default)]
struct Entries(usize);

impl Entries {
    fn vocabulary<'a>(
        &mut self,
        id: &str,
        entries: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Element {
        let description = Element::new("DESCRIPTION", &[("LANG_REF", LANGUAGE)]);
        let mut vocabulary =
            Element::new("CONTROLLED_VOCABULARY", &[("CV_ID", id)]).with(description);
        for (value, description) in entries {
            self.0 += 1;
            let id = format!("cveid{}", self.0);
            let attributes = [("DESCRIPTION", description), ("LANG_REF", LANGUAGE)];
            let value = Element::new("CVE_VALUE", &attributes).with_text(value);
            vocabulary =
                vocabulary.with(Element::new("CV_ENTRY_ML", &[("CVE_ID", &id)]).with(value));
        }
        vocabulary
    }
}

fn language() -> Element {
    Element::new(
        "LANGUAGE",
        &[
            ("LANG_DEF", "http://cdb.iso.org/lg/CDB-00130975-001"),
            ("LANG_ID", LANGUAGE),
            ("LANG_LABEL", "undetermined (und)"),
        ],
    )
}
