//! "Did you mean …?": the word that somebody probably wanted to write.

/// The candidate that is nearest to `word`, if it is near enough to be meant. Upper case, `_` and
/// spaces in place of `-`, and a swapped, missing or wrong letter or two are forgiven.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = plain(word);
    candidates
        .into_iter()
        .map(|candidate| (distance(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= allowed(&wanted, candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `did you mean 'x'?`, or, where nothing is near, `otherwise`.
pub fn suggestion<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    match nearest(word, candidates) {
        Some(near) => format!("did you mean '{near}'?"),
        None => otherwise(),
    }
}

/// Words with commas between them; after the first dozen only how many more there are.
pub fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 12;
    let words: Vec<_> = words.into_iter().collect();
    let shown = words.len().min(SHOWN);
    let mut text = words[..shown].join(", ");
    if words.len() > shown {
        text += &format!(" and {} more", words.len() - shown);
    }
    text
}

fn plain(word: &str) -> String {
    word.trim()
        .chars()
        .map(|c| if c == '_' || c == ' ' { '-' } else { c })
        .flat_map(char::to_lowercase)
        .collect()
}

fn distance(a: &str, b: &str) -> usize {
    // Nobody means a word of a quite different length, and a long text is no word.
    if a.len().abs_diff(b.len()) > 4 || a.len() > 100 {
        return usize::MAX;
    }
    strsim::osa_distance(a, b)
}

fn allowed(wanted: &str, candidate: &str) -> usize {
    match wanted.chars().count().min(candidate.chars().count()) {
        0..=2 => 0,
        3..=4 => 1,
        5..=8 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::{listed, nearest};

    #[test]
    fn small_slips_are_understood_and_other_words_are_not() {
        let candidates = ["intervention", "comparison", "arm", "label"];
        for (word, expected) in [
            ("interventoin", Some("intervention")),
            ("Intervention", Some("intervention")),
            ("comparsion", Some("comparison")),
            ("amr", Some("arm")),
            ("lable", Some("label")),
            ("title", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, candidates), expected, "{word}");
        }
    }

    #[test]
    fn long_lists_are_cut() {
        let words: Vec<String> = (0..15).map(|n| n.to_string()).collect();
        assert!(listed(words.iter().map(String::as_str)).ends_with("11 and 3 more"));
    }
}
