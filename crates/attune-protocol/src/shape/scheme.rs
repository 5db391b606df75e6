//! The table `[[scheme]]`: what coders record from a recording.

use super::{
    Bounds, FileUse, Key, Kind, Table, Thing, Word, instrument, optional, plan, required,
    scheme_measure, tables, with_default, word,
};

pub(super) static SCHEME: Table = Table {
    heading: "[[scheme]]",
    doc: "A coding scheme for video. Everything but `id` may stand in a file of its own, named by \
          `file`, in which `[[scheme.subject]]` is written `[[subject]]` and so on.",
    keys: &[
        required(
            "id",
            Kind::Id(Thing::Scheme),
            "Short id; measures are named after it.",
        ),
        optional(
            "file",
            Kind::File(FileUse::Rest),
            "TOML file with the other keys of this table.",
        ),
        required("title", Kind::Text, "Title."),
        required(
            "version",
            Kind::Integer(Bounds::at_least(1.0)),
            "Version; old codings are kept under theirs.",
        ),
        optional(
            "earlier",
            Kind::List(&Kind::File(FileUse::Read)),
            "Files of earlier versions, by which something is still coded: each a scheme file as `file` names one, \
             with its own `version`.",
        ),
        with_default(
            "about",
            Kind::Word(plan::ABOUT),
            "dyad",
            "What a recording shows: `dyad` for one pair, `session` for a session of the clinic.",
        ),
        optional(
            "sampling",
            Kind::List(&Kind::TableOrText(&SAMPLING, "kind")),
            "How time is sampled; several ways may be mixed. Only a scheme of ratings alone may \
             leave it out.",
        ),
        optional(
            "blind-to",
            Kind::List(&Kind::Word(instrument::BLIND_TO)),
            "What coders may not know.",
        ),
        optional(
            "double-coded-share",
            Kind::Number(Bounds::SHARE),
            "Share of recordings that two coders code.",
        ),
        tables("subject", &SUBJECT, "Who is observed."),
        tables(
            "states",
            &STATES,
            "Sets of states, which have a begin and an end.",
        ),
        tables("point", &POINT, "Behaviours that have one time."),
        tables("act", &ACT, "Acts from one subject to another."),
        tables(
            "rating",
            &RATING,
            "Judgements for a whole recording or span.",
        ),
        tables("composite", &COMPOSITE, "Means or sums of ratings."),
        tables(
            "measure",
            &scheme_measure::MEASURE,
            "Measures of events beyond those that behaviours yield by themselves.",
        ),
        tables(
            "span",
            &SPAN,
            "Named parts of a recording, such as trials or still-face episodes.",
        ),
    ],
};

static SAMPLING: Table = Table {
    heading: "sampling = [{ … }]",
    doc: "One way to sample time.",
    keys: &[
        required("kind", Kind::Word(SAMPLING_KIND), "The way."),
        optional(
            "seconds",
            Kind::Number(Bounds::POSITIVE),
            "Seconds between samples; for all ways but `continuous`.",
        ),
    ],
};

const SAMPLING_KIND: &[Word] = &[
    word("continuous", "everything is recorded when it happens"),
    word(
        "interval",
        "whether something happened at all within each interval",
    ),
    word(
        "whole-interval",
        "whether something lasted the whole of each interval; only what has a begin and an end can",
    ),
    word(
        "momentary",
        "what is the case at one moment of each interval",
    ),
    word(
        "scan",
        "a sweep over all subjects at one moment of each interval",
    ),
];

static SUBJECT: Table = Table {
    heading: "[[scheme.subject]]",
    doc: "A person or group that is observed.",
    keys: &[
        required("id", Kind::Id(Thing::Subject), "Id within the scheme."),
        required("label", Kind::Text, "Name on the coding screen."),
        required(
            "kind",
            Kind::Word(SUBJECT_KIND),
            "What kind of person or group it is.",
        ),
        optional("key", Kind::KeyboardKey, "Key on the keyboard."),
        with_default(
            "many",
            Kind::YesNo,
            "false",
            "Whether a recording may hold several of them (infant 1, infant 2, …).",
        ),
    ],
};

const SUBJECT_KIND: &[Word] = &[
    word("infant", "an infant"),
    word("carer", "a parent or other carer"),
    word("staff-member", "a member of staff"),
    word("group", "everybody together"),
];

static STATES: Table = Table {
    heading: "[[scheme.states]]",
    doc: "States of which a subject is in one at a time.",
    keys: &[
        required("id", Kind::Id(Thing::StateSet), "Id within the scheme."),
        required("label", Kind::Text, "Name on the coding screen."),
        with_default(
            "exclusive",
            Kind::YesNo,
            "true",
            "Whether two of them never hold at once.",
        ),
        with_default(
            "exhaustive",
            Kind::YesNo,
            "false",
            "Whether one of them always holds.",
        ),
        Key {
            name: "state",
            kind: Kind::Tables(&STATE),
            need: super::Need::Required,
            doc: "The states.",
        },
    ],
};

