//! The level of intervals as typed.

use anyhow::{Result, anyhow};

/// Reads a level between 0.5 and 1.
pub fn parse(text: &str) -> Result<f64> {
    let level: f64 = text
        .parse()
        .map_err(|_| anyhow!("`{text}` is not a number"))?;
    if level > 0.5 && level < 1.0 {
        Ok(level)
    } else {
        Err(anyhow!(
            "the level must lie between 0.5 and 1, such as 0.95"
        ))
    }
}
