//! Everything that may be wrong with a file of records, in words, and how bad it is; a short title and the
//! remedy of each are beside it.

mod remedy;
mod title;

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
    /// A behaviour with one time in a sample of whole intervals.
    #[error("'{behaviour}' has one time and never lasts a whole interval")]
    LastsNoInterval {
        /// The behaviour.
        behaviour: String,
    },
    /// Somebody who was coded in a sample and could not be seen in it.
    #[error("{who} was coded in {sample}, and another row says that {who} could not be seen in it")]
    SeenAndNot {
        /// Who.
        who: String,
        /// The sample.
        sample: String,
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
}
