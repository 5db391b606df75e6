//! The tables `[[attribute]]`, `[[outcome]]`, `[[analysis]]` and `[multiplicity]`.

use super::{Bounds, Kind, Table, Thing, Word, optional, required, with_default, word};

pub(super) static ATTRIBUTE: Table = Table {
    heading: "[[attribute]]",
    doc: "A fact about each dyad, or another unit, that models and tables may use.",
    keys: &[
        required(
            "id",
            Kind::Id(Thing::Attribute),
            "Short id: the name in formulas, so it has `_` and no hyphen.",
        ),
        required("label", Kind::Text, "Name in reports."),
        required("kind", Kind::Word(ATTRIBUTE_KIND), "What values it takes."),
        optional("unit", Kind::Text, "Unit of a number, such as `years`."),
        optional(
            "minimum",
            Kind::Number(Bounds::ANY),
            "Smallest number that can be.",
        ),
        optional(
            "maximum",
            Kind::Number(Bounds::ANY),
            "Largest number that can be.",
        ),
        optional(
            "levels",
            Kind::List(&Kind::TableOrText(&LEVEL, "id")),
            "The levels; the first is the reference. A text alone is id and label at once.",
        ),
        with_default("about", Kind::Word(ABOUT), "dyad", "Whom it describes."),
        with_default(
            "in-baseline-table",
            Kind::YesNo,
            "true",
            "Whether the table of baseline characteristics shows it.",
        ),
    ],
};

const ATTRIBUTE_KIND: &[Word] = &[
    word("number", "a number"),
    word("levels", "one of the `levels`"),
    word("date", "a calendar date"),
];

pub(super) const ABOUT: &[Word] = &[
    word("dyad", "the carer and the infant as a pair"),
    word("infant", "the infant"),
    word("carer", "the carer"),
    word("staff-member", "a member of the clinic's staff"),
    word("session", "one session of the clinic or group"),
    word("clinic", "the clinic as a whole"),
];

static LEVEL: Table = Table {
    heading: "levels = [{ … }]",
    doc: "One level of an attribute.",
    keys: &[
        required(
            "id",
            Kind::Id(Thing::Level),
            "As it stands in data files and formulas.",
        ),
        optional(
            "label",
            Kind::Text,
            "Name in reports; the id when left out.",
        ),
    ],
};

pub(super) static OUTCOME: Table = Table {
    heading: "[[outcome]]",
    doc: "What is looked at. Exactly one outcome is primary.",
    keys: &[
        required(
            "id",
            Kind::Id(Thing::Outcome),
            "Short id: the name in formulas, so it has `_` and no hyphen.",
        ),
        required("label", Kind::Text, "Name in reports."),
        optional("unit", Kind::Text, "Unit for axes and tables."),
        required(
            "measure",
            Kind::Measure,
            "The measure that it is: `instrument.score`, `scheme.rating`, `attendance.sessions`.",
        ),
        required("role", Kind::Word(OUTCOME_ROLE), "Its rank in the plan."),
        required(
            "better",
            Kind::Word(BETTER),
            "Which direction is good for families.",
        ),
        optional(
            "smallest-difference-that-matters",
            Kind::Number(Bounds::POSITIVE),
            "The smallest difference that would matter, in the outcome's unit.",
        ),
        optional(
            "equivalence-bound",
            Kind::Number(Bounds::POSITIVE),
            "A difference smaller than this counts as none, in the outcome's unit.",
        ),
        optional(
            "reliability",
            Kind::Table(&RELIABILITY),
            "Reliability for reliable change.",
        ),
    ],
};

const OUTCOME_ROLE: &[Word] = &[
    word("primary", "the one that answers the main question"),
    word("secondary", "others of the plan"),
    word(
        "exploratory",
        "looked at without a plan to conclude from it",
    ),
];

pub(super) const BETTER: &[Word] = &[
    word("higher", "more is better"),
    word("lower", "less is better"),
    word("neither", "neither direction is better"),
];

static RELIABILITY: Table = Table {
    heading: "reliability = { … }",
    doc: "A reliability coefficient and where it comes from.",
    keys: &[
        required(
            "coefficient",
            Kind::Number(Bounds::between(0.0, 1.0)),
            "The coefficient.",
        ),
        optional(
            "sd",
            Kind::Number(Bounds::POSITIVE),
            "SD to go with it; that of the study's baseline when left out.",
        ),
        required("source", Kind::Text, "Where the number comes from."),
    ],
};

