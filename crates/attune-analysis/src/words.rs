//! How numbers stand in a sentence, a table or a figure: decimals that fit the interval, intervals,
//! p values, counts, lists. Everything that prints a finding uses these functions, so that one
//! number looks the same everywhere. Whole sentences about findings are in `sentence.rs`.

use attune_protocol::plan::About;

/// The space between groups of three digits: narrow, and no line breaks at it.
pub const THIN_SPACE: char = '\u{202f}';

/// Decimals with which an estimate and its interval are printed: as many as show two significant
/// digits of half the interval's width, at most 6.
///
/// The uncertainty of the estimate decides, not its size: 118.4 with an interval of ± 5 keeps one
/// decimal, 0.42 with ± 0.32 two. An interval that excludes zero shows that it does: up to two more
/// decimals where a limit would round to zero. Limits that are not finite give 2.
pub fn decimals_for(lower: f64, upper: f64) -> usize {
    let decimals = decimals_of(((upper - lower) / 2.0).abs(), 2);
    let nearest = lower.abs().min(upper.abs());
    let rounds_to_zero = |decimals: &usize| round_to(nearest, *decimals as i32) == 0.0;
    if lower * upper <= 0.0 {
        return decimals;
    }
    let enough = (decimals..decimals + 2).find(|decimals| !rounds_to_zero(decimals));
    enough.unwrap_or(decimals + 2).min(6)
}

/// Decimals that show `digits` significant digits of `value`, between 0 and 6.
pub fn decimals_of(value: f64, digits: i32) -> usize {
    if !value.is_finite() || value == 0.0 {
        return 2;
    }
    let magnitude = value.abs().log10().floor() as i32;
    let decimals = digits - 1 - magnitude;
    // Rounding may carry into the next power of ten: 0.0997 with two digits is 0.10.
    let rounded = round_to(value.abs(), decimals);
    let carried = rounded.log10().floor() as i32 > magnitude;
    (decimals - i32::from(carried)).clamp(0, 6) as usize
}

fn round_to(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

/// A number with so many decimals, a true minus sign, and thin spaces between thousands. A value
/// that rounds to zero has no sign; what is not finite is "not defined".
pub fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "not defined".to_owned();
    }
    let digits = format!("{:.decimals$}", value.abs());
    let is_zero = digits.bytes().all(|byte| byte == b'0' || byte == b'.');
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let sign = if value < 0.0 && !is_zero { "−" } else { "" };
    format!("{sign}{}{rest}", grouped(whole))
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + 6);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(THIN_SPACE);
        }
        text.push(digit);
    }
    text
}

/// A number with two significant digits, and never fewer digits than its whole part has: for
/// numbers without an interval.
pub fn two_digits(value: f64) -> String {
    fixed(value, decimals_of(value, 2))
}

