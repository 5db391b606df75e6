//! The disk fails at the n-th call: a sync that reports an error, a full disk, a write or a read that does
//! not succeed. Whatever n is, every request that was acknowledged is there afterwards, none is there by half,
//! and after the failure nothing more is acknowledged until the store is opened again.
//!
//! The calls of a child are made to fail by `strace`; where it is not there or not allowed, the test says so.
//! This is a test without a harness, because it starts itself as that child.

#[path = "it/support/accounts_in_pairs.rs"]
mod accounts_in_pairs;

use std::{
    path::Path,
    process::{Command as Process, ExitCode, Stdio},
};

use accounts_in_pairs::{all_are_whole, request};
use attune_store::{Actor, Location, Store};

const NAME: &str = "acknowledged_requests_outlive_failing_calls";
/// Requests that a child sends, if it may.
const N_REQUESTS: usize = 12;
/// Requests that it still sends after one failed.
const AFTER_FAILURE: usize = 3;

/// What fails, and how.
struct Fault {
    calls: &'static str,
    error: &'static str,
    /// Which call of the writer: `3` is the third, `3+` the third and every later one.
    when: String,
}

/// Every kind of failure at several places. A commit of the store makes one sync and some fourteen writes.
/// The second sync of a writer is of the folder: SQLite goes on without it, because the store has done it
/// itself at opening, where `1` strikes.
fn faults() -> Vec<Fault> {
    let syncs = (1..=13).filter(|place| *place != 2);
    let kinds: [(&str, &str, Vec<u32>, &str); 5] = [
        ("fsync,fdatasync", "EIO", syncs.collect(), ""),
        ("fsync,fdatasync", "EIO", vec![1, 2, 5, 8], "+"),
        ("pwrite64", "EIO", (1..=220).step_by(6).collect(), ""),
        ("pwrite64", "ENOSPC", (2..=220).step_by(23).collect(), "+"),
        ("pread64", "EIO", vec![4, 9], "+"),
    ];
    let one = |(calls, error, places, more): (&'static str, &'static str, Vec<u32>, &str)| {
        let fault = |place: &u32| Fault {
            calls,
            error,
            when: format!("{place}{more}"),
        };
        places.iter().map(fault).collect::<Vec<_>>()
    };
    kinds.into_iter().flat_map(one).collect()
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [child, folder, round] = arguments.as_slice()
        && child == "child"
    {
        tokio::runtime::Runtime::new()
            .expect("a runtime")
            .block_on(submit(Path::new(folder), round));
        return ExitCode::SUCCESS;
    }
    accounts_in_pairs::run_as_test(NAME, &arguments, run_all)
}

/// Sends requests one after the other and tells what came of each.
async fn submit(folder: &Path, round: &str) {
    let store = match Store::open(Location::folder(folder)).await {
        Ok(store) => store,
        Err(error) => {
            println!("not opened {error}");
            return;
        }
    };
    let mut n_failed = 0;
    for n in 0..N_REQUESTS {
        match store.execute(&Actor::PROGRAM, request(round, n)).await {
            Ok(_) => println!("stored {round}-{n}"),
            Err(error) => {
                println!("failed {round}-{n} {error}");
                n_failed += 1;
            }
        }
        if n_failed > AFTER_FAILURE {
            break;
        }
    }
    match store.check_writing().await {
        Ok(()) => println!("writing goes on"),
        Err(error) => println!("writing has ended: {error}"),
    }
}

