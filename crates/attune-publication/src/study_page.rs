//! The page of one study in one language: the team's words in the order in which a visitor asks, facts from the
//! study file, numbers from the findings and from nowhere else.

use askama::Template;
use attune_analysis::Findings;
use attune_protocol::{
    Protocol,
    page::{PagePart, PageSection, PageText},
    study::{Partner, Publication, StudyStatus, TeamMember},
};
use attune_report::{Quotation, escape};

use crate::{
    frame::{LanguageChoice, Page, fixed},
    json_ld::{self, json_ld},
    links::{Links, study_path},
    own_text,
    page_words::{PageWords, language_name, words_in},
    results::results,
    settings::Settings,
    site_words::site_language,
    tongue::Tongue,
};

/// A study as it is published.
#[derive(Debug, Clone, Copy)]
pub struct Published<'a> {
    /// What the study file says.
    pub protocol: &'a Protocol,
    /// What came out; shown only when the study's results are released.
    pub findings: Option<&'a Findings>,
    /// Words that those who took part agreed to have quoted; shown with the results.
    pub quotations: &'a [Quotation],
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
    title_is_own: bool,
    formal_title: Option<&'a str>,
    summary: Option<Part>,
    /// What is not in the page's language is said to be so.
    remark: Option<String>,
    facts: Vec<Fact<'a>>,
    team: &'a [TeamMember],
    partners: &'a [Partner],
    parts: Vec<Part>,
    publications: &'a [Publication],
    data: Option<String>,
    tongue: Tongue<'a>,
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
}

impl Body<'_> {
    fn fixed(&self, words: &str) -> String {
        fixed(self.language, words)
    }

    fn name(&self, own: &str) -> String {
        self.tongue.html(own)
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

    /// The language of the page that a reader of `language` is led to: that one where the study has it, otherwise its own.
    pub fn nearest_language(&self, language: &str) -> &'a str {
        let mut languages = self.languages().into_iter();
        languages
            .find(|own| site_language(own) == language && words_in(own).1)
            .unwrap_or(&self.protocol.study.language)
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
        self.findings
            .filter(|findings| self.protocol.study.shows_results() && !findings.findings.is_empty())
    }

    fn text(&self, language: &str) -> Option<&'a PageText> {
        let pages = &self.protocol.study.pages;
        pages.iter().find(|page| page.language == language)
    }

    /// The language as a path names it: none for the study's own.
    pub fn other<'l>(&self, language: &'l str) -> Option<&'l str> {
        (language != self.protocol.study.language).then_some(language)
    }

    /// The page in one of its languages.
    pub fn page(&self, language: &str, settings: &Settings) -> StudyPage {
        let study = &self.protocol.study;
        let id = study.id.as_str();
        let links = Links::from_depth(&settings.place, 1).in_language(language);
        let sections = self
            .text(language)
            .map(PageText::sections)
            .unwrap_or_default();
        let tongue = Tongue::of(self.protocol, language);
        let shown = self
            .released()
            .map(|findings| results(self.protocol, findings, &links, tongue));
        let results_are_whole = shown.as_ref().is_none_or(|results| results.is_whole);
        let (numbers, files) = match shown {
            Some(results) => (Some(results.html), results.files),
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
            title_is_own: self.title_is_own(language),
            formal_title: (title != study.title).then_some(study.title.as_str()),
            summary: summary
                .map(|section| own_part(language, section, "summary"))
                .or_else(|| self.elsewhere(language, &links, PagePart::Summary, "summary")),
            remark: (!results_are_whole || !self.facts_are_whole(&tongue))
                .then(|| fixed(language, &words_in(language).0.names_in_own)),
            facts: self.facts(&tongue),
            team: &self.protocol.team,
            partners: &self.protocol.partners,
            parts: self.parts(&tongue, &links, &sections, numbers.as_deref()),
            publications: &self.protocol.publications,
            data: study
                .data_statement
                .as_ref()
                .map(|statement| tongue.html(statement)),
            tongue,
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

    /// Whether the title is in the study's language on a page of another one.
    fn title_is_own(&self, language: &str) -> bool {
        let has_one = self.text(language).and_then(PageText::title).is_some();
        language != self.protocol.study.language && !has_one
    }

    /// Whether all facts that are sentences, and no names, are in the page's language.
    fn facts_are_whole(&self, tongue: &Tongue<'_>) -> bool {
        let study = &self.protocol.study;
        let facts = [
            &study.funder,
            &study.ethics_reference,
            &study.contact,
            &study.data_statement,
        ];
        let mut facts = facts.into_iter().flatten();
        facts.all(|fact| !fact.contains(' ') || tongue.has(fact))
    }

    /// A part that the study's own page has and this one has not: where it can be read.
    fn elsewhere(&self, language: &str, links: &Links, part: PagePart, id: &str) -> Option<Part> {
        let study = &self.protocol.study;
        if language == study.language {
            return None;
        }
        let own = self.text(&study.language)?.section(part)?;
        let words = words_in(language).0;
        let address = links.study(&study.id, None);
        let heading = match own.heading {
            "" => fixed(language, &words.in_short),
            heading => in_own(heading, &study.language),
        };
        Some(Part {
            id: id.to_owned(),
            heading,
            body: format!(
                "<p>{} <a href=\"{address}#{id}\" hreflang=\"{}\">{}</a></p>\n",
                fixed(language, &words.not_in_this_language),
                escape(&study.language),
                fixed(language, &words.read_it_there),
            ),
        })
    }

    fn facts(&self, tongue: &Tongue<'_>) -> Vec<Fact<'a>> {
        let study = &self.protocol.study;
        let language = tongue.language;
        let (words, _) = words_in(language);
        let mut facts = vec![Fact {
            name: &words.status,
            value: fixed(language, status_words(study.status, words)),
        }];
        let days = match (study.started, study.ended) {
            (Some(from), Some(to)) => Some(format!("{from} {} {to}", words.from_to)),
            (Some(day), None) | (None, Some(day)) => Some(day.to_string()),
            (None, None) => None,
        };
        facts.extend(days.map(|days| Fact {
            name: &words.dates,
            value: escape(&days),
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
                    value: linked(tongue, value),
                }),
                None if is_always_there => facts.push(Fact {
                    name,
                    value: fixed(language, &words.not_stated),
                }),
                None => {}
            }
        }
        facts
    }

    fn parts(
        &self,
        tongue: &Tongue<'_>,
        links: &Links,
        sections: &[PageSection<'_>],
        numbers: Option<&str>,
    ) -> Vec<Part> {
        let study = &self.protocol.study;
        let language = tongue.language;
        let told = |part: PagePart, id: &str, section: Option<&PageSection<'_>>| match section {
            Some(section) => Some(own_part(language, section, id)),
            None => self.elsewhere(language, links, part, id),
        };
        let of = |part: PagePart| sections.iter().find(|section| section.part == Some(part));
        let (words, _) = words_in(language);
        let mut parts = Vec::new();
        let add = |parts: &mut Vec<Part>, part: PagePart, id: &str| {
            parts.extend(told(part, id, of(part)));
        };
        add(&mut parts, PagePart::Background, "background");
        match of(PagePart::Aims) {
            Some(section) => parts.push(own_part(language, section, "aims")),
            None if !study.aims.is_empty() => parts.push(Part {
                id: "aims".to_owned(),
                heading: fixed(language, &words.aims),
                body: aims(&study.aims, tongue),
            }),
            None => {}
        }
        add(&mut parts, PagePart::Methodology, "methodology");
        parts.extend(self.results_part(language, of(PagePart::Results), numbers));
        let others = sections.iter().filter(|section| match section.part {
            Some(PagePart::Other) => true,
            // What does not say what it is may be results.
            None => study.shows_results(),
            _ => false,
        });
        for (position, section) in others.enumerate() {
            parts.push(own_part(
                language,
                section,
                &format!("more-{}", position + 1),
            ));
        }
        add(&mut parts, PagePart::DataProtection, "data-protection");
        add(&mut parts, PagePart::Withdrawal, "withdrawal");
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
            || fixed(language, &words.results),
            |section| escape(section.heading),
        );
        if !study.shows_results() {
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
            body += numbers;
        }
        body += &self.quoted(language);
        (!body.is_empty()).then_some(Part {
            id: "results".to_owned(),
            heading,
            body,
        })
    }
}

