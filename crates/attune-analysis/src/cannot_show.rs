//! What the design cannot show, whatever the numbers are, and what one finding cannot show given
//! its numbers. Each sentence stands only where it applies. Reasons and sources are in
//! `docs/methods/what-the-design-cannot-show.md`.

use attune_protocol::{
    Protocol,
    instrument::{AnsweredBy, BlindTo},
    study::Allocation,
};
use attune_statistics::{
    confounding::e_value_for_mean_difference,
    descriptives,
    distributions::{normal_quantile, student_t_quantile},
    permutation::smallest_reachable_p,
    site_effect::site_effect_to_explain,
};

use crate::{
    effect_size::first_values,
    findings::{EffectSize, Estimate},
    long_table::LongTable,
    meaning::{Comparison, GroupKind, Meaning, Quantity},
    question::Question,
    run::Run,
    site_means::{DyadNumber, site_means},
    words,
};

/// What the design of the study cannot show.
pub fn of_design(long: &LongTable<'_>) -> Vec<String> {
    let protocol = long.protocol;
    let mut limits = Vec::new();
    if long.measures.simulated || protocol.study.simulated {
        limits.push(
            "The data are simulated. They show what the plan can and cannot find under stated \
             assumptions; they say nothing about real families."
                .to_owned(),
        );
    }
    // A plan that neither measures nor asks anything tells of no design.
    if protocol.outcomes.is_empty() && protocol.analyses.is_empty() {
        return limits;
    }
    limits.extend(sites_of_design(long));
    limits.extend(allocation(protocol));
    limits.extend(phases(protocol));
    limits.extend(blinding(protocol));
    limits
}

/// Sites of a group and of its reference that have units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SitesCompared {
    /// Sites of the group that the term names.
    pub group: usize,
    /// Sites of the reference.
    pub reference: usize,
}

impl SitesCompared {
    /// Counts the sites of two arms among the rows of an outcome that have a value.
    pub fn of(question: &Question<'_>, comparison: &Comparison) -> Option<Self> {
        let protocol = question.long.protocol;
        if comparison.groups != GroupKind::Arms || !protocol.study.allocation.is_by_site() {
            return None;
        }
        let position = |id: &str| protocol.arms.iter().position(|arm| *arm.id == *id);
        let (group, reference) = (
            position(&comparison.group)?,
            position(&comparison.reference)?,
        );
        let mut sites = vec![[false; 2]; protocol.sites.len()];
        for row in &question.long.outcomes[question.outcome] {
            if let (Some(site), Some(arm), true) = (row.site, row.arm, row.value.is_ok()) {
                sites[site][0] |= arm == group;
                sites[site][1] |= arm == reference;
            }
        }
        Some(Self {
            group: sites.iter().filter(|site| site[0]).count(),
            reference: sites.iter().filter(|site| site[1]).count(),
        })
    }

    /// Whether one of the arms has only one site.
    pub fn has_single_site(self) -> bool {
        self.group == 1 || self.reference == 1
    }

    /// The smallest two-sided p that permuting arms over these sites can give.
    pub fn smallest_p(self) -> f64 {
        smallest_reachable_p(self.group + self.reference, self.group)
    }
}

/// The sites of each arm with units, by arm.
fn sites_by_arm(long: &LongTable<'_>) -> Vec<Vec<usize>> {
    let mut sites = vec![Vec::new(); long.protocol.arms.len()];
    for unit in long.participants() {
        if let (Some(site), Some(arm)) = (long.units[unit].site, long.units[unit].arm)
            && !sites[arm].contains(&site)
        {
            sites[arm].push(site);
        }
    }
    sites
}

fn sites_of_design(long: &LongTable<'_>) -> Vec<String> {
    let protocol = long.protocol;
    if !protocol.study.allocation.is_by_site() || protocol.arms.len() < 2 {
        return Vec::new();
    }
    let mut sites = sites_by_arm(long);
    let with = sites.swap_remove(programme_arm(protocol));
    let without = sites.concat();
    if with.is_empty() || without.is_empty() {
        return Vec::new();
    }
    let label = |site: usize| protocol.sites[site].label.as_str();
    let mut limits = match (with.as_slice(), without.as_slice()) {
        ([only], _) => vec![single_site("with the programme", label(*only))],
        (_, [only]) => vec![single_site("without the programme", label(*only))],
        _ => Vec::new(),
    };
    let smallest = smallest_reachable_p(with.len() + without.len(), with.len());
    if smallest > 0.05 || !limits.is_empty() {
        limits.push(format!(
            "With {} with the programme and {} without, a test that permutes the arms over the \
             sites could not give a two-sided p below {}.",
            words::count_of(with.len(), "site", "sites"),
            words::count(without.len()),
            words::p_value(smallest).trim_start_matches("p = ")
        ));
    }
    if !protocol
        .analyses
        .iter()
        .any(|analysis| names_site(&analysis.model))
    {
        limits.push(
            "The planned models have no term for sites: dyads of one site are treated as if they \
             had been drawn independently, so intervals are too narrow to speak for other sites."
                .to_owned(),
        );
    }
    limits
}

