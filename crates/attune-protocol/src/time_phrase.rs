//! Planned times and windows in words: `6 months after enrolment`, `14 days before to 30 days
//! after`.

use std::ops::Range;

use crate::{
    data::TimeUnit,
    design::{Anchor, Timing, Window},
    id::PhaseId,
    near_miss::nearest,
};

/// Why a phrase is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhraseError {
    /// What is wrong.
    pub message: String,
    /// How to mend it, where that is plain.
    pub remedy: Option<String>,
    /// The bytes at fault.
    pub at: Range<usize>,
}

const ANCHORS: [(&str, Anchor); 3] = [
    ("enrolment", Anchor::Enrolment),
    ("birth", Anchor::Birth),
    ("due date", Anchor::DueDate),
];

/// A planned time: `at enrolment`, `12 weeks after birth`, `4 months after due date`, `during
/// before` (a phase).
///
/// # Errors
///
/// The phrase has another shape, an unknown unit or an unknown anchor.
pub fn timing(phrase: &str) -> Result<Timing, PhraseError> {
    let words = words(phrase);
    match words.as_slice() {
        [(_, "during"), (_, phase)] => Ok(Timing::During(PhaseId::new(phase))),
        [(_, "at"), rest @ ..] if !rest.is_empty() => Ok(Timing::After {
            days: 0.0,
            anchor: anchor(phrase, rest)?,
            words: phrase.to_owned(),
        }),
        [number, unit, (_, "after"), rest @ ..] if !rest.is_empty() => Ok(Timing::After {
            days: days(number, unit)?,
            anchor: anchor(phrase, rest)?,
            words: phrase.to_owned(),
        }),
        _ => Err(whole(
            phrase,
            format!("'{phrase}' is not understood as a time"),
        )),
    }
}

/// Allowed days around a planned time: `14 days before to 30 days after`, `30 days after`, `1 week
/// before`.
///
/// # Errors
///
/// The phrase has another shape, or a side is no whole number of days.
pub fn window(phrase: &str) -> Result<Window, PhraseError> {
    let words = words(phrase);
    let (before, after) = match words.as_slice() {
        [
            n,
            unit,
            (_, "before"),
            (_, "to"),
            m,
            unit_after,
            (_, "after"),
        ] => (whole_days(n, unit)?, whole_days(m, unit_after)?),
        [n, unit, (_, "before")] => (whole_days(n, unit)?, 0),
        [n, unit, (_, "after")] => (0, whole_days(n, unit)?),
        _ => {
            return Err(whole(
                phrase,
                format!("'{phrase}' is not understood as days around a time"),
            ));
        }
    };
    Ok(Window {
        days_before: before,
        days_after: after,
    })
}

type WordAt<'a> = (Range<usize>, &'a str);

fn words(phrase: &str) -> Vec<WordAt<'_>> {
    let start_of = |word: &str| word.as_ptr().addr() - phrase.as_ptr().addr();
    phrase
        .split_whitespace()
        .map(|word| (start_of(word)..start_of(word) + word.len(), word))
        .collect()
}

fn whole(phrase: &str, message: String) -> PhraseError {
    PhraseError {
        message,
        remedy: None,
        at: 0..phrase.len(),
    }
}

