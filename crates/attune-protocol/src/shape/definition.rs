//! The file that defines an instrument, and the file of worked examples beside it.

use super::{
    Bounds, FORMAT, Key, Kind, Need, Table, Thing, Word, data, instrument, optional, plan,
    required, with_default, word,
};

/// A definition file as a whole.
pub static DEFINITION: Table = Table {
    heading: "an instrument's file",
    doc: "What an instrument asks, how it is scored, and who may reproduce it.",
    keys: &[
        required(
            "format",
            Kind::Integer(Bounds::from_to(FORMAT as f64, FORMAT as f64)),
            "Version of this format, the first line of the file: 1.",
        ),
        required(
            "id",
            Kind::Id(Thing::Instrument),
            "Id, the same as the file's name.",
        ),
        required(
            "version",
            Kind::Integer(Bounds::at_least(1.0)),
            "Version of this definition. A change that alters a score or a text gets a new one.",
        ),
        required("title", Kind::Text, "Full title."),
        required("short-title", Kind::Text, "Short title for tables."),
        required("language", Kind::Language, "Language of the texts."),
        required(
            "respondents",
            Kind::List(&Kind::Word(instrument::ANSWERED_BY)),
            "Who usually answers.",
        ),
        required("citation", Kind::Text, "How to cite the instrument."),
        optional(
            "instruction",
            Kind::Text,
            "Words above the items; only where texts may be shown.",
        ),
        optional(
            "notes",
            Kind::List(&Kind::Text),
            "What whoever uses it should know: traps of coding, rules that are the file's own.",
        ),
        required("licence", Kind::Table(&LICENCE), "What may be reproduced."),
        required("scale", Kind::Tables(&SCALE), "Possible answers, by name."),
        required(
            "item",
            Kind::Tables(&ITEM),
            "Questions or fields, in order.",
        ),
        optional(
            "item-order",
            Kind::Tables(&ITEM_ORDER),
            "Orders of the items in circulation, where there are several.",
        ),
        required("score", Kind::Tables(&SCORE), "Scores and their rules."),
        optional(
            "alert",
            Kind::Tables(&ALERT),
            "Answers that a named clinician must hear of.",
        ),
        optional(
            "edition",
            Kind::Table(&EDITION),
            "Editions and norms of a test whose scores are typed in.",
        ),
        optional("example", Kind::Tables(&EXAMPLE), "Worked examples."),
    ],
};

/// A file of worked examples.
pub static EXAMPLES: Table = Table {
    heading: "a file of worked examples",
    doc: "Worked examples of one instrument, beside its definition.",
    keys: &[required("example", Kind::Tables(&EXAMPLE), "The examples.")],
};

static LICENCE: Table = Table {
    heading: "[licence]",
    doc: "What may be reproduced, and where that is written.",
    keys: &[
        required("holds", Kind::Word(HOLDS), "What the definition holds."),
        required("terms", Kind::Text, "The terms in your words."),
        required(
            "evidence",
            Kind::Text,
            "Where the permission, or its absence, is written.",
        ),
    ],
};

const HOLDS: &[Word] = &[
    word("texts", "item texts, because they may be reproduced"),
    word(
        "slots",
        "numbered slots and scoring; a site with permission adds the texts",
    ),
    word(
        "scores-only",
        "published scores that are typed in; texts are your own names of the fields",
    ),
];

static SCALE: Table = Table {
    heading: "[[scale]]",
    doc: "Possible answers: `options`, or a number from `minimum` to `maximum`, or `free-text`.",
    keys: &[
        required("id", Kind::Text, "Name within the file."),
        optional(
            "options",
            Kind::Tables(&OPTION),
            "The options, in the order in which they are shown.",
        ),
        optional(
            "minimum",
            Kind::Number(Bounds::ANY),
            "Smallest number, itself possible.",
        ),
        optional(
            "maximum",
            Kind::Number(Bounds::ANY),
            "Largest number, itself possible.",
        ),
        with_default(
            "decimals",
            Kind::Integer(Bounds::from_to(0.0, 6.0)),
            "0",
            "Decimals that are meaningful.",
        ),
        with_default(
            "free-text",
            Kind::YesNo,
            "false",
            "Words, which are never scored.",
        ),
    ],
};

static OPTION: Table = Table {
    heading: "options = [{ … }]",
    doc: "One option: what is stored, what is shown, what it counts.",
    keys: &[
        required("code", Kind::Number(Bounds::ANY), "What data files hold."),
        optional(
            "label",
            Kind::Text,
            "What people read; only where texts may be shown.",
        ),
        optional(
            "score",
            Kind::Number(Bounds::ANY),
            "What it counts before reversal; the code itself when left out.",
        ),
    ],
};

