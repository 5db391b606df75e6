//! Who runs the study, why, and what its public page says: the tables `[study]`, `[[team]]`,
//! `[[partner]]`, `[[publication]]` and `[[deviation]]`.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use crate::page::PageText;

use crate::id::{AnalysisId, StudyId};

/// The table `[study]`.
#[derive(Debug, Clone)]
pub struct Study {
    /// Short id, used in file names and addresses.
    pub id: StudyId,
    /// Title as researchers would cite it.
    pub title: String,
    /// Title in plain words for the public page.
    pub plain_title: Option<String>,
    /// Title that names no arm; whoever is blind is shown it in place of the title.
    pub working_title: Option<String>,
    /// What the evaluation wants to find out, one sentence or phrase each.
    pub aims: Vec<String>,
    /// How dyads come to their arm.
    pub allocation: Allocation,
    /// Where the study stands.
    pub status: StudyStatus,
    /// Whether results may be shown on the public page.
    pub results_released: bool,
    /// The study's data are made up, in whole or in part; every output says so.
    pub simulated: bool,
    /// Where the data come from, in one sentence or more; shown under the title of each report.
    pub data_statement: Option<String>,
    /// BCP 47 tag of the language of the study's own texts.
    pub language: String,
    /// Texts of the public page by language; the first is the study's own language.
    pub pages: Vec<PageText>,
    /// First day of the study.
    pub started: Option<Date>,
    /// Last day of the study.
    pub ended: Option<Date>,
    /// Day by which the planned dyads are to be enrolled.
    pub recruiting_until: Option<Date>,
    /// Who pays for the study.
    pub funder: Option<String>,
    /// Reference of the ethics approval.
    pub ethics_reference: Option<String>,
    /// Reference of the registration.
    pub registration: Option<String>,
    /// E-mail address or page for questions.
    pub contact: Option<String>,
    /// Licence under which others may use the study's open data and texts.
    pub licence: Option<String>,
    /// Day on which the texts and numbers of the public page were last changed.
    pub last_changed: Option<Date>,
}

impl Study {
    /// Whether the public may see results: they are released, and nobody is measured any more. Results of a running
    /// study would tell its blind assessors what to expect.
    pub fn shows_results(&self) -> bool {
        self.results_released && self.status.is_over()
    }
}

/// How dyads come to their arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Allocation {
    /// Each site has one arm (at a time); its dyads share it. Not randomised.
    Site,
    /// Sites were randomised to arms.
    RandomisedSite,
    /// Each dyad has its own arm. Not randomised.
    Dyad,
    /// Dyads were randomised to arms.
    RandomisedDyad,
    /// Each dyad has its own arm, and no source says how it came to it.
    DyadNotStated,
    /// There is one arm only, or the comparison is of phases (before and after).
    None,
}

impl Allocation {
    /// Whether whole sites share an arm.
    pub fn is_by_site(self) -> bool {
        matches!(self, Self::Site | Self::RandomisedSite)
    }

    /// Whether each dyad has its own arm.
    pub fn is_by_dyad(self) -> bool {
        matches!(
            self,
            Self::Dyad | Self::RandomisedDyad | Self::DyadNotStated
        )
    }

    /// Whether chance decided the arm.
    pub fn is_randomised(self) -> bool {
        matches!(self, Self::RandomisedSite | Self::RandomisedDyad)
    }
}

/// Where the study stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StudyStatus {
    /// Not begun.
    Planned,
    /// Families are being enrolled.
    Recruiting,
    /// Enrolment has ended, measuring goes on.
    FollowUp,
    /// All data are in.
    Completed,
    /// Ended before its time.
    Stopped,
}

impl StudyStatus {
    /// What a visit is whose time has not come, or had not come when the study ended.
    pub fn words_of_not_due(self) -> &'static str {
        match self.is_over() {
            false => "not yet due",
            true => "not due before the end",
        }
    }

    /// Whether nobody is enrolled or measured any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Stopped)
    }
}

/// The table `[[team]]`: a person who answers for the study.
#[derive(Debug, Clone, Serialize)]
pub struct TeamMember {
    /// Name as it is to be printed.
    pub name: String,
    /// Part in the study.
    pub role: Option<String>,
    /// ORCID iD, `0000-0000-0000-0000`, check digit verified.
    pub orcid: Option<String>,
    /// Where the person works.
    pub affiliation: Option<String>,
}

/// The table `[[partner]]`: an organisation that takes part.
#[derive(Debug, Clone, Serialize)]
pub struct Partner {
    /// Name as it is to be printed.
    pub name: String,
    /// Part in the study.
    pub role: Option<String>,
    /// Home page.
    pub url: Option<String>,
}

/// The table `[[publication]]`.
#[derive(Debug, Clone, Serialize)]
pub struct Publication {
    /// The full citation.
    pub citation: String,
    /// DOI without the resolver's address.
    pub doi: Option<String>,
}

/// The table `[[deviation]]`: a departure from the plan, told by the team.
#[derive(Debug, Clone, Serialize)]
pub struct Deviation {
    /// When it was decided.
    pub date: Date,
    /// Which analysis it touches; the whole study when absent.
    pub analysis: Option<AnalysisId>,
    /// What was done otherwise.
    pub what: String,
    /// Why.
    pub why: String,
}
