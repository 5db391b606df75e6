//! The way in, step by step: who counts the attempts, whether the password and the code are right, and
//! how a session begins. Pages call these; they show nothing themselves.

use std::time::Duration;

use attune_store::{
    Actor, Command, Request,
    accounts::{Account, Credentials},
    sessions::NewSession,
};
use axum::{
    http::{HeaderMap, header},
    response::Response,
};

use super::{pauses, pauses::Counted, recovery_codes, second_factor, tokens};
use crate::{answer::see, cookies::Cookie, failure::Failure, visit::Visit};

/// Days for which a browser is remembered.
const BROWSER_DAYS: i64 = 180;
/// Seconds between password and second factor.
const TICKET_SECONDS: i64 = 5 * 60;
/// What the ticket between password and second factor is kept as.
const TICKET: &str = "second-factor";

/// Somebody who tries to sign in.
pub struct Attempt {
    /// The name that was typed, as it is compared.
    pub sign_in_name: String,
    /// The account, where there is one that is open.
    pub account: Option<Account>,
    credentials: Option<Credentials>,
    counted: Vec<Counted>,
}

impl Attempt {
    /// An attempt under this name. It is not looked at while a pause lasts.
    ///
    /// # Errors
    ///
    /// [`Failure::TooMany`] during a pause.
    pub async fn at(
        visit: &Visit,
        headers: &HeaderMap,
        sign_in_name: &str,
    ) -> Result<Self, Failure> {
        let store = visit.app.store();
        let sign_in_name = sign_in_name.trim().to_lowercase();
        let account = store.account_by_login(&sign_in_name).await?;
        let account = account.filter(|account| !account.disabled);
        let credentials = match &account {
            Some(account) => Some(store.credentials(account.id).await?),
            None => None,
        };
        let known = match &account {
            Some(account) => is_known_browser(visit, headers, account).await?,
            None => false,
        };
        let counted = if known {
            vec![Counted::KnownBrowser(sign_in_name.clone())]
        } else {
            vec![
                Counted::Account(sign_in_name.clone()),
                Counted::Address(visit.address.clone()),
            ]
        };
        let attempt = Self {
            sign_in_name,
            account,
            credentials,
            counted,
        };
        match attempt.wait(visit, known) {
            Some(wait) => Err(Failure::TooMany { wait }),
            None => Ok(attempt),
        }
    }

    /// The longest pause: of this server's memory, or of the account's counter that all servers share.
    fn wait(&self, visit: &Visit, known: bool) -> Option<Duration> {
        let here = visit.app.pauses().wait(&self.counted, visit.at);
        let everywhere = self
            .credentials
            .as_ref()
            .filter(|_| !known)
            .and_then(|credentials| {
                let last = credentials.last_failed?;
                let who = Counted::Account(self.sign_in_name.clone());
                pauses::remaining(&who, credentials.n_failed, last, visit.at)
            });
        here.max(everywhere)
    }

    /// Whether the password is right. It takes as long when there is nobody of that name.
    ///
    /// # Errors
    ///
    /// The password could not be compared.
    pub async fn password_is_right(&self, visit: &Visit, typed: String) -> Result<bool, Failure> {
        let kept = self
            .credentials
            .as_ref()
            .and_then(|credentials| credentials.password.clone());
        let comparisons = visit.app.comparisons();
        comparisons
            .matches(typed, kept)
            .await
            .map_err(Failure::internal)
    }

    /// Whether the code of the app, or a recovery code, is right; it is used up by this.
    ///
    /// # Errors
    ///
    /// The store cannot be asked.
    pub async fn code_is_right(&self, visit: &Visit, typed: &str) -> Result<bool, Failure> {
        let (Some(account), Some(credentials)) = (&self.account, &self.credentials) else {
            return Ok(false);
        };
        let store = visit.app.store();
        if recovery_codes::looks_like_one(typed) {
            let code = tokens::normalised(typed);
            return Ok(store.use_recovery_code(account.id, &code).await?);
        }
        let Some(secret) = &credentials.second_factor else {
            return Ok(false);
        };
        let Ok(second) = u64::try_from(visit.at.micros / 1_000_000) else {
            return Ok(false);
        };
        let Some(step) = second_factor::step_of(typed, secret, None, second) else {
            return Ok(false);
        };
        // The store refuses a step that was used, whichever server took it.
        let step = i64::try_from(step).map_err(Failure::internal)?;
        Ok(store.use_second_factor_step(account.id, step).await?)
    }

    /// Whether this account asks for a second factor.
    pub fn has_second_factor(&self) -> bool {
        self.account
            .as_ref()
            .is_some_and(|account| account.second_factor)
    }

    /// Counts a failure.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub async fn failed(&self, visit: &Visit) -> Result<(), Failure> {
        visit.app.pauses().failed(&self.counted, visit.at);
        let stranger = matches!(self.counted.first(), Some(Counted::Account(_)));
        if let Some(account) = self.account.as_ref().filter(|_| stranger) {
            visit.app.store().note_failure(account.id, visit.at).await?;
        }
        let account = self.account.as_ref().map(|account| account.id.to_string());
        tracing::warn!(request = visit.request_id, account, "a sign-in failed");
        Ok(())
    }

    /// Forgets failures after a success.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub async fn succeeded(&self, visit: &Visit) -> Result<(), Failure> {
        visit.app.pauses().succeeded(&self.counted);
        if let Some(account) = &self.account {
            visit.app.store().forget_failures(account.id).await?;
        }
        Ok(())
    }
}

