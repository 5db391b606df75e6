//! Tiers with their annotations, looked up once.

use std::collections::BTreeMap;

use crate::video_coding::xml::Element;

/// A tier.
pub(super) struct Tier<'a> {
    pub element: &'a Element,
    pub id: &'a str,
    pub parent: Option<&'a str>,
    pub kind: &'a str,
    /// How it hangs on its parent: `Symbolic_Association`, …
    pub constraint: Option<&'a str>,
    pub vocabulary: Option<&'a str>,
    pub annotations: Vec<Annotation<'a>>,
}

/// An annotation.
pub(super) struct Annotation<'a> {
    pub id: &'a str,
    pub value: String,
    pub times: Times<'a>,
}

/// Where an annotation has its times from.
pub(super) enum Times<'a> {
    /// Its own slots.
    Slots(&'a str, &'a str),
    /// Another annotation.
    Of(&'a str),
}

/// The tiers of a document, in its order.
pub(super) fn tiers(root: &Element) -> Vec<Tier<'_>> {
    let kinds: BTreeMap<&str, &Element> = root
        .named("LINGUISTIC_TYPE")
        .filter_map(|kind| Some((kind.attribute("LINGUISTIC_TYPE_ID")?, kind)))
        .collect();
    root.named("TIER")
        .map(|element| {
            let kind = element.attribute("LINGUISTIC_TYPE_REF").unwrap_or("");
            let definition = kinds.get(kind);
            let of_kind = |name| definition.and_then(|definition| definition.filled(name));
            Tier {
                element,
                id: element.attribute("TIER_ID").unwrap_or(""),
                parent: element.filled("PARENT_REF"),
                kind,
                constraint: of_kind("CONSTRAINTS"),
                vocabulary: of_kind("CONTROLLED_VOCABULARY_REF"),
                annotations: element.named("ANNOTATION").filter_map(annotation).collect(),
            }
        })
        .collect()
}

fn annotation(element: &Element) -> Option<Annotation<'_>> {
    let inner = element.elements().next()?;
    let attribute = |name| inner.attribute(name).unwrap_or("");
    let times = match inner.name.as_str() {
        "ALIGNABLE_ANNOTATION" => {
            Times::Slots(attribute("TIME_SLOT_REF1"), attribute("TIME_SLOT_REF2"))
        }
        "REF_ANNOTATION" => Times::Of(attribute("ANNOTATION_REF")),
        _ => return None,
    };
    let value = inner.named("ANNOTATION_VALUE").next();
    Some(Annotation {
        id: attribute("ANNOTATION_ID"),
        value: value.map(Element::text).unwrap_or_default(),
        times,
    })
}
