//! A time or a length of time in whole microseconds.

use std::{
    fmt,
    ops::{Add, AddAssign, Neg, Sub},
};

use serde::{Deserialize, Serialize};

/// Microseconds, from the begin of the recording or as a length. Seconds in files become the nearest
/// microsecond; arithmetic is exact from there on, and stays at the largest number where a sum of absurd
/// times would be larger.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Micros(pub i64);

/// Longest time that is read: about 2,850 years, so that sums of many cannot overflow.
const MOST: f64 = 9e16;

impl Micros {
    /// No time.
    pub const ZERO: Self = Self(0);

    /// The nearest microsecond to a number of seconds; `None` for what is no number, or beyond
    /// 9 × 10¹⁰ seconds.
    pub fn from_seconds(seconds: f64) -> Option<Self> {
        let micros = (seconds * 1e6).round();
        (micros.abs() <= MOST).then_some(Self(micros as i64))
    }

    /// From whole milliseconds; `None` beyond 9 × 10¹⁰ seconds.
    pub fn from_millis(millis: i64) -> Option<Self> {
        let micros = millis.checked_mul(1000)?;
        (micros.unsigned_abs() <= MOST as u64).then_some(Self(micros))
    }

    /// From a decimal number of seconds in text, such as `12.345`: digits beyond the microsecond are
    /// rounded. `None` for anything else, also for exponents.
    pub fn from_decimal(text: &str) -> Option<Self> {
        let (sign, digits) = match text.as_bytes().first()? {
            b'-' => (-1, &text[1..]),
            b'+' => (1, &text[1..]),
            _ => (1, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return None;
        }
        let seconds: i64 = if whole.is_empty() {
            0
        } else {
            whole.parse().ok()?
        };
        let mut micros = 0;
        for place in 0..6 {
            micros = micros * 10
                + fraction
                    .as_bytes()
                    .get(place)
                    .map_or(0, |d| i64::from(d - b'0'));
        }
        micros += i64::from(
            fraction
                .as_bytes()
                .get(6)
                .is_some_and(|digit| *digit >= b'5'),
        );
        let total = seconds.checked_mul(1_000_000)?.checked_add(micros)?;
        (total.unsigned_abs() <= MOST as u64).then_some(Self(sign * total))
    }

    /// As a number of seconds.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The nearest whole millisecond, halves upwards.
    pub fn millis(self) -> i64 {
        (self.0 + 500).div_euclid(1000)
    }

    /// Whether it is a whole number of milliseconds.
    pub fn is_whole_millis(self) -> bool {
        self.0 % 1000 == 0
    }
}

/// Seconds as the shortest decimal: `12.345`, `7`, `-0.04`.
impl fmt::Display for Micros {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (seconds, rest) = (
            self.0.unsigned_abs() / 1_000_000,
            self.0.unsigned_abs() % 1_000_000,
        );
        if rest == 0 {
            return write!(formatter, "{sign}{seconds}");
        }
        let digits = format!("{rest:06}");
        write!(
            formatter,
            "{sign}{seconds}.{}",
            digits.trim_end_matches('0')
        )
    }
}

impl Add for Micros {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Micros {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Micros {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Micros {
    type Output = Self;

    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl std::iter::Sum for Micros {
    fn sum<I: Iterator<Item = Self>>(times: I) -> Self {
        times.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::Micros;

    #[test]
    fn decimals_are_read_exactly_and_written_back() {
        for (text, micros) in [
            ("0", 0),
            ("22.425", 22_425_000),
            ("-0.04", -40_000),
            ("1800", 1_800_000_000),
            ("0.000001", 1),
        ] {
            assert_eq!(Micros::from_decimal(text), Some(Micros(micros)), "{text}");
            assert_eq!(Micros(micros).to_string(), text);
        }
        for (text, micros) in [
            ("+1.5", 1_500_000),
            (".25", 250_000),
            ("0.0000015", 2),
            ("3.", 3_000_000),
        ] {
            assert_eq!(Micros::from_decimal(text), Some(Micros(micros)), "{text}");
        }
        for text in [
            "",
            "-",
            ".",
            "1e3",
            "NA",
            "1,5",
            "12:30",
            "99999999999999999999",
        ] {
            assert_eq!(Micros::from_decimal(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_go_to_the_nearest_microsecond_within_bounds() {
        assert_eq!(Micros::from_seconds(9.955), Some(Micros(9_955_000)));
        assert_eq!(Micros::from_seconds(-1e-7), Some(Micros(0)));
        for seconds in [f64::NAN, f64::INFINITY, 1e12] {
            assert_eq!(Micros::from_seconds(seconds), None);
        }
        assert_eq!(Micros::from_millis(i64::MAX), None);
        assert_eq!(Micros(-1_500).millis(), -1);
        assert_eq!(Micros(1_500).millis(), 2);
    }
}
