//! Who acts, in which role, and what a reader may know. Who may do what is decided in one place of
//! the web crate; the store keeps roles, records them with every command, and reads for a [`Sight`]:
//! a query made for somebody who is blind never touches the tables that hold arms.

use std::collections::BTreeSet;

use attune_protocol::id::{SiteId, StudyId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, GrantId};

/// What somebody is to a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Runs the study's data: people, exports, locks, backups.
    DataManager,
    /// Answers for the evaluation: seals the plan, unblinds, reads the findings.
    LeadEvaluator,
    /// Analyses; blind until the plan is sealed and arms are revealed.
    Statistician,
    /// Leads groups of the programme.
    Facilitator,
    /// Meets families at the clinic.
    HealthVisitor,
    /// Tests and interviews, blind to the arm.
    Assessor,
    /// Codes recordings, blind to arm and wave.
    Observer,
    /// Works with interviews and open answers.
    Analyst,
    /// Reads what was done and verifies the chain.
    Auditor,
}

impl Role {
    /// All roles, in the order of lists.
    pub const ALL: [Self; 9] = [
        Self::DataManager,
        Self::LeadEvaluator,
        Self::Statistician,
        Self::Facilitator,
        Self::HealthVisitor,
        Self::Assessor,
        Self::Observer,
        Self::Analyst,
        Self::Auditor,
    ];

    /// As it is shown.
    pub fn words(self) -> &'static str {
        match self {
            Self::DataManager => "data manager",
            Self::LeadEvaluator => "lead evaluator",
            Self::Statistician => "statistician",
            Self::Facilitator => "facilitator",
            Self::HealthVisitor => "health visitor",
            Self::Assessor => "assessor",
            Self::Observer => "observer",
            Self::Analyst => "analyst",
            Self::Auditor => "auditor",
        }
    }

    /// As it is stored and typed: `data-manager`.
    pub fn code(self) -> &'static str {
        match self {
            Self::DataManager => "data-manager",
            Self::LeadEvaluator => "lead-evaluator",
            Self::Statistician => "statistician",
            Self::Facilitator => "facilitator",
            Self::HealthVisitor => "health-visitor",
            Self::Assessor => "assessor",
            Self::Observer => "observer",
            Self::Analyst => "analyst",
            Self::Auditor => "auditor",
        }
    }

    /// The role with this code or these words.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|role| role.code() == code || role.words() == code)
    }

    /// Whether somebody in this role must not know arms before they are revealed.
    pub fn is_blind(self) -> bool {
        matches!(self, Self::Statistician | Self::Assessor | Self::Observer)
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account; none for the program itself (first run, schedule, command line).
    pub account: Option<AccountId>,
    /// The role in which the person acts.
    pub role: Option<Role>,
}

impl Actor {
    /// The program itself.
    pub const PROGRAM: Self = Self {
        account: None,
        role: None,
    };

    /// Somebody in a role.
    pub fn of(account: AccountId, role: Option<Role>) -> Self {
        Self {
            account: Some(account),
            role,
        }
    }

    pub(crate) fn text(&self) -> String {
        match self.account {
            Some(account) => account.to_string(),
            None => "program".to_owned(),
        }
    }
}

/// Which sites somebody may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sites {
    /// All of the study.
    All,
    /// These.
    Only(BTreeSet<SiteId>),
}

impl Sites {
    /// Whether the site is among them.
    pub fn hold(&self, site: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(sites) => sites.iter().any(|one| one.as_str() == site),
        }
    }

    /// These and those.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Only(one), Self::Only(two)) => Self::Only(one.union(two).cloned().collect()),
            _ => Self::All,
        }
    }
}

/// What a reader may know of a study.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// Sites whose families may be seen.
    pub sites: Sites,
    /// Whether arms and phases may be known. Without it no answer holds one.
    pub arms: bool,
}

impl Sight {
    /// Everything.
    pub const FULL: Self = Self {
        sites: Sites::All,
        arms: true,
    };

    /// Every site, no arms.
    pub const BLIND: Self = Self {
        sites: Sites::All,
        arms: false,
    };
}

/// A role given to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Id.
    pub id: GrantId,
    /// To whom.
    pub account: AccountId,
    /// The role.
    pub role: Role,
    /// In which study; everywhere when there is none.
    pub study: Option<StudyId>,
    /// For which sites.
    pub sites: Sites,
    /// First day.
    pub from: Date,
    /// Last day; open when there is none.
    pub until: Option<Date>,
    /// Whether it was taken back.
    pub revoked: bool,
}

impl Grant {
    /// Whether it holds on a day.
    pub fn holds_on(&self, date: Date) -> bool {
        !self.revoked && self.from <= date && self.until.is_none_or(|until| date <= until)
    }
}