fn run_all() {
    if let Err(why) = strace_is_there() {
        println!("SKIPPED, no call was made to fail: {why}");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    // The store is there before the first failure.
    runtime.block_on(async {
        let store = Store::open(Location::folder(&data)).await.expect("opens");
        store.close().await;
    });
    let (mut acknowledged, mut n_failed, mut n_unopened) = (Vec::new(), 0, 0);
    let faults = faults();
    for (round, fault) in faults.iter().enumerate() {
        let told = with_fault(&data, &format!("r{round}"), fault);
        let what = format!("{} {} {}", fault.calls, fault.error, fault.when);
        match judge(&told, &what) {
            Round::NotOpened => n_unopened += 1,
            Round::Failed { stored, failed } => {
                n_failed += failed.len();
                acknowledged.extend(stored);
                runtime.block_on(send_again(&data, round, &failed));
                acknowledged.extend(failed);
            }
        }
        runtime.block_on(all_are_whole(Location::folder(&data), &acknowledged));
    }
    let n = acknowledged.len() - n_failed;
    assert!(
        n > 0 && n_unopened < faults.len() / 2,
        "nearly nothing was acknowledged, so nothing was tested"
    );
    println!(
        "{} failing calls ({n_unopened} while opening): {n} acknowledged requests, none lost, none half; \
         {n_failed} refused, sent again, there once",
        faults.len()
    );
}

enum Round {
    NotOpened,
    Failed {
        stored: Vec<String>,
        failed: Vec<String>,
    },
}

/// What a child told must be: acknowledgements, then failures in plain words, and no acknowledgement after.
fn judge(told: &[String], what: &str) -> Round {
    if told.iter().any(|line| line.starts_with("not opened")) {
        return Round::NotOpened;
    }
    let key = |line: &String| line.split(' ').nth(1).unwrap_or_default().to_owned();
    let is = |line: &&String, word: &str| line.starts_with(word);
    let n_stored_first = told.iter().take_while(|line| is(line, "stored")).count();
    let stored: Vec<String> = told
        .iter()
        .filter(|line| is(line, "stored"))
        .map(key)
        .collect();
    let failed: Vec<&String> = told.iter().filter(|line| is(line, "failed")).collect();
    assert!(
        !failed.is_empty(),
        "{what}: the failure was not seen: {told:?}"
    );
    assert_eq!(
        stored.len(),
        n_stored_first,
        "{what}: something was acknowledged after a failure: {told:?}"
    );
    for line in &failed {
        let is_plain = line.contains("writing has stopped after an error of the disk")
            || line.contains("it is not known whether this was stored");
        assert!(is_plain, "{what}: {line}");
    }
    let ended = told
        .iter()
        .any(|line| line.starts_with("writing has ended"));
    assert!(ended, "{what}: {told:?}");
    Round::Failed {
        stored,
        failed: failed.into_iter().map(key).collect(),
    }
}

/// A new process stores what was refused, or answers that it is there.
async fn send_again(data: &Path, round: usize, failed: &[String]) {
    let store = Store::open(Location::folder(data))
        .await
        .expect("opens again");
    for key in failed {
        let n = key.rsplit('-').next().and_then(|n| n.parse().ok());
        let again = request(&format!("r{round}"), n.expect("a number"));
        store
            .execute(&Actor::PROGRAM, again)
            .await
            .expect("stored or answered");
    }
    store.close().await;
}

fn with_fault(data: &Path, round: &str, fault: &Fault) -> Vec<String> {
    let program = std::env::current_exe().expect("itself");
    let inject = format!(
        "inject={}:error={}:when={}",
        fault.calls, fault.error, fault.when
    );
    let mut strace = Process::new("strace");
    strace
        .args(["-f", "-qq", "-o", "/dev/null", "-e"])
        .arg(format!("trace={}", fault.calls))
        .args(["-e", &inject])
        .arg(program)
        .args(["child", data.to_str().expect("a plain path"), round])
        .stderr(Stdio::inherit());
    let output = strace.output().expect("strace runs");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    told.lines().map(str::to_owned).collect()
}

fn strace_is_there() -> Result<(), String> {
    let tried = Process::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "true"])
        .output()
        .map_err(|error| format!("strace cannot be started ({error})"))?;
    match tried.status.success() {
        true => Ok(()),
        false => Err(format!(
            "strace may not watch a process here ({})",
            String::from_utf8_lossy(&tried.stderr).trim()
        )),
    }
}
