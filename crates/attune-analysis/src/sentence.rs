//! The plain sentence of a finding: direction, size with interval, n, what it comes to over the
//! follow-up, and what is not known. The interval speaks; no verdict is drawn from p. A result that
//! shows no difference says which differences it leaves possible.

mod told;

use crate::{
    findings::{Estimate, Finding, OverFollowUp},
    meaning::{Meaning, Quantity},
    question::Question,
    words,
};

use told::Told;

/// What the sentence needs beside the finding.
#[derive(Debug, Clone)]
pub struct Sense {
    /// What the term is.
    pub meaning: Meaning,
    /// Change of the reference group and of the other over the follow-up, by the model.
    pub changes: Option<(f64, f64)>,
    /// What is not known: whole sentences, the most important first.
    pub unknown: Vec<String>,
}

/// An estimate with both ends of its interval.
#[derive(Debug, Clone, Copy)]
struct Known {
    estimate: f64,
    lower: f64,
    upper: f64,
    level: f64,
}

impl Known {
    fn of(estimate: &Estimate) -> Option<Self> {
        Some(Self {
            estimate: estimate.estimate?,
            lower: estimate.ci_lower?,
            upper: estimate.ci_upper?,
            level: estimate.level,
        })
    }

    /// In a unit that is so much smaller.
    fn times(self, by: f64) -> Self {
        Self {
            estimate: by * self.estimate,
            lower: by * self.lower,
            upper: by * self.upper,
            ..self
        }
    }

    /// Seen from the other side.
    fn reversed(self) -> Self {
        Self {
            estimate: -self.estimate,
            lower: -self.upper,
            upper: -self.lower,
            ..self
        }
    }

    /// With the estimate above zero.
    fn upright(self) -> Self {
        if self.estimate < 0.0 {
            self.reversed()
        } else {
            self
        }
    }

    fn leaves_none_possible(self) -> bool {
        self.lower <= 0.0 && self.upper >= 0.0
    }

    fn decimals(self) -> usize {
        words::decimals_for(self.lower, self.upper)
    }

    fn number(self) -> String {
        words::fixed(self.estimate, self.decimals())
    }

    fn interval(self) -> String {
        words::interval(self.level, self.lower, self.upper, self.decimals())
    }
}

/// The answer of a finding that has an estimate.
pub fn answer(question: &Question<'_>, finding: &Finding, sense: &Sense) -> String {
    let Some(known) = Known::of(&finding.estimate) else {
        return could_not(question, &finding.warnings);
    };
    let mut sentences = vec![main_sentence(question, finding, sense, known)];
    sentences.extend(matters(question, finding, known));
    sentences.extend(
        finding
            .equivalence
            .as_ref()
            .map(|test| test.conclusion.clone()),
    );
    sentences.extend(read_together(finding, known));
    sentences.extend(sense.unknown.iter().take(2).cloned());
    marked(question, &sentences.join(" "))
}

/// The answer of a finding without an estimate.
pub fn could_not(question: &Question<'_>, reasons: &[String]) -> String {
    let reason = reasons
        .first()
        .map_or("the reason is not known", String::as_str);
    let label = &question.plan().label;
    marked(
        question,
        &format!("The question about {label} could not be answered: {reason}."),
    )
}

fn marked(question: &Question<'_>, text: &str) -> String {
    let simulated = question.long.measures.simulated || question.long.protocol.study.simulated;
    if simulated {
        format!("Simulated data. {text}")
    } else {
        text.to_owned()
    }
}

fn main_sentence(
    question: &Question<'_>,
    finding: &Finding,
    sense: &Sense,
    known: Known,
) -> String {
    let unit = words::unit_in_sentence(question.plan().unit.as_deref());
    let share = share(question);
    let label = &question.plan().label;
    let with_share = format!("{label} ({})", unit.unwrap_or_default());
    // A difference of shares is told in percentage points.
    let (known, total) = match share {
        true => (known.times(100.0), None),
        false => (
            known,
            total_over_follow_up(finding.over_follow_up.as_ref(), known),
        ),
    };
    let told = Told {
        label: if share { &with_share } else { label },
        unit: if share { Some(POINTS) } else { unit },
        n: counted(question, finding),
        better: question.plan().better,
    };
    let comparison = sense.meaning.comparison.as_ref();
    match (&sense.meaning.quantity, comparison) {
        (Quantity::Other, _) => told.other(&finding.term, known),
        (Quantity::Slope(time), None) => told.slope(time.unit(), known),
        (_, None) => told.other(&finding.term, known),
        (_, Some(comparison)) if known.leaves_none_possible() => {
            told.no_difference(&sense.meaning.quantity, comparison, known, total)
        }
        (Quantity::Value { at_start }, Some(comparison)) => {
            told.higher_or_lower(comparison, *at_start, known)
        }
        (quantity, Some(comparison)) => {
            let per = match quantity {
                Quantity::Slope(time) => format!(" per {}", time.unit()),
                _ => String::new(),
            };
            let over = total_clause(&told, total.as_ref());
            told.more_or_less(comparison, &per, sense.changes, known, &over)
        }
    }
}

