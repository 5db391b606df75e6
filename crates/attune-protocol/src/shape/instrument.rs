//! The table `[[instrument]]`: an instrument as the study uses it.

use super::{
    Bounds, FileUse, Kind, Table, Thing, Word, optional, plan, required, with_default, word,
};

pub(super) static INSTRUMENT: Table = Table {
    heading: "[[instrument]]",
    doc: "A questionnaire, test or rating, from the shipped library (`library`) or from a file of \
          the study (`file`); one of the two must be given.",
    keys: &[
        required(
            "id",
            Kind::Id(Thing::Instrument),
            "Id within the study; measures are named after it.",
        ),
        optional("library", Kind::Text, "Id in the shipped library."),
        optional(
            "version",
            Kind::Integer(Bounds::at_least(1.0)),
            "Version of the definition; the newest when left out.",
        ),
        optional(
            "file",
            Kind::File(FileUse::Read),
            "A definition of the study's own.",
        ),
        required("answered-by", Kind::Word(ANSWERED_BY), "Who answers."),
        with_default(
            "about",
            Kind::Word(plan::ABOUT),
            "dyad",
            "Whom the answers are about.",
        ),
        optional(
            "waves",
            Kind::List(&Kind::Reference(Thing::Wave)),
            "Planned waves; all of them when left out.",
        ),
        optional(
            "phases",
            Kind::List(&Kind::Reference(Thing::Phase)),
            "Planned phases, where there are phases; all of them when left out.",
        ),
        optional(
            "blind-to",
            Kind::List(&Kind::Word(BLIND_TO)),
            "What the person who answers or codes may not know.",
        ),
        optional(
            "item-order",
            Kind::Text,
            "Which of the definition's item orders is in use, where there are several.",
        ),
    ],
};

pub(super) const ANSWERED_BY: &[Word] = &[
    word("parent", "a parent or other carer"),
    word("staff", "a member of the clinic's staff"),
    word("assessor", "a trained assessor who tests or interviews"),
    word("clinician", "a clinician who knows the family"),
    word("observer", "a coder of recordings"),
];

pub(super) const BLIND_TO: &[Word] = &[
    word("arm", "the arm"),
    word("wave", "the wave"),
    word("phase", "the phase"),
    word("site", "the site"),
];
