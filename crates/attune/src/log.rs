//! The server's log: JSON lines on standard error. `ATTUNE_LOG` says how much, such as `warn` or
//! `attune_web=debug`.
//! What the reader of sound says of odd bytes in a recording is of use to nobody who reads a log.

use tracing_subscriber::EnvFilter;

/// Begins the log; without `ATTUNE_LOG` at this level.
pub fn to_standard_error(level: &str) {
    let usual = || EnvFilter::new(format!("{level},symphonia_core=error"));
    let filter = EnvFilter::try_from_env("ATTUNE_LOG").unwrap_or_else(|_| usual());
    let begun = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
    // Another log that runs already (in tests) is as good.
    drop(begun);
}
