//! Text in a drawing: escaping, a rough measure of its width, and lines.

/// Text for an element or a quoted attribute of HTML or XML. Breaks become blanks; characters that XML 1.0
/// does not allow are left out.
pub fn escape(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' | '\r' => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            control if control.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Roughly how wide text is in a book serif, in px. Right to a tenth for ordinary words, which is
/// enough to break lines and to keep labels apart.
pub fn width_of(words: &str, size: f64) -> f64 {
    let ems: f64 = words
        .chars()
        .map(|letter| match letter {
            'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '’' | '|' | '!' => 0.28,
            ' ' | '(' | ')' | 't' | 'f' | 'r' | 'I' | '-' => 0.34,
            'm' | 'w' | 'M' | 'W' => 0.85,
            letter if letter.is_uppercase() => 0.66,
            letter if letter as u32 >= 0x2e80 => 1.0,
            _ => 0.53,
        })
        .sum();
    ems * size
}

/// Text in lines no wider than `width`; the last of at most `most` lines ends in an ellipsis when
/// there is more.
pub fn lines(words: &str, size: f64, width: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // Only ordinary spaces: a narrow one holds a number and its unit together.
    for word in words.split_ascii_whitespace() {
        let fits = lines
            .last()
            .is_some_and(|line| width_of(&format!("{line} {word}"), size) <= width);
        match lines.last_mut() {
            Some(line) if fits => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    let is_cut = lines.len() > most;
    lines.truncate(most);
    let count = lines.len();
    for (position, line) in lines.iter_mut().enumerate() {
        let must_end = is_cut && position + 1 == count;
        if must_end || width_of(line, size) > width {
            shorten(line, size, width);
        }
    }
    lines
}

fn shorten(line: &mut String, size: f64, width: f64) {
    while width_of(line, size) + 0.8 * size > width && line.pop().is_some() {}
    line.push('…');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_are_shortened_and_long_texts_cut() {
        assert_eq!(
            lines("one two three", 10.0, 30.0, 3),
            ["one", "two", "three"]
        );
        let cut = lines("one two three four five", 10.0, 45.0, 2);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('…'), "{cut:?}");
        let long = lines(&"x".repeat(500), 10.0, 60.0, 2);
        assert!(
            long.iter().all(|line| width_of(line, 10.0) <= 70.0),
            "{long:?}"
        );
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escape("a<b & \"c\"\u{0}"), "a&lt;b &amp; &quot;c&quot;");
    }
}
