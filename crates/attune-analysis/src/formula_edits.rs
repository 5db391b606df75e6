//! A planned formula changed in one respect, for the analyses that ask the same question in another
//! way. Every change gives a new text, which is then read as any formula is.

use attune_statistics::formula::{Formula, RandomPart, Terms};

use crate::time_variable::TimeVariable;

/// Random intercepts only: `(months | dyad)` becomes `(1 | dyad)`.
pub fn with_random_intercepts(formula: &Formula) -> Option<Formula> {
    rebuilt(formula, &fixed_terms(&formula.fixed), &intercepts(formula))
}

/// Whether any random part is more than an intercept.
pub fn has_random_slope(formula: &Formula) -> bool {
    formula
        .random
        .iter()
        .any(|part| !part.terms.terms.is_empty())
}

/// Waves as categories in the place of every time variable of the fixed part. The random part stays
/// as it was planned.
pub fn with_waves(formula: &Formula) -> Option<Formula> {
    let in_place = |name: String| {
        if names_time(&name) {
            "wave".to_owned()
        } else {
            name
        }
    };
    let fixed: Vec<Vec<String>> = fixed_terms(&formula.fixed)
        .into_iter()
        .map(|term| term.into_iter().map(in_place).collect())
        .collect();
    rebuilt(formula, &fixed, &random_parts(formula))
}

/// Waves as categories beside everything that is planned: with it, and with `groups`.
pub fn with_waves_added(formula: &Formula, groups: Option<&str>) -> Option<Formula> {
    let mut fixed = fixed_terms(&formula.fixed);
    fixed.push(vec!["wave".to_owned()]);
    fixed.extend(groups.map(|groups| vec![groups.to_owned(), "wave".to_owned()]));
    rebuilt(formula, &fixed, &random_parts(formula))
}

/// The first value as covariate. With `time` the fixed part stays as planned; without it every term
/// with a time or a wave is left out, for outcomes that have one later wave only, and so are the
/// random parts, which one value per unit does not support.
pub fn with_baseline(formula: &Formula, time: bool) -> Option<Formula> {
    let mut fixed = vec![vec!["baseline".to_owned()]];
    fixed.extend(fixed_terms(&formula.fixed));
    if time {
        return rebuilt(formula, &fixed, &intercepts(formula));
    }
    fixed.retain(|term| !term.iter().any(|name| names_time(name) || name == "wave"));
    let others: Vec<String> = intercepts(formula)
        .into_iter()
        .filter(|part| !part.ends_with("| dyad)"))
        .collect();
    rebuilt(formula, &fixed, &others)
}

/// The time variables in the fixed part, in the order in which they appear.
pub fn time_variables(formula: &Formula) -> Vec<TimeVariable> {
    let mut names = Vec::new();
    for variable in &formula.fixed.variables {
        variable.collect_names(&mut names);
    }
    names
        .iter()
        .filter_map(|name| TimeVariable::of_name(name))
        .collect()
}

/// Whether a column stands in the fixed part.
pub fn names_in_fixed(formula: &Formula, name: &str) -> bool {
    let mut names = Vec::new();
    for term in formula.fixed.terms.iter().flatten() {
        formula.fixed.variables[*term].collect_names(&mut names);
    }
    names.iter().any(|known| known == name)
}

fn names_time(expression: &str) -> bool {
    let words = expression.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    words
        .into_iter()
        .any(|word| TimeVariable::of_name(word).is_some())
}

/// Each fixed term as its variables.
fn fixed_terms(terms: &Terms) -> Vec<Vec<String>> {
    let name = |index: &usize| terms.variables[*index].to_string();
    terms
        .terms
        .iter()
        .map(|term| term.iter().map(name).collect())
        .collect()
}

fn random_parts(formula: &Formula) -> Vec<String> {
    let part = |part: &RandomPart| {
        let mut terms = vec![if part.terms.intercept { "1" } else { "0" }.to_owned()];
        terms.extend(fixed_terms(&part.terms).iter().map(|term| term.join(":")));
        format!("({} | {})", terms.join(" + "), part.group_label)
    };
    formula.random.iter().map(part).collect()
}

fn intercepts(formula: &Formula) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in &formula.random {
        let part = format!("(1 | {})", part.group_label);
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts
}

fn rebuilt(formula: &Formula, fixed: &[Vec<String>], random: &[String]) -> Option<Formula> {
    let mut parts: Vec<String> = Vec::new();
    if !formula.fixed.intercept {
        parts.push("0".to_owned());
    }
    parts.extend(fixed.iter().map(|term| term.join(":")));
    if parts.is_empty() {
        parts.push("1".to_owned());
    }
    parts.extend(
        formula
            .fixed
            .offsets
            .iter()
            .map(|offset| format!("offset({offset})")),
    );
    parts.extend_from_slice(random);
    Formula::parse(&format!("{} ~ {}", formula.response, parts.join(" + "))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(edited: Option<Formula>, expected: &str) {
        assert_eq!(edited.unwrap().text, expected);
    }

    fn formula(text: &str) -> Formula {
        Formula::parse(text).unwrap()
    }

    #[test]
    fn random_slopes_are_left_out() {
        let planned = formula("y ~ months * arm + (months | dyad) + (1 | site)");
        assert!(has_random_slope(&planned));
        check(
            with_random_intercepts(&planned),
            "y ~ months + arm + months:arm + (1 | dyad) + (1 | site)",
        );
        check(
            with_random_intercepts(&formula("y ~ x + (x || dyad)")),
            "y ~ x + (1 | dyad)",
        );
    }

    #[test]
    fn waves_stand_where_time_stood() {
        let planned = formula("y ~ months * arm + mother_age + (months | dyad)");
        check(
            with_waves(&planned),
            "y ~ wave + arm + mother_age + wave:arm + (1 + months | dyad)",
        );
        let curved = with_waves(&formula("y ~ months + I(months^2) + arm")).unwrap();
        assert_eq!(curved.fixed.labels(), ["wave", "arm"]);
        check(
            with_waves_added(&planned, Some("arm")),
            "y ~ months + arm + mother_age + months:arm + wave + arm:wave + (1 + months | dyad)",
        );
    }

    #[test]
    fn the_first_value_becomes_a_covariate() {
        let planned = formula("y ~ months * arm + (months | dyad) + (1 | site)");
        check(
            with_baseline(&planned, true),
            "y ~ baseline + months + arm + months:arm + (1 | dyad) + (1 | site)",
        );
        check(
            with_baseline(&planned, false),
            "y ~ baseline + arm + (1 | site)",
        );
    }
}
