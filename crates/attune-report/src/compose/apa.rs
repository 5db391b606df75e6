//! Numbers as journals in psychology print them (Publication Manual of the American Psychological
//! Association, 7th edition, chapter 6): no zero before the point where a number cannot exceed one,
//! intervals in brackets, symbols of statistics in italics, p with three digits.

use attune_analysis::{findings::Estimate, words};

use crate::{Text, text::Inline};

/// A p value for a column headed p: ".013", "< .001".
pub fn p_cell(p: Option<f64>) -> Text {
    match p {
        None => "–".into(),
        Some(p) if p < 0.001 => "<\u{a0}.001".into(),
        Some(p) => without_zero(&words::fixed(p, 3)).into(),
    }
}

/// "p = .013" with the letter in italics.
pub fn p_words(text: Text, p: f64) -> Text {
    let value = match p {
        p if p < 0.001 => "\u{a0}<\u{a0}.001".to_owned(),
        p => format!("\u{a0}=\u{a0}{}", without_zero(&words::fixed(p, 3))),
    };
    text.and(Inline::Emphasis("p".to_owned())).and(value)
}

/// "[0.20, 1.12]"; a dash where there is no interval.
pub fn brackets(estimate: &Estimate) -> String {
    match (estimate.ci_lower, estimate.ci_upper) {
        (Some(lower), Some(upper)) => bracketed(lower, upper),
        _ => "–".to_owned(),
    }
}

/// "[0.20, 1.12]".
pub fn bracketed(lower: f64, upper: f64) -> String {
    let decimals = words::decimals_for(lower, upper);
    format!(
        "[{},\u{a0}{}]",
        words::fixed(lower, decimals),
        words::fixed(upper, decimals)
    )
}

/// "95% CI": journals set no blank before the sign.
pub fn level(level: f64) -> String {
    format!("{}%\u{a0}CI", words::short(100.0 * level, 1))
}

/// The estimate with as many decimals as its interval.
pub fn value(estimate: &Estimate) -> String {
    match (estimate.estimate, estimate.ci_lower, estimate.ci_upper) {
        (Some(value), Some(lower), Some(upper)) => {
            words::fixed(value, words::decimals_for(lower, upper))
        }
        (Some(value), ..) => words::two_digits(value),
        _ => "–".to_owned(),
    }
}

/// ", t(51.3) = 2.87", or z where there are no degrees of freedom; nothing where there is no test.
pub fn test_words(text: Text, estimate: &Estimate) -> Text {
    let Some(statistic) = estimate.statistic else {
        return text;
    };
    let value = words::fixed(statistic, 2);
    match estimate.df {
        Some(df) => text
            .and(", ")
            .and(Inline::Emphasis("t".to_owned()))
            .and(format!("({})\u{a0}=\u{a0}{value}", words::short(df, 1))),
        None => text
            .and(", ")
            .and(Inline::Emphasis("z".to_owned()))
            .and(format!("\u{a0}=\u{a0}{value}")),
    }
}

fn without_zero(number: &str) -> String {
    number
        .strip_prefix('0')
        .filter(|rest| rest.starts_with('.'))
        .unwrap_or(number)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_set_as_the_manual_has_them() {
        let said = |text: Text| text.words(&str::to_owned);
        assert_eq!(said(p_cell(Some(0.013_4))), ".013");
        assert_eq!(said(p_cell(Some(0.000_4))), "<\u{a0}.001");
        assert_eq!(said(p_cell(Some(1.0))), "1.000");
        assert_eq!(said(p_cell(None)), "–");
        assert_eq!(said(p_words(Text::default(), 0.27)), "p\u{a0}=\u{a0}.270");
        assert_eq!(bracketed(-0.3, 1.05), "[−0.30,\u{a0}1.05]");
        assert_eq!(level(0.95), "95%\u{a0}CI");
        assert_eq!(level(0.975), "97.5%\u{a0}CI");
    }

    #[test]
    fn a_test_names_its_distribution() {
        let estimate = Estimate {
            statistic: Some(2.874),
            df: Some(51.3),
            ..Estimate::default()
        };
        let said =
            |estimate: &Estimate| test_words(Text::default(), estimate).words(&str::to_owned);
        assert_eq!(said(&estimate), ", t(51.3)\u{a0}=\u{a0}2.87");
        assert_eq!(
            said(&Estimate {
                df: None,
                ..estimate
            }),
            ", z\u{a0}=\u{a0}2.87"
        );
        assert_eq!(said(&Estimate::default()), "");
    }
}
