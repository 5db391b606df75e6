//! `cargo xtask memory`: how much memory the application needs at rest, with the example studies loaded
//! and a few pages read. It starts `attune demo` in release mode on a port of its own and prints what
//! the system says of the process. It asserts nothing.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Command, ExitCode, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::run;

/// Pages that need no sign-in.
const PAGES: &[&str] = &[
    "/healthz",
    "/sign-in",
    "/design",
    "/studies",
    "/studies/cookies.html",
];

/// Rest before the reading, in seconds.
const REST: u64 = 30;

/// Builds, starts, reads, and ends the server again. `--debug` takes the debug build.
pub fn measure(arguments: &[String]) -> Result<ExitCode> {
    let debug = arguments.iter().any(|argument| argument == "--debug");
    let profile = if debug { "debug" } else { "release" };
    let mut build = vec!["build", "--locked", "--quiet", "--package", "attune"];
    if !debug {
        build.push("--release");
    }
    if !run::status(&mut run::cargo(&build))?.success() {
        bail!("attune could not be built");
    }
    let data = run::root().join("target/memory-demo");
    if data.exists() {
        fs::remove_dir_all(&data).context("cannot clear the demo of the last reading")?;
    }
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| run::root().join("target"), PathBuf::from);
    let mut server = Command::new(target.join(profile).join("attune"))
        .args(["demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(&data)
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start attune demo")?;
    let reading = read_at_rest(&mut server);
    // It may have ended by itself.
    let _ = server.kill();
    let _ = server.wait();
    println!(
        "attune demo, {profile} build, {REST} s after the last of {} pages:",
        PAGES.len()
    );
    print!("{}", reading?);
    Ok(ExitCode::SUCCESS)
}

fn read_at_rest(server: &mut std::process::Child) -> Result<String> {
    let out = server.stdout.take().context("attune demo has no output")?;
    let mut lines = BufReader::new(out).lines();
    let address = loop {
        let line = lines
            .next()
            .context("attune demo ended before it was ready")??;
        if let Some(address) = line.strip_prefix("listening on http://") {
            break address.to_owned();
        }
    };
    thread::spawn(move || lines.for_each(drop));
    for page in PAGES {
        get(&address, page)?;
    }
    thread::sleep(Duration::from_secs(REST));
    let status = format!("/proc/{}/status", server.id());
    let status = fs::read_to_string(&status)
        .with_context(|| format!("cannot read {status}; this chore is for Linux"))?;
    let wanted = ["VmRSS", "VmHWM", "RssAnon", "RssFile", "Threads"];
    Ok(status
        .lines()
        .filter(|line| wanted.iter().any(|name| line.starts_with(name)))
        .map(|line| format!("  {line}\n"))
        .collect())
}

fn get(address: &str, path: &str) -> Result<()> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    if !answer.starts_with(b"HTTP/1.1 ") {
        bail!("{path}: no answer");
    }
    Ok(())
}
