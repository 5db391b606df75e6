//! Progress of long work, on standard error and only for people: a terminal shows a spinner with
//! the step's name, anything else shows nothing.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Shows `what` while `work` runs.
pub fn during<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    let result = work();
    bar.finish_and_clear();
    result
}

/// Shows how many of `n` pieces of `work` are done; it calls its argument after each, from any thread.
pub fn counted<T>(what: &str, n: usize, work: impl FnOnce(&(dyn Fn() + Sync)) -> T) -> T {
    let bar = ProgressBar::new(n as u64);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len}") {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    let result = work(&|| bar.inc(1));
    bar.finish_and_clear();
    result
}
