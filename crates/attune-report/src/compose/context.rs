//! What every section needs: names and marks of arms, waves and sites, and how an estimate is
//! printed.

use attune_analysis::{
    Findings,
    findings::{Estimate, Finding},
    words,
};
use attune_protocol::{
    Protocol,
    id::ArmId,
    plan::{About, OutcomeRole},
};

use super::Quotation;
use crate::{ArmMark, Text, text::Inline};

/// Protocol and findings, with what follows from both.
pub struct Context<'a> {
    pub protocol: &'a Protocol,
    pub findings: &'a Findings,
    /// Words of those who agreed to be quoted.
    pub quotations: &'a [Quotation],
    /// Id, name and mark of what is compared: arms, or phases.
    groups: Vec<(String, String, ArmMark)>,
}

impl<'a> Context<'a> {
    pub fn new(
        protocol: &'a Protocol,
        findings: &'a Findings,
        quotations: &'a [Quotation],
    ) -> Self {
        let description = &findings.description;
        let mut groups = Vec::new();
        let programme: Vec<bool> = description
            .arms
            .iter()
            .map(|(id, _)| {
                let arm = protocol.arm(&ArmId::new(id));
                arm.is_some_and(|arm| arm.receives_programme)
            })
            .collect();
        // Of phases, the first is what the others are compared with.
        let later: Vec<bool> = (0..description.phases.len()).map(|n| n > 0).collect();
        for (names, marks) in [
            (&description.arms, ArmMark::assign(&programme)),
            (&description.phases, ArmMark::assign(&later)),
        ] {
            for ((id, label), mark) in names.iter().zip(marks) {
                groups.push((id.clone(), label.clone(), mark));
            }
        }
        Self {
            protocol,
            findings,
            quotations,
            groups,
        }
    }

    /// Whether any of the data are made up.
    pub fn is_simulated(&self) -> bool {
        self.findings.simulated || self.protocol.study.simulated
    }

    /// Whether nothing at all has been recorded.
    pub fn has_no_data(&self) -> bool {
        let description = &self.findings.description;
        self.findings.findings.is_empty()
            && description.flow.is_empty()
            && description.outcomes.is_empty()
    }

    /// Whether the study folder tells in words what was done, and neither plans nor holds anything else.
    pub fn has_words_only(&self) -> bool {
        let protocol = self.protocol;
        self.has_no_data()
            && !protocol.study.pages.is_empty()
            && protocol.outcomes.is_empty()
            && protocol.analyses.is_empty()
            && protocol.arms.is_empty()
            && protocol.phases.is_empty()
    }

    /// Whether a service is compared with itself, before and after.
    pub fn is_before_and_after(&self) -> bool {
        self.protocol.arms.len() < 2 && self.protocol.phases.len() > 1
    }

    /// What the primary outcome is measured on, where that is no family: who stayed cannot be told from it.
    pub fn primary_of_others(&self) -> Option<About> {
        let mut findings = self.findings.findings.iter();
        let primary = findings.find(|finding| finding.outcome.role == OutcomeRole::Primary)?;
        match primary.outcome.about {
            About::Dyad | About::Infant | About::Carer => None,
            about => Some(about),
        }
    }

    /// Mark and name of an arm or phase; one that nobody declared keeps its id.
    pub fn arm(&self, id: &str) -> (ArmMark, String) {
        match self.groups.iter().find(|(group, ..)| group == id) {
            Some((_, label, mark)) => (*mark, label.clone()),
            None => (ArmMark(crate::ArmKind::Further), id.to_owned()),
        }
    }

    /// Mark and name of a column of the baseline table, which may be everybody.
    pub fn baseline_group(&self, id: &str) -> Text {
        match self.groups.iter().find(|(group, ..)| group == id) {
            Some((_, label, mark)) => Text(vec![Inline::Arm(*mark), Inline::Own(label.clone())]),
            None => Text::own(name_in(&self.findings.description.baseline_groups, id)),
        }
    }

    /// The arm as a cell: mark and name, or "all".
    pub fn arm_cell(&self, id: Option<&str>) -> Text {
        let Some(id) = id else {
            return "all".into();
        };
        let (mark, label) = self.arm(id);
        Text(vec![Inline::Arm(mark), Inline::Own(label)])
    }

    /// Name of a wave.
    pub fn wave(&self, id: &str) -> String {
        name_in(&self.findings.description.waves, id)
    }

    /// Name of a site.
    pub fn site(&self, id: &str) -> String {
        let sites = &self.findings.description.sites;
        sites
            .iter()
            .find(|site| site.id == id)
            .map_or_else(|| id.to_owned(), |site| site.label.clone())
    }

    /// Name of an outcome.
    pub fn outcome(&self, id: &str) -> String {
        self.protocol
            .outcomes
            .iter()
            .find(|outcome| outcome.id.as_str() == id)
            .map_or_else(|| id.to_owned(), |outcome| outcome.label.clone())
    }

    /// Dyads enrolled in all.
    pub fn enrolled(&self) -> usize {
        let flow = &self.findings.description.flow;
        flow.iter().map(|row| row.enrolled).sum()
    }

    /// Sites at which dyads were enrolled; a site with dyads of several arms counts once.
    pub fn n_sites(&self) -> usize {
        let flow = &self.findings.description.flow;
        let mut sites: Vec<&str> = flow.iter().map(|row| row.site.as_str()).collect();
        sites.sort_unstable();
        sites.dedup();
        sites.len()
    }

