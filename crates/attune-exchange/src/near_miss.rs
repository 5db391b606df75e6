//! "Did you mean …?" for cells: words of the study and codes of units.

/// The word of the study that was probably meant: one that differs only in case, spaces or
/// punctuation, otherwise the nearest within a third of its letters.
pub(crate) fn nearest_word<'a>(
    word: &str,
    words: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let most = (word.chars().count() / 3).max(1);
    let lower = word.to_lowercase();
    let near = |one: &'a str| {
        let distance = strsim::osa_distance(&lower, &one.to_lowercase());
        (distance <= most).then_some((distance, one))
    };
    let is_long = word.len() > 100;
    same_letters(word, words.clone()).or_else(|| {
        let nearest = words.filter(|_| !is_long).filter_map(near);
        nearest
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, one)| one)
    })
}

/// The code that was probably meant. Codes of a study are often alike, so only one that differs in
/// case, punctuation or leading zeros is named, or the only one that is a single slip away.
pub(crate) fn nearest_code<'a>(
    code: &str,
    codes: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    if let Some(same) = same_letters(code, codes.clone()) {
        return Some(same);
    }
    let mut near = codes
        .filter(|one| one.len().abs_diff(code.len()) <= 4 && strsim::osa_distance(one, code) == 1);
    let only = near.next()?;
    near.next().is_none().then_some(only)
}

/// Words for a message; of many only the first.
pub(crate) fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 12;
    let words: Vec<&str> = words.collect();
    let text = words[..words.len().min(SHOWN)].join(", ");
    match words.len().saturating_sub(SHOWN) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

fn same_letters<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = letters(word);
    let mut words = words;
    words.find(|one| !wanted.is_empty() && letters(one) == wanted)
}

fn letters(word: &str) -> String {
    let letters = word.chars().filter(|character| character.is_alphanumeric());
    let letters: String = letters.flat_map(char::to_lowercase).collect();
    letters.trim_start_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{nearest_code, nearest_word};

    #[test]
    fn a_word_with_a_slip_is_understood() {
        let words = ["baseline", "six-months", "hostel-a", "intervention"];
        for (word, expected) in [
            ("Baseline", Some("baseline")),
            ("basline", Some("baseline")),
            ("six months", Some("six-months")),
            ("Hostel A", Some("hostel-a")),
            ("intervension", Some("intervention")),
            ("follow-up", None),
            ("", None),
        ] {
            assert_eq!(nearest_word(word, words.into_iter()), expected, "{word}");
        }
    }

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