static ITEM: Table = Table {
    heading: "[[item]]",
    doc: "One question or field.",
    keys: &[
        required(
            "id",
            Kind::Text,
            "Id within the instrument. Not a number alone: numbers are positions in an order.",
        ),
        optional(
            "text",
            Kind::Text,
            "The question; only where texts may be shown.",
        ),
        required("scale", Kind::Text, "Which scale its answers come from."),
        with_default(
            "optional",
            Kind::YesNo,
            "false",
            "Whether the instrument is complete without it.",
        ),
        optional(
            "not-applicable",
            Kind::Number(Bounds::ANY),
            "What the answer `not applicable` counts, where the published rule says so; it is a \
             missing answer when left out.",
        ),
        optional(
            "usual-from",
            Kind::Number(Bounds::ANY),
            "Smallest usual number; a smaller one is possible, and the form asks whether it is right.",
        ),
        optional(
            "usual-to",
            Kind::Number(Bounds::ANY),
            "Largest usual number; a larger one is possible, and the form asks whether it is right.",
        ),
        optional(
            "only-if",
            Kind::Table(&ONLY_IF),
            "The earlier answer on which it depends whether this is asked.",
        ),
    ],
};

static ONLY_IF: Table = Table {
    heading: "only-if = { … }",
    doc: "An earlier answer: `one-of` some codes, or `at-least` one. Without that answer the item is \
          not asked; its reason is then `hidden by branching`.",
    keys: &[
        required("item", Kind::Text, "The earlier item."),
        optional(
            "one-of",
            Kind::List(&Kind::Number(Bounds::ANY)),
            "Codes with which this is asked.",
        ),
        optional(
            "at-least",
            Kind::Number(Bounds::ANY),
            "Smallest code with which this is asked.",
        ),
    ],
};

static ITEM_ORDER: Table = Table {
    heading: "[[item-order]]",
    doc: "One order of all items. The first of several is the order of the file itself.",
    keys: &[
        required(
            "id",
            Kind::Text,
            "Name, which a study gives as `item-order`.",
        ),
        required("source", Kind::Text, "Where it is found."),
        required(
            "items",
            Kind::List(&Kind::Text),
            "All items, in this order.",
        ),
    ],
};

static SCORE: Table = Table {
    heading: "[[score]]",
    doc: "One score. Which other keys it takes depends on its `rule`.",
    keys: &[
        required(
            "id",
            Kind::Text,
            "Id; a study names the measure `instrument.score`.",
        ),
        required("label", Kind::Text, "Name in reports."),
        required("rule", Kind::Word(RULES), "How it is made."),
        optional("items", Kind::List(&Kind::Text), "Items of a sum or mean."),
        optional(
            "weights",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::Number(Bounds::ANY),
            },
            "Items of a weighted sum and their weights.",
        ),
        optional(
            "at-least",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::Number(Bounds::ANY),
            },
            "Items or scores that are compared with a threshold.",
        ),
        optional(
            "factor",
            Kind::Number(Bounds::ANY),
            "What a sum or mean is multiplied by, after everything else.",
        ),
        optional(
            "scores",
            Kind::List(&Kind::Text),
            "Scores of a sum or mean of scores.",
        ),
        optional("of", Kind::Text, "The score that a table converts."),
        optional(
            "table",
            Kind::List(&Kind::List(&Kind::Number(Bounds::ANY))),
            "Pairs of raw value and result, ascending: `[[7, 7.0], [8, 9.51]]`.",
        ),
        optional("item", Kind::Text, "The item of a score that is typed in."),
        optional(
            "reversed",
            Kind::List(&Kind::Text),
            "Items that count the other way round: lowest + highest - value.",
        ),
        optional(
            "minimum-answered",
            Kind::Integer(Bounds::at_least(1.0)),
            "How many answered items are enough; all of them when left out.",
        ),
        with_default(
            "prorate",
            Kind::YesNo,
            "false",
            "Whether missing items of a sum take the mean of the answered ones.",
        ),
        required(
            "better",
            Kind::Word(plan::BETTER),
            "Which direction is good.",
        ),
        optional("unit", Kind::Text, "Unit for axes."),
        optional(
            "bands",
            Kind::Tables(&BAND),
            "Published bands, lowest first.",
        ),
        optional("cut-offs", Kind::Tables(&CUT_OFF), "Published cut-offs."),
        optional(
            "source",
            Kind::Text,
            "Where the rule is published, where the citation is not enough.",
        ),
    ],
};

