//! Pieces of files in messages: cut to a length, without what would upset a terminal, and the first few of
//! many.

/// A text without line breaks and control characters, at most this many characters long.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    // What is cut off anyway need not be looked at.
    let start: String = text.chars().take(longest + 1).collect();
    let start = printable(&start);
    if start.chars().count() <= longest {
        return start;
    }
    start.chars().take(longest - 1).chain(['…']).collect()
}

/// Line breaks and control characters must not reach a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' | '\r' | '\t' => '␣',
            _ if character.is_control() => '�',
            _ => character,
        })
        .collect()
}

/// What is wrong with a packed file, by what the program that unpacks it says.
pub(crate) fn packing_fault(error: &str) -> &'static str {
    let error = error.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| error.contains(word));
    if says(&["password", "encrypt"]) {
        "it is locked with a password"
    } else if says(&[
        "eocd",
        "unexpected end",
        "incomplete",
        "failed to fill",
        "eof",
    ]) {
        "its end is missing, or it is no such file"
    } else if says(&["header", "invalid zip"]) {
        "its beginning is that of another kind of file"
    } else if says(&["not supported", "unsupported"]) {
        "it is packed in a way that is not read"
    } else if says(&["not found"]) {
        "a part that every such file has is missing"
    } else {
        "a part of it is not what it says it is"
    }
}

/// `a, b, and 7 more`: the first of many names.
pub fn first_few<T: AsRef<str>>(names: &[T], shown: usize) -> String {
    let first: Vec<&str> = names.iter().take(shown).map(AsRef::as_ref).collect();
    let first = first.join(", ");
    match names.len().checked_sub(shown) {
        Some(more @ 1..) => format!("{first}, and {more} more"),
        _ => first,
    }
}

#[cfg(test)]
mod tests {
    use super::{first_few, shortened};

    #[test]
    fn texts_are_cut_and_cleaned() {
        assert_eq!(shortened("four", 4), "four");
        assert_eq!(shortened("fives", 4), "fiv…");
        assert_eq!(shortened("a\u{1b}[2Jb\n", 20), "a�[2Jb␣");
        assert_eq!(shortened("", 4), "");
    }

    #[test]
    fn of_many_names_the_first_are_told() {
        let names = ["a", "b", "c"];
        assert_eq!(first_few(&names, 3), "a, b, c");
        assert_eq!(first_few(&names, 2), "a, b, and 1 more");
        assert_eq!(first_few::<&str>(&[], 2), "");
    }
}
