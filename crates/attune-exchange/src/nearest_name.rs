//! "Did you mean …?" for the names of columns, which are words: more may differ than in a code.

/// The name that was probably meant: one that differs in case or punctuation alone, begins or ends likewise, or is
/// nearest by slips of the keyboard, at most a third of its letters.
///
/// ```
/// use attune_exchange::nearest_name;
/// let names = ["child id", "months", "cog"];
/// assert_eq!(nearest_name("Months", names.into_iter()), Some("months"));
/// assert_eq!(nearest_name("mnoths", names.into_iter()), Some("months"));
/// assert_eq!(nearest_name("child_id", names.into_iter()), Some("child id"));
/// assert_eq!(nearest_name("site", names.into_iter()), None);
/// ```
pub fn nearest_name<'a>(
    name: &str,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let wanted = letters(name);
    if let Some(same) = names.clone().find(|other| letters(other) == wanted) {
        return Some(same);
    }
    let slips = |other: &str| strsim::osa_distance(&letters(other), &wanted);
    let nearest = names.min_by_key(|other| slips(other))?;
    let most = (wanted.chars().count() / 3).max(1);
    (slips(nearest) <= most && wanted.chars().count() > 1).then_some(nearest)
}

fn letters(word: &str) -> String {
    let letters = word.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}
