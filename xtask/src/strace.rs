//! strace for the tests of the store: it makes single calls of a child fail, as a dying disk would.

use anyhow::Result;

use crate::{run, test::Outcome};

/// Whether those tests will find a strace that may watch; installed on Debian when it is missing and we
/// may. Its step says plainly when no call was made to fail.
pub fn install_or_say_why_not() -> Result<Outcome> {
    if !run::exists("strace", "--version") && run::exists("apt-get", "--version") {
        println!("Installing strace for the tests of the store …");
        let install = "apt-get update -qq && apt-get install -y -qq --no-install-recommends strace";
        // Without the right to install this fails at once, and the step says that it was skipped.
        let _ = run::status(
            run::program("sh", &["-c", install]).env("DEBIAN_FRONTEND", "noninteractive"),
        )?;
    }
    let mut tried = run::program("strace", &["-f", "-qq", "-o", "/dev/null", "true"]);
    let may_watch = tried.status().is_ok_and(|status| status.success());
    Ok(match may_watch {
        // The promises themselves are among the Rust tests; this step says whether they were tried.
        true => Outcome::Passed,
        false => Outcome::Skipped(
            "strace is not here or may not watch a process; the store met no failing call but its own \
             injected ones"
                .to_owned(),
        ),
    })
}
