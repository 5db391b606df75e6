//! What shapes are painted with and how text is set: a class for the screen, attributes for white paper.

/// What a shape is painted with: its class and, for paper, its attributes.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    class: &'static str,
    attributes: &'static str,
}

impl Paint {
    pub const fn of(class: &'static str, attributes: &'static str) -> Self {
        Self { class, attributes }
    }

    pub(super) fn group(self) -> String {
        format!(r#"class="{}" {}"#, self.class, self.attributes)
    }
}

/// The line under an axis.
pub const AXIS: Paint = Paint::of("axis", r##"stroke="#565c66" stroke-width="1" fill="none""##);
/// Faint lines at ticks.
pub const GRID: Paint = Paint::of("grid", r##"stroke="#e3ded4" stroke-width="1" fill="none""##);
/// The line of no difference.
pub const NONE: Paint = Paint::of(
    "none",
    r##"stroke="#1f2733" stroke-width="1.25" fill="none""##,
);
/// The smallest difference that matters.
pub const MATTERS: Paint = Paint::of(
    "matters",
    r##"stroke="#565c66" stroke-width="1.25" stroke-dasharray="1.5 3" stroke-linecap="round" fill="none""##,
);
/// What asks for attention: points beyond a limit.
pub const RISK: Paint = Paint::of(
    "risk",
    r##"fill="#9c3626" stroke="#ffffff" stroke-width="1""##,
);
/// Boxes and arrows of a flow diagram.
pub const BOX: Paint = Paint::of(
    "box",
    r##"stroke="#565c66" stroke-width="1" fill="#ffffff""##,
);
/// A person of a sociogram.
pub const NODE: Paint = Paint::of(
    "node",
    r##"fill="#1f2733" stroke="#ffffff" stroke-width="1.5""##,
);
/// An arrow of a sociogram from or to a member of staff.
pub const TIE_WITH_STAFF: Paint =
    Paint::of("tie-with-staff", r##"fill="#565c66" fill-opacity="0.3""##);
/// An arrow or connecting line.
pub const ARROW: Paint = Paint::of(
    "arrow",
    r##"stroke="#565c66" stroke-width="1" fill="none""##,
);

/// How text is set.
#[derive(Debug, Clone, Copy)]
pub struct Lettering {
    pub(super) class: &'static str,
    size: f64,
    pub(super) colour: &'static str,
    extra: &'static str,
}

const fn lettering(
    class: &'static str,
    size: f64,
    colour: &'static str,
    extra: &'static str,
) -> Lettering {
    Lettering {
        class,
        size,
        colour,
        extra,
    }
}

/// Labels.
pub const LABEL: Lettering = lettering("label", 13.5, "#1f2733", "");
/// Titles of figures that stand alone.
pub const TITLE: Lettering = lettering("title", 16.0, "#1f2733", r#" font-weight="600""#);
/// Labels that matter most.
pub const STRONG: Lettering = lettering("strong", 13.5, "#1f2733", r#" font-weight="600""#);
/// Numbers at ticks, second lines.
pub const SMALL: Lettering = lettering("small", 12.0, "#565c66", "");
/// Names of axes.
pub const AXIS_NAME: Lettering = lettering("axis-name", 12.5, "#3b424d", r#" font-style="italic""#);

impl Lettering {
    /// Size in px.
    pub fn size(self) -> f64 {
        self.size
    }

    pub(super) fn group(self, class: &str, colour: &str) -> String {
        let Self { size, extra, .. } = self;
        format!(r#"class="{class}" font-size="{size}" fill="{colour}"{extra}"#)
    }
}

/// Where text stands relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    pub(super) fn attribute(self) -> &'static str {
        match self {
            Self::Start => "",
            Self::Middle => r#" text-anchor="middle""#,
            Self::End => r#" text-anchor="end""#,
        }
    }
}
