//! Formulas: sensible ones for the tables of [`crate::messy`], and random text for the parser.

use attune_statistics::formula::Formula;

use crate::messy::Dice;

/// Mixed models of `score`, and one or two without random effects.
pub const GAUSSIAN: [&str; 20] = [
    "score ~ age * arm + (age | child)",
    "score ~ age * arm + (1 | child)",
    "score ~ 1 + (1 | child)",
    "score ~ age + (1 | site/child)",
    "score ~ age * site + (1 | child)",
    "score ~ age + twice + (1 | child)",
    "score ~ age + arm + (1 | child) + (1 | assessor)",
    "score ~ age + (age || child) + (1 | site)",
    "score ~ 0 + arm + (0 + arm | site)",
    "score ~ poly(age, 2) + (1 | child)",
    "score ~ I(age^2) + age + (age + I(age^2) | child)",
    "score ~ arm:site + (1 | child)",
    "score ~ arm + mother + (1 | arm)",
    "score ~ offset(age) + arm + (1 | child)",
    "log(score) ~ age + (1 | child)",
    "score ~ age + (1 | child) + (0 + age | child)",
    "score ~ age + (1 | child:site)",
    "arm ~ age + (1 | child)",
    "score ~ age * arm + site + mother",
    "score ~ 1",
];

/// Right-hand sides for yes-or-no answers, counts and ordered categories.
pub const GENERALISED: [&str; 6] = [
    "arm + (1 | child)",
    "age * arm + (1 | child)",
    "arm + mother + (1 | site)",
    "age + (1 | child) + (1 | assessor)",
    "age + arm",
    "1",
];

/// Random text that looks like a formula, now and then.
pub fn text(dice: &mut Dice) -> String {
    const PIECES: [&str; 34] = [
        "y", "x", "arm", "`a b`", "~", "~", "+", "+", "*", ":", "-", "/", "^", "(", "(", ")", ")",
        "|", "||", "1", "0", "2", "1e400", "I(", "log(", "poly(", "offset(", "cbind(", ",", " ",
        "é", "\"", "..", "%in%",
    ];
    (0..dice.below(24)).map(|_| dice.one_of(&PIECES)).collect()
}

/// Reads it, and reads it again as it is written out.
///
/// # Errors
/// What the parser did wrong.
pub fn check(text: &str) -> Result<(), String> {
    match Formula::parse(text) {
        Err(problem) if problem.problem.is_empty() => Err("an error without words".to_owned()),
        Err(problem) if problem.position > text.chars().count() => {
            Err(format!("a place outside the text: {problem}"))
        }
        Err(_) => Ok(()),
        Ok(formula) => {
            let written = formula.written_out();
            let again = Formula::parse(&written)
                .map_err(|problem| format!("not its own language: {problem}"))?;
            if again.written_out() == written {
                Ok(())
            } else {
                Err(format!("`{written}` reads as another model"))
            }
        }
    }
}
