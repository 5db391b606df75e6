//! Which question is asked, and of which columns, as typed.

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use super::adjusted::About;

/// The seven questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Paired,
    Groups,
    Table,
    Repeated,
    Series,
    Chart,
    ReliableChange,
}

/// One of the questions with its columns.
#[derive(Debug, Args)]
#[command(next_help_heading = "Questions (one of them)")]
pub struct Question {
    /// Did it change? Columns before and after; may be given several times
    #[arg(long, value_name = "PRE,POST")]
    pub paired: Vec<String>,
    /// Do two groups differ? Column of the groups; GROUP=FIRST,SECOND says which less which
    #[arg(long, value_name = "GROUP[=FIRST,SECOND]", requires = "value")]
    pub by: Option<String>,
    /// Columns of values for --by; the counted events or measured values of --chart
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub value: Vec<String>,
    /// Value before, for --by: analysis of covariance and change scores
    #[arg(long, value_name = "COLUMN", requires = "by")]
    pub baseline: Option<String>,
    /// Clusters (sites, groups) that were assigned as a whole, for --by: compares cluster means
    #[arg(
        long,
        value_name = "COLUMN",
        requires = "by",
        conflicts_with = "baseline"
    )]
    pub cluster: Option<String>,
    /// Columns in which the groups of --by may have differed beforehand: compares weighted groups
    #[arg(
        long,
        value_name = "COLUMNS",
        value_delimiter = ',',
        requires = "by",
        conflicts_with = "baseline"
    )]
    pub adjust_for: Vec<String>,
    /// Whom the adjusted comparison is about
    #[arg(long, value_enum, default_value_t = About::Overlap, requires = "adjust_for")]
    pub about: About,
    /// A regression in each group besides the weights: right when either is
    #[arg(long, requires = "adjust_for")]
    pub doubly_robust: bool,
    /// Cut weights down to this quantile of their group, such as 0.99
    #[arg(long, value_name = "Q", requires = "adjust_for")]
    pub truncate: Option<f64>,
    /// Are two answers related? Columns of the table's rows and columns
    #[arg(long, value_name = "ROW,COL", value_delimiter = ',')]
    pub table: Vec<String>,
    /// Test for a trend over ordered rows or columns, for --table
    #[arg(long, requires = "table")]
    pub trend: bool,
    /// Do three or more occasions differ?
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub repeated: Vec<String>,
    /// Did a series change when something came in? Its column, with --time and --from
    #[arg(long, value_name = "COLUMN", requires = "time", requires = "from")]
    pub series: Option<String>,
    /// Column of times
    #[arg(long, value_name = "COLUMN")]
    pub time: Option<String>,
    /// First time that counts as after
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    pub from: Option<f64>,
    /// How neighbours in time are allowed to be alike
    #[arg(long, value_enum, default_value_t = Errors::NeweyWest)]
    pub method: Errors,
    /// Lag of Newey and West's errors; the usual one for the length without it
    #[arg(long, value_name = "N")]
    pub lag: Option<usize>,
    /// A chart of --value with its rules
    #[arg(long, value_enum, requires = "value")]
    pub chart: Option<Chart>,
    /// Column of group sizes for --chart p, of exposures for --chart u
    #[arg(long, value_name = "COLUMN", requires = "chart")]
    pub of: Option<String>,
    /// Number of first points that set the chart's centre and limits; all without it
    #[arg(long, value_name = "N", requires = "chart")]
    pub points: Option<usize>,
    /// Who changed by more than the instrument's error? Columns before and after
    #[arg(long, value_name = "PRE,POST", value_delimiter = ',')]
    pub reliable_change: Vec<String>,
    /// Reliability of the score, for --reliable-change
    #[arg(long, value_name = "R", requires = "reliable_change")]
    pub reliability: Option<f64>,
    /// SD of the score before; the sample's without it
    #[arg(long, value_name = "SD", requires = "reliable_change")]
    pub sd: Option<f64>,
    /// Which direction is good
    #[arg(long, value_enum, requires = "reliable_change")]
    pub better: Option<Direction>,
    /// Score that separates the clinical from the functional range
    #[arg(
        long,
        value_name = "SCORE",
        requires = "reliable_change",
        allow_negative_numbers = true
    )]
    pub cut_off: Option<f64>,
    /// Regression-based form: the group whose course is the norm, as COLUMN=LEVEL
    #[arg(long, value_name = "COLUMN=LEVEL", requires = "reliable_change")]
    pub norm: Option<String>,
}

/// How errors at neighbouring times are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Errors {
    Independent,
    NeweyWest,
    GlsAr1,
}

/// Which chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Chart {
    Run,
    Xmr,
    P,
    U,
}

/// Which direction is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Direction {
    Higher,
    Lower,
}

impl Question {
    /// The columns that are read as numbers.
    pub fn columns_of_numbers(&self) -> Vec<&str> {
        let pairs = self.paired.iter().flat_map(|pair| pair.split(','));
        let lists = [&self.value, &self.repeated, &self.reliable_change];
        let single = [&self.baseline, &self.series];
        pairs
            .chain(lists.into_iter().flatten().map(String::as_str))
            .chain(single.into_iter().flatten().map(String::as_str))
            .collect()
    }

    /// The one question that was asked.
    pub fn kind(&self) -> Result<Kind> {
        let asked: Vec<(Kind, &str)> = [
            (!self.paired.is_empty(), Kind::Paired, "--paired"),
            (self.by.is_some(), Kind::Groups, "--by"),
            (!self.table.is_empty(), Kind::Table, "--table"),
            (!self.repeated.is_empty(), Kind::Repeated, "--repeated"),
            (self.series.is_some(), Kind::Series, "--series"),
            (self.chart.is_some(), Kind::Chart, "--chart"),
            (
                !self.reliable_change.is_empty(),
                Kind::ReliableChange,
                "--reliable-change",
            ),
        ]
        .into_iter()
        .filter(|(asked, ..)| *asked)
        .map(|(_, kind, option)| (kind, option))
        .collect();
        match asked[..] {
            [(kind, _)] => Ok(kind),
            [] => bail!(
                "name a question: --paired PRE,POST, --by GROUP --value X, --table ROW,COL, --repeated A,B,C, --series Y --time T --from START, --chart KIND --value Y, or --reliable-change PRE,POST --reliability R"
            ),
            _ => {
                let options: Vec<&str> = asked.iter().map(|(_, option)| *option).collect();
                bail!("ask one question at a time, not {}", options.join(" and "))
            }
        }
    }
}

/// Two columns, as `PRE,POST`.
pub fn two(option: &str, columns: &[String]) -> Result<[String; 2]> {
    match columns {
        [first, second] if first != second => {
            Ok([first.trim().to_owned(), second.trim().to_owned()])
        }
        _ => bail!(
            "{option} takes two different columns with a comma between, such as {option} pre,post"
        ),
    }
}
