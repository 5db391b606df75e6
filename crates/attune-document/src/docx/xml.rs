//! Words as XML: the one place where they are escaped.

/// Text for an element or an attribute in double quotes. Characters that XML 1.0 does not allow are
/// left out.
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

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_leaves_its_element() {
        assert_eq!(
            escape("a<b> & \"c\"\u{0}\u{b}\n]]>"),
            "a&lt;b&gt; &amp; &quot;c&quot; ]]&gt;"
        );
    }
}
