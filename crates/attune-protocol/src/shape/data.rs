//! The table `[[data]]`: files of records and the meaning of their columns.

use super::{
    Bounds, FileUse, Kind, Table, Thing, Word, optional, required, tables, with_default, word,
};

pub(super) static DATA: Table = Table {
    heading: "[[data]]",
    doc: "A file of records and what its columns mean. Several tables may name the same file, for \
          example once for the dyads and once for their assessments.",
    keys: &[
        required(
            "file",
            Kind::File(FileUse::Records),
            "A `.csv` or `.xlsx` file in the study folder.",
        ),
        optional(
            "sheet",
            Kind::Text,
            "Sheet of a workbook; the first when left out.",
        ),
        required("kind", Kind::Word(DATA_KIND), "What the rows are."),
        required(
            "columns",
            Kind::Table(&COLUMNS),
            "Which column plays which part.",
        ),
        optional(
            "attributes",
            Kind::Map {
                keys: &Kind::Reference(Thing::Attribute),
                values: &Kind::Column,
            },
            "Columns of attributes, in a file of dyads: attribute = column.",
        ),
        optional(
            "instrument",
            Kind::Reference(Thing::Instrument),
            "The instrument, in a file of assessments.",
        ),
        with_default(
            "layout",
            Kind::Word(LAYOUT),
            "visits",
            "How assessments lie in the file.",
        ),
        optional(
            "items",
            Kind::Map {
                keys: &Kind::Item,
                values: &Kind::Column,
            },
            "Columns of items or entered scores, in a file of assessments: item = column.",
        ),
        optional(
            "scheme",
            Kind::Reference(Thing::Scheme),
            "The coding scheme, in a file of codings.",
        ),
        optional(
            "scheme-version",
            Kind::Integer(Bounds::at_least(1.0)),
            "The version of the scheme by which the rows were coded; the present one when left out.",
        ),
        tables(
            "wave",
            &DATA_WAVE,
            "Columns of each wave, in a wide file of assessments.",
        ),
        optional(
            "measures",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::Column,
            },
            "Columns of other numbers, in a file of sessions: `weighed = \"n_weighed\"` is the \
             measure `sessions.weighed`.",
        ),
        optional(
            "modifiers",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::Column,
            },
            "Columns of details of events, in a file of codings: modifier = column, such as `{ tone = \
             \"modifier: tone\" }`. Several values of one cell have `;` between them.",
        ),
        optional(
            "missing",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::Word(MISSING),
            },
            "Cells that stand for a reason why there is no value: `{ \"-99\" = \"refused\" }`. An \
             empty cell is `not recorded` unless `\"\"` says otherwise.",
        ),
        optional(
            "recode",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::Map {
                    keys: &Kind::Text,
                    values: &Kind::Text,
                },
            },
            "Cells that stand for an id or a value of the study, by part, item or attribute: \
             `{ arm = { Y = \"intervention\" } }`.",
        ),
    ],
};

const DATA_KIND: &[Word] = &[
    word("dyads", "one row per dyad: site, arm, dates, attributes"),
    word("assessments", "answers to one instrument"),
    word(
        "consents",
        "one row per answer of a family to the question of consent",
    ),
    word("attendance", "one row per dyad and session attended"),
    word("sessions", "one row per session of the clinic or group"),
    word(
        "codings",
        "events and ratings of coded recordings of sessions or dyads, one row each",
    ),
];

const LAYOUT: &[Word] = &[
    word("visits", "one row per visit, one column per item"),
    word("values", "one row per visit and item"),
    word("wide", "one row per dyad, columns for each wave"),
];

/// Reasons as [`crate::missing::Missing::words`] writes them; scores alone can lack answers.
pub(super) const MISSING: &[Word] = &[
    word("not asked", "the question was planned and not put"),
    word("hidden by branching", "an earlier answer made it fall away"),
    word("refused", "the person preferred not to answer"),
    word("not applicable", "the question does not fit this person"),
    word("not done", "the visit or test did not take place"),
    word("withdrawn", "consent was withdrawn"),
    word("invalid", "a value was given but cannot be right"),
    word("not recorded", "the file says no more"),
];

