//! Numbers as Praat writes and reads them: `1.5`, `2e1`, `50%`, `3/4`, with anything after them
//! ignored.

/// The number at the begin of a word; NaN where Praat reads an undefined one.
pub(super) fn read_number(word: &str) -> f64 {
    match word.split_once('/') {
        Some((above, below)) => {
            let (above, below) = (decimal(above), decimal(below));
            if below == 0.0 {
                f64::NAN
            } else {
                above / below
            }
        }
        None => decimal(word),
    }
}

/// The whole number at the begin of a word.
pub(super) fn read_count(word: &str) -> i64 {
    let end = 1 + word.get(1..).map_or(0, n_digits);
    word.get(..end)
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0)
}

/// Sign, digits, fraction, exponent, per cent sign. A begin without a digit and an exponent without
/// digits are undefined.
fn decimal(word: &str) -> f64 {
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    let mut end = word.len() - unsigned.len();
    let whole = n_digits(unsigned);
    if whole == 0 {
        return f64::NAN;
    }
    end += whole;
    if word[end..].starts_with('.') {
        end += 1 + n_digits(&word[end + 1..]);
    }
    let mut number = &word[..end];
    let rest = &word[end..];
    if rest.starts_with(['e', 'E']) {
        let exponent = rest[1..].strip_prefix(['+', '-']).unwrap_or(&rest[1..]);
        let n = n_digits(exponent);
        if n == 0 {
            return f64::NAN;
        }
        end += rest.len() - exponent.len() + n;
        number = &word[..end];
    }
    let number: f64 = number.parse().unwrap_or(f64::NAN);
    if word[end..].starts_with('%') {
        number / 100.0
    } else {
        number
    }
}

fn n_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::{read_count, read_number};

    #[test]
    fn numbers_are_read_as_praat_reads_them() {
        for (word, number) in [
            ("1.", 1.0),
            ("-0.5s", -0.5),
            ("+300%", 3.0),
            ("2E1ignored", 20.0),
            ("1.0e-1", 0.1),
            ("0x3", 0.0),
            ("300%/2", 1.5),
            ("0.90ms%", 0.9),
            ("-0", 0.0),
        ] {
            assert_eq!(read_number(word), number, "{word}");
        }
        for word in ["+.0", "2E", "-", "1/0", "é"] {
            assert!(read_number(word).is_nan(), "{word}");
        }
        for (word, count) in [
            ("3E", 3),
            ("+1", 1),
            ("-10", -10),
            ("2this", 2),
            ("-", 0),
            ("9é", 9),
        ] {
            assert_eq!(read_count(word), count, "{word}");
        }
    }
}
