//! Codings that were made elsewhere, brought into the room: each session or visit as a recording without
//! film, each coder as an account that nobody can sign in to, each coding finished. They then count, are
//! looked at and compared like what was coded here.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use attune_protocol::{
    Protocol,
    id::StudyId,
    missing::Missing,
    scheme::{ActTarget, ModifierValues, Scheme},
};
use attune_records::{
    Records,
    observation::{Event, Modifier, Span},
    records::{DyadCoding, SessionCoding, When},
};
use jiff::civil::Date;

use crate::{
    access::Actor,
    coded_elsewhere::KeptCoding,
    coding_rules::{self, Coded, NOT_CODABLE, OBSERVED, PRESENT, SAMPLED},
    command::{
        Command, Request,
        video::{
            ClipAdded, CodedEvent, CodingPurpose, Edit, ModifierAnswer, RatingAnswer, VideoCommand,
        },
    },
    error::Result,
    ids::{AccountId, ClipId, CodingId, DyadKey},
    moment::Moment,
    store::Store,
};

/// Who stands for a coding that names nobody.
const NOT_NAMED: &str = "coder not named";

/// Codings of one recording of a session or visit by one scheme, the one that counts first.
struct OfOneRecording<'a> {
    /// In the version by which it was coded.
    scheme: &'a Scheme,
    title: String,
    session: Option<&'a str>,
    dyad: Option<DyadKey>,
    visit: Option<&'a DyadCoding>,
    recorded: Option<Date>,
    codings: Vec<&'a SessionCoding>,
}

impl Store {
    /// Brings the codings of records. Returns how many, and of how many that cannot be held here: they
    /// have bouts without an end, or no wave and no day.
    pub(crate) async fn import_codings(
        &self,
        actor: &Actor,
        study: &StudyId,
        (protocol, records): (&Protocol, &Records),
        keys: &BTreeMap<String, DyadKey>,
        at: Moment,
    ) -> Result<(usize, usize)> {
        let (mut n, mut n_left) = (0, 0);
        let mut coders = BTreeSet::new();
        for scheme in &protocol.schemes {
            for coded in of_scheme(records, scheme, keys) {
                let bodies: Vec<Option<Vec<Edit>>> = coded
                    .codings
                    .iter()
                    .map(|coding| edits(coded.scheme, coding))
                    .collect();
                // Without the coding that counts the others are no second ones.
                let tells_when = coded.dyad.is_none() || coded.recorded.is_some() || {
                    let visit = coded.visit;
                    visit.is_some_and(|one| one.wave.is_some() && one.when == When::NotSaid)
                };
                if bodies[0].is_none() || !tells_when {
                    n_left += coded.codings.len();
                    continue;
                }
                let label = format!("{study} {} {}", scheme.id, coded.title);
                let clip = ClipId::of_request(&label, 0);
                let add = Command::Video(Box::new(add(clip, coded.scheme, records, &coded)));
                let added = Request::new(Some(study.clone()), add, at)
                    .with_key(format!("import {label}"))
                    .because("brought from elsewhere");
                self.execute(actor, added).await?;
                for (place, (coding, body)) in (0u32..).zip(coded.codings.iter().zip(bodies)) {
                    let Some(body) = body else {
                        n_left += 1;
                        continue;
                    };
                    let name = coding.coder.as_deref().unwrap_or(NOT_NAMED);
                    let coder = AccountId::of_request(&format!("{study} coder {name}"), 0);
                    if coders.insert(coder) {
                        let named = format!("{name} (coded elsewhere)");
                        self.add_coder_without_password(actor, study, (coder, &named), at)
                            .await?;
                    }
                    let kept = KeptCoding {
                        coding: CodingId::of_request(&label, place + 1),
                        clip,
                        coder,
                        purpose: match place {
                            0 => CodingPurpose::Study,
                            _ => CodingPurpose::Reliability,
                        },
                    };
                    self.keep_finished_coding(actor, study, kept, body, at)
                        .await?;
                    n += 1;
                }
            }
        }
        Ok((n, n_left))
    }
}

