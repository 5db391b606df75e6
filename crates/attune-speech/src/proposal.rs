//! What the machine proposes, as an observation under its own name.

use std::sync::Arc;

use attune_records::observation::{
    BehaviourKind, CodedBehaviour, CodingProject, Event, Interval, Media, Modifier, ModifierKind,
    ModifierSet, Modifiers, Observation, Span,
};

use crate::{prosody::Stretch, sound::Sound};

/// The machine's name as a coder; the version belongs to it, because another version hears otherwise.
pub const CODER: &str = concat!("attune-speech ", env!("CARGO_PKG_VERSION"), " (machine)");
/// The behaviour that it proposes.
pub const BEHAVIOUR: &str = "speech";

/// Names of the numbers that are kept with each stretch.
const SETS: [&str; 5] = [
    "rank",
    "median Hz",
    "range semitones",
    "semitones above baseline",
    "may be infant",
];

/// One observation of a recording with its proposed stretches of speech.
pub fn observation(id: &str, file: &str, sound: &Sound, stretches: &[Stretch]) -> Observation {
    let mut observation = Observation::new(id);
    let mut media = Media::new(file);
    // Sound that begins late still belongs to the time of the recording.
    let end = sound.start + sound.length();
    media.length = Some(end);
    media.has_audio = Some(true);
    observation.media = vec![media];
    observation.coder = Some(CODER.into());
    observation.recording = Some(file.into());
    observation.window = Interval::new(sound.start, end);
    observation.description =
        "Proposed by a machine; its agreement with people is to be measured before it is used."
            .to_owned();
    observation.with_events(stretches.iter().map(event).collect())
}

/// A project that holds nothing else.
pub fn project(observation: Observation) -> CodingProject {
    let mut behaviour = CodedBehaviour::new(BEHAVIOUR, BehaviourKind::State);
    behaviour.description = "Somebody speaks or voices (proposed by a machine).".to_owned();
    behaviour.modifiers = SETS
        .iter()
        .map(|name| ModifierSet {
            name: Arc::from(*name),
            kind: ModifierKind::Text,
            ..ModifierSet::default()
        })
        .collect();
    let mut project = CodingProject::default();
    CODER.clone_into(&mut project.name);
    project.scheme.behaviours = vec![behaviour];
    project
        .with_observations(vec![observation])
        .unwrap_or_default()
}

fn event(stretch: &Stretch) -> Event {
    let number =
        |value: Option<f64>, decimals: usize| value.map(|value| format!("{value:.decimals$}"));
    let values = [
        stretch.rank.map(|rank| rank.to_string()),
        number(stretch.median_hertz, 0),
        number(stretch.range_semitones, 1),
        number(stretch.above_baseline, 1),
        stretch.may_be_infant.then(|| "yes".to_owned()),
    ];
    let modifiers = SETS.iter().zip(values).map(|(set, value)| Modifier {
        set: Arc::from(*set),
        values: value.into_iter().map(Arc::from).collect(),
    });
    Event {
        subject: stretch.speaker.clone(),
        modifiers: Modifiers::new(modifiers.collect()),
        ..Event::new(BEHAVIOUR, Span::State(stretch.interval))
    }
}
