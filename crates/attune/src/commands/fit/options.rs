//! The options of `attune fit`, in the groups that its help shows. A method with options of its own
//! keeps them in a file of its own and is flattened into [`Fit`](super::Fit) beside these.

use attune_statistics::{inference::DegreesOfFreedom, simultaneous::Correction};
use clap::{Args, ValueEnum};

use crate::level;

/// What is fitted.
#[derive(Debug, Args)]
#[command(next_help_heading = "Model")]
pub struct ModelOptions {
    /// Distribution of the response: yes or no, counts, ordered categories
    #[arg(long, value_enum, default_value_t = Family::Gaussian)]
    pub family: Family,
    /// Nodes of adaptive Gauss–Hermite quadrature for one random intercept; Laplace without it
    #[arg(long, value_name = "N")]
    pub agq: Option<usize>,
    /// Column of weights: the precision of a row (gaussian), trials of a proportion, or what each row counts
    #[arg(long, value_name = "NAME")]
    pub weights: Option<String>,
    /// A residual standard deviation for each level of this column, such as the arm (gaussian)
    #[arg(long, value_name = "NAME")]
    pub residual_by: Option<String>,
    /// Maximum likelihood instead of REML; the other families know no other way
    #[arg(long)]
    pub ml: bool,
}

/// How the columns of the file are read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Columns")]
pub struct ColumnOptions {
    /// A column to be read as a factor, with its levels in order where that matters
    #[arg(long, value_name = "NAME[=LEVEL1,LEVEL2,…]")]
    pub factor: Vec<String>,
    /// A column to be read as numbers; a cell that is none is an error
    #[arg(long, value_name = "NAME")]
    pub numeric: Vec<String>,
    /// Codes that stand for missing values, besides empty cells, NA and NaN
    #[arg(
        long,
        value_name = "CODE,…",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    pub missing: Vec<String>,
    /// Sheet of a workbook; the first without it
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
}

/// How estimates are judged.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tests and intervals")]
pub struct TestOptions {
    /// Degrees of freedom for tests and intervals; satterthwaite, or normal for the other families
    #[arg(long, value_enum)]
    pub df: Option<Df>,
    /// Level of the intervals
    #[arg(long, default_value_t = 0.95, value_parser = level::parse)]
    pub level: f64,
}

/// What else is asked of the model.
#[derive(Debug, Args)]
#[command(next_help_heading = "Means, slopes and modes")]
pub struct MeansOptions {
    /// Marginal means and their differences, such as 'arm' or 'arm at months=6,12'
    #[arg(long, value_name = "SPEC")]
    pub emmeans: Option<String>,
    /// Slopes of a covariate and their differences, for each level of the factors in --by
    #[arg(long, value_name = "COVARIATE")]
    pub trends: Option<String>,
    /// Factors by whose levels the slopes of --trends are told apart
    #[arg(
        long,
        value_name = "FACTOR,…",
        requires = "trends",
        value_delimiter = ','
    )]
    pub by: Vec<String>,
    /// Contrasts of means or slopes: pairs, reference, reference=LEVEL, average, consecutive, or
    /// weights such as 'late: -1,0,1'
    #[arg(
        long,
        value_name = "WHICH",
        default_value = "pairs",
        allow_hyphen_values = true
    )]
    pub contrasts: String,
    /// Correction of contrasts for their number; tukey for pairs, dunnett for a reference, else mvt
    #[arg(long, value_enum)]
    pub adjust: Option<Adjust>,
    /// Conditional modes (BLUPs) of the random effects
    #[arg(long)]
    pub blups: bool,
}

/// Where the result goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputOptions {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// Print as well the R code that gives the same
    #[arg(long)]
    pub r: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Family {
    Gaussian,
    Binomial,
    Poisson,
    NegativeBinomial,
    Ordinal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Df {
    Satterthwaite,
    KenwardRoger,
    Normal,
}

impl From<Df> for DegreesOfFreedom {
    fn from(df: Df) -> Self {
        match df {
            Df::Satterthwaite => Self::Satterthwaite,
            Df::KenwardRoger => Self::KenwardRoger,
            Df::Normal => Self::Normal,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Adjust {
    None,
    Tukey,
    Holm,
    Bonferroni,
    Sidak,
    Dunnett,
    Mvt,
}

impl From<Adjust> for Correction {
    fn from(adjust: Adjust) -> Self {
        match adjust {
            Adjust::None => Self::None,
            Adjust::Tukey => Self::Tukey,
            Adjust::Holm => Self::Holm,
            Adjust::Bonferroni => Self::Bonferroni,
            Adjust::Sidak => Self::Sidak,
            Adjust::Dunnett => Self::Dunnett,
            Adjust::Mvt => Self::MultivariateT,
        }
    }
}
