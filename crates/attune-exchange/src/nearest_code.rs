//! "Did you mean …?" for the codes of units.

/// The code that was probably meant. Codes of a study are often alike, so only one that differs in
/// case, punctuation or leading zeros is named, or the only one that is a single slip away.
pub(crate) fn nearest_code<'a>(
    code: &str,
    codes: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let wanted = letters(code);
    let same_letters = |one: &&str| !wanted.is_empty() && letters(one) == wanted;
    if let Some(same) = codes.clone().find(same_letters) {
        return Some(same);
    }
    let is_slip =
        |one: &&str| one.len().abs_diff(code.len()) <= 4 && strsim::osa_distance(one, code) == 1;
    let mut near = codes.filter(is_slip);
    let only = near.next()?;
    near.next().is_none().then_some(only)
}

fn letters(word: &str) -> String {
    let letters = word.chars().filter(|character| character.is_alphanumeric());
    let letters: String = letters.flat_map(char::to_lowercase).collect();
    letters.trim_start_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::nearest_code;

    #[test]
    fn a_code_is_suggested_only_when_no_other_is_as_near() {
        let codes = ["D007", "D008", "E55"];
        for (code, expected) in [
            ("d-007", Some("D007")),
            ("E56", Some("E55")),
            ("D00", None),
            ("X1", None),
        ] {
            assert_eq!(nearest_code(code, codes.into_iter()), expected, "{code}");
        }
        assert_eq!(nearest_code("7", ["007", "008"].into_iter()), Some("007"));
    }
}
