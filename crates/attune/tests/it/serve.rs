//! `attune serve` as whoever runs a server meets it.

#![cfg(unix)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use crate::support::{json, run, succeed};

/// A server, what it printed before it was ready, and its address.
struct Server {
    process: Child,
    said: String,
    address: String,
}

impl Server {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_attune"))
            .current_dir(folder)
            .args(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let mut lines = BufReader::new(process.stdout.take().expect("an output")).lines();
        let mut said = String::new();
        let address = loop {
            let line = lines
                .next()
                .expect("it says when it is ready")
                .expect("text");
            if let Some(address) = line.strip_prefix("listening on http://") {
                break address.to_owned();
            }
            said += &line;
            said.push('\n');
        };
        Self {
            process,
            said,
            address,
        }
    }

    /// Status line and body of an answer.
    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    fn end(mut self) -> Option<i32> {
        let id = self.process.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        assert!(asked.expect("kill runs").success());
        self.process.wait().expect("it ends").code()
    }
}

#[test]
fn serve_prints_a_first_run_code_answers_when_ready_and_ends_cleanly() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(here.path(), &["serve", "--data", "data"]);
    assert!(server.said.contains("first-run code: "), "{}", server.said);
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
    let page = server.get("/sign-in");
    assert!(page.starts_with("HTTP/1.1 303"), "{page}");
    assert!(page.contains("location: /first-run"), "{page}");
    assert_eq!(server.end(), Some(0));
    let again = Server::start(here.path(), &["serve", "--data", "data"]);
    assert!(again.get("/first-run").contains("First-run code"));
    assert_eq!(again.end(), Some(0));
}

#[test]
fn serve_makes_a_backup_by_itself_and_restores_it_on_trial() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let add = [
        "user",
        "add",
        "ada",
        "--name",
        "Ada",
        "--role",
        "data-manager",
    ];
    succeed(here.path(), &[&add[..], &["--data", "data"]].concat());
    let serve = ["serve", "--data", "data", "--backup-hours", "1"];
    let server = Server::start(here.path(), &serve);
    let list = ["backup", "--list", "--data", "data"];
    let mut listed = json(here.path(), &list);
    for _ in 0..600 {
        if listed["backups"][0].is_object() {
            break;
        }
        thread::sleep(Duration::from_millis(200));
        listed = json(here.path(), &list);
    }
    assert_eq!(listed["backups"][0]["verified"], true, "{listed}");
    assert_eq!(server.end(), Some(0));
    let folder = listed["backups"][0]["folder"].as_str().expect("a folder");
    let folder = format!("data/backups/{folder}");
    let restore = ["restore", &folder, "--data", "again", "--keys", "data-keys"];
    assert_eq!(json(here.path(), &restore)["restored"]["n_recordings"], 0);
}

#[test]
fn serve_refuses_a_network_in_the_clear() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let said = run(here.path(), &["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("--tls-cert"), "{}", said.err);
    let said = run(
        here.path(),
        &["serve", "--public-url", "http://attune.example/x"],
    );
    assert_eq!(said.code, 1);
    assert!(said.err.contains("https://host"), "{}", said.err);
}
