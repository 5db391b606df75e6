//! The page of one study in one language: the team's words in the order in which a visitor asks, facts from the
//! study file, numbers from the findings and from nowhere else.

use askama::Template;
use attune_analysis::Findings;
use attune_protocol::{
    Protocol,
    page::{PagePart, PageSection, PageText},
    study::{Partner, Publication, StudyStatus, TeamMember},
};
use attune_report::escape;

use crate::{
    frame::{LanguageChoice, Page, fixed},
    json_ld::{self, json_ld},
    links::{Links, study_path},
    own_text,
    page_words::{PageWords, language_name, words_in},
    results::results,
    settings::Settings,
};

/// A study as it is published.
#[derive(Debug, Clone, Copy)]
pub struct Published<'a> {
    /// What the study file says.
    pub protocol: &'a Protocol,
    /// What came out; shown only when the study's results are released.
    pub findings: Option<&'a Findings>,
}

/// A page and the files that belong to it, by their path within the publication.
pub struct StudyPage {
    /// The page's own path.
    pub path: String,
    /// The page.
    pub html: String,
    /// Figures and their numbers.
    pub files: Vec<(String, Vec<u8>)>,
}

#[derive(Template)]
#[template(path = "study.html")]
struct Body<'a> {
    language: &'a str,
    own_language: &'a str,
    words: &'static PageWords,
    title: &'a str,
    formal_title: Option<&'a str>,
    summary: Option<Part>,
    facts: Vec<Fact<'a>>,
    team: &'a [TeamMember],
    partners: &'a [Partner],
    parts: Vec<Part>,
    publications: &'a [Publication],
    data: Vec<&'a str>,
}

/// One part of the page; heading and body are HTML.
struct Part {
    id: String,
    heading: String,
    body: String,
}

struct Fact<'a> {
    name: &'a str,
    /// HTML.
    value: String,
    /// Whether the value is in the page's language.
    is_fixed: bool,
}

impl Body<'_> {
    fn fixed(&self, words: &str) -> String {
        fixed(self.language, words)
    }
}

