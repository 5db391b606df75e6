//! How the public pages are published: where they stand, and whether visits are counted.

use crate::page_words::words_in;

/// Settings of a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Name above all studies, such as the team's or the service's; without one, the words of each language.
    pub title: Option<String>,
    /// Where the pages stand.
    pub place: Place,
    /// Whether visits are counted, and by what.
    pub analytics: Analytics,
    /// Program and version, for the foot of each page.
    pub engine: String,
}

/// Where the pages stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Files in a folder, opened from a disk or put on any web server.
    Files,
    /// Answers of a server beneath this address, such as `/studies`.
    Served(String),
}

/// Whether visits are counted, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Analytics {
    /// Not at all.
    None,
    /// By the server: counts by day and page, without identifier and without anything on the device.
    OwnCounts,
    /// By a Matomo that the owner runs, loaded only after a yes.
    Matomo(Matomo),
}

/// A self-hosted Matomo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matomo {
    /// Its address, `https://host/path/`, or a path of the same host.
    address: String,
    /// Number of the site in it.
    site: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            title: None,
            place: Place::Files,
            analytics: Analytics::None,
            engine: concat!("attune ", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

impl Matomo {
    /// A Matomo at this address.
    ///
    /// # Errors
    ///
    /// The address is no `https` address and no path of the same host, or holds characters that do not
    /// belong into one; the message says what would do.
    pub fn at(address: &str, site: u32) -> Result<Self, String> {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-._~/:".contains(letter);
        let has_host = address
            .strip_prefix("https://")
            .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_alphanumeric()));
        let is_path = address.starts_with('/') && !address.starts_with("//");
        if !(has_host || is_path) || !address.chars().all(is_plain) {
            return Err(format!(
                "'{address}' is no address of a Matomo: give https://host/path/ or a path of the same host, /matomo/"
            ));
        }
        let slash = if address.ends_with('/') { "" } else { "/" };
        Ok(Self {
            address: format!("{address}{slash}"),
            site,
        })
    }

    /// Its address, with a slash at the end.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Number of the site in it.
    pub fn site(&self) -> u32 {
        self.site
    }

    /// Scheme and host, where it is another host.
    fn origin(&self) -> Option<&str> {
        let rest = self.address.strip_prefix("https://")?;
        let host = rest.find('/').unwrap_or(rest.len());
        Some(&self.address[.."https://".len() + host])
    }
}

impl Settings {
    /// The name above all studies, or the words of the language for them.
    pub fn title_in(&self, language: &str) -> &str {
        let words = &words_in(language).0.studies;
        self.title.as_deref().unwrap_or(words)
    }

    /// The content security policy of the pages: nothing from elsewhere but the owner's own analytics tool.
    pub fn policy(&self) -> String {
        let own = "default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'";
        match &self.analytics {
            Analytics::Matomo(matomo) => match matomo.origin() {
                Some(origin) => format!(
                    "{own}; script-src 'self' {origin}; connect-src 'self' {origin}; img-src 'self' {origin}"
                ),
                None => own.to_owned(),
            },
            Analytics::None | Analytics::OwnCounts => own.to_owned(),
        }
    }

    /// For a server's header: a policy that allows nothing but what these pages need with the analytics tool, which may
    /// run a script of its own host. None where there is no tool.
    pub fn policy_for_tool(&self) -> Option<String> {
        let origin = match self.tool()?.origin() {
            Some(origin) => format!(" {origin}"),
            None => String::new(),
        };
        Some(format!(
            "default-src 'none'; script-src 'self'{origin}; style-src 'self'; img-src 'self' data:{origin}; font-src 'self'; \
             connect-src 'self'{origin}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ))
    }

    /// The analytics tool, where there is one.
    pub fn tool(&self) -> Option<&Matomo> {
        match &self.analytics {
            Analytics::Matomo(matomo) => Some(matomo),
            Analytics::None | Analytics::OwnCounts => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_cannot_leave_their_place_are_taken() {
        for address in [
            "https://stats.example.org/",
            "https://example.org/m",
            "/matomo/",
        ] {
            assert!(Matomo::at(address, 1).is_ok(), "{address}");
        }
        for address in [
            "",
            "//evil.example",
            "http://example.org/",
            "https://",
            "javascript:alert(1)",
            "https://example.org/'; script-src *",
            "https://example.org/\"><script>",
        ] {
            assert!(Matomo::at(address, 1).is_err(), "{address}");
        }
    }

    #[test]
    fn the_policy_opens_for_the_tool_s_host_and_nothing_else() {
        let with = |address: &str| Settings {
            analytics: Analytics::Matomo(Matomo::at(address, 1).expect("an address")),
            ..Settings::default()
        };
        assert!(!Settings::default().policy().contains("http"));
        assert!(!with("/matomo").policy().contains("http"));
        let policy = with("https://stats.example.org/m/").policy();
        assert!(
            policy.contains("script-src 'self' https://stats.example.org;"),
            "{policy}"
        );
    }
}
