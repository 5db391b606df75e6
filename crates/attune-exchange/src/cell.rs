//! The text of a cell to a number or a date, without knowing where it stands.

use jiff::civil::Date;

use crate::{data_fault::DataFault, table::SerialDates};

/// Reads a number: digits with a decimal point (or comma, where the file separates columns by
/// semicolons), a sign, a power of ten. Nothing may stand between thousands.
pub(crate) fn read_number(text: &str, decimal_comma: bool) -> Result<f64, DataFault> {
    let is_part = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    if text.bytes().all(is_part)
        && let Ok(number) = text.parse::<f64>()
        && number.is_finite()
    {
        return Ok(number);
    }
    let with_point = text.replacen(',', ".", 1);
    if decimal_comma
        && !text.contains('.')
        && with_point.bytes().all(is_part)
        && let Ok(number) = with_point.parse::<f64>()
    {
        return Ok(number);
    }
    Err(why_no_number(text))
}

fn why_no_number(text: &str) -> DataFault {
    let cell = text.to_owned();
    let is_numeric = |byte: u8| byte.is_ascii_digit() || b"+-., '".contains(&byte);
    if text.starts_with('#') {
        DataFault::FailedFormula { cell }
    } else if read_date(text, DateOrder::DayFirst, None).is_ok() {
        DataFault::DateForNumber { cell }
    } else if text.contains(',') && text.bytes().all(is_numeric) {
        DataFault::CommaInNumber { cell }
    } else {
        DataFault::NotANumber { cell }
    }
}

/// Which of two numbers is the day, in dates such as 03/04/2024.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateOrder {
    /// 3 April.
    DayFirst,
    /// 4 March.
    MonthFirst,
    /// Nothing tells.
    Unknown,
    /// Some cells must be the one and others the other.
    Mixed,
}

/// Reads a date: year-month-day (with `-` or `/`; a time of day behind it is passed over),
/// day.month.year, or day and month around `/` or `-` in the given order; in a workbook also a
/// plain number of days.
pub(crate) fn read_date(
    text: &str,
    order: DateOrder,
    serial: Option<SerialDates>,
) -> Result<Date, DataFault> {
    let not_a_date = || DataFault::NotADate {
        cell: text.to_owned(),
    };
    if let Some(serial) = serial
        && let Ok(days) = text.parse::<f64>()
    {
        return serial.date(days).ok_or_else(not_a_date);
    }
    let parts = date_parts(text).ok_or_else(not_a_date)?;
    let [first, second, third] = parts.numbers;
    let impossible = || DataFault::ImpossibleDate {
        cell: text.to_owned(),
    };
    if parts.year_first {
        return date(first, second, third).ok_or_else(impossible);
    }
    if parts.short_year {
        return Err(DataFault::YearOfTwoDigits {
            cell: text.to_owned(),
        });
    }
    let (day_first, month_first) = (date(third, second, first), date(third, first, second));
    match order {
        _ if parts.separator == '.' => day_first.ok_or_else(impossible),
        DateOrder::DayFirst => day_first.ok_or_else(impossible),
        DateOrder::MonthFirst => month_first.ok_or_else(impossible),
        DateOrder::Mixed => Err(DataFault::MixedDateOrder {
            cell: text.to_owned(),
        }),
        DateOrder::Unknown => Err(match (day_first, month_first) {
            (Some(day_first), Some(month_first)) => DataFault::AmbiguousDate {
                cell: text.to_owned(),
                day_first,
                month_first,
            },
            _ => impossible(),
        }),
    }
}

/// The order of day and month in a column: a number above 12 can only be a day. With the order comes
/// the first cell that shows it.
pub(crate) fn date_order<'a>(cells: impl Iterator<Item = &'a str>) -> (DateOrder, Option<&'a str>) {
    let (mut day_first, mut month_first) = (None, None);
    for cell in cells {
        // Most columns are in ISO form: they need no closer look.
        if cell.as_bytes().get(4) == Some(&b'-') {
            continue;
        }
        let Some(parts) = date_parts(cell) else {
            continue;
        };
        let is_open = !parts.year_first && !parts.short_year && parts.separator != '.';
        match parts.numbers {
            [13..=31, 1..=12, _] if is_open => day_first = day_first.or(Some(cell)),
            [1..=12, 13..=31, _] if is_open => month_first = month_first.or(Some(cell)),
            _ => {}
        }
    }
    match (day_first, month_first) {
        (None, None) => (DateOrder::Unknown, None),
        (Some(cell), None) => (DateOrder::DayFirst, Some(cell)),
        (None, Some(cell)) => (DateOrder::MonthFirst, Some(cell)),
        (Some(cell), Some(_)) => (DateOrder::Mixed, Some(cell)),
    }
}

