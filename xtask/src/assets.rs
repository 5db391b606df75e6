//! `cargo xtask assets`: fonts and the application's scripts, from npm packages named in
//! `web/package-lock.json` and from `web/src`, into folders that git ignores and the next build embeds.
//! Without them reports and pages use the reader's own fonts, and pages work without script.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::run;

/// Where the application's scripts go.
const SCRIPTS: &str = "crates/attune-web/assets";

/// Installs the packages of `web/`, copies the fonts that `web/fonts.txt` lists, and bundles the
/// application's scripts.
pub fn fetch() -> Result<()> {
    install_packages()?;
    copy_fonts()?;
    bundle_scripts()
}

fn copy_fonts() -> Result<()> {
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
        let to = root.join(to.trim());
        copy_if_changed(&from, &to)?;
    }
    Ok(())
}

/// The same, but a machine without npm or network can still build.
pub fn fetch_or_say_why_not() {
    if let Err(error) = fetch() {
        eprintln!(
            "note: fonts and scripts are not embedded ({error:#}); reports and pages use the system's \
             fonts, and pages work without script"
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

/// Each file directly in `web/src` becomes one script; what they share lies in folders below. Written
/// beside first, so that an unchanged script makes no new build.
fn bundle_scripts() -> Result<()> {
    let root = run::root();
    let entries = script_entries(&root.join("web/src"))?;
    let beside = root.join("target/web");
    let mut esbuild = run::program("npx", &["--no-install", "esbuild"]);
    esbuild.current_dir(root.join("web")).args(&entries).args([
        "--bundle",
        "--minify",
        "--format=esm",
        "--target=es2022",
        "--charset=utf8",
        "--legal-comments=inline",
        "--log-level=warning",
    ]);
    esbuild.arg(format!("--outdir={}", beside.display()));
    if !run::status(&mut esbuild)?.success() {
        bail!("esbuild failed in web/");
    }
    for entry in &entries {
        let script = Path::new(entry).with_extension("js");
        let name = script.file_name().context("a script has a name")?;
        copy_if_changed(&beside.join(name), &root.join(SCRIPTS).join(name))?;
    }
    Ok(())
}

/// Paths from `web/` of the files directly in `web/src`, sorted.
fn script_entries(folder: &Path) -> Result<Vec<String>> {
    let mut entries = Vec::new();
    for file in fs::read_dir(folder).context("cannot list web/src")? {
        let name = file?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".ts") {
            entries.push(format!("src/{name}"));
        }
    }
    entries.sort();
    Ok(entries)
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
