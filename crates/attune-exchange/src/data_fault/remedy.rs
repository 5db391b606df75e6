//! What would help against a fault.

use super::DataFault;

impl DataFault {
    /// What would help.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::FileMissing => "put the file there, or correct its name",
            Self::FileOutsideStudy => "copy the file into the study folder and name it from there",
            Self::FileUnreadable { .. } => {
                "close it in other programs and see that you may read it"
            }
            Self::FileTooLarge { .. } | Self::TooManyCells { .. } | Self::TooManyColumns { .. } => {
                "split the file, and see that no formatting reaches to the end of the sheet"
            }
            Self::EmptyFile => "save the table again; its first row must hold the headings",
            Self::NoRows => "nothing to do if nothing was collected yet",
            Self::NotText => "save the table as CSV (UTF-8) or as an XLSX workbook",
            Self::WorkbookNamedCsv => "rename it to .xlsx here and in the study file",
            Self::NotAWorkbook => "save the table as an XLSX workbook, or rename it to .csv",
            Self::OldWorkbook => "open it and save it as XLSX without a password",
            Self::BrokenWorkbook { .. } => {
                "open it in a spreadsheet program and save it again, or copy it anew"
            }
            Self::SheetMissing { .. } => "correct `sheet` in the study file",
            Self::UnclosedQuote => {
                "close the quotation mark, or write it twice if it belongs to the text"
            }
            Self::EncodingAssumed => "save it as UTF-8 if letters with accents look wrong",
            Self::ColumnMissing { .. } => {
                "correct `columns`, `items` or `attributes` in the study file, or the heading; headings stand in the first row"
            }
            Self::ColumnTwice { .. } => "give each column its own heading",
            Self::ColumnsUnmapped { .. } => "add them to the study file if they are needed",
            Self::FreeText => "nothing to do; texts are coded in a codebook",
            Self::MoreCellsThanHeadings { .. } => {
                "give the column a heading, or put quotation marks around cells that hold the separator"
            }
            Self::FewerCellsThanHeadings { .. } => "see whether the file was cut off",
            Self::MergedCell { .. } => "undo the merging and fill in each cell",
            Self::NothingThere { .. } => "fill in the cell, or delete the row",
            Self::UnknownId { .. } => {
                "correct the cell, or say in the study file what it means, as in recode = { site = { \"Hostel A\" = \"hostel-a\" } }"
            }
            Self::SiteNotSaid => "name the column in the study file: columns = { site = \"…\" }",
            Self::NotANumber { .. } => {
                "correct the cell; if it says why there is no value, declare it under `missing`; if it stands for a number, under `recode`"
            }
            Self::CommaInNumber { .. } => {
                "write numbers with a decimal point and nothing between thousands, or separate columns by semicolons"
            }
            Self::DateForNumber { .. } => {
                "type the number again; the spreadsheet program took it for a date"
            }
            Self::FailedFormula { .. } => "mend the formula, or type the number",
            Self::RatingWithoutColumn => {
                "add value = … to the columns of this file in the study file"
            }
            Self::StretchWithoutEnd => "add stop = … to the columns of this file in the study file",
            Self::RatedTwice { .. } => {
                "keep one of the two rows; ratings of two coders need a column for the coder"
            }
            Self::NotRated => {
                "fill in the rating, declare under `missing` why there is none, or set may-be-not-codable = true in the scheme"
            }
            Self::LengthsDiffer { .. } => {
                "give all rows of one coding the same length; codings of two coders need a column for the coder"
            }
            Self::BeginsDiffer { .. } => {
                "give all rows of one recording the same begin; several recordings need a column for the recording"
            }
            Self::NoSuchDetail { .. } => {
                "empty the cell, correct the behaviour, or add the modifier to it in the scheme"
            }
            Self::DetailNotSaid { .. } => {
                "fill in the cell, declare under `missing` why it is not known, or remove required = true in the scheme"
            }
            Self::SeveralOfOne { .. } => {
                "keep one, or write several-of in place of one-of in the scheme"
            }
            Self::NoSuchSample { .. } => {
                "write the number of the sample, the first is 1; where the scheme has several ways, the way before it, as in scan 3"
            }
            Self::SampleTooLate { .. } => {
                "correct the number or the codable length; only whole samples are asked for"
            }
            Self::NotTheSamplesTime { .. } => {
                "empty the cell, or correct it or the number of the sample"
            }
            Self::AnswersNoSample { .. } => "empty the cell of the sample",
            Self::LastsNoInterval { .. } => {
                "correct the behaviour or the sample: over whole intervals only what has a begin and an end is coded"
            }
            Self::SeenAndNot { .. } => {
                "delete the row not-codable, or what was coded of this person in the sample"
            }
            Self::StatesAtOneMoment { .. } => {
                "keep one of the two, or set exclusive = false in the scheme"
            }
            Self::CannotShow { .. } => {
                "correct who it was or what was coded, or the scheme: `subjects` of a behaviour, `from` of an act"
            }
            Self::NotAddressed { .. } => {
                "correct the target; of a family `carer 1` and `infant 1` belong together; or add to `to` of the act in the scheme"
            }
            Self::StatesOverlap { .. } => {
                "end the first where the second begins, or set exclusive = false in the scheme"
            }
            Self::StateNotSaid { .. } => {
                "code what is missing, or set exhaustive = false in the scheme"
            }
            Self::OutOfRange { .. } | Self::OffTheScale { .. } | Self::NotAnOption { .. } => {
                "correct the cell; if it says why there is no value, declare it under `missing` in the study file"
            }
            Self::TooManyDecimals { .. } => {
                "see whether it is a typing error; the value is used as it is"
            }
            Self::NotACount { .. } => "correct the cell",
            Self::UndeclaredMissingCode { .. } => {
                "declare it in the study file, as in missing = { \"-99\" = \"not done\" }, or correct the cell"
            }
            Self::PerhapsMissingCode { .. } => {
                "declare it under `missing` if it is one; give the attribute a minimum and a maximum if it is not"
            }
            Self::NotADate { .. } | Self::YearOfTwoDigits { .. } => {
                "write year-month-day, such as 2024-03-25"
            }
            Self::ImpossibleDate { .. } => "correct the date",
            Self::AmbiguousDate { .. }
            | Self::MixedDateOrder { .. }
            | Self::DateOrderAssumed { .. } => {
                "write year-month-day, such as 2024-03-25, in the whole column"
            }
            Self::SerialDate { .. } => "format the column as dates",
            Self::ValuesWithoutDate => "fill in the date if it is known",
            Self::VisitWithoutWave => "fill in the wave if the visit was planned",
            Self::NeitherWaveNorTime => "fill in one of the two",
            Self::WaveNotFound { .. } => {
                "correct the date, add a column with the wave, or widen the window of the wave in the study file"
            }
            Self::DyadRowsDiffer { .. } => "give all rows of a dyad the same value",
            Self::DuplicateAnswer { .. } => "keep one row per visit and item",
            Self::DatesDiffer { .. } => "give all rows of a visit the same date",
            Self::SimulationEdited => {
                "run attune simulate again, or keep made-up data out of the study"
            }
            Self::BrokenMarker { .. } => {
                "run attune simulate again, or delete simulated.toml if the data are real"
            }
            Self::Record(fault) => fault.remedy(),
        }
    }
}
