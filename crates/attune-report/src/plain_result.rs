//! What a finding says to people who read no statistics, before it is words of any language: whether a difference
//! could be told, for whom it was better, how large it may be, whether that matters. All of it follows from the
//! interval alone and never says more than the finding's own answer does.

use attune_analysis::{
    Findings,
    findings::{Estimate, Finding},
    words,
};
use attune_protocol::{Protocol, plan::Better};

use crate::compose::context::Context;

/// A comparison of two groups in plain terms.
#[derive(Debug, Clone, PartialEq)]
pub struct PlainResult {
    /// Name of the outcome.
    pub outcome: String,
    /// The two groups.
    pub compared: Compared,
    /// What can be told.
    pub verdict: Verdict,
    /// The difference with its interval.
    pub size: Size,
}

/// The two groups that a finding compares, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The group that the term names.
    pub group: String,
    /// The group that it is compared with.
    pub reference: String,
}

/// What can be told of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: the interval reaches from one side to the other.
    Untold,
    /// The group fared better.
    BetterInGroup,
    /// The reference fared better.
    BetterInReference,
    /// The group was higher or rose more, and neither is better.
    HigherInGroup,
    /// The group was lower or rose less, and neither is better.
    LowerInGroup,
}

/// A difference with its interval, and in which unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Size {
    /// Group less reference.
    pub estimate: f64,
    /// Lower end of the interval.
    pub lower: f64,
    /// Upper end of the interval.
    pub upper: f64,
    /// Unit, as it stands in a sentence.
    pub unit: Unit,
    /// Months over which the difference in change is counted, where it is one in change.
    pub over_months: Option<f64>,
    /// Which direction is good.
    pub better: Better,
    /// The smallest difference that matters, in the same unit.
    pub matters: Option<f64>,
}

/// A unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// In the study's own words, or in those of the analysis ("index points per month").
    Named(String),
    /// The study names none: points.
    Points,
    /// Hundredths of a share.
    PercentagePoints,
}

/// Whether a difference is large enough to matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matters {
    /// Whatever it is, it is too small.
    No,
    /// It is large enough, whatever it is.
    Yes,
    /// That cannot be told.
    Untold,
}

/// The finding in plain terms; none where it compares no two groups, or could not be computed.
pub fn plain_result(
    protocol: &Protocol,
    findings: &Findings,
    finding: &Finding,
) -> Option<PlainResult> {
    read(&Context::new(protocol, findings, &[]), finding)
}

pub(crate) fn read(context: &Context<'_>, finding: &Finding) -> Option<PlainResult> {
    let size = size(finding)?;
    Some(PlainResult {
        outcome: finding.outcome.label.clone(),
        compared: compared(context, finding)?,
        verdict: size.verdict(),
        size,
    })
}

impl Size {
    /// Decimals with which its numbers are printed.
    pub fn decimals(&self) -> usize {
        words::decimals_for(self.lower, self.upper)
    }

    /// How far it may be in favour of the reference (or lower) and of the group (or higher), without signs.
    pub fn both_sides(&self) -> (f64, f64) {
        let (low, high) = self.towards_the_group();
        (low.abs(), high.abs())
    }

    /// The smallest and the largest that it may be, without signs, where its direction can be told.
    pub fn least_and_most(&self) -> (f64, f64) {
        let (one, other) = (self.lower.abs(), self.upper.abs());
        (one.min(other), one.max(other))
    }

    /// The smallest difference that matters, and whether this one does.
    pub fn matters(&self) -> Option<(f64, Matters)> {
        let bound = self.matters?.abs();
        let is_told = self.lower > 0.0 || self.upper < 0.0;
        let (near, far) = self.least_and_most();
        let least = if is_told { near } else { 0.0 };
        let matters = if far < bound {
            Matters::No
        } else if least >= bound {
            Matters::Yes
        } else {
            Matters::Untold
        };
        Some((bound, matters))
    }

    /// The difference of two shares, in hundredths of them.
    fn in_percentage_points(self) -> Self {
        Self {
            estimate: 100.0 * self.estimate,
            lower: 100.0 * self.lower,
            upper: 100.0 * self.upper,
            unit: Unit::PercentagePoints,
            matters: self.matters.map(|bound| 100.0 * bound),
            ..self
        }
    }

    /// From the side of the reference to the side of the group, whatever counts as better.
    fn towards_the_group(&self) -> (f64, f64) {
        match self.better {
            Better::Lower => (-self.upper, -self.lower),
            Better::Higher | Better::Neither => (self.lower, self.upper),
        }
    }

    fn verdict(&self) -> Verdict {
        let (low, high) = self.towards_the_group();
        let is_told = low > 0.0 || high < 0.0;
        match self.better {
            _ if !is_told => Verdict::Untold,
            Better::Neither if self.estimate > 0.0 => Verdict::HigherInGroup,
            Better::Neither => Verdict::LowerInGroup,
            _ if low > 0.0 => Verdict::BetterInGroup,
            _ => Verdict::BetterInReference,
        }
    }
}

