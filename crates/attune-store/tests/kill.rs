//! A process that stores requests is killed at random, again and again: every request that was
//! acknowledged is there afterwards, whole, and none is there by half.
//!
//! This is a test without a harness, because it starts itself as the process that is killed.
//! `ATTUNE_KILL_ROUNDS` sets the number of rounds (50 without it; `cargo xtask kill` takes 500).

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command as Process, ExitCode, Stdio},
    thread,
    time::{Duration, Instant},
};

use attune_store::{Actor, Command, Location, Moment, Request, Store, ids::AccountId};

const NAME: &str = "acknowledged_requests_outlive_kill_9";
const AT: Moment = Moment {
    micros: 1_718_452_800_000_000,
    offset_minutes: 0,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    if let [child, folder, round] = arguments.as_slice()
        && child == "child"
    {
        write_until_killed(Path::new(folder), round);
        return ExitCode::FAILURE;
    }
    // What test runners ask for: a list, or the run of one name.
    if has("--list") {
        if !has("--ignored") {
            println!("{NAME}: test");
        }
        return ExitCode::SUCCESS;
    }
    let filters: Vec<&String> = arguments
        .iter()
        .filter(|one| !one.starts_with('-'))
        .collect();
    if has("--ignored") || !filters.iter().all(|filter| NAME.contains(filter.as_str())) {
        return ExitCode::SUCCESS;
    }
    run_rounds();
    println!("test {NAME} ... ok");
    ExitCode::SUCCESS
}

/// Two accounts in one request: two rows in the log and two in a table, or none.
fn request(round: &str, n: usize) -> Request {
    let account = |half: &str| Command::CreateAccount {
        account: AccountId::new(),
        login: format!("{round}-{n}-{half}"),
        name: "N".to_owned(),
    };
    let commands = vec![account("a"), account("b")];
    Request::all(None, commands, AT).with_key(format!("{round}-{n}"))
}

fn write_until_killed(folder: &Path, round: &str) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = Store::open(Location::folder(folder)).await.expect("opens");
        let mut writers = Vec::new();
        for writer in 0..8 {
            let (store, round) = (store.clone(), round.to_owned());
            writers.push(tokio::spawn(async move {
                for n in (writer..).step_by(8) {
                    let stored = store.execute(&Actor::PROGRAM, request(&round, n)).await;
                    stored.expect("stored");
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "{round}-{n}").expect("told");
                    out.flush().expect("told");
                }
            }));
        }
        for writer in writers {
            writer.await.expect("no panic");
        }
    });
}

fn run_rounds() {
    let rounds = std::env::var("ATTUNE_KILL_ROUNDS").ok();
    let rounds: usize = rounds.map_or(50, |rounds| rounds.parse().expect("a number of rounds"));
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut n_acknowledged = 0;
    for round in 0..rounds {
        let acknowledged = one_round(&data, round);
        assert!(
            !acknowledged.is_empty(),
            "round {round}: nothing was acknowledged before the kill, so nothing was tested"
        );
        n_acknowledged += acknowledged.len();
        runtime.block_on(check(&data, &acknowledged));
    }
    println!("{rounds} kills, {n_acknowledged} acknowledged requests: none lost, none half");
}

/// Starts a writer and kills it some time after its first acknowledgement.
fn one_round(data: &Path, round: usize) -> Vec<String> {
    let program = std::env::current_exe().expect("itself");
    let mut child = Process::new(program)
        .args([
            "child",
            data.to_str().expect("a plain path"),
            &format!("r{round}"),
        ])
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut lines = out.lines();
    let mut acknowledged = Vec::new();
    acknowledged.extend(lines.next().and_then(Result::ok));
    // Between 1 and 80 milliseconds, another time each round.
    let pause = Duration::from_millis(1 + (round as u64 * 37 + 11) % 80);
    let killer = thread::spawn(move || {
        let begun = Instant::now();
        thread::sleep(pause);
        child.kill().expect("killed");
        child.wait().expect("gone");
        begun.elapsed()
    });
    acknowledged.extend(lines.map_while(Result::ok));
    killer.join().expect("killed");
    // A line that was cut off in the middle was not told.
    acknowledged.retain(|line| line.starts_with(&format!("r{round}-")));
    acknowledged
}

async fn check(data: &Path, acknowledged: &[String]) {
    let store = Store::open(Location::folder(data))
        .await
        .expect("opens after the kill");
    let verified = store.verify().await.expect("verified");
    assert!(verified.is_sound(), "{verified:?}");
    let accounts = store.accounts().await.expect("read");
    let logins: std::collections::BTreeSet<&str> = accounts
        .iter()
        .map(|account| account.login.as_str())
        .collect();
    for key in acknowledged {
        for half in ["a", "b"] {
            let login = format!("{key}-{half}");
            assert!(
                logins.contains(login.as_str()),
                "{login} was acknowledged and is lost"
            );
        }
    }
    for login in &logins {
        let (key, half) = login.rsplit_once('-').expect("a half");
        let other = format!("{key}-{}", if half == "a" { "b" } else { "a" });
        assert!(
            logins.contains(other.as_str()),
            "of {key} only one half is there"
        );
    }
    let compared = store.compare_with_log().await.expect("compared");
    assert!(compared.differing.is_empty(), "{compared:?}");
    store.close().await;
}
