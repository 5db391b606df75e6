//! `cargo xtask without-node`: what somebody gets who clones the project, has no Node, and runs `cargo build`. The
//! tracked files are copied to a folder of their own, where no package of `web/` is installed, built there, and used with no Node on
//! the path: the commands do their work, and the server says how to get its scripts and fonts.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use crate::run;

pub fn check() -> Result<ExitCode> {
    let folder = run::root().join("target/without-node");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot clear target/without-node")?;
    }
    let source = folder.join("attune");
    copy_tracked(&source)?;
    let program = build(&source)?;
    use_commands(&program, &folder)?;
    use_server(&program, &folder)?;
    println!(
        "without Node: the commands work, and the server says how to get its scripts and fonts"
    );
    Ok(ExitCode::SUCCESS)
}

fn copy_tracked(to: &Path) -> Result<()> {
    let listed = run::program("git", &["ls-files"])
        .output()
        .context("cannot run git")?;
    ensure!(listed.status.success(), "git ls-files failed");
    for name in String::from_utf8_lossy(&listed.stdout).lines() {
        let target = to.join(name);
        let parent = target.parent().context("a file lies in a folder")?;
        fs::create_dir_all(parent)?;
        fs::copy(run::root().join(name), &target).with_context(|| format!("cannot copy {name}"))?;
    }
    Ok(())
}

/// The folders of the path that hold neither node nor npm.
fn path_without_node() -> Result<std::ffi::OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let has_node = |folder: &PathBuf| {
        ["node", "npm", "npx"]
            .iter()
            .any(|name| folder.join(name).exists())
    };
    let folders = env::split_paths(&path).filter(|folder| !has_node(folder));
    env::join_paths(folders).context("the path cannot be written")
}

/// Builds with the packages of others that are built already.
fn build(source: &Path) -> Result<PathBuf> {
    let target = run::root().join("target");
    let mut cargo = run::cargo(&["build", "--locked", "--package", "attune"]);
    // A compiler or linker may lie in Node's folder, so cargo keeps its path; that nothing was fetched or bundled
    // is looked at below.
    cargo.current_dir(source).env("CARGO_TARGET_DIR", &target);
    ensure!(run::status(&mut cargo)?.success(), "cargo build failed");
    ensure!(
        !source.join("web/node_modules").exists(),
        "the build installed packages"
    );
    let bundled = fs::read_dir(source.join("crates/attune-web/assets"))?
        .flatten()
        .any(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|ending| ending == "js")
        });
    ensure!(!bundled, "the build made scripts");
    let program = source.join("attune-without-node");
    fs::copy(target.join("debug/attune"), &program).context("cannot keep the program")?;
    Ok(program)
}

fn attune(program: &Path, folder: &Path, arguments: &[&str]) -> Result<String> {
    let said = Command::new(program)
        .current_dir(folder)
        .env("PATH", path_without_node()?)
        .args(arguments)
        .output()
        .with_context(|| format!("cannot run attune {arguments:?}"))?;
    if !said.status.success() {
        bail!(
            "attune {arguments:?} failed: {}",
            String::from_utf8_lossy(&said.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&said.stdout).into_owned())
}

fn use_commands(program: &Path, folder: &Path) -> Result<()> {
    for arguments in [
        &["new", "mine"][..],
        &["check", "mine"],
        &["measures", "mine"],
        &["analyse", "mine"],
        &[
            "report", "mine", "--to", "html", "--to", "pdf", "--to", "docx",
        ],
        &[
            "user",
            "add",
            "ada",
            "--name",
            "Ada",
            "--role",
            "data-manager",
            "--data",
            "data",
        ],
        &["backup", "--data", "data"],
        &["audit", "verify", "--data", "data"],
    ] {
        attune(program, folder, arguments)?;
    }
    let reports: Vec<PathBuf> = fs::read_dir(folder.join("reports"))
        .context("there are no reports")?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    for ending in ["html", "pdf", "docx"] {
        let is_it = |path: &&PathBuf| path.extension().is_some_and(|found| found == ending);
        let report = reports.iter().find(is_it);
        let report = report.with_context(|| format!("there is no report as {ending}"))?;
        let bytes = fs::read(report)?;
        ensure!(bytes.len() > 2000, "{} is short", report.display());
        let text = String::from_utf8_lossy(&bytes);
        ensure!(
            !text.contains("@font-face"),
            "the report holds a typeface that was not built in"
        );
    }
    Ok(())
}

fn use_server(program: &Path, folder: &Path) -> Result<()> {
    let mut server = Command::new(program)
        .current_dir(folder)
        .env("PATH", path_without_node()?)
        .args(["serve", "--data", "data", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start the server")?;
    let seen = look_at(&mut server);
    server.kill().context("cannot end the server")?;
    server.wait()?;
    let mut complained = String::new();
    if let Some(mut stderr) = server.stderr.take() {
        stderr.read_to_string(&mut complained)?;
    }
    let (sign_in, design) = seen?;
    for (where_it_stands, text) in [("the terminal", &complained), ("/design", &design)] {
        ensure!(
            text.contains("cargo xtask assets"),
            "{where_it_stands} does not say how to get scripts and fonts: {text}"
        );
    }
    ensure!(
        sign_in.contains("how to get them") && !sign_in.contains("<script"),
        "the page of sign-in: {sign_in}"
    );
    Ok(())
}

fn look_at(server: &mut std::process::Child) -> Result<(String, String)> {
    let stdout = server.stdout.take().context("the server has an output")?;
    let address = BufReader::new(stdout)
        .lines()
        .map_while(std::result::Result::ok)
        .find_map(|line| Some(line.strip_prefix("listening on http://")?.to_owned()))
        .context("the server ended before it was ready")?;
    let get = |path: &str| -> Result<String> {
        let mut stream = TcpStream::connect(&address)?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        ensure!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        Ok(answer)
    };
    Ok((get("/sign-in")?, get("/design")?))
}
