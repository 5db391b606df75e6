//! A document as observations: one per annotator.

mod details;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use attune_records::observation::{
    CodingProject, Event, Interval, Media, Micros, Observation, Span,
};

use super::{
    ElanDocument,
    slots::Slots,
    tier::{Tier, Times, tiers},
};
use crate::video_coding::{
    CodingFault, CodingFaults, CodingRead, NotTakenOver, text::ENCODING_ASSUMED,
    tracks::scheme_of_events, xml::Element,
};
use details::details_below;

/// Type of tiers whose annotations stand for points, each one frame long.
pub(super) const POINT_TYPE: &str = "point event";
/// Name of the modifier tier that holds comments.
pub(super) const COMMENT: &str = "comment";

/// Whether a tier's annotations are details of those of its parent, one to one.
pub(super) fn is_modifier(tier: &Tier<'_>) -> bool {
    tier.parent.is_some() && tier.constraint == Some("Symbolic_Association")
}

/// Whether a tier's annotations stand for points.
pub(super) fn is_point(tier: &Tier<'_>) -> bool {
    tier.kind == POINT_TYPE
}

/// The set of a modifier tier: its name without the parent's, as in `xds@CHI`.
pub(super) fn modifier_set<'a>(tier: &Tier<'a>) -> &'a str {
    let parent = tier.parent.unwrap_or("");
    let before = tier
        .id
        .strip_suffix(parent)
        .and_then(|rest| rest.strip_suffix('@'));
    before.filter(|set| !set.is_empty()).unwrap_or(tier.id)
}

impl ElanDocument {
    /// Observations, one per annotator. A template or vocabulary has a scheme and one without events.
    ///
    /// # Errors
    ///
    /// Two tiers or annotations have the same name.
    pub fn to_project(&self, name: &str) -> Result<CodingRead, CodingFaults> {
        let tiers = tiers(&self.root);
        check_names(&self.root, &tiers)?;
        let mut reading = Reading {
            slots: Slots::new(&self.root, &tiers),
            not_taken_over: self.left(),
            n_shared_out: 0,
            used: BTreeSet::new(),
        };
        let intervals = reading.intervals(&tiers);
        let mut events: Vec<(Option<&str>, Vec<Event>)> = Vec::new();
        for tier in tiers.iter().filter(|tier| !is_modifier(tier)) {
            let annotator = tier.element.filled("ANNOTATOR");
            let of_tier = reading.events(tier, &tiers, &intervals);
            match events.iter_mut().find(|(known, _)| *known == annotator) {
                Some((_, events)) => events.extend(of_tier),
                None => events.push((annotator, of_tier)),
            }
        }
        reading.tell_stray_details(&tiers);
        let mut warnings = reading.warnings(events.len());
        if self.encoding_is_assumed {
            warnings.push(ENCODING_ASSUMED.to_owned());
        }
        // A tier without annotator beside one annotator is that annotator's.
        if events.len() == 2 && events.iter().any(|(annotator, _)| annotator.is_none()) {
            let (_, second) = events.remove(1);
            events[0].1.extend(second);
            events[0].0 = tiers
                .iter()
                .find_map(|tier| tier.element.filled("ANNOTATOR"));
        }
        if events.is_empty() {
            events.push((None, Vec::new()));
        }
        let mut project = CodingProject::default();
        project.date = self.root.attribute("DATE").unwrap_or("").to_owned();
        project.scheme = self.scheme();
        let known = project.scheme.behaviours.iter();
        let known: BTreeSet<_> = known.map(|behaviour| Arc::clone(&behaviour.code)).collect();
        for behaviour in scheme_of_events(&all(&events)).behaviours {
            if !known.contains(&behaviour.code) {
                project.scheme.behaviours.push(behaviour);
            }
        }
        let is_alone = events.len() == 1;
        let observations = events.into_iter().map(|(annotator, events)| {
            let id = match annotator {
                Some(annotator) if !is_alone => format!("{name} ({annotator})"),
                _ => name.to_owned(),
            };
            let mut one = Observation::new(id);
            one.recording = Some(Arc::from(name));
            one.coder = annotator.map(Arc::from);
            one.media = self.media();
            one.with_events(events)
        });
        let project = project
            .with_observations(observations.collect())
            .ok_or_else(|| {
                CodingFaults::from(CodingFault::of_file(
                    "two annotators have the same name",
                    "give each its own in ELAN",
                ))
            })?;
        Ok(CodingRead {
            project,
            not_taken_over: reading.not_taken_over,
            warnings,
        })
    }

