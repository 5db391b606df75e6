//! Expansion of the fixed part, by the rules of R's `terms`: `a * b` is `a + b + a:b`, `a / b` is
//! `a + a:b`, `(a + b)^2` holds all pairs, `- a` takes a term away.

use std::collections::BTreeSet;

use super::{FormulaError, parse::Expression};

type Pieces = BTreeSet<String>;

/// More terms than this are no plan.
const MOST_TERMS: usize = 500;

/// The terms without the intercept, in the order in which they arise.
pub(super) fn fixed_terms(
    formula: &str,
    expression: &Expression,
) -> Result<Vec<Pieces>, FormulaError> {
    let mut terms = expand(expression).map_err(|message| FormulaError {
        message,
        remedy: "write the terms that the question needs, joined by +".to_owned(),
        at: 0..formula.len(),
    })?;
    terms.retain(|term| !term.is_empty());
    Ok(terms)
}

fn expand(expression: &Expression) -> Result<Vec<Pieces>, String> {
    let terms = match expression {
        Expression::Name(name) => vec![Pieces::from([name.text.clone()])],
        Expression::Call { text, .. } => vec![Pieces::from([text.clone()])],
        // 1 and 0 are the intercept, which is no term here.
        Expression::Number(_) | Expression::Negative(_) => vec![Pieces::new()],
        Expression::Bar { .. } => Vec::new(),
        Expression::Binary {
            operator,
            left,
            right,
        } => binary(*operator, left, right)?,
    };
    if terms.len() > MOST_TERMS {
        return Err(format!(
            "this model expands to more than {MOST_TERMS} terms"
        ));
    }
    Ok(terms)
}

fn binary(operator: char, left: &Expression, right: &Expression) -> Result<Vec<Pieces>, String> {
    let l = expand(left)?;
    match operator {
        '+' => Ok(union(l, expand(right)?)),
        '-' => {
            let away = expand(right)?;
            Ok(l.into_iter().filter(|term| !away.contains(term)).collect())
        }
        ':' => crossed(&l, &expand(right)?),
        '*' => {
            let r = expand(right)?;
            let both = crossed(&l, &r)?;
            Ok(union(union(l, r), both))
        }
        '/' => {
            let all: Pieces = l.iter().flatten().cloned().collect();
            let nested = crossed(&[all], &expand(right)?)?;
            Ok(union(l, nested))
        }
        _ => power(&l, right),
    }
}

fn power(base: &[Pieces], exponent: &Expression) -> Result<Vec<Pieces>, String> {
    let Expression::Number(exponent) = exponent else {
        return Err("the exponent of ^ must be a whole number".to_owned());
    };
    if !(1.0..=10.0).contains(exponent) || exponent.fract() != 0.0 {
        return Err("the exponent of ^ must be a whole number from 1 to 10".to_owned());
    }
    let mut terms = base.to_vec();
    let mut degree = 1.0;
    while degree < *exponent {
        let more = crossed(&terms, base)?;
        terms = union(terms, more);
        degree += 1.0;
    }
    Ok(terms)
}

fn crossed(left: &[Pieces], right: &[Pieces]) -> Result<Vec<Pieces>, String> {
    if left.len() * right.len() > MOST_TERMS * MOST_TERMS / 4 {
        return Err(format!(
            "this model expands to more than {MOST_TERMS} terms"
        ));
    }
    let pairs = left.iter().flat_map(|l| {
        right
            .iter()
            .map(move |r| l.union(r).cloned().collect::<Pieces>())
    });
    Ok(union(Vec::new(), pairs.collect()))
}

fn union(mut terms: Vec<Pieces>, more: Vec<Pieces>) -> Vec<Pieces> {
    let mut seen: BTreeSet<Pieces> = terms.iter().cloned().collect();
    for term in more {
        if seen.insert(term.clone()) {
            terms.push(term);
        }
    }
    terms
}