struct DateParts {
    numbers: [u16; 3],
    separator: char,
    year_first: bool,
    short_year: bool,
}

fn date_parts(text: &str) -> Option<DateParts> {
    let day = text.split([' ', 'T']).next()?;
    let is_time = |rest: &str| rest.is_empty() || rest.contains(':');
    if !is_time(text[day.len()..].trim_start_matches([' ', 'T'])) {
        return None;
    }
    let separator = day.chars().find(|character| "-/.".contains(*character))?;
    let mut parts = day.split(separator);
    let texts = [parts.next()?, parts.next()?, parts.next()?];
    let all_digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || !texts.iter().all(all_digits) {
        return None;
    }
    let number = |part: &str| part.parse::<u16>().ok();
    let numbers = [number(texts[0])?, number(texts[1])?, number(texts[2])?];
    let year_first = texts[0].len() == 4 && texts[2].len() <= 2;
    let short_year = texts[2].len() == 2 && texts[0].len() <= 2;
    let is_date = texts[1].len() <= 2 && (year_first || short_year || texts[2].len() == 4);
    is_date.then_some(DateParts {
        numbers,
        separator,
        year_first,
        short_year,
    })
}

/// A day of the calendar between 1900 and 2100: other years are slips of the pen.
fn date(year: u16, month: u16, day: u16) -> Option<Date> {
    let year = i16::try_from(year)
        .ok()
        .filter(|year| (1900..=2100).contains(year))?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Words that stand for "no value" in many data sets.
const MISSING_WORDS: [&str; 29] = [
    "na",
    "n/a",
    "n.a.",
    "nan",
    "null",
    "none",
    "nil",
    "missing",
    "miss",
    "unknown",
    "unk",
    "refused",
    "declined",
    "withdrawn",
    "invalid",
    "not done",
    "not asked",
    "not applicable",
    "not known",
    "not recorded",
    "dk",
    "don't know",
    "-",
    "--",
    "—",
    ".",
    "?",
    "*",
    "#n/a",
];

/// Whether a text is a usual sign for "no value".
pub(crate) fn is_missing_word(text: &str) -> bool {
    MISSING_WORDS.contains(&text.to_lowercase().as_str())
}

/// Whether a number is a usual sign for "no value": -1, or all its digits are 7, 8 or 9.
pub(crate) fn is_missing_number(number: f64) -> bool {
    let text = number.abs().to_string();
    let of_one = |digit: char| text.chars().all(|character| character == digit);
    number == -1.0 || (number.abs() < 1e5 && ['7', '8', '9'].into_iter().any(of_one))
}

#[cfg(test)]
mod tests {
    use super::{
        DateOrder, date_order, is_missing_number, is_missing_word, read_date, read_number,
    };
    use crate::table::SerialDates;

    #[test]
    fn numbers_are_read_without_guessing() {
        for (text, decimal_comma, expected) in [
            ("3", false, Ok(3.0)),
            ("-3.25", false, Ok(-3.25)),
            ("+.5", false, Ok(0.5)),
            ("1e3", false, Ok(1000.0)),
            ("3,25", true, Ok(3.25)),
            ("3.25", true, Ok(3.25)),
            ("1,234", true, Ok(1.234)),
            (
                "3,25",
                false,
                Err("3,25 may be a number with a decimal comma or with a comma between thousands"),
            ),
            (
                "1.234,5",
                true,
                Err(
                    "1.234,5 may be a number with a decimal comma or with a comma between thousands",
                ),
            ),
            ("1 234", false, Err("1 234 is not a number")),
            ("95%", false, Err("95% is not a number")),
            ("inf", false, Err("inf is not a number")),
            ("nan", false, Err("nan is not a number")),
            ("1e999", false, Err("1e999 is not a number")),
            ("ninety", false, Err("ninety is not a number")),
            (
                "2024-01-02",
                false,
                Err("2024-01-02 is a date, not a number"),
            ),
            ("#DIV/0!", false, Err("#DIV/0!: a formula that failed")),
        ] {
            let read = read_number(text, decimal_comma).map_err(|fault| fault.to_string());
            assert_eq!(read, expected.map_err(str::to_owned), "{text}");
        }
    }

    #[test]
    fn dates_are_read_without_guessing() {
        use DateOrder::{DayFirst, Mixed, MonthFirst, Unknown};
        for (text, order, expected) in [
            ("2024-03-05", Unknown, Ok("2024-03-05")),
            ("2024-03-05T10:30:00", Unknown, Ok("2024-03-05")),
            ("2024-03-05 00:00:00", Unknown, Ok("2024-03-05")),
            ("2024/3/5", Unknown, Ok("2024-03-05")),
            ("5.3.2024", Unknown, Ok("2024-03-05")),
            ("05/03/2024", DayFirst, Ok("2024-03-05")),
            ("05/03/2024", MonthFirst, Ok("2024-05-03")),
            ("05-03-2024", DayFirst, Ok("2024-03-05")),
            (
                "05/03/2024",
                Unknown,
                Err("05/03/2024 may be 2024-03-05 or 2024-05-03"),
            ),
            (
                "25/03/2024",
                Mixed,
                Err(
                    "25/03/2024: the column has dates with the day first and others with the month first",
                ),
            ),
            (
                "05/03/24",
                DayFirst,
                Err("05/03/24 has a year of two digits"),
            ),
            (
                "2024-02-30",
                Unknown,
                Err("2024-02-30 is an impossible date"),
            ),
            (
                "2023-02-29",
                Unknown,
                Err("2023-02-29 is an impossible date"),
            ),
            (
                "0204-02-03",
                Unknown,
                Err("0204-02-03 is an impossible date"),
            ),
            (
                "31/02/2024",
                DayFirst,
                Err("31/02/2024 is an impossible date"),
            ),
            ("5 March 2024", Unknown, Err("5 March 2024 is not a date")),
            ("45000", Unknown, Err("45000 is not a date")),
            ("soon", Unknown, Err("soon is not a date")),
        ] {
            let read = read_date(text, order, None);
            let read = read
                .map(|date| date.to_string())
                .map_err(|fault| fault.to_string());
            assert_eq!(
                read,
                expected.map(str::to_owned).map_err(str::to_owned),
                "{text}"
            );
        }
    }

    #[test]
    fn serial_dates_follow_the_workbook() {
        // Microsoft, "Differences between the 1900 and the 1904 date system in Excel":
        // 5 July 1998 is 35981 in the one and 34519 in the other.
        for (serial, days, expected) in [
            (SerialDates::From1900, "35981", Some("1998-07-05")),
            (SerialDates::From1904, "34519", Some("1998-07-05")),
            (SerialDates::From1900, "1", Some("1900-01-01")),
            (SerialDates::From1900, "61", Some("1900-03-01")),
            (SerialDates::From1900, "35981.5", None),
            (SerialDates::From1900, "20240105", None),
            (SerialDates::From1900, "-3", None),
        ] {
            let read = read_date(days, DateOrder::Unknown, Some(serial)).ok();
            assert_eq!(
                read.map(|date| date.to_string()).as_deref(),
                expected,
                "{days}"
            );
        }
    }

    #[test]
    fn the_order_of_day_and_month_comes_from_the_column() {
        use DateOrder::{DayFirst, Mixed, MonthFirst, Unknown};
        for (cells, expected) in [
            (&["03/04/2024", "25/04/2024"][..], DayFirst),
            (&["03/04/2024", "04/25/2024"], MonthFirst),
            (&["25/04/2024", "04/25/2024"], Mixed),
            (&["03/04/2024", "2024-04-25", "25.04.2024", ""], Unknown),
        ] {
            assert_eq!(date_order(cells.iter().copied()).0, expected, "{cells:?}");
        }
    }

    #[test]
    fn usual_signs_for_no_value_are_known() {
        for number in [-1.0, -9.0, -99.0, 99.0, 999.0, 9999.0, -88.0, 77.0, 8.0] {
            assert!(is_missing_number(number), "{number}");
        }
        for number in [0.0, 1.0, 98.0, 9.9, -100.0, 1000.0] {
            assert!(!is_missing_number(number), "{number}");
        }
        assert!(is_missing_word("N/A") && is_missing_word("Refused") && !is_missing_word("girl"));
    }
}
