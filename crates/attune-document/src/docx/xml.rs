//! Words as XML: the one place where they are escaped, shared with figures and pages.

pub use attune_report::escape;

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
