//! Dyads, assessments, sessions and attendance, in the order of their ids and dates.

use std::sync::Arc;

use attune_protocol::{
    Protocol,
    design::Site,
    id::{
        ArmId, AttributeId, DyadId, InstrumentId, ItemId, MeasureId, PurposeId, SchemeId, ScoreId,
        SiteId, WaveId,
    },
    missing::Missing,
    plan::About,
};
use jiff::civil::Date;
use serde::Serialize;

use crate::observation::{Event, Interval, Micros, NotSeen, Sample};
use crate::source::{Source, SourceFile};

/// Everything that was collected. [`Records::checked`] checks it against the protocol and puts it in
/// the order given here.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// Families, by id.
    pub dyads: Vec<Dyad>,
    /// Answers of families to the question of consent, by dyad and purpose, the oldest first.
    pub consents: Vec<Consent>,
    /// Questionnaires, tests and ratings, by unit, instrument, and wave.
    pub assessments: Vec<Assessment>,
    /// Sessions of the clinic or group, by date, site and code.
    pub sessions: Vec<Session>,
    /// Who came to which session, by dyad and date.
    pub attendance: Vec<Attendance>,
    /// Codings of recorded sessions, in the order of the files.
    pub codings: Vec<SessionCoding>,
    /// Codings of recorded dyads, in the order of the files.
    pub dyad_codings: Vec<DyadCoding>,
    /// The files they were read from, in the order of the study file.
    pub files: Vec<SourceFile>,
}

impl Records {
    /// The dyad with this code.
    pub fn dyad(&self, code: &str) -> Option<&Dyad> {
        let found = self
            .dyads
            .binary_search_by(|dyad| dyad.id.as_str().cmp(code));
        found.ok().map(|index| &self.dyads[index])
    }

    /// The session with this code.
    pub fn session(&self, code: &str) -> Option<&Session> {
        self.sessions.iter().find(|session| *session.id == *code)
    }

    /// The site where the unit with this code belongs: the dyad's, the session's, the clinic itself;
    /// for a member of staff the site of a study that has only one.
    pub fn site_of<'a>(
        &self,
        protocol: &'a Protocol,
        about: About,
        code: &str,
    ) -> Option<&'a Site> {
        match about {
            About::Dyad | About::Infant | About::Carer => protocol.site(&self.dyad(code)?.site),
            About::Session => protocol.site(&self.session(code)?.site),
            About::Clinic => protocol.sites.iter().find(|site| *site.id == *code),
            About::StaffMember => match protocol.sites.as_slice() {
                [site] => Some(site),
                _ => None,
            },
        }
    }

    /// Whether any file was made by simulation.
    pub fn simulated(&self) -> bool {
        self.files.iter().any(|file| file.simulated)
    }
}

/// A carer and an infant.
#[derive(Debug, Clone)]
pub struct Dyad {
    /// Study code.
    pub id: DyadId,
    /// Where the family was enrolled.
    pub site: SiteId,
    /// The dyad's own arm, where arms are not given by the site.
    pub arm: Option<ArmId>,
    /// Day of enrolment.
    pub enrolled: Option<Date>,
    /// Day of the infant's birth.
    pub born: Option<Date>,
    /// Day on which the birth was due.
    pub due: Option<Date>,
    /// Infant's age at enrolment in days, where the data have no dates.
    pub age_at_enrolment_days: Option<f64>,
    /// Leaving the study before its end.
    pub left: Option<Leaving>,
    /// Attributes of the protocol, in its order.
    pub attributes: Vec<(AttributeId, Result<AttributeValue, Missing>)>,
    /// The row.
    pub source: Source,
}

/// Leaving the study before its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leaving {
    /// Day, where it is known: the earlier one of leaving and of withdrawing consent.
    pub date: Option<Date>,
    /// Reason in the study's words.
    pub reason: Option<String>,
    /// Whether consent was withdrawn.
    pub withdrew_consent: bool,
}

/// An answer of a family to the question of consent for one purpose, or that it was taken back.
#[derive(Debug, Clone)]
pub struct Consent {
    /// The family.
    pub dyad: DyadId,
    /// The purpose.
    pub purpose: PurposeId,
    /// The answer.
    pub answer: ConsentAnswer,
    /// Day, where it is known.
    pub date: Option<Date>,
    /// Version of the text that the family read, where it is known.
    pub version: Option<String>,
    /// Language of that text, where it is known.
    pub language: Option<String>,
    /// The row.
    pub source: Source,
}

