//! `cargo xtask assets`: the report's fonts, from npm packages named in `web/package-lock.json`
//! into a folder that git ignores and the next build embeds. Without them a report uses the
//! reader's own serif.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::run;

const TARGET: &str = "crates/attune-report/assets/fonts";

/// Installs the packages of `web/` and copies the fonts that `web/fonts.txt` lists.
pub fn fetch() -> Result<()> {
    install_packages()?;
    let root = run::root();
    let list =
        fs::read_to_string(root.join("web/fonts.txt")).context("cannot read web/fonts.txt")?;
    for line in list
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
    {
        let (from, to) = line
            .split_once("->")
            .with_context(|| format!("web/fonts.txt: `{line}`"))?;
        let from = root.join("web/node_modules").join(from.trim());
        let to = root.join(TARGET).join(to.trim());
        copy_if_changed(&from, &to)?;
    }
    Ok(())
}

/// The same, but a machine without npm or network can still build.
pub fn fetch_or_say_why_not() {
    if let Err(error) = fetch() {
        eprintln!(
            "note: the report's own fonts are not embedded ({error:#}); a system serif is used"
        );
    }
}

/// `npm ci`, unless the installed packages are those of the lockfile already.
pub fn install_packages() -> Result<()> {
    let web = run::root().join("web");
    let lock = fs::read_to_string(web.join("package-lock.json"))
        .context("cannot read web/package-lock.json")?;
    let stamp = web.join("node_modules/.installed-from");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let mut npm = run::program(
        "npm",
        &["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
    );
    let status = run::status(
        npm.current_dir(&web)
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
    )?;
    if !status.success() {
        bail!("npm ci failed in web/");
    }
    fs::write(stamp, lock)?;
    Ok(())
}

fn copy_if_changed(from: &Path, to: &Path) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    if fs::read(to).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, bytes).with_context(|| format!("cannot write {}", to.display()))
}