/// Codings by a scheme, put together by session or visit, in their order.
fn of_scheme<'a>(
    records: &'a Records,
    scheme: &'a Scheme,
    keys: &BTreeMap<String, DyadKey>,
) -> Vec<OfOneRecording<'a>> {
    let in_version = |coding: &SessionCoding| scheme.in_version(coding.version).unwrap_or(scheme);
    let mut all: Vec<OfOneRecording<'a>> = Vec::new();
    let mut add = |one: OfOneRecording<'a>| match all.iter_mut().find(|had| had.title == one.title)
    {
        Some(had) => had.codings.extend(one.codings),
        None => all.push(one),
    };
    for coding in records.codings.iter().filter(|one| one.scheme == scheme.id) {
        add(OfOneRecording {
            scheme: in_version(coding),
            title: format!(
                "Session {}{}, coded elsewhere",
                coding.session,
                recording(scheme, coding)
            ),
            session: Some(&coding.session),
            dyad: None,
            visit: None,
            recorded: records.session(&coding.session).map(|one| one.date),
            codings: vec![coding],
        });
    }
    let of_scheme = |one: &&DyadCoding| one.coding.scheme == scheme.id;
    for visit in records.dyad_codings.iter().filter(of_scheme) {
        let Some(key) = keys.get(&*visit.dyad) else {
            continue;
        };
        let wave = visit.wave.as_deref().unwrap_or("unplanned");
        let (when, recorded) = match visit.when {
            When::On(date) => (format!(", {date}"), Some(date)),
            When::DaysAfterEnrolment(days) => (format!(", day {days}"), None),
            When::NotSaid => (String::new(), None),
        };
        add(OfOneRecording {
            title: format!(
                "{} at {wave}{when}{}, coded elsewhere",
                visit.dyad,
                recording(scheme, &visit.coding)
            ),
            scheme: in_version(&visit.coding),
            session: None,
            dyad: Some(*key),
            visit: Some(visit),
            recorded,
            codings: vec![&visit.coding],
        });
    }
    all
}

/// Which recording it is, where there are several, and by which version it was coded, where that is not the present
/// one.
fn recording(scheme: &Scheme, coding: &SessionCoding) -> String {
    let recording = coding.recording.as_deref();
    let mut which =
        recording.map_or_else(String::new, |recording| format!(", recording {recording}"));
    if coding.version != scheme.version {
        which += &format!(", version {} of the scheme", coding.version);
    }
    which
}

fn add(
    clip: ClipId,
    scheme: &Scheme,
    records: &Records,
    coded: &OfOneRecording<'_>,
) -> VideoCommand {
    let session = coded.session.and_then(|code| records.session(code));
    VideoCommand::AddClip(Box::new(ClipAdded {
        site: session.map(|session| session.site.clone()),
        wave: coded.visit.and_then(|visit| visit.wave.clone()),
        session: coded.session.map(str::to_owned),
        dyads: coded.dyad.into_iter().collect(),
        recorded: coded.recorded,
        begins: coded.codings[0].begins.map(|begins| begins.0),
        ..ClipAdded::new(clip, coded.title.clone(), scheme)
    }))
}

/// A coding as one change of an empty one. `None` where a bout has no end: an open bout could not be
/// finished here.
fn edits(scheme: &Scheme, coding: &SessionCoding) -> Option<Vec<Edit>> {
    let names = Names::of(scheme, coding);
    let window = coding.windows.first()?;
    let (first, last) = (window.start().0, window.stop().0);
    let mut events = vec![CodedEvent::stretch(OBSERVED, first, last)];
    for part in coding.not_codable.iter().filter(|part| !part.is_empty()) {
        events.push(CodedEvent::stretch(
            NOT_CODABLE,
            part.start().0,
            part.stop().0,
        ));
    }
    for person in &coding.people {
        events.push(CodedEvent {
            subject: Some(names.of_room(person)),
            stop: None,
            point: true,
            ..CodedEvent::stretch(PRESENT, first, last)
        });
    }
    for sample in &coding.samples {
        events.push(CodedEvent {
            sampled: Some(sample.sampled),
            ..CodedEvent::stretch(SAMPLED, sample.interval.start().0, sample.interval.stop().0)
        });
    }
    for one in &coding.not_seen {
        let interval = one.sample.interval;
        events.push(CodedEvent {
            subject: Some(names.of_room(&one.subject)),
            sampled: Some(one.sample.sampled),
            ..CodedEvent::stretch(NOT_CODABLE, interval.start().0, interval.stop().0)
        });
    }
    for event in &coding.events {
        events.push(coded(
            scheme,
            &names,
            event,
            CodedEvent::stretch(&event.behaviour, 0, 1),
        )?);
    }
    let events = events
        .into_iter()
        .enumerate()
        .map(|(n, event)| Edit::Event {
            // Of equal begins the order of the file stays.
            id: format!("brought-{n:06}"),
            before: None,
            after: Some(event),
        });
    let ratings = coding.ratings.iter().filter_map(|(id, value)| {
        let after = match value {
            Ok(points) => RatingAnswer::Rated(*points),
            Err(Missing::NotApplicable) => RatingAnswer::NotCodable,
            Err(_) => return None,
        };
        Some(Edit::Rating {
            id: id.to_string(),
            before: None,
            after: Some(after),
        })
    });
    let edits: Vec<Edit> = events.chain(ratings).collect();
    coding_rules::faults(scheme, &edits)
        .is_empty()
        .then_some(edits)
}