    fn media(&self) -> Vec<Media> {
        let descriptors = self
            .root
            .named("HEADER")
            .flat_map(|header| header.named("MEDIA_DESCRIPTOR"));
        descriptors
            .enumerate()
            .map(|(index, media)| {
                let origin = media
                    .attribute("TIME_ORIGIN")
                    .and_then(|t| t.trim().parse().ok());
                let address = media
                    .filled("RELATIVE_MEDIA_URL")
                    .or(media.attribute("MEDIA_URL"));
                Media {
                    player: u32::try_from(index + 1).unwrap_or(u32::MAX),
                    // The origin is what of the file lies before the time 0 of the document.
                    offset: -origin.and_then(Micros::from_millis).unwrap_or_default(),
                    media_type: media.attribute("MIME_TYPE").map(str::to_owned),
                    ..Media::new(address.unwrap_or(""))
                }
            })
            .collect()
    }

    /// What a document may hold beyond tiers.
    fn left(&self) -> Vec<NotTakenOver> {
        let mut left = Vec::new();
        for (name, what) in [
            ("LINKED_FILE_DESCRIPTOR", "linked files"),
            ("REF_LINK_SET", "sets of reference links"),
            ("LEXICON_REF", "links to lexicons"),
            ("LICENSE", "licences"),
        ] {
            let in_header = self
                .root
                .named("HEADER")
                .flat_map(|header| header.named(name))
                .count();
            let n = in_header
                + self
                    .root
                    .named(name)
                    .filter(|e| !e.children.is_empty())
                    .count();
            if n > 0 {
                let why = "observations have no place for it; a copy as .eaf keeps it";
                left.push(NotTakenOver::new(format!("{what}: {n}"), name, why));
            }
        }
        let entries = self
            .root
            .named("CONTROLLED_VOCABULARY")
            .flat_map(|list| list.named("CV_ENTRY_ML"));
        let more = entries
            .filter(|entry| entry.named("CVE_VALUE").count() > 1)
            .count();
        if more > 0 {
            left.push(NotTakenOver::new(
                format!("entries of vocabularies in further languages: {more}"),
                "CV_ENTRY_ML",
                "each is taken in the language of the tiers that use it, or the first; a copy as .eaf keeps all",
            ));
        }
        for reference in self.root.named("EXTERNAL_REF") {
            let address = reference.attribute("VALUE").unwrap_or("");
            let (what, why) = match reference.attribute("TYPE") {
                Some("ecv") | None => (
                    "entries of a vocabulary outside the file",
                    "nothing is fetched from elsewhere; inspect the .ecv file itself",
                ),
                Some(_) => (
                    "a reference to something outside the file",
                    "observations have no place for it; a copy as .eaf keeps it",
                ),
            };
            left.push(NotTakenOver::new(what, address, why));
        }
        left
    }
}

fn all(events: &[(Option<&str>, Vec<Event>)]) -> Vec<Event> {
    events
        .iter()
        .flat_map(|(_, events)| events.iter().cloned())
        .collect()
}

fn check_names(root: &Element, tiers: &[Tier<'_>]) -> Result<(), CodingFaults> {
    let mut faults = Vec::new();
    let mut slots: BTreeSet<&str> = BTreeSet::new();
    let of_file = root
        .named("TIME_ORDER")
        .flat_map(|order| order.named("TIME_SLOT"));
    for id in of_file.filter_map(|slot| slot.attribute("TIME_SLOT_ID")) {
        if !slots.insert(id) {
            faults.push(CodingFault::new(
                "TIME_ORDER",
                format!("the time slot `{id}` is there twice"),
                "open the file in ELAN and save it again",
            ));
        }
    }
    let mut names: BTreeMap<&str, ()> = BTreeMap::new();
    let mut ids: BTreeMap<&str, ()> = BTreeMap::new();
    for tier in tiers {
        if names.insert(tier.id, ()).is_some() {
            let remedy = "rename one of them in a text editor; ELAN would read only one";
            faults.push(CodingFault::new(
                format!("tier `{}`", tier.id),
                "two tiers have this name",
                remedy,
            ));
        }
        for annotation in &tier.annotations {
            if ids.insert(annotation.id, ()).is_some() {
                faults.push(CodingFault::new(
                    format!("tier `{}`", tier.id),
                    format!("the annotation `{}` is there twice", annotation.id),
                    "open the file in ELAN and save it again",
                ));
            }
        }
    }
    CodingFaults::of(faults).map_or(Ok(()), Err)
}

struct Reading<'a> {
    slots: Slots<'a>,
    not_taken_over: Vec<NotTakenOver>,
    n_shared_out: usize,
    /// Annotations that are details of others.
    used: BTreeSet<&'a str>,
}

