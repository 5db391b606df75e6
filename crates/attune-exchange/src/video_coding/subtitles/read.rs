//! Text to captions.

use attune_records::observation::Micros;

use super::{Block, Cue, SubtitleForm, Subtitles};
use crate::video_coding::{
    CodingFault, NotTakenOver,
    text::{ENCODING_ASSUMED, text_of},
};

impl Subtitles {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// A WebVTT file without its head; an SRT file without any caption.
    pub fn read(form: SubtitleForm, bytes: &[u8]) -> Result<Self, CodingFault> {
        let (text, is_assumed) = text_of(bytes)?;
        let mut file = Self {
            form,
            head: Vec::new(),
            blocks: Vec::new(),
            left: Vec::new(),
            warnings: Vec::new(),
        };
        if is_assumed {
            file.warnings.push(ENCODING_ASSUMED.to_owned());
        }
        let lines = lines(&text);
        let mut rest = &lines[..];
        if form == SubtitleForm::WebVtt {
            rest = file.read_head(rest)?;
        }
        while let Some(start) = rest.iter().position(|(_, line)| !line.trim().is_empty()) {
            rest = &rest[start..];
            let end = rest
                .iter()
                .position(|(_, line)| line.trim().is_empty())
                .unwrap_or(rest.len());
            file.read_block(&rest[..end]);
            rest = &rest[end..];
        }
        if form == SubtitleForm::SubRip && file.cues().next().is_none() {
            return Err(CodingFault::of_file(
                "no caption with times such as `00:00:01,000 --> 00:00:02,500` is in it",
                "see whether it is another kind of file",
            ));
        }
        Ok(file)
    }

    /// Takes the head away, up to the first blank line.
    fn read_head<'a>(&mut self, lines: &'a [Line<'a>]) -> Result<&'a [Line<'a>], CodingFault> {
        let first = lines.first().map_or("", |(_, line)| line);
        let after = first.strip_prefix("WEBVTT");
        if !after.is_some_and(|after| after.is_empty() || after.starts_with([' ', '\t'])) {
            return Err(CodingFault::new(
                "line 1",
                "a WebVTT file begins with `WEBVTT`",
                "add that line, followed by an empty one, or name the file .srt if it is SubRip",
            ));
        }
        let end = lines
            .iter()
            .position(|(_, line)| line.is_empty())
            .unwrap_or(lines.len());
        self.head = lines[1.min(end)..end]
            .iter()
            .map(|(_, line)| (*line).to_owned())
            .collect();
        let comment = after.unwrap_or("").trim();
        if !comment.is_empty() {
            self.head.insert(0, comment.to_owned());
        }
        Ok(&lines[end..])
    }

    /// A block between blank lines: a caption, several that lack blank lines between them, or other.
    fn read_block(&mut self, lines: &[Line<'_>]) {
        let first = lines[0].1;
        let is_other = ["NOTE", "STYLE", "REGION"].iter().any(|word| {
            let after = first.strip_prefix(word);
            after.is_some_and(|after| after.is_empty() || after.starts_with([' ', '\t']))
        });
        if is_other && self.form == SubtitleForm::WebVtt {
            let text: Vec<&str> = lines.iter().map(|(_, line)| *line).collect();
            self.blocks.push(Block::Other(text.join("\n")));
            return;
        }
        let arrows: Vec<usize> = (0..lines.len())
            .filter(|i| lines[*i].1.contains("-->"))
            .collect();
        let Some(first_arrow) = arrows.first() else {
            self.leave(lines, "a block without times");
            return;
        };
        for (place, arrow) in arrows.iter().enumerate() {
            let end = arrows.get(place + 1).copied().unwrap_or(lines.len());
            let id = if place == 0 && *first_arrow > 0 {
                lines[arrow - 1].1
            } else {
                ""
            };
            self.read_cue(id, &lines[*arrow..end]);
        }
    }

    fn read_cue(&mut self, id: &str, lines: &[Line<'_>]) {
        let Some((start, stop, settings)) = times(lines[0].1) else {
            self.leave(lines, "a caption whose times cannot be read");
            return;
        };
        let text: Vec<&str> = lines[1..].iter().map(|(_, line)| *line).collect();
        if text.is_empty() && self.form == SubtitleForm::SubRip {
            self.leave(lines, "a caption without text");
            return;
        }
        self.blocks.push(Block::Cue(Cue {
            id: id.trim().to_owned(),
            start,
            stop,
            settings: settings.to_owned(),
            text: text.join("\n"),
            line: lines[0].0,
        }));
    }

    fn leave(&mut self, lines: &[Line<'_>], what: &str) {
        let place = format!("line {}", lines[0].0);
        let why = "players leave such blocks out without a word; correct it in a text editor";
        self.left.push(NotTakenOver::new(what, place, why));
    }
}

/// A line with its number.
type Line<'a> = (u32, &'a str);

/// Lines, whatever ends them.
fn lines(text: &str) -> Vec<Line<'_>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let number = u32::try_from(lines.len() + 1).unwrap_or(u32::MAX);
        lines.push((number, &rest[..end]));
        let length = if rest[end..].starts_with("\r\n") {
            2
        } else {
            1
        };
        rest = rest.get(end + length..).unwrap_or("");
    }
    lines
}

/// `00:01.500 --> 00:02.000 align:start`.
fn times(line: &str) -> Option<(Micros, Micros, &str)> {
    let (start, rest) = line.split_once("-->")?;
    let rest = rest.trim_start();
    let end = rest.find([' ', '\t']).unwrap_or(rest.len());
    Some((time(start.trim())?, time(&rest[..end])?, rest[end..].trim()))
}

/// Hours (which may be left out), minutes, seconds, three digits after a point or comma.
fn time(text: &str) -> Option<Micros> {
    let (clock, millis) = text.split_once(['.', ','])?;
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if millis.len() != 3 || !is_digits(millis) {
        return None;
    }
    let parts: Vec<&str> = clock.split(':').collect();
    if !(2..=3).contains(&parts.len()) || !parts.iter().all(|part| is_digits(part)) {
        return None;
    }
    let mut seconds: i64 = 0;
    for (place, part) in parts.iter().enumerate() {
        let number: i64 = part.parse().ok()?;
        if number > 59 && place + 2 >= parts.len() {
            return None;
        }
        seconds = seconds.checked_mul(60)?.checked_add(number)?;
    }
    let millis: i64 = millis.parse().ok()?;
    Micros::from_millis(seconds.checked_mul(1000)?.checked_add(millis)?)
}
