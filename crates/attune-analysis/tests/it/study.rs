//! Builds protocols and measures in memory, in few words.

use std::sync::Arc;

use attune_measures::{
    Measures,
    measures::{AttributeValue, Leaving, Measure, Unit},
};
use attune_protocol::{
    Protocol,
    design::{Anchor, Arm, DAYS_PER_MONTH, Phase, Since, Site, Timing, Wave},
    id::{AttributeId, SiteId, WaveId},
    missing::Missing,
    plan::{
        About, Analysis, Attribute, AttributeKind, Better, Estimator, Inference, Level, Outcome,
        OutcomeRole, Sensitivity, Term, TermPart,
    },
    study::{Allocation, Study, StudyStatus},
};
use jiff::civil::{Date, date};

/// Every sensitivity analysis there is.
pub const ALL_SENSITIVITY: [Sensitivity; 13] = [
    Sensitivity::RandomIntercept,
    Sensitivity::BaselineAdjusted,
    Sensitivity::CategoricalWaves,
    Sensitivity::CompleteCases,
    Sensitivity::SitePermutation,
    Sensitivity::ClusterRobust,
    Sensitivity::LeaveOneSiteOut,
    Sensitivity::MultipleImputation,
    Sensitivity::OverlapWeights,
    Sensitivity::DoublyRobust,
    Sensitivity::DeltaAdjusted,
    Sensitivity::ReferenceBased,
    Sensitivity::TippingPoint,
];

/// A completed study with nothing planned yet.
pub fn protocol(allocation: Allocation) -> Protocol {
    Protocol {
        study: Study {
            id: "test-study".into(),
            title: "A study made for tests".to_owned(),
            plain_title: None,
            working_title: None,
            aims: Vec::new(),
            allocation,
            status: StudyStatus::Completed,
            results_released: false,
            simulated: false,
            data_statement: None,
            pages: Vec::new(),
            started: None,
            ended: None,
            recruiting_until: None,
            funder: None,
            ethics_reference: None,
            registration: None,
            contact: None,
            licence: None,
            last_changed: None,
            language: "en".to_owned(),
        },
        team: Vec::new(),
        partners: Vec::new(),
        publications: Vec::new(),
        arms: Vec::new(),
        phases: Vec::new(),
        sites: Vec::new(),
        waves: Vec::new(),
        consents: Vec::new(),
        sharing: attune_protocol::sharing::Sharing::default(),
        attributes: Vec::new(),
        instruments: Vec::new(),
        schemes: Vec::new(),
        codebooks: Vec::new(),
        data: Vec::new(),
        outcomes: Vec::new(),
        analyses: Vec::new(),
        multiplicity: None,
        assumptions: None,
        deviations: Vec::new(),
        fingerprint: "0123456789abcdef".to_owned(),
    }
}

pub fn arm(id: &str, receives_programme: bool) -> Arm {
    Arm {
        id: id.into(),
        label: format!("Arm {id}"),
        description: None,
        receives_programme,
    }
}

pub fn two_arms() -> Vec<Arm> {
    vec![arm("comparison", false), arm("intervention", true)]
}

pub fn phase(id: &str) -> Phase {
    Phase {
        id: id.into(),
        label: format!("Phase {id}"),
        description: None,
    }
}

pub fn site(id: &str, arm: Option<&str>) -> Site {
    let since = |arm: &str| Since {
        what: arm.into(),
        from: None,
    };
    Site {
        id: id.into(),
        label: format!("Hostel {}", id.to_uppercase()),
        kind: Some("hostel for homeless families".to_owned()),
        arms: arm.map(since).into_iter().collect(),
        phases: Vec::new(),
        planned_dyads: None,
    }
}

pub fn wave(id: &str, label: &str, months: f64) -> Wave {
    Wave {
        id: id.into(),
        label: label.to_owned(),
        timing: Timing::After {
            days: months * DAYS_PER_MONTH,
            anchor: Anchor::Enrolment,
            words: format!("{months} months after enrolment"),
        },
        window: None,
    }
}

pub fn outcome(id: &str, label: &str, role: OutcomeRole) -> Outcome {
    Outcome {
        id: id.into(),
        label: label.to_owned(),
        unit: Some("index points (mean 100, SD 15)".to_owned()),
        measure: format!("index.{id}").as_str().into(),
        role,
        better: Better::Higher,
        smallest_difference_that_matters: None,
        equivalence_bound: None,
        reliability: None,
    }
}

