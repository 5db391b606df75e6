//! One PostgreSQL for the tests that need a server of their own for long: the web tests' second run and
//! the story in the browser. `attune-store`'s example starts it and ends it with its standard input,
//! so that nothing is left running, however this chore ends.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdin, Stdio},
};

use anyhow::{Context, Result};

use crate::run;

/// A server that ends when this is dropped.
pub struct PrivatePostgres {
    process: Child,
    input: Option<ChildStdin>,
    /// Address of the server, in which tests make schemas of their own.
    pub server: String,
    /// Address of an empty database.
    pub database: String,
}

impl PrivatePostgres {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// There are no programs of PostgreSQL here, or nobody may run them.
    pub fn start() -> Result<Self> {
        let mut process = run::cargo(&[
            "run",
            "--locked",
            "--quiet",
            "--package",
            "attune-store",
            "--example",
            "private_postgres",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start the example private_postgres")?;
        let input = process.stdin.take();
        let output = process.stdout.take().context("it has no output")?;
        let mut lines = BufReader::new(output).lines();
        let mut told = |what: &str| -> Result<String> {
            let line = lines.next().context("PostgreSQL did not start")??;
            let address = line.strip_prefix(what).map(str::trim);
            Ok(address.with_context(|| line.clone())?.to_owned())
        };
        let (server, database) = (told("server")?, told("database")?);
        Ok(Self {
            process,
            input,
            server,
            database,
        })
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        drop(self.input.take());
        // It ends by itself; whether it ended well is of no interest any more.
        let _ = self.process.wait();
    }
}
