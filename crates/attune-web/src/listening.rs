//! The machine that listens: it proposes stretches of speech in a recording under its own name, and its
//! agreement with people is measured like anybody's. What it proposes is shown to whoever leads, and to
//! coders only in training and only where the lead wants it.

use std::sync::Arc;

use attune_observation::{
    agreement::report::{AgreeSettings, PairReport, agree},
    coding::{Code, Coding, Event, Scheme, SubjectEvent},
    window::Window,
};
use attune_records::observation::{Interval, Micros};
use attune_speech::{
    pitch::PitchSettings,
    proposal,
    prosody::{Baseline, describe},
    sound::{SoundError, read_sound},
    voice::SpeechSettings,
};
use attune_store::{
    clips::MachineCoding,
    command::video::{CameraPlace, CodedEvent, ProposedSpeech},
    media::MediaFolder,
};

/// The machine's name and version.
pub const MACHINE: &str = proposal::CODER;

/// Listens to a recording. Takes long; not for a thread that serves.
///
/// # Errors
///
/// It has no sound, or none that can be read.
///
/// `speakers`: when somebody was coded as speaking, by the recording's own clock.
pub fn listen(
    media: &MediaFolder,
    recording: &str,
    speakers: &[(Arc<str>, Interval)],
) -> Result<Vec<ProposedSpeech>, SoundError> {
    let clear = media
        .in_the_clear(recording)
        .map_err(|error| SoundError::Unreadable(std::io::Error::other(error)))?;
    let sound = read_sound(clear.path())?;
    let stretches = describe(
        &sound,
        speakers,
        &SpeechSettings::default(),
        &PitchSettings::default(),
    );
    let proposed = |stretch: attune_speech::prosody::Stretch| ProposedSpeech {
        start: stretch.interval.start().0,
        stop: stretch.interval.stop().0,
        rank: stretch.rank.and_then(|rank| u32::try_from(rank).ok()),
        median_hertz: stretch.median_hertz,
        range_semitones: stretch.range_semitones,
        above_baseline: stretch.above_baseline,
        speaker: match stretch.baseline {
            Baseline::Speaker => stretch.speaker.as_deref().map(str::to_owned),
            Baseline::Recording => None,
        },
        may_be_infant: stretch.may_be_infant,
    };
    Ok(stretches.into_iter().map(proposed).collect())
}

/// When whom somebody coded as speaking, by the recording's own clock: bouts of the behaviours that
/// `is_speech` names, of one coding.
pub fn speakers(
    events: &[(String, CodedEvent)],
    place: CameraPlace,
    is_speech: impl Fn(&str) -> bool,
) -> Vec<(Arc<str>, Interval)> {
    let bout = |event: &CodedEvent| {
        let (start, stop) = (event.start, event.stop?);
        let [start, stop] = [start, stop].map(|time| Micros(place.on_recording(time)));
        let speaker = event.subject.as_deref()?;
        Some((Arc::from(speaker), Interval::new(start, stop)?))
    };
    events
        .iter()
        .filter(|(_, event)| is_speech(&event.behaviour))
        .filter_map(|(_, event)| bout(event))
        .collect()
}

/// Whether a name says that somebody speaks: only a first guess.
pub fn sounds_like_speech(name: &str) -> bool {
    let name = name.to_lowercase();
    ["speak", "speech", "talk", "sing", "voice", "vocal", "utter"]
        .iter()
        .any(|word| name.contains(word))
}

/// One person's coding of a recording in which the machine listened.
pub struct Heard<'a> {
    /// What the machine proposed.
    pub machine: &'a MachineCoding,
    /// Who coded.
    pub coder: String,
    /// Where the recording lies on the coder's clock, and its length.
    pub recording: (CameraPlace, i64),
    /// What they coded.
    pub events: &'a [(String, CodedEvent)],
}