pub(super) static ANALYSIS: Table = Table {
    heading: "[[analysis]]",
    doc: "One question and the model that answers it.",
    keys: &[
        required("id", Kind::Id(Thing::Analysis), "Short id."),
        required("question", Kind::Text, "The question, as a question."),
        required(
            "model",
            Kind::Formula,
            "The model in lme4's formula language. On the left an outcome; on the right times \
             (`days`, `months`, `years` since enrolment; `age_days`, `age_months`, \
             `corrected_age_days`, `corrected_age_months`), `wave`, `arm`, `site`, `phase`, \
             `dyad`, `baseline` (the outcome at the first wave) and attributes.",
        ),
        required(
            "answers",
            Kind::Term,
            "The term that answers the question; a level in brackets for a variable with levels.",
        ),
        with_default(
            "estimator",
            Kind::Word(ESTIMATOR),
            "reml",
            "Estimator of the variance components.",
        ),
        with_default(
            "inference",
            Kind::Word(INFERENCE),
            "kenward-roger",
            "How degrees of freedom and p values are made.",
        ),
        with_default(
            "level",
            Kind::Number(Bounds::between(0.5, 1.0)),
            "0.95",
            "Level of the intervals.",
        ),
        optional(
            "contrasts-at-months",
            Kind::List(&Kind::Number(Bounds::NOT_NEGATIVE)),
            "Months since enrolment at which arms are compared.",
        ),
        optional(
            "sensitivity",
            Kind::List(&Kind::Word(SENSITIVITY)),
            "Other ways to ask the same question.",
        ),
        optional(
            "estimand",
            Kind::Table(&ESTIMAND),
            "The exact quantity asked, in words (ICH E9(R1)).",
        ),
    ],
};

const ESTIMATOR: &[Word] = &[
    word("reml", "restricted maximum likelihood"),
    word("ml", "maximum likelihood"),
];

const INFERENCE: &[Word] = &[
    word("kenward-roger", "Kenward and Roger 1997"),
    word("satterthwaite", "Satterthwaite's degrees of freedom"),
    word("normal", "the standard normal distribution"),
];

const SENSITIVITY: &[Word] = &[
    word(
        "baseline-adjusted",
        "the baseline value as covariate, later waves as outcome",
    ),
    word("random-intercept", "the random slope left out"),
    word(
        "categorical-waves",
        "waves as categories instead of a line over time",
    ),
    word("complete-cases", "only dyads with all planned waves"),
    word(
        "site-permutation",
        "arms permuted over sites, where the number of sites allows",
    ),
    word(
        "phase-permutation",
        "units, such as sessions, permuted over phases",
    ),
    word(
        "cluster-robust",
        "the standard error between sites, where the number of sites allows",
    ),
    word("leave-one-site-out", "each site left out in turn"),
    word("multiple-imputation", "missing values imputed many times"),
    word(
        "overlap-weights",
        "arms weighted to be alike in first value and attributes",
    ),
    word(
        "doubly-robust",
        "the same weights with a regression in each arm",
    ),
    word(
        "delta-adjusted",
        "imputed values in the arm of the term worse by the smallest difference that matters",
    ),
    word(
        "reference-based",
        "those who left imputed as if they had gone on in the arm that they are compared with",
    ),
    word(
        "tipping-point",
        "by how much imputed values would have to differ to change the conclusion",
    ),
];

static ESTIMAND: Table = Table {
    heading: "[analysis.estimand]",
    doc: "The exact quantity asked: the five attributes of ICH E9(R1).",
    keys: &[
        required("population", Kind::Text, "Whom the question is about."),
        required("treatment", Kind::Text, "What is compared."),
        required("variable", Kind::Text, "What is measured."),
        required(
            "intercurrent-events",
            Kind::Text,
            "What may happen in between (moved out, never attended), and how it is handled.",
        ),
        required("summary", Kind::Text, "How the comparison is summarised."),
    ],
};

pub(super) static MULTIPLICITY: Table = Table {
    heading: "[multiplicity]",
    doc: "Analyses that are read together, and how their p values are adjusted for that.",
    keys: &[
        required(
            "method",
            Kind::Word(MULTIPLICITY_METHOD),
            "How p values are adjusted.",
        ),
        required(
            "family",
            Kind::List(&Kind::Reference(Thing::Analysis)),
            "The analyses.",
        ),
    ],
};

const MULTIPLICITY_METHOD: &[Word] = &[
    word("holm", "Holm 1979"),
    word("none", "no adjustment, said as such"),
];
