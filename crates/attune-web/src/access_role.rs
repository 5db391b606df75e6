//! The roles of a study's team.

/// What somebody is in a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// People, sites, roles, consent versions, queries, backups, exports, erasure.
    DataManager,
    /// Writes the protocol, watches the study, runs the plan, writes the report.
    LeadEvaluator,
    /// Fits models and takes data out.
    Statistician,
    /// Runs the group.
    Facilitator,
    /// Sees families in the clinic.
    HealthVisitor,
    /// Tests and rates, blind to arm.
    Assessor,
    /// Codes footage, blind to arm and phase.
    Observer,
    /// Codes interviews.
    Analyst,
    /// Checks that all is as it should be, and changes nothing.
    Auditor,
}

impl Role {
    /// All of them.
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

    /// Whoever has this role must not learn arms and phases.
    pub fn is_blind(self) -> bool {
        matches!(self, Self::Assessor | Self::Observer)
    }

    /// Whoever has this role meets families by arm, or answers for the data.
    pub fn knows_arms(self) -> bool {
        matches!(
            self,
            Self::DataManager
                | Self::LeadEvaluator
                | Self::Facilitator
                | Self::HealthVisitor
                | Self::Auditor
        )
    }
}
