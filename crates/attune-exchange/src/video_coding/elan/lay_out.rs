//! An observation as a document: a tier per subject, a tier below it for each set of modifiers and
//! for comments.

use std::collections::BTreeSet;

use attune_records::observation::{Event, Micros, Observation};

use super::{
    ElanDocument,
    take_over::{COMMENT, POINT_TYPE},
};
use crate::video_coding::{
    each_once::each_once,
    not_held::{Losses, NotHeld},
    tracks::{Track, lay_out},
    xml::Element,
};

/// Length of an annotation that stands for a point, where no rate of frames is known.
const POINT_MILLIS: i64 = 40;

impl ElanDocument {
    /// The document of an observation, and what it cannot hold.
    pub fn of_observation(observation: &Observation, date: &str) -> (Self, Vec<NotHeld>) {
        let out = lay_out(observation);
        let mut writing = Writing {
            slots: Element::new("TIME_ORDER", &[]),
            n_slots: 0,
            n_annotations: 0,
            point_millis: frame_millis(observation),
            annotator: observation.coder.as_deref().unwrap_or(""),
            names: out.tracks.iter().map(|track| track.name.clone()).collect(),
        };
        let mut tiers = Vec::new();
        for track in &out.tracks {
            tiers.extend(writing.tiers(track));
        }
        let mut root = Element::new(
            "ANNOTATION_DOCUMENT",
            &[
                ("AUTHOR", writing.annotator),
                (
                    "DATE",
                    if date.is_empty() {
                        "1970-01-01T00:00:00Z"
                    } else {
                        date
                    },
                ),
                ("FORMAT", "3.0"),
                ("VERSION", "3.0"),
                ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
                (
                    "xsi:noNamespaceSchemaLocation",
                    "http://www.mpi.nl/tools/elan/EAFv3.0.xsd",
                ),
            ],
        )
        .with(header(observation, writing.n_annotations))
        .with(writing.slots);
        for tier in tiers {
            root = root.with(tier);
        }
        for definition in definitions() {
            root = root.with(definition);
        }
        (
            Self {
                root,
                encoding_is_assumed: false,
            },
            losses(observation, &out.unpaired, &out.empty),
        )
    }
}

fn losses(observation: &Observation, unpaired: &[&Event], empty: &[&Event]) -> Vec<NotHeld> {
    let mut losses = Losses::default();
    let events = observation.events();
    losses.tell(
        unpaired.len(),
        "bouts with one end",
        "an annotation has two ends; left out",
    );
    losses.tell(
        empty.len(),
        "states without length",
        "an annotation has a length; left out",
    );
    losses.tell_events(
        events,
        |event| event.span.begin() < Micros::ZERO,
        "events before 0",
        "times of ELAN begin at 0: open the file with the offset set for its media",
    );
    losses.tell_events(
        events,
        |event| event.span.is_point(),
        "point events",
        "ELAN has none: written one frame long, in tiers of the type `point event`",
    );
    losses.tell_events(
        events,
        |event| !event.span.begin().is_whole_millis() || !event.span.end().is_whole_millis(),
        "times finer than a millisecond",
        "rounded to the nearest",
    );
    losses.into_list()
}

struct Writing<'a> {
    slots: Element,
    n_slots: usize,
    n_annotations: usize,
    point_millis: i64,
    annotator: &'a str,
    /// Names of tiers so far: no two are the same.
    names: BTreeSet<String>,
}

