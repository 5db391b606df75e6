//! Is the difference small enough not to matter? Two one-sided tests against the bound that the
//! outcome declares (Schuirmann 1987).

use attune_statistics::equivalence::{EquivalenceVerdict, two_one_sided_tests};

use crate::{
    findings::{Equivalence, Estimate},
    question::Question,
    words,
};

/// Compares `difference`, which is in the outcome's unit, with the outcome's bound; `None` where no
/// bound is declared or there is no difference.
pub fn equivalence(
    question: &Question<'_>,
    difference: &Estimate,
    compared: &str,
) -> Option<Equivalence> {
    let bound = question.plan().equivalence_bound?.abs();
    let estimate = difference.estimate?;
    let df = difference.df.unwrap_or(f64::INFINITY);
    let alpha = 1.0 - difference.level;
    let tests = two_one_sided_tests(estimate, difference.se?, df, (-bound, bound), alpha).ok()?;
    let decimals = words::decimals_for(tests.ci_lower, tests.ci_upper);
    let interval = words::interval(tests.level, tests.ci_lower, tests.ci_upper, decimals);
    let bounds = format!("±{}", words::short(bound, 2));
    let conclusion = match tests.verdict {
        EquivalenceVerdict::Equivalent => format!(
            "The {interval} lies within {bounds}: a difference as large as the declared bound is \
             not compatible with the data."
        ),
        EquivalenceVerdict::Different => format!(
            "The {interval} lies wholly outside {bounds}: the difference is larger than the \
             declared bound."
        ),
        EquivalenceVerdict::Undecided => format!(
            "The {interval} reaches beyond {bounds}: neither a difference that matters nor its \
             absence is shown."
        ),
    };
    Some(Equivalence {
        bound,
        compared: compared.to_owned(),
        estimate,
        p: tests.p,
        ci_lower: tests.ci_lower,
        ci_upper: tests.ci_upper,
        conclusion,
    })
}
