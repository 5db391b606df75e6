//! The table `[[codebook]]`.

use super::{Bounds, FileUse, Kind, Table, Thing, optional, required, tables};

pub(super) static CODEBOOK: Table = Table {
    heading: "[[codebook]]",
    doc: "Codes for interviews, notes and open answers. Everything but `id` may stand in a file of \
          its own, named by `file`, in which `[[codebook.code]]` is written `[[code]]`.",
    keys: &[
        required(
            "id",
            Kind::Id(Thing::Codebook),
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
            "Version; codings keep the version under which they were made.",
        ),
        tables("code", &CODE, "The codes, parents before children."),
    ],
};

static CODE: Table = Table {
    heading: "[[codebook.code]]",
    doc: "One code.",
    keys: &[
        required("id", Kind::Id(Thing::Code), "Id within the codebook."),
        required("label", Kind::Text, "Name."),
        optional(
            "parent",
            Kind::Reference(Thing::Code),
            "The code above it, which stands earlier in the list.",
        ),
        required("definition", Kind::Text, "What it means."),
        optional("include", Kind::Text, "When it is used."),
        optional("exclude", Kind::Text, "When it is not."),
        optional("example", Kind::Text, "An example in the team's own words."),
        optional("colour", Kind::Colour, "Colour for the screen."),
    ],
};