static COLUMNS: Table = Table {
    heading: "columns = { … }",
    doc: "Which column of the file plays which part. Which parts there are depends on the `kind` \
          of the file.",
    keys: &[
        optional(
            "dyad",
            Kind::Column,
            "Study code of the dyad. In files of dyads, consents, attendance, assessments, and codings of \
             dyads.",
        ),
        optional(
            "unit",
            Kind::Column,
            "Code of the unit, in files of assessments about a session, a member of staff or the \
             clinic; stands in place of `dyad`.",
        ),
        optional(
            "session",
            Kind::Column,
            "Code of the session. In files of sessions and of codings.",
        ),
        optional(
            "site",
            Kind::Column,
            "Site. In files of dyads (may be left out when the study has one site), attendance \
             and sessions.",
        ),
        optional(
            "arm",
            Kind::Column,
            "Arm, where dyads have their own. In files of dyads.",
        ),
        optional(
            "enrolled",
            Kind::Column,
            "Day of enrolment. In files of dyads.",
        ),
        optional(
            "born",
            Kind::Column,
            "Day of the infant's birth. In files of dyads.",
        ),
        optional(
            "due",
            Kind::Column,
            "Day on which the birth was due. In files of dyads.",
        ),
        optional(
            "age-at-enrolment",
            Kind::Table(&AGE_COLUMN),
            "Infant's age at enrolment, where the file has no dates. In files of dyads.",
        ),
        optional(
            "left",
            Kind::Column,
            "Day on which the dyad left the study. In files of dyads.",
        ),
        optional("left-reason", Kind::Column, "Why. In files of dyads."),
        optional(
            "withdrew",
            Kind::Column,
            "Day on which consent was withdrawn. In files of dyads.",
        ),
        optional(
            "purpose",
            Kind::Column,
            "Id of the purpose of consent. In files of consents.",
        ),
        optional(
            "answer",
            Kind::Column,
            "`given`, `refused` or `withdrawn`. In files of consents.",
        ),
        optional(
            "version",
            Kind::Column,
            "Version of the text that the family read. In files of consents.",
        ),
        optional(
            "language",
            Kind::Column,
            "Language of that text. In files of consents.",
        ),
        optional(
            "wave",
            Kind::Column,
            "The planned wave; found from date and windows when left out. In files of assessments and of \
             codings of dyads.",
        ),
        optional(
            "date",
            Kind::Column,
            "Day of the visit, session or answer. In files of assessments, attendance, sessions, consents, \
             and codings of dyads.",
        ),
        optional(
            "time",
            Kind::Table(&TIME_COLUMN),
            "Time since enrolment, where there is no date. In files of assessments and of codings of \
             dyads.",
        ),
        optional(
            "assessor",
            Kind::Column,
            "Who assessed or coded. In files of assessments.",
        ),
        optional(
            "item",
            Kind::Column,
            "Column that names the item, in layout `values`.",
        ),
        optional(
            "value",
            Kind::Column,
            "Column with the value, in layout `values`; with the rating itself in files of codings, in rows whose \
             behaviour is a rating.",
        ),
        optional(
            "minutes",
            Kind::Column,
            "Minutes stayed. In files of attendance.",
        ),
        optional(
            "families",
            Kind::Column,
            "Families present, an anonymous count. In files of sessions.",
        ),
        optional("coder", Kind::Column, "Who coded. In files of codings."),
        optional(
            "recording",
            Kind::Column,
            "Which of several recordings of one session or visit it is: a name or number. In files of codings.",
        ),
        optional(
            "recording-begins",
            Kind::Column,
            "Seconds of the session at which that recording begins, by one clock for all; without it \
             recordings follow one another in the order of the file. In files of codings.",
        ),
        optional(
            "length",
            Kind::Column,
            "Codable length of the recording in seconds, the same in each row of a coding. In files \
             of codings, unless the scheme has ratings alone.",
        ),
        optional(
            "subject",
            Kind::Column,
            "Who showed the behaviour: the id of a subject of the scheme, with the number of its \
             family where there are several (`infant 3`). A row without a behaviour says that the \
             subject was there. In files of codings; without it the only subject of the scheme is \
             meant.",
        ),
        optional(
            "behaviour",
            Kind::Column,
            "State, point behaviour, act, span or rating. In files of codings.",
        ),
        optional(
            "target",
            Kind::Column,
            "To whom an act went: a subject, or `group`. In files of codings.",
        ),
        optional(
            "start",
            Kind::Column,
            "Begin in seconds. In files of codings, unless the scheme has ratings alone.",
        ),
        optional(
            "stop",
            Kind::Column,
            "End in seconds, for behaviours that have one. In files of codings.",
        ),
        optional(
            "sample",
            Kind::Column,
            "The sample of time that the row answers: its number from 1, with its way before it where the \
             scheme has several (`scan 3`). A row without a behaviour then says that nothing of the scheme \
             was the case. In files of codings.",
        ),
    ],
};

static AGE_COLUMN: Table = Table {
    heading: "age-at-enrolment = { … }",
    doc: "A column that holds the infant's age.",
    keys: &[
        required("column", Kind::Column, "Column heading."),
        required("unit", Kind::Word(TIME_UNIT), "Unit of its numbers."),
    ],
};

static TIME_COLUMN: Table = Table {
    heading: "time = { … }",
    doc: "A column that holds the time since enrolment.",
    keys: &[
        required("column", Kind::Column, "Column heading."),
        required("unit", Kind::Word(TIME_UNIT), "Unit of its numbers."),
    ],
};

const TIME_UNIT: &[Word] = &[
    word("days", "days"),
    word("weeks", "weeks of 7 days"),
    word("months", "months of 30.4375 days"),
    word("years", "years of 365.25 days"),
];

static DATA_WAVE: Table = Table {
    heading: "[[data.wave]]",
    doc: "The columns of one wave in a wide file.",
    keys: &[
        required("wave", Kind::Reference(Thing::Wave), "The wave."),
        optional("date", Kind::Column, "Day of the visit."),
        optional(
            "time",
            Kind::Table(&TIME_COLUMN),
            "Time since enrolment, where there is no date.",
        ),
        required(
            "items",
            Kind::Map {
                keys: &Kind::Item,
                values: &Kind::Column,
            },
            "Columns of items or entered scores: item = column.",
        ),
    ],
};
