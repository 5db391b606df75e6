//! For whom a report is made. Each profile is a choice and an order of sections over the same findings;
//! none computes anything of its own, so no two of them can disagree. What each holds is in
//! `compose/`; what follows for the look of a document is said here.

/// For whom a report is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Profile {
    /// Everything: the full evaluation report.
    #[default]
    Full,
    /// The results section of a journal article, tables in APA style.
    Journal,
    /// Two pages for those who pay for a programme or decide about it.
    Commissioner,
    /// In plain words, for families and everybody else.
    Lay,
    /// For ethics committees and data protection: flow, consent, withdrawals, data.
    Annex,
}

/// How tables look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableStyle {
    /// Attune's own: a caption on one line, faint lines between rows.
    House,
    /// APA: number and title on lines of their own, three rules, a note that begins with "Note".
    Apa,
}

impl Profile {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::Full,
        Self::Journal,
        Self::Commissioner,
        Self::Lay,
        Self::Annex,
    ];

    /// Short name on the command line and in file names.
    pub fn id(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Journal => "journal",
            Self::Commissioner => "commissioner",
            Self::Lay => "lay",
            Self::Annex => "annex",
        }
    }

    /// What the document calls itself, over its title.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Full => "Evaluation report",
            Self::Journal => "Results for a journal article",
            Self::Commissioner => "Summary for commissioners",
            Self::Lay => "Summary in plain words",
            Self::Annex => "Ethics and data annex",
        }
    }

    /// How its tables look.
    pub fn table_style(self) -> TableStyle {
        match self {
            Self::Journal => TableStyle::Apa,
            Self::Full | Self::Commissioner | Self::Lay | Self::Annex => TableStyle::House,
        }
    }

    /// Whether it is long enough for a list of contents.
    pub fn has_contents(self) -> bool {
        matches!(self, Self::Full | Self::Annex)
    }

    /// Whether sections carry numbers; short documents are cited by their headings.
    pub fn numbers_sections(self) -> bool {
        self.has_contents()
    }

    /// Whether it must keep to two pages of paper.
    pub fn is_brief(self) -> bool {
        self == Self::Commissioner
    }
}
