//! What a study file defines and refers to by id.

/// Kinds of things that a study file defines and refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// The study.
    Study,
    /// An arm.
    Arm,
    /// A phase.
    Phase,
    /// A site.
    Site,
    /// A wave.
    Wave,
    /// A consent purpose.
    Purpose,
    /// An attribute.
    Attribute,
    /// An instrument.
    Instrument,
    /// A coding scheme.
    Scheme,
    /// A codebook.
    Codebook,
    /// An outcome.
    Outcome,
    /// An analysis.
    Analysis,
    /// A subject of one scheme.
    Subject,
    /// A behaviour of one scheme: state, point, act or span.
    Behaviour,
    /// A set of states of one scheme.
    StateSet,
    /// A rating of one scheme.
    Rating,
    /// A composite of one scheme.
    Composite,
    /// A declared measure of one scheme.
    SchemeMeasure,
    /// A modifier of one behaviour.
    Modifier,
    /// A code of one codebook.
    Code,
    /// A level of one attribute.
    Level,
}

impl Thing {
    /// What it is called.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Study => "study",
            Self::Arm => "arm",
            Self::Phase => "phase",
            Self::Site => "site",
            Self::Wave => "wave",
            Self::Purpose => "consent purpose",
            Self::Attribute => "attribute",
            Self::Instrument => "instrument",
            Self::Scheme => "scheme",
            Self::Codebook => "codebook",
            Self::Outcome => "outcome",
            Self::Analysis => "analysis",
            Self::Subject => "subject",
            Self::Behaviour => "behaviour",
            Self::StateSet => "set of states",
            Self::Rating => "rating",
            Self::Composite => "composite",
            Self::SchemeMeasure => "measure",
            Self::Modifier => "modifier",
            Self::Code => "code",
            Self::Level => "level",
        }
    }

    /// What several are called.
    pub fn plural(self) -> String {
        match self {
            Self::Analysis => "analyses".to_owned(),
            Self::StateSet => "sets of states".to_owned(),
            other => format!("{}s", other.noun()),
        }
    }

    /// "an arm", "a site".
    pub fn with_article(self) -> String {
        let noun = self.noun();
        let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
            "an"
        } else {
            "a"
        };
        format!("{article} {noun}")
    }

    /// How a table that defines one begins.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Study => "[study]",
            Self::Arm => "[[arm]]",
            Self::Phase => "[[phase]]",
            Self::Site => "[[site]]",
            Self::Wave => "[[wave]]",
            Self::Purpose => "[[consent]]",
            Self::Attribute => "[[attribute]]",
            Self::Instrument => "[[instrument]]",
            Self::Scheme => "[[scheme]]",
            Self::Codebook => "[[codebook]]",
            Self::Outcome => "[[outcome]]",
            Self::Analysis => "[[analysis]]",
            Self::Subject => "[[scheme.subject]]",
            Self::Behaviour => "[[scheme.point]]",
            Self::StateSet => "[[scheme.states]]",
            Self::Rating => "[[scheme.rating]]",
            Self::Composite => "[[scheme.composite]]",
            Self::SchemeMeasure => "[[scheme.measure]]",
            Self::Modifier => "modifiers = [{ … }]",
            Self::Code => "[[codebook.code]]",
            Self::Level => "levels = [{ … }]",
        }
    }

    /// Whether its id is a name in formulas and therefore has `_` and no hyphen.
    pub fn is_name_in_formulas(self) -> bool {
        matches!(self, Self::Attribute | Self::Outcome)
    }
}
