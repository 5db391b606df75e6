//! A peer: another program that has its data loaded and does one task each time it is asked.

use std::{
    env,
    io::{BufRead, BufReader, Write as _},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, anyhow, bail};

/// A program that may do a task.
#[derive(Clone)]
pub struct Peer {
    /// As the table calls it.
    pub name: &'static str,
    pub program: Program,
    pub arguments: Vec<String>,
}

/// What runs a peer.
#[derive(Clone, Copy)]
pub enum Program {
    /// `Rscript peer.R`.
    R,
    /// `peer.py` with the Python that `ATTUNE_PEERS_PYTHON` names, or `python3`.
    Python,
    /// A package of its own beside the scripts, built here.
    Rust(&'static str),
}

/// A running peer.
pub struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// Program and packages with their versions.
    pub versions: String,
}

impl Peer {
    /// Starts the peer and waits until its data are loaded.
    ///
    /// # Errors
    /// When the program or a package of it is not there; the message is its own.
    pub fn start(&self) -> Result<Running> {
        let mut command = self.command()?;
        for one_thread in [
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "RAYON_NUM_THREADS",
        ] {
            command.env(one_thread, "1");
        }
        command.args(&self.arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .with_context(|| format!("{} is not installed", self.name))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (Some(input), Some(output)) = (input, output) else {
            bail!("no pipe to {}", self.name);
        };
        let output = BufReader::new(output);
        let mut running = Running {
            child,
            input,
            output,
            versions: String::new(),
        };
        match running.line() {
            Ok(line) if line.starts_with("ready\t") => {
                line["ready\t".len()..]
                    .trim()
                    .clone_into(&mut running.versions);
                Ok(running)
            }
            _ => Err(running.last_words()),
        }
    }

    fn command(&self) -> Result<Command> {
        let scripts = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("peers");
        let script = |program: &str, script: &str| {
            let mut command = Command::new(program);
            command.arg(scripts.join(script));
            command
        };
        Ok(match self.program {
            Program::R => script("Rscript", "peer.R"),
            Program::Python => {
                let python = env::var("ATTUNE_PEERS_PYTHON").unwrap_or("python3".to_owned());
                script(&python, "peer.py")
            }
            Program::Rust(package) => Command::new(built(package)?),
        })
    }
}

/// Builds a Rust peer outside the workspace, where that has not been done yet.
fn built(package: &str) -> Result<PathBuf> {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("peers")
        .join(package)
        .join("Cargo.toml");
    let target = super::target_folder().join("rust-peers");
    let output = Command::new(env::var("CARGO").unwrap_or("cargo".to_owned()))
        .args(["build", "--release", "--quiet", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(&target)
        .output()
        .context("cannot run cargo")?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let reason = text
            .lines()
            .find(|line| line.contains("error"))
            .unwrap_or("no reason given");
        bail!("its build failed: {reason}");
    }
    Ok(target
        .join("release")
        .join(format!("attune-peer-{package}")))
}

impl Running {
    /// Does the task `n` times: CPU seconds of one, and the number it gave.
    ///
    /// # Errors
    /// When the peer stops or answers something else.
    pub fn run(&mut self, n: usize) -> Result<(f64, f64)> {
        self.ask(&format!("run {n}"))
    }

    /// Does the task once: megabytes at the peak above the loaded data, and the number it gave.
    ///
    /// # Errors
    /// When the peer stops or answers something else.
    pub fn memory(&mut self) -> Result<(f64, f64)> {
        self.ask("memory")
    }

    fn ask(&mut self, request: &str) -> Result<(f64, f64)> {
        if writeln!(self.input, "{request}")
            .and_then(|()| self.input.flush())
            .is_err()
        {
            return Err(self.last_words());
        }
        let line = self.line()?;
        let mut numbers = line.split_whitespace().map(str::parse::<f64>);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(first)), Some(Ok(second))) => Ok((first, second)),
            _ => Err(self.last_words()),
        }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line)
    }

    /// Why the peer has stopped, as it said itself.
    fn last_words(&mut self) -> anyhow::Error {
        // It may have ended by itself; reading to the end needs it gone.
        let _ = self.child.kill();
        let mut text = String::new();
        if let Some(errors) = self.child.stderr.take() {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                if line.contains("rror") {
                    text = line;
                }
            }
        }
        anyhow!(
            "stopped: {}",
            if text.is_empty() {
                "no reason given"
            } else {
                &text
            }
        )
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
