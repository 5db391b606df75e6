//! Ids of the things that a study file defines. Each kind has its own type, so that a site cannot
//! stand where an arm is wanted. An id is cheap to copy and sorts as its text does.

use std::{fmt, ops::Deref, sync::Arc};

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id with this text; the text is taken as it is.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(Arc::from(text.as_ref()))
            }

            /// The id's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, formatter)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::new(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }
    )*};
}

ids! {
    /// A study.
    StudyId,
    /// A condition that is compared: intervention, comparison.
    ArmId,
    /// A period of a before-and-after design.
    PhaseId,
    /// A setting: a hostel, a clinic, a prison.
    SiteId,
    /// A planned time of measuring.
    WaveId,
    /// A consent purpose.
    PurposeId,
    /// An instrument as the study uses it.
    InstrumentId,
    /// One question or field of an instrument.
    ItemId,
    /// One score of an instrument, measure of a scheme or count of a codebook.
    ScoreId,
    /// A coding scheme for video.
    SchemeId,
    /// A codebook for interviews.
    CodebookId,
    /// An attribute of a dyad or of another unit.
    AttributeId,
    /// An outcome of the study.
    OutcomeId,
    /// An analysis of the plan.
    AnalysisId,
    /// What one row of the long table measures, such as `developmental-index.mental`.
    MeasureId,
    /// A carer and an infant seen as a pair, by study code.
    DyadId,
}

impl MeasureId {
    /// The measure that `source` (an instrument, scheme or codebook) yields under `score`.
    pub fn of(source: &str, score: &str) -> Self {
        Self::new(format!("{source}.{score}"))
    }

    /// The instrument, scheme or codebook before the dot, and the score behind it.
    pub fn parts(&self) -> Option<(&str, &str)> {
        self.split_once('.')
    }
}
