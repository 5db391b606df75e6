//! What not everybody may do: who carries each right, and how well they must have shown who they are.

use super::Role;

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Add accounts, give and end roles, issue codes, end others' sessions.
    ManagePeople,
    /// Load a study, and new versions of it.
    ChangeStudies,
    /// See which backups there are.
    SeeBackups,
    /// Make a backup.
    MakeBackups,
    /// Read the audit trail and verify it.
    ReadAudit,
    /// See a study's home: recruitment, completeness, what is due.
    SeeStudy,
    /// See families by study code, the schedule, forms and their state.
    SeeFamilies,
    /// Enrol families; record moves, losses and withdrawals.
    EnrolFamilies,
    /// See and record which arm a family is in.
    AssignArms,
    /// Record consent and its withdrawal.
    RecordConsent,
    /// Open names, contacts and dates of birth.
    OpenIdentifiers,
    /// Erase what identifies one person, for ever.
    EraseIdentifiers,
    /// Enter and correct assessments.
    EnterAssessments,
    /// Acknowledge a risk alert.
    AcknowledgeAlerts,
    /// Raise a query on an answer, and answer one.
    RaiseQueries,
    /// Close a query.
    CloseQueries,
    /// Lock and sign forms.
    LockForms,
    /// See the long table of measures.
    SeeMeasures,
    /// See findings and the report.
    SeeFindings,
    /// Seal the analysis plan.
    SealPlan,
    /// Reveal the arms to the analysis.
    Unblind,
    /// Choose words of families that reports quote.
    ChooseQuotations,
    /// Take data out.
    Export,
    /// Code the clips that are assigned to oneself.
    CodeVideo,
    /// Take recordings in, assign clips, see how far coders agree.
    LeadCoding,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 25] = [
        Self::ManagePeople,
        Self::ChangeStudies,
        Self::SeeBackups,
        Self::MakeBackups,
        Self::ReadAudit,
        Self::SeeStudy,
        Self::SeeFamilies,
        Self::EnrolFamilies,
        Self::AssignArms,
        Self::RecordConsent,
        Self::OpenIdentifiers,
        Self::EraseIdentifiers,
        Self::EnterAssessments,
        Self::AcknowledgeAlerts,
        Self::RaiseQueries,
        Self::CloseQueries,
        Self::LockForms,
        Self::SeeMeasures,
        Self::SeeFindings,
        Self::SealPlan,
        Self::Unblind,
        Self::ChooseQuotations,
        Self::Export,
        Self::CodeVideo,
        Self::LeadCoding,
    ];

    /// Roles that carry the right.
    pub fn roles(self) -> &'static [Role] {
        use Role::{
            Analyst, Assessor, Auditor, DataManager, Facilitator, HealthVisitor, LeadEvaluator,
            Observer, Statistician,
        };
        match self {
            Self::ManagePeople
            | Self::ChangeStudies
            | Self::MakeBackups
            | Self::EraseIdentifiers => &[DataManager],
            Self::SeeBackups => &[DataManager, Auditor],
            Self::ReadAudit => &[DataManager, LeadEvaluator, Auditor],
            Self::SeeStudy => &[
                DataManager,
                LeadEvaluator,
                Statistician,
                Facilitator,
                HealthVisitor,
                Assessor,
                Observer,
                Analyst,
                Auditor,
            ],
            Self::SeeFamilies => &[
                DataManager,
                LeadEvaluator,
                Statistician,
                Facilitator,
                HealthVisitor,
                Assessor,
                Auditor,
            ],
            Self::EnrolFamilies => &[DataManager, HealthVisitor, Assessor],
            Self::AssignArms => &[DataManager, LeadEvaluator],
            Self::RecordConsent => &[DataManager, HealthVisitor, Assessor],
            Self::OpenIdentifiers => &[DataManager, HealthVisitor, Assessor],
            Self::EnterAssessments => &[DataManager, HealthVisitor, Assessor],
            Self::AcknowledgeAlerts => &[DataManager, LeadEvaluator, HealthVisitor],
            Self::RaiseQueries => &[DataManager, LeadEvaluator, Statistician, Assessor],
            Self::CloseQueries => &[DataManager, LeadEvaluator],
            Self::LockForms => &[DataManager, LeadEvaluator],
            Self::SeeMeasures => &[DataManager, LeadEvaluator, Statistician],
            Self::SeeFindings => &[DataManager, LeadEvaluator, Statistician, Auditor],
            Self::SealPlan => &[LeadEvaluator, Statistician],
            Self::Unblind => &[LeadEvaluator, Statistician],
            Self::ChooseQuotations => &[DataManager, LeadEvaluator],
            Self::Export => &[DataManager, LeadEvaluator, Statistician],
            Self::CodeVideo => &[Observer, LeadEvaluator, DataManager],
            Self::LeadCoding => &[DataManager, LeadEvaluator],
        }
    }

    /// Whether a session without a second factor may not do it.
    pub fn needs_second_factor(self) -> bool {
        matches!(
            self,
            Self::ManagePeople
                | Self::ChangeStudies
                | Self::MakeBackups
                | Self::OpenIdentifiers
                | Self::EraseIdentifiers
                | Self::AssignArms
                | Self::Unblind
                | Self::Export
        )
    }

    /// Whether the sign-in must be fresh.
    pub fn needs_fresh_sign_in(self) -> bool {
        matches!(
            self,
            Self::ManagePeople | Self::EraseIdentifiers | Self::Unblind
        )
    }

    /// Whether only a role in the whole installation will do.
    pub fn is_of_installation(self) -> bool {
        matches!(
            self,
            Self::ManagePeople | Self::SeeBackups | Self::MakeBackups
        )
    }

    /// What it is, as the end of "You may not …".
    pub fn words(self) -> &'static str {
        match self {
            Self::ManagePeople => "manage people and their roles",
            Self::ChangeStudies => "load or change studies",
            Self::SeeBackups => "see backups",
            Self::MakeBackups => "make backups",
            Self::ReadAudit => "read the audit trail",
            Self::SeeStudy => "see this study",
            Self::SeeFamilies => "see the families of this study",
            Self::EnrolFamilies => "enrol families here",
            Self::AssignArms => "see or record the arms of families here",
            Self::RecordConsent => "record consent here",
            Self::OpenIdentifiers => "open names and contacts here",
            Self::EraseIdentifiers => "erase what identifies a person",
            Self::EnterAssessments => "enter assessments here",
            Self::AcknowledgeAlerts => "acknowledge alerts here",
            Self::RaiseQueries => "raise or answer queries here",
            Self::CloseQueries => "close queries here",
            Self::LockForms => "lock or sign forms here",
            Self::SeeMeasures => "see the measures of this study",
            Self::SeeFindings => "see the findings of this study",
            Self::SealPlan => "seal the plan of this study",
            Self::Unblind => "reveal the arms of this study",
            Self::ChooseQuotations => "choose quotations for the reports of this study",
            Self::Export => "take data out of this study",
            Self::CodeVideo => "code clips of this study",
            Self::LeadCoding => "lead the coding of this study",
        }
    }
}
