//! A process that stores requests is killed at random, again and again, on SQLite and on PostgreSQL, whose
//! server is stopped in the middle as well: every request that was acknowledged is there afterwards, whole,
//! and none is there by half.
//!
//! This is a test without a harness, because it starts itself as the process that is killed.
//! `ATTUNE_KILL_ROUNDS` sets the number of rounds (50 without it; `cargo xtask kill` takes 500). Of a fifth
//! as many on PostgreSQL, every second one stops the server.

#[path = "it/support/accounts_in_pairs.rs"]
mod accounts_in_pairs;
#[path = "it/support/postgres.rs"]
mod postgres;

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{ChildStdout, Command as Process, ExitCode, Stdio},
    thread,
    time::Duration,
};

use accounts_in_pairs::{all_are_whole, request};
use attune_store::{Actor, Location, Store, backup, location::DatabaseKind};

const NAME: &str = "acknowledged_requests_outlive_kill_9";
/// Rounds in one store: each looks at all that earlier ones stored.
const IN_ONE_STORE: usize = 25;
/// Requests under way at once.
const N_WRITERS: usize = 8;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [child, folder, round, server @ ..] = arguments.as_slice()
        && child == "child"
    {
        let location = location(Path::new(folder), server);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(write_until_killed(location, round));
        return ExitCode::FAILURE;
    }
    accounts_in_pairs::run_as_test(NAME, &arguments, run_all)
}

/// SQLite in a folder, or the schema of a server.
fn location(folder: &Path, server: &[String]) -> Location {
    let mut location = Location::folder(folder);
    if let [url, schema] = server {
        location.database = DatabaseKind::Postgres {
            url: url.clone(),
            schema: Some(schema.clone()),
        };
    }
    location
}

/// Stores requests, tells of each, and makes backups beside. What could not be stored is sent again.
async fn write_until_killed(location: Location, round: &str) {
    let store = Store::open(location).await.expect("opens");
    let mut tasks = Vec::new();
    for writer in 0..N_WRITERS {
        let (store, round) = (store.clone(), round.to_owned());
        tasks.push(tokio::spawn(async move {
            for n in (writer..).step_by(N_WRITERS) {
                while let Err(error) = store.execute(&Actor::PROGRAM, request(&round, n)).await {
                    tell(&format!("again {round}-{n} {error}"));
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                tell(&format!("stored {round}-{n}"));
            }
        }));
    }
    loop {
        // A backup that the kill interrupts must not look like one.
        let at = attune_store::Moment::now();
        if store.backup(&Actor::PROGRAM, at).await.is_ok() {
            tell("backup");
        }
    }
}

fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").expect("told");
    out.flush().expect("told");
}

fn run_all() {
    let rounds = std::env::var("ATTUNE_KILL_ROUNDS").ok();
    let rounds: usize = rounds.map_or(50, |rounds| rounds.parse().expect("a number of rounds"));
    on_sqlite(rounds);
    match postgres::Server::start() {
        Ok(server) => on_postgres(server, rounds.div_ceil(5)),
        Err(why) => println!("SKIPPED, nothing was killed on PostgreSQL: {why}"),
    }
}

fn on_sqlite(rounds: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (mut n_acknowledged, mut n_backups) = (0, 0);
    for round in 0..rounds {
        let location =
            Location::folder(folder.path().join(format!("data-{}", round / IN_ONE_STORE)));
        let acknowledged = one_round(&location.data, &[], round, |_| thread::sleep(pause(round)));
        n_acknowledged += acknowledged.len();
        runtime.block_on(all_are_whole(location.clone(), &acknowledged));
        n_backups += runtime.block_on(every_backup_is_whole(&location));
    }
    println!(
        "SQLite: {rounds} kills, {n_acknowledged} acknowledged requests: none lost, none half; \
         {n_backups} backups, all whole"
    );
}

