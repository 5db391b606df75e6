//! The table `[sharing]`.

use super::{Bounds, Kind, Table, Word, with_default, word};

pub(super) static SHARING: Table = Table {
    heading: "[sharing]",
    doc: "By which rules data leave the team, in exports and in the open-data crate: what the data \
          agreement of the study asks for. Names, contacts and calendar days never leave.",
    keys: &[
        with_default(
            "smallest-group",
            Kind::Integer(Bounds::at_least(3.0)),
            "5",
            "Fewest dyads that a site or a level of an attribute must have to be told.",
        ),
        with_default(
            "fewest-alike",
            Kind::Integer(Bounds::at_least(2.0)),
            "3",
            "Fewest dyads that must share site, arm and all levels in the open-data crate; a rarer combination is broken up.",
        ),
        with_default(
            "times",
            Kind::Word(TIMES),
            "months",
            "How exactly times since enrolment and ages are told in exports.",
        ),
    ],
};

const TIMES: &[Word] = &[
    word("months", "in months with one decimal"),
    word("days", "in whole days"),
    word("waves", "not at all: the wave alone is told"),
];
