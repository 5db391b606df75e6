//! A machine coder that listens: where somebody speaks, how high and how widely the voice moves, and which
//! stretches sound most like speech directed to an infant.
//!
//! Four steps, each testable alone: [`sound::read_sound`] decodes a recording to one channel,
//! [`voice::speech`] finds stretches of speech, [`pitch::contour`] follows the voice in them, and
//! [`prosody::describe`] puts both into numbers and ranks them. [`proposal::observation`] makes an
//! observation of it under the machine's own name, so that its agreement with people is measured like
//! anybody's. It never says who speaks, and its ranks are proposals, not codes: definitions and limits
//! are in `docs/methods/speech.md`. Nothing leaves the machine; the network that hears voices is part of
//! the program.

pub mod pitch;
pub mod proposal;
pub mod prosody;
pub mod resample;
pub mod sound;
pub mod voice;