/// An answer to the question of consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentAnswer {
    /// The family agreed.
    Given,
    /// It preferred not to.
    Refused,
    /// It took its consent back.
    Withdrawn,
}

/// Value of an attribute.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum AttributeValue {
    /// A number.
    Number(f64),
    /// Id of a level.
    Level(Arc<str>),
    /// A date.
    Date(Date),
}

/// An instrument filled in once.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The instrument, as the protocol names it.
    pub instrument: InstrumentId,
    /// Code of the unit that it is about: of the dyad, unless the protocol says otherwise.
    pub unit: Arc<str>,
    /// The planned wave, where it belongs to one.
    pub wave: Option<WaveId>,
    /// When it was.
    pub when: When,
    /// Who assessed or coded.
    pub assessor: Option<Arc<str>>,
    /// Answers by item.
    pub answers: Vec<Answer>,
    /// The row.
    pub source: Source,
}

/// When something was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// On a day.
    On(Date),
    /// So many days after enrolment, for data without dates.
    DaysAfterEnrolment(f64),
    /// Not said; the planned time of the wave stands for it.
    NotSaid,
}

impl When {
    /// What tells visits apart that belong to no wave.
    pub fn key(self) -> (Option<Date>, u64) {
        match self {
            Self::On(date) => (Some(date), 0),
            Self::DaysAfterEnrolment(days) => (None, days.to_bits()),
            Self::NotSaid => (None, u64::MAX),
        }
    }
}

/// The answer to one item.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The item.
    pub item: ItemId,
    /// The code of the answer as the instrument defines it, or why there is none.
    pub value: Result<f64, Missing>,
    /// Column of the cell (the row is the assessment's, unless rows hold single values).
    pub source: Source,
}

/// One session of the clinic or group.
#[derive(Debug, Clone)]
pub struct Session {
    /// Code.
    pub id: Arc<str>,
    /// Day.
    pub date: Date,
    /// Site.
    pub site: SiteId,
    /// Families present, an anonymous count.
    pub families: Option<u32>,
    /// Other numbers of the session.
    pub measures: Vec<(MeasureId, Result<f64, Missing>, Source)>,
    /// The row.
    pub source: Source,
}

/// One dyad at one session.
#[derive(Debug, Clone)]
pub struct Attendance {
    /// Who came.
    pub dyad: DyadId,
    /// When.
    pub date: Date,
    /// Where.
    pub site: SiteId,
    /// Minutes stayed.
    pub minutes: Option<f64>,
    /// The row.
    pub source: Source,
}

/// One coder's coding of the recording of one session.
#[derive(Debug, Clone)]
pub struct SessionCoding {
    /// Code of the session; within a [`DyadCoding`] the code of the dyad.
    pub session: Arc<str>,
    /// The scheme.
    pub scheme: SchemeId,
    /// The version of it by which it was coded.
    pub version: u32,
    /// Who coded, where noted.
    pub coder: Option<Arc<str>>,
    /// Which of several recordings of the session it is, where there are several.
    pub recording: Option<Arc<str>>,
    /// Where on the clock of the session that recording begins, where noted.
    pub begins: Option<Micros>,
    /// The time that was to be coded, of a file from 0: one stretch, or, of recordings that were put
    /// together, one for each, in order and apart. Empty where only ratings were made and nobody noted it.
    pub windows: Vec<Interval>,
    /// Stretches of it in which nobody could code.
    pub not_codable: Vec<Interval>,
    /// Names of the people who were there, in the order in which the coding names them.
    pub people: Vec<Arc<str>>,
    /// What was coded.
    pub events: Vec<Event>,
    /// Samples of time that were answered, also with nothing; none where time was not sampled.
    pub samples: Vec<Sample>,
    /// Whom nobody could see in a sample: it is missing of that person alone.
    pub not_seen: Vec<NotSeen>,
    /// Judgements for the whole recording, or why one could not be made.
    pub ratings: Vec<(ScoreId, Result<f64, Missing>)>,
    /// The first row.
    pub source: Source,
}

/// One coder's coding of the recording of one dyad at one visit.
#[derive(Debug, Clone)]
pub struct DyadCoding {
    /// The dyad.
    pub dyad: Arc<str>,
    /// The planned wave.
    pub wave: Option<WaveId>,
    /// When the recording was made.
    pub when: When,
    /// What was coded.
    pub coding: SessionCoding,
}