const ID: Key = required("id", Kind::Id(Thing::Behaviour), "Id within the scheme.");
const LABEL: Key = required("label", Kind::Text, "Name on the coding screen.");
const DEFINITION: Key = required(
    "definition",
    Kind::Text,
    "The rule: when it is coded and when not.",
);
const KEY: Key = optional("key", Kind::KeyboardKey, "Key on the keyboard.");
const SUBJECTS: Key = optional(
    "subjects",
    Kind::List(&Kind::Reference(Thing::Subject)),
    "Subjects that can show it; all when left out.",
);
const MODIFIERS: Key = optional(
    "modifiers",
    Kind::List(&ONE_MODIFIER),
    "Details that are recorded with it.",
);

/// A constant key can only refer to a static.
static ONE_MODIFIER: Kind = Kind::Table(&MODIFIER);

static STATE: Table = Table {
    heading: "[[scheme.states.state]]",
    doc: "One state.",
    keys: &[ID, LABEL, DEFINITION, KEY, SUBJECTS, MODIFIERS],
};

static POINT: Table = Table {
    heading: "[[scheme.point]]",
    doc: "A behaviour with one time and no duration.",
    keys: &[ID, LABEL, DEFINITION, KEY, SUBJECTS, MODIFIERS],
};

static SPAN: Table = Table {
    heading: "[[scheme.span]]",
    doc: "A named part of a recording.",
    keys: &[ID, LABEL, DEFINITION, KEY, SUBJECTS, MODIFIERS],
};

static ACT: Table = Table {
    heading: "[[scheme.act]]",
    doc: "An act from an actor to a target.",
    keys: &[
        ID,
        LABEL,
        DEFINITION,
        KEY,
        required(
            "from",
            Kind::List(&Kind::Reference(Thing::Subject)),
            "Subjects that may act.",
        ),
        required(
            "to",
            Kind::List(&Kind::Word(ACT_TARGET)),
            "To whom the act may be directed.",
        ),
        with_default(
            "has-duration",
            Kind::YesNo,
            "false",
            "Whether begin and end are recorded.",
        ),
        MODIFIERS,
    ],
};

const ACT_TARGET: &[Word] = &[
    word("own-infant", "the actor's own infant"),
    word("other-infant", "another family's infant"),
    word("own-parent", "an infant's own parent"),
    word("other-parent", "another parent"),
    word("staff", "a member of staff"),
    word("group", "everybody"),
];

static MODIFIER: Table = Table {
    heading: "modifiers = [{ … }]",
    doc: "A detail of a behaviour: one of some words (`one-of`), any number of them \
          (`several-of`), or a number (`minimum` and `maximum`).",
    keys: &[
        required("id", Kind::Id(Thing::Modifier), "Id within the behaviour."),
        required("label", Kind::Text, "Name on the coding screen."),
        optional(
            "one-of",
            Kind::List(&Kind::Text),
            "Words of which one is chosen.",
        ),
        optional(
            "several-of",
            Kind::List(&Kind::Text),
            "Words of which any number is chosen.",
        ),
        optional("minimum", Kind::Number(Bounds::ANY), "Smallest number."),
        optional("maximum", Kind::Number(Bounds::ANY), "Largest number."),
        with_default(
            "required",
            Kind::YesNo,
            "false",
            "Whether every event must say it.",
        ),
    ],
};

static RATING: Table = Table {
    heading: "[[scheme.rating]]",
    doc: "One judgement for a whole recording or span.",
    keys: &[
        required(
            "id",
            Kind::Id(Thing::Rating),
            "Id within the scheme; the measure is `scheme.rating`.",
        ),
        required("label", Kind::Text, "Name on the form."),
        required("definition", Kind::Text, "The rule."),
        required("minimum", Kind::Number(Bounds::ANY), "Lowest rating."),
        required("maximum", Kind::Number(Bounds::ANY), "Highest rating."),
        with_default(
            "step",
            Kind::Number(Bounds::POSITIVE),
            "1",
            "Distance between two ratings: 1, or 0.5 for half points.",
        ),
        optional(
            "anchors",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::Text,
            },
            "Words for single ratings: `{ \"1\" = \"none\", \"5\" = \"throughout\" }`.",
        ),
        with_default(
            "may-be-not-codable",
            Kind::YesNo,
            "false",
            "Whether \"cannot be coded\" is an answer.",
        ),
    ],
};

static COMPOSITE: Table = Table {
    heading: "[[scheme.composite]]",
    doc: "A mean or sum of ratings.",
    keys: &[
        required(
            "id",
            Kind::Id(Thing::Composite),
            "Id within the scheme; the measure is `scheme.composite`.",
        ),
        required("label", Kind::Text, "Name in reports."),
        required(
            "of",
            Kind::List(&Kind::Reference(Thing::Rating)),
            "Ratings that it is made of.",
        ),
        optional(
            "reversed",
            Kind::List(&Kind::Reference(Thing::Rating)),
            "Ratings that count the other way round.",
        ),
        with_default(
            "kind",
            Kind::Word(COMPOSITE_KIND),
            "mean",
            "Whether ratings are averaged or summed.",
        ),
        optional(
            "minimum-codable",
            Kind::Integer(Bounds::at_least(1.0)),
            "Smallest number of codable ratings; all of them when left out.",
        ),
    ],
};

const COMPOSITE_KIND: &[Word] = &[
    word("mean", "the ratings are averaged"),
    word("sum", "the ratings are summed"),
];
