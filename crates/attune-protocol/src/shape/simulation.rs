//! The table `[simulation]`: what a made-up data set assumes.

use super::{Bounds, Kind, Table, Thing, data, optional, required, tables, with_default};

pub(super) static SIMULATION: Table = Table {
    heading: "[simulation]",
    doc: "Assumptions from which `attune simulate` makes records and `attune power` makes trials. \
          They are declared, so that a rehearsal says what it assumed.",
    keys: &[
        required(
            "enrolment",
            Kind::Table(&ENROLMENT),
            "First and last day of enrolment.",
        ),
        optional(
            "dyads",
            Kind::Map {
                keys: &Kind::Reference(Thing::Site),
                values: &Kind::Integer(Bounds::at_least(0.0)),
            },
            "Dyads enrolled per site: site = number.",
        ),
        optional(
            "dyads-by-arm",
            Kind::Map {
                keys: &Kind::Reference(Thing::Arm),
                values: &Kind::Integer(Bounds::at_least(0.0)),
            },
            "Dyads per arm, where dyads have their own arm; cycled over the sites.",
        ),
        required(
            "age-at-enrolment-days",
            Kind::Table(&AGE),
            "Infant's age at enrolment, in days.",
        ),
        optional("preterm", Kind::Table(&PRETERM), "Births before term."),
        with_default(
            "visit-jitter-days",
            Kind::Number(Bounds::NOT_NEGATIVE),
            "0",
            "SD of the day of a visit around the planned day, cut at the wave's window.",
        ),
        tables("course", &COURSE, "The course of each measure."),
        tables(
            "correlation",
            &CORRELATION,
            "Correlations between measures.",
        ),
        tables("attrition", &ATTRITION, "Loss after enrolment."),
        tables(
            "missing",
            &MISSING,
            "Values missing at a visit that took place.",
        ),
        tables("attribute", &ATTRIBUTE, "How attributes are distributed."),
        tables("attendance", &ATTENDANCE, "Sessions offered and attended."),
    ],
};

static ENROLMENT: Table = Table {
    heading: "enrolment = { … }",
    doc: "Days between which dyads are enrolled.",
    keys: &[
        required("from", Kind::Date, "First day."),
        required("to", Kind::Date, "Last day."),
    ],
};

static AGE: Table = Table {
    heading: "age-at-enrolment-days = { … }",
    doc: "A roughly normal spread with bounds.",
    keys: SPREAD,
};

static NUMBER: Table = Table {
    heading: "number = { … }",
    doc: "A roughly normal spread with bounds.",
    keys: SPREAD,
};

const SPREAD: &[super::Key] = &[
    required("mean", Kind::Number(Bounds::ANY), "Mean."),
    required(
        "sd",
        Kind::Number(Bounds::NOT_NEGATIVE),
        "Standard deviation.",
    ),
    required("minimum", Kind::Number(Bounds::ANY), "Smallest value."),
    required("maximum", Kind::Number(Bounds::ANY), "Largest value."),
];

static PRETERM: Table = Table {
    heading: "preterm = { … }",
    doc: "Births before term.",
    keys: &[
        required("share", Kind::Number(Bounds::SHARE), "Share of infants."),
        required(
            "weeks-early-at-most",
            Kind::Number(Bounds::from_to(3.0, 17.0)),
            "Weeks before the due date at most; uniform between 3 and this.",
        ),
    ],
};

const BY_ARM: Kind = Kind::NumberOrMap {
    bounds: Bounds::ANY,
    keys: &Kind::Reference(Thing::Arm),
};

