//! Where the answer goes and in which form.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::output;

/// A form, with the file where there is one.
pub enum Form {
    Text(Option<PathBuf>),
    Json(Option<PathBuf>),
    Page(PathBuf),
}

impl Form {
    /// The form that a file's ending says, before anything is read.
    pub fn asked(json: bool, out: Option<&Path>) -> Result<Self> {
        let Some(path) = out else {
            return Ok(match json {
                true => Self::Json(None),
                false => Self::Text(None),
            });
        };
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        Ok(match ending.to_lowercase().as_str() {
            "json" => Self::Json(Some(path.to_owned())),
            "txt" => Self::Text(Some(path.to_owned())),
            "html" => Self::Page(path.to_owned()),
            _ => bail!(
                "{}: the ending says what is written\nhelp: name a file ending in .txt, .json or .html",
                path.display()
            ),
        })
    }

    fn file(&self) -> Option<&Path> {
        match self {
            Self::Text(path) | Self::Json(path) => path.as_deref(),
            Self::Page(path) => Some(path),
        }
    }

    /// Writes or prints a text or page.
    pub fn text(&self, text: &str) -> Result<()> {
        match self.file() {
            Some(path) => output::write_file(path, text.as_bytes()),
            None => output::print_text(text),
        }
    }

    /// Writes or prints a document.
    pub fn json(&self, value: &impl Serialize) -> Result<()> {
        match self.file() {
            Some(path) => {
                let text = serde_json::to_string_pretty(value).context("cannot write JSON")?;
                output::write_file(path, format!("{text}\n").as_bytes())
            }
            None => output::print_json(value),
        }
    }
}
