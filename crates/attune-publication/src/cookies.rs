//! What Attune keeps on a visitor's device: one list. The Cookies page is made from it, and browser
//! tests fail on any key that is set and not in it. Whoever sets a new one adds it here first.

/// Something kept on, or read from, a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Its name, as the browser shows it.
    pub name: &'static str,
    /// How it is kept.
    pub kind: Kind,
    /// What it is for, in plain words.
    pub purpose: &'static str,
    /// Whether somebody has a choice.
    pub category: Category,
    /// How long it stays.
    pub lifetime: &'static str,
    /// Which pages set it.
    pub pages: Pages,
}

/// How something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A cookie.
    Cookie,
    /// The browser's local storage.
    LocalStorage,
    /// The browser's session storage.
    SessionStorage,
    /// The browser's own database.
    Database,
    /// Files kept for use without a network.
    Cache,
    /// A program that reads from the device and keeps nothing there.
    Script,
}

/// Whether somebody has a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// The page cannot do what the visitor asks for without it.
    Necessary,
    /// Only after a yes.
    Analytics,
}

/// Which pages set something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// The public pages.
    Public,
    /// The public pages, where a self-hosted analytics tool is switched on.
    PublicWithTool,
    /// The application, for people who sign in.
    Application,
}

/// Name of the cookie that remembers a choice.
pub const CHOICE: &str = "attune-choice";

/// Name of the script of the owner's analytics tool.
pub const TOOL: &str = "matomo.js";

/// Everything there is.
pub const REGISTRY: &[Stored] = &[
    necessary(
        CHOICE,
        "Remembers what you chose on this page. It holds the choice and the version of the text that you \
         were asked, and nothing that tells who you are. It is set only when you choose.",
        "6 months",
        Pages::Public,
    ),
    Stored {
        name: TOOL,
        kind: Kind::Script,
        purpose: "Counts which pages are read and from which kind of device, by a tool on the owner’s own \
                  server. It reads the address of the page, your language and the size of your screen. It is \
                  told to set no cookies.",
        category: Category::Analytics,
        lifetime: "Nothing is kept on your device",
        pages: Pages::PublicWithTool,
    },
    necessary(
        "__Host-attune-session",
        "Knows that you are signed in.",
        "Until you sign out or stop working, 12 hours at most",
        Pages::Application,
    ),
    necessary(
        "__Host-attune-ticket",
        "Holds your place between the password and the second step of signing in.",
        "A few minutes",
        Pages::Application,
    ),
    necessary(
        "__Host-attune-browser",
        "Recognises a browser from which you have signed in before, so that somebody who guesses passwords \
         cannot lock you out.",
        "Up to a year",
        Pages::Application,
    ),
    necessary(
        "attune-loopback-session",
        "The same as __Host-attune-session, where the program runs on your own computer.",
        "Until you sign out or stop working, 12 hours at most",
        Pages::Application,
    ),
    necessary(
        "attune-loopback-ticket",
        "The same as __Host-attune-ticket, where the program runs on your own computer.",
        "A few minutes",
        Pages::Application,
    ),
    necessary(
        "attune-loopback-browser",
        "The same as __Host-attune-browser, where the program runs on your own computer.",
        "Up to a year",
        Pages::Application,
    ),
];

const fn necessary(
    name: &'static str,
    purpose: &'static str,
    lifetime: &'static str,
    pages: Pages,
) -> Stored {
    Stored {
        name,
        kind: Kind::Cookie,
        purpose,
        category: Category::Necessary,
        lifetime,
        pages,
    }
}

/// The entry with this name, if it is listed.
pub fn listed(name: &str) -> Option<&'static Stored> {
    REGISTRY.iter().find(|stored| stored.name == name)
}

impl Kind {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Cookie => "Cookie",
            Self::LocalStorage => "Local storage",
            Self::SessionStorage => "Session storage",
            Self::Database => "Browser database",
            Self::Cache => "Files for use offline",
            Self::Script => "Script",
        }
    }
}

impl Category {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Necessary => "Necessary",
            Self::Analytics => "Analytics",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_listed_twice() {
        for (position, stored) in REGISTRY.iter().enumerate() {
            let first = REGISTRY.iter().position(|other| other.name == stored.name);
            assert_eq!(first, Some(position), "{}", stored.name);
        }
    }

    #[test]
    fn everything_says_what_it_is_for_and_how_long_it_stays() {
        for stored in REGISTRY {
            assert!(stored.purpose.ends_with('.'), "{}", stored.name);
            assert!(!stored.lifetime.is_empty(), "{}", stored.name);
        }
    }
}
