//! Several recordings of one session (the camera was restarted, the session was filmed in two clips) as one
//! coding of the session.
//!
//! Codable times are added up: each recording keeps its window, behind the one before it or where the clock of
//! the session puts it. Nothing is joined across the cut: a bout that the cut interrupts is two bouts, and what
//! lies between two recordings is known to nobody. Of each recording the coding that comes first counts; second
//! codings make a second coding of the session where every recording has one, by the same version of the scheme.

use std::{borrow::Cow, sync::Arc};

use attune_protocol::{id::ScoreId, missing::Missing};

use crate::{
    observation::{Event, Interval, Micros, NotSeen, Sample},
    records::SessionCoding,
};

/// The codings of one session or visit by one scheme, in the order of the files, put together. The first one
/// counts.
pub fn joined<'a>(codings: &[&'a SessionCoding]) -> Vec<Cow<'a, SessionCoding>> {
    let recordings = by_recording(codings);
    if let [only] = recordings.as_slice() {
        return only.iter().map(|coding| Cow::Borrowed(*coding)).collect();
    }
    let n = recordings.iter().map(Vec::len).min().unwrap_or(0);
    (0..n)
        .filter_map(|rank| {
            let parts: Vec<&SessionCoding> = recordings.iter().map(|of| of[rank]).collect();
            one_after_the_other(&parts).map(Cow::Owned)
        })
        .collect()
}

/// The coding of a session that counts.
pub fn first_of<'a>(codings: &[&'a SessionCoding]) -> Option<Cow<'a, SessionCoding>> {
    joined(codings).into_iter().next()
}

/// Two recordings of one session that show the same minutes by the clock of the session: the coding of the
/// later one and of the one that it overlaps.
pub fn overlapping<'a>(
    codings: &[&'a SessionCoding],
) -> Option<(&'a SessionCoding, &'a SessionCoding)> {
    let firsts: Vec<&SessionCoding> = by_recording(codings).iter().map(|of| of[0]).collect();
    let on_clock = |coding: &SessionCoding| {
        let window = coding.windows.first()?;
        Interval::new(coding.begins?, coding.begins? + window.length())
    };
    for (place, later) in firsts.iter().enumerate() {
        for earlier in &firsts[..place] {
            if let (Some(a), Some(b)) = (on_clock(earlier), on_clock(later))
                && a.intersection(b).is_some()
            {
                return Some((later, earlier));
            }
        }
    }
    None
}

/// By recording: where all say when they begin in that order, otherwise as the files name them first.
fn by_recording<'a>(codings: &[&'a SessionCoding]) -> Vec<Vec<&'a SessionCoding>> {
    let mut recordings: Vec<Vec<&SessionCoding>> = Vec::new();
    for coding in codings {
        let mut known = recordings.iter_mut();
        match known.find(|of| of[0].recording == coding.recording) {
            // Who codes by another version of the scheme codes something else: it is no second coding.
            Some(of) if of[0].version != coding.version => {}
            Some(of) => of.push(coding),
            None => recordings.push(vec![coding]),
        }
    }
    if recordings.iter().all(|of| of[0].begins.is_some()) {
        recordings.sort_by_key(|of| of[0].begins);
    }
    recordings
}

fn one_after_the_other(parts: &[&SessionCoding]) -> Option<SessionCoding> {
    let first = *parts.first()?;
    let mut whole = SessionCoding {
        recording: None,
        begins: None,
        windows: Vec::new(),
        not_codable: Vec::new(),
        people: Vec::new(),
        events: Vec::new(),
        samples: Vec::new(),
        not_seen: Vec::new(),
        ratings: ratings(parts),
        coder: coders(parts),
        ..first.clone()
    };
    let have_clock = parts.iter().all(|part| part.begins.is_some());
    for part in parts {
        let own = part
            .windows
            .first()
            .map_or(Micros::ZERO, |window| window.start());
        let behind = whole
            .windows
            .last()
            .map_or(Micros::ZERO, |window| window.stop());
        let begin = part.begins.filter(|_| have_clock).unwrap_or(behind);
        // What overlaps is told elsewhere; here no minute counts twice at one time.
        let begin = begin.max(behind);
        let by = begin - own;
        whole
            .windows
            .extend(part.windows.iter().map(|window| window.later(by)));
        whole
            .not_codable
            .extend(part.not_codable.iter().map(|one| one.later(by)));
        whole.events.extend(part.events.iter().map(|event| Event {
            span: event.span.later(by),
            ..event.clone()
        }));
        let later = |sample: &Sample| Sample {
            interval: sample.interval.later(by),
            ..*sample
        };
        whole.samples.extend(part.samples.iter().map(later));
        whole
            .not_seen
            .extend(part.not_seen.iter().map(|one| NotSeen {
                sample: later(&one.sample),
                subject: one.subject.clone(),
            }));
        for person in &part.people {
            if !whole.people.contains(person) {
                whole.people.push(person.clone());
            }
        }
    }
    Some(whole)
}