/// The unit of a difference of shares.
const POINTS: &str = "percentage points";

/// Whether the outcome is a share of something, and the estimate a difference of two such shares.
fn share(question: &Question<'_>) -> bool {
    words::is_share(question.plan().unit.as_deref())
}

fn counted(question: &Question<'_>, finding: &Finding) -> String {
    let (unit, units) = words::unit_nouns(question.about());
    let (row, rows) = words::row_nouns(question.about());
    let n_units = words::count_of(finding.n_units, unit, units);
    if finding.n_units == finding.n_rows && row == "measurement" {
        return n_units;
    }
    format!("{n_units}, {}", words::count_of(finding.n_rows, row, rows))
}

/// The total over the follow-up and its length, where it is another number than the estimate.
fn total_over_follow_up(over: Option<&OverFollowUp>, known: Known) -> Option<(Known, String)> {
    let over = over?;
    let total = Known::of(&over.estimate)?;
    let same = (total.estimate - known.estimate).abs() <= 1e-9 * known.estimate.abs();
    (!same).then(|| (total, words::months(over.to_months - over.from_months)))
}

/// "; over 12 months that is 5.0 index points (95 % CI 1.2 to 8.9)".
fn total_clause(told: &Told<'_>, total: Option<&(Known, String)>) -> String {
    total.map_or_else(String::new, |(total, time)| {
        let total = total.upright();
        format!(
            "; over {time} that is {} ({})",
            told.with_unit(&total.number()),
            total.interval()
        )
    })
}

/// How the interval stands to the smallest difference that would matter.
fn matters(question: &Question<'_>, finding: &Finding, known: Known) -> Option<String> {
    let smallest = finding.smallest_difference_in_estimate_unit?.abs();
    let declared = question.plan().smallest_difference_that_matters?;
    let unit = words::unit_in_sentence(question.plan().unit.as_deref());
    let size = match unit {
        Some(_) if share(question) => format!("{} {POINTS}", words::short(100.0 * declared, 2)),
        Some(unit) => words::quantity(&words::short(declared, 2), unit),
        None => words::short(declared, 2),
    };
    let over = finding
        .over_follow_up
        .as_ref()
        .map_or_else(String::new, |over| {
            format!(" over {}", words::months(over.to_months - over.from_months))
        });
    let (low, high) = (known.lower, known.upper);
    let size = format!("the smallest difference declared to matter ({size}{over})");
    Some(if low >= smallest || high <= -smallest {
        format!("All of the interval is beyond {size}.")
    } else if low > -smallest && high < smallest {
        format!("All of the interval is short of {size}.")
    } else if known.leaves_none_possible() {
        format!("A difference beyond {size} cannot be excluded.")
    } else {
        format!("Whether it reaches {size} cannot be told.")
    })
}

/// Says where the family changes what the interval alone seems to say.
fn read_together(finding: &Finding, known: Known) -> Option<String> {
    let alpha = 1.0 - known.level;
    let (p, adjusted) = (finding.estimate.p?, finding.p_adjusted?);
    (p <= alpha && adjusted > alpha).then(|| {
        format!(
            "Read together with the other questions of its family the evidence is weaker (Holm: {}).",
            words::p_value(adjusted)
        )
    })
}

#[cfg(test)]
mod tests {
    use attune_protocol::plan::Better;

    use super::{Known, Told};
    use crate::{
        meaning::{Comparison, GroupKind, Quantity},
        time_variable::TimeVariable,
    };

