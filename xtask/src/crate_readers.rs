//! Other people's readers of the open-data crate, for the Rust tests: `rocrate` and `frictionless` in a Python
//! environment of their own under `target/`.

use anyhow::Result;

use crate::{run, test::Outcome};

const PACKAGES: [&str; 2] = ["rocrate==0.16.0", "frictionless==5.21.0"];

/// Installs the readers, if they are not there yet and Python is.
pub fn install() -> Result<Outcome> {
    let folder = run::root().join("target/crate-readers");
    let python = folder.join("bin/python");
    let path = |path: &std::path::Path| path.display().to_string();
    let has_readers = |python: &str| {
        run::program(python, &["-c", "import rocrate, frictionless"])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    if has_readers(&path(&python)) {
        return Ok(Outcome::Passed);
    }
    if !run::exists("python3", "--version") {
        return Ok(Outcome::Skipped("no Python here".to_owned()));
    }
    let made = run::status(&mut run::program(
        "python3",
        &["-m", "venv", &path(&folder)],
    ))?;
    let mut install = run::program(&path(&python), &["-m", "pip", "install", "--quiet"]);
    install.args(PACKAGES);
    if made.success() && run::status(&mut install)?.success() && has_readers(&path(&python)) {
        return Ok(Outcome::Passed);
    }
    Ok(Outcome::Skipped(
        "the Python packages rocrate and frictionless cannot be installed".to_owned(),
    ))
}