impl Writing<'_> {
    /// The tier of a track and those below it.
    fn tiers(&mut self, track: &Track<'_>) -> Vec<Element> {
        let kind = if track.is_point {
            POINT_TYPE
        } else {
            "behaviour"
        };
        let mut tier = self.tier(track, &track.name, kind, None);
        let mut ids = Vec::new();
        for event in &track.events {
            let start = event.span.begin().millis();
            let length = (event.span.end().millis() - start).max(1);
            let length = if track.is_point {
                self.point_millis
            } else {
                length
            };
            let slots = [self.slot(start), self.slot(start + length)];
            let id = self.next_id();
            let annotation = Element::new(
                "ALIGNABLE_ANNOTATION",
                &[
                    ("ANNOTATION_ID", &id),
                    ("TIME_SLOT_REF1", &slots[0]),
                    ("TIME_SLOT_REF2", &slots[1]),
                ],
            );
            tier = tier.with(annotated(annotation, &event.behaviour));
            ids.push(id);
        }
        let mut tiers = vec![tier];
        for set in sets(&track.events) {
            let name = format!(
                "{}@{}",
                if set.is_empty() { "modifier" } else { set },
                track.name
            );
            let value = |event: &Event| event.modifiers.of_set(set).join(",");
            tiers.push(self.below(track, &name, &ids, value));
        }
        if track.events.iter().any(|event| event.comment.is_some()) {
            let name = format!("{COMMENT}@{}", track.name);
            let value = |event: &Event| event.comment.as_deref().unwrap_or("").to_owned();
            tiers.push(self.below(track, &name, &ids, value));
        }
        tiers
    }

    fn below(
        &mut self,
        track: &Track<'_>,
        name: &str,
        parents: &[String],
        value: impl Fn(&Event) -> String,
    ) -> Element {
        let free = (1..).map(|n| {
            if n == 1 {
                name.to_owned()
            } else {
                format!("{n} {name}")
            }
        });
        let name = free
            .into_iter()
            .find(|name| !self.names.contains(name))
            .unwrap_or_default();
        self.names.insert(name.clone());
        let mut tier = self.tier(track, &name, "modifier", Some(&track.name));
        for (event, parent) in track.events.iter().zip(parents) {
            let value = value(event);
            if value.is_empty() {
                continue;
            }
            let id = self.next_id();
            let annotation = Element::new(
                "REF_ANNOTATION",
                &[("ANNOTATION_ID", &id), ("ANNOTATION_REF", parent)],
            );
            tier = tier.with(annotated(annotation, &value));
        }
        tier
    }

    fn tier(&self, track: &Track<'_>, name: &str, kind: &str, parent: Option<&str>) -> Element {
        let mut attributes = vec![("LINGUISTIC_TYPE_REF", kind), ("TIER_ID", name)];
        attributes.extend(parent.map(|parent| ("PARENT_REF", parent)));
        attributes.extend(track.subject.map(|subject| ("PARTICIPANT", subject)));
        if !self.annotator.is_empty() {
            attributes.push(("ANNOTATOR", self.annotator));
        }
        Element::new("TIER", &attributes)
    }

    fn slot(&mut self, millis: i64) -> String {
        self.n_slots += 1;
        let id = format!("ts{}", self.n_slots);
        let time = millis.to_string();
        let slot = Element::new("TIME_SLOT", &[("TIME_SLOT_ID", &id), ("TIME_VALUE", &time)]);
        self.slots
            .children
            .push(crate::video_coding::xml::Node::Element(slot));
        id
    }

    fn next_id(&mut self) -> String {
        self.n_annotations += 1;
        format!("a{}", self.n_annotations)
    }
}

fn annotated(annotation: Element, value: &str) -> Element {
    let mut text = Element::new("ANNOTATION_VALUE", &[]);
    if !value.is_empty() {
        text = text.with_text(value);
    }
    Element::new("ANNOTATION", &[]).with(annotation.with(text))
}

fn sets<'a>(events: &[&'a Event]) -> Vec<&'a str> {
    let modifiers = events.iter().flat_map(|event| event.modifiers.as_slice());
    each_once(modifiers.map(|modifier| &*modifier.set))
}

/// One frame of the first file whose rate is known.
fn frame_millis(observation: &Observation) -> i64 {
    let rate = observation
        .media
        .iter()
        .find_map(|media| media.frames_per_second);
    match rate {
        Some(rate) if (1.0..=1000.0).contains(&rate) => (1000.0 / rate).round() as i64,
        _ => POINT_MILLIS,
    }
}

fn header(observation: &Observation, n_annotations: usize) -> Element {
    let mut header = Element::new(
        "HEADER",
        &[("MEDIA_FILE", ""), ("TIME_UNITS", "milliseconds")],
    );
    for media in &observation.media {
        let kind = media.media_type.as_deref().unwrap_or("video/mp4");
        let origin = (-media.offset).millis().to_string();
        let mut attributes = vec![
            ("MEDIA_URL", media.file.as_str()),
            ("MIME_TYPE", kind),
            ("RELATIVE_MEDIA_URL", media.file.as_str()),
        ];
        if media.offset != Micros::ZERO {
            attributes.push(("TIME_ORIGIN", origin.as_str()));
        }
        header = header.with(Element::new("MEDIA_DESCRIPTOR", &attributes));
    }
    let property = Element::new("PROPERTY", &[("NAME", "lastUsedAnnotationId")]);
    header.with(property.with_text(&n_annotations.to_string()))
}

/// Types and constraints.
fn definitions() -> Vec<Element> {
    let kind = |id: &str, alignable: &str, constraint: Option<&str>| {
        let mut attributes = vec![
            ("LINGUISTIC_TYPE_ID", id),
            ("TIME_ALIGNABLE", alignable),
            ("GRAPHIC_REFERENCES", "false"),
        ];
        attributes.extend(constraint.map(|constraint| ("CONSTRAINTS", constraint)));
        Element::new("LINGUISTIC_TYPE", &attributes)
    };
    vec![
        kind("behaviour", "true", None),
        kind(POINT_TYPE, "true", None),
        kind("modifier", "false", Some("Symbolic_Association")),
        Element::new(
            "CONSTRAINT",
            &[
                ("STEREOTYPE", "Symbolic_Association"),
                ("DESCRIPTION", "1-1 association with a parent annotation"),
            ],
        ),
    ]
}