/// An analysis; the outcome is what stands left of the tilde.
pub fn analysis(id: &str, model: &str, answers: &str) -> Analysis {
    let outcome = model.split('~').next().unwrap_or_default().trim();
    Analysis {
        id: id.into(),
        question: format!("What of {outcome}?"),
        outcome: outcome.into(),
        model: model.to_owned(),
        answers: term(answers),
        estimator: Estimator::Reml,
        inference: Inference::KenwardRoger,
        level: 0.95,
        contrasts_at_months: Vec::new(),
        sensitivity: Vec::new(),
        estimand: None,
    }
}

fn term(text: &str) -> Term {
    let part = |part: &str| match part.trim_end_matches(']').split_once('[') {
        Some((variable, level)) => TermPart {
            variable: variable.to_owned(),
            level: Some(level.to_owned()),
        },
        None => TermPart {
            variable: part.to_owned(),
            level: None,
        },
    };
    Term {
        text: text.to_owned(),
        parts: text.split(':').map(part).collect(),
    }
}

pub fn number_attribute(id: &str, label: &str, unit: &str) -> Attribute {
    Attribute {
        id: id.into(),
        label: label.to_owned(),
        kind: AttributeKind::Number {
            unit: Some(unit.to_owned()),
            minimum: None,
            maximum: None,
        },
        about: About::Carer,
        in_baseline_table: true,
    }
}

pub fn level_attribute(id: &str, label: &str, levels: &[&str]) -> Attribute {
    let level = |id: &&str| Level {
        id: (*id).to_owned(),
        label: (*id).to_owned(),
    };
    Attribute {
        id: id.into(),
        label: label.to_owned(),
        kind: AttributeKind::Levels(levels.iter().map(level).collect()),
        about: About::Infant,
        in_baseline_table: true,
    }
}

/// Measures that units and rows are added to.
#[derive(Debug)]
pub struct Builder {
    measures: Measures,
}

impl Builder {
    pub fn new() -> Self {
        Self {
            measures: Measures {
                data_fingerprint: "fedcba9876543210".to_owned(),
                ..Measures::default()
            },
        }
    }

    /// Adds a dyad enrolled on 1 January 2024 at the age of 60 days.
    pub fn dyad(&mut self, id: &str, site: &str, arm: Option<&str>) -> &mut Unit {
        self.measures.units.push(Unit {
            id: Arc::from(id),
            about: About::Dyad,
            site: SiteId::new(site),
            arm: arm.map(Into::into),
            enrolled: Some(enrolment()),
            age_at_enrolment_days: Some(60.0),
            days_early: None,
            left: None,
            sessions_attended: None,
            attributes: Vec::new(),
        });
        self.measures.units.last_mut().unwrap()
    }

    /// Adds a value of the last unit.
    pub fn value(
        &mut self,
        measure: &str,
        wave: Option<&str>,
        days: Option<f64>,
        value: Result<f64, Missing>,
    ) -> &mut Measure {
        let unit = self.measures.units.last().unwrap();
        let age = days
            .zip(unit.age_at_enrolment_days)
            .map(|(days, age)| days + age);
        self.measures.rows.push(Measure {
            unit: u32::try_from(self.measures.units.len() - 1).unwrap(),
            site: unit.site.clone(),
            arm: unit.arm.clone(),
            phase: None,
            wave: wave.map(WaveId::new),
            date: None,
            days,
            age_days: age,
            corrected_age_days: None,
            measure: measure.into(),
            value,
            source: None,
        });
        self.measures.rows.last_mut().unwrap()
    }

    pub fn done(self) -> Measures {
        self.measures
    }
}

pub fn enrolment() -> Date {
    date(2024, 1, 1)
}

pub fn left(unit: &mut Unit, on: Date, reason: &str) {
    unit.left = Some(Leaving {
        date: Some(on),
        reason: Some(reason.to_owned()),
        withdrew_consent: false,
    });
}

pub fn attribute(unit: &mut Unit, id: &str, value: Result<AttributeValue, Missing>) {
    unit.attributes.push((AttributeId::new(id), value));
}

/// Deterministic numbers that look like standard normal noise: a linear congruential generator and
/// the sum of twelve uniforms.
#[derive(Debug, Clone)]
pub struct Noise(u64);

impl Noise {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}