/// Everybody who coded a part.
fn coders(parts: &[&SessionCoding]) -> Option<Arc<str>> {
    let mut names: Vec<&str> = parts
        .iter()
        .filter_map(|part| part.coder.as_deref())
        .collect();
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| Arc::from(names.join(" + ")))
}

/// The mean of what the recordings were rated; where none could be, why not.
fn ratings(parts: &[&SessionCoding]) -> Vec<(ScoreId, Result<f64, Missing>)> {
    let mut ids: Vec<&ScoreId> = Vec::new();
    for (id, _) in parts.iter().flat_map(|part| &part.ratings) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let rating = |id: &ScoreId| {
        let all = parts.iter().flat_map(|part| &part.ratings);
        let all: Vec<_> = all
            .filter(|(one, _)| one == id)
            .map(|(_, value)| *value)
            .collect();
        let rated: Vec<f64> = all.iter().filter_map(|value| value.ok()).collect();
        match (rated.len(), all.first()) {
            (0, Some(value)) => *value,
            (0, None) => Err(Missing::NotRecorded),
            (n, _) => Ok(rated.iter().sum::<f64>() / n as f64),
        }
    };
    ids.into_iter().map(|id| (id.clone(), rating(id))).collect()
}

#[cfg(test)]
mod tests {
    use super::{joined, overlapping};
    use crate::{
        observation::{Event, Interval, Micros, Span},
        records::SessionCoding,
        source::Source,
    };

    fn part(recording: &str, coder: &str, seconds: i64, begins: Option<i64>) -> SessionCoding {
        let micros = |seconds: i64| Micros(seconds * 1_000_000);
        let window = Interval::new(Micros::ZERO, micros(seconds)).expect("in order");
        SessionCoding {
            session: "S1".into(),
            scheme: "room".into(),
            version: 1,
            coder: Some(coder.into()),
            recording: Some(recording.into()),
            begins: begins.map(micros),
            windows: vec![window],
            not_codable: Vec::new(),
            people: vec![coder.into()],
            events: vec![Event::new("held", Span::State(window))],
            samples: Vec::new(),
            not_seen: Vec::new(),
            ratings: Vec::new(),
            source: Source {
                file: "room.csv".into(),
                row: 2,
                column: None,
            },
        }
    }

    fn windows(coding: &SessionCoding) -> Vec<(i64, i64)> {
        let seconds = |time: Micros| time.0 / 1_000_000;
        let windows = coding.windows.iter();
        windows
            .map(|one| (seconds(one.start()), seconds(one.stop())))
            .collect()
    }

    #[test]
    fn recordings_follow_one_another_and_bouts_stay_two() {
        let (one, two) = (part("a", "ann", 60, None), part("b", "ben", 30, None));
        let whole = joined(&[&one, &two]);
        assert_eq!(whole.len(), 1);
        assert_eq!(windows(&whole[0]), [(0, 60), (60, 90)]);
        assert_eq!(whole[0].events.len(), 2);
        assert_eq!(whole[0].coder.as_deref(), Some("ann + ben"));
    }

    #[test]
    fn the_clock_of_the_session_puts_them_in_order_and_tells_what_overlaps() {
        let (late, early) = (
            part("b", "ann", 60, Some(600)),
            part("a", "ann", 60, Some(0)),
        );
        assert_eq!(windows(&joined(&[&late, &early])[0]), [(0, 60), (600, 660)]);
        assert!(overlapping(&[&late, &early]).is_none());
        let camera = part("c", "ann", 60, Some(30));
        let (again, before) = overlapping(&[&early, &camera]).expect("the same minutes");
        assert_eq!(again.recording.as_deref(), Some("c"));
        assert_eq!(before.recording.as_deref(), Some("a"));
    }

    #[test]
    fn a_second_coding_needs_every_recording() {
        let (one, two) = (part("a", "ann", 60, None), part("b", "ann", 30, None));
        let (again, both) = (part("a", "ben", 60, None), part("b", "ben", 30, None));
        assert_eq!(joined(&[&one, &two, &again]).len(), 1);
        let whole = joined(&[&one, &two, &again, &both]);
        let coders: Vec<_> = whole.iter().map(|one| one.coder.clone()).collect();
        assert_eq!(coders, [Some("ann".into()), Some("ben".into())]);
    }
}
