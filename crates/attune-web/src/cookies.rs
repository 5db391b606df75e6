//! The few cookies there are. Each is strictly necessary: the session, the ticket between password
//! and second factor, and the mark of a browser that the person has signed in with before.
//!
//! Behind TLS every cookie has `__Host-`, `Secure`, `HttpOnly`, `SameSite=Strict` and no domain. On
//! plain loopback browsers do not agree about `Secure` cookies (Safari drops them), so the name
//! has another prefix there and the mark is left out; nothing on the wire can be read by others then,
//! since there is no wire.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::settings::Transport;

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// Who is signed in.
    Session,
    /// The password was right, the second factor is still to come.
    Ticket,
    /// A browser that this person has signed in with before.
    KnownBrowser,
}

impl Cookie {
    /// The name that the browser sees.
    pub fn name(self, transport: &Transport) -> &'static str {
        match (self, transport) {
            (Self::Session, Transport::Encrypted { .. }) => "__Host-attune-session",
            (Self::Session, Transport::Loopback) => "attune-loopback-session",
            (Self::Ticket, Transport::Encrypted { .. }) => "__Host-attune-ticket",
            (Self::Ticket, Transport::Loopback) => "attune-loopback-ticket",
            (Self::KnownBrowser, Transport::Encrypted { .. }) => "__Host-attune-browser",
            (Self::KnownBrowser, Transport::Loopback) => "attune-loopback-browser",
        }
    }

    /// Its value in a request. When a name comes twice neither is trusted.
    pub fn read(self, headers: &HeaderMap, transport: &Transport) -> Option<String> {
        let name = self.name(transport);
        let mut values = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned());
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value),
            _ => None,
        }
    }

    /// The header that sets it. Without `max_age` it goes when the browser is closed.
    pub fn set(self, value: &str, max_age: Option<u32>, transport: &Transport) -> HeaderValue {
        let secure = match transport {
            Transport::Encrypted { .. } => "; Secure",
            Transport::Loopback => "",
        };
        let age = max_age
            .map(|seconds| format!("; Max-Age={seconds}"))
            .unwrap_or_default();
        let text = format!(
            "{}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}",
            self.name(transport)
        );
        HeaderValue::try_from(text).expect("cookie values are base64url, which headers may hold")
    }

    /// The header that takes it away.
    pub fn clear(self, transport: &Transport) -> HeaderValue {
        self.set("", Some(0), transport)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encrypted() -> Transport {
        Transport::Encrypted {
            public_address: None,
        }
    }

    #[test]
    fn asvs_3_3_1_to_3_3_4_cookies_are_host_bound_secure_strict_and_unreadable_for_scripts() {
        for cookie in [Cookie::Session, Cookie::Ticket, Cookie::KnownBrowser] {
            let header = cookie.set("abc", None, &encrypted());
            let text = header.to_str().unwrap();
            assert!(text.starts_with("__Host-attune-"), "{text}");
            for mark in ["; Path=/", "; HttpOnly", "; SameSite=Strict", "; Secure"] {
                assert!(text.contains(mark), "{text} lacks {mark}");
            }
            assert!(!text.contains("Domain"), "{text}");
        }
    }

    #[test]
    fn on_loopback_the_name_does_not_claim_what_the_browser_would_refuse() {
        let header = Cookie::Session.set("abc", None, &Transport::Loopback);
        let text = header.to_str().unwrap();
        assert!(
            !text.contains("__Host-") && !text.contains("Secure"),
            "{text}"
        );
        assert!(text.contains("; HttpOnly; SameSite=Strict"), "{text}");
    }

    #[test]
    fn a_cookie_that_comes_twice_is_not_trusted() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("attune-loopback-session=a; attune-loopback-session=b"),
        );
        assert_eq!(Cookie::Session.read(&headers, &Transport::Loopback), None);
    }
}
