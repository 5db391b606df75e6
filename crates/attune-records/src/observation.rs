//! What coders recorded from recordings: observations with their events, and the scheme as it was
//! read.
//!
//! Time is whole microseconds ([`Micros`]) and stretches of it are half open ([`Interval`]): a state
//! that ends where the next begins shares no instant with it. A bout holds both of its ends, a bout
//! whose other end nobody recorded says so ([`Span`]), and nothing is paired by parity after
//! reading. Files of other tools become a [`CodingProject`] in `attune-exchange`; what is computed
//! from it is `attune-observation`'s matter.

mod behaviour;
mod coding_project;
mod event;
mod interval;
mod media;
mod micros;
mod modifiers;
mod planned_scheme;
mod recording;
mod sample;

pub use behaviour::{
    BehaviourKind, CodedBehaviour, CodedSubject, ModifierChoice, ModifierKind, ModifierSet,
    SchemeAsRead, VariableDefinition, VariableKind,
};
pub use coding_project::CodingProject;
pub use event::{Event, Frames, Span};
pub use interval::{Interval, united, without};
pub use media::{FrameTimes, Media};
pub use micros::Micros;
pub use modifiers::{Modifier, Modifiers};
pub use planned_scheme::{DIRECTED_TO, people_there};
pub use recording::{Observation, ObservationKind, Rated, Rating};
pub use sample::{NotSeen, Sample, Sampled};
