//! Texts that have a shape of their own: file names, colours, ORCID iDs, DOIs, addresses, language
//! tags.

use super::leaf::{Fault, fault, shortened};

pub(super) fn check_file_name(written: &str) -> Result<(), Fault> {
    if written.contains('\\') {
        return fault(
            "a file name has / between folders, not \\",
            format!("write '{}'", written.replace('\\', "/")),
        );
    }
    let leaves = written.starts_with('/')
        || written.contains(':')
        || written
            .split('/')
            .any(|part| part.is_empty() || part == "." || part == "..");
    if leaves {
        return fault(
            "files of a study lie inside its folder",
            "name the file from the study folder on, such as data/dyads.csv",
        );
    }
    Ok(())
}

pub(super) fn check_colour(written: &str) -> Result<(), Fault> {
    let digits = written.strip_prefix('#').unwrap_or("");
    if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(());
    }
    fault(
        format!("'{}' is no colour", shortened(written)),
        "write # and six hexadecimal digits, such as \"#2a9d8f\"",
    )
}

pub(super) fn check_keyboard_key(written: &str) -> Result<(), Fault> {
    if written.chars().count() == 1 {
        return Ok(());
    }
    fault(
        format!("'{}' is not one key", shortened(written)),
        "write one character, such as \"i\"",
    )
}

/// ISO 7064 MOD 11-2 over the first fifteen digits, as ORCID uses it.
pub(super) fn check_orcid(written: &str) -> Result<(), Fault> {
    let digits: String = written.chars().filter(|c| *c != '-').collect();
    let parts: Vec<_> = written.split('-').map(str::len).collect();
    let (body, last) = digits.split_at(digits.len().saturating_sub(1).min(15));
    let has_shape = parts == [4, 4, 4, 4]
        && body.bytes().all(|b| b.is_ascii_digit())
        && (last.bytes().all(|b| b.is_ascii_digit()) || last == "X");
    if !has_shape {
        return fault(
            format!("'{}' is no ORCID iD", shortened(written)),
            "write the four groups of four digits alone, such as \"0000-0002-1825-0097\"",
        );
    }
    let total = body
        .bytes()
        .fold(0_u32, |total, b| (total + u32::from(b - b'0')) * 2 % 11);
    let expected = (12 - total) % 11;
    let found = if last == "X" {
        10
    } else {
        last.parse().unwrap_or(11)
    };
    if expected == found {
        return Ok(());
    }
    fault(
        format!("the check digit of ORCID iD '{written}' is wrong"),
        "compare it with the person's ORCID page: a digit is mistyped or two are swapped",
    )
}

pub(super) fn check_doi(written: &str) -> Result<(), Fault> {
    for prefix in [
        "https://doi.org/",
        "http://dx.doi.org/",
        "http://doi.org/",
        "doi:",
    ] {
        if let Some(rest) = written.strip_prefix(prefix) {
            return fault(
                "a DOI is written without the address in front of it",
                format!("write \"{}\"", shortened(rest.trim())),
            );
        }
    }
    let has_shape = written.strip_prefix("10.").is_some_and(|rest| {
        rest.split_once('/').is_some_and(|(registrant, suffix)| {
            registrant.len() >= 4
                && registrant.bytes().all(|b| b.is_ascii_digit() || b == b'.')
                && !suffix.is_empty()
                && !suffix.contains(char::is_whitespace)
        })
    });
    if has_shape {
        return Ok(());
    }
    fault(
        format!("'{}' is no DOI", shortened(written)),
        "a DOI begins with 10., has a slash and no blanks, such as \"10.1000/182\"",
    )
}

pub(super) fn check_url(written: &str) -> Result<(), Fault> {
    let rest = written
        .strip_prefix("https://")
        .or_else(|| written.strip_prefix("http://"));
    if rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace)) {
        return Ok(());
    }
    fault(
        format!("'{}' is no web address", shortened(written)),
        "write it with https:// in front and without blanks",
    )
}

/// The shape of BCP 47: subtags of letters and digits, the first of two or three letters.
pub(super) fn check_language(written: &str) -> Result<(), Fault> {
    let mut subtags = written.split('-');
    let first = subtags.next().unwrap_or("");
    let fits = (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && subtags.all(|tag| {
            (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric())
        });
    if fits {
        return Ok(());
    }
    fault(
        format!("'{}' is no language tag", shortened(written)),
        "write a BCP 47 tag, such as \"en\", \"bn\" or \"pt-BR\"",
    )
}
