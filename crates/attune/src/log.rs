//! The server's log: JSON lines on standard error. `ATTUNE_LOG` says how much, such as `warn` or
//! `attune_web=debug`.

use tracing_subscriber::EnvFilter;

/// Begins the log; without `ATTUNE_LOG` at this level.
pub fn to_standard_error(level: &str) {
    let filter = EnvFilter::try_from_env("ATTUNE_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let begun = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
    // Another log that runs already (in tests) is as good.
    drop(begun);
}
