//! The table `[[scheme.measure]]`: measures that a scheme declares.

use super::{Bounds, Kind, Table, Thing, Word, optional, required, word};

pub(super) static MEASURE: Table = Table {
    heading: "[[scheme.measure]]",
    doc: "A measure of the coded events beyond those that behaviours yield by themselves. The measure is \
          `scheme.id`, and may be an outcome.",
    keys: &[
        required(
            "id",
            Kind::Id(Thing::SchemeMeasure),
            "Id within the scheme; the measure is `scheme.id`.",
        ),
        required("label", Kind::Text, "Name in reports."),
        required("kind", Kind::Word(KIND), "What is measured."),
        required(
            "behaviour",
            Kind::Reference(Thing::Behaviour),
            "The behaviour; of a transition what comes first, of a contingency what may be answered.",
        ),
        optional(
            "answer",
            Kind::Reference(Thing::Behaviour),
            "What follows or answers. For `transition` and `contingency`.",
        ),
        optional(
            "subjects",
            Kind::List(&Kind::Reference(Thing::Subject)),
            "Whose behaviour counts; everybody who can show it when left out.",
        ),
        optional(
            "answer-subjects",
            Kind::List(&Kind::Reference(Thing::Subject)),
            "Who answers, in a `contingency`; everybody when left out.",
        ),
        optional(
            "to",
            Kind::List(&Kind::Reference(Thing::Subject)),
            "To whom acts must go; anybody when left out. For `count` and `rate` of an act.",
        ),
        optional(
            "with",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::Text,
            },
            "Details that an event of `behaviour` must have to count: modifier = word, or for a number the \
             bounds, as in `{ tone = \"warm\", loudness = \"3 to 5\" }`.",
        ),
        optional(
            "during",
            Kind::Reference(Thing::Behaviour),
            "The span of the recording that counts, such as one episode; all of it when left out.",
        ),
        optional(
            "from-seconds",
            Kind::Number(Bounds::at_least(0.0)),
            "Seconds after the begin of that part before which nothing counts.",
        ),
        optional(
            "until-seconds",
            Kind::Number(Bounds::POSITIVE),
            "Seconds after the begin of that part from which nothing counts: with `from-seconds`, one \
             bin.",
        ),
        optional(
            "within-seconds",
            Kind::Number(Bounds::POSITIVE),
            "For `latency`, `occurs` and `contingency`: the seconds within which it must begin.",
        ),
        optional(
            "lag",
            Kind::Integer(Bounds::at_least(1.0)),
            "For `transition`: how many events later; 1, the next one, when left out.",
        ),
        optional(
            "among",
            Kind::List(&Kind::Reference(Thing::Behaviour)),
            "For `transition`: the behaviours whose events make the sequence; all of the scheme when \
             left out.",
        ),
        optional(
            "statistic",
            Kind::Word(STATISTIC),
            "For `transition` (`log-odds` when left out) and `contingency` (`above-chance` when left out).",
        ),
    ],
};

const KIND: &[Word] = &[
    word("count", "times that it occurs"),
    word("rate", "times per codable minute"),
    word(
        "duration",
        "seconds that it lasts in all, mean over the people",
    ),
    word("share", "share of the codable time, mean over the people"),
    word(
        "sample-share",
        "share of the answered samples of time in which it was the case, mean over the people",
    ),
    word(
        "whole-interval-share",
        "share of the answered whole-interval samples over which it lasted, mean over the people",
    ),
    word(
        "mean-length",
        "mean length in seconds, mean over the people",
    ),
    word(
        "gap",
        "mean seconds from the end of one to the begin of the next, mean over the people",
    ),
    word(
        "latency",
        "seconds until it first begins, at most `within-seconds`, mean over the people",
    ),
    word(
        "occurs",
        "whether it begins within `within-seconds`: 1 or 0, mean over the people",
    ),
    word(
        "transition",
        "how `answer` follows `behaviour` in the order of events",
    ),
    word(
        "contingency",
        "how often `behaviour` is followed by `answer` within `within-seconds`",
    ),
];

const STATISTIC: &[Word] = &[
    word("probability", "of a transition: the share of what follows"),
    word(
        "adjusted-residual",
        "of a transition: its adjusted residual",
    ),
    word("yules-q", "of a transition: Yule's Q"),
    word(
        "log-odds",
        "of a transition: its log odds ratio, a half added to each cell",
    ),
    word("answered", "of a contingency: the share that is answered"),
    word(
        "above-chance",
        "of a contingency: that share less what the answers' frequency alone gives",
    ),
];
