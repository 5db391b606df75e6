//! One text file of the study folder, and the way from a byte in it to line and column.
//!
//! Lines and columns count from 1; a column is a character (a Unicode code point), so a tab is one
//! column and so is an accented letter.

use std::{ops::Range, sync::Arc};

use crate::problem::{Place, Spot};

/// A text file with its lines.
#[derive(Debug)]
pub struct Source {
    /// Name within the study folder, such as `schemes/room.toml`.
    pub name: String,
    /// The text, without a byte order mark.
    pub text: String,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    start: usize,
    /// Without its line ending. Shared by all problems of the line.
    text: Arc<str>,
}

impl Source {
    /// The file `name` with this text; a byte order mark at its beginning is left out.
    pub fn new(name: impl Into<String>, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
        let mut start = 0;
        let mut lines = Vec::new();
        for line in text.split_inclusive('\n') {
            lines.push(Line {
                start,
                text: Arc::from(line.trim_end_matches(['\n', '\r'])),
            });
            start += line.len();
        }
        if text.is_empty() || text.ends_with('\n') {
            lines.push(Line {
                start,
                text: Arc::from(""),
            });
        }
        Self {
            name: name.into(),
            text,
            lines,
        }
    }

    /// Where the bytes `span` are. A span that runs over several lines is cut at the end of its
    /// first; one behind the end of the text points to its end.
    pub fn place(&self, span: Range<usize>) -> Place {
        let line_number = self
            .lines
            .partition_point(|line| line.start <= span.start)
            .max(1);
        let line = &self.lines[line_number - 1];
        let from = floor_boundary(&line.text, span.start - line.start);
        let to = floor_boundary(&line.text, span.end.saturating_sub(line.start)).max(from);
        let column = line.text[..from].chars().count() + 1;
        let (line_text, line_text_from) = if line.text.len() <= LONGEST_LINE {
            (Arc::clone(&line.text), 1)
        } else {
            piece(&line.text, from, column)
        };
        let n_shown = line_text.chars().count() + 1 - (column - line_text_from).min(LONGEST_LINE);
        Place {
            file: self.name.clone(),
            spot: Some(Spot {
                line: line_number,
                column,
                length: line.text[from..to].chars().take(n_shown).count().max(1),
                line_text,
                line_text_from,
            }),
        }
    }
}

/// Lines of more bytes than this are shown in part only.
const LONGEST_LINE: usize = 1000;
/// Characters shown before and after the place in such a line.
const SHOWN_BEFORE: usize = 40;
const SHOWN_AFTER: usize = 200;

/// The piece of a long line around the byte `at` in column `column`, and the column at which the
/// piece begins.
fn piece(line: &str, at: usize, column: usize) -> (Arc<str>, usize) {
    let n_before = (column - 1).min(SHOWN_BEFORE);
    let before: Vec<char> = line[..at].chars().rev().take(n_before).collect();
    let after = line[at..].chars().take(SHOWN_AFTER);
    let piece: String = before.into_iter().rev().chain(after).collect();
    (Arc::from(piece), column - n_before)
}

/// The last character boundary at or before `index`.
fn floor_boundary(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

#[cfg(test)]
mod tests {
    use super::Source;

    fn check(text: &str, find: &str, expected: (usize, usize, usize, &str)) {
        let source = Source::new("study.toml", text);
        let start = source
            .text
            .find(find)
            .expect("the text holds what is searched");
        let spot = source
            .place(start..start + find.len())
            .spot
            .expect("a spot");
        let found = (spot.line, spot.column, spot.length, &*spot.line_text);
        assert_eq!(found, expected, "{find:?} in {text:?}");
    }

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        check("a = 1\nb = 2\n", "b", (2, 1, 1, "b = 2"));
        check("\u{feff}a = 1", "1", (1, 5, 1, "a = 1"));
        check("a = 1\r\nb = 22\r\n", "22", (2, 5, 2, "b = 22"));
        check("\tc = 3", "3", (1, 6, 1, "\tc = 3"));
        check("é = \"ü\" # x", "# x", (1, 9, 3, "é = \"ü\" # x"));
        check("a = [\n 1,\n]\n", "[\n 1,\n]", (1, 5, 1, "a = ["));
    }

    #[test]
    fn of_a_very_long_line_only_a_piece_is_kept() {
        let text = format!("x = \"{}\" wrong", "é".repeat(1000));
        let source = Source::new("study.toml", &text);
        let start = text.find("wrong").expect("it is there");
        let spot = source.place(start..start + 5).spot.expect("a spot");
        assert_eq!((spot.column, spot.length), (1008, 5));
        assert_eq!(spot.line_text_from, 968);
        assert!(spot.line_text.ends_with("é\" wrong"));
    }

    #[test]
    fn a_span_behind_the_end_points_to_the_end() {
        let source = Source::new("study.toml", "a = 1\nb =");
        let spot = source.place(900..901).spot.expect("a spot");
        assert_eq!((spot.line, spot.column, spot.length), (2, 4, 1));
        let empty = Source::new("study.toml", "")
            .place(0..0)
            .spot
            .expect("a spot");
        assert_eq!((empty.line, empty.column, empty.length), (1, 1, 1));
    }
}
