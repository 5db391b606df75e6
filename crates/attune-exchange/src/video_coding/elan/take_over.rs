//! A document as observations: one per annotator.

use std::{collections::BTreeMap, sync::Arc};

use attune_records::observation::{
    CodingProject, Event, Interval, Media, Micros, Modifier, Modifiers, Observation, Span,
};

use super::{
    ElanDocument,
    slots::Slots,
    tier::{Annotation, Tier, Times, tiers},
};
use crate::video_coding::{
    CodingFault, CodingFaults, CodingRead, NotTakenOver, tracks::scheme_of_events,
};

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
        check_names(&tiers)?;
        let mut reading = Reading {
            slots: Slots::new(&self.root, &tiers),
            not_taken_over: self.left(),
            n_shared_out: 0,
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
        let warnings = reading.warnings(events.len());
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
        for behaviour in scheme_of_events(&all(&events)).behaviours {
            if project.scheme.behaviour(&behaviour.code).is_none() {
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
        for reference in self.root.named("EXTERNAL_REF") {
            let address = reference.attribute("VALUE").unwrap_or("");
            left.push(NotTakenOver::new(
                "entries of a vocabulary outside the file",
                address,
                "nothing is fetched from elsewhere; inspect the .ecv file itself",
            ));
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

fn check_names(tiers: &[Tier<'_>]) -> Result<(), CodingFaults> {
    let mut faults = Vec::new();
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
}

impl<'a> Reading<'a> {
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
        // Parents may stand after their children, and no chain is longer than there are tiers.
        for _ in 0..tiers.len() {
            let before = intervals.len();
            for tier in tiers {
                self.hang(tier, &mut intervals);
            }
            if intervals.len() == before {
                break;
            }
        }
        intervals
    }

    /// Gives times to the annotations of a tier whose parents have some: of several below one, each
    /// gets the same share.
    fn hang(&mut self, tier: &Tier<'a>, intervals: &mut BTreeMap<&'a str, Interval>) {
        let mut below: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for annotation in &tier.annotations {
            if let Times::Of(parent) = annotation.times
                && !intervals.contains_key(annotation.id)
            {
                below.entry(parent).or_default().push(annotation.id);
            }
        }
        for (parent, children) in below {
            let Some(whole) = intervals.get(parent).copied() else {
                continue;
            };
            let n = children.len();
            let length = i128::from(whole.length().0);
            let cut =
                |index: usize| whole.start() + Micros((length * index as i128 / n as i128) as i64);
            for (index, child) in children.iter().enumerate() {
                if let Some(part) = Interval::new(cut(index), cut(index + 1)) {
                    intervals.insert(child, part);
                }
            }
            if n > 1 {
                self.n_shared_out += children.len();
            }
        }
    }

    fn events(
        &mut self,
        tier: &Tier<'a>,
        tiers: &[Tier<'a>],
        intervals: &BTreeMap<&'a str, Interval>,
    ) -> Vec<Event> {
        let details = details_below(tier, tiers);
        let subject: Arc<str> = Arc::from(tier.element.filled("PARTICIPANT").unwrap_or(tier.id));
        let track: Arc<str> = Arc::from(tier.id);
        let mut without_time = Vec::new();
        let mut events = Vec::with_capacity(tier.annotations.len());
        for (index, annotation) in tier.annotations.iter().enumerate() {
            let row = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let Some(interval) = intervals.get(annotation.id) else {
                without_time.push(annotation.id);
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

/// The modifiers that hang on annotations of a tier, by annotation.
struct Details {
    sets: Vec<(Arc<str>, BTreeMap<String, String>)>,
}

/// One-to-one tiers below a tier, also below each other.
fn details_below(tier: &Tier<'_>, tiers: &[Tier<'_>]) -> Details {
    let mut sets = Vec::new();
    // From each annotation to the one of the tier itself.
    let mut owners: BTreeMap<&str, &str> = tier
        .annotations
        .iter()
        .map(|one| (one.id, one.id))
        .collect();
    let mut parents = vec![tier.id];
    // Each tier is looked at once, however they refer to each other.
    let mut left: Vec<&Tier<'_>> = tiers.iter().filter(|other| is_modifier(other)).collect();
    while let Some(parent) = parents.pop() {
        let (below, others): (Vec<_>, Vec<_>) = left
            .into_iter()
            .partition(|other| other.parent == Some(parent));
        left = others;
        for child in below {
            let mut values = BTreeMap::new();
            for annotation in &child.annotations {
                if let Times::Of(above) = annotation.times
                    && let Some(owner) = owners.get(above).copied()
                {
                    owners.insert(annotation.id, owner);
                    values.insert(owner.to_owned(), annotation.value.clone());
                }
            }
            sets.push((Arc::from(modifier_set(child)), values));
            parents.push(child.id);
        }
    }
    Details { sets }
}

impl Details {
    /// Modifiers and comment of an annotation.
    fn of(&self, annotation: &Annotation<'_>) -> (Modifiers, Option<Arc<str>>) {
        let (mut modifiers, mut comment) = (Vec::new(), None);
        for (set, values) in &self.sets {
            let value = values.get(annotation.id);
            match value {
                Some(value) if **set == *COMMENT => comment = Some(Arc::from(value.as_str())),
                Some(value) => modifiers.push(Modifier {
                    set: Arc::clone(set),
                    values: vec![Arc::from(value.as_str())],
                }),
                None => {}
            }
        }
        (Modifiers::new(modifiers), comment)
    }
}
