//! Recordings, who codes them, and what was coded. An event travels with its frames and with its times
//! in whole microseconds; a change of a coding names for each event what it was and what it becomes, so
//! that history, undo and the refusal of a change to something that has moved on are one mechanism.

use std::collections::BTreeMap;

pub use attune_protocol::scheme::SampleWay;
use attune_protocol::{
    id::{PurposeId, SchemeId, SiteId, WaveId},
    scheme::Scheme,
};
pub use attune_records::observation::Sampled;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, BringingId, ClipId, CodingId, DyadKey};

/// A change that concerns recordings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum VideoCommand {
    /// A recording was taken in.
    AddClip(Box<ClipAdded>),
    /// The files of a recording are deleted, and where the family was promised so, its codes.
    RemoveClip {
        /// The recording.
        clip: ClipId,
        /// Whether what was coded from it goes, too.
        with_codes: bool,
    },
    /// A session that was coded without a recording gets one.
    AttachRecording {
        /// The session.
        clip: ClipId,
        /// One to four cameras; offsets against the first.
        angles: Vec<Angle>,
        /// Microseconds of the coder's clock at which the first camera begins.
        start: i64,
    },
    /// Its recording lies elsewhere on the coder's clock; all cameras move alike. Older logs have it.
    AlignRecording {
        /// The session.
        clip: ClipId,
        /// Microseconds of the coder's clock at which the first camera begins.
        start: i64,
    },
    /// Each camera lies elsewhere on the clock of whoever coded, or runs at another rate.
    AlignCameras {
        /// The recording.
        clip: ClipId,
        /// One for each camera, in their order.
        places: Vec<CameraPlace>,
    },
    /// A machine listened to the recording.
    ProposeSpeech {
        /// The recording.
        clip: ClipId,
        /// The machine's name and version.
        machine: String,
        /// Where it heard somebody speak.
        stretches: Vec<ProposedSpeech>,
    },
    /// Whether coders who learn from the recording see what the machine proposes.
    OfferProposals {
        /// The recording.
        clip: ClipId,
        /// Whether they do.
        offered: bool,
    },
    /// Somebody is to code it.
    AssignClip {
        /// Id of the coding that is to be.
        coding: CodingId,
        /// The recording.
        clip: ClipId,
        /// Who.
        coder: AccountId,
        /// Place in the coder's own order.
        position: u32,
        /// What for. Coders are told only of training.
        purpose: CodingPurpose,
    },
    /// Nobody is to code it any more; only before the first event.
    TakeBackClip {
        /// The coding.
        coding: CodingId,
    },
    /// Events or ratings change.
    ChangeCoding {
        /// The coding.
        coding: CodingId,
        /// Version that it had before.
        base: u32,
        /// Whether it undoes or repeats an earlier change.
        #[serde(default)]
        doing: Doing,
        /// What changes.
        edits: Vec<Edit>,
    },
    /// The coder is through with it.
    FinishCoding {
        /// The coding.
        coding: CodingId,
    },
    /// It may be changed again.
    ReopenCoding {
        /// The coding.
        coding: CodingId,
    },
    /// Projects of another tool were brought: what follows in the same request came with them.
    BeginBringing {
        /// Id of it.
        bringing: BringingId,
        /// Names of the files, for whoever leads the coding.
        files: Vec<String>,
    },
    /// A recording of which such a project has codings.
    BringClip {
        /// With what it came.
        bringing: BringingId,
        /// What is known of it.
        added: Box<ClipAdded>,
    },
    /// What somebody coded with another tool.
    BringCoding(Box<CodingBrought>),
    /// What was brought is deleted again.
    UndoBringing {
        /// What.
        bringing: BringingId,
        /// Whether codings go that were worked on since.
        #[serde(default)]
        also_coded_on: bool,
    },
}

/// A coding of another tool as it is brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodingBrought {
    /// With what it came.
    pub bringing: BringingId,
    /// Id of the coding.
    pub coding: CodingId,
    /// The recording.
    pub clip: ClipId,
    /// Who coded.
    pub coder: AccountId,
    /// Place in the coder's own order.
    pub position: u32,
    /// What for.
    pub purpose: CodingPurpose,
    /// Whether the coder was through with it.
    pub finished: bool,
    /// Its events and ratings, all of them new.
    pub edits: Vec<Edit>,
}

