//! What may be wrong with records that are well formed one by one.

use attune_protocol::id::{AttributeId, InstrumentId, WaveId};
use jiff::civil::Date;
use serde::Serialize;
use thiserror::Error;

use crate::{age::days_in_words, source::Source};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The records cannot be used.
    Error,
    /// The records are used; somebody should look.
    Warning,
    /// Worth knowing.
    Note,
}

/// Something wrong with one record.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordProblem {
    /// The row.
    pub source: Source,
    /// Which of its fields.
    pub field: Field,
    /// What is wrong.
    pub fault: RecordFault,
}

/// A field of a record; whoever knows the file finds its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// Code of a dyad, in a file of dyads.
    Dyad,
    /// Day of birth.
    Born,
    /// Day on which the birth was due.
    Due,
    /// Day of enrolment.
    Enrolled,
    /// Day of leaving, or of withdrawing consent where there is no other.
    Left,
    /// Day of withdrawing consent.
    Withdrew,
    /// An attribute.
    Attribute(AttributeId),
    /// Code of the unit of an assessment.
    Unit(InstrumentId),
    /// Wave of an assessment.
    Wave(InstrumentId),
    /// Time of an assessment; in a wide file that of one wave.
    Time(InstrumentId, Option<WaveId>),
    /// Code of a session.
    Session,
    /// The session of a coding.
    CodedSession,
    /// Where on the clock of the session a recording begins.
    RecordingBegins,
    /// Code of the dyad whose recording was coded.
    CodedDyad,
    /// Day of a session.
    SessionDate,
    /// Code of the dyad in a row of consents.
    ConsentingDyad,
    /// The answer in a row of consents.
    ConsentAnswer,
    /// Code of the dyad in a row of attendance.
    AttendingDyad,
    /// Day in a row of attendance.
    AttendanceDate,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RecordFault {
    /// A study code stands in two rows.
    #[error("dyad {dyad} is already in {first}")]
    DuplicateDyad {
        /// The code.
        dyad: String,
        /// The other row.
        first: Source,
    },
    /// Nobody enrolled a dyad with this code.
    #[error("no dyad has the code {code}")]
    UnknownDyad {
        /// The code.
        code: String,
    },
    /// No session has this code.
    #[error("no session has the code {code}")]
    UnknownSession {
        /// The code.
        code: String,
    },
    /// Two recordings of one session show the same minutes.
    #[error(
        "recording {recording} overlaps recording {other}, which begins in row {row}: minutes that both show \
         would count twice"
    )]
    RecordingsOverlap {
        /// The recording.
        recording: String,
        /// The one that was there before.
        other: String,
        /// Its first row.
        row: u32,
    },
    /// Two codings of one recording by two versions of a scheme.
    #[error(
        "coded by version {version} of the scheme, and in row {row} by version {first}: two coders by different rules"
    )]
    VersionsDiffer {
        /// The version.
        version: u32,
        /// That of the coding that counts.
        first: u32,
        /// Its first row.
        row: u32,
    },
    /// No site has this code.
    #[error("no site has the code {code}")]
    UnknownClinic {
        /// The code.
        code: String,
    },
    /// The same unit, instrument and wave (or time) twice.
    #[error("{unit} already has {instrument} {}in {first}", at_wave(.wave))]
    DuplicateVisit {
        /// The unit.
        unit: String,
        /// The instrument.
        instrument: InstrumentId,
        /// The wave.
        wave: Option<WaveId>,
        /// The other row.
        first: Source,
    },
    /// A session's code stands in two rows.
    #[error("session {session} is already in {first}")]
    DuplicateSession {
        /// The code.
        session: String,
        /// The other row.
        first: Source,
    },
    /// A dyad stands twice in one session.
    #[error("{dyad} already attended on this day in {first}")]
    DuplicateAttendance {
        /// The dyad.
        dyad: String,
        /// The other row.
        first: Source,
    },
    /// An answer about consent stands twice.
    #[error("{dyad} already has this answer about consent in {first}")]
    DuplicateConsent {
        /// The dyad.
        dyad: String,
        /// The other row.
        first: Source,
    },
    /// The only answer to what taking part depends on is no, and the family is among the records.
    #[error("{dyad} preferred not to: \"{purpose}\", which taking part depends on")]
    RefusedToTakePart {
        /// The dyad.
        dyad: String,
        /// The purpose.
        purpose: String,
    },
    /// The study keeps answers about consent, and a family has none to what taking part depends on.
    #[error("{dyad} has no answer about consent: \"{purpose}\"")]
    NoConsent {
        /// The dyad.
        dyad: String,
        /// The purpose.
        purpose: String,
    },
    /// A birth too far from the day on which it was due.
    #[error("the birth on {born} is {} {} the due date", days_in_words(*.days), if *.days > 0.0 { "before" } else { "after" })]
    BornFarFromDue {
        /// Day of birth.
        born: Date,
        /// Days before the due date.
        days: f64,
    },
    /// The family left before it was enrolled.
    #[error("the family left before it was enrolled, on {enrolled}")]
    LeftBeforeEnrolment {
        /// Day of enrolment.
        enrolled: Date,
    },
    /// Consent was withdrawn, and the study promised to erase the records.
    #[error("consent was withdrawn, and the study promises to erase the records")]
    ErasureDue,
    /// A dyad of a study whose dyads have their own arm has none.
    #[error("dyad {dyad} has no arm")]
    NoArm {
        /// The dyad.
        dyad: String,
    },
    /// The infant was not yet born.
    #[error("the infant was not yet born: the birth was on {born}")]
    BeforeBirth {
        /// Day of birth.
        born: Date,
    },
    /// The family was not yet enrolled.
    #[error("{} before the dyad was enrolled", days_in_words(*.days))]
    BeforeEnrolment {
        /// Days before enrolment.
        days: f64,
    },
    /// The family had left.
    #[error("the family left on {left}")]
    AfterLeaving {
        /// Day of leaving.
        left: Date,
    },
    /// Consent had been withdrawn.
    #[error("consent was withdrawn on {left}")]
    AfterWithdrawal {
        /// Day of withdrawing.
        left: Date,
    },
    /// The visit was too early or too late.
    #[error("{} too {} for {wave}, outside its window", days_in_words(*.days), if *.days > 0.0 { "late" } else { "early" })]
    OutsideWindow {
        /// The wave.
        wave: WaveId,
        /// Whole days after the planned day.
        days: f64,
    },
    /// The phase of that day is not the one that the wave is planned for.
    #[error("the site is not in the phase of {wave} on this day")]
    OutsidePhase {
        /// The wave.
        wave: WaveId,
    },
    /// The instrument is not planned at this wave.
    #[error("{instrument} is not planned at {wave}")]
    NotPlanned {
        /// The instrument.
        instrument: InstrumentId,
        /// The wave.
        wave: WaveId,
    },
    /// Before the study's first or after its last day.
    #[error("outside the study's dates ({from} to {to})")]
    OutsideStudy {
        /// First day, or "…".
        from: String,
        /// Last day, or "…".
        to: String,
    },
}

