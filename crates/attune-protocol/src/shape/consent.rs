//! The table `[[consent]]`.

use super::{FileUse, Kind, Table, Thing, Word, optional, required, tables, with_default, word};

pub(super) static CONSENT: Table = Table {
    heading: "[[consent]]",
    doc: "One thing that a family may agree to or not, on its own: taking part, video, a clip used \
          in teaching, an interview, being contacted later.",
    keys: &[
        required("id", Kind::Id(Thing::Purpose), "Short id."),
        required("label", Kind::Text, "Name on forms and in reports."),
        with_default(
            "needed-to-take-part",
            Kind::YesNo,
            "false",
            "Whether taking part at all depends on it.",
        ),
        with_default(
            "tells-arms",
            Kind::YesNo,
            "false",
            "Whether its texts tell what is compared; whoever is blind is then not shown them, and somebody else asks for this consent.",
        ),
        required(
            "withdrawal",
            Kind::Table(&WITHDRAWAL),
            "What a withdrawal does, fixed before anybody is asked.",
        ),
        tables("text", &CONSENT_TEXT, "The texts that families see."),
    ],
};

static WITHDRAWAL: Table = Table {
    heading: "withdrawal = { … }",
    doc: "What happens when a family withdraws from a purpose.",
    keys: &[
        required(
            "records",
            Kind::Word(WITHDRAWN_RECORDS),
            "What happens to answers and scores already given.",
        ),
        with_default(
            "media",
            Kind::Word(WITHDRAWN_MEDIA),
            "delete",
            "What happens to recordings and all that was made from them.",
        ),
    ],
};

const WITHDRAWN_RECORDS: &[Word] = &[
    word(
        "keep",
        "no new ones are collected, old ones stay in the analyses",
    ),
    word(
        "leave-out",
        "old ones are kept but leave every analysis and export",
    ),
    word("erase", "old ones are erased"),
];

const WITHDRAWN_MEDIA: &[Word] = &[
    word("keep", "recordings stay"),
    word("delete", "recordings are deleted, codes stay"),
    word(
        "delete-with-codes",
        "recordings are deleted, and the codes made from them too",
    ),
];

static CONSENT_TEXT: Table = Table {
    heading: "[[consent.text]]",
    doc: "One version of a consent text in one language. The file's fingerprint is kept with each \
          consent, so a text that has been used is never edited: a new wording is a new version.",
    keys: &[
        required("version", Kind::Text, "Version as printed on the form."),
        with_default("language", Kind::Language, "en", "Language of the text."),
        required(
            "file",
            Kind::File(FileUse::Read),
            "The text, bit for bit as families see it.",
        ),
        optional("from", Kind::Date, "First day of use."),
    ],
};
