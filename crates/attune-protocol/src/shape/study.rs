//! The tables `[study]`, `[[team]]`, `[[partner]]`, `[[publication]]` and `[[deviation]]`.

use super::{FileUse, Kind, Table, Thing, Word, optional, required, with_default, word};

pub(super) static STUDY: Table = Table {
    heading: "[study]",
    doc: "What the study is called, what it wants to find out, and what its public page says.",
    keys: &[
        required(
            "id",
            Kind::Id(Thing::Study),
            "Short id, used in file names and addresses.",
        ),
        required("title", Kind::Text, "Title as researchers would cite it."),
        optional(
            "plain-title",
            Kind::Text,
            "Title in plain words for the public page.",
        ),
        optional(
            "working-title",
            Kind::Text,
            "Title that names neither arm nor phase nor what is expected; whoever is blind is shown it in place of the title.",
        ),
        optional(
            "aims",
            Kind::List(&Kind::Text),
            "What the evaluation wants to find out, one phrase each.",
        ),
        required(
            "allocation",
            Kind::Word(ALLOCATION),
            "How dyads come to their arm.",
        ),
        with_default(
            "status",
            Kind::Word(STATUS),
            "planned",
            "Where the study stands.",
        ),
        optional("started", Kind::Date, "First day of the study."),
        optional("ended", Kind::Date, "Last day of the study."),
        optional(
            "recruiting-until",
            Kind::Date,
            "Day by which the planned dyads are to be enrolled; with `started` it gives the line to which recruitment is compared.",
        ),
        with_default(
            "results-released",
            Kind::YesNo,
            "false",
            "Whether the public page may show results.",
        ),
        with_default(
            "simulated",
            Kind::YesNo,
            "false",
            "Whether data are made up, in whole or in part; every output then says so.",
        ),
        optional(
            "data-statement",
            Kind::Text,
            "Where the data come from; stands under the title of each report.",
        ),
        with_default(
            "language",
            Kind::Language,
            "en",
            "Language of the study's own texts.",
        ),
        optional(
            "page",
            Kind::File(FileUse::Read),
            "Markdown text of the public page, in parts: background, methodology, results in plain words.",
        ),
        optional(
            "pages",
            Kind::List(&Kind::Table(&PAGE)),
            "The public page in further languages.",
        ),
        optional("funder", Kind::Text, "Who pays for the study."),
        optional(
            "ethics-reference",
            Kind::Text,
            "Reference of the ethics approval.",
        ),
        optional("registration", Kind::Text, "Reference of the registration."),
        optional(
            "contact",
            Kind::Text,
            "E-mail address or page for questions.",
        ),
        optional(
            "licence",
            Kind::Text,
            "Licence under which others may use the open data and the texts, such as `CC-BY-4.0`.",
        ),
        optional(
            "last-changed",
            Kind::Date,
            "Day on which the texts and numbers of the public page were last changed.",
        ),
    ],
};

static PAGE: Table = Table {
    heading: "pages = [{ … }]",
    doc: "The public page in one more language.",
    keys: &[
        required("language", Kind::Language, "Language of the text."),
        required("file", Kind::File(FileUse::Read), "Markdown text."),
        optional(
            "words",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::Text,
            },
            "The study's own names in this language: of outcomes, units, groups, times, questions and facts, each as it \
             stands in the study file.",
        ),
    ],
};

const ALLOCATION: &[Word] = &[
    word(
        "site",
        "each site has one arm at a time and its dyads share it; not randomised",
    ),
    word("randomised-site", "sites were randomised to arms"),
    word("dyad", "each dyad has its own arm; not randomised"),
    word("randomised-dyad", "dyads were randomised to arms"),
    word(
        "dyad-not-stated",
        "each dyad has its own arm; how it came to it is not stated",
    ),
    word(
        "none",
        "there is one arm only, or phases are compared (before and after)",
    ),
];

const STATUS: &[Word] = &[
    word("planned", "not begun"),
    word("recruiting", "families are being enrolled"),
    word("follow-up", "enrolment has ended, measuring goes on"),
    word("completed", "all data are in"),
    word("stopped", "ended before its time"),
];

pub(super) static TEAM: Table = Table {
    heading: "[[team]]",
    doc: "A person who answers for the study, as the public page names them.",
    keys: &[
        required("name", Kind::Text, "Name as it is to be printed."),
        optional("role", Kind::Text, "Part in the study."),
        optional(
            "orcid",
            Kind::Orcid,
            "ORCID iD; its check digit is verified.",
        ),
        optional("affiliation", Kind::Text, "Where the person works."),
    ],
};

pub(super) static PARTNER: Table = Table {
    heading: "[[partner]]",
    doc: "An organisation that takes part.",
    keys: &[
        required("name", Kind::Text, "Name as it is to be printed."),
        optional("role", Kind::Text, "Part in the study."),
        optional("url", Kind::Url, "Home page."),
    ],
};

pub(super) static PUBLICATION: Table = Table {
    heading: "[[publication]]",
    doc: "What the study has published.",
    keys: &[
        required("citation", Kind::Text, "The full citation."),
        optional("doi", Kind::Doi, "DOI without the resolver's address."),
    ],
};

pub(super) static DEVIATION: Table = Table {
    heading: "[[deviation]]",
    doc: "A departure from the plan, told by the team. Those that the program finds itself need \
          not be written.",
    keys: &[
        required("date", Kind::Date, "When it was decided."),
        optional(
            "analysis",
            Kind::Reference(Thing::Analysis),
            "The analysis that it touches; the whole study when left out.",
        ),
        required("what", Kind::Text, "What was done otherwise."),
        required("why", Kind::Text, "Why."),
    ],
};