impl Published<'_> {
    /// The words of those who took part. They stand as they were said, whatever the page's language is.
    fn quoted(&self, language: &str) -> String {
        if self.quotations.is_empty() {
            return String::new();
        }
        let quotations: String = self
            .quotations
            .iter()
            .map(|quotation| {
                format!(
                    "<figure class=\"quotation\"><blockquote dir=\"auto\"><p>{}</p></blockquote><figcaption><bdi>{}</bdi></figcaption></figure>\n",
                    escape(&quotation.words),
                    escape(&quotation.speaker)
                )
            })
            .collect();
        let words = words_in(language).0;
        format!(
            "<h3>{}</h3>\n{quotations}<p>{}</p>\n",
            fixed(language, &words.in_their_words),
            fixed(language, &words.single_voices)
        )
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

fn aims(aims: &[String], tongue: &Tongue<'_>) -> String {
    let items: String = aims
        .iter()
        .map(|aim| format!("<li>{}</li>\n", tongue.html(aim)))
        .collect();
    format!("<ul>\n{items}</ul>\n")
}

/// Words of the study's own language on a page in another one.
fn in_own(words: &str, own: &str) -> String {
    format!(
        "<span lang=\"{}\" dir=\"auto\">{}</span>",
        escape(own),
        escape(words)
    )
}

/// An e-mail address or web address as a link; other words as the language has them.
fn linked(tongue: &Tongue<'_>, value: &str) -> String {
    let escaped = escape(value);
    let is_one_word = !value.chars().any(char::is_whitespace);
    match is_one_word {
        true if value.starts_with("https://") => format!("<a href=\"{escaped}\">{escaped}</a>"),
        true if value.contains('@') && !value.contains(':') => {
            format!("<a href=\"mailto:{escaped}\">{escaped}</a>")
        }
        _ => tongue.html(value),
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
pub fn in_short(protocol: &Protocol, language: &str) -> String {
    json_ld::summary(protocol, language).unwrap_or_default()
}