fn at_wave(wave: &Option<WaveId>) -> String {
    match wave {
        Some(wave) => format!("at {wave} "),
        None => String::new(),
    }
}

impl RecordFault {
    /// How bad it is.
    pub fn severity(&self) -> Severity {
        match self {
            Self::DuplicateDyad { .. }
            | Self::UnknownDyad { .. }
            | Self::UnknownSession { .. }
            | Self::UnknownClinic { .. }
            | Self::RecordingsOverlap { .. }
            | Self::DuplicateVisit { .. }
            | Self::DuplicateSession { .. }
            | Self::DuplicateAttendance { .. }
            | Self::DuplicateConsent { .. }
            | Self::RefusedToTakePart { .. }
            | Self::BornFarFromDue { .. }
            | Self::LeftBeforeEnrolment { .. }
            | Self::BeforeBirth { .. }
            | Self::BeforeEnrolment { .. } => Severity::Error,
            Self::ErasureDue
            | Self::NoConsent { .. }
            | Self::NoArm { .. }
            | Self::AfterLeaving { .. }
            | Self::AfterWithdrawal { .. }
            | Self::OutsideWindow { .. }
            | Self::OutsidePhase { .. }
            | Self::NotPlanned { .. }
            | Self::VersionsDiffer { .. }
            | Self::OutsideStudy { .. } => Severity::Warning,
        }
    }

