//! What is said in a caption: its markup says who speaks and how it looks, the rest are the words.

use super::SubtitleForm;

/// Words of one voice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// Who says them, where the caption names somebody.
    pub voice: Option<String>,
    /// The words, without markup.
    pub words: String,
}

/// The words of a caption, one entry per voice, and whether markup of its look was taken away.
pub(super) fn said(form: SubtitleForm, text: &str) -> (Vec<Said>, bool) {
    let mut reading = Reading::default();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let taken = match next {
            '<' => reading.tag(form, rest),
            '&' if form == SubtitleForm::WebVtt => reading.reference(rest),
            '{' if form == SubtitleForm::SubRip => reading.braces(rest),
            _ => 0,
        };
        if taken == 0 {
            reading.now.words.push(next);
        }
        rest = &rest[taken.max(next.len_utf8())..];
    }
    reading.end_voice();
    (reading.all, reading.has_look)
}

/// Text in which a player finds neither markup nor the end of times.
pub(super) fn plain(form: SubtitleForm, text: &str) -> String {
    let text = text.replace("-->", "→");
    match form {
        SubtitleForm::WebVtt => text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;"),
        SubtitleForm::SubRip => text,
    }
}

#[derive(Default)]
struct Reading {
    all: Vec<Said>,
    now: Said,
    has_look: bool,
}

impl Reading {
    fn end_voice(&mut self) {
        let said = std::mem::take(&mut self.now);
        let words = said.words.trim();
        // Of a caption without any words one entry is left, with its voice.
        if !words.is_empty() || (self.all.is_empty() && said.voice.is_some()) {
            self.all.push(Said {
                words: words.to_owned(),
                voice: said.voice,
            });
        }
    }

    /// A tag at the begin of the text: how many bytes it takes, none where it is no tag of captions.
    fn tag(&mut self, form: SubtitleForm, text: &str) -> usize {
        let Some(end) = text.find('>') else {
            return 0;
        };
        let inner = &text[1..end];
        let name: String = inner
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let name = name.to_ascii_lowercase();
        let is_clock = inner.contains(':')
            && inner
                .chars()
                .all(|c| c.is_ascii_digit() || ":.".contains(c));
        match (form, name.as_str()) {
            (SubtitleForm::WebVtt, "v") => {
                self.end_voice();
                self.now.voice = voice(inner);
            }
            (SubtitleForm::WebVtt, "c" | "i" | "b" | "u" | "ruby" | "rt" | "lang")
            | (SubtitleForm::SubRip, "i" | "b" | "u" | "s" | "font") => self.has_look = true,
            (SubtitleForm::WebVtt, _) if is_clock => self.has_look = true,
            _ => return 0,
        }
        end + 1
    }

    /// One of the characters that WebVTT writes by a name.
    fn reference(&mut self, text: &str) -> usize {
        const NAMED: [(&str, &str); 6] = [
            ("&amp;", "&"),
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&nbsp;", "\u{a0}"),
            ("&lrm;", "\u{200e}"),
            ("&rlm;", "\u{200f}"),
        ];
        let found = NAMED.iter().find(|(name, _)| text.starts_with(name));
        found.map_or(0, |(name, character)| {
            self.now.words.push_str(character);
            name.len()
        })
    }

    /// `{\an8}`: where a caption stands.
    fn braces(&mut self, text: &str) -> usize {
        match text.find('}') {
            Some(end) if text.starts_with("{\\") => {
                self.has_look = true;
                end + 1
            }
            _ => 0,
        }
    }
}

/// The name in `v.loud Anna Maria`; none in `/v`.
fn voice(inner: &str) -> Option<String> {
    let (_, name) = inner.split_once([' ', '\t'])?;
    let (said, _) = said(SubtitleForm::WebVtt, name);
    let name = said.into_iter().next()?.words;
    (!inner.starts_with('/') && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{SubtitleForm, plain, said};

    fn shown(form: SubtitleForm, text: &str) -> String {
        let (all, has_look) = said(form, text);
        let one = |said: &super::Said| {
            let voice = said.voice.as_deref().unwrap_or("–");
            format!("{voice}: {}", said.words)
        };
        let all: Vec<String> = all.iter().map(one).collect();
        format!(
            "{}{}",
            all.join(" | "),
            if has_look { " (look)" } else { "" }
        )
    }

    #[test]
    fn voices_words_and_looks_are_told_apart() {
        use SubtitleForm::{SubRip, WebVtt};
        for (form, text, expected) in [
            (WebVtt, "plain", "–: plain"),
            (WebVtt, "<v Anna>hello</v>", "Anna: hello"),
            (
                WebVtt,
                "<v.loud Anna Maria><c.red>Hi</c> &lt;3 <00:02.000>you",
                "Anna Maria: Hi <3 you (look)",
            ),
            (
                WebVtt,
                "<v Ben>over\n<v Anna &amp; Co>lap",
                "Ben: over | Anna & Co: lap",
            ),
            (WebVtt, "<v Ben>over</v> and out", "Ben: over | –: and out"),
            (WebVtt, "a < b & c > d", "–: a < b & c > d"),
            (WebVtt, "<unknown>stays", "–: <unknown>stays"),
            (WebVtt, "<v Ben>", "Ben: "),
            (WebVtt, "", ""),
            (
                SubRip,
                "<b>Mama</b> {\\an8}says <FONT color=\"red\">yes</font>",
                "–: Mama says yes (look)",
            ),
            (SubRip, "{laughs} 1 < 2 &amp;", "–: {laughs} 1 < 2 &amp;"),
        ] {
            assert_eq!(shown(form, text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_plain_is_read_as_it_was(text in "[a-z<>&;/v. {}é-]{0,20}") {
            let (all, has_look) = said(SubtitleForm::WebVtt, &plain(SubtitleForm::WebVtt, &text));
            let words: Vec<&str> = all.iter().map(|said| said.words.as_str()).collect();
            let expected = text.replace("-->", "→");
            prop_assert_eq!(words.join(""), expected.trim());
            prop_assert!(!has_look);
        }

        #[test]
        fn no_markup_makes_it_fall_over(text in "[<>&;/vcb 0-9:.{}\\\\é]{0,30}", is_vtt in any::<bool>()) {
            let form = if is_vtt { SubtitleForm::WebVtt } else { SubtitleForm::SubRip };
            let _ = said(form, &text);
        }
    }
}
