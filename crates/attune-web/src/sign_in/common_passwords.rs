//! Whether a password is among those that are tried first. No list of leaked passwords is shipped or
//! asked for over a network: people build such passwords by few rules, and the rules are short. From
//! the password everything is taken away that a guesser knows: common words (also spelled with digits
//! and signs), the person's own words, keys that lie side by side, counting, repetition, years. What
//! remains must be worth five characters, a digit or sign counting half.

use std::{collections::BTreeSet, sync::LazyLock};

/// Words that common passwords are made of, one a line, sorted: our own collection.
const WORDS: &str = include_str!("common_words.txt");

static COMMON: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    WORDS
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
});

/// Keys that lie side by side, in both directions, and the zigzag of two rows.
const WALKS: &[&str] = &[
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1234567890",
    "qwertzuiop",
    "azertyuiop",
    "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "abcdefghijklmnopqrstuvwxyz",
    "!@#$%^&*()",
    "!\"£$%^&*()",
];

/// Shortest piece of a walk that counts.
const WALK: usize = 3;

/// What must remain, in halves of a character.
const ENOUGH: usize = 10;

/// Whether it is guessed early.
pub fn is_easily_guessed(password: &str, own_words: &[&str]) -> bool {
    let letters: Vec<char> = password.to_lowercase().chars().collect();
    let mut known = vec![false; letters.len()];
    mark_walks(&letters, &mut known);
    mark_repetition(&letters, &mut known);
    mark_years(&letters, &mut known);
    let own: Vec<Vec<char>> = own_words
        .iter()
        .flat_map(|words| words.split(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| word.chars().count() >= 3)
        .map(|word| word.to_lowercase().chars().collect())
        .collect();
    for spelling in [letters.clone(), plain(&letters, 'l'), plain(&letters, 'i')] {
        mark_words(&spelling, &own, &mut known);
    }
    worth(&letters, &known) < ENOUGH
}

/// Halves of a character that remain. The same character again is worth nothing.
fn worth(letters: &[char], known: &[bool]) -> usize {
    let remaining: Vec<char> = letters
        .iter()
        .zip(known)
        .filter(|(letter, known)| !**known && !letter.is_whitespace())
        .map(|(letter, _)| *letter)
        .collect();
    let kinds: BTreeSet<char> = remaining.iter().copied().collect();
    let value = |letter: &char| if letter.is_alphabetic() { 2 } else { 1 };
    let all: usize = remaining.iter().map(value).sum();
    // Few kinds of characters, however often, are few.
    all.min(kinds.len() * 4)
}

/// The word behind digits and signs that stand for letters.
fn plain(letters: &[char], one: char) -> Vec<char> {
    letters
        .iter()
        .map(|letter| match letter {
            '0' => 'o',
            '1' | '!' | '|' => one,
            '3' | '€' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' | '+' => 't',
            '8' => 'b',
            '9' => 'g',
            other => *other,
        })
        .collect()
}

fn mark_words(letters: &[char], own: &[Vec<char>], known: &mut [bool]) {
    const LONGEST_WORD: usize = 14;
    for start in 0..letters.len() {
        for length in 3..=LONGEST_WORD.min(letters.len() - start) {
            let piece: String = letters[start..start + length].iter().collect();
            if COMMON.contains(piece.as_str()) {
                known[start..start + length].fill(true);
            }
        }
        for word in own {
            if letters[start..].starts_with(word) {
                known[start..start + word.len()].fill(true);
            }
        }
    }
}

fn mark_walks(letters: &[char], known: &mut [bool]) {
    let mut walks: Vec<Vec<char>> = Vec::new();
    for walk in WALKS {
        walks.push(walk.chars().collect());
        walks.push(walk.chars().rev().collect());
    }
    for start in 0..letters.len() {
        for walk in &walks {
            for (at, _) in walk
                .iter()
                .enumerate()
                .filter(|(_, letter)| **letter == letters[start])
            {
                let length = letters[start..]
                    .iter()
                    .zip(&walk[at..])
                    .take_while(|(a, b)| a == b)
                    .count();
                if length >= WALK {
                    known[start..start + length].fill(true);
                }
            }
        }
    }
}

/// A block that comes again at once, from the second time on.
fn mark_repetition(letters: &[char], known: &mut [bool]) {
    for length in 1..=letters.len() / 2 {
        for start in length..=letters.len() - length {
            let (before, here) = (start - length..start, start..start + length);
            let single_twice = length == 1
                && letters.get(start + 1) != Some(&letters[start])
                && (start < 2 || letters[start - 2] != letters[start]);
            if letters[before] == letters[here.clone()] && !single_twice {
                known[here].fill(true);
            }
        }
    }
}

fn mark_years(letters: &[char], known: &mut [bool]) {
    for start in 0..letters.len().saturating_sub(3) {
        let year: String = letters[start..start + 4].iter().collect();
        if year
            .parse::<u16>()
            .is_ok_and(|year| (1850..2100).contains(&year))
        {
            known[start..start + 4].fill(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_words_are_sorted_lower_case_and_each_there_once() {
        let words: Vec<&str> = WORDS
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        let mut sorted = words.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(words, sorted);
        assert!(
            words
                .iter()
                .all(|word| word.len() >= 3 && **word == word.to_lowercase())
        );
    }

    proptest! {
        #[test]
        fn any_common_word_with_a_year_and_a_sign_is_guessed(
            index in 0..400_usize, year in 1950..2030_u16, sign in "[!?.#]{1,2}"
        ) {
            let word = COMMON.iter().nth(index % COMMON.len()).unwrap();
            let password = format!("{word}{year}{sign}");
            prop_assert!(is_easily_guessed(&password, &[]), "{}", password);
        }

        #[test]
        fn sixteen_letters_drawn_at_random_are_hardly_ever_taken_for_guessable(
            password in "[a-z]{16}"
        ) {
            // Chance may put a short common word in; it can never cover eleven of sixteen letters.
            prop_assume!(!COMMON.iter().any(|word| word.len() > 4 && password.contains(word)));
            prop_assert!(!is_easily_guessed(&password, &[]), "{}", password);
        }
    }
}
