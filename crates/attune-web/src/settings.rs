//! What the person who starts the server decides.

use std::{net::IpAddr, time::Duration};

use attune_publication::Matomo;
use attune_store::safekeeping::Safekeeping;

/// Settings of one server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How browsers reach it.
    pub transport: Transport,
    /// Proxies whose `X-Forwarded-For` is believed; nobody else's is.
    pub trusted_proxies: Vec<IpAddr>,
    /// A person who does nothing for so long is signed out.
    pub idle_limit: Duration,
    /// Nobody stays signed in for longer than this.
    pub absolute_limit: Duration,
    /// How long a sign-in counts as fresh for acts that ask for a fresh one.
    pub fresh_for: Duration,
    /// A request that takes longer is given up.
    pub request_limit: Duration,
    /// Largest request in bytes, uploads apart.
    pub largest_request: usize,
    /// Largest uploaded study folder in bytes.
    pub largest_upload: usize,
    /// How often the server makes a backup by itself, and how many it keeps.
    pub safekeeping: Safekeeping,
    /// A Matomo of the owner's, which public pages load only after a visitor's yes. Without one the server counts visits
    /// itself, by day and page.
    pub matomo: Option<Matomo>,
    /// What the first page of a demonstration says.
    pub demonstration: Option<Demonstration>,
}

/// How browsers reach the server; it decides the cookie and whether the browser is told to insist on
/// an encrypted connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// Plain HTTP on this machine only. Browsers differ in whether they keep a `Secure` cookie
    /// here, so the cookie has another name and lacks that mark.
    Loopback,
    /// HTTPS, by this server or by a proxy before it, at this address (`https://host[:port]`).
    Encrypted {
        /// The address that browsers show, where it is known.
        public_address: Option<String>,
    },
}

/// A demonstration server: example studies, made-up people.
#[derive(Debug, Clone)]
pub struct Demonstration {
    /// The people who can sign in.
    pub people: Vec<DemonstrationPerson>,
}

/// One person of a demonstration.
#[derive(Debug, Clone)]
pub struct DemonstrationPerson {
    /// Sign-in name.
    pub sign_in_name: String,
    /// Their name, by which the first page knows who is signed in.
    pub name: String,
    /// Their role, in words.
    pub role: String,
    /// Whether a code is asked for beside the password.
    pub second_factor: bool,
    /// What to try as this person, in one sentence.
    pub try_this: String,
    /// The same step by step: words, and the page where it begins.
    pub steps: Vec<(String, String)>,
}

impl Demonstration {
    /// The person of that name.
    pub fn person(&self, name: &str) -> Option<&DemonstrationPerson> {
        self.people.iter().find(|person| person.name == name)
    }

    /// Everybody but the person of that name.
    pub fn others<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a DemonstrationPerson> {
        self.people.iter().filter(move |person| person.name != name)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            transport: Transport::Loopback,
            trusted_proxies: Vec::new(),
            idle_limit: Duration::from_secs(15 * 60),
            absolute_limit: Duration::from_secs(12 * 60 * 60),
            fresh_for: Duration::from_secs(15 * 60),
            request_limit: Duration::from_secs(60),
            largest_request: 2 * 1024 * 1024,
            largest_upload: 64 * 1024 * 1024,
            safekeeping: Safekeeping::default(),
            matomo: None,
            demonstration: None,
        }
    }
}
