//! What the study sets out to find: attributes, outcomes, analyses, and how many of them are read
//! together. Running the plan belongs to `attune-analysis`.

use serde::{Deserialize, Serialize};

use crate::id::{AnalysisId, AttributeId, MeasureId, OutcomeId};

/// The table `[[attribute]]`: a fact about each dyad that models and tables may use.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Short id: the name in formulas, so it has no hyphen.
    pub id: AttributeId,
    /// Name in reports.
    pub label: String,
    /// What values it takes.
    pub kind: AttributeKind,
    /// Whom it describes.
    pub about: About,
    /// Whether the table of baseline characteristics shows it.
    pub in_baseline_table: bool,
}

/// What values an attribute takes.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributeKind {
    /// A number in a unit.
    Number {
        /// Unit for axes and tables, such as "years".
        unit: Option<String>,
        /// Smallest value that can be.
        minimum: Option<f64>,
        /// Largest value that can be.
        maximum: Option<f64>,
    },
    /// One of these levels, id and label; the first is the reference.
    Levels(Vec<Level>),
    /// A calendar date.
    Date,
}

/// One level of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// As it stands in data files and formulas.
    pub id: String,
    /// Name in reports.
    pub label: String,
}

/// Whom something describes: the unit of an instrument, attribute or measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// The carer and the infant as a pair.
    Dyad,
    /// The infant.
    Infant,
    /// The carer.
    Carer,
    /// A member of the clinic's staff.
    StaffMember,
    /// One session of the clinic or group.
    Session,
    /// The clinic as a whole.
    Clinic,
}

/// The table `[[outcome]]`.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Short id: the name in formulas, so it has no hyphen.
    pub id: OutcomeId,
    /// Name in reports.
    pub label: String,
    /// Unit for axes and tables, such as "index points (mean 100, SD 15)".
    pub unit: Option<String>,
    /// The measure that it is.
    pub measure: MeasureId,
    /// Its rank in the plan.
    pub role: OutcomeRole,
    /// Which direction is good for families.
    pub better: Better,
    /// The smallest difference that would matter, in the outcome's unit.
    pub smallest_difference_that_matters: Option<f64>,
    /// Bounds within which a difference counts as no difference, in the outcome's unit: ± this.
    pub equivalence_bound: Option<f64>,
    /// Reliability for reliable change, with its source.
    pub reliability: Option<Reliability>,
}

/// Rank of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeRole {
    /// The one that answers the main question.
    Primary,
    /// Others of the plan.
    Secondary,
    /// Looked at without a plan to conclude from it.
    Exploratory,
}

/// Which direction is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither direction is better.
    Neither,
}

/// A reliability coefficient and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Reliability {
    /// Between 0 and 1.
    pub coefficient: f64,
    /// SD to go with it; the baseline SD of the data when absent.
    pub sd: Option<f64>,
    /// Where the number comes from.
    pub source: String,
}

/// The table `[[analysis]]`.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// Short id.
    pub id: AnalysisId,
    /// The question, as a question.
    pub question: String,
    /// The outcome on the left of the formula.
    pub outcome: OutcomeId,
    /// The model in lme4's formula language.
    pub model: String,
    /// The term that answers the question, such as `months:arm[intervention]`.
    pub answers: Term,
    /// Estimator of the variance components.
    pub estimator: Estimator,
    /// How df and p are made.
    pub inference: Inference,
    /// Level of the intervals, such as 0.95.
    pub level: f64,
    /// Times since enrolment, in months, at which arms are compared by marginal means.
    pub contrasts_at_months: Vec<f64>,
    /// Other ways to ask the same question.
    pub sensitivity: Vec<Sensitivity>,
    /// The estimand in words, five attributes, when the team wrote it.
    pub estimand: Option<Estimand>,
}

/// A model term as the plan writes it: variables joined by `:`, a level in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As written.
    pub text: String,
    /// Variables with the level that is meant, in the order written.
    pub parts: Vec<TermPart>,
}

/// One variable of a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermPart {
    /// Name in the formula.
    pub variable: String,
    /// Level, for a variable with levels.
    pub level: Option<String>,
}

/// Estimator of variance components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Estimator {
    /// Restricted maximum likelihood.
    Reml,
    /// Maximum likelihood.
    Ml,
}

/// How degrees of freedom and p values are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inference {
    /// Kenward and Roger 1997.
    KenwardRoger,
    /// Satterthwaite.
    Satterthwaite,
    /// Standard normal.
    Normal,
}

/// Another way to ask the question of an analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sensitivity {
    /// The baseline value of the outcome as covariate, later waves as outcome.
    BaselineAdjusted,
    /// The random slope left out.
    RandomIntercept,
    /// Waves as categories instead of a line over time.
    CategoricalWaves,
    /// Only dyads with all planned waves.
    CompleteCases,
    /// Arms permuted over sites, where the number of sites allows.
    SitePermutation,
    /// Units, such as sessions, permuted over phases.
    PhasePermutation,
    /// The standard error between sites in the place of the model's.
    ClusterRobust,
    /// Each site left out in turn.
    LeaveOneSiteOut,
    /// Missing values imputed many times.
    MultipleImputation,
    /// Arms weighted to be alike at the start.
    OverlapWeights,
    /// The same with a regression in each arm.
    DoublyRobust,
    /// Imputed values of the arm that the term names worse by the smallest difference that matters.
    DeltaAdjusted,
    /// Those who left go on as the arm that they are compared with.
    ReferenceBased,
    /// By how much imputed values would have to differ to change the conclusion.
    TippingPoint,
}

/// ICH E9(R1): the exact quantity asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Estimand {
    /// Whom the question is about.
    pub population: String,
    /// What is compared.
    pub treatment: String,
    /// What is measured.
    pub variable: String,
    /// What may happen in between, and how it is handled.
    pub intercurrent_events: String,
    /// How the comparison is summarised.
    pub summary: String,
}

/// The table `[multiplicity]`: analyses that are read together.
#[derive(Debug, Clone)]
pub struct Multiplicity {
    /// How p values are adjusted.
    pub method: MultiplicityMethod,
    /// The family, in the order written.
    pub family: Vec<AnalysisId>,
}

/// How p values of a family are adjusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MultiplicityMethod {
    /// Holm 1979.
    Holm,
    /// No adjustment, said as such.
    None,
}