/// A recording as it was taken in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClipAdded {
    /// Id.
    pub clip: ClipId,
    /// Name for the lead; coders see a neutral one.
    pub title: String,
    /// Scheme by which it is coded.
    pub scheme: SchemeId,
    /// Version of that scheme.
    pub scheme_version: u32,
    /// Where it was recorded.
    pub site: Option<SiteId>,
    /// The planned wave or phase that it belongs to.
    pub wave: Option<WaveId>,
    /// The session of the clinic that it shows.
    pub session: Option<String>,
    /// Families that it shows; each governs whether it may be played.
    pub dyads: Vec<DyadKey>,
    /// The purpose of consent that covers it; needed as soon as families are named.
    pub purpose: Option<PurposeId>,
    /// Stratum within which clips are drawn for double coding.
    pub stratum: String,
    /// Day of the recording.
    pub recorded: Option<Date>,
    /// Up to four cameras, the first sets the time. None for a session that is coded while it happens,
    /// and for what was coded with another tool.
    pub angles: Vec<Angle>,
    /// The text of the scheme, where it is none of the study but came with a coder's own project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_scheme: Option<String>,
    /// Microseconds of the session at which it begins, where several recordings show one session and a clock
    /// was kept. Without it they follow one another in the order of their titles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins: Option<i64>,
}

impl ClipAdded {
    /// A recording of which nothing is known but what it is called and by which scheme it is coded.
    pub fn new(clip: ClipId, title: impl Into<String>, scheme: &Scheme) -> Self {
        Self {
            clip,
            title: title.into(),
            scheme: scheme.id.clone(),
            scheme_version: scheme.version,
            site: None,
            wave: None,
            session: None,
            dyads: Vec::new(),
            purpose: None,
            stratum: String::new(),
            recorded: None,
            angles: Vec::new(),
            own_scheme: None,
            begins: None,
        }
    }
}

/// A stretch in which a machine hears somebody speak.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProposedSpeech {
    /// Begin in microseconds of the recording.
    pub start: i64,
    /// End, excluded.
    pub stop: i64,
    /// 1 for what sounds most like speech to an infant.
    pub rank: Option<u32>,
    /// Median height of the voice in hertz.
    pub median_hertz: Option<f64>,
    /// How widely it moves, in semitones.
    pub range_semitones: Option<f64>,
    /// How far it lies above the baseline, in semitones.
    pub above_baseline: Option<f64>,
    /// Whose other stretches are the baseline; without a name those of the whole recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<String>,
    /// So high that it may be an infant's own voice.
    pub may_be_infant: bool,
}

/// One camera's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Angle {
    /// SHA-256 of the file as it came.
    pub original: String,
    /// SHA-256 of the time stamps of its frames.
    pub original_frame_times: String,
    /// SHA-256 of what is played.
    pub playing: String,
    /// Bytes of what is played.
    pub playing_bytes: u64,
    /// SHA-256 of the frames' time stamps of what is played.
    pub frame_times: String,
    /// Number of frames.
    pub frames: u32,
    /// Length in microseconds.
    pub length: i64,
    /// Microseconds of the coder's clock, or of the first camera's, at which this camera begins.
    pub offset: i64,
    /// By how many millionths a second of this camera is longer on that clock.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub drift: i64,
    /// SHA-256 of the loudness of its sound, one byte for every fiftieth of a second.
    pub peaks: Option<String>,
    /// SHA-256 of the spectrum of its sound, as `media::sound_pictures` writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spectrum: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks with a reference"
)]
fn is_nothing(number: &i64) -> bool {
    *number == 0
}

/// Where a camera lies on the clock of whoever coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CameraPlace {
    /// Microseconds of the clock at which it begins.
    pub offset: i64,
    /// By how many millionths a second of it is longer on the clock.
    pub drift: i64,
}

impl CameraPlace {
    /// It begins at this time of the clock and runs like it.
    pub fn at(offset: i64) -> Self {
        Self { offset, drift: 0 }
    }

    /// The time on the clock at which this time of the recording lies.
    pub fn on_clock(&self, of_recording: i64) -> i64 {
        let longer = i128::from(of_recording) * i128::from(self.drift) / 1_000_000;
        let moved = i64::try_from(longer).unwrap_or(0);
        self.offset
            .saturating_add(of_recording)
            .saturating_add(moved)
    }

    /// The time of the recording that lies at this time of the clock.
    pub fn on_recording(&self, of_clock: i64) -> i64 {
        let since = i128::from(of_clock) - i128::from(self.offset);
        let time = since * 1_000_000 / (1_000_000 + i128::from(self.drift));
        i64::try_from(time).unwrap_or(i64::MAX)
    }
}