impl<'a> Reading<'a> {
    /// Details that belong to nothing: of a tier whose parent is missing or in a ring of tiers, of an
    /// annotation that is not there, or of one that has another detail of the same set.
    fn tell_stray_details(&mut self, tiers: &[Tier<'a>]) {
        for tier in tiers.iter().filter(|tier| is_modifier(tier)) {
            let stray: Vec<&str> = tier
                .annotations
                .iter()
                .map(|one| one.id)
                .filter(|id| !self.used.contains(id))
                .collect();
            if let Some(first) = stray.first() {
                self.not_taken_over.push(NotTakenOver::new(
                    format!("details of annotations: {}", stray.len()),
                    format!("tier `{}`, `{first}`", tier.id),
                    "what they should hang on is not there, or has another detail in this tier",
                ));
            }
        }
    }

    /// When each annotation is: by its slots, or by the annotation that it hangs on.
    fn intervals(&mut self, tiers: &[Tier<'a>]) -> BTreeMap<&'a str, Interval> {
        let mut intervals: BTreeMap<&str, Interval> = BTreeMap::new();
        for annotation in tiers.iter().flat_map(|tier| &tier.annotations) {
            if let Times::Slots(first, second) = annotation.times
                && let Some(interval) = self.slots.interval(first, second)
            {
                intervals.insert(annotation.id, interval);
            }
        }
        // Of each annotation those that hang on it, tier by tier; parents may stand after their children.
        let mut below: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
        for tier in tiers {
            for (parent, children) in hanging(tier) {
                below.entry(parent).or_default().push(children);
            }
        }
        let mut timed: Vec<&str> = intervals.keys().copied().collect();
        while let Some(parent) = timed.pop() {
            for children in below.remove(parent).unwrap_or_default() {
                timed.extend(self.hang(intervals[parent], &children, &mut intervals));
            }
        }
        intervals
    }

    /// Gives times to annotations of one tier that hang on the same one: each gets the same share. Answers
    /// those that have a time now.
    fn hang(
        &mut self,
        whole: Interval,
        children: &[&'a str],
        intervals: &mut BTreeMap<&'a str, Interval>,
    ) -> Vec<&'a str> {
        let (n, length) = (children.len(), i128::from(whole.length().0));
        let cut =
            |index: usize| whole.start() + Micros((length * index as i128 / n as i128) as i64);
        let mut timed = Vec::new();
        for (index, child) in children.iter().enumerate() {
            if let Some(part) = Interval::new(cut(index), cut(index + 1)) {
                intervals.insert(child, part);
                timed.push(*child);
            }
        }
        if n > 1 {
            self.n_shared_out += n;
        }
        timed
    }

    fn events(
        &mut self,
        tier: &Tier<'a>,
        tiers: &[Tier<'a>],
        intervals: &BTreeMap<&'a str, Interval>,
    ) -> Vec<Event> {
        let details = details_below(tier, tiers);
        self.used.extend(&details.used);
        let subject: Arc<str> = Arc::from(tier.element.filled("PARTICIPANT").unwrap_or(tier.id));
        let track: Arc<str> = Arc::from(tier.id);
        let (mut without_time, mut reversed) = (Vec::new(), Vec::new());
        let mut events = Vec::with_capacity(tier.annotations.len());
        for (index, annotation) in tier.annotations.iter().enumerate() {
            let row = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let Some(interval) = intervals.get(annotation.id) else {
                match annotation.times {
                    Times::Slots(first, second) if self.slots.are_reversed(first, second) => {
                        reversed.push(annotation.id);
                    }
                    _ => without_time.push(annotation.id),
                }
                continue;
            };
            let span = if is_point(tier) {
                Span::Point(interval.start())
            } else {
                Span::State(*interval)
            };
            let (modifiers, comment) = details.of(annotation);
            events.push(Event {
                subject: Some(Arc::clone(&subject)),
                track: Some(Arc::clone(&track)),
                modifiers,
                comment,
                row,
                ..Event::new(annotation.value.as_str(), span)
            });
        }
        if !reversed.is_empty() {
            self.not_taken_over.push(NotTakenOver::new(
                format!("annotations that end before they begin: {}", reversed.len()),
                format!("tier `{}`, `{}`", tier.id, reversed[0]),
                "correct their times in ELAN",
            ));
        }
        if !without_time.is_empty() {
            self.not_taken_over.push(NotTakenOver::new(
                format!("annotations without a time: {}", without_time.len()),
                format!("tier `{}`, `{}`", tier.id, without_time[0]),
                "neither they nor what they hang on have times on both sides",
            ));
        }
        events
    }

    fn warnings(&self, n_annotators: usize) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.slots.n_interpolated > 0 {
            warnings.push(format!(
                "{} time slots have no time of their own: they share the stretch between their neighbours evenly, as ELAN shows them",
                self.slots.n_interpolated
            ));
        }
        if self.n_shared_out > 0 {
            warnings.push(format!(
                "{} annotations have no times of their own: they share the time of the one above evenly, as ELAN shows them",
                self.n_shared_out
            ));
        }
        if n_annotators > 2 {
            warnings.push(format!(
                "{n_annotators} annotators: one observation for each"
            ));
        }
        warnings
    }
}

/// The annotations of a tier that hang on others, by those.
fn hanging<'a>(tier: &Tier<'a>) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut hanging: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for annotation in &tier.annotations {
        if let Times::Of(parent) = annotation.times {
            hanging.entry(parent).or_default().push(annotation.id);
        }
    }
    hanging
}
