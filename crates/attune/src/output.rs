//! What the commands have in common at the edge: writing files whole or not at all, printing JSON,
//! printing errors.

use std::{
    fmt, fs,
    io::{self, Write},
    path::Path,
};

use anyhow::{Context, Result};
use serde::Serialize;

/// Writes a file whole or not at all: beside its target first, then renamed over it. A command
/// that is killed in between leaves the old file.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let attempt = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new()
            .prefix(".attune-")
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        readable_by_all(file.as_file())?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    attempt().with_context(|| {
        format!(
            "cannot write {}; is the folder writable and the disk not full?",
            path.display()
        )
    })
}

/// Writes a file that only its owner may read, whole or not at all.
pub fn write_private_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let attempt = || -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".attune-")
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    attempt().with_context(|| format!("cannot write {}", path.display()))
}

/// Temporary files are private; a report is an ordinary file.
#[cfg(unix)]
fn readable_by_all(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &fs::File) -> io::Result<()> {
    Ok(())
}

/// Prints one JSON document on standard output.
pub fn print_json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value).context("cannot write JSON")?;
    print_text(&format!("{text}\n"))
}

/// Prints to standard output; a reader that went away (`| head`) is no error.
pub fn print_text(text: &str) -> Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("cannot write to standard output"),
    }
}

/// A text that is to be printed as it is: problems that say themselves what they are.
#[derive(Debug)]
pub struct AsItIs(pub String);

impl fmt::Display for AsItIs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for AsItIs {}

/// Prints an error and its causes on standard error.
pub fn print_error(error: &anyhow::Error) {
    match error.downcast_ref::<AsItIs>() {
        Some(AsItIs(text)) => eprintln!("{}", text.trim_end()),
        None => eprintln!("error: {}", in_words(error)),
    }
}

/// An error with its causes; what a cause says again is left out.
fn in_words(error: &anyhow::Error) -> String {
    let mut words = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if words.is_empty() {
            words = cause;
        } else if !words.contains(&cause) {
            words.push_str(": ");
            words.push_str(&cause);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn what_a_cause_says_again_is_said_once() {
        let full = anyhow::anyhow!("disk is full");
        let told = full
            .context("the database answered: disk is full")
            .context("cannot open the store");
        assert_eq!(
            in_words(&told),
            "cannot open the store: the database answered: disk is full"
        );
    }
}
