//! The checked protocol: what the rest of Attune may trust. Reading and checking it is in
//! `check.rs`; the file as written is in `written.rs`.

use crate::{
    assumptions::Assumptions,
    codebook::Codebook,
    consent::ConsentPurpose,
    data::DataFile,
    design::{Arm, Phase, Site, Wave},
    id::{ArmId, AttributeId, InstrumentId, MeasureId, OutcomeId, SchemeId, SiteId, WaveId},
    instrument::{PlannedInstrument, Score},
    plan::{Analysis, Attribute, Multiplicity, Outcome, OutcomeRole},
    scheme::Scheme,
    sharing::Sharing,
    study::{Deviation, Partner, Publication, Study, TeamMember},
};

/// Everything that a study plans, checked: ids are unique and every reference leads somewhere.
#[derive(Debug, Clone)]
pub struct Protocol {
    /// The study itself.
    pub study: Study,
    /// Who answers for it.
    pub team: Vec<TeamMember>,
    /// Organisations that take part.
    pub partners: Vec<Partner>,
    /// What it has published.
    pub publications: Vec<Publication>,
    /// Conditions that are compared; the first is the reference.
    pub arms: Vec<Arm>,
    /// Periods that are compared; the first is the reference.
    pub phases: Vec<Phase>,
    /// Settings.
    pub sites: Vec<Site>,
    /// Planned times of measuring, in order.
    pub waves: Vec<Wave>,
    /// What families may agree to.
    pub consents: Vec<ConsentPurpose>,
    /// By which rules data leave the team.
    pub sharing: Sharing,
    /// Facts about units.
    pub attributes: Vec<Attribute>,
    /// Questionnaires, tests and ratings.
    pub instruments: Vec<PlannedInstrument>,
    /// Coding schemes for video.
    pub schemes: Vec<Scheme>,
    /// Codebooks for interviews.
    pub codebooks: Vec<Codebook>,
    /// Files of records.
    pub data: Vec<DataFile>,
    /// Outcomes, primary first as written.
    pub outcomes: Vec<Outcome>,
    /// The plan.
    pub analyses: Vec<Analysis>,
    /// Analyses that are read together.
    pub multiplicity: Option<Multiplicity>,
    /// Assumptions for simulation.
    pub assumptions: Option<Assumptions>,
    /// Departures from the plan, told by the team.
    pub deviations: Vec<Deviation>,
    /// SHA-256 over the study file and every file that it names except data, lower-case
    /// hexadecimal.
    pub fingerprint: String,
}

impl Protocol {
    /// The title as whoever is blind is shown it: the working title, and where there is none the id of
    /// a study that compares something.
    pub fn title_for_the_blind(&self) -> &str {
        match &self.study.working_title {
            Some(title) => title,
            None if self.arms.is_empty() && self.phases.is_empty() => &self.study.title,
            None => self.study.id.as_str(),
        }
    }

    /// The arm with this id.
    pub fn arm(&self, id: &ArmId) -> Option<&Arm> {
        self.arms.iter().find(|arm| arm.id == *id)
    }

    /// The site with this id.
    pub fn site(&self, id: &SiteId) -> Option<&Site> {
        self.sites.iter().find(|site| site.id == *id)
    }

    /// The wave with this id.
    pub fn wave(&self, id: &WaveId) -> Option<&Wave> {
        self.waves.iter().find(|wave| wave.id == *id)
    }

    /// A coding scheme in one of its versions.
    pub fn scheme_in_version(&self, id: &SchemeId, version: u32) -> Option<&Scheme> {
        let scheme = self.schemes.iter().find(|scheme| scheme.id == *id)?;
        scheme.in_version(version)
    }

    /// The attribute with this id.
    pub fn attribute(&self, id: &AttributeId) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.id == *id)
    }

    /// The instrument with this id.
    pub fn instrument(&self, id: &InstrumentId) -> Option<&PlannedInstrument> {
        self.instruments
            .iter()
            .find(|instrument| instrument.id == *id)
    }

    /// The outcome with this id.
    pub fn outcome(&self, id: &OutcomeId) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.id == *id)
    }

    /// The one primary outcome.
    pub fn primary_outcome(&self) -> Option<&Outcome> {
        self.outcomes
            .iter()
            .find(|outcome| outcome.role == OutcomeRole::Primary)
    }

    /// The names that results show: of outcomes that are analysed and their units, of groups, and the questions.
    pub fn names_in_results(&self) -> Vec<String> {
        let mut names = Vec::new();
        for analysis in &self.analyses {
            if let Some(outcome) = self.outcome(&analysis.outcome) {
                names.push(outcome.label.clone());
                names.extend(outcome.unit.as_deref().and_then(short_unit));
            }
            names.push(analysis.question.clone());
        }
        names.extend(self.arms.iter().map(|arm| arm.label.clone()));
        names.extend(self.phases.iter().map(|phase| phase.label.clone()));
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }

    /// Every name and fact that the public page shows and that can be told in another language.
    pub fn names(&self) -> Vec<String> {
        let study = &self.study;
        let mut names = self.names_in_results();
        for outcome in &self.outcomes {
            names.push(outcome.label.clone());
            if let Some(unit) = &outcome.unit {
                names.push(unit.clone());
                if let Some(short) = short_unit(unit) {
                    let over = ["month", "year", "week", "day"];
                    names.extend(over.map(|time| format!("{short} per {time}")));
                    names.push(short);
                }
            }
        }
        names.extend(self.waves.iter().map(|wave| wave.label.clone()));
        names.extend(study.aims.iter().cloned());
        let facts = [
            &study.funder,
            &study.ethics_reference,
            &study.registration,
            &study.contact,
            &study.data_statement,
        ];
        names.extend(facts.into_iter().flatten().cloned());
        let roles = self
            .team
            .iter()
            .flat_map(|member| [&member.role, &member.affiliation]);
        names.extend(roles.flatten().cloned());
        names.extend(
            self.partners
                .iter()
                .filter_map(|partner| partner.role.clone()),
        );
        names
    }

    /// The instrument and score behind a measure, where an instrument yields it.
    pub fn score(&self, measure: &MeasureId) -> Option<(&PlannedInstrument, &Score)> {
        let (source, score) = measure.parts()?;
        let instrument = self
            .instruments
            .iter()
            .find(|planned| planned.id.as_str() == source)?;
        let score = instrument
            .definition
            .scores
            .iter()
            .find(|s| s.id.as_str() == score)?;
        Some((instrument, score))
    }

    /// The scheme by which a measure is coded, if it is.
    pub fn scheme_of(&self, measure: &MeasureId) -> Option<&Scheme> {
        let (source, _) = measure.parts()?;
        self.schemes.iter().find(|one| one.id.as_str() == source)
    }

    /// The name of a measure that its scheme declares; those that behaviours yield by themselves have none.
    pub fn declared_label(&self, measure: &MeasureId) -> Option<&str> {
        let (_, id) = measure.parts()?;
        let declared = &self.scheme_of(measure)?.measures;
        let found = declared.iter().find(|one| one.id.as_str() == id)?;
        Some(&found.label)
    }
}

/// A unit as it stands in a sentence: without what is in parentheses behind it.
fn short_unit(unit: &str) -> Option<String> {
    let end = unit.find('(').unwrap_or(unit.len());
    let short = unit[..end].trim();
    (!short.is_empty()).then(|| short.to_owned())
}