/// How far the machine agrees with one person on when anybody speaks, over all recordings that both
/// have. `speaking`: the behaviours that mean it; only bouts count, a point has no duration.
pub fn agreement(heard: &[Heard<'_>], speaking: &[String]) -> Option<PairReport> {
    let scheme = Scheme {
        subjects: vec!["anybody".to_owned()],
        codes: vec![Code {
            way: None,
            name: "speech".to_owned(),
            is_state: true,
            set: 0,
        }],
    };
    let codings: Vec<(Coding, Coding)> = heard
        .iter()
        .map(|one| {
            let (place, length) = one.recording;
            let machine = one
                .machine
                .stretches
                .iter()
                .map(|stretch| (place.on_clock(stretch.start), place.on_clock(stretch.stop)));
            let person = one
                .events
                .iter()
                .filter(|(_, event)| speaking.contains(&event.behaviour))
                .filter_map(|(_, event)| Some((event.start, event.stop?)));
            let coding = |coder: &str, stretches: Vec<(i64, i64)>| Coding {
                id: format!("{} {coder}", one.machine.clip),
                coder: coder.to_owned(),
                clip: one.machine.clip.to_string(),
                window: Window::new(place.offset, place.on_clock(length)),
                events: united(stretches),
                ..Coding::default()
            };
            (
                coding(&one.machine.machine, machine.collect()),
                coding(&one.coder, person.collect()),
            )
        })
        .collect();
    let pairs: Vec<(&Coding, &Coding)> = codings
        .iter()
        .map(|(machine, person)| (machine, person))
        .filter(|(_, person)| !person.events.is_empty())
        .collect();
    (!pairs.is_empty()).then(|| agree(&scheme, &pairs, &AgreeSettings::default()))
}

/// Stretches of several people as one: whether anybody speaks.
fn united(mut stretches: Vec<(i64, i64)>) -> Vec<SubjectEvent> {
    stretches.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::new();
    for (start, stop) in stretches {
        match joined.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(stop),
            _ => joined.push((start, stop)),
        }
    }
    joined
        .into_iter()
        .map(|(start, end)| SubjectEvent {
            subject: 0,
            event: Event {
                start,
                end,
                code: 0,
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use attune_store::ids::ClipId;

    use super::*;

    fn bout(behaviour: &str, start: i64, stop: Option<i64>) -> (String, CodedEvent) {
        let event = serde_json::json!({
            "behaviour": behaviour, "subject": "carer", "start": start, "stop": stop, "point": stop.is_none(),
        });
        (
            String::new(),
            serde_json::from_value(event).expect("an event"),
        )
    }

    #[test]
    fn who_speaks_is_taken_from_bouts_of_speech_and_told_by_the_clock_of_the_recording() {
        let events = [
            bout("speaks", 12_000_000, Some(18_000_000)),
            bout("smiles", 12_000_000, Some(18_000_000)),
            bout("speaks", 40_000_000, None),
        ];
        let place = CameraPlace::at(2_000_000);
        let found = speakers(&events, place, sounds_like_speech);
        let expected = Interval::new(Micros(10_000_000), Micros(16_000_000)).expect("an interval");
        assert_eq!(found, [(Arc::from("carer"), expected)]);
    }

    #[test]
    fn the_machine_is_compared_with_when_anybody_speaks_on_the_clock_of_the_coder() {
        let stretch = |start, stop| ProposedSpeech {
            start,
            stop,
            rank: None,
            median_hertz: None,
            range_semitones: None,
            above_baseline: None,
            speaker: None,
            may_be_infant: false,
        };
        let machine = MachineCoding {
            clip: ClipId::new(),
            machine: MACHINE.to_owned(),
            stretches: vec![stretch(10_000_000, 20_000_000)],
        };
        // The recording begins two seconds late: the same ten seconds, in two overlapping bouts.
        let events = [
            bout("speaks", 12_000_000, Some(18_000_000)),
            bout("sings", 17_000_000, Some(22_000_000)),
            bout("smiles", 40_000_000, None),
        ];
        let heard = [Heard {
            machine: &machine,
            coder: "Ada".to_owned(),
            recording: (CameraPlace::at(2_000_000), 60_000_000),
            events: &events,
        }];
        let speaking = ["speaks".to_owned(), "sings".to_owned()];
        let report = agreement(&heard, &speaking).expect("comparable");
        let exact = report.streams[0]
            .measures
            .iter()
            .find(|one| one.measure == "boundary-weighted-kappa")
            .expect("a kappa");
        assert_eq!((exact.estimate, report.codable_s), (Some(1.0), 60.0));
        assert!(agreement(&heard, &["smiles".to_owned()]).is_none());
    }
}
