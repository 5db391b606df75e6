//! Captions: WebVTT and SubRip (`.srt`).
//!
//! Blocks that are no captions (notes, styles, regions) are kept for writing back. A block that
//! should be a caption and is none is left out and told, since players drop such blocks in silence.

mod counts;
mod markup;
mod read;
mod take_over;
mod write;

use attune_records::observation::Micros;

use super::NotTakenOver;

/// A file of captions.
#[derive(Debug, Clone, PartialEq)]
pub struct Subtitles {
    /// Which of the two.
    pub form: SubtitleForm,
    /// Lines of the head of a WebVTT file after `WEBVTT`.
    pub head: Vec<String>,
    /// Captions and other blocks in the order of the file.
    pub blocks: Vec<Block>,
    pub(super) left: Vec<NotTakenOver>,
    pub(super) warnings: Vec<String>,
}

/// The two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubtitleForm {
    /// WebVTT.
    WebVtt,
    /// SubRip.
    SubRip,
}

/// A part of the file.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A caption.
    Cue(Cue),
    /// A note, style or region, with its line breaks.
    Other(String),
}

/// A caption.
#[derive(Debug, Clone, PartialEq)]
pub struct Cue {
    /// Its name or number; empty for none.
    pub id: String,
    /// When it appears.
    pub start: Micros,
    /// When it goes.
    pub stop: Micros,
    /// What stands after the times, such as its position.
    pub settings: String,
    /// Text with its line breaks.
    pub text: String,
    /// Line of the file.
    pub line: u32,
}

impl Subtitles {
    /// The captions.
    pub fn cues(&self) -> impl Iterator<Item = &Cue> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Cue(cue) => Some(cue),
            Block::Other(_) => None,
        })
    }
}

#[cfg(test)]
mod tests;
