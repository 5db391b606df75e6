//! Coders in the names of observations, as in `clip_07_ann` and `clip_07_ben`: a first or last part that
//! differs where all the rest is the same.

use std::collections::{BTreeMap, BTreeSet};

const SEPARATORS: [char; 9] = ['_', '-', ' ', '.', ',', '@', '(', ')', '+'];
/// A team of coders; more different endings are something else.
const MOST_CODERS: usize = 20;
/// Parts that tell a time of the study, not a person.
const TIMES: [&str; 14] = [
    "pre", "post", "before", "after", "baseline", "followup", "intake", "outcome", "start", "end",
    "begin", "first", "last", "final",
];

/// For each name the rest of it and its coder; `None` where names do not tell. Each name comes with its
/// recording where that is known: one rest is one recording.
pub(super) fn coders_in_names(names: &[(&str, Option<&str>)]) -> Option<Vec<(String, String)>> {
    let by_last = told(names, |name| {
        let name = name.trim_end_matches(SEPARATORS);
        let (rest, part) = name.rsplit_once(SEPARATORS)?;
        Some((rest.trim_end_matches(SEPARATORS), part))
    });
    let by_first = told(names, |name| {
        let name = name.trim_start_matches(SEPARATORS);
        let (part, rest) = name.split_once(SEPARATORS)?;
        Some((rest.trim_start_matches(SEPARATORS), part))
    });
    let n = |found: &Vec<(String, String)>| {
        found
            .iter()
            .map(|(_, coder)| coder)
            .collect::<BTreeSet<_>>()
            .len()
    };
    match (by_last, by_first) {
        (Some(last), Some(first)) if n(&first) < n(&last) => Some(first),
        (Some(last), _) => Some(last),
        (None, first) => first,
    }
}

fn told<'a>(
    names: &[(&'a str, Option<&'a str>)],
    cut: impl Fn(&'a str) -> Option<(&'a str, &'a str)>,
) -> Option<Vec<(String, String)>> {
    let mut of_rest: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    let mut found = Vec::with_capacity(names.len());
    for (name, recording) in names {
        let (rest, part) = cut(name)?;
        if rest.is_empty() || is_a_time(rest) || !may_be_a_coder(part) {
            return None;
        }
        let (parts, recordings) = of_rest.entry(rest).or_default();
        if !parts.insert(part) {
            return None;
        }
        recordings.extend(recording);
        found.push((rest.to_owned(), part.to_owned()));
    }
    let coders: BTreeSet<&String> = found.iter().map(|(_, coder)| coder).collect();
    let n_shared: usize = of_rest
        .values()
        .map(|(parts, _)| parts.len())
        .filter(|n| *n > 1)
        .sum();
    let is_one_recording = of_rest.values().all(|(_, recordings)| recordings.len() < 2);
    let is_a_team = (2..=MOST_CODERS).contains(&coders.len()) && coders.len() < names.len();
    // Two coders of one clip are told by a single pair of names.
    let is_a_pair = names.len() == 2 && coders.len() == 2 && of_rest.len() == 1;
    (is_one_recording && (is_a_team || is_a_pair) && n_shared * 2 >= names.len()).then_some(found)
}

/// Not a number, as of a session, and not a time of the study.
fn may_be_a_coder(part: &str) -> bool {
    part.chars().any(char::is_alphabetic) && !is_a_time(part)
}

/// A word for a time of the study, or a letter with a number as in `t2`.
fn is_a_time(part: &str) -> bool {
    let lower = part.to_lowercase();
    let has_digit = lower.chars().any(|letter| letter.is_ascii_digit());
    let n_letters = lower
        .chars()
        .filter(|letter| letter.is_alphabetic())
        .count();
    (has_digit && n_letters == 1) || TIMES.contains(&lower.as_str())
}

#[cfg(test)]
mod tests {
    use super::coders_in_names;

    fn check(names: &[&str], expected: Option<&[&str]>) {
        let names: Vec<(&str, Option<&str>)> = names.iter().map(|name| (*name, None)).collect();
        let found = coders_in_names(&names);
        let coders: Option<Vec<&str>> = found
            .as_ref()
            .map(|found| found.iter().map(|(_, coder)| coder.as_str()).collect());
        assert_eq!(coders.as_deref(), expected, "{names:?}");
    }

    #[test]
    fn a_part_that_differs_where_the_rest_is_the_same_is_the_coder() {
        check(
            &[
                "clip_1_ann",
                "clip_1_ben",
                "clip_2_ann",
                "clip_2_ben",
                "clip_3_ann",
            ],
            Some(&["ann", "ben", "ann", "ben", "ann"]),
        );
        check(&["AB - visit 3", "CD - visit 3"], Some(&["AB", "CD"]));
        check(&["home 4 (Ana)", "home 4 (Olga)"], Some(&["Ana", "Olga"]));
    }

    #[test]
    fn times_of_a_study_numbers_and_names_without_a_partner_tell_no_coder() {
        check(&["fam1_pre", "fam1_post", "fam2_pre", "fam2_post"], None);
        check(&["fam1_t1", "fam1_t2", "fam2_t1", "fam2_t2"], None);
        check(&["clip_1", "clip_2", "clip_3"], None);
        check(&["park_ann", "home_ben", "shop_cy"], None);
        check(&["one", "two"], None);
    }

    #[test]
    fn names_of_two_recordings_are_no_two_coders() {
        let names = [("a_x", Some("film 1")), ("a_y", Some("film 2"))];
        assert_eq!(coders_in_names(&names), None);
    }
}
