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

/// Reads a number above zero.
pub fn positive(text: &str) -> Result<f64> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        Ok(_) => Err(anyhow!("it must be above zero")),
        Err(_) => Err(anyhow!("`{text}` is not a number")),
    }
}

/// Reads a share above 0 and at most 1.
pub fn share(text: &str) -> Result<f64> {
    match positive(text) {
        Ok(value) if value <= 1.0 => Ok(value),
        Ok(_) => Err(anyhow!("a share is at most 1")),
        Err(error) => Err(error),
    }
}