/// The groups of the term that answers the question, where it names one.
pub(crate) fn compared(context: &Context<'_>, finding: &Finding) -> Option<Compared> {
    let protocol = context.protocol;
    let arms = protocol.arms.iter().map(|arm| arm.id.to_string());
    let arms: Vec<String> = arms.collect();
    let phases = protocol.phases.iter().map(|phase| phase.id.to_string());
    let phases: Vec<String> = phases.collect();
    named_in(&finding.term, "arm", &arms)
        .or_else(|| named_in(&finding.term, "phase", &phases))
        .map(|(group, reference)| Compared {
            group: context.arm(&group).1,
            reference: context.arm(&reference).1,
        })
}

/// The id in `arm[…]` and the first of the others, when there are two groups.
fn named_in(term: &str, variable: &str, ids: &[String]) -> Option<(String, String)> {
    let rest = term.split_once(&format!("{variable}["))?.1;
    let group = rest.split_once(']')?.0.to_owned();
    let [one, other] = ids else {
        return None;
    };
    let reference = if *one == group { other } else { one };
    Some((group, reference.clone()))
}

/// The difference over the follow-up where it is one in change; else as it was estimated.
pub(crate) fn size(finding: &Finding) -> Option<Size> {
    let known =
        |estimate: &Estimate| Some((estimate.estimate?, estimate.ci_lower?, estimate.ci_upper?));
    let unit = words::unit_in_sentence(finding.outcome.unit.as_deref());
    let is_share = words::is_share(unit);
    if let Some(over) = &finding.over_follow_up {
        let (estimate, lower, upper) = known(&over.estimate)?;
        let size = Size {
            estimate,
            lower,
            upper,
            unit: unit.map_or(Unit::Points, |unit| Unit::Named(unit.to_owned())),
            over_months: Some(over.to_months - over.from_months),
            better: finding.outcome.better,
            matters: finding.outcome.smallest_difference_that_matters,
        };
        return Some(if is_share {
            size.in_percentage_points()
        } else {
            size
        });
    }
    let (estimate, lower, upper) = known(&finding.estimate)?;
    let size = Size {
        estimate,
        lower,
        upper,
        unit: Unit::Named(finding.estimate_unit.clone()),
        over_months: None,
        better: finding.outcome.better,
        matters: finding.smallest_difference_in_estimate_unit,
    };
    // A difference per month keeps its unit: "share of time per month".
    let in_that_unit = Some(finding.estimate_unit.as_str()) == unit;
    Some(if is_share && in_that_unit {
        size.in_percentage_points()
    } else {
        size
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lower: f64, upper: f64, better: Better) -> Size {
        Size {
            estimate: f64::midpoint(lower, upper),
            lower,
            upper,
            unit: Unit::Points,
            over_months: None,
            better,
            matters: Some(3.0),
        }
    }

    #[test]
    fn whether_a_difference_matters_follows_from_its_interval() {
        for (lower, upper, expected) in [
            (-1.0, 2.0, Matters::No),
            (-1.0, 4.0, Matters::Untold),
            (1.0, 4.0, Matters::Untold),
            (3.5, 6.0, Matters::Yes),
            (-6.0, -3.0, Matters::Yes),
        ] {
            let matters = of(lower, upper, Better::Higher).matters();
            assert_eq!(matters, Some((3.0, expected)), "{lower} to {upper}");
        }
    }

    #[test]
    fn who_fared_better_follows_from_the_interval_and_from_what_is_good() {
        let verdict = |lower, upper, better| of(lower, upper, better).verdict();
        assert_eq!(verdict(-1.0, 2.0, Better::Higher), Verdict::Untold);
        assert_eq!(verdict(1.0, 2.0, Better::Higher), Verdict::BetterInGroup);
        assert_eq!(verdict(1.0, 2.0, Better::Lower), Verdict::BetterInReference);
        assert_eq!(verdict(-2.0, -1.0, Better::Lower), Verdict::BetterInGroup);
        assert_eq!(verdict(-2.0, -1.0, Better::Neither), Verdict::LowerInGroup);
        assert_eq!(of(-1.0, 2.0, Better::Lower).both_sides(), (2.0, 1.0));
    }

    #[test]
    fn a_difference_of_shares_is_told_in_percentage_points() {
        let share = Size {
            unit: Unit::Named("share of all acts".to_owned()),
            matters: Some(0.05),
            ..of(0.009, 0.159, Better::Higher)
        };
        let told = share.in_percentage_points();
        assert_eq!(told.unit, Unit::PercentagePoints);
        assert_eq!(
            format!("{:.1} to {:.1}", told.lower, told.upper),
            "0.9 to 15.9"
        );
        assert_eq!(told.matters(), Some((5.0, Matters::Untold)));
    }

    #[test]
    fn groups_are_read_from_the_term_when_there_are_two() {
        let ids = || vec!["comparison".to_owned(), "clinic".to_owned()];
        let found = named_in("months:arm[clinic]", "arm", &ids());
        assert_eq!(found, Some(("clinic".to_owned(), "comparison".to_owned())));
        assert_eq!(named_in("months", "arm", &ids()), None);
        let three = [ids(), vec!["third".to_owned()]].concat();
        assert_eq!(named_in("arm[clinic]", "arm", &three), None);
    }
}
