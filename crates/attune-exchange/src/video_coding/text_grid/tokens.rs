//! The text forms. Long and short differ only in words that mean nothing.

use super::{
    TextGrid,
    number::{read_count, read_number},
    values::{Values, read_grid},
};
use crate::video_coding::CodingFault;

/// Reads a text.
pub(super) fn read(text: &str) -> Result<TextGrid, CodingFault> {
    let mut tokens = Tokens { text, place: 0 };
    for expected in ["ooTextFile", "TextGrid"] {
        let found = tokens.text().unwrap_or_default();
        // Old versions of Praat say so when the form is the short one.
        let found = found.trim();
        if found.strip_suffix(" short").unwrap_or(found) != expected {
            return Err(CodingFault::of_file(
                format!("not a TextGrid: its head does not say \"{expected}\""),
                "save it in Praat as a text file, and see whether it is another kind of object",
            ));
        }
    }
    read_grid(&mut tokens)
}

/// Values of a text, one after the other.
struct Tokens<'a> {
    text: &'a str,
    place: usize,
}

/// What a value begins with.
enum Begin {
    Number,
    Text,
    Flag,
}

impl Values for Tokens<'_> {
    fn real(&mut self) -> Result<f64, CodingFault> {
        Ok(read_number(self.number_word("a number")?))
    }

    fn count(&mut self) -> Result<i64, CodingFault> {
        Ok(read_count(self.number_word("a count")?))
    }

    /// `<exists>` or `<absent>`.
    fn exists(&mut self) -> Result<bool, CodingFault> {
        if !matches!(self.begin("<exists>")?, Begin::Flag) {
            return Err(self.fault("a value where <exists> belongs".to_owned()));
        }
        let rest = &self.text[self.place + 1..];
        let end = rest.find('>').unwrap_or(rest.len());
        self.place += 1 + end;
        Ok(rest[..end].trim() == "exists")
    }

    fn class(&mut self) -> Result<String, CodingFault> {
        self.text()
    }

    /// A text in quotation marks, in which two of them stand for one.
    fn text(&mut self) -> Result<String, CodingFault> {
        match self.begin("a text in quotation marks")? {
            Begin::Text => self.place += 1,
            Begin::Number => return Err(self.fault("a number where a text belongs".to_owned())),
            Begin::Flag => return Err(self.fault("a word in < > where a text belongs".to_owned())),
        }
        let mut string = String::new();
        loop {
            let rest = &self.text[self.place..];
            let Some(end) = rest.find('"') else {
                self.place = self.text.len();
                return Err(self.fault("the file ends within quotation marks".to_owned()));
            };
            string.push_str(&rest[..end]);
            self.place += end + 1;
            if !self.text[self.place..].starts_with('"') {
                return Ok(string);
            }
            string.push('"');
            self.place += 1;
        }
    }

    fn fault(&self, what: String) -> CodingFault {
        let read = &self.text[..self.place.min(self.text.len())];
        let line = 1 + read.matches('\n').count() + read.matches('\r').count()
            - read.matches("\r\n").count();
        CodingFault::new(
            format!("line {line}"),
            what,
            "open it in Praat, correct it there and save it again",
        )
    }
}

impl Tokens<'_> {
    fn number_word(&mut self, wanted: &str) -> Result<&str, CodingFault> {
        loop {
            match self.begin(wanted)? {
                Begin::Number => {}
                Begin::Text => return Err(self.fault(format!("a text where {wanted} belongs"))),
                Begin::Flag => {
                    return Err(self.fault(format!("a word in < > where {wanted} belongs")));
                }
            }
            let rest = &self.text[self.place..];
            let end = rest
                .find(|c: char| c.is_whitespace() || c == '!')
                .unwrap_or(rest.len());
            self.place += end;
            // A plus sign alone stands between the parts of complex numbers.
            if &rest[..end] != "+" {
                return Ok(&rest[..end]);
            }
        }
    }

    /// Goes to the begin of the next value, over words, punctuation and comments.
    fn begin(&mut self, wanted: &str) -> Result<Begin, CodingFault> {
        loop {
            let rest = &self.text[self.place..];
            let Some(first) = rest.chars().next() else {
                return Err(self.fault(format!("the file ends where {wanted} belongs")));
            };
            let passed = match first {
                '-' | '+' | '0'..='9' => return Ok(Begin::Number),
                '"' => return Ok(Begin::Text),
                '<' => return Ok(Begin::Flag),
                '!' => rest.find(['\n', '\r']),
                _ if first.is_whitespace() => Some(first.len_utf8()),
                _ => rest.find(char::is_whitespace),
            };
            self.place += passed.unwrap_or(rest.len());
        }
    }
}
