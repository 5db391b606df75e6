//! A visitor's choice about what is optional: what it is, how the cookie that remembers it is written
//! and read, and what follows from it. Plain values: answering requests is left to whoever serves.
//!
//! Nothing is allowed that nobody said yes to, a browser's own "no" (Global Privacy Control, Do Not Track)
//! counts as no, and a choice about an older text is no choice about this one.

use crate::cookies::CHOICE;

/// Version of the text beneath which visitors choose. A change of meaning gets a new one, and everybody
/// is asked again.
pub const TEXT_VERSION: u32 = 1;

/// For how long a choice is remembered: six months.
pub const REMEMBERED_SECONDS: u32 = 182 * 24 * 60 * 60;

/// What somebody chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Whether an analytics tool may be loaded; `None` where that was not asked.
    pub analytics: Option<bool>,
    /// Whether visits may be counted by day and page.
    pub counts: bool,
}

/// What the browser itself says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signals {
    /// The header `Sec-GPC: 1`.
    pub global_privacy_control: bool,
    /// The header `DNT: 1`.
    pub do_not_track: bool,
}

impl Default for Choice {
    /// Nobody has chosen: nothing optional, and counting without any identifier, as the notice says.
    fn default() -> Self {
        Self {
            analytics: None,
            counts: true,
        }
    }
}

impl Signals {
    /// From the values of the two headers.
    pub fn from_headers(sec_gpc: Option<&str>, dnt: Option<&str>) -> Self {
        let says_so = |value: Option<&str>| value.is_some_and(|value| value.trim() == "1");
        Self {
            global_privacy_control: says_so(sec_gpc),
            do_not_track: says_so(dnt),
        }
    }

    /// Whether either says no.
    pub fn refuse(self) -> bool {
        self.global_privacy_control || self.do_not_track
    }
}

impl Choice {
    /// The choice in the header `Cookie`. Anything that is not exactly what [`Choice::cookie_value`]
    /// writes for this version of the text is no choice.
    pub fn from_cookies(header: &str) -> Option<Self> {
        let values = header
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == CHOICE);
        let mut choices = values.map(|(_, value)| Self::from_value(value));
        match (choices.next(), choices.next()) {
            (Some(choice), None) => choice,
            _ => None,
        }
    }

    fn from_value(value: &str) -> Option<Self> {
        let parts: Vec<&str> = value.split('.').collect();
        let [version, analytics, counts] = parts.as_slice() else {
            return None;
        };
        if version.parse() != Ok(TEXT_VERSION) {
            return None;
        }
        let analytics = match *analytics {
            "yes" => Some(true),
            "no" => Some(false),
            "open" => None,
            _ => return None,
        };
        let counts = match *counts {
            "yes" => true,
            "no" => false,
            _ => return None,
        };
        Some(Self { analytics, counts })
    }

    /// What the cookie holds: version of the text, analytics, counts.
    pub fn cookie_value(self) -> String {
        let yes_no = |yes: bool| if yes { "yes" } else { "no" };
        let analytics = self.analytics.map_or("open", yes_no);
        format!("{TEXT_VERSION}.{analytics}.{}", yes_no(self.counts))
    }

    /// The value of the header `Set-Cookie`; over TLS with `Secure`.
    pub fn set_cookie(self, is_encrypted: bool) -> String {
        let secure = if is_encrypted { "; Secure" } else { "" };
        format!(
            "{CHOICE}={}; Path=/; Max-Age={REMEMBERED_SECONDS}; SameSite=Lax{secure}",
            self.cookie_value()
        )
    }

    /// The choice after a form with the fields `analytics` and `counts` (`yes` or `no`) was sent. What the
    /// form does not name stays as it was.
    #[must_use]
    pub fn after_form<'a>(self, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut choice = self;
        for field in fields {
            match field {
                ("analytics", "yes") => choice.analytics = Some(true),
                ("analytics", "no") => choice.analytics = Some(false),
                ("counts", "yes") => choice.counts = true,
                ("counts", "no") => choice.counts = false,
                _ => {}
            }
        }
        choice
    }

    /// Whether an analytics tool may be loaded.
    pub fn allows_analytics(self, signals: Signals) -> bool {
        self.analytics == Some(true) && !signals.refuse()
    }

    /// Whether this visit may be counted.
    pub fn allows_counting(self, signals: Signals) -> bool {
        self.counts && !signals.refuse()
    }

    /// Whether somebody is still to be asked about an analytics tool. A browser that says no has answered.
    pub fn is_to_be_asked(self, signals: Signals) -> bool {
        self.analytics.is_none() && !signals.refuse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Choice; 6] = [
        choice(None, true),
        choice(None, false),
        choice(Some(true), true),
        choice(Some(true), false),
        choice(Some(false), true),
        choice(Some(false), false),
    ];

    const fn choice(analytics: Option<bool>, counts: bool) -> Choice {
        Choice { analytics, counts }
    }

    #[test]
    fn a_choice_is_read_back_as_it_was_written() {
        for choice in ALL {
            let header = format!("other=1; {CHOICE}={}; more=2", choice.cookie_value());
            assert_eq!(Choice::from_cookies(&header), Some(choice));
        }
    }

    #[test]
    fn an_older_text_a_broken_value_and_two_values_are_no_choice() {
        for header in [
            "",
            "attune-choice=0.yes.yes",
            "attune-choice=1.yes",
            "attune-choice=1.YES.yes",
            "attune-choice=1.yes.yes.id",
            "attune-choice=1.yes.yes; attune-choice=1.no.no",
            "my-attune-choice=1.yes.yes",
        ] {
            assert_eq!(Choice::from_cookies(header), None, "{header}");
        }
    }

    #[test]
    fn nothing_optional_is_allowed_before_a_yes_or_against_the_browser() {
        let quiet = Signals::default();
        let refusing = [
            Signals::from_headers(Some("1"), None),
            Signals::from_headers(None, Some("1")),
        ];
        for choice in ALL {
            let said_yes = choice.analytics == Some(true);
            assert_eq!(choice.allows_analytics(quiet), said_yes);
            for signals in refusing {
                assert!(!choice.allows_analytics(signals));
                assert!(!choice.allows_counting(signals));
                assert!(!choice.is_to_be_asked(signals));
            }
        }
        assert!(!Choice::default().allows_analytics(quiet));
    }

    #[test]
    fn the_cookie_goes_after_six_months_and_holds_no_identity() {
        let header = choice(Some(false), true).set_cookie(true);
        assert_eq!(
            header,
            "attune-choice=1.no.yes; Path=/; Max-Age=15724800; SameSite=Lax; Secure"
        );
    }

    #[test]
    fn a_form_changes_what_it_names_and_nothing_else() {
        let before = choice(Some(true), true);
        let after = before.after_form([("analytics", "no"), ("counts", "maybe"), ("x", "yes")]);
        assert_eq!(after, choice(Some(false), true));
        assert_eq!(
            after.after_form([("counts", "no")]),
            choice(Some(false), false)
        );
    }
}