fn on_postgres(mut server: postgres::Server, rounds: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let schema = runtime.block_on(server.new_schema());
    let place = [server.url.clone(), schema];
    let (mut n_acknowledged, mut n_stopped, mut n_backups) = (0, 0, 0);
    for round in 0..rounds {
        let stops = round % 2 == 1 && server.own.is_some();
        let acknowledged = one_round(&data, &place, round, |lines| {
            thread::sleep(pause(round));
            if stops {
                stop_at_once_and_start_again(&mut server);
                n_stopped += 1;
                wait_for_more(lines);
            }
        });
        n_acknowledged += acknowledged.len();
        let location = location(&data, &place);
        runtime.block_on(all_are_whole(location.clone(), &acknowledged));
        n_backups += runtime.block_on(every_backup_is_whole(&location));
    }
    println!(
        "PostgreSQL: {rounds} kills, {n_stopped} of them after the server was stopped at once; \
         {n_acknowledged} acknowledged requests: none lost, none half; {n_backups} backups, all whole"
    );
}

/// Between 1 and 80 milliseconds, another time each round; in every tenth a second, so that a backup comes
/// to its end.
fn pause(round: usize) -> Duration {
    match round % 10 {
        9 => Duration::from_secs(1),
        _ => Duration::from_millis(1 + (round as u64 * 37 + 11) % 80),
    }
}

/// What a child tells, as it comes.
struct Lines {
    lines: std::io::Lines<BufReader<ChildStdout>>,
    stored: Vec<String>,
    has_failed: bool,
    n_stored_after_failure: usize,
}

impl Lines {
    /// The next line; false at the end.
    fn read_one(&mut self) -> bool {
        let Some(Ok(line)) = self.lines.next() else {
            return false;
        };
        // A line that was cut off in the middle was not told.
        if let Some(key) = line.strip_prefix("stored ") {
            self.stored.push(key.to_owned());
            self.n_stored_after_failure += usize::from(self.has_failed);
        }
        self.has_failed |= line.starts_with("again ");
        true
    }
}

/// The program went on by itself: after something that failed, things are acknowledged again.
fn wait_for_more(lines: &mut Lines) {
    while lines.n_stored_after_failure < 3 * N_WRITERS {
        assert!(
            lines.read_one(),
            "the program ended when the server was stopped"
        );
    }
}

/// Starts a writer and kills it some time after its first acknowledgement.
fn one_round(
    data: &Path,
    server: &[String],
    round: usize,
    meanwhile: impl FnOnce(&mut Lines),
) -> Vec<String> {
    let program = std::env::current_exe().expect("itself");
    let mut child = Process::new(program)
        .args([
            "child",
            data.to_str().expect("a plain path"),
            &format!("r{round}"),
        ])
        .args(server)
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut lines = Lines {
        lines: out.lines(),
        stored: Vec::new(),
        has_failed: false,
        n_stored_after_failure: 0,
    };
    while lines.stored.is_empty() {
        assert!(
            lines.read_one(),
            "round {round}: nothing was acknowledged before the kill, so nothing was tested"
        );
    }
    meanwhile(&mut lines);
    child.kill().expect("killed");
    child.wait().expect("gone");
    while lines.read_one() {}
    let whole = format!("r{round}-");
    lines.stored.retain(|key| key.starts_with(&whole));
    lines.stored
}

/// Every folder that looks like a backup is one. They are removed after, with what the kill left.
async fn every_backup_is_whole(location: &Location) -> usize {
    let mut n = 0;
    let Ok(entries) = fs::read_dir(location.backups()) else {
        return 0;
    };
    for entry in entries {
        let folder = entry.expect("read").path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with('.') {
            let checked = backup::check(&folder, None).await;
            assert!(checked.is_ok(), "{}: {checked:?}", folder.display());
            n += 1;
        }
        fs::remove_dir_all(&folder).expect("removed");
    }
    n
}

/// Stops the server in its immediate mode, without a checkpoint and with requests under way, and starts it
/// again on the same data.
fn stop_at_once_and_start_again(server: &mut postgres::Server) {
    let own = server.own.as_mut().expect("a server of our own");
    let process = own.process.as_mut().expect("it runs");
    let stopped = Process::new("kill")
        .args(["-QUIT", &process.id().to_string()])
        .status();
    assert!(stopped.expect("kill runs").success());
    process.wait().expect("gone");
    own.run().expect("started");
    server.wait().expect("answers again");
}
