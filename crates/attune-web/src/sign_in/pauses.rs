//! Pauses between failed sign-ins. They grow with every failure and are counted apart for each account,
//! each address, and each account on a browser that its person has used before. So a stranger who
//! guesses slows only strangers down: the person on a known browser is never kept waiting for them, and
//! nobody is ever locked out.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use attune_store::Moment;

/// Whose failures are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// Attempts at an account from browsers that it does not know, by sign-in name.
    Account(String),
    /// Attempts from an address, whatever the account.
    Address(String),
    /// Attempts at an account from a browser that its person has used.
    KnownBrowser(String),
}

impl Counted {
    /// Failures that bring no pause yet.
    fn free(&self) -> u32 {
        match self {
            Self::Account(_) | Self::KnownBrowser(_) => 4,
            // A clinic's people share one address.
            Self::Address(_) => 30,
        }
    }

    fn longest_pause(&self) -> i64 {
        match self {
            Self::Account(_) => 15 * 60,
            Self::KnownBrowser(_) => 60,
            Self::Address(_) => 5 * 60,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    n: u32,
    last: Moment,
}

/// The failures that are remembered.
#[derive(Debug, Default)]
pub struct Pauses(Mutex<BTreeMap<Counted, Failures>>);

/// Failures are forgotten so many seconds after the last one.
const FORGOTTEN_AFTER: i64 = 24 * 60 * 60;
/// More are never remembered at once; the oldest go first.
const MOST: usize = 100_000;

impl Pauses {
    /// How long to wait before the next attempt is looked at; the longest of those that count.
    pub fn wait(&self, counted: &[Counted], now: Moment) -> Option<Duration> {
        let failures = self.lock();
        counted
            .iter()
            .filter_map(|who| {
                let found = failures.get(who)?;
                remaining(who, found.n, found.last, now)
            })
            .max()
    }

    /// An attempt failed.
    pub fn failed(&self, counted: &[Counted], now: Moment) {
        let mut failures = self.lock();
        if failures.len() >= MOST {
            failures.retain(|_, one| now.seconds_since(one.last) < 60 * 60);
        }
        for who in counted {
            let entry = failures
                .entry(who.clone())
                .or_insert(Failures { n: 0, last: now });
            if now.seconds_since(entry.last) > FORGOTTEN_AFTER {
                entry.n = 0;
            }
            entry.n = entry.n.saturating_add(1);
            entry.last = now;
        }
    }

    /// An attempt succeeded. The address is not forgiven: one good account must not pay for guessing
    /// at others.
    pub fn succeeded(&self, counted: &[Counted]) {
        let mut failures = self.lock();
        for who in counted {
            if !matches!(who, Counted::Address(_)) {
                failures.remove(who);
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Counted, Failures>> {
        // A panic while counting leaves counts that are still counts.
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// What is left of the pause after so many failures.
pub fn remaining(who: &Counted, n: u32, last: Moment, now: Moment) -> Option<Duration> {
    let left = pause_seconds(who, n) - now.seconds_since(last);
    let left = u64::try_from(left).ok().filter(|left| *left > 0);
    left.map(Duration::from_secs)
}

/// 2, 4, 8, … seconds after the failures that are free.
fn pause_seconds(who: &Counted, n: u32) -> i64 {
    match n.checked_sub(who.free()) {
        None | Some(0) => 0,
        Some(over) => (1_i64 << over.min(20)).min(who.longest_pause()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Moment {
        Moment {
            micros: (1_800_000_000 + second) * 1_000_000,
            offset_minutes: 0,
        }
    }

    #[test]
    fn asvs_6_3_1_pauses_grow_with_every_failure_and_end_by_themselves() {
        let pauses = Pauses::default();
        let account = [Counted::Account("ana".to_owned())];
        for _ in 0..4 {
            assert_eq!(pauses.wait(&account, at(0)), None);
            pauses.failed(&account, at(0));
        }
        assert_eq!(pauses.wait(&account, at(0)), None);
        pauses.failed(&account, at(0));
        assert_eq!(pauses.wait(&account, at(0)), Some(Duration::from_secs(2)));
        for _ in 0..30 {
            pauses.failed(&account, at(0));
        }
        assert_eq!(pauses.wait(&account, at(0)), Some(Duration::from_secs(900)));
        assert_eq!(pauses.wait(&account, at(901)), None);
    }

    #[test]
    fn asvs_6_1_1_a_stranger_who_guesses_does_not_keep_the_person_waiting() {
        let pauses = Pauses::default();
        let stranger = [
            Counted::Account("ana".to_owned()),
            Counted::Address("192.0.2.7".to_owned()),
        ];
        for _ in 0..100 {
            pauses.failed(&stranger, at(0));
        }
        let person = [
            Counted::KnownBrowser("ana".to_owned()),
            Counted::Address("192.0.2.99".to_owned()),
        ];
        assert_eq!(pauses.wait(&person, at(0)), None);
        assert!(pauses.wait(&stranger, at(0)).is_some());
    }

    #[test]
    fn a_success_forgives_the_account_but_not_the_address() {
        let pauses = Pauses::default();
        let both = [
            Counted::Account("ana".to_owned()),
            Counted::Address("192.0.2.7".to_owned()),
        ];
        for _ in 0..40 {
            pauses.failed(&both, at(0));
        }
        pauses.succeeded(&both);
        assert_eq!(pauses.wait(&both[..1], at(0)), None);
        assert!(pauses.wait(&both[1..], at(0)).is_some());
    }
}