    /// Its kind in a few words, the same for all of the kind.
    pub fn title(&self) -> &'static str {
        match self {
            Self::DuplicateDyad { .. } => "duplicate dyad",
            Self::UnknownDyad { .. } => "unknown dyad",
            Self::UnknownSession { .. } => "unknown session",
            Self::UnknownClinic { .. } => "unknown site",
            Self::RecordingsOverlap { .. } => "two recordings of the same minutes",
            Self::VersionsDiffer { .. } => "two versions of the scheme",
            Self::DuplicateVisit { .. } => "duplicate visit",
            Self::DuplicateSession { .. } => "duplicate session",
            Self::DuplicateAttendance { .. } => "duplicate attendance",
            Self::DuplicateConsent { .. } => "duplicate answer about consent",
            Self::RefusedToTakePart { .. } => "family that preferred not to take part",
            Self::NoConsent { .. } => "family without an answer about consent",
            Self::BornFarFromDue { .. } => "birth far from its due date",
            Self::LeftBeforeEnrolment { .. } => "left before enrolment",
            Self::ErasureDue => "records that are to be erased",
            Self::NoArm { .. } => "dyad without an arm",
            Self::BeforeBirth { .. } => "visit before birth",
            Self::BeforeEnrolment { .. } => "visit before enrolment",
            Self::AfterLeaving { .. } => "visit after leaving",
            Self::AfterWithdrawal { .. } => "visit after withdrawal of consent",
            Self::OutsideWindow { .. } => "visit outside its window",
            Self::OutsidePhase { .. } => "visit outside its phase",
            Self::NotPlanned { .. } => "instrument not planned at this wave",
            Self::OutsideStudy { .. } => "date outside the study",
        }
    }

    /// What would help, the same for all of the kind.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::DuplicateDyad { .. } => {
                "keep one row per dyad; twins are two dyads, each with its own code"
            }
            Self::UnknownDyad { .. } => "correct the code, or add the dyad to the file of dyads",
            Self::UnknownSession { .. } => {
                "correct the code, or add the session to the file of sessions"
            }
            Self::UnknownClinic { .. } => "correct the code: it must be the id of a site",
            Self::VersionsDiffer { .. } => {
                "code it again by one version if the two are to be compared; the later rows are left out of agreement"
            }
            Self::RecordingsOverlap { .. } => {
                "correct where it begins; of two cameras that ran at the same time keep the rows of one"
            }
            Self::DuplicateVisit { .. } => "keep one of the two, or correct the wave or the code",
            Self::DuplicateSession { .. } => "give each session its own code",
            Self::DuplicateAttendance { .. } => "keep one row per dyad and session",
            Self::DuplicateConsent { .. } => "keep one of the two",
            Self::RefusedToTakePart { .. } => {
                "delete this family's rows from every file, or correct the answer"
            }
            Self::NoConsent { .. } => {
                "add the answer to the file of consents; the family is used until then"
            }
            Self::BornFarFromDue { .. } => {
                "correct one of the two dates: a birth lies between 20 weeks before and 5 weeks after the due date"
            }
            Self::LeftBeforeEnrolment { .. } => "correct one of the two dates",
            Self::ErasureDue => "delete this family's rows from every file",
            Self::NoArm { .. } => {
                "give the arm; until then comparisons of arms leave the dyad out and say so"
            }
            Self::BeforeBirth { .. } => "correct the date of the visit or of the birth",
            Self::BeforeEnrolment { .. } => {
                "correct one of the dates; where visits may precede enrolment, give the wave a window that begins before"
            }
            Self::AfterLeaving { .. } => {
                "correct the date, or the day of leaving if the family came back"
            }
            Self::AfterWithdrawal { .. } => {
                "correct the date; what was collected after the withdrawal must be deleted"
            }
            Self::OutsideWindow { .. } | Self::OutsidePhase { .. } => {
                "correct the date or the wave if it is wrong; otherwise the visit is used, with its real time"
            }
            Self::NotPlanned { .. } => {
                "correct the wave, or add it to the waves of the instrument in the study file"
            }
            Self::OutsideStudy { .. } => {
                "correct the date, or `started` and `ended` in the study file"
            }
        }
    }
}