fn single_site(which: &str, label: &str) -> String {
    format!(
        "There is only one site {which} ({label}). What the programme did and what is special about \
         this site cannot be told apart by any analysis of the dyads in it. There is therefore no p \
         value at the level of sites, and every interval is conditional on these sites."
    )
}

fn names_site(model: &str) -> bool {
    attune_statistics::formula::Formula::parse(model)
        .is_ok_and(|formula| formula.column_names().iter().any(|name| name == "site"))
}

/// The arm with the programme; the second one where the plan does not say.
pub fn programme_arm(protocol: &Protocol) -> usize {
    let marked = protocol.arms.iter().position(|arm| arm.receives_programme);
    marked.unwrap_or(1.min(protocol.arms.len().saturating_sub(1)))
}

fn allocation(protocol: &Protocol) -> Option<String> {
    let text = match protocol.study.allocation {
        Allocation::Site if protocol.arms.len() > 1 => {
            "Sites were not randomised to arms. Who lives there or comes there, and what else is \
             offered, may explain a difference in part or wholly; adjusting for what was measured \
             does not remove what was not."
        }
        Allocation::Dyad if protocol.arms.len() > 1 => {
            "Dyads were not randomised to arms. Those who took part in the programme may have \
             differed beforehand; adjusting for what was measured does not remove what was not."
        }
        Allocation::DyadNotStated if protocol.arms.len() > 1 => {
            "How dyads came to their arm is not stated. Unless chance decided, those who took part in \
             the programme may have differed beforehand."
        }
        Allocation::None if protocol.phases.is_empty() => {
            "There is no comparison group: change over time is shown, but not what would have \
             happened without the programme."
        }
        _ => return None,
    };
    Some(text.to_owned())
}

fn phases(protocol: &Protocol) -> Option<String> {
    let crossed = protocol.arms.len() > 1;
    (!protocol.phases.is_empty()).then(|| {
        if crossed {
            "Phases are compared between arms: this removes what changed alike everywhere, and \
             rests on the arms having run in parallel otherwise, which cannot be shown."
                .to_owned()
        } else {
            "Before is compared with after: season, staff, other services and whatever else changed \
             at the same time cannot be told apart from the programme."
                .to_owned()
        }
    })
}

/// Instruments behind an outcome whose assessor may know the arm or phase.
fn blinding(protocol: &Protocol) -> Option<String> {
    let mut not_blind: Vec<&str> = Vec::new();
    for outcome in &protocol.outcomes {
        let Some((planned, _)) = protocol.score(&outcome.measure) else {
            continue;
        };
        let rated = matches!(
            planned.answered_by,
            AnsweredBy::Assessor | AnsweredBy::Observer | AnsweredBy::Clinician
        );
        let compared = if protocol.arms.len() > 1 {
            BlindTo::Arm
        } else {
            BlindTo::Phase
        };
        let comparable = protocol.arms.len() > 1 || !protocol.phases.is_empty();
        let title = planned.definition.short_title.as_str();
        if comparable
            && rated
            && !planned.blind_to.contains(&compared)
            && !not_blind.contains(&title)
        {
            not_blind.push(title);
        }
    }
    (!not_blind.is_empty()).then(|| {
        format!(
            "The plan does not say that those who rated {} were blind to what is compared; \
             expectation can move a rating.",
            words::list(&not_blind)
        )
    })
}

/// What one finding cannot show. `answer` is the model and the difference in the outcome's unit,
/// where there is one.
pub fn of_finding(
    question: &Question<'_>,
    meaning: &Meaning,
    answer: Option<(&Run, &Estimate)>,
) -> Vec<String> {
    let mut limits = Vec::new();
    if let Some(comparison) = &meaning.comparison {
        if let Some((run, difference)) = answer {
            limits.extend(site_effect(question, comparison, difference));
            if excludes_zero(difference) {
                let spread = spread_of_reference_sites(question, meaning, comparison, run);
                limits.extend(spread);
            }
        }
        limits.extend(different_start(question, meaning, comparison));
    }
    limits.extend(norms(question));
    limits
}

/// How strong something unmeasured would have to be to explain a difference between arms that chance did not
/// make: the E-value of the standardised difference.
pub fn unmeasured(
    question: &Question<'_>,
    meaning: &Meaning,
    effect_size: Option<&EffectSize>,
) -> Option<String> {
    let comparison = meaning.comparison.as_ref()?;
    let is_random = question.long.protocol.study.allocation.is_randomised();
    if comparison.groups != GroupKind::Arms || is_random {
        return None;
    }
    let effect = effect_size?;
    let interval = (effect.ci_lower, effect.ci_upper);
    let value = e_value_for_mean_difference(effect.estimate, interval).ok()?;
    let limit = if value.limit > 1.0 {
        format!(
            "{} for the end of its interval",
            words::fixed(value.limit, 1)
        )
    } else {
        "nothing is needed for the interval, which includes no difference already".to_owned()
    };
    Some(format!(
        "Something that was not measured could explain the estimate if it went with both the arm and \
         the outcome by a ratio of risks of {} each, beyond what the model holds (E-value); {limit}.",
        words::fixed(value.estimate, 1)
    ))
}

