//! The kind of a fault in a few words.

use super::DataFault;

impl DataFault {
    /// Its kind in a few words, the same for all of the kind.
    pub fn title(&self) -> &'static str {
        match self {
            Self::FileMissing => "missing file",
            Self::FileOutsideStudy => "file outside the study folder",
            Self::FileUnreadable { .. } => "unreadable file",
            Self::FileTooLarge { .. } | Self::TooManyCells { .. } | Self::TooManyColumns { .. } => {
                "file too large"
            }
            Self::EmptyFile => "empty file",
            Self::NoRows => "no rows",
            Self::NotText => "not a text file",
            Self::WorkbookNamedCsv | Self::NotAWorkbook => "wrong ending of the file's name",
            Self::OldWorkbook => "old or locked workbook",
            Self::BrokenWorkbook { .. } => "damaged workbook",
            Self::SheetMissing { .. } => "missing sheet",
            Self::UnclosedQuote => "unclosed quotation mark",
            Self::EncodingAssumed => "encoding",
            Self::ColumnMissing { .. } => "missing column",
            Self::ColumnTwice { .. } => "heading twice",
            Self::ColumnsUnmapped { .. } => "columns not read",
            Self::FreeText => "free text",
            Self::MoreCellsThanHeadings { .. } => "more cells than headings",
            Self::FewerCellsThanHeadings { .. } => "fewer cells than headings",
            Self::MergedCell { .. } => "merged cells",
            Self::NothingThere { .. } => "empty cell",
            Self::UnknownId { kind, .. } => match *kind {
                "site" => "unknown site",
                "arm" => "unknown arm",
                "wave" => "unknown wave",
                "item" => "unknown item",
                "consent purpose" => "unknown consent purpose",
                "answer" => "unknown answer",
                "behaviour" => "unknown behaviour",
                "subject" => "unknown subject",
                _ => "unknown level",
            },
            Self::SiteNotSaid => "site not said",
            Self::NotANumber { .. }
            | Self::CommaInNumber { .. }
            | Self::DateForNumber { .. }
            | Self::FailedFormula { .. } => "not a number",
            Self::OutOfRange { .. } | Self::OffTheScale { .. } => "value out of range",
            Self::RatingWithoutColumn => "no column for ratings",
            Self::NotRated => "not rated",
            Self::StretchWithoutEnd => "no column for ends",
            Self::RatedTwice { .. } => "rated twice",
            Self::LengthsDiffer { .. } => "two lengths of one recording",
            Self::BeginsDiffer { .. } => "two begins of one recording",
            Self::NoSuchDetail { .. } => "not a modifier of this behaviour",
            Self::DetailNotSaid { .. } => "modifier not said",
            Self::SeveralOfOne { .. } => "several values of one modifier",
            Self::NoSuchSample { .. } | Self::SampleTooLate { .. } => "no such sample",
            Self::NotTheSamplesTime { .. } => "not the sample's time",
            Self::AnswersNoSample { .. } => "not sampled",
            Self::LastsNoInterval { .. } => "lasts no interval",
            Self::SeenAndNot { .. } => "seen and not seen",
            Self::StatesAtOneMoment { .. } => "two states at once",
            Self::CannotShow { .. } => "not of this subject",
            Self::NotAddressed { .. } => "not a target of this act",
            Self::StatesOverlap { .. } => "two states at once",
            Self::StateNotSaid { .. } => "time without a state",
            Self::NotAnOption { .. } => "not one of the options",
            Self::TooManyDecimals { .. } => "too many decimals",
            Self::NotACount { .. } => "not a count",
            Self::UndeclaredMissingCode { .. } => "undeclared missing-data code",
            Self::PerhapsMissingCode { .. } => "perhaps a missing-data code",
            Self::NotADate { .. } | Self::YearOfTwoDigits { .. } => "not a date",
            Self::ImpossibleDate { .. } => "impossible date",
            Self::AmbiguousDate { .. } | Self::MixedDateOrder { .. } => "ambiguous date",
            Self::DateOrderAssumed { .. } | Self::SerialDate { .. } => "dates not in ISO form",
            Self::ValuesWithoutDate => "visit without a date",
            Self::VisitWithoutWave => "visit without a wave",
            Self::NeitherWaveNorTime => "visit without wave and date",
            Self::WaveNotFound { .. } => "wave not found",
            Self::DyadRowsDiffer { .. } => "facts of a dyad that differ",
            Self::DuplicateAnswer { .. } => "duplicate answer",
            Self::DatesDiffer { .. } => "two dates for one visit",
            Self::SimulationEdited => "changed simulation",
            Self::BrokenMarker { .. } => "unreadable marker of simulation",
            Self::Record(fault) => fault.title(),
        }
    }
}
