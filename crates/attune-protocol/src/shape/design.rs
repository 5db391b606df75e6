//! The tables `[[arm]]`, `[[phase]]`, `[[site]]` and `[[wave]]`.

use super::{Bounds, Kind, Table, Thing, optional, required, with_default};

pub(super) static ARM: Table = Table {
    heading: "[[arm]]",
    doc: "A condition that is compared. The first one is the reference of every comparison.",
    keys: &[
        required(
            "id",
            Kind::Id(Thing::Arm),
            "Short id, used in data files and formulas.",
        ),
        required("label", Kind::Text, "Name in reports."),
        optional("description", Kind::Text, "What dyads of this arm receive."),
        with_default(
            "receives-programme",
            Kind::YesNo,
            "false",
            "Whether the programme that is evaluated is given in this arm.",
        ),
    ],
};

pub(super) static PHASE: Table = Table {
    heading: "[[phase]]",
    doc: "A period of a before-and-after design. The first one is the reference of every \
          comparison.",
    keys: &[
        required(
            "id",
            Kind::Id(Thing::Phase),
            "Short id, used in data files and formulas.",
        ),
        required("label", Kind::Text, "Name in reports."),
        optional("description", Kind::Text, "What happens in this period."),
    ],
};

pub(super) static SITE: Table = Table {
    heading: "[[site]]",
    doc: "A setting whose families share it: a hostel, a clinic, a prison. Give `arm` when the \
          site keeps its arm, `arms` when it changes; `phase` and `phases` likewise.",
    keys: &[
        required(
            "id",
            Kind::Id(Thing::Site),
            "Short id, used in data files and formulas.",
        ),
        required("label", Kind::Text, "Name in reports."),
        optional("kind", Kind::Text, "Kind of setting in plain words."),
        optional(
            "arm",
            Kind::Reference(Thing::Arm),
            "The arm of the site, where whole sites have one.",
        ),
        optional(
            "arms",
            Kind::List(&Kind::Table(&SITE_ARM)),
            "The arms of the site from a date on, earliest first.",
        ),
        optional(
            "phase",
            Kind::Reference(Thing::Phase),
            "The phase of the site, where it keeps one.",
        ),
        optional(
            "phases",
            Kind::List(&Kind::Table(&SITE_PHASE)),
            "The phases of the site from a date on, earliest first.",
        ),
        optional(
            "planned-dyads",
            Kind::Integer(Bounds::at_least(1.0)),
            "How many dyads the site is to enrol.",
        ),
    ],
};

static SITE_ARM: Table = Table {
    heading: "arms = [{ … }]",
    doc: "An arm of a site from a date on.",
    keys: &[
        required("arm", Kind::Reference(Thing::Arm), "The arm."),
        optional(
            "from",
            Kind::Date,
            "First day of it; only the first entry may leave it out.",
        ),
    ],
};

static SITE_PHASE: Table = Table {
    heading: "phases = [{ … }]",
    doc: "A phase of a site from a date on.",
    keys: &[
        required("phase", Kind::Reference(Thing::Phase), "The phase."),
        optional(
            "from",
            Kind::Date,
            "First day of it; only the first entry may leave it out.",
        ),
    ],
};

pub(super) static WAVE: Table = Table {
    heading: "[[wave]]",
    doc: "A planned time of measuring. Waves stand in the order of time.",
    keys: &[
        required(
            "id",
            Kind::Id(Thing::Wave),
            "Short id, used in data files and formulas.",
        ),
        required("label", Kind::Text, "Name in reports."),
        required(
            "when",
            Kind::When,
            "When it is planned: `at enrolment`, `6 months after enrolment`, `12 weeks after \
             birth`, `4 months after due date`, `during before` (a phase).",
        ),
        optional(
            "window",
            Kind::Window,
            "Days around the planned day that still count as on time: `14 days before to 30 days \
             after`, or one side alone.",
        ),
    ],
};
