//! How times, dates and numbers are written on pages.

use attune_store::Moment;
use jiff::civil::Date;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment: `26 November 2026, 09:05 UTC`.
pub fn moment(moment: &Moment) -> String {
    let text = moment.rfc3339();
    let time = text.split('T').nth(1).and_then(|time| time.get(..5));
    format!(
        "{}, {} UTC",
        date(
            &Moment {
                offset_minutes: 0,
                ..*moment
            }
            .date()
        ),
        time.unwrap_or_default()
    )
}

/// A date: `26 November 2026`.
pub fn date(date: &Date) -> String {
    let month = usize::from(date.month().unsigned_abs()) - 1;
    format!("{} {} {}", date.day(), MONTHS[month], date.year())
}

/// A month: `November 2026`.
pub fn month(date: &Date) -> String {
    let month = usize::from(date.month().unsigned_abs()) - 1;
    format!("{} {}", MONTHS[month], date.year())
}

/// A month where there is little room: `Nov 2026`.
pub fn short_month(date: &Date) -> String {
    let month = usize::from(date.month().unsigned_abs()) - 1;
    format!("{} {}", &MONTHS[month][..3], date.year())
}

/// A whole number with thin spaces between thousands.
pub fn count(n: impl TryInto<u64>) -> String {
    let digits = n.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A share in whole per cent; nothing of nothing has none.
pub fn percent(part: usize, whole: usize) -> Option<usize> {
    (whole > 0).then(|| (part * 100 + whole / 2) / whole)
}

/// A fingerprint short enough to compare by eye.
pub fn short(fingerprint: &str) -> &str {
    fingerprint.get(..12).unwrap_or(fingerprint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_people_read_them() {
        let nine = Moment {
            micros: 1_795_683_900_000_000,
            offset_minutes: 60,
        };
        assert_eq!(moment(&nine), "26 November 2026, 09:05 UTC");
        assert_eq!(month(&nine.date()), "November 2026");
        assert_eq!(short_month(&nine.date()), "Nov 2026");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(count(0_u64), "0");
        assert_eq!(count(1_234_567_u64), "1\u{202f}234\u{202f}567");
        assert_eq!(percent(0, 0), None);
        assert_eq!(percent(2, 3), Some(67));
    }
}
