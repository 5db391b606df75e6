//! Where the records are and what their columns mean: the table `[[data]]`. Reading the files
//! belongs to `attune-exchange`.

use crate::id::{AttributeId, InstrumentId, ItemId, MeasureId, SchemeId, WaveId};
use crate::missing::Missing;

/// One file of records and the meaning of its columns.
#[derive(Debug, Clone)]
pub struct DataFile {
    /// Path beside the study file, `.csv` or `.xlsx`.
    pub file: String,
    /// Sheet of a workbook; the first when absent.
    pub sheet: Option<String>,
    /// What the rows are.
    pub content: DataContent,
    /// Cells that stand for a reason why there is no value. An empty cell is `NotRecorded` unless
    /// this says otherwise.
    pub missing_codes: Vec<(String, Missing)>,
    /// Cells that stand for an id of the study, by column: (column, cell, id).
    pub recode: Vec<Recode>,
}

/// `cell` in `column` is read as `value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recode {
    /// Column heading.
    pub column: String,
    /// Cell as it stands in the file.
    pub cell: String,
    /// What it is read as.
    pub value: String,
}

/// What the rows of a file are.
#[derive(Debug, Clone)]
pub enum DataContent {
    /// One row per dyad: site, arm, dates, attributes.
    Dyads(DyadColumns),
    /// Assessments, in one of three layouts.
    Assessments(AssessmentColumns),
    /// One row per answer of a family to the question of consent.
    Consents(ConsentColumns),
    /// One row per dyad and session attended.
    Attendance(AttendanceColumns),
    /// One row per session of the clinic or group.
    Sessions(SessionColumns),
    /// Events and ratings of coded recordings of sessions or dyads, one row per event or rating.
    Codings(CodingColumns),
}

/// Column headings of a file of dyads.
#[derive(Debug, Clone, Default)]
pub struct DyadColumns {
    /// Study code of the dyad.
    pub dyad: String,
    /// Site; may be left out when the study has one site.
    pub site: Option<String>,
    /// Arm, where dyads have their own.
    pub arm: Option<String>,
    /// Day of enrolment.
    pub enrolled: Option<String>,
    /// Day of the infant's birth.
    pub born: Option<String>,
    /// Day on which the birth was due.
    pub due: Option<String>,
    /// Infant's age at enrolment, for studies whose data have no dates.
    pub age_at_enrolment: Option<TimeColumn>,
    /// Day on which the dyad left the study.
    pub left: Option<String>,
    /// Why it left.
    pub left_reason: Option<String>,
    /// Day on which consent was withdrawn.
    pub withdrew: Option<String>,
    /// Attributes by column.
    pub attributes: Vec<(AttributeId, String)>,
}

/// A column that holds a length of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeColumn {
    /// Column heading.
    pub column: String,
    /// Unit of its numbers.
    pub unit: TimeUnit,
}

/// Unit of a length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    /// Days.
    Days,
    /// Weeks of 7 days.
    Weeks,
    /// Months of 30.4375 days.
    Months,
    /// Years of 365.25 days.
    Years,
}

impl TimeUnit {
    /// Days in one unit.
    pub fn days(self) -> f64 {
        match self {
            Self::Days => 1.0,
            Self::Weeks => 7.0,
            Self::Months => crate::design::DAYS_PER_MONTH,
            Self::Years => crate::design::DAYS_PER_YEAR,
        }
    }
}

/// Column headings of a file of assessments.
#[derive(Debug, Clone)]
pub struct AssessmentColumns {
    /// Study code of the dyad (or of the other unit that the instrument is about).
    pub unit: String,
    /// The instrument; each file holds answers to one.
    pub instrument: InstrumentId,
    /// Who assessed or coded.
    pub assessor: Option<String>,
    /// How rows, waves and values lie.
    pub layout: AssessmentLayout,
}

/// How assessments lie in a file.
#[derive(Debug, Clone)]
pub enum AssessmentLayout {
    /// One row per visit, one column per item or score.
    Visits {
        /// When the visit was.
        when: VisitColumns,
        /// Item or entered score, and its column.
        items: Vec<(ItemId, String)>,
    },
    /// One row per visit and item.
    Values {
        /// When the visit was.
        when: VisitColumns,
        /// Column that names the item or score.
        item: String,
        /// Column with the value.
        value: String,
    },
    /// One row per dyad, columns for each wave.
    Wide {
        /// Each wave with its columns.
        waves: Vec<WideWave>,
    },
}

