//! Where the pages of a publication stand, as seen from one of them.

use crate::{settings::Place, site_words::site_language};

/// Where things are, as seen from one page.
#[derive(Debug, Clone)]
pub struct Links {
    /// What stands before every path of the publication.
    prefix: String,
    is_served: bool,
    /// The language of the pages about the site.
    language: &'static str,
}

impl Links {
    /// As seen from a page so many folders below the first one.
    pub fn from_depth(place: &Place, depth: usize) -> Self {
        match place {
            Place::Files => Self {
                prefix: "../".repeat(depth),
                is_served: false,
                language: "en",
            },
            Place::Served(root) => Self {
                prefix: format!("{}/", root.trim_end_matches('/')),
                is_served: true,
                language: "en",
            },
        }
    }

    /// The same, with the pages about the site in the language of a page, where there are words for it.
    #[must_use]
    pub fn in_language(self, language: &str) -> Self {
        Self {
            language: site_language(language),
            ..self
        }
    }

    /// A page about the site.
    pub fn site(&self, page: &str) -> String {
        match self.is_served {
            true => served_address(
                self.prefix.trim_end_matches('/'),
                &site_path(page, self.language),
            ),
            false => self.file(&site_path(page, self.language)),
        }
    }

    /// A file of the publication.
    pub fn file(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// All studies.
    pub fn index(&self) -> String {
        self.site(INDEX)
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
        self.site(COOKIES)
    }

    /// Privacy and accessibility.
    pub fn about(&self) -> String {
        self.site(ABOUT)
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

/// The path of a page about the site in a language within the publication: `cookies.html`, `cookies.ar.html`.
pub fn site_path(page: &str, language: &str) -> String {
    match (language, page.split_once('.')) {
        ("en", _) | (_, None) => page.to_owned(),
        (language, Some((name, ending))) => format!("{name}.{language}.{ending}"),
    }
}

/// Whether the path is that of a page about the site, in whatever language.
pub fn is_page(path: &str, page: &str) -> bool {
    in_parts(path).is_some_and(|(found, _)| found == page)
}

/// The page about the site, and the language in which it stands at this path.
fn in_parts(path: &str) -> Option<(&'static str, &str)> {
    let pages = [INDEX, COOKIES, ABOUT];
    let parts: Vec<&str> = path.split('.').collect();
    let (name, language) = match parts.as_slice() {
        [name, "html"] => (*name, "en"),
        [name, language, "html"] => (*name, *language),
        _ => return None,
    };
    let page = pages
        .into_iter()
        .find(|page| page.strip_suffix(".html") == Some(name))?;
    Some((page, language))
}

/// Where a server beneath `root` answers with the page at a path of the publication.
pub fn served_address(root: &str, path: &str) -> String {
    match in_parts(path) {
        Some((INDEX, "en")) => root.to_owned(),
        Some((INDEX, language)) => format!("{root}?in={language}"),
        Some((page, "en")) => format!("{root}/{page}"),
        Some((page, language)) => format!("{root}/{page}?in={language}"),
        None => format!("{root}/{path}"),
    }
}

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
        let (files, served) = (files.in_language("ar"), served.in_language("pl-PL"));
        assert_eq!(files.about(), "../about.ar.html");
        assert_eq!(served.index(), "/studies?in=pl");
        assert_eq!(served.cookies(), "/studies/cookies.html?in=pl");
        assert!(is_page("cookies.ar.html", COOKIES) && !is_page("a/cookies.html", COOKIES));
        assert_eq!(
            served_address("/studies", "a/ar.html"),
            "/studies/a/ar.html"
        );
    }
}