fn coded(scheme: &Scheme, names: &Names, event: &Event, empty: CodedEvent) -> Option<CodedEvent> {
    let (start, stop) = match event.span {
        Span::Point(at) => (at.0, None),
        // A bout of the room has a length, be it the shortest there is.
        Span::State(bout) => (bout.start().0, Some(bout.stop().0.max(bout.start().0 + 1))),
        Span::Open { .. } | Span::Unstarted { .. } => return None,
    };
    let is_stretch = matches!(Coded::of(scheme, &event.behaviour), Some(Coded::Stretch(_)));
    let subject = event.subject.as_deref().map(|name| names.of_room(name));
    let target = event.target.as_deref().map(|target| {
        let is_person = scheme.subject_named(target).is_some();
        match ActTarget::of_code(target) {
            Some(_) if !names.holds(target) => target.to_owned(),
            _ if is_person => names.of_room(target),
            _ => target.to_owned(),
        }
    });
    let behaviour = Coded::of(scheme, &event.behaviour).map(Coded::behaviour);
    let modifiers = event.modifiers.as_slice().iter().filter_map(|said| {
        let mut known = behaviour?.modifiers.iter();
        let modifier = known.find(|one| *one.id == *said.set)?;
        Some((modifier.id.clone(), answer(said, &modifier.values)?))
    });
    Some(CodedEvent {
        modifiers: modifiers.collect(),
        sampled: event.sampled,
        subject: subject.filter(|_| !is_stretch),
        target,
        start,
        stop,
        point: stop.is_none(),
        ..empty
    })
}

/// A detail as the room holds it.
fn answer(said: &Modifier, may_be: &ModifierValues) -> Option<ModifierAnswer> {
    match may_be {
        ModifierValues::Number { .. } => {
            let number = said.values.first()?.parse().ok()?;
            Some(ModifierAnswer::Number(number))
        }
        ModifierValues::One(_) | ModifierValues::Several(_) => Some(ModifierAnswer::Words(
            said.values.iter().map(ToString::to_string).collect(),
        )),
    }
}

/// How the people of a coding are called in the room: of many by a number, which all of a family share.
struct Names(BTreeMap<Arc<str>, String>);

impl Names {
    fn of(scheme: &Scheme, coding: &SessionCoding) -> Self {
        let families: Vec<Option<&str>> = coding
            .people
            .iter()
            .filter_map(|name| scheme.subject_named(name))
            .filter(|(subject, _)| subject.many)
            .map(|(_, family)| family)
            .collect();
        let number = |family: &Option<&str>| {
            let number = family.and_then(|family| family.parse::<u32>().ok());
            number.filter(|number| (1..=99).contains(number))
        };
        let are_numbers = families.iter().all(|family| number(family).is_some());
        let numbered = |family: Option<&str>| match are_numbers {
            true => number(&family).unwrap_or(1),
            // By the order in which families are named first.
            false => {
                let mut seen: Vec<Option<&str>> = Vec::new();
                for one in &families {
                    if !seen.contains(one) {
                        seen.push(*one);
                    }
                }
                let place = seen.iter().position(|one| *one == family).unwrap_or(0);
                u32::try_from(place + 1).unwrap_or(u32::MAX)
            }
        };
        let of_room = |name: &Arc<str>| {
            let (subject, family) = scheme.subject_named(name)?;
            Some((
                name.clone(),
                match subject.many {
                    true => format!("{}-{}", subject.id, numbered(family)),
                    false => subject.id.clone(),
                },
            ))
        };
        Self(coding.people.iter().filter_map(of_room).collect())
    }

    fn holds(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn of_room(&self, name: &str) -> String {
        self.0.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }
}