fn anchor(phrase: &str, words: &[WordAt<'_>]) -> Result<Anchor, PhraseError> {
    let at = words[0].0.start..words[words.len() - 1].0.end;
    let name: Vec<_> = words.iter().map(|(_, word)| *word).collect();
    let name = name.join(" ");
    if let Some((_, anchor)) = ANCHORS.iter().find(|(known, _)| *known == name) {
        return Ok(*anchor);
    }
    let known = ANCHORS.map(|(known, _)| known);
    let remedy = match nearest(&name, known) {
        Some(near) => format!("did you mean '{near}'?"),
        None => format!("times count from {}", known.join(", ")),
    };
    Err(PhraseError {
        message: format!("'{}' has no date to count from", &phrase[at.clone()]),
        remedy: Some(remedy),
        at,
    })
}

fn days(number: &WordAt<'_>, unit: &WordAt<'_>) -> Result<f64, PhraseError> {
    let value: f64 = number
        .1
        .parse()
        .ok()
        .filter(|value: &f64| value.is_finite() && (0.0..=1000.0).contains(value))
        .ok_or_else(|| PhraseError {
            message: format!("'{}' is no number from 0 to 1000", number.1),
            remedy: Some("write a number, such as 6 or 4.5".to_owned()),
            at: number.0.clone(),
        })?;
    Ok(value * unit_days(unit)?)
}

fn whole_days(number: &WordAt<'_>, unit: &WordAt<'_>) -> Result<u32, PhraseError> {
    let days = days(number, unit)?.round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to 365,250 by the check in `days`"
    )]
    Ok(days as u32)
}

fn unit_days(unit: &WordAt<'_>) -> Result<f64, PhraseError> {
    const UNITS: [(&str, TimeUnit); 4] = [
        ("days", TimeUnit::Days),
        ("weeks", TimeUnit::Weeks),
        ("months", TimeUnit::Months),
        ("years", TimeUnit::Years),
    ];
    let found = UNITS
        .iter()
        .find(|(plural, _)| unit.1 == *plural || Some(unit.1) == plural.strip_suffix('s'));
    if let Some((_, unit)) = found {
        return Ok(unit.days());
    }
    let names = UNITS.map(|(plural, _)| plural);
    let remedy = match nearest(unit.1, names) {
        Some(near) => format!("did you mean '{near}'?"),
        None => format!("units are {}", names.join(", ")),
    };
    Err(PhraseError {
        message: format!("'{}' is no unit of time", unit.1),
        remedy: Some(remedy),
        at: unit.0.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::{timing, window};
    use crate::design::{Anchor, Timing};

    #[test]
    fn planned_times_count_days_from_an_anchor() {
        for (phrase, expected) in [
            ("at enrolment", (0.0, Anchor::Enrolment)),
            ("6 months after enrolment", (182.625, Anchor::Enrolment)),
            ("1 week after birth", (7.0, Anchor::Birth)),
            ("4  months after due date", (121.75, Anchor::DueDate)),
            ("0.5 years after birth", (182.625, Anchor::Birth)),
        ] {
            let Ok(Timing::After {
                days,
                anchor,
                words,
            }) = timing(phrase)
            else {
                panic!("{phrase}");
            };
            assert_eq!((days, anchor), expected, "{phrase}");
            assert_eq!(words, phrase);
        }
        assert_eq!(timing("during before"), Ok(Timing::During("before".into())));
    }

    #[test]
    fn windows_have_two_sides() {
        for (phrase, expected) in [
            ("14 days before to 30 days after", (14, 30)),
            ("2 weeks before to 1 month after", (14, 30)),
            ("30 days after", (0, 30)),
            ("1 week before", (7, 0)),
        ] {
            let window = window(phrase).expect("a window");
            assert_eq!(
                (window.days_before, window.days_after),
                expected,
                "{phrase}"
            );
        }
    }

    #[test]
    fn the_word_at_fault_is_pointed_at() {
        for (phrase, at, remedy) in [
            (
                "6 months after enrollment",
                15..25,
                Some("did you mean 'enrolment'?"),
            ),
            ("6 mnoths after birth", 2..8, Some("did you mean 'months'?")),
            (
                "six months after birth",
                0..3,
                Some("write a number, such as 6 or 4.5"),
            ),
            ("6 months", 0..8, None),
            (
                "1e999 days after birth",
                0..5,
                Some("write a number, such as 6 or 4.5"),
            ),
        ] {
            let error = timing(phrase).expect_err(phrase);
            assert_eq!(
                (error.at, error.remedy.as_deref()),
                (at, remedy),
                "{phrase}"
            );
        }
        assert!(window("14 days").is_err());
        assert!(window("").is_err());
    }
}
