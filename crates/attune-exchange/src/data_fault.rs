//! Everything that may be wrong with a file of records, in words, with the remedy.

use attune_records::{
    record_problem::{RecordFault, Severity},
    schedule::NoWave,
    source::Source,
};
use jiff::civil::Date;
use thiserror::Error;

/// What is wrong with a file, a column or a cell.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DataFault {
    /// The file is not there.
    #[error("the file is not there")]
    FileMissing,
    /// Its path leads out of the study folder.
    #[error("the path leads out of the study folder")]
    FileOutsideStudy,
    /// The system would not let us read it.
    #[error("cannot be read: {reason}")]
    FileUnreadable {
        /// The system's words.
        reason: String,
    },
    /// Larger than we are willing to read.
    #[error("larger than {megabytes} MB, read or unpacked")]
    FileTooLarge {
        /// The limit.
        megabytes: u64,
    },
    /// More cells than we are willing to hold.
    #[error("more than {millions} million cells")]
    TooManyCells {
        /// The limit in millions.
        millions: usize,
    },
    /// More columns than a spreadsheet can have.
    #[error("more than {limit} columns")]
    TooManyColumns {
        /// The limit.
        limit: usize,
    },
    /// Nothing in it.
    #[error("the file is empty")]
    EmptyFile,
    /// A heading and nothing below.
    #[error("there are no rows below the headings")]
    NoRows,
    /// Not a text file.
    #[error("this is not a text file")]
    NotText,
    /// A workbook under the name of a text file.
    #[error("this is a workbook, though its name ends in .csv")]
    WorkbookNamedCsv,
    /// Something else under the name of a workbook.
    #[error("this is not a workbook, though its name ends in .xlsx")]
    NotAWorkbook,
    /// The format before XLSX, or a workbook with a password: both begin alike.
    #[error("this is a workbook of an old format (.xls), or one with a password")]
    OldWorkbook,
    /// A workbook that cannot be opened.
    #[error("the workbook is damaged: {reason}")]
    BrokenWorkbook {
        /// The reader's words.
        reason: String,
    },
    /// The sheet is not in the workbook.
    #[error("there is no sheet {sheet}; the workbook has {sheets}")]
    SheetMissing {
        /// The sheet that the study file names.
        sheet: String,
        /// Those that are there.
        sheets: String,
    },
    /// A quote that is never closed swallows the rest of the file.
    #[error("a quotation mark is opened here and never closed")]
    UnclosedQuote,
    /// The text is in no Unicode encoding.
    #[error("the text is not Unicode; it was read as Windows-1252")]
    EncodingAssumed,
    /// A column of the study file is not there.
    #[error("there is no column {heading}; the file has {headings}")]
    ColumnMissing {
        /// The heading that the study file names.
        heading: String,
        /// Those that are there.
        headings: String,
    },
    /// A heading that stands twice.
    #[error("two columns have the heading {heading}")]
    ColumnTwice {
        /// The heading.
        heading: String,
    },
    /// Columns that the study file does not mention.
    #[error("not read, since the study file does not mention: {headings}")]
    ColumnsUnmapped {
        /// Their headings.
        headings: String,
    },
    /// A column of free text.
    #[error("free text is not read")]
    FreeText,
    /// More cells than headings.
    #[error("{cells} cells under {headings} headings")]
    MoreCellsThanHeadings {
        /// Cells of the row.
        cells: usize,
        /// Headings.
        headings: usize,
    },
    /// Fewer cells than headings.
    #[error("{cells} cells under {headings} headings; the others were read as empty")]
    FewerCellsThanHeadings {
        /// Cells of the row.
        cells: usize,
        /// Headings.
        headings: usize,
    },
    /// Part of a merged area, so empty.
    #[error("part of the merged cells {area}, so empty")]
    MergedCell {
        /// The area, such as A2:A4.
        area: String,
    },
    /// An empty cell where there must be something.
    #[error("empty, though each row needs {what}")]
    NothingThere {
        /// What it needs.
        what: &'static str,
    },
    /// An id that the study file does not define.
    #[error("there is no {kind} {cell}; there are {known}")]
    UnknownId {
        /// Site, arm, wave, level or item.
        kind: &'static str,
        /// The cell.
        cell: String,
        /// Ids that it has.
        known: String,
    },
    /// Several sites and no column that says which.
    #[error("the study has several sites, and the file does not say which")]
    SiteNotSaid,
    /// Text where a number belongs.
    #[error("{cell} is not a number")]
    NotANumber {
        /// The cell.
        cell: String,
    },
    /// A comma in a number of a file whose columns are separated by commas or tabs.
    #[error("{cell} may be a number with a decimal comma or with a comma between thousands")]
    CommaInNumber {
        /// The cell.
        cell: String,
    },
    /// A date where a number belongs.
    #[error("{cell} is a date, not a number")]
    DateForNumber {
        /// The cell.
        cell: String,
    },
    /// A formula that failed.
    #[error("{cell}: a formula that failed")]
    FailedFormula {
        /// The cell.
        cell: String,
    },
    /// Outside the bounds.
    #[error("{cell} is not within {minimum} to {maximum}")]
    OutOfRange {
        /// The cell.
        cell: String,
        /// Smallest possible value, or "…".
        minimum: String,
        /// Largest possible value, or "…".
        maximum: String,
    },
    /// Between two ratings of a scale.
    #[error("{cell} is no rating of this scale, which goes in steps of {step} from {minimum}")]
    OffTheScale {
        /// The cell.
        cell: String,
        /// Distance between two ratings.
        step: String,
        /// Lowest rating.
        minimum: String,
    },
    /// A rating, and no column for its value.
    #[error("this row holds a rating, and no column is declared for its value")]
    RatingWithoutColumn,
    /// No rating, on a form that has no answer for what cannot be rated.
    #[error("no rating, and the form has no 'cannot be coded'")]
    NotRated,
    /// A stretch in which nobody could code, and no column for its end.
    #[error(
        "this stretch in which nobody could code needs an end, and no column is declared for ends"
    )]
    StretchWithoutEnd,
    /// One rating twice in one coding.
    #[error("'{id}' was rated before in this coding")]
    RatedTwice {
        /// The rating.
        id: String,
    },
    /// Rows of one coding that give its recording two lengths.
    #[error("row {row} of this coding says that {first} seconds could be coded")]
    LengthsDiffer {
        /// The first length.
        first: String,
        /// Where it stands.
        row: u32,
    },
    /// Rows of one coding that let its recording begin at two times.
    #[error("row {row} of this recording says that it begins at {first} s of the session")]
    BeginsDiffer {
        /// The first begin.
        first: String,
        /// Where it stands.
        row: u32,
    },
    /// A detail that the behaviour does not have.
    #[error("'{behaviour}' has no modifier '{detail}'; it has {has}")]
    NoSuchDetail {
        /// The modifier.
        detail: String,
        /// The behaviour.
        behaviour: String,
        /// Its modifiers.
        has: String,
    },
    /// A detail that every event must have.
    #[error("empty, and the scheme asks for '{detail}' of every '{behaviour}'")]
    DetailNotSaid {
        /// The modifier.
        detail: String,
        /// The behaviour.
        behaviour: String,
    },
    /// Several words where one is chosen.
    #[error("{cell} are several, and one is chosen here")]
    SeveralOfOne {
        /// The cell.
        cell: String,
    },
    /// A sample that the scheme does not have.
    #[error("{cell} is no sample of this scheme; its samples are {samples}")]
    NoSuchSample {
        /// The cell.
        cell: String,
        /// How they are called.
        samples: String,
    },
    /// A sample that ends after the recording.
    #[error(
        "{cell} lies behind the end: {length} seconds hold {n} whole samples of {seconds} seconds"
    )]
    SampleTooLate {
        /// The cell.
        cell: String,
        /// How many samples there are.
        n: String,
        /// Seconds between them.
        seconds: String,
        /// Codable seconds.
        length: String,
    },
    /// A time that is not the sample's.
    #[error("{sample} runs from {from} to {to} s")]
    NotTheSamplesTime {
        /// The sample.
        sample: String,
        /// Its begin.
        from: String,
        /// Its end.
        to: String,
    },
    /// A rating or a part of the recording with a sample.
    #[error("'{what}' answers no sample")]
    AnswersNoSample {
        /// The rating or span.
        what: String,
    },
    /// Two states of an exclusive set at one moment.
    #[error("'{state}' and '{other}' of row {row} at one moment, and the two exclude each other")]
    StatesAtOneMoment {
        /// The state.
        state: String,
        /// The other one.
        other: String,
        /// Where that one stands.
        row: u32,
    },
    /// A behaviour of somebody who cannot show it.
    #[error("the scheme has '{behaviour}' for {may} and not for '{who}'")]
    CannotShow {
        /// The subject.
        who: String,
        /// The behaviour.
        behaviour: String,
        /// Who can show it.
        may: String,
    },
    /// An act to somebody to whom it does not go.
    #[error("'{act}' goes to {may}, and '{target}' is none of these to who did it")]
    NotAddressed {
        /// The act.
        act: String,
        /// To whom it is said to have gone.
        target: String,
        /// To whom it may go.
        may: String,
    },
    /// Two states at once that exclude each other.
    #[error("'{state}' begins before '{other}' of row {row} ends, and the two exclude each other")]
    StatesOverlap {
        /// The state that begins too early.
        state: String,
        /// The one that lasts.
        other: String,
        /// Where that one stands.
        row: u32,
    },
    /// Time without a state, of a set that always has one.
    #[error("no state of '{set}'{who} for {seconds} s in all, first from {from} s on")]
    StateNotSaid {
        /// The set of states.
        set: String,
        /// Whose state it is.
        who: String,
        /// How long in all.
        seconds: String,
        /// Where it begins.
        from: String,
    },
    /// Not one of the options.
    #[error("{cell} is not one of the options {options}")]
    NotAnOption {
        /// The cell.
        cell: String,
        /// Codes of the options.
        options: String,
    },
    /// More decimals than are meaningful.
    #[error("{cell} has more decimals than {decimals}")]
    TooManyDecimals {
        /// The cell.
        cell: String,
        /// Decimals that are meaningful.
        decimals: u8,
    },
    /// Not a whole number of at least 0.
    #[error("{cell} is not a count (0, 1, 2, …)")]
    NotACount {
        /// The cell.
        cell: String,
    },
    /// A missing-data code that nobody declared.
    #[error("{cell} looks like a missing-data code that nobody declared")]
    UndeclaredMissingCode {
        /// The cell.
        cell: String,
    },
    /// A number that is possible but usual as a missing-data code.
    #[error("{cell} was read as a number, though it is a usual missing-data code")]
    PerhapsMissingCode {
        /// The cell.
        cell: String,
    },
    /// No date.
    #[error("{cell} is not a date")]
    NotADate {
        /// The cell.
        cell: String,
    },
    /// A day that the calendar does not have, or a year far from ours.
    #[error("{cell} is an impossible date")]
    ImpossibleDate {
        /// The cell.
        cell: String,
    },
    /// Two digits for the year.
    #[error("{cell} has a year of two digits")]
    YearOfTwoDigits {
        /// The cell.
        cell: String,
    },
    /// Day and month may be the other way round.
    #[error("{cell} may be {day_first} or {month_first}")]
    AmbiguousDate {
        /// The cell.
        cell: String,
        /// With the day first.
        day_first: Date,
        /// With the month first.
        month_first: Date,
    },
    /// A column in which some dates must have the day first and others the month.
    #[error("{cell}: the column has dates with the day first and others with the month first")]
    MixedDateOrder {
        /// The cell.
        cell: String,
    },
    /// The order of day and month was found from the other cells of the column.
    #[error("dates of this column, such as {cell}, were read as {order}")]
    DateOrderAssumed {
        /// An example.
        cell: String,
        /// The order.
        order: &'static str,
    },
    /// A plain number in a column of dates of a workbook.
    #[error("numbers of this column were read as a spreadsheet's dates: {cell} as {date}")]
    SerialDate {
        /// An example.
        cell: String,
        /// The date.
        date: Date,
    },
    /// A value without a date, in a file that has a column for it.
    #[error("there are values but no date; the planned time of the wave stands for it")]
    ValuesWithoutDate,
    /// A visit that belongs to no wave.
    #[error("no wave: it counts as a visit that was not planned")]
    VisitWithoutWave,
    /// Neither wave nor time.
    #[error("neither wave nor date: nobody can tell when it was")]
    NeitherWaveNorTime,
    /// The wave cannot be found from the date.
    #[error("{reason}")]
    WaveNotFound {
        /// Why.
        reason: NoWave,
    },
    /// Rows of one dyad that give it different facts.
    #[error("the same dyad has another value in {first}")]
    DyadRowsDiffer {
        /// The dyad's first row.
        first: Source,
    },
    /// An item stands twice in a visit.
    #[error("{item} of this visit is already in {first}")]
    DuplicateAnswer {
        /// The item.
        item: String,
        /// The other row.
        first: Source,
    },
    /// Rows of one visit with different dates.
    #[error("the same visit has another date in {first}")]
    DatesDiffer {
        /// The other row.
        first: Source,
    },
    /// The file was made by simulation and changed afterwards.
    #[error("made by attune simulate and changed afterwards; it still counts as simulated")]
    SimulationEdited,
    /// The marker of a simulation cannot be read.
    #[error("the marker of simulated files cannot be read: {reason}")]
    BrokenMarker {
        /// Why.
        reason: String,
    },
    /// Something that concerns several records.
    #[error(transparent)]
    Record(#[from] RecordFault),
}

impl DataFault {
    /// How bad it is.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Record(fault) => fault.severity(),
            Self::NoRows
            | Self::FewerCellsThanHeadings { .. }
            | Self::TooManyDecimals { .. }
            | Self::PerhapsMissingCode { .. }
            | Self::DateOrderAssumed { .. }
            | Self::SerialDate { .. }
            | Self::ValuesWithoutDate
            | Self::VisitWithoutWave
            | Self::StateNotSaid { .. }
            | Self::NotRated
            | Self::SimulationEdited => Severity::Warning,
            Self::EncodingAssumed | Self::ColumnsUnmapped { .. } | Self::FreeText => Severity::Note,
            _ => Severity::Error,
        }
    }

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