impl<'a> Published<'a> {
    /// The languages of the page, the study's own first.
    pub fn languages(&self) -> Vec<&'a str> {
        let study = &self.protocol.study;
        let mut languages: Vec<&str> = vec![&study.language];
        for page in &study.pages {
            if !languages.contains(&page.language.as_str()) {
                languages.push(&page.language);
            }
        }
        languages
    }

    /// The title in a language.
    pub fn title(&self, language: &str) -> &'a str {
        let study = &self.protocol.study;
        let own = study.plain_title.as_deref().unwrap_or(&study.title);
        match self.text(language) {
            Some(page) if language != study.language => page.title().unwrap_or(own),
            _ => own,
        }
    }

    /// Whether any of the records behind it are made up.
    pub fn is_simulated(&self) -> bool {
        self.protocol.study.simulated || self.findings.is_some_and(|findings| findings.simulated)
    }

    /// The findings, where they may be shown.
    pub fn released(&self) -> Option<&'a Findings> {
        self.findings.filter(|findings| {
            self.protocol.study.results_released && !findings.findings.is_empty()
        })
    }

    fn text(&self, language: &str) -> Option<&'a PageText> {
        let pages = &self.protocol.study.pages;
        pages.iter().find(|page| page.language == language)
    }

    /// The language as a path names it: none for the study's own.
    fn other<'l>(&self, language: &'l str) -> Option<&'l str> {
        (language != self.protocol.study.language).then_some(language)
    }

    /// The page in one of its languages.
    pub fn page(&self, language: &str, settings: &Settings) -> StudyPage {
        let study = &self.protocol.study;
        let id = study.id.as_str();
        let links = Links::from_depth(&settings.place, 1);
        let sections = self
            .text(language)
            .map(PageText::sections)
            .unwrap_or_default();
        let (numbers, files) = match self.released() {
            Some(findings) => {
                let results = results(self.protocol, findings, &links);
                (Some(results.html), results.files)
            }
            None => (None, Vec::new()),
        };
        let title = self.title(language);
        let summary = sections
            .iter()
            .find(|section| section.part == Some(PagePart::Summary));
        let description =
            summary.map_or_else(String::new, |section| own_text::words(section.markdown));
        let body = Body {
            language,
            own_language: &study.language,
            words: words_in(language).0,
            title,
            formal_title: (title != study.title).then_some(study.title.as_str()),
            summary: summary.map(|section| own_part(language, section, "summary")),
            facts: self.facts(language),
            team: &self.protocol.team,
            partners: &self.protocol.partners,
            parts: self.parts(language, &sections, numbers.as_deref()),
            publications: &self.protocol.publications,
            data: study.data_statement.as_deref().into_iter().collect(),
        };
        let path = study_path(id, self.other(language));
        let page = Page {
            settings,
            title: title.to_owned(),
            description,
            simulated: self.is_simulated(),
            switch: self.switch(language, &links),
            changed: study.last_changed.map(|day| day.to_string()),
            json_ld: json_ld(self.protocol),
            body: body
                .render()
                .expect("templates only write to a string, which never fails"),
            path: path.clone(),
            language,
            links,
        };
        StudyPage {
            html: page.html(),
            path,
            files,
        }
    }

    /// The page in all its languages.
    pub fn switch(&self, here: &str, links: &Links) -> Vec<LanguageChoice> {
        self.languages()
            .into_iter()
            .map(|language| LanguageChoice {
                tag: language.to_owned(),
                name: language_name(language).to_owned(),
                address: links.study(&self.protocol.study.id, self.other(language)),
                is_here: language == here,
            })
            .collect()
    }

    fn facts(&self, language: &str) -> Vec<Fact<'a>> {
        let study = &self.protocol.study;
        let (words, _) = words_in(language);
        let mut facts = vec![Fact {
            name: &words.status,
            value: fixed(language, status_words(study.status, words)),
            is_fixed: true,
        }];
        let days = match (study.started, study.ended) {
            (Some(from), Some(to)) => Some(format!("{from} {} {to}", words.from_to)),
            (Some(day), None) | (None, Some(day)) => Some(day.to_string()),
            (None, None) => None,
        };
        facts.extend(days.map(|days| Fact {
            name: &words.dates,
            value: escape(&days),
            is_fixed: true,
        }));
        for (name, value, is_always_there) in [
            (&words.funder, &study.funder, true),
            (&words.ethics, &study.ethics_reference, true),
            (&words.registration, &study.registration, false),
            (&words.contact, &study.contact, true),
        ] {
            match value {
                Some(value) => facts.push(Fact {
                    name,
                    value: linked(value),
                    is_fixed: false,
                }),
                None if is_always_there => facts.push(Fact {
                    name,
                    value: fixed(language, &words.not_stated),
                    is_fixed: true,
                }),
                None => {}
            }
        }
        facts
    }

    fn parts(
        &self,
        language: &str,
        sections: &[PageSection<'_>],
        numbers: Option<&str>,
    ) -> Vec<Part> {
        let study = &self.protocol.study;
        let of = |part: PagePart| sections.iter().find(|section| section.part == Some(part));
        let (words, _) = words_in(language);
        let mut parts = Vec::new();
        parts.extend(of(PagePart::Background).map(|s| own_part(language, s, "background")));
        match of(PagePart::Aims) {
            Some(section) => parts.push(own_part(language, section, "aims")),
            None if !study.aims.is_empty() => parts.push(Part {
                id: "aims".to_owned(),
                heading: fixed(language, &words.aims),
                body: aims(&study.aims, &study.language),
            }),
            None => {}
        }
        parts.extend(of(PagePart::Methodology).map(|s| own_part(language, s, "methodology")));
        parts.extend(self.results_part(language, of(PagePart::Results), numbers));
        let others = sections.iter().filter(|section| match section.part {
            Some(PagePart::Other) => true,
            // What does not say what it is may be results.
            None => study.results_released,
            _ => false,
        });
        for (position, section) in others.enumerate() {
            parts.push(own_part(
                language,
                section,
                &format!("more-{}", position + 1),
            ));
        }
        parts
            .extend(of(PagePart::DataProtection).map(|s| own_part(language, s, "data-protection")));
        parts.extend(of(PagePart::Withdrawal).map(|s| own_part(language, s, "withdrawal")));
        parts
    }

    fn results_part(
        &self,
        language: &str,
        section: Option<&PageSection<'_>>,
        numbers: Option<&str>,
    ) -> Option<Part> {
        let study = &self.protocol.study;
        let (words, _) = words_in(language);
        let has_any = section.is_some() || !self.protocol.analyses.is_empty();
        let heading = section.map_or_else(
            || fixed(language, "Results"),
            |section| escape(section.heading),
        );
        if !study.results_released {
            return has_any.then(|| Part {
                id: "results".to_owned(),
                heading,
                body: format!("<p>{}</p>", fixed(language, &words.not_released)),
            });
        }
        let mut body = String::new();
        if let Some(section) = section {
            body += &own_text::to_html(section.markdown);
            body += &found_and_not_found(section);
        }
        if let Some(numbers) = numbers {
            body += &format!("<h3>{}</h3>\n", fixed(language, &words.numbers));
            if !words.numbers_remark.is_empty() {
                body += &format!("<p>{}</p>\n", fixed(language, &words.numbers_remark));
            }
            body += numbers;
        }
        (!body.is_empty()).then_some(Part {
            id: "results".to_owned(),
            heading,
            body,
        })
    }
}

