//! The tables `[study]`, `[[team]]`, `[[partner]]`, `[[publication]]`, `[[deviation]]`, and the
//! texts of the public page.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checking, page::NamedPage};
use crate::{
    folder::{Absence, TextFault},
    id::{AnalysisId, StudyId},
    sharing::Sharing,
    study::{
        Allocation, Deviation, PageText, Partner, Publication, Study, StudyStatus, TeamMember,
    },
    written::{TextAt, Written},
};

impl Checking<'_> {
    pub(super) fn study(&mut self, root: &Written) -> Study {
        let empty = Written::empty(root);
        let table = root.table("study").unwrap_or(&empty);
        let (started, ended) = (table.date("started"), table.date("ended"));
        if started.zip(ended).is_some_and(|(first, last)| last < first) {
            self.reading.error(
                table.at_key("ended"),
                "the study ends before it starts",
                "correct 'started' or 'ended'",
            );
        }
        let recruiting_until = table.date("recruiting-until");
        if started
            .zip(recruiting_until)
            .is_some_and(|(first, last)| last <= first)
        {
            self.reading.error(
                table.at_key("recruiting-until"),
                "recruitment ends before the study starts",
                "correct 'started' or 'recruiting-until'",
            );
        }
        let pages = self.pages(table);
        let study = Study {
            id: StudyId::new(table.text("id").unwrap_or("")),
            title: table.string("title").unwrap_or_default(),
            plain_title: table.string("plain-title"),
            working_title: table.string("working-title"),
            aims: table.texts("aims").map(|aim| aim.text.to_owned()).collect(),
            allocation: table.word("allocation").unwrap_or(Allocation::None),
            status: table
                .word_or_default("status")
                .unwrap_or(StudyStatus::Planned),
            results_released: table.yes_no_or_default("results-released"),
            simulated: table.yes_no_or_default("simulated"),
            data_statement: table.string("data-statement"),
            language: table.text_or_default("language").to_owned(),
            pages: pages.iter().map(|named| named.page.clone()).collect(),
            started,
            ended,
            recruiting_until,
            funder: table.string("funder"),
            ethics_reference: table.string("ethics-reference"),
            registration: table.string("registration"),
            contact: table.string("contact"),
            licence: table.string("licence"),
            last_changed: table.date("last-changed"),
        };
        self.page_texts(root, &study, &pages);
        study
    }

    fn pages(&mut self, study: &Written) -> Vec<NamedPage> {
        let own = study.text_at("page").map(|file| {
            let language = study.text_or_default("language");
            (language, file, study.at_key("page"), None)
        });
        let others = study.tables("pages").filter_map(|page| {
            Some((
                page.text("language")?,
                page.text_at("file")?,
                page.at_key("language"),
                Some(page),
            ))
        });
        let mut languages = BTreeSet::new();
        let mut pages = Vec::new();
        for (language, file, at, further) in own.into_iter().chain(others) {
            if !languages.insert(language.to_owned()) {
                self.reading.error(
                    at,
                    format!("there are two pages in language '{language}'"),
                    "keep one of the two, or correct the language",
                );
            }
            if let Some(markdown) = self.markdown(file) {
                let page = PageText {
                    language: language.to_owned(),
                    file: file.text.to_owned(),
                    markdown,
                    words: further.map_or_else(BTreeMap::new, words_of),
                };
                pages.push(NamedPage { page, at: file.at });
            }
        }
        pages
    }

    fn markdown(&mut self, file: TextAt<'_>) -> Option<String> {
        match self.folder.text(file.text) {
            Ok(source) if source.text.trim().is_empty() => {
                self.reading.error(
                    file.at,
                    format!("'{}' is empty", file.text),
                    "write the page, or remove this line",
                );
                None
            }
            Ok(source) => Some(source.text),
            Err(TextFault::NotText(problem)) => {
                self.reading.problems.push(*problem);
                None
            }
            Err(TextFault::Absent(absence)) => {
                self.cannot_read(file, &absence);
                None
            }
        }
    }

    /// Reports a file that is there and cannot be read; a missing one has been reported.
    pub(super) fn cannot_read(&mut self, file: TextAt<'_>, absence: &Absence) {
        if let Absence::Unreadable(why) = absence {
            self.reading.error(
                file.at,
                format!("'{}' cannot be read: {why}", file.text),
                "mend the file, or name another",
            );
        }
    }
}

pub(super) fn sharing(root: &Written) -> Sharing {
    let usual = Sharing::default();
    let Some(table) = root.table("sharing") else {
        return usual;
    };
    Sharing {
        smallest_group: table
            .count("smallest-group")
            .unwrap_or(usual.smallest_group),
        fewest_alike: table.count("fewest-alike").unwrap_or(usual.fewest_alike),
        times: table.word_or_default("times").unwrap_or(usual.times),
    }
}

pub(super) fn team(root: &Written) -> Vec<TeamMember> {
    let member = |table: &Written| {
        Some(TeamMember {
            name: table.string("name")?,
            role: table.string("role"),
            orcid: table.string("orcid"),
            affiliation: table.string("affiliation"),
        })
    };
    root.tables("team").filter_map(member).collect()
}

pub(super) fn partners(root: &Written) -> Vec<Partner> {
    let partner = |table: &Written| {
        Some(Partner {
            name: table.string("name")?,
            role: table.string("role"),
            url: table.string("url"),
        })
    };
    root.tables("partner").filter_map(partner).collect()
}

pub(super) fn publications(root: &Written) -> Vec<Publication> {
    let publication = |table: &Written| {
        Some(Publication {
            citation: table.string("citation")?,
            doi: table.string("doi"),
        })
    };
    root.tables("publication").filter_map(publication).collect()
}

pub(super) fn deviations(root: &Written) -> Vec<Deviation> {
    let deviation = |table: &Written| {
        Some(Deviation {
            date: table.date("date")?,
            analysis: table.text("analysis").map(AnalysisId::new),
            what: table.string("what")?,
            why: table.string("why")?,
        })
    };
    root.tables("deviation").filter_map(deviation).collect()
}

/// The study's own names in the language of a page.
fn words_of(page: &Written) -> BTreeMap<String, String> {
    let pairs = page.map("words").iter();
    let texts = pairs.filter_map(|(own, word)| Some((own.text_at()?.text, word.text_at()?.text)));
    texts
        .map(|(own, word)| (own.to_owned(), word.to_owned()))
        .collect()
}
