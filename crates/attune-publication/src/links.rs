//! Where the pages of a publication stand, as seen from one of them.

use crate::settings::Place;

/// Where things are, as seen from one page.
#[derive(Debug, Clone)]
pub struct Links {
    /// What stands before every path of the publication.
    prefix: String,
    is_served: bool,
}

impl Links {
    /// As seen from a page so many folders below the first one.
    pub fn from_depth(place: &Place, depth: usize) -> Self {
        match place {
            Place::Files => Self {
                prefix: "../".repeat(depth),
                is_served: false,
            },
            Place::Served(root) => Self {
                prefix: format!("{}/", root.trim_end_matches('/')),
                is_served: true,
            },
        }
    }

    /// A file of the publication.
    pub fn file(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// All studies.
    pub fn index(&self) -> String {
        match self.is_served {
            true => self.prefix.trim_end_matches('/').to_owned(),
            false => self.file("index.html"),
        }
    }

    /// The page of a study in its own language, or in another one.
    pub fn study(&self, id: &str, other_language: Option<&str>) -> String {
        match (self.is_served, other_language) {
            (true, None) => self.file(id),
            _ => self.file(&study_path(id, other_language)),
        }
    }

    /// The Cookies page.
    pub fn cookies(&self) -> String {
        self.file(COOKIES)
    }

    /// Privacy and accessibility.
    pub fn about(&self) -> String {
        self.file(ABOUT)
    }

    /// The stylesheet.
    pub fn stylesheet(&self) -> String {
        self.file(STYLESHEET)
    }

    /// The script of the choice.
    pub fn script(&self) -> String {
        self.file(SCRIPT)
    }

    /// The icon.
    pub fn icon(&self) -> String {
        self.file(ICON)
    }

    /// Whether a server answers.
    pub fn is_served(&self) -> bool {
        self.is_served
    }
}

/// All studies.
pub const INDEX: &str = "index.html";
/// The Cookies page.
pub const COOKIES: &str = "cookies.html";
/// Privacy and accessibility.
pub const ABOUT: &str = "about.html";
/// The stylesheet.
pub const STYLESHEET: &str = "publication.css";
/// The script of the choice.
pub const SCRIPT: &str = "choice.js";
/// The icon.
pub const ICON: &str = "icon.svg";

/// The path of a study's page within the publication.
pub fn study_path(id: &str, other_language: Option<&str>) -> String {
    match other_language {
        None => format!("{id}/index.html"),
        Some(language) => format!("{id}/{}.html", language.to_ascii_lowercase()),
    }
}

/// The path of a study's figure or its numbers.
pub fn figure_path(id: &str, figure: &str, ending: &str) -> String {
    format!("{id}/figures/{figure}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_find_each_other_by_their_folder_and_served_pages_by_their_root() {
        let files = Links::from_depth(&Place::Files, 1);
        assert_eq!(files.index(), "../index.html");
        assert_eq!(files.study("a", Some("pt-BR")), "../a/pt-br.html");
        let served = Links::from_depth(&Place::Served("/studies".to_owned()), 1);
        assert_eq!(served.index(), "/studies");
        assert_eq!(served.study("a", None), "/studies/a");
        assert_eq!(served.study("a", Some("ar")), "/studies/a/ar.html");
        assert_eq!(served.cookies(), "/studies/cookies.html");
    }
}