/// How large a site's own effect would have to be.
fn site_effect(
    question: &Question<'_>,
    comparison: &Comparison,
    difference: &Estimate,
) -> Option<String> {
    let sites = SitesCompared::of(question, comparison)?;
    let (estimate, se) = (difference.estimate?, difference.se?);
    let probability = 0.5 + difference.level / 2.0;
    let critical = match difference.df {
        Some(df) => student_t_quantile(probability, df),
        None => normal_quantile(probability),
    };
    let effect =
        site_effect_to_explain(estimate, se, critical, sites.group, sites.reference).ok()?;
    let unit =
        words::unit_in_sentence(question.plan().unit.as_deref()).unwrap_or("units of the outcome");
    let alone = if sites.group == 1 && sites.reference == 1 {
        "the two sites would have to differ"
    } else if sites.group == 1 {
        "the one site of the programme would have to differ from the others"
    } else if sites.reference == 1 {
        "the one site without the programme would have to differ from the others"
    } else {
        "the sites of the two arms would have to differ on average"
    };
    if effect.between_site_sd == 0.0 {
        return Some(
            "The interval already includes no difference, so no difference between sites is needed \
             to explain the estimate."
                .to_owned(),
        );
    }
    Some(format!(
        "To explain the estimate altogether, {alone} by {} {unit} for reasons of their own; by {} \
         {unit} for the interval to include no difference. If sites like these differ with an SD of \
         {} {unit} or more, the interval of a comparison across sites includes no difference.",
        words::two_digits(effect.advantage_to_explain),
        words::two_digits(effect.advantage_to_doubt),
        words::two_digits(effect.between_site_sd),
    ))
}

fn excludes_zero(difference: &Estimate) -> bool {
    let ends = difference.ci_lower.zip(difference.ci_upper);
    ends.is_some_and(|(lower, upper)| lower > 0.0 || upper < 0.0)
}

/// The yardstick for a site's own effect: how far the reference sites lie apart, where there are
/// three or more.
fn spread_of_reference_sites(
    question: &Question<'_>,
    meaning: &Meaning,
    comparison: &Comparison,
    run: &Run,
) -> Option<String> {
    SitesCompared::of(question, comparison)?;
    let number = DyadNumber::of(question, &meaning.quantity).ok()?;
    let length = match (&meaning.quantity, question.follow_up) {
        (Quantity::Slope(time), Some(follow_up)) => time.of_months(follow_up.months()),
        (Quantity::Slope(_), None) => return None,
        _ => 1.0,
    };
    let sites = site_means(question, run, number, comparison).ok()?;
    let reference: Vec<f64> = sites
        .iter()
        .filter(|site| !site.in_group)
        .map(|site| site.mean * length)
        .collect();
    if reference.len() < 3 {
        return None;
    }
    let unit =
        words::unit_in_sentence(question.plan().unit.as_deref()).unwrap_or("units of the outcome");
    let what = match number {
        DyadNumber::Mean => "means",
        DyadNumber::Slope(_) | DyadNumber::Change { .. } => "mean changes",
    };
    Some(format!(
        "For comparison: the {what} of the {} {} sites have an SD of {} {unit}, chance within sites \
         included.",
        words::count(reference.len()),
        words::id_words(&comparison.reference),
        words::two_digits(descriptives::standard_deviation(&reference)),
    ))
}

/// Arms that start apart tend to come together without any programme.
fn different_start(
    question: &Question<'_>,
    meaning: &Meaning,
    comparison: &Comparison,
) -> Option<String> {
    let change = matches!(
        meaning.quantity,
        Quantity::Slope(_) | Quantity::ChangeToWave(_)
    );
    if !change || comparison.groups != GroupKind::Arms {
        return None;
    }
    let protocol = question.long.protocol;
    let position = |id: &str| protocol.arms.iter().position(|arm| *arm.id == *id);
    let values = first_values(question, GroupKind::Arms);
    let (group, reference) = (
        position(&comparison.group)?,
        position(&comparison.reference)?,
    );
    let difference =
        descriptives::standardised_difference(&values[group], &values[reference]).ok()?;
    (difference.abs() >= 0.2).then(|| {
        let direction = if difference < 0.0 { "lower" } else { "higher" };
        format!(
            "The {} arm started {} SD {direction} than the {} arm. Part of a difference in change \
             may be regression to the mean; comparing changes and adjusting for the first value \
             answer different questions then, and may disagree.",
            words::id_words(&comparison.group),
            words::two_digits(difference.abs()),
            words::id_words(&comparison.reference),
        )
    })
}

fn norms(question: &Question<'_>) -> Option<String> {
    let (planned, _) = question.long.protocol.score(&question.plan().measure)?;
    planned.definition.edition.as_ref()?;
    Some(format!(
        "{} is read against norms: a change of the index is a change relative to the norm sample, \
         not an amount of development, and it moves with the edition and with age bands.",
        question.plan().label
    ))
}