    /// Dyads enrolled in an arm.
    pub fn enrolled_in(&self, arm: &str) -> Option<usize> {
        let arms = &self.findings.description.attrition.by_arm;
        arms.iter()
            .find(|row| row.arm == arm)
            .map(|row| row.enrolled)
    }
}

fn name_in(names: &[(String, String)], id: &str) -> String {
    names
        .iter()
        .find(|(other, _)| other == id)
        .map_or_else(|| id.to_owned(), |(_, label)| label.clone())
}

/// The anchor of a finding's section.
pub fn finding_anchor(finding: &Finding) -> String {
    anchor("finding", &finding.id)
}

/// An anchor from a prefix and an id: letters, digits and hyphens only.
pub fn anchor(prefix: &str, id: &str) -> String {
    let id: String = id
        .chars()
        .map(|letter| match letter {
            letter if letter.is_ascii_alphanumeric() => letter.to_ascii_lowercase(),
            _ => '-',
        })
        .collect();
    format!("{prefix}-{id}")
}

/// "4.1 (95 % CI 1.2 to 7.0)", or what there is of it.
pub fn estimate_words(estimate: &Estimate) -> String {
    match (estimate.estimate, estimate.ci_lower, estimate.ci_upper) {
        (Some(value), Some(lower), Some(upper)) => {
            words::estimate_with_interval(value, estimate.level, lower, upper)
        }
        (Some(value), ..) => format!("{} (no interval)", words::two_digits(value)),
        _ => "not defined".to_owned(),
    }
}

/// "4.1 (1.2 to 7.0)", for columns that say the level in their heading.
pub fn estimate_cell(estimate: &Estimate) -> Text {
    match (estimate.estimate, estimate.ci_lower, estimate.ci_upper) {
        (Some(value), Some(lower), Some(upper)) => short_interval(value, lower, upper).into(),
        (Some(value), ..) => words::two_digits(value).into(),
        _ => "not defined".into(),
    }
}

/// "4.1 (1.2 to 7.0)".
pub fn short_interval(value: f64, lower: f64, upper: f64) -> String {
    let decimals = words::decimals_for(lower, upper);
    format!(
        "{} ({} to {})",
        words::fixed(value, decimals),
        words::fixed(lower, decimals),
        words::fixed(upper, decimals)
    )
}

/// Estimate and ends of its interval, where all three are there and finite.
pub fn interval_of(estimate: &Estimate) -> Option<(f64, f64, f64)> {
    let all = (estimate.estimate?, estimate.ci_lower?, estimate.ci_upper?);
    let is_finite = [all.0, all.1, all.2].iter().all(|value| value.is_finite());
    is_finite.then_some(all)
}

/// A p value for a column headed "p": "0.013", "< 0.001".
pub fn p_cell(p: Option<f64>) -> Text {
    p.map_or_else(
        || "–".into(),
        |p| {
            let words = words::p_value(p);
            let bare = words.trim_start_matches("p ").trim_start_matches("= ");
            bare.to_owned().into()
        },
    )
}

/// Degrees of freedom; the normal distribution has none.
pub fn df_cell(df: Option<f64>) -> Text {
    df.map_or_else(|| "∞".into(), |df| words::short(df, 1).into())
}

/// Mean and SD: "98.4 (12.1)"; a dash where there is none.
pub fn mean_cell(mean: Option<f64>, sd: Option<f64>) -> Text {
    let Some(mean) = mean else {
        return "–".into();
    };
    match sd {
        Some(sd) => {
            let decimals = decimals_by_sd(Some(sd));
            let (mean, sd) = (words::fixed(mean, decimals), words::fixed(sd, decimals));
            format!("{mean} ({sd})").into()
        }
        None => words::short(mean, 1).into(),
    }
}

/// Decimals of values that vary by this much, at least one.
pub fn decimals_by_sd(sd: Option<f64>) -> usize {
    sd.map_or(1, |sd| words::decimals_of(sd, 2).max(1))
}

/// The level of all intervals in a heading: "95 % CI", or "CI" where levels differ.
pub fn level_heading<'a>(estimates: impl Iterator<Item = &'a Estimate>) -> String {
    let mut levels: Vec<f64> = estimates
        .filter(|estimate| estimate.ci_lower.is_some())
        .map(|estimate| estimate.level)
        .collect();
    levels.dedup();
    match levels.as_slice() {
        [level] => format!("{} CI", words::level(*level)).replace(' ', "\u{a0}"),
        _ => "CI".to_owned(),
    }
}

/// How df and p are made, by name.
pub fn inference_name(inference: &str) -> String {
    match inference {
        "kenward-roger" => "Kenward–Roger".to_owned(),
        other => words::capitalised(&words::id_words(other)),
    }
}

/// The heading over numbers of units: "Dyads", "Sessions"; "Units" where findings differ.
pub fn units_heading(findings: &[Finding]) -> String {
    let mut kinds = findings
        .iter()
        .map(|finding| words::unit_nouns(finding.outcome.about).1);
    let first = kinds.next().unwrap_or("dyads");
    words::capitalised(if kinds.all(|kind| kind == first) {
        first
    } else {
        "units"
    })
}

/// The rank of an outcome in words.
pub fn role_words(role: OutcomeRole) -> &'static str {
    match role {
        OutcomeRole::Primary => "primary",
        OutcomeRole::Secondary => "secondary",
        OutcomeRole::Exploratory => "exploratory",
    }
}
