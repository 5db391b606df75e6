//! What a finding says, for people who read no statistics: whether a difference could be told, how
//! large it may be, whether that matters. The sentence follows from the interval alone; it never says
//! more than the answer of the finding does.

use attune_analysis::{
    findings::{Estimate, Finding},
    words,
};
use attune_protocol::plan::Better;

use super::context::Context;

/// A difference with its interval, and in which unit.
struct Size {
    estimate: f64,
    lower: f64,
    upper: f64,
    unit: String,
    /// "Over 12 months", where the difference is one in change.
    over: Option<String>,
    /// The smallest difference that matters, in the same unit.
    matters: Option<f64>,
}

/// The two groups that a finding compares, by name.
pub struct Compared {
    /// The group that the term names.
    pub group: String,
    /// The group that it is compared with.
    pub reference: String,
}

/// The finding in two or three plain sentences.
pub fn sentences(context: &Context<'_>, finding: &Finding) -> String {
    let Some(size) = size(finding) else {
        return "This question could not be answered from the data.".to_owned();
    };
    match compared(context, finding) {
        Some(groups) => {
            let mut said = difference(finding, &size, &groups);
            if let Some(matter) = whether_it_matters(&size) {
                said = format!("{said} {matter}");
            }
            said
        }
        // Questions of another kind have their own careful sentence already.
        None => finding.answer.clone(),
    }
}

/// The groups of the term that answers the question, where it names one.
pub fn compared(context: &Context<'_>, finding: &Finding) -> Option<Compared> {
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

fn size(finding: &Finding) -> Option<Size> {
    let known =
        |estimate: &Estimate| Some((estimate.estimate?, estimate.ci_lower?, estimate.ci_upper?));
    let unit = words::unit_in_sentence(finding.outcome.unit.as_deref()).unwrap_or("points");
    if let Some(over) = &finding.over_follow_up {
        let (estimate, lower, upper) = known(&over.estimate)?;
        return Some(Size {
            estimate,
            lower,
            upper,
            unit: unit.to_owned(),
            over: Some(words::months(over.to_months - over.from_months)),
            matters: finding.outcome.smallest_difference_that_matters,
        });
    }
    let (estimate, lower, upper) = known(&finding.estimate)?;
    Some(Size {
        estimate,
        lower,
        upper,
        unit: finding.estimate_unit.clone(),
        over: None,
        matters: finding.smallest_difference_in_estimate_unit,
    })
}

fn difference(finding: &Finding, size: &Size, groups: &Compared) -> String {
    let decimals = words::decimals_for(size.lower, size.upper);
    let number = |value: f64| words::fixed(value.abs(), decimals);
    let unit = &size.unit;
    let outcome = &finding.outcome.label;
    let Compared { group, reference } = groups;
    let over = size
        .over
        .as_ref()
        .map_or_else(String::new, |time| format!("over {time} "));
    // From the side of the reference to the side of the group, whatever counts as better.
    let (low, high) = match finding.outcome.better {
        Better::Lower => (-size.upper, -size.lower),
        Better::Higher | Better::Neither => (size.lower, size.upper),
    };
    let is_told = size.lower > 0.0 || size.upper < 0.0;
    if !is_told {
        let range = match finding.outcome.better {
            Better::Neither => format!(
                "from {} {unit} less to {} more in “{group}” than in “{reference}”",
                number(low),
                number(high)
            ),
            Better::Higher | Better::Lower => format!(
                "from {} {unit} in favour of “{reference}” to {} in favour of “{group}”",
                number(low),
                number(high)
            ),
        };
        return format!(
            "{outcome}: it could not be told whether there was a difference. The true difference \
             {over}may be anything {range}."
        );
    }
    let (least, most) = (
        size.lower.abs().min(size.upper.abs()),
        size.lower.abs().max(size.upper.abs()),
    );
    let verdict = match finding.outcome.better {
        Better::Neither if size.estimate > 0.0 => {
            format!("was higher or rose more in “{group}” than in “{reference}”")
        }
        Better::Neither => format!("was lower or rose less in “{group}” than in “{reference}”"),
        _ if low > 0.0 => format!("went better in “{group}” than in “{reference}”"),
        _ => format!("went better in “{reference}” than in “{group}”"),
    };
    format!(
        "{outcome} {verdict}. The difference {over}was about {} {unit}; the true one may be anything \
         from {} to {}.",
        number(size.estimate),
        number(least),
        number(most)
    )
}

fn whether_it_matters(size: &Size) -> Option<String> {
    let matters = size.matters?.abs();
    let unit = &size.unit;
    let bound = words::short(matters, 3);
    let least = if size.lower > 0.0 || size.upper < 0.0 {
        size.lower.abs().min(size.upper.abs())
    } else {
        0.0
    };
    let most = size.lower.abs().max(size.upper.abs());
    Some(if most < matters {
        format!(
            "Whatever it is, it is smaller than what the team had said would matter ({bound} {unit})."
        )
    } else if least >= matters {
        format!("That is at least as much as the team had said would matter ({bound} {unit}).")
    } else {
        format!("Whether it is large enough to matter ({bound} {unit}) cannot be told.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lower: f64, upper: f64, matters: f64, expected: &str) {
        let size = Size {
            estimate: f64::midpoint(lower, upper),
            lower,
            upper,
            unit: "points".to_owned(),
            over: None,
            matters: Some(matters),
        };
        let said = whether_it_matters(&size).unwrap_or_default();
        assert!(said.contains(expected), "{said}");
    }

    #[test]
    fn whether_a_difference_matters_follows_from_its_interval() {
        check(-1.0, 2.0, 3.0, "smaller than what the team");
        check(-1.0, 4.0, 3.0, "cannot be told");
        check(1.0, 4.0, 3.0, "cannot be told");
        check(3.5, 6.0, 3.0, "at least as much");
        check(-6.0, -3.0, 3.0, "at least as much");
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