static COURSE: Table = Table {
    heading: "[[simulation.course]]",
    doc: "The course of a measure: a straight line per arm, with an intercept and a slope of each \
          dyad's own, an intercept of each site's own, and a residual.",
    keys: &[
        required("measure", Kind::Measure, "The measure."),
        required(
            "start",
            BY_ARM,
            "Mean at enrolment: one number for all, or arm = number.",
        ),
        required(
            "per-month",
            BY_ARM,
            "Change per month: one number for all, or arm = number.",
        ),
        optional(
            "phase-shift",
            Kind::Map {
                keys: &Kind::Reference(Thing::Phase),
                values: &Kind::Number(Bounds::ANY),
            },
            "What a phase adds to the mean, in designs with phases: phase = number.",
        ),
        required(
            "sd-between",
            Kind::Number(Bounds::NOT_NEGATIVE),
            "SD of the dyads' intercepts.",
        ),
        with_default(
            "sd-slope",
            Kind::Number(Bounds::NOT_NEGATIVE),
            "0",
            "SD of the dyads' slopes per month.",
        ),
        with_default(
            "correlation",
            Kind::Number(Bounds::from_to(-1.0, 1.0)),
            "0",
            "Correlation of the two.",
        ),
        required(
            "sd-within",
            Kind::Number(Bounds::NOT_NEGATIVE),
            "SD of the residual.",
        ),
        with_default(
            "sd-site",
            Kind::Number(Bounds::NOT_NEGATIVE),
            "0",
            "SD of the sites' intercepts.",
        ),
        with_default(
            "sd-item",
            Kind::Number(Bounds::NOT_NEGATIVE),
            "0",
            "Spread of the items around the score, for instruments with items.",
        ),
    ],
};

static CORRELATION: Table = Table {
    heading: "[[simulation.correlation]]",
    doc: "Correlation between the dyads' intercepts of two measures.",
    keys: &[
        required(
            "between",
            Kind::List(&Kind::Measure),
            "Two measures, each with a course.",
        ),
        required(
            "value",
            Kind::Number(Bounds::CORRELATION),
            "The correlation.",
        ),
    ],
};

static ATTRITION: Table = Table {
    heading: "[[simulation.attrition]]",
    doc: "Loss after enrolment.",
    keys: &[
        optional(
            "arm",
            Kind::Reference(Thing::Arm),
            "For one arm; for all when left out.",
        ),
        required(
            "per-month",
            Kind::Number(Bounds::SHARE),
            "Probability of leaving in one month.",
        ),
        required(
            "reasons",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::Number(Bounds::POSITIVE),
            },
            "Reasons and their weights.",
        ),
        with_default(
            "withdraws-consent",
            Kind::YesNo,
            "false",
            "Whether consent is withdrawn on leaving.",
        ),
    ],
};

static MISSING: Table = Table {
    heading: "[[simulation.missing]]",
    doc: "Values missing at a visit that took place.",
    keys: &[
        required(
            "measure",
            Kind::Measure,
            "The measure whose items are missing.",
        ),
        optional(
            "item",
            Kind::Item,
            "One item only; all items of the measure when left out.",
        ),
        required("share", Kind::Number(Bounds::SHARE), "Probability."),
        required(
            "reasons",
            Kind::Map {
                keys: &Kind::Word(data::MISSING),
                values: &Kind::Number(Bounds::POSITIVE),
            },
            "Reasons and their weights.",
        ),
    ],
};

static ATTRIBUTE: Table = Table {
    heading: "[[simulation.attribute]]",
    doc: "How an attribute is distributed: `number` for a number, `levels` for one with levels.",
    keys: &[
        required("id", Kind::Reference(Thing::Attribute), "The attribute."),
        optional("number", Kind::Table(&NUMBER), "Spread of a number."),
        optional(
            "levels",
            Kind::Map {
                keys: &Kind::Text,
                values: &Kind::Number(Bounds::POSITIVE),
            },
            "Weights of levels: level = weight.",
        ),
    ],
};

static ATTENDANCE: Table = Table {
    heading: "[[simulation.attendance]]",
    doc: "Sessions offered at the sites of an arm, and attended.",
    keys: &[
        required(
            "arm",
            Kind::Reference(Thing::Arm),
            "The arm whose sites offer sessions.",
        ),
        required(
            "every-days",
            Kind::Integer(Bounds::at_least(1.0)),
            "Days between sessions.",
        ),
        required(
            "share",
            Kind::Number(Bounds::between(0.0, 1.0)),
            "Mean share of sessions that a dyad attends while it is in the study.",
        ),
        with_default(
            "sd-logit",
            Kind::Number(Bounds::NOT_NEGATIVE),
            "0",
            "Spread of that share between dyads (SD on the logit scale).",
        ),
        required(
            "minutes",
            Kind::Number(Bounds::POSITIVE),
            "Mean minutes stayed.",
        ),
    ],
};
