//! What a singular fit means, in units of the data, and what to do about it.

use super::super::{LinearMixedModel, Theta};
use super::{Warning, WarningKind, quoted};
use crate::matrix::Matrix;

/// What is singular about a random term; `None` when it is not.
pub(super) fn warning(model: &LinearMixedModel, index: usize) -> Option<Warning> {
    let shape = &model.function.shape;
    let term = &model.frame.random[index];
    let values: Vec<f64> = model
        .theta
        .iter()
        .map(|Theta { value, .. }| *value)
        .collect();
    let lambda = shape.lambda(&values, index);
    let width = lambda.n_rows();
    if (0..width).all(|i| lambda[(i, i)] != 0.0) {
        return None;
    }
    let group = &term.group;
    let still: Vec<String> = (0..width)
        .filter(|&i| lambda.row(i).iter().all(|&value| value == 0.0))
        .map(|i| term.column_names[i].clone())
        .collect();
    if still.len() == width {
        return Some(no_variance(&still, group, term.levels.len()));
    }
    let (what, meaning) = if !still.is_empty() {
        let what = format!(
            "the levels of `{group}` do not differ in {}: that variance is estimated as exactly zero",
            quoted(&still)
        );
        (what, String::new())
    } else if width == 2 {
        perfect_correlation(model, index, &lambda)
    } else {
        let directions = (0..width).filter(|&i| lambda[(i, i)] != 0.0).count();
        let what = format!(
            "the {width} random effects of `{group}` vary in only {directions} direction(s): their covariance matrix is singular"
        );
        (what, String::new())
    };
    let advice = format!("{meaning}{}{}", why(model, index), what_to_do(model, index));
    Some(Warning::new(WarningKind::SingularFit, what, advice))
}

fn no_variance(still: &[String], group: &str, n_levels: usize) -> Warning {
    Warning::new(
        WarningKind::SingularFit,
        format!(
            "the levels of `{group}` do not differ in {} beyond the residual noise: the variance is estimated as exactly zero",
            quoted(still)
        ),
        format!(
            "the fixed effects are those of a model without `{group}`; that is no proof that the groups are alike, only that \
             {n_levels} of them cannot show a difference; keep the term if the design demands it"
        ),
    )
}

/// Two random effects that are one: what that says of the levels.
fn perfect_correlation(
    model: &LinearMixedModel,
    index: usize,
    lambda: &Matrix,
) -> (String, String) {
    let term = &model.frame.random[index];
    let group = &term.group;
    let falls = lambda[(0, 0)] * lambda[(1, 0)] < 0.0;
    let what = format!(
        "the random effects {} of `{group}` are estimated as perfectly correlated ({})",
        quoted(&term.column_names),
        if falls { "-1" } else { "1" }
    );
    if term.column_names[0] != "(Intercept)" {
        let meaning = format!("the levels of `{group}` differ in one direction, not in two. ");
        return (what, meaning);
    }
    let (name, column) = (&term.column_names[1], &term.columns[1]);
    let deviation = |row: usize| {
        model.sigma
            * lambda
                .row(row)
                .iter()
                .map(|value| value * value)
                .sum::<f64>()
                .sqrt()
    };
    let (level, slope) = (deviation(0), deviation(1));
    let meeting = if falls { level / slope } else { -level / slope };
    let (lowest, highest) = column
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| {
            (low.min(value), high.max(value))
        });
    let place = if (lowest..=highest).contains(&meeting) {
        "within"
    } else {
        "outside"
    };
    let meaning = format!(
        "taken at its word, one `{group}` that lies a standard deviation ({}) above another at `{name}` = 0 gains exactly {} {} per \
         unit of `{name}`, and all lines cross at `{name}` = {}, {place} the data ({} to {}). ",
        significant(level),
        significant(slope),
        if falls { "less" } else { "more" },
        significant(meeting),
        significant(lowest),
        significant(highest),
    );
    (what, meaning)
}

/// Why this is common.
fn why(model: &LinearMixedModel, index: usize) -> String {
    let term = &model.frame.random[index];
    let group = &term.group;
    let each = model.n_observations as f64 / term.levels.len() as f64;
    if each > 6.0 {
        return format!(
            "Rather than a fact about `{group}`, this mostly means that its {} levels differ too little to show in so many \
             directions. ",
            term.levels.len()
        );
    }
    format!(
        "Rather than a fact about `{group}`, this mostly means that the data cannot tell: with {} rows for each, random effects \
         and noise look much alike, and such fits are common. ",
        significant(each)
    )
}

fn what_to_do(model: &LinearMixedModel, index: usize) -> String {
    let term = &model.frame.random[index];
    let compare = model
        .formula
        .with_random_intercept_only(&term.group)
        .map_or_else(
            || {
                format!(
                    "compare with a model without ({} | {})",
                    term.column_names.join(" + "),
                    term.group
                )
            },
            |simpler| format!("compare with `{simpler}` by a likelihood ratio test"),
        );
    format!(
        "Safe to read: the fixed effects, their standard errors, the log-likelihood. Not safe: the correlations, the standard \
         deviations of the slopes and single modes of `{}`, and Satterthwaite's degrees of freedom, which at this edge depend on how \
         the covariance is parametrised: report Kenward–Roger. Next, {compare}; what values of the correlation and the standard \
         deviations the data allow, a profile or the parametric bootstrap says",
        term.group
    )
}

/// Three significant digits.
fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let magnitude = libm::floor(libm::log10(value.abs())) as i32;
    let decimals = (2 - magnitude).clamp(0, 6) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