/// Columns of one wave in a wide file.
#[derive(Debug, Clone)]
pub struct WideWave {
    /// The wave.
    pub wave: WaveId,
    /// Day of the visit.
    pub date: Option<String>,
    /// Time since enrolment, where there is no date.
    pub time: Option<TimeColumn>,
    /// Item or entered score, and its column.
    pub items: Vec<(ItemId, String)>,
}

/// Columns that say when a visit was; at least one is given.
#[derive(Debug, Clone, Default)]
pub struct VisitColumns {
    /// The planned wave; found from date and windows when absent.
    pub wave: Option<String>,
    /// Day of the visit.
    pub date: Option<String>,
    /// Time since enrolment, where there is no date.
    pub time: Option<TimeColumn>,
}

/// Column headings of a file of consents: one row per answer of a family for one purpose.
#[derive(Debug, Clone, Default)]
pub struct ConsentColumns {
    /// Study code of the dyad.
    pub dyad: String,
    /// The purpose.
    pub purpose: String,
    /// Whether consent was given, refused, or withdrawn.
    pub answer: String,
    /// Day of the answer.
    pub date: Option<String>,
    /// Version of the text that the family read.
    pub version: Option<String>,
    /// Language of that text.
    pub language: Option<String>,
}

/// Column headings of a file of attendance: one row per dyad and session.
#[derive(Debug, Clone, Default)]
pub struct AttendanceColumns {
    /// Study code of the dyad.
    pub dyad: String,
    /// Day of the session.
    pub date: String,
    /// Site of the session; the dyad's own when absent.
    pub site: Option<String>,
    /// Minutes stayed.
    pub minutes: Option<String>,
}

/// Column headings of a file of sessions.
#[derive(Debug, Clone, Default)]
pub struct SessionColumns {
    /// Code of the session.
    pub session: String,
    /// Day of the session.
    pub date: String,
    /// Site of the session.
    pub site: Option<String>,
    /// Families present, an anonymous count.
    pub families: Option<String>,
    /// Other counts and numbers of the session: measure and column.
    pub measures: Vec<(MeasureId, String)>,
}

/// What the recordings of a file of codings show.
#[derive(Debug, Clone)]
pub enum CodedUnit {
    /// Sessions; the column with the code of the session.
    Session(String),
    /// Dyads at a visit.
    Dyad {
        /// The column with the study code of the dyad.
        dyad: String,
        /// When the recording was made.
        when: VisitColumns,
    },
}

/// Column headings of a file of codings: one row per event or rating. A row without a behaviour says that
/// its subject was there.
#[derive(Debug, Clone)]
pub struct CodingColumns {
    /// The coding scheme.
    pub scheme: SchemeId,
    /// The version of it by which the rows were coded.
    pub version: u32,
    /// What the recordings show.
    pub unit: CodedUnit,
    /// Who coded.
    pub coder: Option<String>,
    /// Which of several recordings of one session or visit it is.
    pub recording: Option<String>,
    /// Seconds of the session at which that recording begins.
    pub recording_begins: Option<String>,
    /// Codable length of the recording in seconds, the same in each row of a coding; a scheme of
    /// ratings alone needs none.
    pub length: Option<String>,
    /// Who showed the behaviour: the id of a subject of the scheme, with the number of the family where
    /// there are several (`infant 3`); without it the scheme's only subject.
    pub subject: Option<String>,
    /// The behaviour, or the rating.
    pub behaviour: String,
    /// The rating itself, in rows of ratings.
    pub value: Option<String>,
    /// To whom an act went: a subject, or `group`.
    pub target: Option<String>,
    /// Begin in seconds; a scheme of ratings alone needs none.
    pub start: Option<String>,
    /// End in seconds, for behaviours that have one.
    pub stop: Option<String>,
    /// The sample of time that a row answers: its number from 1, with its way where there are several.
    pub sample: Option<String>,
    /// Id of a modifier, and its column.
    pub modifiers: Vec<(String, String)>,
}