impl Angle {
    /// Where it lies on the clock.
    pub fn place(&self) -> CameraPlace {
        CameraPlace {
            offset: self.offset,
            drift: self.drift,
        }
    }

    /// The time on the clock at which it ends.
    pub fn end_on_clock(&self) -> i64 {
        self.place().on_clock(self.length)
    }

    /// All files that belong to it.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let own = [
            &self.original,
            &self.original_frame_times,
            &self.playing,
            &self.frame_times,
        ];
        own.into_iter()
            .chain(&self.peaks)
            .chain(&self.spectrum)
            .map(String::as_str)
    }
}

/// Why a clip is coded by somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodingPurpose {
    /// For the study.
    Study,
    /// A second coding, to see whether two coders agree.
    Reliability,
    /// To learn.
    Training,
    /// The standard against which others are compared.
    Gold,
    /// A coder's own project, brought from another tool; it counts nowhere in the study.
    Own,
}

/// Whether a change is new.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doing {
    /// Something new.
    #[default]
    Do,
    /// The last change that holds is taken back.
    Undo,
    /// The change that was taken back last is made again.
    Redo,
}

/// One thing that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "kebab-case")]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every edit is of an event, and edits are few at a time"
)]
pub enum Edit {
    /// An event: new without `before`, gone without `after`.
    Event {
        /// Its id, made by the browser.
        id: String,
        /// What it was.
        before: Option<CodedEvent>,
        /// What it becomes.
        after: Option<CodedEvent>,
    },
    /// A rating of the whole clip.
    Rating {
        /// Its id in the scheme.
        id: String,
        /// What it was.
        before: Option<RatingAnswer>,
        /// What it becomes.
        after: Option<RatingAnswer>,
    },
}

/// One bout of a state, or one point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodedEvent {
    /// The behaviour, act or span of the scheme.
    pub behaviour: String,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// To whom, for an act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Details by modifier.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub modifiers: BTreeMap<String, ModifierAnswer>,
    /// Begin in microseconds.
    pub start: i64,
    /// End, excluded; none for a point, and for a bout whose end nobody recorded.
    pub stop: Option<i64>,
    /// Whether it is a point.
    #[serde(default)]
    pub point: bool,
    /// Frame that was shown at its begin, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_frame: Option<u32>,
    /// Frame that was shown at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_frame: Option<u32>,
    /// Free text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// The sample that it answers, where time was sampled; it then reaches over the sample's interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampled: Option<Sampled>,
}

impl CodedEvent {
    /// A stretch of the whole recording, of nobody in particular: what was observed, or could not be coded. Begin
    /// and end, excluded, in microseconds.
    pub fn stretch(behaviour: &str, start: i64, stop: i64) -> Self {
        Self {
            behaviour: behaviour.to_owned(),
            subject: None,
            target: None,
            modifiers: BTreeMap::new(),
            start,
            stop: Some(stop),
            point: false,
            start_frame: None,
            stop_frame: None,
            comment: String::new(),
            sampled: None,
        }
    }
}

/// Detail of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ModifierAnswer {
    /// A number.
    Number(f64),
    /// One or several words.
    Words(Vec<String>),
}

/// A rating.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RatingAnswer {
    /// On the scale.
    Rated(f64),
    /// It cannot be judged from this recording.
    NotCodable,
}

impl VideoCommand {
    /// The id of what it is about.
    pub fn subject(&self) -> String {
        match self {
            Self::AddClip(added) => added.clip.to_string(),
            Self::RemoveClip { clip, .. }
            | Self::AttachRecording { clip, .. }
            | Self::AlignRecording { clip, .. }
            | Self::AlignCameras { clip, .. }
            | Self::ProposeSpeech { clip, .. }
            | Self::OfferProposals { clip, .. } => clip.to_string(),
            Self::AssignClip { coding, .. }
            | Self::TakeBackClip { coding }
            | Self::ChangeCoding { coding, .. }
            | Self::FinishCoding { coding }
            | Self::ReopenCoding { coding } => coding.to_string(),
            Self::BringClip { added, .. } => added.clip.to_string(),
            Self::BringCoding(brought) => brought.coding.to_string(),
            Self::BeginBringing { bringing, .. } | Self::UndoBringing { bringing, .. } => {
                bringing.to_string()
            }
        }
    }
}
