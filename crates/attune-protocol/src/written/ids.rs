//! How ids are spelt.

use super::leaf::{Fault, fault, shortened};
use crate::shape::Thing;

/// Whether `text` is an id: `[a-z][a-z0-9-]*`.
pub(crate) fn is_id(text: &str) -> bool {
    is_joined_by('-', text)
}

fn is_joined_by(joint: char, text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|c| c.is_ascii_lowercase())
        && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joint)
        && text.len() <= LONGEST_ID
}

const LONGEST_ID: usize = 60;

fn id_fault(thing: Thing, written: &str) -> Result<(), Fault> {
    let in_formulas = thing.is_name_in_formulas();
    let joint = if in_formulas { '_' } else { '-' };
    let mended: String = written
        .trim()
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { joint })
        .collect();
    let rule = format!(
        "an id is a lower-case letter, then letters, digits and {joint}, {LONGEST_ID} at most"
    );
    let why = if in_formulas {
        format!(" (it is a name in formulas; {rule})")
    } else {
        format!(" ({rule})")
    };
    let what_to_do = if is_joined_by(joint, &mended) {
        format!("write '{mended}'")
    } else {
        "choose another".to_owned()
    };
    fault(
        format!(
            "'{}' cannot be the id of {}",
            shortened(written),
            thing.with_article()
        ),
        what_to_do + &why,
    )
}

/// Names that mean something in formulas already.
pub(crate) const NAMES_IN_FORMULAS: &[&str] = &[
    "days",
    "months",
    "years",
    "age_days",
    "age_months",
    "corrected_age_days",
    "corrected_age_months",
    "wave",
    "arm",
    "site",
    "phase",
    "dyad",
    "baseline",
];

pub(super) fn check_id(thing: Thing, written: &str) -> Result<(), Fault> {
    // Levels stand in data files, often as somebody else wrote them.
    if thing == Thing::Level {
        return check_level(written);
    }
    let in_formulas = thing.is_name_in_formulas();
    let joint = if in_formulas { '_' } else { '-' };
    if !is_joined_by(joint, written) {
        return id_fault(thing, written);
    }
    if in_formulas && NAMES_IN_FORMULAS.contains(&written) {
        return fault(
            format!("'{written}' has a meaning of its own in formulas"),
            format!("choose another id for this {}", thing.noun()),
        );
    }
    let is_source = matches!(thing, Thing::Instrument | Thing::Scheme | Thing::Codebook);
    if is_source && ["attendance", "sessions"].contains(&written) {
        return fault(
            format!("the measures '{written}.…' belong to Attune itself"),
            format!("choose another id for this {}", thing.noun()),
        );
    }
    Ok(())
}

fn check_level(written: &str) -> Result<(), Fault> {
    if written.contains(['[', ']']) || written != written.trim() || written.chars().count() > 60 {
        return fault(
            format!("'{}' cannot be a level", shortened(written)),
            "a level has no brackets, no blanks around it, and 60 characters at most",
        );
    }
    Ok(())
}