/// Remembers for five minutes that the password was right, and asks for the code.
///
/// # Errors
///
/// The store cannot be written.
pub async fn ask_for_code(
    visit: &Visit,
    account: &Account,
    then: &str,
) -> Result<Response, Failure> {
    let ticket = tokens::random();
    let expires = visit.at.plus_seconds(TICKET_SECONDS);
    let store = visit.app.store();
    store
        .keep_code(&tokens::hash(&ticket), TICKET, Some(account.id), expires)
        .await?;
    let mut response = see(&format!("/sign-in/code?then={then}"));
    let transport = &visit.app.settings().transport;
    let age = u32::try_from(TICKET_SECONDS).ok();
    response.headers_mut().append(
        header::SET_COOKIE,
        Cookie::Ticket.set(&ticket, age, transport),
    );
    Ok(response)
}

/// The account whose password was right a moment ago in this browser.
///
/// # Errors
///
/// The store cannot be read.
pub async fn ticket_holder(visit: &Visit, headers: &HeaderMap) -> Result<Option<Account>, Failure> {
    let Some(ticket) = Cookie::Ticket.read(headers, &visit.app.settings().transport) else {
        return Ok(None);
    };
    let store = visit.app.store();
    match store.code(&tokens::hash(&ticket), TICKET, visit.at).await? {
        Some(Some(account)) => Ok(Some(store.account(account).await?)),
        _ => Ok(None),
    }
}

/// Begins a session, remembers the browser and shows the page that was asked for first.
///
/// # Errors
///
/// The store cannot be written, or the ticket was used meanwhile.
pub async fn begin_session(
    visit: &Visit,
    headers: &HeaderMap,
    account: &Account,
    second_factor: bool,
    then: &str,
) -> Result<Response, Failure> {
    let (store, settings) = (visit.app.store(), visit.app.settings());
    let transport = &settings.transport;
    if let Some(ticket) = Cookie::Ticket.read(headers, transport)
        && second_factor
        && !store
            .use_code(&tokens::hash(&ticket), TICKET, visit.at)
            .await?
    {
        return Err(Failure::SignInNeeded);
    }
    // Whoever was signed in here before is signed out: a session never changes its owner.
    if let Some(session) = &visit.session {
        store.end_session(session.account, &session.hash).await?;
    }
    let session = store
        .begin_session(NewSession {
            account: account.id,
            at: visit.at,
            idle_seconds: seconds(settings.idle_limit),
            absolute_seconds: seconds(settings.absolute_limit),
            second_factor,
            label: browser_in_words(headers),
        })
        .await?;
    let note = Command::Note {
        what: "sign-in".to_owned(),
        subject: Some(account.id.to_string()),
        facts: [("second-factor".to_owned(), second_factor.to_string())].into(),
    };
    store
        .execute(
            &Actor::of(account.id, None),
            Request::new(None, note, visit.at),
        )
        .await?;
    let mut response = see(then);
    let cookies = response.headers_mut();
    cookies.append(
        header::SET_COOKIE,
        Cookie::Session.set(&session.secret, None, transport),
    );
    cookies.append(header::SET_COOKIE, Cookie::Ticket.clear(transport));
    if !is_known_browser(visit, headers, account).await? {
        let token = tokens::random();
        let hash = tokens::hash(&token);
        let expires = visit.at.plus_seconds(BROWSER_DAYS * 24 * 60 * 60);
        store
            .keep_code(&hash, &browser_purpose(&hash), Some(account.id), expires)
            .await?;
        let age = u32::try_from(BROWSER_DAYS * 24 * 60 * 60).ok();
        cookies.append(
            header::SET_COOKIE,
            Cookie::KnownBrowser.set(&token, age, transport),
        );
    }
    Ok(response)
}

/// Whether this person has signed in with this browser before.
async fn is_known_browser(
    visit: &Visit,
    headers: &HeaderMap,
    account: &Account,
) -> Result<bool, Failure> {
    let Some(token) = Cookie::KnownBrowser.read(headers, &visit.app.settings().transport) else {
        return Ok(false);
    };
    let hash = tokens::hash(&token);
    let store = visit.app.store();
    let found = store.code(&hash, &browser_purpose(&hash), visit.at).await?;
    Ok(found == Some(Some(account.id)))
}

/// Each browser is kept under a purpose of its own, so that a new one does not push out the others.
fn browser_purpose(hash: &str) -> String {
    format!("browser-{}", &hash[..16])
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

/// What the person will know the session by, such as "Firefox on Windows".
fn browser_in_words(headers: &HeaderMap) -> String {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|agent| agent.to_str().ok())
        .unwrap_or_default();
    let first = |signs: &[(&str, &'static str)]| {
        let found = signs.iter().find(|(sign, _)| agent.contains(sign));
        found.map(|(_, name)| *name)
    };
    let browser = first(&[
        ("Firefox/", "Firefox"),
        ("Edg/", "Edge"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPad", "iPad"),
        ("iPhone", "iPhone"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ => "another program".to_owned(),
    }
}

/// A path of ours to go to afterwards; anything else is the first page.
pub fn safe_path(then: Option<&str>) -> &str {
    let is_ours = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && path
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "/-_.~%".contains(letter))
    };
    then.filter(is_ours).unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::safe_path;

    #[test]
    fn nobody_is_sent_elsewhere_after_signing_in() {
        assert_eq!(safe_path(Some("/studies/hostel")), "/studies/hostel");
        for elsewhere in [
            "https://elsewhere.example",
            "//elsewhere.example",
            "/\\elsewhere",
            "x",
        ] {
            assert_eq!(safe_path(Some(elsewhere)), "/");
        }
        assert_eq!(safe_path(None), "/");
    }
}