const RULES: &[Word] = &[
    word("sum", "sum of `items`"),
    word("mean", "mean of `items`"),
    word("weighted", "sum of weight times item over `weights`"),
    word(
        "count-at-least",
        "how many items reach their threshold in `at-least`",
    ),
    word(
        "all-at-least",
        "1 when every score in `at-least` reaches its threshold, otherwise 0",
    ),
    word("sum-of-scores", "sum of `scores`"),
    word("mean-of-scores", "mean of `scores`"),
    word("lookup", "the score named by `of`, converted by `table`"),
    word("entered", "the value of `item`, typed in as published"),
];

static BAND: Table = Table {
    heading: "bands = [{ … }]",
    doc: "A published band of values, both ends included.",
    keys: &[
        required("from", Kind::Number(Bounds::ANY), "Smallest value."),
        required("to", Kind::Number(Bounds::ANY), "Largest value."),
        required("label", Kind::Text, "Its name; never a diagnosis."),
    ],
};

static CUT_OFF: Table = Table {
    heading: "cut-offs = [{ … }]",
    doc: "A published cut-off: `at-or-above` or `at-or-below`.",
    keys: &[
        required("label", Kind::Text, "Its name."),
        optional(
            "at-or-above",
            Kind::Number(Bounds::ANY),
            "Reached from this value up.",
        ),
        optional(
            "at-or-below",
            Kind::Number(Bounds::ANY),
            "Reached from this value down.",
        ),
        required("source", Kind::Text, "Where it is published."),
    ],
};

static ALERT: Table = Table {
    heading: "[[alert]]",
    doc: "An answer that a named clinician must hear of, whatever the total.",
    keys: &[
        required("id", Kind::Text, "Id within the file."),
        required("message", Kind::Text, "What the clinician reads."),
        required("item", Kind::Text, "The item that raises it."),
        required(
            "at-least",
            Kind::Number(Bounds::ANY),
            "Raised when the item's score, before reversal, is this or more.",
        ),
    ],
};

static EDITION: Table = Table {
    heading: "[edition]",
    doc: "Editions and norms that may be recorded beside scores that are typed in.",
    keys: &[
        required("editions", Kind::List(&Kind::Text), "Editions."),
        required("norms", Kind::List(&Kind::Text), "Norm versions."),
        Key {
            name: "corrected-until-months",
            kind: Kind::Integer(Bounds::NOT_NEGATIVE),
            need: Need::Optional,
            doc: "Months of age until which the age is corrected for early birth.",
        },
    ],
};

static EXAMPLE: Table = Table {
    heading: "[[example]]",
    doc: "Answers, and everything that follows from them by the published rule.",
    keys: &[
        required(
            "shows",
            Kind::Text,
            "What the example shows, different for each.",
        ),
        optional(
            "item-order",
            Kind::Text,
            "Which order the positions in `answers` count in.",
        ),
        with_default(
            "answers",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::Number(Bounds::ANY),
            },
            "{}",
            "Codes of the answers, by item or by position.",
        ),
        optional(
            "missing",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::Word(data::MISSING),
            },
            "Why there is no answer, by item or position; an item in neither is not recorded.",
        ),
        optional(
            "scores",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::Number(Bounds::ANY),
            },
            "The scores that follow.",
        ),
        optional(
            "no-score",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::Word(NO_SCORE),
            },
            "Why a score has no value. Every score is in `scores` or here.",
        ),
        optional(
            "bands",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::Text,
            },
            "Bands of the scores, where they have any.",
        ),
        optional(
            "reached",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::List(&Kind::Text),
            },
            "Cut-offs that each score reaches, by label.",
        ),
        optional("alerts", Kind::List(&Kind::Text), "Alerts that are raised."),
        optional(
            "invalid",
            Kind::List(&Kind::Text),
            "Items whose answer is no possible one.",
        ),
    ],
};

/// Reasons why a score has no value: those of answers, and that too few were answered.
const NO_SCORE: &[Word] = &[
    word("too few items answered", "the rule asks for more answers"),
    word("not asked", "nothing was asked"),
    word("hidden by branching", "everything fell away"),
    word("refused", "everything was refused"),
    word("not applicable", "nothing fits this person"),
    word("not done", "the visit or test did not take place"),
    word("withdrawn", "consent was withdrawn"),
    word("invalid", "no answer is a possible one"),
    word("not recorded", "the file says no more"),
];