    fn told(better: Better) -> Told<'static> {
        Told {
            label: "Mental index",
            unit: Some("points"),
            n: "59 dyads, 201 visits".to_owned(),
            better,
        }
    }

    fn arms() -> Comparison {
        Comparison {
            groups: GroupKind::Arms,
            group: "intervention".to_owned(),
            reference: "comparison".to_owned(),
        }
    }

    fn known(estimate: f64, lower: f64, upper: f64) -> Known {
        Known {
            estimate,
            lower,
            upper,
            level: 0.95,
        }
    }

    #[test]
    fn direction_follows_the_change_of_both_arms() {
        let (up, down) = (known(0.42, 0.1, 0.74), known(-0.42, -0.74, -0.1));
        let check = |known: Known, changes: Option<(f64, f64)>, expected: &str| {
            let sentence =
                told(Better::Higher).more_or_less(&arms(), " per month", changes, known, "");
            let tail = "(95 % CI 0.10 to 0.74; 59 dyads, 201 visits).";
            assert_eq!(
                sentence,
                format!("Mental index {expected} {tail}").replace(" :", ":")
            );
        };
        let more =
            "by 0.42 points per month more in the intervention arm than in the comparison arm";
        let less =
            "by 0.42 points per month less in the intervention arm than in the comparison arm";
        check(up, Some((1.0, 6.0)), &format!("rose {more}"));
        check(down, Some((6.0, 1.0)), &format!("rose {less}"));
        check(up, Some((-6.0, -1.0)), &format!("fell {less}"));
        check(down, Some((-1.0, -6.0)), &format!("fell {more}"));
        check(
            up,
            Some((-2.0, 3.0)),
            "rose in the intervention arm and fell in the comparison arm, a difference of 0.42 points per month",
        );
        check(
            down,
            Some((3.0, -2.0)),
            "fell in the intervention arm and rose in the comparison arm, a difference of 0.42 points per month",
        );
        check(
            down,
            None,
            ": the change in the intervention arm was below that in the comparison arm by 0.42 points per month",
        );
    }

    #[test]
    fn no_difference_names_what_remains_possible() {
        let estimate = known(0.1, -0.4, 0.6);
        let slope = Quantity::Slope(TimeVariable::Months);
        let check = |better: Better, expected: &str| {
            let sentence = told(better).no_difference(&slope, &arms(), estimate, None);
            assert!(
                sentence.contains("0.10 points per month (95 % CI −0.40 to 0.60;"),
                "{sentence}"
            );
            assert!(sentence.ends_with(expected), "{sentence}");
        };
        let (group, reference) = ("the intervention arm", "the comparison arm");
        check(
            Better::Higher,
            &format!(
                "0.40 points per month in favour of {reference} to 0.60 in favour of {group}."
            ),
        );
        check(
            Better::Lower,
            &format!(
                "0.60 points per month in favour of {reference} to 0.40 in favour of {group}."
            ),
        );
        check(
            Better::Neither,
            &format!("0.40 points per month less to 0.60 more in {group} than in {reference}."),
        );
        let total = Some((known(1.2, -4.8, 7.2), "12 months".to_owned()));
        let sentence = told(Better::Higher).no_difference(&slope, &arms(), estimate, total);
        assert!(
            sentence.ends_with(
                "; over 12 months that is 1.2 points, and the data are compatible with anything from \
                 4.8 points in favour of the comparison arm to 7.2 in favour of the intervention arm."
            ),
            "{sentence}"
        );
    }

    #[test]
    fn values_and_slopes_have_a_direction() {
        let down = known(-3.2, -5.0, -1.4);
        assert_eq!(
            told(Better::Lower).higher_or_lower(&arms(), true, down),
            "Mental index was 3.2 points lower at enrolment in the intervention arm than in the \
             comparison arm (95 % CI 1.4 to 5.0; 59 dyads, 201 visits)."
        );
        assert_eq!(
            told(Better::Higher).slope("month", down),
            "Mental index fell by 3.2 points per month (95 % CI 1.4 to 5.0; 59 dyads, 201 visits)."
        );
        assert!(
            told(Better::Higher)
                .slope("month", known(0.1, -1.0, 1.2))
                .contains("no change over time")
        );
        assert!(
            told(Better::Higher)
                .other("mother_age", known(0.1, -1.0, 1.2))
                .contains("cannot tell from none")
        );
    }
}