/// What was found and what was not, side by side where there is room.
fn found_and_not_found(section: &PageSection<'_>) -> String {
    if section.within.is_empty() {
        return String::new();
    }
    let columns: String = section
        .within
        .iter()
        .map(|part| {
            format!(
                "<div>\n<h3>{}</h3>\n{}</div>\n",
                escape(part.heading),
                own_text::to_html(part.markdown)
            )
        })
        .collect();
    format!("<div class=\"beside\">\n{columns}</div>\n")
}

fn own_part(language: &str, section: &PageSection<'_>, id: &str) -> Part {
    let heading = match section.heading {
        "" => fixed(language, &words_in(language).0.in_short),
        heading => escape(heading),
    };
    Part {
        id: id.to_owned(),
        heading,
        body: own_text::to_html(section.markdown),
    }
}

fn aims(aims: &[String], language: &str) -> String {
    let items: String = aims
        .iter()
        .map(|aim| {
            format!(
                "<li lang=\"{}\" dir=\"auto\">{}</li>\n",
                escape(language),
                escape(aim)
            )
        })
        .collect();
    format!("<ul>\n{items}</ul>\n")
}

/// An e-mail address or web address as a link; other words as they are.
fn linked(value: &str) -> String {
    let escaped = escape(value);
    let is_one_word = !value.chars().any(char::is_whitespace);
    match is_one_word {
        true if value.starts_with("https://") => format!("<a href=\"{escaped}\">{escaped}</a>"),
        true if value.contains('@') && !value.contains(':') => {
            format!("<a href=\"mailto:{escaped}\">{escaped}</a>")
        }
        _ => escaped,
    }
}

/// The status in words.
pub fn status_words(status: StudyStatus, words: &PageWords) -> &str {
    match status {
        StudyStatus::Planned => &words.planned,
        StudyStatus::Recruiting => &words.recruiting,
        StudyStatus::FollowUp => &words.follow_up,
        StudyStatus::Completed => &words.completed,
        StudyStatus::Stopped => &words.stopped,
    }
}

/// The study in short, for lists.
pub fn in_short(protocol: &Protocol) -> String {
    json_ld::summary(protocol).unwrap_or_default()
}
