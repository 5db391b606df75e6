//! PostgreSQL for the tests of the store. They start a private server on loopback themselves; all
//! that they need are its programs, which are installed here where that is possible.

use std::{fs, path::Path};

use anyhow::Result;

use crate::{run, test::Outcome};

/// Whether the tests of the store will find PostgreSQL; installed on Debian when it is missing and we
/// may. Its step says plainly when nothing is tested on it.
pub fn install_or_say_why_not() -> Result<Outcome> {
    if !is_there() && run::exists("apt-get", "--version") {
        println!("Installing Debian's PostgreSQL for the tests of the store …");
        let install =
            "apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql";
        // Without the right to install this fails at once, and the step says that it was skipped.
        let _ = run::status(
            run::program("sh", &["-c", install]).env("DEBIAN_FRONTEND", "noninteractive"),
        )?;
    }
    Ok(if is_there() {
        // The promises themselves are among the Rust tests; this step says on what they ran.
        Outcome::Passed
    } else {
        Outcome::Skipped(
            "there is no PostgreSQL here, and none could be installed; the store was tested on SQLite alone"
                .to_owned(),
        )
    })
}

fn is_there() -> bool {
    if std::env::var_os("ATTUNE_TEST_POSTGRES").is_some() || run::exists("initdb", "--version") {
        return true;
    }
    let versions = fs::read_dir(Path::new("/usr/lib/postgresql"));
    let mut versions = versions.into_iter().flatten().flatten();
    versions.any(|version| version.path().join("bin/initdb").exists())
}
