//! Requests whose halves can be counted: two accounts each, so two rows in the log and two in a table, or
//! none. For the tests that kill processes and let calls fail.

use std::{collections::BTreeSet, process::ExitCode};

use attune_store::{Command, Location, Moment, Request, Store, ids::AccountId};

const AT: Moment = Moment {
    micros: 1_718_452_800_000_000,
    offset_minutes: 0,
};

/// The request with this number; sent again it is the same.
pub fn request(round: &str, n: usize) -> Request {
    let key = format!("{round}-{n}");
    let account = |half: &str| Command::CreateAccount {
        account: AccountId::of_request(&format!("{key}-{half}"), 0),
        login: format!("{key}-{half}"),
        name: "N".to_owned(),
    };
    let commands = vec![account("a"), account("b")];
    Request::all(None, commands, AT).with_key(key)
}

/// Every acknowledged request is there, and of every request both halves or none; chains are whole, and
/// the tables are what the log says.
pub async fn all_are_whole(location: Location, acknowledged: &[String]) {
    let store = Store::open(location).await.expect("opens afterwards");
    let verified = store.verify().await.expect("verified");
    assert!(verified.is_sound(), "{verified:?}");
    let accounts = store.accounts().await.expect("read");
    let logins: BTreeSet<&str> = accounts
        .iter()
        .map(|account| account.login.as_str())
        .collect();
    assert_eq!(logins.len(), accounts.len(), "nothing is there twice");
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

/// What test runners ask for: a list, or the run of one name.
pub fn run_as_test(name: &str, arguments: &[String], run: impl FnOnce()) -> ExitCode {
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    if has("--list") {
        if !has("--ignored") {
            println!("{name}: test");
        }
        return ExitCode::SUCCESS;
    }
    let mut filters = arguments.iter().filter(|one| !one.starts_with('-'));
    if has("--ignored") || !filters.all(|filter| name.contains(filter.as_str())) {
        return ExitCode::SUCCESS;
    }
    run();
    println!("test {name} ... ok");
    ExitCode::SUCCESS
}