/// A number as short as it can be, at most with `decimals`: 12, 4.5, 0.25.
pub fn short(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A count, with thin spaces between thousands.
pub fn count(n: usize) -> String {
    grouped(&n.to_string())
}

/// A count and what is counted: "1 dyad", "59 dyads".
pub fn count_of(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A share as a percentage: whole numbers, one decimal below 10 %, "0 %" and "100 %" only when
/// exact.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let decimals = usize::from(percent < 9.95 && percent > 0.0);
    let text = fixed(percent, decimals);
    match text.as_str() {
        "100" if share < 1.0 => "> 99 %".to_owned(),
        "0.0" => "< 0.1 %".to_owned(),
        _ => format!("{} %", text.trim_end_matches(".0")),
    }
}

/// A p value with its sign: "p = 0.013", "p = 0.20", "p < 0.001", "p > 0.99".
pub fn p_value(p: f64) -> String {
    match p {
        _ if !p.is_finite() => "p not defined".to_owned(),
        _ if p < 0.001 => "p < 0.001".to_owned(),
        _ if p < 0.0995 => format!("p = {p:.3}"),
        _ if p >= 1.0 => "p = 1".to_owned(),
        _ if p >= 0.995 => "p > 0.99".to_owned(),
        _ => format!("p = {p:.2}"),
    }
}

/// A level as a percentage: "95 %".
pub fn level(level: f64) -> String {
    format!("{} %", short(level * 100.0, 2))
}

/// An interval: "95 % CI 1.2 to 7.0".
pub fn interval(of_level: f64, lower: f64, upper: f64, decimals: usize) -> String {
    format!(
        "{} CI {} to {}",
        level(of_level),
        fixed(lower, decimals),
        fixed(upper, decimals)
    )
}

/// An estimate with its interval: "4.1 (95 % CI 1.2 to 7.0)".
pub fn estimate_with_interval(estimate: f64, of_level: f64, lower: f64, upper: f64) -> String {
    let decimals = decimals_for(lower, upper);
    format!(
        "{} ({})",
        fixed(estimate, decimals),
        interval(of_level, lower, upper, decimals)
    )
}

/// A length of time in months: "1 month", "6 months", "7.5 months".
pub fn months(months: f64) -> String {
    let number = short(months, 1);
    let noun = if number == "1" { "month" } else { "months" };
    format!("{number} {noun}")
}

/// A list in a sentence: "a", "a and b", "a, b and c".
pub fn list<S: AsRef<str>>(items: &[S]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match items.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The text with a capital at its beginning.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// An id as words: hyphens and underscores are spaces.
pub fn id_words(id: &str) -> String {
    id.replace(['-', '_'], " ")
}

/// What units of this kind are called: one, many. Infants and carers are counted as dyads, since
/// the dyad is who takes part.
pub fn unit_nouns(about: About) -> (&'static str, &'static str) {
    match about {
        About::Dyad | About::Infant | About::Carer => ("dyad", "dyads"),
        About::StaffMember => ("staff member", "staff members"),
        About::Session => ("session", "sessions"),
        About::Clinic => ("clinic", "clinics"),
    }
}

/// What rows of units of this kind are called: one, many.
pub fn row_nouns(about: About) -> (&'static str, &'static str) {
    match about {
        About::Dyad | About::Infant | About::Carer => ("visit", "visits"),
        About::StaffMember | About::Session | About::Clinic => ("measurement", "measurements"),
    }
}

/// Whether values in this unit are shares of something ("share of all acts"): their differences are told in
/// percentage points.
pub fn is_share(unit: Option<&str>) -> bool {
    unit_in_sentence(unit).is_some_and(|unit| unit.starts_with("share of "))
}

/// The unit of an outcome as it stands in a sentence: without what is in parentheses.
pub fn unit_in_sentence(unit: Option<&str>) -> Option<&str> {
    let unit = unit?;
    let end = unit.find('(').unwrap_or(unit.len());
    let unit = unit[..end].trim();
    (!unit.is_empty()).then_some(unit)
}

/// A number with its unit, in the singular where it is 1: `1 act per minute`, `5 index points`.
pub fn quantity(number: &str, unit: &str) -> String {
    let end = [" per ", " of ", ","]
        .iter()
        .filter_map(|stop| unit.find(stop))
        .min();
    let (head, rest) = unit.split_at(end.unwrap_or(unit.len()));
    match head.strip_suffix('s').filter(|one| !one.ends_with('s')) {
        Some(one) if number == "1" => format!("1 {one}{rest}"),
        _ => format!("{number} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_unit_is_told_in_the_singular() {
        let check = |number: &str, unit: &str, expected: &str| {
            assert_eq!(quantity(number, unit), expected);
        };
        check("1", "acts per minute", "1 act per minute");
        check("1", "index points", "1 index point");
        check("5", "index points", "5 index points");
        check("1.5", "acts per minute", "1.5 acts per minute");
        check("1", "share of the acts", "1 share of the acts");
        check("1", "class", "1 class");
    }

    #[test]
    fn decimals_follow_the_width_of_the_interval() {
        let check = |estimate: f64, lower: f64, upper: f64, expected: &str| {
            assert_eq!(
                estimate_with_interval(estimate, 0.95, lower, upper),
                expected
            );
        };
        check(4.12, 1.21, 7.03, "4.1 (95 % CI 1.2 to 7.0)");
        check(
            5.271_264,
            0.266_213,
            10.276_315,
            "5.3 (95 % CI 0.3 to 10.3)",
        );
        check(0.42, 0.1, 0.74, "0.42 (95 % CI 0.10 to 0.74)");
        check(118.407, 113.0, 123.8, "118.4 (95 % CI 113.0 to 123.8)");
        check(25.3, 13.2, 37.4, "25 (95 % CI 13 to 37)");
        check(-0.004, -0.5, 0.5, "0.00 (95 % CI −0.50 to 0.50)");
        check(0.03, -0.069_7, 0.129_7, "0.03 (95 % CI −0.07 to 0.13)");
        check(
            12_345.6,
            10_000.0,
            15_000.0,
            "12\u{202f}346 (95 % CI 10\u{202f}000 to 15\u{202f}000)",
        );
        check(
            -0.113,
            -0.225,
            -0.001_2,
            "−0.113 (95 % CI −0.225 to −0.001)",
        );
        check(0.2, 0.000_000_1, 0.4, "0.2000 (95 % CI 0.0000 to 0.4000)");
        check(1.0, 1.0, 1.0, "1.00 (95 % CI 1.00 to 1.00)");
    }

    #[test]
    fn p_values_are_never_zero() {
        for (p, expected) in [
            (0.0, "p < 0.001"),
            (1e-20, "p < 0.001"),
            (0.000_999, "p < 0.001"),
            (0.013_2, "p = 0.013"),
            (0.039_199, "p = 0.039"),
            (0.099_4, "p = 0.099"),
            (0.099_6, "p = 0.10"),
            (0.2, "p = 0.20"),
            (0.994, "p = 0.99"),
            (0.996, "p > 0.99"),
            (1.0, "p = 1"),
            (f64::NAN, "p not defined"),
        ] {
            assert_eq!(p_value(p), expected);
        }
    }

    #[test]
    fn thousands_have_a_thin_space() {
        assert_eq!(count(999), "999");
        assert_eq!(count(1000), "1\u{202f}000");
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(fixed(-1234.5, 1), "−1\u{202f}234.5");
    }

    #[test]
    fn what_rounds_to_zero_has_no_sign() {
        assert_eq!(fixed(-0.001, 2), "0.00");
        assert_eq!(fixed(-0.0, 1), "0.0");
        assert_eq!(fixed(f64::INFINITY, 1), "not defined");
    }

    #[test]
    fn shares_say_when_they_are_not_quite_all_or_none() {
        for (share, expected) in [
            (0.0, "0 %"),
            (0.0004, "< 0.1 %"),
            (0.05, "5 %"),
            (0.052, "5.2 %"),
            (0.2345, "23 %"),
            (0.998, "> 99 %"),
            (1.0, "100 %"),
        ] {
            assert_eq!(percent(share), expected);
        }
    }

    #[test]
    fn lists_and_times_read_as_spoken() {
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(list::<&str>(&[]), "");
        assert_eq!(months(1.0), "1 month");
        assert_eq!(months(7.5), "7.5 months");
        assert_eq!(months(12.000_000_1), "12 months");
        assert_eq!(count_of(1, "dyad", "dyads"), "1 dyad");
        assert_eq!(
            unit_in_sentence(Some("index points (mean 100, SD 15)")),
            Some("index points")
        );
        assert_eq!(unit_in_sentence(Some("(none)")), None);
        assert_eq!(level(0.975), "97.5 %");
        assert_eq!(two_digits(0.123), "0.12");
        assert_eq!(two_digits(14.2), "14");
    }
}
